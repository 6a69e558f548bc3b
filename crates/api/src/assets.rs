//! The web app, embedded. Files whose name holds a hash of their content may be kept for ever; the page itself is
//! always asked for. Addresses that are no file belong to the page's own router. Scripts and style sheets were
//! compressed by the build.

use crate::methods;
use crate::problem::ApiError;
use app::{AppError, ErrorKind};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

/// Says how to get a page when the binary was built without one.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Cloud Analyzer</title><h1>Cloud Analyzer</h1>\
<p>This binary was built without the web app. Run <code>make run</code>, or <code>npm run build</code> in \
<code>web/</code> and build again. The interface is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></html>";

/// Serves a file of the web app, or its page.
pub(crate) async fn web(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return unknown().await;
    }
    if method != Method::GET && method != Method::HEAD {
        return methods::of_reading(method).await;
    }
    if let Some(response) = file(path, &headers) {
        return response;
    }
    // A missing asset is an error, not the page: the browser would read HTML as a script.
    let name = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("assets/") || name.contains('.') {
        return StatusCode::NOT_FOUND.into_response();
    }
    file("index.html", &headers).unwrap_or_else(|| Html(NOT_BUILT).into_response())
}

/// The answer of an address below `/api` that is none.
pub(crate) async fn unknown() -> Response {
    let error = AppError::new(ErrorKind::NotFound, "there is nothing at this address")
        .advise("See /api/v1/openapi.json for what there is.");
    ApiError::from(error).into_response()
}

/// The codings that the build made beside the files, the smallest first, and how their files end. Browsers take `br`
/// over HTTPS alone.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|accepted| {
        let (name, weight) = accepted.split_once(';').unwrap_or((accepted, ""));
        name.trim().eq_ignore_ascii_case(coding) && !["q=0", "q=0.0"].contains(&weight.trim())
    })
}

/// A file as the build packed it, and how, for who unpacks it.
fn packed(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, &'static str)> {
    let mut codings = CODINGS.into_iter().filter(|(coding, _)| accepts(headers, coding));
    codings.find_map(|(coding, ending)| Some((Web::get(&format!("{path}{ending}"))?, coding)))
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let path = if path.is_empty() { "index.html" } else { path };
    let (found, coding) = match packed(path, headers) {
        Some((found, coding)) => (found, Some(coding)),
        None => (Web::get(path)?, None),
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = found.data.into_response();
    let headers = response.headers_mut();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind).ok()?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_who_unpacks() {
        let says = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            ["gzip", "br"].map(|coding| accepts(&headers, coding))
        };
        assert_eq!(says("gzip, deflate, br"), [true, true]);
        assert_eq!(says("br;q=1.0, GZIP;q=0.5"), [true, true]);
        assert_eq!((says("br"), says("gzip;q=0")), ([false, true], [false, false]));
        assert!(CODINGS.iter().all(|(coding, _)| !accepts(&HeaderMap::new(), coding)));
    }
}
