"""One bill that lies in a source more than once, without a manifest that says which counts: the same bytes are read once
and named, everything else is refused in words; parts of a bill still add up."""

import csv
import gzip
import io
import shutil
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cases import ROOT, WORK, cli, figures

BASE = ROOT / "focus" / "59-bills-and-copies" / "b-same-id" / "az" / "f.csv"
CUR = {
    "identity/LineItemId": "", "bill/BillingPeriodStartDate": "2026-08-01T00:00:00Z", "bill/PayerAccountId": "111122223333", "lineItem/UsageAccountId": "444455556666",
    "lineItem/LineItemType": "Usage", "lineItem/UsageStartDate": "", "lineItem/ProductCode": "AmazonEC2", "lineItem/UsageType": "BoxUsage", "lineItem/UnblendedCost": "",
    "lineItem/CurrencyCode": "USD", "lineItem/ResourceId": "",
}  # fmt: skip


def focus(days, accounts=("a", "b"), per_day=3, change=lambda cost, day: cost):
    """A bill in FOCUS: rows of some days of August."""
    with open(BASE, encoding="utf-8", newline="") as file:
        [base] = csv.DictReader(file)
    rows = []
    for day in days:
        start = date(2026, 8, day)
        for number in range(per_day):
            for account in accounts:
                cost = str(change(Decimal(day * 100 + number * 7 + len(account)) / 64, day))
                rows.append(base | {
                    "BilledCost": cost, "EffectiveCost": cost, "ListCost": cost, "ResourceId": f"r{number}-{account}", "SubAccountId": account,
                    "BillingPeriodStart": "2026-08-01T00:00:00Z", "BillingPeriodEnd": "2026-09-01T00:00:00Z",
                    "ChargePeriodStart": f"{start}T00:00:00Z", "ChargePeriodEnd": f"{start + timedelta(1)}T00:00:00Z",
                })  # fmt: skip
    return rows


def hours(rows, shares=(1, 1, 2, 4)):
    """The same bill by hours: each day's cost in four of them."""
    return [row | {cost: str(Decimal(row[cost]) * share / sum(shares)) for cost in ("BilledCost", "EffectiveCost", "ListCost")} | {
        key: row["ChargePeriodStart"].replace("T00", f"T{hour:02d}") for key, hour in (("ChargePeriodStart", at), ("ChargePeriodEnd", at + 1))
    } for row in rows for at, share in enumerate(shares)]  # fmt: skip


def cur(names=lambda name: name):
    """A bill as a Cost and Usage Report."""
    rows = []
    for day in range(1, 8):
        for number in range(4):
            row = CUR | {"identity/LineItemId": f"{day}-{number}", "lineItem/UsageStartDate": f"2026-08-{day:02d}T{number:02d}:00:00Z", "lineItem/UnblendedCost": f"{day}.{number}", "lineItem/ResourceId": f"i-{number}"}
            rows.append({names(key): value for key, value in row.items()})
    return rows


def text(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def lay(name, files):
    root = WORK / "copies" / name
    shutil.rmtree(root, ignore_errors=True)
    for path, rows in files.items():
        to = root / path
        to.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, bytes):
            to.write_bytes(rows)
        elif path.endswith(".parquet"):
            pq.write_table(pa.Table.from_pylist(rows), to)
        else:
            to.write_bytes(gzip.compress(text(rows), mtime=0) if path.endswith(".gz") else text(rows))
    return root


def ingest(name, files):
    data = str(WORK / "copies" / f"{name}-data")
    code, out, err = cli("--data", data, "ingest", str(lay(name, files)), "--json")
    assert "panicked" not in err
    total = figures(data, "--metric", "unblended", "--group-by", "billing_period")[0] if code == 0 else None
    return code, total and total["2026-08"], out + err


def total(rows):
    return sum((Decimal(row.get("BilledCost") or row.get("lineItem/UnblendedCost") or row["line_item_unblended_cost"]) for row in rows), Decimal(0))


WHOLE = focus(range(1, 11))
FIRST, SECOND = WHOLE[:25], WHOLE[25:]


@pytest.mark.parametrize("copy", ["x (copy)/", "x - Copy/", "backup/x/", "old/2026/"])
def test_a_copied_folder_is_read_once_and_named(copy):
    files = {"x/part-1.csv": FIRST, "x/part-2.csv": SECOND, f"{copy}part-1.csv": FIRST, f"{copy}b.csv": SECOND}
    code, found, said = ingest("folder", files)
    assert (code, found) == (0, total(WHOLE)), said
    for path in files:
        assert path.startswith("x/") or path in said, said
    assert "byte by byte" in said
    assert '"superseded": 2' in said


