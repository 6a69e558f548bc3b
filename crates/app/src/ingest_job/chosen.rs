//! Two reports, or copies, of one bill in one source, of which somebody chose one: the files of the other are left out,
//! each by name. Where the chosen one is not there any more, nothing is read in its place until somebody chooses again.

use super::bills::files_of;
use super::counting::Kept;
use crate::{App, Result};
use connect::{Delivery, Discovery, Fate, Unread};
use meta::{
    BillCandidate, BillChoice, BillConflict, BillPlace, BillSide, ConflictDetail, Connection, chosen,
};
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};

/// What a place is called.
pub(crate) fn name_of(place: &BillPlace) -> String {
    match place {
        BillPlace::Whole => "the whole source".to_owned(),
        BillPlace::Report(name) => name.clone(),
        BillPlace::Files(paths) => match paths.as_slice() {
            [] => String::new(),
            [only] => only.clone(),
            [first, more @ ..] => format!("{first} and {} more", more.len()),
        },
    }
}

/// Leaves out what somebody chose not to count.
pub(super) async fn leave_out(
    app: &App,
    connection: &Connection,
    kept: &Kept,
    discovery: &mut Discovery,
) -> Result<()> {
    let mut pairs: Vec<(&BillCandidate, &BillCandidate)> = vec![];
    for choice in &kept.choices {
        let own = [&choice.winner, &choice.loser].iter().all(|one| one.connection == connection.id);
        if own && !pairs.iter().any(|(one, other)| choice.is_of(one, other)) {
            pairs.push((&choice.winner, &choice.loser));
        }
    }
    if pairs.is_empty() {
        return Ok(());
    }
    let found = discovery.deliveries.clone();
    let mut out: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
    for (at, delivery) in found.iter().enumerate() {
        for (one, other) in &pairs {
            let Some(choice) = of_delivery(&kept.choices, one, other, delivery) else { continue };
            let losers = places(&choice.loser.place, delivery);
            if losers.is_empty() {
                continue;
            }
            let holds =
                |one: &&Delivery| one.may_meet(delivery) && !places(&choice.winner.place, one).is_empty();
            if let Some(winner) = found.iter().find(holds) {
                let why = format!(
                    "left out by choice: '{}' counts, chosen by {}",
                    name_of(&choice.winner.place),
                    choice.by
                );
                let files = out.entry(at).or_default();
                files.extend(losers.iter().map(|file| (*file, why.clone())));
                there(app, connection, kept, choice, (winner, delivery), &losers).await?;
            } else if let Some(known) = known(kept, choice, &delivery.periods).next() {
                gone(app, kept, choice, &delivery.periods).await?;
                discovery.deliveries[at].problems.push(missing(choice, known, delivery, &losers));
            }
        }
    }
    for (at, files) in out {
        let delivery = &mut discovery.deliveries[at];
        let left_out = files
            .iter()
            .map(|(file, why)| Unread::new(found[at].files[*file].path.clone(), Fate::LeftOut, why.clone()));
        discovery.unread.extend(left_out);
        delivery.without(&files.keys().copied().collect());
        if let (true, Some(why)) = (delivery.files.is_empty(), files.values().next()) {
            let manifests = delivery.manifests.iter().map(|manifest| manifest.path.clone());
            discovery.unread.extend(manifests.map(|path| Unread::new(path, Fate::LeftOut, why.clone())));
        }
    }
    discovery.deliveries.retain(|delivery| !delivery.files.is_empty() || !delivery.problems.is_empty());
    discovery.unread.sort();
    Ok(())
}

/// The choice that holds for all months of a delivery.
fn of_delivery<'a>(
    choices: &'a [BillChoice],
    one: &BillCandidate,
    other: &BillCandidate,
    delivery: &Delivery,
) -> Option<&'a BillChoice> {
    if delivery.periods.is_empty() {
        return chosen(choices, one, other, None);
    }
    let mut of_months = delivery.periods.iter().map(|period| chosen(choices, one, other, Some(*period)));
    let first = of_months.next()??;
    of_months.all(|choice| choice.is_some_and(|choice| choice.winner == first.winner)).then_some(first)
}

