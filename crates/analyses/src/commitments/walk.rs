//! One plan: any number of exact points of its cost curve in one walk, and its exact optimum.
//!
//! In an hour AWS serves the highest percentage first, so that covered dollars are concave in the commitment and cost is
//! convex: `c + uncovered`. Its right slope over all hours is `hours - Σ 1/ratio` of each hour's marginal class. The
//! optimum is the first commitment at which that is not negative. Items and grid are walked together; a walk narrows the
//! bracket a thousandfold, so that the grid of $0.001 is reached in two or three.

use super::field::{Field, on_threads};

/// Points of one walk.
const POINTS: usize = 1_024;

/// What a commitment does over all hours of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct At {
    /// Commitment per hour.
    pub(super) commitment: f64,
    /// Commitment that is used, over all hours.
    pub(super) used: f64,
    /// On-demand dollars that it takes.
    pub(super) covered: f64,
    /// On-demand dollars that the next dollar of commitment in each hour would take.
    pub(super) next: f64,
}

impl At {
    /// Cost: commitments and what stays on demand.
    pub(super) fn cost(&self, field_total: f64, hours: usize) -> f64 {
        self.commitment * hours as f64 + field_total - self.covered
    }
}

/// A grid of commitments: `begin + n × step` units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) begin: u64,
    pub(super) step: u64,
    pub(super) points: usize,
    /// Dollars of a unit: 0.001, or the price of one reservation.
    pub(super) unit: f64,
}

impl Grid {
    fn at(&self, point: usize) -> f64 {
        (self.begin + self.step * point as u64) as f64 * self.unit
    }
}

/// Walks a field of one plan (`Class::of_one`) at all points of a grid.
pub(super) fn walk(field: &Field, grid: &Grid, threads: usize) -> Vec<At> {
    let commitments: Vec<f64> = (0..grid.points).map(|point| grid.at(point)).collect();
    let ratios: Vec<f64> = field.classes.iter().map(|class| class.inner).collect();
    let parts = on_threads(field, threads, |dollars| {
        let mut found: Vec<At> =
            commitments.iter().map(|commitment| At { commitment: *commitment, ..At::default() }).collect();
        for row in dollars.chunks_exact(ratios.len().max(1)) {
            let (mut used, mut covered, mut at) = (0.0, 0.0, 0);
            for (dollars, ratio) in row.iter().zip(&ratios) {
                let next = used + dollars * ratio;
                while at < found.len() && commitments[at] < next {
                    let point = &mut found[at];
                    point.used += commitments[at];
                    point.covered += covered + (commitments[at] - used) / ratio;
                    point.next += 1.0 / ratio;
                    at += 1;
                }
                if at == found.len() {
                    break;
                }
                (used, covered) = (next, covered + dollars);
            }
            for point in &mut found[at..] {
                point.used += used;
                point.covered += covered;
            }
        }
        found
    });
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        for (sum, more) in whole.iter_mut().zip(part) {
            sum.used += more.used;
            sum.covered += more.covered;
            sum.next += more.next;
        }
    }
    whole
}

/// A number of steps from a double: none for less than nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
pub(super) fn steps(count: f64) -> u64 {
    count.clamp(0.0, 1e12) as u64
}

/// The most that an hour can use, in units, rounded up.
pub(super) fn most(field: &Field, unit: f64) -> u64 {
    let hour =
        |row: &[f64]| row.iter().zip(&field.classes).map(|(dollars, class)| dollars * class.inner).sum();
    let most: f64 = field.rows().map(hour).fold(0.0, f64::max);
    steps((most / unit).ceil())
}

