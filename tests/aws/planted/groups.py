"""Security groups: which ports everybody reaches, by each of the checks on ports."""

from emulator import MAIN, SECOND, THIRD

EVERYONE = ["0.0.0.0/0"]
ALL = "aws-ec2-sg-no-all-ports-from-internet"
DEFAULT = "aws-ec2-default-sg-closed"
# Check → the TCP ports that it is about.
PORTS = {
    "aws-ec2-sg-no-ssh-from-internet": (22,),
    "aws-ec2-sg-no-rdp-from-internet": (3389,),
    "aws-ec2-sg-no-mysql-from-internet": (3306,),
    "aws-ec2-sg-no-postgresql-from-internet": (5432,),
    "aws-ec2-sg-no-redis-from-internet": (6379,),
    "aws-ec2-sg-no-mongodb-from-internet": (27017, 27018),
    "aws-ec2-sg-no-elasticsearch-from-internet": (9200, 9300, 5601),
    "aws-ec2-sg-no-high-risk-ports-from-internet": (
        20, 21, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 4333, 5000, 5500, 8080, 8088, 8888),
}
EVERY_PORT = (0, 65535)


def rule(low=None, high=None, protocol="tcp", v4=(), v6=(), prefixes=(), groups=()):
    found = {"IpProtocol": protocol}
    if low is not None:
        found.update(FromPort=low, ToPort=low if high is None else high)
    if v4:
        found["IpRanges"] = [{"CidrIp": cidr} for cidr in v4]
    if v6:
        found["Ipv6Ranges"] = [{"CidrIpv6": cidr} for cidr in v6]
    if prefixes:
        found["PrefixListIds"] = [{"PrefixListId": prefix} for prefix in prefixes]
    if groups:
        found["UserIdGroupPairs"] = [{"GroupId": group} for group in groups]
    return found


def plant(cloud, book):
    for region in ("us-east-1", "eu-west-1"):
        ec2 = cloud.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/20")["Subnet"]["SubnetId"]
        for name, why, opens, rules in ssh_cases(ec2, vpc) + (port_cases() if region == "eu-west-1" else []):
            group = ec2.create_security_group(GroupName=name, Description=why, VpcId=vpc)["GroupId"]
            ec2.create_network_interface(SubnetId=subnet, Groups=[group])
            if rules:
                ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
            judge(book, f"arn:aws:ec2:{region}:{MAIN}:security-group/{group}", f"{name}: {why}", opens)
        outgoing(ec2, vpc, subnet, region, book)


def judge(book, uid, why, opens, account=MAIN):
    """`opens`: the TCP ports that everybody reaches, as ranges."""
    for check, ports in PORTS.items():
        hit = any(low <= port <= high for port in ports for low, high in opens)
        (book.fails if hit else book.passes)(check, uid, why, account=account)
    (book.fails if any(low <= 1 and high == 65535 for low, high in opens) else book.passes)(ALL, uid, why, account=account)
    if "(default)" not in why:
        book.not_applicable(DEFAULT, uid, "not a VPC's default group", account=account)


def outgoing(ec2, vpc, subnet, region, book):
    egress = ec2.create_security_group(GroupName="egress", Description="outgoing only", VpcId=vpc)["GroupId"]
    ec2.create_network_interface(SubnetId=subnet, Groups=[egress])
    ec2.authorize_security_group_egress(GroupId=egress, IpPermissions=[rule(22, v4=EVERYONE), rule(3306, v4=EVERYONE)])
    judge(book, f"arn:aws:ec2:{region}:{MAIN}:security-group/{egress}", "egress is not ingress", [])


def prefix_list(ec2, name, cidrs):
    entries = [{"Cidr": cidr, "Description": name} for cidr in cidrs]
    answer = ec2.create_managed_prefix_list(
        PrefixListName=name, Entries=entries, MaxEntries=10, AddressFamily="IPv4")
    return answer["PrefixList"]["PrefixListId"]


