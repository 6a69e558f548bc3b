"""DuckDB's side: the same jobs over the same files, with two threads. One job per process, so that the
peak memory that the kernel reports is the job's own. Adapted to the report's columns from the yardstick in
docs/adr/0001: a roll-up by day and ten dimensions, a sorted copy of 35 columns, the ten dashboard queries.

    jobs.py rollup GLOB OUT | csv-rollup[-text] GLOB OUT | copy GLOB OUT | load GLOB DB | queries DB ITERATIONS
"""

import json
import statistics
import sys
import time

import duckdb

AMORTIZED = (
    "CASE line_item_line_item_type WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost "
    "WHEN 'SavingsPlanRecurringFee' THEN savings_plan_total_commitment_to_date - savings_plan_used_commitment "
    "WHEN 'SavingsPlanNegation' THEN 0.0 WHEN 'SavingsPlanUpfrontFee' THEN 0.0 "
    "WHEN 'DiscountedUsage' THEN reservation_effective_cost "
    "WHEN 'RIFee' THEN reservation_unused_amortized_upfront_fee_for_billing_period + reservation_unused_recurring_fee "
    "ELSE line_item_unblended_cost END"
)
# Short name in the roll-up -> column of the report.
DIMENSIONS = {
    "account": "line_item_usage_account_id",
    "service": "line_item_product_code",
    "region": "product_region",
    "usage_type": "line_item_usage_type",
    "operation": "line_item_operation",
    "instance_type": "product_instance_type",
    "os": "product_operating_system",
    "lit": "line_item_line_item_type",
    "team": "resource_tags_user_team",
    "env": "resource_tags_user_environment",
}
NUMBERS = [
    "line_item_unblended_cost",
    "reservation_effective_cost",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_recurring_fee",
    "pricing_public_on_demand_cost",
    "line_item_usage_amount",
]
OTHERS = [
    "line_item_resource_id",
    "line_item_availability_zone",
    "line_item_line_item_description",
    "bill_payer_account_id",
    "bill_billing_entity",
    "line_item_legal_entity",
    "pricing_term",
    "pricing_unit",
    "product_product_family",
    "product_servicecode",
    "reservation_reservation_a_r_n",
    "savings_plan_savings_plan_a_r_n",
    "resource_tags_user_cost_center",
    "resource_tags_user_application",
    "resource_tags_user_owner",
    "resource_tags_user_project",
]
START = "line_item_usage_start_date"
WRITE = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 262144)"


def connect(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path)
    connection.execute("SET threads=2; SET preserve_insertion_order=false; SET TimeZone='UTC'; SET enable_progress_bar=false")
    return connection


def rename(connection, source: str) -> dict:
    """Report column in snake case -> its SQL name in this file (CSV headers are spelled otherwise)."""
    names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    by_plain = {}
    for name in names:
        by_plain.setdefault("".join(c for c in name.lower() if c.isalnum()), name)
    wanted = [START, *DIMENSIONS.values(), *NUMBERS, *OTHERS]
    found = {}
    for column in wanted:
        key = column.replace("_", "")
        found[column] = by_plain.get(key) or by_plain.get(key + "code")
    return found


def csv_types(connection, glob: str) -> str:
    found = rename(connection, f"read_csv('{glob}', header=true, all_varchar=true, sample_size=100)")
    types = {found[c]: "DOUBLE" for c in NUMBERS if found[c]} | {found[START]: "TIMESTAMP"}
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"


def view(connection, source: str) -> list:
    """Creates `cur` with the snake-case columns; returns those that the report does not have."""
    found = rename(connection, source)
    missing = [c for c, name in found.items() if name is None]
    kind = lambda c: "DOUBLE" if c in NUMBERS else "TIMESTAMP" if c == START else "VARCHAR"
    columns = ", ".join(f'CAST("{name}" AS {kind(c)}) AS {c}' if name else f"CAST(NULL AS {kind(c)}) AS {c}" for c, name in found.items())
    connection.execute(f"CREATE VIEW cur AS SELECT {columns} FROM {source}")
    return missing


def rollup() -> str:
    dims = ", ".join(f"{column} AS {name}" for name, column in DIMENSIONS.items())
    return (
        f"SELECT CAST({START} AS DATE) AS day, {dims}, sum(line_item_unblended_cost) AS unblended, sum({AMORTIZED}) AS amortized, "
        f"sum(pricing_public_on_demand_cost) AS ondemand, sum(line_item_usage_amount) AS usage_amount, count(*) AS n "
        f"FROM cur GROUP BY 1,2,3,4,5,6,7,8,9,10,11 ORDER BY 1,2,3,4,5"
    )


def copy() -> str:
    columns = ", ".join([START, *DIMENSIONS.values(), *NUMBERS, *OTHERS])
    return f"SELECT {columns} FROM cur ORDER BY CAST({START} AS DATE), line_item_usage_account_id, line_item_product_code"


