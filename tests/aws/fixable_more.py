"""More flaws for `fixable`: scanning, warehouses, documents, networks, ACLs."""

import json

import fixable
from planted.s3 import create

REGION = "eu-west-1"


def cases(clients, cloud):
    for service in (buckets, networks, identities, databases, documents, scanners):
        yield from service(clients, cloud)


def buckets(clients, cloud):
    yield fixable.Case("aws-s3-bucket-acls-disabled", create(cloud, "fix-acls", region=REGION, account=fixable.FLAWS))
    uid = create(cloud, "fix-unencrypted", region=REGION, account=fixable.FLAWS)
    clients("s3").delete_bucket_encryption(Bucket="fix-unencrypted")
    yield fixable.Case("aws-s3-bucket-default-encryption", uid)


def networks(clients, _):
    ec2 = clients("ec2")
    made = ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})["TransitGateway"]
    yield fixable.Case("aws-ec2-transit-gateway-no-auto-accept", made["TransitGatewayArn"])
    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.6.1.0/24")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet)
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    yield fixable.Case("aws-vpc-subnet-no-auto-public-ip", fixable.arn("ec2", f"subnet/{subnet}"))


def identities(clients, _):
    iam = clients("iam")
    shell = "arn:aws:iam::aws:policy/AWSCloudShellFullAccess"
    iam.create_user(UserName="fix-shell")
    iam.attach_user_policy(UserName="fix-shell", PolicyArn=shell)
    iam.create_group(GroupName="fix-shell")
    iam.attach_group_policy(GroupName="fix-shell", PolicyArn=shell)
    yield fixable.Case("aws-iam-cloudshell-full-access-unused", f"arn:aws:iam::{fixable.FLAWS}:root")


def databases(clients, _):
    made = clients("rds").create_db_instance(
        DBInstanceIdentifier="fix-deletable", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="master", MasterUserPassword="not-a-real-one", DeletionProtection=False)
    yield fixable.Case("aws-rds-instance-deletion-protected", made["DBInstance"]["DBInstanceArn"])
    clients("redshift").create_cluster(
        ClusterIdentifier="fix-routing", NodeType="ra3.large", MasterUsername="keeper", MasterUserPassword="Not-a-real-0ne",
        EnhancedVpcRouting=False)
    yield fixable.Case("aws-redshift-enhanced-vpc-routing", fixable.arn("redshift", "cluster:fix-routing"))


def documents(clients, _):
    ssm = clients("ssm")
    steps = [{"action": "aws:runShellScript", "name": "x", "inputs": {"runCommand": ["true"]}}]
    ssm.create_document(
        Content=json.dumps({"schemaVersion": "2.2", "description": "x", "mainSteps": steps}), Name="fix-public",
        DocumentType="Command", DocumentFormat="JSON")
    ssm.modify_document_permission(Name="fix-public", PermissionType="Share", AccountIdsToAdd=["all"])
    yield fixable.Case("aws-ssm-document-not-public", fixable.arn("ssm", "document/fix-public"))
    clients("organizations").create_organization(FeatureSet="ALL")
    catalog = clients("servicecatalog")
    made = catalog.create_portfolio(DisplayName="fix", ProviderName="x", IdempotencyToken="fix")["PortfolioDetail"]
    catalog.create_portfolio_share(PortfolioId=made["Id"], AccountId="444455556666")
    yield fixable.Case("aws-servicecatalog-portfolio-org-share-only", made["ARN"])


def scanners(clients, _):
    made = clients("ecr").create_repository(repositoryName="fix", imageScanningConfiguration={"scanOnPush": False})
    yield fixable.Case("aws-ecr-repository-scan-on-push", made["repository"]["repositoryArn"])
    clients("ecr", fixable.WIDE).create_repository(repositoryName="fix")
    region = fixable.arn("ec2", "region", fixable.WIDE)
    yield fixable.Case("aws-ecr-registry-scan-on-push", region, account=fixable.WIDE)
    # Inspector says nothing of an account before it was first switched on; AWS says that it is off.
    inspector = clients("inspector2", fixable.WIDE)
    inspector.enable(accountIds=[fixable.WIDE], resourceTypes=["EC2"])
    inspector.disable(accountIds=[fixable.WIDE], resourceTypes=["EC2"])
    yield fixable.Case("aws-inspector2-ec2-scanning-on", region, account=fixable.WIDE)
    clients("macie2").disable_macie()
    yield fixable.Case("aws-macie-enabled", fixable.arn("ec2", "region"))
    cluster = clients("eks").create_cluster(
        name="fix-logs", roleArn=f"arn:aws:iam::{fixable.FLAWS}:role/eks", version="1.33",
        resourcesVpcConfig={"subnetIds": ["subnet-1"]},
        # As AWS answers when none was asked for.
        logging={"clusterLogging": [{"types": ["api", "audit", "authenticator", "controllerManager", "scheduler"], "enabled": False}]},
    )["cluster"]
    yield fixable.Case("aws-eks-cluster-control-plane-logging-all", cluster["arn"])
