"""What moto lacks and a scan asks for. Everything here is ours, so nothing rests on it as evidence: docs/evidence.md."""

import json
import re
from urllib.parse import unquote

from moto.account.responses import AccountResponse
from moto.account.urls import url_paths as account_paths
from moto.appsync.responses import AppSyncResponse
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths as lambda_paths
from moto.core.responses import ActionResult, BaseResponse
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths as eks_paths
from moto.elasticbeanstalk.responses import EBResponse
from moto.emr.responses import ElasticMapReduceResponse
from moto.glacier.responses import GlacierResponse
from moto.glacier.urls import url_paths as glacier_paths
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.securityhub.responses import SecurityHubResponse
from moto.securityhub.urls import url_paths as hub_paths
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.ssm.utils import parameter_arn

# What moto has not built it answers with 500, as if AWS were ill; a client rightly tries that again and again. For EC2 it
# says here what AWS says to a call that it does not know.
UNBUILT = (
    "<Response><Errors><Error><Code>InvalidAction</Code><Message>The action {} is not valid for this web service."
    "</Message></Error></Errors><RequestID>emulator</RequestID></Response>"
)
unbuilt = set()
call_action = BaseResponse.call_action


def call_or_refuse(self):
    try:
        return call_action(self)
    except NotImplementedError:
        if self.service_name != "ec2":
            raise
        unbuilt.add(self._get_action())
        return 400, {"Content-Type": "text/xml"}, UNBUILT.format(self._get_action())


# moto keeps the URL of a function and gives it by name, but has no list of them.
def list_function_url_configs(self):
    function = self.backend.get_function(unquote(self.path.split("/")[-2]))
    found = [function.url_config.to_dict()] if function.url_config else []
    return 200, {"status": 200}, json.dumps({"FunctionUrlConfigs": found})


# moto has clusters of any release, but not what AWS says of releases. https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html
STANDARD_SUPPORT = ("1.32", "1.33", "1.34")
EXTENDED_SUPPORT = ("1.29", "1.30", "1.31")


def describe_cluster_versions(self):
    asked = self.querystring.get("clusterVersions", [])
    known = {**dict.fromkeys(EXTENDED_SUPPORT, "EXTENDED_SUPPORT"), **dict.fromkeys(STANDARD_SUPPORT, "STANDARD_SUPPORT")}
    found = [{"clusterVersion": version, "clusterType": "eks", "versionStatus": status}
             for version, status in known.items() if version in asked]
    return 200, {"status": 200}, json.dumps({"clusterVersions": found})


# moto's Security Hub can be switched on, but has neither standards nor products.
def unknown_operation(self):
    headers = {"status": 404, "x-amzn-ErrorType": "UnknownOperationException"}
    return 404, headers, json.dumps({"message": "the emulator does not know this operation"})


# moto has no AppSync in the newest regions, and fails there.
list_graphql_apis = AppSyncResponse.list_graphql_apis


def list_graphql_apis_everywhere(self):
    try:
        return list_graphql_apis(self)
    except KeyError:
        return 200, {"status": 200}, json.dumps({"graphqlApis": []})


# moto has no Access Analyzer. https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
ANALYZERS = {}  # (account, region) → analyzers
dispatch = DomainDispatcherApplication.__call__


def list_analyzers(self, environ, start_response):
    scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/access-analyzer/", environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return dispatch(self, environ, start_response)
    found = ANALYZERS.get((get_account_id_from(scope[1]), scope[2]), [])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"analyzers": found}).encode()]


# moto has alternate contacts, but not the one that they stand beside.
# https://docs.aws.amazon.com/accounts/latest/reference/API_GetContactInformation.html
CONTACTS = {}  # account → contact


def get_contact_information(self):
    if self.current_account in CONTACTS:
        return 200, {"status": 200}, json.dumps({"ContactInformation": CONTACTS[self.current_account]})
    headers = {"status": 404, "x-amzn-ErrorType": "ResourceNotFoundException"}
    return 404, headers, json.dumps({"message": "No contact information"})


