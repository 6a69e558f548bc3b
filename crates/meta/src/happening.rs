//! What pages show of an organization besides its figures, in numbers that change whenever it does.

use crate::{Meta, MetaError};
use model::OrganizationId;
use sqlx::Row;

/// How an organization's data and connections stand: each part is another text once something of it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happening {
    /// What is published, and what was found beside it.
    pub data: String,
    /// What fails and what was told of it, and how each connection stands.
    pub health: String,
    /// Work that waits, runs or has ended.
    pub work: String,
}

impl Meta {
    /// How an organization stands. Far cheaper than what pages ask for when one of it changes.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn happening(&self, organization: &OrganizationId) -> Result<Happening, MetaError> {
        let row = sqlx::query(
            "WITH own AS (SELECT id FROM connections WHERE organization_id = ?)
             SELECT
               (SELECT count(*) || ' ' || coalesce(max(id), 0) || ' ' || coalesce(sum(stage = 'complete'), 0)
                FROM publications WHERE superseded_at_ms IS NULL AND connection_id IN own) || ' ' ||
               (SELECT coalesce(max(id), 0) FROM bill_changes WHERE connection_id IN own) || ' ' ||
               (SELECT coalesce(max(id), 0) || ' ' || count(*) FROM bill_conflicts WHERE connection_id IN own) || ' ' ||
               (SELECT coalesce(max(id), 0) || ' ' || count(*) FROM bill_choices WHERE organization_id = ?) || ' ' ||
               (SELECT coalesce(sum(looked_at_ms), 0) FROM source_files WHERE connection_id IN own) AS data,
               (SELECT count(*) || ' ' || coalesce(max(id), 0) || ' ' || coalesce(sum(times), 0) || ' ' ||
                  coalesce(sum(last_at_ms), 0) || ' ' || coalesce(sum(ended_at_ms), 0)
                FROM failures WHERE connection_id IN own) || ' ' ||
               (SELECT coalesce(group_concat(id || state || paused || coalesce(verified_at_ms, '')), '')
                FROM connections WHERE organization_id = ?) AS health,
               (SELECT coalesce(max(id), 0) || ' ' || count(*) || ' ' || coalesce(sum(attempts), 0) || ' ' ||
                  coalesce(sum(state = 'running'), 0) || ' ' || coalesce(sum(finished_at_ms), 0)
                FROM jobs WHERE name = 'read' AND connection_id IN own) AS work",
        )
        .bind(organization.as_str())
        .bind(organization.as_str())
        .bind(organization.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(Happening {
            data: row.try_get("data")?,
            health: row.try_get("health")?,
            work: row.try_get("work")?,
        })
    }
}
