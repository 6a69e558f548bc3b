//! A server on a temporary data folder, and a client that shows whole answers.

use app::ingest_job::{self, IngestRequest, IngestSummary};
use app::{App, AppOptions, FixedClock};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
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
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock("2026-11-03T12:00:00Z".parse().unwrap());
        let options = AppOptions { clock: Arc::new(clock), ..AppOptions::default() };
        let app = App::open(folder.path(), options).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = oneshot::channel();
        let router = api::router(api::ApiState { app: app.clone(), organization: None });
        tokio::spawn(async move {
            let told = |address| ready.send(address).unwrap();
            let until = async { stopped.await.unwrap_or_default() };
            api::serve(router, "127.0.0.1:0".parse().unwrap(), told, until).await.unwrap();
        });
        Self { app, address: address.await.unwrap(), _folder: folder, _stop: stop }
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
        let mut lines = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            lines.extend(["Host: ", &self.address.to_string(), "\r\n"]);
        }
        for (name, value) in headers {
            lines.extend([name, ": ", value, "\r\n"]);
        }
        let (address, request) = (self.address, format!("{lines}\r\n"));
        tokio::task::spawn_blocking(move || exchange(address, &request)).await.unwrap()
    }
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
    let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    Answer { status, headers, body }
}
