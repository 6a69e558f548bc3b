//! The reckoning: offers with their prices, replayed and optimised; nothing is asked of any store here.

use super::super::prices::{Found, Plan, PriceBook};
use super::answer::{self, Advice};
use super::case::{Case, Scope};
use super::offers::{Offers, Pool, missing_on_demand};
use super::telling::{Told, unknown};
use super::{Ask, OfferKind};
use crate::{AppError, Result};
use analyses::commitments::{
    Asked, Commitment, Covers, Limits, Offer, Point, Question, Refused, Sharing, Span, owned_at,
};
use chrono::{DateTime, Utc};
use model::Decimal;
use std::time::Instant;

/// Passes over all hours of a search for several purchases.
const PASSES: usize = 2_000;
/// A gap that is small enough.
const GAP: f64 = 1e-6;

/// A step of the offers: which, how many, and its curve.
pub(super) struct Bought {
    pub(super) pool: Pool,
    pub(super) steps: u64,
    pub(super) curve: Vec<Point>,
}

/// What was found before it is told.
pub(super) struct Outcome {
    pub(super) bought: Vec<Bought>,
    pub(super) bound: Option<Decimal>,
    pub(super) dearer: Vec<usize>,
}

/// What to buy for one payer and currency.
pub(super) fn advice(case: &Case, book: &PriceBook, ask: &Ask, decision: DateTime<Utc>) -> Result<Advice> {
    let mut usage = case.scoped(scope(ask.offer));
    let on_demand = missing_on_demand(case, &mut usage, book);
    let (hours, shortened) = usage.look_back(ask.look_back);
    // Rows know nothing of what is queued: what begins later was bought after the decision.
    let known: Vec<Commitment> =
        case.commitments.iter().filter(|one| one.begin <= decision).cloned().collect();
    let owned = owned_at(&known, decision, ask.expires_within);
    let sharing = Sharing::default();
    let span = Span::at_decision(hours, threads());
    let question = Question { usage: &usage, owned: &owned, sharing: &sharing, span };
    let asked = question.asked().map_err(refused)?;

    let mut offers = Offers::new(case, book, ask.term, ask.payment);
    let (pools, wide) = on_sale(&mut offers, ask);
    let outcome = match (&wide, ask.commitment) {
        (Some(wide), None) if !pools.is_empty() => together(&asked, &pools, wide, ask)?,
        (Some(wide), _) if pools.is_empty() => alone(&asked, vec![wide.clone()], ask)?,
        _ => alone(&asked, pools.clone(), ask)?,
    };
    let all: Vec<&Pool> = pools.iter().chain(wide.as_ref()).collect();
    let unknown = unknown(case, &usage, &asked, ask.offer, &all);
    let scoped = on_demand.into_iter().filter(|(sku, _)| case.in_scope(scope(ask.offer), *sku));
    let scoped: Vec<(usize, Option<&Found>)> = scoped.collect();
    let sources = offers.sources(&scoped);
    let told = Told { case, asked: &asked, usage: &usage, ask, shortened, decision, owned: &owned };
    let mut advice = told.advice(outcome, unknown, !all.is_empty())?;
    advice.prices = sources;
    advice.paid(case.factor);
    advice.sentence = answer::sentence(&advice);
    Ok(advice)
}

pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

pub(super) fn refused(error: Refused) -> AppError {
    AppError::invalid(format!("the hours of this bill cannot be replayed: {error}")).advise(
        "Ask for a shorter look-back; if it stays, the bill holds hours that no commitment could pay for.",
    )
}

/// Usage that competes for what an offer takes.
pub(super) fn scope(offer: OfferKind) -> Scope {
    match offer {
        OfferKind::Compute | OfferKind::Ec2 | OfferKind::Joint => Scope::Compute,
        OfferKind::Database => Scope::Database,
        OfferKind::SageMaker => Scope::SageMaker,
        OfferKind::JointDatabase => Scope::Databases,
        OfferKind::Reserved => Scope::All,
    }
}

