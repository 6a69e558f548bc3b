//! The outbox: what was published, and what is still to follow from it.
//!
//! A row is written in the publication's own transaction ([`Meta::publish`]). When the reading that published has come
//! to its end, the jobs that follow are queued and the row is marked, in one step; so each publication is followed at
//! least once, by whichever process is there.

use crate::store::parsed;
use crate::{Meta, MetaError, NewJob, work};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use sqlx::{Row, SqliteConnection};

impl Meta {
    /// Connections with publications from before an instant (ms) of which nothing was queued yet, and that no job reads:
    /// whoever published them ended before its time, or is no job.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn unrelayed(&self, before_ms: i64) -> Result<Vec<(OrganizationId, ConnectionId)>, MetaError> {
        let rows = sqlx::query(
            "SELECT DISTINCT connections.organization_id, connections.id FROM outbox
             JOIN connections ON connections.id = outbox.connection_id
             WHERE relayed_at_ms IS NULL AND at_ms < ?
               AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.connection_id = connections.id
                               AND jobs.name = 'read' AND jobs.state = 'running')",
        )
        .bind(before_ms)
        .fetch_all(&self.pool)
        .await?;
        let both = |row: &sqlx::sqlite::SqliteRow| {
            Ok((
                parsed("organization", row.try_get("organization_id")?)?,
                parsed("connection", row.try_get("id")?)?,
            ))
        };
        rows.iter().map(both).collect()
    }

    /// Queues what follows from a connection's publications of which nothing was queued yet, if there are any, and notes
    /// it, in one step.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn relay(
        &self,
        connection: &ConnectionId,
        now_ms: i64,
        jobs: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE outbox SET relayed_at_ms = ? WHERE connection_id = ? AND relayed_at_ms IS NULL",
        )
        .bind(now_ms)
        .bind(connection.as_str())
        .execute(&mut *transaction)
        .await?;
        let any = done.rows_affected() > 0;
        for job in jobs.iter().filter(|_| any) {
            work::insert(&mut transaction, job).await?;
        }
        transaction.commit().await?;
        Ok(any)
    }
}

/// The row, in the transaction of its publication.
pub(crate) async fn insert(
    to: &mut SqliteConnection,
    publication: i64,
    connection: &ConnectionId,
    period: BillingPeriod,
    at_ms: i64,
) -> Result<(), MetaError> {
    sqlx::query("INSERT INTO outbox (publication_id, connection_id, period, at_ms) VALUES (?, ?, ?, ?)")
        .bind(publication)
        .bind(connection.as_str())
        .bind(period.to_string())
        .bind(at_ms)
        .execute(to)
        .await?;
    Ok(())
}

/// Forgets rows that nothing is to follow from any more.
pub(crate) async fn forget(at: &mut SqliteConnection, before_ms: i64) -> Result<(), MetaError> {
    sqlx::query("DELETE FROM outbox WHERE relayed_at_ms < ?").bind(before_ms).execute(at).await?;
    Ok(())
}
