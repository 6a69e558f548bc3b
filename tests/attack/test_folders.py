"""What of the machine organizations reach: folders, its own credentials, the data folder and its key."""

import json
import os
import random
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest
from house import BIN, House, small_bill

VERIFIED = 20


class Walls(House):
    """Beta's administrators may connect what lies in `shared`; Alpha's what lies around the data folder."""

    def __init__(self, folder: Path):
        self.shared = folder / "shared"
        small_bill(self.shared / "beta", "333333333333")
        super().__init__(folder, "--allow-folder", f"Beta={self.shared}", "--allow-folder", f"Alpha={folder}")


@pytest.fixture(scope="module")
def walls(tmp_path_factory):
    made = Walls(tmp_path_factory.mktemp("walls"))
    yield made
    made.stop()


def draft(client, kind: str = "local") -> str:
    answer = client.post("/connections", json={"kind": kind})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def point(client, connection: str, location) -> "requests.Response":
    return client.patch(f"/connections/{connection}", json={"location": str(location)})


def verified(client, connection: str) -> dict:
    """The verification's end."""
    answer = client.post(f"/connections/{connection}/verification")
    assert answer.status_code < 300, answer.text
    end = time.monotonic() + VERIFIED
    while time.monotonic() < end:
        now = client.get(f"/connections/{connection}/verification").json()
        assert "verdict" in now, now
        if now["verdict"]:
            return now
        time.sleep(0.05)
    raise AssertionError("the verification does not end")


def read(client, connection: str) -> dict:
    """Asks for a reading and waits for its end."""
    answer = client.post(f"/connections/{connection}/processing")
    assert answer.status_code < 300, answer.text
    end = time.monotonic() + 30
    while time.monotonic() < end:
        now = client.get(f"/connections/{connection}/processing").json()
        if now["state"] in ("done", "failed"):
            return now
        time.sleep(0.05)
    raise AssertionError(f"the reading does not end: {now}")


def test_nobody_connects_the_machine_unless_its_operator_allows_it(house):
    admin = house.b.token("administrator")
    for kind, option in [("local", "--allow-folder"), ("aws_own", "--allow-own-credentials")]:
        answer = admin.post("/connections", json={"kind": kind})
        assert answer.status_code == 403, answer.text
        assert option in answer.json()["advice"]
    assert admin.get("/connections").json()["allowed"] == {"local": False, "aws_own": False, "folders": []}


def test_only_what_is_allowed_is_connected(walls):
    admin = walls.b.token("administrator")
    allowed = admin.get("/connections").json()["allowed"]
    assert allowed == {"local": True, "aws_own": False, "folders": [str(walls.shared)]}
    assert walls.b.token("viewer").get("/connections").json()["allowed"]["folders"] == []
    connection = draft(admin)
    said = set()
    for location in [
        walls.data, walls.data / "lake", walls.folder / "bills-alpha", walls.a.reports, walls.folder, "/", "/etc", "/none",
        "/proc/self/cwd", f"/proc/self/root{walls.a.reports}", f"{walls.shared}/../bills-alpha", f"{walls.shared}/../data",
        f"file://{walls.data}", f"{walls.shared}x",
    ]:
        answer = point(admin, connection, location)
        assert answer.status_code == 403, f"{location}: {answer.text}"
        said.add(answer.json()["advice"])
        assert admin.get(f"/connections/{connection}").json()["location"] is None
    assert len(said) == 1, "what is there and what is not sound alike"
    answer = admin.post("/connections", json={"kind": "aws_own"})
    assert answer.status_code == 403
    admin.delete(f"/connections/{connection}", json={"name": "Folder"})


def test_the_data_folder_is_never_connected(walls):
    admin = walls.a.token("administrator")
    connection = draft(admin)
    for location in [walls.folder, walls.data, walls.data / "lake"]:
        answer = point(admin, connection, location)
        assert answer.status_code == 403 and "own data" in answer.json()["detail"], answer.text
    inward = walls.folder / "inward"
    inward.symlink_to("data")
    assert point(admin, connection, inward).status_code == 200
    checks = verified(admin, connection)
    assert checks["verdict"] == "failed" and "own data" in json.dumps(checks)
    admin.delete(f"/connections/{connection}", json={"name": "Folder"})


