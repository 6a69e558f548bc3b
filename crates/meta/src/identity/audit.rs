//! The audit log.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError};
use model::OrganizationId;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// What was done, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit {
    /// Whose log it belongs to; `None` for what concerns no organization.
    pub organization_id: Option<OrganizationId>,
    /// When (ms).
    pub at_ms: i64,
    /// `user`, `token`, `demo`, `command_line`, `openid`, `schedule` or `nobody`.
    pub actor_kind: String,
    /// Identifier of the person or token.
    pub actor_id: Option<String>,
    /// Their name at that time.
    pub actor_name: String,
    /// Such as `member.role_changed`.
    pub action: String,
    /// What it was done to, in words.
    pub target: String,
    /// More, by name. Never a secret.
    pub detail: BTreeMap<String, String>,
    /// Network address it came from.
    pub address: Option<String>,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Identifier; grows with every entry.
    pub id: i64,
    /// What was done.
    pub what: NewAudit,
}

impl Meta {
    /// Adds an entry for a change that is stored elsewhere, or for none.
    pub async fn note(&self, audit: &NewAudit) -> Result<(), MetaError> {
        insert(&mut *self.pool.acquire().await?, audit).await
    }

    /// Who made the last change of a kind (the beginning of its action) and when (ms); of one thing, if it is named
    /// by its identifier or as the log names it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn last_change(
        &self,
        organization: &OrganizationId,
        actions: &str,
        id: Option<&str>,
    ) -> Result<Option<(String, i64)>, MetaError> {
        let found = sqlx::query_as(
            "SELECT actor_name, at_ms FROM audit WHERE organization_id = ?1
                 AND substr(action, 1, length(?2)) = ?2
                 AND (?3 IS NULL OR json_extract(detail, '$.id') = ?3 OR target = ?3)
             ORDER BY id DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .bind(actions)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found)
    }

    /// Entries of an organization, newest first, older than `before`.
    pub async fn audit(
        &self,
        organization: &OrganizationId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, MetaError> {
        let rows =
            sqlx::query("SELECT * FROM audit WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
                .bind(organization.as_str())
                .bind(before.unwrap_or(i64::MAX))
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditEntry {
                    id: row.try_get("id")?,
                    what: NewAudit {
                        organization_id: Some(parsed("organization", row.try_get("organization_id")?)?),
                        at_ms: row.try_get("at_ms")?,
                        actor_kind: row.try_get("actor_kind")?,
                        actor_id: row.try_get("actor_id")?,
                        actor_name: row.try_get("actor_name")?,
                        action: row.try_get("action")?,
                        target: row.try_get("target")?,
                        detail: from_json("audit detail", row.try_get("detail")?)?,
                        address: row.try_get("address")?,
                    },
                })
            })
            .collect()
    }
}

/// The entries, in the transaction of their change.
pub(crate) async fn insert_all(to: &mut SqliteConnection, entries: &[NewAudit]) -> Result<(), MetaError> {
    for entry in entries {
        insert(to, entry).await?;
    }
    Ok(())
}

/// The entry, in the transaction of its change.
pub(crate) async fn insert(to: &mut SqliteConnection, audit: &NewAudit) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO audit
         (organization_id, at_ms, actor_kind, actor_id, actor_name, action, target, detail, address)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(audit.organization_id.as_ref().map(OrganizationId::as_str))
    .bind(audit.at_ms)
    .bind(&audit.actor_kind)
    .bind(&audit.actor_id)
    .bind(&audit.actor_name)
    .bind(&audit.action)
    .bind(&audit.target)
    .bind(to_json("audit detail", &audit.detail)?)
    .bind(&audit.address)
    .execute(to)
    .await?;
    Ok(())
}
