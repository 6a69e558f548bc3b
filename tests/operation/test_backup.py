"""Backups of a server at work, killed in the middle, and restores, killed in the middle: what is restored says the same to the last digit."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests
from house import BIN, House, classic_csv

METRICS = ("amortized", "unblended", "net_unblended", "list", "usage_amount")
DIMENSIONS = ("service", "account_id", "resource_id", "charge_type,region", "tag:Team")


def command(data: Path, *arguments: str, code: int | None = 0, **options) -> subprocess.CompletedProcess:
    ended = subprocess.run([BIN, "--data", str(data), *map(str, arguments)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)
    assert code is None or ended.returncode == code, f"{arguments}: {ended.returncode} {ended.stderr}"
    return ended


def figures(data: Path, *options: str) -> dict:
    """Each question and its answer, as the command line tells it."""
    found = {}
    for metric in METRICS:
        for by in DIMENSIONS:
            asked = ["query", *options, "--metric", metric, "--group-by", by, "--view", "day", "--format", "csv"]
            found[metric, by] = sorted(command(data, *asked).stdout.splitlines())
    assert sum(map(len, found.values())) > 100
    return found


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A data folder with three months, people, a sealed secret; nobody changes it."""
    folder = tmp_path_factory.mktemp("original")
    report, data = folder / "report", folder / "data"
    subprocess.run([BIN, "demo", "generate", "--rows", "60000", "--months", "3", "--format", "cur2", "--out", str(report)], check=True, capture_output=True)
    command(data, "ingest", report)
    secret = os.environ | {"CLOUD_ANALYZER_SECRET_ACCESS_KEY": "hush-hush"}
    command(data, "connect", "elsewhere", "--kind", "s3-compatible", "--endpoint", "https://s3.example.com", "--bucket", "bills-kept", "--access-key-id", "AKIA", env=secret)
    return data


def test_a_restored_folder_says_the_same(original, tmp_path):
    first = figures(original)
    made = json.loads(command(original, "backup", tmp_path / "kept", "--json").stdout)
    assert made["files"] == made["new_files"] > 6 and made["key"]
    restored = json.loads(command(tmp_path / "again", "restore", tmp_path / "kept", "--json").stdout)
    assert (restored["files"], restored["bytes"]) == (made["files"], made["bytes"])
    assert figures(tmp_path / "again") == first
    assert json.loads(command(tmp_path / "again", "reconcile", "--format", "json").stdout)["proven"]
    assert (tmp_path / "again" / "secret.key").read_bytes() == (original / "secret.key").read_bytes()
    checks = json.loads(command(tmp_path / "again", "doctor", "--offline", "--json").stdout)["checks"]
    assert all(check["health"] != "wrong" for check in checks), checks
    for path in [tmp_path / "kept", tmp_path / "again"]:
        assert not [file for file in [path, *path.rglob("*")] if file.stat().st_mode & 0o077], "others may read it"
    # The second one costs what is new: the moment's metadata, no file of the lake.
    more = json.loads(command(original, "backup", tmp_path / "kept", "--json").stdout)
    assert more["files"] == made["files"] and more["new_bytes"] < made["bytes"] / 2, more
    command(tmp_path / "elsewhere", "restore", tmp_path / "kept")
    assert figures(tmp_path / "elsewhere") == first


def test_a_backup_without_the_key_gives_no_secret_away(original, tmp_path):
    command(original, "backup", tmp_path / "kept", "--without-key")
    assert not list((tmp_path / "kept").rglob("secret.key*"))
    told = command(tmp_path / "again", "restore", tmp_path / "kept").stdout
    assert "secret.key" in told
    assert command(tmp_path / "again", "doctor", "--offline", code=1).stdout.count("key is missing") == 1
    shutil.copy2(original / "secret.key", tmp_path / "again" / "secret.key")
    command(tmp_path / "again", "doctor", "--offline")


