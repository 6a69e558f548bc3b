//! A server on a temporary data folder, and a client that shows whole answers.

use app::identity::{self, Secret};
use app::ingest_job::{self, IngestRequest, IngestSummary};
use app::policy::Caller;
use app::{App, AppOptions, Clock};
use chrono::{DateTime, TimeDelta, Utc};
use model::Role;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A clock that moves when told to.
pub(crate) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    clock: Arc<HandClock>,
    /// Of an administrator; sent unless a request says who asks.
    token: String,
    _folder: TempDir,
    _stop: oneshot::Sender<()>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The cookie that it sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.header("set-cookie").and_then(|cookie| cookie.split(';').next())
    }
}

/// Somebody with a session in a browser.
pub(crate) struct Browser<'a> {
    pub(crate) test: &'a TestApp,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_as(api::Site::default()).await
    }

    pub(crate) async fn start_as(site: api::Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now: DateTime<Utc> = "2026-11-03T12:00:00Z".parse().unwrap();
        let clock = Arc::new(HandClock(AtomicI64::new(now.timestamp_millis())));
        let options = AppOptions { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..AppOptions::default() };
        let app = App::open(folder.path(), options).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = oneshot::channel();
        // Identifiers are random; the answers under test are to be the same each time.
        let id = model::OrganizationId::try_new("my-organization").unwrap();
        let organization = app::Organization { id, name: app::DEFAULT_ORGANIZATION.to_owned(), demo: false };
        app.meta().ensure_organization(&organization).await.unwrap();
        let by = Caller::command_line(organization);
        let made = identity::create_token(&app, &by, "tests", Role::Administrator, None).await.unwrap();
        let (bodies, requests) = Default::default();
        let router = api::router(api::ApiState { app: app.clone(), site: Arc::new(site), bodies, requests });
        tokio::spawn(async move {
            let told = |address| ready.send(address).unwrap();
            let until = async { stopped.await.unwrap_or_default() };
            api::serve(router, SocketAddr::from(([127, 0, 0, 1], 0)), told, until).await.unwrap();
        });
        let address = address.await.unwrap();
        Self { app, address, clock, token: made.secret, _folder: folder, _stop: stop }
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.0.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    /// A member with an account, signed in.
    pub(crate) async fn browser(&self, email: &str, role: Role) -> Browser<'_> {
        let organization = self.app.organization(Some("my-organization")).await.unwrap().unwrap();
        let by = Caller::command_line(organization);
        identity::add_member(&self.app, &by, email, "Somebody", role, PASSWORD).await.unwrap();
        let answer = self.sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.browser_of(&answer)
    }

    pub(crate) fn browser_of(&self, answer: &Answer) -> Browser<'_> {
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        Browser { test: self, cookie: answer.cookie().unwrap().to_owned(), csrf }
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.request("POST", "/api/v1/session", &[("Authorization", "")], Some(&body)).await
    }

    pub(crate) async fn ingest(&self, source: &Path) -> IngestSummary {
        let request = IngestRequest {
            location: source.display().to_string(),
            organization: None,
            connection: Some("fixture".into()),
            force: false,
        };
        ingest_job::run(&self.app, request, &|_| {}).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(path, &[]).await
    }

    pub(crate) async fn send(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers, None).await
    }

    /// Headers with an empty value are left out; they keep the usual ones from being added.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut lines = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let given = |wanted: &str| headers.iter().any(|(name, _)| *name == wanted);
        if !given("Host") {
            lines.extend(["Host: ", &self.address.to_string(), "\r\n"]);
        }
        if !given("Authorization") && !given("Cookie") {
            lines.extend(["Authorization: Bearer ", &self.token, "\r\n"]);
        }
        for (name, value) in headers {
            if !value.is_empty() || *name == "Host" {
                lines.extend([name, ": ", value, "\r\n"]);
            }
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            lines.push_str("Content-Type: application/json\r\n");
        }
        let request = format!("{lines}Content-Length: {}\r\n\r\n{body}", body.len());
        let address = self.address;
        tokio::task::spawn_blocking(move || exchange(address, &request)).await.unwrap()
    }

    /// A set-up link's token, as the console shows it.
    pub(crate) async fn setup_token(&self) -> String {
        let path = identity::setup_link(&self.app).await.unwrap().unwrap();
        token_of(&path)
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.test.send(path, &[("Cookie", &self.cookie)]).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("X-CSRF-Token", self.csrf.as_str())];
        self.test.request(method, path, &headers, body.as_ref()).await
    }
}

pub(crate) const PASSWORD: &str = "correct horse battery";

/// The token in a link.
pub(crate) fn token_of(link: &str) -> String {
    let token = link.split_once("?token=").unwrap().1.to_owned();
    assert!(Secret::parse(&token).is_some(), "{link}");
    token
}

fn exchange(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = vec![];
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunked(&bytes[end + 4..]) } else { bytes[end + 4..].to_vec() };
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The pieces of a body that was sent while it was written.
fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = vec![];
    loop {
        let line = bytes.windows(2).position(|two| two == b"\r\n").expect("a piece without its size");
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        let start = line + 2;
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&bytes[start..start + size]);
        bytes = &bytes[start + size + 2..];
    }
}
