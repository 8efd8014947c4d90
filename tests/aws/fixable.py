"""One flaw for each fix that the emulator can hold: what is planted, and the finding that must go away."""

import dataclasses
import json

import fixable_grants
import fixable_more
from cryptography.hazmat.primitives.asymmetric import rsa

from planted.apis import rest_api
from planted.certificates import signed
from planted.compute import package
from planted.s3 import allow, create

REGION = "eu-west-1"
FLAWS = "555566667777"  # where single resources are fixed
WIDE = "666677778888"  # where settings of the account and its regions are
EVERYONE = [{"CidrIp": "0.0.0.0/0", "Description": "it's $(temporary); really"}]


@dataclasses.dataclass
class Case:
    """A planted flaw: the check that finds it, on which resource, and which item of it."""

    check: str
    uid: str
    discriminator: str = ""
    account: str = FLAWS
    gone: bool = False  # whether the fix is that the resource is there no longer

    @property
    def name(self):
        return f"{self.check} {self.uid.rsplit(':', 1)[-1]} {self.discriminator}".strip()


def plant(cloud):
    """Every case, planted. Each changes a resource of its own."""
    clients = lambda service, account=FLAWS: cloud.client(service, REGION, account)  # noqa: E731
    return [
        case for service in (
            buckets, trail, images, instance, groups, databases, keys, users, functions, services, tasks, balancers, stores, apis)
        for case in service(clients, cloud)
    ] + list(wide(clients)) + list(fixable_more.cases(clients, cloud)) + list(fixable_grants.cases(clients, cloud))


def arn(service, rest, account=FLAWS, region=REGION):
    return f"arn:aws:{service}:{region}:{account}:{rest}"


def buckets(clients, cloud):
    public = {"policy": None}
    for check, name, more in (
        ("bucket-public-access-blocked", "fix-unblocked", public),
        ("bucket-public-access-blocked", "fix-half-blocked", {"public_block": {
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}}),
        ("bucket-not-public", "fix-public", {"policy": [allow("fix-public", "*")]}),
        ("bucket-policy-no-public-write", "fix-writable", {"policy": [allow("fix-writable", "*", action="s3:PutObject")]}),
        ("bucket-versioning", "fix-unversioned", public),
        ("bucket-tls-only", "fix-plain-http", public),
    ):
        yield Case(f"aws-s3-{check}", create(cloud, name, region=REGION, account=FLAWS, **more))
    create(cloud, "fix-suspended", region=REGION, account=FLAWS)
    clients("s3").put_bucket_versioning(Bucket="fix-suspended", VersioningConfiguration={"Status": "Suspended"})
    yield Case("aws-s3-bucket-versioning", "arn:aws:s3:::fix-suspended")


def trail(clients, cloud):
    create(cloud, "fix-trail", region=REGION, account=FLAWS, policy=[allow("fix-trail", "*")])
    found = clients("cloudtrail").create_trail(Name="fix", S3BucketName="fix-trail")["TrailARN"]
    yield Case("aws-cloudtrail-bucket-not-public", found)
    yield Case("aws-cloudtrail-log-file-validation-on", found)


def images(clients, _):
    ec2 = clients("ec2")
    started = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=started, Name="fix")["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    yield Case("aws-ec2-ami-not-public", f"arn:aws:ec2:{REGION}::image/{image}")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    yield Case("aws-ec2-ebs-snapshot-not-public", f"arn:aws:ec2:{REGION}::snapshot/{snapshot}")


def instance(clients, _):
    options = {"HttpTokens": "optional", "HttpEndpoint": "enabled"}
    answer = clients("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions=options)
    yield Case("aws-ec2-instance-imdsv2-required", arn("ec2", f"instance/{answer['Instances'][0]['InstanceId']}"))


def groups(clients, _):
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    entries = [{"Cidr": "203.0.113.0/24"}, {"Cidr": "0.0.0.0/0"}]
    listed = ec2.create_managed_prefix_list(
        PrefixListName="fix", Entries=entries, MaxEntries=5, AddressFamily="IPv4")["PrefixList"]["PrefixListId"]
    friend = ec2.create_security_group(GroupName="friend", Description="friend", VpcId=vpc)["GroupId"]
    kept = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    v6 = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}

    def tcp(low, high=None, **more):
        return {"IpProtocol": "tcp", "FromPort": low, "ToPort": high or low, "IpRanges": EVERYONE, **more}

    for check, name, rules in (
        ("ssh", "fix-ssh", [tcp(22, IpRanges=EVERYONE + [{"CidrIp": "10.0.0.0/8"}]), kept]),
        ("ssh", "fix-ssh-v6", [v6]),
        ("ssh", "fix-ssh-list", [tcp(22, IpRanges=[], PrefixListIds=[{"PrefixListId": listed}])]),
        ("ssh", "fix-ssh-range", [tcp(0, 65535), tcp(22, IpRanges=[], UserIdGroupPairs=[{"GroupId": friend}])]),
        ("rdp", "fix-rdp", [tcp(3380, 3400)]),
        ("mysql", "fix-mysql", [tcp(3306)]),
        ("postgresql", "fix-postgresql", [tcp(5432)]),
        ("redis", "fix-redis", [tcp(6379), v6]),
        ("mongodb", "fix-mongodb", [tcp(27017), tcp(27018)]),
        ("elasticsearch", "fix-elasticsearch", [tcp(9200), tcp(5601)]),
        ("high-risk-ports", "fix-high-risk-ports", [tcp(25), tcp(8080)]),
        ("all-ports", "fix-all-ports", [{"IpProtocol": "-1", "IpRanges": EVERYONE}, kept]),
    ):
        group = ec2.create_security_group(GroupName=name, Description="fix", VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
        yield Case(f"aws-ec2-sg-no-{check}-from-internet", arn("ec2", f"security-group/{group}"))
    default = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])
    yield Case("aws-ec2-default-sg-closed", arn("ec2", f"security-group/{default['SecurityGroups'][0]['GroupId']}"))


