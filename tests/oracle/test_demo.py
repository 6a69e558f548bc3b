"""The demo company in every format: equal to its raw files, to its truth file, and to each other."""

import json
from decimal import Decimal

import compare
import product
import pytest
from conftest import FORMATS
from costs import METRICS, moment

# What every format carries alike; FOCUS has no net columns and no line item types of AWS.
SHARED = ["unblended", "amortized", "list"]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_total_equals_the_raw_files(form, metric, demo):
    source = demo(form)
    compared, wrong = compare.check_all(source.report, metric, lambda dimension: source.total(metric, dimension))
    print(f"{form} {metric}: {compared} groups compared")
    assert compared > 100
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("view", ["month", "day", "hour"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_view_equals_the_raw_files(form, view, demo):
    source = demo(form)
    account = compare.dimensions(source.report)["account_id"]
    theirs = compare.expected(source.report, "amortized", account, moment(source.report, view))
    wrong = compare.differences(theirs, source.ask("amortized", "account_id", "--view", view), compare.slack_per_row(source.report, "amortized"))
    assert theirs and not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("form", FORMATS)
def test_filters_split_a_total_without_rest(form, demo):
    source = demo(form)
    whole = sum(source.ask("amortized", "account_id").values())
    for (account,) in list(source.ask("amortized", "account_id"))[:3]:
        inside = product.query(source.data, "amortized", "account_id", "--filter", f"account_id={account}")
        outside = product.query(source.data, "amortized", "account_id", "--filter", f"account_id!={account}")
        assert list(inside) == [(account,)] and (account,) not in outside
        assert sum(inside.values()) + sum(outside.values()) == whole


@pytest.mark.parametrize("metric", SHARED)
@pytest.mark.parametrize("dimension", ["billing_period", "account_id", "service", "region"])
def test_formats_agree(dimension, metric, demo):
    answers = {form: {k: v for k, v in demo(form).ask(metric, dimension).items() if v} for form in FORMATS}
    for form in FORMATS[1:]:
        assert answers[form] == answers["csv"], f"{form} and csv differ by {dimension}"


# Group of the truth file -> dimension of the product that says the same.
TRUTHS = {"by_account": "account_id", "by_service": "product_code", "by_line_item_type": "line_item_type", "by_lifecycle": "lifecycle"}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("form", FORMATS)
def test_totals_equal_the_truth_file(form, metric, demo):
    """The generator summed what it wrote with integers of its own, before any file existed."""
    source = demo(form)
    if form.startswith("focus") and metric.startswith("net_"):
        pytest.skip("FOCUS carries no net costs")
    truth = json.loads((source.source / "truth.json").read_text())
    groups = {} if form.startswith("focus") else TRUTHS
    ours = source.ask(metric, "billing_period")
    split = {name: source.ask(metric, f"billing_period,{dimension}") for name, dimension in groups.items()}
    compared = 0
    for period in truth["periods"]:
        assert ours[(period["period"],)] == Decimal(period["totals"][metric]), period["period"]
        for name, found in split.items():
            for key, sums in period[name].items():
                figure = Decimal(sums[metric])
                assert found.get((period["period"], key), Decimal(0)) == figure, (period["period"], name, key)
                compared += 1
    print(f"{form} {metric}: {compared} groups of the truth file compared")


@pytest.mark.parametrize("form", FORMATS)
def test_every_period_and_file_is_proven(form, demo):
    source = demo(form)
    assert source.summary["periods"] and all(period["proven"] for period in source.summary["periods"])
    for period in product.reconcile(source.data)["periods"]:
        assert period["proven"], period
        assert Decimal(period["difference"]) == 0, period


@pytest.mark.parametrize("form", ["csv", "cur2"])
def test_reading_again_changes_nothing(form, demo):
    source = demo(form)
    before = product.query(source.data, "amortized", "account_id,usage_type")
    product.ingest(source.data, source.source, "--force")
    assert product.query(source.data, "amortized", "account_id,usage_type") == before
