//! Verifications: one at a time for a connection, watched by any number of pages, the last one kept.

use super::workers::Workers;
use super::{Check, CheckState, Verdict, Verification, record, source};
use crate::identity::entry;
use crate::policy::Caller;
use crate::telling::{self, Finding};
use crate::{App, AppError, ErrorKind, Result};
use chrono::{DateTime, Utc};
use connect::Source;
use meta::{ConnectionRecord, ConnectionState, JobState, NewAudit, Reason};
use model::{ConnectionId, OrganizationId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A verification as it stands now.
#[derive(Clone, Debug)]
pub struct Running {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Every step.
    pub checks: Vec<Check>,
    /// How it ended; `None` while it runs.
    pub verdict: Option<Verdict>,
}

impl From<Verification> for Running {
    fn from(done: Verification) -> Self {
        Self { started_at: done.started_at, checks: done.checks, verdict: Some(done.verdict) }
    }
}

/// Verifications at once. Each holds a listing in memory, and may last for minutes against a server that is slow on
/// purpose.
const PLACES: usize = 6;
/// Of these, for one organization: the others' must find a place.
const PLACES_OF_ONE: usize = 2;

/// Verifications that run in this process.
#[derive(Debug, Default)]
pub(crate) struct Verifications {
    running: Mutex<HashMap<ConnectionId, Place>>,
    workers: Workers,
}

/// A verification that runs.
#[derive(Debug)]
struct Place {
    organization: OrganizationId,
    course: watch::Receiver<Running>,
}

impl Verifications {
    fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, Place>> {
        // A map of channels is whole whatever a panicking thread left.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self, id: &ConnectionId) -> Option<watch::Receiver<Running>> {
        self.all().get(id).map(|place| place.course.clone())
    }

    /// Takes a place for a new one; `false`: this connection's runs already.
    ///
    /// # Errors
    /// `TooMany`: there is no place now.
    fn begin(&self, id: &ConnectionId, place: Place) -> Result<bool> {
        let mut all = self.all();
        if all.contains_key(id) {
            return Ok(false);
        }
        let own = all.values().filter(|other| other.organization == place.organization).count();
        if own >= PLACES_OF_ONE || all.len() >= PLACES {
            let mut error = AppError::new(ErrorKind::TooMany, "other connections are being verified now")
                .advise("Wait until those verifications have ended, then try again.");
            error.retry_after_s = Some(10);
            return Err(error);
        }
        all.insert(id.clone(), place);
        Ok(true)
    }

    fn end(&self, id: &ConnectionId) {
        self.all().remove(id);
    }
}

/// Takes a verification out of the running ones, however its task ends.
struct Ending(App, ConnectionId);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.verifications().end(&self.1);
    }
}

/// Starts a verification in the background, unless one runs already; gives its course.
///
/// # Errors
/// `Invalid` while something is missing; `TooMany` while too many others run.
pub async fn start_verification(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
) -> Result<watch::Receiver<Running>> {
    let asked = entry(app, caller, "connection.verify", id.as_str(), &[]);
    start(app, &caller.organization()?.id, id, false, Some(&asked)).await
}

