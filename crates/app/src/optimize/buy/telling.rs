//! From what was found to the answer: exact figures of the purchases, risk, ladder, shares, and what is not known.

use super::super::prices::{Priced, payment_name, term_name};
use super::answer::{
    AccountShare, Advice, BUY_IN, CurvePoint, LadderMonth, LookBack, Purchase, Risk, Unpriced,
};
use super::case::Case;
use super::offers::{Pool, is_ec2};
use super::work::{Bought, Outcome, refused, scope, threads};
use super::{Ask, OfferKind};
use crate::{AppError, Result};
use analyses::commitments::{
    Asked, Class, Commitment, Covers, Offer, Point, Sharing, Span, Tried, Usage, ratio, replayed, share,
};
use chrono::{DateTime, Utc};
use model::Decimal;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Hours of a month in projections.
const MONTH: i128 = 730;
/// Hours of a year.
const YEAR: i128 = 8_760;

/// What the answer is made of.
pub(super) struct Told<'a> {
    pub(super) case: &'a Case,
    pub(super) asked: &'a Asked<'a>,
    pub(super) usage: &'a Usage,
    pub(super) ask: &'a Ask,
    pub(super) shortened: bool,
    pub(super) decision: DateTime<Utc>,
    pub(super) owned: &'a [Commitment],
}

