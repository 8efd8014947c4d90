"""Recorders, analyzers and contacts; EMR, Elastic Beanstalk, event buses, domains of Elasticsearch."""

import json

import gaps
from emulator import MAIN, SECOND, THIRD
from planted.ec2 import ADDRESS, IMDS

REGION = "eu-west-1"
RECORDER = "aws-config-recorder-enabled"
ANALYZER = "aws-accessanalyzer-analyzer-active"
CONTACT = "aws-account-contact-details-maintained"
BLOCK = "aws-emr-block-public-access-on"
CLUSTER = "aws-emr-cluster-no-public-ip"
LOGS = "aws-elasticbeanstalk-logs-streamed"
BUS = "aws-eventbridge-bus-not-public"
DOMAIN = "aws-elasticsearch-in-vpc"


def plant(cloud, book):
    every_region(cloud, book, RECORDER, recorders(cloud))
    every_region(cloud, book, ANALYZER, analyzers())
    every_region(cloud, book, BLOCK, blocks(cloud))
    contacts(book)
    clusters(cloud, book)
    environments(cloud, book)
    buses(cloud, book)
    domains(cloud, book)


def every_region(cloud, book, check, good):
    """Regions of the accounts: those in `good` pass, all others fail."""
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            uid = f"arn:aws:ec2:{region}:{account}:region"
            if (account, region) in good:
                book.passes(check, uid, good[account, region], account=account)
            else:
                book.fails(check, uid, "nothing, or not what counts", account=account)


def recorders(cloud):
    for region, started, stopped in ((REGION, True, False), ("us-east-1", False, False), ("eu-central-1", True, True)):
        client = cloud.client("config", region, SECOND)
        client.put_configuration_recorder(ConfigurationRecorder={
            "name": "default", "roleARN": f"arn:aws:iam::{SECOND}:role/config",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}})
        client.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "records"})
        if started:
            client.start_configuration_recorder(ConfigurationRecorderName="default")
        if stopped:
            client.stop_configuration_recorder(ConfigurationRecorderName="default")
    return {(SECOND, REGION): "records"}


def analyzers():
    for account, region, kind, status in (
        (MAIN, REGION, "ACCOUNT", "ACTIVE"), (MAIN, "us-east-1", "ACCOUNT_UNUSED_ACCESS", "ACTIVE"),
        (MAIN, "eu-central-1", "ACCOUNT", "FAILED"), (SECOND, REGION, "ORGANIZATION", "ACTIVE"),
    ):
        arn = f"arn:aws:access-analyzer:{region}:{account}:analyzer/one"
        gaps.ANALYZERS[account, region] = [
            {"arn": arn, "name": "one", "type": kind, "status": status, "createdAt": "2024-05-01T10:00:00Z"}]
    return {(MAIN, REGION): "the account's", (SECOND, REGION): "the organisation's"}


def blocks(cloud):
    for region, ranges, on in ((REGION, [(22, 22)], True), ("us-east-1", [(22, 22), (8088, 8088)], True), ("eu-central-1", [], False)):
        cloud.client("emr", region).put_block_public_access_configuration(BlockPublicAccessConfiguration={
            "BlockPublicSecurityGroupRules": on,
            "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": low, "MaxRange": high} for low, high in ranges]})
        if not on:
            cloud.allow_public_clusters(region)
    return {(MAIN, REGION): "everybody on port 22 at most"}


def contacts(book):
    full = {"FullName": "Example GmbH", "AddressLine1": "Hauptstr. 1", "City": "Berlin", "PostalCode": "10115",
            "CountryCode": "DE", "PhoneNumber": "+49301234567"}
    gaps.CONTACTS[MAIN] = full
    book.unknown(CONTACT, f"arn:aws:iam::{MAIN}:root", "complete, but nobody has confirmed it")
    book.fails(CONTACT, f"arn:aws:iam::{SECOND}:root", "none", account=SECOND)
    gaps.CONTACTS[THIRD] = {**full, "PhoneNumber": ""}
    book.fails(CONTACT, f"arn:aws:iam::{THIRD}:root", "without a number", account=THIRD)


