//! Secrets of connections (those of channels are in `notification`), all at once: they are encrypted by whoever calls, with a key that is not in here.

use crate::identity::insert_entries;
use crate::store::parsed;
use crate::{Meta, MetaError, NewAudit};
use model::ConnectionId;
use sqlx::Row;

impl Meta {
    /// Every connection that has a secret, with the secret as it is kept.
    pub async fn sealed_secrets(&self) -> Result<Vec<(ConnectionId, Vec<u8>)>, MetaError> {
        let rows = sqlx::query(
            "SELECT id, sealed_secret FROM connections WHERE sealed_secret IS NOT NULL ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((parsed("connection", row.try_get("id")?)?, row.try_get("sealed_secret")?)))
            .collect()
    }

    /// The secret of a connection as it is kept.
    pub async fn sealed_secret(&self, id: &ConnectionId) -> Result<Option<Vec<u8>>, MetaError> {
        let row = sqlx::query("SELECT sealed_secret FROM connections WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get::<Option<Vec<u8>>, _>("sealed_secret")).transpose()?.flatten())
    }

    /// Puts other secrets in the places of those that there are: all, or none.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn replace_sealed_secrets(
        &self,
        secrets: &[(ConnectionId, Vec<u8>)],
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        for (id, sealed) in secrets {
            sqlx::query(
                "UPDATE connections SET sealed_secret = ? WHERE id = ? AND sealed_secret IS NOT NULL",
            )
            .bind(sealed)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets every secret; gives of how many connections and channels.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn forget_sealed_secrets(&self, entries: &[NewAudit]) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("UPDATE connections SET sealed_secret = NULL WHERE sealed_secret IS NOT NULL")
            .execute(&mut *transaction)
            .await?;
        let targets = sqlx::query(
            "UPDATE notification_channels SET sealed_target = NULL, state = 'disabled',
                 disabled_reason = 'its address and secret were forgotten with the key: enter them again'
             WHERE sealed_target IS NOT NULL",
        )
        .execute(&mut *transaction)
        .await?;
        insert_entries(&mut transaction, entries).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() + targets.rows_affected())
    }
}
