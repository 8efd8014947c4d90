"""Queues, topics, secrets, repositories, domains and keys: everybody let in, nearly, and not at all."""

import json

from emulator import MAIN, SECOND

REGION = "eu-west-1"
QUEUE = "aws-sqs-queue-not-public"
TOPIC = "aws-sns-topic-not-public"
SECRET = "aws-secretsmanager-not-public"
REPOSITORY = "aws-ecr-repository-not-public"
DOMAIN = "aws-opensearch-not-public"
KEY = "aws-kms-key-policy-not-public"
OWN = {"AWS": f"arn:aws:iam::{MAIN}:root"}


def cases():
    """(verdict, name, why, statements); an action and a resource are filled in."""
    def allow(principal="*", effect="Allow", **condition):
        found = {"Effect": effect, "Principal": principal}
        if condition:
            found["Condition"] = {operator: values for operator, values in condition.items()}
        return found

    everybody_but = {"Effect": "Allow", "NotPrincipal": {"AWS": f"arn:aws:iam::{SECOND}:root"}}
    return [
        ("FAIL", "star", "everybody", [allow()]),
        ("FAIL", "aws-star", "everybody, in the other spelling", [allow({"AWS": "*"})]),
        ("FAIL", "among-others", "everybody among others", [allow({"AWS": [OWN["AWS"], "*"]})]),
        ("FAIL", "all-but-one", "everybody but one account", [everybody_but]),
        ("FAIL", "second", "in the second statement", [allow(OWN), allow()]),
        ("FAIL", "with-tls", "TLS does not say who", [allow(Bool={"aws:SecureTransport": "true"})]),
        ("FAIL", "every-address", "every address", [allow(IpAddress={"aws:SourceIp": "0.0.0.0/0"})]),
        ("FAIL", "any-source", "a source that is any source", [allow(ArnLike={"aws:SourceArn": "*"})]),
        ("FAIL", "any-org", "an organisation that is any organisation", [allow(StringLike={"aws:PrincipalOrgID": "*"})]),
        ("FAIL", "not-this-account", "all accounts but one", [allow(StringNotEquals={"aws:PrincipalAccount": SECOND})]),
        ("PASS", "own-root", "the own account", [allow(OWN)]),
        ("PASS", "own-id", "the own account, by its number", [allow({"AWS": MAIN})]),
        ("PASS", "foreign", "a named account is not everybody", [allow({"AWS": f"arn:aws:iam::{SECOND}:root"})]),
        ("PASS", "one-account", "everybody of one account", [allow(StringEquals={"aws:PrincipalAccount": MAIN})]),
        ("PASS", "one-org", "everybody of one organisation", [allow(StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"})]),
        ("PASS", "one-source", "from one resource", [allow(ArnEquals={"aws:SourceArn": f"arn:aws:s3:::orders-{MAIN}"},
                                                           StringEquals={"aws:SourceAccount": MAIN})]),
        ("PASS", "private", "from private addresses", [allow(IpAddress={"aws:SourceIp": "10.0.0.0/8"})]),
        ("PASS", "denied", "everybody is denied again", [allow(), allow(effect="Deny")]),
        ("PASS", "only-denied", "a Deny to everybody", [allow(effect="Deny")]),
        ("PASS", "service", "a service on behalf of the own account",
         [allow({"Service": "events.amazonaws.com"}, StringEquals={"aws:SourceAccount": MAIN})]),
    ]


def document(statements, action, resource="*"):
    filled = [{"Sid": f"s{number}", **one, "Action": action, **({"Resource": resource} if resource else {})}
              for number, one in enumerate(statements)]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def plant(cloud, book):
    queues(cloud, book)
    topics(cloud, book)
    secrets(cloud, book)
    repositories(cloud, book)
    domains(cloud, book)
    keys(cloud, book)


def queues(cloud, book):
    sqs = cloud.client("sqs", REGION)
    for verdict, name, why, statements in cases():
        arn = f"arn:aws:sqs:{REGION}:{MAIN}:{name}"
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(statements, "sqs:SendMessage", arn)})
        book._add(verdict, QUEUE, arn, "", MAIN, why)
    sqs.create_queue(QueueName="bare")
    book.passes(QUEUE, f"arn:aws:sqs:{REGION}:{MAIN}:bare", "no policy")


def topics(cloud, book):
    sns = cloud.client("sns", REGION)

    def topic(verdict, name, why, statements):
        arn = sns.create_topic(Name=name)["TopicArn"]
        if statements:
            sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy",
                                     AttributeValue=document(statements, ["sns:Publish", "sns:Subscribe"], arn))
        book._add(verdict, TOPIC, arn, "", MAIN, why)

    for case in cases():
        topic(*case)

    def subscribers(**condition):
        return [{"Effect": "Allow", "Principal": "*", "Condition": condition}]

    topic("PASS", "as-made", "the policy that AWS gives: the own account", None)
    topic("PASS", "endpoint", "subscribers of one domain", subscribers(StringLike={"SNS:Endpoint": "*@example.com"}))
    topic("FAIL", "protocol", "subscribers of one protocol", subscribers(StringEquals={"SNS:Protocol": "https"}))
    topic("FAIL", "not-endpoint", "subscribers of every domain but one", subscribers(StringNotLike={"SNS:Endpoint": "*@example.com"}))
    topic("FAIL", "any-endpoint", "subscribers of any domain", subscribers(StringLike={"SNS:Endpoint": "*"}))


