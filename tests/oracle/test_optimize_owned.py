"""Commitments that are owned: every figure equals DuckDB's over the raw files, to the last digit, on the demo company's bill and on bills that
hold every kind of commitment row; figures that a person can check stand beside them."""

import json
import time
from decimal import Decimal, localcontext

import owned
import product
import pytest
import raw
from conftest import FORMATS
from owned import Bill, box, plan, reserved

NAMES = ["commitment_id", "cost", "used", "unused", "utilization", "on_demand_equivalent", "net_savings"]
PAYER, OTHER_PAYER = "100000000000", "200000000000"


def optimize(data, verb: str, month: str, *options: str):
    return json.loads(product.run("--data", str(data), "optimize", verb, "--month", month, *options))


def decimal(text) -> Decimal | None:
    return None if text is None else Decimal(text)


def quotient(part: Decimal, whole: Decimal) -> Decimal | None:
    """Twelve decimals, towards zero: ratios are shown so."""
    with localcontext() as context:
        context.prec, context.rounding = 60, "ROUND_DOWN"
        return (part / whole).quantize(Decimal("1e-12")) if whole else None


def check(answer: list, theirs: dict, key: str = "commitment_id", by_cost: bool = False) -> int:
    mine = {one[key]: one for one in answer}
    assert len(mine) == len(answer)
    assert set(theirs) <= set(mine), set(theirs) - set(mine)
    for name, (is_plan, *sums) in theirs.items():
        used, unused, equivalent, units, owned_units = map(Decimal, sums)
        one = mine[name]
        assert [one_name for one_name in NAMES if one_name not in one] == []
        assert Decimal(one["used"]) == used, name
        assert Decimal(one["unused"]) == unused, name
        assert Decimal(one["cost"]) == used + unused, name
        if one["on_demand_equivalent"] is not None:
            assert Decimal(one["on_demand_equivalent"]) == equivalent, name
            assert Decimal(one["net_savings"]) == equivalent - used - unused, name
        if is_plan or (by_cost and unused):
            assert decimal(one["utilization"]) == quotient(used, used + unused), name
        elif owned_units:
            assert decimal(one["utilization"]) == quotient(units, owned_units), name
    # What has no row of use nor of a fee has no figure of its own.
    for name in set(mine) - set(theirs):
        assert Decimal(mine[name]["cost"]) == 0, name
    return len(theirs)


def check_rates(answer: dict, theirs: dict):
    for scope, sums in theirs.items():
        used, unused, equivalent = (sum((Decimal(row[at]) for row in sums.get("owned", [])), Decimal(0)) for at in range(3))
        on_demand, spot_list, spot_cost = (Decimal(sums.get(name, 0)) for name in ("on_demand", "spot_list", "spot_cost"))
        mine = answer[scope]
        assert Decimal(mine["on_demand"]) == on_demand, scope
        assert (Decimal(mine["spot_list"]), Decimal(mine["spot_cost"])) == (spot_list, spot_cost), scope
        saved = equivalent - used - unused
        assert decimal(mine["coverage"]) == quotient(equivalent, equivalent + on_demand), scope
        assert decimal(mine["effective_savings_rate"]) == quotient(saved, equivalent + on_demand), scope
        assert decimal(mine["effective_savings_rate_with_spot"]) == quotient(saved + spot_list - spot_cost, equivalent + on_demand + spot_list), scope


def months(source) -> list:
    return [period["period"] for period in source.summary["periods"]]


