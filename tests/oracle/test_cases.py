"""Every accepted run of tests/cases, recomputed from its raw files: every metric by month, service, account, line
item type and commitment. Which files count is the cases' own question; what their rows come to is this one's."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compare
import pytest
from costs import METRICS, dimensions
from raw import FOCUS

CASES = Path(__file__).resolve().parents[1] / "cases"
# What DuckDB does not read by the plain rules of raw.py, and why.
NOT_READ = {
    "focus/18-number-types/e-decimal256": "DuckDB takes decimals of 256 bits for doubles",
}


def sources():
    """Sources of runs that must load, each read into a data folder of its own and as it lies."""
    for path in sorted(CASES.glob("aws/*/case.json")):
        steps = json.loads(path.read_text())["steps"]
        copied = {step["to"] for step in steps if step["do"] == "copy"}
        ingests = [step for step in steps if step["do"] == "ingest"]
        for step in ingests:
            alone = sum(one.get("data", "d") == step.get("data", "d") for one in ingests) == 1
            if alone and step["exit"] == 0 and step["src"] not in copied:
                yield path.parent / step["src"]
    for path in sorted(CASES.glob("focus/*/expect.json")):
        for run in json.loads(path.read_text())["runs"]:
            if run["accept"] == "ok" and not run["steps"] and isinstance(run["src"], str):
                yield path.parent / run["src"]


SOURCES = {str(source.relative_to(CASES)): source for source in sources() if source.is_dir()}


def by(report):
    """A grouping of the product and the SQL of its values, none of them derived."""
    raw = dimensions(report)
    service = {"service": report.text("ServiceName")} if report.kind == FOCUS else {"product_code": raw["product_code"]}
    # Figures of several currencies come apart.
    currency = report.text("BillingCurrency", "line_item_currency_code")
    several = report.connection.execute(f"SELECT count(DISTINCT {currency}) FROM raw").fetchone()[0] > 1
    return ({"": currency} if several else {}) | service | {name: raw[name] for name in ("billing_period", "account_id", "line_item_type", "commitment_id")}


@pytest.mark.parametrize("name", SOURCES)
def test_every_metric_equals_the_raw_files(name, ingested):
    if name in NOT_READ:
        pytest.skip(NOT_READ[name])
    found = ingested(SOURCES[name])
    grouping = by(found.report)
    without_money = {name: value for name, value in grouping.items() if name}
    asked = ",".join(filter(None, grouping))
    with ThreadPoolExecutor(3) as beside:
        list(beside.map(lambda metric: found.ask(metric, asked), METRICS))
    for metric in METRICS:
        # Quantities have no currency.
        values = without_money if metric == "usage_amount" else grouping
        theirs = compare.expected(found.report, metric, *values.values())
        wrong = compare.differences(theirs, found.ask(metric, asked), compare.slack_per_row(found.report, metric))
        assert not wrong, f"{metric}: " + "\n".join(wrong)
