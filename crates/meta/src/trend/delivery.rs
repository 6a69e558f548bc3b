//! What publications held of their newest days.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError};
use model::{ConnectionId, OrganizationId};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Meta {
    /// What the publications of an organization's connections held, with when they were published (ms).
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_deliveries(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<(ConnectionId, i64, Value)>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM trend_deliveries
             WHERE connection_id IN (SELECT id FROM connections WHERE organization_id = ?)
             ORDER BY connection_id, published_ms",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        let held = |row: &SqliteRow| {
            Ok((
                parsed("connection", row.try_get("connection_id")?)?,
                row.try_get("published_ms")?,
                from_json("delivery", row.try_get("held")?)?,
            ))
        };
        rows.iter().map(held).collect()
    }

    /// Keeps what publications hold, each once, and forgets those from before an instant (ms).
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn keep_trend_deliveries(
        &self,
        held: &[(ConnectionId, i64, Value)],
        before_ms: i64,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM trend_deliveries WHERE published_ms < ?")
            .bind(before_ms)
            .execute(&mut *transaction)
            .await?;
        for (connection, published_ms, days) in held.iter().filter(|(_, at, _)| *at >= before_ms) {
            // A connection that was removed meanwhile has nothing to learn from.
            sqlx::query(
                "INSERT OR IGNORE INTO trend_deliveries (connection_id, published_ms, held)
                 SELECT id, ?, ? FROM connections WHERE id = ?",
            )
            .bind(published_ms)
            .bind(to_json("delivery", days)?)
            .bind(connection.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }
}
