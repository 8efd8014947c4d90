"""Answers to what moto lacks, for settings of regions, nodes, patches and serverless warehouses. Everything here is ours, so
nothing rests on it as evidence: docs/evidence.md. Tests put what is to be answered into the tables."""

import json
import re
import time

from moto.awslambda.models import LambdaFunction
from moto.cloudtrail.models import TrailStatus
from moto.core.responses import ActionResult
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response
from moto.iam.models import get_account_id_from
from moto.iam.responses import IamResponse
from moto.macie2.responses import MacieResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

IMDS = {}  # (account, region) → defaults for the metadata service
FEATURES = {}  # management account → features that IAM has switched on for the organisation
NODES = {}  # (account, region) → managed nodes
PATCHES = {}  # (account, region) → rows of patch compliance
SHARING = {}  # (account, region) → whether documents may be shared with everybody
WORKGROUPS = {}  # (account, region) → workgroups of Redshift Serverless
DELIVERED = {}  # a trail's status → how many seconds ago CloudWatch Logs got its last event
ENCLAVES = set()  # ids of instances that may run an enclave


def metadata_defaults(self):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceMetadataDefaults.html"""
    return ActionResult({"AccountLevel": IMDS.get((self.current_account, self.region), {})})


def organizations_features(self):
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html"""
    found = FEATURES.get(self.current_account)
    if found is not None:
        return ActionResult({"OrganizationId": "o-x", "EnabledFeatures": found})
    code = "ServiceAccessNotEnabledException"
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>No trusted access</Message></Error>"
    return 400, {"Content-Type": "text/xml"}, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"


def instance_information(self):
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html"""
    return json.dumps({"InstanceInformationList": NODES.get((self.current_account, self.region), [])})


def compliance_summaries(self):
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListResourceComplianceSummaries.html"""
    assert self._get_param("Filters") == [{"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}]
    return json.dumps({"ResourceComplianceSummaryItems": PATCHES.get((self.current_account, self.region), [])})


def service_setting(self):
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html"""
    value = SHARING.get((self.current_account, self.region))
    status = "Customized" if value else "Default"
    setting = {"SettingId": self._get_param("SettingId"), "SettingValue": value or "Enable", "Status": status}
    return json.dumps({"ServiceSetting": setting})


macie_session = MacieResponse.get_macie_session


def session_or_none(self):
    """moto has no Macie in the regions of other partitions, which it lists as enabled."""
    try:
        return macie_session(self)
    except KeyError:
        headers = {"status": 404, "x-amzn-ErrorType": "ResourceNotFoundException"}
        return 404, headers, json.dumps({"message": "Macie is not enabled"})


resource_policy = SecretsManagerBackend.get_resource_policy


def policy_of_secret(self, secret_id):
    """moto answers for no replica, AWS as for any secret:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html"""
    secret = self.secrets.get(secret_id)
    if isinstance(secret, ReplicaSecret):
        return json.dumps({"ARN": secret.arn, "Name": secret.source.name})
    return resource_policy(self, secret_id)


described = TrailStatus.description


def trail_status(self):
    """moto delivers nothing to CloudWatch Logs, and does not say when it last did."""
    found = described(self)
    if self in DELIVERED:
        found["LatestCloudWatchLogsDeliveryTime"] = int(time.time() - DELIVERED[self])
    return found


def warehouse(operation, body, groups):
    """https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/Welcome.html"""
    if operation == "ListWorkgroups":
        return {"workgroups": groups}
    if operation == "GetNamespace":
        return {"namespace": {"namespaceName": body["namespaceName"], "kmsKeyId": "AWS_OWNED_KMS_KEY", "status": "AVAILABLE"}}
    assert operation == "ListTagsForResource", operation
    return {"tags": [{"key": "team", "value": "data"}]}


before = None


def redshift_serverless(self, environ, start_response):
    service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    if service != "RedshiftServerless" or not scope:
        return before(self, environ, start_response)
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
    groups = WORKGROUPS.get((get_account_id_from(scope[1]), scope[2]), [])
    start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
    return [json.dumps(warehouse(operation, body, groups)).encode()]


def fill():
    global before
    before = DomainDispatcherApplication.__call__
    DomainDispatcherApplication.__call__ = redshift_serverless
    EC2Response.get_instance_metadata_defaults = metadata_defaults
    IamResponse.list_organizations_features = organizations_features
    SimpleSystemManagerResponse.describe_instance_information = instance_information
    SimpleSystemManagerResponse.list_resource_compliance_summaries = compliance_summaries
    SimpleSystemManagerResponse.get_service_setting = service_setting
    MacieResponse.get_macie_session = session_or_none
    SecretsManagerBackend.get_resource_policy = policy_of_secret
    TrailStatus.description = trail_status
    # Rotating a secret runs its function, for which moto wants Docker.
    LambdaFunction.invoke = lambda *_: b"{}"
    # moto takes no enclave options.
    Instance.enclave_options = property(lambda self: {"Enabled": self.id in ENCLAVES})
