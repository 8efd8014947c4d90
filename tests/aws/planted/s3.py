"""Buckets: public ones, nearly public ones, and public ones that another setting closes."""

import json

from emulator import MAIN, SECOND, THIRD

BLOCKED = "aws-s3-bucket-public-access-blocked"
PUBLIC = "aws-s3-bucket-not-public"
ACCOUNT = "aws-s3-account-public-access-blocked"
ALL_USERS = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
AUTHENTICATED = 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"'
LOG_DELIVERY = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"'


def block(acls=True, policies=True, new_acls=True, new_policies=True):
    return {
        "BlockPublicAcls": new_acls, "IgnorePublicAcls": acls,
        "BlockPublicPolicy": new_policies, "RestrictPublicBuckets": policies,
    }


def allow(bucket, principal, action="s3:GetObject", condition=None, effect="Allow", **more):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*", **more}
    if principal is None:
        del statement["Principal"]
    if condition:
        statement["Condition"] = condition
    return statement


# (bucket, account) → its own block; what it means for the bucket depends on the account's as well.
OWN_BLOCKS = {}
ACCOUNT_BLOCKS = {}
WITH_POLICY = set()


def create(cloud, name, region="eu-west-1", account=MAIN, policy=None, public_block=None, **acl):
    s3 = cloud.client("s3", region, account)
    OWN_BLOCKS[name, account] = public_block or {}
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter", **place)
    # The emulator closes new buckets as AWS does since April 2023; what is planted is stated.
    if public_block is None:
        s3.delete_public_access_block(Bucket=name)
    else:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=public_block)
    if acl:
        s3.put_bucket_acl(Bucket=name, **acl)
    if policy:
        WITH_POLICY.add((name, account))
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    return f"arn:aws:s3:::{name}"


def plant(cloud, book):
    blocks(cloud, book)
    acls(cloud, book)
    policies(cloud, book)
    account_level(cloud, book)


def blocks(cloud, book):
    cases = [
        ("block-none", None),
        ("block-all", block()),
        ("block-two", block(new_acls=False, new_policies=False)),
        ("block-acls-only", block(policies=False)),
        ("block-policies-only", block(acls=False)),
        ("block-new-only", block(acls=False, policies=False)),
    ]
    for number, (name, setting) in enumerate(cases):
        uid = create(cloud, name, region=["us-east-1", "eu-west-1", "eu-central-1"][number % 3], public_block=setting)
        book.passes(PUBLIC, uid, "nothing grants anything")


def acls(cloud, book):
    def case(verdict, name, why, setting=None, **acl):
        uid = create(cloud, name, public_block=setting, **acl)
        (book.fails if verdict == "FAIL" else book.passes)(PUBLIC, uid, why)

    case("FAIL", "acl-public-read", "ACL: everyone reads", ACL="public-read")
    case("FAIL", "acl-public-write", "ACL: everyone writes", ACL="public-read-write")
    case("FAIL", "acl-authenticated", "ACL: any AWS account", GrantRead=AUTHENTICATED)
    case("FAIL", "acl-read-acp", "ACL: everyone reads the ACL", GrantReadACP=ALL_USERS)
    case("PASS", "acl-ignored", "public ACL that the bucket ignores", block(), ACL="public-read")
    case("PASS", "acl-log-delivery", "the log delivery group is a service", GrantWrite=LOG_DELIVERY)
    case("PASS", "acl-private", "private", ACL="private")
    # A block of policies says nothing about ACLs.
    case("FAIL", "acl-half-blocked", "policies are restricted, the public ACL is not", block(acls=False), ACL="public-read")


