"""An inventory lists what is there: as many of each kind as boto3 counts, under the same ids, with the same ties."""

import json
import re

import pytest

from emulator import EMPTY, Cloud
from plumb import Scan

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def estate():
    cloud = Cloud()
    yield cloud, build(lambda service: cloud.client(service, REGION, EMPTY))
    cloud.stop()


@pytest.fixture(scope="module")
def scan(estate, tmp_path_factory):
    cloud, _ = estate
    folder = tmp_path_factory.mktemp("inventory")
    return Scan(folder, cloud.environment(EMPTY), "--inventory", "--region", REGION, "--check", "aws-sqs-queue-not-public",
                expect=(0, 4))


def arn(service, rest, region=REGION):
    return f"arn:aws:{service}:{region}:{EMPTY}:{rest}"


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def build(client):
    """One of each new kind and what it is tied to: (type, id) → the ties that its listing alone shows."""
    ec2, iam = client("ec2"), client("iam")
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust("ec2"))["Role"]["Arn"]
    profile = iam.create_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    oidc = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ThumbprintList=["a" * 40], ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    nets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{z}")["Subnet"]["SubnetId"]
            for n, z in enumerate("ab")]
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    eigw = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=nets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    gone = ec2.create_nat_gateway(SubnetId=nets[0], ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gone)
    lbs, classic = client("elbv2"), client("elb")
    balancer = lbs.create_load_balancer(Name="web", Subnets=nets)["LoadBalancers"][0]["LoadBalancerArn"]
    targets = lbs.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    listener = lbs.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
    classic.create_load_balancer(
        LoadBalancerName="old", Subnets=nets[:1],
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}])
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    client("s3").create_bucket(Bucket="inventory-lake", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("firehose").create_delivery_stream(
        DeliveryStreamName="lake",
        ExtendedS3DestinationConfiguration={"RoleARN": role, "BucketARN": "arn:aws:s3:::inventory-lake"})
    client("ssm").put_parameter(Name="/web/token", Value="never-to-be-read-8431", Type="SecureString")
    eks = client("eks")
    eks.create_cluster(name="web", roleArn=role, resourcesVpcConfig={"subnetIds": nets})
    eks.create_nodegroup(clusterName="web", nodegroupName="general", subnets=nets, nodeRole=role)
    zone = client("route53").create_hosted_zone(Name="web.example", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
    acl = client("wafv2").create_web_acl(
        Name="web", Scope="REGIONAL", DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "web"})["Summary"]["ARN"]
    machine = client("stepfunctions").create_state_machine(
        name="refund", roleArn=role, definition='{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}')["stateMachineArn"]
    return {
        ("aws.ec2.address", arn("ec2", f"elastic-ip/{address}")): set(),
        ("aws.ec2.internet-gateway", arn("ec2", f"internet-gateway/{igw}")): {("attached_to", arn("ec2", f"vpc/{vpc}"))},
        ("aws.ec2.egress-only-internet-gateway", arn("ec2", f"egress-only-internet-gateway/{eigw}")):
            {("attached_to", arn("ec2", f"vpc/{vpc}"))},
        ("aws.ec2.nat-gateway", arn("ec2", f"natgateway/{nat}")): {
            ("placed_in", arn("ec2", f"subnet/{nets[0]}")), ("reached_at", arn("ec2", f"elastic-ip/{address}"))},
        ("aws.elbv2.load-balancer", balancer): {("placed_in", arn("ec2", f"subnet/{n}")) for n in nets},
        ("aws.elbv2.target-group", targets): {("serves", balancer), ("part_of", arn("ec2", f"vpc/{vpc}"))},
        ("aws.elbv2.listener", listener["Listeners"][0]["ListenerArn"]): {("part_of", balancer), ("forwards_to", targets)},
        ("aws.elb.load-balancer", arn("elasticloadbalancing", "loadbalancer/old")):
            {("placed_in", arn("ec2", f"subnet/{nets[0]}"))},
        ("aws.kinesis.stream", arn("kinesis", "stream/clicks")): set(),
        ("aws.firehose.delivery-stream", arn("firehose", "deliverystream/lake")): set(),
        ("aws.ssm.parameter", arn("ssm", "parameter/web/token")): set(),
        ("aws.iam.instance-profile", profile): {("runs_as", role)},
        ("aws.iam.oidc-provider", oidc): set(),
        ("aws.eks.cluster", arn("eks", "cluster/web")): set(),
        ("aws.eks.nodegroup", arn("eks", "nodegroup/web/general")): set(),
        ("aws.route53.hosted-zone", f"arn:aws:route53:::hostedzone/{zone}"): set(),
        ("aws.wafv2.web-acl", acl): set(),
        ("aws.stepfunctions.state-machine", machine): set(),
    }


def test_everything_is_listed_once_under_its_id(estate, scan):
    _, made = estate
    listed = [(row["type"], row["uid"]) for row in scan.inventory()]
    assert sorted(set(made) - set(listed)) == []
    assert len(listed) == len(set(listed))
    types = {kind for kind, _ in made} - {"aws.eks.cluster"}
    assert {row for row in listed if row[0] in types} == {row for row in made if row[0] in types}


def test_the_listing_shows_the_ties(estate, scan):
    _, made = estate
    for (_, uid), ties in made.items():
        shown = scan.command("show", uid).stdout
        for name, to in ties:
            of_name = shown.partition(f"{name} → ")[2]
            assert to in re.split(r"→|←|\nverdict", of_name)[0], f"{uid}: {name} {to}\n{shown}"


def test_a_parameter_s_value_is_not_read(scan):
    assert "never-to-be-read-8431" not in scan.command("show", arn("ssm", "parameter/web/token")).stdout
