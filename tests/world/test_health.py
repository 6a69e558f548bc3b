"""Failures that come and go, each against its cause, and deliveries that stop."""

import json
import sqlite3
import time

import pytest
from conftest import definition
from test_processing import ADMIN, MONTHS, generate, ready, totals, upload  # noqa: F401
from test_processing import mails, reports, serve  # noqa: F401 (fixtures)

NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


class Role:
    """The role's policy, to be taken away and given back."""

    def __init__(self, world, acme):
        self.iam, self.role = world.client("iam"), acme.arn.rsplit("/", 1)[-1]
        [self.name] = self.iam.list_role_policies(RoleName=self.role)["PolicyNames"]
        self.policy = self.iam.get_role_policy(RoleName=self.role, PolicyName=self.name)["PolicyDocument"]

    def put(self, policy: dict) -> None:
        self.iam.put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(policy))


def look(server, connection: str, *states: str) -> dict:
    """Has the connection looked at, and gives how that ended."""
    assert server.call("POST", f"/connections/{connection}/processing").status_code == 202
    return server.process_until(connection, states or ("done", "failed"))


def failing(server) -> list:
    return server.get("/overview")["failures"]


def until(found, seconds: float = 60):
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end, answer
        time.sleep(0.2)
    return answer


def everything(world, acme) -> dict:
    """Takes everything out of the bucket."""
    s3 = world.client("s3")
    kept = {}
    for found in s3.list_objects_v2(Bucket=acme.bucket)["Contents"]:
        kept[found["Key"]] = s3.get_object(Bucket=acme.bucket, Key=found["Key"])["Body"].read()
        s3.delete_object(Bucket=acme.bucket, Key=found["Key"])
    return kept


def put_back(world, acme, kept: dict) -> None:
    for key, body in kept.items():
        world.client("s3").put_object(Bucket=acme.bucket, Key=key, Body=body)


def days_ago(product, connection: str, hours: float) -> None:
    """The clock goes on: every delivery was seen so much earlier."""
    with sqlite3.connect(product.folder / "meta.sqlite", timeout=30) as database:
        database.execute("UPDATE deliveries SET seen_at_ms = seen_at_ms - ? WHERE connection_id = ?", (int(hours * 3_600_000), connection))


@pytest.fixture
def started(world, product, acme, reports, mails, serve):
    """A connection that was read, with an administrator who gets mails."""
    connection = ready(world, acme, reports["1"])
    product.run("user", "add", ADMIN, "--role", "administrator")
    server = serve(mails)
    assert server.process_until(connection, ("done", "failed"))["state"] == "done"
    mails.wait(1)
    return server, connection


@pytest.mark.parametrize("what", ["list", "role"])
def test_a_source_that_is_shut_says_how_to_open_it_and_clears_by_itself(world, product, acme, mails, started, what):
    server, connection = started
    before, proof = totals(product), server.get("/overview")["proof"]
    role = Role(world, acme)
    if what == "list":
        role.put(NOTHING)
        cause, fix = "cannot be listed: AccessDenied", "s3:ListBucket"
    else:
        trust = role.iam.get_role(RoleName=role.role)["Role"]["AssumeRolePolicyDocument"]
        shut = {**trust, "Statement": [{**one, "Effect": "Deny"} for one in trust["Statement"]]}
        role.iam.update_assume_role_policy(RoleName=role.role, PolicyDocument=json.dumps(shut))
        cause, fix = "cannot be assumed", "external ID"
    for times in (1, 2):
        assert look(server, connection)["state"] == "failed"
        # One row, counted.
        [failure] = failing(server)
        assert (failure["kind"], failure["times"], failure["connection"]) == ("look", times, connection), failure
        assert cause in failure["message"] and fix in failure["advice"], failure
        assert "<" not in failure["message"] and "AWS_ACCESS_KEY_ID" not in failure["advice"], failure
    # What was read stays what it was.
    overview = server.get("/overview")
    assert overview["proof"] == proof and totals(product) == before
    # The same words in the mail, on the command line and in the history.
    told = mails.wait(2)[-1].get_body(("plain",)).get_content().replace("\n", " ")
    assert cause in told and fix in told, told
    shown = product.run("ingest", "acme")
    assert shown.returncode == 1 and cause in shown.stderr and fix in shown.stderr, shown.stderr
    [row] = server.get(f"/connections/{connection}/ingests")["failures"]
    assert row["times"] == 3 and row["ended_at"] is None and cause in row["message"], row

    if what == "list":
        role.put(role.policy)
    else:
        role.iam.update_assume_role_policy(RoleName=role.role, PolicyDocument=json.dumps(trust))
    # Whoever reads it well ends it everywhere.
    assert product.run("ingest", "acme").returncode == 0
    assert failing(server) == []
    found = server.get(f"/connections/{connection}/processing")
    assert found["failures"] == [] and found["failure"] is None and found["state"] == "done", found
    [row] = server.get(f"/connections/{connection}/ingests")["failures"]
    assert row["ended_at"], row
    assert look(server, connection)["state"] == "done"
    assert "works again" in mails.wait(3)[-1]["subject"]
    assert server.get(f"/connections/{connection}")["state"] == "ready"


