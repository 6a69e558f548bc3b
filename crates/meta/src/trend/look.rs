//! Looks: each writes what it found, what became of it, and the jobs that tell of it, in one transaction.

use super::event::TrendHistory;
use crate::store::to_json;
use crate::{Meta, MetaError, NewJob, work};
use model::OrganizationId;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// The last look at the bills in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendLook {
    /// Currency.
    pub currency: String,
    /// Grows with each look; not written.
    pub version: i64,
    /// When (ms).
    pub looked_at_ms: i64,
    /// Names what was looked at.
    pub state: String,
    /// First day of the series (`YYYY-MM-DD`).
    pub first_day: String,
    /// Last day of data.
    pub through: String,
    /// Series that were looked at.
    pub series: u32,
    /// What is to be known of it.
    pub message: Option<String>,
}

/// An event as a look writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundTrend {
    /// Identifier.
    pub id: String,
    /// `open`, `ended` or `withdrawn`.
    pub status: String,
    /// Account of its object.
    pub account_id: Option<String>,
    /// Service of its object.
    pub service: Option<String>,
    /// `increase` or `decrease`.
    pub direction: String,
    /// Kind, by name.
    pub kind: String,
    /// First day.
    pub first_day: String,
    /// Last day.
    pub last_day: String,
    /// From 0 (low) to 3 (critical).
    pub severity: i64,
    /// How many times it was opened.
    pub opening: u32,
    /// All of it.
    pub event: Value,
    /// Whether people are told of this opening now.
    pub told: bool,
    /// What became of it, where that is to be remembered.
    pub history: Option<TrendHistory>,
}

impl Meta {
    /// The last looks at an organization's bills, by currency.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_looks(&self, organization: &OrganizationId) -> Result<Vec<TrendLook>, MetaError> {
        let rows = sqlx::query("SELECT * FROM trend_looks WHERE organization_id = ? ORDER BY currency")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        let look = |row: &SqliteRow| {
            Ok(TrendLook {
                currency: row.try_get("currency")?,
                version: row.try_get("version")?,
                looked_at_ms: row.try_get("looked_at_ms")?,
                state: row.try_get("state")?,
                first_day: row.try_get("first_day")?,
                through: row.try_get("through")?,
                series: row.try_get("series")?,
                message: row.try_get("message")?,
            })
        };
        rows.iter().map(look).collect()
    }

    /// Writes a look, what it found and the jobs that tell of it, in one step. False, and nothing is written, when another
    /// look came since the one with the version `after` (0: since there was none).
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn keep_trend_look(
        &self,
        organization: &OrganizationId,
        look: &TrendLook,
        after: i64,
        found: &[FoundTrend],
        jobs: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let now: Option<i64> =
            sqlx::query_scalar("SELECT version FROM trend_looks WHERE organization_id = ? AND currency = ?")
                .bind(organization.as_str())
                .bind(&look.currency)
                .fetch_optional(&mut *transaction)
                .await?;
        if now.unwrap_or(0) != after {
            return Ok(false);
        }
        sqlx::query(
            "INSERT OR REPLACE INTO trend_looks (organization_id, currency, version, looked_at_ms, state, first_day,
                 through, series, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(organization.as_str())
        .bind(&look.currency)
        .bind(after + 1)
        .bind(look.looked_at_ms)
        .bind(&look.state)
        .bind(&look.first_day)
        .bind(&look.through)
        .bind(look.series)
        .bind(&look.message)
        .execute(&mut *transaction)
        .await?;
        for one in found {
            write(&mut transaction, organization, look, one).await?;
        }
        work::insert_all(&mut transaction, jobs).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn write(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    look: &TrendLook,
    found: &FoundTrend,
) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO trend_events (organization_id, id, currency, status, account_id, service, direction, kind,
             first_day, last_day, severity, opening, event, told_opening, recorded_at_ms, changed_at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, CASE WHEN ?14 THEN ?12 ELSE 0 END, ?15, ?15)
         ON CONFLICT (organization_id, id) DO UPDATE SET status = excluded.status,
             account_id = excluded.account_id, service = excluded.service, direction = excluded.direction,
             kind = excluded.kind, first_day = excluded.first_day, last_day = excluded.last_day,
             severity = excluded.severity, opening = excluded.opening, event = excluded.event,
             -- What is put away and comes back is looked at again.
             archived = CASE WHEN excluded.opening > opening THEN 0 ELSE archived END,
             told_opening = max(told_opening, excluded.told_opening), changed_at_ms = excluded.changed_at_ms",
    )
    .bind(organization.as_str())
    .bind(&found.id)
    .bind(&look.currency)
    .bind(&found.status)
    .bind(&found.account_id)
    .bind(&found.service)
    .bind(&found.direction)
    .bind(&found.kind)
    .bind(&found.first_day)
    .bind(&found.last_day)
    .bind(found.severity)
    .bind(found.opening)
    .bind(to_json("event", &found.event)?)
    .bind(found.told)
    .bind(look.looked_at_ms)
    .execute(&mut *to)
    .await?;
    match &found.history {
        Some(history) => insert_history(to, organization, &found.id, history).await,
        None => Ok(()),
    }
}

/// A line of an event's history, in the transaction of what it tells.
pub(super) async fn insert_history(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    id: &str,
    history: &TrendHistory,
) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO trend_history (organization_id, event_id, at_ms, transition, words, publication)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(organization.as_str())
    .bind(id)
    .bind(history.at_ms)
    .bind(&history.transition)
    .bind(&history.words)
    .bind(&history.publication)
    .execute(to)
    .await?;
    Ok(())
}
