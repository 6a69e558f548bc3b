//! What people define is referred to by identifier: a rename changes what is shown, and nothing else.

use crate::filled::filled;
use crate::test_app::TestApp;
use serde_json::{Value, json};

async fn send(test: &TestApp, method: &str, path: &str, body: Value) -> Value {
    let answer = test.request(method, &format!("/api/v1/{path}"), &[], Some(&body)).await;
    assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
    answer.json()
}

async fn costs(test: &TestApp, question: &str) -> Value {
    let answer = test.get(&format!("/api/v1/costs?metric=unblended&{question}")).await;
    assert_eq!(answer.status, 200, "{question}: {}", answer.body);
    answer.json()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn tag(name: &str) -> Value {
    json!({ "name": name, "rules": [{ "value": "taxes", "conditions":
        [{ "dimension": "charge_type", "operator": "is", "values": ["Tax"] }] }] })
}

/// A subset and a virtual tag, by their identifiers.
async fn defined(test: &TestApp) -> (String, String) {
    let subset = json!({ "name": "Product", "account_ids": ["111111111111", "333333333333"] });
    let subset = send(test, "POST", "subsets", subset).await;
    let tag = send(test, "POST", "virtual-tags", tag("Owner")).await;
    (text(&subset["id"]), text(&tag["id"]))
}

async fn rename(test: &TestApp, (subset, owner): &(String, String)) {
    send(test, "PATCH", &format!("subsets/{subset}"), json!({ "name": "Shop" })).await;
    send(test, "PUT", &format!("virtual-tags/{owner}"), tag("Payer of tax")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_changes_words_alone() {
    let test = filled().await;
    let ids = defined(&test).await;
    let (subset, owner) = &ids;
    let by_id = format!("group_by=subset_id,virtual_tag:{owner}&filter=subset_id={subset},");
    let before = costs(&test, &by_id).await;
    assert_eq!(before["group_by"], json!(["subset_id", format!("virtual_tag:{owner}")]), "as asked for");
    let of = |answer: &Value, field: &str| -> Vec<Vec<String>> {
        let rows = answer["rows"].as_array().unwrap().iter();
        rows.map(|row| row[field].as_array().unwrap().iter().map(text).collect()).collect()
    };
    assert!(of(&before, "labels").iter().any(|labels| labels[0] == "Product"));
    let page = costs(&test, "group_by=subset&filter=subset=Product").await;
    rename(&test, &ids).await;
    let after = costs(&test, &by_id).await;
    assert_eq!((&before["total"], of(&before, "keys")), (&after["total"], of(&after, "keys")));
    assert!(of(&after, "labels").iter().any(|labels| labels[0] == "Shop"));
    // Addresses of before: what was called so is meant still, and is called otherwise.
    let old = costs(&test, "group_by=subset&filter=subset=Product").await;
    assert_eq!((&old["total"], text(&old["rows"][0]["keys"][0])), (&page["total"], "Shop".to_owned()));
    costs(&test, "group_by=virtual_tag:Owner&filter=virtual_tag:Owner!=").await;
    // Files are in words.
    let file = test.get(&format!("/api/v1/costs.csv?metric=unblended&{by_id}")).await.body;
    assert!(file.contains("subset,virtual_tag:Payer of tax,") && file.contains("Shop"), "{file}");
    // Until something else is called so.
    let other = json!({ "name": "Product", "account_ids": ["222222222222"] });
    send(&test, "POST", "subsets", other).await;
    let new = costs(&test, "group_by=subset&filter=subset=Product").await;
    assert_eq!(text(&new["rows"][0]["keys"][0]), "Product");
    let unknown = test.get("/api/v1/costs?filter=subset=Nobody").await;
    assert_eq!(unknown.status, 400, "{}", unknown.body);
    assert!(unknown.body.contains("there is no subset 'Nobody'"), "{}", unknown.body);
    assert!(!unknown.json()["advice"].as_str().unwrap().is_empty());
    // Nothing is called like another's identifier.
    let like = json!({ "name": subset, "account_ids": [] });
    assert_eq!(test.request("POST", "/api/v1/subsets", &[], Some(&like)).await.status, 400);
    let named = test.get("/api/v1/dimensions").await.json();
    assert_eq!(named["named_virtual_tags"][0]["former_names"], json!(["Owner"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_refers_by_identifier() {
    let test = filled().await;
    let ids = defined(&test).await;
    let (subset, owner) = &ids;
    let address = "tab=virtual%3AOwner&filter=subset%3DProduct%2C&filter=region%21%3Dx&hide=a+b";
    let report = json!({ "name": "Taxes", "address": address, "shared": true });
    let saved = send(&test, "POST", "reports", report).await;
    let expected =
        format!("tab=virtual%3A{owner}&filter=subset_id%3D{subset}%2C&filter=region%21%3Dx&hide=a+b");
    assert_eq!(saved["address"], json!(expected));
    // It is sent as it stands then, whatever page it is saved from.
    let past = json!({ "name": "Past", "address": "tab=service&as_of=2026-10-20", "shared": true });
    let change = format!("/api/v1/reports/{}", text(&saved["id"]));
    for (method, path) in [("POST", "/api/v1/reports"), ("PATCH", change.as_str())] {
        let refused = test.request(method, path, &[], Some(&past)).await;
        assert_eq!(refused.status, 400, "{method}: {}", refused.body);
        assert!(refused.body.contains("a day that is over"), "{method}: {}", refused.body);
    }
    // A name that nothing bears is not kept: it would mean whatever is called so one day.
    for name in [
        "filter=subset%3DNobody",
        "filter=subset%21%3DNobody",
        "filter=subset_id%21%3D0123456789abcdef",
        "filter=virtual_tag%3ANobody%3Da",
        "tab=virtual%3ANobody",
        "filter=connection%21%3Dnobody",
    ] {
        let unknown = json!({ "name": "Unknown", "address": name, "shared": true });
        for (method, path) in [("POST", "/api/v1/reports"), ("PATCH", change.as_str())] {
            let refused = test.request(method, path, &[], Some(&unknown)).await;
            assert_eq!(refused.status, 400, "{method} {name}: {}", refused.body);
        }
    }
    rename(&test, &ids).await;
    let listed = test.get("/api/v1/reports").await.json();
    assert_eq!(listed["reports"][0]["address"], json!(expected));
    // Rules of shared costs and of other tags look at rows alone: none of them holds a name that could change.
    let rule = |source: &str| json!({ "rules": [{ "id": "", "name": "x", "source": [source], "method": "even", "targets": [] }] });
    for source in ["subset=Shop", "subset_id=x", "virtual_tag:Owner=taxes"] {
        let answer = test.request("PUT", "/api/v1/shared-costs", &[], Some(&rule(source))).await;
        assert_eq!(answer.status, 400, "{source}: {}", answer.body);
    }
    // And subsets hold accounts: the other one is as it was.
    let other = json!({ "name": "Rest", "account_ids": ["222222222222"] });
    let other = send(&test, "POST", "subsets", other).await;
    send(&test, "PATCH", &format!("subsets/{subset}"), json!({ "name": "Store" })).await;
    let details = test.get(&format!("/api/v1/subsets/{}", text(&other["id"]))).await.json();
    assert_eq!((&details["name"], &details["account_ids"]), (&json!("Rest"), &json!(["222222222222"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_one_grammar() {
    let test = filled().await;
    let named = costs(&test, "group_by=service&time=last-month").await;
    let days = costs(&test, "group_by=service&version=1&from=2026-10-01&to=2026-11-01").await;
    assert_eq!((&named["from"], &named["total"]), (&days["from"], &days["total"]));
    for (bad, says) in [
        ("time=yesterday", "last-30-days"),
        ("time=last-month&to=2026-11-01", "given twice"),
        ("version=2", "version '2'"),
        ("as_of=yesterday", "YYYY-MM-DD"),
    ] {
        let answer = test.get(&format!("/api/v1/costs?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
        assert!(answer.body.contains(says), "{bad}: {}", answer.body);
    }
}
