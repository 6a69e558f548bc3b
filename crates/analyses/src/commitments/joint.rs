//! Plans of pools together with one that comes after them: value, and a cut below it.
//!
//! In an hour each pool's plan takes its own usage in its order, and the wide plan then takes what is left by
//! percentage. That is AWS's order; where free allocation would be cheaper, the cuts are below that too, as they are
//! made from prices of plan dollars alone (linear programming duality) and hold whatever the order. So the bound is
//! never wrong, at worst loose.

use super::field::{Class, Field, on_threads};
use super::walk::steps;

/// Dollars an hour below which a plan counts as full.
const FULL: f64 = 1e-12;

/// A problem of `1 + pools` commitments: the wide one first.
#[derive(Debug)]
pub(super) struct Joint<'a> {
    field: &'a Field,
    /// First class of each pool, and the end of the last.
    pools: Vec<usize>,
    /// Classes that the wide plan takes, in its order.
    wide: Vec<usize>,
    /// Capacity that is owned already, in dollars of the same rates.
    owned: Vec<f64>,
    /// The most that is worth buying; zero for what is not for sale.
    most: Vec<f64>,
    threads: usize,
}

/// A linear function below the cost: `intercept + Σ slope × commitment`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) intercept: f64,
    pub(super) slopes: Vec<f64>,
}

/// Sums of some hours.
struct Sums {
    left: f64,
    intercept: f64,
    prices: Vec<f64>,
}

impl<'a> Joint<'a> {
    /// A field whose classes are in `owned.len() - 1` pools; what is for sale.
    pub(super) fn new(field: &'a Field, owned: Vec<f64>, for_sale: &[bool], threads: usize) -> Self {
        let pools = owned.len().saturating_sub(1);
        let begin =
            |pool: usize| field.classes.partition_point(|class| class.pool.unwrap_or(usize::MAX) < pool);
        let mut wide: Vec<usize> =
            (0..field.classes.len()).filter(|at| field.classes[*at].wide < 1.0).collect();
        wide.sort_by(|one, other| field.classes[*one].wide.total_cmp(&field.classes[*other].wide));
        let mut joint =
            Self { field, pools: (0..=pools).map(begin).collect(), wide, owned, most: vec![], threads };
        joint.most = (0..=pools).map(|plan| if for_sale[plan] { joint.most(plan) } else { 0.0 }).collect();
        joint
    }

    /// Number of commitments.
    pub(super) fn plans(&self) -> usize {
        self.owned.len()
    }

    /// Upper bounds of the commitments.
    pub(super) fn bounds(&self) -> &[f64] {
        &self.most
    }

    fn most(&self, plan: usize) -> f64 {
        let classes = &self.field.classes;
        let hour = |row: &[f64]| -> f64 {
            match plan.checked_sub(1) {
                None => self.wide.iter().map(|at| row[*at] * classes[*at].wide).sum(),
                Some(pool) => {
                    (self.pools[pool]..self.pools[pool + 1]).map(|at| row[at] * classes[at].inner).sum()
                }
            }
        };
        (self.field.rows().map(hour).fold(0.0, f64::max) - self.owned[plan]).max(0.0)
    }

    /// Cost of what is bought and of what stays on demand, in AWS's order, and a cut below the cheapest allocation.
    pub(super) fn evaluate(&self, bought: &[f64]) -> (f64, Cut) {
        let capacity: Vec<f64> =
            self.owned.iter().zip(bought).map(|(owned, bought)| owned + bought).collect();
        let parts = on_threads(self.field, self.threads, |dollars| self.some_hours(&capacity, dollars));
        let mut whole = Sums { left: 0.0, intercept: 0.0, prices: vec![0.0; self.plans()] };
        for part in parts {
            whole.left += part.left;
            whole.intercept += part.intercept;
            whole.prices.iter_mut().zip(part.prices).for_each(|(sum, more)| *sum += more);
        }
        let hours = self.field.hours as f64;
        let owned: f64 = self.owned.iter().zip(&whole.prices).map(|(owned, price)| owned * price).sum();
        let cut = Cut {
            intercept: self.field.rest + whole.intercept - owned,
            slopes: whole.prices.iter().map(|price| hours - price).collect(),
        };
        (self.field.rest + whole.left + hours * bought.iter().sum::<f64>(), cut)
    }