impl Told<'_> {
    pub(super) fn advice(&self, outcome: &Outcome, unknown: Vec<Unpriced>, any: bool) -> Result<Advice> {
        let steps: Vec<(&Offer, u64)> =
            outcome.bought.iter().map(|one| (&one.pool.offer, one.steps)).collect();
        let tried = self.asked.tried(&steps).map_err(|error| refused(&error))?;
        let (from, to) = (self.usage.hours.saturating_sub(self.ask.look_back * 24), self.usage.hours);
        let before = tried.before;
        let cost = tried.after.uncovered + tried.purchase.cost;
        let bound = outcome.bound.filter(|_| any).map(|bound| bound - before.committed);
        let (commitments, sum) = self.purchases(&outcome.bought, &tried);
        let curve = match outcome.bought.as_slice() {
            [one] => points(&one.curve, before.committed),
            _ => vec![],
        };
        let ladder = self.ladder(&outcome.bought)?;
        let dearer: BTreeSet<usize> = outcome.dearer.iter().copied().collect();
        Ok(Advice {
            payer: self.case.payer.clone(),
            currency: self.case.currency.clone(),
            offer: self.ask.offer.name(),
            term: term_name(self.ask.term),
            payment: payment_name(self.ask.payment),
            reason: None,
            as_of: self.decision,
            look_back: LookBack {
                days: self.ask.look_back,
                from: self.usage.hour(from),
                to: self.usage.hour(to),
                shortened: self.shortened,
            },
            hours: to - from,
            estimate: self.case.open_from.is_some_and(|open| open < to),
            owned: self.owned.iter().map(|one| one.id.clone()).collect(),
            commitment: sum,
            on_demand: before.uncovered,
            cost,
            savings: tried.purchase.savings,
            monthly_savings: projected(tried.purchase.savings, to - from, MONTH),
            yearly_savings: projected(tried.purchase.savings, to - from, YEAR),
            upfront: commitments.iter().map(|one| one.upfront).sum(),
            full_hours: if let [one] = commitments.as_slice() { Some(one.full_hours) } else { None },
            committed: tried.purchase.cost,
            utilization: tried.purchase.utilization,
            coverage: tried.coverage.1.or(tried.coverage.0),
            coverage_before: tried.coverage.0,
            break_even_utilization: tried.purchase.break_even_utilization,
            payback_month: tried.purchase.payback_month,
            safe_after_months: tried.purchase.safe_after_months,
            commitments,
            curve,
            risk: self.risk(&steps)?,
            unknown,
            dearer: listed(self.case, self.asked, dearer.into_iter()),
            lower_bound: bound,
            gap: bound.and_then(|bound| ratio(cost - bound, cost)),
            prices: vec![],
            ladder: ladder.as_ref().map(|ladder| ladder.0.clone()),
            ladder_given_up: ladder.as_ref().map(|ladder| ladder.1),
            ladder_expires_in_a_quarter: ladder.map(|ladder| ladder.2),
            by_account: self.shares(&steps)?,
            sentence: String::new(),
            notes: self.notes(),
        })
    }

    /// Each purchase of which there is some, and what all cost an hour.
    fn purchases(&self, bought: &[Bought], tried: &Tried) -> (Vec<Purchase>, Decimal) {
        let some = bought.iter().filter(|one| one.steps > 0).zip(&tried.bought);
        let mut sum = Decimal::ZERO;
        let all = some
            .map(|(one, applied)| {
                let offer = &one.pool.offer;
                let hourly = offer.bought("", one.steps, self.decision).hourly;
                sum += hourly;
                let times =
                    |amount: Decimal, by: i128| Decimal::from_units(amount.units().saturating_mul(by));
                let upfront = times(one.pool.upfront, i128::from(one.steps));
                let term_hours = i128::from(offer.term.months()) / 12 * 8_760;
                let spread = Decimal::from_units(upfront.units() / term_hours);
                let used = share(applied.cost, applied.used, applied.capacity);
                let mut purchase = Purchase {
                    hourly,
                    upfront,
                    monthly: times(hourly - spread, MONTH),
                    cost: applied.cost,
                    used,
                    unused: applied.cost - used,
                    replaced: applied.equivalent,
                    utilization: applied.utilization(),
                    full_hours: applied.full_hours,
                    curve: points(&one.curve, tried.before.committed),
                    ..Purchase::default()
                };
                name(&mut purchase, offer, one.steps);
                purchase
            })
            .collect();
        (all, sum)
    }

    fn risk(&self, bought: &[(&Offer, u64)]) -> Result<BTreeMap<String, Risk>> {
        let told = |(percent, tried): (u32, Tried)| {
            let risk = Risk {
                on_demand: tried.before.uncovered,
                cost: tried.after.uncovered + tried.purchase.cost,
                savings: tried.purchase.savings,
                utilization: tried.purchase.utilization,
            };
            (percent.to_string(), risk)
        };
        Ok(self.asked.risk(bought).map_err(|error| refused(&error))?.into_iter().map(told).collect())
    }

    /// Months, what waiting costs, and what expires in a quarter.
    fn ladder(&self, bought: &[Bought]) -> Result<Option<(Vec<LadderMonth>, Decimal, Decimal)>> {
        let Some(months) = self.ask.ladder else { return Ok(None) };
        if bought.iter().all(|one| one.steps == 0) {
            return Ok(Some((vec![], Decimal::ZERO, Decimal::ZERO)));
        }
        let [one] = bought else {
            return Err(AppError::invalid("a ladder is made of one purchase at a time")
                .advise("Ask for one offer, or for one family and region."));
        };
        let offer = &one.pool.offer;
        let found = self.asked.ladder(offer, one.steps, months).map_err(|error| refused(&error))?;
        let hourly = |steps: u64| offer.bought("", steps, self.decision).hourly;
        let without = share(found.without, Decimal::from(1), Decimal::from(i64::from(months.clamp(1, 36))));
        // What is owned costs the same every month, and is in no figure here.
        let owned = projected(self.asked.before().total.committed, self.asked.before().hours.len(), MONTH);
        let month = |rung: &analyses::commitments::Rung| LadderMonth {
            month: rung.month,
            commitment: hourly(rung.steps),
            owned: rung.commitment,
            cost: rung.cost - owned,
            savings: without - rung.cost,
        };
        let rungs = found.rungs.iter().map(month).collect();
        Ok(Some((rungs, found.given_up, hourly(found.expires_in_a_quarter))))
    }

    /// Shares of accounts in one replay of all.
    fn shares(&self, bought: &[(&Offer, u64)]) -> Result<Vec<AccountShare>> {
        if !self.ask.by_account {
            return Ok(vec![]);
        }
        let new = bought.iter().enumerate().filter(|(_, (_, steps))| *steps > 0);
        let new = new.map(|(at, (offer, steps))| offer.bought(&format!("new {at}"), *steps, self.decision));
        let all: Vec<Commitment> = self.owned.iter().cloned().chain(new).collect();
        let span = Span::at_decision(self.usage.look_back(self.ask.look_back).0, threads());
        let after =
            replayed(self.usage, &all, &Sharing::default(), &span).map_err(|error| refused(&error))?;
        let mut found: Vec<AccountShare> = self
            .usage
            .accounts
            .iter()
            .map(|account| AccountShare {
                account_id: account.clone(),
                on_demand: Decimal::ZERO,
                cost: Decimal::ZERO,
                savings: Decimal::ZERO,
            })
            .collect();
        // What commitments that are owned serve moves with new ones: its cost counts on both sides.
        for one in &self.asked.before().served {
            let share = &mut found[one.account];
            share.on_demand += one.uncovered.unwrap_or_default() + one.committed;
        }
        for one in &after.served {
            found[one.account].cost += one.uncovered.unwrap_or_default() + one.committed;
        }
        for share in &mut found {
            share.savings = share.on_demand - share.cost;
        }
        found.retain(|share| !share.on_demand.is_zero() || !share.cost.is_zero());
        found.sort_by(|one, other| {
            other.savings.cmp(&one.savings).then(one.account_id.cmp(&other.account_id))
        });
        Ok(found)
    }

    fn notes(&self) -> Vec<String> {
        let mut said = vec![
            "Usage goes on as in the look-back; nothing is forecast.".to_owned(),
            "What is owned at the decision counts for every hour, whenever it was bought; commitments that are queued are not in the bill.".to_owned(),
            format!("Commitments are shared within the whole organization; buy in {BUY_IN}."),
        ];
        if self.ask.expires_within > 0 {
            said.push(format!("What expires within {} days counts as expired.", self.ask.expires_within));
        }
        if self.shortened {
            said.push(format!(
                "The data have {} of the {} hours that were asked for.",
                self.usage.hours,
                self.ask.look_back * 24
            ));
        }
        if self.case.open_from.is_some() {
            said.push("A month of the look-back is still open: its figures are estimates.".to_owned());
        }
        said.extend(self.case.said.iter().cloned());
        said
    }
}