/// The smallest commitment of least cost on the grid of units, as a count of them. Convex fields only: plans.
pub(super) fn optimum(field: &Field, unit: f64, threads: usize) -> u64 {
    let (mut low, mut high) = (0, most(field, unit));
    let enough = field.hours as f64 * (1.0 + 1e-12);
    loop {
        let step = (high - low).div_ceil(POINTS as u64).max(1);
        let points = usize::try_from((high - low).div_ceil(step)).unwrap_or(POINTS) + 1;
        let found = walk(field, &Grid { begin: low, step, points, unit }, threads);
        let total = field.total();
        let first = found.iter().position(|at| at.next <= enough).unwrap_or(points - 1);
        let Some(before) = first.checked_sub(1) else { return low };
        if step == 1 {
            // The breakpoint lies between the two: whichever is cheaper, the smaller if neither is.
            let cost = |at: usize| found[at].cost(total, field.hours);
            let better = cost(first) < cost(before) - 1e-9 * cost(before).abs().min(1.0);
            return low + if better { first } else { before } as u64;
        }
        (low, high) = (low + step * before as u64, (low + step * first as u64).min(high));
    }
}

/// Evenly spaced points from nothing to the most that can be used.
pub(super) fn curve(field: &Field, unit: f64, points: usize, threads: usize) -> Vec<At> {
    let most = most(field, unit);
    let step = most.div_ceil(points.max(2) as u64 - 1).max(1);
    let points = usize::try_from(most.div_ceil(step)).unwrap_or(points) + 1;
    walk(field, &Grid { begin: 0, step, points, unit }, threads)
}

