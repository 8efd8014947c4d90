"""Lambda functions and ECS task definitions."""

import io
import json
import zipfile

from emulator import MAIN, SECOND
from planted.ec2 import ACCESS_KEY, PRIVATE_KEY, SECRET_KEY

POLICY = "aws-lambda-function-policy-not-public"
URL = "aws-lambda-function-url-requires-iam"
VARIABLES = "aws-lambda-function-no-secrets-in-env"
TASK = "aws-ecs-task-no-secrets-in-env"
PRIVILEGED = "aws-ecs-task-no-privileged-containers"


def plant(cloud, book):
    functions(cloud, book)
    tasks(cloud, book)


def package():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return 1\n")
    return data.getvalue()


def functions(cloud, book):
    role = cloud.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }))["Role"]["Arn"]
    code = package()

    def function(name, region="eu-west-1", variables=None, permission=None, url=None):
        client = cloud.client("lambda", region)
        more = {} if variables is None else {"Environment": {"Variables": variables}}
        arn = client.create_function(
            FunctionName=name, Runtime="python3.13", Role=role, Handler="main.handler", Code={"ZipFile": code}, **more
        )["FunctionArn"]
        if permission:
            client.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", **permission)
        if url:
            client.create_function_url_config(FunctionName=name, AuthType=url)
        else:
            book.not_applicable(URL, arn, "no URL")
        if not permission:
            book.not_applicable(POLICY, arn, "no policy")
        if variables is None:
            book.passes(VARIABLES, arn, "no variables")
        return arn

    def policy(verdict, name, why, **permission):
        book._add(verdict, POLICY, function(name, permission=permission), "", MAIN, why)

    policy("FAIL", "anyone", "everyone may invoke", Principal="*")
    policy("FAIL", "anyone-of-any-bucket", "every bucket of every account is no restriction", Principal="*",
           SourceArn="arn:aws:s3:::*")
    policy("PASS", "anyone-of-account", "everyone, from one account", Principal="*", SourceAccount=MAIN)
    policy("PASS", "anyone-of-arn", "everyone, from one resource", Principal="*",
           SourceArn=f"arn:aws:sns:eu-west-1:{MAIN}:orders")
    policy("PASS", "anyone-of-org", "everyone of one organisation", Principal="*", PrincipalOrgID="o-abcdef1234")
    policy("PASS", "foreign-account", "a named account is not the public", Principal=f"arn:aws:iam::{SECOND}:root")
    policy("PASS", "service", "S3, from one bucket", Principal="s3.amazonaws.com",
           SourceArn="arn:aws:s3:::orders", SourceAccount=MAIN)
    function("bare")

    arn = function("url-open", url="NONE")
    book.fails(URL, arn, "the URL asks for nothing", discriminator=arn)
    arn = function("url-iam", url="AWS_IAM")
    book.passes(URL, arn, "the URL asks for a signature", discriminator=arn)

    def variables(verdict, name, why, found):
        book._add(verdict, VARIABLES, function(name, region="us-east-1", variables=found), "", MAIN, why)

    variables("FAIL", "env-access-key", "provider keys", {"KEY": ACCESS_KEY, "SECRET": SECRET_KEY})
    variables("FAIL", "env-private-key", "a private key", {"TLS": PRIVATE_KEY})
    variables("FAIL", "env-password", "a random password beside its name", {"DB_PASSWORD": "tG7" + "kQ2vN9pXr4"})
    variables("FAIL", "env-url", "a password in a connection string",
              {"DATABASE_URL": "mysql://app:" + "n3Vq8LzT2w" + "@orders.internal/orders"})
    variables("PASS", "env-plain", "settings", {"LOG_LEVEL": "debug", "REGION": "eu-west-1", "TABLE": "orders"})
    variables("PASS", "env-reference", "where the secret is, not the secret",
              {"DB_PASSWORD_ARN": f"arn:aws:secretsmanager:eu-west-1:{MAIN}:secret:orders-AbCdEf", "TOKEN_PARAMETER": "/orders/token"})
    variables("PASS", "env-identifier", "a long identifier is not a secret",
              {"QUEUE_ID": "3f0c9b1e-6f0d-4f6e-9a51-1d2c3b4a5f60", "COMMIT": "9fceb02d0ae598e95dc970b74767f19372d61af8"})


def tasks(cloud, book):
    ecs = cloud.client("ecs", "eu-west-1")

    def task(verdict, family, why, *containers):
        """The verdict is the last container's; those before it pass."""
        answer = ecs.register_task_definition(family=family, containerDefinitions=list(containers))
        for container in containers:
            found = verdict if container is containers[-1] else "PASS"
            arn = answer["taskDefinition"]["taskDefinitionArn"]
            book._add(found, TASK, arn, container["name"], MAIN, why)
            privileged = "FAIL" if container.get("privileged") else "PASS"
            book._add(privileged, PRIVILEGED, arn, container["name"], MAIN, why)
        return arn

    def container(name, environment=None, secrets=None, **more):
        found = {"name": name, "image": "shop/web:1", "memory": 128, "essential": True, **more}
        if environment is not None:
            found["environment"] = [{"name": key, "value": value} for key, value in environment.items()]
        if secrets is not None:
            found["secrets"] = [{"name": key, "valueFrom": value} for key, value in secrets.items()]
        return found

    reference = f"arn:aws:ssm:eu-west-1:{MAIN}:parameter/orders/token"
    task("FAIL", "keys", "provider keys", container("web", {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}))
    task("FAIL", "sidecar", "in the second container", container("web", {"LOG": "debug"}), container(
        "proxy", {"DATABASE_URL": "postgres://app:" + "h7Rt2WqZ9k" + "@db.internal/app"}))
    task("PASS", "references", "secrets by reference", container("web", {"LOG": "debug"}, {"TOKEN": reference}))
    task("PASS", "plain", "settings", container("web", {"PORT": "8080", "ENVIRONMENT": "production"}))
    task("PASS", "none", "no variables", container("web"))
    task("PASS", "privileged", "privileged", container("web", privileged=True))
    task("PASS", "unprivileged", "not privileged, and said so", container("web", privileged=False, user="root"))
    task("PASS", "privileged-sidecar", "the second container", container("web"), container("agent", privileged=True))
    # A revision that was taken back cannot be run any more.
    gone = task("PASS", "withdrawn", "privileged, but withdrawn", container("web", privileged=True))
    ecs.deregister_task_definition(taskDefinition=gone)
    for check in (TASK, PRIVILEGED):
        del book.entries[MAIN, check, gone, "web"]
    book.absent(gone, "withdrawn")
