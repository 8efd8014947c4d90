"""Holds our endpoint table against botocore's rule engine: every service in use, every region, every variant.

    python tests/aws/endpoints.py [COMMAND...]      # COMMAND speaks `cargo xtask wire`; that is the default

The rules are the provider's newest word; we keep a table. Where the two differ for a region that has the service, and the
difference is not one of `KNOWN`, the table is wrong.
"""

import json
import pathlib
import sys

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from oracle import MODELS, Codec, Refused  # noqa: E402

SESSION = botocore.session.get_session()
LOADER = SESSION.get_component("data_loader")


def rules(service):
    return EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), LOADER.load_data("partitions"))


def botocore_says(provider, service, region, fips, dual_stack):
    given = {"Region": region, "UseFIPS": fips, "UseDualStack": dual_stack}
    if service == "sts":
        given["UseGlobalEndpoint"] = False
    if service == "s3control":
        given |= {"AccountId": "123456789012", "RequiresAccountId": True}
    try:
        found = provider.resolve_endpoint(**given)
    except BotoCoreError:
        return None
    schemes = found.properties.get("authSchemes", [])
    scope = next((scheme.get("signingRegion") for scheme in schemes if scheme.get("signingRegion")), region)
    return {"host": found.url.removeprefix("https://").removeprefix("123456789012."), "signing_region": scope}


def main():
    codec = Codec(sys.argv[1:] or ["cargo", "xtask", "wire"])
    table = json.loads((MODELS / "endpoints.json").read_text(encoding="utf-8"))
    compared, differences = 0, []
    for path in sorted(MODELS.glob("*.json")):
        model = json.loads(path.read_text(encoding="utf-8"))
        if "operations" not in model:
            continue
        service, provider = model["service"], rules(model["service"])
        call = f"{service}:{next(iter(model['operations']))}"
        for partition, known in table["partitions"].items():
            for region in known["regions"]:
                for fips, dual_stack in ((False, False), (True, False), (False, True), (True, True)):
                    theirs = botocore_says(provider, service, region, fips, dual_stack)
                    try:
                        ours = codec.ask("endpoint", call, region=region, fips=fips, dual_stack=dual_stack)
                    except Refused:
                        ours = None
                    compared += 1
                    if ours is None and theirs is None:
                        continue
                    same = ours and theirs and all(ours[name] == theirs[name] for name in theirs)
                    if not same:
                        differences.append((service, partition, region, fips, dual_stack, ours, theirs))
    for difference in differences:
        print(*difference)
    print(f"{compared} endpoints compared, {len(differences)} differ")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
