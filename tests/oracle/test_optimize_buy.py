"""What to buy: figures that a person can check, and the optimum of an optimiser of our own in Python over DuckDB's hours of the raw files."""

import csv
import io
import json
import random
from decimal import Decimal
from fractions import Fraction

import buying
import owned
import product
import pytest
import raw
from buying import plan_csv, plan_json, rate, served
from owned import Bill, box, plan

PAYER = "100000000000"
ONE_YEAR = ("compute", "1yr", "no-upfront")
CENT, STEP = Decimal("0.01"), Decimal("0.001")


def buy(data, *options: str):
    return json.loads(product.run("--data", str(data), "optimize", "buy", *options))


def near(mine: str, theirs) -> bool:
    return abs(Fraction(mine) - Fraction(theirs)) < Fraction(1, 10**9)


def made(root, *bills: Bill):
    for at, bill in enumerate(bills):
        bill.write(root / "bills" / str(at))
        product.ingest(root / "data", root / "bills" / str(at))
    return root / "data"


def vcpu(amount: str, price: str, usage_type: str = "USE1-Fargate-vCPU-Hours:perCPU") -> dict:
    return {"ProductCode": "AmazonECS", "UsageType": usage_type, "Operation": "", "UsageAmount": amount, "region": "us-east-1", "publicOnDemandCost": price, "UnblendedCost": price}


def large(bill: Bill, hour: int, amount: str = "1", price: str = "0.096", **more) -> Bill:
    return bill.row("Usage", hour, **box(price=str(Decimal(price) * Decimal(amount)), amount=amount) | {"publicOnDemandRate": price} | more)


def written(path, text: str):
    path.write_text(text)
    return str(path)


def fargate(price: str) -> dict:
    return rate("USE1-Fargate-vCPU-Hours:perCPU", price, operation="", service="AmazonECS")


def test_the_example_of_savings_plans(tmp_path):
    """AWS's example with numbers of ours, one hour: 4 r5.4xlarge (1.008, in the plan 0.6: 40 %), one dedicated m5.24xlarge (4.99, 4.0: 20 %) and 400 vCPU of
    Fargate (0.04048, 0.03: 26 %). Of $10 an hour r5 takes 4 x 0.6 = 2.4, and 7.6 / 0.03 = 253.333 vCPU the rest. On demand: 146.667 x 0.04048 + 4.99."""
    bill = Bill()
    bill.row("Usage", 0, **box("r5.4xlarge", "4.032", "4") | {"publicOnDemandRate": "1.008"})
    bill.row("Usage", 0, **box("m5.24xlarge", "4.99") | {"UsageType": "DedicatedUsage:m5.24xlarge", "tenancy": "Dedicated", "publicOnDemandRate": "4.99"})
    bill.row("Usage", 0, **vcpu("400", "16.192"))
    prices = written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:r5.4xlarge", "0.6"), rate("DedicatedUsage:m5.24xlarge", "4.0"), fargate("0.03")]}))
    data = made(tmp_path, bill)
    found = buy(data, "--commitment", "10", "--prices", prices)
    left = (Fraction(400) - Fraction("7.6") / Fraction("0.03")) * Fraction("0.04048") + Fraction("4.99")
    assert near(found["on_demand"], Fraction("25.214")) and near(found["cost"], 10 + left) and near(found["savings"], Fraction("25.214") - 10 - left)
    assert (found["hours"], found["utilization"], found["full_hours"], found["commitment"]) == (1, "1", 1, "10")
    assert near(found["coverage"], (Fraction("25.214") - left) / Fraction("25.214")) or abs(Fraction(found["coverage"]) - (1 - left / Fraction("25.214"))) < Fraction(1, 10**11)
    assert (found["look_back"]["shortened"], found["look_back"]["days"], found["unknown"]) == (True, 30, [])
    # All of it costs 2.4 + 12 + 4 = 18.4.
    best = buy(data, "--prices", prices)
    assert (best["commitment"], best["cost"], best["gap"]) == ("18.4", "18.4", "0")
    assert best["sentence"].startswith("18.4 USD an hour for 1 hours is 18.4 USD; of these hours, 1 used all of it.")
    source = {(one["of"], one["source"]): one for one in best["prices"]}
    assert (source["offer", "file"]["skus"], source["offer", "file"]["date"], source["on-demand", "rows"]["skus"]) == (3, "2026-08-15", 3)


