//! What an ingest tells the job that it is done for: which deliveries it sets out to read, and that it got further
//! than a run before that took its process down.

use crate::{App, AppError, ErrorKind, Result, stable};
use connect::Delivery;
use meta::ProcessingJob;

/// Runs in a row that may take their process down before a job is parked. One: somebody killed the server, or the
/// machine ran out of memory through something else. Two without a step further: it is the report.
pub(crate) const MOST_CRASHES: u32 = 2;

/// Before anything is decoded.
///
/// # Errors
/// `NotReady` when these are the deliveries that the job was parked for.
pub(super) async fn begin(app: &App, job: &ProcessingJob, deliveries: &[Delivery]) -> Result<()> {
    let others = app.meta().job_found(job, &name_of(deliveries)).await?;
    if job.crashes >= MOST_CRASHES && !others {
        return Err(AppError::new(
            ErrorKind::NotReady,
            "nothing new was delivered since reading was given up",
        )
        .advise("Ask for it to be read again, or wait for the next delivery."));
    }
    Ok(())
}

/// Something was published that was not before.
pub(super) async fn got_further(app: &App, job: Option<&ProcessingJob>) -> Result<()> {
    match job {
        Some(job) => Ok(app.meta().job_got_further(job).await?),
        None => Ok(()),
    }
}

/// Names the deliveries and this version of the program: another one may well read what this one cannot.
fn name_of(deliveries: &[Delivery]) -> String {
    let names: Vec<_> = deliveries.iter().map(|delivery| (&delivery.name, &delivery.fingerprint)).collect();
    format!("{} {}", env!("CARGO_PKG_VERSION"), stable::name_of(&names))
}
