//! The history of ingests: what runs, how far it is, how it ended.

use crate::store::{count, from_json, parsed, stored, to_json};
use crate::{Meta, MetaError};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An ingest that starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIngest {
    /// Where the data comes from.
    pub connection_id: ConnectionId,
    /// The billing period read.
    pub period: BillingPeriod,
    /// Of the delivery read.
    pub fingerprint: String,
    /// When it starts (ms).
    pub started_at_ms: i64,
}

/// Why an ingest failed, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// File of the report.
    pub file: Option<String>,
    /// Row of the file, the first data row being 1.
    pub row: Option<u64>,
    /// Column of the report.
    pub column: Option<String>,
}

/// How an ingest ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// The period was replaced.
    Published,
    /// Nothing changed, because of this.
    Failed(Failure),
    /// The delivery is the one already published.
    Unchanged,
    /// Its process ended without a word.
    Abandoned,
}

/// An ingest, running or ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ingest {
    /// Identifier; grows with every ingest.
    pub id: i64,
    /// Where the data comes from.
    pub connection_id: ConnectionId,
    /// The billing period.
    pub period: BillingPeriod,
    /// Of the delivery.
    pub fingerprint: String,
    /// When it started (ms).
    pub started_at_ms: i64,
    /// Last sign of life (ms).
    pub heartbeat_ms: i64,
    /// When it ended (ms).
    pub finished_at_ms: Option<i64>,
    /// What it is doing, in the words of the ingest.
    pub stage: String,
    /// Rows read.
    pub rows: u64,
    /// Bytes of the delivery read.
    pub bytes_done: u64,
    /// Bytes of the delivery; 0 when unknown.
    pub bytes_total: u64,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

impl Meta {
    /// Notes that an ingest starts; returns its identifier.
    pub async fn start_ingest(&self, new: &NewIngest) -> Result<i64, MetaError> {
        let inserted = sqlx::query(
            "INSERT INTO ingests (connection_id, period, fingerprint, started_at_ms, heartbeat_ms)
             VALUES (?1, ?2, ?3, ?4, ?4)",
        )
        .bind(new.connection_id.as_str())
        .bind(new.period.to_string())
        .bind(&new.fingerprint)
        .bind(new.started_at_ms)
        .execute(&self.pool)
        .await?;
        Ok(inserted.last_insert_rowid())
    }