def dashboard(previous: str, accounts: list, service: str) -> list:
    """The ten dashboard queries over the roll-up `r`: all time unless said otherwise."""
    some = ", ".join(f"'{a}'" for a in accounts)
    top = "WHERE {dim} IN (SELECT {dim} FROM r GROUP BY 1 ORDER BY sum(amortized) DESC LIMIT 20)"
    return [
        ("cost by month", "SELECT date_trunc('month', day) m, sum(amortized) c FROM r GROUP BY 1 ORDER BY 1"),
        ("by day and account, top 20", f"SELECT day, account, sum(amortized) c FROM r {top.format(dim='account')} GROUP BY 1,2 ORDER BY 1,2"),
        ("by day and service, top 20", f"SELECT day, service, sum(amortized) c FROM r {top.format(dim='service')} GROUP BY 1,2 ORDER BY 1,2"),
        ("by day and region, top 20", f"SELECT day, region, sum(amortized) c FROM r {top.format(dim='region')} GROUP BY 1,2 ORDER BY 1,2"),
        ("by day and usage type, top 20", f"SELECT day, usage_type, sum(amortized) c FROM r {top.format(dim='usage_type')} GROUP BY 1,2 ORDER BY 1,2"),
        ("by month and tag", "SELECT date_trunc('month', day) m, team, sum(amortized) c FROM r GROUP BY 1,2 ORDER BY 1,2"),
        ("three accounts by day and instance type", f"SELECT day, instance_type, sum(amortized) c FROM r WHERE account IN ({some}) GROUP BY 1,2 ORDER BY 1,2"),
        ("amortized by lifecycle and day", "SELECT day, CASE WHEN lit = 'SavingsPlanCoveredUsage' THEN 'Savings plan' WHEN lit = 'DiscountedUsage' THEN 'Reserved' WHEN usage_type LIKE '%SpotUsage%' THEN 'Spot' WHEN lit = 'Usage' AND usage_type LIKE '%BoxUsage%' THEN 'On-demand' ELSE 'Other' END l, sum(amortized) c FROM r GROUP BY 1,2 ORDER BY 1,2"),
        ("one service by day and operation", f"SELECT day, operation, sum(amortized) c FROM r WHERE service = '{service}' GROUP BY 1,2 ORDER BY 1,2"),
        ("totals of this and the last month", f"SELECT date_trunc('month', day) m, sum(amortized) c FROM r WHERE day >= DATE '{previous}' GROUP BY 1 ORDER BY 1"),
    ]


def main() -> dict:
    job, arguments = sys.argv[1], sys.argv[2:]
    if job == "queries":
        connection = connect(arguments[0])
        first, last = connection.execute("SELECT min(day), max(day) FROM r").fetchone()
        month = last.replace(day=1)
        previous = (month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1))
        accounts = [r[0] for r in connection.execute("SELECT account FROM r GROUP BY 1 ORDER BY sum(amortized) DESC LIMIT 3").fetchall()]
        results = []
        for name, sql in dashboard(str(previous), accounts, "AmazonEC2"):
            times = []
            for _ in range(int(arguments[1]) + 1):
                started = time.perf_counter()
                rows = connection.sql(sql).to_arrow_table().num_rows
                times.append((time.perf_counter() - started) * 1000)
            results.append({"query": name, "ms": statistics.median(times[1:]), "rows": rows})
        return {"queries": results, "rows": connection.execute("SELECT count(*) FROM r").fetchone()[0], "accounts": accounts,
                "first": str(first), "last": str(last), "month": str(month), "previous": str(previous)}
    source, out = f"read_parquet('{arguments[0]}', union_by_name=true)", arguments[1]
    connection = connect(out if job == "load" else ":memory:")
    started = time.perf_counter()
    if job == "csv-rollup":  # types of the numbers given, the rest found by DuckDB's own sampling
        source = f"read_csv('{arguments[0]}', header=true, sample_size=1000, types={csv_types(connection, arguments[0])})"
    if job == "csv-rollup-text":  # every cell as text, the numbers cast afterwards
        source = f"read_csv('{arguments[0]}', header=true, all_varchar=true, sample_size=1000)"
    missing = view(connection, source)
    if job in ("rollup", "csv-rollup", "csv-rollup-text"):
        connection.execute(f"COPY ({rollup()}) TO '{out}' {WRITE}")
    elif job == "copy":
        connection.execute(f"COPY ({copy()}) TO '{out}' {WRITE}")
    elif job == "load":
        connection.execute(f"CREATE TABLE r AS {rollup()}")
        connection.execute("CHECKPOINT")
    return {"seconds": time.perf_counter() - started, "missing": missing}


if __name__ == "__main__":
    print(json.dumps(main()))
