//! The outbox: what was published, and what is still to follow from it.
//!
//! A row is written in the publication's own transaction ([`Meta::publish`]). When the reading that published has come
//! to its end, the jobs that follow are queued and the row is marked, in one step; so each publication is followed at
//! least once, by whichever process is there. The row also says which bill diffs are to be made of the publication, once it
//! is complete.

use crate::bill_change::{self, BillChange};
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewJob, work};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};

/// A bill diff that is to be made: between two publications of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillDiff {
    /// The publication that counted.
    pub before: i64,
    /// The one that counts in its place; `None`: the connection has the month no longer.
    pub after: Option<i64>,
    /// Given when the month comes from another source, in words.
    pub source: Option<String>,
}

/// A row of the outbox of which bill diffs are to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undiffed {
    /// Its number.
    pub id: i64,
    /// When the month was published (ms).
    pub at_ms: i64,
    /// The diffs.
    pub diffs: Vec<BillDiff>,
}

/// Of rows of which bill diffs can be made: their publication came to its end. What was replaced before has handed them on.
const DIFFS_DUE: &str = "diffs IS NOT NULL
    AND EXISTS (SELECT 1 FROM publications WHERE id = publication_id AND stage = 'complete')";

impl Meta {
    /// The bill diffs of a connection's publications that are still to be made, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn undiffed(&self, connection: &ConnectionId) -> Result<Vec<Undiffed>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT id, at_ms, diffs FROM outbox WHERE connection_id = ? AND {DIFFS_DUE} ORDER BY id"
        )))
        .bind(connection.as_str())
        .fetch_all(&self.pool)
        .await?;
        let undiffed = |row: &sqlx::sqlite::SqliteRow| {
            Ok(Undiffed {
                id: row.try_get("id")?,
                at_ms: row.try_get("at_ms")?,
                diffs: from_json("bill diffs", row.try_get("diffs")?)?,
            })
        };
        rows.iter().map(undiffed).collect()
    }

    /// Keeps the bill diffs of a row of the outbox, in one step with that they are made: whoever makes them as well keeps
    /// nothing. What follows from them is to be queued then.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn keep_bill_changes(&self, row: i64, changes: &[BillChange]) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE outbox SET diffs = NULL, relayed_at_ms = CASE WHEN ? THEN NULL ELSE relayed_at_ms END
             WHERE id = ? AND diffs IS NOT NULL",
        )
        .bind(!changes.is_empty())
        .bind(row)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 1 {
            for change in changes {
                bill_change::insert(&mut transaction, change).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Connections with publications from before an instant (ms) of which nothing was queued yet or a bill diff is due, and that no job reads:
    /// whoever published them ended before its time, or is no job.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn unrelayed(&self, before_ms: i64) -> Result<Vec<(OrganizationId, ConnectionId)>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT DISTINCT connections.organization_id, connections.id FROM (
                 SELECT connection_id FROM outbox WHERE relayed_at_ms IS NULL AND at_ms < ?1
                 UNION SELECT connection_id FROM outbox WHERE at_ms < ?1 AND {DIFFS_DUE}) AS open
             JOIN connections ON connections.id = open.connection_id
             WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.connection_id = connections.id
                               AND jobs.name = 'read' AND jobs.state = 'running')"
        )))
        .bind(before_ms)
        .fetch_all(&self.pool)
        .await?;
        let both = |row: &sqlx::sqlite::SqliteRow| {
            Ok((
                parsed("organization", row.try_get("organization_id")?)?,
                parsed("connection", row.try_get("id")?)?,
            ))
        };
        rows.iter().map(both).collect()
    }

    /// Queues what follows from a connection's publications of which nothing was queued yet, if there are any, and notes
    /// it, in one step.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn relay(
        &self,
        connection: &ConnectionId,
        now_ms: i64,
        jobs: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE outbox SET relayed_at_ms = ? WHERE connection_id = ? AND relayed_at_ms IS NULL",
        )
        .bind(now_ms)
        .bind(connection.as_str())
        .execute(&mut *transaction)
        .await?;
        let any = done.rows_affected() > 0;
        if any {
            work::insert_all(&mut transaction, jobs).await?;
        }
        transaction.commit().await?;
        Ok(any)
    }
}