    /// Whether a delivery of a connection, by its fingerprint, was read before and refused.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn was_refused(&self, connection: &ConnectionId, fingerprint: &str) -> Result<bool, MetaError> {
        let found = sqlx::query(
            "SELECT 1 FROM ingests WHERE connection_id = ? AND outcome = 'failed' AND fingerprint = ? LIMIT 1",
        )
        .bind(connection.as_str())
        .bind(fingerprint)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.is_some())
    }

    /// Notes how far a running ingest is. A conflict when it has ended, for instance given up as stale.
    pub async fn progress(
        &self,
        ingest: i64,
        heartbeat_ms: i64,
        rows: u64,
        bytes_done: u64,
        bytes_total: u64,
        stage: &str,
    ) -> Result<(), MetaError> {
        let done = sqlx::query(
            "UPDATE ingests SET heartbeat_ms = ?, row_count = ?, bytes_done = ?, bytes_total = ?, stage = ?
             WHERE id = ? AND finished_at_ms IS NULL",
        )
        .bind(heartbeat_ms)
        .bind(stored("rows", rows)?)
        .bind(stored("bytes", bytes_done)?)
        .bind(stored("bytes", bytes_total)?)
        .bind(stage)
        .bind(ingest)
        .execute(&self.pool)
        .await?;
        self.was_running(ingest, done.rows_affected()).await
    }

    /// Notes how an ingest ended. A conflict when it had already ended.
    pub async fn finish_ingest(
        &self,
        ingest: i64,
        outcome: &Outcome,
        finished_at_ms: i64,
        rows: u64,
        bytes: u64,
    ) -> Result<(), MetaError> {
        let (name, failure) = match outcome {
            Outcome::Published => ("published", None),
            Outcome::Failed(failure) => ("failed", Some(to_json("failure", failure)?)),
            Outcome::Unchanged => ("unchanged", None),
            Outcome::Abandoned => ("abandoned", None),
        };
        let done = sqlx::query(
            "UPDATE ingests SET outcome = ?, failure = ?, finished_at_ms = ?, row_count = ?, bytes_done = ?
             WHERE id = ? AND finished_at_ms IS NULL",
        )
        .bind(name)
        .bind(failure)
        .bind(finished_at_ms)
        .bind(stored("rows", rows)?)
        .bind(stored("bytes", bytes)?)
        .bind(ingest)
        .execute(&self.pool)
        .await?;
        self.was_running(ingest, done.rows_affected()).await
    }

    /// Ingests of an organization that have not ended, oldest first.
    pub async fn running_ingests(&self, organization: &OrganizationId) -> Result<Vec<Ingest>, MetaError> {
        let rows = sqlx::query(
            "SELECT ingests.* FROM ingests JOIN connections ON connections.id = ingests.connection_id
             WHERE connections.organization_id = ? AND finished_at_ms IS NULL ORDER BY ingests.id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(ingest).collect()
    }

    /// Ingests of a connection, running ones too, newest first, at most `limit`.
    pub async fn ingests_of(&self, connection: &ConnectionId, limit: u32) -> Result<Vec<Ingest>, MetaError> {
        let rows = sqlx::query("SELECT * FROM ingests WHERE connection_id = ? ORDER BY id DESC LIMIT ?")
            .bind(connection.as_str())
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(ingest).collect()
    }

    /// Gives up running ingests without a sign of life for longer than `older_than_ms`; returns how many.
    pub async fn abandon_stale_ingests(&self, now_ms: i64, older_than_ms: i64) -> Result<u64, MetaError> {
        let done = sqlx::query(
            "UPDATE ingests SET outcome = 'abandoned', finished_at_ms = ?
             WHERE finished_at_ms IS NULL AND heartbeat_ms < ?",
        )
        .bind(now_ms)
        .bind(now_ms.saturating_sub(older_than_ms))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Gives up the running ingests of a connection: whoever calls this is the one that reads it now.
    pub async fn abandon_ingests_of(&self, connection: &ConnectionId, now_ms: i64) -> Result<u64, MetaError> {
        let done = sqlx::query(
            "UPDATE ingests SET outcome = 'abandoned', finished_at_ms = ?
             WHERE finished_at_ms IS NULL AND connection_id = ?",
        )
        .bind(now_ms)
        .bind(connection.as_str())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    async fn was_running(&self, ingest: i64, changed: u64) -> Result<(), MetaError> {
        if changed == 1 {
            return Ok(());
        }
        let known = sqlx::query("SELECT 1 FROM ingests WHERE id = ?").bind(ingest);
        match known.fetch_optional(&self.pool).await? {
            None => Err(MetaError::NotFound { what: "ingest", id: ingest.to_string() }),
            Some(_) => Err(MetaError::Conflict(format!("ingest {ingest} has ended"))),
        }
    }
}

fn ingest(row: &SqliteRow) -> Result<Ingest, MetaError> {
    let outcome = match row.try_get::<Option<&str>, _>("outcome")? {
        None => None,
        Some("published") => Some(Outcome::Published),
        Some("failed") => Some(Outcome::Failed(from_json("failure", row.try_get("failure")?)?)),
        Some("unchanged") => Some(Outcome::Unchanged),
        Some("abandoned") => Some(Outcome::Abandoned),
        Some(other) => return Err(MetaError::corrupt("outcome")(&other)),
    };
    Ok(Ingest {
        id: row.try_get("id")?,
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        period: parsed("period", row.try_get("period")?)?,
        fingerprint: row.try_get("fingerprint")?,
        started_at_ms: row.try_get("started_at_ms")?,
        heartbeat_ms: row.try_get("heartbeat_ms")?,
        finished_at_ms: row.try_get("finished_at_ms")?,
        stage: row.try_get("stage")?,
        rows: count("rows", row.try_get("row_count")?)?,
        bytes_done: count("bytes", row.try_get("bytes_done")?)?,
        bytes_total: count("bytes", row.try_get("bytes_total")?)?,
        outcome,
    })
}
