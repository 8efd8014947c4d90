"""Users: second factors, passwords, keys; inline policies and policies by which one gains more rights."""

import json

from emulator import MAIN
from planted.iam import KEYS

MFA = "aws-iam-user-mfa-console"
PASSWORD = "aws-iam-console-password-unused-45-days-disabled"
ROTATED = "aws-iam-access-key-rotated-90-days"
TWO_KEYS = "aws-iam-user-single-active-key"
INLINE = "aws-iam-inline-policy-not-admin"
ESCALATION = "aws-iam-customer-policy-no-privilege-escalation"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def plant(cloud, book):
    iam = cloud.client("iam")
    console(cloud, iam, book)
    inline(iam, book)
    escalation(iam, book)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def console(cloud, iam, book):
    def user(name, mfa, password, set_days=None, used_days=None, factor=False):
        iam.create_user(UserName=name)
        uid = f"arn:aws:iam::{MAIN}:user/{name}"
        if set_days is not None:
            iam.create_login_profile(UserName=name, Password="Not-a-real-one-1")
            cloud.password_history(name, set_days, used_days)
        if factor:
            serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321")
        book._add(mfa, MFA, uid, "", MAIN, name)
        book._add(password, PASSWORD, uid, "", MAIN, name)

    user("console-no-factor", "FAIL", "PASS", set_days=400, used_days=1)
    user("console-factor", "PASS", "PASS", set_days=400, used_days=1, factor=True)
    user("console-unused", "PASS", "FAIL", set_days=400, used_days=46, factor=True)
    user("console-just-used", "PASS", "PASS", set_days=400, used_days=44, factor=True)
    user("console-never-used-old", "FAIL", "FAIL", set_days=60)
    user("console-never-used-new", "FAIL", "PASS", set_days=5)
    user("no-console", "NOT_APPLICABLE", "NOT_APPLICABLE")
    user("no-console-factor", "NOT_APPLICABLE", "NOT_APPLICABLE", factor=True)
    iam.create_login_profile(UserName="no-console", Password="Not-a-real-one-1")
    iam.delete_login_profile(UserName="no-console")


def inline(iam, book):
    def user(name, *policies):
        iam.create_user(UserName=name)
        put(f"arn:aws:iam::{MAIN}:user/{name}", lambda **more: iam.put_user_policy(UserName=name, **more), policies)

    def group(name, *policies):
        iam.create_group(GroupName=name)
        put(f"arn:aws:iam::{MAIN}:group/{name}", lambda **more: iam.put_group_policy(GroupName=name, **more), policies)

    def role(name, *policies):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        put(f"arn:aws:iam::{MAIN}:role/{name}", lambda **more: iam.put_role_policy(RoleName=name, **more), policies)

    def put(uid, write, policies):
        for verdict, name, *statements in policies:
            write(PolicyName=name, PolicyDocument=document(*statements))
            book._add(verdict, INLINE, uid, name, MAIN, name)

    bucket = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::orders/*"}
    user("inline-admin", ("FAIL", "everything", EVERYTHING))
    user("inline-bucket", ("PASS", "bucket", bucket))
    user("inline-both", ("PASS", "bucket", bucket), ("FAIL", "everything", {**EVERYTHING, "Action": ["s3:Get*", "*:*"]}))
    user("inline-split", ("PASS", "storage", {**EVERYTHING, "Action": "s3:*"}), ("PASS", "computing", {**EVERYTHING, "Action": "ec2:*"}))
    group("inline-admins", ("FAIL", "everything", EVERYTHING))
    group("inline-readers", ("PASS", "reading", {**EVERYTHING, "Action": ["s3:Get*", "ec2:Describe*"]}))
    role("inline-power", ("FAIL", "but-one", {"Effect": "Allow", "NotAction": "organizations:*", "Resource": "*"}))
    role("inline-denied", ("PASS", "denied", EVERYTHING, {"Effect": "Deny", "Action": "*", "Resource": "*"}))
    role("inline-one-resource", ("PASS", "one", {**EVERYTHING, "Resource": "arn:aws:s3:::orders"}))
    # Held down by a boundary: the policy is still one that allows everything.
    boundary = iam.create_policy(PolicyName="fence", PolicyDocument=document({**EVERYTHING, "Action": "s3:*"}))["Policy"]["Arn"]
    iam.create_role(RoleName="inline-bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
    put(f"arn:aws:iam::{MAIN}:role/inline-bounded",
        lambda **more: iam.put_role_policy(RoleName="inline-bounded", **more), [("FAIL", "everything", EVERYTHING)])
    book.not_applicable(ESCALATION, boundary, "attached to nothing")
    book.not_applicable("aws-iam-attached-customer-policy-not-admin", boundary, "attached to nothing")


def escalation(iam, book):
    iam.create_role(RoleName="climber", AssumeRolePolicyDocument=TRUST)

    def policy(verdict, name, *statements, attach=True, admin="PASS"):
        arn = iam.create_policy(PolicyName=f"climb-{name}", PolicyDocument=document(*statements))["Policy"]["Arn"]
        if attach:
            iam.attach_role_policy(RoleName="climber", PolicyArn=arn)
        book._add(verdict, ESCALATION, arn, "", MAIN, name)
        book._add(admin, "aws-iam-attached-customer-policy-not-admin", arn, "", MAIN, name)

    def allow(*actions):
        return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}

    policy("FAIL", "new-version", allow("iam:CreatePolicyVersion"))
    policy("FAIL", "attach-user", allow("iam:AttachUserPolicy"))
    policy("FAIL", "others-key", allow("iam:CreateAccessKey"))
    policy("FAIL", "machine", allow("iam:PassRole", "ec2:RunInstances"))
    policy("FAIL", "machine-apart", allow("iam:PassRole"), allow("ec2:RunInstances"))
    policy("FAIL", "wildcard", allow("iam:Put*"))
    policy("FAIL", "not-action", {"Effect": "Allow", "NotAction": ["s3:*", "ec2:*"], "Resource": "*"}, admin="FAIL")
    policy("PASS", "half", allow("iam:PassRole", "s3:*"))
    policy("PASS", "other-half", allow("ec2:RunInstances"))
    policy("PASS", "reading", allow("iam:Get*", "iam:List*"))
    policy("PASS", "denied", allow("iam:*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"})
    policy("NOT_APPLICABLE", "unattached", allow("iam:*"), attach=False, admin="NOT_APPLICABLE")


def close(cloud, book):
    """Users, groups and roles that were made for other checks: without console, and without inline policies."""
    iam = cloud.client("iam")
    users = [user["Arn"] for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    for uid in users:
        if not book.has(MFA, uid):
            book.not_applicable(MFA, uid, "no password")
            book.not_applicable(PASSWORD, uid, "no password")
        if not book.has(TWO_KEYS, uid):
            book.passes(TWO_KEYS, uid, "no key")
            book.not_applicable(ROTATED, uid, "no key")
            book.not_applicable(KEYS, uid, "no key")
    groups = [group["Arn"] for group in iam.list_groups()["Groups"]]
    roles = [role["Arn"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    for uid in users + groups + roles:
        if not book.has(INLINE, uid):
            book.not_applicable(INLINE, uid, "no inline policy")
