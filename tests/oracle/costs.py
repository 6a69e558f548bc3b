"""The arithmetic of the bill, written down a second time, as SQL over the raw columns."""

from raw import CUR2, FOCUS, LEGACY, MONEY, Report, quoted

METRICS = ["amortized", "unblended", "net_amortized", "net_unblended", "list", "usage_amount"]
USAGE = "('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')"
ZERO = f"CAST(0 AS {MONEY})"


def _or_zero(expression: str) -> str:
    return f"coalesce({expression}, {ZERO})"


def _net_unused(report: Report, unused: str) -> str:
    """Unused commitment scaled by net / gross commitment, where the report has net columns."""
    parts = ("recurring_commitment_for_billing_period", "amortized_upfront_commitment_for_billing_period")
    gross = " + ".join(_or_zero(report.amount(f"savings_plan_{part}")) for part in parts)
    net = " + ".join(f"coalesce({report.amount(f'savings_plan_net_{p}')}, {report.amount(f'savings_plan_{p}')}, {ZERO})" for p in parts)
    # A quotient has no exact decimal: compare.py allows for it.
    scaled = f"CAST(CAST({unused} AS DOUBLE) * CAST({net} AS DOUBLE) / CAST({gross} AS DOUBLE) AS {MONEY})"
    return f"CASE WHEN ({net}) = ({gross}) OR ({gross}) = 0 THEN {unused} ELSE {scaled} END"


def figures(report: Report) -> dict:
    """Metric -> SQL of a row's figure."""
    amount = report.amount
    if report.kind == FOCUS:
        billed, effective = _or_zero(amount("BilledCost")), _or_zero(amount("EffectiveCost"))
        usage = f"CASE WHEN {report.text('ChargeCategory')} = 'Usage' THEN {_or_zero(amount('ConsumedQuantity'))} ELSE {ZERO} END"
        return {
            "unblended": billed,
            "amortized": effective,
            "net_unblended": billed,
            "net_amortized": effective,
            "list": _or_zero(amount("ListCost")),
            "usage_amount": usage,
        }
    kind = report.text("line_item_line_item_type")
    unblended = _or_zero(amount("line_item_unblended_cost"))
    net_unblended = f"coalesce({amount('line_item_net_unblended_cost')}, {unblended})"

    def amortized(net: bool) -> str:
        def part(name: str) -> str:
            gross = amount(name)
            group, rest = name.split("_", 1) if not name.startswith("savings_plan") else ("savings_plan", name[13:])
            return f"coalesce({amount(f'{group}_net_{rest}')}, {gross})" if net else gross

        unused = f"{_or_zero(amount('savings_plan_total_commitment_to_date'))} - {_or_zero(amount('savings_plan_used_commitment'))}"
        if net:
            unused = _net_unused(report, unused)
        reservation = report.text("reservation_reservation_a_r_n")
        return f"""CASE {kind}
            WHEN 'DiscountedUsage' THEN coalesce({part('reservation_effective_cost')}, {net_unblended if net else unblended})
            WHEN 'RIFee' THEN {_or_zero(part('reservation_unused_amortized_upfront_fee_for_billing_period'))} + {_or_zero(part('reservation_unused_recurring_fee'))}
            WHEN 'Fee' THEN CASE WHEN {reservation} IS NULL THEN {net_unblended if net else unblended} ELSE {ZERO} END
            WHEN 'SavingsPlanCoveredUsage' THEN coalesce({part('savings_plan_savings_plan_effective_cost')}, {net_unblended if net else unblended})
            WHEN 'SavingsPlanNegation' THEN {ZERO}
            WHEN 'SavingsPlanUpfrontFee' THEN {ZERO}
            WHEN 'SavingsPlanRecurringFee' THEN {unused}
            ELSE {net_unblended if net else unblended} END"""

    return {
        "unblended": unblended,
        "net_unblended": net_unblended,
        "amortized": amortized(False),
        "net_amortized": amortized(True),
        "list": _or_zero(amount("pricing_public_on_demand_cost")),
        "usage_amount": f"CASE WHEN {kind} IN {USAGE} THEN {_or_zero(amount('line_item_usage_amount'))} ELSE {ZERO} END",
    }


