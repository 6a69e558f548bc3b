//! The two stages of a delivery: roll-up, then line items, each staged, proven, committed and published.

use super::proving::{self, Broken};
use super::reading::{self, Trouble};
use super::storing::{self, LineItemSinks};
use super::tracking::Tracker;
use super::{PeriodOutcome, PeriodSummary, bills};
use crate::proof::{Completeness, FileProof, PeriodProof, Proof, UNAVAILABLE};
use crate::{App, AppError, ErrorKind, Place, Result, Stage};
use connect::{BillSource, Delivery};
use ingest::rollup::{PeriodRollup, RollupResult};
use ingest::{Selection, SourceFile, Warning};
use lake::{Lake, StagedFile, StoredSums, Table};
use meta::{Connection, NewPublication};
use model::{BillingPeriod, ConnectionId, Decimal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Threads that decode.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(1, 16)
}

/// A delivery at work.
pub(super) struct Job<'a> {
    pub(super) app: &'a App,
    pub(super) connection: &'a Connection,
    pub(super) source: &'a Arc<BillSource>,
    pub(super) delivery: &'a Delivery,
    /// Which rows count, of whatever period.
    pub(super) selection: &'a Selection,
}

/// A period whose roll-up is published and whose line items are still to come.
pub(super) struct Pending {
    pub(super) period: BillingPeriod,
    pub(super) publication: i64,
    proof: PeriodProof,
}

/// A staged and proven roll-up.
struct Proven {
    files: Vec<StagedFile>,
    lines: Vec<FileProof>,
    broken: Option<Broken>,
    rows: u64,
    currency: String,
    span: Option<(i64, i64)>,
    split_rows: u64,
    identity: Vec<crate::proof::Identity>,
    unavailable: Vec<crate::proof::Unavailable>,
    owners: BTreeSet<ingest::Owner>,
}

