//! What the administrators of a connection were told and is not over yet, so that they hear of a cause once.

use crate::{Meta, MetaError};
use model::ConnectionId;

impl Meta {
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
