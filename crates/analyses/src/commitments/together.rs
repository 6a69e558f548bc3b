//! Several purchases at once: EC2 Instance plans by family and region with a Compute plan, or reservations of databases
//! with a Database plan.
//!
//! Not one after the other: the kinks of the cost lie along diagonals (the wide plan must shrink while a pool's grows),
//! where moving one at a time stops far from the best. The start is each pool for itself and the wide plan on the rest;
//! the level bundle goes on from there, and the gap to its bound is always there.

use super::asked::{Asked, Tried, Unknown};
use super::bundle::{Found, bundle};
use super::field::{Class, Field};
use super::joint::Joint;
use super::money::{millionths, ratio};
use super::offer::Offer;
use super::order::Refused;
use super::owned::Covers;
use super::problem::Problem;
use super::walk::{best_count, optimum, steps};
use model::Decimal;

/// Replays of a search around what was found, beside owned plans at other rates.
const TRIES: usize = 48;
/// Parts of an amount by which it is moved then.
const PARTS: [u64; 2] = [6, 30];

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// A gap that is small enough, as a part of the cost.
    pub gap: f64,
    /// Passes over all hours.
    pub passes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { gap: 1e-5, passes: 400 }
    }
}

/// How far a search is, after each pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Passes so far.
    pub passes: usize,
    /// Gap so far, as a part of the cost.
    pub gap: f64,
}

/// Purchases that together cost least.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// Steps of each pool's offer, as they were given, and of the wide one last: of $0.001 an hour, or reservations.
    pub steps: Vec<u64>,
    /// Commitment an hour of each.
    pub commitments: Vec<Decimal>,
    /// Exact figures of all together, replayed in AWS's order.
    pub tried: Tried,
    /// What no amounts can be cheaper than; `None` where that cannot be said.
    pub bound: Option<Decimal>,
    /// `(cost - bound) / cost`, of the exact cost.
    pub gap: Option<Decimal>,
    /// Passes over all hours.
    pub passes: usize,
    /// Unknown prices, by offer.
    pub unknown: Vec<Vec<Unknown>>,
}

impl Asked<'_> {
    /// The cheapest amounts of offers together. Pools' usage must not overlap; `go_on` is asked after each pass, and
    /// what was best until it said no is the answer.
    pub fn together(
        &self,
        pools: &[Offer],
        wide: &Offer,
        limits: Limits,
        go_on: impl Fn(Progress) -> bool,
    ) -> Result<Together, Refused> {
        let question = &self.question;
        let outside = self.before.total.committed.to_f64();
        let of_pools: Vec<&Offer> = pools.iter().collect();
        let problem = Problem::new(question, &of_pools, Some(wide))?;
        let mut units = vec![wide.unit()];
        units.extend(pools.iter().map(Offer::unit));
        let joint = Joint::new(
            &problem.field,
            problem.owned.clone(),
            &vec![true; units.len()],
            question.span.threads,
        );
        let start = start(&problem, &joint, pools, &units, question.span.threads);
        let found = bundle(&joint, &start, limits.gap, limits.passes, |found| {
            go_on(Progress { passes: found.passes, gap: found.gap() })
        });
        let whole: Vec<bool> = std::iter::once(wide)
            .chain(pools)
            .map(|offer| matches!(offer.covers, Covers::Reserved(_)))
            .collect();
        let counts = on_grid(&joint, &found, &units, &whole);
        let offers: Vec<&Offer> = pools.iter().chain([wide]).collect();
        let bought: Vec<(&Offer, u64)> =
            offers.iter().copied().zip(counts[1..].iter().chain(&counts[..1]).copied()).collect();
        let passes = found.passes;
        let bound = found.bound + outside;
        let (bought, tried) = if problem.beside {
            let enough = bound * (1.0 + limits.gap);
            self.polished(bought, enough, |gap| go_on(Progress { passes, gap }))?
        } else {
            let tried = self.tried(&bought)?;
            (bought, tried)
        };
        let cost = tried.after.cost();
        let bound = problem.bounded.then(|| millionths(bound).min(cost));
        Ok(Together {
            commitments: bought.iter().map(|(offer, steps)| offer.cost_of(*steps)).collect(),
            steps: bought.iter().map(|(_, steps)| *steps).collect(),
            bound,
            gap: bound.and_then(|bound| ratio(cost - bound, cost)),
            passes,
            unknown: offers.iter().map(|offer| self.unknown(offer)).collect(),
            tried,
        })
    }
}

