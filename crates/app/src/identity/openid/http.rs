//! Requests to the provider: no redirects, little time, little memory.

use crate::{AppError, Result};
use openidconnect::{HttpRequest, HttpResponse};
use std::pin::Pin;
use std::time::Duration;

/// The provider's answers are small and quick.
const TIMEOUT: Duration = Duration::from_secs(15);
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the answer cannot be read: {0}")]
    Form(#[from] openidconnect::http::Error),
}

pub(super) fn client() -> Result<reqwest::Client> {
    // A redirect could lead the request, and our secret, elsewhere.
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| AppError::internal(format!("no HTTP client: {error}")))
}

pub(super) type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send>>;

/// How the protocol's library makes its requests.
pub(super) fn by(http: &reqwest::Client) -> impl Fn(HttpRequest) -> Answer + use<> {
    let http = http.clone();
    move |request| {
        let http = http.clone();
        Box::pin(async move {
            let mut answer = http.execute(request.try_into()?).await?;
            let mut built = openidconnect::http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                built = built.header(name, value);
            }
            let mut body = vec![];
            while let Some(chunk) = answer.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > MOST_BYTES {
                    return Err(CallError::TooLong);
                }
            }
            Ok(built.body(body)?)
        })
    }
}