def killed(data: Path, *arguments: str, after: float) -> bool:
    """Whether `kill -9` came before the end."""
    process = subprocess.Popen([BIN, "--data", str(data), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        return True
    assert process.returncode == 0
    return False


def test_a_backup_may_be_killed_at_any_moment(original, tmp_path):
    first, kept = figures(original), tmp_path / "kept"
    begun = time.monotonic()
    command(original, "backup", tmp_path / "timed")
    takes = time.monotonic() - begun
    chance, kills = random.Random(5), 0
    for attempt in range(12):
        kills += killed(original, "backup", kept, after=takes * chance.uniform(0.2, 1.0))
        if (kept / "backup.json").exists():
            # Whole, or the earlier one still.
            command(tmp_path / f"again-{attempt}", "restore", kept)
            assert figures(tmp_path / f"again-{attempt}") == first
            shutil.rmtree(tmp_path / f"again-{attempt}")
            if chance.random() < 0.5:
                shutil.rmtree(kept)
        else:
            refused = command(tmp_path / "none", "restore", kept, code=1)
            assert "no whole backup" in refused.stderr and not (tmp_path / "none").exists()
    assert kills >= 4, f"only {kills} of 12 were killed in time"
    command(original, "backup", kept)
    command(tmp_path / "last", "restore", kept)
    assert figures(tmp_path / "last") == first
    # What killed ones left is gone.
    assert len(list((kept / "states").iterdir())) == 1 and not list(kept.rglob("*.part"))


def test_a_restore_may_be_killed_at_any_moment(original, tmp_path):
    first, kept, again = figures(original), tmp_path / "kept", tmp_path / "again"
    command(original, "backup", kept)
    begun = time.monotonic()
    command(tmp_path / "timed", "restore", kept)
    takes = time.monotonic() - begun
    chance, kills = random.Random(7), 0
    for _ in range(12):
        if killed(again, "restore", kept, after=takes * chance.uniform(0.3, 1.0)):
            kills += 1
            if (again / ".restoring").exists():
                # Nobody takes half of it for the whole: not a server, not a command, not a new folder.
                for asked in (["serve", "--listen", "127.0.0.1:0"], ["query", "--metric", "unblended", "--group-by", "service"], ["ingest", str(tmp_path)]):
                    refused = command(again, *asked, code=1, timeout=20)
                    assert "restore" in refused.stderr, refused.stderr
                continue
        if (again / "meta.sqlite").exists():
            assert figures(again) == first
            shutil.rmtree(again)
    assert kills >= 3, f"only {kills} of 12 were killed in time"
    if not (again / "meta.sqlite").exists() or (again / ".restoring").exists():
        command(again, "restore", kept)
    assert figures(again) == first


def test_nothing_that_is_there_is_replaced(original, tmp_path):
    command(original, "backup", tmp_path / "kept")
    full = tmp_path / "full"
    full.mkdir()
    (full / "holiday.jpg").write_text("x")
    for folder in [original, full]:
        before = sorted(path.name for path in folder.iterdir())
        refused = command(folder, "restore", tmp_path / "kept", code=1)
        assert "not empty" in refused.stderr
        assert sorted(path.name for path in folder.iterdir()) == before
    for place in [full, original / "kept", original, original.parent]:
        refused = command(original, "backup", place, code=1)
        assert "what to do" in refused.stderr
    file = next((tmp_path / "kept" / "files").rglob("*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    refused = command(tmp_path / "again", "restore", tmp_path / "kept", code=1)
    assert "checksum" in refused.stderr and file.name in refused.stderr
    assert list((tmp_path / "again").iterdir()) == []


def write_bill(folder: Path, number: int, rows: int = 4_000) -> None:
    """A month whose every figure changes with each delivery."""
    period = folder / "cost" / "cur" / "20261001-20261101"
    period.mkdir(parents=True, exist_ok=True)
    data = [{"lineItem/ResourceId": f"i-{n}", "lineItem/UsageStartDate": f"2026-10-{1 + n % 28:02}T0{n % 9}:00:00Z", "lineItem/UnblendedCost": f"{number}.{n:06}"} for n in range(rows)]
    part = period / "cur-1.csv.part"
    part.write_bytes(classic_csv(data))
    part.rename(period / "cur-1.csv")


def rows_behind(data: Path) -> dict:
    return json.loads(command(data, "explain", "--metric", "unblended", "--format", "json").stdout)


def test_a_server_at_work_is_copied_as_it_is_at_one_moment(house_with, tmp_path):
    """While deliveries replace each other and vacuums run: each backup is one of the states that were published, whole."""
    house: House = house_with(tenants=False)
    bills, states, stop = tmp_path / "bills", {}, threading.Event()

    def total(data: Path) -> str:
        return command(data, "query", "--metric", "unblended", "--group-by", "service", "--format", "csv").stdout

    def deliver() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write_bill(bills, number)
            command(house.data, "ingest", bills, "--force", "--json")
            command(house.data, "vacuum", "--all")
            states[number] = total(house.data)

    write_bill(bills, 1)
    command(house.data, "ingest", bills)
    delivering = threading.Thread(target=deliver, daemon=True)
    delivering.start()
    found = []
    try:
        # A busy machine delivers slowly: at least three states, and four backups among them.
        attempt = 0
        while attempt < 4 or (len(states) < 3 and attempt < 30):
            command(house.data, "backup", tmp_path / "kept", timeout=60)
            again = tmp_path / f"again-{attempt}"
            command(again, "restore", tmp_path / "kept")
            found.append((again, total(again)))
            assert requests.get(f"{house.url}/healthz", timeout=5).status_code == 200
            attempt += 1
    finally:
        stop.set()
        delivering.join(60)
    assert len(states) >= 3, f"only {len(states)} deliveries"
    for again, seen in found:
        assert seen in states.values(), f"{seen} is none of the states that were published"
        assert json.loads(command(again, "reconcile", "--format", "json").stdout)["proven"]
        # Rows behind the figures, too: line items are of the same moment, or it was the one at which only the roll-up was published.
        explained = rows_behind(again)
        assert explained["rows_total"] == 4_000 or "still being stored" in explained["message"], explained
        # It goes on: the next delivery replaces the month, and nothing is left over.
        command(again, "ingest", bills, "--force")
        command(again, "vacuum")
        assert rows_behind(again)["rows_total"] == 4_000
        with closing(sqlite3.connect(again / "meta.sqlite")) as store:
            named = store.execute("SELECT path FROM publication_files WHERE table_name = 'line_items' AND state = 'published'").fetchall()
        assert len(named) == 1
    assert total(found[-1][0]) == total(house.data)
