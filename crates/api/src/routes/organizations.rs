//! The organization, and making another.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::routes::overview::Organization;
use crate::state::ApiState;
use app::edits::{self, Thing};
use app::identity;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name of an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationName {
    name: String,
}

/// The caller's organization.
#[utoipa::path(get, path = "/organization", tag = "identity", responses(
    (status = OK, body = Organization),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn organization(By(by): By) -> Result<Response, ApiError> {
    Ok(fresh(Json(Organization::from(by.organization()?.clone()))))
}

/// Gives the organization another name.
#[utoipa::path(patch, path = "/organization", tag = "identity",
    params(("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = OrganizationName, responses(
    (status = OK, body = Organization),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn rename_organization(
    State(state): State<ApiState>,
    By(by): By,
    expected: Expected,
    Body(to): Body<OrganizationName>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::OrganizationName, expected.version()).await?;
    let renamed = identity::rename_organization(&state.app, &by, &to.name).await?;
    Ok(fresh(Json(Organization::from(renamed))))
}

/// Makes another organization, with the caller as its administrator, and goes there.
#[utoipa::path(post, path = "/organizations", tag = "identity", request_body = OrganizationName, responses(
    (status = CREATED, body = Organization),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_organization(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<OrganizationName>,
) -> Result<Response, ApiError> {
    let there = identity::create_organization(&state.app, &by, &new.name).await?;
    let view = Organization::from(there.organization()?.clone());
    Ok(fresh((StatusCode::CREATED, Json(view)).into_response()))
}

/// Domains of mail addresses.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailDomains {
    /// Such as `example.com`, without `@`. A subdomain is a domain of its own.
    domains: Vec<String>,
    /// Of these domains as they are, for the `If-Match` of a change; not looked at when they are replaced.
    #[serde(default)]
    version: String,
}

impl From<Vec<String>> for MailDomains {
    fn from(domains: Vec<String>) -> Self {
        Self { version: app::edits::version(&domains), domains }
    }
}

/// Domains whose addresses get reports without being members'. Other addresses outside need an administrator.
#[utoipa::path(get, path = "/organization/mail-domains", tag = "identity", responses(
    (status = OK, body = MailDomains),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn mail_domains(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let domains = identity::mail_domains(&state.app, &by).await?;
    Ok(fresh(Json(MailDomains::from(domains))))
}

/// Replaces these domains.
#[utoipa::path(put, path = "/organization/mail-domains", tag = "identity",
    params(("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = MailDomains, responses(
    (status = OK, body = MailDomains),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_mail_domains(
    State(state): State<ApiState>,
    By(by): By,
    expected: Expected,
    Body(new): Body<MailDomains>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::MailDomains, expected.version()).await?;
    let domains = identity::set_mail_domains(&state.app, &by, &new.domains).await?;
    Ok(fresh(Json(MailDomains::from(domains))))
}
