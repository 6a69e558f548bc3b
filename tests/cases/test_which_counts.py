"""One bill that is there twice, in two connections or in one source: nothing is added up twice, somebody chooses which one
counts, and from then on every figure is that of the chosen file, to the digit."""

import json
import shutil
import sqlite3
from datetime import date
from decimal import Decimal

import pytest
from test_cases import WORK, cli, figures
from test_copies import CUR, focus, lay, total


class Folder:
    """A data folder and the sources that are read into it."""

    def __init__(self, name):
        self.name = name
        self.data = str(WORK / "counts" / f"{name}-data")
        shutil.rmtree(self.data, ignore_errors=True)
        self.roots = {}

    def lay(self, connection, files):
        root = lay(f"{self.name}-{connection}".replace("/", "_"), files)
        self.roots[connection] = root
        return root

    def run(self, *args):
        code, out, err = cli("--data", self.data, *args)
        assert "panicked" not in err, err
        return code, out, err

    def ingest(self, connection, files=None, **more):
        if files is not None:
            self.lay(connection, files)
        flags = [flag for flag, on in more.items() if on]
        code, out, err = self.run("ingest", str(self.roots[connection]), "--connection", connection, "--json", *(f"--{flag}" for flag in flags))
        return code, json.loads(out), err

    def questions(self, connection):
        _, out, _ = self.run("choose", connection, "--json")
        return json.loads(out)

    def choose(self, connection, count, *more):
        code, out, err = self.run("choose", connection, "--count", count, "--json", *more)
        return code, json.loads(out) if out else None, err

    def totals(self):
        found = figures(self.data, "--metric", "unblended", "--group-by", "billing_period")
        return found[0]

    def lines(self):
        """Rows behind everything, and their cost: line items are the chosen file's as well."""
        code, out, err = self.run("explain", "--metric", "unblended", "--format", "json", "--page-size", "1")
        assert code == 0, err
        return json.loads(out)


def months(*which, **more):
    """A bill over some months of 2026, in files that name their month."""
    files = {}
    for month in which:
        rows = [dict(row) for row in focus(range(1, 11), **more)]
        for row in rows:
            for key in ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd"):
                row[key] = row[key].replace("2026-08-", f"2026-{month:02d}-")
            row["BillingPeriodEnd"] = f"2026-{month + 1:02d}-01T00:00:00Z"
        files[f"export/data/BILLING_PERIOD=2026-{month:02d}/costs.csv"] = rows
    return files


def sums(files):
    return {path.split("=")[1][:7]: total(rows) for path, rows in files.items()}


ONE = months(7, 8)
OTHER = months(8, 9, change=lambda cost, day: cost + Decimal("0.000000000000000001") * day)


def two(name, first=ONE, second=OTHER):
    folder = Folder(name)
    code, _, err = folder.ingest("first", first)
    assert code == 0, err
    code, found, err = folder.ingest("second", second)
    return folder, code, found, err


def test_the_second_is_asked_about_and_what_only_it_has_counts():
    folder, code, found, err = two("asked")
    assert code == 1
    assert {one["period"]: one["outcome"] for one in found["periods"]} == {"2026-09": "published", "2026-08": "failed"}
    assert "cloud-analyzer choose 'second' --month 2026-08 --count 'second'" in err, err
    assert folder.totals() == sums(ONE) | {"2026-09": sums(OTHER)["2026-09"]}
    [question] = folder.questions("second")
    assert (question["state"], question["period"]) == ("open", "2026-08")
    own, other = question["candidates"]
    assert (own["name"], Decimal(own["total"]), own["currency"], own["files"], own["counts"]) == ("second", sums(OTHER)["2026-08"], "USD", 1, False)
    assert (other["name"], Decimal(other["total"]), other["counts"]) == ("first", sums(ONE)["2026-08"], True)
    assert Decimal(question["difference"]) == sums(OTHER)["2026-08"] - sums(ONE)["2026-08"]
    assert own["what"] == other["what"] == "FOCUS export"
    assert own["delivered_at_ms"] and other["delivered_at_ms"]