def counted(report: Report) -> str:
    """Rows that are part of the bill: split cost allocation divides what is counted already."""
    if report.kind == FOCUS:
        return "true"
    operation, parent = report.text("line_item_operation"), report.text("split_line_item_parent_resource_id")
    return f"coalesce({operation}, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2') AND {parent} IS NULL"


def dimensions(report: Report) -> dict:
    """Dimension of the product -> SQL of its value, for those that are raw columns (nothing derived)."""
    text = report.text
    if report.kind == FOCUS:
        columns = {
            "account_id": text("SubAccountId", "BillingAccountId"),
            "payer_account_id": text("BillingAccountId"),
            "line_item_type": text("ChargeCategory"),
            "availability_zone": text("AvailabilityZone"),
            "resource_id": text("ResourceId"),
            "commitment_id": text("CommitmentDiscountId"),
            "seller": text("PublisherName"),
            "billing_period": f"strftime(CAST({text('BillingPeriodStart')} AS TIMESTAMP), '%Y-%m')",
            "region": f"coalesce({text('RegionId')}, 'Global')",
        }
        if report.find("x_ServiceCode"):
            columns["product_code"] = text("x_ServiceCode")
        if report.find("x_Operation"):
            columns["operation"] = text("x_Operation")
        return columns | _maps(report, "Tags", "x_CostCategories")
    columns = {
        "account_id": text("line_item_usage_account_id"),
        "payer_account_id": text("bill_payer_account_id"),
        "product_code": text("line_item_product_code"),
        "line_item_type": text("line_item_line_item_type"),
        "usage_type": text("line_item_usage_type"),
        "operation": text("line_item_operation"),
        "availability_zone": text("line_item_availability_zone"),
        "resource_id": text("line_item_resource_id"),
        "commitment_id": text("reservation_reservation_a_r_n", "savings_plan_savings_plan_a_r_n"),
        "seller": text("line_item_legal_entity"),
    }
    period = text("bill_billing_period_start_date", "line_item_usage_start_date")
    columns["billing_period"] = f"strftime(CAST({period} AS TIMESTAMP), '%Y-%m')"
    if report.kind == CUR2:
        return columns | _maps(report, "resource_tags", "cost_category")
    return columns | _columns(report)


def _maps(report: Report, tags: str, categories: str) -> dict:
    found = {f"tag:{key}": f"coalesce({report.map_value(tags, key)}, 'Untagged')" for key in report.map_keys(tags)}
    for key in report.map_keys(categories):
        found[f"cost_category:{key}"] = f"coalesce({report.map_value(categories, key)}, 'Uncategorized')"
    return found


def _columns(report: Report) -> dict:
    assert report.kind == LEGACY
    found = {}
    for key, name in {**report.headers(r"resourceTags/(.+)"), **report.headers(r"resource_tags_(.+)")}.items():
        found[f"tag:{key}"] = f"coalesce(nullif({quoted(name)}, ''), 'Untagged')"
    for key, name in {**report.headers(r"costCategory/(.+)"), **report.headers(r"cost_category_(.+)")}.items():
        found[f"cost_category:{key}"] = f"coalesce(nullif({quoted(name)}, ''), 'Uncategorized')"
    return found


def moment(report: Report, view: str) -> str:
    """The start of the day, month or hour of usage, in UTC, as the product prints it."""
    column = report.find("ChargePeriodStart" if report.kind == FOCUS else "line_item_usage_start_date")
    shape = {"month": "%Y-%m-01", "day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H:00:00Z"}[view]
    return f"strftime(CAST({quoted(column)} AS TIMESTAMP), '{shape}')"
