"""Two connections whose bills are in two currencies, one of them of two providers: every figure by currency equals DuckDB's over the raw
files, and no answer adds two currencies."""

import csv
import json
import random
from decimal import Decimal

import duckdb
import product
import pytest

COLUMNS = (
    "BilledCost EffectiveCost ListCost ContractedCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd ChargePeriodStart "
    "ChargePeriodEnd ChargeCategory ChargeFrequency ConsumedQuantity ConsumedUnit ProviderName PublisherName InvoiceIssuerName ServiceName "
    "ServiceCategory SubAccountId RegionId ResourceId Tags"
).split()
METRICS = {"unblended": "BilledCost", "amortized": "EffectiveCost", "list": "ListCost"}
DIMENSIONS = {"provider": "coalesce(ProviderName, 'Unknown')", "service": "ServiceName", "account_id": "SubAccountId", "billing_period": "month", "connection": "connection"}


def bill(path, seed, currency, account, providers):
    """Rows of three months; the last in which `currency` differs, as companies change over."""
    chance = random.Random(seed)
    path.mkdir()
    for month in (7, 8, 9):
        with (path / f"{month}.csv").open("w", newline="") as file:
            out = csv.DictWriter(file, COLUMNS, restval="")
            out.writeheader()
            for _ in range(120):
                day, cost = chance.randint(1, 28), Decimal(chance.randint(-99_999, 999_999)).scaleb(-chance.randint(2, 10))
                period = {"BillingPeriodStart": f"2026-{month:02}-01T00:00:00Z", "BillingPeriodEnd": f"2026-{month + 1:02}-01T00:00:00Z"}
                start = f"2026-{month:02}-{day:02}T00:00:00Z"
                out.writerow(
                    {
                        **period,
                        "BilledCost": cost,
                        "EffectiveCost": cost * 2,
                        "ListCost": cost * 3,
                        "ContractedCost": cost,
                        "BillingAccountId": account,
                        "BillingCurrency": currency(month),
                        "ChargePeriodStart": start,
                        "ChargePeriodEnd": f"2026-{month:02}-{day:02}T12:00:00Z",
                        "ChargeCategory": "Usage",
                        "ChargeFrequency": "Usage-Based",
                        "ConsumedQuantity": 1,
                        "ConsumedUnit": "Hours",
                        "ProviderName": chance.choice(providers),
                        "InvoiceIssuerName": "somebody",
                        "PublisherName": "somebody",
                        "ServiceName": chance.choice(["Compute", "Storage"]),
                        "ServiceCategory": "Compute",
                        "SubAccountId": f"{account}-{chance.randint(1, 3)}",
                        "RegionId": "eu",
                        "Tags": "{}",
                    }
                )
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    root = tmp_path_factory.mktemp("currencies")
    bills = [
        bill(root / "euros", 1, lambda _: "EUR", "one", ["Microsoft", "Google Cloud", ""]),
        bill(root / "changed", 2, lambda month: "EUR" if month == 7 else "USD", "two", ["AWS"]),
    ]
    data = root / "data"
    database = duckdb.connect()
    for place, source in enumerate(bills):
        summary = product.ingest(data, source)
        assert all(period["proven"] for period in summary["periods"])
        found = product.run("--data", str(data), "query", "--group-by", "connection", "--format", "json")
        rows = json.loads(found)["rows"]
        connection = next(row["keys"][0] for row in rows if row["keys"][0].endswith(source.name))
        select = f"SELECT *, '{connection}' AS connection, BillingPeriodStart[:7] AS month FROM read_csv('{source}/*.csv', all_varchar = true)"
        database.execute(f"CREATE TABLE bill AS {select}" if place == 0 else f"INSERT INTO bill {select}")
    return data, database


