//! One purchase: how much of one offer costs least, with its curve, its risk and what is not known.

use super::field::Field;
use super::hours::Span;
use super::joint::Joint;
use super::money::{millionths, ratio};
use super::offer::{Offer, Purchase};
use super::order::Refused;
use super::owned::{Commitment, Covers};
use super::problem::{Problem, Question};
use super::replayed::{Applied, Replayed, Sums, replayed};
use super::walk::{At, Grid, best_count, curve, optimum, walk};
use model::Decimal;

/// Points of a curve that is dragged.
const CURVE: usize = 1_000;
/// Points of a curve of which each needs a walk of its own.
const SLOW_CURVE: usize = 64;
/// Replays of a search around an optimum that what is owned moves.
const TRIES: usize = 16;
/// Percent of the usage that risks are told for.
const LESS: [u32; 3] = [90, 80, 70];

/// What the hours cost with and without purchases, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// With what is owned.
    pub before: Sums,
    /// With the purchases too.
    pub after: Sums,
    /// What the purchases did.
    pub bought: Vec<Applied>,
    /// Figures of them together.
    pub purchase: Purchase,
    /// Part of the usage that the offers take that is covered before and after, by on-demand dollars.
    pub coverage: (Option<Decimal>, Option<Decimal>),
}

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
    /// Part of the commitment that is used.
    pub utilization: Option<Decimal>,
}

/// Usage that an offer could take but whose price is not known: it stays on demand in all figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Which of the usage's SKUs.
    pub sku: usize,
    /// Amount that no commitment that is owned takes.
    pub amount: Decimal,
    /// Its on-demand dollars; `None` where that rate is unknown too.
    pub on_demand: Option<Decimal>,
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

