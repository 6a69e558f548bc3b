//! API tokens: for scripts, as `Authorization: Bearer …`.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::routes::session::RoleName;
use crate::state::ApiState;
use crate::time::{instant, moment, optional};
use app::identity;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An API token, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    id: String,
    name: String,
    role: RoleName,
    /// Ids of the subsets that a subset viewer's token may see; empty for others.
    subsets: Vec<String>,
    /// Name of who made it.
    created_by: String,
    created_at: String,
    /// `null`: never.
    #[schema(required = true)]
    expires_at: Option<String>,
    #[schema(required = true)]
    last_used_at: Option<String>,
}

impl From<identity::ApiToken> for Token {
    fn from(token: identity::ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            role: token.role.into(),
            subsets: token.subsets,
            created_by: token.created_by,
            created_at: instant(token.created_at_ms),
            expires_at: optional(token.expires_at_ms),
            last_used_at: optional(token.last_used_ms),
        }
    }
}

/// The organization's API tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Newest first.
    tokens: Vec<Token>,
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for.
    name: String,
    role: RoleName,
    /// Ids of the subsets that a subset viewer's token may see: at least one. Of no other role.
    #[serde(default)]
    subsets: Vec<String>,
    /// Instant (RFC 3339) or day from which it no longer works; never, if left out.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenCreated {
    token: Token,
    /// Shown this once.
    secret: String,
}

/// The organization's API tokens.
#[utoipa::path(get, path = "/tokens", tag = "identity", responses(
    (status = OK, body = Tokens),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn tokens(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let tokens = identity::tokens(&state.app, &by).await?.into_iter().map(Token::from).collect();
    Ok(fresh(Json(Tokens { tokens })))
}

/// Makes a token.
#[utoipa::path(post, path = "/tokens", tag = "identity", request_body = NewToken, responses(
    (status = CREATED, body = TokenCreated),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_token(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewToken>,
) -> Result<Response, ApiError> {
    let expires_at = new.expires_at.as_deref().map(moment).transpose()?;
    let standing = identity::standing(new.role.into(), new.subsets)?;
    let made = identity::create_token(&state.app, &by, &new.name, standing, expires_at).await?;
    let view = TokenCreated { token: made.token.into(), secret: made.secret };
    Ok(fresh((StatusCode::CREATED, Json(view)).into_response()))
}

/// Revokes a token, at once.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "identity", params(("id" = String, Path)), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke_token(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    identity::revoke_token(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// Revokes every token of the organization, at once; the one that asks, too.
#[utoipa::path(delete, path = "/tokens", tag = "identity", responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke_tokens(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    identity::revoke_tokens(&state.app, &by).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
