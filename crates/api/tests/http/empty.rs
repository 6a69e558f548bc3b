//! A server without data answers everything, so that the page can show its empty state.

use crate::test_app::TestApp;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn overview_says_that_there_is_nothing() {
    let test = TestApp::start().await;
    let answer = test.get("/api/v1/overview").await;
    assert_eq!(answer.status, 200);
    let mut overview = answer.json();
    let version = overview["organization"].as_object_mut().unwrap().remove("version");
    assert!(version.is_some_and(|version| version.is_string()));
    assert_eq!(
        overview,
        json!({
            "organization": { "id": "my-organization", "name": "My organization", "demo": false },
            "currency": "", "currencies": [], "data_from": null, "data_to": null, "data_through": null,
            "complete_to": null,
            "has_data": false, "connections": [],
            "proof": {
                "copied": {"state": "holds", "reason": "nothing is published"},
                "complete": {"state": "holds", "reason": "nothing is published"},
                "amortized": {"state": "holds", "reason": "nothing is published"},
            },
            "periods": [], "ingest": null, "failures": [],
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_are_empty_and_exact() {
    let test = TestApp::start().await;
    let answer =
        test.get("/api/v1/costs?group_by=service&view=day&from=2026-10-01&to=2026-10-03&top=20").await.json();
    assert_eq!(answer["rows"], json!([]));
    assert_eq!(answer["total"], "0");
    assert_eq!(answer["from"], "2026-10-01");
    assert_eq!(answer["to"], "2026-10-03");
    assert_eq!(answer["currency"], "");
    let summary = test.get("/api/v1/summary").await.json();
    assert_eq!(summary, json!({ "month_to_date": null }));
    let names = test.get("/api/v1/dimensions").await.json();
    assert_eq!(names["tag_keys"], json!([]));
    assert_eq!(names["dimensions"].as_array().unwrap().iter().filter(|one| one["tab"] == true).count(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_addresses_are_the_page_but_missing_assets_are_not() {
    let test = TestApp::start().await;
    let page = test.get("/analysis?view=day").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(test.get("/assets/none.js").await.status, 404);
    let missing = test.get("/api/v1/none").await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("content-type"), Some("application/problem+json"));
}
