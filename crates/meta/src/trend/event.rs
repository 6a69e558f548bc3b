//! Events, as they are read.

use super::said::{TrendSaid, said};
use crate::store::{from_json, parsed};
use crate::{Meta, MetaError};
use model::OrganizationId;
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A recorded event, with what people said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendEvent {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Currency of its figures.
    pub currency: String,
    /// All of it, as the application keeps it.
    pub event: Value,
    /// The opening that people were told of last; 0: of none.
    pub told_opening: u32,
    /// Whether somebody put it away.
    pub archived: bool,
    /// What people said of it.
    pub said: TrendSaid,
    /// Comments there are.
    pub comments: u32,
    /// When it was found first (ms).
    pub recorded_at_ms: i64,
    /// When it changed last (ms).
    pub changed_at_ms: i64,
    /// Grows with whatever people change of it, or write about it.
    pub version: i64,
}

/// Which events; what is `None` or empty takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendFilter {
    /// In this currency.
    pub currency: Option<String>,
    /// Put away, or not.
    pub archived: Option<bool>,
    /// In any of these states, by name.
    pub statuses: Vec<String>,
    /// `increase` or `decrease`.
    pub direction: Option<String>,
    /// Of any of these accounts.
    pub accounts: Vec<String>,
    /// With a day from this one on (`YYYY-MM-DD`).
    pub from: Option<String>,
    /// With a day before this one.
    pub to: Option<String>,
}

/// What became of an event, or what somebody did about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendHistory {
    /// When (ms).
    pub at_ms: i64,
    /// What, a word.
    pub transition: String,
    /// The same for people.
    pub words: String,
    /// The newest publication that was looked at.
    pub publication: Option<String>,
}

const COLUMNS: &str =
    "e.*, (SELECT count(*) FROM trend_comments AS c WHERE c.organization_id = e.organization_id
           AND c.event_id = e.id) AS comments,
     (SELECT users.name FROM users WHERE users.id = e.assignee_id) AS assignee";

impl Meta {
    /// The events of an organization, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_events(
        &self,
        organization: &OrganizationId,
        filter: &TrendFilter,
    ) -> Result<Vec<TrendEvent>, MetaError> {
        let list = |values: &[String]| crate::store::to_json("filter", &values);
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM trend_events AS e WHERE e.organization_id = ?1
                 AND (?2 IS NULL OR e.currency = ?2)
                 AND (?3 IS NULL OR e.archived = ?3)
                 AND (?4 = '[]' OR e.status IN (SELECT value FROM json_each(?4)))
                 AND (?5 IS NULL OR e.direction = ?5)
                 AND (?6 = '[]' OR e.account_id IN (SELECT value FROM json_each(?6)))
                 AND (?7 IS NULL OR e.last_day >= ?7)
                 AND (?8 IS NULL OR e.first_day < ?8)
             ORDER BY e.first_day DESC, e.id"
        )))
        .bind(organization.as_str())
        .bind(&filter.currency)
        .bind(filter.archived)
        .bind(list(&filter.statuses)?)
        .bind(&filter.direction)
        .bind(list(&filter.accounts)?)
        .bind(&filter.from)
        .bind(&filter.to)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(event).collect()
    }

    /// An event of an organization.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_event(
        &self,
        organization: &OrganizationId,
        id: &str,
    ) -> Result<Option<TrendEvent>, MetaError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM trend_events AS e WHERE e.organization_id = ? AND e.id = ?"
        )))
        .bind(organization.as_str())
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(event).transpose()
    }

    /// What became of an event and what people did about it, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_history(
        &self,
        organization: &OrganizationId,
        id: &str,
    ) -> Result<Vec<TrendHistory>, MetaError> {
        let rows =
            sqlx::query("SELECT * FROM trend_history WHERE organization_id = ? AND event_id = ? ORDER BY id")
                .bind(organization.as_str())
                .bind(id)
                .fetch_all(&self.pool)
                .await?;
        let history = |row: &SqliteRow| {
            Ok(TrendHistory {
                at_ms: row.try_get("at_ms")?,
                transition: row.try_get("transition")?,
                words: row.try_get("words")?,
                publication: row.try_get("publication")?,
            })
        };
        rows.iter().map(history).collect()
    }
}

fn event(row: &SqliteRow) -> Result<TrendEvent, MetaError> {
    Ok(TrendEvent {
        id: row.try_get("id")?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        currency: row.try_get("currency")?,
        event: from_json("event", row.try_get("event")?)?,
        told_opening: row.try_get("told_opening")?,
        archived: row.try_get("archived")?,
        said: said(row)?,
        comments: row.try_get("comments")?,
        recorded_at_ms: row.try_get("recorded_at_ms")?,
        changed_at_ms: row.try_get("changed_at_ms")?,
        version: row.try_get("version")?,
    })
}
