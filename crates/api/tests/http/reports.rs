//! Saved reports: whose they are, and who may do what with them.

use crate::filled::filled;
use crate::test_app::TestApp;
use model::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_its_owners_until_it_is_shared() {
    let test = filled().await;
    let viewer = test.browser("viewer@example.com", Role::Viewer).await;
    let editor = test.browser("editor@example.com", Role::Editor).await;
    let path = "/api/v1/reports";
    let new = |shared: bool| json!({ "name": "Services", "address": "?tab=service&time=last-month", "shared": shared });
    assert_eq!(viewer.send("POST", path, Some(new(true))).await.status, 403);
    let own = viewer.send("POST", path, Some(new(false))).await;
    assert_eq!(own.status, 201, "{}", own.body);
    let own = own.json();
    assert_eq!((&own["mine"], &own["address"]), (&json!(true), &json!("tab=service&time=last-month")));
    assert_eq!(editor.get(path).await.json()["reports"], json!([]));
    let one = format!("{path}/{}", own["id"].as_str().unwrap());
    assert_eq!(editor.send("DELETE", &one, None).await.status, 404);

    let shared = editor.send("POST", path, Some(new(true))).await.json();
    let seen = viewer.get(path).await.json();
    assert_eq!(seen["reports"].as_array().unwrap().len(), 2);
    let other = format!("{path}/{}", shared["id"].as_str().unwrap());
    assert_eq!(viewer.send("PATCH", &other, Some(json!({ "name": "Mine" }))).await.status, 403);
    let renamed = viewer.send("PATCH", &one, Some(json!({ "name": "Mine" }))).await.json();
    assert_eq!((&renamed["name"], &renamed["shared"]), (&json!("Mine"), &json!(false)));
    assert_eq!(viewer.send("DELETE", &one, None).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_says_when_it_is_sent_next() {
    let test = filled().await;
    let editor = test.browser("editor@example.com", Role::Editor).await;
    let new = json!({ "name": "Weekly", "address": "", "shared": false });
    let saved = editor.send("POST", "/api/v1/reports", Some(new)).await.json();
    let one = format!("/api/v1/reports/{}", saved["id"].as_str().unwrap());
    let schedule =
        |recipients: &[&str]| json!({ "schedule": { "frequency": "weekly", "recipients": recipients } });
    for bad in [&[][..], &["nobody"]] {
        let answer = editor.send("PATCH", &one, Some(schedule(bad))).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    let changed = editor.send("PATCH", &one, Some(schedule(&["editor@example.com"]))).await.json();
    assert_eq!(changed["schedule"]["recipients"], json!(["editor@example.com"]));
    assert!(changed["next_run"].as_str().unwrap().ends_with("T06:00:00Z"), "{changed}");
    // Without a mail server nothing is sent, and it says so.
    let sent = editor.send("POST", &format!("{one}/send"), None).await;
    assert_eq!(sent.status, 409, "{}", sent.body);
    assert!(sent.body.contains("mail is not set up"));
    let ended = editor.send("PATCH", &one, Some(json!({ "schedule": null }))).await.json();
    assert_eq!((&ended["schedule"], &ended["next_run"]), (&json!(null), &json!(null)));
    for bad in ["filter=x", "from=2026-02-30&to=2026-03-01"] {
        let new = json!({ "name": "Bad", "address": bad, "shared": false });
        assert_eq!(editor.send("POST", "/api/v1/reports", Some(new)).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_takes_their_own_reports_along() {
    let test = filled().await;
    test.browser("ada@example.com", Role::Administrator).await;
    let editor = test.browser("editor@example.com", Role::Editor).await;
    for (name, shared) in [("Own", false), ("Shared", true)] {
        let new = json!({ "name": name, "address": "", "shared": shared });
        assert_eq!(editor.send("POST", "/api/v1/reports", Some(new)).await.status, 201);
    }
    let members = test.get("/api/v1/members").await.json();
    let found =
        members["members"].as_array().unwrap().iter().find(|one| one["email"] == "editor@example.com");
    let id = found.unwrap()["id"].as_str().unwrap().to_owned();
    let removed = test.request("DELETE", &format!("/api/v1/members/{id}"), &[], None).await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    let left = test.get("/api/v1/reports").await.json();
    let left = left["reports"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((&left[0]["name"], &left[0]["owner"]), (&json!("Shared"), &json!(null)));
}

/// Somebody with a token of that role.
async fn token(test: &TestApp, role: &str) -> String {
    let body = json!({ "name": role, "role": role });
    let made = test.request("POST", "/api/v1/tokens", &[], Some(&body)).await.json();
    format!("Bearer {}", made["secret"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_s_token_writes_nothing_shared() {
    let test = filled().await;
    let (viewer, editor) = (token(&test, "viewer").await, token(&test, "editor").await);
    let ask = async |token: &str, method: &str, path: &str, body: Option<&Value>| {
        test.request(method, path, &[("Authorization", token)], body).await
    };
    let new = json!({ "name": "Services", "address": "tab=service" });
    let refused = ask(&viewer, "POST", "/api/v1/reports", Some(&new)).await;
    assert_eq!((refused.status, &refused.json()["needed_role"]), (403, &json!("editor")));
    let made = ask(&editor, "POST", "/api/v1/reports", Some(&new)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(
        (&made["shared"], &made["mine"], &made["may_change"]),
        (&json!(true), &json!(false), &json!(true))
    );
    let one = format!("/api/v1/reports/{}", made["id"].as_str().unwrap());
    let seen = ask(&viewer, "GET", "/api/v1/reports", None).await.json();
    assert_eq!(
        (&seen["reports"][0]["mine"], &seen["reports"][0]["may_change"]),
        (&json!(false), &json!(false))
    );
    let rename = json!({ "name": "Mine" });
    assert_eq!(ask(&viewer, "PATCH", &one, Some(&rename)).await.status, 403);
    assert_eq!(ask(&viewer, "DELETE", &one, None).await.status, 403);
    assert_eq!(ask(&viewer, "POST", &format!("{one}/send"), None).await.status, 403);
    assert_eq!(ask(&editor, "PATCH", &one, Some(&rename)).await.status, 200);
    assert_eq!(ask(&editor, "DELETE", &one, None).await.status, 204);
    let log = test.get("/api/v1/audit").await.json();
    let actions: Vec<&Value> =
        log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions[..3], [&json!("report.deleted"), &json!("report.changed"), &json!("report.saved")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_reports_outside_is_an_administrator_s_to_say() {
    let test = filled().await;
    let editor = test.browser("editor@example.com", Role::Editor).await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let new = json!({ "name": "Weekly", "address": "", "shared": true });
    let saved = editor.send("POST", "/api/v1/reports", Some(new)).await.json();
    let one = format!("/api/v1/reports/{}", saved["id"].as_str().unwrap());
    let schedule =
        |recipients: &[&str]| json!({ "schedule": { "frequency": "weekly", "recipients": recipients } });
    let outside = ["editor@example.com", "cfo@partner.example"];
    let refused = editor.send("PATCH", &one, Some(schedule(&outside))).await;
    assert_eq!((refused.status, &refused.json()["needed_role"]), (403, &json!("administrator")));
    assert!(refused.body.contains("cfo@partner.example"), "{}", refused.body);

    // One address: the administrator's word is kept with the report, and is of that address alone.
    assert_eq!(ada.send("PATCH", &one, Some(schedule(&outside))).await.status, 200);
    assert_eq!(editor.send("PATCH", &one, Some(schedule(&["cfo@partner.example"]))).await.status, 200);
    let other = schedule(&["cfo@partner.example", "cto@partner.example"]);
    assert_eq!(editor.send("PATCH", &one, Some(other.clone())).await.status, 403);

    // A domain.
    let domains = "/api/v1/organization/mail-domains";
    let allow = json!({ "domains": ["Partner.example", "@partner.example"] });
    assert_eq!(editor.send("PUT", domains, Some(allow.clone())).await.status, 403);
    let allowed = ada.send("PUT", domains, Some(allow)).await;
    assert_eq!((allowed.status, &allowed.json()["domains"]), (200, &json!(["partner.example"])));
    assert_eq!(ada.send("PUT", domains, Some(json!({ "domains": ["no domain"] }))).await.status, 400);
    assert_eq!(editor.get(domains).await.json()["domains"], json!(["partner.example"]));
    let log = ada.get("/api/v1/audit").await.json();
    assert_eq!(log["entries"][0]["action"], "organization.mail_domains_changed");
    assert_eq!(log["entries"][0]["detail"], json!({ "from": "", "to": "partner.example" }));
    assert_eq!(editor.send("PATCH", &one, Some(other)).await.status, 200);
    let like = schedule(&["x@notpartner.example"]);
    assert_eq!(editor.send("PATCH", &one, Some(like)).await.status, 403);
    assert_eq!(editor.send("PATCH", &one, Some(schedule(&["x@sub.partner.example"]))).await.status, 403);
}
