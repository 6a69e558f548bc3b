//! The two stages of a delivery: roll-up, then line items, each staged, proven, committed and published.

use super::counting::{Retired, Stand};
use super::first::FirstStage;
use super::proving::{self, Broken};
use super::reading::{self, Trouble};
use super::refusing;
use super::storing::{self, LineItemSinks};
use super::summary::not_counted;
use super::tracking::Tracker;
use super::{PeriodOutcome, PeriodSummary, bills};
use crate::proof::{Completeness, FileProof, PeriodProof, Proof, UNAVAILABLE};
use crate::{App, AppError, ErrorKind, Place, Result, Stage};
use connect::{BillSource, Delivery};
use ingest::rollup::{PeriodRollup, RollupResult};
use ingest::{Selection, SourceFile, Warning};
use lake::{Lake, StagedFile, StoredSums, Table};
use meta::{Connection, NewPublication};
use model::{BillingPeriod, ConnectionId};
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

    pub(super) fn selected(&self) -> Selection {
        let parts = bills::parts(self.delivery);
        let doubted = self.delivery.files.len() > 1 && self.completeness() == Completeness::Unknown;
        Selection { period: self.delivery.period, parts, doubted, ..self.selection.clone() }
    }

    /// What a person should know of the delivery itself.
    fn notes(&self) -> impl Iterator<Item = String> {
        self.delivery.notes.iter().map(|note| format!("{}: {}. {}", note.file, note.message, note.advice))
    }

    /// What of a month is counted elsewhere.
    fn without(&self, period: BillingPeriod) -> Option<String> {
        let payers = self.selection.without.as_ref()?.get(&period)?;
        let payers: Vec<&str> = payers.iter().map(String::as_str).collect();
        Some(format!("the bill of {} is left out: another connection was chosen for it", payers.join(", ")))
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
    pub(super) async fn dashboards(&self, tracker: &Tracker<'_>, ingest: Option<i64>) -> Result<FirstStage> {
        let trouble = Trouble::default();
        let files = reading::files(self.source, self.delivery, &tracker.counters, &trouble);
        let period = self.delivery.period;
        let selection = self.selected();
        let read = tracker
            .watch(ingest, period, Stage::Reading, move |counters| {
                ingest::rollup::read(&files, &selection, threads(), counters)
            })
            .await?;
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                let twice = error.twice.clone();
                let told = trouble.told(error);
                return Err(match twice {
                    Some(twice) => self.twice(&twice, told).await?,
                    None => told,
                });
            }
        };
        self.check_untouched().await?;
        let RollupResult { periods, mut warnings, features, owners } = read;
        self.one_bill_once(&owners, &periods).await?;
        self.as_promised(&periods)?;
        if self.selection.accounts.is_some() {
            // They tell of everybody's rows.
            warnings.clear();
        }
        let mut found = FirstStage::default();
        let mut counted = vec![];
        let months = periods.len();
        for (period, rollup) in periods.into_iter().rev() {
            match self.stand(period, &rollup, &features, months).await? {
                Stand::Counted(retired) => counted.push((period, rollup, retired)),
                Stand::Elsewhere(words) => found.summaries.push(not_counted(period, words)),
                Stand::Asked(error) => found.refused.push((period, error)),
                Stand::InPart => return Ok(FirstStage { in_part: true, ..FirstStage::default() }),
            }
        }
        let replaces = counted.iter().any(|(_, _, retired)| !retired.is_empty());
        if replaces || refusing::was_refused(self).await? {
            self.rehearse(tracker, ingest).await?;
        }
        for (period, rollup, retired) in counted {
            let (summary, pending) =
                self.publish_rollup(tracker, ingest, (period, rollup), retired, &warnings, &features).await?;
            found.summaries.push(summary);
            found.pending.push(pending);
        }
        Ok(found)
    }

    /// Periods and rows are those that folders and manifests tell.
    pub(super) fn as_promised(&self, periods: &BTreeMap<BillingPeriod, PeriodRollup>) -> Result<()> {
        let told = &self.delivery.periods;
        if let Some(period) = periods.keys().find(|period| !told.is_empty() && !told.contains(period)) {
            return Err(AppError::invalid(format!("{} holds rows of {period}", self.delivery.name)).advise(
                "Rows of a month that the export's days do not touch would replace that month by a part of it. Export the months again, each whole.",
            ));
        }
        let rows: u64 = periods.values().map(PeriodRollup::line_items).sum();
        match self.delivery.rows {
            Some(promised)
                if promised != rows
                    && self.selection.accounts.is_none()
                    && self.selection.without.is_none() =>
            {
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
    pub(super) async fn check_untouched(&self) -> Result<()> {
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
        (period, rollup): (BillingPeriod, PeriodRollup),
        mut retired: Vec<Retired>,
        warnings: &[Warning],
        features: &serde_json::Value,
    ) -> Result<(PeriodSummary, Pending)> {
        let (new, proof) = prepare(self, tracker, ingest, (period, rollup), warnings, features).await?;
        // Until the rests are published their tables hold more than is: nobody repairs them meanwhile.
        let mut at_work = vec![];
        for one in retired.iter_mut().filter(|one| one.in_part) {
            let (rest, alone) = self.rest(tracker, period, one, &proof).await?;
            one.rest = Some(rest);
            at_work.push(alone);
        }
        let publication = self.publish(&new, retired).await?;
        drop(at_work);
        let summary = PeriodSummary {
            period: period.to_string(),
            outcome: PeriodOutcome::Published,
            rows: new.rows,
            bytes: new.bytes,
            raw_total: new.raw_total,
            stored_total: new.stored_total,
            difference: new.raw_total - new.stored_total,
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
        pending: &[Pending],
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
            let version = commit(self.app, Table::LineItems, &self.connection.id, period, &files).await?;
            let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
            let proof = PeriodProof { files: lines, ..pending.proof.clone() };
            self.app.meta().complete(pending.publication, version, &paths, &json(&proof)?).await?;
        }
        Ok(())
    }
}

/// Stages, proves and commits a month's roll-up: all of a publication but that it is one.
pub(super) async fn prepare(
    job: &Job<'_>,
    tracker: &Tracker<'_>,
    ingest: Option<i64>,
    (period, rollup): (BillingPeriod, PeriodRollup),
    warnings: &[Warning],
    features: &serde_json::Value,
) -> Result<(NewPublication, PeriodProof)> {
    let (lake, connection, names) = (job.app.lake().clone(), job.connection.id.clone(), job.names());
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
    tracker.show(Some(period), Stage::Publishing);
    let version = commit(job.app, Table::Rollup, &job.connection.id, period, &proven.files).await?;
    let proof = PeriodProof {
        files: proven.lines,
        split_rows: proven.split_rows,
        identity: proven.identity,
        notes: proven
            .unavailable
            .iter()
            .map(|part| part.message.clone())
            .chain(warnings.iter().map(note))
            .chain(job.notes())
            .chain(job.without(period))
            .collect(),
        delivered_at_ms: job.delivery.files.iter().map(|file| file.modified.timestamp_millis()).max(),
        unavailable: proven.unavailable,
        owners: proven.owners.into_iter().collect(),
        complete: job.completeness(),
    };
    let mut features = features.clone();
    if !proof.unavailable.is_empty()
        && let Some(features) = features.as_object_mut()
    {
        // Beside what the columns allow, so that an answer need not read the proof.
        features.insert(UNAVAILABLE.to_owned(), json(&proof.unavailable)?);
    }
    let new = NewPublication {
        connection_id: job.connection.id.clone(),
        period,
        rollup_version: version,
        rollup_files: proven.files.iter().map(|file| file.path.clone()).collect(),
        line_items_version: None,
        line_item_files: vec![],
        rows: proven.rows,
        bytes: job.bytes(),
        currency: proven.currency,
        raw_total,
        stored_total,
        proven: true,
        fingerprint: job.delivery.fingerprint.clone(),
        proof: json(&proof)?,
        features,
        data_from: proven.span.map(|(from, _)| from / 1000),
        data_to: proven.span.map(|(_, to)| to / 1000),
        published_at_ms: job.app.now().timestamp_millis(),
    };
    Ok((new, proof))
}

/// Makes staged files a table's, and notes them first: whatever comes in between, a row tells of each of them.
async fn commit(
    app: &App,
    table: Table,
    connection: &ConnectionId,
    period: BillingPeriod,
    files: &[StagedFile],
) -> Result<i64> {
    let noted: Vec<(&str, u64)> = files.iter().map(|file| (file.path.as_str(), file.size)).collect();
    app.meta().stage_files(table, &noted, app.now().timestamp_millis()).await?;
    Ok(app.lake().commit(table, connection, period, files).await?)
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