def databases(clients, _):
    rds = clients("rds")

    def database(name, **more):
        return rds.create_db_instance(**{
            "DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20,
            "MasterUsername": "master", "MasterUserPassword": "not-a-real-one", **more})["DBInstance"]["DBInstanceArn"]

    yield Case("aws-rds-instance-not-public", database("fix-public", PubliclyAccessible=True))
    yield Case("aws-rds-instance-auto-minor-upgrade", database("fix-minor", AutoMinorVersionUpgrade=False))
    yield Case("aws-rds-instance-backup-on", database("fix-backup", BackupRetentionPeriod=0))
    yield Case("aws-rds-instance-multi-az", database("fix-zones", MultiAZ=False))
    made = rds.create_db_snapshot(DBInstanceIdentifier="fix-zones", DBSnapshotIdentifier="fix-snapshot")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="fix-snapshot", AttributeName="restore", ValuesToAdd=["all"])
    yield Case("aws-rds-snapshot-not-public", made["DBSnapshot"]["DBSnapshotArn"])
    rds.create_db_cluster(
        DBClusterIdentifier="fix", Engine="aurora-postgresql", MasterUsername="master", MasterUserPassword="not-a-real-one")
    made = rds.create_db_cluster_snapshot(DBClusterIdentifier="fix", DBClusterSnapshotIdentifier="fix-cluster-snapshot")
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="fix-cluster-snapshot", AttributeName="restore", ValuesToAdd=["all"])
    yield Case("aws-rds-snapshot-not-public", made["DBClusterSnapshot"]["DBClusterSnapshotArn"])
    clients("redshift").create_cluster(
        ClusterIdentifier="fix", NodeType="ra3.large", MasterUsername="master", MasterUserPassword="Not-a-real-0ne",
        PubliclyAccessible=True)
    yield Case("aws-redshift-not-public", arn("redshift", "cluster:fix"))


