//! What became of the files of a connection's source.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError};
use model::{ConnectionId, OrganizationId};
use sqlx::Row;

impl Meta {
    /// When a connection's source was looked at last (ms).
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn source_files_at(&self, connection: &ConnectionId) -> Result<Option<i64>, MetaError> {
        let found = sqlx::query_scalar("SELECT looked_at_ms FROM source_files WHERE connection_id = ?")
            .bind(connection.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// Keeps the account of a source's files in place of the one before.
    pub async fn keep_source_files<T: serde::Serialize + Sync>(
        &self,
        connection: &ConnectionId,
        looked_at_ms: i64,
        files: &T,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "INSERT INTO source_files (connection_id, looked_at_ms, files) VALUES (?, ?, ?)
             ON CONFLICT (connection_id) DO UPDATE
             SET looked_at_ms = excluded.looked_at_ms, files = excluded.files",
        )
        .bind(connection.as_str())
        .bind(looked_at_ms)
        .bind(to_json("source files", files)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The accounts of the files of an organization's sources.
    pub async fn source_files_of<T: serde::de::DeserializeOwned>(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<(ConnectionId, T)>, MetaError> {
        let rows = sqlx::query(
            "SELECT connection_id, files FROM source_files
             JOIN connections ON connections.id = connection_id WHERE organization_id = ?",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        let one = |row: &sqlx::sqlite::SqliteRow| {
            let id = parsed("connection", row.try_get("connection_id")?)?;
            Ok((id, from_json("source files", row.try_get("files")?)?))
        };
        rows.iter().map(one).collect()
    }

    /// The account of a source's files, and when it was looked at (ms).
    pub async fn source_files<T: serde::de::DeserializeOwned>(
        &self,
        connection: &ConnectionId,
    ) -> Result<Option<(i64, T)>, MetaError> {
        let row = sqlx::query("SELECT looked_at_ms, files FROM source_files WHERE connection_id = ?")
            .bind(connection.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((row.try_get("looked_at_ms")?, from_json("source files", row.try_get("files")?)?)))
    }
}
