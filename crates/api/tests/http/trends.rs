//! Irregular spend over the small bill: what was found is shown as it is seen, judged, put away and talked about; what is
//! looked for is changed and refused by its fields.

use crate::filled::filled;
use crate::test_app::{Answer, PASSWORD, TestApp};
use app::identity;
use app::policy::Caller;
use app::trends::{Event, FoundTrend, TrendHistory, TrendLook};
use model::{Role, Standing};
use serde_json::{Value, json};

const OWN: &str = "0123456789abcdef";
const OTHER: &str = "fedcba9876543210";
const WHOLE: &str = "00000000000000aa";

fn event(id: &str, object: &Value, cost: &str) -> Value {
    let sighting = json!({ "definition": "predefined_robust", "object": object, "first_day": "2026-10-02",
        "last_day": "2026-10-02" });
    json!({
        "id": id, "currency": "USD", "object": object, "measure": "usage", "kind": "spike",
        "direction": "increase", "status": "open", "first_day": "2026-10-02", "last_day": "2026-10-02",
        "raised_on": "2026-10-02", "data_through": "2026-10-03", "days": ["2026-10-02"], "expected_low": "0",
        "expected_high": "0.05", "cost": cost, "excess": "0.046", "peak": cost, "change_percent": "92.5",
        "monthly_excess": "1.38", "share_percent": null, "severity": "medium", "definitions": [sighting],
        "causes": [{ "object": { "region": "us-east-1" }, "before": "0", "now": cost,
            "coverage_percent": "100", "purity_percent": "80" }],
        "waterfall": { "before": "0.05", "now": cost, "rate": "0", "quantity": "0.046", "new": "0", "gone": "0" },
        "seen": { "publication": "7", "through": "2026-10-03T00:00:00Z" }, "quiet": null, "opening": 1,
        "hint": null
    })
}

/// The small bill, and three events: of one account, of another, of the whole organization.
async fn with_events() -> TestApp {
    let test = filled().await;
    let organization = test.app.organization(Some("my-organization")).await.unwrap().unwrap().id;
    let account = |id: &str| json!({ "account": id, "service": "AmazonEC2" });
    let events = [
        event(OWN, &account("111111111111"), "0.096000000001"),
        event(OTHER, &account("222222222222"), "0.5"),
        event(WHOLE, &json!({}), "1.1"),
    ];
    let found = events.map(|event| {
        let read: Event = serde_json::from_value(event.clone()).unwrap();
        FoundTrend {
            id: read.id.clone(),
            status: "open".into(),
            account_id: event["object"]["account"].as_str().map(Into::into),
            service: event["object"]["service"].as_str().map(Into::into),
            direction: "increase".into(),
            kind: "spike".into(),
            first_day: "2026-10-02".into(),
            last_day: "2026-10-02".into(),
            severity: 1,
            opening: 1,
            event,
            told: false,
            history: Some(TrendHistory {
                at_ms: 1,
                transition: "opened".into(),
                words: "Found".into(),
                publication: Some("7".into()),
            }),
        }
    });
    let looks = test.app.meta().trend_looks(&organization).await.unwrap();
    let after = looks.iter().find(|look| look.currency == "USD").map_or(0, |look| look.version);
    let look = TrendLook {
        currency: "USD".into(),
        version: 0,
        looked_at_ms: 1_793_707_200_000,
        state: "a state".into(),
        first_day: "2026-10-01".into(),
        through: "2026-11-02".into(),
        series: 12,
        message: None,
    };
    assert!(test.app.meta().keep_trend_look(&organization, &look, after, &found, &[]).await.unwrap());
    test
}

async fn put(test: &TestApp, method: &str, path: &str, body: Value) -> Value {
    let answer = test.request(method, &format!("/api/v1/{path}"), &[], Some(&body)).await;
    assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
    answer.json()
}

