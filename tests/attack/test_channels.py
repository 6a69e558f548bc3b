"""Notifications to receivers that mean ill, are down or are gone: walls, signatures, tries, and one name through all of
them."""

import email
import email.policy
import itertools
import json
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from house import CACHE, House, small_bill
from receiver import Receiver, verified

NUMBER = itertools.count(1)
OPEN = {"CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE": "127.0.0.0/8"}


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """A real mail server."""
    folder = tmp_path_factory.mktemp("mails") / "box"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    python = str(CACHE / "venv-aiosmtpd/bin/python")
    process = subprocess.Popen([python, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", "-l", f"127.0.0.1:{port}", str(folder)])
    yield port, folder
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def opened(tmp_path_factory, mails):
    """A house whose operator opened this machine's own addresses, and whose environment has a proxy that means ill."""
    proxy = Receiver()
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"), proxy.url)
    made = House(tmp_path_factory.mktemp("opened"), "--smtp-url", f"smtp://127.0.0.1:{mails[0]}", "--mail-from", "Costs <costs@example.com>", env={**OPEN, **proxies})
    made.proxy = proxy
    yield made
    made.stop()
    assert proxy.got == [] and proxy.others == [], "the proxy of the environment was asked"


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.held.set()
    made.shutdown()


@pytest.fixture(scope="module")
def admin(opened):
    return opened.a.token("administrator")


def channel(client, receiver, kind: str = "webhook", **more) -> dict:
    """A channel that gets everything."""
    body = {"name": f"c{next(NUMBER)}", "kind": kind, "url": receiver.url, **more}
    made = client.post("/channels", json=body)
    assert made.status_code == 201, made.text
    found = made.json()
    set_routes = client.put("/notification-routes", json={"routes": [], "fallback": [found["channel"]["id"]]})
    assert set_routes.status_code == 200, set_routes.text
    return {**found["channel"], "secret": found["secret"]}


def tried(client, channel: dict) -> dict:
    answer = client.post(f"/channels/{channel['id']}/test")
    assert answer.status_code == 200, answer.text
    return answer.json()


def log(client, channel: dict) -> list:
    return client.get(f"/channels/{channel['id']}/deliveries").json()["deliveries"]


def state(client, channel: dict) -> dict:
    return next(one for one in client.get("/channels").json()["channels"] if one["id"] == channel["id"])


def until(what, seconds: float = 30):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
    return found


def bring_forward(house) -> None:
    """Hours go by."""
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as store, store:
        store.execute("UPDATE notifications SET due_ms = 0 WHERE state = 'waiting'")
        store.execute("UPDATE notification_channels SET quiet_until_ms = 0")


class Broken:
    """A connection that fails when somebody wants it to, which is told."""

    def __init__(self, house, folder):
        self.house, self.name = house, f"broken {next(NUMBER)}"
        self.file = next(small_bill(folder, "333333333333").rglob("*.gz"))
        self.good = self.file.read_bytes()
        house.done("--organization", "Alpha", "ingest", "--connection", self.name, str(folder))
        found = house.a.token("viewer").get("/connections").json()["connections"]
        self.path = next(f"/connections/{one['id']}" for one in found if one["name"] == self.name)

    def break_it(self) -> None:
        """Has it read while it is no bill, and does not wait for that."""
        self.file.write_bytes(b"no gzip")
        assert self.house.a.token("editor").post(f"{self.path}/processing/again").status_code == 202

    def read(self, good: bool) -> None:
        self.file.write_bytes(self.good if good else b"no gzip")
        client = self.house.a.token("editor")
        assert client.post(f"{self.path}/processing/again").status_code == 202
        until(lambda: client.get(self.path).json()["state"] == ("ready" if good else "failing"))


@pytest.fixture
def broken(opened, tmp_path):
    made = Broken(opened, tmp_path / "bill")
    yield made
    opened.a.token("administrator").delete(made.path, json={"name": made.name})


# Walls.


@pytest.mark.parametrize("url", [
    "http://hooks.example/x", "https://127.0.0.1/x", "https://localhost.:1/x", "https://2130706433/", "https://0x7f.1/", "https://10.0.0.1/", "https://[::1]/",
    "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/", "https://169.254.1.1/",
    "https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://100.100.100.200/", "https://metadata.google.internal./", "https://me:hush@hooks.example/", "file:///etc/passwd",
])
def test_closed_addresses_are_refused_or_not_connected_to(house, url):
    client = house.a.token("administrator")
    made = client.post("/channels", json={"name": f"c{next(NUMBER)}", "kind": "slack", "url": url})
    if "localhost" in url:
        # Names are looked up where they are connected to.
        assert made.status_code == 201, made.text
        said = tried(client, made.json()["channel"])
        assert not said["delivered"] and said["status"] is None and "not reached" in said["answer"]
    else:
        assert made.status_code == 400 and made.headers["content-type"].startswith("application/problem+json"), made.text
        assert "hush" not in made.text


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "[::ffff:169.254.169.254]", "metadata.google.internal"])
def test_metadata_services_are_refused_whatever_is_opened(admin, host):
    for scheme in ("http", "https"):
        made = admin.post("/channels", json={"name": f"c{next(NUMBER)}", "kind": "webhook", "url": f"{scheme}://{host}/x"})
        assert made.status_code == 400 and "metadata" in made.text, made.text


