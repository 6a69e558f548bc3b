//! Channels.

use crate::identity::insert_audit;
use crate::store::parsed;
use crate::{Meta, MetaError, NewAudit, NewJob, work};
use model::{ChannelId, OrganizationId, UserId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::fmt;
use std::str::FromStr;

/// When what waits at a channel goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// At once.
    Each,
    /// Once a day, together.
    Daily,
    /// Once a week, together.
    Weekly,
}

impl Cadence {
    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }
}

impl FromStr for Cadence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Each, Self::Daily, Self::Weekly]
            .into_iter()
            .find(|cadence| cadence.name() == text)
            .ok_or_else(|| format!("'{text}' is not when messages go out: use each, daily or weekly"))
    }
}

/// Whether a channel tells anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// It does.
    Active,
    /// Somebody turned it off.
    Off,
    /// Its receiver took nothing for days, or is gone.
    Disabled,
}

impl fmt::Display for ChannelState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Active => "active",
            Self::Off => "off",
            Self::Disabled => "disabled",
        })
    }
}

impl FromStr for ChannelState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "off" => Ok(Self::Off),
            "disabled" => Ok(Self::Disabled),
            other => Err(format!("'{other}' is not a state of a channel")),
        }
    }
}

/// A way by which notifications leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Identifier.
    pub id: ChannelId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Who made it, and hears when it is turned off.
    pub owner_id: Option<UserId>,
    /// Name.
    pub name: String,
    /// What kind of service it leads to, as the application calls it.
    pub kind: String,
    /// Where it leads, encrypted; `None`: its secret was forgotten.
    pub sealed_target: Option<Vec<u8>>,
    /// What may be shown of where it leads.
    pub shown: String,
    /// When what waits goes out.
    pub cadence: Cadence,
    /// Whether it tells anything.
    pub state: ChannelState,
    /// Why it was turned off, where nobody did.
    pub disabled_reason: Option<String>,
    /// Nothing is sent before: the receiver asked for it (ms).
    pub quiet_until_ms: i64,
    /// When it was made (ms).
    pub created_at_ms: i64,
}

/// What changes of a channel; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ChannelEdit {
    /// Name.
    pub name: Option<String>,
    /// Where it leads, encrypted (`None`: nobody knows any more), and what may be shown of it.
    pub target: Option<(Option<Vec<u8>>, String)>,
    /// When what waits goes out.
    pub cadence: Option<Cadence>,
    /// Whether it tells anything, and why it was turned off, where nobody did.
    pub state: Option<(ChannelState, Option<String>)>,
    /// Whether its receiver is another one, or works again: what waits begins anew, and nobody asked for quiet.
    pub anew: bool,
}

