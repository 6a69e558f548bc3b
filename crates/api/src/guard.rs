//! What every request passes: the host check, security headers, and the server's time.

use crate::problem::ApiError;
use crate::state::{ApiState, Site};
use app::{AppError, ErrorKind};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

/// Everything that a page may load comes from this server. Styles may be inline because the component library
/// sets them on elements; scripts may not.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Refuses requests that came under a foreign name: a page elsewhere may point its own name at this address.
pub(crate) async fn known_host(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    match host {
        Some(host) if is_known(&state.site, host) => next.run(request).await,
        _ => ApiError::from(
            AppError::new(ErrorKind::Denied, "this server does not answer under that address")
                .advise("Open it as http://127.0.0.1 or http://localhost with its port, or start it with --public-url and the address that you use."),
        )
        .into_response(),
    }
}

/// Loopback names, the address that is listened on, and the public one. Numeric addresses are known to a server that
/// listens on all of them: a name is what an attacker can point elsewhere, a number is not.
fn is_known(site: &Site, host: &str) -> bool {
    let name = name_of(host);
    let address = name.parse::<IpAddr>().ok();
    let listens = |listen: &SocketAddr| {
        address.is_some_and(|address| address == listen.ip() || listen.ip().is_unspecified())
    };
    let public = site.public_url.as_deref().and_then(|url| url.split_once("://"));
    name.eq_ignore_ascii_case("localhost")
        || address.is_some_and(|address| address.is_loopback())
        || site.listen.as_ref().is_some_and(listens)
        || public.is_some_and(|(_, host)| name_of(host).eq_ignore_ascii_case(name))
}

/// A host without its port and brackets.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// Security headers on every answer.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
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
    response
}

/// `server-timing`: milliseconds from the request to the answer's first byte.
pub(crate) async fn server_timing(request: Request, next: Next) -> Response {
    let (started, path) = (Instant::now(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(
        http.path = path,
        http.status = response.status().as_u16(),
        http.duration_ms = milliseconds,
        "answered"
    );
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
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "127.9.9.9", "[::1]:8080", "[::1]"]
        {
            assert!(is_known(&site, host), "{host}");
        }
        for host in
            ["", "example.com", "localhost.example.com", "10.0.0.1:80", "[::2]", "127.0.0.1.nip.io:80"]
        {
            assert!(!is_known(&site, host), "{host}");
        }
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
