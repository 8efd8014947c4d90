"""An AWS emulator on loopback, in this process.

moto answers for many accounts: the access key decides which. In this process rather than behind a command, because two
things cannot be said through any AWS client: that a key was last used long ago, and that the root user has MFA.
"""

import datetime
import functools
import inspect
import logging
import os
import urllib.parse

# A developer's own profile or endpoint must not reach a test, nor an instance's metadata service.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
# AWS's own policies, AdministratorAccess among them.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# Its 1,284 sample images a region have snapshots that it lists as the account's own.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import boto3
import botocore.config
from cryptography import x509
from moto.acm.models import acm_backends
from moto.emr.models import emr_backends
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.opensearch.models import opensearch_backends
from moto.rds.models import rds_backends
from moto.server import ThreadedMotoServer

import gaps
import gaps_answers

logging.getLogger("werkzeug").setLevel(logging.ERROR)

MAIN = "123456789012"  # the emulator's own account: where the flaws are
SECOND = "222233334444"  # where account-wide settings are as they should be
THIRD = "333344445555"  # where they are nearly so
EMPTY = "444455556666"  # for tests that plant for themselves
# Where nothing of the first three meets what is planted: identities, networks, machines, buckets, alerts …
FOURTH, FIFTH, SIXTH = "701020304050", "702030405060", "703040506070"
# … and what works in regions: containers, warehouses, scanners, organisations.
SEVENTH, EIGHTH = "704050607080", "705060708090"
QUIET = botocore.config.Config(retries={"max_attempts": 0})


gaps.fill()
gaps_answers.fill()


