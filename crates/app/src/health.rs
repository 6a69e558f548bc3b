//! The health of connections: what fails, from its first time to its end, and deliveries that do not come any more.
//!
//! A failure is a row. It is opened by whatever fails, counted while it goes on, and ended by the same thing going well,
//! whoever did it. Whether figures are proven is another matter: a source that cannot be looked at changes nothing of
//! what was read before.

mod cadence;
mod deliveries;

pub use deliveries::{Deliveries, deliveries};
pub(crate) use deliveries::{late_connections, note_stopped};
pub use meta::FailureKind;

use crate::connections::{self, Check, CheckState};
use crate::{App, AppError, ErrorKind, Result, counted};
use chrono::{DateTime, Utc};
use connect::Delivery;
use meta::{ConnectionKind, ConnectionRecord, FailureRow};
use model::{ConnectionId, OrganizationId};
use std::time::Duration;

/// Something of a connection that fails, or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The connection; `None`: nobody's in particular.
    pub connection: Option<ConnectionId>,
    /// What fails.
    pub kind: FailureKind,
    /// Month, where one is to blame.
    pub period: Option<String>,
    /// File, where one is to blame.
    pub file: Option<String>,
    /// The cause.
    pub message: String,
    /// What to do.
    pub advice: Option<String>,
    /// First time; `None`: not known.
    pub first_at: Option<DateTime<Utc>>,
    /// Last time.
    pub last_at: Option<DateTime<Utc>>,
    /// How often.
    pub times: u32,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Failure {
    /// What failed just now, and is kept nowhere.
    pub(crate) fn of(error: &AppError) -> Self {
        Self {
            connection: None,
            kind: FailureKind::Look,
            period: None,
            file: error.place.file.clone(),
            message: error.message.clone(),
            advice: error.advice.clone(),
            first_at: None,
            last_at: None,
            times: 1,
            ended_at: None,
        }
    }
}

impl From<FailureRow> for Failure {
    fn from(row: FailureRow) -> Self {
        let instant = |ms: i64| DateTime::from_timestamp_millis(ms);
        let month = row.kind == FailureKind::Month && row.subject.parse::<model::BillingPeriod>().is_ok();
        Self {
            connection: Some(row.connection_id),
            kind: row.kind,
            period: month.then_some(row.subject),
            message: told(&row.failure),
            file: row.failure.file,
            advice: row.failure.advice,
            first_at: instant(row.first_at_ms),
            last_at: instant(row.last_at_ms),
            times: row.times,
            ended_at: row.ended_at_ms.and_then(instant),
        }
    }
}

/// The cause with its row and column.
fn told(failure: &meta::Failure) -> String {
    let row = failure.row.map(|row| format!("row {row}"));
    let column = failure.column.as_ref().map(|name| format!("column {name}"));
    let place: Vec<String> = row.into_iter().chain(column).collect();
    if place.is_empty() {
        failure.message.clone()
    } else {
        format!("{}: {}", place.join(", "), failure.message)
    }
}

/// An error as it is kept.
pub(crate) fn kept(error: &AppError) -> meta::Failure {
    meta::Failure {
        message: error.message.clone(),
        advice: error.advice.clone(),
        file: error.place.file.clone(),
        row: error.place.row,
        column: error.place.column.clone(),
    }
}

/// What fails of an organization now, newest first. What is not there yet is no failure.
///
/// # Errors
/// The metadata cannot be read.
pub async fn failures(app: &App, organization: &OrganizationId) -> Result<Vec<Failure>> {
    let mut failures = app.live().failures(organization);
    let open = app.meta().open_failures(organization).await?;
    failures.extend(open.into_iter().filter(|row| row.kind != FailureKind::Empty).map(Failure::from));
    counted::with_choices(app, organization, failures).await
}