def clusters(cloud, book):
    client, ec2 = cloud.client("emr", REGION), cloud.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.62.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.62.1.0/24")["Subnet"]["SubnetId"]

    def cluster(name):
        made = client.run_job_flow(
            Name=name, ReleaseLabel="emr-6.15.0", ServiceRole="emr", JobFlowRole="emr-nodes", Instances={
                "InstanceGroups": [{"Name": "primary", "InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}],
                "KeepJobFlowAliveWhenNoSteps": True, "Ec2SubnetId": subnet})["JobFlowId"]
        for node in client.list_instances(ClusterId=made)["Instances"]:
            uid = f"arn:aws:ec2:{REGION}:{MAIN}:instance/{node['Ec2InstanceId']}"
            book.fails(IMDS, uid, "a node of EMR, as the emulator makes it")
            book.fails(ADDRESS, uid, "a node of EMR, as the emulator makes it")
        return made, f"arn:aws:elasticmapreduce:{REGION}:{MAIN}:cluster/{made}"

    book.fails(CLUSTER, cluster("public")[1], "a public name and address")
    made, uid = cluster("private")
    cloud.hide_cluster(made, REGION)
    book.passes(CLUSTER, uid, "a private name and address")
    made, uid = cluster("gone")
    client.terminate_job_flows(JobFlowIds=[made])
    book.absent(uid, "terminated")


def environments(cloud, book):
    client = cloud.client("elasticbeanstalk", REGION)
    client.create_application(ApplicationName="shop")

    def environment(verdict, name, why, *options):
        secret = ("aws:elasticbeanstalk:application:environment", "DB_PASSWORD", "v7Rk2pLq9sXw")
        arn = client.create_environment(
            ApplicationName="shop", EnvironmentName=name, SolutionStackName="64bit Amazon Linux 2 v3.3.6 running Python 3.8",
            OptionSettings=[dict(zip(("Namespace", "OptionName", "Value"), one)) for one in (secret, *options)])["EnvironmentArn"]
        book._add(verdict, LOGS, arn, "", MAIN, why)

    space = "aws:elasticbeanstalk:cloudwatch:logs"
    environment("PASS", "streamed", "streamed", (space, "RetentionInDays", "7"), (space, "StreamLogs", "true"))
    environment("FAIL", "silent", "switched off", (space, "StreamLogs", "false"))
    environment("FAIL", "health", "only those of health", (f"{space}:health", "StreamLogs", "true"))
    environment("FAIL", "bare", "nothing is set")


def buses(cloud, book):
    client = cloud.client("events", REGION)

    def bus(verdict, name, why, *statements):
        arn = client.create_event_bus(Name=name)["EventBusArn"]
        if statements:
            held = [{"Sid": "one", "Effect": "Allow", "Action": "events:PutEvents", "Resource": arn, **one} for one in statements]
            client.put_permission(EventBusName=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": held}))
        book._add(verdict, BUS, arn, "", MAIN, why)

    everybody, partner = {"Principal": "*"}, "arn:aws:iam::444455556666:root"
    bus("PASS", "bare", "no policy")
    bus("FAIL", "open", "everybody", everybody)
    bus("FAIL", "open-list", "everybody beside one account", {"Principal": {"AWS": ["*", partner]}})
    bus("PASS", "partner", "one account", {"Principal": {"AWS": partner}})
    bus("PASS", "organisation", "an organisation",
        {**everybody, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}})
    bus("FAIL", "sources", "everybody may say where an event is from",
        {**everybody, "Condition": {"StringEquals": {"events:source": "shop"}}})
    bus("PASS", "denied", "allowed and denied", everybody, {**everybody, "Sid": "two", "Effect": "Deny", "Action": "events:*"})
    client.put_permission(EventBusName="default", Action="events:PutEvents", Principal="*", StatementId="everyone")
    book.fails(BUS, f"arn:aws:events:{REGION}:{MAIN}:event-bus/default", "a permission for everybody")
    book.passes(BUS, f"arn:aws:events:us-east-1:{MAIN}:event-bus/default", "as it comes")


def domains(cloud, book):
    client = cloud.client("opensearch", REGION)

    def domain(verdict, name, engine, why, **more):
        arn = client.create_domain(DomainName=name, EngineVersion=engine, **more)["DomainStatus"]["ARN"]
        book._add(verdict, DOMAIN, arn, "", MAIN, why)

    domain("FAIL", "legacy-open", "Elasticsearch_7.10", "on the internet")
    domain("NOT_APPLICABLE", "search-open", "OpenSearch_2.19", "of the later engine")
    domain("PASS", "legacy-inside", "Elasticsearch_7.10", "in a VPC", VPCOptions={"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": []})
    cloud.domain_in_vpc("legacy-inside", "vpc-12345678", REGION)
