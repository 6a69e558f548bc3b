//! Saved reports: whose they are, and who may do what with them.

use crate::filled::filled;
use model::Role;
use serde_json::json;

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
    let changed = editor.send("PATCH", &one, Some(schedule(&["ada@example.com"]))).await.json();
    assert_eq!(changed["schedule"]["recipients"], json!(["ada@example.com"]));
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
