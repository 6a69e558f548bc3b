"""The arithmetic of the bill, written down a second time, as SQL over the raw columns."""

from raw import CUR2, FOCUS, LEGACY, MONEY, Report, plain, present, quoted

METRICS = ["amortized", "unblended", "net_amortized", "net_unblended", "list", "usage_amount"]
USAGE = "('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'FlatRateSubscription')"
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
        billed = _or_zero(amount("BilledCost"))
        effective = f"coalesce({amount('EffectiveCost')}, {billed})"
        quantity = f"CAST({report.text('ConsumedQuantity', 'UsageQuantity')} AS {MONEY})"
        usage = f"CASE WHEN {report.text('ChargeCategory')} = 'Usage' THEN {_or_zero(quantity)} ELSE {ZERO} END"
        return {
            "unblended": billed,
            "amortized": effective,
            "net_unblended": billed,
            "net_amortized": effective,
            "list": _or_zero(amount("ListCost", lenient=True)),
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
        bought = f"({reservation} IS NOT NULL OR coalesce({report.text('line_item_usage_type')}, '') LIKE '%HeavyUsage%'"
        if not report.find("reservation_reservation_a_r_n"):
            # A report may lack the ARN: the up-front value then says what a fee is.
            bought += f" OR coalesce(TRY_CAST({report.text('reservation_upfront_value')} AS DOUBLE), 0) <> 0"
        bought += ")"
        as_billed = net_unblended if net else unblended
        # A report without a commitment's columns keeps its rows as billed: negations then offset covered usage.
        # A set of which a part is missing counts as none.
        plans = all(report.find(f"savings_plan_{part}") for part in ("savings_plan_effective_cost", "total_commitment_to_date", "used_commitment"))
        unused_fees = ("unused_amortized_upfront_fee_for_billing_period", "unused_recurring_fee")
        fees = all(report.find(f"reservation_{part}") for part in ("effective_cost", *unused_fees))
        returned = f"regexp_matches(lower({report.text('line_item_line_item_description')}), 'one-time fee|upfront fee|up-front fee|true-up|sign up charge')"
        plan_refund = f"{returned} AND {report.text('line_item_product_code')} LIKE '%SavingsPlans'"
        fee = f"{_or_zero(part('reservation_unused_amortized_upfront_fee_for_billing_period'))} + {_or_zero(part('reservation_unused_recurring_fee'))}"
        return f"""CASE {kind}
            WHEN 'DiscountedUsage' THEN {f"coalesce({part('reservation_effective_cost')}, {as_billed})" if fees else as_billed}
            WHEN 'Refund' THEN CASE WHEN {plan_refund} THEN {ZERO if plans else as_billed}
                WHEN {returned} AND {reservation} IS NOT NULL THEN {ZERO if fees else as_billed} ELSE {as_billed} END
            WHEN 'RIFee' THEN {fee if fees else as_billed}
            WHEN 'Fee' THEN CASE WHEN NOT {bought} THEN {as_billed} ELSE {ZERO if fees else as_billed} END
            WHEN 'SavingsPlanCoveredUsage' THEN {f"coalesce({part('savings_plan_savings_plan_effective_cost')}, {as_billed})" if plans else as_billed}
            WHEN 'SavingsPlanNegation' THEN {ZERO if plans else as_billed}
            WHEN 'SavingsPlanUpfrontFee' THEN {ZERO if plans else as_billed}
            WHEN 'SavingsPlanRecurringFee' THEN {unused if plans else as_billed}
            ELSE {as_billed} END"""

    return {
        "unblended": unblended,
        "net_unblended": net_unblended,
        "amortized": amortized(False),
        "net_amortized": amortized(True),
        # Generators are known to write words into it; no cost as billed depends on it.
        # A negation's would count the covered usage twice.
        "list": f"CASE WHEN {kind} = 'SavingsPlanNegation' THEN {ZERO} ELSE {_or_zero(amount('pricing_public_on_demand_cost', lenient=True))} END",
        "usage_amount": f"CASE WHEN {kind} IN {USAGE} THEN {_or_zero(amount('line_item_usage_amount'))} ELSE {ZERO} END",
    }


def counted(report: Report) -> str:
    """Rows that are part of the bill: split cost allocation divides what is counted already."""
    if report.kind == FOCUS:
        return "true"
    return f"coalesce({report.text('line_item_operation')}, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2')"


def dimensions(report: Report) -> dict:
    """Dimension of the product -> SQL of its value, for those that are raw columns (nothing derived)."""
    text = report.text
    if report.kind == FOCUS:
        columns = {
            # Conditional in FOCUS: who has none names the billing account alone.
            "account_id": text("SubAccountId" if report.find("SubAccountId") else "BillingAccountId"),
            "payer_account_id": text("BillingAccountId"),
            "line_item_type": text("ChargeCategory"),
            "availability_zone": text("AvailabilityZone"),
            "resource_id": text("ResourceId"),
            "commitment_id": text("CommitmentDiscountId"),
            "seller": text("PublisherName"),
            "billing_period": f"strftime(CAST({text('BillingPeriodStart')} AS TIMESTAMP), '%Y-%m')",
        }
        if report.find("x_ServiceCode"):
            columns["product_code"] = text("x_ServiceCode")
        if not report.find("AvailabilityZone"):
            # A zone tells the region that the column leaves out. Azure writes "global".
            columns["region"] = f"coalesce(nullif({text('RegionId')}, 'global'), 'Global')"
        if report.find("x_UsageType", "SkuMeter"):
            columns["usage_type"] = report.first("x_UsageType", "SkuMeter")
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


# Tags that AWS writes, where their spelling cannot be told from the lower-cased column name.
AWS_TAGS = [
    "aws:autoscaling:groupName", "aws:cloudformation:logical-id", "aws:cloudformation:stack-id", "aws:cloudformation:stack-name",
    "aws:createdBy", "aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id", "aws:ecs:clusterName", "aws:ecs:serviceName",
    "aws:eks:cluster-name", "aws:eks:namespace", "aws:eks:workload-name", "aws:eks:workload-type", "aws:elasticmapreduce:instance-group-role", "aws:elasticmapreduce:job-flow-id",
]  # fmt: skip


def tag_key(raw: str) -> str:
    """The key as the product names it: user tags without their prefix, AWS's tags with it, in AWS's spelling."""
    if raw.startswith(("user:", "user_")):
        return raw[5:]
    if raw.startswith("aws_"):
        return next((tag for tag in AWS_TAGS if plain(tag) == plain(raw)), f"aws:{raw[4:]}")
    return raw


def _keyed(prefix: str, none: str, values: dict) -> dict:
    """Several raw keys may be one to the product: the last of them that has a value stands."""
    merged = {}
    for key, value in values.items():
        merged.setdefault(key if prefix != "tag" else tag_key(key), []).insert(0, value)
    return {f"{prefix}:{key}": f"coalesce({', '.join(found)}, '{none}')" for key, found in merged.items()}


def _maps(report: Report, tags: str, categories: str) -> dict:
    return _keyed("tag", "Untagged", {key: report.map_value(tags, key) for key in report.map_keys(tags)}) | _keyed(
        "cost_category", "Uncategorized", {key: report.map_value(categories, key) for key in report.map_keys(categories)}
    )


def _columns(report: Report) -> dict:
    assert report.kind == LEGACY

    def values(*patterns: str) -> dict:
        found = {key: name for pattern in patterns for key, name in report.headers(pattern).items()}
        return {key: present(name) for key, name in found.items()}

    return _keyed("tag", "Untagged", values(r"resourceTags/(.+)", r"resource_tags_(.+)")) | _keyed(
        "cost_category", "Uncategorized", values(r"costCategory/(.+)", r"cost_category_(.+)")
    )


def moment(report: Report, view: str) -> str:
    """The start of the day, week (from Monday), month or hour of usage, in UTC, as the product prints it."""
    column = report.find("ChargePeriodStart" if report.kind == FOCUS else "line_item_usage_start_date")
    if view == "week":
        return f"strftime(date_trunc('week', CAST({quoted(column)} AS TIMESTAMP)), '%Y-%m-%d')"
    shape = {"month": "%Y-%m-01", "day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H:00:00Z"}[view]
    return f"strftime(CAST({quoted(column)} AS TIMESTAMP), '{shape}')"
