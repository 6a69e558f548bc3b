"""Reading that is stopped, paused, done again, or whose connection is removed while it runs: at once, and nothing is
left of it."""

import json
import subprocess
import time

import pytest
from test_processing import BIN, Server, totals
from test_processing import serve  # noqa: F401 (a fixture)

MONTHS = 3


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """Reports that take some seconds."""
    out = tmp_path_factory.mktemp("large")
    command = [BIN, "demo", "generate", "--rows", "60000", "--months", str(MONTHS), "--end", "2026-10-20T00:00:00Z", "--format", "csv", "--seed", "3", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return out / "reports"


@pytest.fixture
def reading(product, large, serve):
    """A server at work on them, and the connection."""
    made = product.connect("folder", "--kind", "local", "--folder", str(large))
    assert product.verify("folder").verdict == "passed"
    server = serve()
    at_work(server, made["id"])
    return server, made["id"]


def at_work(server: Server, connection: str) -> None:
    end = time.monotonic() + 60
    while True:
        found = server.get(f"/connections/{connection}/processing")
        if found["state"] == "running" and found["progress"] and found["progress"]["rows"] > 0:
            return
        assert time.monotonic() < end and found["state"] in ("idle", "queued", "running"), found
        time.sleep(0.02)


def staged(product) -> list:
    return [path for path in (product.folder / "lake").rglob("*.parquet")]


def stop(server: Server, connection: str) -> None:
    began = time.monotonic()
    answer = server.call("DELETE", f"/connections/{connection}/processing")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "cancelled" and time.monotonic() - began < 20


def test_a_stopped_reading_publishes_nothing_more_and_leaves_nothing(product, reading):
    server, connection = reading
    stop(server, connection)
    before = totals(product)
    # No file that no published month names.
    unused = json.loads(product.run("vacuum").stdout.split()[1]) if before else len(staged(product))
    assert unused == 0, staged(product)
    assert server.get("/overview")["failures"] == [], "nothing failed"
    time.sleep(2)
    assert totals(product) == before
    history = server.get(f"/connections/{connection}/ingests")["ingests"]
    assert history and all(one["outcome"] for one in history), history
    # Asked for, it is read to its end.
    assert server.call("POST", f"/connections/{connection}/processing").status_code == 202
    assert server.process_until(connection, ("done", "failed"), 240)["state"] == "done"
    assert len(totals(product)) == MONTHS


def test_a_connection_is_removed_while_it_is_read(product, reading):
    server, connection = reading
    began = time.monotonic()
    gone = server.call("DELETE", f"/connections/{connection}", json={"name": "folder"})
    assert gone.status_code == 204, gone.text
    assert time.monotonic() - began < 25
    assert server.get("/connections")["connections"] == [] and staged(product) == []
    assert totals(product) == {}


def test_pausing_stops_and_going_on_reads(product, reading):
    server, connection = reading
    paused = server.call("PATCH", f"/connections/{connection}", json={"paused": True})
    assert paused.status_code == 200 and paused.json()["paused"], paused.text
    found = server.get(f"/connections/{connection}/processing")
    assert found["state"] == "cancelled" and found["paused"] and found["deliveries"]["expected_by"] is None, found
    refused = server.call("POST", f"/connections/{connection}/processing")
    assert refused.status_code == 409 and "paused" in refused.json()["detail"], refused.text
    # No poll begins it.
    time.sleep(7)
    assert server.get(f"/connections/{connection}/processing")["state"] == "cancelled"
    assert server.call("PATCH", f"/connections/{connection}", json={"paused": False}).status_code == 200
    assert server.process_until(connection, ("done", "failed"), 240)["state"] == "done"


def test_everything_is_read_again_and_commands_wait_for_their_turn(product, reading):
    server, connection = reading
    # A second process, as a command line: it waits, and says for whom.
    command = [BIN, "--data", str(product.folder), "ingest", "folder", "--json"]
    waits = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=product.world.environment())
    assert server.process_until(connection, ("done", "failed"), 240)["state"] == "done"
    out, said = waits.communicate(timeout=120)
    assert waits.returncode == 0, said
    assert "waiting for it to finish" in said, said
    answer = json.loads(out)
    assert [one["outcome"] for one in answer["periods"]] == ["unchanged"] * MONTHS
    assert answer["deliveries"][0]["data_through"], answer
    expected = totals(product)
    ingests = len(server.get(f"/connections/{connection}/ingests")["ingests"])
    assert server.call("POST", f"/connections/{connection}/processing/again").status_code == 202
    assert server.process_until(connection, ("done", "failed"), 240)["state"] == "done"
    assert totals(product) == expected
    assert len(server.get(f"/connections/{connection}/ingests")["ingests"]) == 2 * ingests
    # How it is, on the command line.
    shown = product.run("status", "--json")
    assert shown.returncode == 0, shown.stderr
    [one] = json.loads(shown.stdout)["connections"]
    assert one["state"] == "ready" and one["failures"] == [] and one["deliveries"]["last_at"], one