def test_a_tie_of_percentages_goes_to_the_lowest_rate(tmp_path):
    """r5 0.12 -> 0.072 and m5 0.1 -> 0.06 are both 40 %: 0.06 takes the m5, and the r5's 0.12 stay."""
    bill = Bill()
    bill.row("Usage", 0, **box("r5.large", "0.12") | {"publicOnDemandRate": "0.12"})
    bill.row("Usage", 0, **box("m5.large", "0.1") | {"publicOnDemandRate": "0.1"})
    prices = written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:r5.large", "0.072"), rate("BoxUsage:m5.large", "0.06")]}))
    found = buy(made(tmp_path, bill), "--commitment", "0.06", "--prices", prices)
    assert (found["cost"], found["savings"]) == ("0.18", "0.04")


def recurring(bill: Bill, hour: int, commitment: str, used: str, account: str = "", name: str = "compute", **more) -> None:
    bill.row("SavingsPlanRecurringFee", hour, account=account, ProductCode="ComputeSavingsPlans", UsageType="ComputeSP:1yrNoUpfront", UsageAmount="1", UnblendedCost=commitment,
             **plan(name, **more), savingsPlan__TotalCommitmentToDate=commitment, savingsPlan__UsedCommitment=used, savingsPlan__RecurringCommitmentForBillingPeriod=commitment)  # fmt: skip


def covered(bill: Bill, hour: int, cells: dict, effective: str, name: str = "compute", account: str = "", **more) -> None:
    bill.row("SavingsPlanCoveredUsage", hour, account=account, **cells, **plan(name, **more), savingsPlan__SavingsPlanEffectiveCost=effective)


def test_the_owner_is_served_first_and_what_is_owned_counts_for_every_hour(tmp_path):
    """Account 1 owns a plan of 0.04 an hour since the second hour and runs one vCPU (0.05, in the plan 0.04), account 2 one m5.large (0.096, in the plan
    0.06). As an owner its own vCPU comes first, though m5 has the better discount, in both hours: what stays is 0.096 an hour, and another plan takes all of
    it for 0.06."""
    bill = Bill()
    for hour in (0, 1):
        if hour == 0:
            bill.row("Usage", hour, account="1", **vcpu("1", "0.05"))
        else:
            covered(bill, hour, vcpu("1", "0.05"), "0.04", account="1", savingsPlan__StartTime="2026-09-01T01:00:00.000Z", savingsPlan__EndTime="2027-09-01T01:00:00.000Z")
            recurring(bill, hour, "0.04", "0.04", "1", savingsPlan__StartTime="2026-09-01T01:00:00.000Z", savingsPlan__EndTime="2027-09-01T01:00:00.000Z")
        large(bill, hour, account="2")
    prices = written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.06"), fargate("0.04")]}))
    found = buy(made(tmp_path, bill), "--prices", prices)
    assert found["owned"] == [f"arn:aws:savingsplans::{PAYER}:savingsplan/compute"]
    assert (found["on_demand"], found["commitment"], found["cost"], found["savings"]) == ("0.192", "0.06", "0.12", "0.072")
    assert {one["source"] for one in found["prices"] if one["of"] == "offer"} == {"rows", "file"}, "the plan that is owned shows its rate of Fargate"


