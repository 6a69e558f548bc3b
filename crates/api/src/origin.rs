//! Where a request comes from: the browser's cookie, the script's token, the network address, and whether another
//! site's page had the browser send it.
//!
//! Against forged requests there are three lines: the cookie is `SameSite=Lax`; a request that changes something
//! must come from our own pages as the browser says (`Sec-Fetch-Site`, else `Origin`); and with a session it must
//! carry the session's own token in `X-CSRF-Token`.

use crate::problem::ApiError;
use crate::state::Site;
use app::identity::{Secret, same};
use app::policy::Action;
use app::{AppError, ErrorKind};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::net::{IpAddr, SocketAddr};

const SESSION: &str = "cloud_analyzer_session";
const OPENID: &str = "cloud_analyzer_openid";
/// Carries the session's token against forged requests.
pub(crate) const CSRF: &str = "x-csrf-token";

/// The token that pages of this session send back.
pub(crate) fn csrf_token(secret: &Secret) -> String {
    secret.derive("csrf")
}

/// Whether browsers reach the server by HTTPS.
pub(crate) fn is_https(site: &Site, headers: &HeaderMap) -> bool {
    let public = site.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    public
        || (site.behind_proxy
            && forwarded(headers, "x-forwarded-proto")
                .is_some_and(|proto| proto.eq_ignore_ascii_case("https")))
}

/// What the proxy says: the last entry of the last such header. Those before it are whatever the client wrote.
fn forwarded<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next().map(str::trim)
}

/// The address of a forwarded client; some proxies add its port.
fn client(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse::<IpAddr>().ok();
    parsed.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())).map(|address| address.to_canonical())
}

/// Address of the server as browsers see it, without a slash at its end.
pub(crate) fn own_url(site: &Site, headers: &HeaderMap) -> String {
    if let Some(url) = &site.public_url {
        return url.clone();
    }
    let scheme = if is_https(site, headers) { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// The session's secret, as the browser keeps it.
pub(crate) fn session_cookie(site: &Site, headers: &HeaderMap) -> Option<String> {
    cookie(&guarded(SESSION, is_https(site, headers)), headers)
}

/// The secret of a sign-in under way, as the browser keeps it.
pub(crate) fn openid_cookie(site: &Site, headers: &HeaderMap) -> Option<String> {
    cookie(&guarded(OPENID, is_https(site, headers)), headers)
}

fn cookie(name: &str, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}

/// By HTTPS under a name that browsers let nobody else set, neighbours in the same domain included (`__Host-`).
fn guarded(name: &str, https: bool) -> String {
    if https { format!("__Host-{name}") } else { name.to_owned() }
}

/// `Set-Cookie` that begins a session.
pub(crate) fn begin_session(site: &Site, headers: &HeaderMap, secret: &Secret) -> HeaderValue {
    let https = is_https(site, headers);
    let age = app::identity::LONGEST.num_seconds();
    set_cookie(SESSION, secret.reveal(), age, https)
}

/// `Set-Cookie` that ends a session.
pub(crate) fn end_session(site: &Site, headers: &HeaderMap) -> HeaderValue {
    let https = is_https(site, headers);
    set_cookie(SESSION, "", 0, https)
}

/// `Set-Cookie` for a sign-in at the identity provider; an empty secret removes it.
pub(crate) fn openid_flow(site: &Site, headers: &HeaderMap, secret: &str) -> HeaderValue {
    let age = if secret.is_empty() { 0 } else { 600 };
    set_cookie(OPENID, secret, age, is_https(site, headers))
}

fn set_cookie(name: &str, value: &str, seconds: i64, https: bool) -> HeaderValue {
    let mut text = Cookie::build((guarded(name, https), value.to_owned()))
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .to_string();
    text.push_str("; Max-Age=");
    text.push_str(&seconds.to_string());
    // Names and values are ours: base64url.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(AppError::new(ErrorKind::SignIn, "this way to authorize is not known")
            .advise("Send 'Authorization: Bearer TOKEN' with an API token.")
            .into()),
    }
}

/// Network address of who asks.
pub(crate) fn address(site: &Site, request: &Request) -> Option<String> {
    if site.behind_proxy {
        let said = forwarded(request.headers(), "x-forwarded-for").and_then(client);
        if let Some(address) = said {
            return Some(address.to_string());
        }
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string())
}

/// Refuses what another site's page had the browser send. Programs send neither header.
pub(crate) fn same_site(site: &Site, request: &Request) -> Result<(), ApiError> {
    if request.method().is_safe() {
        return Ok(());
    }
    let headers = request.headers();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(from), _) => from == "same-origin" || from == "none",
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            let shown = site.public_url.as_deref();
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
                || shown.is_some_and(|url| url.eq_ignore_ascii_case(origin))
        }
        (None, None) => true,
    };
    if own { Ok(()) } else { Err(forged("the request comes from another site's page")) }
}

/// With a session, a change must carry the session's token; signing in or accepting an invitation makes a new
/// session whatever the old one was.
pub(crate) fn csrf(request: &Request, session: &str, action: Action) -> Result<(), ApiError> {
    let begins = matches!(action, Action::SignIn | Action::SetUp | Action::AcceptInvitation);
    if request.method().is_safe() || begins {
        return Ok(());
    }
    let expected = Secret::parse(session).map(|secret| csrf_token(&secret));
    let sent = request.headers().get(CSRF).and_then(|token| token.to_str().ok());
    match (expected, sent) {
        (Some(expected), Some(sent)) if same(&expected, sent) => Ok(()),
        _ => Err(forged("the request does not carry its session's token")),
    }
}

fn forged(what: &str) -> ApiError {
    AppError::new(ErrorKind::Denied, what)
        .advise("Load the page again. Programs send 'X-CSRF-Token' from GET /api/v1/session, or use an API token.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[&str]) -> Option<IpAddr> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        forwarded(&headers, "x-forwarded-for").and_then(client)
    }

    #[test]
    fn the_proxy_s_own_word_is_the_last() {
        let is = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert_eq!(said(&["203.0.113.9, 198.51.100.7"]), is("198.51.100.7"));
        assert_eq!(said(&["203.0.113.9", "198.51.100.7"]), is("198.51.100.7"));
        assert_eq!(said(&["198.51.100.7:4711"]), is("198.51.100.7"));
        assert_eq!(said(&["[2001:db8::1]:4711"]), is("2001:db8::1"));
        assert_eq!(said(&["[2001:db8::1]"]), is("2001:db8::1"));
        assert_eq!(said(&["::ffff:198.51.100.7"]), is("198.51.100.7"));
        for nothing in ["", "198.51.100.7,", "unknown", "_hidden", "198.51.100.7 evil"] {
            assert_eq!(said(&[nothing]), None, "{nothing}");
        }
    }

    #[test]
    fn cookies_by_https_are_nobody_else_s() {
        let site = Site { public_url: Some("https://costs.example.com".to_owned()), ..Site::default() };
        let none = HeaderMap::new();
        for cookie in [end_session(&site, &none), openid_flow(&site, &none, "x")] {
            let text = cookie.to_str().unwrap();
            assert!(text.starts_with("__Host-cloud_analyzer_"), "{text}");
            for part in ["Path=/;", "HttpOnly", "Secure", "SameSite=Lax"] {
                assert!(text.contains(part), "{text}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
        let plain = openid_flow(&Site::default(), &none, "x");
        assert!(plain.to_str().unwrap().starts_with("cloud_analyzer_openid=x"), "{plain:?}");
    }
}
