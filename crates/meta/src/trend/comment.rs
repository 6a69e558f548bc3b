//! Comments on events.

use super::said::touch;
use crate::identity::insert_audit;
use crate::store::parsed;
use crate::{Meta, MetaError, NewAudit};
use model::{OrganizationId, UserId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// What somebody wrote about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendComment {
    /// Identifier.
    pub id: String,
    /// Of which event.
    pub event_id: String,
    /// Who wrote it; `None`: no person, or one that is gone.
    pub author_id: Option<UserId>,
    /// What they were called then.
    pub author: String,
    /// What they wrote.
    pub text: String,
    /// When (ms).
    pub at_ms: i64,
    /// When they changed it last (ms).
    pub edited_at_ms: Option<i64>,
}

impl Meta {
    /// The comments on an event, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_comments(
        &self,
        organization: &OrganizationId,
        event: &str,
    ) -> Result<Vec<TrendComment>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM trend_comments WHERE organization_id = ? AND event_id = ? ORDER BY at_ms, id",
        )
        .bind(organization.as_str())
        .bind(event)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(comment).collect()
    }

    /// Writes a comment. False when there is no such event.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn add_trend_comment(
        &self,
        organization: &OrganizationId,
        new: &TrendComment,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        if !touch(&mut transaction, organization, &new.event_id, new.at_ms).await? {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO trend_comments (id, organization_id, event_id, author_id, author, text, at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&new.id)
        .bind(organization.as_str())
        .bind(&new.event_id)
        .bind(new.author_id.as_ref().map(UserId::as_str))
        .bind(&new.author)
        .bind(&new.text)
        .bind(new.at_ms)
        .execute(&mut *transaction)
        .await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Puts another text in a comment's place. False when it is gone.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn change_trend_comment(
        &self,
        organization: &OrganizationId,
        (event, id): (&str, &str),
        text: &str,
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE trend_comments SET text = ?, edited_at_ms = ?
             WHERE organization_id = ? AND event_id = ? AND id = ?",
        )
        .bind(text)
        .bind(now_ms)
        .bind(organization.as_str())
        .bind(event)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        touch(&mut transaction, organization, event, now_ms).await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes a comment. False when it is gone.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn delete_trend_comment(
        &self,
        organization: &OrganizationId,
        (event, id): (&str, &str),
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done =
            sqlx::query("DELETE FROM trend_comments WHERE organization_id = ? AND event_id = ? AND id = ?")
                .bind(organization.as_str())
                .bind(event)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        touch(&mut transaction, organization, event, now_ms).await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn comment(row: &SqliteRow) -> Result<TrendComment, MetaError> {
    let author_id: Option<String> = row.try_get("author_id")?;
    Ok(TrendComment {
        id: row.try_get("id")?,
        event_id: row.try_get("event_id")?,
        author_id: author_id.map(|id| parsed("user", &id)).transpose()?,
        author: row.try_get("author")?,
        text: row.try_get("text")?,
        at_ms: row.try_get("at_ms")?,
        edited_at_ms: row.try_get("edited_at_ms")?,
    })
}