def test_less_usage_ladder_and_payback(tmp_path):
    """Two hours of 2 and 1 m5.large at 0.096, in the plan 0.06, all up front. At 0.06 an hour: 0.12 for 0.192 of 0.288. Break-even 0.12 / 0.192 = 0.625. Paid
    at once: 12 x 0.12 <= 0.192 m from 7.5 months on. At 70 %: 1.4 and 0.7: of 0.12 all of 0.06 and 0.7 x 0.06 = 0.042 are used; they replace 0.096 + 0.0672."""
    bill = large(large(Bill(), 0, "2"), 1)
    prices = written(tmp_path / "plans.json", plan_json({("compute", "1yr", "all-upfront"): [rate("BoxUsage:m5.large", "0.06")]}))
    data = made(tmp_path, bill)
    found = buy(data, "--payment", "all-upfront", "--prices", prices, "--commitment", "0.06", "--ladder", "3", "--by-account")
    assert (found["on_demand"], found["cost"], found["savings"], found["break_even_utilization"]) == ("0.288", "0.216", "0.072", "0.625")
    assert (found["payback_month"], found["safe_after_months"], found["upfront"]) == (8, "7.5", "525.6")
    assert found["commitments"][0]["monthly"] == "0" and found["monthly_savings"] == "26.28" and found["yearly_savings"] == "315.36"
    assert (found["risk"]["70"]["cost"], found["risk"]["70"]["savings"], found["risk"]["70"]["utilization"]) == ("0.1584", "0.0432", "0.85")
    assert set(found["risk"]) == {"90", "80", "70"}
    # Of 60 steps 20 each month; a month of 730 hours like these: without 105.12, with a third (0.02: 0.667 of 0.096 for 2 x 0.02) 105.12 - 8.76.
    assert [(one["month"], one["commitment"], one["owned"], one["cost"], one["savings"]) for one in found["ladder"]][0] == (1, "0.02", "0.02", "96.36", "8.76")
    assert found["ladder_expires_in_a_quarter"] == "0.06"
    assert [(one["account_id"], one["savings"]) for one in found["by_account"]] == [(PAYER, "0.072")]
    curve = [(Decimal(one["commitment"]), Decimal(one["cost"])) for one in found["curve"]]
    assert curve[0] == (0, Decimal("0.288")) and len(curve) <= 1000
    for (c1, f1), (c2, f2), (c3, f3) in zip(curve, curve[1:], curve[2:]):
        assert (f2 - f1) * (c3 - c2) <= (f3 - f2) * (c2 - c1) + Decimal("1e-5"), "convex"


