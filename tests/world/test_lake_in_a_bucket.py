"""The lake in a bucket, on each S3 server that there is: figures are those of a lake in a folder and of the bills
themselves, whatever happens to the process or to the bucket in between."""

import csv
import gzip
import json
import sqlite3
import subprocess
import time
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from test_processing import Server, generate
from world import BIN, CUSTOMER, KEYS, Product, SecondS3, wait_for

PREFIX = "lake/of/us"
QUESTIONS = [
    ["query", "--metric", "unblended", "--group-by", "billing_period", "--format", "csv"],
    ["query", "--metric", "amortized", "--group-by", "service,account_id", "--view", "day", "--format", "csv"],
    ["query", "--metric", "net_amortized", "--group-by", "tag:team", "--format", "csv"],
    # Out of the line items.
    ["query", "--metric", "unblended", "--group-by", "resource_id", "--format", "csv"],
    ["query", "--metric", "usage_amount", "--group-by", "usage_type", "--view", "hour", "--from", "2026-10-03", "--to", "2026-10-05", "--format", "csv"],
    ["explain", "--metric", "unblended", "--filter", "service=AmazonEC2", "--format", "json"],
]


class Store:
    """An S3 server with a bucket of its own for each test."""

    def __init__(self, name, client, endpoint, keys):
        self.name, self.client, self.endpoint, self.keys = name, client, endpoint, keys

    def bucket(self, bucket: str) -> "Bucket":
        self.client.create_bucket(Bucket=bucket)
        return Bucket(self, bucket)


class Bucket:
    def __init__(self, store: Store, name: str):
        self.store, self.name = store, name

    def env(self, **changes: str) -> dict:
        return {
            "CLOUD_ANALYZER_LAKE": f"s3://{self.name}/{PREFIX}",
            "CLOUD_ANALYZER_LAKE_ENDPOINT": self.store.endpoint,
            "CLOUD_ANALYZER_LAKE_ACCESS_KEY_ID": self.store.keys[0],
            "CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY": self.store.keys[1],
            **changes,
        }

    def objects(self) -> list:
        pages = self.store.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", []))

    def data_files(self) -> list:
        return [key for key in self.objects() if key.endswith(".parquet") and "_delta_log" not in key]

    def contents(self) -> dict:
        return {key: self.store.client.get_object(Bucket=self.name, Key=key)["Body"].read() for key in self.objects()}

    def put(self, contents: dict) -> None:
        for key, body in contents.items():
            self.store.client.put_object(Bucket=self.name, Key=key, Body=body)

    def remove(self) -> None:
        for key in self.objects():
            self.store.client.delete_object(Bucket=self.name, Key=key)
        self.store.client.delete_bucket(Bucket=self.name)


@pytest.fixture(scope="module", params=["ministack", "seaweedfs"])
def store(request, world, tmp_path_factory):
    if request.param == "ministack":
        yield Store("ministack", world.client("s3"), f"http://127.0.0.1:{world.aws_port}", (CUSTOMER, "test"))
        return
    second = SecondS3(tmp_path_factory.mktemp("lakes"))
    yield Store("seaweedfs", second.client(), second.url, KEYS)
    second.stop()


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bills")
    return {seed: generate(folder / seed, seed) for seed in ("1", "2")}


@pytest.fixture
def bucket(store, request):
    letters = "".join(sign for sign in request.node.originalname.lower() if sign.isalnum())
    return store.bucket(f"lake-{letters[:50]}")


@pytest.fixture
def product(tmp_path, world, bucket):
    made = Product(tmp_path / "data", world)
    made.env = bucket.env()
    return made


def done(product: Product, *arguments: str) -> str:
    ended = product.run(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(product: Product, *arguments: str) -> str:
    ended = product.run(*arguments)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stderr


def answers(product: Product, *more: str) -> list:
    """Answers, without what names the data folder's own rows."""
    told = []
    for question in QUESTIONS:
        text = done(product, *question, *more)
        if question[0] == "explain":
            found = json.loads(text)
            text = [found["figure"], found["rows_total"], found["rows"]]
        told.append(text)
    return told


def read(product: Product, reports: Path, *more: str) -> dict:
    """Ingests; the connection has the same name wherever the reports lie."""
    return json.loads(done(product, "ingest", str(reports), "--connection", "bill", "--json", *more))


def in_folder(tmp_path: Path, world, reports: Path) -> Product:
    plain = Product(tmp_path / "plain", world)
    read(plain, reports)
    return plain


def raw_totals(reports: Path) -> dict:
    """Unblended cost by month as the files have it, read by nothing of ours."""
    sums: dict = {}
    for path in sorted(reports.rglob("*.csv*")):
        opened = gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="")
        with opened as file:
            for row in csv.DictReader(file):
                month = row["bill/BillingPeriodStartDate"][:7]
                sums[month] = sums.get(month, Decimal(0)) + Decimal(row["lineItem/UnblendedCost"] or 0)
    return sums


