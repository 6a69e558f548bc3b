//! What is to be told by a channel, and each try.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewJob, work};
use model::{ChannelId, OrganizationId};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Once a message gets through, others that were tried longer ago than this (ms) do not wait for their time.
const AGO_MS: i64 = 300_000;

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
    /// When it was tried first (ms).
    pub first_try_ms: Option<i64>,
    /// Whether its receiver refused it alone.
    pub refused: bool,
    /// Addresses of a mail that have it already.
    pub told_to: Vec<String>,
    /// When its time is (ms); it may be tried before.
    pub due_ms: i64,
    /// When it happened (ms).
    pub created_at_ms: i64,
}

/// What goes out in one message from now on.
#[derive(Clone, Debug)]
pub struct Composed<'a> {
    /// Rows that it holds.
    pub ids: &'a [i64],
    /// Its name.
    pub message_id: &'a str,
    /// Why it holds what it holds, as the application keeps it.
    pub bundle: &'a str,
    /// Where some of it was tried before: how often, and when first (ms).
    pub tried: Option<(u32, Option<i64>)>,
    /// And when its time is (ms).
    pub due_ms: Option<i64>,
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

    const fn next_ms(self) -> Option<i64> {
        match self {
            Self::Later(at_ms) => Some(at_ms),
            _ => None,
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
    /// Whether it was the message's time: a try before it is none of the ten.
    pub counts: bool,
    /// Whether the receiver refused this message alone.
    pub refused: bool,
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
                             AND (due_ms <= ?1 OR early)) ORDER BY id",
        )
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        ids.iter().map(|id| parsed("channel", id)).collect()
    }

    /// What waits at a channel and whose time has come, the oldest first; nothing where no time has. Steps of one event go out
    /// in their order: what is over is not told before it began. `before`: what was tried without success goes along before
    /// its time, so that what is newer does not pass it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn due_notifications(
        &self,
        channel: &ChannelId,
        now_ms: i64,
        before: bool,
        most: i64,
    ) -> Result<Vec<Notification>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notifications AS one WHERE channel_id = ?1 AND state = 'waiting'
                 AND (due_ms <= ?2 OR early OR (?3 AND bundle <> 'new' AND NOT refused))
                 AND NOT EXISTS (SELECT 1 FROM notifications AS before WHERE before.channel_id = ?1
                     AND before.event = one.event AND +before.id < one.id AND before.state = 'waiting'
                     AND before.due_ms > ?2 AND NOT before.early
                     AND NOT (?3 AND before.bundle <> 'new' AND NOT before.refused))
                 AND (NOT ?3 OR EXISTS (SELECT 1 FROM notifications AS other WHERE other.channel_id = ?1
                     AND other.state = 'waiting' AND (other.due_ms <= ?2 OR other.early)))
             ORDER BY id LIMIT ?4",
        )
        .bind(channel.as_str())
        .bind(now_ms)
        .bind(before)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(notification).collect()
    }

    /// All that a message holds and that waits, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn message(
        &self,
        channel: &ChannelId,
        message_id: &str,
    ) -> Result<Vec<Notification>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notifications WHERE channel_id = ? AND message_id = ? AND state = 'waiting' ORDER BY id",
        )
        .bind(channel.as_str())
        .bind(message_id)
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
    pub async fn bundle(&self, composed: &Composed<'_>) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE notifications SET message_id = ?1, bundle = ?2, tries = coalesce(?3, tries),
                 first_try_ms = coalesce(?4, first_try_ms), due_ms = coalesce(?5, due_ms)
             WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?6))",
        )
        .bind(composed.message_id)
        .bind(composed.bundle)
        .bind(composed.tried.map(|(tries, _)| tries))
        .bind(composed.tried.and_then(|(_, first)| first))
        .bind(composed.due_ms)
        .bind(to_json("notifications", &composed.ids)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that some of what waits can be told by nobody, and why, in one step.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn set_aside(&self, ids: &[i64], delivery: &NewDelivery) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE notifications SET state = 'failed'
             WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json("notifications", &ids)?)
        .execute(&mut *transaction)
        .await?;
        log(&mut transaction, delivery).await?;
        Ok(transaction.commit().await?)
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

    /// Writes a try down, what became of the message by it, and who is told of that, in one step. Once a message got
    /// through, others do not wait for their time, but those that were refused alone.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn tried(&self, delivery: &NewDelivery, jobs: &[NewJob]) -> Result<i64, MetaError> {
        let mut transaction = self.write().await?;
        let id = log(&mut transaction, delivery).await?;
        // The receiver is gone: no try of the message counts, and it waits for the channel.
        let (state, counts) = match delivery.told {
            Told::Delivered => ("sent", true),
            Told::Failed => ("failed", true),
            Told::Later(_) => ("waiting", delivery.counts),
            Told::Gone => ("waiting", false),
        };
        sqlx::query(
            "UPDATE notifications SET state = ?1, tries = tries + ?2, due_ms = coalesce(?3, due_ms), early = 0,
                 refused = ?4, first_try_ms = coalesce(first_try_ms, ?5), last_try_ms = ?5,
                 sent_at_ms = CASE WHEN ?1 = 'sent' THEN ?5 END
             WHERE channel_id = ?6 AND message_id = ?7 AND state = 'waiting'",
        )
        .bind(state)
        .bind(counts)
        .bind(delivery.told.next_ms())
        .bind(delivery.refused)
        .bind(delivery.at_ms)
        .bind(delivery.channel_id.as_str())
        .bind(&delivery.message_id)
        .execute(&mut *transaction)
        .await?;
        if delivery.told == Told::Delivered {
            sqlx::query(
                "UPDATE notifications SET early = 1 WHERE channel_id = ?1 AND state = 'waiting' AND bundle <> 'new'
                     AND NOT refused AND due_ms > ?2 AND last_try_ms <= ?3",
            )
            .bind(delivery.channel_id.as_str())
            .bind(delivery.at_ms)
            .bind(delivery.at_ms - AGO_MS)
            .execute(&mut *transaction)
            .await?;
        }
        work::insert_all(&mut transaction, jobs).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Whether a channel's receiver took anything since an instant (ms).
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn took_since(&self, channel: &ChannelId, since_ms: i64) -> Result<bool, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM notification_deliveries WHERE channel_id = ? AND at_ms >= ?
                 AND outcome = 'delivered')",
        )
        .bind(channel.as_str())
        .bind(since_ms)
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
}

async fn log(to: &mut SqliteConnection, delivery: &NewDelivery) -> Result<i64, MetaError> {
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
    .bind(delivery.told.next_ms())
    .fetch_one(to)
    .await?;
    Ok(id)
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
        // What is no JSON cannot be told, and holds up nothing else.
        notice: serde_json::from_str(row.try_get("notice")?).unwrap_or_default(),
        message_id: row.try_get("message_id")?,
        bundle: row.try_get("bundle")?,
        tries: row.try_get("tries")?,
        first_try_ms: row.try_get("first_try_ms")?,
        refused: row.try_get("refused")?,
        told_to: from_json("addresses", row.try_get("told_to")?)?,
        due_ms: row.try_get("due_ms")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
