//! What was told of something, and by which channel.

use crate::store::to_json;
use crate::{Meta, MetaError};
use model::OrganizationId;
use sqlx::Row;

/// A notification, as whoever looks at what it tells of sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Name of the channel.
    pub channel: String,
    /// When it was sent; while it was not, when it happened (ms).
    pub at_ms: i64,
    /// `waiting`, `sent`, `failed` or `dropped`.
    pub state: String,
}

impl Meta {
    /// What was told of anything that bears one of these names, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn tellings(
        &self,
        organization: &OrganizationId,
        events: &[String],
    ) -> Result<Vec<Telling>, MetaError> {
        let rows = sqlx::query(
            "SELECT channel.name, told.state, coalesce(told.sent_at_ms, told.created_at_ms) AS at_ms
             FROM notifications AS told JOIN notification_channels AS channel ON channel.id = told.channel_id
             WHERE channel.organization_id = ? AND told.event IN (SELECT value FROM json_each(?))
             ORDER BY told.id",
        )
        .bind(organization.as_str())
        .bind(to_json("names of events", &events)?)
        .fetch_all(&self.pool)
        .await?;
        let telling = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Telling {
                channel: row.try_get("name")?,
                at_ms: row.try_get("at_ms")?,
                state: row.try_get("state")?,
            })
        };
        rows.iter().map(telling).collect()
    }
}
