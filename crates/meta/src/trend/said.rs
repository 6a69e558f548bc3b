//! What people say of events: it is kept beside what is found, and finding anew leaves it as it is.

use super::event::TrendHistory;
use super::look::insert_history;
use crate::identity::insert_audit;
use crate::store::{parsed, to_json};
use crate::{Meta, MetaError, NewAudit, NewJob, work};
use model::{Decimal, OrganizationId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// What people said of an event. Days are `YYYY-MM-DD`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendSaid {
    /// Whether it was irregular, a word.
    pub verdict: Option<String>,
    /// Who looks after it.
    pub assignee_id: Option<UserId>,
    /// What they are called; not written.
    pub assignee: Option<String>,
    /// Nobody is told before the data reach beyond this day.
    pub snoozed_until: Option<String>,
    /// It is expected until this day.
    pub expected_until: Option<String>,
    /// Up to this excess.
    pub expected_up_to: Option<Decimal>,
    /// Who expects it, by name.
    pub expected_by: Option<String>,
}

impl Meta {
    /// Writes what people say of an event, with a line of its history, the jobs that follow and the audit entry. False when
    /// there is no such event, or it has another version by now.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn say_of_trend_event(
        &self,
        organization: &OrganizationId,
        (id, version): (&str, i64),
        said: &TrendSaid,
        history: &TrendHistory,
        jobs: &[NewJob],
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE trend_events SET verdict = ?, assignee_id = ?, snoozed_until = ?, expected_until = ?,
                 expected_up_to = ?, expected_by = ?, changed_at_ms = ?, version = version + 1
             WHERE organization_id = ? AND id = ? AND version = ?",
        )
        .bind(&said.verdict)
        .bind(said.assignee_id.as_ref().map(UserId::as_str))
        .bind(&said.snoozed_until)
        .bind(&said.expected_until)
        .bind(said.expected_up_to.map(|amount| amount.to_string()))
        .bind(&said.expected_by)
        .bind(history.at_ms)
        .bind(organization.as_str())
        .bind(id)
        .bind(version)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        insert_history(&mut transaction, organization, id, history).await?;
        work::insert_all(&mut transaction, jobs).await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Puts events away, or takes them out again: all of them, or none where one is not there (then it gives false).
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn archive_trend_events(
        &self,
        organization: &OrganizationId,
        ids: &[String],
        archived: bool,
        history: &TrendHistory,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let ids_json = to_json("identifiers of events", &ids)?;
        let known: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM trend_events
             WHERE organization_id = ? AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(organization.as_str())
        .bind(&ids_json)
        .fetch_one(&mut *transaction)
        .await?;
        let asked: std::collections::BTreeSet<&String> = ids.iter().collect();
        if usize::try_from(known).ok() != Some(asked.len()) {
            return Ok(false);
        }
        for id in asked {
            let done = sqlx::query(
                "UPDATE trend_events SET archived = ?1, changed_at_ms = ?2, version = version + 1
                 WHERE organization_id = ?3 AND id = ?4 AND archived <> ?1",
            )
            .bind(archived)
            .bind(history.at_ms)
            .bind(organization.as_str())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() > 0 {
                insert_history(&mut transaction, organization, id, history).await?;
            }
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

pub(super) fn said(row: &SqliteRow) -> Result<TrendSaid, MetaError> {
    let assignee_id: Option<String> = row.try_get("assignee_id")?;
    let up_to: Option<String> = row.try_get("expected_up_to")?;
    Ok(TrendSaid {
        verdict: row.try_get("verdict")?,
        assignee_id: assignee_id.map(|id| parsed("user", &id)).transpose()?,
        assignee: row.try_get("assignee")?,
        snoozed_until: row.try_get("snoozed_until")?,
        expected_until: row.try_get("expected_until")?,
        expected_up_to: up_to.map(|text| parsed("amount", &text)).transpose()?,
        expected_by: row.try_get("expected_by")?,
    })
}

/// Counts a change of what hangs on an event, in the transaction of that change; false where there is no such event.
pub(super) async fn touch(
    at: &mut SqliteConnection,
    organization: &OrganizationId,
    id: &str,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let done = sqlx::query(
        "UPDATE trend_events SET changed_at_ms = ?, version = version + 1 WHERE organization_id = ? AND id = ?",
    )
    .bind(now_ms)
    .bind(organization.as_str())
    .bind(id)
    .execute(at)
    .await?;
    Ok(done.rows_affected() > 0)
}
