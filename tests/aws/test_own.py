"""A type and a check of one's own: one file each, nothing registered, nothing compiled."""

from emulator import EMPTY
from plumb import Scan

TYPE = """
type   = "aws.kms.alias"
title  = "KMS alias"
scope  = "region"
id     = "{self.AliasArn}"
name   = "self.AliasName"
keys   = ["self.AliasName"]

[list]
call  = "kms:ListAliases"
items = "Aliases[]"
keep  = "!self.AliasName.startsWith('alias/aws/')"

[[edge]]
name = "names"
to   = "aws.kms.key"
by   = "self.TargetKeyId"
"""

CHECK = """```toml
type      = "aws.kms.alias"
severity  = "low"
objective = "kms.rotation"
since     = "0.1.0"
params    = { prefix = "alias/shop-" }
```

# Alias begins with the team's name and its key rotates

Both an own rule and a question about the neighbour.

```rule
pass when self.AliasName.startsWith(params.prefix) && refs("names").all(k, k.Rotation.KeyRotationEnabled)
say "{self.AliasName} is nobody's, or its key does not rotate"
```

## Risk
Nobody looks after a key that nobody owns.

## Fix
### Console
KMS, Customer managed keys, Aliases.

## Examples
### pass: named, and the key rotates
```json
{ "AliasName": "alias/shop-a", "refs": { "names": [ { "Rotation": { "KeyRotationEnabled": true } } ] } }
```
### fail: another name
```json
{ "AliasName": "alias/a", "refs": { "names": [ { "Rotation": { "KeyRotationEnabled": true } } ] } }
```
### unknown: the key could not be read
```json
{ "AliasName": "alias/shop-a", "refs": { "names": { "known": [], "?": "denied" } } }
```
"""


def test_an_own_type_and_check_are_one_file_each(planted, tmp_path):
    cloud, _ = planted
    kms = cloud.client("kms", "eu-north-1", EMPTY)
    for name, rotates in (("shop-good", True), ("shop-still", False), ("stray", True)):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
        if rotates:
            kms.enable_key_rotation(KeyId=key)

    own = tmp_path / "own"
    (own / "types/aws/kms").mkdir(parents=True)
    (own / "checks/aws/kms").mkdir(parents=True)
    (own / "types/aws/kms/alias.toml").write_text(TYPE)
    check = own / "checks/aws/kms/alias-named.md"
    check.write_text(CHECK)

    scan = Scan(tmp_path, cloud.environment(EMPTY), "--catalog", own, "--check", "aws-kms-alias-named", expect=(0,))
    tested = scan.command("check", "test", check, "--catalog", own)
    assert "3 examples held" in tested.stdout
    found = {row["resource_name"]: row["status"] for row in scan.findings("--catalog", own)}
    assert found == {"alias/shop-good": "PASS", "alias/shop-still": "FAIL", "alias/stray": "FAIL"}
