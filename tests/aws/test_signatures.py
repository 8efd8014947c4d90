"""Every request of a scan carries the signature that botocore would have given it."""

import collections
import datetime
import http.client
import http.server
import re
import threading
import urllib.parse
from unittest import mock

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator import SECOND
from plumb import Scan

SCOPE = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request, *SignedHeaders=([^,]+)")


def signature_by_botocore(handler, body, secret, token):
    key, region, service, names = SCOPE.match(handler.headers["authorization"]).groups()
    address, _, query = f"http://{handler.headers['host']}{handler.path}".partition("?")
    given = {"host", "x-amz-date", "x-amz-security-token"}
    headers = {name: value for name, value in handler.headers.items() if name.lower() in set(names.split(";")) - given}
    params = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    request = AWSRequest(handler.command, address, headers=headers, data=body, params=params)
    kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    time = datetime.datetime.strptime(handler.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: time):
        kind(Credentials(key, secret, token), service, region).add_auth(request)
    return request.headers["Authorization"], service


class Gate(http.server.ThreadingHTTPServer):
    """Stands before the emulator and compares."""

    def __init__(self, emulator, credentials):
        super().__init__(("127.0.0.1", 0), Check)
        self.emulator, self.credentials = urllib.parse.urlsplit(emulator).netloc, credentials
        self.checked, self.wrong = collections.Counter(), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Check(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        theirs, service = signature_by_botocore(self, body, *self.server.credentials[1:])
        if theirs == self.headers["authorization"]:
            self.server.checked[service] += 1
        else:
            self.server.wrong.append((self.command, self.path, self.headers["authorization"], theirs))
        connection = http.client.HTTPConnection(self.server.emulator)
        connection.request(self.command, self.path, body, dict(self.headers))
        found = connection.getresponse()
        content = found.read()
        self.send_response(found.status)
        for name, value in found.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_HEAD = do_POST = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def gate(planted):
    cloud, _ = planted
    gate = Gate(cloud.url, cloud.credentials[SECOND])
    yield gate
    gate.shutdown()
    gate.server_close()


def test_every_request_is_signed_as_botocore_signs(planted, gate, tmp_path):
    cloud, _ = planted
    environment = dict(cloud.environment(SECOND), AWS_ENDPOINT_URL=gate.url)
    Scan(tmp_path, environment, "--region", "us-east-1")
    assert not gate.wrong, gate.wrong[:3]
    assert {"s3", "sts", "iam", "ec2", "kms"} <= set(gate.checked), gate.checked
    assert sum(gate.checked.values()) > 30, gate.checked
