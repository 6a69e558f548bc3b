"""Another S3 server, with keys: paging, wrong signatures, and a secret that never leaves."""

import json
import os

import pytest
from world import KEYS, SecondS3


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    made = SecondS3(tmp_path_factory.mktemp("second"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(second):
    return second.url


@pytest.fixture(scope="module")
def client(second):
    return second.client()


def connect(product, server, bucket, *options):
    product.env = {"CLOUD_ANALYZER_SECRET_ACCESS_KEY": KEYS[1]}
    made = product.connect("store", "--kind", "s3-compatible", "--endpoint", server, "--bucket", bucket, "--access-key-id", KEYS[0], *options)
    product.env = {}
    return made


def test_more_than_a_page_of_files(product, server, client):
    client.create_bucket(Bucket="many")
    keys = [f"cur/cur/20261001-20261101/cur-{number:05}.csv.gz" for number in range(1, 1202)]
    for key in keys:
        client.put_object(Bucket="many", Key=key, Body=b"x")
    manifest = {"reportKeys": keys, "reportName": "cur", "billingPeriod": {"start": "20261001T000000.000Z"}}
    client.put_object(Bucket="many", Key="cur/cur/20261001-20261101/cur-Manifest.json", Body=json.dumps(manifest))
    connect(product, server, "many", "--prefix", "cur")
    done = product.verify("store")
    assert done.verdict == "passed", done.checks
    assert "and more" in done.text("list")
    assert "1 deliveries, 2026-10 to 2026-10, 2 kB" in done.text("months"), done.text("months")


def test_missing_bucket_and_no_answer(product, server):
    connect(product, server, "nowhere-at-all")
    done = product.verify("store")
    assert done.state("list") == "failed" and "NoSuchBucket" in done.text("list")
    product.connect("store", "--endpoint", "http://127.0.0.1:9")
    done = product.verify("store")
    assert done.state("list") == "failed" and "was not reached" in done.text("list"), done.text("list")


def test_a_signature_of_a_wrong_secret_is_refused(product, server, client):
    client.create_bucket(Bucket="signed")
    connect(product, server, "signed")
    assert product.verify("store").verdict == "not_yet", "an empty bucket"
    product.env = {"CLOUD_ANALYZER_SECRET_ACCESS_KEY": KEYS[1][::-1]}
    product.connect("store", "--access-key-id", KEYS[0])
    product.env = {}
    done = product.verify("store")
    assert done.verdict == "failed" and "SignatureDoesNotMatch" in done.text("list"), done.text("list")


def test_the_secret_is_sealed(product, server):
    made = connect(product, server, "sealed")
    assert made["has_secret"] is True and KEYS[1] not in json.dumps(made)
    for file in product.folder.rglob("*"):
        if file.is_file():
            assert KEYS[1].encode() not in file.read_bytes(), file
    key = product.folder / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    os.truncate(key, 5)
    done = product.run("verify", "store")
    assert done.returncode == 1 and "backup" in done.stderr, done.stderr
