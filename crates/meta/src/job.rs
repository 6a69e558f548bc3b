//! Jobs that read connections, as rows that survive the process. What all kinds of jobs have in common is in
//! [`crate::work`]; readings have turns and are parked besides.
//!
//! A row says `running` before its work begins. Whoever finds it so without anybody at work knows that the process
//! went down with it; [`Meta::job_crashed`] counts that, and what is counted too often is parked.

mod ends;

use crate::identity::insert_entries;
use crate::store::{from_json, parsed};
use crate::{Failure, Lease, Meta, MetaError, NewAudit};
use model::{ConnectionId, OrganizationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
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
    /// Somebody stopped it.
    Cancelled,
    /// Took its process down too often: not read again before somebody asks or there is another delivery.
    Parked,
}

impl fmt::Display for JobState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Parked => "parked",
        })
    }
}

impl FromStr for JobState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Parked]
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
    /// Runs that took their process down since it last got further.
    pub crashes: u32,
    /// Not before (ms).
    pub run_after_ms: i64,
    /// When it was queued (ms).
    pub created_at_ms: i64,
    /// When it ended (ms).
    pub finished_at_ms: Option<i64>,
    /// Why its last run failed.
    pub failure: Option<Failure>,
    /// Whether what is published already is read again, too.
    pub again: bool,
    /// Who runs it: of its ends only that one's are written.
    pub lease: Option<String>,
    /// How far it is, in the words of whoever runs it.
    pub progress: Option<serde_json::Value>,
}

/// The statement that reads jobs, with its end.
macro_rules! select_jobs {
    ($end:literal) => {
        concat!(
            "SELECT jobs.*, connections.organization_id AS whose FROM jobs
             JOIN connections ON connections.id = jobs.connection_id AND jobs.name = 'read' ",
            $end
        )
    };
}

impl Meta {
    /// Queues the processing of a connection, unless it waits or runs already. When a person asked, one that waits for
    /// later is brought forward, one that is parked comes back with a clean record, and one that runs is run once more
    /// when it has ended: it may have looked before what was asked for was there.
    pub async fn queue_job(
        &self,
        connection: &ConnectionId,
        reason: Reason,
        now_ms: i64,
    ) -> Result<(), MetaError> {
        queue(&mut *self.pool.acquire().await?, connection, reason, now_ms).await
    }