def test_links_lead_nowhere_and_tell_nothing(walls):
    admin = walls.b.token("administrator")
    connection = draft(admin)
    links = {
        "out": "../bills-alpha", "out-full": str(walls.a.reports), "nowhere": "../no-such-thing", "magic": "/proc/self/cwd",
        "root": "/proc/self/root", "loop": "loop", "home": "/",
    }
    answers = set()
    for name, target in links.items():
        (walls.shared / name).symlink_to(target)
        assert point(admin, connection, walls.shared / name).status_code == 200
        checks = verified(admin, connection)
        assert checks["verdict"] == "failed"
        text = json.dumps(checks)
        assert "2026-10" not in text and "111111111111" not in text and "cur-1" not in text
        answers.add(checks["checks"][0]["answer"].replace(str(walls.shared / name), "X"))
    assert len(answers) == 1, answers
    for name in links:
        (walls.shared / name).unlink()
    admin.delete(f"/connections/{connection}", json={"name": "Folder"})


def test_an_allowed_folder_is_read_and_what_is_in_it_leads_nowhere(walls):
    admin = walls.b.token("administrator")
    folder = walls.shared / "beta" / "cost" / "cur"
    month = folder / "20261001-20261101"
    os.mkfifo(month / "pipe.csv.gz")
    (month / "theirs.csv.gz").symlink_to(next(walls.a.reports.rglob("*.csv.gz")))
    (month / "zero.csv").symlink_to("/dev/zero")
    (folder / "20260901-20261001").symlink_to(walls.a.reports / "cost" / "cur" / "20261001-20261101")
    (folder / "again").symlink_to(".")
    (month / "up").symlink_to("../..")
    connection = draft(admin)
    assert point(admin, connection, walls.shared / "beta").status_code == 200
    with walls.watched(mb=200, seconds=40):
        checks = verified(admin, connection)
        assert checks["verdict"] == "passed", checks
        done = read(admin, connection)
    assert done["state"] == "done" and [month["period"] for month in done["months"]] == ["2026-10"]
    assert done["months"][0]["proven"] and done["months"][0]["rows"] == 60
    accounts = json.dumps(walls.b.token("viewer").get("/dimensions/account_id/values").json())
    assert "333333333333" in accounts and "111111111111" not in accounts


def test_what_was_allowed_once_stops_when_it_is_not_any_more(walls):
    admin = walls.b.token("administrator")
    by_page = next(one for one in admin.get("/connections").json()["connections"] if one["kind"] == "local" and not one["by_operator"])
    walls.stop()
    options, walls.options = walls.options, ()
    walls.start()
    try:
        done = read(admin, by_page["id"])
        assert done["state"] == "failed" and "operator" in done["failure"]["message"], done
        answer = admin.post(f"/connections/{by_page['id']}/verification")
        assert answer.status_code == 403, answer.text
        # What the operator connected goes on, and only they point it elsewhere.
        own = next(one for one in admin.get("/connections").json()["connections"] if one["by_operator"])
        assert read(admin, own["id"])["state"] == "done"
        answer = point(admin, own["id"], walls.a.reports)
        assert answer.status_code == 403 and "operator" in answer.json()["detail"]
        assert admin.patch(f"/connections/{own['id']}", json={"name": "Renamed", "location": own["location"]}).status_code == 200
        found = walls.cli("doctor", "--json")
        assert any(check["check"] == "connections" and check["health"] == "warning" for check in json.loads(found.stdout)["checks"])
    finally:
        walls.stop()
        walls.options = options
        walls.start()


def test_the_command_line_needs_no_ceremony(walls):
    bill = small_bill(walls.folder / "third", "444444444444")
    walls.done("--organization", "Beta", "connect", "third", "--kind", "local", "--folder", str(bill))
    assert walls.cli("--organization", "Beta", "verify", "third").returncode == 0
    made = next(one for one in walls.b.token("viewer").get("/connections").json()["connections"] if one["name"] == "third")
    assert made["by_operator"]
    assert read(walls.b.token("administrator"), made["id"])["state"] == "done"
    pipe = walls.folder / "pipe"
    os.mkfifo(pipe)
    for source in [pipe, "/dev/zero"]:
        assert walls.cli("--organization", "Beta", "ingest", str(source), timeout=20).returncode == 1


def test_wrong_allowances_do_not_start(walls, tmp_path):
    (walls.folder / "data-link").symlink_to("data")
    for option in [f"{walls.data}", f"{walls.data}/lake", f"{walls.folder}/data-link", "/", "/proc/self", f"{tmp_path}/none", f"Nobody={tmp_path}"]:
        ended = walls.cli("serve", "--listen", "127.0.0.1:0", "--allow-folder", option, timeout=20)
        assert ended.returncode == 1 and "what to do" in ended.stderr, f"{option}: {ended}"
    ended = walls.cli("serve", "--listen", "127.0.0.1:0", "--allow-own-credentials=Nobody", timeout=20)
    assert ended.returncode == 1


def open_to_others(folder: Path) -> list:
    found = [folder, *folder.rglob("*")]
    return [path for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077 and not path.is_symlink()]


