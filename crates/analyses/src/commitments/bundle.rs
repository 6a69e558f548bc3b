//! The level bundle: cutting planes whose next point stays near the best one.
//!
//! Each pass adds a cut below the cost everywhere; the lowest point of all cuts is a bound. The next point is the one
//! nearest to the best so far at which no cut is above a level between bound and best: going to the lowest point itself
//! swings from corner to corner. The gap is known after each pass, so that stopping at any time is honest.

use super::joint::{Cut, Joint};
use super::master::Master;

/// Where between bound and best the next point is looked for.
const LEVEL: f64 = 0.3;
/// Rounds of a projection: it need not be exact, as the point is looked at anyway.
const ROUNDS: usize = 300;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Commitments: the wide one, then the pools'.
    pub(super) bought: Vec<f64>,
    /// What they and the rest cost.
    pub(super) cost: f64,
    /// What no commitments can be cheaper than.
    pub(super) bound: f64,
    /// Passes over all hours.
    pub(super) passes: usize,
}

impl Found {
    /// How much dearer than the bound, as a part of the cost.
    pub(super) fn gap(&self) -> f64 {
        if self.cost > 0.0 { ((self.cost - self.bound) / self.cost).max(0.0) } else { 0.0 }
    }
}

/// Goes from a start until the gap is small, the passes are used up, or `go_on` says no.
pub(super) fn bundle(
    joint: &Joint<'_>,
    start: &[f64],
    gap: f64,
    passes: usize,
    go_on: impl Fn(&Found) -> bool,
) -> Found {
    let bounds = joint.bounds();
    let (cost, cut) = joint.evaluate(start);
    let scale = cost.abs().max(1e-9);
    let scaled = |cut: Cut| Cut {
        intercept: cut.intercept / scale,
        slopes: cut.slopes.iter().zip(bounds).map(|(slope, most)| slope * most / scale).collect(),
    };
    let mut found = Found { bought: start.to_vec(), cost, bound: f64::NEG_INFINITY, passes: 1 };
    let mut master = Master::new(scaled(cut));
    loop {
        let (lowest, bound) = master.solve();
        found.bound = found.bound.max(bound * scale).min(found.cost);
        if found.gap() <= gap || found.passes >= passes || !go_on(&found) {
            return found;
        }
        let best: Vec<f64> = found
            .bought
            .iter()
            .zip(bounds)
            .map(|(bought, most)| if *most > 0.0 { bought / most } else { 0.0 })
            .collect();
        let level = (found.bound + LEVEL * (found.cost - found.bound)) / scale;
        let next = projected(master.cuts(), &best, level).unwrap_or(lowest);
        let next: Vec<f64> = next.iter().zip(bounds).map(|(at, most)| at * most).collect();
        let (cost, cut) = joint.evaluate(&next);
        found.passes += 1;
        if cost < found.cost {
            (found.cost, found.bought) = (cost, next);
        }
        master.add(scaled(cut));
    }
}

/// The point of the box nearest to another at which no cut is above the level, by Hildreth's method; `None` where it
/// does not get there.
fn projected(cuts: &[Cut], from: &[f64], level: f64) -> Option<Vec<f64>> {
    let mut point = from.to_vec();
    let mut prices = vec![0.0; cuts.len()];
    let mut walls = vec![0.0; from.len()];
    let enough = (height_of_all(cuts, from) - level) * 0.02;
    let squares: Vec<f64> =
        cuts.iter().map(|cut| cut.slopes.iter().map(|slope| slope * slope).sum::<f64>()).collect();
    for _ in 0..ROUNDS {
        let mut worst: f64 = 0.0;
        for ((cut, price), square) in cuts.iter().zip(&mut prices).zip(&squares) {
            if *square <= 0.0 {
                continue;
            }
            let above = height(cut, &point) - level;
            worst = worst.max(above);
            let change = (above / square).max(-*price);
            if change != 0.0 {
                *price += change;
                point.iter_mut().zip(&cut.slopes).for_each(|(at, slope)| *at -= change * slope);
            }
        }
        for (at, wall) in point.iter_mut().zip(&mut walls) {
            // The box, with what it held back before given back first.
            let free = *at + *wall;
            *at = free.clamp(0.0, 1.0);
            *wall = free - *at;
        }
        if worst <= enough {
            return Some(point);
        }
    }
    let above = cuts.iter().map(|cut| height(cut, &point)).fold(f64::NEG_INFINITY, f64::max);
    // Half way there is worth a look.
    (above < level + (height_of_all(cuts, from) - level) / 2.0).then_some(point)
}

fn height(cut: &Cut, point: &[f64]) -> f64 {
    cut.intercept + cut.slopes.iter().zip(point).map(|(slope, at)| slope * at).sum::<f64>()
}

fn height_of_all(cuts: &[Cut], point: &[f64]) -> f64 {
    cuts.iter().map(|cut| height(cut, point)).fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests;
