//! Joining by consent, and ending what is open for everybody.

use crate::test_app::{Browser, PASSWORD, TestApp, token_of};
use model::Role;
use serde_json::{Value, json};

const NOBODY: (&str, &str) = ("Authorization", "");

async fn invite(by: &Browser<'_>, email: &str) -> String {
    let body = json!({ "email": email, "role": "editor" });
    let made = by.send("POST", "/api/v1/invitations", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    token_of(made.json()["link"].as_str().unwrap())
}

async fn offered(to: &Browser<'_>) -> Vec<Value> {
    to.get("/api/v1/session").await.json()["invitations"].as_array().unwrap().clone()
}

/// Ada's second organization, where she is.
async fn acme<'a>(test: &'a TestApp) -> Browser<'a> {
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let made = ada.send("POST", "/api/v1/organizations", Some(json!({ "name": "Acme" }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    ada
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_waits_for_its_person_s_answer() {
    let test = TestApp::start().await;
    let (ada, bob) = (acme(&test).await, test.browser("bob@example.com", Role::Viewer).await);
    invite(&ada, "bob@example.com").await;
    let waiting = offered(&bob).await;
    assert_eq!((&waiting[0]["organization"], &waiting[0]["role"]), (&json!("Acme"), &json!("editor")));
    assert_eq!(bob.get("/api/v1/session").await.json()["organizations"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/session/invitations/{}", waiting[0]["id"].as_str().unwrap());

    // Nobody else answers it, and no other site's page does.
    assert_eq!(ada.send("DELETE", &path, None).await.status, 404);
    assert_eq!(ada.send("POST", &format!("{path}/accept"), None).await.status, 404);
    let headers = [("Cookie", bob.cookie.as_str())];
    assert_eq!(test.request("POST", &format!("{path}/accept"), &headers, None).await.status, 403);

    assert_eq!(bob.send("DELETE", &path, None).await.status, 204);
    assert_eq!(bob.send("POST", &format!("{path}/accept"), None).await.status, 404);
    assert_eq!(ada.get("/api/v1/invitations").await.json()["invitations"], json!([]));

    invite(&ada, "bob@example.com").await;
    let path =
        format!("/api/v1/session/invitations/{}/accept", offered(&bob).await[0]["id"].as_str().unwrap());
    let joined = bob.send("POST", &path, None).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    assert_eq!(joined.json()["organization"]["name"], "Acme");
    assert_eq!((&joined.json()["role"], &joined.json()["invitations"]), (&json!("editor"), &json!([])));
    let log = ada.get("/api/v1/audit").await.json();
    let actions: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(
        &actions[..5],
        [
            "session.moved",
            "invitation.accepted",
            "invitation.created",
            "invitation.declined",
            "invitation.created"
        ]
    );
    assert_eq!(log["entries"][3]["address"], json!(null), "who declines tells no more than that");
}

/// Whoever was invited under somebody's address elsewhere, and set a password for it, is not offered what the address's
/// holder is offered; and no link sets the password of an account that is there.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_typed_an_address_is_offered_nothing() {
    let test = TestApp::start().await;
    let ada = acme(&test).await;
    let link = invite(&ada, "eve@example.com").await;
    let body = json!({ "name": "Mallory", "password": PASSWORD });
    let accept = async |link: &str, body: &Value| {
        let path = format!("/api/v1/invitations/by-token/{link}/accept");
        test.request("POST", &path, &[NOBODY], Some(body)).await
    };
    let mallory = test.browser_of(&accept(&link, &body).await);
    let home = test.request("GET", "/api/v1/organization", &[], None).await.json()["id"].clone();
    assert_eq!(
        ada.send("PUT", "/api/v1/session/organization", Some(json!({ "id": home }))).await.status,
        200
    );
    let link = invite(&ada, "eve@example.com").await;
    assert_eq!(offered(&mallory).await, [] as [Value; 0]);
    let other = json!({ "name": "Eve", "password": "quite another password" });
    assert_eq!(accept(&link, &other).await.status, 401);
    assert_eq!(test.sign_in("eve@example.com", "quite another password").await.status, 401);
    assert_eq!(test.sign_in("eve@example.com", PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_for_everybody_in_the_organization_and_nowhere_else() {
    let test = TestApp::start().await;
    let ada = acme(&test).await;
    let bob = test.browser("bob@example.com", Role::Viewer).await;
    let link = invite(&ada, "bob@example.com").await;
    let path = format!("/api/v1/invitations/by-token/{link}/accept");
    let there = test.request("POST", &path, &[NOBODY], Some(&json!({ "password": PASSWORD }))).await;
    let there = test.browser_of(&there);
    assert_eq!(there.get("/api/v1/overview").await.status, 200);
    assert_eq!(there.send("DELETE", "/api/v1/sessions", None).await.status, 403, "for administrators");

    test.pass(chrono::TimeDelta::seconds(1));
    assert_eq!(ada.send("DELETE", "/api/v1/sessions", None).await.status, 204);
    assert_eq!(ada.get("/api/v1/overview").await.status, 200, "who asks stays");
    assert_eq!(there.get("/api/v1/overview").await.status, 401);
    assert_eq!(bob.get("/api/v1/overview").await.status, 200, "what he has open elsewhere stays");
    let acme = ada.get("/api/v1/organization").await.json()["id"].clone();
    let go = async |browser: &Browser<'_>| {
        browser.send("PUT", "/api/v1/session/organization", Some(json!({ "id": acme }))).await.status
    };
    assert_eq!(go(&bob).await, 401, "and has no way in");
    assert_eq!(go(&test.browser_of(&test.sign_in("bob@example.com", PASSWORD).await)).await, 200);
    let log = ada.get("/api/v1/audit").await.json();
    let entries = log["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["action"] == "session.all_ended"), "{log}");
    let ended = app::identity::end_all_sessions(&test.app).await.unwrap();
    assert_eq!(ended, 3);
    assert_eq!(ada.get("/api/v1/overview").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_revoked_for_everybody_in_the_organization_and_nowhere_else() {
    let test = TestApp::start().await;
    let ada = acme(&test).await;
    let mut tokens = vec![];
    for name in ["one", "two"] {
        let made = ada.send("POST", "/api/v1/tokens", Some(json!({ "name": name, "role": "editor" }))).await;
        tokens.push(format!("Bearer {}", made.json()["secret"].as_str().unwrap()));
    }
    let ask = async |token: &str, method: &str, path: &str| {
        test.request(method, path, &[("Authorization", token)], None).await.status
    };
    assert_eq!(ask(&tokens[0], "DELETE", "/api/v1/tokens").await, 403);
    assert_eq!(ada.send("DELETE", "/api/v1/tokens", None).await.status, 204);
    for token in &tokens {
        assert_eq!(ask(token, "GET", "/api/v1/overview").await, 401);
    }
    assert_eq!(test.get("/api/v1/overview").await.status, 200, "a token of another organization");
    assert_eq!(ada.get("/api/v1/audit").await.json()["entries"][0]["action"], "token.all_revoked");
}
