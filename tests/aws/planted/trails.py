"""Trails, their buckets, log groups, metric filters, alarms, detectors."""

import json

from emulator import MAIN, SECOND, THIRD
from planted.s3 import allow, block, create

EVERY_REGION = "aws-cloudtrail-all-regions-enabled"
BUCKET = "aws-cloudtrail-bucket-not-public"
ROOT_ALERT = "aws-cloudwatch-alert-root-usage"
DETECTOR = "aws-guardduty-detector-enabled"
ROOT_PATTERN = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


def plant(cloud, book):
    trails(cloud, book)
    alerts(cloud, book)
    detectors(cloud, book)


def trail(cloud, region, name, bucket, account=MAIN, logging=True, **more):
    client = cloud.client("cloudtrail", region, account)
    arn = client.create_trail(Name=name, S3BucketName=bucket, **more)["TrailARN"]
    if logging:
        client.start_logging(Name=arn)
    return arn


def region_uid(account, region):
    return f"arn:aws:ec2:{region}:{account}:region"


def delivery(bucket):
    return {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/*", "Condition": {"StringEquals": {"aws:SourceAccount": MAIN}}}


def trails(cloud, book):
    """The first account has trails in single regions only, so each region has its own verdict."""
    create(cloud, "trail-private", policy=[delivery("trail-private")], public_block=block())
    create(cloud, "trail-public", policy=[delivery("trail-public"), allow("trail-public", "*")])
    create(cloud, "trail-acl", ACL="public-read")
    create(cloud, "trail-closed", policy=[allow("trail-closed", "*")], public_block=block())
    create(cloud, "other-accounts-logs", account=SECOND, public_block=block())
    for name in ("trail-private", "trail-closed"):
        book.passes("aws-s3-bucket-not-public", f"arn:aws:s3:::{name}", "closed")
    for name in ("trail-public", "trail-acl"):
        book.fails("aws-s3-bucket-not-public", f"arn:aws:s3:::{name}", "open")

    book.passes(BUCKET, trail(cloud, "eu-west-1", "good", "trail-private"), "private bucket")
    book.fails(BUCKET, trail(cloud, "eu-west-1", "leaky", "trail-public", logging=False), "bucket policy is public")
    book.fails(BUCKET, trail(cloud, "us-east-1", "listed", "trail-acl", logging=False), "bucket ACL is public")
    book.passes(BUCKET, trail(cloud, "us-east-1", "closed", "trail-closed", logging=False), "public policy that is restricted")
    book.unknown(BUCKET, trail(cloud, "us-east-1", "foreign", "other-accounts-logs", logging=False),
                 "the bucket is in an account that was not scanned")

    for region in cloud.enabled_regions():
        if region == "eu-west-1":
            book.passes(EVERY_REGION, region_uid(MAIN, region), "a trail of this region logs")
        else:
            book.fails(EVERY_REGION, region_uid(MAIN, region), "no trail that logs covers it")

    # The second account: one multi-region trail, at home elsewhere, covers every region.
    create(cloud, "second-trail", account=SECOND, public_block=block())
    trail(cloud, "eu-west-1", "everywhere", "second-trail", account=SECOND, IsMultiRegionTrail=True)
    # The third: multi-region, but logging was never started. Those of one region that its alerts need are in eu-west-1.
    create(cloud, "third-trail", account=THIRD, public_block=block())
    trail(cloud, "eu-west-1", "everywhere", "third-trail", account=THIRD, logging=False, IsMultiRegionTrail=True)
    for region in cloud.enabled_regions(SECOND):
        book.passes(EVERY_REGION, region_uid(SECOND, region), "a multi-region trail logs", account=SECOND)
    for region in cloud.enabled_regions(THIRD):
        if region == "eu-west-1":
            book.passes(EVERY_REGION, region_uid(THIRD, region), "trails of this region log", account=THIRD)
        else:
            book.fails(EVERY_REGION, region_uid(THIRD, region), "the multi-region trail does not log", account=THIRD)


def alarmed_trail(cloud, account, name, pattern, metric, alarm_metric=None, region="eu-west-1", logging=True,
                  multi_region=True, alarm=True, filter_group=None, bucket=None):
    """A trail that writes to a log group with one metric filter and an alarm on it."""
    role = f"arn:aws:iam::{account}:role/CloudTrail_CloudWatchLogs"
    logs = cloud.client("logs", region, account)
    logs.create_log_group(logGroupName=name)
    if filter_group:
        logs.create_log_group(logGroupName=filter_group)
    group = next(g for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] if g["logGroupName"] == name)
    if bucket is None:
        bucket = f"{name}-{account}"
        create(cloud, bucket, account=account, public_block=block())
    trail(cloud, region, name, bucket, account=account, logging=logging, IsMultiRegionTrail=multi_region,
          CloudWatchLogsLogGroupArn=group["arn"], CloudWatchLogsRoleArn=role)
    logs.put_metric_filter(
        logGroupName=filter_group or name, filterName=name, filterPattern=pattern,
        metricTransformations=[{"metricName": metric, "metricNamespace": "CloudTrail", "metricValue": "1"}])
    if alarm:
        topic = cloud.client("sns", region, account).create_topic(Name=name)["TopicArn"]
        cloud.client("cloudwatch", region, account).put_metric_alarm(
            AlarmName=name, MetricName=alarm_metric or metric, Namespace="CloudTrail", Statistic="Sum", Period=300,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic])


def alerts(cloud, book):
    root = "arn:aws:iam::{}:root".format
    # The right pattern, written in another order, with other spacing and quoting.
    alarmed_trail(
        cloud, SECOND, "root-usage",
        "{($.eventType!=AwsServiceEvent)&&($.userIdentity.type=Root)&&($.userIdentity.invokedBy NOT EXISTS)}", "RootUsage")
    book.passes(ROOT_ALERT, root(SECOND), "pattern in another order and spelling", account=SECOND)

    # Each of these is nearly right; together they are still no alert.
    def near(name, pattern, **more):
        alarmed_trail(cloud, THIRD, name, pattern, f"Metric-{name}", multi_region=False, **more)

    near("incomplete", '{ $.userIdentity.type = "Root" }')
    near("narrowed", ROOT_PATTERN[:-2] + ' && $.eventName = "ConsoleLogin" }')
    near("other-metric", ROOT_PATTERN, alarm_metric="SomethingElse")
    near("no-alarm", ROOT_PATTERN, alarm=False)
    near("not-logging", ROOT_PATTERN, logging=False)
    near("other-group", ROOT_PATTERN, filter_group="application")
    book.fails(ROOT_ALERT, root(THIRD), "six alerts, each nearly right", account=THIRD)
    book.fails(ROOT_ALERT, root(MAIN), "no metric filter at all")


def detectors(cloud, book):
    cloud.client("guardduty", "eu-west-1").create_detector(Enable=True)
    cloud.client("guardduty", "us-east-1").create_detector(Enable=False)
    for account in (MAIN, SECOND, THIRD):
        for region in cloud.enabled_regions(account):
            uid = region_uid(account, region)
            if (account, region) == (MAIN, "eu-west-1"):
                book.passes(DETECTOR, uid, "enabled")
            elif (account, region) == (MAIN, "us-east-1"):
                book.fails(DETECTOR, uid, "suspended")
            else:
                book.fails(DETECTOR, uid, "none", account=account)