def test_the_data_folder_is_for_its_user_alone(walls, tmp_path):
    assert open_to_others(walls.data) == []
    # Whatever the umask says, in a folder that is there already.
    data = tmp_path / "data"
    data.mkdir(mode=0o777)
    command = [BIN, "--data", str(data), "ingest", str(walls.a.reports)]
    subprocess.run(command, check=True, capture_output=True, timeout=60, env=walls.env, umask=0)
    assert open_to_others(data) == []
    # What was left open is closed.
    data.chmod(0o755)
    (data / "meta.sqlite").chmod(0o644)
    found = subprocess.run([BIN, "--data", str(data), "doctor", "--json"], capture_output=True, text=True, timeout=60, env=walls.env, check=False)
    assert found.returncode == 1 and "chmod" in found.stdout
    subprocess.run([BIN, "--data", str(data), "reconcile"], check=True, capture_output=True, timeout=60, env=walls.env)
    assert open_to_others(data) == []


def secret_connection(client, bucket: str) -> str:
    connection = draft(client, "s3_compatible")
    change = {"endpoint": "https://s3.example.com", "bucket": bucket, "access_key_id": "AKIA", "secret_access_key": "hush-hush"}
    answer = client.patch(f"/connections/{connection}", json=change)
    assert answer.status_code == 200, answer.text
    return connection


def key_is_good(walls) -> dict:
    found = json.loads(walls.cli("doctor", "--json").stdout)
    check = next(check for check in found["checks"] if check["check"] == "key")
    assert check["health"] in ("good", "warning"), check
    return check


def test_the_key_is_looked_at_when_the_server_starts(walls):
    secret_connection(walls.b.token("administrator"), "first-bills")
    key, away = walls.data / "secret.key", walls.folder / "secret.key.away"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    walls.stop()
    try:
        key.chmod(0o640)
        ended = walls.cli("serve", "--listen", "127.0.0.1:0", timeout=20)
        assert ended.returncode == 1 and f"chmod 600 {key}" in ended.stderr, ended.stderr
        assert walls.cli("doctor").returncode == 1
        key.chmod(0o600)
        shutil.move(key, away)
        ended = walls.cli("serve", "--listen", "127.0.0.1:0", timeout=20)
        assert ended.returncode == 1 and "missing" in ended.stderr and "keys forget" in ended.stderr, ended.stderr
        assert not key.exists()
        assert walls.cli("keys", "forget").returncode == 1
    finally:
        if away.exists():
            shutil.move(away, key)
        key.chmod(0o600)
        walls.start()
    assert key_is_good(walls)["health"] == "good"


def test_a_change_of_the_key_may_be_killed_at_any_moment(walls):
    admin = walls.b.token("administrator")
    connection = secret_connection(admin, "other-bills")
    before = (walls.data / "secret.key").read_bytes()
    chance = random.Random(11)
    for attempt in range(12):
        command = [BIN, "--data", str(walls.data), "keys", "rotate"]
        process = subprocess.Popen(command, env=walls.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.0, 0.12))
        process.kill()
        process.wait(10)
        key_is_good(walls)
        if attempt % 4 == 0:
            # The server goes on meanwhile.
            assert admin.patch(f"/connections/{connection}", json={"secret_access_key": f"other-{attempt}"}).status_code == 200
    walls.done("keys", "rotate")
    assert key_is_good(walls)["health"] == "good"
    assert (walls.data / "secret.key").read_bytes() != before
    assert [path.name for path in walls.data.glob("secret.key*")] == ["secret.key"]
    # The running server uses the new key.
    assert admin.patch(f"/connections/{connection}", json={"secret_access_key": "last"}).status_code == 200
    assert key_is_good(walls)["health"] == "good"


def test_what_the_server_reaches_is_listed_for_whom_it_concerns(walls):
    assert walls.b.token("editor").get("/reach").status_code == 403
    reached = walls.b.token("administrator").get("/reach").json()["reached"]
    targets = {(one["kind"], one["target"]) for one in reached}
    assert ("folder", str(walls.shared)) in targets and ("listens", f"127.0.0.1:{walls.port}") in targets
    assert str(walls.a.reports) not in json.dumps(reached) and str(walls.folder) not in [target for _, target in targets]
    mail = ["--smtp-url", "smtps://user:hush@mail.example.com", "--allow-folder", f"Beta={walls.shared}"]
    found = walls.cli("doctor", "--json", "--offline", *mail)
    assert found.returncode == 0, found.stdout
    listed = json.loads(found.stdout)
    assert listed["healthy"] and "hush" not in found.stdout
    assert {"mail.example.com", str(walls.shared), str(walls.a.reports)} <= {one["target"] for one in listed["reach"]}
    assert walls.cli("doctor", "--smtp-url", "http://x").returncode == 1
