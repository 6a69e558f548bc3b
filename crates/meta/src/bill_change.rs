//! What restatements of a month changed.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewJob, work};
use model::{BillingPeriod, ConnectionId, Decimal};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// One line of a bill diff. Figures are unblended cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangedLine {
    /// Service.
    pub service: String,
    /// Account.
    pub account_id: String,
    /// What the charge is: usage, refund, credit, tax; not known of diffs of earlier versions.
    #[serde(default)]
    pub charge_type: Option<String>,
    /// As published before.
    pub before: Decimal,
    /// As published now.
    pub after: Decimal,
    /// Line items behind `before`; not known of diffs of earlier versions.
    #[serde(default)]
    pub rows_before: Option<u64>,
    /// Line items behind `after`.
    #[serde(default)]
    pub rows_after: Option<u64>,
}

/// What changed of one service, account or charge type as a whole. Figures are unblended cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangedSum {
    /// The service, account or charge type.
    pub key: String,
    /// As published before.
    pub before: Decimal,
    /// As published now.
    pub after: Decimal,
    /// Line items behind `before`.
    pub rows_before: u64,
    /// Line items behind `after`.
    pub rows_after: u64,
}

/// What changed by each dimension, the largest change first; the smallest may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangedSums {
    /// By service.
    pub services: Vec<ChangedSum>,
    /// By account.
    pub accounts: Vec<ChangedSum>,
    /// By charge type: refunds and credits apart from usage.
    pub charge_types: Vec<ChangedSum>,
}

/// What of a restatement is none of a month's growth: all of a month that was final before, or what changed of days
/// that were complete before. Figures are unblended cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SettledChange {
    /// The last day that was complete before, as `YYYY-MM-DD`; `None`: the month was final, and this is all of it.
    pub through: Option<String>,
    /// As published before.
    pub before: Decimal,
    /// As published now.
    pub after: Decimal,
    /// By service, account and charge type.
    pub sums: ChangedSums,
}

/// A bill diff: one restatement of one month in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillChange {
    /// Whose bill.
    pub connection_id: ConnectionId,
    /// The month.
    pub period: BillingPeriod,
    /// When the new bill was published (ms).
    pub changed_at_ms: i64,
    /// Currency of the figures.
    pub currency: String,
    /// Total before.
    pub total_before: Decimal,
    /// Total now.
    pub total_after: Decimal,
    /// Line items behind the total before; not known of diffs of earlier versions.
    pub rows_before: Option<u64>,
    /// Line items behind the total now.
    pub rows_after: Option<u64>,
    /// Lines that changed, those that are not kept included; not known of diffs of earlier versions.
    pub lines_total: Option<u64>,
    /// What changed, the largest change first; the smallest may be left out.
    pub lines: Vec<ChangedLine>,
    /// The same by service, account and charge type; not known of diffs of earlier versions.
    pub sums: Option<ChangedSums>,
    /// What of it is none of the month's growth; `None`: nothing.
    pub settled: Option<SettledChange>,
    /// Given when the month comes from another source than before, by somebody's choice: from which to which, in words.
    pub source: Option<String>,
}

impl Meta {
    /// The bill diffs of a connection that change what was settled and of which it is not decided yet whether somebody is
    /// told, with their numbers, by month.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn untold_bill_changes(
        &self,
        connection: &ConnectionId,
    ) -> Result<Vec<(i64, BillChange)>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM bill_changes
             WHERE connection_id = ? AND settled IS NOT NULL AND told_at_ms IS NULL ORDER BY period, currency, id",
        )
        .bind(connection.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, change(row)?))).collect()
    }

    /// Notes that these bill diffs are told, or are not to be, and queues the mails that tell of them, in one step: each is
    /// told once. When somebody else told of them meanwhile, nothing is queued.
    ///
    /// # Errors
    /// The database cannot be written to: then they do not count as told.
    pub async fn tell_bill_changes(
        &self,
        numbers: &[i64],
        now_ms: i64,
        mails: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE bill_changes SET told_at_ms = ?
             WHERE told_at_ms IS NULL AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(now_ms)
        .bind(to_json("bill changes", &numbers)?)
        .execute(&mut *transaction)
        .await?;
        for mail in mails.iter().filter(|_| done.rows_affected() > 0) {
            work::insert(&mut transaction, mail).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The bill diffs of a connection, newest first.
    pub async fn bill_changes(
        &self,
        connection: &ConnectionId,
        most: u32,
    ) -> Result<Vec<BillChange>, MetaError> {
        let rows = sqlx::query("SELECT * FROM bill_changes WHERE connection_id = ? ORDER BY id DESC LIMIT ?")
            .bind(connection.as_str())
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(change).collect()
    }
}

/// Keeps a bill diff, in the transaction that notes that it is made.
pub(crate) async fn insert(to: &mut SqliteConnection, change: &BillChange) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO bill_changes
         (connection_id, period, changed_at_ms, currency, total_before, total_after, changes, rows_before,
          rows_after, lines_total, sums, settled, source)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(change.connection_id.as_str())
    .bind(change.period.to_string())
    .bind(change.changed_at_ms)
    .bind(&change.currency)
    .bind(change.total_before.to_string())
    .bind(change.total_after.to_string())
    .bind(to_json("bill change", &change.lines)?)
    .bind(change.rows_before.map(count))
    .bind(change.rows_after.map(count))
    .bind(change.lines_total.map(count))
    .bind(change.sums.as_ref().map(|sums| to_json("bill change", sums)).transpose()?)
    .bind(change.settled.as_ref().map(|settled| to_json("bill change", settled)).transpose()?)
    .bind(&change.source)
    .execute(to)
    .await?;
    Ok(())
}

fn change(row: &SqliteRow) -> Result<BillChange, MetaError> {
    Ok(BillChange {
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        period: parsed("period", row.try_get("period")?)?,
        changed_at_ms: row.try_get("changed_at_ms")?,
        currency: row.try_get("currency")?,
        total_before: parsed("total", row.try_get("total_before")?)?,
        total_after: parsed("total", row.try_get("total_after")?)?,
        rows_before: row.try_get::<Option<i64>, _>("rows_before")?.map(i64::unsigned_abs),
        rows_after: row.try_get::<Option<i64>, _>("rows_after")?.map(i64::unsigned_abs),
        lines_total: row.try_get::<Option<i64>, _>("lines_total")?.map(i64::unsigned_abs),
        lines: from_json("bill change", row.try_get("changes")?)?,
        sums: row
            .try_get::<Option<&str>, _>("sums")?
            .map(|sums| from_json("bill change", sums))
            .transpose()?,
        settled: row
            .try_get::<Option<&str>, _>("settled")?
            .map(|settled| from_json("bill change", settled))
            .transpose()?,
        source: row.try_get("source")?,
    })
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
