"""Efficiency and missed savings: figures that a person can check, the optimum and its week by a replay of our own, and the demo company's own rows."""

import csv
import json
import time
from decimal import Decimal
from fractions import Fraction

import buying
import owned
import product
import pytest
import raw
from buying import plan_json, rate, served
from owned import Bill, box
from test_optimize_buy import KINDS, PAYER, company

ONE_YEAR = ("compute", "1yr", "no-upfront")
GROUP = "resourceTags/aws:autoscaling:groupName"
CENT = Decimal("0.01")


class Tagged(Bill):
    """A report with the tag that Auto Scaling writes."""

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{self.month}-{self.payer}.csv").open("w", newline="") as file:
            out = csv.DictWriter(file, [*owned.HEADER, GROUP], restval="")
            out.writeheader()
            out.writerows(self.rows)
        return folder


def instance(bill: Bill, hour: int, kind: str, price: str, account: str, **more) -> None:
    bill.row("Usage", hour, account=account, **box(kind, price) | {"publicOnDemandRate": price} | more)


def made(root, bill: Bill, rates: dict | None = None):
    bill.write(root / "bills")
    product.ingest(root / "data", root / "bills")
    if rates:
        (root / "plans.json").write_text(plan_json({ONE_YEAR: [rate(f"BoxUsage:{kind}", price) for kind, price in rates.items()]}))
        product.run("--data", str(root / "data"), "prices", "import", str(root / "plans.json"))
    return root / "data"


def settled(get, path: str, **query) -> dict:
    """The answer once all of it is reckoned."""
    end = time.monotonic() + 120
    while (answer := get(path, **query))["reckoning"]:
        assert time.monotonic() < end, answer
        time.sleep(0.2)
    return answer


def near(mine, theirs, slack=CENT) -> bool:
    return abs(Fraction(mine) - Fraction(theirs)) <= Fraction(slack)


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Thirty days. Account 1 runs an m5.large (0.096; in a plan 0.06) all the time. Account 2 runs a c5.large (0.085) of an Auto Scaling group half of each day,
    and one hour a day on spot, for 0.03; no plan's rate of it is known. Account 3 runs an r5.large (0.126) of which no price is known."""
    bill = Tagged()
    for hour in range(720):
        instance(bill, hour, "m5.large", "0.096", "1")
        if hour % 24 < 12:
            instance(bill, hour, "c5.large", "0.085", "2", **{GROUP.replace("/", "__"): "web"})
        if hour % 24 == 20:
            spot = {"UsageType": "SpotUsage:c5.large", "Operation": "RunInstances:SV001", "UnblendedCost": "0.03"}
            instance(bill, hour, "c5.large", "0.085", "2", **spot)
        instance(bill, hour, "r5.large", "0.126", "3")
    return made(tmp_path_factory.mktemp("efficiency"), bill, {"m5.large": "0.06"})


def test_savings_by_hand(four):
    """A plan of 0.06 an hour takes the m5.large: 720 x 0.036 = 25.92, in a week 168 x 0.036 = 6.05. Spot saves account 2 30 x (0.085 - 0.03) = 1.65 already, and
    could save 360 x 0.055 = 19.80 besides, in a week 84 x 0.055 = 4.62: 1.65 / 21.45 = 7.69 %. Of account 3 nothing is known: 720 x 0.126 = 90.72 are listed."""
    with product.served(four) as get:
        found = settled(get, "savings")
        missed = found["missed"]
        assert (missed["from"], missed["to"]) == ("2026-09-24", "2026-10-01")
        assert (found["efficiency"]["from"], found["efficiency"]["to"]) == ("2026-09-01", "2026-10-01")
        assert (missed["low"], missed["spot"], missed["commitment"], missed["high"]) == ("6.05", "4.62", "6.05", "10.67")
        of = {one["account_id"]: one for one in found["accounts"]}
        told = lambda one: (one["current"], one["additional_low"], one["additional_high"])  # noqa: E731
        assert told(of["1"]) == ("0.00", "25.92", "25.92") and of["1"]["efficiency_percent"] == 0
        assert told(of["2"]) == ("1.65", "0.00", "19.80") and abs(of["2"]["efficiency_percent"] - 165 / 21.45) < 1e-9
        assert told(of["3"]) == ("0.00", None, None) and of["3"]["efficiency_percent"] is None, "neither 0 nor 100 %"
        assert (of["3"]["unknown"], of["2"]["unknown"]) == ("90.72", "30.60")
        assert any("121.32 USD" in line and "BoxUsage:r5.large" in line for line in found["assumptions"]), found["assumptions"]
        # The greatest additional savings first; what is not known last.
        assert [one["account_id"] for one in found["accounts"]] == ["1", "2", "3"]
        # A filter on accounts keeps their shares of the same replay.
        one = settled(get, "savings", filter="account_id=2")
        assert (one["missed"]["low"], one["missed"]["high"]) == ("0.00", "4.62") and len(one["accounts"]) == 1
        nothing = settled(get, "savings", filter="account_id=3")
        assert nothing["missed"] is None and nothing["accounts"][0]["efficiency_percent"] is None


