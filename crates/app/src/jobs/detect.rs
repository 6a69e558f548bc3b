//! Looks for what is irregular in an organization's bills: after each publication, and whenever what is looked for, or
//! what people expect, changes. By the hour it looks whether data come at all.
//!
//! Each writes what it found, and the notices of it, in one transaction, and only if no other look came between: killed
//! at any line it is done again, and tells once.

use super::{At, Job, Lane, Retry, queue, runner};
use crate::{App, AppError, ErrorKind, Result, trends};
use meta::JobState;
use model::OrganizationId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Looks at the bills.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Detect {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
}

impl Detect {
    pub(crate) fn new(organization: &OrganizationId) -> Self {
        Self { organization: organization.clone() }
    }
}

impl Job for Detect {
    const NAME: &'static str = "detect";
    const LANE: Lane = Lane::Trends;
    const RETRY: Retry = Retry { most: 5, first_ms: 2_000, longest_ms: 300_000 };

    fn key(&self) -> Option<String> {
        Some(self.organization.to_string())
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        Box::pin(trends::look(&at.app, &self.organization)).await
    }
}

/// Looks whether the connections of an organization are silent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Silence {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
}

impl Job for Silence {
    const NAME: &'static str = "silence";
    const LANE: Lane = Lane::House;
    // The next hour brings the next one.
    const RETRY: Retry = Retry { most: 3, first_ms: 10_000, longest_ms: 300_000 };

    fn key(&self) -> Option<String> {
        Some(self.organization.to_string())
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        trends::look_for_silence(&at.app, &self.organization).await
    }
}

/// Queues the look for silence, by the hour, and the first look at bills that an earlier version published.
pub(super) async fn queue_due(app: &App) -> Result<()> {
    for organization in app.meta().organizations().await? {
        let looks = app.meta().trend_looks(&organization.id).await?;
        if looks.is_empty() && !app.meta().publications(&organization.id).await?.is_empty() {
            queue(app, &Detect::new(&organization.id)).await?;
        }
        if !looks.is_empty() {
            queue(app, &Silence { organization: organization.id }).await?;
        }
    }
    Ok(())
}

/// Between looks whether another process, which took the job, is done with it.
const LOOK: Duration = Duration::from_millis(200);
/// For how long it is waited for.
const WAIT: Duration = Duration::from_mins(10);

/// Does a job of that name of an organization now, in this process, if one waits, or waits until the one that is at it has
/// done it. Jobs of others that wait before it are done on the way.
///
/// # Errors
/// It failed, or is not done in time.
pub(super) async fn done_here(app: &App, name: &str, organization: &OrganizationId) -> Result<()> {
    let waited = async {
        loop {
            let ran = runner::run_now(app, name).await?;
            let last = app.meta().last_of_organization(name, organization).await?;
            match last.filter(|job| job.state != JobState::Done) {
                None => return Ok(()),
                Some(job) if job.finished_at_ms.is_some() => {
                    let message =
                        job.failure.map_or_else(|| "it failed".to_owned(), |failure| failure.message);
                    return Err(AppError::new(ErrorKind::Unavailable, message));
                }
                Some(_) => {
                    // Perhaps a process that was killed.
                    if !ran {
                        runner::take_over_left(app).await;
                    }
                    // What was put back, because the engine is busy, is not tried again at once.
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    };
    let late = || AppError::new(ErrorKind::Unavailable, "another process is still at it");
    tokio::time::timeout(WAIT, waited).await.map_err(|_| late())?
}

/// Whether a look waits or runs, and why the last one failed, if it did.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn look_state(app: &App, organization: &OrganizationId) -> Result<(bool, Option<String>)> {
    let last = app.meta().last_of_organization(Detect::NAME, organization).await?;
    Ok(match last {
        Some(job) if job.finished_at_ms.is_none() => (true, None),
        Some(job) if job.state == JobState::Failed => (false, job.failure.map(|failure| failure.message)),
        _ => (false, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;
    use crate::organization::OrganizationSpec;
    use meta::Lease;

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_waits_waits_for_its_own_organization_alone() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), AppOptions::default()).await.unwrap();
        let organization = async |name: &str| {
            let spec = OrganizationSpec { name: name.to_owned(), demo: false };
            app.organization_for_ingest(Some(&spec)).await.unwrap().id
        };
        let (others, own) = (organization("Others").await, organization("Own").await);
        queue(&app, &Detect::new(&others)).await.unwrap();
        // Another process is at theirs, and lives.
        let now = app.now().timestamp_millis();
        let lease = Lease { holder: "another process".to_owned(), until_ms: i64::MAX };
        let theirs = app.meta().claim_now(Detect::NAME, now, &lease).await.unwrap().unwrap();
        queue(&app, &Detect::new(&own)).await.unwrap();
        done_here(&app, Detect::NAME, &own).await.unwrap();
        let state = async |of: &OrganizationId| {
            app.meta().last_of_organization(Detect::NAME, of).await.unwrap().map(|job| job.state)
        };
        assert_eq!(state(&own).await, Some(JobState::Done));
        assert_eq!(state(&others).await, Some(JobState::Running));
        // Nothing of its own waits: nothing is waited for.
        done_here(&app, Detect::NAME, &own).await.unwrap();
        app.meta().finish(&theirs, now, None).await.unwrap();
    }
}
