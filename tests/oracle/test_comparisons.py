"""What figures are compared with: the spans by the rule, the sums by the raw files, and every place says the same."""

import csv
import io
import json
import random
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import compare
import product
from costs import moment

DAY = timedelta(days=1)
VIEWS = ["total", "day", "week", "month"]


def months_ago(day: date, months: int) -> date:
    """The same day of the calendar; one that a month does not have is its last."""
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def shifted(first: date, end: date, months: int) -> tuple:
    return months_ago(first, months), months_ago(end, months) if first.day == 1 and end.day == 1 else months_ago(end - DAY, months) + DAY


def expected_spans(kind: str, first: date, end: date, complete: date) -> tuple:
    """The days that are compared and those that they are compared with, worked out anew."""
    cut = min(end, complete)
    if kind == "year":
        return first, cut, *shifted(first, cut, 12)
    if ".." in kind:
        return first, cut, *(date.fromisoformat(day) for day in kind.split(".."))
    if first.day == 1:
        last = cut - DAY
        touched = (last.year - first.year) * 12 + last.month - first.month + 1
        return first, cut, *shifted(first, cut, touched)
    length = end - first if (end - first).days % 7 == 0 else cut - first
    return first, cut, first - length, cut - length


def questions(overview: dict, count: int) -> list:
    """Presets as the page resolves them, and any spans."""
    begin, end = date.fromisoformat(overview["data_from"]), date.fromisoformat(overview["data_to"])
    month = (end - DAY).replace(day=1)
    chosen = [(month, end), (months_ago(month, 1), month), (months_ago(month, 5), end), (end - 7 * DAY, end), (end - 30 * DAY, end)]
    pick = random.Random(11)
    while len(chosen) < count:
        first = begin + DAY * pick.randrange((end - begin).days - 1)
        chosen.append((first.replace(day=1) if pick.random() < 0.4 else first, min(end, first + DAY * pick.randrange(1, 70))))
    kinds = ["previous", "previous", "year", f"{begin}..{begin + 10 * DAY}"]
    return [(first, last, kinds[at % 4] if at > 4 else "previous") for at, (first, last) in enumerate(chosen) if first < last]


def within(report, first: date, end: date) -> str:
    day = moment(report, "day")
    return f"{day} >= '{first}' AND {day} < '{end}'"


def changes(answer: dict) -> dict:
    return {tuple(row["keys"]): (row["change"], row["previous_total"]) for row in answer["rows"]}