def secrets(cloud, book):
    client = cloud.client("secretsmanager", REGION)
    for verdict, name, why, statements in cases():
        arn = client.create_secret(Name=name, SecretString="-")["ARN"]
        client.put_resource_policy(SecretId=arn, ResourcePolicy=document(statements, "secretsmanager:GetSecretValue"))
        book._add(verdict, SECRET, arn, "", MAIN, why)
    bare = client.create_secret(Name="bare", SecretString="-")["ARN"]
    book.not_applicable(SECRET, bare, "no policy")


def repositories(cloud, book):
    ecr = cloud.client("ecr", REGION)
    for verdict, name, why, statements in cases():
        arn = ecr.create_repository(repositoryName=name)["repository"]["repositoryArn"]
        ecr.set_repository_policy(repositoryName=name, policyText=document(statements, "ecr:BatchGetImage", None))
        book._add(verdict, REPOSITORY, arn, "", MAIN, why)
    bare = ecr.create_repository(repositoryName="bare")["repository"]["repositoryArn"]
    book.passes(REPOSITORY, bare, "no policy: its own account only")


def domains(cloud, book):
    client = cloud.client("opensearch", REGION)

    def domain(verdict, name, why, **more):
        arn = client.create_domain(DomainName=name, **more)["DomainStatus"]["ARN"]
        book._add(verdict, DOMAIN, arn, "", MAIN, why)

    for verdict, name, why, statements in cases():
        domain(verdict, f"d-{name}", why, AccessPolicies=document(statements, "es:ESHttp*"))
    domain("PASS", "in-network", "everybody, but inside a VPC", AccessPolicies=document([{"Effect": "Allow", "Principal": "*"}], "es:*"),
           VPCOptions={"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"]})
    domain("PASS", "bare", "no policy lets nobody in")


def keys(cloud, book):
    kms = cloud.client("kms", REGION)
    held = {"Sid": "own", "Effect": "Allow", "Principal": OWN, "Action": "kms:*", "Resource": "*"}

    def key(verdict, why, statements):
        policy = json.loads(document(statements, ["kms:Decrypt", "kms:Encrypt"]))
        policy["Statement"].append(held)
        arn = kms.create_key(Policy=json.dumps(policy), Description=why)["KeyMetadata"]["Arn"]
        book._add(verdict, KEY, arn, "", MAIN, why)
        book.fails("aws-kms-key-rotation-on", arn, "rotation never switched on")
        book.passes("aws-kms-key-not-pending-deletion", arn, "in use")

    for verdict, _, why, statements in cases():
        key(verdict, why, statements)
    key("PASS", "everybody of one account, by the key's own condition",
        [{"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {
            "kms:CallerAccount": MAIN, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}])
    key("FAIL", "everybody who knows an encryption context",
        [{"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"kms:EncryptionContext:shop": "orders"}}}])


def close(cloud, book):
    """Keys that were made for other purposes: with the emulator's own policy or one for the own account."""
    for region in (REGION, "us-east-1"):
        for account in (MAIN, SECOND):
            kms = cloud.client("kms", region, account)
            for one in kms.list_keys(Limit=1000)["Keys"]:
                if not book.has(KEY, one["KeyArn"], account):
                    book.passes(KEY, one["KeyArn"], "the own account", account=account)
                if not book.has("aws-kms-key-rotation-on", one["KeyArn"], account):
                    why = "for volumes; the emulator does not mark it as a key of AWS's own"
                    book.fails("aws-kms-key-rotation-on", one["KeyArn"], why, account=account)
                if not book.has("aws-kms-key-not-pending-deletion", one["KeyArn"], account):
                    book.passes("aws-kms-key-not-pending-deletion", one["KeyArn"], "in use", account=account)
