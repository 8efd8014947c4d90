"""Databases and clusters: public, unencrypted, unsaved, alone in one zone, open to connections without TLS; warehouses."""

from emulator import MAIN
from planted.groups import judge, rule

REGION = "eu-west-1"
PUBLIC = "aws-rds-instance-not-public"
ENCRYPTED = "aws-rds-instance-encrypted"
ZONES = "aws-rds-instance-multi-az"
BACKUP = "aws-rds-instance-backup-on"
UPGRADE = "aws-rds-instance-auto-minor-upgrade"
TLS = "aws-rds-tls-required"
CLUSTER = "aws-rds-cluster-encrypted"
WAREHOUSE = "aws-redshift-not-public"
PASSWORD = "not-a-real-one"


def plant(cloud, book):
    rds = cloud.client("rds", REGION)
    clusters(rds, book)
    instances(rds, book)
    tls(rds, book)
    members(rds, book)
    warehouses(cloud, book)


def judge_instance(book, arn, why, public=False, encrypted=False, zones=False, backup=True, upgrade=True, tls="FAIL"):
    """`backup` is None where it is not in question."""
    for check, good in ((PUBLIC, not public), (ENCRYPTED, encrypted), (ZONES, zones), (UPGRADE, upgrade)):
        (book.passes if good else book.fails)(check, arn, why)
    book._add("NOT_APPLICABLE" if backup is None else "PASS" if backup else "FAIL", BACKUP, arn, "", MAIN, why)
    book._add(tls, TLS, arn, "", MAIN, why)


def instance(rds, name, engine="postgres", **more):
    given = {"DBInstanceClass": "db.t3.micro", "Engine": engine, "AllocatedStorage": 20, "MasterUsername": "master",
             "MasterUserPassword": PASSWORD, **more}
    if "DBClusterIdentifier" in more:
        for key in ("AllocatedStorage", "MasterUsername", "MasterUserPassword"):
            del given[key]
    return rds.create_db_instance(DBInstanceIdentifier=name, **given)["DBInstance"]["DBInstanceArn"]


def clusters(rds, book):
    for name, more, encrypted in (
        ("plain", {}, False),
        ("said-plain", {"StorageEncrypted": False}, False),
        ("sealed", {"StorageEncrypted": True}, True),
        ("sealed-own-key", {"StorageEncrypted": True, "KmsKeyId": "alias/orders"}, True),
    ):
        arn = rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-mysql", MasterUsername="master",
                                    MasterUserPassword=PASSWORD, **more)["DBCluster"]["DBClusterArn"]
        (book.passes if encrypted else book.fails)(CLUSTER, arn, name)


def instances(rds, book):
    arn = instance(rds, "as-it-comes")
    judge_instance(book, arn, "as the emulator makes it")
    arn = instance(rds, "exposed", PubliclyAccessible=True, StorageEncrypted=False, MultiAZ=False, BackupRetentionPeriod=0,
                   AutoMinorVersionUpgrade=False)
    judge_instance(book, arn, "everything wrong", public=True, backup=False, upgrade=False)
    arn = instance(rds, "exemplary", PubliclyAccessible=False, StorageEncrypted=True, MultiAZ=True, BackupRetentionPeriod=7,
                   AutoMinorVersionUpgrade=True)
    judge_instance(book, arn, "everything right but TLS", encrypted=True, zones=True)
    arn = instance(rds, "public-else-right", PubliclyAccessible=True, StorageEncrypted=True, MultiAZ=True, BackupRetentionPeriod=35)
    judge_instance(book, arn, "only public", public=True, encrypted=True, zones=True)
    rds.modify_db_instance(DBInstanceIdentifier="public-else-right", BackupRetentionPeriod=1, ApplyImmediately=True)
    arn = instance(rds, "was-public", PubliclyAccessible=True, StorageEncrypted=True)
    rds.modify_db_instance(DBInstanceIdentifier="was-public", PubliclyAccessible=False, AutoMinorVersionUpgrade=False, ApplyImmediately=True)
    judge_instance(book, arn, "no longer public", encrypted=True, upgrade=False)
    arn = rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="exemplary", DBInstanceClass="db.t3.micro")["DBInstance"]["DBInstanceArn"]
    judge_instance(book, arn, "a replica has no backups of its own", encrypted=True, zones=True, backup=None)
    judge_instance(book, instance(rds, "oracle", "oracle-ee", LicenseModel="license-included", StorageEncrypted=True),
                   "Oracle has another way", encrypted=True, tls="NOT_APPLICABLE")


