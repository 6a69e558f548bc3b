//! Invitations: a link that makes its reader a member, once.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::origin;
use crate::problem::{ApiError, Problem};
use crate::routes::session::{self, RoleName, Session};
use crate::state::ApiState;
use crate::time::instant;
use app::identity::{self, Accepting};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An invitation that nobody accepted yet.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    id: String,
    email: String,
    role: RoleName,
    /// Ids of the subsets that a subset viewer will see; empty for others.
    subsets: Vec<String>,
    /// Name of who invited.
    invited_by: String,
    created_at: String,
    expires_at: String,
    /// Whether its link has stopped working.
    expired: bool,
}

impl Invitation {
    fn of(invitation: identity::Invitation, now_ms: i64) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.to_string(),
            role: invitation.role.into(),
            subsets: invitation.subsets,
            invited_by: invitation.invited_by,
            created_at: instant(invitation.created_at_ms),
            expires_at: instant(invitation.expires_at_ms),
            expired: invitation.expires_at_ms <= now_ms,
        }
    }
}

/// Invitations that nobody accepted yet.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitations {
    /// Newest first.
    invitations: Vec<Invitation>,
}

/// Whom to invite, as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    email: String,
    role: RoleName,
    /// Ids of the subsets that a subset viewer will see: at least one. Of no other role.
    #[serde(default)]
    subsets: Vec<String>,
}

/// A new invitation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    invitation: Invitation,
    /// The link to hand over, shown this once, when no mail server is configured.
    #[schema(required = true)]
    link: Option<String>,
    /// Whether a mail with the link is on its way.
    mailed: bool,
}

/// What the reader of an invitation's link is asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationOffer {
    /// Name of the organization.
    organization: String,
    email: String,
    role: RoleName,
    expires_at: String,
    /// Whether the address has an account: its password is asked for then, else a new one.
    account_exists: bool,
}

/// Acceptance of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptInvitation {
    /// Name on screen; not used where the account exists.
    #[serde(default)]
    name: String,
    /// Of the account that exists, else of the new one; not used by whoever is signed in as that account.
    #[serde(default)]
    password: String,
}

/// Invitations that nobody accepted yet.
#[utoipa::path(get, path = "/invitations", tag = "identity", responses(
    (status = OK, body = Invitations),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn invitations(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let now_ms = state.app.now().timestamp_millis();
    let found = identity::invitations(&state.app, &by).await?;
    let invitations = found.into_iter().map(|invitation| Invitation::of(invitation, now_ms)).collect();
    Ok(fresh(Json(Invitations { invitations })))
}

/// Invites somebody. An earlier invitation of the same address stops working.
#[utoipa::path(post, path = "/invitations", tag = "identity", request_body = Invite, responses(
    (status = CREATED, body = Invited),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn invite(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Body(invite): Body<Invite>,
) -> Result<Response, ApiError> {
    let standing = identity::standing(invite.role.into(), invite.subsets)?;
    let invited = identity::invite(&state.app, &by, &invite.email, standing).await?;
    let mailed = identity::mail_configured(&state.app);
    let link = format!("{}{}", origin::own_url(&state.site, &headers), invited.path);
    let now_ms = state.app.now().timestamp_millis();
    let view = Invited {
        invitation: Invitation::of(invited.invitation, now_ms),
        link: Some(link).filter(|_| !mailed),
        mailed,
    };
    Ok(fresh((StatusCode::CREATED, Json(view)).into_response()))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "identity", params(("id" = String, Path)), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn withdraw_invitation(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    identity::withdraw_invitation(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// What an invitation's link offers; answers to whoever has the link.
#[utoipa::path(get, path = "/invitations/by-token/{token}", tag = "identity", params(("token" = String, Path)), responses(
    (status = OK, body = InvitationOffer),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn invitation_offer(
    State(state): State<ApiState>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let offer = identity::offer(&state.app, &token).await?;
    Ok(fresh(Json(InvitationOffer {
        organization: offer.organization,
        email: offer.invitation.email.to_string(),
        role: offer.invitation.role.into(),
        expires_at: instant(offer.invitation.expires_at_ms),
        account_exists: offer.account_exists,
    })))
}

/// Accepts an invitation and signs in.
#[utoipa::path(post, path = "/invitations/by-token/{token}/accept", tag = "identity", params(("token" = String, Path)),
    request_body = AcceptInvitation, responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn accept_invitation(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Path(token): Path<String>,
    Body(accept): Body<AcceptInvitation>,
) -> Result<Response, ApiError> {
    let accepting = Accepting { name: &accept.name, password: &accept.password };
    let signed_in = identity::accept_invitation(&state.app, &by, &token, accepting).await?;
    session::begun(&state, &headers, &signed_in).await
}

/// Accepts an invitation that the session lists, and goes to its organization.
#[utoipa::path(post, path = "/session/invitations/{id}/accept", tag = "identity", params(("id" = String, Path)), responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn accept_own_invitation(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let there = identity::accept_pending(&state.app, &by, &id).await?;
    session::session(State(state), By(there), headers).await
}

/// Declines an invitation that the session lists: it is gone.
#[utoipa::path(delete, path = "/session/invitations/{id}", tag = "identity", params(("id" = String, Path)), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn decline_own_invitation(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    identity::decline_pending(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
