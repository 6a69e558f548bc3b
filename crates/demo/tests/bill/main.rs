//! The demo bill against its own truth, read back from the files by means that share nothing with the generator.

mod market;
mod support;

use chrono::{DateTime, Utc};
use demo::{Format, Options, Summary, generate};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use support::{Table, decimal, files, read_csv, read_parquet, text};

fn options(format: Format, out: &Path, rows: u64, months: u32) -> Options {
    let end: DateTime<Utc> = "2026-11-20T13:00:00Z".parse().expect("a valid instant");
    Options { rows, format, out: out.to_owned(), seed: 7, end, months }
}

fn run(format: Format, out: &Path, rows: u64, months: u32) -> (Summary, Value) {
    let summary = generate(&options(format, out, rows, months), &|_| {}).expect("generation succeeds");
    let truth = std::fs::read(&summary.truth).expect("the truth file is there");
    (summary, serde_json::from_slice(&truth).expect("the truth file is JSON"))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// All rows of a report, in file order.
fn table(summary: &Summary) -> Table {
    let mut all = Table::default();
    for file in files(&summary.report) {
        let name = file.to_string_lossy().into_owned();
        if name.ends_with(".csv.gz") {
            all.append(read_csv(&file));
        } else if name.ends_with(".parquet") && !name.contains("_status") {
            all.append(read_parquet(&file));
        }
    }
    all
}

/// The legacy rules of billing-data.md, section 3, over CSV names; sums in 10⁻¹⁸.
fn legacy_sums(table: &Table, by: impl Fn(&Table, usize) -> String) -> BTreeMap<String, [i128; 6]> {
    let mut sums: BTreeMap<String, [i128; 6]> = BTreeMap::new();
    for row in 0..table.len() {
        let operation = table.get(row, "lineItem/Operation");
        if matches!(operation, "EKSPod-EC2" | "ECSTask-EC2")
            || !table.get(row, "splitLineItem/ParentResourceId").is_empty()
        {
            continue;
        }
        let cost = |name: &str| decimal(table.get(row, name));
        let or_gross =
            |name: &str, gross: i128| if table.get(row, name).is_empty() { gross } else { cost(name) };
        let unblended = cost("lineItem/UnblendedCost");
        let net_unblended = or_gross("lineItem/NetUnblendedCost", unblended);
        let kind = table.get(row, "lineItem/LineItemType");
        let (amortized, net) = match kind {
            "DiscountedUsage" => (cost("reservation/EffectiveCost"), cost("reservation/NetEffectiveCost")),
            "RIFee" => (
                cost("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod")
                    + cost("reservation/UnusedRecurringFee"),
                cost("reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod")
                    + cost("reservation/NetUnusedRecurringFee"),
            ),
            "Fee" if !table.get(row, "reservation/ReservationARN").is_empty() => (0, 0),
            "SavingsPlanCoveredUsage" => (
                cost("savingsPlan/SavingsPlanEffectiveCost"),
                cost("savingsPlan/NetSavingsPlanEffectiveCost"),
            ),
            "SavingsPlanNegation" | "SavingsPlanUpfrontFee" => (0, 0),
            "SavingsPlanRecurringFee" => {
                let unused = cost("savingsPlan/TotalCommitmentToDate") - cost("savingsPlan/UsedCommitment");
                let gross = cost("savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod")
                    + cost("savingsPlan/RecurringCommitmentForBillingPeriod");
                let net = cost("savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod")
                    + cost("savingsPlan/NetRecurringCommitmentForBillingPeriod");
                // Scaled by net over gross, in steps of 10⁻¹⁰ to stay within 128 bits.
                (unused, unused / 100_000_000 * (net / 100_000_000) / (gross / 100_000_000) * 100_000_000)
            }
            _ => (unblended, net_unblended),
        };
        let counts = matches!(kind, "Usage" | "DiscountedUsage" | "SavingsPlanCoveredUsage");
        let amount = if counts { cost("lineItem/UsageAmount") } else { 0 };
        let values = [amortized, unblended, net, net_unblended, cost("pricing/publicOnDemandCost"), amount];
        for (sum, value) in sums.entry(by(table, row)).or_default().iter_mut().zip(values) {
            *sum += value;
        }
    }
    sums
}

/// A bill of three months, generated and read once for several tests.
fn bill() -> &'static (Summary, Value, Table) {
    static BILL: OnceLock<(Summary, Value, Table)> = OnceLock::new();
    BILL.get_or_init(|| {
        let out = folder();
        let (summary, truth) = run(Format::Csv, out.path(), 66_000, 3);
        let all = table(&summary);
        (summary, truth, all)
    })
}

const METRICS: [&str; 6] =
    ["amortized", "unblended", "net_amortized", "net_unblended", "list", "usage_amount"];