def test_the_overview_by_hand(four):
    """A month of 730 hours: 25.92 x 730 / 720 = 26.28 by commitments, 19.80 x 730 / 720 = 20.075 by spot, whose price never varied."""
    with product.served(four) as get:
        found = settled(get, "optimization/overview")
        week, month = found["cards"]["week"], found["cards"]["month"]
        assert (week["from"], week["to"], Decimal(week["commitments"])) == ("2026-09-24", "2026-10-01", Decimal("6.048"))
        assert {Decimal(week["spot"][end]) for end in ("low", "high")} == {Decimal("4.62")}
        assert Decimal(month["commitments"]) == Decimal("26.28") and Decimal(month["spot"]["low"]) == Decimal("20.075") == Decimal(month["spot"]["high"])
        of = {one["account_id"]: one for one in found["accounts"]}
        assert Decimal(of["1"]["commitments"]) == Decimal("26.28") and Decimal(of["2"]["spot_high"]) == Decimal("20.075")
        assert of["3"]["commitments"] is None and of["3"]["spot_low"] is None
        ways = {one["lifecycle"]: (Decimal(one["cost"]), Decimal(one["hours"])) for one in found["lifecycles"]}
        assert ways["on_demand"] == (720 * Decimal("0.222") + 360 * Decimal("0.085"), 1800) and ways["spot"] == (Decimal("0.9"), 30)
        assert ways["reserved"] == (0, 0) == ways["savings_plan"]
        elastic, containers = found["use_cases"]["elastic"], found["use_cases"]["containers"]
        assert Decimal(elastic["savings_low"]) == Decimal("20.075") and near(elastic["savings_rate"], Fraction(55, 85), "0.000000001") and Decimal(containers["savings_high"]) == 0
        # The month is the same thirty days.
        months = {one["account_id"]: one["months"] for one in found["efficiency"]}
        assert [one["month"] for one in months["2"]] == ["2026-09"] and abs(months["2"][0]["percent"] - 165 / 21.45) < 1e-9
        assert months["3"] == [{"month": "2026-09", "percent": None}]
        alone = settled(get, "optimization/overview", filter="account_id=1")
        assert [one["account_id"] for one in alone["accounts"]] == ["1"] and Decimal(alone["cards"]["week"]["spot"]["high"]) == 0


