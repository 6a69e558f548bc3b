"""Requests to addresses that users name: nothing inside is reached, nothing leads elsewhere, and every answer ends."""

import gzip
import itertools
import json
import socket
import time

import pytest
from hostile import MONTH, SECRET, Hostile, manifest, not_http
from house import House, classic_csv

NUMBER = itertools.count(1)
OPEN = {"CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE": "127.0.0.0/8"}


@pytest.fixture(scope="module")
def hostile():
    made = Hostile()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def opened(tmp_path_factory, hostile):
    """A house whose operator opened this machine's own addresses, and has a proxy that means ill."""
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), hostile.url)
    made = House(tmp_path_factory.mktemp("opened"), env={**OPEN, **proxies})
    yield made
    made.stop()


@pytest.fixture(scope="module")
def a(opened):
    return opened.a.token("administrator")


def connect(client, endpoint: str, bucket: str, prefix: str = "") -> str:
    """A connection to a bucket; its identifier."""
    made = client.post("/connections", json={"kind": "s3_compatible", "name": f"c{next(NUMBER)}"})
    assert made.status_code in (200, 201), made.text
    values = {"endpoint": endpoint, "bucket": bucket, "prefix": prefix, "region": "us-east-1", "access_key_id": "key", "secret_access_key": "secret"}
    saved = client.patch(f"/connections/{made.json()['id']}", json=values)
    assert saved.status_code == 200, saved.text
    return made.json()["id"]


def start(client, connection: str):
    return client.post(f"/connections/{connection}/verification", json={})


def ended(client, connection: str, seconds: float = 30) -> dict:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = client.get(f"/connections/{connection}/verification").json()
        if found["verdict"]:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def verified(client, endpoint: str, bucket: str) -> dict:
    connection = connect(client, endpoint, bucket)
    answer = start(client, connection)
    assert answer.status_code == 202, answer.text
    return ended(client, connection)


def words(found: dict) -> str:
    """Of the step that failed."""
    return next((f"{check['answer']} {check['fix']}" for check in found["checks"] if check["state"] == "failed"), "")


# Addresses.


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost.", "2130706433", "0x7f.1", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fd00::1]", "100.64.0.1", "0.0.0.0"])
def test_closed_addresses_are_refused_or_not_connected_to(house, hostile, host):
    client = house.a.token("administrator")
    made = client.post("/connections", json={"kind": "s3_compatible", "name": f"c{next(NUMBER)}"}).json()["id"]
    endpoint = f"http://{host}:{hostile.port}"
    saved = client.patch(f"/connections/{made}", json={"endpoint": endpoint, "bucket": "canary", "access_key_id": "k", "secret_access_key": "s"})
    if host == "localhost.":
        assert saved.status_code == 200, saved.text
        start(client, made)
        found = ended(client, made)
        assert found["verdict"] == "failed" and "not reached" in words(found)
    else:
        assert saved.status_code in (400, 422) and "not connected to" in saved.text, saved.text
    assert hostile.asked("canary") == 0


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "[64:ff9b::169.254.169.254]", "100.100.100.200", "168.63.129.16", "192.0.0.192", "metadata.google.internal."])
def test_metadata_services_are_refused_whatever_is_opened(a, host):
    made = a.post("/connections", json={"kind": "s3_compatible", "name": f"c{next(NUMBER)}"}).json()["id"]
    saved = a.patch(f"/connections/{made}", json={"endpoint": f"http://{host}", "bucket": "latest", "access_key_id": "k", "secret_access_key": "s"})
    assert saved.status_code in (400, 422) and "metadata service" in saved.text, saved.text


def test_open_and_closed_ports_are_told_alike(a):
    listener, closed = not_http(), socket.create_server(("127.0.0.1", 0))
    free = closed.getsockname()[1]
    closed.close()
    spoken = listener.getsockname()[1]
    told = set()
    for scheme, port in (("http", spoken), ("http", free), ("https", spoken)):
        told.add(words(verified(a, f"{scheme}://127.0.0.1:{port}", "inner")).replace(f"{scheme}://127.0.0.1:{port}", "THERE"))
    listener.close()
    assert len(told) == 1 and "not reached" in told.pop(), told


