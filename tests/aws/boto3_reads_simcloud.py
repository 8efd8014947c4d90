"""boto3 reads what simcloud answers: every call of the catalogue, merged as a collector would, against the documents.

    python tests/aws/boto3_reads_simcloud.py                 starts target/debug/simcloud (or $SIMCLOUD) with the demo
    AWS_ENDPOINT_URL=… python tests/aws/boto3_reads_simcloud.py    asks a simulator that already runs with the demo

It reads the type files itself and shares no code with the simulator, so a wrong reading of either would show.
"""

import base64
import csv
import datetime
import gzip
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "crates/cli/demo/aws"
GLOBAL = "us-east-1"


class Reader:
    def __init__(self, url, account):
        self.url, self.account, self.calls, self.clients = url, account, set(), {}

    def client(self, service, region):
        if (service, region) not in self.clients:
            client = boto3.client(
                service, region_name=region, endpoint_url=self.url,
                aws_access_key_id=self.account["access_key"], aws_secret_access_key=self.account["secret_key"],
                config=botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
            )
            if service == "s3control":
                # boto3 puts the account in front of the host name, which loopback cannot resolve.
                client.meta.events.register("before-sign.s3-control", self.plain_host)
            self.clients[service, region] = client
        return self.clients[service, region]

    def plain_host(self, request, **_):
        request.url = self.url + urllib.parse.urlsplit(request.url).path

    def ask(self, call, region, arguments):
        """The whole answer, pages merged, without what the transport adds."""
        service, operation = call.split(":")
        client = self.client(service, region)
        method = botocore.xform_name(operation)
        self.calls.add(call)
        if client.can_paginate(method):
            answer = client.get_paginator(method).paginate(**arguments).build_full_result()
        else:
            answer = getattr(client, method)(**arguments)
            # Listings in pages of which botocore does not know.
            token = answer.pop("NextToken", None)
            while token:
                page = getattr(client, method)(**arguments, NextToken=token)
                token = page.pop("NextToken", None)
                for name, items in page.items():
                    answer[name] = answer.get(name, []) + items if isinstance(items, list) else items
        answer.pop("ResponseMetadata", None)
        return plain(answer)