def test_where_a_channel_leads_is_sealed_and_never_shown(opened, admin, receiver):
    made = channel(admin, receiver, url=f"{receiver.url}?token=xyzzy-hush")
    assert made["secret"].startswith("whsec_")
    for text in (admin.get("/channels").text, admin.get("/audit").text, admin.get(f"/channels/{made['id']}/deliveries").text, opened.log()):
        assert "xyzzy-hush" not in text and made["secret"] not in text
    store = b"".join(path.read_bytes() for path in opened.data.glob("meta.sqlite*"))
    assert b"xyzzy-hush" not in store and made["secret"].encode() not in store
    for role in ("editor", "viewer"):
        refused = opened.a.token(role).get("/channels")
        assert refused.status_code == 403 and refused.json()["needed_role"] == "administrator"
    assert opened.b.token("administrator").post(f"/channels/{made['id']}/test").status_code == 404


# Answers.


def test_redirects_are_failures_and_lead_nowhere(admin, receiver):
    made = channel(admin, receiver)
    for status in (301, 302, 303, 307, 308):
        receiver.says = [(status, {"location": f"{receiver.url}/elsewhere"})]
        said = tried(admin, made)
        assert (said["delivered"], said["status"]) == (False, status)
    assert receiver.others == [] and {got["path"] for got in receiver.got} == {"/hook"}


def test_answers_end_whatever_is_sent(opened, admin, receiver):
    made = channel(admin, receiver)
    with opened.watched(mb=60, seconds=60):
        receiver.says = ["huge"]
        said = tried(admin, made)
        assert said["delivered"] and len(said["answer"]) < 1_200
        receiver.says = ["drip"]
        said = tried(admin, made)
        assert said["delivered"] and said["took_ms"] < 25_000
        receiver.says = ["hang"]
        said = tried(admin, made)
        assert not said["delivered"] and 15_000 < said["took_ms"] < 25_000 and "20 seconds" in said["answer"]
    assert "\x1b" not in json.dumps(log(admin, made), ensure_ascii=False)


def test_messages_are_verified_by_the_standard_s_own_library(admin, receiver):
    made = channel(admin, receiver)
    assert tried(admin, made)["delivered"]
    first = receiver.got[-1]
    assert verified(made["secret"], first)["type"] == "test"
    assert verified(made["secret"], {**first, "body": first["body"] + " "}) is None
    changed = admin.post(f"/channels/{made['id']}/rotate").json()["secret"]
    assert tried(admin, made)["delivered"]
    # For a day each of the two verifies.
    assert verified(made["secret"], receiver.got[-1]) and verified(changed, receiver.got[-1])
    assert verified(changed, first) is None


# What happens is told.


def test_a_connection_that_fails_and_works_again_is_told_once_each(admin, receiver, broken):
    made = channel(admin, receiver)
    broken.read(good=False)
    [opened_] = receiver.wait(1)
    broken.read(good=False)
    broken.read(good=True)
    ended = receiver.wait(2)[1]
    first, last = (verified(made["secret"], got) for got in (opened_, ended))
    assert (first["type"], last["type"]) == ("connection.opened", "connection.ended")
    assert first["data"]["event_id"] == last["data"]["event_id"] and broken.path in first["data"]["link"]
    time.sleep(1)
    assert len(receiver.got) == 2 and len(receiver.ids()) == 2


