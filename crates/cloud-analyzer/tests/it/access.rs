//! Every route of the OpenAPI description, asked of the real binary by everybody: nobody, another organization's
//! administrator, a viewer, an editor, an administrator. What each may do is written here a second time, by hand,
//! so that a slip in the server's own table shows. And every place that may name something, asked with another
//! organization's.

mod others;
mod routes;
mod server;

use app::allocation::{self, Method, SharedCost};
use app::budgets::{self, NewBudget};
use app::identity::{self, Accepting};
use app::notifications::{self, Cadence, ChannelKind, NewChannel, TargetChange};
use app::optimize::{self, NewDismissal};
use app::policy::Caller;
use app::trends::{self, Wish};
use app::{App, AppOptions};
use model::{BudgetPeriod, Decimal, Metric, Role, Standing};
use routes::ROUTES;
use serde_json::{Value, json};
use server::{Identity, binary, run, serve};
use std::io::{BufRead, Read, Write};
use std::net::TcpStream;
use std::path::Path;

const PASSWORD: &str = "correct horse battery";
const CALLERS: [(&str, Option<Role>); 6] = [
    ("nobody", None),
    ("outsider", Some(Role::Administrator)),
    ("subset-viewer", Some(Role::SubsetViewer)),
    ("viewer", Some(Role::Viewer)),
    ("editor", Some(Role::Editor)),
    ("administrator", Some(Role::Administrator)),
];

/// What stands in the place of `{…}`: things of one organization.
struct Things {
    organization: String,
    organization_name: String,
    member: String,
    email: String,
    account: String,
    invitation: String,
    token: String,
    connection: String,
    connection_name: String,
    report: String,
    budget: String,
    channel: String,
    subset: String,
    subset_name: String,
    virtual_tag: String,
    virtual_tag_name: String,
    shared_cost: String,
    event: String,
    definition: String,
    dismissal: String,
}

impl Things {
    fn path(&self, method: &str, path: &str) -> String {
        if (method, path) == ("DELETE", "/subsets") {
            return format!("{path}?id={}", self.subset);
        }
        let id = match path.split('/').nth(1) {
            Some("tokens") => &self.token,
            Some("connections") => &self.connection,
            Some("reports") => &self.report,
            Some("budgets") => &self.budget,
            Some("channels") => &self.channel,
            Some("subsets") => &self.subset,
            Some("virtual-tags") => &self.virtual_tag,
            Some("trend-events") => &self.event,
            Some("trend-definitions") => &self.definition,
            Some("optimization") => &self.dismissal,
            _ => &self.invitation,
        };
        let own = path.replace("{user_id}", &self.member).replace("{name}", "service").replace("{id}", id);
        let full =
            own.replace("{token}", &"A".repeat(43)).replace("{question}", "1").replace("{delivery}", "1");
        let full = full.replace("{comment}", "1");
        assert!(!full.contains('{'), "say what to put into {path}");
        full
    }

    /// Nothing that is complete, so that nothing is changed; but what is to be removed is.
    fn body(&self, method: &str, path: &str) -> Option<Value> {
        match (method, path) {
            ("DELETE", "/connections/{id}") => Some(json!({ "name": self.connection_name })),
            ("GET" | "DELETE", _) => None,
            ("PUT", "/connections/{id}/customers") => Some(json!({ "accounts": [] })),
            ("PUT", "/connections/{id}/bill-choices/{question}") => Some(json!({ "winner": 1 })),
            ("PUT", "/budgets/{id}") => Some(json!({ "name": "Owner", "period": "month", "amount": "1" })),
            ("PUT", "/virtual-tags/{id}") => Some(json!({ "name": "Owner", "rules": [] })),
            ("PUT", "/trend-events/{id}/verdict") => Some(json!({ "verdict": null })),
            ("PUT", "/trend-events/{id}/assignee") => Some(json!({ "user": null })),
            ("PUT", "/trend-events/{id}/snooze" | "/trend-events/{id}/expected") => {
                Some(json!({ "until": null }))
            }
            ("POST", "/trend-events/{id}/comments") => Some(json!({ "text": "Hello" })),
            ("PUT", "/trend-definitions/{id}") => Some(json!({ "name": "Owner", "watches": ["account"],
                "method": "robust", "threshold_percent": 25, "minimum": "100" })),
            _ => Some(json!({})),
        }
    }
}

