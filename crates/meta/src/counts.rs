//! Connections in numbers, for whoever runs the server.

use crate::store::{count, parsed};
use crate::{Meta, MetaError};
use model::ConnectionId;
use sqlx::Row;

/// A connection in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfConnection {
    /// Its id.
    pub connection: ConnectionId,
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
    /// Each connection in numbers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn connection_counts(&self) -> Result<Vec<OfConnection>, MetaError> {
        let rows = sqlx::query(
            "SELECT connections.id, looked_at_ms,
                    (SELECT count(*) FROM failures WHERE failures.connection_id = connections.id
                         AND ended_at_ms IS NULL AND failures.kind <> 'empty') AS failures,
                    coalesce(done.rows, 0) AS rows, coalesce(done.bytes, 0) AS bytes
             FROM connections
             LEFT JOIN source_files ON source_files.connection_id = connections.id
             LEFT JOIN (SELECT connection_id, sum(row_count) AS rows, sum(byte_count) AS bytes FROM publications
                        GROUP BY connection_id) AS done
                 ON done.connection_id = connections.id
             ORDER BY connections.id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OfConnection {
                    connection: parsed("connection", row.try_get("id")?)?,
                    looked_at_ms: row.try_get("looked_at_ms")?,
                    failures: count("failures", row.try_get("failures")?)?,
                    rows: count("rows", row.try_get("rows")?)?,
                    bytes: count("bytes", row.try_get("bytes")?)?,
                })
            })
            .collect()
    }
}