def ssh_cases(ec2, vpc):
    """(name, why, what everybody reaches, rules)"""
    peer = ec2.create_security_group(GroupName="peer", Description="peer", VpcId=vpc)["GroupId"]
    open_list = prefix_list(ec2, "open", ["203.0.113.0/24", "0.0.0.0/0"])
    halves_list = prefix_list(ec2, "halves", ["0.0.0.0/1", "128.0.0.0/1"])
    office_list = prefix_list(ec2, "office", ["203.0.113.0/24"])
    ssh = [(22, 22)]
    return [
        ("ssh-open", "port 22", ssh, [rule(22, v4=EVERYONE)]),
        ("ssh-in-range", "inside a range", [(20, 25)], [rule(20, 25, v4=EVERYONE)]),
        ("ssh-range-from-zero", "0-65535", [EVERY_PORT], [rule(0, 65535, v4=EVERYONE)]),
        ("ssh-all-protocols", "-1 is every protocol and port", [EVERY_PORT], [rule(protocol="-1", v4=EVERYONE)]),
        ("ssh-ipv6-only", "::/0", ssh, [rule(22, v6=["::/0"])]),
        ("ssh-halves", "two halves are everything", ssh, [rule(22, v4=["0.0.0.0/1", "128.0.0.0/1"])]),
        ("ssh-halves-apart", "halves in rules of different ranges", ssh,
         [rule(22, v4=["0.0.0.0/1"]), rule(1, 1024, v4=["128.0.0.0/1"])]),
        ("ssh-prefix-list", "a prefix list that holds 0.0.0.0/0", ssh, [rule(22, prefixes=[open_list])]),
        ("ssh-prefix-halves", "a prefix list of halves", ssh, [rule(22, prefixes=[halves_list])]),
        ("ssh-protocol-number", "6 is TCP", ssh, [rule(22, protocol="6", v4=EVERYONE)]),
        ("ssh-second-rule", "behind a harmless rule", [(443, 443), (22, 22)], [rule(443, v4=EVERYONE), rule(22, v4=EVERYONE)]),
        ("ssh-office", "one network", [], [rule(22, v4=["203.0.113.0/24"])]),
        ("ssh-half", "one half is not everything", [], [rule(22, v4=["0.0.0.0/1"])]),
        ("ssh-halves-disjoint", "halves on different ports", [],
         [rule(22, v4=["0.0.0.0/1"]), rule(443, v4=["128.0.0.0/1"])]),
        ("ssh-halves-mixed", "half of IPv4 and half of IPv6", [], [rule(22, v4=["0.0.0.0/1"], v6=["8000::/1"])]),
        ("ssh-private", "private networks", [], [rule(22, v4=["10.0.0.0/8", "192.168.0.0/16"])]),
        ("https-open", "another port", [(443, 443)], [rule(443, v4=EVERYONE, v6=["::/0"])]),
        ("ssh-below-range", "just above", [(23, 30)], [rule(23, 30, v4=EVERYONE)]),
        ("ssh-udp", "another protocol", [], [rule(22, protocol="udp", v4=EVERYONE)]),
        ("ssh-icmp", "ICMP type 8, not port 8", [], [rule(8, -1, protocol="icmp", v4=EVERYONE)]),
        ("ssh-group", "from another group", [], [rule(22, groups=[peer])]),
        ("ssh-office-list", "a prefix list of one network", [], [rule(22, prefixes=[office_list])]),
        ("ssh-ipv6-network", "one IPv6 network", [], [rule(22, v6=["2001:db8::/32"])]),
        ("ssh-none", "no rule", [], []),
    ]


def port_cases():
    cases = [
        ("almost-every-port", "1-65535 is every port: nothing listens on 0", [(1, 65535)], [rule(1, 65535, v4=EVERYONE)]),
        ("every-port-office", "every port, from one network", [], [rule(protocol="-1", v4=["203.0.113.0/24"])]),
        ("every-port-halves", "every protocol, in two halves", [EVERY_PORT],
         [rule(protocol="-1", v4=["0.0.0.0/1"]), rule(protocol="-1", v4=["128.0.0.0/1"])]),
        ("every-port-ipv6", "every protocol, IPv6", [EVERY_PORT], [rule(protocol="-1", v6=["::/0"])]),
    ]
    for check, ports in PORTS.items():
        name = "port-" + check.removeprefix("aws-ec2-sg-no-").removesuffix("-from-internet")
        for port in ports:
            cases.append((f"{name}-{port}", "the port", [(port, port)], [rule(port, v4=EVERYONE)]))
        first = ports[0]
        cases += [
            (f"{name}-v6", "the port, IPv6", [(first, first)], [rule(first, v6=["::/0"])]),
            (f"{name}-around", "a range around it", [(first - 1, first + 1)], [rule(first - 1, first + 1, v4=EVERYONE)]),
            (f"{name}-udp", "the same port of UDP", [], [rule(first, protocol="udp", v4=EVERYONE)]),
            (f"{name}-office", "from one network", [], [rule(first, v4=["198.51.100.0/24"])]),
            (f"{name}-between", "ports below and above", [(first - 2, first - 1), (first + 1, first + 2)],
             [rule(first - 2, first - 1, v4=EVERYONE), rule(first + 1, first + 2, v4=EVERYONE)]),
        ]
    return cases


def close(cloud, book):
    """The groups that come with each VPC, which AWS and the emulator make open to outgoing traffic."""
    shut = cloud.client("ec2", "eu-west-1")
    vpc = shut.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    group = default_group(shut, vpc)
    shut.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    half = shut.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    opened = default_group(shut, half)
    shut.authorize_security_group_ingress(GroupId=opened["GroupId"], IpPermissions=[rule(443, v4=["10.0.0.0/8"])])
    shut.revoke_security_group_egress(GroupId=opened["GroupId"], IpPermissions=opened["IpPermissionsEgress"])
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            found = cloud.client("ec2", region, account).describe_security_groups()["SecurityGroups"]
            for one in found:
                uid = f"arn:aws:ec2:{region}:{account}:security-group/{one['GroupId']}"
                if one["GroupName"] == "default":
                    judge(book, uid, "a VPC's own group (default)", [], account)
                    if one["VpcId"] == vpc:
                        book.passes(DEFAULT, uid, "its rules were taken away")
                    elif one["VpcId"] == half:
                        book.fails(DEFAULT, uid, "nothing out, but something in")
                    else:
                        book.fails(DEFAULT, uid, "as it comes", account=account)
                elif not book.has(ALL, uid, account):
                    judge(book, uid, "a group to refer to", [], account)


def default_group(ec2, vpc):
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