/// The row, in the transaction of its publication.
pub(crate) async fn insert(
    to: &mut SqliteConnection,
    publication: i64,
    connection: &ConnectionId,
    period: BillingPeriod,
    at_ms: i64,
    diffs: &[BillDiff],
) -> Result<(), MetaError> {
    let diffs = if diffs.is_empty() { None } else { Some(to_json("bill diffs", &diffs)?) };
    sqlx::query(
        "INSERT INTO outbox (publication_id, connection_id, period, at_ms, diffs) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(publication)
    .bind(connection.as_str())
    .bind(period.to_string())
    .bind(at_ms)
    .bind(diffs)
    .execute(to)
    .await?;
    Ok(())
}

/// The bill diffs of a publication that replaces another one: those of the other one, if it never came to its end, so that
/// none was made of it; else one against it.
pub(crate) async fn inherited(
    to: &mut SqliteConnection,
    former: i64,
    new: i64,
) -> Result<Vec<BillDiff>, MetaError> {
    let row = sqlx::query(
        "SELECT diffs FROM outbox WHERE publication_id = ?1 AND diffs IS NOT NULL
             AND EXISTS (SELECT 1 FROM publications WHERE id = ?1 AND stage = 'dashboards')",
    )
    .bind(former)
    .fetch_optional(&mut *to)
    .await?;
    let Some(row) = row else {
        return Ok(vec![BillDiff { before: former, after: Some(new), source: None }]);
    };
    let mut diffs: Vec<BillDiff> = from_json("bill diffs", row.try_get("diffs")?)?;
    for diff in diffs.iter_mut().filter(|diff| diff.after == Some(former)) {
        diff.after = Some(new);
    }
    forget_diffs(to, former).await?;
    Ok(diffs)
}

/// The bill diffs of a publication that takes the place of another connection's, in words for both. One that never came to
/// its end had none made: what counted before it is compared, and what it had taken from others it hands on.
pub(crate) async fn retiring(
    to: &mut SqliteConnection,
    retired: i64,
    new: i64,
    words: &[String; 2],
) -> Result<Vec<BillDiff>, MetaError> {
    let mut diffs = inherited(to, retired, retired).await?;
    let own = diffs.iter().find(|diff| diff.source.is_none() && diff.after == Some(retired));
    let before = own.map_or(retired, |diff| diff.before);
    diffs.retain(|diff| diff.after.is_none());
    let [ours, theirs] = words.clone().map(Some);
    diffs.push(BillDiff { before, after: Some(new), source: ours });
    diffs.push(BillDiff { before, after: None, source: theirs });
    Ok(diffs)
}

/// Has no bill diffs made of a publication.
pub(crate) async fn forget_diffs(to: &mut SqliteConnection, publication: i64) -> Result<(), MetaError> {
    sqlx::query("UPDATE outbox SET diffs = NULL WHERE publication_id = ?")
        .bind(publication)
        .execute(to)
        .await?;
    Ok(())
}

/// Forgets rows that nothing is to follow from any more: neither jobs nor bill diffs, which are due or will be.
pub(crate) async fn forget(at: &mut SqliteConnection, before_ms: i64) -> Result<(), MetaError> {
    sqlx::query(
        "DELETE FROM outbox WHERE relayed_at_ms < ? AND (diffs IS NULL OR NOT EXISTS (
             SELECT 1 FROM publications
             WHERE id = publication_id AND (stage = 'complete' OR superseded_at_ms IS NULL)))",
    )
    .bind(before_ms)
    .execute(at)
    .await?;
    Ok(())
}
