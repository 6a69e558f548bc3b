"""Irregular spend, of the real binary on bills that are written here: what was done to them is found, nothing else is told, and the
figures are DuckDB's over the raw files. The same whatever order the months come in, however often one is restated, and after a kill."""

import csv
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import product
import pytest

COLUMNS = (
    "BilledCost EffectiveCost ListCost ContractedCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd ChargePeriodStart "
    "ChargePeriodEnd ChargeCategory ChargeFrequency ConsumedQuantity ConsumedUnit ProviderName PublisherName InvoiceIssuerName ServiceName "
    "ServiceCategory SubAccountId RegionId ResourceId Tags"
).split()
CONTRACT = (
    "id definitions account_id product_code service object kind direction first_day last_day raised_on data_through expected_low expected_high cost excess "
    "change_percent severity status causes"
).split()
FIRST, LAST = date(2025, 8, 1), date(2026, 8, 30)
SERVICES = {"Compute": 400, "Storage": 150, "Database": 250, "Queue": 20}
# Account, service, first and last day, and what it costs more by then.
SPIKE = ("one-1", "Compute", date(2026, 5, 13), date(2026, 5, 14), 900)
SHIFT = ("one-2", "Storage", date(2026, 6, 17), LAST, 400)
NEW = ("one-3", "Video", date(2026, 8, 12), LAST, 200)
EUROS = ("two-1", "Database", date(2026, 7, 8), date(2026, 7, 8), 700)
DAYS = [FIRST + timedelta(days) for days in range((LAST - FIRST).days + 1)]
MONTHS = sorted({f"{day:%Y-%m}" for day in DAYS})


def bill(folder, account, currency, incidents, months=MONTHS):
    """A file a month. A series is the same whatever else is in the bill."""
    folder.mkdir(exist_ok=True)
    services = set(SERVICES) | {service for _, service, *_ in incidents}
    rows = {month: [] for month in MONTHS}
    for number in (1, 2, 3):
        for service in sorted(services):
            chance = random.Random(f"{account}-{number} {service}")
            level = SERVICES.get(service, 0) * number
            for day in DAYS:
                cost = Decimal(str(round(level * (0.7 if day.weekday() > 4 else 1) * chance.uniform(0.96, 1.04), 4)))
                for whose, what, first, last, more in incidents:
                    if (whose, what) == (f"{account}-{number}", service) and first <= day <= last:
                        cost += Decimal(more) + Decimal(str(round(chance.uniform(0, 3), 4)))
                if cost:
                    rows[f"{day:%Y-%m}"].append((f"{account}-{number}", service, day, cost))
    for month in months:
        write(folder / f"{month}.csv", account, currency, month, rows[month])
    return folder


def write(path, account, currency, month, rows):
    after = (date.fromisoformat(f"{month}-28") + timedelta(4)).replace(day=1)
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, restval="")
        out.writeheader()
        for who, service, day, cost in rows:
            out.writerow(
                {
                    **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost),
                    "BillingPeriodStart": f"{month}-01T00:00:00Z",
                    "BillingPeriodEnd": f"{after}T00:00:00Z",
                    "BillingAccountId": account,
                    "BillingCurrency": currency,
                    "ChargePeriodStart": f"{day}T00:00:00Z",
                    "ChargePeriodEnd": f"{day + timedelta(1)}T00:00:00Z",
                    "ChargeCategory": "Usage",
                    "ChargeFrequency": "Usage-Based",
                    "ConsumedQuantity": cost,
                    "ConsumedUnit": "Hours",
                    **dict.fromkeys(("ProviderName", "InvoiceIssuerName", "PublisherName"), "somebody"),
                    "ServiceName": service,
                    "ServiceCategory": "Compute",
                    "SubAccountId": who,
                    "RegionId": "eu",
                    # What people write into tags ends no line of anything.
                    "Tags": json.dumps({"team": f"a\r\nSubject: {who}"}),
                }
            )


def events(data, *options):
    return json.loads(product.run("--data", str(data), "events", "--format", "json", *options))


def told(found):
    """What the method that notifies saw."""
    return [event for event in found if "predefined_robust" in event["definitions"]]


def places(found):
    return sorted((event["account_id"], event["service"], event["first_day"], event["direction"]) for event in found)


def place(incident):
    account, service, first, *_ = incident
    return (account, service, str(first), "increase")


def raw(data, source, event):
    """DuckDB's sum over the raw files, of the days that the event says that count."""
    with closing(sqlite3.connect(data / "meta.sqlite", timeout=30)) as link:
        (kept,) = link.execute("SELECT event FROM trend_events WHERE id = ?", (event["id"],)).fetchone()
    days = json.loads(kept)["days"]
    assert (days[0], days[-1]) == (event["first_day"], event["last_day"])
    where = f"SubAccountId = '{event['account_id']}' AND ServiceName = '{event['service']}' AND ChargePeriodStart[:10] IN {(*days, '')}"
    amount = "CAST(sum(CAST(EffectiveCost AS DECIMAL(38, 10))) AS VARCHAR)"
    return Decimal(duckdb.sql(f"SELECT {amount} FROM read_csv('{source}/*.csv', all_varchar = true) WHERE {where}").fetchall()[0][0])


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    root = tmp_path_factory.mktemp("trends")
    one = bill(root / "one", "one", "USD", [SPIKE, SHIFT, NEW])
    two = bill(root / "two", "two", "EUR", [EUROS])
    data = root / "data"
    for source in (one, two):
        product.ingest(data, source)
    return data, one, two


