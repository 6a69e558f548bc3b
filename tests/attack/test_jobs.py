"""Work that one tenant cannot block and one report cannot kill: endless sources, readers that die, a server that is killed."""

import contextlib
import hashlib
import os
import signal
import sqlite3
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from house import Tenant, classic_csv

KEY = "cost/cur/20261001-20261101/cur-1.csv"
# The store is on this machine, which the operator has to allow.
OPEN = {"CLOUD_ANALYZER_SECRET_ACCESS_KEY": "a secret that is never looked at", "CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE": "127.0.0.0/8"}


class Store:
    """An S3-compatible endpoint with one report in each bucket. Buckets in `stuck` hand out their objects without end."""

    def __init__(self):
        self.files, self.stuck, self.reads = {}, set(), {}
        store = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def send(self, status: int, body: bytes, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_GET(self):
                address = urlsplit(self.path)
                bucket, _, key = unquote(address.path).lstrip("/").partition("/")
                query = parse_qs(address.query, keep_blank_values=True)
                body = store.files.get(bucket)
                if body is None:
                    self.send(404, b"<Error><Code>NoSuchBucket</Code></Error>")
                elif "location" in query:
                    self.send(200, b"<LocationConstraint/>")
                elif not key:
                    etag = hashlib.md5(body).hexdigest()
                    contents = f"<Contents><Key>{KEY}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
                    self.send(200, f'<?xml version="1.0"?><ListBucketResult><Name>{bucket}</Name><Prefix/><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>'.encode())
                elif self.command == "GET" and bucket in store.stuck:
                    store.reads[bucket] = store.reads.get(bucket, 0) + 1
                    first, _, last = self.headers.get("Range", f"bytes=0-{len(body) - 1}").removeprefix("bytes=").partition("-")
                    self.send_response(206)
                    self.send_header("Content-Length", str(int(last) - int(first) + 1))
                    self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
                    self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
                    self.send_header("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT")
                    self.end_headers()
                    with contextlib.suppress(OSError):
                        while bucket in store.stuck:
                            time.sleep(0.1)
                    self.close_connection = True
                else:
                    self.object(body)

            do_HEAD = do_GET

            def object(self, body: bytes) -> None:
                headers = {"ETag": f'"{hashlib.md5(body).hexdigest()}"', "Last_Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
                wanted = self.headers.get("Range")
                if not wanted:
                    return self.send(200, body, **headers)
                first, _, last = wanted.removeprefix("bytes=").partition("-")
                begin, end = int(first), min(int(last) if last else len(body) - 1, len(body) - 1)
                return self.send(206, body[begin : end + 1], Content_Range=f"bytes {begin}-{end}/{len(body)}", **headers)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def deliver(self, bucket: str, cost: str = "1.25") -> None:
        """A bill of an account that only this bucket has."""
        account = f"{zlib.crc32(bucket.encode()):012}"
        self.files[bucket] = classic_csv([{"bill/PayerAccountId": account, "lineItem/UsageAccountId": account, "lineItem/LineItemId": f"l-{number}", "lineItem/UnblendedCost": cost} for number in range(50)])

    def sticks(self, bucket: str) -> None:
        """A new delivery, which nobody gets to the end of."""
        self.stuck.add(bucket)
        self.deliver(bucket, "9")

    def close(self) -> None:
        self.stuck.clear()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def store():
    made = Store()
    yield made
    made.close()


def connected(house, tenant: Tenant, store: Store, bucket: str) -> str:
    """A connection of a tenant to a bucket, read once."""
    store.deliver(bucket)
    made = ["--kind", "s3-compatible", "--endpoint", store.url, "--bucket", bucket, "--access-key-id", "AKIAIOSFODNN7EXAMPLE"]
    house.done("--organization", tenant.name, "connect", bucket, *made)
    house.done("--organization", tenant.name, "verify", bucket)
    made = next(one["id"] for one in tenant.token("viewer").get("/connections").json()["connections"] if one["name"] == bucket)
    ask(tenant, made)
    until(tenant, made, "done")
    return made


def ask(tenant: Tenant, connection: str) -> None:
    answer = tenant.token("editor").post(f"/connections/{connection}/processing")
    assert answer.status_code == 202, answer.text


def state(tenant: Tenant, connection: str) -> dict:
    return tenant.token("viewer").get(f"/connections/{connection}/processing").json()


def until(tenant: Tenant, connection: str, *states: str, seconds: float = 30) -> dict:
    end = time.monotonic() + seconds
    while True:
        found = state(tenant, connection)
        if found["state"] in states:
            return found
        assert time.monotonic() < end, (found["state"], found["failure"])
        time.sleep(0.1)


def database(house):
    return sqlite3.connect(house.data / "meta.sqlite", timeout=30)


def due(house, tenant: Tenant, neighbour: str) -> None:
    """What waits is due now; somebody else's question wakes whoever runs jobs."""
    with database(house) as link:
        link.execute("UPDATE jobs SET run_after_ms = 0 WHERE finished_at_ms IS NULL")
    ask(tenant, neighbour)


def reader(house, store: Store, bucket: str, before: int = 0, seconds: float = 15) -> int:
    """The process that reads from a bucket, once it has begun to; nobody else reads then."""
    end = time.monotonic() + seconds
    while store.reads.get(bucket, 0) <= before or len(house.children()) != 1:
        assert time.monotonic() < end, (store.reads, house.children(), house.log()[-2000:])
        time.sleep(0.05)
    return int(house.children()[0])


def test_an_endless_source_holds_nobody_else(house_with, store):
    house = house_with("--read-stall", "5", "--read-lanes", "2", env=OPEN)
    buckets = [f"alpha-{number}" for number in range(3)]
    endless = [connected(house, house.a, store, bucket) for bucket in buckets]
    beta = connected(house, house.b, store, "beta-1")
    for bucket in buckets:
        store.sticks(bucket)
    with house.watched(mb=400, seconds=60):
        for connection in endless:
            ask(house.a, connection)
        until(house.a, endless[0], "running")
        # There is room for two, and alpha wants three: beta comes all the same, again and again.
        for cost in ("2", "3", "4"):
            store.deliver("beta-1", cost)
            ask(house.b, beta)
            done = until(house.b, beta, "done", "failed", seconds=4)
            assert done["state"] == "done", done["failure"]
        waiting = [state(house.a, connection)["state"] for connection in endless]
        assert sorted(waiting) in (["queued", "queued", "running"], ["failed", "queued", "running"]), waiting
        # The endless one comes to its end, in words.
        failed = until(house.a, endless[0], "failed")
        assert "did not get on for 5 seconds" in failed["failure"]["message"] and "source" in failed["failure"]["advice"], failed
        assert house.a.token("viewer").get(f"/connections/{endless[0]}").json()["state"] == "failing"
    # A stop does not wait for it, and it is nobody's crash.
    assert house.stop() < 8
    with database(house) as link:
        assert link.execute("SELECT count(*) FROM jobs WHERE crashes > 0 OR state = 'running'").fetchone() == (0,)


def test_a_report_that_takes_its_reader_down_is_parked(house_with, store):
    house = house_with(env=OPEN)
    alpha, beta = connected(house, house.a, store, "alpha-1"), connected(house, house.b, store, "beta-1")
    store.sticks("alpha-1")
    with house.watched(mb=400, seconds=90):
        ask(house.a, alpha)
        until(house.a, alpha, "running")
        # As a stack that overflows, or an abort in a library, would.
        os.kill(reader(house, store, "alpha-1"), signal.SIGABRT)
        once = until(house.a, alpha, "queued")
        assert "ended with signal 6" in once["failure"]["message"] and once["next_at"], once
        reads = store.reads["alpha-1"]
        due(house, house.b, beta)
        until(house.b, beta, "done")
        until(house.a, alpha, "running")
        os.kill(reader(house, store, "alpha-1", reads), signal.SIGKILL)
        parked = until(house.a, alpha, "parked")
        assert "given up after 2 tries" in parked["failure"]["message"] and "next delivery" in parked["failure"]["advice"], parked
        assert house.a.token("viewer").get(f"/connections/{alpha}").json()["state"] == "failing"
        # It is looked at, and not read, while the delivery is the same.
        reads = store.reads["alpha-1"]
        due(house, house.b, beta)
        until(house.b, beta, "done")
        until(house.a, alpha, "parked")
        assert store.reads["alpha-1"] == reads
        # The next delivery is read by itself.
        store.stuck.clear()
        store.deliver("alpha-1", "7")
        due(house, house.b, beta)
        assert until(house.a, alpha, "done", "failed")["state"] == "done"
        assert house.a.token("viewer").get(f"/connections/{alpha}").json()["state"] == "ready"


def test_a_server_that_goes_down_with_a_report_does_not_go_down_again_and_again(house_with, store):
    house = house_with(env=OPEN)
    alpha, beta = connected(house, house.a, store, "alpha-1"), connected(house, house.b, store, "beta-1")
    store.sticks("alpha-1")
    ask(house.a, alpha)
    reads = 0
    for crash in (1, 2):
        until(house.a, alpha, "running")
        orphan = reader(house, store, "alpha-1", reads)
        reads = store.reads["alpha-1"]
        house.process.kill()
        house.process.wait(10)
        # Nobody reads for a server that is gone.
        end = time.monotonic() + 5
        while os.path.exists(f"/proc/{orphan}"):
            assert time.monotonic() < end, "the reader outlives its server"
            time.sleep(0.05)
        house.start()
        if crash == 1:
            waiting = until(house.a, alpha, "queued")
            assert "the server ended" in waiting["failure"]["message"], waiting
            due(house, house.b, beta)
    until(house.a, alpha, "parked")
    ask(house.b, beta)
    assert until(house.b, beta, "done", "failed")["state"] == "done"
    # Whoever asks has it read again.
    store.stuck.clear()
    ask(house.a, alpha)
    assert until(house.a, alpha, "done", "failed")["state"] == "done"


def test_a_bill_without_bounds_is_one_jobs_failure(house_with, store):
    """Sums beyond every type, after the commit or before it, end one run; the next jobs are run."""
    house = house_with(env=OPEN)
    alpha, beta = connected(house, house.a, store, "alpha-1"), connected(house, house.b, store, "beta-1")
    ask(house.a, alpha)
    until(house.a, alpha, "done")
    store.files["alpha-1"] = classic_csv([{"bill/PayerAccountId": "777777777777", "lineItem/UsageAccountId": "777777777777", "lineItem/UnblendedCost": "90000000000000000000"}] * 2)
    with house.watched(mb=400, seconds=60):
        ask(house.a, alpha)
        until(house.a, alpha, "running", "queued", "failed", "done")
        for cost in ("2", "3"):
            store.deliver("beta-1", cost)
            ask(house.b, beta)
            assert until(house.b, beta, "done", "failed")["state"] == "done"
        ended = until(house.a, alpha, "queued", "failed", "done")
        assert ended["state"] == "done" or ended["failure"]["message"], ended
        store.deliver("alpha-1", "5")
        ask(house.a, alpha)
        end = time.monotonic() + 30
        while state(house.a, alpha)["state"] != "done":
            assert time.monotonic() < end, state(house.a, alpha)
            time.sleep(0.2)


def test_a_report_that_needs_more_memory_than_allowed_is_its_own_failure(house_with, store):
    house = house_with("--read-memory", "64", env=OPEN)
    alpha = connected(house, house.a, store, "alpha-1")
    # Many groups: each row is of another account and another hour.
    store.files["alpha-1"] = classic_csv([{"bill/PayerAccountId": "888888888888", "lineItem/UsageAccountId": f"{number + 400_000_000_000}", "lineItem/UsageType": f"type-{number}", "lineItem/ResourceId": f"i-{number}" * 20} for number in range(150_000)])
    with house.watched(mb=400, seconds=60):
        ask(house.a, alpha)
        failed = until(house.a, alpha, "queued", "failed", "parked", seconds=40)
        end = time.monotonic() + 40
        while not failed["failure"]:
            assert time.monotonic() < end, failed
            time.sleep(0.2)
            failed = state(house.a, alpha)
        assert "more memory than it may have (64 MiB)" in failed["failure"]["message"], failed
        assert "--read-memory" in failed["failure"]["advice"]
