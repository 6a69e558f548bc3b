"""The demo company's commitments, replayed from its raw rows: hour by hour, in AWS's order, with nothing of the product.

Rates are those of the rows themselves (effective cost ÷ usage). A daily row is spread evenly over its hours: the company's
plans are used up in every hour of a day or in none, so that this changes nothing.
"""

from collections import defaultdict
from datetime import datetime

import duckdb
import product
import pytest

COMPUTE = {
    "AmazonEC2": lambda usage: any(word in usage for word in ("BoxUsage:", "UnusedBox:", "DedicatedUsage:")),
    "AmazonECS": lambda usage: "Fargate-" in usage,
    "AWSLambda": lambda usage: "Lambda-GB-Second" in usage or "Lambda-Provisioned" in usage,
}
DATABASE = {
    "AmazonRDS": lambda usage: "ServerlessV2Usage" in usage or any(word in usage for word in ("InstanceUsage:", "Multi-AZUsage:")),
    "AmazonDynamoDB": lambda usage: usage.endswith(("RequestUnits", "CapacityUnit-Hrs")),
    "AmazonElastiCache": lambda usage: "NodeUsage:" in usage,
}
SPAN = "epoch(line_item_usage_start_date)::bigint // 3600 AS begins, epoch(line_item_usage_end_date)::bigint // 3600 AS ends"
ARN = "coalesce(nullif(savings_plan_savings_plan_a_r_n, ''), nullif(reservation_reservation_a_r_n, ''))"
USED = """
SELECT begins, ends, strftime(bill_billing_period_start_date, '%Y-%m') AS month, line_item_usage_account_id AS account, line_item_product_code AS code,
  line_item_usage_type AS usage, line_item_operation AS operation, product_region_code AS region, arn, max(line_item_normalization_factor) AS factor,
  sum(line_item_usage_amount) AS amount, sum(pricing_public_on_demand_cost) AS list,
  sum(coalesce(savings_plan_savings_plan_effective_cost, reservation_effective_cost, 0)) AS effective
FROM bill WHERE line_item_line_item_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') AND split_line_item_parent_resource_id IS NULL GROUP BY ALL"""
PLANS = """
SELECT arn, any_value(savings_plan_offering_type) AS offering, any_value(savings_plan_start_time) AS start, any_value(savings_plan_end_time) AS stop,
  max(savings_plan_total_commitment_to_date / (ends - begins)) AS hourly
FROM bill WHERE line_item_line_item_type = 'SavingsPlanRecurringFee' GROUP BY arn"""
RESERVATIONS = """
SELECT arn, any_value(line_item_usage_account_id) AS account, any_value(line_item_product_code) AS code, any_value(line_item_usage_type) AS usage,
  any_value(line_item_operation) AS operation, any_value(product_region_code) AS region, any_value(reservation_start_time) AS start,
  any_value(reservation_end_time) AS stop, any_value(reservation_number_of_reservations)::bigint AS number,
  any_value(reservation_normalized_units_per_reservation)::double AS units,
  max((reservation_amortized_upfront_fee_for_billing_period + line_item_unblended_cost) / line_item_usage_amount) AS hourly
FROM bill WHERE line_item_line_item_type = 'RIFee' GROUP BY arn"""


def family(usage: str) -> str:
    return usage.rsplit(":", 1)[1].removeprefix("db.").removeprefix("cache.").split(".")[0]


def hour(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() // 3600)


def rows(connection, question: str) -> list[dict]:
    answer = connection.execute(question)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    """Enough rows for a day of everything; the newest weeks are by the hour."""
    out = tmp_path_factory.mktemp("market")
    product.generate(out, "cur2", 120_000)
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'; SET threads = 2")
    files = out / "exports" / "*" / "data" / "*" / "*.parquet"
    connection.execute(f"CREATE VIEW bill AS SELECT *, {SPAN}, {ARN} AS arn FROM read_parquet('{files}')")
    return connection


def replayed(connection):
    """(commitment, month) -> dollars used: by the rows, and by a replay of them."""
    real, used, amounts = defaultdict(float), defaultdict(float), defaultdict(lambda: defaultdict(float))
    factors, lists, rates = {}, defaultdict(lambda: [0.0, 0.0]), defaultdict(lambda: [0.0, 0.0])
    months = {}
    for row in rows(connection, USED):
        takes = COMPUTE.get(row["code"]) or DATABASE.get(row["code"])
        if not takes or not takes(row["usage"]):
            continue
        sku = (row["code"], row["usage"], row["operation"], row["region"])
        for begins in range(row["begins"], row["ends"]):
            amounts[begins][sku, row["account"]] += row["amount"] / (row["ends"] - row["begins"])
            months[begins] = row["month"]
        factors[sku] = row["factor"] or 1.0
        lists[sku] = [lists[sku][0] + row["list"], lists[sku][1] + row["amount"]]
        if row["arn"]:
            known = rates[row["arn"], sku]
            rates[row["arn"], sku] = [known[0] + row["effective"], known[1] + row["amount"]]
            real[row["arn"], row["month"]] += row["effective"]
    items = {item for hours in amounts.values() for item in hours}
    owned, pairs = {}, []
    for one in rows(connection, RESERVATIONS):
        owned[one["arn"]] = (hour(one["start"]), hour(one["stop"]), one["number"] * one["units"], one["hourly"] / one["units"])
        for sku, account in items:
            code, usage, operation, region = sku
            alike = (code, operation, region) == (one["code"], one["operation"], one["region"]) and "Dedicated" not in usage
            if alike and ":" in usage and family(usage) == family(one["usage"]):
                pairs.append((0, account != one["account"], factors[sku], factors[sku], hour(one["start"]), one["arn"], sku, account))
    for one in rows(connection, PLANS):
        owned[one["arn"]] = (hour(one["start"]), hour(one["stop"]), one["hourly"], 1.0)
        for sku, account in items:
            effective, amount = rates.get((one["arn"], sku), (0.0, 0.0))
            if amount:
                rate, price = effective / amount, lists[sku][0] / lists[sku][1]
                layer = 1 if one["offering"].startswith("EC2") else 2
                pairs.append((layer, True, round(rate / price, 7), rate, hour(one["start"]), one["arn"], sku, account))
    pairs.sort()
    for now, left in amounts.items():
        room = {arn: capacity if start <= now < stop else 0.0 for arn, (start, stop, capacity, _) in owned.items()}
        for *_, weight, _, arn, sku, account in pairs:
            usage = left.get((sku, account), 0.0)
            if usage <= 0 or room[arn] <= 1e-12:
                continue
            taken = min(usage * weight, room[arn])
            room[arn] -= taken
            left[sku, account] = usage - taken / weight
            used[arn, months[now]] += taken * owned[arn][3]
    return real, used


def test_a_replay_of_each_month_agrees_with_the_rows(bill):
    real, used = replayed(bill)
    arns = {arn for arn, _ in real}
    assert len(arns) >= 10
    for arn, month in sorted(set(real) | set(used)):
        theirs, ours = used[arn, month], real[arn, month]
        assert abs(ours - theirs) <= max(0.005 * ours, 0.01), (arn, month, ours, theirs)
    for month in {month for _, month in real}:
        whole, again = (sum(value for (_, at), value in sums.items() if at == month) for sums in (real, used))
        assert abs(whole - again) <= 0.001 * whole, (month, whole, again)
