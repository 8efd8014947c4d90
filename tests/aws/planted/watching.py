"""GuardDuty's features, Inspector, Macie."""

from emulator import EIGHTH, SEVENTH
from planted.documents import EU, MID, NORTH, US


def plant(cloud, book):
    cloud, book = cloud.of(SEVENTH), book.of(SEVENTH)
    guardduty(cloud, book)
    macie(cloud, book)
    inspector(cloud, book)


def region(r):
    return f"arn:aws:ec2:{r}:{SEVENTH}:region"


FEATURES = {
    "EBS_MALWARE_PROTECTION": "ec2-malware-protection-on",
    "EKS_AUDIT_LOGS": "eks-audit-logs-on",
    "LAMBDA_NETWORK_LOGS": "lambda-protection-on",
    "RDS_LOGIN_EVENTS": "rds-protection-on",
    "RUNTIME_MONITORING": "runtime-monitoring-on",
    "S3_DATA_EVENTS": "s3-protection-on",
}


def guardduty(cloud, book):
    def plant(r, enable, states, why):
        g = cloud.client("guardduty", r)
        did = g.create_detector(Enable=enable, Features=[{"Name": n, "Status": s} for n, s in states.items()])["DetectorId"]
        for name, check in FEATURES.items():
            verdict = "NOT_APPLICABLE" if not enable else "PASS" if states.get(name) == "ENABLED" else "FAIL"
            book._add(verdict, "aws-guardduty-" + check, f"arn:aws:guardduty:{r}:{SEVENTH}:detector/{did}", "", SEVENTH, why)

    plant(EU, True, dict.fromkeys(FEATURES, "ENABLED"), "everything on")
    plant(
        EU,
        True,
        {"S3_DATA_EVENTS": "ENABLED", "RDS_LOGIN_EVENTS": "DISABLED", "EKS_RUNTIME_MONITORING": "ENABLED"},
        "some on, some off, some missing",
    )
    plant(US, True, {}, "no features")
    plant(MID, False, dict.fromkeys(FEATURES, "ENABLED"), "suspended")
    for name in FEATURES:
        plant(NORTH, True, {n: "DISABLED" if n == name else "ENABLED" for n in FEATURES}, f"all but {name}")


def inspector(cloud, book):
    EC2, ECR, LAM, ALL = (f"aws-inspector2-{x}" for x in ("ec2-scanning-on", "ecr-scanning-on", "lambda-scanning-on", "enabled"))

    def on(r, *types):
        cloud.client("inspector2", r).enable(accountIds=[SEVENTH], resourceTypes=list(types))

    def say(r, *verdicts):
        for check, v in zip((EC2, ECR, LAM, ALL), verdicts):
            book._add(v, check, region(r), "", SEVENTH, r)

    on(EU, "EC2", "ECR", "LAMBDA")
    say(EU, "PASS", "PASS", "PASS", "FAIL")  # functions are there, their code is not scanned
    on(US, "ECR")
    say(US, "FAIL", "PASS", "FAIL", "PASS")  # only repositories are there
    on(MID, "EC2")
    say(MID, "PASS", "FAIL", "FAIL", "FAIL")  # repositories are there
    for r in cloud.enabled_regions(SEVENTH):
        if r not in (EU, US, MID):
            say(r, "FAIL", "FAIL", "FAIL", "NOT_APPLICABLE")  # nothing is there, nothing is on


def macie(cloud, book):
    s3 = cloud.client("s3")
    CHECK = "aws-macie-enabled"
    for r in (EU, MID, US):
        s3.create_bucket(Bucket=f"plant-{r}", **({} if r == US else {"CreateBucketConfiguration": {"LocationConstraint": r}}))
    [cloud.client("macie2", r).disable_macie() for r in (US, NORTH)]
    cloud.client("macie2", EU).enable_macie(status="ENABLED")
    cloud.client("macie2", MID).enable_macie(status="PAUSED")
    with_buckets = {EU: "PASS", MID: "FAIL", US: "FAIL"}
    for r in cloud.enabled_regions(SEVENTH):
        book._add(with_buckets.get(r, "NOT_APPLICABLE"), CHECK, region(r), "", SEVENTH, r)
