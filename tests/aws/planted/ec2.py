"""Security groups, instances, snapshots, per-region defaults."""

import base64
import gzip

from emulator import MAIN, SECOND, THIRD

SSH = "aws-ec2-sg-no-ssh-from-internet"
IMDS = "aws-ec2-instance-imdsv2-required"
USER_DATA = "aws-ec2-instance-user-data-no-secrets"
SNAPSHOT = "aws-ec2-ebs-snapshot-not-public"
DEFAULT_ENCRYPTION = "aws-ec2-ebs-default-encryption-on"
EVERYONE = ["0.0.0.0/0"]


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
    security_groups(cloud, book)
    instances(cloud, book)
    snapshots(cloud, book)
    default_encryption(cloud, book)


def default_encryption(cloud, book):
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            uid = f"arn:aws:ec2:{region}:{account}:region"
            ec2 = cloud.client("ec2", region, account)
            if (account, region) == (MAIN, "eu-west-1"):
                ec2.enable_ebs_encryption_by_default()
                book.passes(DEFAULT_ENCRYPTION, uid, "switched on")
            elif (account, region) == (SECOND, "us-east-1"):
                ec2.enable_ebs_encryption_by_default()
                ec2.disable_ebs_encryption_by_default()
                book.fails(DEFAULT_ENCRYPTION, uid, "switched off again", account=account)
            else:
                book.fails(DEFAULT_ENCRYPTION, uid, "never switched on", account=account)


def prefix_list(ec2, name, cidrs):
    entries = [{"Cidr": cidr, "Description": name} for cidr in cidrs]
    answer = ec2.create_managed_prefix_list(
        PrefixListName=name, Entries=entries, MaxEntries=10, AddressFamily="IPv4")
    return answer["PrefixList"]["PrefixListId"]


def security_groups(cloud, book):
    for region in ("us-east-1", "eu-west-1"):
        ec2 = cloud.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        peer = ec2.create_security_group(GroupName="peer", Description="peer", VpcId=vpc)["GroupId"]
        open_list = prefix_list(ec2, "open", ["203.0.113.0/24", "0.0.0.0/0"])
        halves_list = prefix_list(ec2, "halves", ["0.0.0.0/1", "128.0.0.0/1"])
        office_list = prefix_list(ec2, "office", ["203.0.113.0/24"])
        cases = [
            ("FAIL", "ssh-open", "port 22", [rule(22, v4=EVERYONE)]),
            ("FAIL", "ssh-in-range", "inside a range", [rule(20, 25, v4=EVERYONE)]),
            ("FAIL", "ssh-range-from-zero", "0-65535", [rule(0, 65535, v4=EVERYONE)]),
            ("FAIL", "ssh-all-protocols", "-1 is every protocol and port", [rule(protocol="-1", v4=EVERYONE)]),
            ("FAIL", "ssh-ipv6-only", "::/0", [rule(22, v6=["::/0"])]),
            ("FAIL", "ssh-halves", "two halves are everything", [rule(22, v4=["0.0.0.0/1", "128.0.0.0/1"])]),
            ("FAIL", "ssh-halves-apart", "halves in rules of different ranges",
             [rule(22, v4=["0.0.0.0/1"]), rule(1, 1024, v4=["128.0.0.0/1"])]),
            ("FAIL", "ssh-prefix-list", "a prefix list that holds 0.0.0.0/0", [rule(22, prefixes=[open_list])]),
            ("FAIL", "ssh-prefix-halves", "a prefix list of halves", [rule(22, prefixes=[halves_list])]),
            ("FAIL", "ssh-protocol-number", "6 is TCP", [rule(22, protocol="6", v4=EVERYONE)]),
            ("FAIL", "ssh-second-rule", "behind a harmless rule", [rule(443, v4=EVERYONE), rule(22, v4=EVERYONE)]),
            ("PASS", "ssh-office", "one network", [rule(22, v4=["203.0.113.0/24"])]),
            ("PASS", "ssh-half", "one half is not everything", [rule(22, v4=["0.0.0.0/1"])]),
            ("PASS", "ssh-halves-disjoint", "halves on different ports",
             [rule(22, v4=["0.0.0.0/1"]), rule(443, v4=["128.0.0.0/1"])]),
            ("PASS", "ssh-private", "private networks", [rule(22, v4=["10.0.0.0/8", "192.168.0.0/16"])]),
            ("PASS", "https-open", "another port", [rule(443, v4=EVERYONE, v6=["::/0"])]),
            ("PASS", "ssh-below-range", "just above", [rule(23, 30, v4=EVERYONE)]),
            ("PASS", "ssh-udp", "another protocol", [rule(22, protocol="udp", v4=EVERYONE)]),
            ("PASS", "ssh-icmp", "ICMP type 8, not port 8", [rule(8, -1, protocol="icmp", v4=EVERYONE)]),
            ("PASS", "ssh-group", "from another group", [rule(22, groups=[peer])]),
            ("PASS", "ssh-office-list", "a prefix list of one network", [rule(22, prefixes=[office_list])]),
            ("PASS", "ssh-ipv6-network", "one IPv6 network", [rule(22, v6=["2001:db8::/32"])]),
            ("PASS", "ssh-none", "no rule", []),
        ]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
        for verdict, name, why, rules in cases:
            group = ec2.create_security_group(GroupName=name, Description=why, VpcId=vpc)["GroupId"]
            ec2.create_network_interface(SubnetId=subnet, Groups=[group])
            if rules:
                ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
            uid = f"arn:aws:ec2:{region}:{MAIN}:security-group/{group}"
            (book.fails if verdict == "FAIL" else book.passes)(SSH, uid, f"{name}: {why}")
        egress = ec2.create_security_group(GroupName="egress", Description="outgoing only", VpcId=vpc)["GroupId"]
        ec2.create_network_interface(SubnetId=subnet, Groups=[egress])
        ec2.authorize_security_group_egress(GroupId=egress, IpPermissions=[rule(22, v4=EVERYONE)])
        book.passes(SSH, f"arn:aws:ec2:{region}:{MAIN}:security-group/{egress}", "egress is not ingress")