    /// The same because a person asked, with the entry that tells of it in one step; `again`: what is published already is
    /// read again, too. Whoever takes the job knows.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn ask_for_job(
        &self,
        connection: &ConnectionId,
        again: bool,
        now_ms: i64,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        queue(&mut transaction, connection, Reason::Asked, now_ms).await?;
        if again {
            sqlx::query(
                "UPDATE jobs SET again = 1, attempts = 0, crashes = 0
                 WHERE dedupe = 'read:' || ? AND finished_at_ms IS NULL",
            )
            .bind(connection.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Queues every connection that works, waits or fails and was not looked at for its polling interval.
    pub async fn queue_polls(&self, now_ms: i64) -> Result<u64, MetaError> {
        let done = sqlx::query(
            "INSERT INTO jobs (name, lane, dedupe, connection_id, state, reason, run_after_ms, created_at_ms)
             SELECT 'read', 'reading', 'read:' || connections.id, connections.id, 'queued', 'poll', ?1, ?1
             FROM connections
             JOIN organizations ON organizations.id = connections.organization_id
             WHERE connections.state <> 'draft' AND connections.paused = 0
               AND NOT EXISTS (SELECT 1 FROM connections AS parents
                               WHERE parents.id = connections.parent_id AND parents.paused = 1)
               AND connections.created_at_ms > 0
               AND organizations.demo = 0
               AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.connection_id = connections.id
                               AND jobs.name = 'read' AND (finished_at_ms IS NULL OR finished_at_ms + 60000 * poll_minutes > ?1))",
        )
        .bind(now_ms)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Takes a job whose time has come. Organizations take turns: of those that have no job at work, the one whose
    /// last turn is longest ago comes first; what somebody asked for comes before polls, until these have waited for
    /// ten minutes. A customer's reading counts as its provider's, whose source it is.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn take_job(&self, now_ms: i64, lease: &Lease) -> Result<Option<ProcessingJob>, MetaError> {
        let mut transaction = self.write().await?;
        let taken = sqlx::query(
            "WITH owned AS (
                 SELECT jobs.id, jobs.state, jobs.reason, jobs.run_after_ms,
                        coalesce(parents.organization_id, connections.organization_id) AS owner
                 FROM jobs JOIN connections ON connections.id = jobs.connection_id
                 LEFT JOIN connections AS parents ON parents.id = connections.parent_id
                 WHERE jobs.finished_at_ms IS NULL AND jobs.name = 'read'
             )
             SELECT owned.id, owned.owner FROM owned JOIN organizations ON organizations.id = owned.owner
             WHERE state IN ('queued', 'parked') AND run_after_ms <= ?1
               AND owner NOT IN (SELECT owner FROM owned WHERE state = 'running')
             ORDER BY reason = 'poll' AND run_after_ms > ?1 - 600000, served_at_ms, run_after_ms, owned.id LIMIT 1",
        )
        .bind(now_ms)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(taken) = taken else { return Ok(None) };
        let (id, owner): (i64, String) = (taken.try_get("id")?, taken.try_get("owner")?);
        sqlx::query("UPDATE organizations SET served_at_ms = max(?, served_at_ms + 1) WHERE id = ?")
            .bind(now_ms)
            .bind(owner)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at_ms = ?, stop = 0, anew = 0,
                 progress = NULL, lease = ?, lease_until_ms = ? WHERE id = ?",
        )
        .bind(now_ms)
        .bind(&lease.holder)
        .bind(lease.until_ms)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let row =
            sqlx::query(select_jobs!("WHERE jobs.id = ?")).bind(id).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        job(&row).map(Some)
    }

    /// Jobs that are noted as running.
    pub async fn running_jobs(&self) -> Result<Vec<ProcessingJob>, MetaError> {
        let rows = sqlx::query(select_jobs!("WHERE jobs.state = 'running' ORDER BY jobs.id"))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(job).collect()
    }

    /// Takes over every reading that runs, whatever its lease: whoever calls this knows that nobody is at work.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn take_over_readings(&self, lease: &Lease) -> Result<Vec<ProcessingJob>, MetaError> {
        sqlx::query(
            "UPDATE jobs SET lease = ?, lease_until_ms = ? WHERE name = 'read' AND state = 'running'",
        )
        .bind(&lease.holder)
        .bind(lease.until_ms)
        .execute(&self.pool)
        .await?;
        self.running_jobs().await
    }

    /// A job.
    pub async fn job(&self, id: i64) -> Result<Option<ProcessingJob>, MetaError> {
        let row = sqlx::query(select_jobs!("WHERE jobs.id = ?")).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(job).transpose()
    }

    /// Counts a run that took its process down; gives how many there were since the job last got further.
    pub async fn job_crashed(&self, job: &ProcessingJob) -> Result<u32, MetaError> {
        let crashes = sqlx::query_scalar(
            "UPDATE jobs SET crashes = crashes + 1 WHERE id = ? AND state = 'running' AND lease = ?
                 RETURNING crashes",
        )
        .bind(job.id)
        .bind(&job.lease)
        .fetch_optional(&self.pool)
        .await?;
        // Removed meanwhile, or somebody else's: nothing to park.
        Ok(crashes.unwrap_or(0))
    }

    /// Notes that a job got further than any run before: something was published.
    pub async fn job_got_further(&self, job: &ProcessingJob) -> Result<(), MetaError> {
        sqlx::query("UPDATE jobs SET crashes = 0 WHERE id = ? AND lease = ?")
            .bind(job.id)
            .bind(&job.lease)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes which deliveries a job is about to read, before it begins; whether they are others than those that a run
    /// before set out to read. Others start with a clean record.
    pub async fn job_found(&self, job: &ProcessingJob, deliveries: &str) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let before: Option<Option<String>> = sqlx::query_scalar("SELECT deliveries FROM jobs WHERE id = ?")
            .bind(job.id)
            .fetch_optional(&mut *transaction)
            .await?;
        let before = before.flatten();
        let others = before.as_deref().is_some_and(|before| before != deliveries);
        if before.is_none() || others {
            sqlx::query(
                "UPDATE jobs SET deliveries = ?, crashes = CASE WHEN deliveries IS NULL THEN crashes ELSE 0 END
                 WHERE id = ? AND lease = ?",
            )
                .bind(deliveries)
                .bind(job.id)
                .bind(&job.lease)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(others)
    }

    /// The newest job of a connection.
    pub async fn last_job(&self, connection: &ConnectionId) -> Result<Option<ProcessingJob>, MetaError> {
        let row = sqlx::query(select_jobs!("WHERE jobs.connection_id = ? ORDER BY jobs.id DESC LIMIT 1"))
            .bind(connection.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(job).transpose()
    }
}

/// Queues a reading, in a transaction of its own or another's.
pub(crate) async fn queue(
    to: &mut SqliteConnection,
    connection: &ConnectionId,
    reason: Reason,
    now_ms: i64,
) -> Result<(), MetaError> {
    let reason = match reason {
        Reason::Asked => "asked",
        Reason::Poll => "poll",
    };
    sqlx::query(
        "INSERT INTO jobs (name, lane, dedupe, connection_id, state, reason, run_after_ms, created_at_ms)
         VALUES ('read', 'reading', 'read:' || ?1, ?1, 'queued', ?2, ?3, ?3)
         ON CONFLICT (dedupe) WHERE finished_at_ms IS NULL
         DO UPDATE SET run_after_ms = min(run_after_ms, excluded.run_after_ms),
             state = CASE WHEN state = 'parked' THEN 'queued' ELSE state END,
             attempts = CASE WHEN state = 'parked' THEN 0 ELSE attempts END,
             anew = state = 'running', reason = 'asked', crashes = 0
         WHERE excluded.reason = 'asked'",
    )
    .bind(connection.as_str())
    .bind(reason)
    .bind(now_ms)
    .execute(to)
    .await?;
    Ok(())
}

fn job(row: &SqliteRow) -> Result<ProcessingJob, MetaError> {
    let failure: Option<String> = row.try_get("failure")?;
    let state = parsed("state of a job", row.try_get("state")?)?;
    let cancelled: bool = row.try_get("cancelled")?;
    let progress: Option<String> = row.try_get("progress")?;
    Ok(ProcessingJob {
        id: row.try_get("id")?,
        organization_id: parsed("organization", row.try_get("whose")?)?,
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        state: if cancelled && state == JobState::Done { JobState::Cancelled } else { state },
        attempts: row.try_get("attempts")?,
        crashes: row.try_get("crashes")?,
        run_after_ms: row.try_get("run_after_ms")?,
        created_at_ms: row.try_get("created_at_ms")?,
        finished_at_ms: row.try_get("finished_at_ms")?,
        failure: failure.map(|text| from_json("failure", &text)).transpose()?,
        again: row.try_get("again")?,
        lease: row.try_get("lease")?,
        progress: progress.map(|text| from_json("progress", &text)).transpose()?,
    })
}
