import pytest

from emulator import EIGHTH, FIFTH, FOURTH, MAIN, SECOND, SEVENTH, SIXTH, THIRD
from plant import plant
from plumb import Scan


@pytest.fixture(scope="session")
def planted():
    cloud, book = plant()
    yield cloud, book
    cloud.stop()


@pytest.fixture(scope="session")
def scans(planted, tmp_path_factory):
    """One scan of each planted account, by account."""
    cloud, book = planted
    config = tmp_path_factory.mktemp("config") / "plumb.toml"
    # What the planted organisation and builds are judged by.
    config.write_text(
        f'[settings]\ntrusted_accounts = ["{EIGHTH}", "{book.members[0]}"]\nallowed_regions = ["eu-west-1", "eu-central-1"]\n'
        '[checks.aws-codebuild-project-not-privileged]\nparams = { image_builders = ["images"] }\n')
    scans = {
        account: Scan(tmp_path_factory.mktemp(account), cloud.environment(account))
        for account in (MAIN, SECOND, THIRD, FOURTH, FIFTH, SIXTH)
    }
    for account in (SEVENTH, EIGHTH, book.members[0]):
        scans[account] = Scan(tmp_path_factory.mktemp(account), cloud.environment(account), "--config", config)
    return scans