def test_what_was_done_is_found_with_its_exact_cost(company):
    data, one, two = company
    found = told(events(data))
    assert places(found) == sorted(place(incident) for incident in (SPIKE, SHIFT, NEW, EUROS))
    for event in found:
        assert list(event) == CONTRACT
        assert Decimal(event["cost"]) == raw(data, two if event["account_id"].startswith("two") else one, event), event
        assert Decimal(event["excess"]) > 0 and event["severity"] in ("low", "medium", "high", "critical")
    kinds = {event["service"]: event["kind"] for event in found}
    assert kinds == {"Compute": "spike", "Storage": "shift", "Video": "new", "Database": "spike"}


def test_the_list_is_narrowed_and_written_as_asked(company):
    data, *_ = company
    assert told(events(data, "--direction", "decrease")) == []
    assert [event["service"] for event in told(events(data, "--from", "2026-08-01", "--direction", "increase"))] == ["Video"]
    assert events(data, "--status", "archived") == events(data, "--status", "withdrawn") == []
    assert len(events(data, "--status", "all")) == len(events(data))
    text = product.run("--data", str(data), "events", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == CONTRACT
    assert [row["id"] for row in rows] == [event["id"] for event in events(data)]
    assert len(product.run("--data", str(data), "events").splitlines()) == len(rows) + 2


def test_a_back_test_finds_the_same(company):
    data, *_ = company
    answer = json.loads(product.run("--data", str(data), "backtest", "--method", "robust", "--threshold", "25", "--minimum", "100", "--format", "json"))
    objects = sorted(one["object"]["account"] for one in answer["found"] if one["direction"] == "increase")
    # In the main currency.
    assert objects in (["one-1", "one-2", "one-3"], ["two-1"])
    assert len(answer["months"]) == 13 and sum(month["events"] for month in answer["months"]) == answer["total"]
    strict = json.loads(product.run("--data", str(data), "backtest", "--minimum", "1000000", "--format", "json"))
    assert strict["total"] == 0 and strict["found"] == []


def known(found):
    """All but what says through when the data reached."""
    keys = ("account_id", "service", "kind", "direction", "first_day", "last_day", "cost", "excess", "expected_low", "expected_high", "severity", "status")
    return sorted(tuple(str(event[key]) for key in keys) for event in told(found))


@pytest.mark.parametrize("order", ["as they come", "backwards"])
def test_the_order_of_deliveries_changes_nothing(order, company, tmp_path):
    _, whole, _ = company
    source, data = tmp_path / "one", tmp_path / "data"
    source.mkdir()
    # All together, then one by one: what is found is found while they come.
    first, rest = (MONTHS[:8], MONTHS[8:]) if order == "as they come" else (MONTHS[8:], MONTHS[:8][::-1])
    for months in [first, *([month] for month in rest)]:
        for month in months:
            (source / f"{month}.csv").write_bytes((whole / f"{month}.csv").read_bytes())
        product.ingest(data, source)
    expected = [event for event in events(company[0]) if not event["account_id"].startswith("two")]
    assert known(events(data)) == known(expected)


def test_a_month_restated_again_and_again_gives_no_double_and_what_is_taken_back_is_withdrawn(tmp_path):
    source, data = tmp_path / "one", tmp_path / "data"
    bill(source, "one", "USD", [SPIKE, SHIFT])
    product.ingest(data, source)
    before = {event["id"]: event for event in told(events(data))}
    assert len(before) == 2
    for more in (905, 910, 890, 915, 925):
        bill(source, "one", "USD", [(*SPIKE[:4], more), SHIFT], ["2026-05"])
        product.ingest(data, source)
        found = told(events(data))
        assert {event["id"] for event in found} == set(before)
        spike = next(event for event in found if event["service"] == "Compute")
        assert Decimal(spike["cost"]) == raw(data, source, spike)
    bill(source, "one", "USD", [SHIFT], ["2026-05"])
    product.ingest(data, source)
    assert [event["service"] for event in told(events(data))] == ["Storage"]
    withdrawn = told(events(data, "--status", "withdrawn"))
    assert [(event["id"] in before, event["service"], event["status"]) for event in withdrawn] == [(True, "Compute", "withdrawn")]


def test_a_kill_in_the_middle_of_a_look_loses_nothing_and_doubles_nothing(company, tmp_path):
    _, source, _ = company
    data = tmp_path / "data"
    product.ingest(data, source)
    expected = {event["id"] for event in events(data)}
    with closing(sqlite3.connect(data / "meta.sqlite", timeout=30)) as link:
        for table in ("trend_history", "trend_events", "trend_looks"):
            link.execute(f"DELETE FROM {table}")
        link.commit()
    command = [product.BIN, "--data", str(data), "ingest", str(source), "--force"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with closing(sqlite3.connect(data / "meta.sqlite", timeout=30)) as link:
        for _ in range(6000):
            if link.execute("SELECT count(*) FROM jobs WHERE name = 'detect' AND state = 'running'").fetchone()[0]:
                break
            time.sleep(0.01)
        else:
            pytest.fail("no look began")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # Whoever comes next waits until the look that nobody is at any more may be taken over.
    product.ingest(data, source)
    found = events(data)
    assert {event["id"] for event in found} == expected and len(found) == len(expected)
    with closing(sqlite3.connect(data / "meta.sqlite", timeout=30)) as link:
        doubled = link.execute("SELECT event_id, count(*) FROM trend_history WHERE transition = 'opened' GROUP BY 1 HAVING count(*) > 1").fetchall()
        assert doubled == [] and link.execute("SELECT count(*) FROM trend_looks").fetchone() == (1,)
