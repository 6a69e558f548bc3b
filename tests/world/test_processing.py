"""From a verified connection to dashboards: jobs, restatements, faults, a killed server, and the mails that are sent."""

import fcntl
import json
import sqlite3
import subprocess
import time
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from world import BIN, Mails, Product, free_port, wait_for

ADMIN, VIEWER = "ada@example.com", "victor@example.com"
MONTHS = 2


def generate(out: Path, seed: str) -> Path:
    command = [BIN, "demo", "generate", "--rows", "6000", "--months", str(MONTHS), "--end", "2026-10-20T00:00:00Z", "--format", "csv", "--seed", seed, "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return out / "reports"


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    return {seed: generate(folder / seed, seed) for seed in ("1", "2")}


def upload(world, bucket: str, reports: Path, prefix: str = "cost") -> None:
    s3 = world.client("s3")
    for file in sorted(path for path in reports.rglob("*") if path.is_file()):
        s3.upload_file(str(file), bucket, f"{prefix}/{file.relative_to(reports)}")


@pytest.fixture
def mails(tmp_path):
    made = Mails(tmp_path / "mails")
    yield made
    made.stop()


class Server:
    """A running server, and an administrator's token for it."""

    def __init__(self, product: Product, mails: Mails | None = None):
        self.product, self.port = product, free_port()
        self.token = self.made("token", "create", "--name", "test", "--role", "administrator")
        self.start(mails)

    def made(self, *arguments: str) -> str:
        done = self.product.run(*arguments)
        assert done.returncode == 0, done.stderr
        return next(line for line in done.stdout.split() if len(line) > 30)

    def start(self, mails: Mails | None) -> None:
        smtp = ["--smtp-url", f"smtp://127.0.0.1:{mails.port}", "--mail-from", "Costs <costs@example.com>"] if mails else []
        command = [BIN, "--data", str(self.product.folder), "serve", "--listen", f"127.0.0.1:{self.port}", *smtp]
        self.log = (self.product.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.product.world.environment())
        wait_for(self.port, self.process)

    def call(self, method: str, path: str, **options) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(method, f"http://127.0.0.1:{self.port}/api/v1{path}", headers=headers, timeout=60, **options)

    def get(self, path: str) -> dict:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def process_until(self, connection: str, states: tuple, seconds: float = 60) -> dict:
        """Follows the events until the job stands so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.get(f"/connections/{connection}/processing")
            if found["state"] in states:
                return found
            time.sleep(0.1)
        raise AssertionError(found)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def serve(product):
    servers = []

    def make(mails=None):
        servers.append(Server(product, mails))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


def events(server: Server, connection: str) -> list:
    answer = server.call("GET", f"/connections/{connection}/processing/events", stream=True)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in answer.iter_lines(decode_unicode=True) if line.startswith("data: ")]


def totals(product: Product) -> dict:
    done = product.run("query", "--metric", "unblended", "--group-by", "billing_period", "--format", "csv")
    assert done.returncode == 0, done.stderr
    return dict(line.split(",") for line in done.stdout.splitlines()[1:])


def truth(world, folder: Path, reports: Path) -> dict:
    plain = Product(folder, world)
    done = plain.run("ingest", str(reports))
    assert done.returncode == 0, done.stderr
    return totals(plain)


def ready(world, acme, reports) -> str:
    """A verified connection whose bucket holds a report."""
    upload(world, acme.bucket, reports)
    acme.stack()
    verified = acme.verify()
    assert verified.verdict in ("passed", "warning"), verified.states()
    return acme.made["id"]


def test_from_verification_to_dashboards_mail_and_restatement(world, product, acme, reports, mails, serve, tmp_path):
    connection = ready(world, acme, reports["1"])
    for address, role in ((ADMIN, "administrator"), (VIEWER, "viewer")):
        assert product.run("user", "add", address, "--role", role).returncode == 0
    server = serve(mails)
    assert server.get("/session")["mail_configured"]

    # Polling finds the report by itself.
    done = server.process_until(connection, ("done", "failed"))
    assert done["state"] == "done", done
    assert [month["state"] for month in done["months"]] == ["complete"] * MONTHS
    assert all(month["proven"] and month["rows"] > 0 for month in done["months"])
    expected = truth(world, tmp_path / "plain", reports["1"])
    assert totals(product) == expected

    # Administrators are told, with the totals; viewers are not.
    [mail] = mails.wait(1)
    assert mail["to"] == ADMIN and "your dashboards are ready" in mail["subject"]
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        for total in expected.values():
            assert f"{Decimal(total):,.2f} USD" in text, text
        assert "digit by digit" in text and f"http://127.0.0.1:{server.port}/" in text

    # Asked for again, nothing changes and nobody is told again.
    answer = server.call("POST", f"/connections/{connection}/processing")
    assert answer.status_code == 202, answer.text
    assert events(server, connection)[-1]["state"] == "done"
    assert server.get(f"/connections/{connection}/changes")["changes"] == []

    # A restatement replaces, and what it changed adds up.
    upload(world, acme.bucket, reports["2"])
    assert server.call("POST", f"/connections/{connection}/processing").status_code == 202
    assert events(server, connection)[-1]["state"] == "done"
    restated = truth(world, tmp_path / "restated", reports["2"])
    assert totals(product) == restated
    changes = server.get(f"/connections/{connection}/changes")["changes"]
    assert {change["period"] for change in changes} == set(expected)
    for change in changes:
        period = change["period"]
        assert Decimal(change["total_before"]) == Decimal(expected[period])
        assert Decimal(change["total_after"]) == Decimal(restated[period])
        if change["lines_total"] == len(change["lines"]):
            assert sum(Decimal(line["change"]) for line in change["lines"]) == Decimal(change["change"])
        # The same by each dimension alone; refunds and credits are charge types of their own.
        for by in ("services", "accounts", "charge_types"):
            sums = change["sums"][by]
            assert sums and len(sums) < 100
            assert sum(Decimal(one["change"]) for one in sums) == Decimal(change["change"]), by
            sizes = [abs(Decimal(one["change"])) for one in sums]
            assert sizes == sorted(sizes, reverse=True), by
    ingests = server.get(f"/connections/{connection}/ingests")["ingests"]
    assert len(ingests) == 4 * MONTHS and all(i["outcome"] == "published" and i["rows"] > 0 for i in ingests)
    assert len(mails.all()) == 1


def test_a_failure_is_told_once_and_so_is_its_end(world, product, acme, reports, mails, serve):
    connection = ready(world, acme, reports["1"])
    product.run("user", "add", ADMIN, "--role", "administrator")
    server = serve(mails)
    assert server.process_until(connection, ("done",))["state"] == "done"
    mails.wait(1)

    # A file that is no report any more: the month that is published stays.
    before = totals(product)
    s3 = world.client("s3")
    key = next(o["Key"] for o in s3.list_objects_v2(Bucket=acme.bucket)["Contents"] if o["Key"].endswith(".csv.gz"))
    good = s3.get_object(Bucket=acme.bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=acme.bucket, Key=key, Body=good[: len(good) // 2])
    for _ in range(2):
        server.call("POST", f"/connections/{connection}/processing")
        failed = server.process_until(connection, ("failed",))
        assert failed["failure"]["message"] and failed["failure"]["advice"], failed
    assert totals(product) == before
    told = mails.wait(2)[-1]
    assert "needs attention" in told["subject"]
    assert failed["failure"]["advice"] in told.get_body(("plain",)).get_content()

    s3.put_object(Bucket=acme.bucket, Key=key, Body=good)
    server.call("POST", f"/connections/{connection}/processing")
    assert server.process_until(connection, ("done",))["state"] == "done"
    assert "works again" in mails.wait(3)[-1]["subject"]
    assert totals(product) == before


def test_what_may_pass_is_tried_again(world, product, acme, reports, serve):
    connection = ready(world, acme, reports["1"])
    with (product.folder / "writer.lock").open("wb") as held:
        # Somebody else writes to the data folder.
        fcntl.flock(held, fcntl.LOCK_EX)
        server = serve()
        end = time.monotonic() + 30
        waiting = {}
        while waiting.get("attempts", 0) < 2 or waiting["state"] != "queued":
            assert time.monotonic() < end, waiting
            time.sleep(0.1)
            waiting = server.get(f"/connections/{connection}/processing")
        assert waiting["next_at"] and waiting["failure"]["message"], waiting
    assert server.process_until(connection, ("done", "failed"))["state"] == "done"


def test_an_empty_bucket_waits_and_goes_on_by_itself(world, product, acme, reports, serve):
    verified = acme.stack().defined().verify()
    assert verified.verdict == "not_yet", verified.states()
    server = serve()
    waiting = server.process_until(acme.made["id"], ("done",))
    assert waiting["waiting_for_delivery"] and waiting["failure"] is None and waiting["months"] == []
    upload(world, acme.bucket, reports["1"])
    server.call("POST", f"/connections/{acme.made['id']}/processing")
    done, end = events(server, acme.made["id"])[-1], time.monotonic() + 60
    # A look that had begun before the files were there ends without them; the next one follows.
    while done["waiting_for_delivery"] and time.monotonic() < end:
        time.sleep(0.2)
        done = events(server, acme.made["id"])[-1]
    assert done["state"] == "done" and not done["waiting_for_delivery"] and len(done["months"]) == MONTHS


def test_a_killed_server_goes_on_where_it_was(world, product, acme, reports, serve, tmp_path):
    connection = ready(world, acme, reports["1"])
    server = serve()
    expected = truth(world, tmp_path / "plain", reports["1"])
    for delay in (0.05, 0.15, 0.3, 0.5, 0.8):
        time.sleep(delay)
        server.process.kill()
        server.process.wait(20)
        published = totals(product)
        assert published.items() <= expected.items(), "a month is whole or not there"
        server.start(None)
    assert server.process_until(connection, ("done", "failed"))["state"] == "done"
    assert totals(product) == expected
    months = server.get(f"/connections/{connection}/processing")["months"]
    assert [month["state"] for month in months] == ["complete"] * MONTHS


def test_a_draft_is_not_read(product, serve, tmp_path):
    made = product.connect("folder", "--kind", "local", "--folder", str(tmp_path))
    server = serve()
    answer = server.call("POST", f"/connections/{made['id']}/processing")
    assert answer.status_code == 400 or answer.status_code == 422, answer.text
    assert "not verified" in answer.json()["detail"] + answer.json()["title"]


def test_checks_run_again_each_day_and_a_failure_is_told_once(world, product, acme, reports, mails, serve):
    connection = ready(world, acme, reports["1"])
    product.run("user", "add", ADMIN, "--role", "administrator")
    server = serve(mails)
    assert server.process_until(connection, ("done",))["state"] == "done"
    mails.wait(1)

    def a_day_later() -> dict:
        """Makes the last checks a day old, and waits for the new ones."""
        with sqlite3.connect(product.folder / "meta.sqlite", timeout=30) as database:
            database.execute("UPDATE connections SET verified_at_ms = verified_at_ms - 25 * 3600 * 1000")
        before = server.get(f"/connections/{connection}")["verification"]["at"]
        server.stop()
        time.sleep(1.1)  # instants are told to the second
        server.start(mails)
        end = time.monotonic() + 60
        while (found := server.get(f"/connections/{connection}"))["verification"]["at"] == before:
            assert time.monotonic() < end, found
            time.sleep(0.2)
        return found

    # Somebody takes the right to read away.
    iam = world.client("iam")
    role = acme.arn.rsplit("/", 1)[-1]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(nothing))
    assert a_day_later()["verification"]["verdict"] == "failed"
    told = mails.wait(2)[-1]
    assert "needs attention" in told["subject"] and "AccessDenied" in told.get_body(("plain",)).get_content()
    a_day_later()
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert a_day_later()["verification"]["verdict"] in ("passed", "warning")
    assert "works again" in mails.wait(3)[-1]["subject"]


def test_a_connection_is_read_by_its_name(world, product, acme, reports, tmp_path):
    done = product.run("ingest", "acme")
    assert done.returncode == 1 and "not verified" in done.stderr, done.stderr
    ready(world, acme, reports["1"])
    done = product.run("ingest", "acme", "--json")
    assert done.returncode == 0, done.stderr
    periods = json.loads(done.stdout)["periods"]
    assert [period["outcome"] for period in periods] == ["published"] * MONTHS and all(period["proven"] for period in periods)
    assert totals(product) == truth(world, tmp_path / "plain", reports["1"])
    again = product.run("ingest", "acme", "--json")
    assert [period["outcome"] for period in json.loads(again.stdout)["periods"]] == ["unchanged"] * MONTHS
    unknown = product.run("ingest", "acne")
    assert unknown.returncode == 1 and "acne" in unknown.stderr, unknown.stderr