fn check(truth: &Value, sums: &BTreeMap<String, [i128; 6]>, what: &str) {
    let groups = truth.as_object().expect("a group is an object");
    assert_eq!(groups.keys().collect::<Vec<_>>(), sums.keys().collect::<Vec<_>>(), "{what}");
    for (key, values) in sums {
        for (metric, value) in METRICS.iter().zip(values) {
            assert_eq!(groups[key][metric].as_str(), Some(text(*value).as_str()), "{what} {key} {metric}");
        }
    }
}

#[test]
fn the_truth_is_what_the_files_say() {
    let (summary, truth, all) = bill();
    assert_eq!(all.len() as u64, summary.rows);
    assert!(summary.rows.abs_diff(66_000) < 3_300, "{} rows", summary.rows);
    for period in truth["periods"].as_array().expect("periods") {
        let label = period["period"].as_str().expect("a label").to_owned();
        let month =
            all.filter(|table, row| table.get(row, "bill/BillingPeriodStartDate").starts_with(&label));
        assert_eq!(period["rows"].as_u64(), Some(month.len() as u64));
        let total = legacy_sums(&month, |_, _| "all".to_owned());
        for (metric, value) in METRICS.iter().zip(total["all"]) {
            assert_eq!(period["totals"][metric].as_str(), Some(text(value).as_str()), "{label} {metric}");
        }
        for (group, column) in [
            ("by_account", "lineItem/UsageAccountId"),
            ("by_service", "lineItem/ProductCode"),
            ("by_line_item_type", "lineItem/LineItemType"),
        ] {
            check(
                &period[group],
                &legacy_sums(&month, |table, row| table.get(row, column).to_owned()),
                group,
            );
        }
        assert_eq!(month.column("lineItem/UnblendedCost"), month.len());
    }
}

