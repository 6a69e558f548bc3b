//! One bill that is there twice: the months in which it is, and which of the two somebody chose to count.
//!
//! A *candidate* is a connection, or a report or files of its source. A *conflict* is a month of which two candidates hold
//! the same account of the same bill. A *choice* says which of two candidates counts, from which month on. Whatever asks
//! which one counts asks [`chosen`].

use crate::identity::insert_entries;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit, Reason, failing, job};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Which part of a connection's source is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillPlace {
    /// All that the connection reads.
    Whole,
    /// A report, by its name.
    Report(String),
    /// Files, or all files below folders, by their paths.
    Files(Vec<String>),
}

/// One of two that hold the same bill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillCandidate {
    /// The connection.
    pub connection: ConnectionId,
    /// What of its source.
    pub place: BillPlace,
}

/// What is known of a candidate's month. What is not known is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BillSide {
    /// The connection's name, the report, or the files.
    pub name: String,
    /// What kind of report it is.
    #[serde(default)]
    pub what: Option<String>,
    /// Files of its delivery.
    #[serde(default)]
    pub files: Option<u64>,
    /// Their bytes.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// When the newest of them was written (ms).
    #[serde(default)]
    pub delivered_at_ms: Option<i64>,
    /// Rows that count.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Billed cost of the bill that both hold.
    #[serde(default)]
    pub total: Option<Decimal>,
    /// Its currency.
    #[serde(default)]
    pub currency: Option<String>,
    /// Accounts of the bill that this one has and the other lacks; the first ones.
    #[serde(default)]
    pub only_here: Vec<String>,
}

/// A month of which two candidates hold the same account of the same bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillConflict {
    /// Identifier; 0 before it is kept.
    pub id: i64,
    /// The month.
    pub period: BillingPeriod,
    /// Whose delivery is not counted, or not yet.
    pub own: BillCandidate,
    /// What stands against it.
    pub other: BillCandidate,
    /// Which one was chosen and is not there any more: `own`, `other` or empty.
    pub gone: String,
    /// What is known of both.
    pub detail: ConflictDetail,
    /// When it was noted (ms).
    pub noted_at_ms: i64,
}

/// What is known of a conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictDetail {
    /// Billing accounts that both hold.
    pub payers: Vec<String>,
    /// An account that both hold; empty where none is told.
    pub account: String,
    /// Whether the own month holds nothing else.
    pub whole: bool,
    /// Months that the own delivery holds; 0: not known.
    #[serde(default)]
    pub months: usize,
    /// Whether the files say their months, so that a choice can begin with one.
    pub dated: bool,
    /// Fingerprint of the own delivery.
    pub fingerprint: String,
    /// The own side.
    pub own: BillSide,
    /// The other one.
    pub other: BillSide,
}

/// Which of two candidates counts, from a month on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BillChoice {
    /// The one that counts.
    pub winner: BillCandidate,
    /// The one that does not.
    pub loser: BillCandidate,
    /// The first month; `None`: every month.
    pub from: Option<BillingPeriod>,
    /// Who chose.
    pub by: String,
    /// When (ms).
    pub at_ms: i64,
}

impl BillChoice {
    /// Whether it is about these two, whichever of them counts.
    pub fn is_of(&self, one: &BillCandidate, other: &BillCandidate) -> bool {
        (&self.winner == one && &self.loser == other) || (&self.winner == other && &self.loser == one)
    }
}

/// What somebody's choice changes, as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillDecision {
    /// The choice; it takes the place of those of the same two that begin with the same month or later. `None`: what was
    /// chosen against is gone, and there is nothing to choose.
    pub choice: Option<BillChoice>,
    /// Conflicts that are none any more.
    pub over: Vec<i64>,
    /// Months that fail no more, with their connection.
    pub well: Vec<(ConnectionId, BillingPeriod)>,
    /// What has to be read next, in this order.
    pub read: Vec<ConnectionId>,
}

/// Which of two candidates counts in a month; `None`: nobody chose. `period` is `None` where the month is not known.
pub fn chosen<'a>(
    choices: &'a [BillChoice],
    one: &BillCandidate,
    other: &BillCandidate,
    period: Option<BillingPeriod>,
) -> Option<&'a BillChoice> {
    let begun = |choice: &&BillChoice| match (choice.from, period) {
        (None, _) => true,
        (Some(from), Some(period)) => from <= period,
        (Some(_), None) => false,
    };
    choices.iter().filter(|choice| choice.is_of(one, other)).filter(begun).max_by_key(|choice| choice.from)
}

