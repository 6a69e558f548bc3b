"""What the page asks for: every tab by every metric in every view equals the raw files, for every report at hand."""

from decimal import Decimal

import compare
import product
import pytest
from conftest import NONE, SAMPLES
from costs import METRICS, moment
from test_samples import REPORTS

VIEWS = ["month", "week", "day"]
# Tabs that are derived from several columns: what they add up to must be the whole.
DERIVED = ["service", "region", "lifecycle", "operating_system", "charge_type", "usage_type_group", "instance_type", "purchase_option"]


def tabs(report) -> list:
    """One key of each kind with keys: all are compared by their totals elsewhere."""
    found = [tab for tab in compare.dimensions(report) if ":" not in tab and tab != "billing_period"]
    for kind in ("tag:", "cost_category:"):
        found += [tab for tab in compare.dimensions(report) if tab.startswith(kind)][:1]
    return found


def cells(answer: dict, tab: str) -> dict:
    """(value, bucket) -> exact figure, those that are not zero."""
    none = NONE.get(tab.split(":")[0], "")
    found = {}
    for row in answer["rows"]:
        for bucket, figure in zip(answer["periods"], row["figures"], strict=True):
            if Decimal(figure):
                found[(row["keys"][0] or none, bucket)] = Decimal(figure)
    return found


def check(source) -> int:
    compared, wrong = 0, []
    with product.served(source.data) as get:
        for metric in METRICS:
            slack = compare.slack_per_row(source.report, metric)
            for view in VIEWS:
                start = moment(source.report, view)
                ask = lambda tab: get("costs", metric=metric, group_by=tab, view=view)  # noqa: B023 asked at once
                for tab in tabs(source.report):
                    theirs = compare.expected(source.report, metric, compare.dimensions(source.report)[tab], start)
                    compared += len(theirs)
                    wrong += [f"{metric} {tab} {view}: {line}" for line in compare.differences(theirs, cells(ask(tab), tab), slack)]
                whole = compare.expected(source.report, metric, start)
                for tab in DERIVED:
                    answer = ask(tab)
                    sums = {(bucket,): Decimal(0) for bucket in answer["periods"]}
                    for row in answer["rows"]:
                        for bucket, figure in zip(answer["periods"], row["figures"], strict=True):
                            sums[(bucket,)] += Decimal(figure)
                    assert list(sums.values()) == [Decimal(total) for total in answer["totals"]]
                    wrong += [f"{metric} {tab} {view}: {line}" for line in compare.differences(whole, sums, slack)]
                assert not wrong, "\n".join(wrong[:20])
    return compared


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")
@pytest.mark.parametrize("sample", REPORTS)
def test_every_tab_metric_and_view_of_a_sample(sample, ingested):
    compared = check(ingested(SAMPLES / sample))
    print(f"{sample}: {compared} figures compared")
    assert compared > 0


def test_every_tab_metric_and_view_of_the_demo_company(demo):
    """One format of the bill: the others are compared by their totals."""
    compared = check(demo("cur2"))
    print(f"{compared} figures compared")
    assert compared > 100_000