def test_every_comparison_is_of_the_right_days_and_the_same_everywhere(demo):
    source = demo("cur2")
    report = source.report
    slack = compare.slack_per_row(report, "amortized")
    compared = 0
    with product.served(source.data) as get:
        overview = get("overview")
        begin, complete = date.fromisoformat(overview["data_from"]), date.fromisoformat(overview["complete_to"])
        for first, end, kind in questions(overview, 24):
            ask = lambda view, **more: get("costs", group_by="service", view=view, compare=kind, **{"from": first, "to": end}, **more)  # noqa: B023
            answers = {view: ask(view) for view in VIEWS}
            answer = answers["total"]
            if first >= complete:
                assert all(one["previous"] is None for one in answers.values())
                continue
            previous = answer["previous"]
            found = tuple(date.fromisoformat(previous[name]) for name in ("compared_from", "compared_to", "from", "to"))
            assert found == expected_spans(kind, first, end, complete), (first, end, kind)
            now_first, now_end, before_first, before_end = found
            # Whatever the view, the same changes.
            for view in VIEWS[1:]:
                assert answers[view]["previous"] == previous, (view, first, end)
                assert changes(answers[view]) == changes(answer), (view, first, end)
            known = before_first >= begin
            assert (previous["known"] == "whole") == known, (first, end, kind)
            # The raw files, group by group.
            value = compare.dimensions(report)["account_id"]
            by_account = get("costs", group_by="account_id", view="week", compare=kind, **{"from": first, "to": end})
            now = compare.expected(report, "amortized", value, where=within(report, now_first, now_end))
            before = compare.expected(report, "amortized", value, where=within(report, before_first, before_end))
            ours = {tuple(row["keys"]): Decimal(row["change"]["compared_total"]) for row in by_account["rows"]}
            assert not compare.differences(now, ours, slack)
            if known:
                ours = {tuple(row["keys"]): Decimal(row["previous_total"]) for row in by_account["rows"]}
                assert not compare.differences(before, ours, slack)
            compared += len(now) + len(before)
            for row in answer["rows"]:
                check_change(row, known)
            assert by_account["previous"]["change"] == previous["change"]
            # A cut table: the rest is what the others lack.
            cut = ask("month", top=3)
            rest = next(row for row in cut["rows"] if row["other"])
            named = {tuple(row["keys"]) for row in cut["rows"] if not row["other"]}
            lacking = [Decimal(row["change"]["compared_total"]) for row in answer["rows"] if tuple(row["keys"]) not in named]
            assert Decimal(rest["change"]["compared_total"]) == sum(lacking)
            # Plain questions for either span, and the explanations of both.
            for span, total in [((now_first, now_end), previous["change"]["compared_total"]), ((before_first, before_end), previous["total"])]:
                plain = {"from": span[0], "to": span[1]}
                assert get("costs", **plain)["total"] == total
                assert get("explain", page_size=1, **plain)["figure"] == total
            check_files(get, source, first, end, kind, answer)
        # The card is the same month.
        month = (date.fromisoformat(overview["complete_to"]) - DAY).replace(day=1)
        card = get("summary")["month_to_date"]
        table = get("costs", group_by="service", view="day", compare="previous", **{"from": month, "to": overview["data_to"]})
        assert card["compared"] == table["previous"]
        assert card["change_percent"] == table["previous"]["change"]["percent"]
    print(f"{compared} compared figures")
    assert compared > 300


def check_change(row: dict, known: bool) -> None:
    """What is said of a change follows from its two figures, and nothing is new that is only not known."""
    change, now = row["change"], Decimal(row["change"]["compared_total"])
    if not known:
        assert change["kind"] == "unknown" and change["amount"] is None and row["previous_total"] is None
        return
    before = Decimal(row["previous_total"])
    assert Decimal(change["amount"]) == now - before
    assert (change["kind"] == "new") == (before == 0 and now != 0)
    if change["kind"] == "gone":
        assert now == 0 and before != 0 and not any(Decimal(figure) for figure in row["figures"])
    if before:
        assert abs(Decimal(str(change["percent"])) - 100 * (now - before) / abs(before)) < Decimal("0.0011")
    else:
        assert change["percent"] is None


def check_files(get, source, first: date, end: date, kind: str, answer: dict) -> None:
    """The command line and the file say what the page says."""
    options = ["--from", str(first), "--to", str(end), "--compare", kind, "--group-by", "service"]
    told = json.loads(product.run("--data", str(source.data), "query", *options, "--format", "json"))
    previous = answer["previous"]
    assert told["previous"] == previous
    assert [row["change"] for row in told["rows"]] == [row["change"] for row in answer["rows"]]
    text = get.text("costs.csv", group_by="service", view="total", compare=kind, **{"from": first, "to": end})
    head, *rows = csv.reader(io.StringIO(text))
    spans = [(previous["compared_from"], previous["compared_to"]), (previous["from"], previous["to"])]
    assert head[-4:-2] == [f"{begin} to {date.fromisoformat(stop) - DAY}" for begin, stop in spans]
    file = {row[0]: row[-4:] for row in rows}
    for row in answer["rows"]:
        change = row["change"]
        now, before, amount, percent = file[row["labels"][0]]
        assert (now, before, amount) == (change["compared_total"], row["previous_total"] or "", change["amount"] or "")
        assert percent == ("" if change["percent"] is None else f"{change['percent']:.3f}")