/// Refused, with the field's name first and what to do.
async fn refused(test: &TestApp, method: &str, path: &str, body: Value, field: &str) {
    let answer = test.request(method, &format!("/api/v1/{path}"), &[], Some(&body)).await;
    assert_eq!(answer.status, 400, "{path} {body}: {}", answer.body);
    let problem = answer.json();
    assert!(problem["detail"].as_str().unwrap().contains(field), "{field}: {}", answer.body);
    assert!(!problem["advice"].as_str().unwrap().is_empty(), "{}", answer.body);
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |event: &Value| event["id"].as_str().unwrap().to_owned();
    let mut ids: Vec<String> = answer.json()["events"].as_array().unwrap().iter().map(text).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_as_they_are_asked_for() {
    let test = with_events().await;
    let all = test.get("/api/v1/trend-events").await;
    assert_eq!(ids(&all), [WHOLE, OWN, OTHER]);
    let list = all.json();
    assert_eq!((&list["currency"], &list["series"], &list["total"]), (&json!("USD"), &json!(12), &json!(3)));
    for (asked, found) in [
        ("account=111111111111", vec![OWN]),
        ("account=111111111111&account=222222222222", vec![OWN, OTHER]),
        ("service=AmazonEC2", vec![OWN, OTHER]),
        ("kind=leak", vec![]),
        ("kind=leak&kind=spike&limit=2", vec![OWN, OTHER]),
        ("severity=medium&severity=high", vec![WHOLE, OWN, OTHER]),
        ("direction=decrease", vec![]),
        ("definition=predefined_robust", vec![WHOLE, OWN, OTHER]),
        ("definition=predefined_daily", vec![]),
        ("search=all+accounts", vec![WHOLE]),
        ("from=2026-10-03", vec![]),
        ("from=2026-10-02&to=2026-10-03", vec![WHOLE, OWN, OTHER]),
        ("to=2026-10-02", vec![]),
        ("recorded=false", vec![WHOLE, OWN, OTHER]),
        ("status=archived", vec![]),
        ("status=withdrawn", vec![]),
        ("sort=cost&limit=1", vec![WHOLE]),
        ("sort=cost&order=asc&limit=1", vec![OWN]),
        ("sort=cost&limit=1&offset=2", vec![OWN]),
    ] {
        let answer = test.get(&format!("/api/v1/trend-events?{asked}")).await;
        if asked.starts_with("kind=leak&") {
            assert_eq!((answer.json()["total"].as_u64(), ids(&answer).len()), (Some(3), 2), "{asked}");
        } else {
            assert_eq!(ids(&answer), found, "{asked}");
        }
    }
    for (asked, field) in [
        ("kind=x", "kind"),
        ("status=gone", "status"),
        ("sort=colour", "sort"),
        ("order=up", "order"),
        ("severity=bad", "severity"),
        ("recorded=perhaps", "recorded"),
        ("currency=XYZ", "currency"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("from=yesterday", "from"),
        ("colour=red", "colour"),
    ] {
        let answer = test.get(&format!("/api/v1/trend-events?{asked}")).await;
        assert_eq!(answer.status, 400, "{asked}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(field), "{}", answer.body);
    }
    let whole = test.get("/api/v1/trends").await.json();
    assert_eq!((&whole["open"], &whole["last_event_on"]), (&json!(3), &json!("2026-10-02")));
    assert_eq!((&whole["from"], &whole["through"]), (&json!("2026-10-01"), &json!("2026-11-02")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_adds_up_to_its_cost() {
    let test = with_events().await;
    let page = test.get(&format!("/api/v1/trend-events/{OWN}")).await.json();
    let event = &page["event"];
    assert_eq!((&event["cost"], &event["change_percent"]), (&json!("0.096000000001"), &json!(92.5)));
    assert_eq!(event["definitions"], json!([{ "id": "predefined_robust", "name": "Irregular spend" }]));
    assert_eq!(event["causes"][0]["words"], "us-east-1");
    assert_eq!(page["may"], json!({ "answer": true, "define": true }));
    assert_eq!(page["history"][0]["transition"], "opened");
    for by in ["usage_type_group", "usage_type", "region", "operation", "resource", "account", "service"] {
        let path = format!("/api/v1/trend-events/{OWN}/breakdown?by={by}");
        let found = test.get(&path).await;
        assert_eq!(found.status, 200, "{by}: {}", found.body);
        let found = found.json();
        assert_eq!((&found["actual"], &found["beside"]), (&json!("0.096000000001"), &json!("0")), "{by}");
        assert_eq!(found["rows"][0]["actual"], "0.096000000001", "{by}: {found}");
        assert_eq!((&found["from"], &found["to"]), (&json!("2026-10-02"), &json!("2026-10-03")));
        assert_eq!(
            (&found["before_from"], &found["before_to"]),
            (&json!("2026-09-04"), &json!("2026-10-02"))
        );
    }
    let answer = test.get(&format!("/api/v1/trend-events/{OWN}/breakdown?by=colour")).await;
    assert_eq!(answer.status, 400);
    for path in ["days", "breakdown", "why?day=2026-10-02"] {
        assert_eq!(test.get(&format!("/api/v1/trend-events/0000/{path}")).await.status, 404, "{path}");
    }
    assert_eq!(test.get(&format!("/api/v1/trend-events/{OWN}/days")).await.status, 200);
    for (asked, field) in [("", "day"), ("day=x", "day"), ("day=2026-10-02&object=colour%3Dred", "object")] {
        let answer = test.get(&format!("/api/v1/trends/why?{asked}")).await;
        assert_eq!(answer.status, 400, "{asked}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with(field), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_say_what_an_event_is() {
    let test = with_events().await;
    let at = |what: &str| format!("trend-events/{OWN}/{what}");
    let page = put(&test, "PUT", &at("verdict"), json!({ "verdict": "planned" })).await;
    assert_eq!(page["event"]["verdict"], "planned");
    assert_eq!(
        put(&test, "PUT", &at("verdict"), json!({ "verdict": null })).await["event"]["verdict"],
        Value::Null
    );
    refused(&test, "PUT", &at("verdict"), json!({}), "verdict").await;
    refused(&test, "PUT", &at("verdict"), json!({ "verdict": "maybe" }), "verdict").await;

    let page = put(&test, "PUT", &at("snooze"), json!({ "until": "2026-11-30" })).await;
    assert_eq!(page["event"]["snoozed_until"], "2026-11-30");
    for until in ["2026-10-02", "2028-01-01", "soon", "2026-02-30"] {
        refused(&test, "PUT", &at("snooze"), json!({ "until": until }), "until").await;
    }
    let wish = json!({ "until": "2026-12-31", "up_to": "250.50" });
    let page = put(&test, "PUT", &at("expected"), wish).await;
    assert_eq!(page["expected"], json!({ "until": "2026-12-31", "up_to": "250.5", "by": "tests" }));
    for (body, field) in [
        (json!({ "until": "2026-12-31", "up_to": "0" }), "up_to"),
        (json!({ "until": "2026-12-31", "up_to": "-5" }), "up_to"),
        (json!({ "until": "2026-12-31", "up_to": "much" }), "up_to"),
        (json!({ "until": null, "up_to": "5" }), "until"),
        (json!({ "until": "2020-01-01" }), "until"),
    ] {
        refused(&test, "PUT", &at("expected"), body, field).await;
    }
    assert_eq!(put(&test, "PUT", &at("expected"), json!({ "until": null })).await["expected"], Value::Null);

    let ada = test.browser("ada@example.com", Role::Viewer).await;
    let me = ada.get("/api/v1/session").await.json()["user"]["id"].clone();
    let page = put(&test, "PUT", &at("assignee"), json!({ "user": me })).await;
    assert_eq!(page["event"]["assignee"]["name"], "Somebody");
    refused(&test, "PUT", &at("assignee"), json!({ "user": "0123456789abcdef01234567" }), "user").await;
    let kinds: Vec<Value> =
        page["history"].as_array().unwrap().iter().map(|line| line["transition"].clone()).collect();
    assert_eq!(kinds, ["opened", "verdict", "verdict", "snoozed", "expected", "expected", "assigned"]);
    // What is expected and put away is for editors; what an event is, everybody may say.
    let wish = json!({ "until": "2026-12-31" });
    assert_eq!(ada.send("PUT", &format!("/api/v1/{}", at("expected")), Some(wish)).await.status, 403);
    let verdict = Some(json!({ "verdict": "real" }));
    let page = ada.send("PUT", &format!("/api/v1/{}", at("verdict")), verdict).await.json();
    assert_eq!(page["may"], json!({ "answer": true, "define": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_put_away_all_or_none() {
    let test = with_events().await;
    let archive = |ids: Value, archived: bool| {
        let body = json!({ "ids": ids, "archived": archived });
        let test = &test;
        async move { test.request("POST", "/api/v1/trend-events/archive", &[], Some(&body)).await }
    };
    assert_eq!(archive(json!([OWN, "0000"]), true).await.status, 404);
    assert_eq!(ids(&test.get("/api/v1/trend-events?status=archived").await), [""; 0]);
    let done = archive(json!([OWN, OTHER, OWN]), true).await;
    assert_eq!((done.status, done.json()), (200, json!({ "changed": 2 })));
    assert_eq!(ids(&test.get("/api/v1/trend-events").await), [WHOLE]);
    assert_eq!(ids(&test.get("/api/v1/trend-events?status=archived").await), [OWN, OTHER]);
    assert_eq!(archive(json!([OWN]), false).await.json(), json!({ "changed": 1 }));
    let log = test.get("/api/v1/audit").await.json();
    let actions: Vec<&str> =
        log["entries"].as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert_eq!(actions[..2], ["trend.reactivated", "trend.archived"]);
    for ids in
        [json!([]), json!(vec!["x"; 1]), json!((0..201).map(|at| format!("{at:016}")).collect::<Vec<_>>())]
    {
        let status = archive(ids.clone(), true).await.status;
        assert_eq!(status, if ids == json!(["x"]) { 404 } else { 400 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_ones_own() {
    let test = with_events().await;
    let path = format!("/api/v1/trend-events/{OWN}/comments");
    let ada = test.browser("ada@example.com", Role::Viewer).await;
    let text = "Größe 費用 👍 <script>\nnext line";
    let made = ada.send("POST", &path, Some(json!({ "text": text }))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let comment = made.json();
    assert_eq!(
        (&comment["text"], &comment["own"], &comment["may_delete"]),
        (&json!(text), &json!(true), &json!(true))
    );
    let one = format!("{path}/{}", comment["id"].as_str().unwrap());
    let changed = ada.send("PATCH", &one, Some(json!({ "text": "Changed" }))).await.json();
    assert!(changed["text"] == "Changed" && changed["edited_at"].is_string(), "{changed}");
    for text in ["", "  \n", "a\u{7}b", "a\u{0}b", &"x".repeat(4_001)] {
        let answer = ada.send("POST", &path, Some(json!({ "text": text }))).await;
        assert_eq!(answer.status, 400, "{text:?}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("text:"), "{}", answer.body);
    }
    let bob = test.browser("bob@example.com", Role::Editor).await;
    assert_eq!(bob.send("PATCH", &one, Some(json!({ "text": "Not mine" }))).await.status, 403);
    assert_eq!(bob.send("DELETE", &one, None).await.status, 403);
    let seen = bob.get(&format!("/api/v1/trend-events/{OWN}")).await.json();
    assert_eq!((&seen["comments"][0]["own"], &seen["event"]["comments"]), (&json!(false), &json!(1)));
    // Of another event it is not.
    let elsewhere = one.replace(OWN, OTHER);
    assert_eq!(ada.send("DELETE", &elsewhere, None).await.status, 404);
    let carol = test.browser("carol@example.com", Role::Administrator).await;
    assert_eq!(carol.send("PATCH", &one, Some(json!({ "text": "Not mine" }))).await.status, 403);
    assert_eq!(carol.send("DELETE", &one, None).await.status, 204);
    assert_eq!(ada.send("DELETE", &one, None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_a_part_sees_its_events_alone() {
    let test = with_events().await;
    let organization = test.app.organization(Some("my-organization")).await.unwrap().unwrap();
    let by = Caller::command_line(organization);
    let made =
        put(&test, "POST", "subsets", json!({ "name": "Mine", "account_ids": ["111111111111"] })).await;
    let standing = Standing::new(Role::SubsetViewer, [made["id"].as_str().unwrap().to_owned()]);
    let email = "dora@example.com";
    identity::add_member(&test.app, &by, email, "Dora", standing, PASSWORD).await.unwrap();
    let signed_in = test.sign_in(email, PASSWORD).await;
    let dora = test.browser_of(&signed_in);

    let list = dora.get("/api/v1/trend-events").await;
    assert_eq!(ids(&list), [OWN]);
    let whole = dora.get("/api/v1/trends").await.json();
    assert_eq!((&whole["open"], &whole["message"]), (&json!(1), &Value::Null));
    let page = dora.get(&format!("/api/v1/trend-events/{OWN}")).await.json();
    assert_eq!((&page["seen"]["publication"], &page["deliveries"]), (&Value::Null, &json!([])));
    // What is of others is as good as what is not there.
    let missing = dora.get("/api/v1/trend-events/00000000000000bb").await;
    assert_eq!(missing.status, 404);
    let plain = |answer: &Answer| {
        let mut problem = answer.json();
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    for id in [OTHER, WHOLE] {
        for path in ["", "/days", "/breakdown", "/why?day=2026-10-02"] {
            let answer = dora.get(&format!("/api/v1/trend-events/{id}{path}")).await;
            assert_eq!(answer.status, 404, "{id}{path}");
            assert_eq!(plain(&answer), plain(&missing), "{id}{path}");
        }
        let verdict = Some(json!({ "verdict": "real" }));
        assert_eq!(
            dora.send("PUT", &format!("/api/v1/trend-events/{id}/verdict"), verdict).await.status,
            404
        );
        let comment = Some(json!({ "text": "Hello" }));
        assert_eq!(
            dora.send("POST", &format!("/api/v1/trend-events/{id}/comments"), comment).await.status,
            404
        );
    }
    for object in ["object=account%3D222222222222", "object=service%3DAmazonEC2", ""] {
        let answer = dora.get(&format!("/api/v1/trends/why?day=2026-10-02&{object}")).await;
        assert_eq!(answer.status, 404, "{object}");
    }
    assert_eq!(dora.get("/api/v1/trend-definitions").await.status, 403);
    // They name themselves, and nobody else finds out through them who belongs here.
    let own = format!("/api/v1/trend-events/{OWN}/assignee");
    let me = dora.get("/api/v1/session").await.json()["user"]["id"].clone();
    assert_eq!(dora.send("PUT", &own, Some(json!({ "user": me }))).await.status, 200);
    let ada = test.browser("ada@example.com", Role::Viewer).await;
    let her = ada.get("/api/v1/session").await.json()["user"]["id"].clone();
    for user in [her, json!("0123456789abcdef01234567")] {
        assert_eq!(dora.send("PUT", &own, Some(json!({ "user": user }))).await.status, 403);
    }
    // Nor is what they may not see given to them.
    refused(&test, "PUT", &format!("trend-events/{OTHER}/assignee"), json!({ "user": me }), "user").await;
}

fn wish(name: &str) -> Value {
    json!({ "name": name, "description": "What for", "watches": ["account"], "method": "robust",
        "threshold_percent": 30, "minimum": "50.5" })
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_made_changed_and_removed() {
    let test = with_events().await;
    let all = test.get("/api/v1/trend-definitions").await.json();
    let all = all["definitions"].as_array().unwrap().clone();
    assert_eq!(all.len(), 4);
    assert_eq!(
        (&all[0]["id"], &all[0]["events"], &all[0]["notifies"]),
        (&json!("predefined_robust"), &json!(3), &json!(true))
    );
    put(&test, "PUT", &format!("trend-events/{OWN}/verdict"), json!({ "verdict": "real" })).await;
    put(&test, "PUT", &format!("trend-events/{OTHER}/verdict"), json!({ "verdict": "false" })).await;
    let all = test.get("/api/v1/trend-definitions").await.json();
    assert_eq!(all["definitions"][0]["verdicts"], json!({ "real": 1, "planned": 0, "false": 1 }));
    assert_eq!(all["definitions"][0]["precision_percent"], 50.0);

    let made = put(&test, "POST", "trend-definitions", wish("Accounts")).await;
    assert_eq!((&made["minimum"], &made["threshold_percent"]), (&json!("50.5"), &json!(30.0)));
    let path = format!("trend-definitions/{}", made["id"].as_str().unwrap());
    let mut other = wish("Accounts");
    other["only"] = json!("111111111111");
    other["on"] = json!(false);
    let changed = put(&test, "PUT", &path, other.clone()).await;
    assert_eq!((&changed["only"], &changed["on"]), (&json!("111111111111"), &json!(false)));
    let stale = [("If-Match", made["version"].as_str().unwrap())];
    let answer = test.request("PUT", &format!("/api/v1/{path}"), &stale, Some(&other)).await;
    assert_eq!(answer.status, 412, "{}", answer.body);

    // A predefined one stays what it is, but for its numbers.
    let daily = "trend-definitions/predefined_daily";
    let as_it_is = |threshold: u32| {
        json!({ "name": "Daily range", "watches": ["service", "account"], "method": "daily",
            "threshold_percent": threshold, "minimum": "10", "notifies": true, "on": true })
    };
    let changed = put(&test, "PUT", daily, as_it_is(40)).await;
    assert_eq!((&changed["threshold_percent"], &changed["notifies"]), (&json!(40.0), &json!(true)));
    for (field, value) in [
        ("name", json!("Mine")),
        ("watches", json!(["account"])),
        ("method", json!("weekly")),
        ("only", json!("AmazonEC2")),
        ("description", json!("Mine")),
    ] {
        let mut body = as_it_is(40);
        body[field] = value;
        refused(&test, "PUT", daily, body, field).await;
    }
    let answer = test.request("DELETE", &format!("/api/v1/{daily}"), &[], None).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let removed = test.request("DELETE", &format!("/api/v1/{path}"), &[], None).await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    assert_eq!(test.request("DELETE", &format!("/api/v1/{path}"), &[], None).await.status, 404);
    assert_eq!(test.request("PUT", &format!("/api/v1/{path}"), &[], Some(&wish("A"))).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_refused_by_their_fields() {
    let test = with_events().await;
    let long = "x".repeat(1_001);
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!("a\nb")),
        ("name", json!("irregular SPEND")),
        ("description", json!(long)),
        ("description", json!("a\u{1}b")),
        ("watches", json!([])),
        ("watches", json!(["colour"])),
        ("watches", json!(["account", "account"])),
        ("watches", json!(["resource"])),
        ("watches", json!(["connection"])),
        ("watches", json!(["tag:Nobody"])),
        ("watches", json!(["subset", "account"])),
        ("only", json!("x".repeat(501))),
        ("method", json!("magic")),
        ("threshold_percent", json!(0.5)),
        ("threshold_percent", json!(1_000.5)),
        ("threshold_percent", json!(-25)),
        ("minimum", json!("-1")),
        ("minimum", json!("much")),
    ] {
        let mut body = wish("New");
        body[field] = value;
        refused(&test, "POST", "trend-definitions", body, field).await;
    }
    for watches in ["subset", "filter"] {
        let mut body = wish("New");
        body["watches"] = json!([watches]);
        body["only"] = json!("0123456789abcdef01234567");
        refused(&test, "POST", "trend-definitions", body, "only").await;
    }
    let mut body = wish("Teams");
    body["watches"] = json!(["tag:Team"]);
    put(&test, "POST", "trend-definitions", body).await;
    let mut trial =
        json!({ "watches": ["account"], "method": "robust", "threshold_percent": 0, "minimum": "1" });
    refused(&test, "POST", "trend-definitions/backtest", trial.clone(), "threshold_percent").await;
    trial["threshold_percent"] = json!(25);
    trial["name"] = json!("x");
    refused(&test, "POST", "trend-definitions/backtest", trial, "name").await;
}
