"""Documents and nodes of Systems Manager, the organisation, portfolios."""

import json

import gaps_answers as answers
from emulator import EIGHTH, SEVENTH
from planted.documents import EU, MID, US, root as account


def plant(cloud, book):
    cloud, book = cloud.of(SEVENTH), book.of(SEVENTH)
    systems(cloud, book)
    organization(cloud, book)
    portfolios(cloud, book)


def region(r):
    return f"arn:aws:ec2:{r}:{SEVENTH}:region"


def systems(cloud, book):
    answers.SHARING[SEVENTH, EU] = "Disable"
    c = cloud.client("ssm", EU)
    content = json.dumps(
        {
            "schemaVersion": "2.2",
            "description": "x",
            "mainSteps": [{"action": "aws:runShellScript", "name": "x", "inputs": {"runCommand": ["true"]}}],
        }
    )

    def document(verdict, name, *ids):
        c.create_document(Content=content, Name=name, DocumentType="Command", DocumentFormat="JSON")
        if ids:
            c.modify_document_permission(Name=name, PermissionType="Share", AccountIdsToAdd=list(ids))
        book._add(verdict, "aws-ssm-document-not-public", f"arn:aws:ssm:{EU}:{SEVENTH}:document/{name}", "", SEVENTH, name)

    document("PASS", "private")
    document("FAIL", "public", "all")
    document("FAIL", "stranger", "444455556666")
    document("PASS", "friend", EIGHTH)
    document("FAIL", "friend-and-stranger", EIGHTH, "444455556666")
    for r in cloud.enabled_regions(SEVENTH):
        book._add("PASS" if r == EU else "FAIL", "aws-ssm-document-public-sharing-blocked", region(r), "", SEVENTH, r)

    def node(verdict, nid, *states):
        answers.NODES.setdefault((SEVENTH, EU), []).append(
            {
                "InstanceId": nid,
                "PingStatus": "Online",
                "PlatformType": "Linux",
                "ResourceType": "EC2Instance" if nid[0] == "i" else "ManagedInstance",
                "AgentVersion": "3.3",
            }
        )
        for s in states:
            answers.PATCHES.setdefault((SEVENTH, EU), []).append(
                {
                    "ComplianceType": "Patch",
                    "ResourceType": "ManagedInstance",
                    "ResourceId": nid,
                    "Status": s,
                    "OverallSeverity": "HIGH" if s[0] == "N" else "UNSPECIFIED",
                    "ExecutionSummary": {"ExecutionTime": 1790000000.0},
                    "NonCompliantSummary": {"NonCompliantCount": 3 if s[0] == "N" else 0},
                }
            )
        book._add(verdict, "aws-ssm-instance-patch-compliant", f"arn:aws:ssm:{EU}:{SEVENTH}:managed-instance/{nid}", "", SEVENTH, nid)

    node("PASS", "i-0aaaaaaaaaaaaaaa1", "COMPLIANT")
    node("FAIL", "i-0aaaaaaaaaaaaaaa2", "NON_COMPLIANT")
    node("NOT_APPLICABLE", "i-0aaaaaaaaaaaaaaa3")
    node("FAIL", "mi-0aaaaaaaaaaaaaaa4", "NON_COMPLIANT")


def organization(cloud, book):
    o = cloud.client("organizations")
    MEMBER, ADMINS, SCP = (
        "aws-organizations-account-is-member",
        "aws-organizations-delegated-admins-trusted",
        "aws-organizations-scp-region-restricted",
    )
    o.create_organization(FeatureSet="ALL")
    root = o.list_roots()["Roots"][0]["Id"]
    member = o.create_account(Email="a@example.com", AccountName="member")["CreateAccountStatus"]["AccountId"]
    stranger = o.create_account(Email="b@example.com", AccountName="sandbox")["CreateAccountStatus"]["AccountId"]
    o.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    o.register_delegated_administrator(AccountId=member, ServicePrincipal="ssm.amazonaws.com")
    o.register_delegated_administrator(AccountId=stranger, ServicePrincipal="guardduty.amazonaws.com")

    def policy(name, *statements, attach=True):
        pid = o.create_policy(
            Name=name,
            Description=name,
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
        )["Policy"]["PolicySummary"]["Id"]
        if attach:
            o.attach_policy(PolicyId=pid, TargetId=root)
        return pid

    region_deny = lambda rs, **k: dict(
        {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": rs}}},
        **k,
    )
    policy("exact-but-loose", region_deny([EU, MID]), attach=False)
    policy(
        "one-service",
        {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": [EU, MID]}}},
    )
    policy(
        "allow-beside-full",
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": [EU, MID]}}},
    )
    policy("too-few", region_deny([EU]))
    policy("too-many", region_deny([EU, MID, US]))
    policy("inverted", region_deny([EU, MID], Condition={"StringEquals": {"aws:RequestedRegion": [EU, MID]}}))
    book.passes(MEMBER, account(SEVENTH), "manages")
    book.fails(ADMINS, account(SEVENTH), "the sandbox administers GuardDuty")
    book.fails(SCP, account(SEVENTH), "near-misses only")
    cloud.credentials[member] = cloud.assumed(member)
    book.members.append(member)
    for check, verdict in ((MEMBER, "PASS"), (ADMINS, "NOT_APPLICABLE"), (SCP, "NOT_APPLICABLE")):
        book._add(verdict, check, account(member), "", member, "a member")
    for check, verdict in ((MEMBER, "FAIL"), (ADMINS, "NOT_APPLICABLE"), (SCP, "NOT_APPLICABLE")):
        book._add(verdict, check, account(EIGHTH), "", EIGHTH, "alone")


def portfolios(cloud, book):
    c = cloud.client("servicecatalog", EU)
    CHECK = "aws-servicecatalog-portfolio-org-share-only"

    def plant(verdict, name, *shares):
        made = c.create_portfolio(DisplayName=name, ProviderName="x", IdempotencyToken=name)["PortfolioDetail"]
        for s in shares:
            c.create_portfolio_share(PortfolioId=made["Id"], **s)
        book._add(verdict, CHECK, made["ARN"], "", SEVENTH, name)

    plant("PASS", "alone")
    plant("FAIL", "account", {"AccountId": EIGHTH})
    plant("PASS", "organisation", {"OrganizationNode": {"Type": "ORGANIZATION", "Value": "o-abcdefghij"}})
    plant("FAIL", "both", {"OrganizationNode": {"Type": "ORGANIZATION", "Value": "o-abcdefghij"}}, {"AccountId": "444455556666"})
    p = cloud.client("servicecatalog", EU, EIGHTH)
    made = p.create_portfolio(DisplayName="alone", ProviderName="x", IdempotencyToken="q")["PortfolioDetail"]
    p.create_portfolio_share(PortfolioId=made["Id"], AccountId=SEVENTH)
    book._add("NOT_APPLICABLE", CHECK, made["ARN"], "", EIGHTH, "in no organisation")