def test_an_emptied_bucket_and_a_removed_report_have_their_words(world, product, acme, mails, started):
    server, connection = started
    before, proof = totals(product), server.get("/overview")["proof"]
    kept = everything(world, acme)
    found = look(server, connection)
    assert found["state"] == "failed" and f"holds no cost report any more; {MONTHS} months" in found["failure"]["message"], found
    [failure] = failing(server)
    assert failure["kind"] == "gone" and "No report of this account is delivered" in failure["advice"], failure
    assert totals(product) == before and server.get("/overview")["proof"] == proof
    told = mails.wait(2)[-1].get_body(("plain",)).get_content().replace("\n", " ")
    assert "holds no cost report any more" in told and "No report of this account" in told, told
    look(server, connection)
    [failure] = failing(server)
    assert failure["times"] == 2 and "No report of this account is delivered" in failure["advice"], failure
    put_back(world, acme, kept)
    assert look(server, connection)["state"] == "done"
    assert failing(server) == []


def test_deliveries_that_stop_are_told_once_and_end_with_the_next(world, product, acme, reports, mails, started):
    server, connection = started
    proof = server.get("/overview")["proof"]
    # On time, however often one looks.
    assert look(server, connection)["state"] == "done" and failing(server) == []
    # The report delivers elsewhere from now on.
    world.client("cur").put_report_definition(ReportDefinition=definition(acme.bucket, ReportName=f"cur-{acme.bucket}", S3Prefix="elsewhere"))
    acme.report = f"cur-{acme.bucket}"
    days_ago(product, connection, 40)
    assert look(server, connection)["state"] == "done"
    [failure] = until(lambda: failing(server))
    assert failure["kind"] == "stopped" and "for more than 36 hours" in failure["message"], failure
    assert f"s3://{acme.bucket}/elsewhere" in failure["advice"], failure
    assert server.get("/overview")["proof"] == proof
    found = server.get(f"/connections/{connection}/processing")
    assert found["deliveries"]["stopped"] and found["deliveries"]["data_through"], found
    told = mails.wait(2)[-1]
    assert "needs attention" in told["subject"] and "no new delivery" in told.get_body(("plain",)).get_content()
    # However long it lasts.
    days_ago(product, connection, 400)
    look(server, connection)
    time.sleep(6)
    assert len(mails.all()) == 2 and len(failing(server)) == 1
    upload(world, acme.bucket, reports["2"])
    assert look(server, connection)["state"] == "done"
    assert failing(server) == []
    assert not server.get(f"/connections/{connection}/processing")["deliveries"]["stopped"]
    assert "works again" in mails.wait(3)[-1]["subject"]


def test_a_month_that_was_refused_says_so_and_counts_once(world, product, acme, reports, serve):
    upload(world, acme.bucket, reports["1"])
    s3 = world.client("s3")
    key = next(o["Key"] for o in s3.list_objects_v2(Bucket=acme.bucket)["Contents"] if o["Key"].endswith(".csv.gz"))
    good = s3.get_object(Bucket=acme.bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=acme.bucket, Key=key, Body=good[: len(good) // 2])
    acme.stack()
    assert acme.verify().verdict in ("passed", "warning")
    server = serve()
    found = server.process_until(acme.made["id"], ("failed",))
    states = sorted(month["state"] for month in found["months"])
    assert states == ["complete"] * (MONTHS - 1) + ["failed"], found
    [month] = [month for month in found["months"] if month["state"] == "failed"]
    assert month["failure"]["message"] and month["failure"]["file"], month
    [failure] = failing(server)
    assert failure["kind"] == "month" and failure["period"] == month["period"], failure
    s3.put_object(Bucket=acme.bucket, Key=key, Body=good)
    found = look(server, acme.made["id"])
    assert [month["state"] for month in found["months"]] == ["complete"] * MONTHS and failing(server) == []