def test_a_receiver_that_is_down_for_hours_gets_it_under_one_name(opened, admin, receiver, broken):
    made = channel(admin, receiver)
    receiver.says = [500, 502, (503, {"retry-after": "3600"})]
    broken.read(good=False)
    receiver.wait(2)
    for number in (3, 4):
        until(lambda: state(admin, made)["last"]["outcome"] == "later" and len(log(admin, made)) == number - 1)  # noqa: B023 asked at once
        bring_forward(opened)
        receiver.wait(number)
    until(lambda: state(admin, made)["last"]["outcome"] == "delivered")
    assert len(receiver.ids()) == 1
    assert [one["status"] for one in log(admin, made)] == [200, 503, 502, 500]
    again = admin.post(f"/channels/{made['id']}/deliveries/{log(admin, made)[0]['id']}/resend")
    assert again.status_code == 202
    receiver.wait(5)
    assert len(receiver.ids()) == 1
    broken.read(good=True)


def test_a_receiver_that_is_gone_is_turned_off_and_its_owner_told(opened, receiver, broken, mails):
    admin = opened.a.admin
    made = channel(admin, receiver)
    receiver.says = [410]
    broken.read(good=False)
    until(lambda: state(admin, made)["state"] == "disabled")
    assert state(admin, made)["waiting"] == 1 and "410" in state(admin, made)["disabled_reason"]
    told = until(lambda: [mail for mail in received(mails) if made["name"] in mail["subject"]])
    assert [mail["to"] for mail in told] == [opened.a.email("administrator")]
    on = admin.patch(f"/channels/{made['id']}", json={"on": True})
    assert on.status_code == 200, on.text
    receiver.wait(2)
    assert len(receiver.ids()) == 1
    broken.read(good=True)
    actions = [entry["action"] for entry in admin.get("/audit").json()["entries"]]
    assert "channel.disabled" in actions and "channel.changed" in actions


def test_killed_between_outbox_and_answer_it_is_told_under_one_name(opened, admin, receiver, broken):
    channel(admin, receiver)
    receiver.says = ["hang"]
    broken.read(good=False)
    receiver.wait(1)
    opened.process.kill()
    opened.process.wait(10)
    receiver.held.set()
    opened.start()
    # Its lease runs out after thirty seconds.
    receiver.wait(2, seconds=60)
    time.sleep(2)
    assert len(receiver.got) == 2 and len(receiver.ids()) == 1
    broken.read(good=True)


def restarted(house) -> None:
    house.process.kill()
    house.process.wait(10)
    house.start()


def test_killed_between_the_row_and_its_sending_nothing_is_lost(opened, admin, receiver, broken):
    made = channel(admin, receiver)
    with closing(sqlite3.connect(opened.data / "meta.sqlite", timeout=30)) as store, store:
        store.execute("UPDATE notification_channels SET quiet_until_ms = 4000000000000 WHERE id = ?", (made["id"],))
    broken.read(good=False)
    until(lambda: state(admin, made)["waiting"] == 1)
    assert state(admin, made)["quiet_until"]
    restarted(opened)
    assert receiver.got == []
    bring_forward(opened)
    [got] = receiver.wait(1, seconds=60)
    assert verified(made["secret"], got)["type"] == "connection.opened"
    until(lambda: state(admin, made)["waiting"] == 0)
    time.sleep(1)
    assert len(receiver.got) == 1
    broken.read(good=True)


def test_killed_between_the_answer_and_its_note_it_comes_again_under_one_name(opened, admin, receiver, broken):
    made = channel(admin, receiver)
    # Stopped, the server has its answer and cannot write it down.
    receiver.says = [lambda: opened.process.send_signal(signal.SIGSTOP)]
    broken.break_it()
    receiver.wait(1)
    time.sleep(0.5)
    restarted(opened)
    # Its lease runs out after thirty seconds.
    both = receiver.wait(2, seconds=60)
    assert len(receiver.ids()) == 1
    assert len({verified(made["secret"], got)["data"]["event_id"] for got in both}) == 1
    until(lambda: state(admin, made)["waiting"] == 0)
    time.sleep(1)
    assert len(receiver.got) == 2
    broken.read(good=True)


