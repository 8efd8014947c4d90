"""What moto lacks and a scan asks for. Everything here is ours, so nothing rests on it as evidence: docs/evidence.md."""

import json
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths as lambda_paths
from moto.core.responses import BaseResponse
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths as eks_paths
from moto.securityhub.responses import SecurityHubResponse
from moto.securityhub.urls import url_paths as hub_paths

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


def fill():
    BaseResponse.call_action = call_or_refuse
    EKSResponse.describe_cluster_versions = describe_cluster_versions
    eks_paths["{0}/cluster-versions$"] = EKSResponse.dispatch
    SecurityHubResponse.get_enabled_standards = unknown_operation
    SecurityHubResponse.list_enabled_products_for_import = unknown_operation
    hub_paths["{0}/standards/get$"] = SecurityHubResponse.dispatch
    hub_paths["{0}/productSubscriptions$"] = SecurityHubResponse.dispatch
    LambdaResponse.list_function_url_configs = list_function_url_configs
    lambda_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"] = LambdaResponse.dispatch
