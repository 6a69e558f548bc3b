//! One purchase: how much of one offer costs least, with its curve and what is not known.

use super::asked::{Asked, Tried, Unknown};
use super::field::{Class, Field};
use super::joint::Joint;
use super::money::{millionths, ratio};
use super::offer::Offer;
use super::order::Refused;
use super::owned::{Covers, Layer};
use super::problem::Problem;
use super::replayed::Sums;
use super::walk::{At, Grid, best_count, curve, optimum, walk};
use model::Decimal;

/// Points of a curve that is dragged.
const CURVE: usize = 1_000;
/// Points of a curve of which each needs a walk of its own.
const SLOW_CURVE: usize = 64;
/// Replays of a search around an optimum that what is owned moves.
const TRIES: usize = 16;

/// A point of the cost curve, computed in doubles and shown to a millionth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Commitment an hour.
    pub commitment: Decimal,
    /// Cost of all hours: what is bought, and what stays on demand. What is owned costs the same at every point and is
    /// in it.
    pub cost: Decimal,
    /// Cost without the purchase less that.
    pub savings: Decimal,
    /// Part of the commitment that is used; `None` beside owned plans that it moves: replay the point.
    pub utilization: Option<Decimal>,
    /// Part of the usage that the offer takes that is covered, by on-demand dollars; `None` likewise.
    pub coverage: Option<Decimal>,
}

/// How much of one offer to buy.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// How many steps: of $0.001 an hour, or reservations. Zero where buying does not pay.
    pub steps: u64,
    /// Commitment an hour (of reservations their cost).
    pub commitment: Decimal,
    /// Exact figures at it.
    pub tried: Tried,
    /// The cost curve.
    pub curve: Vec<Point>,
    /// What no amount of the offer can be cheaper than; `None` where that cannot be said.
    pub bound: Option<Decimal>,
    /// `(cost - bound) / cost`.
    pub gap: Option<Decimal>,
    /// Unknown prices.
    pub unknown: Vec<Unknown>,
    /// SKUs that a plan takes at no discount: left out.
    pub dearer: Vec<usize>,
}

impl Asked<'_> {
    /// How much of an offer to buy.
    pub fn best_of(&self, offer: &Offer) -> Result<Recommendation, Refused> {
        let (question, before) = (&self.question, &self.before);
        let (is_pool, unit) = (!matches!(offer.covers.layer(), Layer::Wide), offer.unit());
        let pools: Vec<&Offer> = if is_pool { vec![offer] } else { vec![] };
        let Problem { field, owned, beside, bounded } =
            Problem::new(question, &pools, (!is_pool).then_some(offer))?;
        let outside = before.total.committed.to_f64();
        let threads = question.span.threads;
        let (steps, bound, points) = if beside {
            let for_sale = if is_pool { vec![false, true] } else { vec![true] };
            let plan = usize::from(is_pool);
            let joint = Joint::new(&field, owned, &for_sale, threads);
            let steps = joint.best_of(plan, &vec![0.0; joint.plans()], unit);
            let mut at = vec![0.0; joint.plans()];
            at[plan] = steps as f64 * unit;
            let bound = bounded.then(|| joint.bound_near(plan, &at, unit) + outside);
            (steps, bound, slow_curve(&joint, plan, unit))
        } else {
            let field = field.alone(is_pool);
            let count = matches!(offer.covers, Covers::Reserved(_));
            let steps =
                if count { best_count(&field, unit, threads) } else { optimum(&field, unit, threads) };
            let at = walk(&field, &Grid { begin: steps, step: 1, points: 1, unit }, threads);
            let (total, hours) = (field.total(), field.hours);
            let bound = at.first().map(|at| at.cost(total, hours) + outside);
            (
                steps,
                bound,
                curve(&field, unit, CURVE, threads).iter().map(|at| point(at, total, hours)).collect(),
            )
        };
        let steps = if beside { self.searched(offer, steps, bound)? } else { steps };
        let tried = self.tried(&[(offer, steps)])?;
        let cost = tried.after.cost();
        // The bound is of doubles: a millionth of a dollar more than the cost is the cost.
        let bound = bound.map(|bound| millionths(bound).min(cost));
        Ok(Recommendation {
            steps,
            commitment: offer.cost_of(steps),
            curve: shown(
                &points,
                &before.total,
                before.dollars(question.usage, |sku| offer.covers.takes(sku)),
            ),
            bound,
            gap: bound.and_then(|bound| ratio(cost - bound, cost)),
            unknown: self.unknown(offer),
            dearer: self.dearer(offer),
            tried,
        })
    }

    /// Looks around an optimum by exact replays, where what is owned beside it may move what the formula says.
    fn searched(&self, offer: &Offer, start: u64, bound: Option<f64>) -> Result<u64, Refused> {
        let cost = |steps: u64| Ok::<_, Refused>(self.tried(&[(offer, steps)])?.after.cost());
        let (mut best, mut least) = (start, cost(start)?);
        let near = |cost: Decimal| bound.is_some_and(|bound| cost.to_f64() <= bound * (1.0 + 1e-6));
        let (mut step, mut tries) = ((start / 4).max(1), 0);
        while !near(least) && tries < TRIES {
            let mut moved = false;
            for other in [best.saturating_sub(step), best + step] {
                let found = cost(other)?;
                tries += 1;
                if found < least {
                    (best, least, moved) = (other, found, true);
                    break;
                }
            }
            if !moved {
                if step == 1 {
                    break;
                }
                step = (step / 3).max(1);
            }
        }
        Ok(best)
    }

    fn dearer(&self, offer: &Offer) -> Vec<usize> {
        let skus = self.question.usage.skus.iter().enumerate();
        let no_discount = |(at, sku): &(usize, &super::input::Sku)| {
            let rate = offer.rates.of(*at).filter(|_| offer.covers.takes(sku));
            rate.is_some_and(|rate| sku.on_demand.is_some_and(|on_demand| rate >= on_demand))
        };
        skus.filter(no_discount).map(|(at, _)| at).collect()
    }
}

