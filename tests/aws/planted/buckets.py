"""Buckets: versions, logging, TLS, other accounts, and who may write."""

from emulator import MAIN, SECOND, THIRD
from planted import s3
from planted.s3 import PUBLIC, allow, block, create

VERSIONS = "aws-s3-bucket-versioning"
MFA_DELETE = "aws-s3-bucket-mfa-delete"
LOGGING = "aws-s3-bucket-access-logging"
TLS = "aws-s3-bucket-tls-only"
FOREIGN = "aws-s3-bucket-no-cross-account-policy"
WRITE = "aws-s3-bucket-policy-no-public-write"
DOOR = "aws-s3-access-point-public-access-blocked"
OWN = {"AWS": f"arn:aws:iam::{MAIN}:root"}
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
# Buckets of other files whose policy lets in an account that is not trusted, everybody included.
LET_IN = {
    "policy-star", "policy-aws-star", "policy-star-in-list", "policy-not-principal", "policy-tls-only", "policy-ip-everywhere",
    "policy-arn-star", "policy-half-blocked", "policy-second-statement", "policy-deny-other", "policy-foreign", "trail-public", "third-open",
}


def plant(cloud, book):
    versions(cloud, book)
    logging(cloud, book)
    tls(cloud, book)
    foreign(cloud, book)
    writing(cloud, book)
    doors(cloud, book)


def closed(cloud, book, name, **more):
    """A bucket that is not about being public."""
    uid = create(cloud, name, public_block=block(), **more)
    book.passes(PUBLIC, uid, "closed")
    return uid


def versions(cloud, book):
    client = cloud.client("s3", "eu-west-1")
    for verdict, name, states in (
        ("PASS", "versions-on", ["Enabled"]),
        ("FAIL", "versions-suspended", ["Enabled", "Suspended"]),
        ("PASS", "versions-on-again", ["Enabled", "Suspended", "Enabled"]),
        ("FAIL", "versions-never", []),
    ):
        uid = closed(cloud, book, name)
        for state in states:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": state})
        book._add(verdict, VERSIONS, uid, "", MAIN, name)


