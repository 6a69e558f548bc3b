//! Jobs of every kind, as rows: what must happen is written down with what it follows from, and stays until it
//! happened.
//!
//! Whoever runs a job holds a *lease*, which it renews by signs of life. Of a process that is gone no sign comes: the
//! lease runs out, and the job is somebody else's to run. So a job may run twice, and must bear that. Ends are written
//! by the holder of the lease alone.

mod history;

pub use history::{JobCount, KnownJob};

use crate::identity::insert_entries;
use crate::store::{from_json, to_json};
use crate::{Failure, Meta, MetaError, NewAudit};
use model::{ConnectionId, OrganizationId};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A job to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Its type.
    pub name: String,
    /// What it waits for its turn with.
    pub lane: String,
    /// Whose it is: so many at a time of an organization run in a lane.
    pub organization_id: Option<OrganizationId>,
    /// Of which connection; it goes with it.
    pub connection_id: Option<ConnectionId>,
    /// One of a key waits or runs at a time; `None`: each is its own.
    pub dedupe: Option<String>,
    /// What it has to do.
    pub payload: Value,
    /// More comes before less.
    pub priority: i64,
    /// Not before (ms).
    pub run_after_ms: i64,
    /// When it was asked for (ms).
    pub created_at_ms: i64,
}

/// The right to run a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Names the process.
    pub holder: String,
    /// It ends then without a sign of life (ms).
    pub until_ms: i64,
}

/// A job that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenJob {
    /// Identifier; grows.
    pub id: i64,
    /// Its type.
    pub name: String,
    /// What it has to do.
    pub payload: Value,
    /// Runs begun, this one too.
    pub attempts: u32,
    /// How far a run before this one came.
    pub progress: Option<Value>,
    /// Whose it is to run.
    pub holder: String,
}

/// What a sign of life is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    Held,
    /// Somebody wants it to stop.
    Stop,
    /// It is somebody else's by now, or gone.
    Lost,
}

impl Meta {
    /// Queues a job. One of its key that waits is brought forward; one that runs is run once more when it has ended.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn queue(&self, job: &NewJob) -> Result<(), MetaError> {
        insert(&mut *self.pool.acquire().await?, job).await
    }

    /// Takes a job of a lane whose time has come, one of these types. Organizations have so many at a time (`of_one`).
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn claim(
        &self,
        lane: &str,
        names: &[&str],
        of_one: u32,
        now_ms: i64,
        lease: &Lease,
    ) -> Result<Option<TakenJob>, MetaError> {
        let row = sqlx::query(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at_ms = ?1, stop = 0, anew = 0,
                 lease = ?2, lease_until_ms = ?3
             WHERE id = (
                 SELECT id FROM jobs
                 WHERE lane = ?4 AND state = 'queued' AND run_after_ms <= ?1 AND finished_at_ms IS NULL
                   AND name IN (SELECT value FROM json_each(?5))
                   AND (SELECT count(*) FROM jobs AS other WHERE other.lane = ?4 AND other.state = 'running'
                           AND other.finished_at_ms IS NULL AND other.organization_id = jobs.organization_id) < ?6
                 ORDER BY priority DESC, run_after_ms, id LIMIT 1)
             RETURNING *",
        )
        .bind(now_ms)
        .bind(&lease.holder)
        .bind(lease.until_ms)
        .bind(lane)
        .bind(to_json("names of jobs", &names)?)
        .bind(of_one)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(taken).transpose()
    }

    /// Takes a job of that name that is no connection's, whenever its time is. `None` too while it runs.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn claim_now(
        &self,
        name: &str,
        now_ms: i64,
        lease: &Lease,
    ) -> Result<Option<TakenJob>, MetaError> {
        let row = sqlx::query(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at_ms = ?1, stop = 0, anew = 0,
                 lease = ?2, lease_until_ms = ?3
             WHERE id = (SELECT id FROM jobs WHERE name = ?4 AND connection_id IS NULL AND state = 'queued'
                         ORDER BY id LIMIT 1)
             RETURNING *",
        )
        .bind(now_ms)
        .bind(&lease.holder)
        .bind(lease.until_ms)
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(taken).transpose()
    }

    /// Takes over a job whose lease has run out, of whatever lane: whoever ran it is gone. It is not run by that. What
    /// this process is at (`own`) is its own, however late its signs of life are: clocks jump, and machines sleep.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn take_over(
        &self,
        now_ms: i64,
        own: &[i64],
        lease: &Lease,
    ) -> Result<Option<TakenJob>, MetaError> {
        let row = sqlx::query(
            "UPDATE jobs SET lease = ?1, lease_until_ms = ?2
             WHERE id = (SELECT id FROM jobs WHERE state = 'running' AND lease_until_ms < ?3
                           AND id NOT IN (SELECT value FROM json_each(?4))
                         ORDER BY id LIMIT 1)
             RETURNING *",
        )
        .bind(&lease.holder)
        .bind(lease.until_ms)
        .bind(now_ms)
        .bind(to_json("numbers of jobs", &own)?)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(taken).transpose()
    }

    /// A sign of life.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn beat(&self, id: i64, lease: &Lease) -> Result<Beat, MetaError> {
        let stop: Option<bool> = sqlx::query_scalar(
            "UPDATE jobs SET lease_until_ms = ? WHERE id = ? AND state = 'running' AND lease = ? RETURNING stop",
        )
        .bind(lease.until_ms)
        .bind(id)
        .bind(&lease.holder)
        .fetch_optional(&self.pool)
        .await?;
        if let Some(stop) = stop {
            return Ok(if stop { Beat::Stop } else { Beat::Held });
        }
        // Its holder may just have written down how it ended: the row still names it then.
        let ours: Option<bool> = sqlx::query_scalar("SELECT lease IS ? FROM jobs WHERE id = ?")
            .bind(&lease.holder)
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(if ours == Some(true) { Beat::Held } else { Beat::Lost })
    }

    /// Notes how far a job is: a later run of it goes on from there.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn note_progress(&self, job: &TakenJob, progress: &Value) -> Result<(), MetaError> {
        note_progress(&mut *self.pool.acquire().await?, job, progress).await
    }

    /// Ends a job, done or failed. One that was asked for while it ran waits again.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn finish(
        &self,
        job: &TakenJob,
        now_ms: i64,
        failure: Option<&Failure>,
    ) -> Result<(), MetaError> {
        let text = failure.map(|failure| to_json("failure", failure)).transpose()?;
        sqlx::query(
            "UPDATE jobs SET failure = ?1,
                 state = CASE WHEN anew THEN 'queued' WHEN ?1 IS NULL THEN 'done' ELSE 'failed' END,
                 finished_at_ms = CASE WHEN anew THEN NULL ELSE ?2 END,
                 attempts = CASE WHEN anew THEN 0 ELSE attempts END, progress = NULL, cancelled = stop, stop = 0
             WHERE id = ?3 AND state = 'running' AND lease = ?4",
        )
        .bind(text)
        .bind(now_ms)
        .bind(job.id)
        .bind(&job.holder)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives a job back, to be run later; `failure`: what went wrong, where something did. A run that was none (the
    /// process stops, or somebody else holds what it needs) does not count.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn put_back(
        &self,
        job: &TakenJob,
        run_after_ms: i64,
        failure: Option<&Failure>,
    ) -> Result<(), MetaError> {
        let text = failure.map(|failure| to_json("failure", failure)).transpose()?;
        sqlx::query(
            "UPDATE jobs SET state = 'queued', run_after_ms = ?1, failure = coalesce(?2, failure),
                 attempts = CASE WHEN ?2 IS NULL THEN max(attempts - 1, 0) ELSE attempts END
             WHERE id = ?3 AND state = 'running' AND lease = ?4",
        )
        .bind(run_after_ms)
        .bind(text)
        .bind(job.id)
        .bind(&job.holder)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whether a job of that name waits or runs for a connection, or failed that was queued since an instant (ms): what is
    /// looked for every few seconds does not queue it again.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn is_open_or_failed(
        &self,
        name: &str,
        connection: &ConnectionId,
        since_ms: i64,
    ) -> Result<bool, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE connection_id = ? AND name = ?
                 AND (finished_at_ms IS NULL OR (state = 'failed' AND created_at_ms > ?)))",
        )
        .bind(connection.as_str())
        .bind(name)
        .bind(since_ms)
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// Whether an earlier job of that name waits that is about the same: the same text at a path of what it has to do.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn earlier_waits(
        &self,
        job: &TakenJob,
        organization: &OrganizationId,
        path: &str,
        text: &str,
    ) -> Result<bool, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE finished_at_ms IS NULL AND name = ? AND id < ?
                 AND organization_id = ? AND payload ->> ? = ?)",
        )
        .bind(&job.name)
        .bind(job.id)
        .bind(organization.as_str())
        .bind(path)
        .bind(text)
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// Tells whoever reads a connection, in whatever process, to stop.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn stop_reading(
        &self,
        connection: &ConnectionId,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE jobs SET stop = 1, anew = 0 WHERE connection_id = ? AND name = 'read' AND state = 'running'")
            .bind(connection.as_str())
            .execute(&mut *transaction)
            .await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }
}

