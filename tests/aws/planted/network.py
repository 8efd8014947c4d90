"""Network ACLs, flow logs, routes through peerings."""

from emulator import MAIN, SECOND, THIRD

SSH = "aws-ec2-nacl-no-ssh-from-internet"
RDP = "aws-ec2-nacl-no-rdp-from-internet"
FLOW_LOGS = "aws-vpc-flow-logs-on"
PEERING = "aws-vpc-peering-routes-least-privilege"
REGION = "eu-west-1"


def plant(cloud, book):
    acls(cloud, book)
    flow_logs(cloud, book)
    peerings(cloud, book)


def entry(number, action, protocol="6", low=None, high=None, v4="0.0.0.0/0", v6=None, egress=False):
    found = {"RuleNumber": number, "RuleAction": action, "Protocol": protocol, "Egress": egress}
    found["Ipv6CidrBlock" if v6 else "CidrBlock"] = v6 or v4
    if low is not None:
        found["PortRange"] = {"From": low, "To": low if high is None else high}
    return found


def allow(number, *ports, action="allow", **more):
    low, high = (ports[0], ports[-1]) if ports else (None, None)
    return entry(number, action, low=low, high=high, **more)


def deny(number, *ports, **more):
    return allow(number, *ports, action="deny", **more)


def acls(cloud, book):
    for region in (REGION, "us-east-1"):
        ec2 = cloud.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]

        def case(ssh, rdp, why, *entries):
            acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
            for one in entries:
                ec2.create_network_acl_entry(NetworkAclId=acl, **one)
            uid = f"arn:aws:ec2:{region}:{MAIN}:network-acl/{acl}"
            book._add(ssh, SSH, uid, "", MAIN, why)
            book._add(rdp, RDP, uid, "", MAIN, why)

        case("PASS", "PASS", "no entry of its own")
        case("FAIL", "PASS", "SSH", allow(100, 22))
        case("PASS", "FAIL", "RDP", allow(100, 3389))
        case("FAIL", "FAIL", "everything", allow(100, protocol="-1"))
        case("PASS", "PASS", "HTTPS", allow(100, 443), allow(110, 443, v6="::/0"))
        case("PASS", "FAIL", "open for replies, RDP among them", allow(100, 1024, 65535))
        case("PASS", "PASS", "open for replies but RDP", deny(90, 3389), allow(100, 1024, 65535))
        case("PASS", "PASS", "both denied before everything", deny(10, 22), deny(11, 3389), allow(100, protocol="-1"))
        case("FAIL", "FAIL", "denied too late", allow(100, protocol="-1"), deny(110, 22), deny(120, 3389))
        case("FAIL", "FAIL", "one network denied, the rest let in",
             deny(10, protocol="-1", v4="203.0.113.0/24"), allow(100, protocol="-1"))
        case("PASS", "PASS", "the office", allow(100, 22, v4="203.0.113.0/24"), allow(110, 3389, v4="203.0.113.0/24"))
        case("PASS", "PASS", "half of the internet", allow(100, 22, 3389, v4="0.0.0.0/1"))
        case("FAIL", "FAIL", "the other half as well", allow(100, 22, 3389, v4="0.0.0.0/1"), allow(110, 22, 3389, v4="128.0.0.0/1"))
        case("PASS", "PASS", "UDP", allow(100, 22, 3389, protocol="17"))
        case("PASS", "PASS", "outgoing", entry(100, "allow", low=22, high=3389, egress=True))
        case("FAIL", "PASS", "IPv6, denied for IPv4 only", deny(10, 22), allow(100, 22, v6="::/0"))
        case("PASS", "PASS", "denied for IPv6 as well", deny(10, 22, v6="::/0"), allow(100, 22, v6="::/0"))


def flow_logs(cloud, book):
    ec2 = cloud.client("ec2", REGION)
    role = f"arn:aws:iam::{MAIN}:role/flow-logs"
    cloud.client("logs", REGION).create_log_group(logGroupName="flow-logs")

    def vpc(verdict, number, why, kind="VPC", group="flow-logs", traffic=()):
        made = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=made, CidrBlock=f"10.{number}.1.0/24")["Subnet"]["SubnetId"]
        for count, one in enumerate(traffic):
            name = group if count == 0 else f"{group}-{count}"
            if count:
                cloud.client("logs", REGION).create_log_group(logGroupName=name)
            ec2.create_flow_logs(ResourceIds=[made if kind == "VPC" else subnet], ResourceType=kind, TrafficType=one,
                                 LogGroupName=name, DeliverLogsPermissionArn=role)
        book._add(verdict, FLOW_LOGS, f"arn:aws:ec2:{REGION}:{MAIN}:vpc/{made}", "", MAIN, why)

    vpc("PASS", 30, "all traffic", traffic=["ALL"])
    vpc("PASS", 31, "rejected traffic", traffic=["REJECT"])
    vpc("FAIL", 32, "accepted traffic only", traffic=["ACCEPT"])
    vpc("FAIL", 33, "nothing")
    vpc("FAIL", 34, "one subnet only", kind="Subnet", traffic=["ALL"])
    vpc("PASS", 35, "accepted and, apart, rejected traffic", traffic=["ACCEPT", "REJECT"])


def peerings(cloud, book):
    ec2 = cloud.client("ec2", REGION)
    ours = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]

    def peering(verdict, number, why, *routes, more=None):
        theirs = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        if more:
            ec2.associate_vpc_cidr_block(VpcId=theirs, CidrBlock=more)
        made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        for target in routes:
            table = ec2.create_route_table(VpcId=ours)["RouteTable"]["RouteTableId"]
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=target, VpcPeeringConnectionId=made)
        book._add(verdict, PEERING, f"arn:aws:ec2:{REGION}:{MAIN}:vpc-peering-connection/{made}", "", MAIN, why)

    peering("PASS", 61, "one subnet", "10.61.4.0/24")
    peering("PASS", 62, "two subnets", "10.62.4.0/24", "10.62.5.0/24")
    peering("PASS", 63, "no route")
    peering("FAIL", 64, "the whole VPC", "10.64.0.0/16")
    peering("FAIL", 65, "the whole VPC, in the second table", "10.65.1.0/24", "10.65.0.0/16")
    peering("FAIL", 66, "more than the VPC", "10.0.0.0/8")
    peering("FAIL", 67, "everything", "0.0.0.0/0")
    peering("PASS", 68, "half of the VPC", "10.68.128.0/17")


def close(cloud, book):
    """What comes with each VPC: an ACL that lets everything in, and no flow log."""
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            ec2 = cloud.client("ec2", region, account)
            for acl in ec2.describe_network_acls(Filters=[{"Name": "default", "Values": ["true"]}])["NetworkAcls"]:
                uid = f"arn:aws:ec2:{region}:{account}:network-acl/{acl['NetworkAclId']}"
                book.fails(SSH, uid, "a VPC's own ACL", account=account)
                book.fails(RDP, uid, "a VPC's own ACL", account=account)
            for vpc in ec2.describe_vpcs()["Vpcs"]:
                uid = f"arn:aws:ec2:{region}:{account}:vpc/{vpc['VpcId']}"
                if not book.has(FLOW_LOGS, uid, account):
                    book.fails(FLOW_LOGS, uid, "no flow log", account=account)
