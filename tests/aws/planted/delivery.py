"""Content delivery: encryption, logs, and origins whose bucket is gone. Groups of machines and how they are started."""

from emulator import MAIN
from planted.buckets import closed

REGION = "eu-west-1"
ROOT_OBJECT = "aws-cloudfront-distribution-default-root-object"
LOGGING = "aws-cloudfront-distribution-logging-on"
HTTPS = "aws-cloudfront-distribution-viewer-https"
ORIGIN = "aws-cloudfront-s3-origin-bucket-exists"
HOPS, V2, ADDRESS = (f"aws-autoscaling-launch-config-{name}" for name in ("hop-limit", "imdsv2-required", "no-public-ip"))


def plant(cloud, book):
    distributions(cloud, book)
    groups(cloud, book)


def origin(number, host):
    found = {
        "Id": f"o{number}", "DomainName": host, "OriginPath": "", "CustomHeaders": {"Quantity": 0}, "ConnectionAttempts": 3,
        "ConnectionTimeout": 10, "OriginShield": {"Enabled": False}, "OriginAccessControlId": ""}
    if ".s3" in host and "website" not in host:
        return {**found, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return {**found, "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginReadTimeout": 30,
        "OriginKeepaliveTimeout": 5, "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}}


def configuration(name, root, logs, viewer, origins, others, realtime):
    behaviour = {
        "TargetOriginId": "o0", "ViewerProtocolPolicy": viewer, "MinTTL": 0, "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    if realtime:
        behaviour["RealtimeLogConfigArn"] = realtime
    found = {
        "CallerReference": name, "Comment": name, "Enabled": True, "DefaultRootObject": root, "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": len(origins), "Items": [origin(*one) for one in enumerate(origins)]},
        "DefaultCacheBehavior": behaviour, "CacheBehaviors": {"Quantity": len(others)},
        "Logging": {"Enabled": bool(logs), "IncludeCookies": False, "Bucket": logs, "Prefix": ""}}
    if others:
        found["CacheBehaviors"]["Items"] = [
            dict(behaviour, PathPattern=f"/{number}/*", ViewerProtocolPolicy=other) for number, other in enumerate(others)]
    return found


def distributions(cloud, book):
    client, logs = cloud.client("cloudfront", "us-east-1"), cloud.client("logs", "us-east-1")
    closed(cloud, book, "site-here", region="us-east-1")
    closed(cloud, book, "site.with.dots")
    closed(cloud, book, "delivery-logs", region="us-east-1")

    def case(root, logged, https, found, name, why, viewer="redirect-to-https", origins=("site-here.s3.amazonaws.com",),
             others=(), object_="", bucket="", realtime=None):
        config = configuration(name, object_, bucket, viewer, origins, others, realtime)
        uid = f"arn:aws:cloudfront::{MAIN}:distribution/{client.create_distribution(DistributionConfig=config)['Distribution']['Id']}"
        for check, verdict in ((ROOT_OBJECT, root), (LOGGING, logged), (HTTPS, https)):
            book._add(verdict, check, uid, "", MAIN, why)
        for discriminator, verdict in found.items():
            book._add(verdict, ORIGIN, uid, discriminator, MAIN, why)
        return uid

    here = {"o0": "PASS"}
    case("FAIL", "FAIL", "PASS", here, "bare", "as it comes")
    case("PASS", "PASS", "PASS", here, "good", "all as it should be", object_="index.html", bucket="delivery-logs.s3.amazonaws.com")
    case("NOT_APPLICABLE", "FAIL", "FAIL", {"": "NOT_APPLICABLE"}, "plain", "plain HTTP, no bucket", "allow-all", ("api.example.com",))
    case("FAIL", "FAIL", "FAIL", {"o0": "FAIL", "o1": "PASS"}, "behaviour", "plain HTTP in one place; one of two buckets is gone",
         origins=("gone.s3.eu-west-1.amazonaws.com", "site.with.dots.s3-eu-west-1.amazonaws.com"), others=("allow-all",))
    case("FAIL", "FAIL", "PASS", {"o0": "PASS", "o1": "FAIL"}, "websites", "one of two websites is gone; an access point is no bucket",
         origins=("site-here.s3-website-us-east-1.amazonaws.com", "gone.s3-website.eu-central-1.amazonaws.com",
                  "site-123.s3-accesspoint.eu-west-1.amazonaws.com"), others=("https-only", "redirect-to-https"))
    case("FAIL", "PASS", "PASS", {"o0": "UNKNOWN"}, "odd", "logged as it happens; where the bucket's name ends cannot be told",
         origins=("my.s3files.s3.amazonaws.com",), realtime=f"arn:aws:cloudfront::{MAIN}:realtime-log-config/all")
    uid = case("FAIL", "PASS", "PASS", here, "delivered", "logged by a delivery")
    logs.put_delivery_source(name="delivered", resourceArn=uid, logType="ACCESS_LOGS")
    target = logs.put_delivery_destination(
        name="delivery-logs", outputFormat="json",
        deliveryDestinationConfiguration={"destinationResourceArn": "arn:aws:s3:::delivery-logs"})["deliveryDestination"]
    logs.create_delivery(deliverySourceName="delivered", deliveryDestinationArn=target["arn"])
    uid = case("FAIL", "FAIL", "PASS", here, "source-only", "a source without a delivery")
    logs.put_delivery_source(name="source-only", resourceArn=uid, logType="ACCESS_LOGS")


def groups(cloud, book):
    client, ec2 = cloud.client("autoscaling", REGION), cloud.client("ec2", REGION)
    image = ec2.register_image(Name="scaled", RootDeviceName="/dev/sda1")["ImageId"]
    zones = {"MinSize": 0, "MaxSize": 1, "AvailabilityZones": [f"{REGION}a"]}

    def group(v2, address, name, why, **more):
        client.create_auto_scaling_group(AutoScalingGroupName=name, **zones, **more)
        arn = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["AutoScalingGroupARN"]
        book._add(v2, V2, arn, "", MAIN, why)
        book._add(address, ADDRESS, arn, "", MAIN, why)

    def case(hops, v2, address, name, why, used=True, public=None, **options):
        more = {} if public is None else {"AssociatePublicIpAddress": public}
        if options:
            more["MetadataOptions"] = {"HttpEndpoint": "enabled", **options}
        client.create_launch_configuration(LaunchConfigurationName=name, ImageId=image, InstanceType="t3.micro", **more)
        found = client.describe_launch_configurations(LaunchConfigurationNames=[name])["LaunchConfigurations"][0]
        book._add(hops, HOPS, found["LaunchConfigurationARN"], "", MAIN, why)
        if used:
            group(v2, address, name, why, LaunchConfigurationName=name)

    case("PASS", "FAIL", "PASS", "bare", "as it comes")
    case("PASS", "PASS", "PASS", "good", "all as it should be", public=False, HttpTokens="required", HttpPutResponseHopLimit=1)
    case("FAIL", "PASS", "PASS", "hops", "two hops", HttpTokens="required", HttpPutResponseHopLimit=2)
    case("PASS", "FAIL", "FAIL", "optional", "sessions are optional, addresses public", public=True, HttpTokens="optional",
         HttpPutResponseHopLimit=1)
    case("PASS", "PASS", "PASS", "off", "no metadata service, so hops do not matter", HttpEndpoint="disabled", HttpPutResponseHopLimit=3)
    case("FAIL", None, None, "unused", "no group uses it", used=False, public=True, HttpPutResponseHopLimit=64)
    template = ec2.create_launch_template(
        LaunchTemplateName="scaled", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})["LaunchTemplate"]
    group("NOT_APPLICABLE", "NOT_APPLICABLE", "template", "has a template",
          LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"], "Version": "1"})
