"""Trails of objects and alerts on them."""

import gaps_answers as answers
from emulator import FIFTH, FOURTH, SIXTH, Book
from moto.cloudtrail.models import cloudtrail_backends
from planted.alerts import alarmed_trail, events
from planted.s3 import block
from planted.documents import EU, US, create, forget, root, trail


def plant(cloud, book):
    cloud, book = cloud.of(FOURTH), book.of(FOURTH)
    trails(cloud, book)
    alerts(cloud, book)
    forget(FIFTH, SIXTH)


def status(name, account=FOURTH, region=EU):
    return cloudtrail_backends[account][region].trails[name].status


def classic(kind, values=("arn:aws:s3",)):
    return {
        "EventSelectors": [
            {"ReadWriteType": kind, "IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::S3::Object", "Values": list(values)}]}
        ]
    }


def advanced(*more, type="AWS::S3::Object"):
    return {
        "AdvancedEventSelectors": [
            {
                "Name": "x",
                "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [type]}, *more],
            }
        ]
    }


def trails(cloud, book):
    MFAD, LOGS, READ, WRITE = (
        f"aws-cloudtrail-{n}"
        for n in ("bucket-mfa-delete", "cloudwatch-logs-integrated", "s3-object-read-events", "s3-object-write-events")
    )
    create(cloud, "trail-plain", public_block=block())
    create(cloud, "trail-foreign", account=FIFTH, public_block=block())
    group = {"CloudWatchLogsRoleArn": f"arn:aws:iam::{FOURTH}:role/logs"}
    cloud.client("logs", EU).create_log_group(logGroupName="trail")
    group["CloudWatchLogsLogGroupArn"] = cloud.client("logs", EU).describe_log_groups(logGroupNamePrefix="trail")["logGroups"][0]["arn"]

    def case(name, mfa, logs, bucket="trail-plain", delivered=None, selectors=None, **more):
        arn = trail(cloud, name, bucket, selectors=selectors, **more)
        if delivered is not None:
            answers.DELIVERED[status(name)] = delivered
        book._add(mfa, MFAD, arn, "", FOURTH, name)
        book._add(logs, LOGS, arn, "", FOURTH, name)

    case("t-none", "FAIL", "FAIL")
    case("t-logs", "FAIL", "PASS", delivered=3600, **group)
    case("t-logs-old", "FAIL", "FAIL", delivered=90000, **group)
    case("t-logs-never", "FAIL", "FAIL", **group)
    case("t-stopped", "NOT_APPLICABLE", "FAIL", logging=False)
    case("t-foreign", "UNKNOWN", "FAIL", bucket="trail-foreign")
    # Nearly everything of S3 in the first account: each misses something.
    near = [
        classic("All", ["arn:aws:s3:::trail-plain/"]),
        classic("ReadOnly", ["arn:aws:lambda"]),
        advanced(type="AWS::Lambda::Function"),
        advanced({"Field": "eventName", "Equals": ["GetObject"]}),
        advanced({"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::trail-plain/"]}),
        advanced({"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::orders/"]}),
    ]
    for n, one in enumerate(near):
        case(f"near-{n}", "FAIL", "FAIL", selectors=one, IsMultiRegionTrail=True)
    case("near-region", "FAIL", "FAIL", selectors=classic("All"))
    create(cloud, "in-the-us", region=US, public_block=block())
    case("near-stopped", "NOT_APPLICABLE", "FAIL", logging=False, selectors=classic("All"), IsMultiRegionTrail=True)
    book.fails(READ, root(), "each misses something")
    book.fails(WRITE, root(), "each misses something")
    book.passes(WRITE, root(FIFTH), "writes", account=FIFTH)
    book.fails(READ, root(FIFTH), "writes only", account=FIFTH)
    create(cloud, "third-data", account=SIXTH, public_block=block())
    trail(cloud, "all", "trail-foreign", FIFTH, selectors=advanced({"Field": "readOnly", "Equals": ["false"]}), IsMultiRegionTrail=True)
    trail(cloud, "reads", "third-data", SIXTH, selectors=classic("ReadOnly", ["arn:aws:s3:::"]))
    book.passes(READ, root(SIXTH), "one region, where all buckets are", account=SIXTH)
    book.fails(WRITE, root(SIXTH), "reads only", account=SIXTH)


