"""What commitments did, a second time: SQL over the raw columns. And a bill with every kind of commitment row."""

import csv
from pathlib import Path

from raw import FOCUS, MONEY, Report

ZERO = f"CAST(0 AS {MONEY})"
# Usage that commitments could take, as AWS's guides list it: scope, product, usage type without its region.
ELIGIBLE = [
    ("compute", "AmazonEC2", "BoxUsage|DedicatedUsage|UnusedBox|UnusedDed|SchedUsage|HostUsage|SpotUsage"),
    ("compute", "AmazonECS|AmazonEKS", "Fargate-(ARM-|Windows-)?(vCPU|GB)-Hours|SpotUsage-(ARM-)?Fargate"),
    ("compute", "AWSLambda", "Lambda-GB-Second|Lambda-Provisioned-"),
    ("non_compute", "AmazonRDS", "InstanceUsage|Multi-AZUsage|Multi-AZClusterUsage|MirrorUsage|Aurora:Serverless|ServerlessUsage|ServerlessV2Usage"),
    ("non_compute", "AmazonElastiCache|AmazonMemoryDB", "NodeUsage"),
    ("non_compute", "AmazonES", "ESInstance"),
    ("non_compute", "AmazonRedshift", "Node:"),
    ("non_compute", "AmazonDocDB|AmazonNeptune", "InstanceUsage:db\\.[a-z]+(7|8|9)|ServerlessUsage"),
    ("non_compute", "AmazonDynamoDB|AmazonMCS", "(IA-|Repl)?(Read|Write)(CapacityUnit-Hrs|RequestUnits)"),
    ("non_compute", "AWSDatabaseMigrationSvc", "(InstanceUs|Multi-AZUs)[^:]*:dms\\.[a-z]+(7|8|9)"),
    ("non_compute", "AmazonSageMaker", "(Notebk|Train|Host|Hosting|Tsform|BatchTransform|Processing|AsyncInf|Cluster|Inference):ml\\.|Studio|Canvas|RStudio"),
]


def _or_zero(sql: str) -> str:
    return f"coalesce({sql}, {ZERO})"


class Columns:
    """SQL of what a report says of commitments."""

    def __init__(self, report: Report):
        self.focus = report.kind == FOCUS
        amount, text = report.amount, report.text
        self.month = f"strftime(CAST({text('BillingPeriodStart' if self.focus else 'bill_billing_period_start_date')} AS TIMESTAMP), '%Y-%m')"
        self.start = f"CAST({text('ChargePeriodStart' if self.focus else 'line_item_usage_start_date')} AS TIMESTAMP)"
        if self.focus:
            self.id, self.payer = text("CommitmentDiscountId"), text("BillingAccountId")
            status, usage = f"coalesce({text('CommitmentDiscountStatus')}, '')", f"{text('ChargeCategory')} = 'Usage'"
            self.covered, self.fee = f"({usage} AND {status} = 'Used')", f"({status} = 'Unused')"
            self.plain = f"({usage} AND {self.id} IS NULL)"
            self.used = self.unused = _or_zero(amount("EffectiveCost"))
            self.list, self.billed = _or_zero(amount("ListCost", lenient=True)), _or_zero(amount("BilledCost"))
            self.is_plan = f"contains(lower({text('CommitmentDiscountType')}), 'saving')"
            self.units = _or_zero(amount("ConsumedQuantity"))
            self.product, self.usage_type, operation = text("x_ServiceCode"), report.first("x_UsageType", "SkuMeter"), report.first("x_Operation")
        else:
            ri = text("reservation_reservation_a_r_n")
            plan = text("savings_plan_savings_plan_a_r_n")
            self.id, self.payer = f"coalesce(CASE WHEN {ri} NOT LIKE '%:capacity-reservation/%' THEN {ri} END, {plan})", text("bill_payer_account_id")
            kind = text("line_item_line_item_type")
            self.covered, self.fee = f"({kind} IN ('DiscountedUsage', 'SavingsPlanCoveredUsage'))", f"({kind} IN ('RIFee', 'SavingsPlanRecurringFee'))"
            self.plain = f"({kind} = 'Usage')"
            self.used = f"CASE {kind} WHEN 'DiscountedUsage' THEN {_or_zero(amount('reservation_effective_cost'))} ELSE {_or_zero(amount('savings_plan_savings_plan_effective_cost'))} END"
            left = f"{_or_zero(amount('reservation_unused_amortized_upfront_fee_for_billing_period'))} + {_or_zero(amount('reservation_unused_recurring_fee'))}"
            plan_left = f"{_or_zero(amount('savings_plan_total_commitment_to_date'))} - {_or_zero(amount('savings_plan_used_commitment'))}"
            self.unused = f"CASE {kind} WHEN 'RIFee' THEN {left} ELSE {plan_left} END"
            self.list, self.billed = _or_zero(amount("pricing_public_on_demand_cost", lenient=True)), _or_zero(amount("line_item_unblended_cost"))
            self.is_plan = f"({ri} IS NULL)"
            quantity, normalized = _or_zero(amount("line_item_usage_amount")), amount("line_item_normalized_usage_amount", lenient=True)
            self.units = f"CASE WHEN coalesce({normalized}, {ZERO}) <> 0 THEN {normalized} ELSE {quantity} END"
            self.product, self.usage_type, operation = text("line_item_product_code"), text("line_item_usage_type"), text("line_item_operation")
        self.counted = f"coalesce({operation}, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2')"
        self.bare = f"regexp_replace(coalesce({self.usage_type}, ''), '^((EU|[A-Z]{{2,5}}[0-9A-Z]*[0-9])-){{1,2}}', '')"
        self.spot = f"contains(coalesce({self.usage_type}, ''), 'SpotUsage')"

    def scope(self) -> str:
        cases = "".join(f" WHEN regexp_full_match({self.product}, '{product}') AND regexp_matches({self.bare}, '^({usage})') THEN '{scope}'" for scope, product, usage in ELIGIBLE)
        return f"CASE{cases} END"


