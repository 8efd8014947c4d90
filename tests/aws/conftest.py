import pytest

from emulator import MAIN, SECOND, THIRD
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
    cloud, _ = planted
    return {
        account: Scan(tmp_path_factory.mktemp(account), cloud.environment(account))
        for account in (MAIN, SECOND, THIRD)
    }