# moto forgets the settings of an environment. https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeConfigurationSettings.html
create_environment = EBResponse.create_environment


def environment_of(self):
    application = self.elasticbeanstalk_backend.applications[self._get_param("ApplicationName")]
    return application.environments[self._get_param("EnvironmentName")]


def create_environment_with_settings(self):
    answer = create_environment(self)
    environment_of(self).option_settings = self._get_param("OptionSettings", [])
    return answer


def describe_configuration_settings(self):
    names = {name: self._get_param(name) for name in ("ApplicationName", "EnvironmentName")}
    return ActionResult({"ConfigurationSettings": [{**names, "OptionSettings": environment_of(self).option_settings}]})


# moto's vaults have neither policies nor tags. https://docs.aws.amazon.com/amazonglacier/latest/dev/api-GetVaultAccessPolicy.html
def vault_of(self):
    return self.glacier_backend.describe_vault(self.parsed_url.path.split("/")[-2])


def set_vault_access_policy(self):
    vault_of(self).access_policy = json.loads(self.body)["Policy"]
    return 204, {"status": 204}, ""


def initiate_vault_lock(self):
    vault_of(self).lock_policy = json.loads(self.body)["Policy"]
    return 201, {"status": 201, "x-amz-lock-id": "lock"}, ""


def vault_policy(name):
    def answer(self):
        policy = getattr(vault_of(self), name, None)
        if policy is None:
            message = {"code": "ResourceNotFoundException", "type": "Client", "message": "No vault policy"}
            return 404, {"status": 404, "x-amzn-ErrorType": "ResourceNotFoundException"}, json.dumps(message)
        return 200, {"status": 200}, json.dumps({"Policy": policy})

    return answer


def list_tags_for_vault(self):
    return 200, {"status": 200}, json.dumps({"Tags": {}})


# moto gives a parameter's ARN with its value, and not where it is described. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html
describe_parameters = SimpleSystemManagerResponse.describe_parameters


def describe_parameters_with_arns(self):
    answer = describe_parameters(self)
    for parameter in answer.result["Parameters"]:
        parameter["ARN"] = parameter_arn(self.current_account, self.region, parameter["Name"])
    return answer


def fill():
    SimpleSystemManagerResponse.describe_parameters = describe_parameters_with_arns
    DomainDispatcherApplication.__call__ = list_analyzers
    AppSyncResponse.list_graphql_apis = list_graphql_apis_everywhere
    AccountResponse.get_contact_information = get_contact_information
    account_paths["{0}/getContactInformation$"] = AccountResponse.dispatch
    EBResponse.create_environment = create_environment_with_settings
    EBResponse.describe_configuration_settings = describe_configuration_settings
    # Behind a host name of its own moto's EMR knows one region only.
    ElasticMapReduceResponse.get_region_from_url = BaseResponse.get_region_from_url
    GlacierResponse.set_vault_access_policy = set_vault_access_policy
    GlacierResponse.get_vault_access_policy = vault_policy("access_policy")
    GlacierResponse.initiate_vault_lock = initiate_vault_lock
    GlacierResponse.get_vault_lock = vault_policy("lock_policy")
    GlacierResponse.list_tags_for_vault = list_tags_for_vault
    for name in ("access-policy", "lock-policy", "tags"):
        glacier_paths["{0}/(?P<account>[^/]+)/vaults/(?P<vault>[^/]+)/" + name + "$"] = GlacierResponse.dispatch
    BaseResponse.call_action = call_or_refuse
    EKSResponse.describe_cluster_versions = describe_cluster_versions
    eks_paths["{0}/cluster-versions$"] = EKSResponse.dispatch
    SecurityHubResponse.get_enabled_standards = unknown_operation
    SecurityHubResponse.list_enabled_products_for_import = unknown_operation
    hub_paths["{0}/standards/get$"] = SecurityHubResponse.dispatch
    hub_paths["{0}/productSubscriptions$"] = SecurityHubResponse.dispatch
    LambdaResponse.list_function_url_configs = list_function_url_configs
    lambda_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"] = LambdaResponse.dispatch