def test_what_has_no_price_is_unknown_and_what_is_dearer_is_left_out(tmp_path):
    """m5 is known; c5 is not, nor is Fargate, whose price is 0; in r5 the plan is dearer than on demand."""
    bill = large(Bill(), 0)
    for kind, price in (("c5.large", "0.085"), ("r5.large", "0.126")):
        bill.row("Usage", 0, **box(kind, price) | {"publicOnDemandRate": price})
    bill.row("Usage", 0, **vcpu("2", "0.08"))
    rates = {ONE_YEAR: [rate("BoxUsage:m5.large", "0.06"), rate("BoxUsage:r5.large", "0.13"), fargate("0.0000000000"), rate("BoxUsage:c5.large", "0.05", currency="CNY")]}
    data = made(tmp_path, bill)
    found = buy(data, "--prices", written(tmp_path / "plans.json", plan_json(rates)))
    assert [(one["usage_type"], one["on_demand"]) for one in found["unknown"]] == [("BoxUsage:c5.large", "0.085"), ("USE1-Fargate-vCPU-Hours:perCPU", "0.08")]
    assert [(one["usage_type"], one["on_demand"]) for one in found["dearer"]] == [("BoxUsage:r5.large", "0.126")]
    assert (found["commitment"], found["cost"]) == ("0.06", "0.351"), "0.06 and what stays: 0.085, 0.126, 0.08"
    nothing = buy(data)
    assert (nothing["commitments"], nothing["lower_bound"], nothing["savings"], len(nothing["unknown"])) == ([], None, "0", 4)
    with pytest.raises(product.Refused, match=r"NaN.*is not a decimal number"):
        buy(data, "--prices", written(tmp_path / "bad.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "NaN")]})))
    with pytest.raises(product.Refused, match="below 0"):
        buy(data, "--prices", written(tmp_path / "bad.csv", plan_csv({ONE_YEAR: [rate("BoxUsage:m5.large", "-1")]})))
    with pytest.raises(product.Refused, match="no price file"):
        buy(data, "--prices", written(tmp_path / "other.csv", "a,b\n1,2\n"))
    with pytest.raises(product.Refused, match="steps of 0.001"):
        buy(data, "--commitment", "0.0005", "--prices", str(tmp_path / "plans.json"))


def test_discounts_scale_what_is_saved_and_leave_the_optimum(tmp_path):
    """10 % off everything: the commitment stays in the plan's dollars (0.06), what is paid is nine tenths. A price of its own for r5 (0.1 in place of 0.126)
    makes a plan at 0.11 dearer than on demand."""
    bill = large(large(Bill(), 0), 1)
    bill.row("Usage", 0, **box("r5.large", "0.126", cost="0.1") | {"publicOnDemandRate": "0.126"})
    header = [*owned.HEADER, "lineItem/NetUnblendedCost", "lineItem/NetUnblendedRate"]
    for row in bill.rows:
        row["lineItem/NetUnblendedCost"] = str(Decimal(row["lineItem/UnblendedCost"]) * Decimal("0.9"))
    (tmp_path / "bills").mkdir()
    with (tmp_path / "bills" / "2026-09.csv").open("w", newline="") as file:
        out = csv.DictWriter(file, header, restval="")
        out.writeheader()
        out.writerows(bill.rows)
    data = tmp_path / "data"
    product.ingest(data, tmp_path / "bills")
    found = buy(data, "--prices", written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.06"), rate("BoxUsage:r5.large", "0.11")]})))
    # 0.9 x (0.192 + 0.1), 0.9 x (0.12 + 0.1)
    assert (found["commitment"], found["on_demand"], found["cost"], found["savings"]) == ("0.06", "0.2628", "0.198", "0.0648")
    assert [one["usage_type"] for one in found["dearer"]] == ["BoxUsage:r5.large"]
    assert any("discounts" in note for note in found["notes"])


def test_each_payer_is_a_problem_of_its_own(tmp_path):
    prices = written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.06")]}))
    data = made(tmp_path, large(Bill(), 0), large(Bill(payer="200000000000"), 0, "3"))
    found = buy(data, "--prices", prices)
    assert [(one["payer"], one["commitment"], one["currency"]) for one in found] == [("200000000000", "0.18", "USD"), (PAYER, "0.06", "USD")]
    plans = list(csv.DictReader(io.StringIO(product.run("--data", str(data), "optimize", "buy", "--prices", prices, "--format", "csv"))))
    assert [(one["payer"], one["offer"], one["commitment_per_hour"], one["term"], one["payment"]) for one in plans] == [("200000000000", "compute", "0.18", "1yr", "no-upfront"), (PAYER, "compute", "0.06", "1yr", "no-upfront")]


def test_a_daily_report_is_refused(tmp_path):
    bill = Bill()
    for day in range(3):
        bill.row("Usage", 24 * day, 24, **box(price="2.304", amount="24"))
    with pytest.raises(product.Refused, match="by the day, and commitments live by the hour"):
        buy(made(tmp_path, bill))


def test_the_look_back_begins_where_hours_begin(tmp_path):
    """Two days by the day, then two hours."""
    bill = Bill()
    for day in range(2):
        bill.row("Usage", 24 * day, 24, **box(price="2.304", amount="24"))
    large(large(bill, 48, "2"), 49)
    found = buy(made(tmp_path, bill), "--prices", written(tmp_path / "plans.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.06")]})))
    assert (found["hours"], found["look_back"]["from"], found["look_back"]["shortened"], found["on_demand"]) == (2, "2026-09-03T00:00:00Z", True, "0.288")
    assert any("by the day: the look-back begins there" in note for note in found["notes"])


