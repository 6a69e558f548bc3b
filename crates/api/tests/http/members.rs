//! Members and organizations: what an administrator does, what is written down, and what nobody may reach.

use crate::test_app::{PASSWORD, TestApp, token_of};
use model::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn roles_change_at_once_and_somebody_stays_in_charge() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let bob = test.browser("bob@example.com", Role::Viewer).await;
    let id = async |email: &str| {
        let members = ada.get("/api/v1/members").await.json();
        let found = members["members"].as_array().unwrap().iter().find(|member| member["email"] == email);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (ada_id, bob_id) = (id("ada@example.com").await, id("bob@example.com").await);
    let path = |id: &str| format!("/api/v1/members/{id}");

    let refused = bob.send("PATCH", &path(&bob_id), Some(json!({ "role": "administrator" }))).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["needed_role"], "administrator");
    assert!(refused.body.contains("'administrator' in My organization"), "{}", refused.body);

    let last = ada.send("PATCH", &path(&ada_id), Some(json!({ "role": "viewer" }))).await;
    assert_eq!(last.status, 409, "{}", last.body);
    assert_eq!(ada.send("DELETE", &path(&ada_id), None).await.status, 409);

    let raised = ada.send("PATCH", &path(&bob_id), Some(json!({ "role": "administrator" }))).await;
    assert_eq!(raised.json()["role"], "administrator");
    assert_eq!(bob.get("/api/v1/tokens").await.status, 200, "without signing in again");
    assert_eq!(bob.send("DELETE", &path(&ada_id), None).await.status, 204);
    let gone = ada.get("/api/v1/overview").await;
    assert_eq!(gone.status, 403, "{}", gone.body);
    assert!(gone.body.contains("invitation"), "{}", gone.body);
    assert_eq!(ada.get("/api/v1/session").await.json()["organization"], json!(null));
    assert_eq!(bob.send("DELETE", &path("nobody"), None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_do_not_see_each_other() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let bob = test.browser("bob@example.com", Role::Viewer).await;
    let create =
        async |name: &str| ada.send("POST", "/api/v1/organizations", Some(json!({ "name": name }))).await;
    assert_eq!(create("My organization").await.status, 409, "the name is taken");
    let made = create("Acme").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let session = ada.get("/api/v1/session").await.json();
    assert_eq!(session["organization"]["name"], "Acme");
    assert_eq!(session["organizations"].as_array().unwrap().len(), 2);
    let acme = ada.get("/api/v1/overview").await.json()["organization"]["id"].clone();
    assert!(!acme.as_str().unwrap().contains("acme"), "an identifier says nothing of its name");

    // Bob is no member there, and nothing of it can be named from where he is.
    let switch = json!({ "id": acme });
    assert_eq!(bob.send("PUT", "/api/v1/session/organization", Some(switch.clone())).await.status, 404);
    let token =
        ada.send("POST", "/api/v1/tokens", Some(json!({ "name": "x", "role": "viewer" }))).await.json();
    let token = format!("/api/v1/tokens/{}", token["token"]["id"].as_str().unwrap());
    let home = json!({ "id": "my-organization" });
    assert_eq!(ada.send("PUT", "/api/v1/session/organization", Some(home)).await.status, 200);
    assert_eq!(ada.send("DELETE", &token, None).await.status, 404, "a token of the other organization");
    assert_eq!(ada.send("PUT", "/api/v1/session/organization", Some(switch)).await.status, 200);
    assert_eq!(ada.send("DELETE", &token, None).await.status, 204);
    let members = ada.get("/api/v1/members").await.json();
    assert_eq!(members["members"].as_array().unwrap().len(), 1);

    // Somebody with an account joins a second organization only by proving whose account it is.
    let invited = ada.send(
        "POST",
        "/api/v1/invitations",
        Some(json!({ "email": "bob@example.com", "role": "viewer" })),
    );
    let link = token_of(invited.await.json()["link"].as_str().unwrap());
    let path = format!("/api/v1/invitations/by-token/{link}/accept");
    let wrong = json!({ "name": "Eve", "password": "some other password" });
    assert_eq!(test.request("POST", &path, &[("Authorization", "")], Some(&wrong)).await.status, 401);
    let right = json!({ "password": PASSWORD });
    let joined = test.request("POST", &path, &[("Authorization", "")], Some(&right)).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    assert_eq!(joined.json()["organization"]["id"], acme);
    assert_eq!(joined.json()["user"]["name"], "Somebody", "the account keeps its name");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_and_sign_in_is_written_down() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    test.sign_in("ada@example.com", "not the password").await;
    let send = async |method: &str, path: &str, body: Value| {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = ada.send(method, &format!("/api/v1{path}"), body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    };
    send("PATCH", "/organization", json!({ "name": "Acme" })).await;
    let token = send("POST", "/tokens", json!({ "name": "nightly", "role": "viewer" })).await;
    send("DELETE", &format!("/tokens/{}", token["token"]["id"].as_str().unwrap()), Value::Null).await;
    let invite = json!({ "email": "eve@example.com", "role": "viewer" });
    let invited = send("POST", "/invitations", invite.clone()).await;
    send("DELETE", &format!("/invitations/{}", invited["invitation"]["id"].as_str().unwrap()), Value::Null)
        .await;
    let invited = send("POST", "/invitations", invite).await;
    let link = token_of(invited["link"].as_str().unwrap());
    let accept = json!({ "name": "Eve", "password": PASSWORD });
    let path = format!("/api/v1/invitations/by-token/{link}/accept");
    let eve = test.request("POST", &path, &[("Authorization", "")], Some(&accept)).await.json();
    let member = format!("/members/{}", eve["user"]["id"].as_str().unwrap());
    send("PATCH", &member, json!({ "role": "editor" })).await;
    send("DELETE", &member, Value::Null).await;
    send("PUT", "/session/password", json!({ "current": PASSWORD, "new": "another good one" })).await;

    let log = ada.get("/api/v1/audit?limit=100").await.json();
    let mut actions: Vec<&str> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    actions.reverse();
    assert_eq!(
        actions,
        [
            "token.created", // the one that these tests use
            "member.joined",
            "session.started",
            "session.refused",
            "organization.renamed",
            "token.created",
            "token.revoked",
            "invitation.created",
            "invitation.withdrawn",
            "invitation.created",
            "invitation.accepted",
            "session.started",
            "member.role_changed",
            "member.removed",
            "password.changed",
        ]
    );
    assert_eq!(log["next"], json!(null));
    let changed = &log["entries"][2];
    assert_eq!(changed["actor"]["name"], "Somebody");
    assert_eq!(changed["target"], "eve@example.com");
    assert_eq!(changed["detail"], json!({ "from": "viewer", "to": "editor" }));
    assert_eq!(changed["address"], "127.0.0.1");
    for secret in [PASSWORD, "another good one", &link, token["secret"].as_str().unwrap()] {
        assert!(!log.to_string().contains(secret));
    }

    let page = ada.get("/api/v1/audit?limit=4").await.json();
    let next = page["next"].as_i64().unwrap();
    let rest = ada.get(&format!("/api/v1/audit?limit=4&before={next}")).await.json();
    assert_eq!(rest["entries"][0], log["entries"][4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_and_failures_are_their_organization_s_own() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let request = app::ingest_job::IngestRequest {
        location: "/there/is/no/such/folder".into(),
        organization: None,
        connection: None,
        force: false,
    };
    assert!(app::ingest_job::run(&test.app, request, &|_| {}).await.is_err());
    assert_eq!(ada.get("/api/v1/overview").await.json()["failures"].as_array().unwrap().len(), 1);
    ada.send("POST", "/api/v1/organizations", Some(json!({ "name": "Acme" }))).await;
    assert_eq!(ada.get("/api/v1/overview").await.json()["failures"], json!([]));
}