@pytest.mark.parametrize("asked", ["first", "second"])
def test_the_first_stays_when_it_is_chosen(asked):
    folder, *_ = two(f"first-{asked}")
    code, [question], err = folder.choose(asked, "first")
    assert code == 0, err
    assert (question["state"], question["choice"]["by"]) == ("settled", "the command line")
    assert folder.totals() == sums(ONE) | {"2026-09": sums(OTHER)["2026-09"]}
    code, found, err = folder.ingest("second")
    assert code == 0, err
    assert {one["period"]: one["outcome"] for one in found["periods"]}["2026-08"] == "not_counted"
    assert not [one for one in found["periods"] if one["outcome"] == "not_counted" and one["proven"]]
    code, out, _ = folder.run("status")
    assert code == 0 and "'first' counts; 'second' is not added up" in out
    # A newer delivery of it changes nothing, and is not read.
    more = months(8, 9, change=lambda cost, _: cost * 2)
    code, found, err = folder.ingest("second", more)
    assert code == 0, err
    assert folder.totals() == sums(ONE) | {"2026-09": sums(more)["2026-09"]}


def test_the_second_takes_the_place_of_the_first():
    folder, *_ = two("second")
    code, _, err = folder.choose("second", "second")
    assert code == 0, err
    wanted = {"2026-07": sums(ONE)["2026-07"]} | sums(OTHER)
    assert folder.totals() == wanted
    [question] = folder.questions("first")
    assert question["state"] == "settled"
    # Restated afterwards, on both sides.
    code, _, err = folder.ingest("first", months(7, 8, change=lambda cost, _: cost + 1))
    assert code == 0, err
    wanted["2026-07"] = sums(months(7, change=lambda cost, _: cost + 1))["2026-07"]
    assert folder.totals() == wanted
    restated = months(8, 9, change=lambda cost, day: cost + day)
    code, _, err = folder.ingest("second", restated)
    assert code == 0, err
    assert folder.totals() == {"2026-07": wanted["2026-07"]} | sums(restated)
    # And back again.
    code, _, err = folder.choose("first", "first")
    assert code == 0, err
    assert folder.totals() == sums(months(7, 8, change=lambda cost, _: cost + 1)) | {"2026-09": sums(restated)["2026-09"]}
    code, out, _ = folder.run("reconcile", "--format", "json")
    assert code == 0, out


def test_the_change_of_source_stands_in_the_bill_diff_of_both():
    folder, *_ = two("diff")
    folder.choose("second", "second")
    with sqlite3.connect(f"{folder.data}/meta.sqlite") as store:
        rows = store.execute("SELECT connections.name, total_before, total_after, source FROM bill_changes JOIN connections ON connections.id = connection_id").fetchall()
        [(who, action, target, detail)] = store.execute("SELECT actor_name, action, target, detail FROM audit WHERE action = 'bill.chosen'").fetchall()
    of = {name: (Decimal(before), Decimal(after), source) for name, before, after, source in rows}
    assert of["second"][:2] == (sums(ONE)["2026-08"], sums(OTHER)["2026-08"]) and "in place of 'first'" in of["second"][2]
    assert of["first"][:2] == (sums(ONE)["2026-08"], Decimal(0)) and "'second' counts" in of["first"][2]
    assert (who, target) == ("the command line", "second") and '"first"' in detail


def test_a_choice_begins_with_a_month():
    first, second = months(6, 7, 8), months(6, 7, 8, change=lambda cost, _: cost * 3)
    folder, code, _, _ = two("from", first, second)
    assert code == 1
    assert folder.choose("second", "first")[0] == 0
    code, found, err = folder.choose("second", "second", "--from", "2026-07")
    assert code == 0, err
    assert folder.totals() == {"2026-06": sums(first)["2026-06"], "2026-07": sums(second)["2026-07"], "2026-08": sums(second)["2026-08"]}
    # A month that comes later follows, whoever delivers it first.
    first |= months(9)
    code, _, err = folder.ingest("first", first)
    assert code == 0, err
    assert folder.totals()["2026-09"] == sums(first)["2026-09"]
    second |= months(9, change=lambda cost, _: cost * 3)
    code, _, err = folder.ingest("second", second)
    assert code == 0, err
    assert folder.totals()["2026-09"] == sums(second)["2026-09"]
    assert folder.ingest("first")[0] == 0
    assert folder.totals()["2026-09"] == sums(second)["2026-09"]


