//! What is refused, and how it is said.

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_are_refused() {
    let test = TestApp::start().await;
    for host in ["attacker.example", "attacker.example:8080", "10.0.0.1", ""] {
        let answer = test.send("/api/v1/overview", &[("Host", host)]).await;
        assert_eq!(answer.status, 403, "{host}");
        assert!(!answer.body.contains("organization"), "{}", answer.body);
    }
    assert_eq!(test.send("/api/v1/overview", &[("Host", "localhost:1")]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_hardened_and_timed() {
    let test = TestApp::start().await;
    for path in ["/", "/api/v1/overview", "/api/v1/costs?metric=none"] {
        let answer = test.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(answer.header("server-timing").unwrap().starts_with("app;dur="), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_say_what_to_write() {
    let test = TestApp::start().await;
    for (query, part) in [
        ("metric=cost", "net_unblended"),
        ("group_by=colour", "account_id"),
        ("group_by=region,region", "twice"),
        ("view=year", "total, hour, day, week or month"),
        ("from=2026-13-01", "YYYY-MM-DD"),
        ("from=2026-10-02&to=2026-10-02", "day after the last"),
        ("filter=region", "DIMENSION=VALUE"),
        ("top=-1", "a number"),
        ("compare=next", "compare=previous"),
        ("metric=list&metric=list", "2 times"),
        ("groupby=region", "no parameter 'groupby'"),
    ] {
        let answer = test.get(&format!("/api/v1/costs?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["status"], 400);
        assert!(answer.body.contains(part), "{query}: {}", answer.body);
    }
    assert_eq!(test.get("/api/v1/dimensions/colour/values").await.status, 400);
    assert_eq!(test.get("/api/v1/explain?group_by=region").await.status, 400);
}