/// Something of every kind, in the caller's organization; it has a connection already.
async fn things_of(app: &App, caller: &Caller, account: &str) -> Things {
    let organization = caller.organization().unwrap().clone();
    let named = |what: &str| format!("{what} of {}", organization.name);
    let email = format!("spare@{}.example", organization.id);
    identity::add_member(app, caller, &email, "spare", Role::Viewer, PASSWORD).await.unwrap();
    let members = identity::members(app, caller).await.unwrap();
    let spare = members.iter().find(|member| member.user.email.as_str() == email).unwrap();
    let token = identity::create_token(app, caller, "spare", Role::Viewer, None).await.unwrap();
    let later = format!("later@{}.example", organization.id);
    let invited = identity::invite(app, caller, &later, Role::Viewer).await.unwrap();
    let connections = app::connections::list(app, &organization.id).await.unwrap();
    let report = app::reports::save_report(app, caller, &named("Report"), "", true).await.unwrap();
    let target = TargetChange { to: Some(vec![email.clone()]), ..TargetChange::default() };
    let new = NewChannel { name: named("Channel"), kind: ChannelKind::Mail, cadence: Cadence::Each, target };
    let channel = notifications::create(app, caller, new).await.unwrap().view.channel;
    let new = NewBudget {
        name: named("Budget"),
        filters: vec![],
        metric: Metric::Amortized,
        currency: Some("USD".to_owned()),
        period: BudgetPeriod::Month,
        start_month: 1,
        amount: Decimal::from(100),
        later: vec![],
        thresholds: vec![],
    };
    let budget = budgets::create(app, caller, new).await.unwrap().budget;
    let tag = allocation::create_virtual_tag(app, caller, &named("Tag"), vec![]).await.unwrap();
    let shared_cost = SharedCost {
        id: String::new(),
        name: named("Shared cost"),
        source: vec!["service=AWS Support".to_owned()],
        method: Method::Even,
        targets: vec![],
    };
    let shared_costs = allocation::set_shared_costs(app, caller, vec![shared_cost]).await.unwrap();
    let wish = Wish {
        watches: vec!["account".to_owned()],
        only: None,
        method: trends::Method::Daily,
        threshold_percent: 25.0,
        minimum: "100".to_owned(),
        ignore_decreases: false,
    };
    let new = trends::NewDefinition {
        name: named("Definition"),
        description: String::new(),
        on: false,
        notifies: false,
        wish,
    };
    let definition = trends::create_definition(app, caller, new).await.unwrap().definition.id;
    let new = NewDismissal {
        rule: 1,
        account: account.to_owned(),
        resource: Some("eipalloc-1".to_owned()),
        region: None,
        reason: named("Dismissal"),
        until: None,
    };
    let dismissal = optimize::dismiss(app, caller, new).await.unwrap().id;
    let accounts = vec![account.to_owned()];
    Things {
        event: event_of(app, &organization, account).await,
        definition,
        dismissal,
        report: report.saved.id.to_string(),
        budget: budget.id.to_string(),
        channel: channel.id.to_string(),
        subset: allocation::create_subset(app, caller, &named("Subset"), accounts, None).await.unwrap(),
        subset_name: named("Subset"),
        virtual_tag: tag.id,
        virtual_tag_name: named("Tag"),
        shared_cost: shared_costs[0].id.clone(),
        connection: connections[0].id.to_string(),
        connection_name: connections[0].name.clone(),
        member: spare.user.id.to_string(),
        email,
        account: account.to_owned(),
        invitation: invited.invitation.id.to_string(),
        token: token.token.id.to_string(),
        organization: organization.id.to_string(),
        organization_name: organization.name,
    }
}

