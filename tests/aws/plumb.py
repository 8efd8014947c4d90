"""The built program, run as a person would run it."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program():
    """`PLUMB_BIN`, or the debug build; `./test python` has just made it."""
    found = pathlib.Path(os.environ.get("PLUMB_BIN", ROOT / "target/debug/plumb"))
    assert found.exists(), f"{found} is not built; run `cargo build --package cli`"
    return found


def run(*arguments, environment, expect=(0,)):
    done = subprocess.run(
        [program(), *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode in expect, f"exit {done.returncode}, expected {expect}\n{done.stderr}\n{done.stdout[:2000]}"
    return done


class Scan:
    """A scan of one account and what it left behind."""

    def __init__(self, folder, environment, *arguments, expect=(0,)):
        self.environment = dict(environment, HOME=str(folder))
        self.database = f"sqlite:{folder}/plumb.db"
        self.scan = self.command("scan", "aws", *arguments, expect=expect)

    def command(self, *arguments, expect=(0,)):
        return run(*arguments, "--db", self.database, environment=self.environment, expect=expect)

    def findings(self, *arguments):
        """Every verdict, as the JSON output has it."""
        return json.loads(self.command("findings", "--status", "all", "--format", "json", *arguments).stdout)["findings"]

    def inventory(self):
        return json.loads(self.command("inventory", "--format", "json").stdout)
