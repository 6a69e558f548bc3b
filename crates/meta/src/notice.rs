//! What the administrators of a connection were told and is not over yet, so that they hear of a cause once.

use crate::{Meta, MetaError, NewJob, work};
use model::ConnectionId;

impl Meta {
    /// Notes that a connection's administrators are told of a cause, and queues what tells them, in one step; `false`
    /// when they were already.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing is noted, and nobody told.
    pub async fn begin_notice(
        &self,
        connection: &ConnectionId,
        cause: &str,
        now_ms: i64,
        mails: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done =
            sqlx::query("INSERT OR IGNORE INTO notices (connection_id, cause, told_at_ms) VALUES (?, ?, ?)")
                .bind(connection.as_str())
                .bind(cause)
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
        let new = done.rows_affected() > 0;
        for mail in mails.iter().filter(|_| new) {
            work::insert(&mut transaction, mail).await?;
        }
        transaction.commit().await?;
        Ok(new)
    }

    /// The causes of a connection that its administrators were told of and that are not over.
    pub async fn notices(&self, connection: &ConnectionId) -> Result<Vec<String>, MetaError> {
        let causes = sqlx::query_scalar("SELECT cause FROM notices WHERE connection_id = ? ORDER BY cause")
            .bind(connection.as_str())
            .fetch_all(&self.pool)
            .await?;
        Ok(causes)
    }

    /// The same, with when they were told (ms).
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn notices_since(&self, connection: &ConnectionId) -> Result<Vec<(String, i64)>, MetaError> {
        let found =
            sqlx::query_as("SELECT cause, told_at_ms FROM notices WHERE connection_id = ? ORDER BY cause")
                .bind(connection.as_str())
                .fetch_all(&self.pool)
                .await?;
        Ok(found)
    }

    /// Ends every notice of a connection whose cause begins so, and queues what tells of it where there were any, in one
    /// step; gives how many there were.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing has ended, and nobody is told.
    pub async fn end_notices(
        &self,
        connection: &ConnectionId,
        causes: &str,
        mails: &[NewJob],
    ) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done =
            sqlx::query("DELETE FROM notices WHERE connection_id = ? AND substr(cause, 1, length(?2)) = ?2")
                .bind(connection.as_str())
                .bind(causes)
                .execute(&mut *transaction)
                .await?;
        let ended = done.rows_affected();
        for mail in mails.iter().filter(|_| ended > 0) {
            work::insert(&mut transaction, mail).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }
}