def test_commitments_and_spot_are_never_added(tmp_path):
    """An m5.large of a group (0.096), in a plan 0.06, on spot 0.05: commitments alone save 0.036 an hour, spot 0.046 and leaves nothing to commit for."""
    bill = Tagged()
    for hour in range(720):
        instance(bill, hour, "m5.large", "0.096", "1", **{GROUP.replace("/", "__"): "web"})
        if hour % 24 == 0:
            instance(bill, hour, "m5.large", "0.096", "1", UsageType="SpotUsage:m5.large", Operation="RunInstances:SV001", UnblendedCost="0.05")
    with product.served(made(tmp_path, bill, {"m5.large": "0.06"})) as get:
        missed = settled(get, "savings")["missed"]
        assert (missed["low"], missed["spot"], missed["commitment"], missed["high"]) == ("6.05", "7.73", "0.00", "7.73")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_week_by_the_recommendation_of_thirty_days(seed, tmp_path):
    """A plan of 0.3 an hour is owned at the end and counts for every hour; beside it the amount that costs least over thirty days, tried around what is said, and
    what exactly that amount would have saved in the last week."""
    bill, _ = company(seed)
    offered = {"m5.large": "0.0691200", "m5.xlarge": "0.1324800", "r5.large": "0.1020600"}
    data = made(tmp_path, bill, offered)
    hours, prices = buying.hours_of(raw.load(tmp_path / "bills"))
    key = lambda kind: ("AmazonEC2", f"BoxUsage:{kind}", "RunInstances", "us-east-1")  # noqa: E731
    seen = {key("c5.large"): Fraction("0.06")}
    both = seen | {key(kind): Fraction(price) for kind, price in offered.items()}
    chosen = [usage for _, usage in sorted(hours.items())]
    equivalent = [buying.on_demand(usage, prices) for usage in chosen]
    # The owned plan has the offer's rates: those of the file are nobody's rows, so it serves by what its rows show.
    left = [buying.on_demand(served(usage, prices, [(1, Fraction("0.3"), seen)])[0], prices) for usage in chosen]

    def at(commitment, usages, before):
        after = (buying.on_demand(served(usage, prices, [(1, Fraction("0.3"), seen), (1, commitment, both)])[0], prices) for usage in usages)
        return sum(before, Fraction(0)) - sum(after, Fraction(0)) - commitment * len(usages)

    with product.served(data) as get:
        found = settled(get, "savings")
    [account] = found["accounts"]
    assert account["account_id"] == PAYER
    assert near(account["current"], sum(equivalent) - sum(left) - Fraction("0.3") * 720)
    said = next(line for line in found["assumptions"] if "an hour for compute" in line)
    mine = Fraction(said.split(": ")[1].split(" ")[0])
    assert near(account["additional_low"], at(mine, chosen, left))
    best = max(at(max(Fraction(0), mine + Fraction(step, 1000)), chosen, left) for step in (-40, -5, -1, 1, 5, 40))
    assert at(mine, chosen, left) >= best - Fraction(1, 100), "no amount near it is better"
    assert near(found["missed"]["low"], at(mine, chosen[-168:], left[-168:]))
    assert found["missed"]["low"] == found["missed"]["high"] and found["missed"]["spot"] == "0.00"
    stays = sum(served(usage, prices, [(1, Fraction("0.3"), seen)])[0].get(key("t3.large"), 0) * prices[key("t3.large")] for usage in chosen)
    assert near(account["unknown"], stays) and set(KINDS) == {name[1].split(":")[1] for name in prices}


def test_a_daily_report_has_no_savings_and_says_so(tmp_path):
    bill = Bill()
    for day in range(30):
        bill.row("Usage", day * 24, 24, account="1", **box("m5.large", "2.304", "24"))
    with product.served(made(tmp_path, bill, {"m5.large": "0.06"})) as get:
        found = settled(get, "savings")
        assert found["missed"] is None and "by the day" in found["assumptions"][0], found
        [account] = found["accounts"]
        assert (account["current"], account["additional_high"], account["efficiency_percent"]) == (None, None, None)
        assert Decimal(account["cost"]) == 29 * Decimal("2.304"), "a day that is told at once is complete when the next begins"


def test_hours_since_a_report_was_switched_to_them(tmp_path):
    """Twenty days by the day, ten by the hour: 240 hours of an m5.large (0.096; in a plan 0.06) save 8.64; a week of them 6.05."""
    bill = Bill()
    for day in range(20):
        bill.row("Usage", day * 24, 24, account="1", **box("m5.large", "2.304", "24") | {"publicOnDemandRate": "0.096"})
    for hour in range(480, 720):
        instance(bill, hour, "m5.large", "0.096", "1")
    data = made(tmp_path, bill, {"m5.large": "0.06"})
    with product.served(data) as get:
        found = settled(get, "savings")
        assert (found["efficiency"]["from"], found["efficiency"]["to"], found["missed"]["low"]) == ("2026-09-21", "2026-10-01", "6.05")
        assert found["accounts"][0]["additional_low"] == "8.64" and any("2026-09-21" in line for line in found["assumptions"])
        # A month of the history says the same of its days, spread evenly: 720 x 0.036 of 0.
        overview = settled(get, "optimization/overview")
        assert overview["efficiency"][0]["months"] == [{"month": "2026-09", "percent": 0.0}]
    told = json.loads(product.run("--data", str(data), "optimize", "buy"))
    told = told[0] if isinstance(told, list) else told
    assert (told["hours"], told["look_back"]["shortened"], told["commitment"], told["savings"]) == (240, True, "0.06", "8.64")