def policies(cloud, book):
    def case(verdict, name, why, *statements, setting=None):
        uid = create(cloud, name, policy=list(statements), public_block=setting)
        (book.fails if verdict == "FAIL" else book.passes)(PUBLIC, uid, why)

    star = "*"
    case("FAIL", "policy-star", "everyone reads", allow("policy-star", star))
    case("FAIL", "policy-aws-star", "everyone reads, other spelling", allow("policy-aws-star", {"AWS": "*"}))
    case("FAIL", "policy-star-in-list", "everyone among others",
         allow("policy-star-in-list", {"AWS": [f"arn:aws:iam::{MAIN}:root", "*"]}))
    case("FAIL", "policy-not-principal", "all but one", {
        "Effect": "Allow", "NotPrincipal": {"AWS": f"arn:aws:iam::{SECOND}:root"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::policy-not-principal/*"})
    case("FAIL", "policy-tls-only", "TLS does not restrict who",
         allow("policy-tls-only", star, condition={"Bool": {"aws:SecureTransport": "true"}}))
    case("FAIL", "policy-ip-everywhere", "every address",
         allow("policy-ip-everywhere", star, condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))
    case("FAIL", "policy-arn-star", "SourceArn * restricts nothing",
         allow("policy-arn-star", star, condition={"ArnLike": {"aws:SourceArn": "*"}}))
    case("FAIL", "policy-half-blocked", "ACLs are ignored, the public policy is not",
         allow("policy-half-blocked", star), setting=block(policies=False))
    case("FAIL", "policy-second-statement", "the second statement is public",
         allow("policy-second-statement", {"AWS": f"arn:aws:iam::{MAIN}:root"}),
         allow("policy-second-statement", star, action=["s3:ListBucket", "s3:GetObject"]))
    case("FAIL", "policy-deny-other", "the Deny is about deleting",
         allow("policy-deny-other", star), allow("policy-deny-other", star, action="s3:DeleteObject", effect="Deny"))

    case("PASS", "policy-restricted", "public policy that the bucket restricts", allow("policy-restricted", star), setting=block())
    case("PASS", "policy-own-org", "one account by condition",
         allow("policy-own-org", star, condition={"StringEquals": {"aws:PrincipalAccount": MAIN}}))
    case("PASS", "policy-vpce", "one VPC endpoint",
         allow("policy-vpce", star, condition={"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}))
    case("PASS", "policy-private-ip", "private addresses",
         allow("policy-private-ip", star, condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}))
    case("PASS", "policy-denied", "the Deny takes it back",
         allow("policy-denied", star), allow("policy-denied", star, action="s3:*", effect="Deny"))
    case("PASS", "policy-deny-only", "a Deny to everyone", allow("policy-deny-only", star, action="s3:*", effect="Deny"))
    case("PASS", "policy-own-root", "own account", allow("policy-own-root", {"AWS": f"arn:aws:iam::{MAIN}:root"}))
    case("PASS", "policy-foreign", "a named foreign account is not the public",
         allow("policy-foreign", {"AWS": f"arn:aws:iam::{SECOND}:root"}))
    case("PASS", "policy-service", "a service of AWS",
         allow("policy-service", {"Service": "cloudfront.amazonaws.com"},
               condition={"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{MAIN}:distribution/E1"}}))


def account_level(cloud, book):
    def setting(account, value):
        ACCOUNT_BLOCKS[account] = value
        cloud.client("s3control", account=account).put_public_access_block(
            AccountId=account, PublicAccessBlockConfiguration=value)

    root = "arn:aws:iam::{}:root".format
    book.fails(ACCOUNT, root(MAIN), "never configured")

    setting(SECOND, block())
    book.passes(ACCOUNT, root(SECOND), "all four", account=SECOND)
    uid = create(cloud, "second-open-bucket", account=SECOND, ACL="public-read",
                 policy=[allow("second-open-bucket", "*")])
    book.passes(PUBLIC, uid, "public ACL and policy, closed by the account", account=SECOND)

    setting(THIRD, block(policies=False))
    book.fails(ACCOUNT, root(THIRD), "three of four", account=THIRD)
    uid = create(cloud, "third-joined", account=THIRD, policy=[allow("third-joined", "*")],
                 public_block=block(acls=False, new_acls=False))
    book.passes(PUBLIC, uid, "the bucket restricts the policy", account=THIRD)
    uid = create(cloud, "third-open", account=THIRD, policy=[allow("third-open", "*")])
    book.fails(PUBLIC, uid, "the account ignores ACLs only, the policy is public", account=THIRD)


def close(_, book):
    """Once every bucket is there: which levels block what."""
    for (name, account), own in OWN_BLOCKS.items():
        both = ACCOUNT_BLOCKS.get(account, {})
        open_still = [
            flag for flag in ("IgnorePublicAcls", "RestrictPublicBuckets") if not (own.get(flag) or both.get(flag))]
        uid = f"arn:aws:s3:::{name}"
        if open_still:
            book.fails(BLOCKED, uid, f"neither level says {open_still}", account=account)
        else:
            book.passes(BLOCKED, uid, "both are blocked, at one level or the other", account=account)