impl Job<'_> {
    fn names(&self) -> Vec<String> {
        self.delivery.files.iter().map(|file| file.path.clone()).collect()
    }

    fn selected(&self) -> Selection {
        let parts = bills::parts(self.delivery);
        let doubted = self.delivery.files.len() > 1 && self.completeness() == Completeness::Unknown;
        Selection { period: self.delivery.period, parts, doubted, ..self.selection.clone() }
    }

    /// What a person should know of the delivery itself.
    fn notes(&self) -> impl Iterator<Item = String> {
        self.delivery.notes.iter().map(|note| format!("{}: {}. {}", note.file, note.message, note.advice))
    }

    /// Of several parts each must have its manifest.
    fn completeness(&self) -> Completeness {
        let manifests = &self.delivery.manifests;
        let named: usize = manifests.iter().filter_map(|manifest| manifest.keys.as_ref()).map(Vec::len).sum();
        if !manifests.is_empty() && named >= self.delivery.files.len() {
            Completeness::Complete
        } else {
            Completeness::Unknown
        }
    }

    fn bytes(&self) -> u64 {
        self.delivery.files.iter().map(|file| file.size).sum()
    }

    /// First stage: reads, proves and publishes every period of the delivery.
    pub(super) async fn dashboards(
        &self,
        tracker: &Tracker<'_>,
        ingest: Option<i64>,
    ) -> Result<Vec<(PeriodSummary, Pending)>> {
        let trouble = Trouble::default();
        let files = reading::files(self.source, self.delivery, &tracker.counters, &trouble);
        let period = self.delivery.period;
        let selection = self.selected();
        let read = tracker
            .watch(ingest, period, Stage::Reading, move |counters| {
                ingest::rollup::read(&files, &selection, threads(), counters)
            })
            .await?
            .map_err(|error| trouble.told(error))?;
        self.check_untouched().await?;
        let RollupResult { periods, mut warnings, features, owners } = read;
        bills::one_bill_once(self.delivery, &owners)?;
        self.as_promised(&periods)?;
        if self.selection.accounts.is_some() {
            // They tell of everybody's rows.
            warnings.clear();
        }
        let mut published = vec![];
        for (period, rollup) in periods.into_iter().rev() {
            published.push(self.publish_rollup(tracker, ingest, period, rollup, &warnings, &features).await?);
        }
        Ok(published)
    }

    /// Periods and rows are those that folders and manifests tell.
    fn as_promised(&self, periods: &BTreeMap<BillingPeriod, PeriodRollup>) -> Result<()> {
        let told = &self.delivery.periods;
        if let Some(period) = periods.keys().find(|period| !told.is_empty() && !told.contains(period)) {
            return Err(AppError::invalid(format!("{} holds rows of {period}", self.delivery.name)).advise(
                "Rows of a month that the export's days do not touch would replace that month by a part of it. Export the months again, each whole.",
            ));
        }
        let rows: u64 = periods.values().map(PeriodRollup::line_items).sum();
        match self.delivery.rows {
            Some(promised) if promised != rows && self.selection.accounts.is_none() => {
                Err(AppError::invalid(format!(
                    "{}: its manifest tells {promised} rows, its files hold {rows}",
                    self.delivery.name
                ))
                .advise("The delivery was copied or written in part: copy or export it again."))
            }
            _ => Ok(()),
        }
    }

    /// A delivery that was replaced while it was read is a mixture of two: it is not published.
    async fn check_untouched(&self) -> Result<()> {
        if self.source.unchanged(self.delivery).await? {
            return Ok(());
        }
        Err(AppError::new(
            ErrorKind::Conflict,
            format!("{} was replaced while it was being read", self.delivery.name),
        )
        .advise("Run the ingest again: it reads the new delivery."))
    }

    async fn publish_rollup(
        &self,
        tracker: &Tracker<'_>,
        ingest: Option<i64>,
        period: BillingPeriod,
        rollup: PeriodRollup,
        warnings: &[Warning],
        features: &serde_json::Value,
    ) -> Result<(PeriodSummary, Pending)> {
        let (lake, connection, names) = (self.app.lake().clone(), self.connection.id.clone(), self.names());
        let proven = tracker
            .watch(ingest, Some(period), Stage::Proving, move |_| {
                prove_rollup(&lake, &connection, period, &rollup, &names)
            })
            .await??;
        refuse_broken(proven.broken.as_ref())?;
        let (raw_total, stored_total) = proving::totals(&proven.lines);
        if raw_total.within().is_err() || stored_total.within().is_err() {
            return Err(AppError::invalid(format!("the amounts of {period} are too large to be summed"))
                .advise("Look for figures that are no amounts in the report, and export it again."));
        }
        let organization = &self.connection.organization_id;
        bills::not_read_elsewhere(self.app, organization, &self.connection.id, period, &proven.owners)
            .await?;
        tracker.show(Some(period), Stage::Publishing);
        let version =
            self.app.lake().commit(Table::Rollup, &self.connection.id, period, &proven.files).await?;
        let proof = PeriodProof {
            files: proven.lines,
            split_rows: proven.split_rows,
            identity: proven.identity,
            notes: proven
                .unavailable
                .iter()
                .map(|part| part.message.clone())
                .chain(warnings.iter().map(note))
                .chain(self.notes())
                .collect(),
            unavailable: proven.unavailable,
            owners: proven.owners.into_iter().collect(),
            complete: self.completeness(),
        };
        let mut features = features.clone();
        if !proof.unavailable.is_empty()
            && let Some(features) = features.as_object_mut()
        {
            // Beside what the columns allow, so that an answer need not read the proof.
            features.insert(UNAVAILABLE.to_owned(), json(&proof.unavailable)?);
        }
        let publication = self
            .app
            .meta()
            .publish(&NewPublication {
                connection_id: self.connection.id.clone(),
                period,
                rollup_version: version,
                rollup_files: proven.files.iter().map(|file| file.path.clone()).collect(),
                line_items_version: None,
                line_item_files: vec![],
                rows: proven.rows,
                bytes: self.bytes(),
                currency: proven.currency,
                raw_total,
                stored_total,
                proven: true,
                fingerprint: self.delivery.fingerprint.clone(),
                proof: json(&proof)?,
                features,
                data_from: proven.span.map(|(from, _)| from / 1000),
                data_to: proven.span.map(|(_, to)| to / 1000),
                published_at_ms: self.app.now().timestamp_millis(),
            })
            .await?;
        let summary = PeriodSummary {
            period: period.to_string(),
            outcome: PeriodOutcome::Published,
            rows: proven.rows,
            bytes: self.bytes(),
            raw_total,
            stored_total,
            difference: raw_total - stored_total,
            // Judged when all is read: see `super::judge`.
            proven: false,
            proof: Proof::unread(),
            message: proof.notes.first().cloned(),
            advice: None,
        };
        Ok((summary, Pending { period, publication, proof }))
    }

    /// Second stage: writes, proves and publishes the line items of the periods that the first stage published.
    pub(super) async fn line_items(
        &self,
        tracker: &Tracker<'_>,
        ingest: Option<i64>,
        pending: Vec<Pending>,
    ) -> Result<()> {
        let trouble = Trouble::default();
        let files = reading::files(self.source, self.delivery, &tracker.counters, &trouble);
        let (lake, connection) = (self.app.lake().clone(), self.connection.id.clone());
        let (period, names, selection) = (self.delivery.period, self.names(), self.selected());
        let staged = tracker
            .watch(
                ingest,
                period.or(pending.first().map(|pending| pending.period)),
                Stage::LineItems,
                move |counters| {
                    let stores = (&lake, &connection);
                    stage_line_items(stores, &files, &selection, &names, counters, &trouble)
                },
            )
            .await??;
        self.check_untouched().await?;
        for (period, files, lines, broken) in staged {
            refuse_broken(broken.as_ref())?;
            let Some(pending) = pending.iter().find(|pending| pending.period == period) else { continue };
            tracker.show(Some(period), Stage::Publishing);
            let version =
                self.app.lake().commit(Table::LineItems, &self.connection.id, period, &files).await?;
            let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
            let proof = PeriodProof { files: lines, ..pending.proof.clone() };
            self.app.meta().complete(pending.publication, version, &paths, &json(&proof)?).await?;
        }
        Ok(())
    }
}

