//! The real binary as a server, and somebody who asks it.

use super::PASSWORD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
    pub(crate) console: BufReader<std::process::ChildStdout>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn binary(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloud-analyzer"));
    command.arg("--data").arg(data).args(arguments).env_remove("CLOUD_ANALYZER_LOG");
    command
}

pub(crate) fn run(data: &Path, arguments: &[&str]) -> String {
    let output = binary(data, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn serve(data: &Path, options: &[&str]) -> Server {
    let mut command = binary(data, &[&["serve", "--listen", "127.0.0.1:0"], options].concat());
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut console = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    console.read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("http://").unwrap().1.to_owned();
    Server { process, address, console }
}

#[derive(Clone, Default)]
pub(crate) struct Identity {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Server {
    pub(crate) fn ask(
        &self,
        who: &Identity,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, String, String) {
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

    pub(crate) fn sign_in(&self, name: &str) -> Identity {
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
