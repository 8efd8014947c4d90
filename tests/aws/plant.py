"""Fills the emulator through boto3 and writes down what a scan of it must say.

Run alone it keeps the emulator up, prints what a scanner needs in its environment and writes `expected.json`:

    target/venv/bin/python tests/aws/plant.py [expected.json]
"""

import json
import pathlib
import signal
import sys

from emulator import MAIN, Book, Cloud
from planted import (
    alerts, apis, buckets, builds, certificates, compute, databases, delivery, ec2, governing, grants, groups, iam,
    identities, images, kms, machines, network, people, platforms, policies, rds, recording, s3, services, settings,
    stores, trails, warehouses, watching)

SERVICES = (
    settings, s3, buckets, ec2, groups, network, iam, people, kms, policies, rds, databases, trails, alerts, compute, services,
    certificates, apis, delivery, stores, platforms)

# In accounts of their own.
APART = (
    identities, recording, grants, machines, watching, images, warehouses, governing, builds)


def plant():
    cloud, book = Cloud(), Book()
    for service in SERVICES:
        service.plant(cloud, book)
    for service in APART:
        service.plant(cloud, book)
    # What was made on the way, and came of itself, when all is there.
    for service in (s3, buckets, ec2, groups, network, people, policies, databases):
        service.close(cloud, book)
    return cloud, book


def main():
    cloud, book = plant()
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "expected.json")
    target.write_text(json.dumps(list(book.entries.values()), indent=1) + "\n")
    for name, value in cloud.environment(MAIN).items():
        if name != "PATH":
            print(f"export {name}={value}")
    print(f"# {len(book.entries)} verdicts expected, written to {target}; interrupt to stop", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