# Parts are joined here so that no scanner takes this file for a leak; none of them was ever valid.
ACCESS_KEY = "AKIA" + "QX7ZP3LM" + "5RTVWY2K"
SECRET_KEY = "kX9v" + "Qm2LzR8tWb4YhN6cJf1PsD7aGe3UoT5iVx0B"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA7bq7\n-----END RSA PRIVATE " + "KEY-----"


def instances(cloud, book):
    image = "ami-12c6146b"

    def run(region, verdict_imds, why, metadata=None, data=None, verdict_data="PASS", modify=None, state=None):
        ec2 = cloud.client("ec2", region)
        # botocore encodes `UserData` as base64 itself.
        more = {} if data is None else {"UserData": data}
        if metadata is not None:
            more["MetadataOptions"] = metadata
        instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, **more)["Instances"][0]["InstanceId"]
        if modify:
            ec2.modify_instance_metadata_options(InstanceId=instance, **modify)
        if state == "stopped":
            ec2.stop_instances(InstanceIds=[instance])
        if state == "terminated":
            ec2.terminate_instances(InstanceIds=[instance])
        uid = f"arn:aws:ec2:{region}:{MAIN}:instance/{instance}"
        if state == "terminated":
            book.absent(uid, why)
            return
        book._add(verdict_imds, IMDS, uid, "", MAIN, why)
        book._add(verdict_data, USER_DATA, uid, "", MAIN, why)

    run("eu-west-1", "FAIL", "the default: version 1 answers")
    run("eu-west-1", "FAIL", "optional", {"HttpTokens": "optional", "HttpEndpoint": "enabled"})
    run("eu-west-1", "PASS", "required", {"HttpTokens": "required", "HttpEndpoint": "enabled"})
    run("eu-west-1", "PASS", "required, set later", modify={"HttpTokens": "required", "HttpEndpoint": "enabled"})
    run("eu-west-1", "PASS", "optional, but the endpoint is off", {"HttpTokens": "optional", "HttpEndpoint": "disabled"})
    run("eu-west-1", "FAIL", "stopped is not gone", state="stopped")
    run("eu-west-1", None, "terminated: no resource any more", state="terminated")

    safe = {"HttpTokens": "required", "HttpEndpoint": "enabled"}

    def with_data(region, verdict, why, data):
        run(region, "PASS", why, metadata=safe, data=data, verdict_data=verdict)

    with_data("us-east-1", "FAIL", "access key in user data",
              f"#!/bin/bash\nexport AWS_ACCESS_KEY_ID={ACCESS_KEY}\nexport AWS_SECRET_ACCESS_KEY={SECRET_KEY}\n")
    with_data("us-east-1", "FAIL", "private key in user data", f"#cloud-config\nwrite_files:\n- content: |\n    {PRIVATE_KEY}\n")
    with_data("us-east-1", "FAIL", "password in a connection string",
              "export DATABASE_URL=postgres://shop:" + "v7Rk2pLq9sXw" + "@db.internal:5432/shop\n")
    with_data("eu-central-1", "FAIL", "gzipped user data is still read",
              gzip.compress(f"#!/bin/bash\nexport AWS_SECRET_ACCESS_KEY={SECRET_KEY}\nexport AWS_ACCESS_KEY_ID={ACCESS_KEY}\n".encode()))
    with_data("us-east-1", "PASS", "plain script", "#!/bin/bash\nyum install -y httpd\nsystemctl enable httpd\n")
    with_data("us-east-1", "PASS", "the documentation's example key",
              "#!/bin/bash\n# export AWS_ACCESS_KEY_ID=" + "AKIAIOSFODNN7" + "EXAMPLE\n")
    with_data("us-east-1", "PASS", "a reference, not a secret",
              "PASSWORD=$(aws ssm get-parameter --name /shop/db/password --with-decryption --query Parameter.Value)\n")
    with_data("eu-central-1", "PASS", "a placeholder", "DB_PASSWORD=changeme-${ENVIRONMENT}\n")
    with_data("eu-central-1", "PASS", "base64 of nothing secret", base64.b64encode(b"hello " * 20).decode())


def snapshots(cloud, book):
    def case(region, verdict, why, *groups_and_users, undo=False, account=MAIN):
        ec2 = cloud.client("ec2", region, account)
        volume = ec2.create_volume(Size=1, AvailabilityZone=f"{region}a")["VolumeId"]
        snapshot = ec2.create_snapshot(VolumeId=volume, Description=why)["SnapshotId"]
        for permission in groups_and_users:
            ec2.modify_snapshot_attribute(
                SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", **permission)
            if undo:
                ec2.modify_snapshot_attribute(
                    SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="remove", **permission)
        book._add(verdict, SNAPSHOT, f"arn:aws:ec2:{region}::snapshot/{snapshot}", "", account, why)

    case("eu-west-1", "FAIL", "shared with all", {"GroupNames": ["all"]})
    case("eu-central-1", "FAIL", "shared with all and one account", {"GroupNames": ["all"]}, {"UserIds": [SECOND]})
    case("eu-west-1", "PASS", "shared with one account", {"UserIds": [SECOND]})
    case("eu-west-1", "PASS", "was shared with all, is not", {"GroupNames": ["all"]}, undo=True)
    case("us-east-1", "PASS", "private")
    case("eu-west-1", "FAIL", "of the second account, shared with all", {"GroupNames": ["all"]}, account=SECOND)