/// How far a job is, in the transaction of what is noted with it.
pub(crate) async fn note_progress(
    to: &mut SqliteConnection,
    job: &TakenJob,
    progress: &Value,
) -> Result<(), MetaError> {
    sqlx::query("UPDATE jobs SET progress = ? WHERE id = ? AND state = 'running' AND lease = ?")
        .bind(to_json("progress", progress)?)
        .bind(job.id)
        .bind(&job.holder)
        .execute(to)
        .await?;
    Ok(())
}

/// The job, in the transaction of what it follows from.
pub(crate) async fn insert(to: &mut SqliteConnection, job: &NewJob) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO jobs (name, lane, organization_id, connection_id, dedupe, payload, priority, state,
             run_after_ms, created_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)
         ON CONFLICT (dedupe) WHERE finished_at_ms IS NULL
         DO UPDATE SET run_after_ms = min(run_after_ms, excluded.run_after_ms), anew = state = 'running'",
    )
    .bind(&job.name)
    .bind(&job.lane)
    .bind(job.organization_id.as_ref().map(OrganizationId::as_str))
    .bind(job.connection_id.as_ref().map(ConnectionId::as_str))
    .bind(&job.dedupe)
    .bind(to_json("payload", &job.payload)?)
    .bind(job.priority)
    .bind(job.run_after_ms)
    .bind(job.created_at_ms)
    .execute(to)
    .await?;
    Ok(())
}

/// The jobs that follow from one transaction, in it.
pub(crate) async fn insert_all(to: &mut SqliteConnection, jobs: &[NewJob]) -> Result<(), MetaError> {
    for job in jobs {
        insert(to, job).await?;
    }
    Ok(())
}

fn taken(row: &SqliteRow) -> Result<TakenJob, MetaError> {
    let progress: Option<String> = row.try_get("progress")?;
    let holder: Option<String> = row.try_get("lease")?;
    Ok(TakenJob {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        payload: from_json("payload", row.try_get("payload")?)?,
        attempts: row.try_get("attempts")?,
        progress: progress.map(|text| from_json("progress", &text)).transpose()?,
        holder: holder.unwrap_or_default(),
    })
}
