"""What AWS Organizations says of accounts: names and organizational units, read through the role that our template makes."""

import csv
import gzip
import io

import pytest
from test_processing import generate, upload


def query(product, *arguments: str) -> dict:
    done = product.run("query", "--metric", "unblended", *arguments, "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
    return {row[0]: row[-1] for row in rows}


@pytest.fixture
def tree(world):
    """An account in Workloads / Production; taken apart again after the test."""
    client = world.client("organizations")
    account = client.create_account(Email="prod@example.com", AccountName="Checkout production")["CreateAccountStatus"]["AccountId"]
    [root] = client.list_roots()["Roots"]
    workloads = client.create_organizational_unit(ParentId=root["Id"], Name="Workloads")["OrganizationalUnit"]["Id"]
    production = client.create_organizational_unit(ParentId=workloads, Name="Production")["OrganizationalUnit"]["Id"]
    client.move_account(AccountId=account, SourceParentId=root["Id"], DestinationParentId=production)
    yield account, production, root["Id"]


def of_account(folder, account: str):
    """A small bill, one of whose accounts is that one, and the number that it had."""
    reports = generate(folder, "5")
    files = sorted(reports.rglob("*.csv.gz"))
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(files[0].read_bytes()).decode())))
    payer = rows[0]["bill/PayerAccountId"]
    replaced = next(row["lineItem/UsageAccountId"] for row in rows if row["lineItem/UsageAccountId"] != payer)
    for file in files:
        text = gzip.decompress(file.read_bytes()).decode()
        file.write_bytes(gzip.compress(text.replace(replaced, account).encode(), 1))
    return reports


def test_cost_by_organizational_unit(world, product, acme, tree, tmp_path):
    account, production, root = tree
    upload(world, acme.bucket, of_account(tmp_path / "bill", account))
    acme.stack()
    verified = acme.verify()
    assert verified.state("optional") == "passed", verified.text("optional")
    assert "organizational units" in verified.text("optional")
    done = product.run("ingest", "acme")
    assert done.returncode == 0, done.stderr

    by_account = query(product, "--group-by", "account_id")
    by_unit = query(product, "--group-by", "organizational_unit")
    assert by_unit["Workloads / Production"] == by_account[account]
    # Accounts of the bill that AWS Organizations does not know are in no unit, and in the total all the same.
    assert len(by_unit) == 2

    # An account that moves is found where it is now, for the past too.
    world.client("organizations").move_account(AccountId=account, SourceParentId=production, DestinationParentId=root)
    acme.verify()
    assert query(product, "--group-by", "organizational_unit")["Root"] == by_account[account]


def test_a_role_without_the_right_keeps_names_and_says_what_is_missing(world, acme, tree):
    world.rules({"service": "organizations", "operation": "ListRoots", "error": {"code": "AccessDeniedException", "message": "not authorized", "status": 400}})
    done = acme.stack().delivered().defined().verify()
    assert done.state("optional") == "warning"
    assert "organizations:ListRoots: Cost is not shown by organizational unit." in done.text("optional")
    assert "ListAccounts:" not in done.text("optional")
