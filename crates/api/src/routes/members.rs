//! The people of the organization and their roles.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::routes::session::RoleName;
use crate::state::ApiState;
use crate::time::{instant, optional};
use app::edits::{self, Thing};
use app::identity;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person of the organization.
#[derive(Serialize, ToSchema)]
pub(crate) struct Member {
    id: String,
    name: String,
    email: String,
    role: RoleName,
    /// Ids of the subsets that a subset viewer may see; empty for others.
    subsets: Vec<String>,
    /// When they joined.
    since: String,
    /// Last request in a session.
    #[schema(required = true)]
    last_seen: Option<String>,
    /// Of the role as it is, for the `If-Match` of a change.
    version: String,
}

impl From<identity::Member> for Member {
    fn from(member: identity::Member) -> Self {
        Self {
            version: edits::member_version(&member),
            id: member.user.id.to_string(),
            name: member.user.name,
            email: member.user.email.to_string(),
            role: member.role.into(),
            subsets: member.subsets,
            since: instant(member.since_ms),
            last_seen: optional(member.last_seen_ms),
        }
    }
}

/// The people of the organization.
#[derive(Serialize, ToSchema)]
pub(crate) struct Members {
    /// By name.
    members: Vec<Member>,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRole {
    role: RoleName,
    /// Ids of the subsets that a subset viewer may see: at least one. Of no other role.
    #[serde(default)]
    subsets: Vec<String>,
}

/// The people of the organization.
#[utoipa::path(get, path = "/members", tag = "identity", responses(
    (status = OK, body = Members),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn members(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let members = identity::members(&state.app, &by).await?.into_iter().map(Member::from).collect();
    Ok(fresh(Json(Members { members })))
}

/// Gives a person another role, or a subset viewer other subsets. The last administrator keeps theirs.
#[utoipa::path(patch, path = "/members/{user_id}", tag = "identity", params(("user_id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = ChangeRole, responses(
    (status = OK, body = Member),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_role(
    State(state): State<ApiState>,
    By(by): By,
    Path(user): Path<String>,
    expected: Expected,
    Body(change): Body<ChangeRole>,
) -> Result<Response, ApiError> {
    let standing = identity::standing(change.role.into(), change.subsets)?;
    let _turn = edits::begin(&state.app, &by, Thing::Member(&user), expected.version()).await?;
    let member = identity::change_role(&state.app, &by, &user, standing).await?;
    Ok(fresh(Json(Member::from(member))))
}

/// Takes a person out of the organization, at once. The last administrator stays.
#[utoipa::path(delete, path = "/members/{user_id}", tag = "identity", params(("user_id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_member(
    State(state): State<ApiState>,
    By(by): By,
    Path(user): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let _turn = edits::begin_removal(&state.app, &by, Thing::Member(&user), expected.version()).await?;
    identity::remove_member(&state.app, &by, &user).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
