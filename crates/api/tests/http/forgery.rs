//! Requests that another site's page has the browser send.

use crate::test_app::TestApp;
use model::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn changes_need_the_session_s_own_token() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let bob = test.browser("bob@example.com", Role::Administrator).await;
    let body = json!({ "name": "Acme" });
    let rename = async |csrf: &str| {
        let headers = [("Cookie", ada.cookie.as_str()), ("X-CSRF-Token", csrf)];
        test.request("PATCH", "/api/v1/organization", &headers, Some(&body)).await
    };
    for wrong in ["", "x", &bob.csrf, &ada.csrf[1..]] {
        let answer = rename(wrong).await;
        assert_eq!(answer.status, 403, "{wrong}");
        assert!(answer.body.contains("X-CSRF-Token"), "{}", answer.body);
    }
    assert_eq!(rename(&ada.csrf).await.status, 200);
    assert_eq!(ada.get("/api/v1/session").await.json()["csrf_token"], ada.csrf.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_change_anything() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let own = format!("http://{}", test.address);
    let body = json!({ "name": "Acme" });
    let rename = async |name: &'static str, value: &str| {
        let headers = [("Cookie", ada.cookie.as_str()), ("X-CSRF-Token", ada.csrf.as_str()), (name, value)];
        test.request("PATCH", "/api/v1/organization", &headers, Some(&body)).await.status
    };
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1.evil.example"),
    ] {
        assert_eq!(rename(name, value).await, 403, "{name}: {value}");
    }
    assert_eq!(rename("Sec-Fetch-Site", "same-origin").await, 200);
    assert_eq!(rename("Origin", &own).await, 200);
    // Signing in as somebody else from outside is a forgery too.
    let sign_in = json!({ "email": "ada@example.com", "password": crate::test_app::PASSWORD });
    let headers = [("Authorization", ""), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(test.request("POST", "/api/v1/session", &headers, Some(&sign_in)).await.status, 403);
    // A form cannot be taken for JSON.
    let headers = [("Authorization", ""), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(test.request("POST", "/api/v1/session", &headers, None).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_demo_is_no_way_in_for_other_sites() {
    let test = TestApp::start().await;
    let demo = test.app.organization(None).await.unwrap();
    let site = api::Site { demo, ..api::Site::default() };
    let open = TestApp::start_as(site).await;
    let nobody = ("Authorization", "");
    let session = open.send("/api/v1/session", &[nobody]).await.json();
    assert_eq!((&session["demo"], &session["role"]), (&json!(true), &json!("administrator")));
    assert_eq!(session["setup_needed"], false);
    assert_eq!(open.send("/api/v1/overview", &[nobody]).await.status, 200);
    let body = json!({ "name": "x", "role": "viewer" });
    let make = async |site: &str| {
        open.request("POST", "/api/v1/tokens", &[nobody, ("Sec-Fetch-Site", site)], Some(&body)).await.status
    };
    assert_eq!(make("cross-site").await, 403);
    assert_eq!(make("same-origin").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_believed_from_a_proxy_only_where_there_is_one() {
    let spoofed = ("X-Forwarded-For", "203.0.113.9, 198.51.100.7");
    for (behind_proxy, expected) in [(false, "127.0.0.1"), (true, "198.51.100.7")] {
        let test = TestApp::start_as(api::Site { behind_proxy, ..api::Site::default() }).await;
        let body = json!({ "name": "x", "role": "viewer" });
        test.request("POST", "/api/v1/tokens", &[spoofed], Some(&body)).await;
        let log = test.get("/api/v1/audit").await.json();
        assert_eq!(log["entries"][0]["address"], expected);
    }
}
