//! Which deliveries are the bill: files of other data sets are put aside, reports of one month are read together, and
//! what the rows say decides whether they are several bills, which add up, or views of one, which must not.

use super::deliver::Job;
use super::{chosen, copies, reading};
use crate::counted::command;
use crate::{AppError, ErrorKind, Result};
use connect::{BillSource, Delivery, Discovery, Fate, FileRef, Layout, Unread};
use ingest::rollup::{Owners, PeriodRollup};
use ingest::{NotABill, Owner, Side, SourceFile, Twice, shared_owner};
use meta::{BillCandidate, BillChoice, BillConflict, BillPlace, BillSide, ConflictDetail, Connection};
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Files of one folder whose headers are looked at, where no manifest says what they are: the first and last ones. A
/// folder of more files is one kind of delivery, day after day; a stranger among them is refused when it is read.
const HEADERS: usize = 64;

/// Puts aside what is no bill, and reads together what only together is one.
pub(super) async fn sort_out(source: &Arc<BillSource>, discovery: &mut Discovery) -> Result<()> {
    // A single report with its manifest is what it says; reading it tells at once if it is not.
    let plain = |delivery: &Delivery| delivery.layout != Layout::Loose && !delivery.manifests.is_empty();
    let one_report = discovery.deliveries.windows(2).all(|pair| pair[0].report == pair[1].report);
    if discovery.deliveries.is_empty() || (one_report && discovery.deliveries.iter().all(plain)) {
        return Ok(());
    }
    let mut deliveries = discovery.deliveries.clone();
    let owned = Arc::clone(source);
    let looked_at = tokio::task::spawn_blocking(move || {
        let copies = copies::leave_out(&owned, &mut deliveries);
        let looked_at = deliveries.into_iter().map(|delivery| look_at(&owned, delivery)).collect::<Vec<_>>();
        (looked_at, copies)
    });
    let (looked_at, copies) =
        looked_at.await.map_err(|error| AppError::internal(format!("headers: {error}")))?;
    if looked_at.iter().all(|(delivery, _)| delivery.is_none()) {
        // Nothing here is a bill: reading it says of each file what it is instead.
        return Ok(());
    }
    discovery.deliveries.clear();
    discovery.unread.extend(copies);
    for (delivery, strangers) in looked_at {
        discovery.unread.extend(strangers);
        discovery.deliveries.extend(delivery);
    }
    discovery.unread.sort();
    discovery.merge_where(|one, other| one.problems.is_empty() && other.problems.is_empty());
    Ok(())
}

/// A delivery without the files that are no bill.
fn look_at(source: &Arc<BillSource>, mut delivery: Delivery) -> (Option<Delivery>, Vec<Unread>) {
    if !delivery.problems.is_empty() || delivery.files.is_empty() {
        return (Some(delivery), vec![]);
    }
    let files = reading::files(source, &delivery, &Arc::default(), &reading::Trouble::default());
    let chosen: BTreeSet<usize> =
        if delivery.manifests.is_empty() { headers_of(&files) } else { BTreeSet::from([0]) };
    let strangers: BTreeMap<usize, NotABill> =
        chosen.into_iter().filter_map(|at| Some((at, ingest::not_a_bill(&files[at])?))).collect();
    let stranger = |path: &str, what: &NotABill| {
        let fate = if what.known { Fate::OtherDataSet } else { Fate::Foreign };
        Unread::new(path, fate, what.why.clone())
    };
    let mut unread = vec![];
    if let (false, Some(what)) = (delivery.manifests.is_empty(), strangers.get(&0)) {
        // A manifest's files are of one kind.
        let manifests = delivery.manifests.iter().map(|manifest| manifest.path.as_str());
        let paths = delivery.files.iter().map(|file| file.path.as_str()).chain(manifests);
        unread.extend(paths.map(|path| stranger(path, what)));
        return (None, unread);
    }
    let mut at = 0;
    delivery.files.retain(|file| {
        let found = strangers.get(&at);
        unread.extend(found.map(|what| stranger(&file.path, what)));
        at += 1;
        found.is_none()
    });
    for part in &mut delivery.parts {
        part.files = delivery.files.len();
    }
    ((!delivery.files.is_empty()).then_some(delivery), unread)
}