impl Meta {
    /// Keeps a conflict, in place of what was known of the same one.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn note_bill_conflict(&self, conflict: &BillConflict) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        note(&mut transaction, conflict).await?;
        Ok(transaction.commit().await?)
    }

    /// The conflicts of an organization's connections, newest month first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn bill_conflicts(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<BillConflict>, MetaError> {
        let rows = sqlx::query(
            "SELECT bill_conflicts.* FROM bill_conflicts JOIN connections ON connections.id = connection_id
             WHERE organization_id = ? ORDER BY period DESC, bill_conflicts.id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(conflict).collect()
    }

    /// Forgets conflicts: they are none any more.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn forget_bill_conflicts(&self, ids: &[i64]) -> Result<(), MetaError> {
        forget(&mut *self.pool.acquire().await?, ids).await
    }

    /// Notes which of the two of a conflict is not there any more: `own`, `other`, or none.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn bill_candidate_gone(&self, conflict: i64, gone: &str) -> Result<(), MetaError> {
        sqlx::query("UPDATE bill_conflicts SET gone = ? WHERE id = ?")
            .bind(gone)
            .bind(conflict)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The choices of an organization, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn bill_choices(&self, organization: &OrganizationId) -> Result<Vec<BillChoice>, MetaError> {
        let rows = sqlx::query("SELECT * FROM bill_choices WHERE organization_id = ? ORDER BY id")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(choice).collect()
    }

    /// Keeps a choice and all that follows from it at once, in one step with the entries that tell of it.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn choose_bill(
        &self,
        organization: &OrganizationId,
        decision: &BillDecision,
        now_ms: i64,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        if let Some(choice) = &decision.choice {
            keep(&mut transaction, organization, choice).await?;
        }
        forget(&mut transaction, &decision.over).await?;
        for (connection, period) in &decision.well {
            failing::month_is_well(&mut transaction, connection, *period, now_ms).await?;
        }
        for connection in &decision.read {
            job::queue(&mut transaction, connection, Reason::Asked, now_ms).await?;
        }
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }
}

async fn forget(to: &mut SqliteConnection, ids: &[i64]) -> Result<(), MetaError> {
    sqlx::query("DELETE FROM bill_conflicts WHERE id IN (SELECT value FROM json_each(?))")
        .bind(to_json("conflicts", &ids)?)
        .execute(to)
        .await?;
    Ok(())
}

async fn keep(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    choice: &BillChoice,
) -> Result<(), MetaError> {
    let from = choice.from.map(|from| from.to_string()).unwrap_or_default();
    let place = |candidate: &BillCandidate| to_json("place", &candidate.place);
    let (winner, loser) = (place(&choice.winner)?, place(&choice.loser)?);
    sqlx::query(
        "DELETE FROM bill_choices WHERE organization_id = ?1 AND from_period >= ?2 AND (
             (winner_connection = ?3 AND winner_place = ?4 AND loser_connection = ?5 AND loser_place = ?6)
             OR (winner_connection = ?5 AND winner_place = ?6 AND loser_connection = ?3 AND loser_place = ?4))",
    )
    .bind(organization.as_str())
    .bind(&from)
    .bind(choice.winner.connection.as_str())
    .bind(&winner)
    .bind(choice.loser.connection.as_str())
    .bind(&loser)
    .execute(&mut *to)
    .await?;
    sqlx::query(
        "INSERT INTO bill_choices (organization_id, winner_connection, winner_place, loser_connection,
             loser_place, from_period, chosen_by, chosen_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(organization.as_str())
    .bind(choice.winner.connection.as_str())
    .bind(&winner)
    .bind(choice.loser.connection.as_str())
    .bind(&loser)
    .bind(&from)
    .bind(&choice.by)
    .bind(choice.at_ms)
    .execute(&mut *to)
    .await?;
    Ok(())
}

