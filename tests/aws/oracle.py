"""Holds our wire codec against botocore's, for every operation that the catalogue uses.

    python tests/aws/oracle.py [--all] [COMMAND...]      # COMMAND speaks `cargo xtask wire`; that is the default

With --all: every read operation of every service that botocore knows, so that a type added later meets no surprise.

Needs botocore, and moto for one of the checks. Samples are botocore's own published ones (examples-1.json) and, so that
every member of every model is met, made-up ones: full, with empty lists, and with awkward text. For each:

  request   botocore writes the request  -> we find the operation and read back the same input
            we write the request         -> it says the same as botocore's
  error     we, and moto, write one           -> botocore and we read the same code, message and request id
  answer    we write the answer          -> botocore reads back the same output, and so do we
            moto writes the answer       -> we read the same output
            a cut answer                 -> we refuse it
"""

import base64
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import warnings
from xml.etree import ElementTree

import botocore.handlers
import botocore.parsers
import botocore.serialize
import botocore.session
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel
from botocore.utils import parse_timestamp

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "catalog/api/aws"
LOADER = botocore.session.get_session().get_component("data_loader")
AWKWARD = " <a href=\"x\">&amp; ü 漢 \U0001f512 %2F + 'q' "


class Codec:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
                                        encoding="utf-8")

    def ask(self, do, call, **rest):
        self.process.stdin.write(json.dumps({"do": do, "call": call, **rest}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]


class Refused(Exception):
    pass


def document(shape, value):
    """A botocore value in the form of our documents."""
    if value is None:
        return None
    kind = shape.type_name
    if kind == "structure" and getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        found = {name: document(shape.members[name], item) for name, item in value.items() if name in shape.members}
        return {name: item for name, item in found.items() if item is not None}
    if kind == "list":
        return [document(shape.member, item) for item in value]
    if kind == "map":
        return {name: document(shape.value, item) for name, item in value.items()}
    if kind == "timestamp":
        return moment(value)
    if kind == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    if kind in ("float", "double"):
        return float(value)
    return value


def moment(value):
    time = value if isinstance(value, datetime.datetime) else parse_timestamp(value)
    text = time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return text + "Z"


def native(shape, value):
    """A published sample, which is JSON, in the form that botocore wants."""
    kind = shape.type_name
    if kind == "structure":
        return {name: native(shape.members[name], item) for name, item in value.items() if name in shape.members}
    if kind == "list":
        return [native(shape.member, item) for item in value]
    if kind == "map":
        return {name: native(shape.value, item) for name, item in value.items()}
    if kind == "timestamp":
        return parse_timestamp(value)
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    if kind in ("integer", "long") and isinstance(value, str):
        return int(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value


def sample(shape, style, path=(), place=None):
    kind = shape.type_name
    if kind == "structure":
        if shape.name in path or len(path) > 9:
            return None
        out = {}
        for name, member in shape.members.items():
            where = member.serialization.get("location") or place
            # The filter's bodies are text, so a blob that is the body itself must be.
            if shape.serialization.get("payload") == name and member.type_name == "blob":
                where = "payload"
            value = sample(member, style, (*path, shape.name), where)
            if member.serialization.get("hostLabel"):
                value = "123456789012"
            if where == "statusCode":
                value = 200
            if value is not None:
                out[name] = value
            if shape.is_tagged_union and out:
                break
        return None if shape.is_tagged_union and not out else out
    if kind == "list":
        if style == "empty" and place not in ("querystring", "header"):
            return []
        items = [sample(shape.member, style, (*path, shape.name), place) for _ in range(2)]
        return None if items[0] is None else items
    if kind == "map":
        value = sample(shape.value, style, (*path, shape.name), place)
        return None if value is None else {"first": value, "second-key": value}
    if kind in ("integer", "long"):
        return 7 if kind == "integer" else 4503599627370497
    if kind in ("float", "double"):
        return 1.5
    if kind == "boolean":
        return True
    if kind == "timestamp":
        micros = 123000 if style == "awkward" and place is None else 0
        return datetime.datetime(2026, 1, 2, 3, 4, 5, micros, tzinfo=datetime.timezone.utc)
    if kind == "blob":
        return b"\x00\xff blob" if style == "awkward" and place != "payload" else b"blob"
    if style == "awkward":
        return {"header": "a-b", "headers": "a-b", "uri": "a b/ü:c"}.get(place, AWKWARD)
    return "text"


def http_request(serialized):
    """What botocore would send, as (method, path, query, headers, body)."""
    path, _, fixed = serialized["url_path"].partition("?")
    pairs = urllib.parse.parse_qsl(fixed, keep_blank_values=True)
    query = serialized["query_string"] or {}
    for name, value in query.items() if isinstance(query, dict) else query:
        pairs += [(name, str(item)) for item in (value if isinstance(value, list) else [value])]
    body = serialized["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body)
    text = body.decode() if isinstance(body, bytes) else body
    return {"method": serialized["method"], "path": path, "query": urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote),
            "headers": [[name, str(value)] for name, value in serialized["headers"].items()], "body": text}


def meaning(request, protocol):
    """What a request says, whatever the order and spelling."""
    query = request["query"]
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else map(tuple, query)
    body = request["body"]
    if protocol in ("query", "ec2"):
        body = sorted(urllib.parse.parse_qsl(body, keep_blank_values=True))
    elif body and "json" in protocol:
        body = json.loads(body)
    elif body.startswith("<"):
        body = tree(ElementTree.fromstring(body))
    # Otherwise the body is a text by itself, as a bucket's policy is.
    plain = {name.lower(): value for name, value in request["headers"]}
    headers = {name: value for name, value in plain.items() if name != "content-type" or protocol != "rest-xml"}
    said = {"method": request["method"], "path": urllib.parse.unquote(request["path"]), "query": sorted(pairs),
            "headers": headers, "body": body}
    # botocore writes six digits of a fraction, we write those that say something.
    return json.loads(re.sub(r"(\.\d*[1-9])0+Z", r"\1Z", json.dumps(said, ensure_ascii=False)))


def tree(element):
    """An element's meaning: the order of different members says nothing, that of equal ones does."""
    return [element.tag, element.attrib, element.text, sorted(map(tree, element), key=lambda child: child[0])]


def botocore_reads(model, operation, protocol, response):
    parser = botocore.parsers.create_parser(protocol)
    body = response["body"].encode()
    headers = HeadersDict({name: value for name, value in response["headers"]})
    raw = {"headers": headers, "status_code": response["status"], "body": body, "context": {}}
    parsed = parser.parse(raw, operation.output_shape)
    if (model.service_name, operation.name) == ("s3", "GetBucketLocation"):
        botocore.handlers.parse_get_bucket_location(parsed, type("Raw", (), {"raw": True, "content": body}))
    parsed.pop("ResponseMetadata", None)
    return document(operation.output_shape, parsed) if operation.output_shape else {}


def moto_writes(service, operation, protocol, output):
    from moto.core.model import ServiceModel as MotoModel
    from moto.core.serialize import SerializationContext, get_serializer_class

    # It warns of errors that a model does not name; every service has some.
    warnings.filterwarnings("ignore", message=".*does not match an error shape.*")
    kind = get_serializer_class(service, protocol)
    model = MotoModel(LOADER.load_service_model(service, "service-2"), service)
    return kind(operation_model=model.operation_model(operation), context=SerializationContext(request_id="request-1")).serialize(output)


def moto_error(message):
    from moto.core.exceptions import ServiceException

    return type("NoSuchThing", (ServiceException,), {"code": "NoSuchThing"})(message)


def as_response(written):
    body = written["body"]
    return {"status": written["status_code"], "body": body.decode() if isinstance(body, bytes) else body or "",
            "headers": [[name, str(value)] for name, value in written["headers"].items()]}


class Operation:
    """One operation of a service, with the protocol that our models chose."""

    def __init__(self, codec, service, name, protocol):
        self.codec, self.service, self.name, self.protocol = codec, service, name, protocol
        self.model = ServiceModel(LOADER.load_service_model(service, "service-2"), service)
        self.operation = self.model.operation_model(name)
        self.call = f"{service}:{name}"

    def request(self, given):
        shape = self.operation.input_shape
        wanted = document(shape, given) if shape else {}
        serializer = botocore.serialize.create_serializer(self.protocol, include_validation=False)
        theirs = http_request(serializer.serialize_to_request(given, self.operation))
        read = self.codec.ask("decode_request", self.call, **theirs)
        same("the operation found", read["operation"], self.name)
        same("the input read back", pruned(read["document"], self.protocol), pruned(wanted, self.protocol))
        ours = self.codec.ask("encode_request", self.call, document=wanted)
        same("the request", meaning(ours, self.protocol), meaning(theirs, self.protocol))

    def answer(self, given):
        shape = self.operation.output_shape
        wanted = document(shape, given) if shape else {}
        ours = self.codec.ask("encode_response", self.call, document=wanted)
        expected = pruned(wanted, self.protocol, answer=True)
        read = botocore_reads(self.model, self.operation, self.protocol, ours)
        same("what botocore reads", pruned(read, self.protocol, answer=True), expected)
        same("what we read", pruned(self.decode(ours), self.protocol, answer=True), expected)
        self.cut(ours)

    def decode(self, response):
        return self.codec.ask("decode_response", self.call, **response)

    def cut(self, response):
        """Everything short of the whole document is refused."""
        body = response["body"].rstrip()
        if not self.operation.output_shape:
            return  # Of an operation without an answer only the status is read.
        payload = self.operation.output_shape.serialization.get("payload")
        raw = payload and self.operation.output_shape.members[payload].type_name in ("string", "blob")
        if raw or len(body) < 3:
            return
        for end in {len(body) // 3, len(body) // 2, len(body) - 2, len(body) - 1} - {0}:
            try:
                self.decode({**response, "body": body[:end]})
            except Refused:
                continue
            raise AssertionError(f"an answer cut at {end} of {len(body)} was taken as whole")

    def error(self):
        """Both read the same from an error that we write, and from one that moto writes."""
        message = f"user <u> is not authorized to perform {self.call} & more"
        ours = self.codec.ask("encode_error", self.call, code="AccessDenied", message=message, status=403)
        self.same_error(ours, "AccessDenied", message)
        written = moto_writes(self.service, self.name, self.protocol, moto_error(message))
        self.same_error(as_response(written), "NoSuchThing", message)

    def same_error(self, response, code, message):
        parser = botocore.parsers.create_parser(self.protocol)
        headers = HeadersDict(dict(response["headers"]))
        theirs = parser.parse({"headers": headers, "status_code": response["status"], "body": response["body"].encode(),
                               "context": {}}, self.operation.output_shape)
        found = self.codec.ask("decode_error", self.call, **response)
        wanted = {"code": code, "message": message}
        same("the error that botocore reads", {"code": theirs["Error"]["Code"], "message": theirs["Error"]["Message"]}, wanted)
        same("the error that we read", {name: found[name] for name in wanted}, wanted)
        # botocore looks for S3's in a header only; we look into the body too.
        their_id = theirs["ResponseMetadata"].get("RequestId")
        same("the request's id", found["request_id"], their_id or found["request_id"])

    def foreign(self, given):
        shape = self.operation.output_shape
        if not shape:
            return False
        try:
            response = as_response(moto_writes(self.service, self.name, self.protocol, given))
        except (TypeError, AttributeError):
            # moto's writer has no words for text or nothing as the body itself.
            return False
        expected = botocore_reads(self.model, self.operation, self.protocol, response)
        same("what we read of moto's", pruned(self.decode(response), self.protocol, answer=True),
             pruned(expected, self.protocol, answer=True))
        return True


def pruned(value, protocol, answer=False):
    """Without what a protocol cannot say: forms and flattened XML have no empty lists or structures."""
    if protocol in ("json", "rest-json"):
        return value
    if isinstance(value, dict):
        found = {name: pruned(item, protocol, answer) for name, item in value.items()}
        return {name: item for name, item in found.items() if item not in (None, [], {})}
    if isinstance(value, list):
        return [pruned(item, protocol, answer) for item in value]
    return value


def same(what, found, wanted):
    if found != wanted:
        found, wanted = (json.dumps(part, sort_keys=True, ensure_ascii=False, default=str) for part in (found, wanted))
        at = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
        start = max(0, at - 60)
        raise AssertionError(f"{what}:\n      …{found[start:at + 100]}\n   is …{wanted[start:at + 100]}")


def published(service):
    try:
        return LOADER.load_service_model(service, "examples-1")["examples"]
    except botocore.exceptions.DataNotFoundError:
        return {}


def samples(operation, examples):
    """(where it comes from, input, output)."""
    model = operation.operation
    for number, example in enumerate(examples):
        given = [native(shape, example.get(side, {})) if shape else {}
                 for side, shape in (("input", model.input_shape), ("output", model.output_shape))]
        yield f"published {number}", *given
    for style in ("full", "empty", "awkward"):
        yield style, *[sample(shape, style) if shape else {} for shape in (model.input_shape, model.output_shape)]


# Not ours: answers that are a stream of bytes or events, and two operations whose successors have the same address.
STREAMS = {"s3:GetObject", "s3:GetObjectTorrent"}
REPLACED = {"s3:GetBucketLifecycle", "s3:GetBucketNotification"}
# Published samples that cannot be: a required member missing or empty, a body left out.
IMPOSSIBLE = {"appconfig:GetConfiguration", "appconfig:GetHostedConfigurationVersion", "polly:GetLexicon", "pricing:GetProducts"}
READS = re.compile("(Get|List|Describe|Head|BatchGet|Search|Lookup)[A-Z]")


def every_read(folder):
    """Models of every read operation of every service whose protocol we speak."""
    calls = []
    for service in LOADER.list_available_services("service-2"):
        model = LOADER.load_service_model(service, "service-2")
        shapes = model["shapes"]
        for name, operation in model["operations"].items():
            answer = shapes.get(operation.get("output", {}).get("shape"), {})
            events = any(shapes[ref["shape"]].get("eventstream") for ref in answer.get("members", {}).values())
            if READS.match(name) and not events and f"{service}:{name}" not in STREAMS | REPLACED and speaks(model):
                calls.append(f"{service}:{name}")
    request = json.dumps({"calls": calls, "actions": [], "out": str(folder)})
    subprocess.run([sys.executable, ROOT / "xtask/refresh_api.py"], input=request, text=True, check=True)


def speaks(model):
    metadata = model["metadata"]
    return bool({"query", "ec2", "json", "rest-json", "rest-xml"} & set(metadata.get("protocols", [metadata["protocol"]])))


def check_all(models, codec):
    counts = {"operations": 0, "published samples": 0, "samples": 0, "moto answers": 0}
    failures = []
    for path in sorted(models.glob("*.json")):
        model = json.loads(path.read_text(encoding="utf-8"))
        if "operations" not in model:
            continue
        examples = published(model["service"])
        for name in model["operations"]:
            operation = Operation(codec, model["service"], name, model["metadata"]["protocol"])
            counts["operations"] += 1
            tried = [("error", "", operation.error)]
            shown = [] if operation.call in IMPOSSIBLE else examples.get(name, [])
            for origin, given, output in samples(operation, shown):
                counts["samples"] += 1
                counts["published samples"] += origin.startswith("published")
                tried += [("request", origin, lambda given=given: operation.request(given)),
                          ("answer", origin, lambda output=output: operation.answer(output)),
                          ("moto", origin, lambda output=output: operation.foreign(output))]
            for step, origin, check in tried:
                try:
                    counts["moto answers"] += check() is True
                except (AssertionError, Refused) as error:
                    failures.append(f"{operation.call} {origin} {step}: {error}")
    print("\n".join(failures))
    print(", ".join(f"{number} {name}" for name, number in counts.items()) + f", {len(failures)} failures")
    return not failures


def main():
    everything = "--all" in sys.argv[1:2]
    command = sys.argv[1 + everything:] or ["cargo", "xtask", "wire"]
    if not everything:
        sys.exit(not check_all(MODELS, Codec(command)))
    with tempfile.TemporaryDirectory() as folder:
        every_read(folder)
        sys.exit(not check_all(pathlib.Path(folder), Codec([*command, "--models", folder])))


if __name__ == "__main__":
    main()
