"""Images, tasks, Kubernetes."""

from emulator import EIGHTH, SEVENTH
from planted.documents import EU, MID, NORTH, US


def plant(cloud, book):
    cloud, book = cloud.of(SEVENTH), book.of(SEVENTH)
    ecs(cloud, book)
    ecr(cloud, book)
    eks(cloud, book)


def region(r):
    return f"arn:aws:ec2:{r}:{SEVENTH}:region"


LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs", "awslogs-region": EU, "awslogs-stream-prefix": "x"}}


def ecs(cloud, book):
    c = cloud.client("ecs", EU)
    LOGS, PID, RO = (f"aws-ecs-task-{x}" for x in ("logging-on", "no-host-pid", "readonly-root-filesystem"))

    def plant(family, logs, pid, ro, containers, **more):
        made = c.register_task_definition(
            family=family,
            containerDefinitions=[dict({"name": f"c{i}", "image": "app:1", "memory": 128}, **x) for i, x in enumerate(containers)],
            **more,
        )["taskDefinition"]
        for check, verdict in ((LOGS, logs), (PID, pid), (RO, ro)):
            book._add(verdict, check, made["taskDefinitionArn"], "", SEVENTH, family)

    good, bare = {"logConfiguration": LOG, "readonlyRootFilesystem": True}, {}
    plant("good", "PASS", "PASS", "PASS", [good, good])
    plant("bare", "FAIL", "PASS", "FAIL", [bare])
    plant("half", "FAIL", "FAIL", "FAIL", [good, bare], pidMode="host")
    plant("task-pid", "PASS", "PASS", "PASS", [good], pidMode="task")
    plant("mended", "NOT_APPLICABLE", "FAIL", "NOT_APPLICABLE", [bare], pidMode="host")
    plant("mended", "PASS", "PASS", "PASS", [good])
    for i in range(9):
        plant("eleven", "NOT_APPLICABLE", "PASS", "NOT_APPLICABLE", [good])
    plant("eleven", "NOT_APPLICABLE", "PASS", "NOT_APPLICABLE", [good])
    plant("eleven", "FAIL", "PASS", "FAIL", [{"readonlyRootFilesystem": False}])
    plant(
        "windows",
        "FAIL",
        "PASS",
        "NOT_APPLICABLE",
        [bare],
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"},
    )
    made = c.register_task_definition(
        family="withdrawn", containerDefinitions=[dict({"name": "c", "image": "app:1", "memory": 128}, **good)]
    )["taskDefinition"]["taskDefinitionArn"]
    later = c.register_task_definition(family="withdrawn", containerDefinitions=[{"name": "c", "image": "app:1", "memory": 128}])[
        "taskDefinition"
    ]["taskDefinitionArn"]
    c.deregister_task_definition(taskDefinition=later)
    book.passes(RO, made, "the later revision is inactive")
    book.passes(LOGS, made, "the later revision is inactive")


def ecr(cloud, book):
    ONE, ALL = "aws-ecr-repository-scan-on-push", "aws-ecr-registry-scan-on-push"

    def repo(r, verdict, name, own=False, why=""):
        arn = cloud.client("ecr", r).create_repository(repositoryName=name, imageScanningConfiguration={"scanOnPush": own})["repository"][
            "repositoryArn"
        ]
        book._add(verdict, ONE, arn, "", SEVENTH, why or name)

    def rules(r, *given, kind="BASIC"):
        cloud.client("ecr", r).put_registry_scanning_configuration(
            scanType=kind,
            rules=[{"scanFrequency": f, "repositoryFilters": [{"filter": x, "filterType": "WILDCARD"} for x in fs]} for f, fs in given],
        )

    repo(EU, "PASS", "prod/orders")
    repo(EU, "FAIL", "test/orders")
    repo(EU, "FAIL", "test/pay", True, "its own setting beside rules")
    rules(EU, ("SCAN_ON_PUSH", ["prod*"]))
    book.fails(ALL, region(EU), "some only")
    repo(US, "PASS", "orders")
    repo(US, "PASS", "pay", True)
    rules(US, ("SCAN_ON_PUSH", ["prod*"]), ("CONTINUOUS_SCAN", ["*"]), kind="ENHANCED")
    book.passes(ALL, region(US), "all, always")
    repo(MID, "FAIL", "orders")
    repo(MID, "PASS", "pay", True, "its own setting, no rules")
    book.fails(ALL, region(MID), "no rules")
    rules(NORTH)
    for r in cloud.enabled_regions(SEVENTH):
        if r not in (EU, US, MID):
            book.not_applicable(ALL, region(r), "no repositories")


def eks(cloud, book):
    c, k = cloud.client("eks", EU), cloud.client("kms", EU)
    key = k.create_key()["KeyMetadata"]["Arn"]
    role, vpc = f"arn:aws:iam::{SEVENTH}:role/eks", {
        "subnetIds": [s["SubnetId"] for s in cloud.client("ec2", EU).describe_subnets()["Subnets"][:2]]
    }
    kinds = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

    def plant(logs, secrets, name, *sets, **more):
        extra = {"logging": {"clusterLogging": [{"types": t, "enabled": e} for t, e in sets]}} if sets else {}
        arn = c.create_cluster(name=name, roleArn=role, resourcesVpcConfig=vpc, **extra, **more)["cluster"]["arn"]
        book._add(logs, "aws-eks-cluster-control-plane-logging-all", arn, "", SEVENTH, name)
        book._add(secrets, "aws-eks-cluster-secrets-encrypted", arn, "", SEVENTH, name)

    plant("PASS", "PASS", "good", (kinds, True), encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key}}])
    plant("PASS", "FAIL", "split", (kinds[:2], True), (kinds[2:], True))
    plant("FAIL", "FAIL", "bare")
    plant("FAIL", "FAIL", "off", (kinds, False))
    plant("FAIL", "FAIL", "audit", (["audit"], True), (kinds[2:] + ["api"], False))
    plant("FAIL", "FAIL", "most", (kinds[:4], True))
