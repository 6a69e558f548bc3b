//! The first administrator, by the one-time link that the console shows.

use crate::access::By;
use crate::body::Body;
use crate::problem::{ApiError, Problem};
use crate::routes::session::{self, Session};
use crate::state::ApiState;
use app::identity::{self, SettingUp};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

/// The first administrator and the organization's name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    /// From the link.
    token: String,
    organization: String,
    name: String,
    email: String,
    password: String,
}

/// Makes the first administrator and signs them in. The link works once.
#[utoipa::path(post, path = "/setup", tag = "identity", request_body = SetUp, responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_up(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Body(set_up): Body<SetUp>,
) -> Result<Response, ApiError> {
    let SetUp { token, organization, name, email, password } = &set_up;
    let setting_up = SettingUp { token, organization, name, email, password };
    let signed_in = identity::set_up(&state.app, &by, setting_up).await?;
    session::begun(&state, &headers, &signed_in).await
}
