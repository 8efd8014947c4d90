"""S3 access points: what a policy on one means depends on its own block, its origin and its bucket."""

import json

from emulator import EMPTY
from plumb import Scan

ACCOUNT = EMPTY
BLOCK = "aws-s3-access-point-public-access-blocked"
PUBLIC = "aws-s3-access-point-nobody-reads"

CHECK = """```toml
type      = "aws.s3.access-point"
severity  = "critical"
objective = "storage.public-access"
since     = "0.1.0"
```

# Nobody reads through the access point

```rule
pass when !facts.public
say "{self.Name} lets anybody in"
```

## Risk
Whoever finds it reads the bucket.

## Fix
### Console
S3, Access points.

## Examples
### pass: nobody
```json
{ "Name": "a", "facts": { "grants": [] } }
```
### fail: anybody
```json
{ "Name": "a", "facts": { "grants": [{ "to": "anyone" }] } }
```
### unknown: the policy could not be read
```json
{ "Name": "a", "facts": { "grants": { "known": [], "?": "denied" } } }
```
"""


def statement(resource, principal="*", condition=None):
    allowed = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed | ({"Condition": condition} if condition else {})]})


def block(on):
    return dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), on)


def test_a_public_policy_counts_as_far_as_bucket_and_blocks_let_it(planted, tmp_path):
    cloud, _ = planted
    s3 = cloud.client("s3", "eu-west-1", ACCOUNT)
    control = cloud.client("s3control", "eu-west-1", ACCOUNT)
    delegation = {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}
    for bucket, condition, principal in (
        ("lake-delegating", delegation, "*"), ("lake-closed", None, {"AWS": ACCOUNT}), ("lake-blocked", delegation, "*"),
    ):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block(bucket == "lake-blocked"))
        s3.put_bucket_policy(Bucket=bucket, Policy=statement(f"arn:aws:s3:::{bucket}/*", principal, condition))
    planted_points = {
        # name: (bucket, own block, VPC, policy), block check, public
        "open": ("lake-delegating", False, None, True, "FAIL", "FAIL"),
        "guarded": ("lake-delegating", True, None, True, "PASS", "PASS"),
        "inside": ("lake-delegating", False, "vpc-1a2b3c4d", True, "FAIL", "PASS"),
        "silent": ("lake-delegating", False, None, False, "FAIL", "PASS"),
        "undelegated": ("lake-closed", False, None, True, "FAIL", "PASS"),
        "behind": ("lake-blocked", False, None, True, "FAIL", "PASS"),
    }
    for name, (bucket, own, vpc, policy, _, _) in planted_points.items():
        more = {"VpcConfiguration": {"VpcId": vpc}} if vpc else {}
        control.create_access_point(
            AccountId=ACCOUNT, Name=name, Bucket=bucket, PublicAccessBlockConfiguration=block(own), **more)
        if policy:
            arn = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/{name}/object/*"
            control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=statement(arn))

    own = tmp_path / "own/checks/aws/s3"
    own.mkdir(parents=True)
    (own / "access-point-nobody-reads.md").write_text(CHECK)
    catalog = tmp_path / "own"
    scan = Scan(tmp_path, cloud.environment(ACCOUNT), "--catalog", catalog, "--check", "aws-s3-access-point-*")
    verdicts = {
        (row["resource_uid"].rsplit("/", 1)[1], row["check_id"]): row["status"]
        for row in scan.findings("--catalog", catalog) if row["check_id"] in (BLOCK, PUBLIC)
    }
    expected = {}
    for name, (*_, blocked, public) in planted_points.items():
        expected[name, BLOCK], expected[name, PUBLIC] = blocked, public
    assert verdicts == expected
