//! Signing in with OpenID Connect: two addresses that the browser is sent to.

use crate::access::By;
use crate::origin;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::identity::{self, OpenIdSettings};
use app::{AppError, ErrorKind};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::IntoParams;

/// Where to go afterwards.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct StartParams {
    /// Path of the web app to return to, such as `/analysis?view=day`.
    to: Option<String>,
}

/// What the identity provider answers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct CallbackParams {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Sends the browser to the identity provider.
#[utoipa::path(get, path = "/oidc/start", tag = "identity", params(StartParams), responses(
    (status = SEE_OTHER, description = "To the identity provider, or to /sign-in?problem=failed when it does not answer"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn openid_start(
    State(state): State<ApiState>,
    headers: HeaderMap,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let to = pairs.one("to")?.unwrap_or_default();
    pairs.done()?;
    let settings = settings(&state)?;
    let redirect_uri = format!("{}/api/v1/oidc/callback", origin::own_url(&state.site, &headers));
    match identity::start_openid(&state.app, settings, &redirect_uri, &to).await {
        Ok(start) => {
            let cookie = origin::openid_flow(&state.site, &headers, start.browser.reveal());
            Ok(go(&start.address, [cookie]))
        }
        Err(error) => {
            tracing::warn!("signing in with OpenID Connect cannot begin: {error}");
            Ok(go("/sign-in?problem=failed", []))
        }
    }
}

/// Where the identity provider sends the browser back.
#[utoipa::path(get, path = "/oidc/callback", tag = "identity", params(CallbackParams), responses(
    (status = SEE_OTHER, description = "To the web app, signed in, or to /sign-in?problem=denied|expired|failed|no_account|other_identity"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn openid_callback(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let settings = settings(&state)?;
    // Providers add parameters of their own.
    let (code, given) = (pairs.one("code")?, pairs.one("state")?.unwrap_or_default());
    let browser = origin::openid_cookie(&state.site, &headers);
    let done =
        identity::finish_openid(&state.app, settings, &by, browser.as_deref(), &given, code.as_deref()).await;
    let used = origin::openid_flow(&state.site, &headers, "");
    Ok(match done {
        Ok((signed_in, to)) => {
            let session = origin::begin_session(&state.site, &headers, &signed_in.secret);
            go(&to, [used, session])
        }
        Err(failure) => go(&format!("/sign-in?problem={}", failure.name()), [used]),
    })
}

fn settings(state: &ApiState) -> Result<&OpenIdSettings, ApiError> {
    state.site.openid.as_ref().ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "no OpenID Connect provider is configured")
            .advise("Start the server with CLOUD_ANALYZER_OIDC_ISSUER and CLOUD_ANALYZER_OIDC_CLIENT_ID.")
            .into()
    })
}

fn go<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return ApiError::from(AppError::invalid("the address to go to cannot be written")).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
