"""What the catalogue's actions promise, kept: the flaw is planted, the printed commands are run by a shell with the AWS
CLI, and the check passes; the commands that take it back leave the resource as it was."""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

from emulator import Cloud
from fixable import FLAWS, REGION, WIDE, plant
from plumb import ROOT, Scan

ACTIONS = ROOT / "catalog/actions"
CHECKS = ROOT / "catalog/checks"
# What changes by itself, or is the emulator's own record of a change.
MOVES = {"LatestRestorableTime", "LastModified", "LastModifiedTime", "RevisionId", "updatedAt", "UpdatedAt",
         "EarliestRestorableDateTime", "LatestRestorableDateTime", "lastStartTime", "lastStopTime", "lastStatusChangeTime",
         "clientRequestToken",  # of the last change
         "ServerCertificates"}  # how many the account has: another fix deletes one, for good

# What the emulator forgets when a call does not name it; AWS keeps it, as the pages of the two calls say.
FORGOTTEN = {
    "aws.ec2.require-imdsv2": {"HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags"},
    "aws.eks.make-endpoint-private": {"subnetIds"},
    # Not forgotten, but written as an ARN that is none.
    "aws.eventbridge.remove-public-permission": {"Principal"},
}

Outcome = collections.namedtuple("Outcome", "action commands undo before fixed kept undone after")


def actions():
    """Every action of the catalogue, by id."""
    paths = sorted(ACTIONS.rglob("*.toml"))
    return {".".join(path.relative_to(ACTIONS).with_suffix("").parts): tomllib.loads(path.read_text()) for path in paths}


def head(check):
    found = next(path for path in CHECKS.rglob("*.md") if "-".join(path.relative_to(CHECKS).with_suffix("").parts) == check)
    return tomllib.loads(found.read_text().split("```toml\n", 1)[1].split("\n```", 1)[0])


def fixes(check):
    """(action id, what the check tells it) for each type."""
    named = head(check).get("fix", [])
    for one in named if isinstance(named, list) else [named]:
        yield (one, {}) if isinstance(one, str) else (one["action"], {k: v for k, v in one.items() if k != "action"})


EXPECTED = """```toml
type      = "{type}"
severity  = "low"
objective = "{objective}"
since     = "0.1.0"
```
# What the action promises
```rule
pass when {rule}
say "the promise is not kept"
```
## Risk
None.
## Fix
### Console
None.
## Examples
### pass: not run
```json
{{}}
```
### fail: not run
```json
{{}}
```
### unknown: not run
```json
{{}}
```
"""


def promise(folder, case, action, args, number):
    """A check of one's own that asks what the action says will hold; returns its id."""
    file = actions()[action]
    args = {**file.get("args", {}), **args}
    rule = file["expect"].replace("discriminator", json.dumps(case.discriminator))
    for name, value in args.items():
        if isinstance(value, str) and value.startswith("$params."):
            value = head(case.check)["params"][value.removeprefix("$params.")]
        if isinstance(value, str) and value.startswith("$data."):
            table, column = value.removeprefix("$data.").split(".")
            rows = tomllib.loads((ROOT / f"catalog/data/{table}.toml").read_text())["rows"]
            value = [row[column] for row in rows]
        rule = rule.replace(f"args.{name}", json.dumps(value))
    place = folder / "checks/aws/promise"
    place.mkdir(parents=True, exist_ok=True)
    text = EXPECTED.format(type=file["type"], objective=head(case.check)["objective"], rule=" ".join(rule.split()))
    (place / f"number-{number}.md").write_text(text)
    return f"aws-promise-number-{number}"