def owned(report: Report, month: str, by_hour: str | None = None) -> dict:
    """What is unused of a reservation has no quantity in FOCUS: there, and where hours are not told, utilization is by cost.
    Commitment (or hour of one) -> used, unused, on-demand equivalent, utilization of plans, normalised used and owned."""
    c = Columns(report)
    key = f"date_trunc('hour', {c.start})" if by_hour else c.id
    only = f"AND {c.id} = '{by_hour}'" if by_hour else ""
    owned_units = c.covered + " OR " + c.fee if c.focus else c.fee
    rows = report.connection.execute(
        f"""SELECT {key}, bool_or({c.is_plan}),
            sum(CASE WHEN {c.covered} THEN {c.used} ELSE {ZERO} END)::VARCHAR, sum(CASE WHEN {c.fee} THEN {c.unused} ELSE {ZERO} END)::VARCHAR,
            sum(CASE WHEN {c.covered} THEN {c.list} ELSE {ZERO} END)::VARCHAR,
            sum(CASE WHEN {c.covered} THEN {c.units} ELSE {ZERO} END)::VARCHAR, sum(CASE WHEN {owned_units} THEN {c.units} ELSE {ZERO} END)::VARCHAR
        FROM raw WHERE {c.id} IS NOT NULL AND {c.month} = '{month}' AND {c.counted} AND ({c.covered} OR {c.fee}) {only} GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def rates(report: Report, month: str) -> dict:
    """Scope -> on-demand dollars of eligible usage, spot at public prices, spot as paid, and of commitments used, unused, equivalent."""
    c = Columns(report)
    price = f"CASE WHEN {c.list} <> 0 THEN {c.list} ELSE {c.billed} END"
    found = {"compute": {}, "non_compute": {}}
    for scope, *sums in report.connection.execute(
        f"""SELECT {c.scope()} AS scope, sum(CASE WHEN {c.spot} THEN {ZERO} ELSE {price} END)::VARCHAR,
            sum(CASE WHEN {c.spot} THEN {price} ELSE {ZERO} END)::VARCHAR, sum(CASE WHEN {c.spot} THEN {c.billed} ELSE {ZERO} END)::VARCHAR
        FROM raw WHERE {c.plain} AND {c.month} = '{month}' AND {c.counted} GROUP BY 1"""
    ).fetchall():
        if scope:
            found[scope] |= dict(zip(("on_demand", "spot_list", "spot_cost"), sums))
    # A commitment is of the scope of what it takes; one that is never used is of its own words' (none in these bills is of neither).
    for scope, *sums in report.connection.execute(
        f"""SELECT CASE WHEN bool_or({c.id} LIKE '%:rds:%' OR {c.id} LIKE '%:elasticache:%' OR {c.scope()} = 'non_compute') THEN 'non_compute' ELSE 'compute' END AS scope,
            sum(CASE WHEN {c.covered} THEN {c.used} ELSE {ZERO} END)::VARCHAR, sum(CASE WHEN {c.fee} THEN {c.unused} ELSE {ZERO} END)::VARCHAR,
            sum(CASE WHEN {c.covered} THEN {c.list} ELSE {ZERO} END)::VARCHAR
        FROM raw WHERE {c.id} IS NOT NULL AND {c.month} = '{month}' AND {c.counted} AND ({c.covered} OR {c.fee}) GROUP BY {c.id}"""
    ).fetchall():
        found[scope].setdefault("owned", []).append(sums)
    return found


HEADER = """identity/LineItemId bill/BillingPeriodStartDate bill/BillingPeriodEndDate bill/PayerAccountId bill/BillingEntity bill/BillType
lineItem/UsageAccountId lineItem/LineItemType lineItem/UsageStartDate lineItem/UsageEndDate lineItem/ProductCode lineItem/UsageType lineItem/Operation
lineItem/AvailabilityZone lineItem/ResourceId lineItem/UsageAmount lineItem/NormalizationFactor lineItem/NormalizedUsageAmount lineItem/CurrencyCode
lineItem/UnblendedRate lineItem/UnblendedCost lineItem/LineItemDescription product/region product/instanceType product/operatingSystem product/tenancy
pricing/publicOnDemandCost pricing/publicOnDemandRate pricing/term pricing/LeaseContractLength pricing/OfferingClass pricing/PurchaseOption
reservation/ReservationARN reservation/StartTime reservation/EndTime reservation/NumberOfReservations reservation/AvailabilityZone
reservation/EffectiveCost reservation/AmortizedUpfrontFeeForBillingPeriod reservation/UnusedAmortizedUpfrontFeeForBillingPeriod
reservation/UnusedRecurringFee savingsPlan/SavingsPlanARN savingsPlan/StartTime savingsPlan/EndTime savingsPlan/OfferingType savingsPlan/PaymentOption
savingsPlan/PurchaseTerm savingsPlan/Region savingsPlan/InstanceTypeFamily savingsPlan/SavingsPlanRate savingsPlan/SavingsPlanEffectiveCost
savingsPlan/TotalCommitmentToDate savingsPlan/UsedCommitment savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod
savingsPlan/RecurringCommitmentForBillingPeriod splitLineItem/ParentResourceId splitLineItem/SplitCost""".split()


class Bill:
    """Writes a month's report of AWS's classic kind, row by row."""

    def __init__(self, month: str = "2026-09", payer: str = "100000000000"):
        self.month, self.payer, self.rows = month, payer, []
        self.next = f"{month[:5]}{int(month[5:]) + 1:02}"

    def row(self, kind: str, hour: int = 0, hours: int = 1, account: str = "", **cells) -> "Bill":
        def moment(at: int) -> str:
            day, rest = divmod(at, 24)
            length = {"09": 30, "04": 30, "06": 30}.get(self.month[5:], 31)
            return f"{self.next}-01T{rest:02}:00:00Z" if day >= length else f"{self.month}-{day + 1:02}T{rest:02}:00:00Z"

        row = {
            "identity/LineItemId": f"row{len(self.rows)}", "bill/BillingPeriodStartDate": f"{self.month}-01T00:00:00Z", "bill/BillingPeriodEndDate": f"{self.next}-01T00:00:00Z",
            "bill/PayerAccountId": self.payer, "bill/BillingEntity": "AWS", "bill/BillType": "Anniversary", "lineItem/UsageAccountId": account or self.payer,
            "lineItem/LineItemType": kind, "lineItem/UsageStartDate": moment(hour), "lineItem/UsageEndDate": moment(hour + hours), "lineItem/CurrencyCode": "USD",
            "lineItem/UnblendedCost": "0",
        }  # fmt: skip
        short = {name.split("/")[1]: name for name in HEADER if name.split("/")[0] in ("lineItem", "product", "pricing")}
        for name, value in cells.items():
            full = name.replace("__", "/")
            row[full if "/" in full else short[full]] = value
        self.rows.append(row)
        return self

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{self.month}-{self.payer}.csv").open("w", newline="") as file:
            out = csv.DictWriter(file, HEADER, restval="")
            out.writeheader()
            out.writerows(self.rows)
        return folder


def box(kind: str = "m5.large", price: str = "0.096", amount: str = "1", cost: str | None = None, **more) -> dict:
    """Cells of an instance's hour."""
    return {"ProductCode": "AmazonEC2", "UsageType": f"BoxUsage:{kind}", "Operation": "RunInstances", "UsageAmount": amount, "region": "us-east-1", "instanceType": kind,
            "operatingSystem": "Linux", "tenancy": "Shared", "publicOnDemandCost": price, "publicOnDemandRate": "0.096", "UnblendedCost": price if cost is None else cost} | more  # fmt: skip


def plan(name: str, offering: str = "ComputeSavingsPlans", payment: str = "No Upfront", payer: str = "100000000000", **more) -> dict:
    """Cells of a savings plan."""
    return {"savingsPlan__SavingsPlanARN": f"arn:aws:savingsplans::{payer}:savingsplan/{name}", "savingsPlan__OfferingType": offering, "savingsPlan__PaymentOption": payment,
            "savingsPlan__PurchaseTerm": "1yr", "savingsPlan__StartTime": "2026-03-01T00:00:00.000Z", "savingsPlan__EndTime": "2027-03-01T00:00:00.000Z"} | more  # fmt: skip


def reserved(name: str, kind: str = "m5.large", count: int = 1, **more) -> dict:
    """Cells of a reservation."""
    return {"reservation__ReservationARN": f"arn:aws:ec2:us-east-1:100000000000:reserved-instances/{name}", "reservation__NumberOfReservations": str(count),
            "reservation__StartTime": "2026-03-01T00:00:00.000Z", "reservation__EndTime": "2027-03-01T00:00:00.000Z", "LeaseContractLength": "1yr", "OfferingClass": "standard",
            "PurchaseOption": "No Upfront", "term": "Reserved", "instanceType": kind, "region": "us-east-1"} | more  # fmt: skip