def totals(product: Product, *more: str) -> dict:
    rows = csv.reader(done(product, *QUESTIONS[0], *more).splitlines()[1:])
    return {month: Decimal(figure) for month, figure in rows}


def named(product: Product) -> set:
    """Data files that publications name, as the metadata store has them."""
    with sqlite3.connect(product.folder / "meta.sqlite") as store:
        rows = store.execute("SELECT table_name || '/' || path FROM publication_files WHERE state IN ('published', 'superseded')")
        return {f"{PREFIX}/{row[0]}" for row in rows}


def test_figures_are_those_of_the_bills(world, product, bucket, bills, tmp_path):
    summary = read(product, bills["1"])
    assert all(period["proven"] for period in summary["periods"]) and len(summary["periods"]) == 2, summary
    plain = in_folder(tmp_path, world, bills["1"])
    first = answers(product)
    assert first == answers(plain)
    assert totals(product) == raw_totals(bills["1"])
    assert json.loads(done(product, "reconcile", "--format", "json"))
    # The tables are in the bucket, and nowhere else.
    assert not list(product.folder.rglob("*.parquet"))
    assert set(bucket.data_files()) == named(product) and len(bucket.data_files()) >= 4

    # Named once: the data folder knows where its lake is, and refuses another.
    product.env = {name: value for name, value in bucket.env().items() if "KEY" in name}
    assert totals(product) == raw_totals(bills["1"])
    product.env = bucket.env(CLOUD_ANALYZER_LAKE=f"s3://{bucket.name}/elsewhere")
    assert f"lies in s3://{bucket.name}/{PREFIX}" in refused(product, *QUESTIONS[0])
    # Another data folder does not get in, nor does one that holds its lake itself move by being told to.
    other = Product(tmp_path / "other", world)
    other.env = bucket.env()
    assert "the lake of another data folder" in refused(other, "ingest", str(bills["1"]))
    plain.env = bucket.env(CLOUD_ANALYZER_LAKE=f"s3://{bucket.name}/plain")
    assert "holds its lake itself" in refused(plain, *QUESTIONS[0])
    product.env, plain.env = bucket.env(), {}

    # A restatement, and the bill as it stood before.
    instant = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    read(product, bills["2"])
    restated = answers(product)
    assert totals(product) == raw_totals(bills["2"]) != raw_totals(bills["1"])
    assert answers(product, "--as-of", instant) == first != restated
    before = set(bucket.data_files())
    assert "removed 0 files" in done(product, "vacuum")
    assert set(bucket.data_files()) == before == named(product)
    done(product, "vacuum", "--all")
    assert set(bucket.data_files()) == named(product) < before
    assert answers(product) == restated


def test_a_reading_that_is_killed_is_made_good(world, product, bucket, bills):
    read(product, bills["1"])
    known = set(bucket.data_files())
    for goal in ("rollup", "line_items"):
        command = [BIN, "--data", str(product.folder), "ingest", str(bills["2"]), "--connection", "bill", "--force"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.environment(**product.env))
        # As soon as an object of it is there, whether or not a publication names it yet.
        while process.poll() is None and not any(f"/{goal}/" in key for key in set(bucket.data_files()) - known):
            time.sleep(0.002)
        process.kill()
        process.wait(20)
        # What counts is whole: each month is the one bill or the other.
        found = totals(product)
        assert all(found[month] in (raw_totals(bills["1"])[month], raw_totals(bills["2"])[month]) for month in found), found
        known |= set(bucket.data_files())
    read(product, bills["2"], "--force")
    assert totals(product) == raw_totals(bills["2"])
    assert json.loads(done(product, "reconcile", "--format", "json"))
    done(product, "vacuum", "--all")
    assert set(bucket.data_files()) == named(product)