class Fixer:
    """The accounts, scanned; and a shell in them."""

    def __init__(self, cloud, folder):
        self.cloud, self.own = cloud, folder / "own"
        self.scans, self.environments = {}, {}
        for account in (FLAWS, WIDE):
            home = folder / account
            home.mkdir()
            environment = cloud.environment(account)
            self.scans[account] = Scan(home, environment, "--region", REGION, expect=(0, 4))
            cli = pathlib.Path(sys.executable).parent
            # Some commands of the CLI (`aws emr`) take no endpoint from the environment: whatever is not on loopback goes to
            # a port where nobody listens.
            nowhere = {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
            nowhere.update(NO_PROXY="127.0.0.1,localhost", no_proxy="127.0.0.1,localhost", AWS_MAX_ATTEMPTS="1")
            # With an endpoint of its own the CLI wants a region for global services too.
            self.environments[account] = dict(
                environment, **nowhere, HOME=str(home), PATH=f"{cli}:{os.environ['PATH']}", AWS_DEFAULT_REGION="us-east-1")

    def scan(self, *arguments):
        for scan in self.scans.values():
            scan.command("scan", "aws", "--region", REGION, *arguments, expect=(0, 4))

    def verdicts(self, *arguments):
        return {
            (account, row["check_id"], row["resource_uid"], row["discriminator"]): row
            for account, scan in self.scans.items() for row in scan.findings(*arguments)}

    def tabs(self, account, row):
        proof = json.loads(self.scans[account].command("explain", row["fingerprint"], "--format", "json").stdout)
        return {tab["tab"]: tab["text"] for tab in proof["fixes"]}

    def document(self, case):
        shown = self.scans[case.account].command("show", case.uid, "--format", "json").stdout
        return plain(json.loads(shown)["document"], MOVES | FORGOTTEN.get(action_of(case)[0], set()))

    def shell(self, case, text):
        environment = self.environments[case.account]
        if "s3control" in text:
            # The CLI puts the account in front of the host, which loopback cannot resolve: it goes by way of a proxy.
            environment = dict(environment, http_proxy=self.cloud.url, HTTP_PROXY=self.cloud.url, NO_PROXY="", no_proxy="")
        return subprocess.run(["bash", "-euc", text], env=environment, capture_output=True, text=True, timeout=120)


def plain(value, without):
    """Without what moves; lists in one order."""
    if isinstance(value, dict):
        kept = ((name, member) for name, member in value.items() if name not in without and member not in (None, [], {}))
        return {name: plain(member, without) for name, member in kept}
    if isinstance(value, list):
        return sorted((plain(item, without) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


# Of the checks that are about two types.
TYPES = {
    ":cluster-snapshot:": "aws.rds.cluster-snapshot", ":snapshot:": "aws.rds.snapshot",
    "/restapis/": "aws.apigateway.stage", "/apis/": "aws.apigatewayv2.stage",
}


def action_of(case):
    """The action for the resource's type."""
    found = list(fixes(case.check))
    if len(found) > 1:
        wanted = next(of for part, of in TYPES.items() if part in case.uid)
        found = [one for one in found if actions()[one[0]]["type"] == wanted]
    return found[0]


@pytest.fixture(scope="module")
def planted_fixes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixes")
    cloud = Cloud()
    for account in (FLAWS, WIDE):
        answer = cloud.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/scanner", RoleSessionName="tests")["Credentials"]
        cloud.credentials[account] = (answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    cases = plant(cloud)
    yield cloud, cases, Fixer(cloud, folder)
    cloud.stop()


@pytest.fixture(scope="module")
def fixer(planted_fixes):
    return planted_fixes[2]


@pytest.fixture(scope="module")
def outcomes(planted_fixes):
    _, cases, fixer = planted_fixes

    def key(case, check=None):
        return (case.account, check or case.check, case.uid, "" if check else case.discriminator)

    first = fixer.verdicts()
    tabs = {case.name: fixer.tabs(case.account, first[key(case)]) for case in cases}
    documents = {case.name: fixer.document(case) for case in cases}
    promises = {case.name: promise(fixer.own, case, *action_of(case), number) for number, case in enumerate(cases)}

    def run(tab):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            done = pool.map(lambda case: fixer.shell(case, tabs[case.name].get(tab, "true")), cases)
            return {case.name: result for case, result in zip(cases, done)}

    fixed = run("CLI")
    fixer.scan()
    second = fixer.verdicts()
    fixer.scan("--catalog", fixer.own, "--check", "aws-promise-*")
    kept = fixer.verdicts("--catalog", fixer.own)
    undone = run("Undo")
    fixer.scan()
    third = fixer.verdicts()
    return {
        case.name: Outcome(
            action_of(case)[0], fixed[case.name], undone[case.name] if "Undo" in tabs[case.name] else None,
            first[key(case)]["status"], "PASS" if case.gone and key(case) not in second else status(second, key(case)),
            "PASS" if case.gone and key(case) not in second else status(kept, key(case, promises[case.name])),
            status(third, key(case)), (documents[case.name], None if case.gone else fixer.document(case)))
        for case in cases}


def status(verdicts, key):
    found = verdicts.get(key)
    if found is None and key[3]:
        # Passing items of one resource are kept together, without their discriminators.
        found = verdicts.get((*key[:3], ""))
    return found and found["status"]


def wrong(outcomes, of):
    return "\n".join(f"{name}: {words}" for name, outcome in outcomes.items() if (words := of(outcome)))


def test_a_command_reaches_nothing_outside_loopback(fixer):
    """Neither a command that takes no endpoint from the environment, nor one that names its own."""
    for line in ("unset AWS_ENDPOINT_URL; aws sts get-caller-identity", "aws sts get-caller-identity --endpoint-url http://sts.example.com"):
        done = subprocess.run(["bash", "-euc", line], env=fixer.environments[FLAWS], capture_output=True, text=True, timeout=120)
        assert done.returncode and "127.0.0.1:9" in done.stderr, f"{line}: {done.stdout}{done.stderr}"


def test_every_flaw_is_found_and_has_commands(outcomes):
    assert len(outcomes) > 40
    bad = wrong(outcomes, lambda one: one.before != "FAIL" and one.before)
    assert not bad, bad


def test_the_commands_run_as_they_are_printed(outcomes):
    bad = wrong(outcomes, lambda one: one.commands.returncode and f"{one.commands.args[-1]}\n{one.commands.stderr}")
    assert not bad, bad
    nothing = wrong(outcomes, lambda one: one.commands.args[-1] == "true" and "no commands")
    assert not nothing, nothing


def test_the_check_passes_after_the_fix(outcomes):
    bad = wrong(outcomes, lambda one: one.fixed not in ("PASS", "NOT_APPLICABLE") and f"{one.fixed} after {one.commands.args[-1]}")
    assert not bad, bad


def test_what_the_action_promises_holds_after_the_fix(outcomes):
    bad = wrong(outcomes, lambda one: one.kept != "PASS" and str(one.kept))
    assert not bad, bad


def test_taking_it_back_leaves_the_resource_as_it_was(outcomes):
    undone = {name: one for name, one in outcomes.items() if one.undo}
    assert len(undone) > 30
    bad = wrong(undone, lambda one: one.undo.returncode and f"{one.undo.args[-1]}\n{one.undo.stderr}")
    assert not bad, bad
    bad = wrong(undone, lambda one: one.undone != "FAIL" and f"{one.undone} after {one.undo.args[-1]}")
    assert not bad, bad
    bad = wrong(undone, lambda one: one.after[0] != one.after[1] and f"{one.after[1]}\n  was {one.after[0]}")
    assert not bad, bad


def test_an_action_has_a_way_back_or_says_why_not(outcomes):
    back = {one.action for one in outcomes.values() if one.undo}
    for name, file in actions().items():
        assert ("inverse" in file) != ("irreversible" in file), name
        assert "irreversible" not in file or name not in back, name


def test_every_action_is_proven_here_or_listed_as_not_shown(outcomes):
    proven = {one.action for one in outcomes.values() if one.fixed in ("PASS", "NOT_APPLICABLE")}
    table = (ROOT / "docs/evidence.md").read_text().split("### Fixes that moto cannot hold", 1)[1].split("\n#", 1)[0]
    listed = set(re.findall(r"`(aws\.[a-z0-9.-]+)`", table))
    assert not proven & listed, f"shown, so not to be listed: {proven & listed}"
    assert proven | listed == set(actions()), set(actions()) ^ (proven | listed)
    named = {action for path in CHECKS.rglob("*.md") for action, _ in fixes("-".join(path.relative_to(CHECKS).with_suffix("").parts))}
    assert named == set(actions()), f"no check names {set(actions()) - named}"


def test_the_cli_knows_every_command_and_option_that_is_printed():
    from awscli.clidriver import create_clidriver

    services = create_clidriver()._get_command_table()
    page = (ROOT / "docs/reference/actions.md").read_text()
    lines = re.findall(r"^aws ([a-z0-9-]+) ([a-z0-9-]+)(.*)$", page, re.MULTILINE)
    assert len(lines) > len(actions())
    for service, operation, rest in lines:
        operations = services[service]._get_command_table()
        assert operation in operations, f"aws {service} {operation}"
        known = set(operations[operation].arg_table) | {"region"}
        given = set(re.findall(r" --([a-z0-9-]+)", rest))
        assert given <= known, f"aws {service} {operation}: {given - known}"
