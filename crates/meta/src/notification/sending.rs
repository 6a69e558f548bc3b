//! What is to be told by a channel, and each try.

use crate::identity::insert_audit;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit};
use model::{ChannelId, OrganizationId};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Tries are kept for so long (ms), and as many of a channel at least.
const LOG_MS: i64 = 90 * 86_400_000;
/// What was told is kept for so long (ms): told again within it, it is known.
const KNOWN_MS: i64 = 400 * 86_400_000;

/// Something to be told by a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    /// The channel.
    pub channel_id: ChannelId,
    /// Names what happened.
    pub event: String,
    /// Names the step of it: each is told once.
    pub step: String,
    /// What is told, as the application keeps it.
    pub notice: Value,
    /// Names the message.
    pub message_id: String,
    /// Not before (ms).
    pub due_ms: i64,
    /// When it happened (ms).
    pub created_at_ms: i64,
}

/// Something that waits to be told, or was.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Identifier; grows.
    pub id: i64,
    /// Names what happened.
    pub event: String,
    /// What is told, as the application keeps it.
    pub notice: Value,
    /// Names the message that it goes out in.
    pub message_id: String,
    /// Why the message holds what it holds, as the application keeps it; `new` before it was put together.
    pub bundle: String,
    /// Tries so far.
    pub tries: u32,
    /// Addresses of a mail that have it already.
    pub told_to: Vec<String>,
    /// When it happened (ms).
    pub created_at_ms: i64,
}

/// What became of a message by a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was taken.
    Delivered,
    /// It will be tried again then (ms).
    Later(i64),
    /// It was tried as often as it is.
    Failed,
    /// The receiver is gone; what is told waits until the channel is turned on again.
    Gone,
}

impl Told {
    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Later(_) => "later",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }
}

