//! A small bill, known to the digit, through the real pipeline and out of every address.

use crate::test_app::{Answer, TestApp};
use serde_json::Value;
use std::fmt::Write as _;

const HEADER: &str = "identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,bill/BillingPeriodStartDate,\
bill/BillingPeriodEndDate,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,\
lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,lineItem/ResourceId,lineItem/UsageAmount,lineItem/CurrencyCode,\
lineItem/UnblendedCost,lineItem/LineItemDescription,product/ProductName,product/region,pricing/publicOnDemandCost,\
resourceTags/user:Team";

/// (day, hour, account, type, product, usage type, operation, resource, amount, cost, list, team)
type Row = (
    &'static str,
    u32,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    (
        "2026-10-01",
        0,
        "111111111111",
        "Usage",
        "AmazonEC2",
        "BoxUsage:m5.large",
        "RunInstances",
        "i-1",
        "1",
        "0.096",
        "0.096",
        "Platform",
    ),
    (
        "2026-10-02",
        9,
        "111111111111",
        "Usage",
        "AmazonEC2",
        "BoxUsage:m5.large",
        "RunInstances",
        "i-1",
        "1",
        "0.096000000001",
        "0.1",
        "Platform",
    ),
    (
        "2026-10-02",
        10,
        "222222222222",
        "Usage",
        "AmazonS3",
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "bucket-1",
        "12.5",
        "0.0000000003",
        "0.0000000003",
        "",
    ),
    ("2026-10-31", 23, "222222222222", "Tax", "AmazonS3", "", "", "", "0", "1.23", "", ""),
    (
        "2026-11-01",
        0,
        "111111111111",
        "Usage",
        "AmazonEC2",
        "BoxUsage:m5.large",
        "RunInstances",
        "i-2",
        "1",
        "0.192",
        "0.192",
        "data",
    ),
    (
        "2026-11-02",
        7,
        "222222222222",
        "Credit",
        "AmazonEC2",
        "BoxUsage:m5.large",
        "RunInstances",
        "i-2",
        "0",
        "-0.05",
        "",
        "data",
    ),
];

fn month(period: &str) -> String {
    let next = if period == "2026-10" { "2026-11" } else { "2026-12" };
    let mut text = format!("{HEADER}\n");
    for (at, row) in ROWS.iter().enumerate().filter(|(_, row)| row.0.starts_with(period)) {
        let (day, hour, account, kind, product, usage, operation, resource, amount, cost, list, team) = row;
        let (start, end) = (format!("{day}T{hour:02}:00:00Z"), end(day, *hour));
        let name = if *product == "AmazonEC2" {
            "Amazon Elastic Compute Cloud"
        } else {
            "Amazon Simple Storage Service"
        };
        writeln!(
            text,
            "line-{at},{start}/{end},999999999999,{period}-01T00:00:00Z,{next}-01T00:00:00Z,{account},{kind},{start},{end},\
             {product},{usage},{operation},{resource},{amount},USD,{cost},\"{kind} of {product}, by the hour\",{name},us-east-1,{list},{team}"
        )
        .unwrap();
    }
    text
}

fn end(day: &str, hour: u32) -> String {
    let start: chrono::DateTime<chrono::Utc> = format!("{day}T{hour:02}:00:00Z").parse().unwrap();
    (start + chrono::TimeDelta::hours(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) async fn filled() -> TestApp {
    let test = TestApp::start().await;
    let source = tempfile::tempdir().unwrap();
    for period in ["2026-10", "2026-11"] {
        std::fs::write(source.path().join(format!("{period}.csv")), month(period)).unwrap();
    }
    let summary = test.ingest(source.path()).await;
    assert!(summary.succeeded(), "{summary:?}");
    assert_eq!(summary.periods.len(), 2);
    test
}

fn pretty(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut json = answer.json();
    blank(&mut json, &["id", "version", "bytes", "published_at"]);
    serde_json::to_string_pretty(&json).unwrap()
}

/// What differs from run to run.
fn blank(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                if names.contains(&name.as_str())
                    && (value.is_number() || value.as_str().is_some_and(|text| text.len() >= 16))
                {
                    *value = Value::String("…".into());
                } else {
                    blank(value, names);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| blank(value, names)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_as_agreed() {
    let test = filled().await;
    for (name, path) in [
        ("overview", "overview"),
        ("summary", "summary"),
        ("values", "dimensions/tag:Team/values?search=a"),
        (
            "costs_by_account_and_day",
            "costs?group_by=account_id&view=day&from=2026-10-01&to=2026-10-04&compare=previous",
        ),
        ("costs_by_team_top_1", "costs?group_by=tag:Team&metric=unblended&view=month&top=1"),
        ("costs_by_hour", "costs?group_by=service&view=hour&from=2026-10-02&to=2026-10-03"),
        (
            "explain",
            "explain?metric=unblended&group_by=account_id&keys=222222222222&from=2026-10-01&to=2026-11-01",
        ),
    ] {
        let answer = test.get(&format!("/api/v1/{path}")).await;
        insta::assert_snapshot!(name, pretty(&answer));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_csv_file_holds_every_digit_of_the_table() {
    let test = filled().await;
    let question = "group_by=tag:Team&metric=unblended&view=month&top=1";
    let answer = test.get(&format!("/api/v1/costs.csv?{question}")).await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        answer
            .header("content-disposition")
            .unwrap()
            .contains("attachment; filename=\"unblended-by-tag_Team-")
    );
    assert_eq!(
        answer.body,
        "tag:Team,2026-10-01,2026-11-01,total\r\nUntagged,1.2300000003,0,1.2300000003\r\n\
         Platform,0.192000000001,0,0.192000000001\r\ndata,0,0.142,0.142\r\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_bill_is_not_computed_again() {
    let test = filled().await;
    let path = "/api/v1/costs?group_by=service";
    let first = test.get(path).await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = test.send(path, &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other = test.send(path, &[("If-None-Match", "W/\"other\"")]).await;
    assert_eq!((other.status, other.body), (200, first.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_when_asked() {
    let test = filled().await;
    let answer = test.send("/api/v1/dimensions", &[("Accept-Encoding", "gzip")]).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
}
