//! How a reading ends: well, with a failure, stopped, put off, given back or parked. Written by the holder of its
//! lease alone; a row that somebody else took over meanwhile is left as it is.

use super::ProcessingJob;
use crate::store::to_json;
use crate::{Failure, Meta, MetaError};
use model::ConnectionId;

impl Meta {
    /// Gives a job back to be run later, with what went wrong.
    pub async fn retry_job(
        &self,
        job: &ProcessingJob,
        run_after_ms: i64,
        failure: &Failure,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', run_after_ms = ?, failure = ?
             WHERE id = ? AND state = 'running' AND lease = ?",
        )
        .bind(run_after_ms)
        .bind(to_json("failure", failure)?)
        .bind(job.id)
        .bind(&job.lease)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends a job. One that was asked for while it ran waits again, as new.
    pub async fn end_job(
        &self,
        job: &ProcessingJob,
        now_ms: i64,
        failure: Option<&Failure>,
    ) -> Result<(), MetaError> {
        self.ended(job, now_ms, failure, false).await
    }

    /// Takes back the job of a connection that waits for its turn: somebody stopped it. `stopped`: only one that was told to
    /// stop while it ran, and not what was asked for since.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn cancel_job(
        &self,
        connection: &ConnectionId,
        now_ms: i64,
        stopped: bool,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE jobs SET state = 'done', finished_at_ms = ?, failure = NULL, cancelled = 1
             WHERE connection_id = ? AND name = 'read' AND state = 'queued' AND stop >= ?",
        )
        .bind(now_ms)
        .bind(connection.as_str())
        .bind(stopped)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends a job that runs and that somebody stopped. One that was asked for since waits again, as new.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn job_stopped(&self, job: &ProcessingJob, now_ms: i64) -> Result<(), MetaError> {
        self.ended(job, now_ms, None, true).await
    }

    async fn ended(
        &self,
        job: &ProcessingJob,
        now_ms: i64,
        failure: Option<&Failure>,
        stopped: bool,
    ) -> Result<(), MetaError> {
        let text = failure.map(|failure| to_json("failure", failure)).transpose()?;
        sqlx::query(
            "UPDATE jobs SET failure = ?1,
                 state = CASE WHEN anew THEN 'queued' WHEN ?1 IS NULL THEN 'done' ELSE 'failed' END,
                 finished_at_ms = CASE WHEN anew THEN NULL ELSE ?2 END,
                 run_after_ms = CASE WHEN anew THEN ?2 ELSE run_after_ms END,
                 attempts = CASE WHEN anew THEN 0 ELSE attempts END,
                 again = CASE WHEN anew THEN 0 ELSE again END, stop = 0,
                 cancelled = CASE WHEN ?5 THEN NOT anew ELSE cancelled END
             WHERE id = ?3 AND state = 'running' AND lease = ?4",
        )
        .bind(text)
        .bind(now_ms)
        .bind(job.id)
        .bind(&job.lease)
        .bind(stopped)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets that the last job of a connection failed: somebody read it since, without a job.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn forgive_job(&self, connection: &ConnectionId) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE jobs SET state = 'done', failure = NULL WHERE state = 'failed' AND id = (
                 SELECT max(id) FROM jobs WHERE connection_id = ? AND name = 'read')",
        )
        .bind(connection.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Has a job wait for somebody who holds what it needs, which `failure` tells; such waits do not add up to a failure.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn put_job_off(
        &self,
        job: &ProcessingJob,
        run_after_ms: i64,
        failure: &Failure,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', attempts = min(attempts, 2), run_after_ms = ?, failure = ?
             WHERE id = ? AND state = 'running' AND lease = ?",
        )
        .bind(run_after_ms)
        .bind(to_json("failure", failure)?)
        .bind(job.id)
        .bind(&job.lease)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives back a job whose run was ended by a stop of the server: that is no run.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn release_job(&self, job: &ProcessingJob) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', attempts = max(attempts - 1, 0)
             WHERE id = ? AND state = 'running' AND lease = ?",
        )
        .bind(job.id)
        .bind(&job.lease)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Parks a job, with what went wrong; it is looked at again after the connection's polling interval. Without a
    /// failure, the one before stays. A job that somebody asked for meanwhile is queued instead.
    pub async fn park_job(
        &self,
        job: &ProcessingJob,
        now_ms: i64,
        failure: Option<&Failure>,
    ) -> Result<(), MetaError> {
        let text = failure.map(|failure| to_json("failure", failure)).transpose()?;
        sqlx::query(
            "UPDATE jobs SET failure = coalesce(?2, failure),
                 state = CASE crashes WHEN 0 THEN 'queued' ELSE 'parked' END,
                 reason = CASE crashes WHEN 0 THEN reason ELSE 'poll' END,
                 run_after_ms = CASE crashes WHEN 0 THEN ?3 ELSE ?3 + 60000 * (
                     SELECT poll_minutes FROM connections WHERE connections.id = jobs.connection_id) END
             WHERE id = ?1 AND state = 'running' AND lease = ?4",
        )
        .bind(job.id)
        .bind(text)
        .bind(now_ms)
        .bind(&job.lease)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
