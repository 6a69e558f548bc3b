"""One house for all attacks that need no other options; houses of one's own for the rest."""

import pytest
from house import House, house_with, pytest_report_header  # noqa: F401 for pytest


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.stop()
