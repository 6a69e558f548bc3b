//! Jobs, looks and readings in numbers, for whoever runs the server.

use crate::store::count;
use crate::{Meta, MetaError};
use sqlx::Row;

/// Jobs of a name, in a lane and a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfJobs {
    /// Type of the jobs.
    pub name: String,
    /// What they wait for their turn with.
    pub lane: String,
    /// Where they stand.
    pub state: String,
    /// How many.
    pub count: u64,
    /// How long the first of them has been due (ms); negative when none is.
    pub overdue_ms: i64,
}

/// A connection in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfConnection {
    /// Its id.
    pub connection: String,
    /// When its source was last looked at with success (ms).
    pub looked_at_ms: Option<i64>,
    /// Failures that have not ended.
    pub failures: u64,
    /// Rows of the months that were read and published.
    pub rows: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

impl Meta {
    /// Jobs by name, lane and state.
    pub async fn job_counts(&self, now_ms: i64) -> Result<Vec<OfJobs>, MetaError> {
        let rows = sqlx::query(
            "SELECT name, lane, CASE WHEN cancelled = 1 THEN 'cancelled' ELSE state END AS state, count(*) AS count,
                    ? - min(run_after_ms) AS overdue_ms
             FROM jobs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        )
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OfJobs {
                    name: row.try_get("name")?,
                    lane: row.try_get("lane")?,
                    state: row.try_get("state")?,
                    count: count("jobs", row.try_get("count")?)?,
                    overdue_ms: row.try_get("overdue_ms")?,
                })
            })
            .collect()
    }

    /// Each connection in numbers.
    pub async fn connection_counts(&self) -> Result<Vec<OfConnection>, MetaError> {
        let rows = sqlx::query(
            "SELECT connections.id, looked_at_ms,
                    (SELECT count(*) FROM failures WHERE failures.connection_id = connections.id
                         AND ended_at_ms IS NULL AND failures.kind <> 'empty') AS failures,
                    coalesce(done.rows, 0) AS rows, coalesce(done.bytes, 0) AS bytes
             FROM connections
             LEFT JOIN source_files ON source_files.connection_id = connections.id
             LEFT JOIN (SELECT connection_id, sum(row_count) AS rows, sum(bytes_done) AS bytes FROM ingests
                        WHERE outcome = 'published' GROUP BY connection_id) AS done
                 ON done.connection_id = connections.id
             ORDER BY connections.id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OfConnection {
                    connection: row.try_get("id")?,
                    looked_at_ms: row.try_get("looked_at_ms")?,
                    failures: count("failures", row.try_get("failures")?)?,
                    rows: count("rows", row.try_get("rows")?)?,
                    bytes: count("bytes", row.try_get("bytes")?)?,
                })
            })
            .collect()
    }
}
