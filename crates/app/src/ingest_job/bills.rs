//! Which deliveries are the bill: files of other data sets are put aside, reports of one month are read together, and
//! what the rows say decides whether they are several bills, which add up, or views of one, which must not.

use super::{copies, reading};
use crate::{App, AppError, ErrorKind, Result};
use connect::{BillSource, Delivery, Discovery, Fate, Layout, Unread};
use ingest::rollup::Owners;
use ingest::{NotABill, Owner, SourceFile, shared_owner};
use meta::Publication;
use model::{BillingPeriod, ConnectionId, OrganizationId};
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

/// Refuses a period whose parts hold the same accounts of the same bill: they are views of one bill, and adding them
/// up would count it twice.
pub(super) fn one_bill_once(delivery: &Delivery, owners: &Owners) -> Result<()> {
    let periods: BTreeSet<BillingPeriod> = owners.keys().map(|(period, _)| *period).collect();
    for period in periods {
        let parts: Vec<(u32, &BTreeSet<Owner>)> = owners
            .range((period, 0)..=(period, u32::MAX))
            .map(|((_, part), owners)| (*part, owners))
            .collect();
        for (at, (one, ours)) in parts.iter().enumerate() {
            for (other, theirs) in &parts[at + 1..] {
                if let Some((payer, account)) = shared_owner(ours, theirs) {
                    let names = [*one, *other].map(|part| {
                        let found = usize::try_from(part).ok().and_then(|part| delivery.parts.get(part));
                        found.map_or("", |part| part.report.as_str())
                    });
                    return Err(AppError::new(
                        ErrorKind::Invalid,
                        format!(
                            "2 reports cover {period}: {}; both hold account {account} of the bill of {payer}",
                            names.join(", ")
                        ),
                    )
                    .advise("Reports of one bill must not be added up. Give the folder or prefix of one report, or remove the other."));
                }
            }
        }
    }
    Ok(())
}

/// Refuses a month that another connection of the organization already holds: one bill is counted once.
pub(super) async fn not_read_elsewhere(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
    period: BillingPeriod,
    owners: &BTreeSet<Owner>,
) -> Result<()> {
    for publication in app.meta().publications(organization).await? {
        if publication.period != period || publication.connection_id == *connection {
            continue;
        }
        let theirs = owners_of(&publication);
        let Some((payer, account)) = shared_owner(owners, &theirs) else { continue };
        let names = app.meta().connections(organization).await?;
        let name = names.into_iter().find(|known| known.id == publication.connection_id);
        let name = name.map_or_else(|| publication.connection_id.to_string(), |known| known.name);
        return Err(AppError::new(
            ErrorKind::Conflict,
            format!("account {account} of the bill of {payer} is read by the connection '{name}' already"),
        )
        .advise(format!("One bill is counted once. If this source is to count from now on, remove the connection '{name}' and read this one again; else remove this one.")));
    }
    Ok(())
}

/// Whose costs a publication holds, as its proof keeps it.
fn owners_of(publication: &Publication) -> BTreeSet<Owner> {
    let kept = publication.proof.get("owners").cloned().unwrap_or_default();
    serde_json::from_value(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(owners: &[(&str, &str)]) -> BTreeSet<Owner> {
        owners.iter().map(|(payer, account)| ((*payer).to_owned(), (*account).to_owned())).collect()
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