REFUSED = {
    "compressed under another name": {"x/a.csv": WHOLE, "y/b.csv.gz": WHOLE},
    "another order of the rows": {"x/a.csv": WHOLE, "y/b.csv": WHOLE[::-1]},
    "other columns": {"x/a.csv": WHOLE, "y/b.csv": [{key: value for key, value in row.items() if key != "ResourceId"} for row in WHOLE]},
    "another split": {"x/a.csv": FIRST, "x/b.csv": SECOND, "all.csv": WHOLE},
    "csv and parquet": {"a.csv": WHOLE, "b.parquet": WHOLE},
    "the month to date, twice": {"2026-08-05.csv": focus(range(1, 6)), "2026-08-10.csv": WHOLE},
    "folders by the day of the export": {"2026-08-05/c.csv": focus(range(1, 6)), "2026-08-10/c.csv": WHOLE},
    "days that overlap": {"first.csv": focus(range(1, 8)), "then.csv": focus(range(5, 11))},
    "by hours and by days": {"hourly.csv": hours(WHOLE), "daily.csv": WHOLE},
    "by days, and by hours in folders": {"daily/c.csv": WHOLE, "x/1.parquet": hours(FIRST), "x/2.parquet": hours(SECOND)},
    "by hours, and the month to date by days": {"hourly.csv": hours(WHOLE), "then/daily.csv": focus(range(1, 6))},
    "an older state": {"x/a.csv": WHOLE, "x - Copy/a.csv": focus(range(1, 11), change=lambda cost, day: cost + (day > 7))},
    "an older state of every day": {"costs.csv": WHOLE, "costs (1).csv": focus(range(1, 11), change=lambda cost, _: cost + 1)},
    "a folder without manifest": {"e/data/BILLING_PERIOD=2026-08/a.parquet": WHOLE, "e/data/BILLING_PERIOD=2026-08/a (1).parquet": WHOLE[::-1]},
    "cur and focus": {"a.csv": cur(), "b.csv": [row | {"BillingAccountId": "111122223333", "SubAccountId": "444455556666"} for row in WHOLE]},
    "cur in two forms": {"a.csv": cur(), "b.csv": cur(lambda name: {"identity/LineItemId": "identity_line_item_id", "bill/BillingPeriodStartDate": "bill_billing_period_start_date",
        "bill/PayerAccountId": "bill_payer_account_id", "lineItem/UsageAccountId": "line_item_usage_account_id", "lineItem/LineItemType": "line_item_line_item_type",
        "lineItem/UsageStartDate": "line_item_usage_start_date", "lineItem/ProductCode": "line_item_product_code", "lineItem/UsageType": "line_item_usage_type",
        "lineItem/UnblendedCost": "line_item_unblended_cost", "lineItem/CurrencyCode": "line_item_currency_code", "lineItem/ResourceId": "line_item_resource_id"}[name])},
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_two_states_of_one_bill_are_refused_in_words(name):
    code, found, said = ingest("refused", REFUSED[name])
    assert code == 1, f"added up: {found}"
    assert "count twice" in said or "both hold account" in said, said
    assert sum(path in said for path in REFUSED[name]) >= 2 or "'x'" in said, said


PARTS = {
    "days": {f"{day:02d}.csv": focus([day]) for day in range(1, 11)},
    "days of flat cost": {f"{day:02d}/c.csv": focus([day], change=lambda *_: Decimal(2)) for day in range(1, 11)},
    "shards": {f"s{at}.csv": WHOLE[at::3] for at in range(3)},
    "accounts": {f"{account}/c.csv": focus(range(1, 11), [account]) for account in "ab"},
    "accounts of equal cost": {f"{account}/c.csv": focus(range(1, 11), [account], change=lambda *_: Decimal(3)) for account in "ab"},
    "resources of equal cost": {f"part-{at}.csv": [row for row in focus(range(1, 11), ["a"], change=lambda *_: Decimal(3)) if row["ResourceId"].startswith(f"r{at}")] for at in range(3)},
    "hours of a day": {f"{at}.csv": hours(WHOLE, (1, 1, 1, 1))[at::4] for at in range(4)},
    "hours of flat cost": {"night.csv": hours(focus(range(1, 11), change=lambda *_: Decimal(8)), (1,) * 8), "noon.csv": focus(range(1, 11), ["c"], change=lambda *_: Decimal(8))},
    "several bills": {f"{bill}.csv": [row | {"BillingAccountId": bill} for row in WHOLE] for bill in ("8800", "8801")},
    "downloads of two accounts": {"costs.csv": focus(range(1, 11), ["a"]), "costs (1).csv": focus(range(1, 11), ["b"], change=lambda cost, _: cost + 1)},
    "downloads of two weeks": {"costs.csv": focus(range(1, 8)), "costs (1).csv": focus(range(8, 11))},
    "numbered files": {"costs (1).csv": FIRST, "costs (2).csv": SECOND},
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_parts_of_a_bill_add_up(name):
    files = PARTS[name]
    code, found, said = ingest("parts", files)
    assert (code, found) == (0, sum(map(total, files.values()), Decimal(0))), said
