"""Irregular spend: an event's cost, its days and its breakdown are sums of the raw rows, to the last digit."""

import re
from collections import defaultdict
from decimal import Decimal

import compare
import product
import pytest
from costs import USAGE, dimensions, moment

# Attribute of an object, and `by` of a breakdown -> dimension of the raw columns.
RAW = {"account": "account_id", "service": "product_code", "usage_type": "usage_type", "operation": "operation", "resource": "resource_id"}

# Events that are compared, the newest: each is asked for nine times.
MOST = 8


@pytest.fixture(scope="module")
def bill(demo):
    """The demo company's bill: raw usage by day, and the events that were found while it was ingested."""
    source = demo("csv")
    names = [*RAW.values(), "line_item_type"]
    columns = dimensions(source.report)
    rows = []
    for (*values, day), (cost, _) in compare.expected(source.report, "amortized", *(columns[name] for name in names), moment(source.report, "day")).items():
        row = dict(zip(names, values, strict=True))
        # What others sell is usage, also its monthly fee: the marketplace's product codes are long and random.
        fee = row["line_item_type"] == "Fee" and re.fullmatch(r"[0-9a-z]{20,}", row["product_code"])
        if fee or f"'{row['line_item_type']}'" in USAGE and "Support" not in row["product_code"]:
            rows.append((row, day, cost))
    with product.served(source.data) as get:
        events = get("trend-events", status="all", limit=500)["events"]
        plain = [one for one in events if one["measure"] == "usage" and one["kind"] != "unit_price" and set(one["object"]) <= set(RAW)]
        assert plain, [one["title"] for one in events]
        yield rows, plain[:MOST], get


def of(rows: list, event: dict) -> list:
    return [(row, day, cost) for row, day, cost in rows if all(row[RAW[name]] == value for name, value in event["object"].items())]


def test_days_are_those_of_the_raw_rows(bill):
    rows, events, get = bill
    for event in events:
        found = get(f"trend-events/{event['id']}/days")
        theirs = defaultdict(Decimal)
        for _, day, cost in of(rows, event):
            theirs[day] += cost
        assert found["days"] and found["from"] <= event["first_day"] < found["to"], event["title"]
        wrong = [(one, theirs[one["day"]]) for one in found["days"] if Decimal(one["cost"]) != theirs[one["day"]]]
        assert not wrong, f"{event['title']}: {wrong[:5]}"


@pytest.mark.parametrize("by", [*RAW, "usage_type_group", "region"])
def test_a_breakdown_adds_up_to_the_event(bill, by):
    rows, events, get = bill
    for event in events:
        found = get(f"trend-events/{event['id']}/breakdown", by=by, limit=500)
        whole = Decimal(found["actual"])
        assert whole + Decimal(found["beside"]) == Decimal(event["cost"]), event["title"]
        if found["total"] <= 500:
            assert sum(Decimal(row["actual"]) for row in found["rows"]) == whole, event["title"]
        assert all(Decimal(row["change"]) == Decimal(row["actual"]) - Decimal(row["expected"]) for row in found["rows"])
        # Of one day, or of days in a row, the days are the span.
        span = [(row, cost) for row, day, cost in of(rows, event) if found["from"] <= day < found["to"]]
        if by in RAW and found["from"] == event["first_day"] and sum(cost for _, cost in span) == whole:
            theirs = defaultdict(Decimal)
            for row, cost in span:
                theirs[row[RAW[by]]] += cost
            ours = {row["value"] or "": Decimal(row["actual"]) for row in found["rows"]}
            assert {name: cost for name, cost in theirs.items() if cost and name in ours} == {name: cost for name, cost in ours.items() if cost}, event["title"]


def test_some_events_are_whole_sums_of_their_days(bill):
    """So that the comparison above is no comparison of nothing."""
    rows, events, get = bill
    sums = [event for event in events if Decimal(get(f"trend-events/{event['id']}/breakdown", by="service")["beside"]) == 0]
    assert len(sums) * 2 > len(events), f"{len(sums)} of {len(events)}"