/// The same when the program itself wants to know.
pub(crate) async fn look_into(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<watch::Receiver<Running>> {
    start(app, organization, id, false, None).await
}

/// The same when nobody asked: administrators are told of what fails.
pub(crate) async fn start_daily_verification(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<watch::Receiver<Running>> {
    start(app, organization, id, true, None).await
}

async fn start(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    announced: bool,
    asked: Option<&NewAudit>,
) -> Result<watch::Receiver<Running>> {
    let record = record(app, organization, id).await?;
    if record.parent.is_some() {
        return Err(AppError::invalid(
            "this connection is read through your provider's, which is verified there",
        )
        .advise("Ask whoever runs that connection: its page shows every check."));
    }
    let verified = source(app, &record).await?;
    let begun = Running { started_at: app.now(), checks: connect::plan(&verified), verdict: None };
    let (sender, receiver) = watch::channel(begun);
    let workers = app.verifications().workers.handle()?;
    let place = Place { organization: organization.clone(), course: receiver.clone() };
    if !app.verifications().begin(id, place)? {
        // It may have ended between the two looks: then what this one brings is as good.
        return Ok(app.verifications().running(id).unwrap_or(receiver));
    }
    let ending = Ending(app.clone(), id.clone());
    // Nothing begins that is not written down.
    if let Some(asked) = asked {
        app.meta().note(asked).await?;
    }
    let (app, organization, id) = (app.clone(), organization.clone(), id.clone());
    tokio::spawn(async move {
        let sender = Arc::new(sender);
        let (told, tried, outgoing, now) =
            (Arc::clone(&sender), verified.clone(), app.outgoing().clone(), app.now());
        let verification = workers.spawn(async move {
            let sink = |check: &Check| {
                told.send_modify(|running| {
                    if let Some(known) = running.checks.iter_mut().find(|known| known.check == check.check) {
                        known.clone_from(check);
                    }
                });
            };
            connect::verify(&tried, &outgoing, now, &sink).await
        });
        let done = match verification.await {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(connection.id = %id, %error, "a verification stopped without an end");
                return;
            }
        };
        if let Err(error) = keep(&app, &organization, &id, &verified, &done, announced).await {
            tracing::warn!(connection.id = %id, %error, "a verification could not be kept");
        }
        drop(ending);
        sender.send_modify(|running| running.verdict = Some(done.verdict));
    });
    Ok(receiver)
}

/// Keeps a verification and what it says of the connection.
async fn keep(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    verified: &Source,
    done: &Verification,
    announced: bool,
) -> Result<()> {
    let record = record(app, organization, id).await?;
    if source(app, &record).await? != *verified {
        // It was changed meanwhile: this says nothing about what it is now.
        return Ok(());
    }
    let worked = matches!(record.state, ConnectionState::Ready | ConnectionState::Failing);
    let good = done.verdict != Verdict::Failed;
    let last = app.meta().last_job(id).await?.map(|job| job.state);
    let reading_failed =
        record.state == ConnectionState::Failing && matches!(last, Some(JobState::Failed | JobState::Parked));
    let state = match done.verdict {
        // Good checks do not mend a failed reading: it is tried again at once, unless it is parked.
        Verdict::Passed | Verdict::Warning | Verdict::NotYet if reading_failed => ConnectionState::Failing,
        Verdict::Passed | Verdict::Warning => ConnectionState::Ready,
        Verdict::NotYet if worked => ConnectionState::Ready,
        Verdict::NotYet => ConnectionState::Waiting,
        Verdict::Failed if worked || record.state == ConnectionState::Waiting => ConnectionState::Failing,
        Verdict::Failed => ConnectionState::Draft,
    };
    let value = serde_json::to_value(done).map_err(|error| AppError::internal(error.to_string()))?;
    let now = app.now().timestamp_millis();
    app.meta().keep_verification(id, state, &value, done.facts.region.as_deref(), now).await?;
    if good && !record.paused && reading_failed && last == Some(JobState::Failed) {
        app.meta().queue_job(id, Reason::Asked, now).await?;
        app.queued().wake();
    }
    if worked {
        telling::checked(app, &record, &findings(done), announced).await?;
    }
    // Last: what another verification keeps at this moment must not stop the rest, and the next one tries again.
    crate::allocation::keep_accounts(app, organization, id, &done.facts.accounts).await
}

/// Checks that failed, for those who are told.
fn findings(done: &Verification) -> Vec<Finding> {
    let failed = done.checks.iter().filter(|check| check.state == CheckState::Failed);
    failed
        .map(|check| Finding {
            check: format!("{:?}", check.check),
            message: format!("{}: {}", check.title, check.answer),
            advice: check.fix.clone().unwrap_or_default(),
        })
        .collect()
}

/// The verification that is kept with a connection.
pub(super) fn kept(record: &ConnectionRecord) -> Result<Option<Verification>> {
    let kept = record.verification.clone().map(serde_json::from_value).transpose();
    kept.map_err(|error| AppError::internal(format!("a kept verification cannot be read: {error}")))
}

/// The verification that runs, else the last one; `None`: there was none.
pub async fn verification(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<Running>> {
    // Looked for before the record is read: one that ends in between is in the record.
    let running = app.verifications().running(id);
    let record = record(app, organization, id).await?;
    if let Some(running) = running {
        return Ok(Some(running.borrow().clone()));
    }
    Ok(kept(&record)?.map(Running::from))
}

/// The course of the verification that runs, or the last one as it ended; `None`: there was none.
pub async fn watch_verification(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<watch::Receiver<Running>>> {
    let running = app.verifications().running(id);
    let record = record(app, organization, id).await?;
    if let Some(running) = running {
        return Ok(Some(running));
    }
    // A channel whose sender is gone gives its last value.
    Ok(kept(&record)?.map(|last| watch::channel(Running::from(last)).1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_organization_takes_every_place() {
        let all = Verifications::default();
        let begun = Running { started_at: DateTime::UNIX_EPOCH, checks: vec![], verdict: None };
        let begin = |connection: &str, organization: &str| {
            let place = Place {
                organization: OrganizationId::try_new(organization).unwrap(),
                course: watch::channel(begun.clone()).1,
            };
            all.begin(&ConnectionId::try_new(connection).unwrap(), place).map_err(|error| error.kind)
        };
        assert_eq!(begin("a1", "a"), Ok(true));
        assert_eq!(begin("a1", "a"), Ok(false), "it runs already");
        assert_eq!(begin("a2", "a"), Ok(true));
        assert_eq!(begin("a3", "a"), Err(ErrorKind::TooMany));
        for (connection, organization) in [("b1", "b"), ("b2", "b"), ("c1", "c"), ("c2", "c")] {
            assert_eq!(begin(connection, organization), Ok(true));
        }
        assert_eq!(begin("d1", "d"), Err(ErrorKind::TooMany), "the house is full");
        all.end(&ConnectionId::try_new("a1").unwrap());
        assert_eq!(begin("a3", "a"), Ok(true));
    }
}
