//! The log of tries, tests, and messages that somebody asks to have sent again.

use crate::identity::insert_audit;
use crate::{Meta, MetaError, NewAudit};
use model::{ChannelId, OrganizationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Tries are kept for so long (ms).
const LOG_MS: i64 = 90 * 86_400_000;
/// What was told is kept for so long (ms): told again within it, it is known.
const KNOWN_MS: i64 = 400 * 86_400_000;
/// Tests and messages sent again of an organization within a minute (ms): nobody's tool for sending to others.
const ASKS: i64 = 30;
const ASKS_MS: i64 = 60_000;

/// What became of a wish to have something sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is sent.
    Granted,
    /// Too much was asked for; it fits again then (ms).
    From(i64),
    /// What it would send is not kept any more.
    Nothing,
}

/// A try of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Identifier; grows.
    pub id: i64,
    /// Names the message.
    pub message_id: String,
    /// Its title.
    pub title: String,
    /// When (ms).
    pub at_ms: i64,
    /// How long it took (ms).
    pub took_ms: i64,
    /// `delivered`, `later`, `failed` or `gone`.
    pub outcome: String,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// The start of the answer, or why there is none.
    pub answer: String,
    /// When it is tried again (ms).
    pub next_try_ms: Option<i64>,
}

impl Meta {
    /// Counts a test that is about to be sent, and notes it, in one step.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn ask_test(
        &self,
        organization: &OrganizationId,
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<Asked, MetaError> {
        let mut transaction = self.write().await?;
        let asked = ask(&mut transaction, organization, now_ms).await?;
        if asked == Asked::Granted {
            insert_audit(&mut transaction, entry).await?;
            transaction.commit().await?;
        }
        Ok(asked)
    }

    /// Has the message of a try sent once more, under its own name; it counts as tests do, in one step with that.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn send_again(
        &self,
        organization: &OrganizationId,
        channel: &ChannelId,
        delivery: i64,
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<Asked, MetaError> {
        let mut transaction = self.write().await?;
        let asked = ask(&mut transaction, organization, now_ms).await?;
        if asked != Asked::Granted {
            return Ok(asked);
        }
        let done = sqlx::query(
            "UPDATE notifications SET state = 'waiting', tries = 0, first_try_ms = NULL, refused = 0, early = 0,
                 told_to = '[]', due_ms = ?1 WHERE channel_id = ?2
                 AND message_id = (SELECT message_id FROM notification_deliveries WHERE id = ?3 AND channel_id = ?2)",
        )
        .bind(now_ms)
        .bind(channel.as_str())
        .bind(delivery)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(Asked::Nothing);
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(Asked::Granted)
    }

    /// The last tries of a channel, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn deliveries(&self, channel: &ChannelId, most: i64) -> Result<Vec<Delivery>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notification_deliveries WHERE channel_id = ? ORDER BY id DESC LIMIT ?",
        )
        .bind(channel.as_str())
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(delivery).collect()
    }

    /// Forgets tries and what was told whose time is over, of all channels: by the hour.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn prune_notifications(&self, now_ms: i64) -> Result<u64, MetaError> {
        let tries = sqlx::query("DELETE FROM notification_deliveries WHERE at_ms < ?")
            .bind(now_ms - LOG_MS)
            .execute(&self.pool)
            .await?;
        let told = sqlx::query("DELETE FROM notifications WHERE state <> 'waiting' AND created_at_ms < ?")
            .bind(now_ms - KNOWN_MS)
            .execute(&self.pool)
            .await?;
        Ok(tries.rows_affected() + told.rows_affected())
    }
}

/// Counts a wish, where it fits.
async fn ask(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    now_ms: i64,
) -> Result<Asked, MetaError> {
    sqlx::query("DELETE FROM channel_asks WHERE organization_id = ? AND at_ms <= ?")
        .bind(organization.as_str())
        .bind(now_ms - ASKS_MS)
        .execute(&mut *to)
        .await?;
    let full: Option<i64> = sqlx::query_scalar(
        "SELECT at_ms FROM channel_asks WHERE organization_id = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ?",
    )
    .bind(organization.as_str())
    .bind(ASKS - 1)
    .fetch_optional(&mut *to)
    .await?;
    if let Some(leaves) = full {
        return Ok(Asked::From(leaves + ASKS_MS));
    }
    sqlx::query("INSERT INTO channel_asks (organization_id, at_ms) VALUES (?, ?)")
        .bind(organization.as_str())
        .bind(now_ms)
        .execute(to)
        .await?;
    Ok(Asked::Granted)
}

fn delivery(row: &SqliteRow) -> Result<Delivery, MetaError> {
    let status: Option<i64> = row.try_get("status")?;
    Ok(Delivery {
        id: row.try_get("id")?,
        message_id: row.try_get("message_id")?,
        title: row.try_get("title")?,
        at_ms: row.try_get("at_ms")?,
        took_ms: row.try_get("took_ms")?,
        outcome: row.try_get("outcome")?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        answer: row.try_get("answer")?,
        next_try_ms: row.try_get("next_try_ms")?,
    })
}