def test_a_source_of_several_bills_keeps_the_others():
    def of(bill, files):
        return {path.replace("export", bill): [row | {"BillingAccountId": bill} for row in rows] for path, rows in files.items()}

    both = of("8801", months(8)) | of("8802", months(8, change=lambda cost, _: cost * 5))
    alone = of("8802", months(8, change=lambda cost, _: cost * 7))
    folder = Folder("several")
    assert folder.ingest("alone", alone)[0] == 0
    code, _, err = folder.ingest("both", both)
    assert code == 1
    [question] = folder.questions("both")
    assert question["payers"] == ["8802"]
    assert Decimal(question["candidates"][0]["total"]) == total(both["8802/data/BILLING_PERIOD=2026-08/costs.csv"])
    # Of the larger one only the bill that the other has is left out.
    assert folder.choose("both", "alone")[0] == 0
    rest = total(both["8801/data/BILLING_PERIOD=2026-08/costs.csv"])
    assert folder.totals() == {"2026-08": rest + sums(alone)["2026-08"]}
    code, found, err = folder.ingest("both")
    assert code == 0 and found["periods"][0]["outcome"] == "unchanged", err
    both |= of("8801", months(8, change=lambda cost, _: cost * 11))
    code, _, err = folder.ingest("both", both)
    assert code == 0, err
    rest = total(both["8801/data/BILLING_PERIOD=2026-08/costs.csv"])
    assert folder.totals() == {"2026-08": rest + sums(alone)["2026-08"]}
    # And the other way: all of it counts, the other one is retired.
    assert folder.choose("both", "both")[0] == 0
    assert folder.totals() == {"2026-08": sum(map(total, both.values()))}
    # Back: what the larger one has besides must not be lost meanwhile.
    assert folder.choose("alone", "alone")[0] == 0
    assert folder.totals() == {"2026-08": rest + sums(alone)["2026-08"]}


def test_two_currencies_are_never_one_sum():
    euros = {path: [row | {"BillingCurrency": "EUR"} for row in rows] for path, rows in months(8, change=lambda cost, _: cost * 3).items()}
    folder, code, _, _ = two("currencies", months(8), euros)
    assert code == 1
    [question] = folder.questions("second")
    assert question["difference"] is None
    assert [one["currency"] for one in question["candidates"]] == ["EUR", "USD"]
    assert folder.choose("second", "second")[0] == 0
    assert folder.totals() == sums(euros)


def test_choices_do_not_go_round_in_a_circle():
    folder = Folder("circle")
    for name, factor in [("a", 1), ("b", 2), ("c", 3)]:
        folder.ingest(name, months(8, change=lambda cost, _, factor=factor: cost * factor))
    assert folder.choose("b", "b")[0] == 0
    assert folder.ingest("c")[0] == 1
    assert folder.choose("c", "c", "--month", "2026-08")[0] in (0, 1)
    names = lambda question: {one["name"] for one in question["candidates"]}
    pair = next((one for one in folder.questions("a") if names(one) == {"a", "c"}), None)
    assert folder.ingest("a")[0] == 1 or pair
    code, _, err = folder.run("choose", "a", "--count", "a")[0:3]
    assert folder.totals() in [{"2026-08": total(months(8)["export/data/BILLING_PERIOD=2026-08/costs.csv"]) * factor} for factor in (1, 2, 3)]


NAMES = ["it's", 'a "b" & <c>', "ünïcödé 日本", "--count", "a\\b"]


@pytest.mark.parametrize("name", NAMES[:3])
def test_names_may_hold_any_character(name):
    folder = Folder("names")
    assert folder.ingest("first", months(8))[0] == 0
    folder.lay("x", months(8, change=lambda cost, _: cost * 2))
    code, out, err = folder.run("ingest", str(folder.roots["x"]), "--connection", name, "--json")
    assert code == 1
    assert f"--count '{name}'".replace("'it's'", "'it'\\''s'") in err, err
    assert folder.choose(name, name)[0] == 0
    assert folder.totals() == sums(months(8, change=lambda cost, _: cost * 2))


# Within one source.