/// Keeps a conflict, unless its connection was removed meanwhile.
pub(crate) async fn note(
    transaction: &mut SqliteConnection,
    conflict: &BillConflict,
) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO bill_conflicts (connection_id, period, place, other_connection_id, other_place, gone, detail,
             noted_at_ms)
         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM connections WHERE id = ?1
         ON CONFLICT (connection_id, period, place, other_connection_id, other_place)
         DO UPDATE SET gone = excluded.gone, detail = excluded.detail",
    )
    .bind(conflict.own.connection.as_str())
    .bind(conflict.period.to_string())
    .bind(to_json("place", &conflict.own.place)?)
    .bind(conflict.other.connection.as_str())
    .bind(to_json("place", &conflict.other.place)?)
    .bind(&conflict.gone)
    .bind(to_json("conflict", &conflict.detail)?)
    .bind(conflict.noted_at_ms)
    .execute(transaction)
    .await?;
    Ok(())
}

/// A connection was removed. Where it was chosen, the question comes back: that month counts nowhere. Where nobody chose,
/// there is no question any more.
pub(crate) async fn connection_gone(
    transaction: &mut SqliteConnection,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<(), MetaError> {
    for statement in [
        "UPDATE bill_conflicts SET gone = 'other' WHERE other_connection_id = ?1 AND (
             SELECT winner_connection FROM bill_choices
             WHERE organization_id = ?2 AND from_period <= period
                 AND ((winner_connection = ?1 AND loser_connection = connection_id)
                     OR (loser_connection = ?1 AND winner_connection = connection_id))
             ORDER BY from_period DESC LIMIT 1) = ?1",
        "DELETE FROM bill_conflicts WHERE other_connection_id = ?1 AND gone = '' AND ?2 <> ''",
        "DELETE FROM bill_choices WHERE organization_id = ?2 AND ?1 IN (winner_connection, loser_connection)",
    ] {
        sqlx::query(statement)
            .bind(id.as_str())
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

fn candidate(row: &SqliteRow, connection: &str, place: &str) -> Result<BillCandidate, MetaError> {
    Ok(BillCandidate {
        connection: parsed("connection", row.try_get(connection)?)?,
        place: from_json("place", row.try_get(place)?)?,
    })
}

fn conflict(row: &SqliteRow) -> Result<BillConflict, MetaError> {
    Ok(BillConflict {
        id: row.try_get("id")?,
        period: parsed("period", row.try_get("period")?)?,
        own: candidate(row, "connection_id", "place")?,
        other: candidate(row, "other_connection_id", "other_place")?,
        gone: row.try_get("gone")?,
        detail: from_json("conflict", row.try_get("detail")?)?,
        noted_at_ms: row.try_get("noted_at_ms")?,
    })
}

fn choice(row: &SqliteRow) -> Result<BillChoice, MetaError> {
    let from: &str = row.try_get("from_period")?;
    Ok(BillChoice {
        winner: candidate(row, "winner_connection", "winner_place")?,
        loser: candidate(row, "loser_connection", "loser_place")?,
        from: if from.is_empty() { None } else { Some(parsed("period", from)?) },
        by: row.try_get("chosen_by")?,
        at_ms: row.try_get("chosen_at_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str) -> BillCandidate {
        BillCandidate { connection: ConnectionId::try_new(name).unwrap(), place: BillPlace::Whole }
    }

    #[test]
    fn the_newest_choice_that_has_begun_decides() {
        let (one, other) = (candidate("one"), candidate("other"));
        let choice = |winner: &BillCandidate, loser: &BillCandidate, from: Option<&str>| BillChoice {
            winner: winner.clone(),
            loser: loser.clone(),
            from: from.map(|from| from.parse().unwrap()),
            by: String::new(),
            at_ms: 0,
        };
        let choices = [
            choice(&other, &one, Some("2026-08")),
            choice(&one, &other, None),
            choice(&candidate("third"), &one, Some("2026-01")),
        ];
        let winner = |period: Option<&str>| {
            let period = period.map(|period| period.parse().unwrap());
            let found =
                chosen(&choices, &one, &other, period).map(|choice| choice.winner.connection.to_string());
            assert_eq!(chosen(&choices, &other, &one, period), chosen(&choices, &one, &other, period));
            found.unwrap_or_default()
        };
        assert_eq!(
            [Some("2026-07"), Some("2026-08"), Some("2027-01")].map(winner),
            ["one", "other", "other"]
        );
        assert_eq!(winner(None), "one", "a month that is not known is of no choice that begins with one");
        assert!(chosen(&choices[..1], &one, &other, Some("2026-07".parse().unwrap())).is_none());
    }
}
