"""One house for all attacks that need no other options; houses of one's own for the rest."""

import itertools

import pytest
from house import BIN, House


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.stop()


@pytest.fixture
def house_with(tmp_path):
    """Makes a house with other options: `house_with("--allow-folder", path)`; it is stopped at the end."""
    houses, number = [], itertools.count(1)

    def make(*options: str, env: dict | None = None, tenants: bool = True) -> House:
        folder = tmp_path / f"house-{next(number)}"
        folder.mkdir()
        houses.append(House(folder, *options, env=env, tenants=tenants))
        return houses[-1]

    yield make
    for house in houses:
        house.stop()


def pytest_report_header(config):
    return [f"binary: {BIN}"]
