//! Coming in: set-up, signing in and out, limits, expiry.

use crate::test_app::{PASSWORD, TestApp, token_of};
use chrono::TimeDelta;
use model::Role;
use serde_json::json;

const NOBODY: (&str, &str) = ("Authorization", "");

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_works_once_and_for_a_day() {
    let test = TestApp::start().await;
    assert_eq!(test.send("/api/v1/session", &[NOBODY]).await.json()["setup_needed"], true);
    let set_up = |token: &str, password: &str| json!({ "token": token, "organization": "Acme", "name": "Ada", "email": "ada@example.com", "password": password });
    let post = async |body| test.request("POST", "/api/v1/setup", &[NOBODY], Some(&body)).await;

    let replaced = test.setup_token().await;
    let expired = test.setup_token().await;
    assert_eq!(post(set_up(&replaced, PASSWORD)).await.status, 403, "a newer link replaces it");
    test.pass(TimeDelta::hours(25));
    assert_eq!(post(set_up(&expired, PASSWORD)).await.status, 403);

    let token = test.setup_token().await;
    assert_eq!(post(set_up("made-up", PASSWORD)).await.status, 403);
    assert_eq!(post(set_up(&token, "short")).await.status, 400, "a weak password does not use the link up");
    let answer = post(set_up(&token, PASSWORD)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut session = answer.json();
    let version = session["organization"].as_object_mut().unwrap().remove("version");
    assert!(version.is_some_and(|version| version.is_string()));
    assert_eq!(session["role"], "administrator");
    assert_eq!(session["user"]["email"], "ada@example.com");
    // What was there before belongs to the first administrator, under the name they gave.
    assert_eq!(session["organization"], json!({ "id": "my-organization", "name": "Acme", "demo": false }));
    assert_eq!(session["setup_needed"], false);

    let again = post(set_up(&token, PASSWORD)).await;
    assert_eq!(again.status, 403);
    assert!(again.body.contains("used or has expired"), "{}", again.body);
    assert_eq!(test.browser_of(&answer).get("/api/v1/overview").await.status, 200);
    assert!(app::identity::setup_link(&test.app).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_cannot_both_set_up() {
    let test = TestApp::start().await;
    let token = test.setup_token().await;
    let body = |email: &str| json!({ "token": token, "organization": "Acme", "name": "Ada", "email": email, "password": PASSWORD });
    let (one, two) = (body("a@example.com"), body("b@example.com"));
    let headers = [NOBODY];
    let (one, two) = tokio::join!(
        test.request("POST", "/api/v1/setup", &headers, Some(&one)),
        test.request("POST", "/api/v1/setup", &headers, Some(&two)),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let test = TestApp::start().await;
    test.browser("ada@example.com", Role::Viewer).await;
    let answer = test.sign_in(" ADA@example.com", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["cloud_analyzer_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert!(!answer.body.contains(answer.cookie().unwrap().split_once('=').unwrap().1));

    let site = api::Site { public_url: Some("https://costs.example.com".into()), ..api::Site::default() };
    let secure = TestApp::start_as(site).await;
    secure.browser("ada@example.com", Role::Viewer).await;
    let answer = secure.sign_in("ada@example.com", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_new_and_ends_when_it_should() {
    let test = TestApp::start().await;
    let first = test.browser("ada@example.com", Role::Viewer).await;
    // Fixation: a cookie that somebody planted is never the one that signing in makes valid.
    let planted = format!("cloud_analyzer_session={}", "A".repeat(43));
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let answer = test.request("POST", "/api/v1/session", &[("Cookie", &planted)], Some(&body)).await;
    assert_ne!(answer.cookie().unwrap(), planted);
    assert_eq!(test.send("/api/v1/overview", &[("Cookie", &planted)]).await.status, 401);
    // Signing in again ends the session that the browser had.
    let headers = [("Cookie", first.cookie.as_str())];
    let second = test.request("POST", "/api/v1/session", &headers, Some(&body)).await;
    assert_eq!(first.get("/api/v1/overview").await.status, 401);
    let second = test.browser_of(&second);
    assert_eq!(second.get("/api/v1/overview").await.status, 200);

    let out = second.send("DELETE", "/api/v1/session", None).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(second.get("/api/v1/overview").await.status, 401, "the server has forgotten it too");

    let idle = test.browser_of(&test.sign_in("ada@example.com", PASSWORD).await);
    test.pass(TimeDelta::days(6));
    assert_eq!(idle.get("/api/v1/overview").await.status, 200);
    test.pass(TimeDelta::days(6));
    assert_eq!(idle.get("/api/v1/overview").await.status, 200, "it was used");
    test.pass(TimeDelta::days(8));
    assert_eq!(idle.get("/api/v1/overview").await.status, 401, "it was not used");

    let long = test.browser_of(&test.sign_in("ada@example.com", PASSWORD).await);
    for _ in 0..5 {
        test.pass(TimeDelta::days(5));
        assert_eq!(long.get("/api/v1/overview").await.status, 200);
    }
    test.pass(TimeDelta::days(6));
    assert_eq!(long.get("/api/v1/overview").await.status, 401, "nothing lasts for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_limited_per_account_and_per_address() {
    let test = TestApp::start().await;
    test.browser("ada@example.com", Role::Viewer).await;
    test.browser("bob@example.com", Role::Viewer).await;
    for attempt in 0..10 {
        let answer = test.sign_in("ada@example.com", "not the password").await;
        assert_eq!(answer.status, 401, "attempt {attempt}");
    }
    let limited = test.sign_in("Ada@example.com", PASSWORD).await;
    assert_eq!(limited.status, 429, "the right one does not help now: {}", limited.body);
    let seconds: u32 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=901).contains(&seconds), "{seconds}");
    assert_eq!(test.sign_in("bob@example.com", PASSWORD).await.status, 200, "others are not kept out");

    test.pass(TimeDelta::seconds(i64::from(seconds)));
    assert_eq!(test.sign_in("ada@example.com", PASSWORD).await.status, 200);

    // Unknown accounts count, and are answered like known ones.
    for attempt in 0..50 {
        let answer = test.sign_in(&format!("nobody{attempt}@example.com"), "x").await;
        assert_eq!(answer.status, 401, "attempt {attempt}");
        assert!(answer.body.contains("the e-mail address or the password is wrong"));
    }
    assert_eq!(test.sign_in("bob@example.com", PASSWORD).await.status, 429, "the address is kept out");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_at_once_do_not_pass_the_limit_together() {
    let test = TestApp::start().await;
    test.browser("ada@example.com", Role::Viewer).await;
    let all = (0..30).map(|_| test.sign_in("ada@example.com", "not the password"));
    let answers = futures_of(all.collect()).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 20, "{answers:?}");
}

async fn futures_of(all: Vec<impl Future<Output = crate::test_app::Answer>>) -> Vec<u16> {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done = vec![None; all.len()];
    std::future::poll_fn(|context| {
        for (at, one) in all.iter_mut().enumerate() {
            if done[at].is_none()
                && let std::task::Poll::Ready(answer) = one.as_mut().poll(context)
            {
                done[at] = Some(answer.status);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    let test = TestApp::start().await;
    let here = test.browser("ada@example.com", Role::Viewer).await;
    let there = test.browser_of(&test.sign_in("ada@example.com", PASSWORD).await);
    let change = async |current: &str, new: &str| {
        here.send("PUT", "/api/v1/session/password", Some(json!({ "current": current, "new": new }))).await
    };
    assert_eq!(change("not the password", "another good one").await.status, 400);
    assert_eq!(change(PASSWORD, "short").await.status, 400);
    assert_eq!(change(PASSWORD, "another good one").await.status, 204);
    assert_eq!(here.get("/api/v1/overview").await.status, 200);
    assert_eq!(there.get("/api/v1/overview").await.status, 401);
    assert_eq!(test.sign_in("ada@example.com", PASSWORD).await.status, 401);
    assert_eq!(test.sign_in("ada@example.com", "another good one").await.status, 200);

    app::identity::reset_password(&test.app, "ada@example.com", "a third good one").await.unwrap();
    assert_eq!(here.get("/api/v1/overview").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_work_until_revoked_or_expired() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let make = async |body| ada.send("POST", "/api/v1/tokens", Some(body)).await;
    let made = make(json!({ "name": "nightly", "role": "viewer", "expires_at": "2026-11-05" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, secret) = (made.json()["token"]["id"].clone(), made.json()["secret"].clone());
    let bearer = format!("Bearer {}", secret.as_str().unwrap());
    let ask = async |path: &str| test.send(path, &[("Authorization", &bearer)]).await;
    assert_eq!(ask("/api/v1/overview").await.status, 200);
    let session = ask("/api/v1/session").await.json();
    assert_eq!((&session["user"], &session["role"]), (&json!(null), &json!("viewer")));
    let list = ada.get("/api/v1/tokens").await;
    assert!(!list.body.contains(secret.as_str().unwrap()), "the secret is shown once");
    let list = list.json();
    let nightly = list["tokens"].as_array().unwrap().iter().find(|token| token["name"] == "nightly").unwrap();
    assert_eq!(nightly["created_by"], "Somebody");
    assert!(nightly["last_used_at"].is_string());

    test.pass(TimeDelta::days(2));
    let expired = ask("/api/v1/overview").await;
    assert_eq!(expired.status, 401);
    assert_eq!(expired.header("www-authenticate"), Some("Bearer"));
    for wrong in [json!({ "name": "", "role": "viewer" }), json!({ "name": "x", "role": "owner" })] {
        assert_eq!(make(wrong).await.status, 400);
    }
    let late = make(json!({ "name": "x", "role": "viewer", "expires_at": "2026-11-04" })).await;
    assert_eq!(late.status, 400, "{}", late.body);

    let made = make(json!({ "name": "weekly", "role": "editor" })).await.json();
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    assert_eq!(test.send("/api/v1/overview", &[("Authorization", &bearer)]).await.status, 200);
    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(ada.send("DELETE", &path, None).await.status, 204);
    assert_eq!(test.send("/api/v1/overview", &[("Authorization", &bearer)]).await.status, 401);
    assert_eq!(ada.send("DELETE", &path, None).await.status, 404);
    assert_ne!(id, made["token"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_are_links_that_work_once() {
    let test = TestApp::start().await;
    let ada = test.browser("ada@example.com", Role::Administrator).await;
    let invite = async |email: &str| {
        ada.send("POST", "/api/v1/invitations", Some(json!({ "email": email, "role": "editor" }))).await
    };
    assert_eq!(invite("ada@example.com").await.status, 409, "a member already");
    assert_eq!(invite("nonsense").await.status, 400);
    let made = invite("Bob@example.com").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("http://{}/invitation?token=", test.address)), "{link}");
    let replaced = token_of(&link);
    let token = token_of(invite("bob@example.com").await.json()["link"].as_str().unwrap());
    let offer =
        async |token: &str| test.send(&format!("/api/v1/invitations/by-token/{token}"), &[NOBODY]).await;
    assert_eq!(offer(&replaced).await.status, 404);
    let shown = offer(&token).await.json();
    assert_eq!(shown["email"], "bob@example.com");
    assert_eq!(shown["account_exists"], false);
    let accept = async |token: &str, password: &str| {
        let path = format!("/api/v1/invitations/by-token/{token}/accept");
        let body = json!({ "name": "Bob", "password": password });
        test.request("POST", &path, &[NOBODY], Some(&body)).await
    };
    assert_eq!(accept(&token, "short").await.status, 400, "a weak password does not use the link up");
    let joined = accept(&token, PASSWORD).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    assert_eq!(joined.json()["role"], "editor");
    assert_eq!(accept(&token, PASSWORD).await.status, 404);
    assert_eq!(ada.get("/api/v1/invitations").await.json()["invitations"], json!([]));

    let token = token_of(invite("eve@example.com").await.json()["link"].as_str().unwrap());
    test.pass(TimeDelta::days(8));
    assert_eq!(accept(&token, PASSWORD).await.status, 404, "expired");
}
