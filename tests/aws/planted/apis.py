"""APIs: who is let in, and what is logged."""

from emulator import MAIN

REGION = "eu-west-1"
EXECUTION = "aws-apigateway-stage-execution-logging-on"
ACCESS = "aws-apigatewayv2-stage-access-logging-on"
KEYS = "aws-appsync-api-no-api-key-auth"


def plant(cloud, book):
    rest(cloud, book)
    second(cloud, book)
    graphs(cloud, book)


def rest_api(client, name):
    """An API with a method and a deployment."""
    api = client.create_rest_api(name=name)["id"]
    of = {"restApiId": api, "resourceId": client.get_resources(restApiId=api)["items"][0]["id"], "httpMethod": "GET"}
    client.put_method(**of, authorizationType="NONE")
    client.put_method_response(**of, statusCode="200")
    client.put_integration(**of, type="MOCK", integrationHttpMethod="GET")
    return api, client.create_deployment(restApiId=api)["id"]


def rest(cloud, book):
    client = cloud.client("apigateway", REGION)
    api, deployment = rest_api(client, "shop")

    def stage(verdict, name, why, path=None, value=None):
        client.create_stage(restApiId=api, stageName=name, deploymentId=deployment)
        if path:
            client.update_stage(restApiId=api, stageName=name, patchOperations=[{"op": "replace", "path": path, "value": value}])
        book._add(verdict, EXECUTION, f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/{name}", "", MAIN, why)

    stage("FAIL", "bare", "nothing is set")
    stage("FAIL", "off", "switched off", "/*/*/logging/loglevel", "OFF")
    stage("FAIL", "metrics", "metrics are no logs", "/*/*/metrics/enabled", "true")
    stage("PASS", "errors", "errors", "/*/*/logging/loglevel", "ERROR")
    stage("PASS", "everything", "everything", "/*/*/logging/loglevel", "INFO")


def second(cloud, book):
    client = cloud.client("apigatewayv2", REGION)
    for protocol, more in (("HTTP", {}), ("WEBSOCKET", {"RouteSelectionExpression": "$request.body.action"})):
        api = client.create_api(Name=protocol.lower(), ProtocolType=protocol, **more)["ApiId"]

        def stage(access, execution, name, why, level=None, target=None):
            settings = {}
            if level and protocol == "WEBSOCKET":
                settings["DefaultRouteSettings"] = {"LoggingLevel": level}
            if target:
                settings["AccessLogSettings"] = {"DestinationArn": target, "Format": "$context.requestId"}
            client.create_stage(ApiId=api, StageName=name, **settings)
            uid = f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/{name}"
            book._add(access, ACCESS, uid, "", MAIN, why)
            book._add(execution if protocol == "WEBSOCKET" else "NOT_APPLICABLE", EXECUTION, uid, "", MAIN, why)

        stage("FAIL", "FAIL", "bare", "nothing is set")
        stage("PASS", "PASS", "logged", "both", "ERROR", f"arn:aws:logs:{REGION}:{MAIN}:log-group:apis")
        stage("FAIL", "FAIL", "off", "switched off", "OFF")
        stage("PASS", "FAIL", "access", "access only", None, f"arn:aws:logs:{REGION}:{MAIN}:log-group:apis")


def graphs(cloud, book):
    client = cloud.client("appsync", REGION)

    def api(verdict, name, why, kind, *others):
        more = {"additionalAuthenticationProviders": [{"authenticationType": other} for other in others]} if others else {}
        arn = client.create_graphql_api(name=name, authenticationType=kind, **more)["graphqlApi"]["arn"]
        book._add(verdict, KEYS, arn, "", MAIN, why)

    api("FAIL", "key", "a key", "API_KEY")
    api("FAIL", "key-beside", "a key does as well", "AWS_IAM", "API_KEY")
    api("PASS", "iam", "IAM", "AWS_IAM")
    api("PASS", "two", "two other ways", "AWS_IAM", "OPENID_CONNECT")
