"""The end of a server at work: a running reading, an open stream of events, a request under way."""

import json
import sqlite3
import subprocess
import threading
import time
from contextlib import closing

import pytest
import requests
from house import BIN, Machine


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Enough rows for a reading to last some seconds."""
    out = tmp_path_factory.mktemp("reports")
    subprocess.run([BIN, "demo", "generate", "--rows", "1500000", "--months", "3", "--format", "csv", "--out", str(out)], check=True, capture_output=True)
    return out


def jobs(house) -> dict:
    with closing(sqlite3.connect(house.data / "meta.sqlite")) as store:
        return dict(store.execute("SELECT state, count(*) FROM jobs WHERE connection_id IS NOT NULL GROUP BY state").fetchall())


def test_it_stops_within_ten_seconds_while_it_reads_and_tells(house_with, reports):
    house = house_with("--allow-folder", str(reports), tenants=False)
    house.done("user", "add", "ada@example.com", "--role", "administrator", "--password-stdin", stdin="correct horse battery staple\n")
    made = house.done("token", "create", "--name", "t", "--role", "administrator")
    token = next(word for word in made.split() if word.startswith("ca_"))
    ask = requests.Session()
    ask.headers["Authorization"] = f"Bearer {token}"
    house.done("connect", "large", "--kind", "local", "--folder", str(reports))
    house.done("verify", "large")
    [connection] = ask.get(f"{house.url}/api/v1/connections", timeout=10).json()["connections"]
    address = f"{house.url}/api/v1/connections/{connection['id']}/processing"
    ask.post(address, timeout=10)
    end = time.monotonic() + 30
    while (state := ask.get(address, timeout=10).json())["state"] != "running" or not (state.get("progress") or {}).get("rows"):
        assert time.monotonic() < end and state["state"] != "done", json.dumps(state)[:2000]
        time.sleep(0.05)
    ended = []

    def listen(path: str) -> None:
        with requests.get(f"{house.url}/api/v1{path}", headers=dict(ask.headers), stream=True, timeout=60) as stream:
            for _ in stream.iter_content(None):
                pass
        ended.append(path)

    streams = [threading.Thread(target=listen, args=[path], daemon=True) for path in ["/events", f"/connections/{connection['id']}/processing/events"]]
    for stream in streams:
        stream.start()
    time.sleep(0.5)
    readers = house.children()
    assert readers, "nobody reads"
    machine = Machine(house.pid)
    took = house.stop(seconds=15)
    slowed = machine.slowed()
    print(f"stopped in {took:.2f} s on a machine that was slowed {slowed:.1f} times")
    # Ten seconds are kept on any machine: what is not done by then is cut off. One that is idle has nothing to cut off.
    assert took < 10 + slowed - 1 and house.process.returncode == 0, house.log()[-2000:]
    assert slowed > 1.5 or "work left" not in house.log(), "it was cut off"
    for stream in streams:
        stream.join(3)
    assert len(ended) == 2, "a stream was cut, not closed"
    for reader in readers:
        with pytest.raises(OSError):
            open(f"/proc/{reader}/stat").read()
    # The job is given back, not failed, and the next start goes on with it.
    states = jobs(house)
    assert states.get("queued") == 1 and "failed" not in states and "running" not in states, states
    house.start()
    end = time.monotonic() + 300
    while (state := ask.get(f"http://127.0.0.1:{house.port}/api/v1/connections/{connection['id']}/processing", timeout=10).json())["state"] != "done":
        assert time.monotonic() < end and not state["failures"], json.dumps(state)[:2000]
        time.sleep(0.2)


def test_what_was_asked_is_answered(house_with, tmp_path):
    """Requests that came before the signal get their answers; the server says that it is not ready any more."""
    house = house_with()
    viewer = house.a.token("viewer")
    answers = []

    def asks() -> None:
        while True:
            try:
                answers.append(viewer.get("/costs", params={"group_by": "service"}).status_code)
            except requests.RequestException as error:
                answers.append(error)
                return

    asking = threading.Thread(target=asks, daemon=True)
    asking.start()
    time.sleep(0.5)
    machine = Machine(house.pid)
    took = house.stop()
    asking.join(5)
    assert took < 10 + machine.slowed() - 1 and len(answers) > 1
    # Each one that was begun was answered; the last found nobody.
    assert all(answer == 200 for answer in answers[:-1]), answers[-3:]
