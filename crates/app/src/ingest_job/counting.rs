//! One bill that two connections of an organization hold is counted once. Which months of a delivery count is decided
//! here, before anything of it is published: by what the rows say, and by what somebody chose.

use super::bills;
use super::deliver::Job;
use crate::counted::{self, Standing, owners_of};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use connect::Delivery;
use futures::TryStreamExt;
use ingest::rollup::PeriodRollup;
use ingest::{Owner, Selection, Without, shared_owner, shared_payers};
use lake::Table;
use meta::{
    BillCandidate, BillChoice, BillConflict, BillPlace, BillSide, ConflictDetail, Connection, NewPublication,
    Publication, Retirement, chosen,
};
use model::{BillingPeriod, ConnectionId, Decimal};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Accounts that a conflict spells out.
const SPELT_OUT: usize = 10;

/// What was chosen, and what stands against what of a connection.
pub(super) struct Kept {
    pub(super) choices: Vec<BillChoice>,
    pub(super) conflicts: Vec<BillConflict>,
    published: Vec<Publication>,
}

impl Kept {
    pub(super) async fn read(app: &App, connection: &Connection) -> Result<Self> {
        let organization = &connection.organization_id;
        let choices = app.meta().bill_choices(organization).await?;
        let mut conflicts = app.meta().bill_conflicts(organization).await?;
        conflicts.retain(|conflict| conflict.own.connection == connection.id);
        let published =
            if conflicts.is_empty() { vec![] } else { app.meta().publications(organization).await? };
        Ok(Self { choices, conflicts, published })
    }

    /// The months in which another connection counts.
    fn elsewhere(&self) -> impl Iterator<Item = (&BillConflict, &BillChoice)> {
        self.conflicts.iter().filter(|conflict| conflict.own.place == BillPlace::Whole).filter_map(
            |conflict| match counted::standing(conflict, &self.choices, &self.published) {
                Standing::NotCounted(choice) => Some((conflict, choice)),
                _ => None,
            },
        )
    }

    /// The selection of a delivery: without the bills that are counted elsewhere, where it holds others beside them.
    pub(super) fn selection(&self, all: &Selection, delivery: &Delivery) -> Selection {
        let mut without = Without::new();
        for (conflict, _) in self.elsewhere().filter(|(conflict, _)| !conflict.detail.whole) {
            if delivery.periods.is_empty() || delivery.periods.contains(&conflict.period) {
                without.entry(conflict.period).or_default().extend(conflict.detail.payers.iter().cloned());
            }
        }
        Selection { without: (!without.is_empty()).then(|| Arc::new(without)), ..all.clone() }
    }

    /// Removes what a stop in the middle of a change of source left of months that do not count.
    pub(super) async fn clear(&self, app: &App, connection: &Connection) -> Result<()> {
        let whole = self.elsewhere().filter(|(conflict, _)| conflict.detail.whole);
        let months: BTreeSet<BillingPeriod> = whole.map(|(conflict, _)| conflict.period).collect();
        if months.is_empty() {
            return Ok(());
        }
        for table in [Table::Rollup, Table::LineItems] {
            let active = app.lake().active_files(table).await?;
            let of_month = |month: &BillingPeriod| {
                let month = month.to_string();
                active
                    .iter()
                    .any(|file| file.connection_id == connection.id.as_str() && file.billing_period == month)
            };
            for month in months.iter().filter(|month| of_month(month)) {
                app.lake().remove_partition(table, &connection.id, *month).await?;
            }
        }
        Ok(())
    }

    /// The months that a delivery was read without a bill of, and that bill's words.
    pub(super) fn emptied(&self, job: &Job<'_>) -> Vec<(BillingPeriod, String)> {
        let Some(without) = &job.selection.without else { return vec![] };
        let of = self.elsewhere().filter(|(conflict, _)| without.contains_key(&conflict.period));
        let mut found: Vec<(BillingPeriod, String)> =
            of.map(|(conflict, choice)| (conflict.period, bills::told(conflict, choice))).collect();
        found.dedup_by_key(|(period, _)| *period);
        found
    }

