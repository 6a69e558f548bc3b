"""The tables are open: DuckDB, and Python's deltalake with Polars and pyarrow, read the same figures."""

from decimal import Decimal

import duckdb
import polars
import pyarrow.compute as compute
import pytest
from deltalake import DeltaTable

COLUMNS = {
    "amortized": "EffectiveCost",
    "unblended": "BilledCost",
    "net_amortized": "x_NetEffectiveCost",
    "net_unblended": "x_NetBilledCost",
    "list": "ListCost",
    "usage_amount": "x_UsageAmount",
}
TABLES = ["line_items", "rollup"]


def delta(source, table: str) -> DeltaTable:
    return DeltaTable(source.data / "lake" / table)


def bill_rows(table: str) -> str:
    return "NOT x_IsSplit" if table == "line_items" else "true"


@pytest.mark.parametrize("metric", COLUMNS)
@pytest.mark.parametrize("table", TABLES)
def test_duckdb(table, metric, demo):
    source = demo("parquet")
    files = delta(source, table).file_uris()
    found = duckdb.sql(
        f"SELECT SubAccountId, CAST(sum({COLUMNS[metric]}) AS VARCHAR) FROM read_parquet({files!r}, hive_partitioning=true) WHERE {bill_rows(table)} GROUP BY 1"
    ).fetchall()
    assert {(account or "",): Decimal(figure) for account, figure in found} == source.ask(metric, "account_id")


@pytest.mark.parametrize("table", TABLES)
def test_polars(table, demo):
    source = demo("parquet")
    frame = polars.scan_delta(str(source.data / "lake" / table)).filter(polars.sql_expr(bill_rows(table)))
    found = frame.group_by("SubAccountId").agg(polars.col("EffectiveCost").sum()).collect()
    assert {(account or "",): figure for account, figure in found.iter_rows()} == source.ask("amortized", "account_id")


@pytest.mark.parametrize("table", TABLES)
def test_pyarrow(table, demo):
    source = demo("parquet")
    data = delta(source, table).to_pyarrow_dataset().to_table()
    if table == "line_items":
        data = data.filter(compute.invert(data["x_IsSplit"]))
    found = data.group_by("billing_period").aggregate([("BilledCost", "sum")]).to_pylist()
    assert {(row["billing_period"],): row["BilledCost_sum"] for row in found} == source.ask("unblended", "billing_period")


def test_line_items_and_rollup_hold_the_same_rows(demo):
    source = demo("cur2")
    behind = delta(source, "rollup").to_pyarrow_dataset().to_table(columns=["x_Rows"])
    split = delta(source, "line_items").to_pyarrow_dataset().to_table(columns=["x_IsSplit"])["x_IsSplit"]
    assert len(split) == sum(period["rows"] for period in source.summary["periods"])
    assert compute.sum(behind["x_Rows"]).as_py() == len(split) - compute.sum(split).as_py()
    assert compute.sum(split).as_py() > 0, "the demo company has split rows, and they are in no total"
