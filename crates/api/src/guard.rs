//! What every request passes: the host check, security headers, and the server's time.

use crate::operation;
use crate::origin;
use crate::problem::{ApiError, RequestProblem};
use crate::state::{ApiState, Site};
use app::{AppError, ErrorKind};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::future::poll_fn;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

/// Everything that a page may load comes from this server. Styles may be inline because the component library
/// sets them on elements; scripts may not.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Browsers that came by HTTPS once do so for a year.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Refuses requests that came under a foreign name: a page elsewhere may point its own name at this address.
pub(crate) async fn known_host(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if operation::PROBES.contains(&request.uri().path()) || is_addressed(&state.site, &request) {
        return next.run(request).await;
    }
    ApiError::from(
        AppError::new(ErrorKind::Denied, "this server does not answer under that address")
            .advise("Open it as http://127.0.0.1 or http://localhost with its port, or start it with --public-url and the address that you use."),
    )
    .into_response()
}

/// One `Host`, a known one, and no other one in the request's line.
fn is_addressed(site: &Site, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let line = request.uri().authority().map(Authority::as_str);
    line.is_none_or(|line| line.eq_ignore_ascii_case(host)) && is_known(site, host)
}

/// Loopback names, the address that is listened on, and the public one. Numeric addresses are known to a server that
/// listens on all of them: a name is what an attacker can point elsewhere, a number is not.
fn is_known(site: &Site, host: &str) -> bool {
    let Some(name) = name_of(host) else { return false };
    let address = name.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let listens = |listen: &SocketAddr| {
        address.is_some_and(|address| address == listen.ip().to_canonical() || listen.ip().is_unspecified())
    };
    let public = site.public_url.as_deref().and_then(|url| url.split_once("://"));
    name.eq_ignore_ascii_case("localhost")
        || address.is_some_and(|address| address.is_loopback())
        || site.listen.as_ref().is_some_and(listens)
        || public.and_then(|(_, host)| name_of(host)).is_some_and(|public| public.eq_ignore_ascii_case(name))
}

/// A host without its port and brackets; `None` if it is anything but a name or an address with perhaps a port. What
/// follows a bracket, or is no port, could make another name of it than browsers see.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        inside.parse::<Ipv6Addr>().ok()?;
        (inside, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
    } else {
        let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
        let letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-._".contains(&letter);
        (Some(name).filter(|name| !name.is_empty() && name.bytes().all(letter))?, port)
    };
    let is_port =
        |port: &str| port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok();
    port.is_none_or(is_port).then_some(name)
}

/// Security headers on every answer, and an answer even of a handler that panics: the panic is in the log, by the
/// process's hook, and ends neither the connection nor the server.
pub(crate) async fn harden(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let https = origin::is_https(&site, request.headers());
    let mut response =
        caught(next.run(request)).await.unwrap_or_else(|| RequestProblem::Panic.into_response());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        let value = HeaderValue::from_static(STRICT_TRANSPORT_SECURITY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// What a future gives, or nothing if it panics. What it was working on is dropped with it.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    })
    .await
}

/// `server-timing`: milliseconds from the request to the answer's first byte.
pub(crate) async fn server_timing(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut response = next.run(request).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    if let Ok(value) = HeaderValue::from_str(&format!("app;dur={milliseconds:.3}")) {
        response.headers_mut().insert(HeaderName::from_static("server-timing"), value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_local_names() {
        let site = Site { listen: Some("127.0.0.1:8080".parse().unwrap()), ..Site::default() };
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.9.9.9",
            "[::1]:8080",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_known(&site, host), "{host}");
        }
        for host in
            ["", "example.com", "localhost.example.com", "10.0.0.1:80", "[::2]", "127.0.0.1.nip.io:80"]
        {
            assert!(!is_known(&site, host), "{host}");
        }
        for host in [
            "[::1].evil.example",
            "[::1]evil.example:80",
            "[::1]:80@evil.example",
            "[::1",
            "::1",
            "[]",
            "[localhost]",
            "localhost:",
            "localhost:80.evil.example",
            "localhost:+80",
            "localhost:65536",
            "localhost:80:80",
            "evil.example:localhost",
            "evil.example@localhost",
            "localhost/",
            "localhost,evil.example",
            " localhost",
            ":80",
            "0177.0.0.1.",
        ] {
            assert!(!is_known(&site, host), "{host}");
        }
    }

    #[test]
    fn a_request_names_one_host() {
        let site = Site::default();
        let asks = |line: &str, hosts: &[&str]| {
            let mut request = axum::http::Request::builder().uri(line);
            for host in hosts {
                request = request.header("host", *host);
            }
            is_addressed(&site, &request.body(axum::body::Body::empty()).unwrap())
        };
        assert!(asks("/", &["localhost:80"]) && asks("http://localhost:80/", &["localhost:80"]));
        assert!(!asks("/", &[]) && !asks("/", &["localhost", "localhost"]));
        assert!(
            !asks("http://evil.example/", &["localhost"]) && !asks("http://localhost/", &["evil.example"])
        );
        assert!(!asks("http://localhost/", &["127.0.0.1"]));
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        let panics = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "on purpose");
        };
        assert_eq!(caught(panics).await, None);
    }

    #[test]
    fn knows_the_names_that_it_was_given() {
        let at = |listen: &str, url: Option<&str>| Site {
            listen: Some(listen.parse().unwrap()),
            public_url: url.map(str::to_owned),
            ..Site::default()
        };
        let one = at("10.0.0.1:8080", Some("https://costs.example.com"));
        for host in ["10.0.0.1:8080", "costs.example.com", "Costs.Example.com:443", "localhost"] {
            assert!(is_known(&one, host), "{host}");
        }
        for host in ["10.0.0.2:8080", "example.com", "xcosts.example.com"] {
            assert!(!is_known(&one, host), "{host}");
        }
        let all = at("0.0.0.0:8080", None);
        assert!(is_known(&all, "10.0.0.2:8080") && is_known(&all, "[2001:db8::1]:8080"));
        assert!(!is_known(&all, "attacker.example:8080"));
    }
}