impl Meta {
    /// The channels of an organization, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn channels(&self, organization: &OrganizationId) -> Result<Vec<Channel>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM notification_channels WHERE organization_id = ? ORDER BY name COLLATE NOCASE, id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(channel).collect()
    }

    /// A channel, of whatever organization.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn channel(&self, id: &ChannelId) -> Result<Option<Channel>, MetaError> {
        let row = sqlx::query("SELECT * FROM notification_channels WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(channel).transpose()
    }

    /// Writes a new channel.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn add_channel(&self, channel: &Channel, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO notification_channels (id, organization_id, owner_id, name, kind, sealed_target, shown,
                 cadence, state, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(channel.id.as_str())
        .bind(channel.organization_id.as_str())
        .bind(channel.owner_id.as_ref().map(UserId::as_str))
        .bind(&channel.name)
        .bind(&channel.kind)
        .bind(&channel.sealed_target)
        .bind(&channel.shown)
        .bind(channel.cadence.name())
        .bind(channel.state.to_string())
        .bind(channel.created_at_ms)
        .execute(&mut *transaction)
        .await?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes what changes of a channel, and nothing else: what others write meanwhile stays. What waits for its digest goes
    /// out with the next look where there is none any more. Gives the channel as it is then.
    ///
    /// # Errors
    /// It is gone, or the database cannot be written to.
    pub async fn change_channel(
        &self,
        id: &ChannelId,
        change: &ChannelEdit,
        now_ms: i64,
        entry: &NewAudit,
    ) -> Result<Channel, MetaError> {
        let mut transaction = self.write().await?;
        let target = change.target.as_ref();
        let state = change.state.as_ref();
        let row = sqlx::query(
            "UPDATE notification_channels SET name = coalesce(?1, name),
                 sealed_target = CASE WHEN ?2 THEN ?3 ELSE sealed_target END,
                 shown = CASE WHEN ?2 THEN ?4 ELSE shown END, cadence = coalesce(?5, cadence),
                 disabled_reason = CASE WHEN ?6 IS NULL THEN disabled_reason ELSE ?7 END,
                 state = coalesce(?6, state), quiet_until_ms = CASE WHEN ?8 THEN 0 ELSE quiet_until_ms END
             WHERE id = ?9 RETURNING *",
        )
        .bind(&change.name)
        .bind(target.is_some())
        .bind(target.and_then(|(sealed, _)| sealed.as_ref()))
        .bind(target.map(|(_, shown)| shown))
        .bind(change.cadence.map(Cadence::name))
        .bind(state.map(|(state, _)| state.to_string()))
        .bind(state.and_then(|(_, reason)| reason.as_ref()))
        .bind(change.anew)
        .bind(id.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        gone(u64::from(row.is_some()), id)?;
        let changed = row.as_ref().map(channel).transpose()?;
        if change.cadence == Some(Cadence::Each) {
            sqlx::query(
                "UPDATE notifications SET due_ms = min(due_ms, ?)
                 WHERE channel_id = ? AND state = 'waiting' AND tries = 0",
            )
            .bind(now_ms)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        if change.anew {
            sqlx::query(
                "UPDATE notifications SET due_ms = min(due_ms, ?), tries = 0, first_try_ms = NULL, refused = 0, early = 0
                 WHERE channel_id = ? AND state = 'waiting' AND bundle <> 'new'",
            )
            .bind(now_ms)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        changed.ok_or_else(|| MetaError::NotFound { what: "channel", id: id.to_string() })
    }

    /// Turns a channel off because its receiver takes nothing, and queues who tells of it, in one step; `false`: it was not
    /// on any more.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn disable_channel(
        &self,
        id: &ChannelId,
        reason: &str,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE notification_channels SET state = 'disabled', disabled_reason = ? WHERE id = ? AND state = 'active'",
        )
        .bind(reason)
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await?;
        let disabled = done.rows_affected() == 1;
        if disabled {
            insert_audit(&mut transaction, entry).await?;
            work::insert_all(&mut transaction, jobs).await?;
        }
        transaction.commit().await?;
        Ok(disabled)
    }

    /// Notes that a receiver wants nothing before an instant.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn quiet_channel(&self, id: &ChannelId, until_ms: i64) -> Result<(), MetaError> {
        sqlx::query("UPDATE notification_channels SET quiet_until_ms = max(quiet_until_ms, ?) WHERE id = ?")
            .bind(until_ms)
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes a channel, with what waits for it and its log.
    ///
    /// # Errors
    /// It is gone, or the database cannot be written to.
    pub async fn remove_channel(&self, id: &ChannelId, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM notification_channels WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        gone(done.rows_affected(), id)?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Every channel that has a secret, with the secret as it is kept.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn sealed_targets(&self) -> Result<Vec<(ChannelId, Vec<u8>)>, MetaError> {
        let rows = sqlx::query(
            "SELECT id, sealed_target FROM notification_channels WHERE sealed_target IS NOT NULL ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((parsed("channel", row.try_get("id")?)?, row.try_get("sealed_target")?)))
            .collect()
    }

    /// Puts other secrets in the places of those that there are: all, or none. What a key's change is noted with is written
    /// beside the secrets of connections.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn replace_sealed_targets(&self, targets: &[(ChannelId, Vec<u8>)]) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        for (id, sealed) in targets {
            sqlx::query(
                "UPDATE notification_channels SET sealed_target = ? WHERE id = ? AND sealed_target IS NOT NULL",
            )
            .bind(sealed)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }
}

fn gone(rows: u64, id: &ChannelId) -> Result<(), MetaError> {
    if rows == 1 { Ok(()) } else { Err(MetaError::NotFound { what: "channel", id: id.to_string() }) }
}

fn channel(row: &SqliteRow) -> Result<Channel, MetaError> {
    let owner: Option<String> = row.try_get("owner_id")?;
    Ok(Channel {
        id: parsed("channel", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        owner_id: owner.map(|id| parsed("user", &id)).transpose()?,
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        sealed_target: row.try_get("sealed_target")?,
        shown: row.try_get("shown")?,
        cadence: parsed("cadence", row.try_get("cadence")?)?,
        state: parsed("state of a channel", row.try_get("state")?)?,
        disabled_reason: row.try_get("disabled_reason")?,
        quiet_until_ms: row.try_get("quiet_until_ms")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
