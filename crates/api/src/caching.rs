//! Answers that depend on nothing but the published bills carry that state's name as ETag: a page that is opened
//! again asks, and computes nothing when nothing was published since.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

fn tag(snapshot: &str) -> String {
    // The version too, because another version may answer in another form.
    format!("W/\"{snapshot}-{}\"", env!("CARGO_PKG_VERSION"))
}

/// `304 Not Modified` when the caller has the answer from this state already.
pub(crate) fn not_modified(request: &HeaderMap, snapshot: &str) -> Option<Response> {
    let known = request.get(header::IF_NONE_MATCH)?.to_str().ok()?;
    let tag = tag(snapshot);
    known
        .split(',')
        .any(|candidate| candidate.trim() == tag)
        .then(|| marked(StatusCode::NOT_MODIFIED, snapshot))
}

/// The answer with its state's name.
pub(crate) fn marked(answer: impl IntoResponse, snapshot: &str) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag(snapshot)) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The answer, never stored.
pub(crate) fn fresh(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
