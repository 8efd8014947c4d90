"""Flaws for `fixable` that are taken away: policies for everybody, what roles and users carry, connections without TLS."""

import json

import fixable
from planted.documents import certificate

REGION = "eu-west-1"


def cases(clients, cloud):
    for service in (policies, identities, databases):
        yield from service(clients, cloud)


def everybody(action, resource="*"):
    held = {"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": action, **({"Resource": resource} if resource else {})}
    return json.dumps({"Version": "2012-10-17", "Statement": [held]})


def policies(clients, _):
    uid = clients("secretsmanager").create_secret(Name="fix-public", SecretString="-")["ARN"]
    clients("secretsmanager").put_resource_policy(SecretId=uid, ResourcePolicy=everybody("secretsmanager:GetSecretValue"))
    yield fixable.Case("aws-secretsmanager-not-public", uid)
    made = clients("ecr").create_repository(repositoryName="fix-public")["repository"]
    clients("ecr").set_repository_policy(repositoryName="fix-public", policyText=everybody("ecr:BatchGetImage", None))
    yield fixable.Case("aws-ecr-repository-not-public", made["repositoryArn"])


def identities(clients, _):
    iam = clients("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{fixable.FLAWS}:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="fix-admin", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for name in ("AdministratorAccess", "ReadOnlyAccess"):
        iam.attach_role_policy(RoleName="fix-admin", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    yield fixable.Case("aws-iam-role-no-administrator-access", role)
    user = iam.create_user(UserName="fix-direct")["User"]["Arn"]
    for name in ("AmazonS3ReadOnlyAccess", "ReadOnlyAccess"):
        iam.attach_user_policy(UserName="fix-direct", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    yield fixable.Case("aws-iam-user-no-direct-policies", user)
    body, key = certificate(-100)
    made = iam.upload_server_certificate(ServerCertificateName="fix-expired", CertificateBody=body, PrivateKey=key)
    yield fixable.Case("aws-iam-server-certificate-not-expired", made["ServerCertificateMetadata"]["Arn"], gone=True)


def databases(clients, _):
    rds = clients("rds")
    rds.create_db_parameter_group(DBParameterGroupName="fix", DBParameterGroupFamily="postgres16", Description="fix")
    rds.modify_db_parameter_group(DBParameterGroupName="fix", Parameters=[
        {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}])
    made = rds.create_db_instance(
        DBInstanceIdentifier="fix-plain", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="master", MasterUserPassword="not-a-real-one", DBParameterGroupName="fix")
    yield fixable.Case("aws-rds-tls-required", made["DBInstance"]["DBInstanceArn"])
