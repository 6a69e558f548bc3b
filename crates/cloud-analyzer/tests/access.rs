//! Every route of the OpenAPI description, asked of the real binary by everybody: nobody, another organization's
//! administrator, a viewer, an editor, an administrator. What each may do is written here a second time, by hand,
//! so that a slip in the server's own table shows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use app::identity::{self, Accepting};
use app::policy::Caller;
use app::{App, AppOptions};
use model::Role;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Who may call it: anybody, any person who is signed in, or a role and those above it.
const ROUTES: &[(&str, &str)] = &[
    ("GET /overview", "viewer"),
    ("GET /dimensions", "viewer"),
    ("GET /dimensions/{name}/values", "viewer"),
    ("GET /costs", "viewer"),
    ("GET /costs.csv", "viewer"),
    ("GET /costs.xlsx", "viewer"),
    ("GET /costs.parquet", "viewer"),
    ("GET /summary", "viewer"),
    ("GET /projection", "viewer"),
    ("GET /explain", "viewer"),
    ("GET /explain.csv", "viewer"),
    ("GET /savings", "viewer"),
    ("GET /reports", "viewer"),
    ("POST /reports", "viewer"),
    // The one asked for is shared, so that it is for editors to change.
    ("PATCH /reports/{id}", "editor"),
    ("DELETE /reports/{id}", "editor"),
    ("POST /reports/{id}/send", "editor"),
    ("GET /subsets", "viewer"),
    ("POST /subsets", "editor"),
    ("DELETE /subsets", "editor"),
    ("GET /subsets/{id}", "viewer"),
    ("PATCH /subsets/{id}", "editor"),
    ("GET /accounts", "viewer"),
    ("GET /virtual-tags", "viewer"),
    ("POST /virtual-tags", "editor"),
    ("PUT /virtual-tags/{id}", "editor"),
    ("DELETE /virtual-tags/{id}", "editor"),
    ("POST /virtual-tags/preview", "editor"),
    ("GET /shared-costs", "viewer"),
    ("PUT /shared-costs", "editor"),
    ("GET /session", "anybody"),
    ("POST /session", "anybody"),
    ("DELETE /session", "person"),
    ("PUT /session/organization", "person"),
    ("PUT /session/password", "person"),
    ("POST /setup", "anybody"),
    ("GET /members", "viewer"),
    ("PATCH /members/{user_id}", "administrator"),
    ("DELETE /members/{user_id}", "administrator"),
    ("GET /invitations", "administrator"),
    ("POST /invitations", "administrator"),
    ("DELETE /invitations/{id}", "administrator"),
    ("GET /invitations/by-token/{token}", "anybody"),
    ("POST /invitations/by-token/{token}/accept", "anybody"),
    ("GET /tokens", "administrator"),
    ("POST /tokens", "administrator"),
    ("DELETE /tokens/{id}", "administrator"),
    ("GET /audit", "administrator"),
    ("GET /oidc/start", "anybody"),
    ("GET /oidc/callback", "anybody"),
    ("GET /organization", "viewer"),
    ("PATCH /organization", "administrator"),
    ("POST /organizations", "administrator"),
    ("GET /connections", "viewer"),
    ("POST /connections", "administrator"),
    ("GET /connections/{id}", "viewer"),
    ("PATCH /connections/{id}", "administrator"),
    ("DELETE /connections/{id}", "administrator"),
    ("GET /connections/{id}/permissions", "administrator"),
    ("GET /connections/{id}/template", "administrator"),
    ("GET /connections/{id}/links", "administrator"),
    ("GET /connections/{id}/verification", "viewer"),
    ("POST /connections/{id}/verification", "administrator"),
    ("GET /connections/{id}/verification/events", "viewer"),
    ("GET /connections/{id}/processing", "viewer"),
    ("POST /connections/{id}/processing", "editor"),
    ("GET /connections/{id}/processing/events", "viewer"),
    ("GET /connections/{id}/ingests", "viewer"),
    ("GET /connections/{id}/changes", "viewer"),
    ("GET /connections/{id}/customers", "administrator"),
    ("PUT /connections/{id}/customers", "administrator"),
    ("GET /reach", "administrator"),
];

const PASSWORD: &str = "correct horse battery";
const CALLERS: [(&str, Option<Role>); 5] = [
    ("nobody", None),
    ("outsider", Some(Role::Administrator)),
    ("viewer", Some(Role::Viewer)),
    ("editor", Some(Role::Editor)),
    ("administrator", Some(Role::Administrator)),
];