/// An event of an account, on days that no bill holds: no look takes it back.
async fn event_of(app: &App, organization: &app::Organization, account: &str) -> String {
    let id = app::edits::version(&organization.id.as_str());
    let day = "2020-01-01";
    let event = json!({ "id": id, "currency": "USD", "object": { "account": account }, "measure": "usage",
        "kind": "spike", "direction": "increase", "status": "ended", "first_day": day, "last_day": day,
        "raised_on": day, "data_through": day, "days": [day], "expected_low": "0", "expected_high": "1",
        "cost": "5", "excess": "4", "peak": "5", "change_percent": "400", "monthly_excess": "4",
        "share_percent": null, "severity": "low", "definitions": [], "causes": [], "waterfall": null,
        "seen": { "publication": null, "through": null }, "quiet": "old", "opening": 1, "hint": null });
    let found = trends::FoundTrend {
        id: id.clone(),
        status: "ended".to_owned(),
        account_id: Some(account.to_owned()),
        service: None,
        direction: "increase".to_owned(),
        kind: "spike".to_owned(),
        first_day: day.to_owned(),
        last_day: day.to_owned(),
        severity: 0,
        opening: 1,
        event,
        told: false,
        history: None,
    };
    let looks = app.meta().trend_looks(&organization.id).await.unwrap();
    let known = looks.into_iter().find(|look| look.currency == "USD");
    let after = known.as_ref().map_or(0, |look| look.version);
    let look = known.unwrap_or_else(|| trends::TrendLook {
        currency: "USD".to_owned(),
        version: 0,
        looked_at_ms: 0,
        state: String::new(),
        first_day: day.to_owned(),
        through: day.to_owned(),
        series: 0,
        message: None,
    });
    assert!(app.meta().keep_trend_look(&organization.id, &look, after, &[found], &[]).await.unwrap());
    id
}

/// Two organizations: the first with data and people, the second with its administrator alone.
async fn prepare(data: &Path) -> Things {
    let app = App::open(data, AppOptions::default()).await.unwrap();
    let first = Caller::command_line(app.organization_for_ingest(None).await.unwrap());
    let chosen = allocation::create_subset(&app, &first, "Chosen", vec![], None).await.unwrap();
    for (name, role) in CALLERS.into_iter().filter(|(name, _)| *name != "outsider") {
        let Some(role) = role else { continue };
        let email = format!("{name}@example.com");
        let standing = Standing::new(role, [chosen.clone()]);
        identity::add_member(&app, &first, &email, name, standing, PASSWORD).await.unwrap();
    }
    let signed_in =
        identity::sign_in(&app, &Caller::nobody(), "administrator@example.com", PASSWORD).await.unwrap();
    let second = identity::create_organization(&app, &signed_in.caller, "Elsewhere").await.unwrap();
    let invited = identity::invite(&app, &second, "outsider@example.com", Role::Administrator).await.unwrap();
    let token = invited.path.split_once("?token=").unwrap().1;
    let accepting = Accepting { name: "outsider", password: PASSWORD };
    identity::accept_invitation(&app, &Caller::nobody(), token, accepting).await.unwrap();
    // The administrator is of the first organization alone.
    let administrator = signed_in.caller.user().unwrap().id.to_string();
    identity::remove_member(&app, &second, &administrator).await.unwrap();

    things_of(&app, &first, "111111111111").await
}

fn allowed(needed: &str, role: Option<Role>) -> bool {
    match needed {
        "anybody" => true,
        "person" => role.is_some(),
        named => role.is_some_and(|role| role >= named.parse().unwrap()),
    }
}