class LakeServer(Server):
    """A server whose lake is in the bucket."""

    def start(self, mails) -> None:
        command = [BIN, "--data", str(self.product.folder), "serve", "--listen", f"127.0.0.1:{self.port}"]
        self.log = (self.product.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.product.world.environment(**self.product.env))
        wait_for(self.port, self.process)

    def ready(self) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=20)

    def until_ready(self, status: int, seconds: float = 60) -> requests.Response:
        end = time.monotonic() + seconds
        while (answer := self.ready()).status_code != status:
            assert time.monotonic() < end, answer.text
            time.sleep(0.2)
        return answer


def test_a_bucket_that_is_gone_is_told_and_comes_back(product, bucket, bills):
    read(product, bills["1"])
    server = LakeServer(product)
    try:
        server.until_ready(200)
        path = "/costs?metric=unblended&group_by=service"
        before = server.get(path)
        kept = bucket.contents()
        bucket.remove()
        parts = server.until_ready(503).json()
        assert "lake" in json.dumps(parts), parts
        # What is in memory is still answered; what has to be read is not, and the answer says so.
        assert Decimal(server.get(path)["total"]) == Decimal(before["total"]) == sum(raw_totals(bills["1"]).values())
        rows = server.call("GET", "/costs?metric=unblended&group_by=resource_id")
        assert rows.status_code == 503 and "bucket" in rows.text, rows.text
        for words in (refused(product, "ingest", str(bills["2"]), "--connection", "bill"), refused(product, *QUESTIONS[0])):
            assert "NoSuchBucket" in words and "--lake-endpoint" in words, words
        told = product.run("doctor", "--offline", "--json")
        assert told.returncode == 1 and "NoSuchBucket" in told.stdout, told.stdout

        bucket.store.client.create_bucket(Bucket=bucket.name)
        # An empty one is not the lake, and none is made there anew.
        assert "not there any more" in refused(product, *QUESTIONS[0])
        assert bucket.objects() == []
        bucket.put(kept)
        server.until_ready(200)
        assert server.call("GET", "/costs?metric=unblended&group_by=resource_id").status_code == 200
        assert totals(product) == raw_totals(bills["1"])
    finally:
        server.stop()


def test_wrong_keys_and_a_server_that_does_not_answer(product, bucket, bills):
    read(product, bills["1"])
    lake = next(check for check in json.loads(product.run("doctor", "--offline", "--json").stdout)["checks"] if check["check"] == "lake")
    assert lake["health"] == "good" and f"s3://{bucket.name}/{PREFIX}" in lake["found"], lake
    assert not any("/probe/" in key for key in bucket.objects())
    product.env = bucket.env(CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY="x" * 40, CLOUD_ANALYZER_LAKE_ACCESS_KEY_ID="AKIAIOSFODNN7UNKNOWN")
    words = refused(product, *QUESTIONS[0])
    assert any(code in words for code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "InvalidClientTokenId")), words
    assert "CLOUD_ANALYZER_LAKE_ACCESS_KEY_ID" in words
    product.env = bucket.env(CLOUD_ANALYZER_LAKE_ENDPOINT="http://127.0.0.1:9")
    assert "127.0.0.1:9" in refused(product, *QUESTIONS[0])
    product.env = bucket.env(CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY="")
    assert "CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY is not" in refused(product, *QUESTIONS[0])
    product.env = bucket.env()
    assert totals(product) == raw_totals(bills["1"])


def test_a_backup_holds_the_bucket_and_is_restored_anywhere(world, product, bucket, bills, tmp_path):
    read(product, bills["1"])
    told = answers(product)
    backup = str(tmp_path / "backup")
    made = json.loads(done(product, "backup", backup, "--json"))
    assert made["files"] > 6 and len(list(Path(backup).rglob("files/**/*.parquet"))) == len(bucket.data_files())
    again = json.loads(done(product, "backup", backup, "--json"))
    assert again["new_files"] < made["files"]

    folder = Product(tmp_path / "folder", world)
    done(folder, "restore", backup)
    assert answers(folder) == told
    moved = Product(tmp_path / "moved", world)
    moved.env = bucket.env()
    assert "is not empty" in refused(moved, "restore", backup)
    moved.env = bucket.env(CLOUD_ANALYZER_LAKE=f"s3://{bucket.name}/moved")
    done(moved, "restore", backup)
    assert not list(moved.folder.rglob("*.parquet"))
    assert answers(moved) == told
    read(moved, bills["2"])
    assert totals(moved) == raw_totals(bills["2"])
    # The first is as it was.
    assert answers(product) == told