#[test]
fn the_identity_holds_per_commitment() {
    let (_, truth, all) = bill();
    let mut seen = 0;
    for period in truth["periods"].as_array().expect("periods") {
        let label = period["period"].as_str().expect("a label").to_owned();
        let month =
            all.filter(|table, row| table.get(row, "bill/BillingPeriodStartDate").starts_with(&label));
        for commitment in period["commitments"].as_array().expect("commitments") {
            let id = commitment["id"].as_str().expect("an id");
            let rows = month.filter(|table, row| {
                table.get(row, "reservation/ReservationARN") == id
                    || table.get(row, "savingsPlan/SavingsPlanARN") == id
            });
            let sums = legacy_sums(&rows, |_, _| String::new());
            let [amortized, unblended, ..] = sums[""];
            let mut paid = 0;
            let mut spread = 0;
            for row in 0..rows.len() {
                let cost = |name: &str| decimal(rows.get(row, name));
                match rows.get(row, "lineItem/LineItemType") {
                    "Fee" | "SavingsPlanUpfrontFee" => paid += cost("lineItem/UnblendedCost"),
                    "RIFee" => spread += cost("reservation/AmortizedUpfrontFeeForBillingPeriod"),
                    "SavingsPlanRecurringFee" => {
                        spread += cost("savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod")
                    }
                    _ => {}
                }
            }
            assert_eq!(unblended, amortized + paid - spread, "{label} {id}");
            assert_eq!(commitment["difference"], "0", "{label} {id}");
            assert_eq!(commitment["upfront_paid"].as_str(), Some(text(paid).as_str()));
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen} commitment months");
}

#[test]
fn all_kinds_of_rows_are_there() {
    let (_, truth, all) = bill();
    let kinds = all.distinct("lineItem/LineItemType");
    for kind in [
        "Usage",
        "DiscountedUsage",
        "SavingsPlanCoveredUsage",
        "SavingsPlanNegation",
        "SavingsPlanRecurringFee",
        "SavingsPlanUpfrontFee",
        "RIFee",
        "Fee",
        "Tax",
        "Credit",
        "Refund",
        "EdpDiscount",
        "PrivateRateDiscount",
        "BundledDiscount",
    ] {
        assert!(kinds.contains(kind), "{kind}");
    }
    for (column, value) in [
        ("bill/BillingEntity", "AWS Marketplace"),
        ("bill/BillType", "Refund"),
        ("lineItem/Operation", "EKSPod-EC2"),
        ("lineItem/Operation", "RunInstances:0002"),
        ("lineItem/Operation", "RunInstances:0010"),
        ("lineItem/ProductCode", "AmazonRegistrar"),
        ("lineItem/ProductCode", "AWSSupportEnterprise"),
        ("pricing/PurchaseOption", "No Upfront"),
        ("pricing/PurchaseOption", "Partial Upfront"),
        ("pricing/PurchaseOption", "All Upfront"),
    ] {
        assert!(all.distinct(column).contains(value), "{column} {value}");
    }
    for column in [
        "resourceTags/aws:autoscaling:groupName",
        "resourceTags/aws:eks:cluster-name",
        "resourceTags/aws:ecs:clusterName",
        "resourceTags/aws:elasticmapreduce:job-flow-id",
        "resourceTags/user:elasticbeanstalk:environment-name",
        "resourceTags/user:Owner",
        "resourceTags/user:owner",
        "costCategory/Business Unit",
    ] {
        assert!(all.distinct(column).len() > 1, "{column}");
    }
    let ids = all.distinct("identity/LineItemId");
    assert_eq!(ids.len(), all.len());
    assert!(ids.iter().all(|id| id.len() == 52));
    assert!(all.distinct("resourceTags/user:Team").iter().any(|team| team == "platform"));
    assert!(all.distinct("lineItem/UsageType").iter().any(|usage| usage.contains("SpotUsage:")));
    assert_eq!(truth["incidents"].as_array().map(Vec::len), Some(3));
    // Container rows carry no cost of their own, and share out the cost of their instance.
    for row in (0..all.len()).filter(|row| all.get(*row, "lineItem/Operation") == "EKSPod-EC2") {
        assert_eq!(decimal(all.get(row, "lineItem/UnblendedCost")), 0);
        assert!(decimal(all.get(row, "splitLineItem/SplitCost")) > 0);
    }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let (one, two) = (folder(), folder());
    let (first, first_truth) = run(Format::Csv, one.path(), 20_000, 2);
    let (second, second_truth) = run(Format::Csv, two.path(), 20_000, 2);
    assert_eq!(first_truth, second_truth);
    let (left, right) = (files(&first.report), files(&second.report));
    assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(&right) {
        assert!(
            std::fs::read(left).expect("readable") == std::fs::read(right).expect("readable"),
            "{}",
            left.display()
        );
    }
    let mut other = options(Format::Csv, two.path(), 20_000, 2);
    other.seed = 8;
    let third = generate(&other, &|_| {}).expect("generation succeeds");
    assert_ne!(std::fs::read(third.truth).expect("readable"), std::fs::read(first.truth).expect("readable"));
}

#[test]
fn all_formats_are_one_bill() {
    let csv_folder = folder();
    let (csv, truth) = run(Format::Csv, csv_folder.path(), 20_000, 2);
    let csv_rows = table(&csv);
    for format in [Format::Parquet, Format::Cur2, Format::Cur2Csv] {
        let out = folder();
        let (summary, same) = run(format, out.path(), 20_000, 2);
        assert_eq!(truth, same, "{format}");
        let rows = table(&summary);
        assert_eq!(rows.len(), csv_rows.len(), "{format}");
        for (legacy, name) in [
            ("lineItem/UnblendedCost", "line_item_unblended_cost"),
            ("lineItem/NetUnblendedCost", "line_item_net_unblended_cost"),
            ("lineItem/UsageAmount", "line_item_usage_amount"),
            ("pricing/publicOnDemandCost", "pricing_public_on_demand_cost"),
            ("reservation/EffectiveCost", "reservation_effective_cost"),
            ("savingsPlan/UsedCommitment", "savings_plan_used_commitment"),
            ("splitLineItem/SplitCost", "split_line_item_split_cost"),
        ] {
            assert_eq!(rows.sum(name), csv_rows.sum(legacy), "{format} {name}");
        }
        for (legacy, name) in [
            ("identity/LineItemId", "identity_line_item_id"),
            ("lineItem/ResourceId", "line_item_resource_id"),
            ("lineItem/UsageType", "line_item_usage_type"),
            ("bill/InvoiceId", "bill_invoice_id"),
        ] {
            assert_eq!(rows.distinct(name), csv_rows.distinct(legacy), "{format} {name}");
        }
    }
    for format in [Format::Focus, Format::FocusCsv] {
        let out = folder();
        let (summary, same) = run(format, out.path(), 20_000, 2);
        assert_eq!(truth, same, "{format}");
        let rows = table(&summary);
        let expected: u64 = truth["periods"]
            .as_array()
            .expect("periods")
            .iter()
            .filter_map(|p| p["focus_rows"].as_u64())
            .sum();
        assert_eq!(rows.len() as u64, expected);
        for (column, metric) in
            [("BilledCost", "unblended"), ("EffectiveCost", "amortized"), ("ListCost", "list")]
        {
            assert_eq!(
                Some(text(rows.sum(column)).as_str()),
                truth["totals"][metric].as_str(),
                "{format} {column}"
            );
        }
    }
}

#[test]
fn one_month_and_few_rows_work() {
    let out = folder();
    let (summary, truth) = run(Format::Parquet, out.path(), 3_000, 13);
    assert!(summary.rows.abs_diff(3_000) < 300, "{} rows", summary.rows);
    assert_eq!(truth["periods"].as_array().map(Vec::len), Some(13));
    let out = folder();
    let (summary, truth) = run(Format::Parquet, out.path(), 400_000, 1);
    assert!(summary.rows.abs_diff(400_000) < 20_000, "{} rows", summary.rows);
    assert_eq!(truth["periods"][0]["period"], "2026-11");
    assert_eq!(truth["periods"][0]["closed"], false);
}
