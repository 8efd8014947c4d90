"""Databases and warehouses: zones, deletion, names, ports."""

import gaps_answers as answers
from emulator import EIGHTH, SEVENTH
from moto.rds.models import rds_backends
from planted.documents import EU


def plant(cloud, book):
    cloud, book = cloud.of(SEVENTH), book.of(SEVENTH)
    rds(cloud, book)
    redshift(cloud, book)
    opensearch(cloud, book)


def rds(cloud, book):
    c, ec2 = cloud.client("rds", EU), cloud.client("ec2", EU)
    ZONE, DEL, VPC = "aws-rds-cluster-multi-az", "aws-rds-instance-deletion-protected", "aws-rds-instance-in-vpc"
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]]
    c.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="x", SubnetIds=subnets[:2])

    def cluster(verdict, name, engine="aurora-postgresql", **more):
        arn = c.create_db_cluster(
            DBClusterIdentifier=name, Engine=engine, MasterUsername="keeper", MasterUserPassword="not-a-real-one", **more
        )["DBCluster"]["DBClusterArn"]
        book._add(verdict, ZONE, arn, "", SEVENTH, name)

    def instance(delete, vpc, name, engine="postgres", **more):
        given = (
            {}
            if "DBClusterIdentifier" in more
            else {"AllocatedStorage": 20, "MasterUsername": "keeper", "MasterUserPassword": "not-a-real-one"}
        )
        arn = c.create_db_instance(DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.t3.medium", **given, **more)["DBInstance"][
            "DBInstanceArn"
        ]
        book._add(delete, DEL, arn, "", SEVENTH, name)
        book._add(vpc, VPC, arn, "", SEVENTH, name)

    cluster("PASS", "wide", DeletionProtection=True)
    cluster("FAIL", "narrow")
    cluster("FAIL", "empty")
    instance(
        "PASS", "PASS", "wide-1", "aurora-postgresql", DBClusterIdentifier="wide", AvailabilityZone=EU + "a", DBSubnetGroupName="private"
    )
    instance(
        "PASS", "PASS", "wide-2", "aurora-postgresql", DBClusterIdentifier="wide", AvailabilityZone=EU + "b", DBSubnetGroupName="private"
    )
    instance(
        "FAIL",
        "PASS",
        "narrow-1",
        "aurora-postgresql",
        DBClusterIdentifier="narrow",
        AvailabilityZone=EU + "a",
        DBSubnetGroupName="private",
    )
    instance("PASS", "PASS", "orders", DeletionProtection=True, DBSubnetGroupName="private")
    instance("FAIL", "PASS", "shop", DBSubnetGroupName="private")
    instance("FAIL", "PASS", "pay", DeletionProtection=False, DBSubnetGroupName="private")
    instance("FAIL", "FAIL", "old")
    rds_backends[SEVENTH][EU].databases["old"].db_subnet_group = None


def redshift(cloud, book):
    c, ec2 = cloud.client("redshift", EU), cloud.client("ec2", EU)
    NAME, ROUTE, PORT = (f"aws-redshift-{x}" for x in ("custom-admin-name", "enhanced-vpc-routing", "port-restricted"))
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]

    def group(name, *rules):
        gid = ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"]
        for proto, a, b, cidr in rules:
            p = {
                "IpProtocol": proto,
                **({} if proto == "-1" else {"FromPort": a, "ToPort": b}),
                **({"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}),
            }
            ec2.authorize_security_group_ingress(GroupId=gid, IpPermissions=[p])
        return gid

    def plant(name, admin, route, port, groups, user="keeper", **more):
        c.create_cluster(
            ClusterIdentifier=name,
            NodeType="ra3.large",
            MasterUsername=user,
            MasterUserPassword="Not-a-real-1",
            VpcSecurityGroupIds=groups,
            **more,
        )
        for check, verdict in ((NAME, admin), (ROUTE, route), (PORT, port)):
            book._add(verdict, check, f"arn:aws:redshift:{EU}:{SEVENTH}:cluster:{name}", "", SEVENTH, name)

    inside, world = group("rs-inside", ("tcp", 5439, 5439, "10.0.0.0/8")), group("rs-world", ("tcp", 5439, 5439, "0.0.0.0/0"))
    plant("good", "PASS", "PASS", "PASS", [inside], EnhancedVpcRouting=True)
    plant("bad", "FAIL", "FAIL", "FAIL", [world], "awsuser", EnhancedVpcRouting=False)
    plant("six", "PASS", "FAIL", "FAIL", [group("rs-six", ("tcp", 5439, 5439, "::/0"))], "awsuser2")
    plant("moved", "PASS", "FAIL", "PASS", [world], Port=8192)
    plant("moved-open", "PASS", "FAIL", "FAIL", [group("rs-8192", ("tcp", 8000, 9000, "0.0.0.0/0"))], Port=8192)
    plant("all", "PASS", "FAIL", "FAIL", [inside, group("rs-all", ("-1", 0, 0, "0.0.0.0/0"))])
    plant("udp", "PASS", "FAIL", "PASS", [group("rs-udp", ("udp", 5439, 5439, "0.0.0.0/0"))])
    plant("https", "PASS", "FAIL", "PASS", [group("rs-https", ("tcp", 443, 443, "0.0.0.0/0"))])

    def workgroup(verdict, name, groups, **more):
        arn = f"arn:aws:redshift-serverless:{EU}:{SEVENTH}:workgroup/{name}"
        answers.WORKGROUPS.setdefault((SEVENTH, EU), []).append(
            dict(
                {
                    "workgroupArn": arn,
                    "workgroupId": name,
                    "workgroupName": name,
                    "namespaceName": "default",
                    "port": 5439,
                    "status": "AVAILABLE",
                    "securityGroupIds": groups,
                    "subnetIds": [],
                },
                **more,
            )
        )
        book._add(verdict, "aws-redshiftserverless-not-public", arn, "", SEVENTH, name)

    workgroup("FAIL", "open", [world], publiclyAccessible=True)
    workgroup("FAIL", "guarded", [inside], publiclyAccessible=True)
    workgroup("PASS", "private", [world], publiclyAccessible=False)
    workgroup("PASS", "silent", [inside])


def opensearch(cloud, book):
    c = cloud.client("opensearch", EU)
    for verdict, name, more in (
        ("PASS", "fine", {"AdvancedSecurityOptions": {"Enabled": True}}),
        ("FAIL", "bare", {}),
        ("FAIL", "off", {"AdvancedSecurityOptions": {"Enabled": False, "InternalUserDatabaseEnabled": True}}),
    ):
        book._add(
            verdict,
            "aws-opensearch-fine-grained-access",
            c.create_domain(DomainName=name, **more)["DomainStatus"]["ARN"],
            "",
            SEVENTH,
            name,
        )