fn prove_rollup(
    lake: &Lake,
    connection: &ConnectionId,
    period: BillingPeriod,
    rollup: &PeriodRollup,
    names: &[String],
) -> Result<Proven> {
    let files = storing::rollup(lake, connection, period, rollup)?;
    let expected = proving::expected(rollup.totals(), names, false);
    let (lines, broken) = proving::compare(&expected, &lake.proof(Table::Rollup, &files)?, false);
    Ok(Proven {
        files,
        lines,
        broken,
        rows: rollup.line_items(),
        currency: rollup.currency(),
        span: rollup.usage_span(),
        split_rows: expected.values().map(|line| line.split_rows).sum(),
        identity: proving::identity(rollup.identity()),
        unavailable: proving::unavailable(rollup.unavailable(), &rollup.currency()),
        owners: rollup.owners(),
    })
}

/// A period's staged line items, its proof, and the first difference.
type StagedLineItems = (BillingPeriod, Vec<StagedFile>, Vec<FileProof>, Option<Broken>);

fn stage_line_items(
    (lake, connection): (&Lake, &ConnectionId),
    files: &[Arc<dyn SourceFile>],
    selection: &Selection,
    names: &[String],
    counters: &ingest::Counters,
    trouble: &Trouble,
) -> Result<Vec<StagedLineItems>> {
    let sinks = LineItemSinks { lake, connection, stagings: Mutex::default() };
    let written =
        ingest::line_items::write(files, selection, threads(), counters, &|period| sinks.make(period))
            .map_err(|error| trouble.told(error))?;
    let mut staged: std::collections::BTreeMap<BillingPeriod, Vec<StagedFile>> =
        std::collections::BTreeMap::new();
    if let (Some(period), Some(_)) = (selection.period, &selection.accounts) {
        // A month without cost is complete without files.
        staged.entry(period).or_default();
    }
    for (period, sink) in written.sinks {
        staged.entry(period).or_default().extend(sink.finish()?);
    }
    let mut result = vec![];
    for (period, files) in staged {
        let stored: StoredSums = lake.proof(Table::LineItems, &files)?;
        let totals = written.totals.get(&period).cloned().unwrap_or_default();
        let (lines, broken) = proving::compare(&proving::expected(&totals, names, true), &stored, true);
        result.push((period, files, lines, broken));
    }
    Ok(result)
}

fn refuse_broken(broken: Option<&Broken>) -> Result<()> {
    let Some(broken) = broken else { return Ok(()) };
    let mut error = AppError::new(ErrorKind::Internal, broken.message.clone())
        .advise("The period was not published; what was published before still is. Run the ingest again; if it fails again, report it with this message.");
    error.place = Box::new(Place { file: Some(broken.file.clone()), row: None, column: None });
    Err(error)
}

fn note(warning: &Warning) -> String {
    format!(
        "{}: {} in column {} (first: {}, row {})",
        warning.count, warning.message, warning.column, warning.file, warning.row
    )
}

fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| AppError::internal(format!("a proof cannot be written: {error}")))
}

/// A period that failed before anything was read of it.
pub(super) fn failed(period: Option<BillingPeriod>, error: &AppError) -> PeriodSummary {
    let place = error.place.to_string();
    let message =
        if place.is_empty() { error.message.clone() } else { format!("{place}: {}", error.message) };
    PeriodSummary {
        period: period.map(|period| period.to_string()).unwrap_or_default(),
        outcome: PeriodOutcome::Failed,
        rows: 0,
        bytes: 0,
        raw_total: Decimal::ZERO,
        stored_total: Decimal::ZERO,
        difference: Decimal::ZERO,
        proven: false,
        proof: Proof::failed(&message),
        message: Some(message),
        advice: error.advice.clone(),
    }
}