/// What is bought: offers, and steps of each.
type Bought<'o> = Vec<(&'o Offer, u64)>;

impl Asked<'_> {
    /// Moves one amount after the other by exact replays, the largest first: where plans that are owned rank usage
    /// otherwise than those that are bought, the problem's cost is not quite that of AWS's order.
    fn polished<'o>(
        &self,
        mut bought: Bought<'o>,
        enough: f64,
        go_on: impl Fn(f64) -> bool,
    ) -> Result<(Bought<'o>, Tried), Refused> {
        let mut best = self.tried(&bought)?;
        let mut order: Vec<usize> = (0..bought.len()).filter(|at| bought[*at].1 > 0).collect();
        order.sort_by_key(|at| std::cmp::Reverse(bought[*at].0.cost_of(bought[*at].1)));
        let mut tries = 0;
        for part in PARTS {
            for at in &order {
                let now = bought[*at].1;
                let step = (now / part).max(1);
                for other in [now + step, now.saturating_sub(step)] {
                    let cost = best.after.cost().to_f64();
                    if cost <= enough || tries == TRIES || !go_on(1.0 - enough / cost) {
                        return Ok((bought, best));
                    }
                    tries += 1;
                    let mut moved = bought.clone();
                    moved[*at].1 = other;
                    let tried = self.tried(&moved)?;
                    if tried.after.cost() < best.after.cost() {
                        (bought, best) = (moved, tried);
                        break;
                    }
                }
            }
        }
        Ok((bought, best))
    }
}

/// Each pool for itself, less what it owns, and the wide plan on the rest.
fn start(problem: &Problem, joint: &Joint<'_>, pools: &[Offer], units: &[f64], threads: usize) -> Vec<f64> {
    let mut start = vec![0.0; units.len()];
    for (pool, offer) in pools.iter().enumerate() {
        let (field, unit) = (problem.field.of_pool(pool), units[pool + 1]);
        let count = match offer.covers {
            Covers::Reserved(_) => best_count(&field, unit, threads),
            _ => optimum(&field, unit, threads),
        };
        let owned = problem.owned[pool + 1];
        start[pool + 1] = (count as f64 * unit - owned).clamp(0.0, joint.bounds()[pool + 1]);
    }
    start[0] = joint.best_of(0, &start, units[0]) as f64 * units[0];
    start
}

/// Whole steps near what was found. Plans are rounded; reservations are tried up and down, with the wide plan as it
/// then should be.
fn on_grid(joint: &Joint<'_>, found: &Found, units: &[f64], whole: &[bool]) -> Vec<u64> {
    let mut counts: Vec<u64> =
        found.bought.iter().zip(units).map(|(bought, unit)| steps((bought / unit).round())).collect();
    if !whole.contains(&true) {
        return counts;
    }
    let at = |counts: &[u64]| -> Vec<f64> {
        counts.iter().zip(units).map(|(count, unit)| *count as f64 * unit).collect()
    };
    let mut least = joint.evaluate(&at(&counts)).0;
    for _ in 0..3 {
        let mut moved = false;
        let wide = joint.best_of(0, &at(&counts), units[0]);
        let mut try_counts = |tried: Vec<u64>, counts: &mut Vec<u64>| {
            let cost = joint.evaluate(&at(&tried)).0;
            if cost < least * (1.0 - 1e-12) {
                (least, *counts, moved) = (cost, tried, true);
            }
        };
        let mut tried = counts.clone();
        tried[0] = wide;
        try_counts(tried, &mut counts);
        for plan in (0..whole.len()).filter(|plan| whole[*plan]) {
            for other in [counts[plan] + 1, counts[plan].saturating_sub(1)] {
                let mut tried = counts.clone();
                tried[plan] = other;
                try_counts(tried, &mut counts);
            }
        }
        if !moved {
            break;
        }
    }
    counts
}

impl Field {
    /// The usage of one pool, as the field of one plan.
    fn of_pool(&self, pool: usize) -> Self {
        let place =
            |pool: usize| self.classes.partition_point(|class| class.pool.unwrap_or(usize::MAX) < pool);
        let members = place(pool)..place(pool + 1);
        let classes = &self.classes[members.clone()];
        Self {
            hours: self.hours,
            classes: classes.iter().map(|class| Class::of_one(class.inner, class.rank)).collect(),
            dollars: self.rows().flat_map(|row| row[members.clone()].iter().copied()).collect(),
            rest: 0.0,
        }
    }
}