ALERTS = {
    "config-changes": (
        "config.amazonaws.com",
        ["StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"],
    ),
    "network-acl-changes": (
        "",
        [
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ],
    ),
    "network-gateway-changes": (
        "ec2.amazonaws.com",
        [
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ],
    ),
    "route-table-changes": (
        "ec2.amazonaws.com",
        [
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
        ],
    ),
    "vpc-changes": (
        "",
        [
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "AttachClassicLinkVpc",
            "DetachClassicLinkVpc",
            "DisableVpcClassicLink",
            "EnableVpcClassicLink",
            "RejectVpcPeeringConnection",
        ],
    ),
    "organizations-changes": (
        "organizations.amazonaws.com",
        [
            "AcceptHandshake",
            "AttachPolicy",
            "CancelHandshake",
            "CreateAccount",
            "CreateOrganization",
            "CreateOrganizationalUnit",
            "CreatePolicy",
            "DeclineHandshake",
            "DeleteOrganization",
            "DeleteOrganizationalUnit",
            "DeletePolicy",
            "DetachPolicy",
            "DisablePolicyType",
            "EnablePolicyType",
            "EnableAllFeatures",
            "InviteAccountToOrganization",
            "LeaveOrganization",
            "MoveAccount",
            "RemoveAccountFromOrganization",
            "UpdatePolicy",
            "UpdateOrganizationalUnit",
        ],
    ),
}


def alerts(cloud, book):
    patterns = {
        n: (
            events(s, *reversed(e)),
            [events(s, *e[1:]), events("kms.amazonaws.com", *e), events("", *e)[:-2] + " && ($.errorCode NOT EXISTS) }"],
        )
        for n, (s, e) in ALERTS.items()
    }
    patterns["console-auth-failures"] = (
        '{($.errorMessage="Failed authentication")&&($.eventName=ConsoleLogin)}',
        [
            "{ $.eventName = ConsoleLogin }",
            '{ ($.eventName = "ConsoleLogin") && ($.errorMessage != "Failed authentication") }',
            '{ ($.eventName = "SwitchRole") && ($.errorMessage = "Failed authentication") }',
        ],
    )
    for name, (right, nearly) in patterns.items():
        check = f"aws-cloudwatch-alert-{name}"
        alarmed_trail(cloud, Book(), FIFTH, name, right)
        book.passes(check, root(FIFTH), "alarm", account=FIFTH)
        for n, pattern in enumerate(nearly):
            alarmed_trail(cloud, Book(), SIXTH, f"{name}-{n}", pattern)
        book.fails(check, root(SIXTH), "nearly", account=SIXTH)
        book.fails(check, root(), "none")
    alarmed_trail(cloud, Book(), SIXTH, "o-stopped", patterns["vpc-changes"][0], logging=False)
    alarmed_trail(cloud, Book(), SIXTH, "o-region", patterns["config-changes"][0], alarm_region=US)
    alarmed_trail(cloud, Book(), SIXTH, "o-noalarm", patterns["console-auth-failures"][0], alarm=False)
    for account in (FIFTH, SIXTH):
        for t in cloud.client("cloudtrail", EU, account).describe_trails(includeShadowTrails=False)["trailList"]:
            on = cloud.client("cloudtrail", EU, account).get_trail_status(Name=t["TrailARN"])["IsLogging"]
            book._add("FAIL" if on else "NOT_APPLICABLE", "aws-cloudtrail-bucket-mfa-delete", t["TrailARN"], "", account, t["Name"])
            book._add("FAIL", "aws-cloudtrail-cloudwatch-logs-integrated", t["TrailARN"], "", account, t["Name"])