@pytest.mark.parametrize("form", FORMATS)
def test_the_demo_company_equals_its_raw_files(form, demo):
    source = demo(form)
    compared = 0
    for month in months(source)[-3:]:
        compared += check(optimize(source.data, "owned", month), owned.owned(source.report, month), by_cost="focus" in form)
        check_rates(optimize(source.data, "rates", month), owned.rates(source.report, month))
    assert compared >= 3 * 5


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """September of two payers, with every kind of row. Amounts are small, so that sums can be checked by hand."""
    bill = Bill()
    # A compute plan of $0.10 by the hour. Hour 0: one m5.large is split: 0.072 of the plan takes all of one hour at 0.096, 0.028 takes 7/18 of another.
    for name, amount, price, effective in [("i-1", "1", "0.096", "0.072"), ("i-2", "0.3888888889", "0.0373333333", "0.028")]:
        bill.row("SavingsPlanCoveredUsage", 0, account="1", **box(price=price, amount=amount), **plan("compute"), ResourceId=name,
                 savingsPlan__SavingsPlanEffectiveCost=effective, savingsPlan__SavingsPlanRate="0.072")  # fmt: skip
    bill.row("Usage", 0, account="1", **box(price="0.0586666667", amount="0.6111111111"), ResourceId="i-2", term="OnDemand")
    # One negation for both rows, without a resource.
    bill.row("SavingsPlanNegation", 0, account="1", ProductCode="AmazonEC2", UsageType="BoxUsage:m5.large", Operation="RunInstances", UsageAmount="1.3888888889",
             UnblendedCost="-0.1333333333", publicOnDemandCost="0.1333333333", **plan("compute"))  # fmt: skip
    bill.row("SavingsPlanRecurringFee", 0, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost="0.1", **plan("compute"),
             savingsPlan__TotalCommitmentToDate="0.1", savingsPlan__UsedCommitment="0.1", savingsPlan__RecurringCommitmentForBillingPeriod="0.1")  # fmt: skip
    # Hour 1: nothing takes it. In hour 2 it changes hands.
    for hour, account in [(1, PAYER), (2, "2")]:
        bill.row("SavingsPlanRecurringFee", hour, account=account, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost="0.1",
                 **plan("compute"), savingsPlan__TotalCommitmentToDate="0.1", savingsPlan__UsedCommitment="0.0", savingsPlan__RecurringCommitmentForBillingPeriod="0.1")  # fmt: skip
    # All up front: billed zero, and a partial first hour.
    upfront = plan("upfront", "EC2InstanceSavingsPlans", "All Upfront", savingsPlan__Region="us-east-1", savingsPlan__InstanceTypeFamily="m5", savingsPlan__StartTime="2026-09-01T04:30:00.000Z")
    bill.row("SavingsPlanUpfrontFee", 4, ProductCode="ComputeSavingsPlans", UsageType="USE1-EC2SP:m5.1yrAllUpfront", UsageAmount="1", UnblendedCost="438", **upfront)
    for hour, total, taken in [(4, "0.025", "0.025"), (5, "0.05", "0.04")]:
        bill.row("SavingsPlanRecurringFee", hour, ProductCode="ComputeSavingsPlans", UsageType="USE1-EC2SP:m5.1yrAllUpfront", UsageAmount="1", **upfront,
                 savingsPlan__TotalCommitmentToDate=total, savingsPlan__UsedCommitment=taken, savingsPlan__AmortizedUpfrontCommitmentForBillingPeriod=total)  # fmt: skip
        bill.row("SavingsPlanCoveredUsage", hour, account="2", **box("m5.xlarge", "0.192"), **upfront, savingsPlan__SavingsPlanEffectiveCost=taken)
    # Returned on the day after: the refund is neither a saving nor a negative cost.
    back = plan("returned", payment="All Upfront")
    bill.row("SavingsPlanUpfrontFee", 30, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrAllUpfront", UsageAmount="1", UnblendedCost="876", **back)
    bill.row("SavingsPlanRecurringFee", 30, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrAllUpfront", UsageAmount="1", **back,
             savingsPlan__TotalCommitmentToDate="0.1", savingsPlan__UsedCommitment="0", savingsPlan__AmortizedUpfrontCommitmentForBillingPeriod="0.1")  # fmt: skip
    bill.row("Refund", 50, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrAllUpfront", UnblendedCost="-876",
             LineItemDescription="Refund for one-time fee for Savings Plan ID: returned", **back)  # fmt: skip
    # A reservation of two m5.large, half used, by a xlarge for 720 hours of which one row stands here for all: 8 of 2 × 4 × 720 units an hour.
    two = reserved("half", count=2)
    bill.row("DiscountedUsage", 3, account="1", **(two | box("m5.xlarge", "0.192", cost="0")), NormalizationFactor="8",
             NormalizedUsageAmount="8", reservation__EffectiveCost="0.12")  # fmt: skip
    bill.row("RIFee", 0, 720, ProductCode="AmazonEC2", UsageType="HeavyUsage:m5.large", Operation="RunInstances", UsageAmount="1440", NormalizationFactor="4",
             NormalizedUsageAmount="5760", UnblendedCost="86.4", **two, reservation__UnusedRecurringFee="86.28", reservation__UnusedAmortizedUpfrontFeeForBillingPeriod="0")  # fmt: skip
    # One that is never used: its fee row alone; metal, which has no factor here, in a zone.
    bill.row("RIFee", 0, 720, ProductCode="AmazonEC2", UsageType="HeavyUsage:m9.metal", Operation="RunInstances", UsageAmount="720", UnblendedCost="720",
             **reserved("idle", "m9.metal", reservation__AvailabilityZone="us-east-1a"), reservation__UnusedRecurringFee="720", reservation__UnusedAmortizedUpfrontFeeForBillingPeriod="7.2",
             reservation__AmortizedUpfrontFeeForBillingPeriod="7.2")  # fmt: skip
    # Room that is kept changes no price: its ARN stands in the same column.
    bill.row("Usage", 7, account="1", **box(), reservation__ReservationARN="arn:aws:ec2:us-east-1:100000000000:capacity-reservation/cr-1")
    # Spot, a row without a public price, one with a word in its place, minus zero, and shares of an instance that is there already.
    bill.row("Usage", 8, account="1", **box(price="0.096", cost="0.03") | {"UsageType": "SpotUsage:m5.large", "Operation": "RunInstances:SV001"})
    bill.row("Usage", 8, account="1", **box(price="0.0", cost="0.096"))
    bill.row("Usage", 9, account="1", **box(price="NaN", cost="0.096"))
    bill.row("Usage", 10, account="1", **box(price="-0", cost="-0"))
    bill.row("Usage", 8, account="1", **box(cost="0") | {"Operation": "EKSPod-EC2"}, splitLineItem__ParentResourceId="i-1", splitLineItem__SplitCost="0.05")
    bill.row("Usage", 8, account="2", ProductCode="AmazonRDS", UsageType="Multi-AZUsage:db.m5.large", Operation="CreateDBInstance:0014", UsageAmount="1", instanceType="db.m5.large",
             publicOnDemandCost="0.342", UnblendedCost="0.342", region="us-east-1")  # fmt: skip
    # The plan's last hour is another payer's.
    moved = Bill(payer=OTHER_PAYER).row("SavingsPlanRecurringFee", 3, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost="0.1",
             **plan("compute"), savingsPlan__TotalCommitmentToDate="0.1", savingsPlan__UsedCommitment="0.0", savingsPlan__RecurringCommitmentForBillingPeriod="0.1")  # fmt: skip
    root = tmp_path_factory.mktemp("owned")
    for folder, one in (("first", bill), ("second", moved)):
        one.write(root / "bills" / folder)
        product.ingest(root / "data", root / "bills" / folder)
    return root / "data", raw.load(root / "bills")


def arn(name: str) -> str:
    return f"arn:aws:savingsplans::{PAYER}:savingsplan/{name}"


def test_every_kind_of_row_equals_the_raw_files(company):
    data, report = company
    answer = optimize(data, "owned", "2026-09")
    assert check(answer, owned.owned(report, "2026-09")) == 5
    assert [one["commitment_id"] for one in answer] == sorted(one["commitment_id"] for one in answer)
    check_rates(optimize(data, "rates", "2026-09"), owned.rates(report, "2026-09"))


def test_figures_by_hand(company):
    data, _ = company
    mine = {one["commitment_id"].rsplit("/")[-1]: one for one in optimize(data, "owned", "2026-09")}
    assert set(mine) == {"compute", "upfront", "returned", "half", "idle"}, "room that is kept is no commitment"
    compute = mine["compute"]
    # Used 0.1 of four hours at 0.1 each, whoever paid; on demand 0.096 + 0.0373333333.
    assert (compute["used"], compute["unused"], compute["cost"], compute["utilization"]) == ("0.1", "0.3", "0.4", "0.25")
    assert (compute["on_demand_equivalent"], compute["net_savings"]) == ("0.1333333333", "-0.2666666667")
    assert (compute["owners"], compute["payers"]) == ([PAYER, "2", OTHER_PAYER], [PAYER, OTHER_PAYER])
    assert (compute["kind"], compute["term"], compute["payment"], compute["ends"]) == ("compute", "1yr", "no-upfront", "2027-03-01T00:00:00Z")
    upfront = mine["upfront"]
    assert (upfront["cost"], upfront["used"], upfront["hourly_commitment"]) == ("0.075", "0.065", "0.05")
    assert (upfront["kind"], upfront["family"], upfront["region"], upfront["payment"]) == ("ec2", "m5", "us-east-1", "all-upfront")
    returned = mine["returned"]
    assert (returned["cost"], returned["net_savings"], returned["returned"]) == ("0.1", "-0.1", True)
    assert [one["returned"] for name, one in mine.items() if name != "returned"] == [False] * 4
    half = mine["half"]
    # 8 of 5760 normalised hours; used 0.12 of 86.4.
    assert (half["utilization"], half["cost"], half["units_owned"], half["count"]) == ("0.001388888888", "86.4", "5760", 2)
    idle = mine["idle"]
    assert (idle["cost"], idle["used"], idle["utilization"], idle["scope"]) == ("727.2", "0", "0", "zonal")
    rates = optimize(data, "rates", "2026-09")
    # 0.0586666667 of the split hour, the kept room's hour, and two rows by what was billed.
    assert rates["compute"]["on_demand"] == "0.3466666667"
    assert rates["non_compute"] | {} == rates["non_compute"] and rates["non_compute"]["on_demand"] == "0.342"


def test_hours_of_a_plan_equal_the_raw_files(company):
    data, report = company
    for name in ("compute", "upfront"):
        hours = optimize(data, "owned", "2026-09", "--hourly", arn(name))
        theirs = {f"{hour:%Y-%m-%dT%H:%M:%SZ}": row for hour, row in owned.owned(report, "2026-09", by_hour=arn(name)).items()}
        assert check(hours, theirs, "hour") == len(hours) == (4 if name == "compute" else 2)
    assert "no row" in refused(data, "owned", "--month", "2026-09", "--hourly", "nothing")


def test_hours_of_a_reservation_add_up_to_its_month(company):
    data, _ = company
    name = f"arn:aws:ec2:us-east-1:{PAYER}:reserved-instances/half"
    hours = optimize(data, "owned", "2026-09", "--hourly", name)
    assert len(hours) == 720
    assert sum(Decimal(one["unused"]) for one in hours) == Decimal("86.28")
    assert sum(Decimal(one["used"]) for one in hours) == Decimal("0.12")
    [busy] = [one for one in hours if Decimal(one["used"])]
    # 8 of 8 units in that hour.
    assert (busy["hour"], busy["utilization"], busy["unused"]) == ("2026-09-01T03:00:00Z", "1", "0")


def refused(data, *arguments: str) -> str:
    with pytest.raises(product.Refused) as error:
        product.run("--data", str(data), "optimize", *arguments)
    return str(error.value)


def test_the_page_gets_the_same_figures(company):
    data, report = company
    with product.served(data) as get:
        owned_view = get("optimization/owned")
        hours = get("optimization/owned/hours", id=arn("compute"), month="2026-09")
        rates = get("optimization/rates", month="2026-09")
        own = get("optimization/owned", filter="account_id=1")
        for wrong in ({"from": "soon"}, {"filter": "service=x"}, {"nonsense": "1"}):
            with pytest.raises(product.Refused) as refusal:
                get("optimization/owned", **wrong)
            assert ": 400 " in str(refusal.value), wrong
    theirs = {one["commitment_id"]: one for one in optimize(data, "owned", "2026-09")}
    assert {one["commitment_id"]: {name: one[name] for name in NAMES} for one in owned_view["commitments"]} == {
        id: {name: one[name] for name in NAMES} for id, one in theirs.items()
    }
    [month] = owned_view["months"]
    sums = {name: sum(Decimal(one[name]) for one in theirs.values()) for name in ("cost", "used", "unused", "on_demand_equivalent", "net_savings")}
    assert {name: Decimal(month[name]) for name in sums} == sums
    # Parts add up to the whole.
    for name in ("cost", "unused"):
        assert sum(Decimal(one[name]) for one in month["by_service"]) == sum(Decimal(one[name]) for one in month["by_kind"]) == sums[name]
    for name, whole in (("on_demand_equivalent", sums["on_demand_equivalent"]), ("net_savings", sums["net_savings"]), ("uncovered", Decimal(month["uncovered"]))):
        assert sum(Decimal(one[name]) for one in month["by_service"]) == whole, name
    cli = optimize(data, "rates", "2026-09")
    assert [month[scope] for scope in ("compute", "non_compute")] == [cli[scope] for scope in ("compute", "non_compute")] == [rates["rates"][0][scope] for scope in ("compute", "non_compute")]
    assert [one["used"] for one in hours["hours"]] == [one["used"] for one in optimize(data, "owned", "2026-09", "--hourly", arn("compute"))]
    # Six months of $0.05 and $0.1 by the hour to come; what was returned is not among them.
    kinds = {one["kind"]: Decimal(one["cost"]) for one in owned_view["scheduled"][1]["by_kind"]}
    assert owned_view["scheduled"][1]["month"] == "2026-10" and (kinds["compute"], kinds["ec2"]) == (Decimal("74.4"), Decimal("37.2"))
    assert owned_view["scheduled"][-1]["month"] == "2027-02" and owned_view["hourly"] is True
    # An account sees what its usage took; the fee is its owner's.
    mine = {one["commitment_id"]: one for one in own["commitments"]}
    assert mine[arn("compute")]["used"] == "0.1" and mine[arn("compute")]["utilization"] is None and arn("returned") not in mine


def test_focus_without_usage_types_tells_what_its_columns_tell(tmp_path):
    """A commitment's identifier, kind, use and waste; nothing of its terms."""
    names = ("BilledCost EffectiveCost ListCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd ChargePeriodStart ChargePeriodEnd ChargeCategory "
             "ChargeFrequency ConsumedQuantity ProviderName ServiceName ServiceCategory SubAccountId CommitmentDiscountId CommitmentDiscountType CommitmentDiscountStatus").split()  # fmt: skip
    rows = [",".join(names)]
    for hour, status, effective, list_cost, category in [(0, "Used", "0.6", "1", "Usage"), (0, "Unused", "0.4", "0", "Usage"), (1, "Used", "1", "1.5", "Usage")]:
        rows.append(f"0,{effective},{list_cost},p,USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-01T{hour:02}:00:00Z,2026-09-01T{hour + 1:02}:00:00Z,{category},Usage-Based,1,AWS,"
                    f"Amazon EC2,Compute,a,plan-1,Savings Plan,{status}")  # fmt: skip
    (tmp_path / "bill").mkdir()
    (tmp_path / "bill" / "focus.csv").write_text("\n".join(rows) + "\n")
    product.ingest(tmp_path / "data", tmp_path / "bill")
    [one] = optimize(tmp_path / "data", "owned", "2026-09")
    # 1.6 of 2 used, for what would have cost 2.5.
    assert [one[name] for name in NAMES] == ["plan-1", "2", "1.6", "0.4", "0.8", "2.5", "0.5"]
    assert (one["kind"], one["term"], one["payment"], one["ends"]) == ("unknown", None, None, None)
    assert [hour["unused"] for hour in optimize(tmp_path / "data", "owned", "2026-09", "--hourly", "plan-1")] == ["0.4", "0"]


def test_months_that_are_not_there_are_refused(company):
    assert "no bill of 2020-01" in refused(company[0], "owned", "--month", "2020-01")


def test_half_a_set_of_columns_is_not_known(tmp_path):
    """Without the used commitment nothing is known of a plan's cost: null, and never what was billed."""
    folder = Bill().row("SavingsPlanRecurringFee", 0, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost="0.1", **plan("p"),
                        savingsPlan__TotalCommitmentToDate="0.1").write(tmp_path / "bill")  # fmt: skip
    file = next(folder.glob("*.csv"))
    file.write_text(file.read_text().replace("savingsPlan/UsedCommitment", "other/Column"))
    product.ingest(tmp_path / "data", folder)
    [one] = optimize(tmp_path / "data", "owned", "2026-09")
    assert (one["cost"], one["used"], one["unused"], one["utilization"], one["net_savings"]) == (None, None, None, None, None)
    assert one["commitment_id"] == arn("p") and one["ends"] == "2027-03-01T00:00:00Z"


def test_a_daily_report_tells_what_is_owned_and_no_hours(tmp_path):
    bill = Bill()
    for day in range(3):
        bill.row("SavingsPlanRecurringFee", day * 24, 24, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="24", UnblendedCost="2.4",
                 **plan("p"), savingsPlan__TotalCommitmentToDate="2.4", savingsPlan__UsedCommitment="1.2", savingsPlan__RecurringCommitmentForBillingPeriod="2.4")  # fmt: skip
        bill.row("SavingsPlanCoveredUsage", day * 24, 24, account="1", **box(price="1.6", amount="16.6666666667"), **plan("p"), savingsPlan__SavingsPlanEffectiveCost="1.2")
        bill.row("Usage", day * 24, 24, account="1", **box(price="2.304", amount="24"))
    product.ingest(tmp_path / "data", bill.write(tmp_path / "bill"))
    [one] = optimize(tmp_path / "data", "owned", "2026-09")
    assert (one["used"], one["unused"], one["hourly_commitment"]) == ("3.6", "3.6", "0.1")
    assert optimize(tmp_path / "data", "rates", "2026-09")["compute"]["on_demand"] == "6.912"
    assert "is daily" in refused(tmp_path / "data", "owned", "--month", "2026-09", "--hourly", arn("p"))
    # Spread evenly a plan of $0.10 takes all of each hour: what it did in each is not known, and said.
    table = product.run("--data", str(tmp_path / "data"), "optimize", "replay", "--month", "2026-09", "--format", "table")
    assert "spread evenly" in table


def test_ten_thousand_commitments(tmp_path):
    bill = Bill()
    for at in range(10_000):
        bill.row("RIFee", 0, 720, ProductCode="AmazonEC2", UsageType="HeavyUsage:m5.large", Operation="RunInstances", UsageAmount="720", NormalizationFactor="4",
                 NormalizedUsageAmount="2880", UnblendedCost="7.2", **reserved(f"{at:05}"), reservation__UnusedRecurringFee="7.2",
                 reservation__UnusedAmortizedUpfrontFeeForBillingPeriod="0")  # fmt: skip
    product.ingest(tmp_path / "data", bill.write(tmp_path / "bill"))
    begun = time.monotonic()
    answer = optimize(tmp_path / "data", "owned", "2026-09")
    took = time.monotonic() - begun
    print(f"10,000 commitments: {took:.2f} s")
    assert len(answer) == 10_000 and all(one["cost"] == "7.2" for one in answer)
    assert took < 60


def test_amounts_of_two_currencies_are_never_added(tmp_path):
    for currency, payer in (("USD", PAYER), ("CNY", OTHER_PAYER)):
        bill = Bill(payer=payer)
        bill.row("SavingsPlanRecurringFee", 0, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost="0.1", CurrencyCode=currency,
                 **plan(currency, payer=payer), savingsPlan__TotalCommitmentToDate="0.1", savingsPlan__UsedCommitment="0")  # fmt: skip
        for row in bill.rows:
            row["lineItem/CurrencyCode"] = currency
        bill.write(tmp_path / currency)
        product.ingest(tmp_path / "data", tmp_path / currency)
    answer = optimize(tmp_path / "data", "owned", "2026-09")
    assert {one["currency"]: one["cost"] for one in answer} == {"USD": "0.1", "CNY": "0.1"}
    rates = optimize(tmp_path / "data", "rates", "2026-09")
    assert {one["currency"]: one["compute"]["cost"] for one in rates["by_currency"]} == {"USD": "0.1", "CNY": "0.1"}
