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
    let forwarded = headers.get("x-forwarded-proto").and_then(|proto| proto.to_str().ok());
    public || (site.behind_proxy && forwarded.is_some_and(|proto| proto.eq_ignore_ascii_case("https")))
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
    cookie(&session_name(is_https(site, headers)), headers)
}

/// The secret of a sign-in under way, as the browser keeps it.
pub(crate) fn openid_cookie(headers: &HeaderMap) -> Option<String> {
    cookie(OPENID, headers)
}

fn cookie(name: &str, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}

/// By HTTPS under the name that browsers let nobody else set (`__Host-`).
fn session_name(https: bool) -> String {
    if https { format!("__Host-{SESSION}") } else { SESSION.to_owned() }
}

/// `Set-Cookie` that begins a session.
pub(crate) fn begin_session(site: &Site, headers: &HeaderMap, secret: &Secret) -> HeaderValue {
    let https = is_https(site, headers);
    let age = app::identity::LONGEST.num_seconds();
    set_cookie(session_name(https), secret.reveal(), "/", age, https)
}

/// `Set-Cookie` that ends a session.
pub(crate) fn end_session(site: &Site, headers: &HeaderMap) -> HeaderValue {
    let https = is_https(site, headers);
    set_cookie(session_name(https), "", "/", 0, https)
}

/// `Set-Cookie` for a sign-in at the identity provider; an empty secret removes it.
pub(crate) fn openid_flow(site: &Site, headers: &HeaderMap, secret: &str) -> HeaderValue {
    let age = if secret.is_empty() { 0 } else { 600 };
    set_cookie(OPENID.to_owned(), secret, "/api/v1/oidc", age, is_https(site, headers))
}

fn set_cookie(name: String, value: &str, path: &str, seconds: i64, https: bool) -> HeaderValue {
    let mut text = Cookie::build((name, value.to_owned()))
        .path(path.to_owned())
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
        // The last entry is the proxy's own word; those before it are whatever the client wrote.
        let last = request.headers().get_all("x-forwarded-for").iter().next_back();
        let address = last.and_then(|list| list.to_str().ok()).and_then(|list| list.rsplit(',').next());
        if let Some(Ok(address)) = address.map(|text| text.trim().parse::<IpAddr>()) {
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