def raw(database, column, *by, where="true"):
    amount = f"CAST(sum(CAST({column} AS DECIMAL(38, 18))) AS VARCHAR)"
    rows = database.execute(f"SELECT {', '.join(['BillingCurrency', *by])}, {amount} FROM bill WHERE {where} GROUP BY ALL").fetchall()
    return {tuple(row[:-1]): Decimal(row[-1]) for row in rows}


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("metric", METRICS)
def test_every_figure_is_of_one_currency(metric, dimension, company):
    data, database = company
    theirs = raw(database, METRICS[metric], DIMENSIONS[dimension])
    assert product.query(data, metric, dimension) == theirs, "a file says of each row which currency it is in"
    totals = raw(database, METRICS[metric])
    assert set(totals) == {("EUR",), ("USD",)}
    for (currency,), total in totals.items():
        alone = product.query(data, metric, dimension, "--filter", f"currency={currency}")
        assert alone == {key[1:]: figure for key, figure in theirs.items() if key[0] == currency}
        assert sum(alone.values()) == total, "any breakdown of a currency has its total"


def test_filters_by_connection_and_provider(company):
    data, database = company
    connections = [row[0] for row in database.execute("SELECT DISTINCT connection FROM bill").fetchall()]
    for where, option in [(f"connection = '{it}'", f"connection={it}") for it in connections] + [
        ("ProviderName = 'Microsoft'", "provider=Microsoft"),
        ("ProviderName IS NULL", "provider=Unknown"),
        ("ProviderName IS NOT NULL", "provider!="),
        ("month = '2026-08'", "billing_period=2026-08"),
    ]:
        ours = product.query(data, "unblended", "currency", "--filter", option)
        assert ours == raw(database, "BilledCost", where=where), option


def test_the_interface_answers_everything_and_adds_nothing(company):
    data, database = company
    totals = {currency: total for (currency,), total in raw(database, "EffectiveCost").items()}
    with product.served(data) as get:
        overview = get("overview")
        main, other = overview["currencies"]
        assert overview["currency"] == main and {main, other} == set(totals)
        costs = get("costs", group_by="service")
        assert (costs["currency"], Decimal(costs["total"])) == (main, totals[main])
        assert costs["other_currencies"] == [{"currency": other, "total": str(totals[other].normalize())}]
        for currency, total in totals.items():
            costs = get("costs", group_by="connection", view="month", filter=f"currency={currency}")
            assert (costs["currency"], Decimal(costs["total"]), costs["other_currencies"]) == (currency, total, [])
            assert all(row["labels"][0] in ("euros", "changed") for row in costs["rows"]), "connections go by their names"
            assert sum(Decimal(row["total"]) for row in costs["rows"]) == total
            for path, query in {
                "summary": {"filter": f"currency={currency}"},
                "projection": {"filter": f"currency={currency}"},
                "savings": {"filter": f"currency={currency}"},
                "accounts": {"currency": currency},
                "subsets": {"currency": currency},
            }.items():
                assert json.dumps(get(path, **query)).count(f'"{currency}"') >= 1, path
            explained = get("explain", filter=f"currency={currency}", metric="amortized")
            assert (explained["currency"], Decimal(explained["figure"])) == (currency, total)
        each = get("costs", group_by="currency")
        assert {row["keys"][0]: Decimal(row["total"]) for row in each["rows"]} == totals
        assert Decimal(each["total"]) == totals[main], "the total is of the main currency alone"
        for path in ("summary", "projection", "savings", "accounts", "subsets", "dimensions", "dimensions/account_id/values"):
            get(path)
        values = get("dimensions/account_id/values")["values"]
        assert {value["value"] for value in values} == {row[0] for row in database.execute("SELECT DISTINCT SubAccountId FROM bill").fetchall()}
        assert {value["label"] for value in get("dimensions/connection/values")["values"]} == {"euros", "changed"}


def test_the_command_line_says_each_currency(company):
    data, database = company
    answer = json.loads(product.run("--data", str(data), "query", "--metric", "unblended", "--format", "json"))
    totals = {currency: total for (currency,), total in raw(database, "BilledCost").items()}
    assert answer["total"] is None and answer["currency"] is None and answer["rows"] == []
    assert {part["currency"]: Decimal(part["total"]) for part in answer["by_currency"]} == totals
    table = product.run("--data", str(data), "query", "--metric", "unblended", "--group-by", "provider")
    assert all(f"total {total.normalize():f} {currency}" in table for currency, total in totals.items()), table
    assert "also in" in product.run("--data", str(data), "explain")
