//! Subsets, virtual tags and shared costs over the small bill: what is moved, and that nothing is lost.

use crate::filled::filled;
use crate::test_app::{Answer, TestApp};
use model::Decimal;
use serde_json::{Value, json};

async fn put(test: &TestApp, method: &str, path: &str, body: Value) -> Value {
    let answer = test.request(method, &format!("/api/v1/{path}"), &[], Some(&body)).await;
    assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
    answer.json()
}

async fn refused(test: &TestApp, method: &str, path: &str, body: Value) -> Answer {
    let answer = test.request(method, &format!("/api/v1/{path}"), &[], Some(&body)).await;
    assert_eq!(answer.status, 400, "{path}: {}", answer.body);
    assert!(!answer.json()["advice"].as_str().unwrap().is_empty(), "{}", answer.body);
    answer
}

/// Figures of a question by label.
async fn figures(test: &TestApp, question: &str) -> Vec<(String, String)> {
    let answer = test.get(&format!("/api/v1/costs?metric=unblended&{question}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = answer.json()["rows"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["labels"][0]), text(&row["total"]))).collect()
}

async fn total(test: &TestApp, question: &str) -> Decimal {
    let answer = test.get(&format!("/api/v1/costs?metric=unblended&{question}")).await;
    answer.json()["total"].as_str().unwrap().parse().unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(label, figure)| ((*label).to_owned(), (*figure).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn subsets_and_the_unassigned_are_the_whole() {
    let test = filled().await;
    let made = put(
        &test,
        "POST",
        "subsets",
        json!({ "name": "Product", "account_ids": ["111111111111", "333333333333"], "billing":
            { "price": "cost", "credits": false, "refunds": true, "tax": false, "percent": "10" } }),
    )
    .await;
    assert_eq!(
        figures(&test, "group_by=subset").await,
        pairs(&[("Unassigned", "1.1800000003"), ("Product", "0.384000000001")])
    );
    assert_eq!(figures(&test, "group_by=service&filter=subset=Product").await.len(), 1);
    let all = test.get("/api/v1/subsets").await.json();
    let sums = |value: &Value, name: &str| value[name].as_str().unwrap().parse::<Decimal>().unwrap();
    for name in ["last_month", "month_to_date"] {
        let parts = sums(&all["subsets"][0]["sums"], name) + sums(&all["unassigned"], name);
        assert_eq!(parts, sums(&all["whole"], name), "{all}");
    }
    // October: 0.192000000001 and ten percent.
    assert_eq!(all["subsets"][0]["sums"]["charge_last_month"], "0.2112000000011");
    let path = format!("subsets/{}", made["id"].as_str().unwrap());
    let details = test.get(&format!("/api/v1/{path}")).await.json();
    assert_eq!(details["accounts"].as_array().unwrap().len(), 2);
    // The public price instead, without anything on top.
    let public = json!({ "billing":
        { "price": "public", "credits": false, "refunds": true, "tax": true, "percent": "0" } });
    let changed = put(&test, "PATCH", &path, public).await;
    assert_eq!(changed["sums"]["charge_last_month"], "0.196");
    // An account that is assigned again moves.
    put(&test, "POST", "subsets", json!({ "name": "Other", "account_ids": ["111111111111"] })).await;
    let details = test.get(&format!("/api/v1/{path}")).await.json();
    assert_eq!(details["account_ids"], json!(["333333333333"]));
    refused(&test, "POST", "subsets", json!({ "name": "Other", "account_ids": [] })).await;
    let accounts = test.get("/api/v1/accounts").await.json();
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn virtual_tags_hold_for_the_past_and_keep_the_total() {
    let test = filled().await;
    let condition = |dimension: &str, operator: &str, value: &str| json!({ "dimension": dimension, "operator": operator, "values": [value] });
    let rules = json!({ "name": "Owner", "rules": [
        { "value": "platform", "conditions": [condition("tag:Team", "is", "Platform")] },
        { "value": "taxes", "conditions": [condition("charge_type", "is", "Tax"), condition("account_id", "is_not", "1")] },
        { "value": "platform", "conditions": [condition("service", "contains", "Compute")] },
    ]});
    let preview = put(&test, "POST", "virtual-tags/preview", rules.clone()).await;
    assert_eq!(preview["needs_line_items"], false);
    assert!(test.get("/api/v1/virtual-tags").await.json()["virtual_tags"].as_array().unwrap().is_empty());
    let tag = put(&test, "POST", "virtual-tags", rules.clone()).await;
    let expected = pairs(&[("taxes", "1.23"), ("platform", "0.334000000001"), ("No match", "0.0000000003")]);
    assert_eq!(figures(&test, "group_by=virtual_tag:Owner").await, expected);
    // Hours come from line items, by the same rules as SQL.
    assert_eq!(figures(&test, "group_by=virtual_tag:Owner&view=hour").await, expected);
    refused(&test, "POST", "virtual-tags", rules).await;
    // Rules over resources ask the line items.
    let machines = json!({ "name": "Owner", "rules": [
        { "value": "one", "conditions": [condition("resource_id", "starts_with", "i-1")] },
    ]});
    put(&test, "PUT", &format!("virtual-tags/{}", tag["id"].as_str().unwrap()), machines).await;
    assert_eq!(
        figures(&test, "group_by=virtual_tag:Owner").await,
        pairs(&[("No match", "1.3720000003"), ("one", "0.192000000001")])
    );
    let unknown = test.get("/api/v1/costs?group_by=virtual_tag:Nobody").await;
    assert_eq!(unknown.status, 400, "{}", unknown.body);
    refused(
        &test,
        "POST",
        "virtual-tags",
        json!({ "name": "x", "rules": [{ "value": "a", "conditions": [] }] }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_costs_go_where_they_belong_and_nothing_is_lost() {
    let test = filled().await;
    let rule = |method: &str, targets: Value| {
        json!({ "rules": [{ "id": "", "name": "Tax", "source": ["charge_type=Tax"], "method": method,
            "targets": targets }] })
    };
    put(&test, "PUT", "shared-costs", rule("even", json!([]))).await;
    // October: 1.23 of tax, half to each of the two accounts that cost something.
    assert_eq!(
        figures(&test, "group_by=account_id&shared=split&from=2026-10-01&to=2026-11-01").await,
        pairs(&[("111111111111", "0.807000000001"), ("222222222222", "0.6150000003")])
    );
    put(
        &test,
        "PUT",
        "shared-costs",
        rule("fixed", json!([{ "account_id": "111111111111", "percent": "100" }])),
    )
    .await;
    assert_eq!(
        figures(&test, "group_by=account_id&shared=split&view=week&to=2026-11-01").await,
        pairs(&[("111111111111", "1.422000000001"), ("222222222222", "0.0000000003")])
    );
    // A filter on accounts looks at where a cost went; the service keeps its own.
    assert_eq!(
        figures(&test, "group_by=charge_type&shared=split&filter=account_id=111111111111&to=2026-11-01")
            .await,
        pairs(&[("Tax", "1.23"), ("On-demand usage", "0.192000000001")])
    );
    for method in ["even", "proportional"] {
        put(&test, "PUT", "shared-costs", rule(method, json!([]))).await;
        for group_by in ["account_id", "service", "account_id,tag:Team", "subset"] {
            for view in ["total", "month", "week", "day", "hour"] {
                let question = format!("group_by={group_by}&view={view}&from=2026-10-01&to=2026-11-05");
                let split = total(&test, &format!("{question}&shared=split")).await;
                assert_eq!(split, total(&test, &question).await, "{method} {question}");
            }
        }
    }
    let file =
        test.get("/api/v1/costs.csv?metric=unblended&group_by=account_id&shared=split&to=2026-11-01").await;
    assert!(file.body.contains("111111111111,111111111111,"), "{}", file.body);
    refused(&test, "PUT", "shared-costs", rule("fixed", json!([]))).await;
    assert_eq!(test.get("/api/v1/costs?shared=maybe").await.status, 400);
}

/// Sum of figures.
fn sum<'a>(figures: impl Iterator<Item = &'a Value>) -> Decimal {
    figures.map(|figure| figure.as_str().unwrap().parse::<Decimal>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_figure_is_explained_by_what_stayed_and_by_its_shares() {
    let test = filled().await;
    put(
        &test,
        "PUT",
        "shared-costs",
        json!({ "rules": [
            { "id": "", "name": "Tax", "source": ["charge_type=Tax"], "method": "proportional", "targets": [] },
            { "id": "", "name": "Storage", "source": ["service=Amazon Simple Storage Service"], "method": "fixed",
              "targets": [{ "account_id": "111111111111", "percent": "33.3" },
                          { "account_id": "333333333333", "percent": "66.7" }] },
        ] }),
    )
    .await;
    let (mut cells, mut several) = (0, 0);
    for filter in ["", "&filter=account_id=111111111111"] {
        for group_by in ["account_id", "account", "service", "charge_type", "account_id,tag:Team", "subset"] {
            for view in ["total", "month", "week", "day"] {
                let question =
                    format!("metric=unblended&shared=split&group_by={group_by}&view={view}{filter}");
                let table =
                    test.get(&format!("/api/v1/costs?{question}&from=2026-10-01&to=2026-11-05")).await.json();
                let rows = table["rows"].as_array().unwrap();
                let keys = rows.iter().map(|row| {
                    let keys = row["keys"].as_array().unwrap().iter();
                    (
                        keys.map(|key| format!("&keys={}", key.as_str().unwrap().replace(" ", "%20")))
                            .collect::<String>(),
                        &row["total"],
                    )
                });
                for (keys, total) in keys.chain([(String::new(), &table["total"])]) {
                    let cell = format!("{question}{keys}&from=2026-10-01&to=2026-11-05&page_size=500");
                    let found = test.get(&format!("/api/v1/explain?{cell}")).await;
                    assert_eq!(found.status, 200, "{cell}: {}", found.body);
                    let found = found.json();
                    assert_eq!(found["figure"], *total, "{cell}");
                    let parts = found["parts"].as_array().unwrap();
                    assert_eq!(
                        sum(parts.iter().map(|part| &part["figure"])).to_string(),
                        total.as_str().unwrap()
                    );
                    several += usize::from(parts.len() > 1);
                    for part in parts {
                        let listed = test
                            .get(&format!("/api/v1/explain?{cell}&part={}", part["part"].as_str().unwrap()))
                            .await
                            .json();
                        assert_eq!(listed["part"], part["part"]);
                        let lines = sum(listed["rows"].as_array().unwrap().iter().map(|row| &row["figure"]));
                        assert_eq!(lines.to_string(), part["whole"].as_str().unwrap(), "{cell} {part}");
                        cells += 1;
                    }
                }
            }
        }
    }
    assert!(cells > 100 && several > 20, "{cells} {several}");
    let day = "metric=unblended&shared=split&group_by=account_id&view=day&from=2026-10-02&to=2026-10-03";
    let table = test.get(&format!("/api/v1/costs?{day}")).await.json();
    let first = &table["rows"][0];
    let found =
        test.get(&format!("/api/v1/explain?{day}&keys={}", first["keys"][0].as_str().unwrap())).await.json();
    assert_eq!(found["figure"], first["figures"][0]);
    assert_eq!(test.get(&format!("/api/v1/explain?{day}&keys=111111111111&part=nothing")).await.status, 400);
    let plain = test.get("/api/v1/explain?metric=unblended&from=2026-10-01&to=2026-11-05").await.json();
    assert_eq!((plain["parts"].clone(), plain["part"].clone()), (json!([]), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_merged_and_combined_on_request() {
    let test = filled().await;
    assert_eq!(
        figures(&test, "group_by=merged_tag:Team").await,
        pairs(&[("Untagged", "1.2300000003"), ("platform", "0.192000000001"), ("data", "0.142")])
    );
    let both = test.get("/api/v1/costs?group_by=tag:Team,service&metric=unblended").await.json();
    assert_eq!(both["rows"][0]["labels"], json!(["Untagged", "Amazon Simple Storage Service"]));
    // What a chart's "Other" holds is a figure like any other, with and without shared costs split.
    for split in ["", "&shared=split"] {
        let question = format!("group_by=tag:Team,service&metric=unblended{split}");
        let top = test.get(&format!("/api/v1/costs?{question}&top=2")).await.json();
        let rows = top["rows"].as_array().unwrap();
        let (rest, shown) = rows.split_last().unwrap();
        assert_eq!(rest["other"], true);
        let keys = shown.iter().flat_map(|row| row["keys"].as_array().unwrap());
        let but: String =
            keys.map(|key| format!("&but={}", key.as_str().unwrap().replace(' ', "%20"))).collect();
        let found = test.get(&format!("/api/v1/explain?{question}{but}")).await.json();
        assert_eq!(found["figure"], rest["total"], "{found}");
        let lines = sum(found["rows"].as_array().unwrap().iter().map(|row| &row["figure"]));
        assert_eq!(lines.to_string(), rest["total"].as_str().unwrap());
    }
    let odd = test.get("/api/v1/explain?group_by=tag:Team,service&but=one").await;
    assert!(odd.status == 400 && odd.body.contains("2 dimensions"), "{}", odd.body);
    let savings = test.get("/api/v1/savings").await;
    assert_eq!(savings.status, 200, "{}", savings.body);
    assert!(!savings.json()["assumptions"][0].as_str().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_holds_the_table_and_explanations_come_whole() {
    let test = filled().await;
    let question = "group_by=tag:Team&metric=unblended&view=month&top=1";
    for (ending, kind, start) in [
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"),
        ("parquet", "application/vnd.apache.parquet", "PAR1"),
    ] {
        let answer = test.get(&format!("/api/v1/costs.{ending}?{question}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
        assert!(answer.body.starts_with(start), "{ending}");
        assert!(answer.header("content-disposition").unwrap().contains(&format!(".{ending}\"")));
    }
    let cell = "metric=unblended&group_by=account_id&keys=111111111111&sort=time&order=asc";
    let page = test.get(&format!("/api/v1/explain?{cell}")).await.json();
    let starts: Vec<&str> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["charge_period_start"].as_str().unwrap())
        .collect();
    assert_eq!(starts, ["2026-10-01T00:00:00Z", "2026-10-02T09:00:00Z", "2026-11-01T00:00:00Z"]);
    let file = test.get(&format!("/api/v1/explain.csv?{cell}")).await;
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 4, "{}", file.body);
    assert!(lines[0].starts_with("charge_period_start,") && lines[0].ends_with("source_file,source_row"));
    assert!(lines[2].contains("0.096000000001"), "{}", lines[2]);
    assert_eq!(test.get(&format!("/api/v1/explain?{cell}&sort=colour")).await.status, 400);
}
