"""Identities of the fourth account: roles, inline policies, users' first keys, organisation, certificates."""

import gaps_answers as answers
from emulator import FIFTH, FOURTH, SIXTH
from planted.documents import EC2TRUST, OURS, allow, aws, certificate, doc, root, service


def plant(cloud, book):
    cloud, book = cloud.of(FOURTH), book.of(FOURTH)
    iam(cloud, book)


def iam(cloud, book):
    i = cloud.client("iam")
    ADMIN, SHELL, SUPPORT, INLINE, ORG, WILD, ROLE, SAML, CERT, DEPUTY, DIRECT, INITIAL = (
        f"aws-iam-{n}"
        for n in (
            "attached-aws-policy-not-admin",
            "cloudshell-full-access-unused",
            "support-role-exists",
            "inline-policy-no-privilege-escalation",
            "org-root-credentials-managed",
            "policy-no-wildcard-assume-role",
            "role-no-administrator-access",
            "saml-provider-exists",
            "server-certificate-not-expired",
            "service-role-confused-deputy-guarded",
            "user-no-direct-policies",
            "user-no-unused-initial-key",
        )
    )
    judged = {"INLINE": set(), "ROLE": set(), "DEPUTY": set(), "DIRECT": set(), "INITIAL": set()}

    def user(name, attached=(), inline=(), direct=None, initial=None, password=False):
        i.create_user(UserName=name)
        uid = f"arn:aws:iam::{FOURTH}:user/{name}"
        for p in attached:
            i.attach_user_policy(UserName=name, PolicyArn=p)
        for verdict, n, *s in inline:
            i.put_user_policy(UserName=name, PolicyName=n, PolicyDocument=doc(*s))
            book._add(verdict, INLINE, uid, n, FOURTH, n)
        if not inline:
            book.not_applicable(INLINE, uid, "no inline policy")
        book._add(direct or ("FAIL" if attached or inline else "PASS"), DIRECT, uid, "", FOURTH, name)
        if password:
            i.create_login_profile(UserName=name, Password="Not-a-real-one-1")
        return uid

    def keys(name, *which, password=True):
        uid = user(name, password=password)
        for verdict, used, status in which:
            k = i.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
            if status:
                i.update_access_key(UserName=name, AccessKeyId=k, Status=status)
            cloud.key_history(name, k, 300, used)
            book._add(verdict, INITIAL, uid, k if verdict != "NOT_APPLICABLE" else "", FOURTH, name)
        if not which:
            book.not_applicable(INITIAL, uid, name)

    user("plain")
    user("boss", [aws("AdministratorAccess")])
    user("reader", [aws("ReadOnlyAccess")])
    user("supporter", [aws("AWSSupportAccess")])
    user("writer", inline=[("FAIL", "version", allow("iam:CreatePolicyVersion")), ("PASS", "read", allow(["s3:Get*", "ec2:Describe*"]))])
    user("denied", inline=[("PASS", "odd", allow("iam:*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"})])
    i.create_group(GroupName="power")
    i.attach_group_policy(GroupName="power", PolicyArn=aws("PowerUserAccess"))
    book.not_applicable(INLINE, f"arn:aws:iam::{FOURTH}:group/power", "no inline policy")
    i.create_group(GroupName="climbers")
    i.put_group_policy(GroupName="climbers", PolicyName="pass", PolicyDocument=doc(allow("iam:PassRole"), allow("ec2:RunInstances")))
    book.fails(INLINE, f"arn:aws:iam::{FOURTH}:group/climbers", "both halves", "pass")
    i.create_user(UserName="member")
    i.add_user_to_group(UserName="member", GroupName="power")
    book.passes(DIRECT, f"arn:aws:iam::{FOURTH}:user/member", "by a group")
    book.not_applicable(INLINE, f"arn:aws:iam::{FOURTH}:user/member", "none")
    keys("key-unused", ("FAIL", None, None))
    keys("key-used", ("PASS", 3, None))
    keys("key-once", ("PASS", 200, None))
    keys("key-off", ("PASS", None, "Inactive"))
    keys("key-two", ("FAIL", None, None), ("PASS", 3, None))
    keys("key-none")
    keys("key-robot", ("NOT_APPLICABLE", None, None), password=False)

    def role(name, *trust, attached=(), inline=(), admin="PASS", deputy="NOT_APPLICABLE", path="/"):
        uid = i.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=doc(*trust))["Role"]["Arn"]
        for p in attached:
            i.attach_role_policy(RoleName=name, PolicyArn=p)
        for verdict, n, *s in inline:
            i.put_role_policy(RoleName=name, PolicyName=n, PolicyDocument=doc(*s))
            book._add(verdict, INLINE, uid, n, FOURTH, n)
        if not inline:
            book.not_applicable(INLINE, uid, "no inline policy")
        book._add(admin, ROLE, uid, "", FOURTH, name)
        book._add(deputy, DEPUTY, uid, "", FOURTH, name)

    A = [aws("AdministratorAccess")]
    NA = "NOT_APPLICABLE"
    role("own", OURS)
    role("own-admin", OURS, attached=A, admin="FAIL")
    role("foreign-admin", {**OURS, "Principal": {"AWS": "444455556666"}}, attached=A, admin="FAIL")
    role("machine-admin", EC2TRUST, attached=A, admin=NA)
    role("both-admin", EC2TRUST, OURS, attached=A, admin="FAIL")
    role("amplify", OURS, attached=[aws("AdministratorAccess-Amplify")])
    role("importer", service("vmie.amazonaws.com"), admin=NA, deputy="FAIL")
    role("importer-held", service("vmie.amazonaws.com", StringEquals={"aws:SourceAccount": FOURTH}), admin=NA, deputy="PASS")
    role(
        "importer-foreign-arn",
        service("cloudtrail.amazonaws.com", ArnLike={"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}),
        admin=NA,
        deputy="FAIL",
    )
    role(
        "importer-arn",
        service("cloudtrail.amazonaws.com", ArnLike={"aws:SourceArn": f"arn:aws:cloudtrail:*:{FOURTH}:trail/*"}),
        admin=NA,
        deputy="PASS",
    )
    role("importer-external", service("vmie.amazonaws.com", StringEquals={"sts:ExternalId": "vmimport"}), admin=NA, deputy="FAIL")
    role("machine", EC2TRUST, admin=NA, inline=[("FAIL", "keys", allow("iam:CreateAccessKey")), ("PASS", "half", allow("iam:PassRole"))])
    role("linked", service("support.amazonaws.com"), admin=NA, path="/aws-service-role/support.amazonaws.com/")
    role("shell", OURS, attached=[aws("AWSCloudShellFullAccess")])

    for n in ("AdministratorAccess", "PowerUserAccess"):
        book.fails(ADMIN, root(), "attached", n)
    book.passes(ADMIN, root(), "attached", "ReadOnlyAccess")
    second = cloud.client("iam", account=FIFTH)
    second.create_role(RoleName="support", AssumeRolePolicyDocument=doc(OURS))
    second.attach_role_policy(RoleName="support", PolicyArn=aws("AWSSupportAccess"))
    s = f"arn:aws:iam::{FIFTH}:role/support"
    book.passes(ROLE, s, "support", account=FIFTH)
    book.not_applicable(DEPUTY, s, "own", account=FIFTH)
    book.not_applicable(INLINE, s, "none", account=FIFTH)
    book.passes(ADMIN, root(FIFTH), "AWSSupportAccess", "AWSSupportAccess", account=FIFTH)
    book.not_applicable(ADMIN, root(SIXTH), "nothing", account=SIXTH)
    book.fails(SHELL, root(), "a role has it")
    book.passes(SHELL, root(FIFTH), "nobody", account=FIFTH)
    book.passes(SHELL, root(SIXTH), "nobody", account=SIXTH)
    book.fails(SUPPORT, root(), "a user only")
    book.passes(SUPPORT, root(FIFTH), "a role", account=FIFTH)
    book.fails(SUPPORT, root(SIXTH), "nobody", account=SIXTH)
    # Organisations
    cloud.client("organizations").create_organization(FeatureSet="ALL")
    answers.FEATURES[FOURTH] = ["RootSessions"]
    cloud.client("organizations", account=FIFTH).create_organization(FeatureSet="ALL")
    answers.FEATURES[FIFTH] = ["RootCredentialsManagement"]
    book.fails(ORG, root(), "sessions only")
    book.passes(ORG, root(FIFTH), "on", account=FIFTH)
    book.not_applicable(ORG, root(SIXTH), "none", account=SIXTH)
    # SAML
    meta = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x">' + "x" * 1000 + "</EntityDescriptor>"
    second.create_saml_provider(Name="okta", SAMLMetadataDocument=meta)
    book.fails(SAML, root(), "none")
    book.passes(SAML, root(FIFTH), "one", account=FIFTH)
    cloud.client("iam", account=SIXTH).create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
    )
    book.fails(SAML, root(SIXTH), "OpenID Connect only", account=SIXTH)
    # Certificates
    for name, days, verdict in (("old", -100, "FAIL"), ("yesterday", -1, "FAIL")):
        body, key = certificate(days)
        uid = i.upload_server_certificate(ServerCertificateName=name, CertificateBody=body, PrivateKey=key)["ServerCertificateMetadata"][
            "Arn"
        ]
        book._add(verdict, CERT, uid, "", FOURTH, name)
    # Assuming roles
    i.create_role(RoleName="assumer", AssumeRolePolicyDocument=doc(OURS))
    uid = f"arn:aws:iam::{FOURTH}:role/assumer"
    book.passes(ROLE, uid, "no admin")
    book.not_applicable(DEPUTY, uid, "own")
    book.not_applicable(INLINE, uid, "none")

    def policy(verdict, name, *statements, attach=True):
        arn = i.create_policy(PolicyName=name, PolicyDocument=doc(*statements))["Policy"]["Arn"]
        if attach:
            i.attach_role_policy(RoleName="assumer", PolicyArn=arn)
        book._add(verdict, WILD, arn, "", FOURTH, name)

    S = "sts:AssumeRole"
    policy("FAIL", "w-any", allow(S))
    policy("FAIL", "w-account", allow(S, "arn:aws:iam::444455556666:role/*"))
    policy("FAIL", "w-sts", allow("sts:*"))
    policy("FAIL", "w-part", allow("sts:Assume*", "arn:aws:iam::*:role/deploy"))
    policy("FAIL", "w-not", {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    policy("PASS", "w-one", allow(S, f"arn:aws:iam::{FOURTH}:role/deploy"))
    policy("PASS", "w-other", allow(["sts:GetCallerIdentity", "s3:*"]))
    policy("PASS", "w-denied", allow(S), {"Effect": "Deny", "Action": "sts:*", "Resource": "*"})
    policy(NA, "w-unattached", allow(S), attach=False)
