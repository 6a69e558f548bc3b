"""Budgets: what each period cost equals the raw files, whatever it is about; what is not known is empty."""

import csv
import datetime
import io
from decimal import Decimal

import compare
import product
import pytest
from costs import moment

COLUMNS = ["id", "name", "period", "from", "to", "amount", "actual", "forecast", "forecast_low", "forecast_high", "percent", "state", "currency", "data_through"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def month_number(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def listed(data, *options: str) -> list[dict]:
    rows = list(csv.DictReader(io.StringIO(product.run("--data", str(data), "budgets", "--format", "csv", *options))))
    assert all(list(row) == COLUMNS for row in rows)
    return rows


@pytest.mark.parametrize("form", ["cur2", "focus"])
def test_what_periods_cost_equals_the_raw_files(form, demo):
    source = demo(form)
    report = source.report
    known = {dimension: sorted(source.ask("amortized", dimension).items(), key=lambda one: -one[1])[0][0][0] for dimension in ["account_id", "line_item_type"]}
    asked = {
        "one account": ("amortized", "month", 1, {"account_id": known["account_id"]}),
        "the rest": ("unblended", "quarter", 2, {"line_item_type": known["line_item_type"]}),
        "all of it": ("amortized", "year", 4, {}),
    }
    with product.served(source.data, role="editor") as get:
        for name, (metric, period, start, kept) in asked.items():
            filters = [f"{dimension}={value}" for dimension, value in kept.items()]
            get.send("POST", "budgets", {"name": name, "filters": filters, "metric": metric, "period": period, "start_month": start, "amount": "12345.678",
                                         "thresholds": [{"basis": "actual", "percent": 80}]})
        answered = {one["name"]: one for one in get("budgets")["budgets"]}
    rows = listed(source.data, "--past")
    assert [row["name"] for row in listed(source.data)] == sorted(asked)
    compared = 0
    for name, (metric, period, start, kept) in asked.items():
        own = [row for row in rows if row["name"] == name]
        where = " AND ".join(f"({compare.dimensions(report)[dimension]}) = '{value}'" for dimension, value in kept.items()) or "true"
        by_month = compare.expected(report, metric, moment(report, "month"), where=where)
        slack = compare.slack_per_row(report, metric)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        assert own[0]["from"] <= today < own[0]["to"] and (own[0]["amount"], own[0]["currency"]) == ("12345.678", "USD")
        for at, row in enumerate(own):
            first = month_number(row["from"])
            assert (first - (start - 1)) % MONTHS[period] == 0 and month_number(row["to"]) - first == MONTHS[period]
            inside = [(figure, count) for (month,), (figure, count) in by_month.items() if first <= month_number(month) < first + MONTHS[period]]
            figure, count = sum((one for one, _ in inside), Decimal(0)), sum(count for _, count in inside)
            if row["actual"] == "":
                assert at == 0 and not inside, "only a period that has just begun may have no data"
                assert row["state"] == "unknown"
                continue
            assert abs(Decimal(row["actual"]) - figure) <= slack * count, f"{name} {row['from']}: raw files say {figure}, the product {row['actual']}"
            compared += 1
            # What came before the budget has no amount, and no percentage of one.
            assert (row["amount"] == "") == (at > 0) and (row["percent"] == "") == (at > 0)
        shown = answered[name]
        assert [shown["now"]["actual"] or ""] + [one["actual"] for one in shown["past"]] == [row["actual"] for row in own]
        assert [one["complete"] for one in shown["past"]].count(False) <= 1, "the oldest period alone may be cut off"
    assert compared >= 12 + 4 + 1
    for row in rows:
        if row["forecast"]:
            assert Decimal(row["forecast_low"] or row["forecast"]) <= Decimal(row["forecast"]) <= Decimal(row["forecast_high"] or row["forecast"])


def test_what_is_not_known_is_empty(demo):
    source = demo("cur2")
    with product.served(source.data, role="editor") as get:
        made = get.send("POST", "budgets", {"name": "euros", "period": "month", "amount": "5", "currency": "EUR"})
        assert made["now"]["actual"] is None and made["now"]["state"] == "unknown" and "EUR" in made["problem"]
        [row] = [one for one in listed(source.data) if one["name"] == "euros"]
        assert [row[name] for name in ["actual", "forecast", "forecast_low", "forecast_high", "percent", "data_through"]] == [""] * 6
        assert row["state"] == "unknown" and "EUR" in product.run("--data", str(source.data), "budgets")
        get.send("DELETE", f"budgets/{made['id']}", {})
        with pytest.raises(product.Refused, match="404"):
            get(f"budgets/{made['id']}")


def test_an_amount_is_suggested_from_the_last_complete_months(demo):
    source = demo("cur2")
    report = source.report
    by_month = {month[:7]: figure for (month,), (figure, _) in compare.expected(report, "amortized", moment(report, "month")).items()}
    with product.served(source.data, role="editor") as get:
        found = get.send("POST", "budgets/suggest", {"period": "month"})
    complete = [one for one in found["past"] if one["complete"]][:12]
    figures = sorted(Decimal(one["actual"]) for one in complete)
    assert len(figures) == 12 and all(abs(Decimal(one["actual"]) - by_month[one["from"][:7]]) < Decimal("1e-9") for one in complete)
    assert Decimal(found["percentile_95"]) == figures[-1], "the nearest rank of 95 % of twelve"
    assert abs(Decimal(found["median"]) - (figures[5] + figures[6]) / 2) < Decimal("1e-17")
    assert figures[-1] <= Decimal(found["amount"]) < figures[-1] * Decimal("1.01")
    assert "12 complete months" in found["words"]