#[test]
fn everybody_gets_what_is_theirs_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (data, reports) = (folder.path().join("data"), folder.path().join("bills-of-acme"));
    let reports = reports.to_str().unwrap();
    let generate =
        ["demo", "generate", "--rows", "2000", "--format", "csv", "--months", "2", "--out", reports];
    run(&data, &generate);
    run(&data, &["ingest", reports]);
    let things = tokio::runtime::Runtime::new().unwrap().block_on(prepare(&data));
    let server = serve(&data, &[]);

    let spec: Value = serde_json::from_str(&run(&data, &["openapi"])).unwrap();
    let mut routes: Vec<(String, String)> = vec![];
    for (path, item) in spec["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push((method.to_uppercase(), path.strip_prefix("/api/v1").unwrap().to_owned()));
        }
    }
    assert_eq!(routes.len(), ROUTES.len(), "routes of this test and of the description");
    let viewer = server.sign_in("viewer");
    let (_, _, overview) = server.ask(&viewer, "GET", "/api/v1/overview", None);
    assert_eq!(serde_json::from_str::<Value>(&overview).unwrap()["has_data"], true);

    // What is removed is removed when everything else was asked, all at once after one by one; signing out comes last.
    let all = |path: &str| path == "/sessions" || path == "/tokens";
    routes.sort_by_key(|(method, path)| (method == "DELETE", path == "/session", all(path), path.clone()));

    for (name, role) in CALLERS {
        let who = if role.is_some() { server.sign_in(name) } else { Identity::default() };
        for (method, path) in &routes {
            let route = format!("{method} {path}");
            let (_, needed) = ROUTES
                .iter()
                .find(|(known, _)| *known == route)
                .unwrap_or_else(|| panic!("say who may {route}"));
            let body = things.body(method, path);
            let full = format!("/api/v1{}", things.path(method, path));
            let (status, _, answer) = server.ask(&who, method, &full, body.as_ref());
            let what = format!("{route} as {name}: {status} {answer}");
            // What somebody before had read again, or stopped, has no line items for a while.
            let being_read = status == 503 && answer.contains("problem:not-ready");
            assert!(status < 500 || being_read, "{what}");
            match (allowed(needed, role), role) {
                (true, _) => assert!(status != 401 && status != 403, "{what}"),
                (false, None) => assert_eq!(status, 401, "{what}"),
                // What is shared speaks of all of the bills: it is not there for who may see a part of them.
                (false, Some(Role::SubsetViewer)) if path.starts_with("/reports/") => {
                    assert!(status == 404 || status == 400, "{what}");
                }
                (false, Some(_)) => {
                    assert_eq!(status, 403, "{what}");
                    let problem: Value = serde_json::from_str(&answer).unwrap();
                    assert_eq!(problem["needed_role"], *needed, "{what}");
                }
            }
            if name == "outsider" {
                if path.contains("{id}") || path.contains("{user_id}") {
                    // Found or not, an empty change is refused before; what is deleted must not be found.
                    assert!(status == 404 || (status == 400 && method == "PATCH"), "{what}");
                    // The identifier that was asked for may come back; nothing else of the connection may.
                    let told = answer.replace(&things.connection, "");
                    assert!(!told.contains(&things.connection_name), "{what}");
                }
                for theirs in ["viewer@example.com", &things.email, "AmazonEC2", "My organization"] {
                    assert!(!answer.contains(theirs), "{what}");
                }
            }
            // A connection may be busy with what the editor asked for; stopping its reading leaves the connection there.
            // Comments are one's own, and nobody wrote this one.
            let elsewhere = path == "/connections/{id}" || path.contains("{comment}");
            if name == *needed && method == "DELETE" && !elsewhere {
                let done = if path == "/connections/{id}/processing" { 200 } else { 204 };
                assert_eq!(status, done, "it was still there: {what}");
            }
        }
    }
    let outsider = server.sign_in("outsider");
    let (_, _, overview) = server.ask(&outsider, "GET", "/api/v1/overview", None);
    let overview: Value = serde_json::from_str(&overview).unwrap();
    assert_eq!((&overview["has_data"], &overview["periods"]), (&json!(false), &json!([])));
    let (_, _, costs) = server.ask(&outsider, "GET", "/api/v1/costs?group_by=service", None);
    assert_eq!(serde_json::from_str::<Value>(&costs).unwrap()["rows"], json!([]));
}

/// A bill of one account.
fn small_bill(folder: &Path, account: &str) -> String {
    let columns = [
        ("identity/LineItemId", "l1"),
        ("bill/BillingPeriodStartDate", "2026-10-01T00:00:00Z"),
        ("bill/BillingPeriodEndDate", "2026-11-01T00:00:00Z"),
        ("bill/PayerAccountId", account),
        ("bill/BillType", "Anniversary"),
        ("lineItem/UsageAccountId", account),
        ("lineItem/LineItemType", "Usage"),
        ("lineItem/UsageStartDate", "2026-10-05T01:00:00Z"),
        ("lineItem/UsageEndDate", "2026-10-05T02:00:00Z"),
        ("lineItem/ProductCode", "AmazonEC2"),
        ("lineItem/UsageType", "BoxUsage:m5.large"),
        ("lineItem/Operation", "RunInstances"),
        ("lineItem/ResourceId", "i-1"),
        ("lineItem/UsageAmount", "1"),
        ("lineItem/CurrencyCode", "USD"),
        ("lineItem/UnblendedCost", "1.25"),
        ("pricing/publicOnDemandCost", "1.25"),
        ("product/ProductName", "Amazon Elastic Compute Cloud"),
        ("product/region", "us-east-1"),
    ];
    let period = folder.join(account).join("cost/cur/20261001-20261101");
    std::fs::create_dir_all(&period).unwrap();
    let (names, values): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
    std::fs::write(period.join("cur-1.csv"), format!("{}\n{}\n", names.join(","), values.join(","))).unwrap();
    folder.join(account).to_str().unwrap().to_owned()
}