/// Some hours' money for so many hours.
fn projected(amount: Decimal, hours: usize, to: i128) -> Decimal {
    let hours = i128::try_from(hours.max(1)).unwrap_or(1);
    Decimal::from_units(amount.units() / hours * to + amount.units() % hours * to / hours)
}

/// Says what a purchase is of.
fn name(purchase: &mut Purchase, offer: &Offer, steps: u64) {
    match &offer.covers {
        Covers::Compute => (purchase.kind, purchase.name) = ("compute", "Compute savings plan".to_owned()),
        Covers::Database => (purchase.kind, purchase.name) = ("database", "Database savings plan".to_owned()),
        Covers::SageMaker => {
            (purchase.kind, purchase.name) = ("sagemaker", "SageMaker savings plan".to_owned());
        }
        Covers::Ec2Instance { family, region } => {
            purchase.kind = "ec2";
            purchase.name = format!("{family} in {region}");
            purchase.family = Some(family.clone());
            purchase.region = Some(region.clone());
        }
        Covers::Reserved(reserved) => {
            let whole = [reserved.family.as_str(), reserved.size.as_str()];
            let parts: Vec<&str> = whole.into_iter().filter(|part| !part.is_empty()).collect();
            let instance_type = parts.join(".");
            purchase.kind = "reserved";
            purchase.name = format!("{steps} {instance_type} in {}", reserved.region);
            purchase.service = Some(reserved.service.clone());
            purchase.region = Some(reserved.region.clone());
            purchase.family = Some(reserved.family.clone());
            purchase.instance_type = Some(instance_type);
            purchase.platform = Some(reserved.platform.clone());
            purchase.tenancy = Some(reserved.tenancy.clone());
            purchase.deployment = Some(reserved.deployment.clone());
            purchase.class = Some(if offer.class == Class::Convertible { "convertible" } else { "standard" });
            purchase.size_flexible = Some(reserved.flexible.is_some());
            purchase.count = Some(steps);
        }
    }
}

