"""Machines: addresses, profiles, enclaves, file sharing, templates, network ACLs, transit gateways."""

import gaps_answers as answers
from emulator import FIFTH, FOURTH, SIXTH
from planted.network import allow as let, deny
from planted.documents import EC2TRUST, EU, aws, doc


def plant(cloud, book):
    cloud, book = cloud.of(FOURTH), book.of(FOURTH)
    machines(cloud, book)
    networks(cloud, book)


def machines(cloud, book):
    DEF, EIMDS, EPORTS, CIFS, PROFILE, PUBLIC, SSM, LT, NACL, SG, TGW = (
        f"aws-ec2-{n}"
        for n in (
            "account-imdsv2-default",
            "enclave-host-imdsv2-required",
            "enclave-host-ingress-restricted",
            "instance-cifs-not-exposed",
            "instance-has-instance-profile",
            "public-instance-no-instance-profile",
            "instance-managed-by-ssm",
            "launch-template-no-public-ip",
            "nacl-no-ingress-any-port-from-internet",
            "sg-authorized-ports-only",
            "transit-gateway-no-auto-accept",
        )
    )
    ec2 = cloud.client("ec2", EU)
    answers.IMDS[FOURTH, EU] = {"HttpTokens": "optional"}
    answers.IMDS[FIFTH, EU] = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    for account in (FOURTH, FIFTH, SIXTH):
        for r in cloud.enabled_regions(account):
            book._add("PASS" if (account, r) == (FIFTH, EU) else "FAIL", DEF, f"arn:aws:ec2:{r}:{account}:region", "", account, "default")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    public, private = (ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{n}.0/24")["Subnet"]["SubnetId"] for n in (1, 2))
    ec2.modify_subnet_attribute(SubnetId=public, MapPublicIpOnLaunch={"Value": True})
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    sgs = {}

    def group(name, verdict, *perms):
        g = ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"]
        sgs[name] = g
        if perms:
            ec2.authorize_security_group_ingress(GroupId=g, IpPermissions=list(perms))
        book._add(verdict, SG, f"arn:aws:ec2:{EU}:{FOURTH}:security-group/{g}", "", FOURTH, name)

    def p(proto, lo=None, hi=None, v4="0.0.0.0/0", v6=None):
        d = {"IpProtocol": proto, **({"Ipv6Ranges": [{"CidrIpv6": v6}]} if v6 else {"IpRanges": [{"CidrIp": v4}]})}
        if lo is not None:
            d.update(FromPort=lo, ToPort=lo if hi is None else hi)
        return d

    group("closed", "PASS")
    group("web", "PASS", p("tcp", 443), p("tcp", 80, v6="::/0"))
    group("ssh", "FAIL", p("tcp", 22))
    group("smb", "FAIL", p("tcp", 445))
    group("netbios6", "FAIL", p("tcp", 139, v6="::/0"))
    group("all", "FAIL", p("-1"))
    group("smb-office", "PASS", p("tcp", 445, v4="198.51.100.0/24"))
    group("range", "FAIL", p("tcp", 80, 443))
    group("udp", "FAIL", p("udp", 443))
    group("icmp", "PASS", p("icmp", -1, -1))
    group("alt", "FAIL", p("tcp", 8080))
    i = cloud.client("iam")
    for name, attached in (("web-profile", None), ("admin-profile", aws("AdministratorAccess"))):
        i.create_role(RoleName=name, AssumeRolePolicyDocument=doc(EC2TRUST))
        i.create_instance_profile(InstanceProfileName=name)
        i.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        if attached:
            i.attach_role_policy(RoleName=name, PolicyArn=attached)
        uid = f"arn:aws:iam::{FOURTH}:role/{name}"
        book.not_applicable("aws-iam-role-no-administrator-access", uid, "a service")
        book.not_applicable("aws-iam-service-role-confused-deputy-guarded", uid, "ec2")
        book.not_applicable("aws-iam-inline-policy-no-privilege-escalation", uid, "none")

    def machine(
        name,
        groups=("closed",),
        subnet=private,
        cifs="PASS",
        profile=None,
        face="PASS",
        ssm=None,
        tokens="optional",
        state=None,
        enclave=None,
        second=None,
    ):
        # moto gives every machine an address outside of a subnet that says not to.
        more = {"IamInstanceProfile": {"Name": profile}} if profile else {}
        nets = [{"DeviceIndex": 0, "SubnetId": subnet, "Groups": [sgs[g] for g in groups], "AssociatePublicIpAddress": subnet == public}]
        made = ec2.run_instances(
            ImageId="ami-12345678", MinCount=1, MaxCount=1, NetworkInterfaces=nets, MetadataOptions={"HttpTokens": tokens}, **more
        )["Instances"][0]["InstanceId"]
        if second:
            eni = ec2.create_network_interface(SubnetId=private, Groups=[sgs[second]])["NetworkInterface"]["NetworkInterfaceId"]
            ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=made, DeviceIndex=1)
        if ssm:
            answers.NODES.setdefault((FOURTH, EU), []).append({"InstanceId": made, "PingStatus": "Online", "ResourceType": "EC2Instance"})
        if state == "stopped":
            ec2.stop_instances(InstanceIds=[made])
        if enclave:
            answers.ENCLAVES.add(made)
        uid = f"arn:aws:ec2:{EU}:{FOURTH}:instance/{made}"
        if state == "terminated":
            ec2.terminate_instances(InstanceIds=[made])
            return
        book._add(cifs, CIFS, uid, "", FOURTH, name)
        book._add("PASS" if profile else "FAIL", PROFILE, uid, "", FOURTH, name)
        book._add(face, PUBLIC, uid, "", FOURTH, name)
        book._add("NOT_APPLICABLE" if state else "PASS" if ssm else "FAIL", SSM, uid, "", FOURTH, name)
        book._add(enclave[0] if enclave else "NOT_APPLICABLE", EIMDS, uid, "", FOURTH, name)
        book._add(enclave[1] if enclave else "NOT_APPLICABLE", EPORTS, uid, "", FOURTH, name)

    machine("quiet")
    machine("ssm", ssm=True)
    machine("stopped", state="stopped")
    machine("gone", state="terminated")
    machine("smb-public", ["smb"], public, "FAIL")
    machine("smb-private", ["web", "smb"], private, "FAIL")
    machine("smb-v6", ["netbios6"], private, "FAIL")
    machine("smb-office", ["smb-office", "web"], public)
    machine("smb-second", ["closed"], private, "FAIL", second="smb")
    machine("everything", ["all"], public, "FAIL")
    machine("profiled", profile="web-profile")
    machine("faced", subnet=public, profile="web-profile", face="FAIL")
    machine("faced-admin", subnet=public, profile="admin-profile", face="FAIL")
    machine("faced-bare", subnet=public)
    machine("enclave-good", ["web", "ssh"], tokens="required", enclave=("PASS", "PASS"))
    machine("enclave-v1", ["closed"], enclave=("FAIL", "PASS"))
    machine("enclave-open", ["web", "alt"], tokens="required", enclave=("PASS", "FAIL"))
    machine("enclave-second", cifs="FAIL", tokens="required", enclave=("PASS", "FAIL"), second="range")

    # launch templates
    def template(name, verdict, *versions):
        t = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=versions[0])["LaunchTemplate"]["LaunchTemplateId"]
        for v in versions[1:]:
            ec2.create_launch_template_version(LaunchTemplateId=t, LaunchTemplateData=v)
        book._add(verdict, LT, f"arn:aws:ec2:{EU}:{FOURTH}:launch-template/{t}", "", FOURTH, name)

    def nic(v):
        return {"ImageId": "ami-1", "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": v}]}

    template("lt-public", "FAIL", nic(True))
    template("lt-private", "PASS", nic(False))
    template("lt-silent", "PASS", {"ImageId": "ami-1"})
    template("lt-new", "FAIL", nic(False), nic(True))
    template("lt-old", "FAIL", nic(True), nic(False))
    eni = ec2.create_network_interface(SubnetId=private)["NetworkInterface"]["NetworkInterfaceId"]
    template("lt-eni", "PASS", {"NetworkInterfaces": [{"DeviceIndex": 0, "NetworkInterfaceId": eni}]})
    eip = ec2.allocate_address(Domain="vpc")["AllocationId"]
    shown = ec2.create_network_interface(SubnetId=public)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.associate_address(AllocationId=eip, NetworkInterfaceId=shown)
    template("lt-eni-public", "FAIL", {"NetworkInterfaces": [{"DeviceIndex": 0, "NetworkInterfaceId": shown}]})

    # ACLs
    def acl(verdict, why, *entries):
        a = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        for e in entries:
            ec2.create_network_acl_entry(NetworkAclId=a, **e)
        book._add(verdict, NACL, f"arn:aws:ec2:{EU}:{FOURTH}:network-acl/{a}", "", FOURTH, why)

    acl("PASS", "none")
    acl("PASS", "HTTPS", let(100, 443))
    acl("PASS", "TCP", let(100, 0, 65535))
    acl("FAIL", "all", let(100, protocol="-1"))
    acl("PASS", "denied first", deny(90, protocol="-1"), let(100, protocol="-1"))
    acl("FAIL", "too late", let(100, protocol="-1"), deny(110, protocol="-1"))
    acl("FAIL", "but SSH", deny(90, 22), let(100, protocol="-1"))
    acl("FAIL", "v6", let(100, protocol="-1", v6="::/0"))
    acl("PASS", "office", let(100, protocol="-1", v4="203.0.113.0/24"))
    acl("PASS", "outgoing", {**let(100, protocol="-1"), "Egress": True})
    acl("FAIL", "halves", let(100, protocol="-1", v4="0.0.0.0/1"), let(110, protocol="-1", v4="128.0.0.0/1"))
    for value, verdict in (("enable", "FAIL"), ("disable", "PASS"), (None, "PASS")):
        t = ec2.create_transit_gateway(**({"Options": {"AutoAcceptSharedAttachments": value}} if value else {}))["TransitGateway"][
            "TransitGatewayArn"
        ]
        book._add(verdict, TGW, t, "", FOURTH, str(value))
    gone = ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})["TransitGateway"]["TransitGatewayId"]
    ec2.delete_transit_gateway(TransitGatewayId=gone)


