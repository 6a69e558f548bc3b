"""A data folder that the version before the columns grew wrote: it opens, says the same, and is read again in full.

`upgrade/columns-1.tar.gz` holds that version's data folder, the report it read (two months of the demo company's
bill) and what it answered (`query --format csv`, sorted lines).
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import product
import pytest
from deltalake import DeltaTable
from deltalake.schema import Field, PrimitiveType

FIXTURE = Path(__file__).parent / "upgrade" / "columns-1.tar.gz"
VERSION = 2
# Column of the line items -> that of the report.
GROWN = {
    "ListUnitPrice": "pricing/publicOnDemandRate",
    "x_SavingsPlanRate": "savingsPlan/SavingsPlanRate",
    "x_TotalCommitment": "savingsPlan/TotalCommitmentToDate",
    "x_UsedCommitment": "savingsPlan/UsedCommitment",
    "x_ReservationAmortizedFee": "reservation/AmortizedUpfrontFeeForBillingPeriod",
    "x_ReservationAmortizedCost": "reservation/AmortizedUpfrontCostForUsage",
    "x_NormalizationFactor": "lineItem/NormalizationFactor",
    "x_NormalizedUsageAmount": "lineItem/NormalizedUsageAmount",
    "x_SplitUsage": "splitLineItem/SplitUsage",
    "x_SplitUsageRatio": "splitLineItem/SplitUsageRatio",
    "x_NetSplitCost": "splitLineItem/NetSplitCost",
    "x_NetSplitUnusedCost": "splitLineItem/NetUnusedCost",
}


@pytest.fixture
def old(tmp_path, monkeypatch):
    """The folder that holds `data` and `report`; the connection knows the report by a relative path."""
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path, filter="data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answered(folder: Path) -> dict:
    """What the older version answered."""
    return json.loads((folder / "figures.json").read_text())


def answers(folder: Path) -> dict:
    """The same questions, asked now."""
    found = {}
    for question in answered(folder):
        metric, by = question.split(" ")
        options = ["--metric", metric, "--group-by", by, "--format", "csv"]
        found[question] = sorted(product.run("--data", str(folder / "data"), "query", *options).splitlines())
    return found


def publications(folder: Path) -> dict:
    """Month -> version of its columns, whether its source is gone, its delivery."""
    with closing(sqlite3.connect(folder / "data" / "meta.sqlite")) as store:
        rows = store.execute(
            "SELECT period, schema_version, source_gone, fingerprint FROM publications WHERE superseded_at_ms IS NULL"
        )
        return {period: tuple(rest) for period, *rest in rows}


def sums(source: str, columns) -> list:
    texts = [f"CAST(sum(CAST(nullif(CAST(\"{column}\" AS VARCHAR), '') AS DECIMAL(38, 18))) AS VARCHAR)" for column in columns]
    row = duckdb.sql(f"SELECT {', '.join(texts)} FROM {source}").fetchall()[0]
    return [Decimal(value) if value else None for value in row]


def line_items(folder: Path) -> str:
    files = DeltaTable(folder / "data" / "lake" / "line_items").file_uris()
    return f"read_parquet({files!r}, union_by_name = true)"


def test_an_older_data_folder_opens_and_is_read_again_once(old):
    first = answered(old)
    assert answers(old) == first
    known = publications(old)
    assert {month: (version, gone) for month, (version, gone, _) in known.items()} == {
        "2026-09": (1, 0),
        "2026-10": (1, 0),
    }
    # The table grew, its files did not: what they do not have is not known.
    fields = {field.name for field in DeltaTable(old / "data" / "lake" / "line_items").schema().fields}
    assert fields.issuperset(GROWN)

    summary = product.ingest(old / "data", Path("report"))
    assert {period["outcome"] for period in summary["periods"]} == {"published"}
    again = publications(old)
    assert {month: (version, gone) for month, (version, gone, _) in again.items()} == {
        "2026-09": (VERSION, 0),
        "2026-10": (VERSION, 0),
    }
    assert {month: name for month, (*_, name) in again.items()} == {month: name for month, (*_, name) in known.items()}
    assert answers(old) == first
    raw = f"read_csv('{old}/report/**/*.csv.gz', all_varchar = true, union_by_name = true)"
    found = sums(line_items(old), GROWN)
    assert found == sums(raw, GROWN.values())
    assert any(found)

    summary = product.ingest(old / "data", Path("report"))
    assert {period["outcome"] for period in summary["periods"]} == {"unchanged"}


def test_a_month_that_the_source_lost_stays_and_is_said_so(old):
    first = answered(old)
    shutil.rmtree(next((old / "report").rglob("20260901-20261001")))
    product.ingest(old / "data", Path("report"))
    assert {month: (version, gone) for month, (version, gone, _) in publications(old).items()} == {
        "2026-09": (1, 1),
        "2026-10": (VERSION, 0),
    }
    assert answers(old) == first
    known = f"SELECT count(*), count(ListUnitPrice) FROM {line_items(old)}"
    rows, with_rate = duckdb.sql(known).fetchall()[0]
    assert 0 < with_rate < rows


def test_the_months_say_what_becomes_of_them(old):
    with closing(sqlite3.connect(old / "data" / "meta.sqlite")) as store:
        connection = store.execute("SELECT id FROM connections").fetchone()[0]
    os.rename("report", "moved")
    with product.served(old / "data") as get:
        months = get(f"connections/{connection}/processing")["months"]
    assert {(month["period"], month["earlier"]) for month in months} == {
        ("2026-09", "read_again"),
        ("2026-10", "read_again"),
    }


def test_a_newer_data_folder_is_refused_with_the_reason(old):
    product.query(old / "data", "unblended", "service")
    table = DeltaTable(old / "data" / "lake" / "line_items")
    table.alter.add_columns([Field("x_FromTheFuture", PrimitiveType("string"))])
    refused = subprocess.run(
        [product.BIN, "--data", str(old / "data"), "query", "--metric", "unblended", "--group-by", "service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "newer version" in refused.stderr
    assert "x_FromTheFuture" in refused.stderr


def ingested_row(tmp_path, values):
    """Reads a report of one row."""
    report = tmp_path / "report" / "bill.csv"
    report.parent.mkdir()
    report.write_text(f"{','.join(values)}\n{','.join(values.values())}\n")
    product.ingest(tmp_path / "data", report.parent)


def test_what_names_people_is_kept_with_the_line_items_alone(tmp_path):
    """Principals and users, by the names of CUR 2.0; the roll-up and the catch-all column do not have them."""
    values = {
        "bill_billing_period_start_date": "2026-10-01T00:00:00Z",
        "bill_payer_account_id": "111111111111",
        "line_item_usage_account_id": "111111111111",
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": "2026-10-05T01:00:00Z",
        "line_item_product_code": "AmazonEC2",
        "line_item_unblended_cost": "1.25",
        "line_item_iam_principal": "arn:aws:sts::111111111111:assumed-role/Builder/ada@harborline.example",
        "line_item_user_identifier": "d-9067-4711",
        "capacity_reservation_capacity_reservation_arn": "cr-1",
        "capacity_reservation_capacity_reservation_status": "Unused",
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "pricing_public_on_demand_rate": "0.0960000000",
    }
    ingested_row(tmp_path, values)
    columns = "x_IamPrincipal, x_UserIdentifier, CapacityReservationId, CapacityReservationStatus, x_SavingsPlanOfferingType"
    [row] = duckdb.sql(
        f"SELECT {columns}, CAST(ListUnitPrice AS VARCHAR), coalesce(x_OtherColumns, '') FROM {line_items(tmp_path)}"
    ).fetchall()
    assert list(row[:5]) == list(values.values())[7:12]
    assert Decimal(row[5]) == Decimal("0.096")
    rollup = DeltaTable(tmp_path / "data" / "lake" / "rollup").file_uris()
    for text in [row[6], str(duckdb.sql(f"SELECT * FROM read_parquet({rollup!r})").fetchall())]:
        assert "ada@" not in text
        assert "d-9067" not in text


def test_what_focus_tells_is_kept(tmp_path):
    values = {
        "BillingPeriodStart": "2026-10-01T00:00:00Z",
        "ChargePeriodStart": "2026-10-05T00:00:00Z",
        "ChargePeriodEnd": "2026-10-06T00:00:00Z",
        "BillingAccountId": "a",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ServiceName": "Compute",
        "BilledCost": "1.25",
        "EffectiveCost": "1.25",
        "PricingUnit": "Hours",
        "CapacityReservationId": "cr-1",
        "CapacityReservationStatus": "Used",
        "AllocatedResourceId": "pod-1",
        "AllocatedResourceName": "web",
        "AllocatedTags": '"{""team"": ""web""}"',
        "ListUnitPrice": "0.5",
    }
    ingested_row(tmp_path, values)
    columns = [*list(values)[9:14], "ChargeFrequency"]
    [row] = duckdb.sql(
        f"SELECT {', '.join(columns)}, AllocatedTags, CAST(ListUnitPrice AS VARCHAR), CAST(ChargePeriodEnd AS VARCHAR) FROM {line_items(tmp_path)}"
    ).fetchall()
    assert list(row[:6]) == [values[column] for column in columns]
    assert json.loads(row[6]) == {"team": "web"}
    assert Decimal(row[7]) == Decimal("0.5")
    assert "2026-10-06" in row[8]


def test_the_proof_of_an_older_folder_is_not_known_until_it_is_read_again(old):
    """Its files were not accounted for and its amortized cost not looked at: the copy alone is proven."""

    def states():
        found = product.reconcile(old / "data")
        return found["proven"], {tuple(period["proof"][part]["state"] for part in ("copied", "complete", "amortized")) for period in found["periods"]}

    with closing(sqlite3.connect(old / "data" / "meta.sqlite")) as store, store:
        # As versions wrote it that kept the copy's proof alone.
        store.execute("UPDATE publications SET proof = json_remove(proof, '$.complete', '$.unavailable', '$.owners')")
        store.execute("DELETE FROM source_files")
    assert states() == (False, {("holds", "unknown", "unknown")})
    product.ingest(old / "data", Path("report"))
    assert states() == (True, {("holds", "holds", "holds")})


def test_bill_diffs_of_an_older_folder(old):
    """Where an organization had several connections they were of all of them: those go, the others stay."""
    line = '{"service": "EC2", "account_id": "1", "before": "1", "after": "2"}'
    with closing(sqlite3.connect(old / "data" / "meta.sqlite")) as store, store:
        alone, organization = store.execute("SELECT id, organization_id FROM connections").fetchone()
        store.execute("INSERT INTO organizations (id, name, demo) VALUES ('two', 'Two', 0)")
        for name in ("one", "other"):
            store.execute("INSERT INTO connections (id, organization_id, kind, location, name) VALUES (?, 'two', 'local', ?, ?)", (name, f"/{name}", name))
        for connection in (alone, "one", "other"):
            store.execute(
                "INSERT INTO bill_changes (connection_id, period, changed_at_ms, currency, total_before, total_after, changes) VALUES (?, '2026-09', 1, 'USD', '1', '2', ?)",
                (connection, f"[{line}]"),
            )
    chosen = ("--organization", organization)
    product.run("--data", str(old / "data"), "query", *chosen, "--metric", "unblended", "--group-by", "service")
    with closing(sqlite3.connect(old / "data" / "meta.sqlite")) as store:
        kept = store.execute("SELECT connection_id, rows_before, lines_total FROM bill_changes").fetchall()
    assert kept == [(alone, None, None)]
    with product.served(old / "data", *chosen) as get:
        [change] = get(f"connections/{alone}/changes")["changes"]
    assert (change["period"], change["change"], change["rows_before"]) == ("2026-09", "1", None)
    assert [(one["service"], one["change"], one["rows_before"]) for one in change["lines"]] == [("EC2", "1", None)]