@pytest.mark.parametrize("after", [0.0, 0.15, 0.4])
def test_killed_at_any_moment_after_a_fault_it_is_told_under_one_name(opened, admin, receiver, broken, after):
    made = channel(admin, receiver)
    broken.break_it()
    time.sleep(after)
    restarted(opened)
    receiver.wait(1, seconds=120)
    until(lambda: state(admin, made)["waiting"] == 0, seconds=60)
    time.sleep(2)
    events = {verified(made["secret"], got)["data"]["event_id"] for got in receiver.got}
    assert len(events) == len(receiver.ids()) == 1
    broken.read(good=True)


def test_a_receiver_that_hangs_holds_up_no_other_channel(opened, admin, receiver, broken):
    hanging = [Receiver() for _ in range(3)]
    try:
        for one in hanging:
            one.says = ["hang"]
        ids = [channel(admin, one)["id"] for one in [*hanging, receiver]]
        assert admin.put("/notification-routes", json={"routes": [], "fallback": ids}).status_code == 200
        broken.read(good=False)
        began = time.monotonic()
        receiver.wait(1, seconds=15)
        for one in hanging:
            one.wait(1)
        assert time.monotonic() - began < 15
    finally:
        for one in hanging:
            one.held.set()
            one.shutdown()
        broken.read(good=True)


def forget_asks(house) -> None:
    """A minute goes by."""
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as store, store:
        store.execute("DELETE FROM channel_asks")


def test_tests_and_messages_sent_again_are_limited_together(opened, admin, receiver):
    made = channel(admin, receiver)
    forget_asks(opened)
    statuses = [admin.post(f"/channels/{made['id']}/test") for _ in range(31)]
    refused = [answer for answer in statuses if answer.status_code == 429]
    assert refused and int(refused[0].headers["retry-after"]) <= 61
    assert len(receiver.got) <= 30
    assert admin.post(f"/channels/{made['id']}/deliveries/1/resend").status_code == 429
    forget_asks(opened)


# Mail.


def received(mails) -> list:
    folder = mails[1] / "new"
    files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime) if folder.exists() else []
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]


def test_mail_has_both_texts_one_name_and_no_header_of_somebody_s_making(opened, admin, mails, broken):
    to = ["ada@example.com", "bob@example.com"]
    made = admin.post("/channels", json={"name": f"c{next(NUMBER)}", "kind": "mail", "to": to})
    assert made.status_code == 201, made.text
    assert admin.put("/notification-routes", json={"routes": [], "fallback": [made.json()["channel"]["id"]]}).status_code == 200
    broken.read(good=False)
    told = until(lambda: [one for one in found if len(found) == 2] if (found := [mail for mail in received(mails) if mail["to"] in to and "needs attention" in mail["subject"]]) else None)
    assert {mail["to"] for mail in told} == set(to) and len({mail["message-id"] for mail in told}) == 1
    kinds = [part.get_content_type() for part in told[0].walk()]
    assert "text/plain" in kinds and "text/html" in kinds
    broken.read(good=True)
    bad = admin.post("/channels", json={"name": "x", "kind": "mail", "to": ["a@example.com\r\nBcc: b@example.com"]})
    assert bad.status_code == 400


def test_the_command_line_tries_a_channel(opened, admin, receiver):
    made = channel(admin, receiver, kind="slack")
    told = opened.cli("--organization", "Alpha", "notify", "test", made["name"])
    assert told.returncode == 0 and "delivered, HTTP 200" in told.stdout, told.stderr
    blocks = json.loads(receiver.got[-1]["body"])["blocks"]
    assert blocks[0]["type"] == "header"
    receiver.says = [404]
    told = opened.cli("--organization", "Alpha", "notify", "test", made["id"])
    assert told.returncode == 1 and "HTTP 404" in told.stderr
    assert made["name"] in opened.done("--organization", "Alpha", "notify", "list")
    tests = [entry for entry in admin.get("/audit").json()["entries"] if entry["action"] == "channel.tested" and entry["target"] == made["name"]]
    assert len(tests) == 2
