//! What is kept of an ingest: when it was, how it ended, why it failed.

use super::IngestSummary;
use super::deliver::Pending;
use crate::{App, AppError, ErrorKind, Failure, Result};
use connect::Delivery;
use ingest::Selection;
use meta::{NewIngest, Outcome};
use model::{ConnectionId, OrganizationId};

/// Keeps a failure for the pages. What fails of a shared bill is not shown where its customers look.
pub(super) fn shown_failure(
    app: &App,
    organization: &OrganizationId,
    shared: bool,
    outcome: Result<IngestSummary>,
) -> Result<IngestSummary> {
    if let Err(error) = outcome.as_ref()
        && error.kind != ErrorKind::NotReady
        && !shared
    {
        let failure = Failure {
            period: None,
            file: error.place.file.clone(),
            message: error.message.clone(),
            advice: error.advice.clone(),
        };
        app.live().add_failure(organization, failure);
    }
    outcome
}

pub(super) async fn start_history(
    app: &App,
    connection: &ConnectionId,
    delivery: &Delivery,
    pending: &[Pending],
) -> Result<Option<i64>> {
    let Some(period) = pending.first().map(|pending| pending.period) else { return Ok(None) };
    let new = NewIngest {
        connection_id: connection.clone(),
        period,
        fingerprint: delivery.fingerprint.clone(),
        started_at_ms: app.now().timestamp_millis(),
    };
    Ok(Some(app.meta().start_ingest(&new).await?))
}

pub(super) async fn finish_history(
    app: &App,
    history: Option<i64>,
    delivery: &Delivery,
    rows: u64,
    error: Option<&AppError>,
) -> Result<()> {
    let Some(history) = history else { return Ok(()) };
    let outcome = match error {
        None => Outcome::Published,
        Some(error) => Outcome::Failed(meta::Failure {
            message: error.message.clone(),
            advice: error.advice.clone(),
            file: error.place.file.clone(),
            row: error.place.row,
            column: error.place.column.clone(),
        }),
    };
    let bytes = delivery.files.iter().map(|file| file.size).sum();
    app.meta().finish_ingest(history, &outcome, app.now().timestamp_millis(), rows, bytes).await?;
    Ok(())
}

pub(super) fn note_failure(
    app: &App,
    organization: &OrganizationId,
    delivery: &Delivery,
    selection: &Selection,
    error: &AppError,
) {
    tracing::warn!(delivery.name = %delivery.name, %error, "a delivery was refused");
    if selection.accounts.is_some() {
        // The bill is somebody else's: the job says all that its customers are told.
        return;
    }
    let failure = Failure {
        period: delivery.period.map(|period| period.to_string()),
        file: error.place.file.clone(),
        message: error.message.clone(),
        advice: error.advice.clone(),
    };
    app.live().add_failure(organization, failure);
}
