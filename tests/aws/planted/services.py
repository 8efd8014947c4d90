"""ECS services, EKS clusters, builds, notebooks, Security Hub."""

import gaps
from emulator import MAIN, SECOND, THIRD
from planted.ec2 import ACCESS_KEY, PRIVATE_KEY

REGION = "eu-west-1"
SERVICE = "aws-ecs-service-no-public-ip"
ENDPOINT = "aws-eks-cluster-endpoint-not-public"
VERSION = "aws-eks-cluster-version-supported"
BUILD = "aws-codebuild-project-no-plaintext-secrets"
NOTEBOOK = "aws-sagemaker-notebook-no-direct-internet"
HUB = "aws-securityhub-enabled"


def plant(cloud, book):
    ecs_services(cloud, book)
    clusters(cloud, book)
    builds(cloud, book)
    notebooks(cloud, book)
    hubs(cloud, book)


def ecs_services(cloud, book):
    ecs = cloud.client("ecs", REGION)
    subnet = cloud.client("ec2", REGION).describe_subnets()["Subnets"][0]
    groups = cloud.client("ec2", REGION).describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"]
    for cluster in ("shop", "office"):
        ecs.create_cluster(clusterName=cluster)

    def service(verdict, cluster, name, why, address=None, network=True, **more):
        found = {"subnets": [subnet["SubnetId"]], "securityGroups": [groups[0]["GroupId"]]}
        if address:
            found["assignPublicIp"] = address
        if network:
            more["networkConfiguration"] = {"awsvpcConfiguration": found}
        ecs.create_service(cluster=cluster, serviceName=name, taskDefinition="plain", desiredCount=1, **more)
        book._add(verdict, SERVICE, f"arn:aws:ecs:{REGION}:{MAIN}:service/{cluster}/{name}", "", MAIN, why)

    service("FAIL", "shop", "front", "public addresses", "ENABLED", launchType="FARGATE")
    service("PASS", "shop", "back", "none", "DISABLED", launchType="FARGATE")
    service("PASS", "shop", "unsaid", "not said, so none", launchType="FARGATE")
    service("PASS", "shop", "hosts", "the hosts' own network", network=False, launchType="EC2")
    service("FAIL", "office", "back", "of the same name, in another cluster", "ENABLED", launchType="FARGATE")
    # More than one call describes.
    for number in range(12):
        service("PASS" if number % 2 else "FAIL", "office", f"many-{number}", "every second one has an address",
                "DISABLED" if number % 2 else "ENABLED", launchType="FARGATE")


def clusters(cloud, book):
    eks = cloud.client("eks", REGION)
    role = f"arn:aws:iam::{MAIN}:role/eks"

    def cluster(endpoint, name, why, version="1.34", **network):
        arn = eks.create_cluster(name=name, roleArn=role, version=version,
                                 resourcesVpcConfig={"subnetIds": [], **network})["cluster"]["arn"]
        book._add(endpoint, ENDPOINT, arn, "", MAIN, why)
        book._add("PASS" if version in gaps.STANDARD_SUPPORT else "FAIL", VERSION, arn, "", MAIN, f"Kubernetes {version}")

    cluster("FAIL", "open", "everybody", endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/0"])
    cluster("FAIL", "open-among-others", "everybody, beside the office", endpointPublicAccess=True,
            publicAccessCidrs=["198.51.100.0/24", "0.0.0.0/0"], version="1.29")
    cluster("PASS", "office", "the office", endpointPublicAccess=True, publicAccessCidrs=["198.51.100.0/24"], version="1.20")
    cluster("PASS", "private", "private only", endpointPublicAccess=False, endpointPrivateAccess=True)
    cluster("PASS", "private-stale", "off, with the addresses of a former time", endpointPublicAccess=False,
            endpointPrivateAccess=True, publicAccessCidrs=["0.0.0.0/0"], version="1.33")


def builds(cloud, book):
    client = cloud.client("codebuild", REGION)

    def project(verdict, name, why, *variables):
        client.create_project(
            name=name, serviceRole=f"arn:aws:iam::{MAIN}:role/service-role/builds", artifacts={"type": "NO_ARTIFACTS"},
            source={"type": "S3", "location": "builds/source.zip"},
            environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
                         "environmentVariables": [dict(zip(("name", "value", "type"), one)) for one in variables]})
        book._add(verdict, BUILD, f"arn:aws:codebuild:{REGION}:{MAIN}:project/{name}", "", MAIN, why)

    url = "postgres://orders:" + "vG7xq2Lw9ZtRk4" + "@db.internal:5432/orders"
    project("FAIL", "connection", "a password in a connection string", ("DATABASE_URL", url, "PLAINTEXT"))
    project("FAIL", "provider-key", "an access key under another name", ("DEPLOY", ACCESS_KEY, "PLAINTEXT"))
    project("FAIL", "provider-name", "an access key by its name", ("AWS_ACCESS_KEY_ID", "see the wiki", "PLAINTEXT"))
    project("FAIL", "private-key", "a private key, behind a harmless variable", ("STAGE", "production", "PLAINTEXT"), ("KEY", PRIVATE_KEY, "PLAINTEXT"))
    project("PASS", "plain", "settings", ("STAGE", "production", "PLAINTEXT"), ("PORT", "8080", "PLAINTEXT"))
    project("PASS", "parameter", "a reference", ("AWS_SECRET_ACCESS_KEY", "/orders/deploy-key", "PARAMETER_STORE"))
    project("PASS", "secret", "a reference", ("DATABASE_PASSWORD", "orders:password", "SECRETS_MANAGER"))
    project("PASS", "none", "no variables")


def notebooks(cloud, book):
    client = cloud.client("sagemaker", REGION)

    def notebook(verdict, name, why, **more):
        arn = client.create_notebook_instance(NotebookInstanceName=name, InstanceType="ml.t3.medium",
                                              RoleArn=f"arn:aws:iam::{MAIN}:role/notebooks", **more)["NotebookInstanceArn"]
        book._add(verdict, NOTEBOOK, arn, "", MAIN, why)

    notebook("FAIL", "direct", "direct internet access", DirectInternetAccess="Enabled")
    notebook("FAIL", "direct-in-network", "in a VPC, and direct access as well", DirectInternetAccess="Enabled", SubnetId="subnet-12345678")
    notebook("FAIL", "unsaid", "not said, which is enabled")
    notebook("PASS", "network", "through its VPC", DirectInternetAccess="Disabled", SubnetId="subnet-12345678")


def hubs(cloud, book):
    cloud.client("securityhub", REGION).enable_security_hub(EnableDefaultStandards=True)
    off = cloud.client("securityhub", "us-east-1", SECOND)
    off.enable_security_hub()
    off.disable_security_hub()
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            uid = f"arn:aws:ec2:{region}:{account}:region"
            if (account, region) == (MAIN, REGION):
                book.unknown(HUB, uid, "on; the emulator does not know securityhub:GetEnabledStandards and ListEnabledProductsForImport")
            else:
                book.fails(HUB, uid, "off", account=account)
