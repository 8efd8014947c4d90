"""What is planted, one file a service. Each has `plant(cloud, book)`."""
