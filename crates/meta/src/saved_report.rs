//! Saved reports: a page's address under a name, perhaps shared, perhaps sent on a schedule.

use crate::identity::insert_audit;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit, NewJob, work};
use model::question::VERSION;
use model::{Frequency, OrganizationId, ReportId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A saved report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedReport {
    /// Identifier.
    pub id: ReportId,
    /// Of whose data.
    pub organization_id: OrganizationId,
    /// Whose it is; `None`: nobody's in particular.
    pub owner_id: Option<UserId>,
    /// Name of the owner, if there is one.
    pub owner_name: Option<String>,
    /// Name.
    pub name: String,
    /// Query string of the page.
    pub address: String,
    /// Whether everybody in the organization sees it.
    pub shared: bool,
    /// When it is sent.
    pub schedule: Option<ReportSchedule>,
    /// When it was sent last (ms).
    pub last_run_ms: Option<i64>,
    /// Why the last sending failed.
    pub last_error: Option<String>,
    /// When it was made (ms).
    pub created_at_ms: i64,
}

/// When and to whom a report is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportSchedule {
    /// How often.
    pub frequency: Frequency,
    /// Mail addresses.
    pub recipients: Vec<String>,
    /// Those outside the organization and its domains that an administrator allowed.
    pub approved: Vec<String>,
    /// When it is sent next (ms).
    pub next_run_ms: i64,
}

impl Meta {
    /// Every report of an organization, by name.
    pub async fn saved_reports(&self, organization: &OrganizationId) -> Result<Vec<SavedReport>, MetaError> {
        let rows = sqlx::query(
            "SELECT *, (SELECT users.name FROM users WHERE users.id = owner_id) AS owner_name
             FROM saved_reports WHERE organization_id = ? ORDER BY name COLLATE NOCASE, created_at_ms",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(report).collect()
    }

    /// A report of an organization.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn saved_report(
        &self,
        organization: &OrganizationId,
        id: &ReportId,
    ) -> Result<Option<SavedReport>, MetaError> {
        Ok(self.saved_reports(organization).await?.into_iter().find(|report| report.id == *id))
    }

    /// Reports whose time has come, of whatever organization.
    pub async fn due_reports(&self, now_ms: i64) -> Result<Vec<SavedReport>, MetaError> {
        let rows = sqlx::query(
            "SELECT *, (SELECT users.name FROM users WHERE users.id = owner_id) AS owner_name
             FROM saved_reports WHERE next_run_ms <= ? ORDER BY next_run_ms",
        )
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(report).collect()
    }

    /// Reports whose address is written in an older grammar than [`model::question::VERSION`], of whatever organization.
    pub async fn reports_of_older_grammar(&self) -> Result<Vec<SavedReport>, MetaError> {
        let rows = sqlx::query(
            "SELECT *, (SELECT users.name FROM users WHERE users.id = owner_id) AS owner_name
             FROM saved_reports WHERE grammar < ?",
        )
        .bind(VERSION)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(report).collect()
    }

