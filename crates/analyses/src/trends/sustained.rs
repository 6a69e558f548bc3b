//! What rises too slowly for any day to be irregular: the last seven days, without the dearest of them, against seven
//! weeks that ended four weeks ago, their growth continued, and against what was seen in the eleven weeks before those.

use super::stats::{MAD, median};

/// Days between the week that is judged and the weeks that it is judged by.
pub(super) const LAG: usize = 28;
const WEEKS: usize = 7;
const WEEKS_SEEN: usize = 18;
/// Days of history before anything is judged.
const LEARN: usize = LAG + 7 * WEEKS + 6;
/// Part of the days before that may be without cost.
const MOST_EMPTY: f64 = 0.2;
/// Growth of the earlier weeks that is continued at most.
const MOST_GROWTH: f64 = 1.4;
const SPREADS: f64 = 6.0;
const LEAST_SPREAD: f64 = 0.02;
/// Days in a row that have to be beyond the bound.
pub(super) const PERSIST: usize = 3;

/// A day with whose week a series is beyond its bound; figures are of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sustained {
    pub(super) day: usize,
    pub(super) week: f64,
    pub(super) expected: f64,
    pub(super) high: f64,
}

/// Judges the days from `from` on and adds those beyond their bound.
pub(super) fn judge(costs: &[f64], known_from: usize, from: usize, found: &mut Vec<Sustained>) {
    found.retain(|point| point.day < from);
    let begin = (known_from + LEARN).max(from);
    if begin >= costs.len() {
        return;
    }
    let oldest = begin.saturating_sub(LAG + 7 * (WEEKS_SEEN - 1)).max(known_from + 6);
    let weeks: Vec<f64> = (oldest..costs.len()).map(|day| week(&costs[day - 6..=day])).collect();
    for day in begin..costs.len() {
        let now = weeks[day - oldest];
        let Some((expected, high)) = bound(&weeks, oldest, costs, known_from, day) else { continue };
        if now > high {
            found.push(Sustained { day, week: now, expected, high });
        }
    }
}

/// Mean of a week without its dearest day.
fn week(days: &[f64]) -> f64 {
    let dearest = days.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (days.iter().sum::<f64>() - dearest) / 6.0
}

/// What a day of the week is expected to cost, and its bound.
fn bound(weeks: &[f64], oldest: usize, costs: &[f64], known_from: usize, day: usize) -> Option<(f64, f64)> {
    let last = day - LAG;
    let before = &costs[last.saturating_sub(55).max(known_from)..=last];
    let empty = before.iter().filter(|cost| **cost <= 0.0).count();
    if empty as f64 > MOST_EMPTY * before.len() as f64 {
        return None;
    }
    let at = |weeks_back: usize| weeks[last - 7 * weeks_back - oldest];
    let reference: [f64; WEEKS] = std::array::from_fn(at);
    let newer = median(&mut [reference[0], reference[1], reference[2]]);
    let older = median(&mut [reference[4], reference[5], reference[6]]);
    let growth = if older > 0.0 { (newer / older).clamp(1.0, MOST_GROWTH) } else { 1.0 };
    let middle = median(&mut reference.clone()).max(1.0);
    let spread = MAD * median(&mut reference.map(|week| (week / middle - 1.0).abs()));
    let highest = reference.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let regular = highest.max(newer * (1.0 + SPREADS * spread.max(LEAST_SPREAD))) * growth;
    let seen = (WEEKS..WEEKS_SEEN).take_while(|back| last >= 7 * back + known_from + 6).map(at);
    Some((newer * growth, seen.fold(regular, f64::max)))
}
