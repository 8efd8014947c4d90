"""Snapshots of databases and clusters, shared and not."""

from emulator import MAIN, SECOND

PUBLIC = "aws-rds-snapshot-not-public"


def plant(cloud, book):
    for region in ("eu-west-1", "us-east-1"):
        rds = cloud.client("rds", region)
        rds.create_db_instance(
            DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres",
            MasterUsername="master", MasterUserPassword="not-a-real-one", AllocatedStorage=20)

        def snapshot(verdict, name, why, add=(), remove=()):
            made = rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier=name)["DBSnapshot"]
            if add:
                rds.modify_db_snapshot_attribute(
                    DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=list(add))
            if remove:
                rds.modify_db_snapshot_attribute(
                    DBSnapshotIdentifier=name, AttributeName="restore", ValuesToRemove=list(remove))
            book._add(verdict, PUBLIC, made["DBSnapshotArn"], "", MAIN, why)

        snapshot("FAIL", "public", "anyone may restore it", add=["all"])
        snapshot("FAIL", "public-too", "anyone, beside one account", add=[SECOND, "all"])
        snapshot("PASS", "shared", "one account may", add=[SECOND])
        snapshot("PASS", "private", "nobody else")
        snapshot("PASS", "was-public", "no longer", add=["all"], remove=["all"])

        rds.create_db_cluster(
            DBClusterIdentifier="ledger", Engine="aurora-postgresql", MasterUsername="master",
            MasterUserPassword="not-a-real-one")

        def cluster_snapshot(verdict, name, why, add=()):
            made = rds.create_db_cluster_snapshot(
                DBClusterIdentifier="ledger", DBClusterSnapshotIdentifier=name)["DBClusterSnapshot"]
            if add:
                rds.modify_db_cluster_snapshot_attribute(
                    DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=list(add))
            book._add(verdict, PUBLIC, made["DBClusterSnapshotArn"], "", MAIN, why)

        cluster_snapshot("FAIL", "cluster-public", "anyone may restore the cluster", add=["all"])
        cluster_snapshot("PASS", "cluster-shared", "one account may", add=[SECOND])
        cluster_snapshot("PASS", "cluster-private", "nobody else")