    /// The months of a delivery of which nothing is counted, for as long as it is the same: a newer one may hold other
    /// bills, too.
    pub(super) fn settled(&self, delivery: &Delivery) -> Vec<(&BillConflict, &BillChoice)> {
        let of_delivery = |conflict: &BillConflict| {
            conflict.detail.fingerprint == delivery.fingerprint
                && delivery.period.is_none_or(|period| conflict.period == period)
        };
        let whole = self.elsewhere().filter(|(conflict, _)| conflict.detail.whole);
        whole.filter(|(conflict, _)| of_delivery(conflict)).collect()
    }

    /// Whether all months of a delivery are known to be published, so many of them, or counted elsewhere; none of them
    /// waits for a choice or for its reading after one.
    pub(super) fn accounts_for(&self, delivery: &Delivery, published: usize) -> bool {
        let of_delivery = |conflict: &&BillConflict| {
            conflict.own.place == BillPlace::Whole && conflict.detail.fingerprint == delivery.fingerprint
        };
        let of_delivery: Vec<&BillConflict> = self.conflicts.iter().filter(of_delivery).collect();
        let waits = |conflict: &&BillConflict| {
            let standing = counted::standing(conflict, &self.choices, &self.published);
            matches!(standing, Standing::Open | Standing::Awaited(_) | Standing::Nowhere)
        };
        if of_delivery.iter().any(waits) {
            return false;
        }
        let settled = self.settled(delivery).len();
        let held = of_delivery.iter().map(|conflict| conflict.detail.months).max().unwrap_or(0);
        if settled == 0 || held == 0 { published > 0 } else { published + settled >= held }
    }
}

/// Another connection's month that one takes the place of.
pub(super) struct Retired {
    pub(super) publication: Publication,
    pub(super) name: String,
    pub(super) conflict: BillConflict,
    /// Who chose.
    by: String,
    /// Whether it holds other bills, too.
    pub(super) in_part: bool,
    /// These by themselves.
    pub(super) rest: Option<NewPublication>,
}

/// How a month that was read stands beside those of other connections.
pub(super) enum Stand {
    /// It counts, in place of these.
    Counted(Vec<Retired>),
    /// Another one counts: which, in words.
    Elsewhere(String),
    /// Another one counts of some of its billing accounts.
    InPart,
    /// Nobody chose.
    Asked(AppError),
}

