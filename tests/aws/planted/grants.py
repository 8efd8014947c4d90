"""Buckets: ACLs by which others write, object ownership, encryption, doors of several regions."""

from botocore.exceptions import ClientError
from emulator import FIFTH, FOURTH, SIXTH
from planted.s3 import block
from planted.documents import EU, US, create


def plant(cloud, book):
    cloud, book = cloud.of(FOURTH), book.of(FOURTH)
    buckets(cloud, book)


def buckets(cloud, book):
    WRITE, ACLS, SSE, AP, MRAP = (
        f"aws-s3-{n}"
        for n in (
            "bucket-acl-no-public-write",
            "bucket-acls-disabled",
            "bucket-default-encryption",
            "access-point-public-access-blocked",
            "multi-region-access-point-public-access-blocked",
        )
    )
    s3 = cloud.client("s3", EU)
    EVERY, SIGNED = (
        'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
        'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"',
    )
    seen = set()

    def bucket(name, write, acls="FAIL", owner=None, own=None, **acl):
        uid = create(cloud, name, public_block=own, **acl)
        seen.add(name)
        if owner:
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": owner}]})
        book._add(write, WRITE, uid, "", FOURTH, name)
        book._add(acls, ACLS, uid, "", FOURTH, name)

    bucket("grants-none", "PASS")
    bucket("grants-write", "FAIL", GrantWrite=EVERY)
    bucket("grants-write-acp", "FAIL", GrantWriteACP=SIGNED)
    bucket("grants-full", "FAIL", GrantFullControl=SIGNED)
    bucket("grants-read", "PASS", GrantRead=EVERY)
    bucket("grants-public-rw", "FAIL", GrantRead=EVERY, GrantWrite=EVERY)
    bucket("grants-log", "PASS", ACL="log-delivery-write")
    bucket("grants-ignored", "PASS", own=block(), GrantWrite=EVERY)
    bucket("grants-new-only", "FAIL", own=block(acls=False), GrantWrite=EVERY)
    bucket("grants-enforced", "PASS", acls="PASS", owner="BucketOwnerEnforced", GrantWrite=EVERY)
    bucket("grants-preferred", "FAIL", owner="BucketOwnerPreferred", GrantWrite=EVERY)
    s3.put_bucket_encryption(
        Bucket="grants-none", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    )
    for b in s3.list_buckets()["Buckets"]:
        uid = f"arn:aws:s3:::{b['Name']}"
        if b["Name"] not in seen:
            book.passes(WRITE, uid, "closed")
            book.fails(ACLS, uid, "object writer")
        try:
            s3.get_bucket_encryption(Bucket=b["Name"])
            book.passes(SSE, uid, "default")
        except ClientError:
            book.fails(SSE, uid, "none")
    for account in (FIFTH, SIXTH):
        for b in cloud.client("s3", EU, account).list_buckets()["Buckets"]:
            uid = f"arn:aws:s3:::{b['Name']}"
            book.passes(WRITE, uid, "closed", account=account)
            book.fails(ACLS, uid, "object writer", account=account)
            try:
                cloud.client("s3", EU, account).get_bucket_encryption(Bucket=b["Name"])
                book.passes(SSE, uid, "default", account=account)
            except ClientError:
                book.fails(SSE, uid, "none", account=account)
    control, west = cloud.client("s3control", EU), cloud.client("s3control", "us-west-2")
    for name, verdict, pab in (
        ("ap-closed", "PASS", block()),
        ("ap-open", "FAIL", block(False, False, False, False)),
        ("ap-acls", "FAIL", block(acls=False)),
        ("ap-policy", "FAIL", block(new_policies=False)),
    ):
        control.create_access_point(AccountId=FOURTH, Name=name, Bucket="grants-none", PublicAccessBlockConfiguration=pab)
        book._add(verdict, AP, f"arn:aws:s3:{US}:{FOURTH}:accesspoint/{name}", "", FOURTH, name)
    for name, verdict, pab in (
        ("mr-closed", "PASS", block()),
        ("mr-open", "FAIL", block(False, False, False, False)),
        ("mr-policy", "FAIL", block(policies=False)),
    ):
        west.create_multi_region_access_point(
            AccountId=FOURTH,
            ClientToken="x" + name,
            Details={"Name": name, "PublicAccessBlock": pab, "Regions": [{"Bucket": "grants-none"}, {"Bucket": "grants-read"}]},
        )
        alias = next(a["Alias"] for a in west.list_multi_region_access_points(AccountId=FOURTH)["AccessPoints"] if a["Name"] == name)
        book._add(verdict, MRAP, f"arn:aws:s3::{FOURTH}:accesspoint/{alias}", "", FOURTH, name)
