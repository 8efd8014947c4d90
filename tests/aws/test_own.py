"""A type and a check of one's own: one file each, nothing registered, nothing compiled."""

import json

from emulator import MAIN
from plumb import Scan

TYPE = """
type   = "aws.sqs.queue"
title  = "SQS queue"
scope  = "region"
id     = "arn:{partition}:sqs:{region.name}:{account.id}:{last(self.QueueUrl, '/')}"
name   = "last(self.QueueUrl, '/')"
keys   = ["self.QueueUrl"]

[list]
call  = "sqs:ListQueues"
items = "QueueUrls[]"
as    = "QueueUrl"

[[get]]
call   = "sqs:GetQueueAttributes"
with   = { QueueUrl = "$QueueUrl", AttributeNames = ["All"] }
take   = "Attributes"
decode = { Policy = "json" }
gives  = ["KmsMasterKeyId", "SqsManagedSseEnabled", "Policy"]
gone   = ["AWS.SimpleQueueService.NonExistentQueue"]

[[policy]]
kind   = "policy"
at     = "Policy"
called = "queue policy"
"""

CHECK = """```toml
type      = "aws.sqs.queue"
severity  = "high"
objective = "storage.public-access"
since     = "0.1.0"
```

# Queue is not public

The queue's policy names no everybody.

```rule
pass when !facts.public
say "queue {last(self.QueueUrl, '/')} takes messages from everybody"
```

## Risk
Anybody can send what your workers then act on.

## Fix
### Console
SQS, the queue, Access policy.

## Examples
### pass: no policy
```json
{ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders" }
```
### fail: everybody may send
```json
{ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "Policy": { "Statement": [ { "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*" } ] } }
```
### unknown: the policy could not be read
```json
{ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "Policy": { "?": "denied", "call": "sqs:GetQueueAttributes", "permission": "sqs:GetQueueAttributes" } }
```
"""


def test_an_own_type_and_check_are_one_file_each(planted, tmp_path):
    cloud, _ = planted
    sqs = cloud.client("sqs", "eu-west-1")
    everybody = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
    sqs.create_queue(QueueName="open", Attributes={"Policy": json.dumps(everybody)})
    sqs.create_queue(QueueName="closed")

    own = tmp_path / "own"
    (own / "types/aws/sqs").mkdir(parents=True)
    (own / "checks/aws/sqs").mkdir(parents=True)
    (own / "types/aws/sqs/queue.toml").write_text(TYPE)
    check = own / "checks/aws/sqs/queue-not-public.md"
    check.write_text(CHECK)

    scan = Scan(tmp_path, cloud.environment(MAIN), "--catalog", own, "--check", "aws-sqs-queue-not-public", expect=(0,))
    tested = scan.command("check", "test", check, "--catalog", own)
    assert "3 examples held" in tested.stdout
    found = {row["resource_name"]: row["status"] for row in scan.findings("--catalog", own)}
    assert found == {"open": "FAIL", "closed": "PASS"}