    /// Writes the address of a report anew, in the present grammar, unless somebody changed it meanwhile: it says the same.
    pub async fn rewrite_address(&self, report: &SavedReport, address: &str) -> Result<(), MetaError> {
        sqlx::query("UPDATE saved_reports SET address = ?, grammar = ? WHERE id = ? AND address = ?")
            .bind(address)
            .bind(VERSION)
            .bind(report.id.as_str())
            .bind(&report.address)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Writes a new report, and queues what follows.
    pub async fn add_report(
        &self,
        report: &SavedReport,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO saved_reports (id, organization_id, owner_id, name, address, shared, created_at_ms, grammar)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(report.id.as_str())
        .bind(report.organization_id.as_str())
        .bind(report.owner_id.as_ref().map(UserId::as_str))
        .bind(&report.name)
        .bind(&report.address)
        .bind(report.shared)
        .bind(report.created_at_ms)
        .bind(VERSION)
        .execute(&mut *transaction)
        .await?;
        write(&mut transaction, report).await?;
        insert_audit(&mut transaction, entry).await?;
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes what may change of a report, and queues what follows; one that was deleted meanwhile stays so.
    pub async fn change_report(
        &self,
        report: &SavedReport,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        write(&mut transaction, report).await?;
        insert_audit(&mut transaction, entry).await?;
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a report whose time has come: its next time is set, and what sends it is queued, in one step. False when it
    /// was taken or changed meanwhile.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn take_report(
        &self,
        id: &ReportId,
        due_ms: i64,
        next_ms: i64,
        sending: &NewJob,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let taken = sqlx::query("UPDATE saved_reports SET next_run_ms = ? WHERE id = ? AND next_run_ms = ?")
            .bind(next_ms)
            .bind(id.as_str())
            .bind(due_ms)
            .execute(&mut *transaction)
            .await?;
        let taken = taken.rows_affected() == 1;
        if taken {
            work::insert(&mut transaction, sending).await?;
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// Has a report sent later than planned, when nobody planned it otherwise meanwhile.
    pub async fn put_report_off(&self, id: &ReportId, next_ms: i64, until_ms: i64) -> Result<(), MetaError> {
        sqlx::query("UPDATE saved_reports SET next_run_ms = ? WHERE id = ? AND next_run_ms = ?")
            .bind(until_ms)
            .bind(id.as_str())
            .bind(next_ms)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes how a sending ended; the entry and the jobs tell of one that failed.
    pub async fn report_sent(
        &self,
        id: &ReportId,
        at_ms: i64,
        error: Option<&str>,
        entry: Option<&NewAudit>,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE saved_reports SET last_run_ms = ?, last_error = ? WHERE id = ?")
            .bind(at_ms)
            .bind(error)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        if let Some(entry) = entry {
            insert_audit(&mut transaction, entry).await?;
        }
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes a report, and queues what follows.
    pub async fn delete_report(
        &self,
        id: &ReportId,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM saved_reports WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        gone(done.rows_affected(), id)?;
        insert_audit(&mut transaction, entry).await?;
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }
}

/// What may change of a report.
async fn write(to: &mut SqliteConnection, report: &SavedReport) -> Result<(), MetaError> {
    let schedule = report.schedule.as_ref();
    let list = |of: fn(&ReportSchedule) -> &Vec<String>| schedule.map(of).cloned().unwrap_or_default();
    let done = sqlx::query(
        "UPDATE saved_reports SET name = ?, address = ?, shared = ?, frequency = ?, recipients = ?, approved = ?,
             next_run_ms = ?,
             grammar = CASE WHEN address = ? THEN grammar ELSE ? END WHERE id = ?",
    )
    .bind(&report.name)
    .bind(&report.address)
    .bind(report.shared)
    .bind(schedule.map(|schedule| schedule.frequency.name()))
    .bind(to_json("recipients", &list(|schedule| &schedule.recipients))?)
    .bind(to_json("approved recipients", &list(|schedule| &schedule.approved))?)
    .bind(schedule.map(|schedule| schedule.next_run_ms))
    // What was not written anew stays in the grammar that it is written in.
    .bind(&report.address)
    .bind(VERSION)
    .bind(report.id.as_str())
    .execute(to)
    .await?;
    gone(done.rows_affected(), &report.id)
}

fn gone(rows: u64, id: &ReportId) -> Result<(), MetaError> {
    if rows == 1 { Ok(()) } else { Err(MetaError::NotFound { what: "report", id: id.to_string() }) }
}

fn report(row: &SqliteRow) -> Result<SavedReport, MetaError> {
    let frequency: Option<String> = row.try_get("frequency")?;
    let next_run_ms: Option<i64> = row.try_get("next_run_ms")?;
    let schedule = match frequency.zip(next_run_ms) {
        Some((frequency, next_run_ms)) => Some(ReportSchedule {
            frequency: parsed("frequency", &frequency)?,
            recipients: from_json("recipients", row.try_get("recipients")?)?,
            approved: from_json("approved recipients", row.try_get("approved")?)?,
            next_run_ms,
        }),
        None => None,
    };
    let owner: Option<String> = row.try_get("owner_id")?;
    Ok(SavedReport {
        id: parsed("report", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        owner_id: owner.map(|id| parsed("user", &id)).transpose()?,
        owner_name: row.try_get("owner_name")?,
        name: row.try_get("name")?,
        address: row.try_get("address")?,
        shared: row.try_get("shared")?,
        schedule,
        last_run_ms: row.try_get("last_run_ms")?,
        last_error: row.try_get("last_error")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