def test_the_demo_company_by_its_own_rows(demo):
    """What follows from rows alone equals DuckDB's: cost and hours by how instances were bought, and what spot could save at the prices that its spot rows paid."""
    source = demo("csv")
    with product.served(source.data) as get:
        found = settled(get, "optimization/overview")
        savings = settled(get, "savings")
    report, begin, end = source.report, found["from"], found["to"]
    c = owned.Columns(report)
    within = f"{c.start} >= TIMESTAMP '{begin}' AND {c.start} < TIMESTAMP '{end}'"
    usage = f"coalesce({report.amount('line_item_usage_amount')}, 0)"
    paid = f"coalesce({report.amount('line_item_unblended_cost')}, 0)"
    on_demand, hours = report.connection.execute(
        f"SELECT sum({paid})::VARCHAR, sum({usage})::VARCHAR FROM raw WHERE {c.plain} AND NOT {c.spot} AND {c.product} = 'AmazonEC2' AND regexp_matches({c.usage_type}, '(^|-)(BoxUsage|DedicatedUsage)') AND {c.counted} AND {within}"
    ).fetchone()
    ways = {one["lifecycle"]: one for one in found["lifecycles"]}
    assert Decimal(ways["on_demand"]["hours"]) == Decimal(hours) and near(ways["on_demand"]["cost"], on_demand)
    listed, cost, hours = report.connection.execute(
        f"""SELECT sum({c.list})::VARCHAR, sum({paid})::VARCHAR, sum({usage})::VARCHAR
        FROM raw WHERE {c.plain} AND {c.spot} AND {c.product} = 'AmazonEC2' AND {c.counted} AND {within}"""
    ).fetchone()
    assert Decimal(ways["spot"]["hours"]) == Decimal(hours) and near(ways["spot"]["cost"], cost)
    # Of all accounts: what is saved is no less than spot's part, and shares add up to the whole that is said.
    assert savings["missed"] is None or near(savings["missed"]["high"], max(Decimal(savings["missed"]["low"]), Decimal(savings["missed"]["spot"]) + Decimal(savings["missed"]["commitment"])), "0.02")
    for one in savings["accounts"]:
        known = one["efficiency_percent"]
        if known is None or one["additional_high"] is None:
            continue
        current, high = max(Decimal(one["current"]), Decimal(0)), max(Decimal(one["additional_high"]), Decimal(0))
        assert current + high < 1 or abs(Decimal(known) - current * 100 / (current + high)) < 1, one
    assert Decimal(cost) < Decimal(listed), "spot is cheaper than on demand"


def test_what_the_demo_company_could_save_is_what_it_is_told_to_buy(tmp_path):
    """Shares of accounts add up to the savings of the purchases themselves: three worlds, one year, nothing up front, thirty days before the last complete day's end."""
    # Smaller ones tell no hours.
    data, bills = tmp_path / "data", product.generate(tmp_path / "bills", "csv", 150_000)
    product.ingest(data, bills)
    with product.served(data) as get:
        savings = settled(get, "savings")
    told, slack = Decimal(0), Decimal(1)
    for offer in ("joint", "joint-database", "sagemaker"):
        options = ("--offer", offer, "--term", "1yr", "--payment", "no-upfront", "--look-back", "30", "--as-of", savings["efficiency"]["to"])
        found = json.loads(product.run("--data", str(data), "optimize", "buy", *options))
        for one in found if isinstance(found, list) else [found]:
            told += Decimal(one["savings"])
            slack += Decimal(one["on_demand"]) / 5_000
    mine = sum(Decimal(one["additional_low"] or 0) for one in savings["accounts"])
    assert abs(mine - told) <= slack, (mine, told, slack)