impl Question<'_> {
    /// What is owned and these purchases, replayed.
    fn replay(&self, new: &[Commitment]) -> Result<Replayed, Refused> {
        let all = [self.owned, new].concat();
        replayed(self.usage, &all, self.sharing, &self.span)
    }

    pub(super) fn replay_owned(&self) -> Result<Replayed, Refused> {
        replayed(self.usage, self.owned, self.sharing, &self.span)
    }

    /// Exact figures of some steps of an offer.
    pub fn try_steps(&self, offer: &Offer, steps: u64) -> Result<Tried, Refused> {
        let before = self.replay_owned()?;
        self.tried(&before, &[(offer, steps)])
    }

    /// Exact figures of steps of offers together; those of the first name the term and payment of the whole.
    pub(super) fn tried(&self, before: &Replayed, bought: &[(&Offer, u64)]) -> Result<Tried, Refused> {
        let new = self.commitments(bought);
        let after = self.replay(&new)?;
        let applied = after.commitments[self.owned.len()..].to_vec();
        let takes = |sku: &super::input::Sku| bought.iter().any(|(offer, _)| offer.covers.takes(sku));
        let coverage = (before.coverage(self.usage, takes), after.coverage(self.usage, takes));
        let terms = bought.first().map(|(offer, _)| (offer.term, offer.payment));
        let hours = self.span.hours.len();
        let purchase = Purchase::new(&before.total, &after.total, &applied, terms, hours);
        Ok(Tried { before: before.total, after: after.total, bought: applied, purchase, coverage })
    }

    fn commitments(&self, bought: &[(&Offer, u64)]) -> Vec<Commitment> {
        let begin = self.usage.hour(self.span.hours.start);
        let some = bought.iter().enumerate().filter(|(_, (_, steps))| *steps > 0);
        some.map(|(at, (offer, steps))| offer.bought(&format!("new {at}"), *steps, begin)).collect()
    }

    /// How much of an offer to buy.
    pub fn best_of(&self, offer: &Offer) -> Result<Recommendation, Refused> {
        let before = self.replay_owned()?;
        let (is_pool, unit) = (!matches!(offer.covers.layer(), super::owned::Layer::Wide), offer.unit());
        let pools: Vec<&Offer> = if is_pool { vec![offer] } else { vec![] };
        let Problem { field, owned, beside, bounded } =
            Problem::new(self, &pools, (!is_pool).then_some(offer))?;
        let outside = before.total.committed.to_f64();
        let threads = self.span.threads;
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
        let steps = if beside { self.searched(&before, offer, steps, bound)? } else { steps };
        let tried = self.tried(&before, &[(offer, steps)])?;
        let cost = tried.after.cost();
        // The bound is of doubles: a millionth of a dollar more than the cost is the cost.
        let bound = bound.map(|bound| millionths(bound).min(cost));
        Ok(Recommendation {
            steps,
            commitment: offer.cost_of(steps),
            curve: shown(&points, &before.total, outside),
            bound,
            gap: bound.and_then(|bound| ratio(cost - bound, cost)),
            unknown: self.unknown(&before, offer),
            dearer: self.dearer(offer),
            tried,
        })
    }

    /// Looks around an optimum by exact replays, where what is owned beside it may move what the formula says.
    fn searched(
        &self,
        before: &Replayed,
        offer: &Offer,
        start: u64,
        bound: Option<f64>,
    ) -> Result<u64, Refused> {
        let cost = |steps: u64| Ok::<_, Refused>(self.tried(before, &[(offer, steps)])?.after.cost());
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

    /// What less usage would do to a purchase, by percent of the usage: everything is replayed on it, owned commitments
    /// first.
    pub fn risk(&self, offer: &Offer, steps: u64) -> Result<Vec<(u32, Tried)>, Refused> {
        LESS.iter()
            .map(|percent| {
                let span = Span { usage_percent: *percent, ..self.span.clone() };
                let less = Question { span, ..self.clone() };
                Ok((*percent, less.try_steps(offer, steps)?))
            })
            .collect()
    }

    /// Usage that the offer could take at a price that is not known.
    pub(super) fn unknown(&self, before: &Replayed, offer: &Offer) -> Vec<Unknown> {
        let unpriced = |sku: usize| {
            let of = &self.usage.skus[sku];
            let no_rate = offer.hourly.is_none() && offer.rates.of(sku).is_none();
            offer.covers.takes(of) && (of.on_demand.is_none() || no_rate)
        };
        let mut found: Vec<Unknown> = vec![];
        for one in before.served.iter().filter(|one| unpriced(one.sku) && !one.left.is_zero()) {
            match found.iter_mut().find(|known| known.sku == one.sku) {
                Some(known) => {
                    known.amount += one.left;
                    known.on_demand = known.on_demand.zip(one.uncovered).map(|(sum, more)| sum + more);
                }
                None => {
                    found.push(Unknown { sku: one.sku, amount: one.left, on_demand: one.uncovered });
                }
            }
        }
        found
    }

    fn dearer(&self, offer: &Offer) -> Vec<usize> {
        let skus = self.usage.skus.iter().enumerate();
        let no_discount = |(at, sku): &(usize, &super::input::Sku)| {
            let rate = offer.rates.of(*at).filter(|_| offer.covers.takes(sku));
            rate.is_some_and(|rate| sku.on_demand.is_some_and(|on_demand| rate >= on_demand))
        };
        skus.filter(no_discount).map(|(at, _)| at).collect()
    }
}

/// Commitment, cost of it and of what stays on demand, and the part that is used.
type Plain = (f64, f64, Option<f64>);

fn point(at: &At, total: f64, hours: usize) -> Plain {
    let all = at.commitment * hours as f64;
    (at.commitment, at.cost(total, hours), (all > 0.0).then(|| at.used / all))
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

fn shown(points: &[Plain], before: &Sums, outside: f64) -> Vec<Point> {
    let as_point = |(commitment, cost, utilization): &Plain| {
        let cost = millionths(cost + outside);
        Point {
            commitment: millionths(*commitment),
            cost,
            savings: before.cost() - cost,
            utilization: utilization.map(millionths),
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
        let classes = order
            .iter()
            .map(|at| super::field::Class::of_one(self.classes[*at].wide, self.classes[*at].wide));
        Self {
            hours: self.hours,
            classes: classes.collect(),
            dollars: self.rows().flat_map(|row| order.iter().map(|at| row[*at])).collect(),
            rest: self.rest,
        }
    }
}
