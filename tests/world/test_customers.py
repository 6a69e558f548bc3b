"""One bill, split among customers by an account list: each reads its own accounts, and nothing of the others."""

import csv
import io
import json
from decimal import Decimal

import pytest
from test_processing import MONTHS, reports, serve  # noqa: F401  (fixtures)

SPLIT = ("Acme", "Borealis")


class Bill:
    """A provider's verified connection, and what its bill holds by account."""

    def __init__(self, product, folder):
        self.product = product
        product.connect("bill", "--kind", "local", "--folder", str(folder))
        product.verify("bill")
        assert product.run("ingest", "bill").returncode == 0
        self.accounts = self.costs(None, "account_id")
        self.names = sorted(self.accounts)

    def costs(self, organization, group_by: str, *more: str) -> dict:
        scope = ("--organization", organization) if organization else ("--organization", "My organization")
        done = self.product.run(*scope, "query", "--metric", "unblended", "--group-by", group_by, "--format", "csv", *more)
        assert done.returncode == 0, done.stderr
        rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
        return {row[0]: Decimal(row[-1]) for row in rows}

    def split(self, lines: list, code: int = 0) -> str:
        listed = self.product.folder / "accounts.csv"
        listed.write_text("account_id,organization\n" + "".join(f"{account},{owner}\n" for account, owner in lines))
        done = self.product.run("--organization", "My organization", "customers", "bill", "--accounts", str(listed), "--json")
        assert done.returncode == code, done.stderr
        return done.stderr if code else json.loads(done.stdout)

    def read(self, organization: str) -> list:
        done = self.product.run("--organization", organization, "ingest", "Accounts billed by My organization", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["periods"]


@pytest.fixture
def bill(product, reports):  # noqa: F811
    return Bill(product, reports["1"])


def test_each_customer_has_its_accounts_and_the_parts_are_the_whole(bill):
    half = len(bill.names) // 2
    owners = {account: SPLIT[at >= half] for at, account in enumerate(bill.names)}
    made = bill.split(list(owners.items()))
    assert [customer["organization"] for customer in made] == sorted(SPLIT)
    total = Decimal(0)
    for name in SPLIT:
        periods = bill.read(name)
        assert all(period["outcome"] == "published" and period["proven"] for period in periods)
        assert len(periods) == MONTHS
        theirs = bill.costs(name, "account_id")
        assert theirs == {account: cost for account, cost in bill.accounts.items() if owners[account] == name}
        total += sum(theirs.values())
        # Line items, too: hours are asked of them.
        hours = bill.costs(name, "account_id", "--view", "hour")
        assert set(hours) == set(theirs)
        reconciled = bill.product.run("--organization", name, "reconcile", "--format", "json")
        assert reconciled.returncode == 0, reconciled.stderr
    assert total == sum(bill.accounts.values())
    assert all(period["outcome"] == "unchanged" for period in bill.read(SPLIT[0]))


def test_who_loses_an_account_keeps_nothing_of_it(bill):
    first, second = bill.names[:2]
    [made] = bill.split([(first, "Acme"), (second, "Acme")])
    bill.read("Acme")
    lake = bill.product.folder / "lake"
    stored = [path for path in lake.rglob("*.parquet") if made["connection_id"] in str(path)]
    assert stored
    assert set(bill.costs("Acme", "account_id")) == {first, second}
    bill.split([(first, "Acme"), (second, "Borealis")])
    gone = bill.product.run("--organization", "Acme", "query", "--metric", "unblended", "--group-by", "account_id", "--format", "csv")
    assert second not in gone.stdout, "before anything is read again"
    assert not any(path.exists() for path in stored)
    bill.read("Acme")
    assert set(bill.costs("Acme", "account_id")) == {first}
    bill.split([(second, "Borealis")])
    done = bill.product.run("--organization", "Acme", "ingest", "Accounts billed by My organization")
    assert done.returncode == 1, "the customer's connection is gone"


def test_who_has_no_cost_in_a_month_has_a_month_without_cost(bill):
    [made] = bill.split([("999999999999", "Nobody")])
    for outcome in ("published", "unchanged"):
        periods = bill.read("Nobody")
        assert [(period["outcome"], period["rows"], period["proven"]) for period in periods] == [(outcome, 0, True)] * MONTHS
    assert bill.costs("Nobody", "account_id") == {}
    assert made["accounts"] == ["999999999999"]


def test_a_list_that_is_wrong_changes_nothing(bill):
    first = bill.names[0]
    bill.split([(first, "Acme")])
    for lines, said in [
        ([(first, "Acme"), (first, "Borealis")], "both Acme and Borealis"),
        ([(first, "My organization")], "no customer"),
        ([("1 2 3", "Acme")], "no account ID"),
        ([("1111-1111-1111", "Acme")], "no account ID"),
        ([(bill.names[1], "x" * 101)], "too long"),
        ([(first, "")], "no customer"),
    ]:
        assert said in bill.split(lines, code=1)
    listed = bill.product.run("--organization", "My organization", "customers", "bill", "--json")
    assert [(c["organization"], c["accounts"]) for c in json.loads(listed.stdout)] == [("Acme", [first])]
    removed = bill.product.run("--organization", "Acme", "verify", "Accounts billed by My organization")
    assert removed.returncode == 1 and "provider" in removed.stderr


def test_a_server_reads_customers_by_itself_and_keeps_them_apart(bill, serve):  # noqa: F811
    first, second = bill.names[:2]
    server = serve()
    done = server.call("GET", "/connections")
    [connection] = done.json()["connections"]
    # A bill is split between two readings.
    server.process_until(connection["id"], ("done", "failed"))
    # A token is no person: it makes no organizations.
    refused = server.call("PUT", f"/connections/{connection['id']}/customers", json={"accounts": [{"account_id": first, "organization": "Acme"}]})
    assert refused.status_code == 403, refused.text
    server.stop()
    [made] = bill.split([(first, "Acme")])
    server.start(None)
    token = bill.product.run("--organization", "Acme", "token", "create", "--name", "theirs", "--role", "viewer")
    server.token = next(line for line in token.stdout.split() if len(line) > 30)
    done = server.process_until(made["connection_id"], ("done", "failed"))
    assert done["state"] == "done" and len(done["months"]) == MONTHS, done
    values = server.get("/dimensions/account_id/values")["values"]
    assert [value["value"] for value in values] == [first]
    for path in ("/overview", "/dimensions", f"/connections/{made['connection_id']}/ingests", "/costs?group_by=account_id&view=total", "/costs?group_by=payer_account_id,resource_id&view=total"):
        assert second not in server.call("GET", path).text, path
    rows = {ingest["rows"] for ingest in server.get(f"/connections/{made['connection_id']}/ingests")["ingests"]}
    months = {month["rows"] for month in done["months"]}
    assert rows == months, "what is the customer's own is counted"
    assert server.call("GET", f"/connections/{connection['id']}").status_code == 404