def test_every_form_of_a_price_file_says_the_same(tmp_path):
    bill = large(large(Bill(), 0, "2"), 1)
    bill.row("Usage", 0, **box("r5.large", "0.126") | {"publicOnDemandRate": "0.126"})
    data = made(tmp_path, bill)
    plans = {("ec2", "3yr", "partial-upfront"): [rate("BoxUsage:m5.large", "0.04")], ("compute", "3yr", "partial-upfront"): [rate("BoxUsage:m5.large", "0.05"), rate("BoxUsage:r5.large", "0.07")]}
    options = ["--term", "3yr", "--payment", "partial-upfront"]
    files = [written(tmp_path / "a.json", plan_json(plans)), written(tmp_path / "a.csv", plan_csv(plans)), str(buying.packed(tmp_path / "a.json.gz", plan_json(plans))),
             str(buying.packed(tmp_path / "a.csv.gz", plan_csv(plans)))]  # fmt: skip
    for offer in ("compute", "ec2", "joint"):
        answers = [buy(data, "--offer", offer, *options, "--prices", file) for file in files]
        for answer in answers:
            for one in answer["prices"]:
                one.pop("name")
        assert answers[0]["commitment"] != "0" and answers == [answers[0]] * 4, offer
    products = [rate("BoxUsage:m5.large", "0.096") | {"reserved": {("standard", "1yr", "all-upfront"): ("0", "438"), ("convertible", "1yr", "all-upfront"): ("0.0000000000", "525.6")}}]
    for kind, hourly in (("standard", "0.05"), ("convertible", "0.06")):
        answers = [buy(data, "--offer", "reserved", "--payment", "all-upfront", "--class", kind, "--prices", written(tmp_path / name, text))
                   for name, text in (("s.json", buying.service_json("AmazonEC2", products)), ("s.csv", buying.service_csv("AmazonEC2", products)))]  # fmt: skip
        for answer in answers:
            [one] = answer["commitments"]
            assert (one["count"], one["instance_type"], one["hourly"], one["class"], one["size_flexible"]) == (1, "m5.large", hourly, kind, True)
            assert [one["usage_type"] for one in answer["unknown"]] == ["BoxUsage:r5.large"]


def test_imported_price_files_are_kept_newest_first(tmp_path):
    data = made(tmp_path, large(Bill(), 0))
    run = lambda *options: product.run("--data", str(data), "prices", *options)  # noqa: E731
    assert json.loads(run("list", "--format", "json")) == []
    run("import", written(tmp_path / "one.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.07")]})))
    assert buy(data)["commitment"] == "0.07"
    # The file of the same offer and region takes its place.
    run("import", written(tmp_path / "two.json", plan_json({ONE_YEAR: [rate("BoxUsage:m5.large", "0.06"), rate("BoxUsage:m9.large", "0")]}, "2026-09-10T00:00:00Z")))
    [kept] = json.loads(run("list", "--format", "json"))
    assert (kept["name"], kept["offer"], kept["published"], kept["prices"]) == ("two.json", "AWSComputeSavingsPlan", "2026-09-10", 1)
    found = buy(data)
    assert found["commitment"] == "0.06" and [(one["source"], one["date"]) for one in found["prices"] if one["of"] == "offer"] == [("imported", "2026-09-10")]
    # What is given for a call comes before.
    assert buy(data, "--prices", written(tmp_path / "three.csv", plan_csv({ONE_YEAR: [rate("BoxUsage:m5.large", "0.05")]}, "2020-01-01T00:00:00Z")))["commitment"] == "0.05"
    with pytest.raises(product.Refused, match="empty"):
        run("import", written(tmp_path / "empty.json", ""))
    with pytest.raises(product.Refused, match="99"):
        run("remove", "99")
    run("remove", str(kept["id"]))
    assert json.loads(run("list", "--format", "json")) == [] and buy(data)["commitment"] == "0"


KINDS = {"m5.large": "0.096", "m5.xlarge": "0.192", "r5.large": "0.126", "c5.large": "0.085", "t3.large": "0.0832"}


