"""Data folders of earlier versions, whole: everything that is stored opens, says the same, and goes on.

`upgrade/make.py` makes one with the binary of the time; each that is checked in is opened here.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import product
import pytest

FOLDERS = sorted((Path(__file__).parent / "upgrade").glob("seams-*.tar.gz"))


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name.split(".")[0])
def old(request, tmp_path, monkeypatch):
    """The folder with `data`, `report` (known by a relative path), and what its version said."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def known(folder: Path) -> dict:
    return json.loads((folder / "known.json").read_text())


def differences(folder: Path, data: str = "data") -> list:
    """Questions that are answered otherwise than that version answered them."""
    wrong = []
    for question, answered in json.loads((folder / "figures.json").read_text()).items():
        metric, by = question.split(" ")
        options = ["--metric", metric, "--group-by", by, "--format", "csv", "--view", "month"]
        if sorted(product.run("--data", str(folder / data), "query", *options).splitlines()) != answered:
            wrong.append(question)
    return wrong


def test_there_are_such_folders():
    assert FOLDERS


def test_figures_are_the_same_and_reading_again_changes_nothing(old):
    assert differences(old) == []
    summary = product.ingest(old / "data", Path("report"))
    assert {period["outcome"] for period in summary["periods"]} == {"unchanged"}
    product.run("--data", "data", "vacuum")
    product.ingest(old / "data", Path("report"), "--force")
    assert differences(old) == []
    assert product.reconcile(old / "data")["proven"]


def test_people_definitions_and_secrets_are_there(old):
    facts = known(old)
    with product.served(old / "data", role="administrator") as get:
        members = {member["email"]: member["role"] for member in get("members")["members"]}
        assert members == facts["members"]
        subsets = {subset["name"]: subset["id"] for subset in get("subsets")["subsets"]}
        assert set(subsets) == set(facts["subset"])
        assert sorted(get(f"subsets/{subsets['Core']}")["account_ids"]) == facts["subset"]["Core"]
        assert [tag["name"] for tag in get("virtual-tags")["virtual_tags"]] == ["Area"]
        assert facts["report"] in [report["name"] for report in get("reports")["reports"]]
        connection = get(f"connections/{facts['connection']}")
        assert (connection["name"], connection["has_secret"]) == ("elsewhere", True)
        names = {account["account_id"]: account["account"] for account in get("accounts")["accounts"]}
        assert facts["account_name"][1] in names[facts["account_name"][0]]
        signed_in = get.send("POST", "session", {"email": "ada@example.com", "password": facts["password"]})
        assert signed_in["csrf_token"]
        tokens = [token["name"] for token in get("tokens")["tokens"]]
        assert "nightly" in tokens
    checks = json.loads(subprocess.run([product.BIN, "--data", "data", "doctor", "--json", "--offline"], capture_output=True, text=True, check=False).stdout)["checks"]
    key = next(check for check in checks if check["check"] == "key")
    assert (key["health"], key["found"][:1]) == ("good", "1"), key


def test_what_was_running_when_the_older_version_was_killed_goes_on(old):
    """A job in the middle of its run, an ingest without an end: as `kill -9` leaves them before the new version is put in place."""
    with closing(sqlite3.connect("data/meta.sqlite")) as store, store:
        connection = store.execute("SELECT id FROM connections WHERE kind = 'local'").fetchone()[0]
        store.execute("INSERT INTO jobs (connection_id, state, reason, attempts, run_after_ms, created_at_ms) VALUES (?, 'running', 'asked', 1, 1, 1)", (connection,))
        store.execute("INSERT INTO ingests (connection_id, period, fingerprint, started_at_ms, heartbeat_ms) VALUES (?, '2026-10', 'x', 1, 1)", (connection,))
    assert differences(old) == []
    with product.served(old / "data") as get:
        processing = get(f"connections/{connection}/processing")
        assert processing["months"]
    assert differences(old) == []


def test_a_backup_made_before_the_update_is_restored_by_the_new_version(old):
    """The older folder, copied as it lay: a backup leaves it to the version that wrote it; once the new one opened it, what is restored says the same."""
    shutil.copytree("data", "copy")
    before = (Path("copy") / "meta.sqlite").read_bytes()
    refused = subprocess.run([product.BIN, "--data", "copy", "backup", "kept"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "older version" in refused.stderr, refused.stderr
    assert (Path("copy") / "meta.sqlite").read_bytes() == before and not Path("kept").exists()
    assert differences(old, "copy") == []
    product.run("--data", "copy", "backup", "kept")
    product.run("--data", "restored", "restore", "kept")
    assert differences(old, "restored") == []
    assert os.path.exists("restored/secret.key")