#[test]
fn what_another_organization_has_is_as_what_nobody_has() {
    const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (name, account) in ["Theirs", "Own"].into_iter().zip(ACCOUNTS) {
        run(&data, &["--organization", name, "ingest", &small_bill(folder.path(), account)]);
    }
    let prepare = async |name: &str, account: &str| {
        let app = App::open(&data, AppOptions::default()).await.unwrap();
        let caller = Caller::command_line(app.organization(Some(name)).await.unwrap().unwrap());
        let email = format!("{}@example.com", name.to_lowercase());
        identity::add_member(&app, &caller, &email, name, Role::Administrator, PASSWORD).await.unwrap();
        things_of(&app, &caller, account).await
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let theirs = runtime.block_on(prepare("Theirs", ACCOUNTS[0]));
    let own = runtime.block_on(prepare("Own", ACCOUNTS[1]));
    let server = serve(&data, &[]);
    let spec: Value = serde_json::from_str(&run(&data, &["openapi"])).unwrap();
    let (victim, who) = (server.sign_in("theirs"), server.sign_in("own"));
    let before = others::state(&server, &spec, &victim, &theirs);
    assert!(before.len() > 15, "{before:?}");
    let asked = others::probe(&server, &spec, &who, &own, &theirs);
    assert!(asked > 60, "only {asked} places were found");
    assert_eq!(others::state(&server, &spec, &victim, &theirs), before, "nothing of theirs has changed");
}

#[test]
fn the_console_shows_a_link_until_somebody_has_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path(), &[]);
    let mut console = String::new();
    for _ in 0..2 {
        server.console.read_line(&mut console).unwrap();
    }
    assert!(console.contains("works once"), "{console}");
    let link = format!("http://{}/setup?token=", server.address);
    let token = console.trim().rsplit_once(&link).unwrap_or_else(|| panic!("{console}")).1.to_owned();
    assert_eq!(server.ask(&Identity::default(), "GET", "/api/v1/overview", None).0, 401);
    let body = json!({
        "token": token, "organization": "Acme", "name": "Ada", "email": "ada@example.com", "password": PASSWORD,
    });
    let (status, _, answer) = server.ask(&Identity::default(), "POST", "/api/v1/setup", Some(&body));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(server.ask(&server.sign_in("ada"), "GET", "/api/v1/overview", None).0, 200);
    drop(server);

    // Nothing more is printed now: the next line would wait for ever, so the server is stopped first.
    let mut server = serve(folder.path(), &[]);
    server.process.kill().unwrap();
    let mut rest = String::new();
    server.console.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn the_command_line_makes_accounts_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let added = run(folder.path(), &["user", "add", "Ada@example.com", "--role", "administrator"]);
    let password = added.trim().rsplit_once(": ").unwrap().1.to_owned();
    let listed = run(folder.path(), &["user", "list"]);
    assert!(listed.contains("ada@example.com") && listed.contains("administrator"), "{listed}");
    assert!(!listed.contains(&password));
    let output = binary(folder.path(), &["user", "reset-password", "bob@example.com"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("user list"), "{output:?}");

    let secret = run(folder.path(), &["token", "create", "--name", "nightly", "--role", "viewer"]);
    let server = serve(folder.path(), &[]);
    let ask = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            server.address,
            secret.trim()
        );
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/api/v1/overview").starts_with("HTTP/1.1 200"));
    assert!(ask("/api/v1/tokens").starts_with("HTTP/1.1 403"));
    let tokens = run(folder.path(), &["token", "list"]);
    assert!(tokens.contains("nightly") && !tokens.contains(secret.trim()), "{tokens}");
    let id = tokens.lines().last().unwrap().split(' ').next().unwrap();
    run(folder.path(), &["token", "revoke", id]);
    assert!(ask("/api/v1/overview").starts_with("HTTP/1.1 401"));

    let body = json!({ "email": "ada@example.com", "password": password });
    let sign_in = |body: &Value| server.ask(&Identity::default(), "POST", "/api/v1/session", Some(body)).0;
    assert_eq!(sign_in(&body), 200);
    let reset = run(folder.path(), &["user", "reset-password", "ada@example.com"]);
    let renewed =
        json!({ "email": "ada@example.com", "password": reset.trim().rsplit_once(": ").unwrap().1 });
    assert_eq!((sign_in(&body), sign_in(&renewed)), (401, 200));
}