def company(seed: int) -> tuple[Bill, dict]:
    """A month of several types by the hour, a plan that is bought in its middle, and rates of which one is not known and one is dearer."""
    chance, bill = random.Random(seed), Bill()
    start = 360
    mid = {"savingsPlan__StartTime": "2026-09-16T00:00:00.000Z", "savingsPlan__EndTime": "2027-09-16T00:00:00.000Z"}
    own = {"m5.large": "0.07", "m5.xlarge": "0.14", "r5.large": "0.1", "c5.large": "0.06"}
    for hour in range(720):
        room = Decimal("0.3")
        for kind, price in KINDS.items():
            amount = Decimal(max(0, round(4 + 3 * ((hour % 24) / 24) + chance.gauss(0, 1.5), 1)).__str__())
            taken = Decimal(0)
            # By the best percentage: m5 27 %, c5 29 %, r5 21 %.
            if hour >= start and kind == "c5.large":
                taken = min(amount, Decimal("5"))
                room -= taken * Decimal(own[kind])
                covered(bill, hour, box(kind, str(taken * Decimal(price)), str(taken)) | {"publicOnDemandRate": price}, str(taken * Decimal(own[kind])), **mid)
            if amount > taken:
                rest = amount - taken
                bill.row("Usage", hour, **box(kind, str(rest * Decimal(price)), str(rest)) | {"publicOnDemandRate": price})
        if hour >= start:
            recurring(bill, hour, "0.3", str(Decimal("0.3") - room), **mid)
    return bill, own


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_optimum_beside_a_plan_bought_within_the_look_back(seed, tmp_path):
    bill, own = company(seed)
    data = made(tmp_path, bill)
    rates = {kind: str((Decimal(price) * Decimal(part)).quantize(Decimal("1e-7"))) for (kind, price), part in zip(KINDS.items(), ("0.72", "0.69", "0.81", "1.02"))}
    file = written(tmp_path / "plans.json", plan_json({("compute", "3yr", "all-upfront"): [rate(f"BoxUsage:{kind}", price) for kind, price in rates.items()]}))
    hours, prices = buying.hours_of(raw.load(tmp_path / "bills"))
    key = lambda kind: ("AmazonEC2", f"BoxUsage:{kind}", "RunInstances", "us-east-1")  # noqa: E731
    seen = {key("c5.large"): Fraction("0.06")}
    offered = {key(kind): Fraction(price) for kind, price in rates.items()}
    for days in (7, 30):
        begin = 720 - days * 24
        chosen = [usage for hour, usage in sorted(hours.items())][begin:]
        found = buy(data, "--term", "3yr", "--payment", "all-upfront", "--look-back", str(days), "--prices", file)
        before = [served(usage, prices, [(1, Fraction("0.3"), seen)])[0] for usage in chosen]
        spent = sum((buying.on_demand(left, prices) for left in before), Fraction(0))
        assert near(found["on_demand"], spent), "what is owned counts for every hour"
        # With the plan beside the owned one in AWS's order: all amounts around what was found, each replayed.
        at = lambda commitment: sum((buying.on_demand(served(usage, prices, [(1, Fraction("0.3"), seen), (1, commitment, offered)])[0], prices) for usage in chosen), Fraction(0)) + commitment * len(chosen)  # noqa: E731
        mine = Fraction(found["commitment"])
        assert near(found["cost"], at(mine))
        for other in (mine - Fraction(1, 1000), mine + Fraction(1, 1000), mine - Fraction(1, 50), mine + Fraction(1, 50)):
            assert at(mine) <= at(max(Fraction(0), other)) + Fraction(1, 10**6), (days, mine, other)
        assert {one["usage_type"] for one in found["unknown"]} == {"BoxUsage:t3.large"} and {one["usage_type"] for one in found["dearer"]} <= {"BoxUsage:c5.large"}
        assert Fraction(found["lower_bound"]) <= Fraction(found["cost"])


def by_the_hour(report) -> int:
    """Rows of instances of one hour in the newest week: a small demo company has a report by the day."""
    c = owned.Columns(report)
    end = f"CAST({report.text('line_item_usage_end_date')} AS TIMESTAMP)"
    newest = f"{c.start} > (SELECT max({c.start}) - INTERVAL 7 DAY FROM raw)"
    return report.connection.execute(f"SELECT count(*) FROM raw WHERE {c.plain} AND {c.usage_type} LIKE '%BoxUsage:%' AND {newest} AND {end} <= {c.start} + INTERVAL 1 HOUR").fetchone()[0]


