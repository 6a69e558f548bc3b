//! The first stage of a delivery: is it published already, does another one count, else read and publish its roll-up.

use super::counting::Kept;
use super::deliver::{Job, Pending};
use super::history::finish_history;
use super::summary::{not_counted, unchanged};
use super::tracking::Tracker;
use super::{PeriodSummary, bills};
use crate::{AppError, Result};
use meta::{NewIngest, Publication, Stage};
use model::BillingPeriod;

/// What became of a delivery's first stage.
#[derive(Default)]
pub(super) struct FirstStage {
    pub(super) summaries: Vec<PeriodSummary>,
    /// Published, without line items yet.
    pub(super) pending: Vec<Pending>,
    /// Months that are not counted until somebody chooses.
    pub(super) refused: Vec<(BillingPeriod, AppError)>,
    /// Nothing was published: a part of it is counted elsewhere, and what is left is to be read by itself.
    pub(super) in_part: bool,
}

/// Reads a delivery's roll-up, unless it is what is published already, or another source counts.
pub(super) async fn first_stage(
    job: &Job<'_>,
    tracker: &Tracker<'_>,
    kept: &Kept,
    force: bool,
) -> Result<FirstStage> {
    if let Some(problem) = job.delivery.problems.first() {
        let mut error = AppError::invalid(problem.message.clone()).advise(problem.advice.clone());
        error.place.file = Some(problem.file.clone());
        return Err(error);
    }
    let settled: Vec<PeriodSummary> = kept
        .settled(job.delivery)
        .into_iter()
        .map(|(conflict, choice)| not_counted(conflict.period, bills::told(conflict, choice)))
        .collect();
    if job.delivery.period.is_some() && !settled.is_empty() {
        return Ok(FirstStage { summaries: settled, ..FirstStage::default() });
    }
    if !force {
        let current = published(job).await?;
        let complete = current.iter().all(|publication| publication.stage == Stage::Complete);
        if complete && kept.accounts_for(job.delivery, current.len()) {
            let summaries = current.iter().map(unchanged).chain(settled).collect();
            return Ok(FirstStage { summaries, ..FirstStage::default() });
        }
    }
    let history = match job.delivery.period {
        Some(period) => Some(
            job.app
                .meta()
                .start_ingest(&NewIngest {
                    connection_id: job.connection.id.clone(),
                    period,
                    fingerprint: job.delivery.fingerprint.clone(),
                    started_at_ms: job.app.now().timestamp_millis(),
                })
                .await?,
        ),
        None => None,
    };
    let rows_before = tracker.rows();
    let outcome = job.dashboards(tracker, history).await;
    // Of a shared bill only what is the customer's own is counted.
    let rows = match &outcome {
        Ok(found) if job.selection.accounts.is_some() => {
            found.summaries.iter().map(|summary| summary.rows).sum()
        }
        _ => tracker.rows() - rows_before,
    };
    let refused = match &outcome {
        Ok(found) => found.refused.first().map(|(_, error)| error),
        Err(error) => Some(error),
    };
    finish_history(job.app, history, job.delivery, rows, refused).await?;
    let mut found = outcome?;
    // A month of which every bill is counted elsewhere has no rows left.
    for (period, words) in kept.emptied(job) {
        let told = found.summaries.iter().any(|summary| summary.period == period.to_string())
            || found.refused.iter().any(|(refused, _)| *refused == period);
        if !told && !found.in_part {
            found.summaries.push(not_counted(period, words));
        }
    }
    Ok(found)
}

/// What is published of this very delivery, by a version that kept what this one keeps: what an earlier one read is
/// read again.
pub(super) async fn published(job: &Job<'_>) -> Result<Vec<Publication>> {
    let mut found = vec![];
    if let Some(period) = job.delivery.period {
        found.extend(job.app.meta().publication_for(&job.connection.id, period).await?);
    } else {
        found.extend(job.app.meta().publications(&job.connection.organization_id).await?);
    }
    found.retain(|publication| {
        publication.connection_id == job.connection.id
            && publication.fingerprint == job.delivery.fingerprint
            && !publication.is_older()
    });
    Ok(found)
}
