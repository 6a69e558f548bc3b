//! What fails of connections, as rows: a cause, its first and last time, how often, and its end.

use crate::store::{from_json, parsed, to_json};
use crate::{Failure, Meta, MetaError};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::fmt;
use std::str::FromStr;

/// What is failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The source could not be looked at, or not be read as a whole.
    Look,
    /// Nothing is there any more.
    Gone,
    /// Nothing is there yet: no failure, but part of the history.
    Empty,
    /// A delivery was refused.
    Month,
    /// No new deliveries come.
    Stopped,
}

const KINDS: [FailureKind; 5] =
    [FailureKind::Look, FailureKind::Gone, FailureKind::Empty, FailureKind::Month, FailureKind::Stopped];

impl FailureKind {
    /// Name in the database and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Gone => "gone",
            Self::Empty => "empty",
            Self::Month => "month",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for FailureKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        KINDS
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| format!("'{text}' is no kind of failure"))
    }
}

/// A cause, from its first time to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRow {
    /// Identifier; grows.
    pub id: i64,
    /// Whose source it is.
    pub connection_id: ConnectionId,
    /// What fails.
    pub kind: FailureKind,
    /// The month, or the delivery where no month is known; else empty.
    pub subject: String,
    /// The cause, and what to do.
    pub failure: Failure,
    /// First time (ms).
    pub first_at_ms: i64,
    /// Last time (ms).
    pub last_at_ms: i64,
    /// How often.
    pub times: u32,
    /// When it was over (ms).
    pub ended_at_ms: Option<i64>,
}

/// Causes that are over and are kept of a connection, the newest: what a page shows.
const MOST_ENDED: i64 = 200;
/// Deliveries that are kept although they are there no more: the arrivals by which others are judged.
const MOST_PAST: i64 = 400;

impl Meta {
    /// Notes that something fails, once more or for the first time; whether this cause is new. Another cause of the
    /// same takes the place of the one before, which ends.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn fails(
        &self,
        connection: &ConnectionId,
        kind: FailureKind,
        subject: &str,
        failure: &Failure,
        now_ms: i64,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let open: Option<(i64, String)> = sqlx::query_as(
            "SELECT id, failure FROM failures
             WHERE connection_id = ? AND kind = ? AND subject = ? AND ended_at_ms IS NULL",
        )
        .bind(connection.as_str())
        .bind(kind.name())
        .bind(subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let open = match open {
            None => None,
            Some((id, text)) => Some((id, from_json::<Failure>("failure", &text)?)),
        };
        let again = open.as_ref().is_some_and(|(_, known)| known.message == failure.message);
        if let Some((id, _)) = open {
            let change = if again {
                // Its words stay: somebody may have found out more since.
                "UPDATE failures SET last_at_ms = ?1, times = times + 1 WHERE id = ?2 AND ?3 <> ''"
            } else {
                "UPDATE failures SET ended_at_ms = ?1 WHERE id = ?2 AND ?3 <> ''"
            };
            sqlx::query(change)
                .bind(now_ms)
                .bind(id)
                .bind(to_json("failure", failure)?)
                .execute(&mut *transaction)
                .await?;
        }
        if !again {
            // Of a connection that was removed meanwhile nothing is kept.
            sqlx::query(
                "INSERT INTO failures (connection_id, kind, subject, failure, first_at_ms, last_at_ms)
                 SELECT id, ?2, ?3, ?4, ?5, ?5 FROM connections WHERE id = ?1",
            )
            .bind(connection.as_str())
            .bind(kind.name())
            .bind(subject)
            .bind(to_json("failure", failure)?)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "DELETE FROM failures WHERE connection_id = ?1 AND ended_at_ms IS NOT NULL AND id <= (
                     SELECT id FROM failures WHERE connection_id = ?1 AND ended_at_ms IS NOT NULL
                     ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            )
            .bind(connection.as_str())
            .bind(MOST_ENDED)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(!again)
    }

    /// Gives what fails other words, which say more; neither times nor instants change.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn reword_failure(&self, id: i64, failure: &Failure) -> Result<(), MetaError> {
        sqlx::query("UPDATE failures SET failure = ? WHERE id = ?")
            .bind(to_json("failure", failure)?)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends what failed of these kinds; how many that were.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn is_well(
        &self,
        connection: &ConnectionId,
        kinds: &[FailureKind],
        now_ms: i64,
    ) -> Result<u64, MetaError> {
        let mut ended = 0;
        for kind in kinds {
            let done = sqlx::query(
                "UPDATE failures SET ended_at_ms = ? WHERE connection_id = ? AND kind = ? AND ended_at_ms IS NULL",
            )
            .bind(now_ms)
            .bind(connection.as_str())
            .bind(kind.name())
            .execute(&self.pool)
            .await?;
            ended += done.rows_affected();
        }
        Ok(ended)
    }

