"""Tables, file systems, caches, vaults, snapshots of DocumentDB, replication instances."""

import json

from emulator import MAIN
from planted.groups import judge, rule

REGION = "eu-west-1"
DOCUMENTS = "aws-documentdb-snapshot-not-public"
SNAPSHOT = "aws-rds-snapshot-not-public"
REPLICATION = "aws-dms-instance-not-public"
RECOVERY = "aws-dynamodb-table-pitr-on"
FILES = "aws-efs-file-system-encrypted"
VAULT = "aws-glacier-vault-policy-not-public"
SUBNETS, PATCHED, KEPT, TLS = (
    f"aws-elasticache-{name}" for name in ("custom-subnet-group", "redis-auto-minor-upgrade", "redis-backup-retention", "redis-tls"))


def plant(cloud, book):
    ec2 = cloud.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.61.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.61.{n}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")]
    replication(cloud, book, ec2, vpc, subnets)
    snapshots(cloud, book)
    tables(cloud, book)
    files(cloud, book)
    caches(cloud, book, subnets)
    vaults(cloud, book)


def replication(cloud, book, ec2, vpc, subnets):
    client = cloud.client("dms", REGION)
    groups = {}
    for name, source in (("replication-open", "0.0.0.0/0"), ("replication-closed", "10.0.0.0/8")):
        groups[name] = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=groups[name], IpPermissions=[rule(443, v4=[source])])
        judge(book, f"arn:aws:ec2:{REGION}:{MAIN}:security-group/{groups[name]}", name, [])
    client.create_replication_subnet_group(
        ReplicationSubnetGroupIdentifier="replication", ReplicationSubnetGroupDescription="replication", SubnetIds=subnets)
    for verdict, name, public, group, why in (
        ("FAIL", "open", True, "replication-open", "public, everybody let in"),
        ("FAIL", "guarded", True, "replication-closed", "public, its group lets nobody in"),
        ("PASS", "private", False, "replication-open", "private"),
    ):
        made = client.create_replication_instance(
            ReplicationInstanceIdentifier=name, ReplicationInstanceClass="dms.t3.micro", PubliclyAccessible=public,
            VpcSecurityGroupIds=[groups[group]], ReplicationSubnetGroupIdentifier="replication")["ReplicationInstance"]
        book._add(verdict, REPLICATION, made["ReplicationInstanceArn"], "", MAIN, why)


def snapshots(cloud, book):
    client = cloud.client("docdb", REGION)
    # The emulator makes no clusters of DocumentDB.
    client.create_db_cluster(
        DBClusterIdentifier="documents", Engine="neptune", MasterUsername="master", MasterUserPassword="not-a-real-one")
    for verdict, name, accounts, why in (
        ("FAIL", "documents-public", ["all"], "everybody"),
        ("PASS", "documents-shared", ["444455556666"], "one account"),
        ("PASS", "documents-private", [], "nobody"),
        ("FAIL", "documents-both", ["444455556666", "all"], "everybody beside one account"),
    ):
        made = client.create_db_cluster_snapshot(DBClusterIdentifier="documents", DBClusterSnapshotIdentifier=name)["DBClusterSnapshot"]
        if accounts:
            client.modify_db_cluster_snapshot_attribute(
                DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=accounts)
        book._add(verdict, DOCUMENTS, made["DBClusterSnapshotArn"], "", MAIN, why)
        book.not_applicable(SNAPSHOT, made["DBClusterSnapshotArn"], "has a check of its own")
    cloud.documents("documents", REGION)


def tables(cloud, book):
    client = cloud.client("dynamodb", REGION)
    for verdict, name, states in (("FAIL", "never-kept", []), ("PASS", "kept", [True]), ("FAIL", "was-kept", [True, False])):
        arn = client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])["TableDescription"]["TableArn"]
        for state in states:
            client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": state})
        book._add(verdict, RECOVERY, arn, "", MAIN, name)


def files(cloud, book):
    client = cloud.client("efs", REGION)
    for verdict, name, more in (("PASS", "sealed", {"Encrypted": True}), ("FAIL", "plain", {"Encrypted": False}), ("FAIL", "unsaid", {})):
        made = client.create_file_system(CreationToken=name, **more)["FileSystemId"]
        book._add(verdict, FILES, f"arn:aws:elasticfilesystem:{REGION}:{MAIN}:file-system/{made}", "", MAIN, name)


def caches(cloud, book, subnets):
    client = cloud.client("elasticache", REGION)
    held = [group["CacheSubnetGroupName"] for group in client.describe_cache_subnet_groups()["CacheSubnetGroups"]]
    for verdict, name in (("FAIL", "default"), ("PASS", "private")):
        if name not in held:
            client.create_cache_subnet_group(CacheSubnetGroupName=name, CacheSubnetGroupDescription=name, SubnetIds=subnets)
        made = client.create_cache_cluster(
            CacheClusterId=f"in-{name}", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1, CacheSubnetGroupName=name)
        book._add(verdict, SUBNETS, made["CacheCluster"]["ARN"], "", MAIN, name)

    def group(patched, kept, tls, name, why, **more):
        arn = client.create_replication_group(
            ReplicationGroupId=name, ReplicationGroupDescription=why, Engine="redis", CacheNodeType="cache.t3.micro",
            NumCacheClusters=1, **more)["ReplicationGroup"]["ARN"]
        for check, verdict in ((PATCHED, patched), (KEPT, kept), (TLS, tls)):
            book._add(verdict, check, arn, "", MAIN, why)

    group("PASS", "PASS", "PASS", "good", "all as it should be", AutoMinorVersionUpgrade=True, SnapshotRetentionLimit=7,
          TransitEncryptionEnabled=True, TransitEncryptionMode="required")
    group("FAIL", "FAIL", "FAIL", "bad", "everything wrong", AutoMinorVersionUpgrade=False, SnapshotRetentionLimit=0,
          TransitEncryptionEnabled=False)
    group("PASS", "FAIL", "FAIL", "near", "a day too few; TLS preferred", AutoMinorVersionUpgrade=True, SnapshotRetentionLimit=6,
          TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    group("PASS", "PASS", "PASS", "unsaid", "the mode is not said, which is required", AutoMinorVersionUpgrade=True,
          SnapshotRetentionLimit=35, TransitEncryptionEnabled=True)


def vaults(cloud, book):
    client = cloud.client("glacier", REGION)

    def vault(verdict, name, why, access=None, lock=None):
        client.create_vault(vaultName=name)
        uid = f"arn:aws:glacier:{REGION}:{MAIN}:vaults/{name}"

        def document(statement):
            held = {"Sid": "one", "Effect": "Allow", "Action": "glacier:InitiateJob", "Resource": uid, **statement}
            return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [held]})}

        if access:
            client.set_vault_access_policy(vaultName=name, policy=document(access))
        if lock:
            client.initiate_vault_lock(vaultName=name, policy=document(lock))
        book._add(verdict, VAULT, uid, "", MAIN, why)

    partner = {"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
    vault("PASS", "bare", "no policy")
    vault("FAIL", "open", "everybody", {"Principal": "*"})
    vault("FAIL", "open-aws", "everybody, in the other spelling", {"Principal": {"AWS": "*"}})
    vault("PASS", "partner", "one account", partner)
    vault("FAIL", "open-lock", "the lock lets everybody in", partner, {"Principal": "*"})
    vault("FAIL", "lock-denies", "the lock denies something else", {"Principal": "*"},
          {"Principal": "*", "Effect": "Deny", "Action": "glacier:DeleteArchive"})
    vault("PASS", "organisation", "the own organisation",
          {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}})