impl Job<'_> {
    fn whole(&self) -> BillCandidate {
        BillCandidate { connection: self.connection.id.clone(), place: BillPlace::Whole }
    }

    /// How a month stands. What stands against it is kept, with what is known of both.
    pub(super) async fn stand(
        &self,
        period: BillingPeriod,
        rollup: &PeriodRollup,
        features: &serde_json::Value,
        months: usize,
    ) -> Result<Stand> {
        let (app, organization) = (self.app, &self.connection.organization_id);
        let owners = rollup.owners();
        let choices = app.meta().bill_choices(organization).await?;
        let known = app.meta().bill_conflicts(organization).await?;
        let own = self.whole();
        let mut gone = known.iter().filter(|known| known.period == period && known.own == own);
        if let Some(gone) = gone.find(|known| known.gone == "other") {
            return Ok(Stand::Asked(counted::not_anywhere(gone)));
        }
        let names = app.meta().connections(organization).await?;
        let (mut retired, mut without, mut told, mut asked) = (vec![], BTreeSet::new(), None, None);
        for publication in app.meta().publications(organization).await? {
            if publication.period != period || publication.connection_id == self.connection.id {
                continue;
            }
            let theirs = owners_of(&publication);
            let payers = shared_payers(&owners, &theirs);
            if payers.is_empty() {
                continue;
            }
            let name = names.iter().find(|known| known.id == publication.connection_id);
            let name = name.map_or_else(|| publication.connection_id.to_string(), |known| known.name.clone());
            let mut conflict = self
                .conflict(period, rollup, features, &publication, &name, &payers, (&owners, &theirs))
                .await?;
            conflict.detail.months = months;
            let choice = chosen(&choices, &own, &conflict.other, Some(period));
            match choice {
                Some(choice) if choice.winner == own => {
                    let in_part = theirs.iter().any(|(payer, _)| !payers.contains(payer));
                    let by = choice.by.clone();
                    let conflict = turned(&conflict, &publication, !in_part);
                    retired.push(Retired { conflict, publication, name, by, in_part, rest: None });
                    continue;
                }
                Some(choice) => {
                    told.get_or_insert_with(|| bills::told(&conflict, choice));
                    without.extend(payers);
                }
                None => drop(asked.get_or_insert_with(|| bills::open(self.connection, &conflict))),
            }
            app.meta().note_bill_conflict(&conflict).await?;
        }
        if let Some(asked) = asked {
            return Ok(Stand::Asked(asked));
        }
        let Some(told) = told else { return Ok(Stand::Counted(retired)) };
        let all = owners.iter().all(|(payer, _)| without.contains(payer));
        Ok(if all { Stand::Elsewhere(told) } else { Stand::InPart })
    }

    #[expect(clippy::too_many_arguments, reason = "what both sides are known by")]
    async fn conflict(
        &self,
        period: BillingPeriod,
        rollup: &PeriodRollup,
        features: &serde_json::Value,
        publication: &Publication,
        name: &str,
        payers: &BTreeSet<String>,
        (ours, theirs): (&BTreeSet<Owner>, &BTreeSet<Owner>),
    ) -> Result<BillConflict> {
        let account = shared_owner(ours, theirs).map(|(_, account)| account.to_owned());
        let only_here = |one: &BTreeSet<Owner>, other: &BTreeSet<Owner>| -> Vec<String> {
            let lacking = one.difference(other).filter(|(payer, _)| payers.contains(payer));
            let accounts = lacking.filter(|(_, account)| !account.is_empty());
            accounts.map(|(_, account)| account.clone()).take(SPELT_OUT).collect()
        };
        let whole = ours.iter().all(|(payer, _)| payers.contains(payer));
        let own = BillSide {
            name: self.connection.name.clone(),
            what: what(features),
            rows: whole.then(|| rollup.line_items()),
            total: rollup.billed_by(payers),
            currency: Some(rollup.currency()),
            only_here: only_here(ours, theirs),
            ..bills::files_of(self.delivery, &(0..self.delivery.files.len()).collect::<Vec<_>>())
        };
        let other = BillSide {
            name: name.to_owned(),
            only_here: only_here(theirs, ours),
            ..published_side(self.app, self.connection, publication, theirs, payers).await?
        };
        Ok(BillConflict {
            id: 0,
            period,
            own: self.whole(),
            other: BillCandidate { connection: publication.connection_id.clone(), place: BillPlace::Whole },
            gone: String::new(),
            detail: ConflictDetail {
                payers: payers.iter().cloned().collect(),
                account: account.unwrap_or_default(),
                whole,
                months: 0,
                dated: true,
                fingerprint: self.delivery.fingerprint.clone(),
                own,
                other,
            },
            noted_at_ms: self.app.now().timestamp_millis(),
        })
    }

    /// Publishes a month, in place of those of other connections that somebody chose it over.
    pub(super) async fn publish(&self, new: &NewPublication, retired: Vec<Retired>) -> Result<i64> {
        let (app, period) = (self.app, new.period);
        let own = &self.connection.name;
        let rows: Vec<Retirement> = retired
            .iter()
            .map(|one| Retirement {
                publication: one.publication.id,
                conflict: one.conflict.clone(),
                rest: one.rest.clone(),
                words: [
                    format!("the connection '{own}' counts in place of '{}', chosen by {}", one.name, one.by),
                    format!(
                        "the connection '{own}' counts from now on in place of this one, chosen by {}",
                        one.by
                    ),
                ],
            })
            .collect();
        let id = app.meta().publish_in_place(new, &rows).await?;
        // What is published stands, whatever becomes of what follows.
        let over = self.no_conflict_any_more(period);
        super::aside("conflicts that are over could not be forgotten", over).await;
        for one in &retired {
            let theirs = &one.publication.connection_id;
            // Of the rest the roll-up is there already; its line items follow when that connection is read.
            let over = [(Table::Rollup, one.rest.is_none()), (Table::LineItems, true)];
            for (table, _) in over.into_iter().filter(|(_, over)| *over) {
                let removed = async { Ok(app.lake().remove_partition(table, theirs, period).await?) };
                super::aside("a month that does not count could not be removed", removed).await;
            }
            if one.rest.is_some() {
                app.queued().wake();
            }
        }
        Ok(id)
    }

    /// What stood against a month that is published now stands there no longer, but for what it was read without.
    async fn no_conflict_any_more(&self, period: BillingPeriod) -> Result<()> {
        let without = self.selection.without.as_ref().and_then(|without| without.get(&period));
        let own = self.whole();
        let all = self.app.meta().bill_conflicts(&self.connection.organization_id).await?;
        let over: Vec<i64> = all
            .iter()
            .filter(|conflict| conflict.period == period && conflict.own == own)
            .filter(|conflict| {
                !without
                    .is_some_and(|without| conflict.detail.payers.iter().all(|payer| without.contains(payer)))
            })
            .map(|conflict| conflict.id)
            .collect();
        if over.is_empty() {
            return Ok(());
        }
        Ok(self.app.meta().forget_bill_conflicts(&over).await?)
    }
}

