//! What the server may read and reach for the organization.

use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::state::{ApiState, Site};
use app::reach::{self, Surroundings};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// What is reached.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReachKind {
    /// The address that the server listens on.
    Listens,
    /// A folder of the machine that is read, or that may be connected.
    Folder,
    /// AWS, with the machine's own credentials.
    OwnCredentials,
    /// A role in AWS.
    Role,
    /// An S3-compatible endpoint.
    Endpoint,
    /// The mail server.
    Mail,
    /// The OpenID Connect provider.
    SignIn,
    /// A private network in which endpoints may lie.
    PrivateRange,
}

impl From<reach::ReachKind> for ReachKind {
    fn from(kind: reach::ReachKind) -> Self {
        match kind {
            reach::ReachKind::Listens => Self::Listens,
            reach::ReachKind::Folder => Self::Folder,
            reach::ReachKind::OwnCredentials => Self::OwnCredentials,
            reach::ReachKind::Role => Self::Role,
            reach::ReachKind::Endpoint => Self::Endpoint,
            reach::ReachKind::Mail => Self::Mail,
            reach::ReachKind::SignIn => Self::SignIn,
            reach::ReachKind::PrivateRange => Self::PrivateRange,
        }
    }
}

/// One thing that is reached.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReachedView {
    kind: ReachKind,
    /// Path or address; never with a password.
    target: String,
    why: String,
    /// Whether it is the organization's own; else it is the whole server's.
    own: bool,
}

/// What the server may read and reach.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reach {
    reached: Vec<ReachedView>,
}

impl Site {
    fn surroundings(&self) -> Surroundings {
        Surroundings {
            listen: self.listen,
            public_url: self.public_url.clone(),
            issuer: self.openid.as_ref().map(|openid| openid.issuer.clone()),
        }
    }
}

/// What the server may read and reach for the organization, and what for every one.
#[utoipa::path(get, path = "/reach", responses(
    (status = OK, body = Reach),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn reach(State(state): State<ApiState>, By(caller): By) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = reach::list(&state.app, Some(organization), &state.site.surroundings()).await?;
    let reached = found.into_iter().map(|one| ReachedView {
        kind: one.kind.into(),
        target: one.target,
        why: one.why,
        own: one.organization.is_some(),
    });
    Ok(fresh(Json(Reach { reached: reached.collect() })))
}
