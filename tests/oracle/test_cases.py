"""The cases of tests/cases, recomputed from their raw files: every metric by line item type and by commitment."""

from pathlib import Path

import compare
import pytest
from costs import METRICS, dimensions

CASES = Path(__file__).resolve().parents[1] / "cases"
SOURCES = [
    "aws/01-sp-refund-7-days/same-month",
    "aws/03-ri-modified-mid-month/closed",
    "aws/04-sp-negation-and-missing-columns/a-full",
    "aws/04-sp-negation-and-missing-columns/c-no-total",
    "aws/06-tax-and-credits-without-account/in",
    "aws/10-number-forms/a-csv",
    "aws/21-open-month-future-rows/in",
    "aws/24-marketplace-and-renamed-account/in",
    "focus/15-nulls/a-NULL",
    "focus/15-nulls/c-backslash-N",
    "focus/20-columns-left-out/a-no-subaccount",
    "focus/20-columns-left-out/c-no-effective",
    "focus/22-commitments/a-right",
    "focus/22-commitments/e-upfront",
    "focus/23-corrections/b",
    "focus/28-parquet-constant-json-tags/a",
]


@pytest.mark.parametrize("source", SOURCES)
def test_every_metric_equals_the_raw_files(source, ingested):
    found = ingested(CASES / source)
    for metric in METRICS:
        slack = compare.slack_per_row(found.report, metric)
        for name in ("line_item_type", "commitment_id"):
            theirs = compare.expected(found.report, metric, dimensions(found.report)[name])
            wrong = compare.differences(theirs, found.ask(metric, name), slack)
            assert not wrong, f"{metric} by {name}: " + "\n".join(wrong)