/// Failed and empty looks at a connection's source and its months, newest first, those that go on before all.
///
/// # Errors
/// There is no such connection.
pub async fn history(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<Failure>> {
    connections::get(app, organization, id).await?;
    let rows = app.meta().failures_of(id, MOST_SHOWN).await?;
    Ok(rows.into_iter().map(Failure::from).collect())
}

/// Rows of a connection's history in one answer.
const MOST_SHOWN: u32 = 200;

/// The source could be looked at, and what is there was read.
pub(crate) async fn looked(app: &App, connection: &ConnectionId) -> Result<()> {
    let kinds = [FailureKind::Look, FailureKind::Gone, FailureKind::Empty];
    app.meta().is_well(connection, &kinds, app.now().timestamp_millis()).await?;
    Ok(())
}

/// A look at the source, or a reading as a whole, came to nothing; whether this cause is new.
pub(crate) async fn look_failed(app: &App, connection: &ConnectionId, error: &AppError) -> Result<bool> {
    let now = app.now().timestamp_millis();
    let kind = match error.kind {
        ErrorKind::NotReady => FailureKind::Empty,
        ErrorKind::Gone => FailureKind::Gone,
        _ => FailureKind::Look,
    };
    if kind != FailureKind::Look {
        // It could be looked at.
        app.meta().is_well(connection, &[FailureKind::Look], now).await?;
    }
    Ok(app.meta().fails(connection, kind, "", &kept(error), now).await?)
}

/// How a delivery's failure is filed: by its month, else by its name.
pub(crate) fn subject(delivery: &Delivery) -> String {
    delivery.period.map_or_else(|| delivery.name.clone(), |period| period.to_string())
}

/// A delivery was refused.
pub(crate) async fn month_failed(
    app: &App,
    connection: &ConnectionId,
    delivery: &Delivery,
    error: &AppError,
) -> Result<()> {
    let now = app.now().timestamp_millis();
    app.meta().fails(connection, FailureKind::Month, &subject(delivery), &kept(error), now).await?;
    Ok(())
}

/// Notes what was found in a connection's source: a delivery that was not there before ends the wait for one.
pub(crate) async fn found(app: &App, connection: &ConnectionId, found: &[Delivery]) -> Result<()> {
    let now = app.now().timestamp_millis();
    // As they are: what is kept must be the same for every version of this program.
    let names: Vec<String> =
        found.iter().map(|delivery| format!("{} {}", delivery.name, delivery.fingerprint)).collect();
    if app.meta().deliveries_seen(connection, &names, now).await? {
        app.meta().is_well(connection, &[FailureKind::Stopped], now).await?;
    }
    Ok(())
}

/// The error of a source in which nothing is found: nothing yet, or, where something was read before, nothing any more.
pub(crate) async fn nothing_there(
    app: &App,
    connection: &meta::Connection,
    error: AppError,
) -> Result<AppError> {
    let published = app.meta().publications(&connection.organization_id).await?;
    let months = published.iter().filter(|publication| publication.connection_id == connection.id).count();
    if months == 0 {
        return Ok(error);
    }
    let (months, were) =
        if months == 1 { ("one month".to_owned(), "was") } else { (format!("{months} months"), "were") };
    Ok(AppError::new(
        ErrorKind::Gone,
        format!("{} holds no cost report any more; {months} of its bill {were} read before", connection.location),
    )
    .advise("What was read before stays and is shown. If it was emptied by mistake, put the files back; if the reports are delivered elsewhere now, enter that place in the connection's settings; if no more will come, pause the connection."))
}

/// Time for a verification that is to tell why something fails.
const PATIENCE: Duration = Duration::from_secs(90);

/// Verifies a connection now, and waits for what it finds: why nothing comes is known to the source's own side. Says
/// nothing where there is nobody to ask.
pub(super) async fn why(app: &App, record: &ConnectionRecord) -> Option<String> {
    let (organization, id) = (&record.connection.organization_id, &record.connection.id);
    if !matches!(record.connection.kind, ConnectionKind::AwsOwn | ConnectionKind::AwsRole) {
        return None;
    }
    match connections::look_into(app, organization, id).await {
        Ok(mut course) => {
            let ended = course.wait_for(|running| running.verdict.is_some());
            // One that does not end says nothing: the words are those without it.
            tokio::time::timeout(PATIENCE, ended).await.ok()?.ok().map(|running| running.checks.clone())
        }
        Err(error) => {
            tracing::warn!(connection.id = %id, %error, "why nothing comes could not be looked up");
            None
        }
    }
    .and_then(|checks| cause(&checks))
}

/// What of the checks can be why nothing comes: what failed, else what is wrong with the report.
fn cause(checks: &[Check]) -> Option<String> {
    let failed = checks.iter().find(|check| check.state == CheckState::Failed);
    let report = || checks.iter().find(|check| check.check == "report" && check.state == CheckState::Warning);
    let check = failed.or_else(report)?;
    Some(format!("{}. {}", check.answer.trim_end_matches('.'), check.fix.as_deref().unwrap_or_default()))
}

/// The error with what the source's own side says about it, where it says something; kept with the failure.
pub(crate) async fn explained(app: &App, record: &ConnectionRecord, error: AppError) -> Result<AppError> {
    let Some(why) = why(app, record).await else { return Ok(error) };
    let advice = format!("{why} What was read before stays and is shown.");
    let error = error.advise(advice);
    let rows = app.meta().failures_of(&record.connection.id, MOST_SHOWN).await?;
    if let Some(row) = rows.iter().find(|row| row.ended_at_ms.is_none() && row.kind == FailureKind::Gone) {
        app.meta().reword_failure(row.id, &kept(&error)).await?;
    }
    Ok(error)
}