def logging(cloud, book):
    client = cloud.client("s3", "eu-west-1")
    closed(cloud, book, "access-logs", policy=[{
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::access-logs/*", "Condition": {"StringEquals": {"aws:SourceAccount": MAIN}}}])
    target = {"LoggingEnabled": {"TargetBucket": "access-logs", "TargetPrefix": "x/"}}
    uid = closed(cloud, book, "logged")
    client.put_bucket_logging(Bucket="logged", BucketLoggingStatus=target)
    book.passes(LOGGING, uid, "logged to another bucket")
    uid = closed(cloud, book, "logged-once")
    client.put_bucket_logging(Bucket="logged-once", BucketLoggingStatus=target)
    client.put_bucket_logging(Bucket="logged-once", BucketLoggingStatus={})
    book.fails(LOGGING, uid, "switched off again")
    book.fails(LOGGING, "arn:aws:s3:::access-logs", "a target of logs is itself not logged")


def tls(cloud, book):
    def case(verdict, name, why, *statements):
        uid = closed(cloud, book, name, policy=list(statements))
        book._add(verdict, TLS, uid, "", MAIN, why)

    def deny(name, principal="*", action="s3:*", condition=PLAIN, effect="Deny", resources=("", "/*")):
        return {"Effect": effect, "Principal": principal, "Action": action, "Condition": condition,
                "Resource": [f"arn:aws:s3:::{name}{end}" for end in resources]}

    case("PASS", "tls-denied", "all without TLS denied", deny("tls-denied"))
    case("PASS", "tls-two", "in two statements", deny("tls-two", resources=[""]), deny("tls-two", {"AWS": "*"}, "*", resources=["/*"]))
    case("PASS", "tls-among", "among others", allow("tls-among", OWN), deny("tls-among"))
    case("FAIL", "tls-objects", "the objects only", deny("tls-objects", resources=["/*"]))
    case("FAIL", "tls-bucket", "the bucket only", deny("tls-bucket", resources=[""]))
    case("FAIL", "tls-reading", "reading only", deny("tls-reading", action="s3:GetObject"))
    case("FAIL", "tls-one", "one account only", deny("tls-one", OWN))
    case("FAIL", "tls-turned", "the other way round", deny("tls-turned", condition={"Bool": {"aws:SecureTransport": "true"}}))
    case("FAIL", "tls-allowed", "allowed with TLS, not denied without",
         deny("tls-allowed", OWN, effect="Allow", condition={"Bool": {"aws:SecureTransport": "true"}}))
    case("FAIL", "tls-narrowed", "of one address only",
         deny("tls-narrowed", condition={**PLAIN, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))


def foreign(cloud, book):
    def case(verdict, name, why, *statements):
        uid = create(cloud, name, policy=list(statements))
        book.passes(PUBLIC, uid, "not everybody")
        book._add(verdict, FOREIGN, uid, "", MAIN, why)

    their_role = {"AWS": f"arn:aws:iam::{SECOND}:role/reader"}
    case("FAIL", "their-role", "a role of another account", allow("their-role", their_role))
    case("FAIL", "their-id", "another account, by number", allow("their-id", {"AWS": THIRD}))
    case("FAIL", "ours-and-theirs", "among one's own", allow("ours-and-theirs", {"AWS": [OWN["AWS"], their_role["AWS"]]}))
    case("PASS", "our-role", "one's own role", allow("our-role", {"AWS": f"arn:aws:iam::{MAIN}:role/worker"}))
    case("PASS", "theirs-denied", "another account is denied", allow("theirs-denied", their_role, effect="Deny"))
    case("PASS", "theirs-taken-back", "allowed and denied again", allow("theirs-taken-back", their_role),
         allow("theirs-taken-back", "*", action="s3:*", effect="Deny"))


def writing(cloud, book):
    def case(verdict, name, why, *statements, public="FAIL", setting=None):
        uid = create(cloud, name, policy=list(statements), public_block=setting)
        book._add(verdict, WRITE, uid, "", MAIN, why)
        book._add(public, PUBLIC, uid, "", MAIN, why)
        book._add(public, FOREIGN, uid, "", MAIN, why)

    for name, action in (("put", "s3:PutObject"), ("delete", "s3:DeleteObject"), ("all-puts", "s3:Put*"), ("all", "s3:*"),
                         ("star", "*"), ("policy", "s3:PutBucketPolicy"), ("mixed", ["s3:GetObject", "s3:DeleteObjectVersion"])):
        case("FAIL", f"write-{name}", f"everybody: {action}", allow(f"write-{name}", "*", action=action))
    case("PASS", "write-reading", "everybody reads", allow("write-reading", "*", action=["s3:GetObject", "s3:ListBucket"]))
    case("PASS", "write-restricted", "restricted by the bucket", allow("write-restricted", "*", action="s3:*"),
         public="PASS", setting=block(acls=False))
    case("PASS", "write-denied", "writing is denied again", allow("write-denied", "*", action=["s3:GetObject", "s3:PutObject"]),
         allow("write-denied", "*", action=["s3:Put*", "s3:Delete*"], effect="Deny"))
    case("PASS", "write-own", "the own account writes", allow("write-own", OWN, action="s3:*"), public="PASS")
    case("PASS", "write-endpoint", "everybody through one VPC endpoint",
         allow("write-endpoint", "*", action="s3:*", condition={"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}), public="PASS")


def doors(cloud, book):
    """Access points; whether everybody gets in by one is for `test_access_points.py`."""
    closed(cloud, book, "behind-doors")
    client = cloud.client("s3control", "eu-west-1")

    def door(verdict, name, why, **more):
        arn = client.create_access_point(AccountId=MAIN, Name=name, Bucket="behind-doors", **more)["AccessPointArn"]
        book._add(verdict, DOOR, arn, "", MAIN, why)

    door("PASS", "shut", "all four", PublicAccessBlockConfiguration=block())
    door("FAIL", "ajar", "new policies are not refused", PublicAccessBlockConfiguration=block(new_policies=False))
    door("FAIL", "open", "none, though the bucket has all four", PublicAccessBlockConfiguration=block(False, False, False, False))


def close(cloud, book):
    """Every other bucket: as it comes, without versions, logging and a policy that asks for TLS."""
    for name, account in s3.OWN_BLOCKS:
        uid = f"arn:aws:s3:::{name}"
        for check in (VERSIONS, MFA_DELETE, LOGGING, TLS):
            if not book.has(check, uid, account):
                book.fails(check, uid, "as it comes", account=account)
        if not book.has(WRITE, uid, account):
            book.passes(WRITE, uid, "nobody writes by policy, or only named ones", account=account)
        if not book.has(FOREIGN, uid, account):
            if (name, account) not in s3.WITH_POLICY:
                book.not_applicable(FOREIGN, uid, "no policy", account=account)
            elif name in LET_IN:
                book.fails(FOREIGN, uid, "lets in others", account=account)
            else:
                book.passes(FOREIGN, uid, "lets in the own account or services", account=account)
        if not book.has(PUBLIC, uid, account):
            book.passes(PUBLIC, uid, "nothing grants anything", account=account)