/// Which files' headers are looked at: all of a small folder, the first and last of a large one.
fn headers_of(files: &[Arc<dyn SourceFile>]) -> BTreeSet<usize> {
    let mut folders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let folder = file.name().rsplit_once('/').map_or("", |(folder, _)| folder);
        // Folders that differ in numbers alone (days) are one kind.
        let kind: String = folder
            .chars()
            .map(|character| if character.is_ascii_digit() { '#' } else { character })
            .collect();
        folders.entry(kind).or_default().push(at);
    }
    let ends = |places: &Vec<usize>| {
        let half = HEADERS / 2;
        let first = places.iter().take(half).copied();
        first.chain(places.iter().rev().take(half).copied()).collect::<Vec<_>>()
    };
    folders.values().flat_map(ends).collect()
}

/// Which part each file of a delivery is of; `None` when all are of one report.
pub(super) fn parts(delivery: &Delivery) -> Option<Arc<[u32]>> {
    if delivery.parts.len() < 2 {
        return None;
    }
    let numbered = delivery.parts.iter().zip(0_u32..);
    Some(numbered.flat_map(|(part, number)| std::iter::repeat_n(number, part.files)).collect())
}

/// Two parts of a delivery that hold the same account of the same bill: they are views of one bill, and adding them up
/// would count it twice.
pub(super) struct InParts {
    period: BillingPeriod,
    owner: Owner,
    parts: [u32; 2],
}

/// Looks for a period of which two parts hold the same bill.
pub(super) fn in_parts(owners: &Owners) -> Option<InParts> {
    let periods: BTreeSet<BillingPeriod> = owners.keys().map(|(period, _)| *period).collect();
    for period in periods {
        let parts: Vec<(u32, &BTreeSet<Owner>)> = owners
            .range((period, 0)..=(period, u32::MAX))
            .map(|((_, part), owners)| (*part, owners))
            .collect();
        for (at, (one, ours)) in parts.iter().enumerate() {
            for (other, theirs) in &parts[at + 1..] {
                if let Some((payer, account)) = shared_owner(ours, theirs) {
                    let owner = (payer.to_owned(), account.to_owned());
                    return Some(InParts { period, owner, parts: [*one, *other] });
                }
            }
        }
    }
    None
}

/// How one of two in a source is chosen.
const CHOOSE_WITHIN: &str =
    "Or choose which of the two counts: on the connection's page, or with 'cloud-analyzer choose'.";

impl Job<'_> {
    /// Refuses a delivery of which two reports hold the same bill, and keeps which they are.
    pub(super) async fn one_bill_once(
        &self,
        owners: &Owners,
        periods: &BTreeMap<BillingPeriod, PeriodRollup>,
    ) -> Result<()> {
        let Some(found) = in_parts(owners) else { return Ok(()) };
        let InParts { period, owner, parts } = found;
        let side = |number: u32| {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let part = self.delivery.parts.get(number);
            let report = part.map(|part| part.report.clone()).unwrap_or_default();
            let before: usize = self.delivery.parts.iter().take(number).map(|part| part.files).sum();
            let files: Vec<usize> = (before..before + part.map_or(0, |part| part.files)).collect();
            let sums = periods.get(&period).and_then(|rollup| rollup.totals().billed_of(&files));
            let side = BillSide {
                name: report.clone(),
                rows: sums.map(|(rows, _)| rows),
                total: sums.map(|(_, cost)| cost),
                currency: periods.get(&period).map(PeriodRollup::currency),
                ..files_of(self.delivery, &files)
            };
            (BillPlace::Report(report), side)
        };
        let sides = parts.map(side);
        let (payer, account) = &owner;
        let error = AppError::new(
            ErrorKind::Invalid,
            format!(
                "2 reports cover {period}: {}, {}; both hold account {account} of the bill of {payer}",
                sides[0].1.name, sides[1].1.name
            ),
        )
        .advise(format!("Reports of one bill must not be added up. Give the folder or prefix of one report, or remove the other. {CHOOSE_WITHIN}"));
        self.note_within(period, Some(&owner), sides).await?;
        Err(error)
    }

    /// Keeps which files or folders hold one bill, and says how one of them is chosen.
    pub(super) async fn twice(&self, twice: &Twice, error: AppError) -> Result<AppError> {
        let side = |side: &Side| {
            let found = BillSide {
                name: chosen::name_of(&BillPlace::Files(side.paths.clone())),
                what: side.what.clone(),
                rows: side.rows,
                total: side.billed,
                currency: side.currency.clone(),
                ..files_of(self.delivery, &side.files)
            };
            (BillPlace::Files(side.paths.clone()), found)
        };
        self.note_within(twice.period, twice.owner.as_ref(), [side(&twice.one), side(&twice.other)]).await?;
        let advice = error.advice.clone().unwrap_or_default();
        Ok(error.advise(format!("{}. {CHOOSE_WITHIN}", advice.trim_end_matches('.'))))
    }

    async fn note_within(
        &self,
        period: BillingPeriod,
        owner: Option<&Owner>,
        [(one, own), (two, other)]: [(BillPlace, BillSide); 2],
    ) -> Result<()> {
        if self.selection.accounts.is_some() {
            // The source is somebody else's, who is asked.
            return Ok(());
        }
        let candidate = |place| BillCandidate { connection: self.connection.id.clone(), place };
        let conflict = BillConflict {
            id: 0,
            period,
            own: candidate(one),
            other: candidate(two),
            gone: String::new(),
            detail: ConflictDetail {
                payers: owner.map(|(payer, _)| payer.clone()).into_iter().collect(),
                account: owner.map(|(_, account)| account.clone()).unwrap_or_default(),
                whole: false,
                months: 0,
                dated: !self.delivery.periods.is_empty(),
                fingerprint: self.delivery.fingerprint.clone(),
                own,
                other,
            },
            noted_at_ms: self.app.now().timestamp_millis(),
        };
        Ok(self.app.meta().note_bill_conflict(&conflict).await?)
    }
}

