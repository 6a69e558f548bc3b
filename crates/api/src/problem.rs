//! Errors on the wire: RFC 9457 problem details, the one place that maps kinds of errors to statuses.

use crate::requests;
use app::{AppError, ErrorKind};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem (RFC 9457) with what to do about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What happened.
    #[schema(required = true)]
    detail: Option<String>,
    /// What to do about it.
    #[schema(required = true)]
    advice: Option<String>,
    /// The role that would be enough, where the caller's is not.
    #[schema(required = true)]
    needed_role: Option<String>,
    /// Names the request in the server's log.
    #[schema(required = true)]
    request_id: Option<String>,
}

tokio::task_local! {
    static OF_PART: bool;
}

/// Answers a request; `part` says whether who asks may see a part of the bills alone. Then errors say no more than that
/// either.
pub(crate) async fn told_to<T>(part: bool, answering: impl Future<Output = T>) -> T {
    OF_PART.scope(part, answering).await
}

/// An error on its way out of a handler.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(AppError);

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = self.0;
        if error.of_data_folder && OF_PART.try_with(|part| *part).unwrap_or(false) {
            tracing::warn!(error.message = %error, "request failed");
            error = error.of_part();
        }
        let (status, name, title) = match error.kind {
            ErrorKind::NotFound | ErrorKind::Gone => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "invalid", "The request is not valid"),
            ErrorKind::SignIn => (StatusCode::UNAUTHORIZED, "sign-in", "Sign in first"),
            ErrorKind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many attempts"),
            ErrorKind::Denied => (StatusCode::FORBIDDEN, "denied", "Not allowed"),
            ErrorKind::Conflict | ErrorKind::Stopped => {
                (StatusCode::CONFLICT, "conflict", "Changed or held by somebody else")
            }
            ErrorKind::Changed => {
                (StatusCode::PRECONDITION_FAILED, "changed", "Changed by somebody else meanwhile")
            }
            ErrorKind::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready yet"),
            ErrorKind::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Something that is needed does not answer")
            }
            ErrorKind::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on the server")
            }
        };
        let retry_after = error.retry_after_s.or(error.kind.retry_helps().then_some(5));
        let needed_role = error.needs.map(|role| role.to_string());
        let (detail, advice) = if error.kind == ErrorKind::Internal {
            // Internals stay in the log.
            tracing::error!(error.message = %error, "request failed");
            (None, Some("Try again; the server's log says more.".to_owned()))
        } else {
            (Some(error.to_string()), error.advice)
        };
        let mut response = written(status, name, title, detail, advice, needed_role);
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A problem of the request itself, or of the server, which no use case knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RequestProblem {
    /// The address does not know the method.
    Method,
    /// The body is larger than the address takes.
    BodySize,
    /// The body came too slowly.
    BodyTime,
    /// The handler panicked; the panic is in the log.
    Panic,
}

impl IntoResponse for RequestProblem {
    fn into_response(self) -> Response {
        let (status, name, title, detail, advice) = match self {
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "Not possible here",
                Some("this address does not know the method"),
                "See the header 'Allow', or /api/v1/openapi.json, for those that it knows.",
            ),
            Self::BodySize => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-size",
                "The request is too large",
                Some("the body is larger than this address takes"),
                "Send less at once.",
            ),
            Self::BodyTime => (
                StatusCode::REQUEST_TIMEOUT,
                "body-time",
                "The request came too slowly",
                Some("the body did not come in time"),
                "Send it again, over a faster connection.",
            ),
            Self::Panic => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on the server",
                None,
                "Try again; the server's log says more.",
            ),
        };
        written(status, name, title, detail.map(str::to_owned), Some(advice.to_owned()), None)
    }
}

fn written(
    status: StatusCode,
    name: &str,
    title: &str,
    detail: Option<String>,
    advice: Option<String>,
    needed_role: Option<String>,
) -> Response {
    let kind = format!("urn:cloud-analyzer:problem:{name}");
    let title = title.to_owned();
    let request_id = requests::current();
    let problem = Problem { kind, title, status: status.as_u16(), detail, advice, needed_role, request_id };
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