/// The files of a delivery that lie at a place.
fn places(place: &BillPlace, delivery: &Delivery) -> BTreeSet<usize> {
    match place {
        BillPlace::Whole => BTreeSet::new(),
        BillPlace::Report(name) => {
            let mut first = 0;
            let mut found = BTreeSet::new();
            for part in &delivery.parts {
                if part.report == *name {
                    found.extend(first..first + part.files);
                }
                first += part.files;
            }
            if delivery.parts.is_empty() && delivery.report == *name {
                found.extend(0..delivery.files.len());
            }
            found
        }
        BillPlace::Files(paths) => {
            let below = |path: &str| {
                paths.iter().any(|place| {
                    path.strip_prefix(place.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
            };
            let files = delivery.files.iter().enumerate();
            files.filter(|(_, file)| below(&file.path)).map(|(at, _)| at).collect()
        }
    }
}

/// The conflicts that were kept of these two, in some months.
fn known<'a>(
    kept: &'a Kept,
    choice: &'a BillChoice,
    periods: &'a [BillingPeriod],
) -> impl Iterator<Item = &'a BillConflict> {
    kept.conflicts.iter().filter(move |conflict| {
        choice.is_of(&conflict.own, &conflict.other)
            && (periods.is_empty() || periods.contains(&conflict.period))
    })
}

/// Both are there: that is kept for each month, so that one which disappears is missed.
async fn there(
    app: &App,
    connection: &Connection,
    kept: &Kept,
    choice: &BillChoice,
    (winner, loser): (&Delivery, &Delivery),
    losers: &BTreeSet<usize>,
) -> Result<()> {
    for conflict in known(kept, choice, &loser.periods).filter(|conflict| !conflict.gone.is_empty()) {
        app.meta().bill_candidate_gone(conflict.id, "").await?;
    }
    let side = |place: &BillPlace, delivery: &Delivery, files: &[usize]| BillSide {
        name: name_of(place),
        ..files_of(delivery, files)
    };
    for period in &loser.periods {
        if known(kept, choice, &[*period]).next().is_some() {
            continue;
        }
        let winners: Vec<usize> = places(&choice.winner.place, winner).into_iter().collect();
        let losers: Vec<usize> = losers.iter().copied().collect();
        let conflict = BillConflict {
            id: 0,
            period: *period,
            own: choice.winner.clone(),
            other: choice.loser.clone(),
            gone: String::new(),
            detail: ConflictDetail {
                dated: true,
                fingerprint: loser.fingerprint.clone(),
                own: side(&choice.winner.place, winner, &winners),
                other: side(&choice.loser.place, loser, &losers),
                ..ConflictDetail::default()
            },
            noted_at_ms: app.now().timestamp_millis(),
        };
        app.meta().note_bill_conflict(&conflict).await?;
    }
    tracing::debug!(connection.id = %connection.id, "files are left out by choice");
    Ok(())
}

/// The chosen one is not there: the question comes back.
async fn gone(app: &App, kept: &Kept, choice: &BillChoice, periods: &[BillingPeriod]) -> Result<()> {
    for conflict in known(kept, choice, periods) {
        let which = if conflict.own == choice.winner { "own" } else { "other" };
        app.meta().bill_candidate_gone(conflict.id, which).await?;
    }
    Ok(())
}

fn missing(
    choice: &BillChoice,
    known: &BillConflict,
    delivery: &Delivery,
    losers: &BTreeSet<usize>,
) -> connect::Problem {
    let file = losers.first().and_then(|at| delivery.files.get(*at)).map(|file| file.path.clone());
    let (winner, loser) = (name_of(&choice.winner.place), name_of(&choice.loser.place));
    connect::Problem {
        file: file.unwrap_or_default(),
        message: format!(
            "{} is not counted: '{winner}', which was chosen to count, is not there any more, and '{loser}' was chosen not to",
            known.period
        ),
        advice:
            "Put it back; or choose the other one on the connection's page, or with 'cloud-analyzer choose'."
                .to_owned(),
    }
}