    fn some_hours(&self, capacity: &[f64], dollars: &[f64]) -> Sums {
        let classes = &self.field.classes;
        let mut sums = Sums { left: 0.0, intercept: 0.0, prices: vec![0.0; capacity.len()] };
        let mut left = vec![0.0; classes.len()];
        // The class at which each pool's plan ends, if it does.
        let mut ends = vec![None; self.plans() - 1];
        let mut prices = vec![0.0; self.plans()];
        for row in dollars.chunks_exact(classes.len().max(1)) {
            left.copy_from_slice(row);
            for (pool, end) in ends.iter_mut().enumerate() {
                let members = self.pools[pool]..self.pools[pool + 1];
                *end = serve(capacity[pool + 1], members, &mut left, |at| classes[at].inner);
            }
            let end = serve(capacity[0], self.wide.iter().copied(), &mut left, |at| classes[at].wide);
            sums.left += left.iter().sum::<f64>();
            // What one more dollar of each plan would save in this hour.
            let wide = end.map_or(0.0, |at| 1.0 / classes[at].wide);
            prices[0] = wide;
            for (price, end) in prices[1..].iter_mut().zip(&ends) {
                *price = end.map_or(0.0, |at| {
                    let class = &classes[at];
                    (if class.wide < 1.0 { class.wide * wide } else { 1.0 }).min(1.0) / class.inner
                });
            }
            sums.prices.iter_mut().zip(&prices).for_each(|(sum, price)| *sum += price);
            sums.intercept += self.worth(&prices, row);
        }
        sums
    }

    /// An hour's usage if each dollar of it costs the cheapest of on demand, its pool's and the wide plan's price.
    fn worth(&self, prices: &[f64], row: &[f64]) -> f64 {
        let classes = &self.field.classes;
        let cheapest = |class: &Class, own: f64| {
            let wide = if class.wide < 1.0 { class.wide * prices[0] } else { 1.0 };
            wide.min(1.0).min(own)
        };
        let mut worth = 0.0;
        for pool in 0..self.plans() - 1 {
            for at in self.pools[pool]..self.pools[pool + 1] {
                worth += row[at] * cheapest(&classes[at], classes[at].inner * prices[pool + 1]);
            }
        }
        let last = self.pools[self.plans() - 1];
        worth + (last..row.len()).map(|at| row[at] * cheapest(&classes[at], 1.0)).sum::<f64>()
    }

    /// A bound below all commitments of one plan, the others as they are, from cuts around one.
    pub(super) fn bound_near(&self, plan: usize, bought: &[f64], unit: f64) -> f64 {
        let mut lines: Vec<(f64, f64)> = vec![];
        for moved in [-unit, 0.0, unit] {
            let mut at = bought.to_vec();
            at[plan] = (at[plan] + moved).max(0.0);
            let cut = self.evaluate(&at).1;
            let others = (0..at.len()).filter(|other| *other != plan);
            let fixed: f64 = others.map(|other| cut.slopes[other] * at[other]).sum();
            lines.push((cut.intercept + fixed, cut.slopes[plan]));
        }
        // The lowest point of the highest line is at an end or where two of them meet.
        let mut places = vec![0.0, self.most[plan]];
        for (at, one) in lines.iter().enumerate() {
            places.extend(lines[..at].iter().map(|other| (one.0 - other.0) / (other.1 - one.1)));
        }
        let highest =
            |at: f64| lines.iter().map(|line| line.0 + line.1 * at).fold(f64::NEG_INFINITY, f64::max);
        let inside = places.into_iter().filter(|at| (0.0..=self.most[plan]).contains(at));
        inside.map(highest).fold(f64::INFINITY, f64::min)
    }

    /// The smallest commitment of one plan, in units, at which more of it does not pay; the others stay as they are.
    pub(super) fn best_of(&self, plan: usize, bought: &[f64], unit: f64) -> u64 {
        let mut tried = bought.to_vec();
        let (mut low, mut high) = (0_u64, steps((self.most[plan] / unit).ceil()));
        let mut cost = |count: u64| {
            tried[plan] = count as f64 * unit;
            let (cost, cut) = self.evaluate(&tried);
            (cost, cut.slopes[plan])
        };
        while low < high {
            let middle = low + (high - low) / 2;
            if cost(middle).1 < -1e-9 { low = middle + 1 } else { high = middle }
        }
        match low.checked_sub(1) {
            Some(before) if cost(before).0 <= cost(low).0 * (1.0 + 1e-15) => before,
            _ => low,
        }
    }
}

/// Fills one plan; the class at which it ends, `None` if it takes all.
fn serve(
    mut room: f64,
    classes: impl Iterator<Item = usize>,
    left: &mut [f64],
    ratio: impl Fn(usize) -> f64,
) -> Option<usize> {
    for at in classes {
        let dollars = left[at];
        if dollars <= 0.0 {
            continue;
        }
        let needs = dollars * ratio(at);
        if needs <= room + FULL {
            left[at] = 0.0;
            room -= needs;
        } else {
            left[at] -= room.max(0.0) / ratio(at);
            return Some(at);
        }
    }
    None
}
