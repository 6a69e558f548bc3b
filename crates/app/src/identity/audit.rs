//! The audit log: writing an entry for whoever asks, and reading it page by page.

use super::now_ms;
use crate::policy::{Caller, Via};
use crate::{App, Result};
use meta::{AuditEntry, NewAudit};
use model::OrganizationId;
use std::collections::BTreeMap;

/// A page of the log.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// `before` of the next page.
    pub next: Option<i64>,
}

/// What the caller did, to be written with the change.
pub fn entry(
    app: &App,
    caller: &Caller,
    action: &str,
    target: impl Into<String>,
    detail: &[(&str, &str)],
) -> NewAudit {
    let (kind, id) = match &caller.via {
        Via::Nobody => ("nobody", None),
        Via::Demo => ("demo", None),
        Via::Session { user, .. } => ("user", Some(user.id.to_string())),
        Via::Token { id, .. } => ("token", Some(id.to_string())),
        Via::CommandLine => ("command_line", None),
    };
    NewAudit {
        organization_id: caller.organization.as_ref().map(|organization| organization.id.clone()),
        at_ms: now_ms(app),
        actor_kind: kind.to_owned(),
        actor_id: id,
        actor_name: caller.name().to_owned(),
        action: action.to_owned(),
        target: target.into(),
        detail: pairs(detail),
        address: caller.address.clone(),
    }
}

pub(super) fn pairs(detail: &[(&str, &str)]) -> BTreeMap<String, String> {
    detail.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Writes an entry for a change that is stored elsewhere.
pub async fn note(
    app: &App,
    caller: &Caller,
    action: &str,
    target: impl Into<String>,
    detail: &[(&str, &str)],
) -> Result<()> {
    Ok(app.meta().note(&entry(app, caller, action, target, detail)).await?)
}

/// A page of an organization's log.
pub async fn audit_log(
    app: &App,
    organization: &OrganizationId,
    before: Option<i64>,
    limit: u32,
) -> Result<AuditPage> {
    let limit = limit.clamp(1, 500);
    let mut entries = app.meta().audit(organization, before, limit + 1).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok(AuditPage { entries, next })
}