def keys(clients, _):
    kms = clients("kms")
    yield Case("aws-kms-key-rotation-on", kms.create_key()["KeyMetadata"]["Arn"])
    going = kms.create_key()["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=going["KeyId"], PendingWindowInDays=7)
    yield Case("aws-kms-key-not-pending-deletion", going["Arn"])


def users(clients, cloud):
    iam = clients("iam")

    def user(name):
        return iam.create_user(UserName=name)["User"]["Arn"]

    for check, name, used in (("rotated-90-days", "fix-old-key", 1), ("unused-45-days-disabled", "fix-idle-key", 80)):
        uid = user(name)
        key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        cloud.key_history(name, key, created_days=100, used_days=used, account=FLAWS)
        yield Case(f"aws-iam-access-key-{check}", uid, key)
    uid = user("fix-idle-password")
    iam.create_login_profile(UserName="fix-idle-password", Password="not-a-real-One1")
    cloud.password_history("fix-idle-password", set_days=100, account=FLAWS)
    yield Case("aws-iam-console-password-unused-45-days-disabled", uid)


def functions(clients, _):
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = clients("iam").create_role(RoleName="fix", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    client = clients("lambda")

    def function(name):
        return client.create_function(
            FunctionName=name, Runtime="python3.13", Role=role, Handler="main.handler", Code={"ZipFile": package()},
        )["FunctionArn"]

    uid = function("fix-anyone")
    for statement, principal in (("anyone", "*"), ("buckets", "s3.amazonaws.com"), ("everybody", "*")):
        client.add_permission(
            FunctionName="fix-anyone", StatementId=statement, Action="lambda:InvokeFunction", Principal=principal)
    yield Case("aws-lambda-function-policy-not-public", uid)
    uid = function("fix-url")
    client.create_function_url_config(FunctionName="fix-url", AuthType="NONE")
    yield Case("aws-lambda-function-url-requires-iam", uid, uid)


def services(clients, _):
    clients("eks").create_cluster(
        name="fix", roleArn=f"arn:aws:iam::{FLAWS}:role/eks", version="1.33",
        resourcesVpcConfig={"subnetIds": ["subnet-1"], "endpointPublicAccess": True, "endpointPrivateAccess": False})
    yield Case("aws-eks-cluster-endpoint-not-public", arn("eks", "cluster/fix"))


def tasks(clients, _):
    ecs = clients("ecs")
    ecs.create_cluster(clusterName="fix")
    task = ecs.register_task_definition(
        family="fix", networkMode="awsvpc", containerDefinitions=[{"name": "web", "image": "web", "memory": 128}])
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="fix-tasks", Description="fix", VpcId=vpc)["GroupId"]
    network = {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    ecs.create_service(
        cluster="fix", serviceName="fix", taskDefinition=task["taskDefinition"]["taskDefinitionArn"], desiredCount=1,
        networkConfiguration={"awsvpcConfiguration": network})
    yield Case("aws-ecs-service-no-public-ip", arn("ecs", "service/fix/fix"))


def balancers(clients, _):
    ec2, elb = clients("ec2"), clients("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{n}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")]
    group = elb.create_target_group(Name="fix", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    key = rsa.generate_private_key(65537, 2048)
    certificate = clients("acm").import_certificate(**signed(key, 300))["CertificateArn"]
    for check, name, policy in (
        ("alb-https-or-redirect", "fix-plain", "ELBSecurityPolicy-TLS-1-2-Ext-2018-06"),
        ("strong-tls-policy", "fix-tls", "ELBSecurityPolicy-2016-08"),
    ):
        uid = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        elb.create_listener(LoadBalancerArn=uid, Protocol="HTTP", Port=80, DefaultActions=forward)
        elb.create_listener(LoadBalancerArn=uid, Protocol="HTTPS", Port=443, DefaultActions=forward, SslPolicy=policy,
                            Certificates=[{"CertificateArn": certificate}])
        yield Case(f"aws-elbv2-{check}", uid)


def stores(clients, cloud):
    docdb = clients("docdb")
    docdb.create_db_cluster(
        DBClusterIdentifier="fix-documents", Engine="neptune", MasterUsername="master", MasterUserPassword="not-a-real-one")
    made = docdb.create_db_cluster_snapshot(DBClusterIdentifier="fix-documents", DBClusterSnapshotIdentifier="fix-documents-snapshot")
    docdb.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="fix-documents-snapshot", AttributeName="restore", ValuesToAdd=["all", "444455556666"])
    cloud.documents("fix-documents", REGION, FLAWS)
    yield Case("aws-documentdb-snapshot-not-public", made["DBClusterSnapshot"]["DBClusterSnapshotArn"])
    table = clients("dynamodb").create_table(
        TableName="fix", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    yield Case("aws-dynamodb-table-pitr-on", table["TableDescription"]["TableArn"])
    group = clients("elasticache").create_replication_group(
        ReplicationGroupId="fix", ReplicationGroupDescription="fix", Engine="redis", CacheNodeType="cache.t3.micro",
        NumCacheClusters=1, SnapshotRetentionLimit=2)
    yield Case("aws-elasticache-redis-backup-retention", group["ReplicationGroup"]["ARN"])


def apis(clients, _):
    client = clients("apigateway")
    api, deployment = rest_api(client, "fix")
    client.create_stage(restApiId=api, stageName="fix", deploymentId=deployment)
    client.update_stage(
        restApiId=api, stageName="fix", patchOperations=[{"op": "replace", "path": "/*/*/logging/loglevel", "value": "OFF"}])
    yield Case("aws-apigateway-stage-execution-logging-on", f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/fix")
    events = clients("events")
    uid = events.create_event_bus(Name="fix")["EventBusArn"]
    held = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": uid}
    statements = [
        {"Sid": "everyone", "Principal": "*", **held}, {"Sid": "partner", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, **held}]
    events.put_permission(EventBusName="fix", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    yield Case("aws-eventbridge-bus-not-public", uid)
    config = clients("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{FLAWS}:role/config"})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "fix-trail"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    yield Case("aws-config-recorder-enabled", arn("ec2", "region"))


def wide(clients):
    clients("iam", WIDE).update_account_password_policy(
        MinimumPasswordLength=8, RequireSymbols=True, AllowUsersToChangePassword=True, MaxPasswordAge=90, HardExpiry=True)
    account = f"arn:aws:iam::{WIDE}:root"
    yield Case("aws-iam-password-policy-length-14", account, account=WIDE)
    yield Case("aws-s3-account-public-access-blocked", account, account=WIDE)
    # Without a policy of its own.
    yield Case("aws-iam-password-policy-reuse-24", f"arn:aws:iam::{FLAWS}:root")
    yield Case("aws-ec2-ebs-default-encryption-on", arn("ec2", "region", WIDE), account=WIDE)
    yield Case("aws-guardduty-detector-enabled", arn("ec2", "region", WIDE), account=WIDE)
    clients("guardduty").create_detector(Enable=False)
    yield Case("aws-guardduty-detector-enabled", arn("ec2", "region"))
