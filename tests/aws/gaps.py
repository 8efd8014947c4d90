"""What moto lacks and a scan asks for. Everything here is ours, so nothing rests on it as evidence: docs/evidence.md."""

import json
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths as lambda_paths
from moto.core.responses import BaseResponse

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


def fill():
    BaseResponse.call_action = call_or_refuse
    LambdaResponse.list_function_url_configs = list_function_url_configs
    lambda_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"] = LambdaResponse.dispatch
