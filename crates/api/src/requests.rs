//! What every request is known by: its id, its span in the log, and its place in the metrics.
//!
//! An id that comes along in `X-Request-Id` is kept, if it is one, so that a proxy's log and ours speak of the same
//! request. It stands in the answer's header, in the body of an error, and in each line that the request logs. Addresses
//! are named by their template: the rest of an address may be a secret (the link of an invitation is), and a metric with
//! a label for each would have no end.

mod counts;

pub use counts::Requests;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use tracing::Instrument;
use uuid::Uuid;

/// The header, of requests and of answers.
const NAME: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that comes along: those of proxies have 32 to 36, traces up to 55.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: Arc<str>;
}

/// The id of the request that is being answered.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(|id| id.to_string()).ok()
}

/// Gives each request its id and its span, and counts it.
pub(crate) async fn known(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let id: Arc<str> = came_along(request.headers()).unwrap_or_else(|| Uuid::new_v4().to_string()).into();
    let route = request.extensions().get::<MatchedPath>().map(|path| Arc::from(path.as_str()));
    let method = method(request.method());
    let span = tracing::info_span!(
        "request",
        request.id = &*id,
        http.method = method,
        http.route = route.as_deref().unwrap_or(counts::ELSEWHERE)
    );
    let counted = requests.begin(method, route);
    let answering = CURRENT.scope(Arc::clone(&id), next.run(request));
    let mut response = answering.instrument(span.clone()).await;
    let took = counted.answered(response.status());
    span.in_scope(|| {
        tracing::debug!(
            http.status = response.status().as_u16(),
            http.duration_ms = took.as_secs_f64() * 1000.0,
            "answered"
        );
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, id);
    }
    response
}

/// An id that somebody else gave: one, and nothing that means something in a log or a shell.
fn came_along(headers: &HeaderMap) -> Option<String> {
    let mut given = headers.get_all(&NAME).iter();
    let (Some(id), None) = (given.next(), given.next()) else { return None };
    let letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.:=+/".contains(&letter);
    let id = id.to_str().ok()?;
    ((1..=LONGEST).contains(&id.len()) && id.bytes().all(letter)).then(|| id.to_owned())
}

/// The methods that there are; whatever else a stranger writes is one.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(ids: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for id in ids {
            headers.append(NAME, HeaderValue::from_bytes(id.as_bytes()).unwrap());
        }
        came_along(&headers)
    }

    #[test]
    fn an_id_is_kept_if_it_is_one() {
        for id in [
            "a",
            "0af7651916cd43dd8448eb211c80319c",
            "Root=1-67891233-abcdef012345678912345678",
            &"x".repeat(64),
        ] {
            assert_eq!(given(&[id]).as_deref(), Some(id));
        }
        for ids in [
            &[][..],
            &[""],
            &["a b"],
            &["a\"b"],
            &["a{}"],
            &["\u{e9}"],
            &["a", "b"],
            &["x".repeat(65).as_str()],
        ] {
            assert_eq!(given(ids), None, "{ids:?}");
        }
    }

    #[test]
    fn nobody_makes_up_methods() {
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(method(&Method::PATCH), "PATCH");
    }
}
