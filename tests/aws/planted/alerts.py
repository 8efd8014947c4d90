"""Alarms on what trails record: one account has every alert, one has each nearly, one has none."""

from emulator import MAIN, SECOND, THIRD
from planted.s3 import block, create
from planted.trails import ALL_EVENTS, classic, trail

REGION = "eu-west-1"


def events(source, *names):
    """A pattern that selects the events by their names, and the check's own source if given."""
    either = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}) && ({either}) }}" if source else f"{{ {either} }}"


IAM = [f"{verb}{what}Policy" for verb in ("Delete", "Put") for what in ("Group", "Role", "User")]
IAM += ["CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"]
IAM += [f"{verb}{what}Policy" for verb in ("Attach", "Detach") for what in ("Role", "User", "Group")]
GROUPS = [f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")]
GROUPS += ["CreateSecurityGroup", "DeleteSecurityGroup"]
BUCKETS = ["PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication"]
BUCKETS += ["DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"]
TRAILS = ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"]
KEYS = ["DisableKey", "ScheduleKeyDeletion"]
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'

# Check → a pattern that is right, and patterns that are nearly right.
PATTERNS = {
    "root-usage": (
        # The benchmark's own in another order, with other spacing and quoting.
        "{($.eventType!=AwsServiceEvent)&&($.userIdentity.type=Root)&&($.userIdentity.invokedBy NOT EXISTS)}",
        ['{ $.userIdentity.type = "Root" }', ROOT[:-2] + ' && $.eventName = "ConsoleLogin" }']),
    "iam-policy-changes": (
        events("", *reversed(IAM)), [events("", *IAM[1:]), events("s3.amazonaws.com", *IAM)]),
    "security-group-changes": (
        events("ec2.amazonaws.com", *GROUPS), [events("", *GROUPS[:-1]), events("", *GROUPS)[:-2] + ' && ($.errorCode NOT EXISTS) }']),
    "bucket-policy-changes": (
        events("s3.amazonaws.com", *BUCKETS), [events("s3.amazonaws.com", *BUCKETS[1:]), events("iam.amazonaws.com", *BUCKETS)]),
    "cloudtrail-changes": (
        events("", *TRAILS), [events("", *TRAILS[:-1]), "{ $.eventSource = cloudtrail.amazonaws.com && $.eventName = StopLogging }"]),
    "kms-key-disable-delete": (
        events("kms.amazonaws.com", *KEYS), [events("kms.amazonaws.com", KEYS[0]), "{ $.eventName = DisableKey && $.eventName = ScheduleKeyDeletion }"]),
    "console-login-no-mfa": (
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") '
        '&& ($.responseElements.ConsoleLogin = "Success") }',
        ['{ $.eventName = "ConsoleLogin" }', '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed = "Yes") }']),
    "unauthorized-api-calls": (
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        ['{ $.errorCode = "AccessDenied*" }', '{ ($.errorCode = "UnauthorizedOperation") || ($.errorCode = "AccessDenied") }']),
}


def plant(cloud, book):
    root = "arn:aws:iam::{}:root".format
    for name, (right, nearly) in PATTERNS.items():
        check = f"aws-cloudwatch-alert-{name}"
        alarmed_trail(cloud, book, SECOND, name, right)
        book.passes(check, root(SECOND), "alarm on a trail that logs", account=SECOND)
        for number, pattern in enumerate(nearly):
            alarmed_trail(cloud, book, THIRD, f"{name}-{number}", pattern)
        book.fails(check, root(THIRD), f"{len(nearly)} patterns, each nearly right", account=THIRD)
        book.fails(check, root(MAIN), "no metric filter at all")
    # The right pattern, and something else that is nearly right.
    alarmed_trail(cloud, book, THIRD, "other-metric", ROOT, alarm_metric="SomethingElse")
    alarmed_trail(cloud, book, THIRD, "no-alarm", PATTERNS["iam-policy-changes"][0], alarm=False)
    alarmed_trail(cloud, book, THIRD, "not-logging", PATTERNS["cloudtrail-changes"][0], logging=False)
    alarmed_trail(cloud, book, THIRD, "other-group", PATTERNS["bucket-policy-changes"][0], filter_group="application")
    alarmed_trail(cloud, book, THIRD, "other-region", PATTERNS["security-group-changes"][0], alarm_region="us-east-1")
    alarmed_trail(cloud, book, THIRD, "one-region", PATTERNS["kms-key-disable-delete"][0], everywhere=False)
    alarmed_trail(cloud, book, THIRD, "writes-only", PATTERNS["unauthorized-api-calls"][0], selectors=classic("WriteOnly"))


def alarmed_trail(cloud, book, account, name, pattern, alarm_metric=None, logging=True, alarm=True, filter_group=None,
                  alarm_region=REGION, everywhere=True, selectors=ALL_EVENTS):
    """A trail that writes to a log group with one metric filter and an alarm on it."""
    logs = cloud.client("logs", REGION, account)
    logs.create_log_group(logGroupName=name)
    if filter_group:
        logs.create_log_group(logGroupName=filter_group)
    group = next(g for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] if g["logGroupName"] == name)
    bucket = f"{name}-{account}"
    create(cloud, bucket, account=account, public_block=block())
    trail(cloud, book, REGION, name, bucket, account=account, logging=logging, selectors=selectors, IsMultiRegionTrail=everywhere,
          CloudWatchLogsLogGroupArn=group["arn"], CloudWatchLogsRoleArn=f"arn:aws:iam::{account}:role/CloudTrail_CloudWatchLogs")
    logs.put_metric_filter(
        logGroupName=filter_group or name, filterName=name, filterPattern=pattern,
        metricTransformations=[{"metricName": f"Metric-{name}", "metricNamespace": "CloudTrail", "metricValue": "1"}])
    if alarm:
        topic = cloud.client("sns", alarm_region, account).create_topic(Name=name)["TopicArn"]
        book.passes("aws-sns-topic-not-public", topic, "as AWS makes it", account=account)
        cloud.client("cloudwatch", alarm_region, account).put_metric_alarm(
            AlarmName=name, MetricName=alarm_metric or f"Metric-{name}", Namespace="CloudTrail", Statistic="Sum", Period=300,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic])