def tls(rds, book):
    def group(name, family, parameter=None, value=None):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
        if parameter:
            rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[
                {"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": "immediate"}])
        return name

    def case(verdict, name, engine, why, parameter=None, value=None):
        arn = instance(rds, name, engine, DBParameterGroupName=group(f"p-{name}", f"{engine}-family", parameter, value), StorageEncrypted=True)
        judge_instance(book, arn, why, encrypted=True, tls=verdict)

    case("PASS", "tls-postgres", "postgres", "PostgreSQL refuses", "rds.force_ssl", "1")
    case("FAIL", "tls-postgres-off", "postgres", "switched off", "rds.force_ssl", "0")
    case("FAIL", "tls-postgres-none", "postgres", "a group of one's own without the parameter")
    case("FAIL", "tls-postgres-other", "postgres", "the parameter of another engine", "require_secure_transport", "1")
    case("PASS", "tls-mysql", "mysql", "MySQL refuses", "require_secure_transport", "1")
    case("PASS", "tls-mysql-on", "mysql", "MySQL refuses, spelled ON", "require_secure_transport", "ON")
    case("FAIL", "tls-mysql-off", "mysql", "switched off", "require_secure_transport", "0")
    case("FAIL", "tls-mysql-other", "mysql", "the parameter of another engine", "rds.force_ssl", "1")


def members(rds, book):
    """Instances of clusters, whose storage, zones and parameters are the cluster's."""
    def case(verdict, name, why, parameter, value, own=None):
        rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=f"c-{name}", DBParameterGroupFamily="family", Description=why)
        rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=f"c-{name}", Parameters=[
            {"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": "immediate"}])
        cluster = rds.create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-mysql", MasterUsername="master", MasterUserPassword=PASSWORD,
            StorageEncrypted=True, DBClusterParameterGroupName=f"c-{name}", BackupRetentionPeriod=3)["DBCluster"]["DBClusterArn"]
        book.passes(CLUSTER, cluster, why)
        more = {}
        if own:
            rds.create_db_parameter_group(DBParameterGroupName=f"m-{name}", DBParameterGroupFamily="family", Description=why)
            rds.modify_db_parameter_group(DBParameterGroupName=f"m-{name}", Parameters=[
                {"ParameterName": parameter, "ParameterValue": own, "ApplyMethod": "immediate"}])
            more["DBParameterGroupName"] = f"m-{name}"
        arn = instance(rds, f"{name}-1", "aurora-mysql", DBClusterIdentifier=name, **more)
        judge_instance(book, arn, why, encrypted=True, tls=verdict)

    case("PASS", "member-on", "the cluster refuses", "require_secure_transport", "ON")
    case("FAIL", "member-off", "the cluster does not", "require_secure_transport", "OFF")
    case("FAIL", "member-own", "only the instance's own group would, which does not count", "require_secure_transport", "OFF", own="ON")


def warehouses(cloud, book):
    for region in (REGION, "us-east-1"):
        redshift, ec2 = cloud.client("redshift", region), cloud.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.80.0.0/16")["Vpc"]["VpcId"]
        groups = {}
        for name, source, opens in (("warehouse-open", "0.0.0.0/0", [(5439, 5439)]), ("warehouse-office", "198.51.100.0/24", [])):
            groups[name] = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
            ec2.authorize_security_group_ingress(GroupId=groups[name], IpPermissions=[rule(5439, v4=[source])])
            judge(book, f"arn:aws:ec2:{region}:{MAIN}:security-group/{groups[name]}", name, opens)

        def cluster(verdict, name, why, **more):
            redshift.create_cluster(ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="master",
                                    MasterUserPassword="Not-a-real-1", **more)
            book._add(verdict, WAREHOUSE, f"arn:aws:redshift:{region}:{MAIN}:cluster:{name}", "", MAIN, why)

        cluster("FAIL", "public-open", "public, everybody let in", PubliclyAccessible=True, VpcSecurityGroupIds=[groups["warehouse-open"]])
        cluster("FAIL", "public-office", "public, the office let in", PubliclyAccessible=True, VpcSecurityGroupIds=[groups["warehouse-office"]])
        cluster("PASS", "private-open", "private, everybody let in", PubliclyAccessible=False, VpcSecurityGroupIds=[groups["warehouse-open"]])
        cluster("PASS", "private", "private", PubliclyAccessible=False)
        cluster("PASS", "was-public", "no longer public", PubliclyAccessible=True)
        redshift.modify_cluster(ClusterIdentifier="was-public", PubliclyAccessible=False)


def close(cloud, book):
    """The instances and clusters that were made for snapshots' sake, as the emulator makes them."""
    for region in (REGION, "us-east-1"):
        rds = cloud.client("rds", region)
        for found in rds.describe_db_instances()["DBInstances"]:
            if not book.has(PUBLIC, found["DBInstanceArn"]):
                judge_instance(book, found["DBInstanceArn"], "as the emulator makes it")
        for found in rds.describe_db_clusters()["DBClusters"]:
            if found["Engine"] != "docdb" and not book.has(CLUSTER, found["DBClusterArn"]):
                book.fails(CLUSTER, found["DBClusterArn"], "as the emulator makes it")
