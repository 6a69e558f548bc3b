//! What an ingest is asked for, and what it did.

use super::{Fate, SourceFiles};
use crate::health::Deliveries;
use crate::proof::Proof;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, OrganizationSpec, Result};
use connect::Discovery;
use meta::{Connection, Publication};
use model::{BillingPeriod, Decimal};

/// What to ingest.
#[derive(Clone, Debug)]
pub struct IngestRequest {
    /// Folder, file or `s3://bucket/prefix`.
    pub location: String,
    /// Organization to file it under; created when missing. `None`: the one that has this location already, else
    /// the only one, else a default.
    pub organization: Option<OrganizationSpec>,
    /// Name of the connection; `None`: made from the location.
    pub connection: Option<String>,
    /// Read again what is already published.
    pub force: bool,
}

/// How a period's ingest ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodOutcome {
    /// A new publication.
    Published,
    /// The delivery is the one that is published already.
    Unchanged,
    /// Another source of the same bill was chosen to count.
    NotCounted,
    /// Nothing was published; what was before still is.
    Failed,
}

/// One period of an ingest.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PeriodSummary {
    /// `YYYY-MM`; empty where it could not be found out.
    pub period: String,
    /// How it ended.
    pub outcome: PeriodOutcome,
    /// Rows that count in totals.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Unblended cost while reading.
    pub raw_total: Decimal,
    /// Unblended cost as stored.
    pub stored_total: Decimal,
    /// Raw − stored.
    pub difference: Decimal,
    /// Whether nothing of it is wrong, left out or unchecked ([`Proof::proven`]).
    pub proven: bool,
    /// The proof, in its parts.
    pub proof: Proof,
    /// What happened, if anything did.
    pub message: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What an ingest did.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct IngestSummary {
    /// Organization.
    pub organization: String,
    /// Connection.
    pub connection: String,
    /// Seconds until every period's dashboards were ready.
    pub dashboards_ready_s: f64,
    /// Seconds until every period's line items were ready.
    pub line_items_ready_s: f64,
    /// Newest first.
    pub periods: Vec<PeriodSummary>,
    /// What became of every file below the source.
    pub files: SourceFiles,
    /// Greatest resident memory of the process, in bytes.
    pub peak_memory_bytes: u64,
    /// How old the data is, and when the last delivery came.
    #[serde(default)]
    pub deliveries: Deliveries,
}

impl IngestSummary {
    /// Whether every period is published, and its copy proven: what its report does not tell is no failure.
    pub fn succeeded(&self) -> bool {
        !self.periods.is_empty()
            && self.periods.iter().all(|period| match period.outcome {
                PeriodOutcome::Failed => false,
                PeriodOutcome::NotCounted => true,
                PeriodOutcome::Published | PeriodOutcome::Unchanged => period.proof.copied.holds(),
            })
    }
}

/// Says of each published period what is proven of it.
pub(super) async fn judge(app: &App, connection: &Connection, periods: &mut [PeriodSummary]) -> Result<()> {
    let published = Published::of_id(app, &connection.organization_id).await?;
    for summary in periods.iter_mut().filter(|summary| summary.outcome != PeriodOutcome::Failed) {
        if let Some(proof) = published.proof(&connection.id, &summary.period) {
            summary.proven = proof.proven();
            summary.proof = proof.clone();
        }
    }
    Ok(())
}

/// A month of which nothing was read now.
fn unread(period: String, outcome: PeriodOutcome) -> PeriodSummary {
    PeriodSummary {
        period,
        outcome,
        rows: 0,
        bytes: 0,
        raw_total: Decimal::ZERO,
        stored_total: Decimal::ZERO,
        difference: Decimal::ZERO,
        proven: false,
        proof: Proof::unread(),
        message: None,
        advice: None,
    }
}

/// A period that failed before anything was read of it.
pub(super) fn failed(period: Option<BillingPeriod>, error: &AppError) -> PeriodSummary {
    let place = error.place.to_string();
    let message =
        if place.is_empty() { error.message.clone() } else { format!("{place}: {}", error.message) };
    let period = period.map(|period| period.to_string()).unwrap_or_default();
    PeriodSummary {
        proof: Proof::failed(&message),
        message: Some(message),
        advice: error.advice.clone(),
        ..unread(period, PeriodOutcome::Failed)
    }
}

/// A month of which another source counts.
pub(super) fn not_counted(period: BillingPeriod, words: String) -> PeriodSummary {
    PeriodSummary { message: Some(words), ..unread(period.to_string(), PeriodOutcome::NotCounted) }
}

/// A month whose delivery is the one that is published.
pub(super) fn unchanged(publication: &Publication) -> PeriodSummary {
    PeriodSummary {
        rows: publication.rows,
        bytes: publication.bytes,
        raw_total: publication.raw_total,
        stored_total: publication.stored_total,
        difference: publication.raw_total - publication.stored_total,
        ..unread(publication.period.to_string(), PeriodOutcome::Unchanged)
    }
}

/// Files are there, and none of them is a bill's.
pub(super) fn no_bill(connection: &Connection, found: &Discovery) -> AppError {
    if let Some(stranger) = found.unread.iter().find(|unread| unread.fate == Fate::OtherDataSet) {
        let message =
            format!("there is no bill in {}: {} {}", connection.location, stranger.path, stranger.why);
        return AppError::new(ErrorKind::NotReady, message)
            .advise("Give the folder or prefix of the cost report itself (a Cost and Usage Report, or a FOCUS export).");
    }
    AppError::new(ErrorKind::NotReady, format!("there are no cost reports in {}", connection.location))
        .advise("Give the folder or bucket prefix that holds the report's files (CSV, gzip, zip or Parquet); AWS needs up to 24 hours for the first delivery.")
}

/// Notes the months that an earlier version read and that this run, which did not fail over them, did not read again:
/// the source does not have them any more.
pub(super) async fn earlier(app: &App, connection: &Connection, read: &[PeriodSummary]) -> Result<()> {
    let mut older = app.meta().publications(&connection.organization_id).await?;
    older.retain(|publication| publication.connection_id == connection.id && publication.is_older());
    if older.is_empty() {
        return Ok(());
    }
    let failed: Vec<&str> = read
        .iter()
        .filter(|summary| summary.outcome == PeriodOutcome::Failed)
        .map(|summary| summary.period.as_str())
        .collect();
    // A delivery that names no month may have held any.
    let any = failed.iter().any(|period| period.parse::<BillingPeriod>().is_err());
    older.retain(|publication| !any && !failed.contains(&publication.period.to_string().as_str()));
    let gone: Vec<i64> = older.iter().map(|publication| publication.id).collect();
    Ok(app.meta().note_source_gone(&connection.id, &gone).await?)
}

/// Greatest resident memory of this process so far, in bytes; 0 where the system does not tell.
pub(super) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