/// A point in doubles: commitment, cost of it and of what stays on demand, and, if nothing owned moves, the part that is
/// used and what is covered.
type Plain = (f64, f64, Option<(f64, f64)>);

fn point(at: &At, total: f64, hours: usize) -> Plain {
    let all = at.commitment * hours as f64;
    (at.commitment, at.cost(total, hours), (all > 0.0).then(|| (at.used / all, at.covered)))
}

fn slow_curve(joint: &Joint<'_>, plan: usize, unit: f64) -> Vec<Plain> {
    let mut at = vec![0.0; joint.plans()];
    let most = (joint.bounds()[plan] / unit).ceil().max(0.0);
    let step = (most / SLOW_CURVE as f64).ceil().max(1.0);
    (0..=SLOW_CURVE)
        .map(|point| point as f64 * step)
        .take_while(|steps| *steps < most + step)
        .map(|steps| {
            at[plan] = steps * unit;
            (at[plan], joint.evaluate(&at).0, None)
        })
        .collect()
}

/// Points as they are shown; `eligible` and `uncovered` dollars of what the offer takes tell coverage.
fn shown(points: &[Plain], before: &Sums, eligible: (Decimal, Decimal)) -> Vec<Point> {
    let (all, left) = (eligible.0.to_f64(), eligible.1.to_f64());
    let outside = before.committed.to_f64();
    let as_point = |(commitment, cost, use_of): &Plain| {
        let cost = millionths(cost + outside);
        let covered = |more: f64| millionths(((all - left + more) / all).clamp(0.0, 1.0));
        Point {
            commitment: millionths(*commitment),
            cost,
            savings: before.cost() - cost,
            utilization: use_of.map(|(used, _)| millionths(used)),
            coverage: use_of.filter(|_| all > 0.0).map(|(_, more)| covered(more)),
        }
    };
    points.iter().map(as_point).collect()
}

impl Field {
    /// The field of one plan, whose ratio is that of the pool or of the wide plan.
    fn alone(self, is_pool: bool) -> Self {
        if is_pool {
            return self;
        }
        let order: Vec<usize> = {
            let mut order: Vec<usize> = (0..self.classes.len()).collect();
            order.sort_by(|one, other| self.classes[*one].wide.total_cmp(&self.classes[*other].wide));
            order
        };
        let classes = order.iter().map(|at| Class::of_one(self.classes[*at].wide, self.classes[*at].wide));
        Self {
            hours: self.hours,
            classes: classes.collect(),
            dollars: self.rows().flat_map(|row| order.iter().map(|at| row[*at])).collect(),
            rest: self.rest,
        }
    }
}
