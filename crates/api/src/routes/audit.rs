//! The audit log: every change and every sign-in.

use crate::access::By;
use crate::caching::fresh;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::instant;
use app::identity;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Who did it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Actor {
    /// user, token, demo, command_line, openid, schedule or nobody.
    kind: String,
    #[schema(required = true)]
    id: Option<String>,
    /// Their name when they did it.
    name: String,
}

/// A change or a sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    id: i64,
    at: String,
    actor: Actor,
    /// Such as `member.role_changed`.
    action: String,
    /// What it was done to, in words.
    target: String,
    detail: BTreeMap<String, String>,
    /// Network address it came from.
    #[schema(required = true)]
    address: Option<String>,
}

impl From<identity::AuditEntry> for AuditEntry {
    fn from(entry: identity::AuditEntry) -> Self {
        let what = entry.what;
        Self {
            id: entry.id,
            at: instant(what.at_ms),
            actor: Actor { kind: what.actor_kind, id: what.actor_id, name: what.actor_name },
            action: what.action,
            target: what.target,
            detail: what.detail,
            address: what.address,
        }
    }
}

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    /// Newest first.
    entries: Vec<AuditEntry>,
    /// `before` of the next page; `null` on the last.
    #[schema(required = true)]
    next: Option<i64>,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct AuditParams {
    /// Only entries older than the one with this id.
    before: Option<i64>,
    /// Entries per page; 50 by default, 500 at most.
    limit: Option<u32>,
}

/// Every change and every sign-in, newest first.
#[utoipa::path(get, path = "/audit", tag = "identity", params(AuditParams), responses(
    (status = OK, body = Audit),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn audit(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let before = pairs.parse("before", "the id of an entry")?;
    let limit = pairs.parse("limit", "a number from 1 to 500")?.unwrap_or(50);
    pairs.done()?;
    let page = identity::audit_log(&state.app, &by.organization()?.id, before, limit).await?;
    let entries = page.entries.into_iter().map(AuditEntry::from).collect();
    Ok(fresh(Json(Audit { entries, next: page.next })))
}