def test_the_demo_company(demo, tmp_path):
    """Rates made of the bill's own public prices; what the optimum is beside nothing owned is our own optimiser's."""
    source = demo("csv")
    hours, prices = buying.hours_of(source.report)
    rates = {}
    for key, price in prices.items():
        if key[0] in ("AmazonEC2", "AmazonECS", "AmazonEKS", "AWSLambda"):
            part = Fraction(55 + sum(map(ord, key[1])) % 30, 100)
            rates[key] = Fraction(f"{float(price * part):.7f}")
    file = written(tmp_path / "plans.json", plan_json({("compute", "3yr", "partial-upfront"): [rate(key[1], f"{float(price):.7f}", key[2], key[0], key[3]) for key, price in rates.items()]}))
    asked = ["--term", "3yr", "--payment", "partial-upfront", "--look-back", "30", "--prices", file, "--expires-within", "1200"]
    try:
        found = buy(source.data, *asked)
    except product.Refused as refused:
        assert "by the day" in str(refused) and not by_the_hour(source.report), refused
        return
    found = found if isinstance(found, dict) else found[0]
    assert found["owned"] == [], "all of it expires before"
    begin, end = found["look_back"]["from"][:19].replace("T", " "), found["look_back"]["to"][:19].replace("T", " ")
    chosen = [{key: amount for key, amount in usage.items() if key in rates} for hour, usage in hours.items() if begin <= str(hour) < end]
    chosen += [{}] * (found["hours"] - len(chosen))
    best, cost, before = buying.optimum(chosen, prices, rates)
    slack = Fraction(1, 100) + Fraction(found["on_demand"]) / 10**6
    assert abs(Fraction(found["savings"]) - (before - cost)) <= slack, (found["savings"], float(before - cost))
    assert abs(Fraction(found["commitment"]) - best) <= Fraction(1, 1000) + best / 10**5


def test_reservations_are_whole_and_flexible(tmp_path):
    """Two m5.large and one m5.xlarge by day, one m5.large at night: a reservation of m5.large has 4 units, an xlarge takes 8. Each count is tried by hand of
    Python, the smallest size first. A database in two zones takes two."""
    bill, chance = Bill(), random.Random(5)
    amounts = []
    for hour in range(240):
        day = 8 <= hour % 24 < 20
        large_ones, xlarge = (2 + chance.randrange(2), 1 + chance.randrange(2)) if day else (1 + chance.randrange(2), 0)
        amounts.append((large_ones, xlarge))
        large(bill, hour, str(large_ones))
        if xlarge:
            bill.row("Usage", hour, **box("m5.xlarge", str(Decimal("0.192") * xlarge), str(xlarge)) | {"publicOnDemandRate": "0.192"})
        for usage_type, price in (("InstanceUsage:db.m5.large", "0.171"), ("Multi-AZUsage:db.m5.large", "0.342")):
            bill.row("Usage", hour, ProductCode="AmazonRDS", UsageType=usage_type, Operation="CreateDBInstance:0002", UsageAmount="1", instanceType="db.m5.large", region="us-east-1",
                     publicOnDemandCost=price, publicOnDemandRate=price, UnblendedCost=price)  # fmt: skip
    data = made(tmp_path, bill)
    products = [rate(f"BoxUsage:m5.{size}", price) | {"reserved": {("standard", "1yr", "no-upfront"): (hourly, "0")}} for size, price, hourly in (("large", "0.096", "0.06"), ("xlarge", "0.192", "0.12"))]
    databases = [rate("InstanceUsage:db.m5.large", "0.171", "CreateDBInstance:0002", "AmazonRDS") | {"reserved": {("standard", "1yr", "no-upfront"): ("0.11", "0")}}]
    files = [written(tmp_path / "ec2.json", buying.service_json("AmazonEC2", products)), written(tmp_path / "rds.csv", buying.service_csv("AmazonRDS", databases))]
    found = buy(data, "--offer", "reserved", "--prices", *files)
    mine = {one["service"]: one for one in found["commitments"]}

    def cost(count: int) -> Fraction:
        total = Fraction(count) * 240 * Fraction("0.06")
        for small, big in amounts:
            units = Fraction(4 * count)
            taken = min(units, Fraction(4 * small))
            total += (4 * small - taken) / 4 * Fraction("0.096") + (8 * big - min(units - taken, Fraction(8 * big))) / 8 * Fraction("0.192")
        return total

    best = min(range(12), key=lambda count: (cost(count), count))
    assert (mine["AmazonEC2"]["count"], mine["AmazonEC2"]["instance_type"], mine["AmazonEC2"]["size_flexible"]) == (best, "m5.large", True)
    assert (mine["AmazonRDS"]["count"], mine["AmazonRDS"]["instance_type"], mine["AmazonRDS"]["utilization"]) == (3, "db.m5.large", "1"), "one, and two for the other zone"
    assert near(found["cost"], cost(best) + 240 * 3 * Fraction("0.11")) and found["gap"] is not None and Fraction(found["gap"]) < Fraction(1, 10**9)
    one = buy(data, "--offer", "reserved", "--prices", *files, "--family", "m5", "--commitment", str(best + 1))
    assert near(Fraction(one["cost"]) - 240 * Fraction("0.513"), cost(best + 1)), "what databases cost on demand competes for nothing, and stays"
    together = buy(data, "--offer", "joint-database", "--prices", *files)
    assert [(line["kind"], line["count"]) for line in together["commitments"]] == [("reserved", 3)]


