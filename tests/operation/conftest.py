"""The server as whoever runs it sees it; houses are those of the attacks."""

import socket

import pytest
from house import House, house_with, pytest_report_header  # noqa: F401 for pytest

METRICS_TOKEN = "0123456789abcdef-of-the-operator"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One for what changes nothing, with everything told: metrics at an address of its own and with a token, JSON logs."""
    folder = tmp_path_factory.mktemp("house")
    port = free_port()
    env = {"CLOUD_ANALYZER_METRICS_TOKEN": METRICS_TOKEN, "CLOUD_ANALYZER_LOG": "debug", "CLOUD_ANALYZER_LOG_FORMAT": "json"}
    made = House(folder, "--metrics-listen", f"127.0.0.1:{port}", env=env)
    made.metrics = f"http://127.0.0.1:{port}"
    yield made
    made.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