/// The cheapest count of whole units. Reservations go by size and not by percentage, so that the curve need not be
/// convex: all counts are looked at, or, beyond some thousands, all around the best of some thousands.
pub(super) fn best_count(field: &Field, unit: f64, threads: usize) -> u64 {
    const LOOKED_AT: u64 = 4_096;
    let most = most(field, unit);
    let (mut low, mut high) = (0, most);
    loop {
        let step = (high - low).div_ceil(LOOKED_AT).max(1);
        let points = usize::try_from((high - low).div_ceil(step)).unwrap_or(0) + 1;
        let found = walk(field, &Grid { begin: low, step, points, unit }, threads);
        let total = field.total();
        let mut best = (0, f64::INFINITY);
        for (place, at) in found.iter().enumerate() {
            let cost = at.cost(total, field.hours);
            if cost < best.1 - 1e-9 {
                best = (place as u64, cost);
            }
        }
        let found = low + step * best.0;
        if step == 1 {
            return found;
        }
        (low, high) = (found.saturating_sub(step), (found + step).min(most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitments::field::Class;
    use proptest::prelude::*;

    fn field(ratios: &[f64], hours: &[Vec<f64>]) -> Field {
        Field {
            hours: hours.len(),
            classes: ratios.iter().map(|ratio| Class::of_one(*ratio, *ratio)).collect(),
            dollars: hours.concat(),
            rest: 0.0,
        }
    }

    /// Cost at a commitment, hour by hour, the plain way.
    fn plain(field: &Field, commitment: f64) -> f64 {
        let mut cost = 0.0;
        for row in field.rows() {
            let mut room = commitment;
            cost += commitment;
            for (dollars, class) in row.iter().zip(&field.classes) {
                let takes = dollars.min(room / class.inner);
                room -= takes * class.inner;
                cost += dollars - takes;
            }
        }
        cost
    }

    /// With one ratio the best commitment is exceeded in a share of the hours that is the ratio. Ten hours of 1 to 10
    /// dollars at 0.7: seven hours must be above, so that the third smallest hour, 3 x 0.7, is it.
    #[test]
    fn with_one_ratio_the_optimum_is_a_quantile() {
        let hours: Vec<Vec<f64>> = (1..=10).map(|dollars| vec![f64::from(dollars)]).collect();
        assert_eq!(optimum(&field(&[0.69], &hours), 0.001, 1), 4 * 690);
        assert_eq!(optimum(&field(&[0.71], &hours), 0.001, 1), 3 * 710);
        // At exactly 0.7 both the third and the fourth hour cost the same: the smaller.
        assert_eq!(optimum(&field(&[0.7], &hours), 0.001, 1), 3 * 700);
    }

    #[test]
    fn nothing_to_take_is_nothing_to_buy() {
        assert_eq!(optimum(&field(&[], &[vec![], vec![]]), 0.001, 2), 0);
        assert_eq!(optimum(&field(&[0.6], &[vec![0.0], vec![0.0]]), 0.001, 2), 0);
        assert_eq!(best_count(&field(&[], &[]), 0.06, 2), 0);
    }

    fn any() -> impl Strategy<Value = (Vec<f64>, Vec<Vec<f64>>)> {
        (1..7_usize, 1..30_usize).prop_flat_map(|(classes, hours)| {
            let ratios = proptest::collection::vec(300_u32..999, classes).prop_map(|mut ratios| {
                ratios.sort_unstable();
                ratios.iter().map(|ratio| f64::from(*ratio) / 1e3).collect::<Vec<f64>>()
            });
            let dollars = proptest::collection::vec(0_u32..300, classes)
                .prop_map(|row| row.iter().map(|cents| f64::from(*cents) / 100.0).collect::<Vec<f64>>());
            (ratios, proptest::collection::vec(dollars, hours))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_commitment_is_cheaper_than_the_optimum((ratios, hours) in any()) {
            let field = field(&ratios, &hours);
            let (found, total) = (optimum(&field, 0.001, 2), field.total());
            let cost = plain(&field, found as f64 * 0.001);
            // Every breakpoint on the grid, from both sides.
            for row in field.rows() {
                let mut used = 0.0;
                for (dollars, class) in row.iter().zip(&field.classes) {
                    used += dollars * class.inner;
                    for other in [(used * 1e3).floor(), (used * 1e3).ceil()] {
                        let other = plain(&field, other * 0.001);
                        prop_assert!(cost <= other + 1e-9 * total, "{found}: {cost} against {other}");
                    }
                }
            }
            prop_assert!(cost <= total + 1e-9, "savings are never negative");
        }

        #[test]
        fn the_curve_is_exact_and_convex((ratios, hours) in any()) {
            let field = field(&ratios, &hours);
            let (found, total) = (curve(&field, 0.001, 40, 2), field.total());
            for at in &found {
                let expected = plain(&field, at.commitment);
                prop_assert!((at.cost(total, field.hours) - expected).abs() <= 1e-9 * (1.0 + expected));
                prop_assert!(at.used <= at.commitment * field.hours as f64 + 1e-9);
            }
            for three in found.windows(3) {
                let cost = |at: usize| three[at].cost(total, field.hours);
                prop_assert!(2.0 * cost(1) <= cost(0) + cost(2) + 1e-9 * (1.0 + total));
            }
        }

        #[test]
        fn whole_reservations_are_the_best_of_all_counts((ratios, hours) in any(), thousandths in 20_u32..900) {
            let (field, unit) = (field(&ratios, &hours), f64::from(thousandths) / 1e3);
            let cost = plain(&field, best_count(&field, unit, 1) as f64 * unit);
            for count in 0..=most(&field, unit) {
                prop_assert!(cost <= plain(&field, count as f64 * unit) + 1e-8);
            }
        }

        #[test]
        fn more_usage_never_lowers_savings((ratios, hours) in any(), more in any(), thousandths in 0_u32..5_000) {
            let commitment = f64::from(thousandths) / 1e3;
            let grid = Grid { begin: u64::from(thousandths), step: 1, points: 1, unit: 0.001 };
            let less = field(&ratios, &hours);
            let mut greater = less.clone();
            greater.dollars.iter_mut().zip(more.1.concat()).for_each(|(sum, more)| *sum += more);
            let savings = |field: &Field| walk(field, &grid, 1)[0].covered - commitment * field.hours as f64;
            prop_assert!(savings(&greater) >= savings(&less) - 1e-9);
            // With nothing owned, cost at scaled usage is the curve's: F(a x usage, c) = a x F(usage, c / a).
            let mut halved = less.clone();
            halved.dollars.iter_mut().for_each(|dollars| *dollars *= 0.5);
            let law = 0.5 * plain(&less, commitment / 0.5);
            prop_assert!((plain(&halved, commitment) - law).abs() <= 1e-9 * (1.0 + law));
        }
    }
}
