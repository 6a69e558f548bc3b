"""Every report sample that is at hand: each total by each raw dimension equals the raw files."""

import compare
import product
import pytest
from conftest import SAMPLES
from costs import METRICS, moment

# Each is a report that the product must take as it is.
REPORTS = [
    "focus_converters/aws-legacy-cur-anonymous.csv",
    "keboola-cur/cur_1_0_MockTestReport-00001.csv.zip",
    "keboola-cur/cur_1_0_sample_billing_data.csv",
    "keboola-cur/cur_2_0_MockTestReportV2-00001.csv.gz",
    "keboola-cur/cur_2_0_sample_billing_data_v2.csv",
    "nise/aws_bucket",
    "focus-1.0-official/focus_sample.csv",
    "focus-data-toolkit/focus_1_2_cost_and_usage_aws.csv.gz",
    "focus-data-toolkit/focus_1_2_cost_and_usage_aws.parquet",
    "focus-data-toolkit/focus_1_2_cost_and_usage_azure.csv.gz",
    "focus-data-toolkit/focus_1_2_cost_and_usage_gcp.csv.gz",
    "focus-data-toolkit/focus_1_3_cost_and_usage_aws.csv",
]
# Files that are no cost report of a known format, or lack its core columns: each must be refused with advice, never half read.
OTHERS = [
    "finops-toolkit/Services.csv",
    "finops-toolkit/EA_ActualCost_Small.csv",
    "focus-data-toolkit/focus_1_3_contract_commitment_aws.csv",
    "focus_converters/oci-cost-report.csv",
    "opencost-azure/values_Template.csv",
    "sbroenne-cur/sample-cur20.csv",
    "sbroenne-cur/sample-legacy-csv.csv",
]
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("sample", REPORTS)
def test_every_total_equals_the_raw_file(sample, metric, ingested):
    source = ingested(SAMPLES / sample)
    compared, wrong = compare.check_all(source.report, metric, lambda dimension: source.total(metric, dimension))
    print(f"{sample} {metric}: {compared} groups compared")
    assert compared > 0
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("view", ["day", "month", "hour"])
@pytest.mark.parametrize("sample", REPORTS)
def test_every_view_equals_the_raw_file(sample, view, ingested):
    source = ingested(SAMPLES / sample)
    account = compare.dimensions(source.report)["account_id"]
    theirs = compare.expected(source.report, "amortized", account, moment(source.report, view))
    ours = source.ask("amortized", "account_id", "--view", view)
    wrong = compare.differences(theirs, ours, compare.slack_per_row(source.report, "amortized"))
    assert theirs and not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("sample", REPORTS)
def test_every_period_is_proven(sample, ingested):
    source = ingested(SAMPLES / sample)
    assert source.summary["periods"] and all(period["proven"] for period in source.summary["periods"])


@pytest.mark.parametrize("sample", OTHERS)
def test_a_file_of_another_kind_is_refused(sample, tmp_path):
    with pytest.raises(product.Refused) as refused:
        product.ingest(tmp_path, SAMPLES / sample)
    assert "panicked" not in str(refused.value)
    assert sample.rsplit("/", 1)[-1] in str(refused.value), "the message names the file"
