"""Instances, volumes, snapshots, images, per-region defaults."""

import base64
import gzip

from emulator import MAIN, SECOND, THIRD

IMDS = "aws-ec2-instance-imdsv2-required"
USER_DATA = "aws-ec2-instance-user-data-no-secrets"
ADDRESS = "aws-ec2-instance-no-public-ip"
VOLUME = "aws-ec2-ebs-volume-encrypted"
IMAGE = "aws-ec2-ami-not-public"
SNAPSHOT = "aws-ec2-ebs-snapshot-not-public"
BLOCK = "aws-ec2-ebs-snapshot-block-public-access"
DEFAULT_ENCRYPTION = "aws-ec2-ebs-default-encryption-on"


def plant(cloud, book):
    instances(cloud, book)
    addresses(cloud, book)
    volumes(cloud, book)
    snapshots(cloud, book)
    images(cloud, book)
    default_encryption(cloud, book)


def default_encryption(cloud, book):
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            uid = f"arn:aws:ec2:{region}:{account}:region"
            ec2 = cloud.client("ec2", region, account)
            book.unknown(BLOCK, uid, "the emulator does not know ec2:GetSnapshotBlockPublicAccessState", account=account)
            if (account, region) == (MAIN, "eu-west-1"):
                ec2.enable_ebs_encryption_by_default()
                book.passes(DEFAULT_ENCRYPTION, uid, "switched on")
            elif (account, region) == (SECOND, "us-east-1"):
                ec2.enable_ebs_encryption_by_default()
                ec2.disable_ebs_encryption_by_default()
                book.fails(DEFAULT_ENCRYPTION, uid, "switched off again", account=account)
            else:
                book.fails(DEFAULT_ENCRYPTION, uid, "never switched on", account=account)


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
        # Started without a subnet it is in the default one, which gives addresses; a stopped one has given it back.
        if state == "stopped":
            book.passes(ADDRESS, uid, "stopped, so without its address")
        else:
            book.fails(ADDRESS, uid, "in a subnet that gives public addresses")

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


def addresses(cloud, book):
    ec2 = cloud.client("ec2", "eu-west-1")
    vpc = ec2.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.4.1.0/24")["Subnet"]["SubnetId"]

    def instance(verdict, why, **more):
        found = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={
            "HttpTokens": "required", "HttpEndpoint": "enabled"}, **more)["Instances"][0]
        uid = f"arn:aws:ec2:eu-west-1:{MAIN}:instance/{found['InstanceId']}"
        book._add(verdict, ADDRESS, uid, "", MAIN, why)
        book.passes(IMDS, uid, "version 2 only")
        book.passes(USER_DATA, uid, "none")
        return found

    instance("PASS", "in a subnet that gives none", SubnetId=subnet)
    instance("FAIL", "asked for at the start", NetworkInterfaces=[
        {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": True}])
    instance("PASS", "asked for none", NetworkInterfaces=[
        {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": False}])
    elastic = instance("FAIL", "an elastic address", SubnetId=subnet)
    ec2.associate_address(
        InstanceId=elastic["InstanceId"], AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])
    moved = instance("PASS", "its elastic address was taken away again", SubnetId=subnet)
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = ec2.associate_address(InstanceId=moved["InstanceId"], AllocationId=allocation)["AssociationId"]
    ec2.disassociate_address(AssociationId=association)


def volumes(cloud, book):
    for region, account in (("eu-west-1", MAIN), ("us-east-1", SECOND)):
        ec2 = cloud.client("ec2", region, account)

        def volume(verdict, why, **more):
            made = ec2.create_volume(Size=1, AvailabilityZone=f"{region}a", **more)["VolumeId"]
            book._add(verdict, VOLUME, f"arn:aws:ec2:{region}:{account}:volume/{made}", "", account, why)
            return made

        volume("PASS", "encrypted", Encrypted=True)
        volume("FAIL", "not encrypted", Encrypted=False)
        volume("FAIL", "not said", VolumeType="gp3")
        key = cloud.client("kms", region, account).create_key(Policy=KEY_POLICY.replace("ACCOUNT", account))["KeyMetadata"]
        volume("PASS", "encrypted with a key of one's own", Encrypted=True, KmsKeyId=key["Arn"])
        book.fails("aws-kms-key-rotation-on", key["Arn"], "a key for volumes", account=account)


KEY_POLICY = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}, '
              '"Action": "kms:*", "Resource": "*"}]}')


def images(cloud, book):
    for region in ("eu-west-1", "us-east-1"):
        ec2 = cloud.client("ec2", region)
        source = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={
            "HttpTokens": "required", "HttpEndpoint": "enabled"})["Instances"][0]["InstanceId"]
        uid = f"arn:aws:ec2:{region}:{MAIN}:instance/{source}"
        book.passes(IMDS, uid, "version 2 only")
        book.passes(USER_DATA, uid, "none")
        book.fails(ADDRESS, uid, "in a subnet that gives public addresses")

        def image(verdict, name, why, add=None, remove=None):
            made = ec2.create_image(InstanceId=source, Name=name)["ImageId"]
            if add:
                ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Add": add})
            if remove:
                ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Remove": remove})
            book._add(verdict, IMAGE, f"arn:aws:ec2:{region}::image/{made}", "", MAIN, why)

        image("FAIL", "public", "everybody", [{"Group": "all"}])
        image("FAIL", "public-too", "everybody, beside one account", [{"Group": "all"}, {"UserId": SECOND}])
        image("PASS", "private", "nobody")
        image("PASS", "shared", "one account", [{"UserId": SECOND}])
        image("PASS", "was-public", "no longer", [{"Group": "all"}], [{"Group": "all"}])


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


def close(cloud, book):
    """Volumes that came with instances and snapshots, and snapshots that came with images."""
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            ec2 = cloud.client("ec2", region, account)
            for volume in ec2.describe_volumes()["Volumes"]:
                uid = f"arn:aws:ec2:{region}:{account}:volume/{volume['VolumeId']}"
                if not book.has(VOLUME, uid, account):
                    book.fails(VOLUME, uid, "made without encryption", account=account)
            for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
                uid = f"arn:aws:ec2:{region}::snapshot/{snapshot['SnapshotId']}"
                if not book.has(SNAPSHOT, uid, account):
                    book.passes(SNAPSHOT, uid, "of an image; shared with nobody", account=account)