fn points(curve: &[Point], owned: Decimal) -> Vec<CurvePoint> {
    let one = |point: &Point| CurvePoint {
        commitment: point.commitment,
        cost: point.cost - owned,
        savings: point.savings,
        utilization: point.utilization,
        coverage: point.coverage,
    };
    curve.iter().map(one).collect()
}

/// Usage that an offer could take, but at a price that is not known.
pub(super) fn unknown(
    case: &Case,
    usage: &Usage,
    asked: &Asked<'_>,
    offer: OfferKind,
    pools: &[&Pool],
) -> Vec<Unpriced> {
    let reserves = matches!(offer, OfferKind::Reserved | OfferKind::JointDatabase);
    let eligible = |sku: usize| {
        let of = &case.usage.skus[sku];
        let by_plan = match offer {
            OfferKind::Compute | OfferKind::Joint => Covers::Compute.takes(of),
            OfferKind::Ec2 => is_ec2(of),
            OfferKind::Database | OfferKind::JointDatabase => Covers::Database.takes(of),
            OfferKind::SageMaker => Covers::SageMaker.takes(of),
            OfferKind::Reserved => false,
        };
        by_plan || (reserves && case.reserved[sku].is_some() && case.in_scope(scope(offer), sku))
    };
    let priced = |sku: usize| {
        let of = &usage.skus[sku];
        let known = |pool: &&&Pool| {
            pool.offer.covers.takes(of) && (pool.offer.hourly.is_some() || pool.offer.rates.of(sku).is_some())
        };
        of.on_demand.is_some() && pools.iter().any(|pool| known(&pool))
    };
    listed(case, asked, (0..case.usage.skus.len()).filter(|sku| eligible(*sku) && !priced(*sku)))
}

/// What of some SKUs nothing owned takes, the most dollars first; SKUs that differ in their price alone are one.
fn listed(case: &Case, asked: &Asked<'_>, skus: impl Iterator<Item = usize>) -> Vec<Unpriced> {
    let mut found: BTreeMap<&Priced, Unpriced> = BTreeMap::new();
    for (sku, one) in skus.filter_map(|sku| Some((sku, unpriced(case, asked, sku)?))) {
        match found.entry(&case.priced[sku]) {
            Entry::Vacant(place) => {
                place.insert(one);
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.amount += one.amount;
                known.on_demand = known.on_demand.zip(one.on_demand).map(|(sum, more)| sum + more);
            }
        }
    }
    let mut found: Vec<Unpriced> = found.into_values().collect();
    found.sort_by(|one, other| other.on_demand.cmp(&one.on_demand).then(one.cmp(other)));
    found
}

/// What of a SKU nothing owned takes; `None` if that is nothing.
fn unpriced(case: &Case, asked: &Asked<'_>, sku: usize) -> Option<Unpriced> {
    let priced = &case.priced[sku];
    let mut found = Unpriced {
        service: priced.service.clone(),
        usage_type: priced.usage_type.clone(),
        operation: priced.operation.clone(),
        region: priced.region.clone(),
        amount: Decimal::ZERO,
        on_demand: Some(Decimal::ZERO),
    };
    for one in asked.before().served.iter().filter(|one| one.sku == sku) {
        found.amount += one.left;
        found.on_demand = found.on_demand.zip(one.uncovered).map(|(sum, more)| sum + more);
    }
    (!found.amount.is_zero()).then_some(found)
}
