"""Users' keys, policies that make administrators."""

import json

from emulator import MAIN

KEYS = "aws-iam-access-key-unused-45-days-disabled"
ROTATED = "aws-iam-access-key-rotated-90-days"
TWO_KEYS = "aws-iam-user-single-active-key"
ADMIN = "aws-iam-attached-customer-policy-not-admin"
ESCALATION = "aws-iam-customer-policy-no-privilege-escalation"


def plant(cloud, book):
    keys(cloud, book)
    policies(cloud, book)


def keys(cloud, book):
    iam = cloud.client("iam")

    def user(name, *keys):
        iam.create_user(UserName=name)
        for verdict, created, used, status, why in keys:
            key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
            if status == "Inactive":
                iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
            cloud.key_history(name, key, created, used)
            uid = f"arn:aws:iam::{MAIN}:user/{name}"
            book._add(verdict, KEYS, uid, key, MAIN, why)
            old = status == "Active" and created > 90
            book._add("FAIL" if old else "PASS", ROTATED, uid, key, MAIN, f"{status}, {created} days old")
        if keys:
            active = sum(status == "Active" for _, _, _, status, _ in keys)
            book._add("FAIL" if active > 1 else "PASS", TWO_KEYS, uid, "", MAIN, f"{active} active")

    user("key-fresh", ("PASS", 10, 1, "Active", "used yesterday"))
    user("key-old-but-used", ("PASS", 900, 3, "Active", "old and in use"))
    user("key-unused", ("FAIL", 400, 46, "Active", "46 days"))
    user("key-just-used", ("PASS", 400, 44, "Active", "44 days"))
    user("key-inactive", ("PASS", 400, 300, "Inactive", "unused, but disabled"))
    user("key-never-used-old", ("FAIL", 60, None, "Active", "never used, made 60 days ago"))
    user("key-never-used-new", ("PASS", 5, None, "Active", "never used, made 5 days ago"))
    user("key-two", ("PASS", 400, 2, "Active", "the first is in use"), ("FAIL", 400, 200, "Active", "the second is not"))
    user("key-two-old", ("FAIL", 700, 100, "Active", "the first"), ("PASS", 700, 100, "Inactive", "the second is disabled"))
    user("key-90-days", ("PASS", 89, 1, "Active", "used"))
    user("key-91-days", ("PASS", 91, 1, "Active", "used"))
    user("key-none")


def policies(cloud, book):
    """What makes an administrator, which is a way to more rights as well; the rest is none, unless said."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
    iam.create_group(GroupName="everyone")
    iam.create_user(UserName="holder")

    def policy(verdict, name, why, *statements, to="role", path="/", climbs=None):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document, Path=path)["Policy"]["Arn"]
        if to == "role":
            iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        elif to == "group":
            iam.attach_group_policy(GroupName="everyone", PolicyArn=arn)
        elif to == "user":
            iam.attach_user_policy(UserName="holder", PolicyArn=arn)
        book._add(verdict, ADMIN, arn, "", MAIN, why)
        book._add(climbs or verdict, ESCALATION, arn, "", MAIN, why)
        return arn

    def allow(action="*", resource="*", **more):
        return {"Effect": "Allow", "Action": action, "Resource": resource, **more}

    def deny(action="*", resource="*", **more):
        return {"Effect": "Deny", "Action": action, "Resource": resource, **more}

    policy("FAIL", "admin", "everything", allow())
    policy("FAIL", "admin-spelled", "*:*", allow("*:*"), to="user")
    policy("FAIL", "admin-list", "among others", allow(["s3:Get*", "*"], ["arn:aws:s3:::x", "*"]), to="group")
    policy("FAIL", "admin-not-action", "everything but one service's actions", {
        "Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"})
    policy("FAIL", "admin-second", "in the second statement", allow("s3:GetObject"), allow(), path="/team/")
    policy("FAIL", "admin-deny-narrow", "the Deny takes one action", allow(), deny("ec2:TerminateInstances"))
    policy("FAIL", "admin-deny-conditional", "the Deny has a condition",
           allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
    policy("PASS", "admin-denied", "the Deny takes everything", allow(), deny())
    policy("PASS", "one-service", "all of S3", allow("s3:*"))
    # Sets of actions that are limited to some resources count as ways to more rights, whatever the resources are.
    policy("PASS", "one-bucket", "everything on one bucket", allow("*", "arn:aws:s3:::one-bucket/*"), climbs="FAIL")
    policy("PASS", "only-deny", "only a Deny", deny())
    policy("PASS", "not-action-deny", "a Deny of all but some actions", {
        "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*"})
    policy("PASS", "read-only", "reading", allow(["ec2:Describe*", "s3:Get*", "s3:List*"]))
    policy("NOT_APPLICABLE", "admin-unattached", "attached to nothing", allow(), to=None)

    # The default version counts, not the newest.
    arn = policy("PASS", "admin-old-version", "an older version was everything", allow())
    iam.create_policy_version(PolicyArn=arn, SetAsDefault=True, PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}))
    arn = policy("FAIL", "admin-default-version", "a newer version is harmless but not the default", allow())
    iam.create_policy_version(PolicyArn=arn, SetAsDefault=False, PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}))
    # AWS's own administrator policy is not a customer policy.
    iam.attach_user_policy(UserName="holder", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