/// Offers that a price is known for: those of pools, and the one that takes what they leave.
pub(super) fn on_sale(offers: &mut Offers<'_>, ask: &Ask) -> (Vec<Pool>, Option<Pool>) {
    let wide = |offers: &mut Offers<'_>, plan: Plan, covers: Covers| {
        let pool = offers.plan(plan, covers);
        pool.offer.rates.0.iter().any(Option::is_some).then_some(pool)
    };
    let (family, region) = (ask.family.as_deref(), ask.region.as_deref());
    let only = |one: &analyses::commitments::Reserved| {
        family.is_none_or(|family| one.family == family) && region.is_none_or(|region| one.region == region)
    };
    match ask.offer {
        OfferKind::Compute => (vec![], wide(offers, Plan::Compute, Covers::Compute)),
        OfferKind::Database => (vec![], wide(offers, Plan::Database, Covers::Database)),
        OfferKind::SageMaker => (vec![], wide(offers, Plan::SageMaker, Covers::SageMaker)),
        OfferKind::Ec2 => (offers.ec2(family, region), None),
        OfferKind::Reserved => (offers.reserved(ask.class, only), None),
        OfferKind::Joint => (offers.ec2(family, region), wide(offers, Plan::Compute, Covers::Compute)),
        OfferKind::JointDatabase => (
            offers.reserved(ask.class, |one| one.service != "AmazonEC2" && only(one)),
            wide(offers, Plan::Database, Covers::Database),
        ),
    }
}

/// Each offer by itself: of pools, whose usage does not overlap.
fn alone(asked: &Asked<'_>, pools: Vec<Pool>, ask: &Ask) -> Result<Outcome> {
    if ask.commitment.is_some() && pools.len() > 1 {
        return Err(AppError::invalid("an amount can be tried for one purchase at a time")
            .advise("Say which by --family and --region, or ask for the offer without an amount."));
    }
    let before = asked.before().total;
    let (several, mut bought, mut dearer) = (pools.len() > 1, vec![], vec![]);
    let mut bound = Some(before.cost());
    for pool in pools {
        if let (Some(amount), true) = (ask.commitment, ask.figures_alone) {
            bought.push(Bought { steps: steps_of(&pool.offer, amount)?, pool, curve: vec![] });
            bound = None;
            continue;
        }
        let found = asked.best_of(&pool.offer).map_err(refused)?;
        // Bounds of pools add up where nothing owned can move between them.
        let free = asked.before().commitments.is_empty();
        bound = match (bound, found.bound) {
            (Some(sum), Some(own)) if !several || free => Some(sum - (before.cost() - own)),
            _ => None,
        };
        dearer.extend(found.dearer);
        let steps = match ask.commitment {
            Some(amount) => steps_of(&pool.offer, amount)?,
            None => found.steps,
        };
        bought.push(Bought { pool, steps, curve: found.curve });
    }
    let none = bought.is_empty();
    Ok(Outcome { bought, bound: bound.filter(|_| !none), dearer })
}

/// Several offers at once.
fn together(asked: &Asked<'_>, pools: &[Pool], wide: &Pool, ask: &Ask) -> Result<Outcome> {
    let begin = Instant::now();
    let offers: Vec<Offer> = pools.iter().map(|pool| pool.offer.clone()).collect();
    let limits = Limits { gap: GAP, passes: PASSES };
    let found =
        asked.together(&offers, &wide.offer, limits, |_| begin.elapsed() < ask.deadline).map_err(refused)?;
    let all = pools.iter().chain([wide]).zip(found.steps);
    let bought = all.map(|(pool, steps)| Bought { pool: pool.clone(), steps, curve: vec![] }).collect();
    Ok(Outcome { bought, bound: found.bound, dearer: vec![] })
}

/// An amount in steps of the offer.
fn steps_of(offer: &Offer, amount: Decimal) -> Result<u64> {
    let step = if offer.hourly.is_some() {
        Decimal::from(1)
    } else {
        Decimal::from_units(Decimal::from(1).units() / 1_000)
    };
    let steps = u64::try_from(amount.units() / step.units()).ok().filter(|_| amount >= Decimal::ZERO);
    match steps {
        Some(steps) if amount.units() % step.units() == 0 && steps <= 100_000_000 => Ok(steps),
        _ => Err(AppError::invalid(format!("{amount} is no amount that can be bought"))
            .advise("Plans are bought in steps of 0.001 an hour, reservations in whole numbers.")),
    }
}