def test_several_plans_together_are_no_dearer_than_each_alone(tmp_path):
    bill, chance = Bill(), random.Random(9)
    for hour in range(360):
        for kind, price in (("m5.large", "0.096"), ("r5.large", "0.126")):
            amount = Decimal(2 + chance.randrange(4) + (3 if hour % 24 > 8 else 0))
            bill.row("Usage", hour, **box(kind, str(amount * Decimal(price)), str(amount)) | {"publicOnDemandRate": price})
        amount = Decimal(chance.randrange(20))
        if amount:
            bill.row("Usage", hour, **vcpu(str(amount), str(amount * Decimal("0.04048"))))
    data = made(tmp_path, bill)
    plans = {ONE_YEAR: [rate("BoxUsage:m5.large", "0.07"), rate("BoxUsage:r5.large", "0.092"), fargate("0.032")], ("ec2", "1yr", "no-upfront"): [rate("BoxUsage:m5.large", "0.06"), rate("BoxUsage:r5.large", "0.079")]}
    prices = written(tmp_path / "plans.json", plan_json(plans))
    answers = {offer: buy(data, "--offer", offer, "--prices", prices) for offer in ("compute", "ec2", "joint")}
    joint = answers["joint"]
    assert len({one["on_demand"] for one in answers.values()}) == 1
    assert all(Fraction(joint["cost"]) <= Fraction(one["cost"]) for one in answers.values())
    assert Fraction(joint["lower_bound"]) <= Fraction(joint["cost"]) and Fraction(joint["gap"]) < Fraction(1, 10**5)
    assert [(one["kind"], one["family"]) for one in joint["commitments"]] == [("ec2", "m5"), ("ec2", "r5"), ("compute", None)]
    # Each amount a tenth up and down, in a replay of our own: nothing is cheaper.
    hours, listed = buying.hours_of(raw.load(tmp_path / "bills"))
    key = lambda kind: ("AmazonEC2", f"BoxUsage:{kind}", "RunInstances", "us-east-1")  # noqa: E731
    wide = {key("m5.large"): Fraction("0.07"), key("r5.large"): Fraction("0.092"), ("AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", "", "us-east-1"): Fraction("0.032")}

    def cost(m5: Fraction, r5: Fraction, compute: Fraction) -> Fraction:
        plans = [(0, m5, {key("m5.large"): Fraction("0.06")}), (0, r5, {key("r5.large"): Fraction("0.079")}), (1, compute, wide)]
        return sum((buying.on_demand(served(usage, listed, plans)[0], listed) for usage in hours.values()), Fraction(0)) + (m5 + r5 + compute) * len(hours)

    best = [Fraction(one["hourly"]) for one in joint["commitments"]]
    assert near(joint["cost"], cost(*best))
    for at in range(3):
        for part in (Fraction(9, 10), Fraction(11, 10)):
            assert cost(*[amount * part if place == at else amount for place, amount in enumerate(best)]) >= cost(*best)
