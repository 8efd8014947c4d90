"""What the files about the later accounts have in common: documents, buckets, certificates."""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator import FOURTH
from planted import s3

EU, US, MID, NORTH = "eu-west-1", "us-east-1", "eu-central-1", "eu-north-1"
EC2TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def root(account=FOURTH):
    return f"arn:aws:iam::{account}:root"


OURS = {"Effect": "Allow", "Principal": {"AWS": root()}, "Action": "sts:AssumeRole"}


def doc(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def aws(name):
    return f"arn:aws:iam::aws:policy/{name}"


def service(name, **condition):
    statement = {"Effect": "Allow", "Principal": {"Service": name}, "Action": "sts:AssumeRole"}
    return {**statement, **({"Condition": condition} if condition else {})}


def create(cloud, name, account=FOURTH, **more):
    """A bucket that only the checks of its own file judge."""
    uid = s3.create(cloud, name, account=account, **more)
    forget(account)
    return uid


def forget(*accounts):
    for key in [key for key in s3.OWN_BLOCKS if key[1] in accounts]:
        del s3.OWN_BLOCKS[key]
    s3.WITH_POLICY -= {key for key in s3.WITH_POLICY if key[1] in accounts}


def trail(cloud, name, bucket, account=FOURTH, region=EU, logging=True, selectors=None, **more):
    client = cloud.client("cloudtrail", region, account)
    arn = client.create_trail(Name=name, S3BucketName=bucket, **more)["TrailARN"]
    if logging:
        client.start_logging(Name=arn)
    if selectors:
        client.put_event_selectors(TrailName=arn, **selectors)
    return arn


def certificate(days):
    """A certificate that ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example.com")])
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - datetime.timedelta(days=1))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return made.public_bytes(pem).decode(), secret.decode()
