//! Sends a saved report whose time has come. Why one could not be sent is kept with it, and it is sent at its next time.
//! Whom the mail server took it for is noted as it goes: a run after a restart goes on with the others.

use super::{At, Job, Lane, Retry};
use crate::{App, Result, reports};
use model::{OrganizationId, ReportId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SendReport {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    report: ReportId,
    /// The time that had come (ms).
    due_ms: i64,
}

impl Job for SendReport {
    const NAME: &'static str = "report";
    const LANE: Lane = Lane::Reports;
    // A defect, or a process that ended: what else fails is kept with the report.
    const RETRY: Retry = Retry { most: 3, first_ms: 60_000, longest_ms: 600_000 };

    fn key(&self) -> Option<String> {
        Some(format!("{}:{}", self.report, self.due_ms))
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        let saved = at.app.meta().saved_report(&self.organization, &self.report).await?;
        let Some((saved, schedule)) =
            saved.and_then(|saved| saved.schedule.clone().map(|plan| (saved, plan)))
        else {
            // Deleted, or not to be sent any more.
            return Ok(());
        };
        reports::send_scheduled(at, &saved, &schedule).await
    }
}

/// Queues every report whose time has come; its next time is set in the same step.
pub(super) async fn queue_due(app: &App) -> Result<()> {
    let now = app.now();
    for saved in app.meta().due_reports(now.timestamp_millis()).await? {
        let Some(schedule) = &saved.schedule else { continue };
        let job = SendReport {
            organization: saved.organization_id.clone(),
            report: saved.id.clone(),
            due_ms: schedule.next_run_ms,
        };
        let next = schedule.frequency.next(now).timestamp_millis();
        let job = super::queued(app, &job)?;
        if app.meta().take_report(&saved.id, schedule.next_run_ms, next, &job).await? {
            app.queued().wake();
        }
    }
    Ok(())
}
