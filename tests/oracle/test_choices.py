"""What a page offers to choose: names of charges, what carries tags, what is billed by the hour, values of all months."""

import re
from decimal import Decimal

import compare
import product
import pytest

# Line item types that are no usage of anything that somebody could have tagged; all discounts beside them.
WITHOUT_TAGS = "'Tax', 'Credit', 'Refund', 'RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'SavingsPlanNegation'"


def charge(report) -> dict:
    """What of a row decides, as SQL."""
    kind, code = report.text("line_item_line_item_type"), report.text("line_item_product_code")
    market = f"coalesce({report.text('bill_billing_entity')}, '') = 'AWS Marketplace'"
    support = f"({code} LIKE 'AWSSupport%' OR {code} IN ('AWSDeveloperSupport', 'AWSEnterpriseOnRamp') OR {code} LIKE '%PremiumSupport')"
    return {
        "can_carry_tags": f"CASE WHEN {kind} IN ({WITHOUT_TAGS}) OR {kind} LIKE '%Discount' THEN 'No' "
        f"WHEN {kind} NOT IN ('Usage', 'Fee') OR {market} THEN 'Yes' WHEN {kind} = 'Fee' OR {support} THEN 'No' ELSE 'Yes' END",
        "billed_by": _billed_by(report),
    }


def _billed_by(report) -> str:
    start, end = (f"CAST({report.text(f'line_item_usage_{name}_date')} AS TIMESTAMP)" for name in ("start", "end"))
    seconds = f"date_diff('second', {start}, {end})"
    return f"CASE WHEN {seconds} <= 3600 THEN 'Hour' WHEN {seconds} <= 86400 THEN 'Day' ELSE 'Longer' END"


@pytest.mark.parametrize("dimension", ["can_carry_tags", "billed_by"])
@pytest.mark.parametrize("metric", ["amortized", "unblended"])
@pytest.mark.parametrize("form", ["csv", "cur2"])
def test_derived_choices_equal_the_raw_files(form, metric, dimension, demo):
    source = demo(form)
    theirs = compare.expected(source.report, metric, charge(source.report)[dimension])
    ours = source.ask(metric, dimension)
    assert len(ours) > 1
    assert not compare.differences(theirs, ours, compare.slack_per_row(source.report, metric))


def test_names_as_reported_equal_the_raw_files(demo):
    source = demo("cur2")
    theirs = compare.expected(source.report, "amortized", source.report.text("line_item_usage_account_name"))
    ours = source.ask("amortized", "reported_account_name")
    assert len(ours) > 1
    assert not compare.differences(theirs, ours, compare.slack_per_row(source.report, "amortized"))


def test_a_family_is_all_of_its_instance_types(demo):
    source = demo("cur2")
    families = {}
    for (kind,), figure in source.ask("amortized", "instance_type").items():
        family = (re.sub(r"\.(nano|micro|small|medium|\d*x?large|xlplus|metal\b.*)(\..*)?$", "", kind),)
        families[family] = families.get(family, 0) + figure
    assert 1 < len(families) and families == source.ask("amortized", "instance_family")


def test_the_untagged_of_what_can_be_tagged_equals_the_raw_files(demo):
    source = demo("cur2")
    key = next(name for name in compare.dimensions(source.report) if name.startswith("tag:") and not name.startswith("tag:aws"))
    tag = compare.dimensions(source.report)[key]
    theirs = compare.expected(source.report, "amortized", charge(source.report)["can_carry_tags"], where=f"coalesce({tag}, '') IN ('', 'Untagged')")
    ours = source.ask("amortized", "can_carry_tags", "--filter", f"{key}=")
    assert ours[("Yes",)] > 0 and not compare.differences(theirs, ours, compare.slack_per_row(source.report, "amortized"))