    /// Ends what failed of months but those that `still` fail: the others were read, or are not delivered any more.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn months_are_well(
        &self,
        connection: &ConnectionId,
        still: &[String],
        now_ms: i64,
    ) -> Result<u64, MetaError> {
        let done = sqlx::query(
            "UPDATE failures SET ended_at_ms = ?1 WHERE connection_id = ?2 AND kind = 'month'
                 AND ended_at_ms IS NULL AND subject NOT IN (SELECT value FROM json_each(?3))",
        )
        .bind(now_ms)
        .bind(connection.as_str())
        .bind(to_json("months", &still)?)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// What fails of an organization's connections now, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn open_failures(&self, organization: &OrganizationId) -> Result<Vec<FailureRow>, MetaError> {
        let rows = sqlx::query(
            "SELECT failures.* FROM failures JOIN connections ON connections.id = failures.connection_id
             WHERE organization_id = ? AND ended_at_ms IS NULL ORDER BY failures.id DESC",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(row).collect()
    }

    /// What failed of a connection, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn failures_of(
        &self,
        connection: &ConnectionId,
        limit: u32,
    ) -> Result<Vec<FailureRow>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM failures WHERE connection_id = ? ORDER BY ended_at_ms IS NOT NULL, id DESC LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(row).collect()
    }

    /// Notes the deliveries that a look found; whether one of them is new.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn deliveries_seen(
        &self,
        connection: &ConnectionId,
        deliveries: &[String],
        now_ms: i64,
    ) -> Result<bool, MetaError> {
        let deliveries = to_json("deliveries", &deliveries)?;
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE deliveries SET present = delivery IN (SELECT value FROM json_each(?2)) WHERE connection_id = ?1",
        )
        .bind(connection.as_str())
        .bind(&deliveries)
        .execute(&mut *transaction)
        .await?;
        let new = sqlx::query(
            "INSERT OR IGNORE INTO deliveries (connection_id, delivery, seen_at_ms)
             SELECT connections.id, value, ?3 FROM connections, json_each(?2) WHERE connections.id = ?1",
        )
        .bind(connection.as_str())
        .bind(&deliveries)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "DELETE FROM deliveries WHERE connection_id = ?1 AND present = 0 AND seen_at_ms < (
                 SELECT seen_at_ms FROM deliveries WHERE connection_id = ?1 AND present = 0
                 ORDER BY seen_at_ms DESC LIMIT 1 OFFSET ?2)",
        )
        .bind(connection.as_str())
        .bind(MOST_PAST)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(new.rows_affected() > 0)
    }

    /// When new deliveries of a connection were seen (ms), newest first, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn arrivals(&self, connection: &ConnectionId, limit: u32) -> Result<Vec<i64>, MetaError> {
        let found = sqlx::query_scalar(
            "SELECT DISTINCT seen_at_ms FROM deliveries WHERE connection_id = ?
             ORDER BY seen_at_ms DESC LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(found)
    }

    /// The connections whose deliveries are waited for: those that are looked at again and again.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn polled_connections(&self) -> Result<Vec<(OrganizationId, ConnectionId)>, MetaError> {
        let rows = sqlx::query(
            "SELECT connections.id, organization_id FROM connections
             JOIN organizations ON organizations.id = connections.organization_id
             WHERE state <> 'draft' AND kind <> 'shared' AND paused = 0 AND created_at_ms > 0
                 AND organizations.demo = 0
             ORDER BY connections.id",
        )
        .fetch_all(&self.pool)
        .await?;
        let both = |row: &SqliteRow| {
            Ok((
                parsed("organization", row.try_get("organization_id")?)?,
                parsed("connection", row.try_get("id")?)?,
            ))
        };
        rows.iter().map(both).collect()
    }
}

/// Ends what failed of a month, in the transaction of what ends it.
pub(crate) async fn month_is_well(
    to: &mut SqliteConnection,
    connection: &ConnectionId,
    period: BillingPeriod,
    now_ms: i64,
) -> Result<(), MetaError> {
    sqlx::query(
        "UPDATE failures SET ended_at_ms = ? WHERE connection_id = ? AND kind = 'month' AND subject = ?
             AND ended_at_ms IS NULL",
    )
    .bind(now_ms)
    .bind(connection.as_str())
    .bind(period.to_string())
    .execute(to)
    .await?;
    Ok(())
}

fn row(row: &SqliteRow) -> Result<FailureRow, MetaError> {
    Ok(FailureRow {
        id: row.try_get("id")?,
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        kind: parsed("kind of failure", row.try_get("kind")?)?,
        subject: row.try_get("subject")?,
        failure: from_json("failure", row.try_get("failure")?)?,
        first_at_ms: row.try_get("first_at_ms")?,
        last_at_ms: row.try_get("last_at_ms")?,
        times: row.try_get("times")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
    })
}
