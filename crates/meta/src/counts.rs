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
}

/// What was ever read of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOfConnection {
    /// Its id.
    pub connection: ConnectionId,
    /// Rows of the months that were read and published.
    pub rows: u64,
    /// Bytes of their files, as delivered.
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
                         AND ended_at_ms IS NULL AND failures.kind <> 'empty') AS failures
             FROM connections
             LEFT JOIN source_files ON source_files.connection_id = connections.id
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
                })
            })
            .collect()
    }

    /// What was ever read of each connection: sums over all publications, so ask seldom.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn read_counts(&self) -> Result<Vec<ReadOfConnection>, MetaError> {
        let rows = sqlx::query(
            "SELECT connections.id, coalesce(sum(row_count), 0) AS rows, coalesce(sum(byte_count), 0) AS bytes
             FROM connections LEFT JOIN publications ON publications.connection_id = connections.id
             GROUP BY connections.id ORDER BY connections.id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ReadOfConnection {
                    connection: parsed("connection", row.try_get("id")?)?,
                    rows: count("rows", row.try_get("rows")?)?,
                    bytes: count("bytes", row.try_get("bytes")?)?,
                })
            })
            .collect()
    }
}