def test_what_commitments_leave_unused_has_its_name(demo):
    """Amortized, a fee's row is what no usage took; as billed, it is the fee."""
    source = demo("cur2")
    kind = source.report.text("line_item_line_item_type")
    for raw, fee, unused in [("RIFee", "RI fee", "RI unused"), ("SavingsPlanRecurringFee", "SP recurring fee", "SP unused")]:
        for metric, name, other in [("amortized", unused, fee), ("unblended", fee, unused)]:
            theirs = sum(figure for figure, _ in compare.expected(source.report, metric, kind, where=f"{kind} = '{raw}'").values())
            groups = source.ask(metric, "charge_type")
            assert theirs != 0 and groups[(name,)] == theirs and (other,) not in groups
            # By either name, as a filter.
            kept = source.ask(metric, "charge_type", "--filter", f"charge_type={name}")
            assert kept == {(name,): theirs}


def test_a_filter_by_that_name_and_the_row_that_it_keeps_agree(demo):
    """The row's key is what the bill calls it: both together are that row, not nothing."""
    source = demo("cur2")
    with product.served(source.data) as get:
        for unused in ("RI unused", "SP unused"):
            asked = {"metric": "amortized", "group_by": "charge_type", "filter": f"charge_type={unused}"}
            (row,) = get("costs", **asked)["rows"]
            explained = get("explain", keys=row["keys"][0], **asked)
            assert Decimal(explained["figure"]) == Decimal(row["total"]) != 0 and explained["rows"]


def test_tagged_untagged_and_what_cannot_be_are_everything(demo):
    """Also where a report has tags beside charges that nobody can tag."""
    for form in ("cur2", "focus"):
        source = demo(form)
        key = next(name for name in compare.dimensions(source.report) if name.startswith("tag:") and not name.startswith("tag:aws"))
        parts = [source.ask("amortized", "currency", "--filter", f"{key}!=")]
        parts += [source.ask("amortized", "currency", "--filter", f"{key}=", "--filter", f"can_carry_tags={answer}") for answer in ("Yes", "No")]
        whole = source.ask("amortized", "currency")
        assert sum(sum(part.values()) for part in parts) == sum(whole.values())


def test_pages_offer_what_the_reports_have(demo):
    source = demo("cur2")
    with product.served(source.data) as get:
        assert source.report.find("line_item_net_unblended_cost")
        assert {"net_amortized", "net_unblended"} <= set(get("dimensions")["metrics_available"])
        months = [period["period"] for period in get("overview")["periods"]]
        # Support is billed once a month: on another day it is a value without a figure.
        day = f"{months[1]}-15"
        span = {"from": day, "to": f"{months[1]}-16", "metric": "unblended"}
        ask = lambda **more: {one["value"]: Decimal(one["figure"]) for one in get("dimensions/charge_type/values", **span, **more)["values"]}  # noqa: E731
        alone, everywhere = ask(), ask(all_months="true")
        beyond = everywhere.keys() - alone.keys()
        assert "Support" in beyond and all(everywhere[value] == 0 for value in beyond)
        assert {value: everywhere[value] for value in alone} == alone
        assert list(everywhere)[: len(alone)] == list(alone)
        found = get("dimensions/charge_type/values", **span, all_months="true", search="supp")
        assert [one["value"] for one in found["values"]] == ["Support"] and found["total_values"] == 1
        amortized = get("dimensions/charge_type/values", metric="amortized", search="unused")["values"]
        assert {one["label"] for one in amortized} == {"RI unused", "SP unused"}


def test_the_next_three_months_are_told_and_judged(demo):
    """The forecast's months follow on the newest, and its back-test says of how many months it speaks."""
    with product.served(demo("cur2").data) as get:
        found = get("projection", metric="amortized")["projection"]
    assert [ahead["from"] for ahead in found["next"]][0] == found["to"] and len(found["next"]) == 3
    for ahead, after in zip(found["next"], [*found["next"][1:], None], strict=True):
        assert after is None or ahead["to"] == after["from"]
        assert Decimal(ahead["low"]) <= Decimal(ahead["total"]) <= Decimal(ahead["high"])
        assert ahead["months"] >= 1 and 0 <= ahead["error_percent"] < 30
    tried = [ahead["months"] for ahead in found["next"]]
    assert tried == sorted(tried, reverse=True)