def test_proxies_of_the_environment_are_no_way_around(a, hostile):
    """All of this house's requests would come to the hostile server, were its proxy settings used."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    before = len(hostile.requests)
    assert verified(a, f"http://127.0.0.1:{port}", "canary")["verdict"] == "failed"
    assert len(hostile.requests) == before and hostile.canary == 0


# Leading elsewhere.


def test_redirects_are_not_followed(a, hostile):
    for bucket in ("redirect", "redirect-object", "other-region"):
        found = verified(a, hostile.url, bucket)
        assert found["verdict"] == "failed" and SECRET not in json.dumps(found), found
    assert "eu-west-3" in words(found), "another region is told as that"
    assert hostile.canary == 0


# Words.


def test_words_of_strangers_are_few_and_harmless(opened, a, hostile):
    page = words(verified(a, hostile.url, "page-of-an-inner-service"))
    assert SECRET not in page and "403" in page, page
    told = json.dumps(verified(a, hostile.url, "words"), ensure_ascii=False)
    assert len(told) < 6000 and not any(other in told for other in ("\x1b", "\x07", "\u202e", "\\u001b", "\\r")), told
    assert "\x1b" not in opened.log()


# Bounds. What is asserted first is that the server stays small and awake.


@pytest.mark.parametrize(
    ("bucket", "why"),
    [
        ("endless-listing", "more than 250000 objects"),
        ("long-keys", "more than 64 MiB"),
        ("empty-pages", "more than 500 pages"),
        ("same-page", "leads back"),
        ("endless-page", "more than"),
        ("endless-object", "more than 200 bytes"),
        ("longer", "more than 200 bytes"),
        ("giant-tag", "tag in it is too long"),
        ("deep", "nested too deep"),
        ("entities", "document type"),
        ("huge-header", "not reached"),
        ("many-headers", "not reached"),
    ],
)
def test_every_answer_ends(opened, a, hostile, bucket, why):
    with opened.watched(mb=300, seconds=25):
        found = verified(a, hostile.url, bucket)
    assert found["verdict"] == "failed" and why in words(found), found


def test_a_manifest_of_very_many_keys_is_refused(opened, a, hostile):
    with opened.watched(mb=200, seconds=15):
        found = verified(a, hostile.url, "many-named")
    assert "280000 files" in json.dumps(found), found


def test_slow_verifications_of_one_organization_hold_up_nobody(opened, a, hostile):
    """Two places for an organization; the others' are free, and so is the server."""
    slow = [connect(a, hostile.url, bucket, f"p{at}") for at, bucket in enumerate(("drip", "silent", "drip", "silent"))]
    with opened.watched(mb=50, seconds=20):
        states = [start(a, connection).status_code for connection in slow]
        assert states == [202, 202, 429, 429]
        busy = start(a, slow[2])
        assert busy.status_code == 429 and busy.headers["retry-after"] and "verified now" in busy.text, busy.text
        assert start(a, slow[0]).status_code == 202, "one that runs is watched, not begun again"
        b = opened.b.token("administrator")
        hostile.honest["empty"] = {}
        assert verified(b, hostile.url, "empty")["verdict"] == "not_yet"


# Keys.


def test_odd_keys_are_read_or_named_and_never_in_the_way(opened, hostile):
    rows = [{"lineItem/UsageAccountId": "333333333333", "lineItem/UnblendedCost": "2.5"}, {"lineItem/UsageAccountId": "333333333333"}]
    key = "cost//cur  x/20261001-20261101/cur 1%20+&=#?ü.csv.gz"
    hostile.honest["odd"] = {
        "/lead.txt": b"x", "a//b.txt": b"x", "a b.txt": b"x", "%2e%2e/c.txt": b"x", "a/../../d.csv": b"x", "./e.csv": b"x", "..": b"x", "f\x01\x1b[2J.csv": b"x",
        "cost/": b"", "g" * 1000 + ".txt": b"x", "h/" * 200 + ".csv": b"x",
        key: gzip.compress(classic_csv(rows)),
        "cost//cur  x/20261001-20261101/cur-Manifest.json": manifest([key]),
    }
    client = opened.b.token("administrator")
    connection = connect(client, hostile.url, "odd")
    start(client, connection)
    found = ended(client, connection)
    assert found["verdict"] == "passed", found
    assert "\x1b" not in json.dumps(found, ensure_ascii=False)
    assert client.post(f"/connections/{connection}/processing", json={}).status_code in (200, 202)
    end = time.monotonic() + 30
    while (state := client.get(f"/connections/{connection}/processing").json())["state"] not in ("done", "failed"):
        assert time.monotonic() < end, state
        time.sleep(0.1)
    assert state["state"] == "done" and state["months"][0]["rows"] == 2 and state["months"][0]["proven"], state


def test_reading_is_bounded_too(opened, hostile):
    """The bucket is honest while it is verified, and endless when it is read."""
    client = opened.b.token("administrator")
    body = gzip.compress(classic_csv([{}]))
    key = f"{MONTH}/cur-1.csv.gz"
    hostile.honest["turns"] = {key: body, f"{MONTH}/cur-Manifest.json": manifest([key])}
    connection = connect(client, hostile.url, "turns")
    start(client, connection)
    assert ended(client, connection)["verdict"] in ("passed", "warning")
    del hostile.honest["turns"]
    hostile.turns = lambda send, name, query: (
        hostile.endless_object(send, name, query) if name.endswith("gz") else hostile.serve(send, "GET", {key: body, f"{MONTH}/cur-Manifest.json": manifest([key])}, name, query, {})
    )
    with opened.watched(mb=200, seconds=25):
        client.post(f"/connections/{connection}/processing", json={})
        end = time.monotonic() + 20
        while not (state := client.get(f"/connections/{connection}/processing").json())["failure"]:
            assert time.monotonic() < end, state
            time.sleep(0.1)
    assert "more than" in state["failure"]["message"], state
