//! Answers that depend on nothing but the published bills carry that state's name as ETag: a page that is opened
//! again asks, and computes nothing when nothing was published since. Their bodies are remembered as they were
//! sent: when many people open one page, it is computed and written once.

use crate::problem::ApiError;
use crate::shares::{Shares, held};
use crate::state::ApiState;
use app::read::{Published, SeenPart};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;

/// Bytes that are remembered in all, and of one answer at most.
const BYTES: u64 = 32 << 20;
const BYTES_EACH: usize = 1 << 20;

/// What was asked about which state of whose bills, by whoever may see which part of them.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    organization: Option<String>,
    part: Option<SeenPart>,
    state: String,
    uri: String,
}

/// Work that is under way, or about to be.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The remembered bodies, and what is held of others until they are read. Clones share them.
#[derive(Clone)]
pub struct Bodies {
    known: Cache<Question, Bytes>,
    /// Bytes of bodies and files that are being read.
    pub(crate) bytes: Shares,
    /// Places of files that are being read.
    pub(crate) files: Shares,
}

impl Default for Bodies {
    fn default() -> Self {
        let known = Cache::builder()
            .max_capacity(BYTES)
            .weigher(|question: &Question, body: &Bytes| {
                u32::try_from(body.len() + question.uri.len()).unwrap_or(u32::MAX)
            })
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { known, bytes: Shares::bytes(), files: Shares::files() }
    }
}

/// A question about published bills, as it came in.
pub(crate) struct Asked {
    uri: String,
    /// States that the caller has an answer from.
    has: Option<HeaderValue>,
    /// What the answer depends on besides the published bills.
    more: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            uri: parts.uri.to_string(),
            has: parts.headers.get(header::IF_NONE_MATCH).cloned(),
            more: String::new(),
        })
    }
}

impl Asked {
    /// The same question, whose answer depends on something besides the published bills too: on what a word names.
    pub(crate) fn depending_on(self, more: &str) -> Self {
        Self { more: format!("-{more}"), ..self }
    }

    /// The answer from a state: `304 Not Modified` when the caller has it already, else as it was sent before,
    /// else computed. It may depend on the organization, its bills and definitions, what of them may be seen, the hour,
    /// and the question.
    pub(crate) fn answer<'a, T: Serialize + 'a>(
        self,
        state: &'a ApiState,
        published: &'a Published,
        compute: impl Future<Output = Result<T, ApiError>> + Send + 'a,
    ) -> Boxed<'a, Result<Response, ApiError>> {
        // Boxed: computing has many kilobytes of state, which a request that is answered from memory need not hold.
        let written: Boxed<'a, Result<Bytes, ApiError>> = Box::pin(async move {
            let body = body(&compute.await?)?;
            if body.len() <= BYTES_EACH {
                return Ok(body);
            }
            // Not remembered, but kept until the slowest of its readers has it.
            let whose = published.organization.as_ref().map_or("", |organization| organization.id.as_str());
            Ok(held(body.clone(), state.bodies.bytes.take(whose, body.len())?))
        });
        Box::pin(self.remembered(state, published, written))
    }

    async fn remembered(
        self,
        state: &ApiState,
        published: &Published,
        written: Boxed<'_, Result<Bytes, ApiError>>,
    ) -> Result<Response, ApiError> {
        // Data do not reach beyond the present hour, whatever is dated later.
        let hour = state.app.now().timestamp() / 3600;
        let name = format!("{}-{hour}{}", published.id, self.more);
        let tag = tag(&name);
        if self.has.is_some_and(|has| names(&has, &tag)) {
            return Ok(marked(StatusCode::NOT_MODIFIED, &tag));
        }
        let organization = published.organization.as_ref().map(|organization| organization.id.to_string());
        let part = published.part().cloned();
        let question = Question { organization, part, state: name, uri: self.uri };
        let known = &state.bodies.known;
        let body = known.try_get_with_by_ref(&question, written).await;
        let body = body.map_err(|error| ApiError::clone(&error))?;
        if body.len() > BYTES_EACH {
            known.invalidate(&question).await;
        }
        Ok(marked(([(header::CONTENT_TYPE, "application/json")], body), &tag))
    }
}

fn body(answer: &impl Serialize) -> Result<Bytes, ApiError> {
    let written = serde_json::to_vec(answer);
    Ok(written
        .map_err(|error| app::AppError::internal(format!("an answer cannot be written: {error}")))?
        .into())
}

fn tag(state: &str) -> String {
    // The version too, because another version may answer in another form.
    format!("W/\"{state}-{}\"", env!("CARGO_PKG_VERSION"))
}

fn names(known: &HeaderValue, tag: &str) -> bool {
    known.to_str().is_ok_and(|known| known.split(',').any(|candidate| candidate.trim() == tag))
}

fn marked(answer: impl IntoResponse, tag: &str) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
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