/// What is known of some files of a delivery.
pub(super) fn files_of(delivery: &Delivery, files: &[usize]) -> BillSide {
    let found: Vec<&FileRef> = files.iter().filter_map(|at| delivery.files.get(*at)).collect();
    BillSide {
        files: Some(found.len() as u64),
        bytes: Some(found.iter().map(|file| file.size).fold(0, u64::saturating_add)),
        delivered_at_ms: found.iter().map(|file| file.modified.timestamp_millis()).max(),
        ..BillSide::default()
    }
}

/// The refusal of a month that another connection of the organization already holds: one bill is counted once.
pub(super) fn open(connection: &Connection, conflict: &BillConflict) -> AppError {
    let ConflictDetail { payers, account, other, .. } = &conflict.detail;
    let (period, name) = (conflict.period, &other.name);
    AppError::new(
        ErrorKind::Conflict,
        format!(
            "account {account} of the bill of {} is read by the connection '{name}' already",
            payers.join(", ")
        ),
    )
    .advise(format!(
        "One bill is counted once: until somebody chooses, '{name}' counts. Choose on the page of one of the two connections, or with: {}",
        command(&connection.name, period, &connection.name),
    ))
}

/// That another one counts, and who chose so.
pub(super) fn told(conflict: &BillConflict, choice: &BillChoice) -> String {
    format!("not counted: '{}' counts, chosen by {}", conflict.detail.other.name, choice.by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(owners: &[(&str, &str)]) -> BTreeSet<Owner> {
        owners.iter().map(|(payer, account)| ((*payer).to_owned(), (*account).to_owned())).collect()
    }

    #[test]
    fn bills_that_are_there_twice_are_named_one_by_one() {
        let payers = |ours: &[(&str, &str)], theirs: &[(&str, &str)]| -> Vec<String> {
            ingest::shared_payers(&set(ours), &set(theirs)).into_iter().collect()
        };
        let both = [("1", "a"), ("1", ""), ("2", "b"), ("3", "")];
        assert_eq!(payers(&both, &[("2", "b"), ("9", "a")]), ["2"]);
        assert_eq!(payers(&both, &[("1", "z"), ("3", "")]), ["3"], "a bill without accounts beside others");
        assert!(payers(&both, &[("1", "z"), ("1", "")]).is_empty(), "other accounts of one bill");
    }

    #[test]
    fn bills_are_told_apart_by_their_accounts() {
        let whole = set(&[("1", "1"), ("1", "2"), ("1", "")]);
        assert!(shared_owner(&whole, &set(&[("1", "2")])).is_some(), "a view of the same account");
        assert!(shared_owner(&whole, &set(&[("9", "2")])).is_none(), "another bill");
        assert!(
            shared_owner(&whole, &set(&[("1", "3"), ("1", "")])).is_none(),
            "other accounts of one bill, each with its tax"
        );
        let tenancy = set(&[("t", "")]);
        assert!(shared_owner(&tenancy, &tenancy.clone()).is_some(), "bills without accounts");
        assert!(
            shared_owner(&set(&[("1", "1")]), &set(&[("1", "1")])).is_some(),
            "an account that pays for itself"
        );
    }
}
