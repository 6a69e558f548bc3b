//! Attempts to sign in, counted before they are judged, so that many at once cannot pass the limit together.

use crate::{Meta, MetaError};
use sqlx::Row;

impl Meta {
    /// Counts an attempt of every subject, unless one of them has had its `limit` since `since_ms`: then the
    /// instant (ms) of that subject's oldest attempt that still counts is returned, and nothing is counted.
    pub async fn attempt(
        &self,
        subjects: &[(String, u32)],
        now_ms: i64,
        since_ms: i64,
    ) -> Result<Option<i64>, MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sign_in_attempts WHERE at_ms <= ?")
            .bind(since_ms)
            .execute(&mut *transaction)
            .await?;
        let mut oldest: Option<i64> = None;
        for (subject, limit) in subjects {
            let row = sqlx::query(
                "SELECT count(*) AS attempts, min(at_ms) AS oldest FROM sign_in_attempts WHERE subject = ?",
            )
            .bind(subject)
            .fetch_one(&mut *transaction)
            .await?;
            if row.try_get::<i64, _>("attempts")? >= i64::from(*limit) {
                let found: Option<i64> = row.try_get("oldest")?;
                oldest = oldest.max(found).or(Some(now_ms));
            }
        }
        if oldest.is_none() {
            for (subject, _) in subjects {
                sqlx::query("INSERT INTO sign_in_attempts (subject, at_ms) VALUES (?, ?)")
                    .bind(subject)
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(oldest)
    }

    /// Forgets the attempts of a subject, who has proven who they are.
    pub async fn forget_attempts(&self, subject: &str) -> Result<(), MetaError> {
        sqlx::query("DELETE FROM sign_in_attempts WHERE subject = ?")
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes back one attempt of a subject, which succeeded.
    pub async fn forget_attempt(&self, subject: &str) -> Result<(), MetaError> {
        sqlx::query(
            "DELETE FROM sign_in_attempts
             WHERE id = (SELECT max(id) FROM sign_in_attempts WHERE subject = ?)",
        )
        .bind(subject)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
