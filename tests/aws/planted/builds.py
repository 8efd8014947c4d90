"""Builds, functions, secrets, notebooks."""

import json

from emulator import EIGHTH, SEVENTH
from planted.compute import package
from planted.documents import EU, US


def plant(cloud, book):
    cloud, book = cloud.of(SEVENTH), book.of(SEVENTH)
    codebuild(cloud, book)
    functions(cloud, book)
    secrets(cloud, book)
    notebooks(cloud, book)


SECRET = "tG7" + "kQ2vN9pXr4"


def codebuild(cloud, book):
    c = cloud.client("codebuild", EU)
    PRIV, URL = "aws-codebuild-project-not-privileged", "aws-codebuild-source-url-no-credentials"

    def plant(priv, url, name, location, privileged=None, others=(), kind="BITBUCKET"):
        env = {
            "type": "LINUX_CONTAINER",
            "image": "x:1",
            "computeType": "BUILD_GENERAL1_SMALL",
            **({} if privileged is None else {"privilegedMode": privileged}),
        }
        src = {
            "type": kind,
            **({"location": location} if location else {}),
            **({"buildspec": "version: 0.2"} if kind == "NO_SOURCE" else {}),
        }
        c.create_project(
            name=name,
            source=src,
            secondarySources=[{"type": "GITHUB", "location": l, "sourceIdentifier": f"s{i}"} for i, l in enumerate(others)],
            artifacts={"type": "NO_ARTIFACTS"},
            environment=env,
            serviceRole=f"arn:aws:iam::{SEVENTH}:role/service-role/build",
        )
        uid = f"arn:aws:codebuild:{EU}:{SEVENTH}:project/{name}"
        book._add(priv, PRIV, uid, "", SEVENTH, name)
        book._add(url, URL, uid, "", SEVENTH, name)

    clean = "https://bitbucket.org/shop/orders.git"
    plant("PASS", "PASS", "clean", clean, False)
    plant("FAIL", "PASS", "privileged", clean, True)
    plant("PASS", "PASS", "images", clean, True)
    plant("PASS", "FAIL", "token", f"https://x-token-auth:{SECRET}@bitbucket.org/shop/orders.git")
    plant("PASS", "FAIL", "password", f"https://alice:{SECRET}x@bitbucket.org/shop/orders.git")
    plant("PASS", "PASS", "user", "https://alice@bitbucket.org/shop/orders.git")
    plant("PASS", "PASS", "path", "https://bitbucket.org/shop/a:b@c.git")
    plant("PASS", "PASS", "port", "https://git.example.com:8443/orders.git", kind="GITHUB_ENTERPRISE")
    plant("PASS", "PASS", "archive", "builds/a@b/source.zip", kind="S3")
    plant("PASS", "FAIL", "lone-token", "https://ghp_" + "a8Kq2LmZ7xVw4RtY9pNc1DfGh5JsB3uEoX0v" + "@github.com/shop/o.git", kind="GITHUB")
    plant("PASS", "FAIL", "short", "https://a:b@bitbucket.org/shop/o.git")


def functions(cloud, book):
    c, iam = cloud.client("lambda", EU), cloud.client("iam")
    CHECK = "aws-lambda-function-runtime-supported"
    role = iam.create_role(
        RoleName="run",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
            }
        ),
    )["Role"]["Arn"]

    def plant(verdict, runtime):
        arn = c.create_function(
            FunctionName=runtime.replace(".", "-"), Runtime=runtime, Role=role, Handler="a.b", Code={"ZipFile": package()}
        )["FunctionArn"]
        book._add(verdict, CHECK, arn, "", SEVENTH, runtime)

    for r in ("python3.13", "python3.11", "nodejs22.x", "java21", "provided.al2023", "dotnet10", "ruby3.4"):
        plant("PASS", r)
    for r in (
        "python3.8",
        "python3.10",
        "nodejs18.x",
        "nodejs20.x",
        "java8",
        "go1.x",
        "provided",
        "provided.al2",
        "dotnet6",
        "dotnet8",
        "ruby3.2",
        "nodejs4.3-edge",
    ):
        plant("FAIL", r)
    ecr = cloud.client("ecr", EU)
    try:
        arn = c.create_function(
            FunctionName="image", PackageType="Image", Role=role, Code={"ImageUri": f"{SEVENTH}.dkr.ecr.{EU}.amazonaws.com/prod/orders:1"}
        )["FunctionArn"]
        book.not_applicable(CHECK, arn, "image")
    except Exception as e:
        print("image function:", str(e)[:100])


def secrets(cloud, book):
    c = cloud.client("secretsmanager", EU)
    CHECK = "aws-secretsmanager-rotation-on"
    fn = cloud.client("lambda", EU).list_functions()["Functions"][0]["FunctionArn"]

    def plant(verdict, name, rotate=False, replica=None, tags=()):
        arn = c.create_secret(
            Name=name, SecretString="x", Tags=list(tags), **({"AddReplicaRegions": [{"Region": r} for r in [replica]]} if replica else {})
        )["ARN"]
        if rotate:
            c.rotate_secret(SecretId=arn, RotationLambdaARN=fn, RotationRules={"AutomaticallyAfterDays": 30})
        book._add(verdict, CHECK, arn, "", SEVENTH, name)
        if replica:
            book._add(verdict, CHECK, arn.replace(EU, replica), "", SEVENTH, "replica of " + name)

    plant("FAIL", "bare")
    plant("PASS", "rotating", True)
    plant("FAIL", "bare-replicated", replica=US)
    plant("PASS", "rotating-replicated", True, US)
    plant("PASS", "owned", tags=[{"Key": "aws:secretsmanager:owningService", "Value": "rds"}])
    cancelled = c.create_secret(Name="cancelled", SecretString="x")["ARN"]
    c.rotate_secret(SecretId=cancelled, RotationLambdaARN=fn, RotationRules={"AutomaticallyAfterDays": 30})
    c.cancel_rotate_secret(SecretId=cancelled)
    book.fails(CHECK, cancelled, "a function, and rotation is off")


def notebooks(cloud, book):
    c, ec2 = cloud.client("sagemaker", EU), cloud.client("ec2", EU)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.create_security_group(GroupName="lab", Description="x")["GroupId"]

    def plant(vpc, root, name, **more):
        arn = c.create_notebook_instance(
            NotebookInstanceName=name, InstanceType="ml.t2.medium", RoleArn=f"arn:aws:iam::{SEVENTH}:role/run", **more
        )["NotebookInstanceArn"]
        book._add(vpc, "aws-sagemaker-notebook-in-vpc", arn, "", SEVENTH, name)
        book._add(root, "aws-sagemaker-notebook-no-root", arn, "", SEVENTH, name)

    plant("PASS", "PASS", "good", SubnetId=subnet, SecurityGroupIds=[group], RootAccess="Disabled", DirectInternetAccess="Disabled")
    plant("FAIL", "FAIL", "bad", RootAccess="Enabled")
    plant("PASS", "FAIL", "rooted", SubnetId=subnet, SecurityGroupIds=[group], RootAccess="Enabled")
    plant("FAIL", "PASS", "outside", RootAccess="Disabled")