class Cloud:
    """Clients of the emulator, by account and region."""

    def __init__(self):
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.clients = {}
        self.credentials = {MAIN: ("testing", "testing", None)}
        for account in (SECOND, THIRD, EMPTY, FOURTH, FIFTH, SIXTH, SEVENTH, EIGHTH):
            self.credentials[account] = self.assumed(account)

    def assumed(self, account):
        """Credentials of another account."""
        role = f"arn:aws:iam::{account}:role/scanner"
        answer = self.client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
        return answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]

    def of(self, account):
        return Of(self, account)

    def enabled_regions(self, account=MAIN):
        """Those that a scan reads. The emulator lists regions of other partitions as well, as not opted in."""
        listed = self.client("ec2", account=account).describe_regions()["Regions"]
        return sorted(region["RegionName"] for region in listed if region["OptInStatus"] != "not-opted-in")

    def client(self, service, region="us-east-1", account=MAIN):
        wanted = (service, region, account)
        if wanted not in self.clients:
            self.clients[wanted] = self._client(*wanted)
        return self.clients[wanted]

    def _client(self, service, region, account):
        key, secret, token = self.credentials[account]
        client = boto3.client(
            service, region_name=region, endpoint_url=self.url, config=QUIET,
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
        )
        if service == "s3control":
            # boto3 puts the account in front of the host name, which loopback cannot resolve.
            client.meta.events.register("before-sign.s3-control", self._plain_host)
        return client

    def _plain_host(self, request, **_):
        request.url = self.url + urllib.parse.urlsplit(request.url).path

    def environment(self, account):
        """What a scanner of that account needs in its environment, and nothing else of ours."""
        key, secret, token = self.credentials[account]
        found = {
            "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
        if token:
            found["AWS_SESSION_TOKEN"] = token
        return found

    def stop(self):
        self.server.stop()

    # What no AWS call can say.

    def key_history(self, user, key, created_days, used_days=None, account=MAIN):
        """Dates an access key back."""
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        for held in iam_backends[account]["aws"].users[user].access_keys:
            if held.access_key_id == key:
                held.create_date = now - datetime.timedelta(days=created_days)
                held.last_used = None if used_days is None else AccessKeyLastUsed(
                    timestamp=now - datetime.timedelta(days=used_days), service="s3", region="eu-west-1"
                )
                return
        raise KeyError(f"{user} has no key {key}")

    def root_mfa(self, account):
        iam_backends[account]["aws"].account_summary._account_mfa_enabled = 1

    def root_key(self, account):
        iam_backends[account]["aws"].account_summary._account_access_keys_present = 1

    def password_history(self, user, set_days, used_days=None, account=MAIN):
        """Dates a user, which is when the emulator says its password was set, and the password's last use back."""
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        held = iam_backends[account]["aws"].users[user]
        held.create_date = now - datetime.timedelta(days=set_days)
        held.password_last_used = None if used_days is None else now - datetime.timedelta(days=used_days)

    def expire_certificate(self, arn, pem, region, account=MAIN):
        """The emulator, as AWS, takes no expired certificate: an imported one is replaced."""
        acm_backends[account][region]._certificates[arn]._cert = x509.load_pem_x509_certificate(pem)

    def documents(self, cluster, region, account=MAIN):
        """Makes a database cluster and its snapshots ones of DocumentDB, of which the emulator makes none."""
        held = rds_backends[account][region]
        held.clusters[cluster].engine = "docdb"
        for snapshot in held.cluster_snapshots.values():
            if snapshot.db_cluster_identifier == cluster:
                snapshot.engine = snapshot.cluster.engine = "docdb"

    def allow_public_clusters(self, region, account=MAIN):
        """The emulator takes False for True."""
        held = emr_backends[account][region].block_public_access_configuration["block_public_access_configuration"]
        held["block_public_security_group_rules"] = False

    def hide_cluster(self, cluster, region, account=MAIN):
        """Takes the public names and addresses of an EMR cluster's nodes away, which the emulator gives to every one."""
        held = emr_backends[account][region].clusters[cluster]
        held.__class__ = type("Hidden", (type(held),), {"master_public_dns_name": "ip-10-9-1-5.eu-west-1.compute.internal"})
        for node in held.ec2_instances:
            node.__class__ = type("Hidden", (type(node),), {"public_ip_address": None})

    def domain_in_vpc(self, domain, vpc, region, account=MAIN):
        """The emulator does not look up the VPC of a subnet."""
        opensearch_backends[account][region].domains[domain].vpc_options["VPCId"] = vpc


class Of:
    """The emulator or the book, where a call that names no account means this one."""

    def __init__(self, held, account):
        self.held, self.account = held, account

    def __getattr__(self, name):
        found = getattr(self.held, name)
        if name.startswith("_") or not callable(found) or "account" not in inspect.signature(found).parameters:
            return found
        return functools.partial(self._call, found)

    def _call(self, found, *arguments, **named):
        given = inspect.signature(found).bind_partial(*arguments, **named)
        given.arguments.setdefault("account", self.account)
        return found(*given.args, **given.kwargs)


class Book:
    """What a scan must say. One entry per (account, check, resource, discriminator)."""

    def __init__(self):
        self.entries = {}
        self.judged = set()
        self.gone = {}  # resources that a scan must not list, with the reason
        self.members = []  # accounts that were made in an organisation

    def of(self, account):
        return Of(self, account)

    def _add(self, verdict, check, uid, discriminator, account, why):
        key = (account, check, uid, discriminator)
        assert key not in self.entries, f"planted twice: {key}"
        self.judged.add(key[:3])
        self.entries[key] = {
            "account": account, "check": check, "resource": uid, "discriminator": discriminator,
            "verdict": verdict, "why": why,
        }

    def has(self, check, uid, account=MAIN):
        """Whether something is planted for the resource, under whatever discriminator."""
        return (account, check, uid) in self.judged

    def fails(self, check, uid, why, discriminator="", account=MAIN):
        self._add("FAIL", check, uid, discriminator, account, why)

    def passes(self, check, uid, why, discriminator="", account=MAIN):
        self._add("PASS", check, uid, discriminator, account, why)

    def unknown(self, check, uid, why, discriminator="", account=MAIN):
        self._add("UNKNOWN", check, uid, discriminator, account, why)

    def not_applicable(self, check, uid, why, discriminator="", account=MAIN):
        self._add("NOT_APPLICABLE", check, uid, discriminator, account, why)

    def absent(self, uid, why):
        self.gone[uid] = why