WHOLE = focus(range(1, 11))
LATER = focus(range(1, 11), change=lambda cost, day: cost + (day > 7))
PAIRS = {
    "copies that differ": ({"x/a.csv": WHOLE, "x - Copy/a.csv": LATER}, "x", "x - Copy"),
    "another order of the rows": ({"x/a.csv": WHOLE, "y/b.csv": WHOLE[::-1]}, "x/a.csv", "y/b.csv"),
    "another split": ({"x/a.csv": WHOLE[:25], "x/b.csv": WHOLE[25:], "all.csv": WHOLE}, "x", "all.csv"),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", PAIRS)
def test_one_of_two_places_in_a_source_is_chosen(name, which):
    files, *names = PAIRS[name]
    folder = Folder("within")
    code, found, err = folder.ingest("source", files)
    assert code == 1 and "cloud-analyzer choose" in err, err
    [question] = folder.questions("source")
    assert question["within"] and question["state"] == "open"
    below = lambda place: [rows for path, rows in files.items() if path == place or path.startswith(f"{place}/")]
    of = {one["name"]: one for one in question["candidates"]}
    chosen = next(one for one in of if one == names[which] or one.startswith(f"{names[which]}/"))
    for place, one in of.items():
        assert Decimal(one["total"]) == sum(map(total, below(place)), Decimal(0)), place
        assert one["files"] == len(below(place))
    code, _, err = folder.choose("source", chosen)
    assert code == 0, err
    assert folder.totals() == {"2026-08": sum(map(total, below(chosen)), Decimal(0))}
    code, found, err = folder.ingest("source")
    [account] = found["files"]
    out = [one for one in account["unread"] if one["fate"] == "left_out"]
    assert account["left_out"] == len(out) == len(files) - len(below(chosen))
    assert all(f"'{chosen}' counts" in one["why"] for one in out)
    # The other one, afterwards.
    other = next(one for one in of if one != chosen)
    assert folder.choose("source", other)[0] == 0
    assert folder.totals() == {"2026-08": sum(map(total, below(other)), Decimal(0))}


def test_a_restated_file_follows_the_choice_and_one_that_disappears_is_missed():
    files = {"x/a.csv": WHOLE, "y/b.csv": WHOLE[::-1]}
    folder = Folder("restated")
    folder.ingest("source", files)
    assert folder.choose("source", "y/b.csv")[0] == 0
    restated = focus(range(1, 11), change=lambda cost, _: cost * 2)
    assert folder.ingest("source", {"x/a.csv": WHOLE, "y/b.csv": restated})[0] == 0
    assert folder.totals() == {"2026-08": total(restated)}
    # What was chosen against is restated: nothing changes.
    code, found, _ = folder.ingest("source", {"x/a.csv": LATER, "y/b.csv": restated})
    assert code == 0
    assert folder.totals() == {"2026-08": total(restated)}
    # What was chosen goes: nothing is read in its place, and that is said.
    code, _, err = folder.ingest("source", {"x/a.csv": LATER})
    assert code == 1 and "is not there any more" in err, err
    assert folder.totals() == {"2026-08": total(restated)}
    [question] = folder.questions("source")
    assert question["state"] == "nowhere"
    assert folder.choose("source", "x/a.csv")[0] == 0
    assert folder.totals() == {"2026-08": total(LATER)}


def cur(account="444455556666", cost=lambda day, number: f"{day}.{number}"):
    rows = []
    for day in range(1, 8):
        for number in range(4):
            start = date(2026, 8, day).isoformat()
            rows.append(CUR | {"identity/LineItemId": f"{day}-{number}", "lineItem/UsageStartDate": f"{start}T{number:02d}:00:00Z", "lineItem/UnblendedCost": cost(day, number), "lineItem/UsageAccountId": account, "lineItem/ResourceId": f"i-{number}"})  # fmt: skip
    return rows


@pytest.mark.parametrize("chosen", ["a.csv", "b.csv"])
def test_two_kinds_of_reports_beside_each_other(chosen):
    bill = [row | {"BillingAccountId": "111122223333", "SubAccountId": "444455556666"} for row in WHOLE]
    files = {"a.csv": cur(), "b.csv": bill}
    folder = Folder("kinds")
    assert folder.ingest("source", files)[0] == 1
    [question] = folder.questions("source")
    assert {one["name"]: one["what"] for one in question["candidates"]} == {"a.csv": "a Cost and Usage Report", "b.csv": "a FOCUS export"}
    assert folder.choose("source", chosen)[0] == 0
    assert folder.totals() == {"2026-08": total(files[chosen])}


def report(name, rows):
    """A report in folders of its own, as Data Exports deliver it."""
    folder = f"{name}/data/BILLING_PERIOD=2026-08"
    return {f"{folder}/c.csv": rows}


@pytest.mark.parametrize("chosen", [0, 1])
def test_two_reports_of_one_bill(chosen):
    reports = [report("hourly", WHOLE), report("daily", LATER)]
    folder = Folder("reports")
    code, _, err = folder.ingest("source", reports[0] | reports[1])
    assert code == 1, err
    [question] = folder.questions("source")
    names = [one["name"] for one in question["candidates"]]
    wanted = next(name for name in names if name.startswith(["hourly", "daily"][chosen]))
    code, _, err = folder.choose("source", wanted)
    assert code == 0, err
    [rows] = reports[chosen].values()
    assert folder.totals() == {"2026-08": total(rows)}
    code, found, _ = folder.ingest("source")
    assert code == 0 and found["files"][0]["left_out"] == 1


def test_a_newer_delivery_of_the_one_that_does_not_count_may_hold_another_bill():
    folder, *_ = two("newer", months(8), months(8, change=lambda cost, _: cost * 2))
    assert folder.choose("second", "first")[0] == 0
    more = months(8, change=lambda cost, _: cost * 2)
    new = [row | {"BillingAccountId": "8899"} for row in WHOLE]
    more["export/data/BILLING_PERIOD=2026-08/more.csv"] = new
    code, _, err = folder.ingest("second", more)
    assert code == 0, err
    assert folder.totals() == {"2026-08": sums(months(8))["2026-08"] + total(new)}
    code, found, _ = folder.ingest("second")
    assert (code, found["periods"][0]["outcome"]) == (0, "unchanged")


def test_a_month_in_a_file_of_several_waits_for_its_choice():
    undated = {"all.csv": [row for rows in months(8, 9, change=lambda cost, _: cost * 2).values() for row in rows]}
    folder = Folder("undated")
    assert folder.ingest("first", months(8))[0] == 0
    code, found, err = folder.ingest("second", undated)
    assert code == 1, err
    both = sums(months(8)) | {"2026-09": sums(months(9, change=lambda cost, _: cost * 2))["2026-09"]}
    assert folder.totals() == both
    # Looked at again, it still waits.
    assert folder.ingest("second")[0] == 1
    assert folder.choose("second", "second")[0] == 0
    assert folder.totals() == sums(months(8, 9, change=lambda cost, _: cost * 2))
    assert folder.choose("second", "first")[0] == 0
    assert folder.totals() == both
    code, found, err = folder.ingest("second")
    assert code == 0, err
    assert {one["outcome"] for one in found["periods"]} == {"unchanged", "not_counted"}


def test_accounts_that_only_the_other_one_has_are_said_to_be_missing():
    folder, *_ = two("missing", months(8, accounts=("a", "b")), months(8, accounts=("b", "c")))
    [question] = folder.questions("second")
    assert [one["only_here"] for one in question["candidates"]] == [["c"], ["a"]]
    code, [question], _ = folder.choose("second", "first")
    assert "in no total: c" in question["message"]
    code, found, _ = folder.ingest("first")
    [month] = found["periods"]
    assert not month["proven"] and "only 'second' has" in month["proof"]["complete"]["reason"]


def test_a_bill_counted_by_two_others_is_no_bill_without_rows():
    def of(bill, files):
        return {path.replace("export", bill): [row | {"BillingAccountId": bill} for row in rows] for path, rows in files.items()}

    folder = Folder("both-elsewhere")
    assert folder.ingest("one", of("8801", months(8)))[0] == 0
    assert folder.ingest("two", of("8802", months(8, change=lambda cost, _: cost * 3)))[0] == 0
    assert folder.ingest("all", of("8801", months(8)) | of("8802", months(8, change=lambda cost, _: cost * 5)))[0] == 1
    for name in ("one", "two"):
        folder.choose("all", name)
    code, found, err = folder.ingest("all")
    assert code == 0 and {one["outcome"] for one in found["periods"]} == {"not_counted"}, err
    assert folder.totals() == {"2026-08": sums(months(8))["2026-08"] * 4}


def test_what_is_paused_is_not_read_because_somebody_chooses():
    folder, *_ = two("paused")
    with sqlite3.connect(f"{folder.data}/meta.sqlite") as store:
        store.execute("UPDATE connections SET paused = 1, state = 'failing' WHERE name = 'second'")
    before = folder.totals()
    code, [question], err = folder.choose("second", "second")
    assert code == 0 and "it is paused" in err, err
    assert question["choice"]["by"] == "the command line"
    assert folder.totals() == before
    # Asked for by name it is read, and what fails no longer is not called failing.
    code, out, err = folder.run("ingest", "second")
    assert code == 0, err
    assert folder.totals() == {"2026-07": sums(ONE)["2026-07"]} | sums(OTHER)
    assert "second: ready, paused" in folder.run("status")[1]