def networks(cloud, book):
    names = {
        "ec2": "aws-vpc-ec2-endpoint-present",
        "ecr.api": "aws-vpc-ecr-api-endpoint-present",
        "ecr.dkr": "aws-vpc-ecr-docker-endpoint-present",
        "ssm": "aws-vpc-ssm-endpoint-present",
    }
    ec2 = cloud.client("ec2", EU)

    def vpc(n, *services, used=True, kind="Interface"):
        v = ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"]
        s = ec2.create_subnet(VpcId=v, CidrBlock=f"10.{n}.1.0/24")["Subnet"]["SubnetId"]
        if used:
            ec2.create_network_interface(SubnetId=s)
        for one in services:
            ec2.create_vpc_endpoint(
                VpcId=v,
                ServiceName=f"com.amazonaws.{EU}.{one}",
                VpcEndpointType="Gateway" if one == "s3" else kind,
                **({} if one == "s3" else {"SubnetIds": [s]}),
            )
        for one, check in names.items():
            book._add(
                "NOT_APPLICABLE" if not used and not services else "PASS" if one in services else "FAIL",
                check,
                f"arn:aws:ec2:{EU}:{FOURTH}:vpc/{v}",
                "",
                FOURTH,
                f"vpc {n}: {services}",
            )

    vpc(70, "ec2", "ecr.api", "ecr.dkr", "ssm")
    vpc(71, "ec2")
    vpc(72, "ec2messages", "ssmmessages", "s3")
    vpc(73, "ecr.api")
    vpc(74, "ecr.dkr", "ssm")
    vpc(75)
    vpc(76, used=False)
    SUB = "aws-vpc-subnet-no-auto-public-ip"
    for account in (FOURTH, FIFTH, SIXTH):
        for r in cloud.enabled_regions(account):
            c = cloud.client("ec2", r, account)
            used = {n["VpcId"] for n in c.describe_network_interfaces()["NetworkInterfaces"]}
            for v in c.describe_vpcs()["Vpcs"]:
                for check in names.values():
                    uid = f"arn:aws:ec2:{r}:{account}:vpc/{v['VpcId']}"
                    if not book.has(check, uid, account):
                        book._add("FAIL" if v["VpcId"] in used else "NOT_APPLICABLE", check, uid, "", account, "as made")
            for s in c.describe_subnets()["Subnets"]:
                book._add(
                    "FAIL" if s["MapPublicIpOnLaunch"] else "PASS",
                    SUB,
                    f"arn:aws:ec2:{r}:{account}:subnet/{s['SubnetId']}",
                    "",
                    account,
                    "as made",
                )
            for a in c.describe_network_acls(Filters=[{"Name": "default", "Values": ["true"]}])["NetworkAcls"]:
                book.fails(
                    "aws-ec2-nacl-no-ingress-any-port-from-internet",
                    f"arn:aws:ec2:{r}:{account}:network-acl/{a['NetworkAclId']}",
                    "as made",
                    account=account,
                )
            for g in c.describe_security_groups()["SecurityGroups"]:
                uid = f"arn:aws:ec2:{r}:{account}:security-group/{g['GroupId']}"
                if not book.has("aws-ec2-sg-authorized-ports-only", uid, account):
                    book.passes("aws-ec2-sg-authorized-ports-only", uid, g["GroupName"], account=account)
