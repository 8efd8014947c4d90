"""Trails and their buckets, detectors."""

import json

from emulator import MAIN, SECOND, THIRD
from planted import documents
from planted.s3 import allow, block, create

EVERY_REGION = "aws-cloudtrail-all-regions-enabled"
BUCKET = "aws-cloudtrail-bucket-not-public"
BUCKET_LOGGING = "aws-cloudtrail-bucket-access-logging-on"
VALIDATION = "aws-cloudtrail-log-file-validation-on"
ENCRYPTED = "aws-cloudtrail-trail-kms-encrypted"
EVENTS = "aws-cloudtrail-management-events-logged"
DETECTOR = "aws-guardduty-detector-enabled"


def plant(cloud, book):
    trails(cloud, book)
    detectors(cloud, book)


def trail(cloud, book, region, name, bucket, account=MAIN, logging=True, public="PASS", logged="FAIL", selectors=None, **more):
    """`public` and `logged` are the verdicts on its bucket."""
    arn = documents.trail(cloud, name, bucket, account, region, logging, selectors, **more)
    book._add(public, BUCKET, arn, "", account, f"{name}, to {bucket}")
    book._add(logged, BUCKET_LOGGING, arn, "", account, f"{name}, to {bucket}")
    book._add("PASS" if more.get("EnableLogFileValidation") else "FAIL", VALIDATION, arn, "", account, name)
    book._add("PASS" if more.get("KmsKeyId") else "FAIL", ENCRYPTED, arn, "", account, name)


def classic(kind, management=True):
    return {"EventSelectors": [{"ReadWriteType": kind, "IncludeManagementEvents": management}]}


def advanced(category, **fields):
    selectors = [{"Field": "eventCategory", "Equals": [category]}]
    selectors += [{"Field": field, "Equals": values} for field, values in fields.items()]
    return {"AdvancedEventSelectors": [{"Name": category, "FieldSelectors": selectors}]}


ALL_EVENTS = classic("All")


def region_uid(account, region):
    return f"arn:aws:ec2:{region}:{account}:region"


def delivery(bucket):
    return {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/*", "Condition": {"StringEquals": {"aws:SourceAccount": MAIN}}}


def trails(cloud, book):
    """In the first account only trails of single regions log, so each region has its own verdict."""
    create(cloud, "trail-private", policy=[delivery("trail-private")], public_block=block())
    create(cloud, "trail-public", policy=[delivery("trail-public"), allow("trail-public", "*")])
    create(cloud, "trail-acl", ACL="public-read")
    create(cloud, "trail-closed", policy=[allow("trail-closed", "*")], public_block=block())
    create(cloud, "other-accounts-logs", account=SECOND, public_block=block())
    for name in ("trail-private", "trail-closed"):
        book.passes("aws-s3-bucket-not-public", f"arn:aws:s3:::{name}", "closed")
    for name in ("trail-public", "trail-acl"):
        book.fails("aws-s3-bucket-not-public", f"arn:aws:s3:::{name}", "open")

    cloud.client("s3", "eu-west-1").put_bucket_logging(Bucket="trail-private", BucketLoggingStatus={
        "LoggingEnabled": {"TargetBucket": "access-logs", "TargetPrefix": "trail/"}})
    book.passes("aws-s3-bucket-access-logging", "arn:aws:s3:::trail-private", "logged")
    sealed = {"EnableLogFileValidation": True, "KmsKeyId": f"arn:aws:kms:eu-west-1:{MAIN}:key/00000000-0000-4000-8000-000000000000"}
    trail(cloud, book, "eu-west-1", "good", "trail-private", logged="PASS", selectors=ALL_EVENTS, **sealed)
    trail(cloud, book, "eu-west-1", "leaky", "trail-public", logging=False, public="FAIL")
    trail(cloud, book, "us-east-1", "listed", "trail-acl", logging=False, public="FAIL", EnableLogFileValidation=True)
    trail(cloud, book, "us-east-1", "closed", "trail-closed", logging=False, EnableLogFileValidation=False)
    # Whose bucket it is nobody can say: the account was not scanned.
    trail(cloud, book, "us-east-1", "foreign", "other-accounts-logs", logging=False, public="UNKNOWN", logged="UNKNOWN")
    # Of every region and every event, but logging was never started: it covers none.
    trail(cloud, book, "eu-west-1", "everywhere", "trail-closed", logging=False, IsMultiRegionTrail=True, selectors=ALL_EVENTS)
    # Of one region each; a trail of that region that is nearly right.
    by_region = {
        "eu-west-1": ("PASS", "PASS", "every management event"),
        "eu-central-1": ("PASS", "FAIL", "writes only", classic("WriteOnly")),
        "eu-west-2": ("PASS", "FAIL", "no management events", classic("All", management=False)),
        "eu-west-3": ("PASS", "FAIL", "writes only, said the newer way", advanced("Management", readOnly=["false"])),
        "eu-north-1": ("PASS", "PASS", "every management event, said the newer way", advanced("Management")),
        "ca-central-1": ("PASS", "FAIL", "data events", advanced("Data", **{"resources.type": ["AWS::S3::Object"]})),
        "sa-east-1": ("FAIL", "FAIL", "every management event, but it does not log", ALL_EVENTS),
    }
    for region in cloud.enabled_regions():
        covered, events, why, *selectors = by_region.get(region, ("FAIL", "FAIL", "no trail"))
        if selectors:
            trail(cloud, book, region, f"of-{region}", "trail-closed", logging=region != "sa-east-1", selectors=selectors[0])
        book._add(covered, EVERY_REGION, region_uid(MAIN, region), "", MAIN, why)
        book._add(events, EVENTS, region_uid(MAIN, region), "", MAIN, why)

    # The second account: one multi-region trail, at home elsewhere, covers every region.
    create(cloud, "second-trail", account=SECOND, public_block=block())
    trail(cloud, book, "eu-west-1", "everywhere", "second-trail", account=SECOND, IsMultiRegionTrail=True, selectors=ALL_EVENTS)
    for account, why in ((SECOND, "a multi-region trail logs"), (THIRD, "those its alerts are on are multi-region")):
        for region in cloud.enabled_regions(account):
            book.passes(EVERY_REGION, region_uid(account, region), why, account=account)
            book.passes(EVENTS, region_uid(account, region), "and every management event", account=account)


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