/// A try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The channel.
    pub channel_id: ChannelId,
    /// Names the message.
    pub message_id: String,
    /// Its title.
    pub title: String,
    /// When (ms).
    pub at_ms: i64,
    /// How long it took (ms).
    pub took_ms: i64,
    /// What became of it.
    pub told: Told,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// The start of the answer, or why there is none.
    pub answer: String,
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
    /// Writes down what is to be told; what was written down before, by event, step and channel, stays as it is. Gives
    /// how many are new.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing is.
    pub async fn notify(&self, all: &[NewNotification]) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let mut new = 0;
        for one in all {
            new += insert(&mut transaction, one).await?;
        }
        transaction.commit().await?;
        Ok(new)
    }

    /// Channels at which something waits whose time has come.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn due_channels(&self, now_ms: i64) -> Result<Vec<ChannelId>, MetaError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM notification_channels AS channel WHERE state = 'active' AND quiet_until_ms <= ?1
                 AND EXISTS (SELECT 1 FROM notifications WHERE channel_id = channel.id AND state = 'waiting'
                             AND due_ms <= ?1) ORDER BY id",
        )
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        ids.iter().map(|id| parsed("channel", id)).collect()
    }

    /// What waits at a channel and whose time has come, the oldest first. Steps of one event go out in their order: what
    /// is over is not told before it began.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn due_notifications(
        &self,
        channel: &ChannelId,
        now_ms: i64,
        most: i64,
    ) -> Result<Vec<Notification>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notifications AS one WHERE channel_id = ?1 AND state = 'waiting' AND due_ms <= ?2
                 AND NOT EXISTS (SELECT 1 FROM notifications AS before WHERE before.channel_id = ?1
                     AND before.event = one.event AND before.id < one.id AND before.state = 'waiting'
                     AND before.due_ms > ?2)
             ORDER BY id LIMIT ?3",
        )
        .bind(channel.as_str())
        .bind(now_ms)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(notification).collect()
    }

    /// What a channel told as begun and not as over since, but of these events.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn still_open(
        &self,
        channel: &ChannelId,
        but: &[&str],
        most: i64,
    ) -> Result<Vec<Notification>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notifications AS told WHERE channel_id = ?1 AND step = 'opened' AND state = 'sent'
                 AND event NOT IN (SELECT value FROM json_each(?2))
                 AND NOT EXISTS (SELECT 1 FROM notifications AS over WHERE over.channel_id = ?1
                     AND over.event = told.event AND over.step IN ('ended', 'withdrawn'))
             ORDER BY id DESC LIMIT ?3",
        )
        .bind(channel.as_str())
        .bind(to_json("events", &but)?)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(notification).collect()
    }

    /// Channels of an organization that were told of an event, or are to be; not those for which it was dropped when a copy
    /// was restored.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn channels_told(
        &self,
        organization: &OrganizationId,
        event: &str,
    ) -> Result<Vec<ChannelId>, MetaError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM notification_channels AS channel WHERE organization_id = ?
                 AND EXISTS (SELECT 1 FROM notifications WHERE channel_id = channel.id AND event = ?
                             AND state <> 'dropped') ORDER BY id",
        )
        .bind(organization.as_str())
        .bind(event)
        .fetch_all(&self.pool)
        .await?;
        ids.iter().map(|id| parsed("channel", id)).collect()
    }

    /// Has what waits go out in one message: from now on it holds this, and nothing else under its name.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn bundle(&self, ids: &[i64], message_id: &str, bundle: &str) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE notifications SET message_id = ?, bundle = ?
             WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(message_id)
        .bind(bundle)
        .bind(to_json("notifications", &ids)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes who has a message already: a try after this one goes to the others.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn note_told(
        &self,
        channel: &ChannelId,
        message_id: &str,
        to: &[String],
    ) -> Result<(), MetaError> {
        sqlx::query("UPDATE notifications SET told_to = ? WHERE channel_id = ? AND message_id = ? AND state = 'waiting'")
            .bind(to_json("addresses", &to)?)
            .bind(channel.as_str())
            .bind(message_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Writes a try down, and what became of the message by it, in one step.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn tried(&self, delivery: &NewDelivery) -> Result<i64, MetaError> {
        let next = match delivery.told {
            Told::Later(at_ms) => Some(at_ms),
            _ => None,
        };
        let mut transaction = self.write().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO notification_deliveries (channel_id, message_id, title, at_ms, took_ms, outcome, status,
                 answer, next_try_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(delivery.channel_id.as_str())
        .bind(&delivery.message_id)
        .bind(&delivery.title)
        .bind(delivery.at_ms)
        .bind(delivery.took_ms)
        .bind(delivery.told.name())
        .bind(delivery.status.map(i64::from))
        .bind(&delivery.answer)
        .bind(next)
        .fetch_one(&mut *transaction)
        .await?;
        // The receiver is gone: no try of the message counts, and it waits for the channel.
        let (state, counts) = match delivery.told {
            Told::Delivered => ("sent", true),
            Told::Failed => ("failed", true),
            Told::Later(_) => ("waiting", true),
            Told::Gone => ("waiting", false),
        };
        sqlx::query(
            "UPDATE notifications SET state = ?1, tries = tries + ?2, due_ms = coalesce(?3, due_ms),
                 sent_at_ms = CASE WHEN ?1 = 'sent' THEN ?4 END
             WHERE channel_id = ?5 AND message_id = ?6 AND state = 'waiting'",
        )
        .bind(state)
        .bind(counts)
        .bind(next)
        .bind(delivery.at_ms)
        .bind(delivery.channel_id.as_str())
        .bind(&delivery.message_id)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM notification_deliveries WHERE channel_id = ? AND at_ms < ?")
            .bind(delivery.channel_id.as_str())
            .bind(delivery.at_ms - LOG_MS)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM notifications WHERE channel_id = ? AND state <> 'waiting' AND created_at_ms < ?",
        )
        .bind(delivery.channel_id.as_str())
        .bind(delivery.at_ms - KNOWN_MS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
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

    /// Tries of an organization's channels since an instant (ms).
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn tries_since(&self, organization: &OrganizationId, since_ms: i64) -> Result<i64, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT count(*) FROM notification_deliveries WHERE at_ms >= ?
                 AND channel_id IN (SELECT id FROM notification_channels WHERE organization_id = ?)",
        )
        .bind(since_ms)
        .bind(organization.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// How many wait at a channel.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn waiting(&self, channel: &ChannelId) -> Result<u32, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT count(*) FROM notifications WHERE channel_id = ? AND state = 'waiting'",
        )
        .bind(channel.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }

    /// Has the message of a try sent once more, under its own name; `false`: what it told is not kept any more.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn send_again(
        &self,
        channel: &ChannelId,
        delivery: i64,
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE notifications SET state = 'waiting', tries = 0, told_to = '[]', due_ms = ?1 WHERE channel_id = ?2
                 AND message_id = (SELECT message_id FROM notification_deliveries WHERE id = ?3 AND channel_id = ?2)",
        )
        .bind(now_ms)
        .bind(channel.as_str())
        .bind(delivery)
        .execute(&mut *transaction)
        .await?;
        let any = done.rows_affected() > 0;
        if any {
            insert_audit(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(any)
    }
}

/// The row, in the transaction of what it tells of. Gives 1 where it is new.
pub(crate) async fn insert(to: &mut SqliteConnection, one: &NewNotification) -> Result<u64, MetaError> {
    let done = sqlx::query(
        "INSERT INTO notifications (channel_id, event, step, notice, message_id, bundle, state, due_ms,
             created_at_ms) VALUES (?, ?, ?, ?, ?, 'new', 'waiting', ?, ?)
         ON CONFLICT (channel_id, event, step) DO NOTHING",
    )
    .bind(one.channel_id.as_str())
    .bind(&one.event)
    .bind(&one.step)
    .bind(to_json("notice", &one.notice)?)
    .bind(&one.message_id)
    .bind(one.due_ms)
    .bind(one.created_at_ms)
    .execute(to)
    .await?;
    Ok(done.rows_affected())
}

fn notification(row: &SqliteRow) -> Result<Notification, MetaError> {
    Ok(Notification {
        id: row.try_get("id")?,
        event: row.try_get("event")?,
        notice: from_json("notice", row.try_get("notice")?)?,
        message_id: row.try_get("message_id")?,
        bundle: row.try_get("bundle")?,
        tries: row.try_get("tries")?,
        told_to: from_json("addresses", row.try_get("told_to")?)?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
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
