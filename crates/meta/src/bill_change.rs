//! What restatements of a month changed.

use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError};
use model::{BillingPeriod, ConnectionId, Decimal};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// One line of a bill diff. Figures are unblended cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangedLine {
    /// Service.
    pub service: String,
    /// Account.
    pub account_id: String,
    /// As published before.
    pub before: Decimal,
    /// As published now.
    pub after: Decimal,
}

/// A bill diff: one restatement of one month.
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
    /// What changed, the largest change first.
    pub lines: Vec<ChangedLine>,
}

impl Meta {
    /// Keeps a bill diff.
    pub async fn keep_bill_change(&self, change: &BillChange) -> Result<(), MetaError> {
        sqlx::query(
            "INSERT INTO bill_changes
             (connection_id, period, changed_at_ms, currency, total_before, total_after, changes)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(change.connection_id.as_str())
        .bind(change.period.to_string())
        .bind(change.changed_at_ms)
        .bind(&change.currency)
        .bind(change.total_before.to_string())
        .bind(change.total_after.to_string())
        .bind(to_json("bill change", &change.lines)?)
        .execute(&self.pool)
        .await?;
        Ok(())
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

fn change(row: &SqliteRow) -> Result<BillChange, MetaError> {
    Ok(BillChange {
        connection_id: parsed("connection", row.try_get("connection_id")?)?,
        period: parsed("period", row.try_get("period")?)?,
        changed_at_ms: row.try_get("changed_at_ms")?,
        currency: row.try_get("currency")?,
        total_before: parsed("total", row.try_get("total_before")?)?,
        total_after: parsed("total", row.try_get("total_after")?)?,
        lines: from_json("bill change", row.try_get("changes")?)?,
    })
}
