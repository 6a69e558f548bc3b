//! The session: who asks, for which organization, in which role; signing in and out.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::origin;
use crate::problem::{ApiError, Problem};
use crate::routes::overview::Organization;
use crate::state::ApiState;
use crate::time::instant;
use app::identity::{self, Secret, SignedIn};
use app::policy::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use model::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do in an organization.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RoleName {
    /// Sees everything of the organization's bills.
    Viewer,
    /// Also makes what others see: reports, definitions, subsets.
    Editor,
    /// Also connections, members, tokens and the audit log.
    Administrator,
    /// Less than a viewer: sees the accounts of chosen subsets, and nothing of the rest.
    SubsetViewer,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::SubsetViewer => Self::SubsetViewer,
            Role::Viewer => Self::Viewer,
            Role::Editor => Self::Editor,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::SubsetViewer => Self::SubsetViewer,
            RoleName::Viewer => Self::Viewer,
            RoleName::Editor => Self::Editor,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

/// A person with an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// An organization that the person may work in.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrganizationChoice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: RoleName,
}

/// An invitation that waits for the person's answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnInvitation {
    id: String,
    /// Name of the organization.
    organization: String,
    role: RoleName,
    /// Name of who invited.
    invited_by: String,
    expires_at: String,
}

/// A way to sign in besides a password; it begins at `/api/v1/oidc/start`.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInWith {
    pub(crate) name: String,
}

/// Who asks, and what they may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// `null` without sign-in, and for an API token.
    #[schema(required = true)]
    pub(crate) user: Option<UserView>,
    /// Whose data are shown.
    #[schema(required = true)]
    pub(crate) organization: Option<Organization>,
    #[schema(required = true)]
    pub(crate) role: Option<RoleName>,
    pub(crate) organizations: Vec<OrganizationChoice>,
    /// Organizations that invite the person, once their address is proven to be theirs: nobody joins by signing in.
    pub(crate) invitations: Vec<OwnInvitation>,
    /// Nobody has an account yet: the console shows a link to make the first.
    pub(crate) setup_needed: bool,
    /// The demo company is open to everybody at this machine.
    pub(crate) demo: bool,
    /// Whether invitations can be sent by mail.
    pub(crate) mail_configured: bool,
    pub(crate) sign_in_with: Vec<SignInWith>,
    /// To send back as `X-CSRF-Token` with every request that changes something.
    #[schema(required = true)]
    pub(crate) csrf_token: Option<String>,
}

/// E-mail address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    email: String,
    password: String,
}

/// An organization, by id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchOrganization {
    id: String,
}

/// The password now, and the one from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    current: String,
    new: String,
}

/// What a caller is told about themselves.
async fn view(state: &ApiState, caller: &Caller, secret: Option<&Secret>) -> Result<Session, ApiError> {
    let mut organizations = vec![];
    if let Some(user) = caller.user() {
        for (organization, role) in identity::memberships(&state.app, user).await? {
            organizations.push(OrganizationChoice {
                id: organization.id.to_string(),
                name: organization.name,
                role: role.into(),
            });
        }
    }
    let invitations = identity::pending_invitations(&state.app, caller).await?;
    let invitations = invitations.into_iter().map(|(invitation, organization)| OwnInvitation {
        id: invitation.id.to_string(),
        organization,
        role: invitation.role.into(),
        invited_by: invitation.invited_by,
        expires_at: instant(invitation.expires_at_ms),
    });
    let demo = state.site.demo.is_some();
    Ok(Session {
        user: caller.user().map(|user| UserView {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.to_string(),
        }),
        organization: caller.organization.clone().map(Organization::from),
        role: caller.role.map(RoleName::from),
        organizations,
        invitations: invitations.collect(),
        setup_needed: !demo && identity::setup_needed(&state.app).await?,
        demo,
        mail_configured: identity::mail_configured(&state.app),
        sign_in_with: state
            .site
            .openid
            .iter()
            .map(|openid| SignInWith { name: openid.name.clone() })
            .collect(),
        csrf_token: secret.filter(|_| caller.user().is_some()).map(origin::csrf_token),
    })
}

/// The answer that begins a session: who they are now, and the cookie.
pub(crate) async fn begun(
    state: &ApiState,
    headers: &HeaderMap,
    signed_in: &SignedIn,
) -> Result<Response, ApiError> {
    let mut response = fresh(Json(view(state, &signed_in.caller, Some(&signed_in.secret)).await?));
    let cookie = origin::begin_session(&state.site, headers, &signed_in.secret);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Who asks; answers to everybody.
#[utoipa::path(get, path = "/session", tag = "identity", responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn session(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let secret = origin::session_cookie(&state.site, &headers).and_then(|text| Secret::parse(&text));
    Ok(fresh(Json(view(&state, &by, secret.as_ref()).await?)))
}

/// Signs in with a password.
#[utoipa::path(post, path = "/session", tag = "identity", request_body = SignIn, responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn sign_in(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, ApiError> {
    let signed_in = identity::sign_in(&state.app, &by, &sign_in.email, &sign_in.password).await?;
    begun(&state, &headers, &signed_in).await
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "identity", responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn sign_out(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    identity::sign_out(&state.app, &by).await?;
    let mut response = fresh(StatusCode::NO_CONTENT);
    response.headers_mut().append(header::SET_COOKIE, origin::end_session(&state.site, &headers));
    Ok(response)
}

/// Goes to another organization of the person's.
#[utoipa::path(put, path = "/session/organization", tag = "identity", request_body = SwitchOrganization, responses(
    (status = OK, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn switch_organization(
    State(state): State<ApiState>,
    By(by): By,
    headers: HeaderMap,
    Body(to): Body<SwitchOrganization>,
) -> Result<Response, ApiError> {
    let there = identity::switch_organization(&state.app, &by, &to.id).await?;
    session(State(state), By(there), headers).await
}

/// Ends the sessions of everybody in the organization, but the one that asks. What its people have open in other
/// organizations stays open, and has no way in here.
#[utoipa::path(delete, path = "/sessions", tag = "identity", responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn end_sessions(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    identity::end_sessions(&state.app, &by).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// Changes one's own password; ends one's other sessions.
#[utoipa::path(put, path = "/session/password", tag = "identity", request_body = ChangePassword, responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_password(
    State(state): State<ApiState>,
    By(by): By,
    Body(change): Body<ChangePassword>,
) -> Result<Response, ApiError> {
    identity::change_password(&state.app, &by, &change.current, &change.new).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
