//! What is kept of an ingest: when it was, how it ended, why it failed.

use super::IngestSummary;
use super::deliver::Pending;
use crate::{App, AppError, ErrorKind, Result, connections, health};
use connect::Delivery;
use ingest::Selection;
use meta::{FailureKind, NewIngest, Outcome};
use model::{BillingPeriod, ConnectionId, OrganizationId};

/// Notes how a reading ended that no job is told of: of a job it is noted with the job's end. What fails of a shared
/// bill is its provider's to see.
pub(super) async fn note_end(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
    shared: bool,
    outcome: &Result<IngestSummary>,
) -> Result<()> {
    match outcome {
        Ok(summary) => {
            health::looked(app, connection).await?;
            app.meta().forgive_job(connection).await?;
            let record = app.meta().connection_record(organization, connection).await?;
            if let Some(mut record) = record.filter(|_| summary.succeeded()) {
                connections::read_well(app, &mut record).await?;
            }
        }
        // Somebody else reads it now: that says nothing of the source.
        Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::Stopped) => {}
        Err(error) if !shared => {
            health::look_failed(app, connection, error).await?;
        }
        Err(_) => {}
    }
    Ok(())
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
        Some(error) => Outcome::Failed(health::kept(error)),
    };
    let bytes = delivery.files.iter().map(|file| file.size).sum();
    app.meta().finish_ingest(history, &outcome, app.now().timestamp_millis(), rows, bytes).await?;
    Ok(())
}

/// Notes that a month is not counted until somebody chooses.
pub(super) async fn note_asked(
    app: &App,
    connection: &ConnectionId,
    period: BillingPeriod,
    selection: &Selection,
    error: &AppError,
) -> Result<()> {
    tracing::warn!(%period, %error, "a month is not counted");
    if selection.accounts.is_some() {
        return Ok(());
    }
    let (subject, now) = (period.to_string(), app.now().timestamp_millis());
    app.meta().fails(connection, FailureKind::Month, &subject, &health::kept(error), now).await?;
    Ok(())
}

/// Notes that a delivery was refused.
pub(super) async fn note_failure(
    app: &App,
    connection: &ConnectionId,
    delivery: &Delivery,
    selection: &Selection,
    error: &AppError,
) -> Result<()> {
    tracing::warn!(delivery.name = %delivery.name, %error, "a delivery was refused");
    if selection.accounts.is_some() {
        // The bill is somebody else's: the job says all that its customers are told.
        return Ok(());
    }
    health::month_failed(app, connection, delivery, error).await
}