/// What counts elsewhere was another thing at each look.
pub(super) fn unsteady() -> AppError {
    AppError::new(ErrorKind::Conflict, "which of its bills are counted elsewhere changed while it was read")
        .advise("It is read again at the next look for deliveries.")
}

/// The same conflict as the other connection sees it, whose month is published.
fn turned(conflict: &BillConflict, publication: &Publication, whole: bool) -> BillConflict {
    BillConflict {
        own: conflict.other.clone(),
        other: conflict.own.clone(),
        detail: ConflictDetail {
            own: conflict.detail.other.clone(),
            other: conflict.detail.own.clone(),
            whole,
            months: 0,
            fingerprint: publication.fingerprint.clone(),
            ..conflict.detail.clone()
        },
        ..conflict.clone()
    }
}

/// Kind of report, as its columns tell it.
pub(super) fn what(features: &serde_json::Value) -> Option<String> {
    match features.get("format").and_then(serde_json::Value::as_str)? {
        "CUR" => Some("Cost and Usage Report".to_owned()),
        "FOCUS" => Some("FOCUS export".to_owned()),
        other => Some(other.to_owned()),
    }
}

async fn published_side(
    app: &App,
    connection: &Connection,
    publication: &Publication,
    theirs: &BTreeSet<Owner>,
    payers: &BTreeSet<String>,
) -> Result<BillSide> {
    let whole = theirs.iter().all(|(payer, _)| payers.contains(payer));
    let total = if whole {
        Some(publication.stored_total)
    } else {
        billed_by(app, connection, &publication.connection_id, publication.period, payers).await?
    };
    let files = publication.proof.get("files").and_then(serde_json::Value::as_array);
    let files: BTreeSet<&str> =
        files.into_iter().flatten().filter_map(|line| line.get("file")?.as_str()).collect();
    let told = !files.is_empty() && !files.contains(super::proving::ALL_FILES);
    Ok(BillSide {
        name: String::new(),
        what: what(&publication.features),
        files: told.then_some(files.len() as u64),
        bytes: Some(publication.bytes),
        delivered_at_ms: publication.proof.get("delivered_at_ms").and_then(serde_json::Value::as_i64),
        rows: whole.then_some(publication.rows),
        total,
        currency: Some(publication.currency.clone()),
        only_here: vec![],
    })
}

/// Billed cost of some billing accounts in a published month.
async fn billed_by(
    app: &App,
    connection: &Connection,
    id: &ConnectionId,
    period: BillingPeriod,
    payers: &BTreeSet<String>,
) -> Result<Option<Decimal>> {
    const BY_PAYER: &str =
        r#"SELECT "BillingAccountId", sum("BilledCost") FROM rollup GROUP BY "BillingAccountId""#;
    let published = Published::of_id(app, &connection.organization_id).await?;
    let mut view = published.view.clone();
    view.periods.retain(|found| found.connection == id.as_str() && found.period == period);
    let mut total = Some(Decimal::ZERO);
    let mut rows = app.engine().sql(&view, BY_PAYER).await?.texts();
    while let Some(some) = rows.try_next().await? {
        for row in some {
            let [payer, cost] = <[Option<String>; 2]>::try_from(row).unwrap_or_default();
            if payers.contains(&payer.unwrap_or_default()) {
                let cost = cost.and_then(|cost| cost.parse::<Decimal>().ok());
                total = total.zip(cost).and_then(|(total, cost)| total.checked_add(cost));
            }
        }
    }
    Ok(total)
}