/// What stands in the place of `{…}`: things of the first organization.
struct Things {
    member: String,
    invitation: String,
    token: String,
    connection: String,
    connection_name: String,
    report: String,
    subset: String,
    virtual_tag: String,
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
            Some("subsets") => &self.subset,
            Some("virtual-tags") => &self.virtual_tag,
            _ => &self.invitation,
        };
        let own = path.replace("{user_id}", &self.member).replace("{name}", "service").replace("{id}", id);
        let full = own.replace("{token}", &"A".repeat(43));
        assert!(!full.contains('{'), "say what to put into {path}");
        full
    }

    /// Nothing that is complete, so that nothing is changed; but what is to be removed is.
    fn body(&self, method: &str, path: &str) -> Option<Value> {
        match (method, path) {
            ("DELETE", "/connections/{id}") => Some(json!({ "name": self.connection_name })),
            ("GET" | "DELETE", _) => None,
            ("PUT", "/connections/{id}/customers") => Some(json!({ "accounts": [] })),
            ("PUT", "/virtual-tags/{id}") => Some(json!({ "name": "Owner", "rules": [] })),
            _ => Some(json!({})),
        }
    }
}

/// Two organizations: the first with data and people, the second with its administrator alone.
async fn prepare(data: &Path) -> Things {
    let app = App::open(data, AppOptions::default()).await.unwrap();
    let first = Caller::command_line(app.organization_for_ingest(None).await.unwrap());
    for (name, role) in CALLERS.into_iter().filter(|(name, _)| *name != "outsider") {
        let Some(role) = role else { continue };
        let email = format!("{name}@example.com");
        identity::add_member(&app, &first, &email, name, role, PASSWORD).await.unwrap();
    }
    identity::add_member(&app, &first, "spare@example.com", "spare", Role::Viewer, PASSWORD).await.unwrap();
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

    let members = identity::members(&app, &first).await.unwrap();
    let spare = members.iter().find(|member| member.user.name == "spare").unwrap();
    let token = identity::create_token(&app, &first, "spare", Role::Viewer, None).await.unwrap();
    let invited = identity::invite(&app, &first, "later@example.com", Role::Viewer).await.unwrap();
    let connections = app::connections::list(&app, &first.organization().unwrap().id).await.unwrap();
    let report = app::reports::save_report(&app, &first, "All", "", true).await.unwrap();
    let tag = app::allocation::create_virtual_tag(&app, &first, "Owner", vec![]).await.unwrap();
    Things {
        report: report.saved.id.to_string(),
        subset: app::allocation::create_subset(&app, &first, "One", vec![], None).await.unwrap(),
        virtual_tag: tag.id,
        connection: connections[0].id.to_string(),
        connection_name: connections[0].name.clone(),
        member: spare.user.id.to_string(),
        invitation: invited.invitation.id.to_string(),
        token: token.token.id.to_string(),
    }
}

struct Server {
    process: Child,
    address: String,
    console: BufReader<std::process::ChildStdout>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn binary(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloud-analyzer"));
    command.arg("--data").arg(data).args(arguments).env_remove("CLOUD_ANALYZER_LOG");
    command
}

fn run(data: &Path, arguments: &[&str]) -> String {
    let output = binary(data, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn serve(data: &Path, options: &[&str]) -> Server {
    let mut command = binary(data, &[&["serve", "--listen", "127.0.0.1:0"], options].concat());
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut console = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    console.read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("http://").unwrap().1.to_owned();
    Server { process, address, console }
}

#[derive(Clone, Default)]
struct Identity {
    cookie: String,
    csrf: String,
}

impl Server {
    fn ask(&self, who: &Identity, method: &str, path: &str, body: Option<&Value>) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // Event streams do not end; their beginning is enough.
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        if !who.cookie.is_empty() {
            head.push_str(&format!("Cookie: {}\r\nX-CSRF-Token: {}\r\n", who.cookie, who.csrf));
        }
        write!(stream, "{head}{kind}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut bytes = vec![];
        let mut chunk = [0; 16 * 1024];
        let events = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("text/event-stream");
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            bytes.extend_from_slice(&chunk[..read]);
            if events(&bytes) {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    fn sign_in(&self, name: &str) -> Identity {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let (status, head, body) = self.ask(&Identity::default(), "POST", "/api/v1/session", Some(&body));
        assert_eq!(status, 200, "{name}: {body}");
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let session: Value = serde_json::from_str(&body).unwrap();
        Identity {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: session["csrf_token"].as_str().unwrap().to_owned(),
        }
    }
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

    // What is removed is removed when everything else was asked; signing out comes last of all.
    routes.sort_by_key(|(method, path)| (method == "DELETE", path == "/session", path.clone()));

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
            assert!(status < 500, "{what}");
            match (allowed(needed, role), role) {
                (true, _) => assert!(status != 401 && status != 403, "{what}"),
                (false, None) => assert_eq!(status, 401, "{what}"),
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
                for theirs in ["viewer@example.com", "spare@example.com", "AmazonEC2", "My organization"] {
                    assert!(!answer.contains(theirs), "{what}");
                }
            }
            // A connection may be busy with what the editor asked for.
            if name == *needed && method == "DELETE" && path != "/connections/{id}" {
                assert_eq!(status, 204, "it was still there: {what}");
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
