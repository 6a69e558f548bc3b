//! Jobs: the processing of connections, as rows that survive the process.

use crate::store::{from_json, parsed, to_json};
use crate::{Failure, Meta, MetaError};
use model::{ConnectionId, OrganizationId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::fmt;
use std::str::FromStr;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for its turn or its time.
    Queued,
    /// Runs in some process.
    Running,
    /// Ended well.
    Done,
    /// Ended badly; it is not tried again.
    Failed,
}

impl fmt::Display for JobState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        })
    }
}

impl FromStr for JobState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.to_string() == text)
            .ok_or_else(|| format!("'{text}' is not a state of a job"))
    }
}

/// Why a connection is processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody asked.
    Asked,
    /// It was time to look for new deliveries.
    Poll,
}

/// The processing of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessingJob {
    /// Identifier; grows.
    pub id: i64,
    /// The connection's organization.
    pub organization_id: OrganizationId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Where it stands.
    pub state: JobState,
    /// Runs begun so far.
    pub attempts: u32,
    /// Not before (ms).
    pub run_after_ms: i64,
    /// When it was queued (ms).
    pub created_at_ms: i64,
    /// When it ended (ms).
    pub finished_at_ms: Option<i64>,
    /// Why its last run failed.
    pub failure: Option<Failure>,
}

impl Meta {
    /// Queues the processing of a connection, unless it waits or runs already; one that waits for later is
    /// brought forward.
    pub async fn queue_job(
        &self,
        connection: &ConnectionId,
        reason: Reason,
        now_ms: i64,
    ) -> Result<(), MetaError> {
        let reason = match reason {
            Reason::Asked => "asked",
            Reason::Poll => "poll",
        };
        sqlx::query(
            "INSERT INTO jobs (connection_id, state, reason, run_after_ms, created_at_ms)
             VALUES (?1, 'queued', ?2, ?3, ?3)
             ON CONFLICT (connection_id) WHERE finished_at_ms IS NULL
             DO UPDATE SET run_after_ms = min(run_after_ms, excluded.run_after_ms)",
        )
        .bind(connection.as_str())
        .bind(reason)
        .bind(now_ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Queues every connection that works, waits or fails and was not looked at for its polling interval.
    pub async fn queue_polls(&self, now_ms: i64) -> Result<u64, MetaError> {
        let done = sqlx::query(
            "INSERT INTO jobs (connection_id, state, reason, run_after_ms, created_at_ms)
             SELECT connections.id, 'queued', 'poll', ?1, ?1 FROM connections
             JOIN organizations ON organizations.id = connections.organization_id
             WHERE connections.state <> 'draft' AND connections.created_at_ms > 0 AND organizations.demo = 0
               AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.connection_id = connections.id
                               AND (finished_at_ms IS NULL OR finished_at_ms + 60000 * poll_minutes > ?1))",
        )
        .bind(now_ms)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Takes the job that waited longest and whose time has come.
    pub async fn take_job(&self, now_ms: i64) -> Result<Option<ProcessingJob>, MetaError> {
        let mut transaction = self.write().await?;
        let taken: Option<i64> = sqlx::query_scalar(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, heartbeat_ms = ?1
             WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND run_after_ms <= ?1
                         ORDER BY reason = 'poll', run_after_ms, id LIMIT 1)
             RETURNING id",
        )
        .bind(now_ms)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(id) = taken else { return Ok(None) };
        let row = sqlx::query(
            "SELECT jobs.*, connections.organization_id FROM jobs
             JOIN connections ON connections.id = jobs.connection_id WHERE jobs.id = ?",
        )
        .bind(id)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        job(&row).map(Some)
    }

    /// Gives a job back to be run later, with what went wrong.
    pub async fn retry_job(&self, id: i64, run_after_ms: i64, failure: &Failure) -> Result<(), MetaError> {
        sqlx::query("UPDATE jobs SET state = 'queued', run_after_ms = ?, failure = ? WHERE id = ?")
            .bind(run_after_ms)
            .bind(to_json("failure", failure)?)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a job.
    pub async fn end_job(&self, id: i64, now_ms: i64, failure: Option<&Failure>) -> Result<(), MetaError> {
        let text = failure.map(|failure| to_json("failure", failure)).transpose()?;
        sqlx::query("UPDATE jobs SET state = ?, finished_at_ms = ?, failure = ? WHERE id = ?")
            .bind(if failure.is_some() { "failed" } else { "done" })
            .bind(now_ms)
            .bind(text)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Queues again what a process left running when it ended. Call it as the only one that runs jobs.
    pub async fn requeue_jobs(&self, now_ms: i64) -> Result<u64, MetaError> {
        let done = sqlx::query("UPDATE jobs SET state = 'queued', run_after_ms = ? WHERE state = 'running'")
            .bind(now_ms)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }

    /// The newest job of a connection.
    pub async fn last_job(&self, connection: &ConnectionId) -> Result<Option<ProcessingJob>, MetaError> {
        let row = sqlx::query(
            "SELECT jobs.*, connections.organization_id FROM jobs
             JOIN connections ON connections.id = jobs.connection_id
             WHERE jobs.connection_id = ? ORDER BY jobs.id DESC LIMIT 1",
        )
        .bind(connection.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(job).transpose()
    }

    /// Notes that a connection's administrators are told of a cause; `false` when they were already.
    pub async fn begin_notice(
        &self,
        connection: &ConnectionId,
        cause: &str,
        now_ms: i64,
    ) -> Result<bool, MetaError> {
        let done =
            sqlx::query("INSERT OR IGNORE INTO notices (connection_id, cause, told_at_ms) VALUES (?, ?, ?)")
                .bind(connection.as_str())
                .bind(cause)
                .bind(now_ms)
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The causes of a connection that its administrators were told of and that are not over.
    pub async fn notices(&self, connection: &ConnectionId) -> Result<Vec<String>, MetaError> {
        let causes = sqlx::query_scalar("SELECT cause FROM notices WHERE connection_id = ? ORDER BY cause")
            .bind(connection.as_str())
            .fetch_all(&self.pool)
            .await?;
        Ok(causes)
    }

    /// Ends every notice of a connection whose cause begins so; gives how many there were.
    pub async fn end_notices(&self, connection: &ConnectionId, causes: &str) -> Result<u64, MetaError> {
        let done =
            sqlx::query("DELETE FROM notices WHERE connection_id = ? AND substr(cause, 1, length(?2)) = ?2")
                .bind(connection.as_str())
                .bind(causes)
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected())
    }
}

fn job(row: &SqliteRow) -> Result<ProcessingJob, MetaError> {
    let failure: Option<String> = row.try_get("failure")?;
    Ok(ProcessingJob {
        id: row.try_get("id")?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        state: parsed("state of a job", row.try_get("state")?)?,
        attempts: row.try_get("attempts")?,
        run_after_ms: row.try_get("run_after_ms")?,
        created_at_ms: row.try_get("created_at_ms")?,
        finished_at_ms: row.try_get("finished_at_ms")?,
        failure: failure.map(|text| from_json("failure", &text)).transpose()?,
    })
}