def plain(value):
    """As JSON would have it: times as text, bytes as base64."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def follow(value, path):
    """Every value at a path such as `Reservations[].Instances[]` or `Settings[Kind=log].Value`."""
    values = [value]
    for name, chosen in re.findall(r"([^.\[]+)(\[[^\]]*\])?", path):
        values = [v[name] for v in values if isinstance(v, dict) and v.get(name) is not None]
        if chosen:
            values = [item for v in values for item in v]
        if chosen not in ("", "[]"):
            member, _, wanted = chosen[1:-1].partition("=")
            values = [v for v in values if v.get(member) == wanted]
    return values


def first(value, path):
    return next(iter(follow(value, path)), None)


def argument(value, document, item, account, parent):
    """`$Name`, `$item.Name`, `$parent.Name`, `$account.id`, `$first(Name, 'text')`, a sum; anything else as it stands."""
    if isinstance(value, list):
        return [argument(part, document, item, account, parent) for part in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    path = value[1:].removeprefix("self.")
    if " + " in path:
        return "".join(argument(f"${part}", document, item, account, parent) for part in path.split(" + "))
    if quoted := re.fullmatch(r"'([^']*)'", path):
        return quoted[1]
    if cut := re.fullmatch(r"first\(([\w.]+), '([^']*)'\)", path):
        return argument(f"${cut[1]}", document, item, account, parent).split(cut[2])[0]
    assert re.fullmatch(r"[\w.]+", path), f"this reader does not know the expression {value}"
    if path in ("account.id", "partition", "region.name"):
        return {"account.id": account["id"], "partition": "aws", "region.name": account.get("region")}[path]
    if path.startswith("item."):
        return first(item, path.removeprefix("item."))
    if path.startswith("parent."):
        return first(parent, path.removeprefix("parent."))
    return first(document, path)


def kept(item, condition, region):
    """`self.Name == 'text'`, `!=`, `region.name` for a text, `has(self.Name)`, all of several, and none of several."""
    if "&&" in condition:
        return all(kept(item, part.strip(), region) for part in condition.split("&&"))
    if condition.startswith("!("):
        return not any(kept(item, part.strip(), region) for part in condition[2:-1].split("||"))
    if there := re.fullmatch(r"has\(self\.([\w.]+)\)", condition):
        return first(item, there[1]) is not None
    parts = re.fullmatch(r"self\.([\w.]+) (==|!=) (?:'([^']*)'|region\.name)", condition)
    assert parts, f"this reader does not know the condition {condition}"
    return (first(item, parts[1]) == (region if parts[3] is None else parts[3])) == (parts[2] == "==")


def decoded(text, how):
    if not isinstance(text, str):
        return text  # botocore itself decodes IAM's documents
    if how == "url+json":
        return json.loads(urllib.parse.unquote(text))
    if how == "json":
        return json.loads(text)
    if how == "base64+gzip":
        raw = base64.b64decode(text)
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    if how == "base64+csv":
        return list(csv.DictReader(io.StringIO(base64.b64decode(text).decode())))
    raise ValueError(how)


def decode_at(value, path, how):
    *way, last = path.split(".")
    for holder in follow(value, ".".join(way)):
        if isinstance(holder, dict) and last in holder:
            holder[last] = decoded(holder[last], how)


def load(folder):
    found = [tomllib.loads(path.read_text()) for path in sorted((ROOT / "catalog" / folder).rglob("*.toml"))]
    return {entry.get("type") or entry.get("source"): entry for entry in found}


class Collector:
    def __init__(self, reader, account, regions):
        self.reader, self.account, self.regions = reader, account, regions
        self.types, self.sources, self.answers, self.parents = load("types"), load("sources"), {}, {}

    def region_of(self, of, unit, document=None):
        if document and of["type"] == "aws.s3.bucket":
            return GLOBAL  # botocore must follow the redirect
        return GLOBAL if unit == "global" else unit

    def source(self, name, unit):
        if (name, unit) not in self.answers:
            source = self.sources[name]
            region = GLOBAL if source["scope"] == "account" else unit
            if "prepare" in source:
                while self.reader.ask(source["prepare"]["call"], region, {}).get("State") != "COMPLETE":
                    pass
            self.answers[name, unit] = self.reader.ask(source["call"], region, source.get("with", {}))
        return self.answers[name, unit]

    def listed(self, of, unit):
        if "singleton" in of:
            return [{}]
        if "source" in of:
            items = follow(self.source(of["source"]["id"], unit), of["source"]["items"])
            for item in items:
                for path, how in of["source"].get("decode", {}).items():
                    decode_at(item, path, how)
            return items
        entry = of["list"]
        assert "each" not in entry, f"this reader does not know listings in parts yet ({of['type']})"
        # Once for each parent; a child remembers its parent, which its details may be asked by.
        parents = self.listed(self.types[of["for"]], unit) if "for" in of else [None]
        account = dict(self.account, region=unit)
        items = []
        for parent in parents:
            asked = entry.get("with", {}).items()
            arguments = {name: argument(value, parent, None, account, parent) for name, value in asked}
            found = follow(self.reader.ask(entry["call"], self.region_of(of, unit), arguments), entry["items"])
            found = [{entry["as"]: item} for item in found] if "as" in entry else found
            found = [item for item in found if kept(item, entry["keep"], unit)] if "keep" in entry else found
            self.parents.update((id(item), parent) for item in found)
            items += found
        return items

    def collect(self, of, unit):
        documents = self.listed(of, unit)
        for get in of.get("get", []):
            for document in documents:
                self.detail(of, get, unit, document)
        return documents

    def detail(self, of, get, unit, document):
        if "source" in get:
            return self.rows(get, unit, document)
        holders = follow(document, get["for"].removeprefix("self.")) if "for" in get else [document]
        for holder in holders:
            arguments = {
                name: argument(value, document, holder, dict(self.account, region=unit), self.parents.get(id(document)))
                for name, value in get.get("with", {}).items()
            }
            batch = get.get("batch")
            if batch:
                arguments[batch["over"]] = [arguments[batch["over"]]]
            try:
                answer = self.reader.ask(get["call"], self.region_of(of, unit, document), arguments)
            except botocore.exceptions.ClientError as error:
                code = error.response["Error"]["Code"]
                assert code in get.get("absent", []), f"{get['call']} of {document} answered {error}"
                continue
            take = get.get("take")
            taken = follow(answer, take) if "[" in (take or "") else first(answer, take) if take else answer
            if batch:
                taken = next(item for item in taken if item[batch["match"]] == arguments[batch["over"]][0])
            for path, how in get.get("decode", {}).items():
                decode_at(taken, path, how)
            if "into" in get:
                holder[get["into"]] = taken
            else:
                given = get.get("gives")
                holder.update({name: value for name, value in (taken or {}).items() if not given or name in given})

    def rows(self, get, unit, document):
        source = self.sources[get["source"]]
        answer = self.source(get["source"], unit)
        if source.get("take"):
            answer = decoded(answer[source["take"]], source["decode"])
        rows = follow(answer, source["rows"]) if source["rows"] else answer
        quoted = re.fullmatch(r"'(.*)'", get["row"])
        wanted = quoted.group(1) if quoted else first(document, get["row"].removeprefix("self."))
        own = [row for row in rows if row.get(source["key"]) == wanted]
        document[get["into"]] = own if source.get("many") else next(iter(own), None)


def moment(text):
    if not isinstance(text, str) or len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def differences(expected, found, place=""):
    """What the document says and the answers do not, or the other way round. None and empty are one: absent."""
    if isinstance(expected, str) and expected.startswith("@now"):
        return [] if moment(found) else [f"{place}: {found!r} is no time"]
    if isinstance(expected, dict) and isinstance(found, dict):
        names = sorted(set(expected) | set(found))
        return [line for name in names for line in differences(expected.get(name), found.get(name), f"{place}.{name}")]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{place}: {len(found)} items instead of {len(expected)}"]
        pairs = enumerate(zip(expected, found))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{place}[{index}]")]
    same = expected == found or (expected in (None, "", [], {}) and found in (None, "", [], {}))
    same = same or (moment(expected) is not None and moment(expected) == moment(found))
    return [] if same else [f"{place}: {found!r} instead of {expected!r}"]


# The keys that tie an item to its call and that a document need not repeat.
IMPLIED = {"aws.cloudtrail.trail": {"ResourceId"}, "aws.kms.key": {"KeyId"}, "aws.iam.user": {"UserName"}}


def compare(collector, account):
    wrong, resources = [], 0
    for of in collector.types.values():
        units = ["global"] if of["scope"] == "account" else collector.regions
        for unit in units:
            file = DEMO / account["id"] / unit / f"{of['type']}.jsonl"
            expected = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
            found = collector.collect(of, unit)
            resources += len(found)
            if len(expected) != len(found) and "singleton" not in of:
                wrong.append(f"{unit} {of['type']}: {len(found)} instead of {len(expected)}")
            for document, other in zip(expected, found):
                if of["type"] == "aws.s3.bucket" and document["BucketRegion"] != GLOBAL:
                    document["LocationConstraint"] = document["BucketRegion"]  # says the same, so documents do not
                document.pop("$parent", None)
                skip = IMPLIED.get(of["type"], set())
                other = {name: value for name, value in other.items() if name in document or name not in skip}
                wrong += [f"{unit} {of['type']}{line}" for line in differences(document, other)]
    return wrong, resources


def started():
    """A simulator of our own, with small pages so that paging is used."""
    program = os.environ.get("SIMCLOUD", str(ROOT / "target/debug/simcloud"))
    rules = tempfile.NamedTemporaryFile("w", suffix=".toml")
    rules.write("page_size = 2\n")
    rules.flush()
    process = subprocess.Popen(
        [program, "--estate", str(DEMO), "--rules", rules.name], stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith("export AWS_ENDPOINT_URL="):
            return process, line.strip().partition("=")[2], rules
    sys.exit("the simulator did not start")


def main():
    settings = tomllib.loads((DEMO / "estate.toml").read_text())
    process, url, _rules = None, os.environ.get("AWS_ENDPOINT_URL"), None
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    if not url:
        process, url, _rules = started()
    try:
        account = settings["account"][0]
        reader = Reader(url, account)
        collector = Collector(reader, account, settings["regions"])
        wrong, resources = compare(collector, account)
        entries = [*collector.types.values(), *collector.sources.values()]
        calls = {entry["call"] for of in entries for entry in [of, of.get("list", {}), of.get("prepare", {}), *of.get("get", [])] if "call" in entry}
        wrong += [f"{call} was never asked" for call in sorted(calls - reader.calls)]
        print("\n".join(wrong))
        print(f"{resources} resources by {len(reader.calls)} operations, {len(wrong)} differences")
        sys.exit(bool(wrong))
    finally:
        if process:
            process.terminate()


if __name__ == "__main__":
    main()
