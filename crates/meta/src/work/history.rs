//! What became of jobs, and how many there are.

use crate::outbox;
use crate::store::{from_json, parsed};
use crate::{Failure, JobState, Meta, MetaError};
use model::{ConnectionId, OrganizationId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A job as it stands or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownJob {
    /// Identifier; grows.
    pub id: i64,
    /// Its type.
    pub name: String,
    /// Where it stands.
    pub state: JobState,
    /// Runs begun.
    pub attempts: u32,
    /// When it was asked for (ms).
    pub created_at_ms: i64,
    /// Not before (ms).
    pub run_after_ms: i64,
    /// When its last run began (ms).
    pub started_at_ms: Option<i64>,
    /// When it ended (ms).
    pub finished_at_ms: Option<i64>,
    /// Why its last run failed.
    pub failure: Option<Failure>,
}

/// How many jobs of a type are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// Their type.
    pub name: String,
    /// Their lane.
    pub lane: String,
    /// Their state; what somebody stopped counts as done.
    pub state: JobState,
    /// So many.
    pub jobs: u64,
    /// The earliest time at which one of them may run (ms).
    pub first_ms: i64,
}

impl Meta {
    /// The jobs of a connection, or those that are no connection's, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn jobs_of(
        &self,
        connection: Option<&ConnectionId>,
        limit: u32,
    ) -> Result<Vec<KnownJob>, MetaError> {
        let rows = sqlx::query("SELECT * FROM jobs WHERE connection_id IS ? ORDER BY id DESC LIMIT ?")
            .bind(connection.map(ConnectionId::as_str))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(known).collect()
    }

    /// The newest job of a type of an organization, that is no connection's.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn last_of_organization(
        &self,
        name: &str,
        organization: &OrganizationId,
    ) -> Result<Option<KnownJob>, MetaError> {
        let row = sqlx::query(
            "SELECT * FROM jobs WHERE connection_id IS NULL AND name = ? AND organization_id = ?
             ORDER BY finished_at_ms IS NULL DESC, id DESC LIMIT 1",
        )
        .bind(name)
        .bind(organization.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(known).transpose()
    }

    /// How many jobs there are of each type in each state: those that wait or run, and those that ended within the time
    /// that they are kept.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn job_counts(&self) -> Result<Vec<JobCount>, MetaError> {
        let (mut counts, ended) = (self.open_job_counts().await?, self.ended_job_counts().await?);
        counts.extend(ended);
        Ok(counts)
    }

    /// The same of those that wait or run, which are few.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn open_job_counts(&self) -> Result<Vec<JobCount>, MetaError> {
        // Without the hint SQLite goes through all jobs in the order of the groups.
        self.counted(
            "SELECT name, lane, state, count(*) AS jobs, min(run_after_ms) AS first_ms
             FROM jobs INDEXED BY jobs_waiting WHERE finished_at_ms IS NULL
             GROUP BY name, lane, state ORDER BY name, lane, state",
        )
        .await
    }

    /// The same of those that ended: each look for deliveries of a month is one, so ask seldom.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn ended_job_counts(&self) -> Result<Vec<JobCount>, MetaError> {
        self.counted(
            "SELECT name, lane, state, count(*) AS jobs, min(run_after_ms) AS first_ms
             FROM jobs INDEXED BY jobs_counted WHERE state IN ('done', 'failed')
             GROUP BY name, lane, state ORDER BY name, lane, state",
        )
        .await
    }

    async fn counted(&self, sql: &'static str) -> Result<Vec<JobCount>, MetaError> {
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let counted = |row: &SqliteRow| {
            Ok(JobCount {
                name: row.try_get("name")?,
                lane: row.try_get("lane")?,
                state: parsed("state of a job", row.try_get("state")?)?,
                jobs: row.try_get::<i64, _>("jobs")?.unsigned_abs(),
                first_ms: row.try_get("first_ms")?,
            })
        };
        rows.iter().map(counted).collect()
    }

    /// Forgets what ended before an instant (ms), but the last reading of each connection; gives how many.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn forget_jobs(&self, before_ms: i64) -> Result<u64, MetaError> {
        outbox::forget(&mut *self.pool.acquire().await?, before_ms).await?;
        let done = sqlx::query(
            "DELETE FROM jobs WHERE finished_at_ms < ? AND (name <> 'read' OR EXISTS (
                 SELECT 1 FROM jobs AS later WHERE later.connection_id = jobs.connection_id
                     AND later.name = 'read' AND later.id > jobs.id))",
        )
        .bind(before_ms)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }
}

fn known(row: &SqliteRow) -> Result<KnownJob, MetaError> {
    let failure: Option<String> = row.try_get("failure")?;
    let state = parsed("state of a job", row.try_get("state")?)?;
    let cancelled: bool = row.try_get("cancelled")?;
    Ok(KnownJob {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        state: if cancelled && state == JobState::Done { JobState::Cancelled } else { state },
        attempts: row.try_get("attempts")?,
        created_at_ms: row.try_get("created_at_ms")?,
        run_after_ms: row.try_get("run_after_ms")?,
        started_at_ms: row.try_get("started_at_ms")?,
        finished_at_ms: row.try_get("finished_at_ms")?,
        failure: failure.map(|text| from_json("failure", &text)).transpose()?,
    })
}
