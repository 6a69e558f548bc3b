//! Days beyond a bound, joined to runs, by a definition.

use super::definition::{Definition, Limits, Method};
use super::fit::{Beyond, Fit, GAP};
use super::input::Series;
use super::range::{self, OutOfRange};
use super::sustained::{self, Sustained};
use model::Decimal;

/// Days of one series beyond its bounds, as a definition counts them. Places are days of the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Place of the definition.
    pub definition: usize,
    /// Place of the series in the bill.
    pub series: usize,
    /// Whether costs rose.
    pub up: bool,
    /// First day that counts.
    pub first: usize,
    /// Last day that counts, so far.
    pub last: usize,
    /// Day with which all conditions held.
    pub raised: usize,
    /// Days of the span that ends with a day: 1, of weekly and monthly ranges more.
    pub span: usize,
    /// Cost beyond what was expected on the days that count; without a sign. Of a range, of its farthest span.
    pub excess: f64,
    /// Lowest and highest regular cost of those days (of a range, of its farthest span).
    pub regular: (f64, f64),
    /// The same exactly, as the range method finds it; `None` by another method, which knows estimates alone.
    pub range: Option<(Decimal, Decimal)>,
    /// Expected cost of those days; by a range its nearest bound.
    pub expected: f64,
    /// Excess of a day, lately.
    pub rate: f64,
    /// Highest cost of a day; of a fall the lowest.
    pub peak: f64,
    /// Whether what it is beyond is only the slow method's bound.
    pub slow: bool,
    /// Whether it became the new normal.
    pub accepted: bool,
    /// The days that count.
    pub days: Vec<usize>,
}

impl Run {
    /// Whether it is over on a day: regular since, or the new normal.
    pub fn over(&self, through: usize) -> bool {
        self.accepted || through > self.last + GAP
    }
}

/// One day that counts.
#[derive(Clone, Copy)]
struct Counted {
    day: usize,
    cost: f64,
    expected: f64,
    low: f64,
    high: f64,
    excess: f64,
    slow: bool,
    accepted: bool,
}

/// What of a fitted series does not depend on any definition.
pub(super) struct Found<'a> {
    pub(super) fit: &'a Fit,
    pub(super) sustained: &'a [Sustained],
    pub(super) series: &'a Series,
}

/// Runs of one series by one definition, in order of time; `definition` and `series` are places.
pub(super) fn runs(found: &Found<'_>, definition: &Definition, places: (usize, usize)) -> Vec<Run> {
    let limits = definition.limits();
    let mut all = match definition.method {
        Method::Robust => {
            let mut all = robust(found, limits, true);
            if limits.decreases {
                all.extend(robust(found, limits, false));
            }
            all
        }
        method => ranges(found.series, definition, method),
    };
    all.sort_by_key(|run| (run.first, run.up));
    for run in &mut all {
        (run.definition, run.series) = places;
    }
    all
}

fn robust(found: &Found<'_>, limits: Limits, up: bool) -> Vec<Run> {
    let counts = |point: &&Beyond| {
        let excess = (point.cost - point.expected).abs();
        point.up == up
            && excess >= limits.of_a_day(point.expected.max(0.0))
            && (up || !discounted(found.series, point))
    };
    let mut days: Vec<Counted> = found.fit.beyond.iter().filter(counts).map(daily).collect();
    if up {
        add_sustained(&mut days, found, limits);
    }
    let mut all = vec![];
    let mut rest = days.as_slice();
    while let Some(first) = rest.first() {
        let mut length = 1;
        while length < rest.len()
            && rest[length].day <= rest[length - 1].day + GAP + 1
            && !rest[length - 1].accepted
        {
            length += 1;
        }
        let (run, after) = rest.split_at(length);
        all.extend(joined(run, first.day, limits, up));
        rest = after;
    }
    all
}

fn daily(point: &Beyond) -> Counted {
    let Beyond { day, cost, expected, low, high, accepted, .. } = *point;
    Counted { day, cost, expected, low, high, excess: (cost - expected).abs(), slow: false, accepted }
}

/// Days of which the slow method alone says that they count, in a row long enough, beside those that count by themselves.
fn add_sustained(days: &mut Vec<Counted>, found: &Found<'_>, limits: Limits) {
    let beyond = |point: &&Sustained| {
        point.week - point.high >= limits.of_a_day(point.high)
            && 7.0 * (point.week - point.expected) >= limits.minimum
    };
    let accepted: Vec<usize> = days.iter().filter(|day| day.accepted).map(|day| day.day).collect();
    let mut row = 0;
    let mut before = None;
    let mut known = false;
    let mut added = vec![];
    for point in found.sustained.iter().filter(beyond) {
        let follows = before == Some(point.day.wrapping_sub(1));
        row = if follows { row + 1 } else { 1 };
        // What became the new normal is no news, until the slow method finds it regular, too.
        known = (known && follows)
            || accepted.iter().any(|day| (*day..=*day + sustained::LAG).contains(&point.day));
        before = Some(point.day);
        // A week is high for as long as a spike is in it; the day itself has to count.
        let cost = found.fit.costs[point.day];
        let excess = cost - point.expected;
        if row >= sustained::PERSIST
            && cost > point.high
            && excess >= limits.of_a_day(point.expected.max(0.0))
            && !known
            && days.binary_search_by_key(&point.day, |day| day.day).is_err()
        {
            let Sustained { day, expected, high, .. } = *point;
            added.push(Counted { day, cost, expected, low: 0.0, high, excess, slow: true, accepted: false });
        }
    }
    days.extend(added);
    days.sort_by_key(|day| day.day);
}

/// A run of days, if it is large enough as a whole: each of its days is beyond the threshold, and all together are beyond
/// the least amount.
fn joined(days: &[Counted], first: usize, limits: Limits, up: bool) -> Option<Run> {
    let mut sum = 0.0;
    let raised = days.iter().find(|day| {
        sum += day.excess;
        sum >= limits.minimum
    })?;
    let last = days.last()?;
    let total = |of: fn(&Counted) -> f64| days.iter().map(of).sum::<f64>();
    let lately = &days[days.len().saturating_sub(7)..];
    let costs = days.iter().map(|day| day.cost);
    Some(Run {
        definition: 0,
        series: 0,
        up,
        first,
        last: last.day,
        raised: raised.day,
        span: 1,
        excess: total(|day| day.excess),
        regular: (total(|day| day.low), total(|day| day.high)),
        range: None,
        expected: total(|day| day.expected),
        rate: lately.iter().map(|day| day.excess).sum::<f64>() / lately.len() as f64,
        peak: if up { costs.fold(f64::NEG_INFINITY, f64::max) } else { costs.fold(f64::INFINITY, f64::min) },
        slow: days.iter().all(|day| day.slow),
        accepted: last.accepted,
        days: days.iter().map(|day| day.day).collect(),
    })
}

/// Whether a fall is a discount: what was used would cost at list prices much the same as before.
fn discounted(series: &Series, point: &Beyond) -> bool {
    let list = |day: usize| series.list.get(day).map(|cost| cost.to_f64());
    let Some(now) = list(point.day) else { return false };
    let mut before: Vec<f64> = (1..=4).filter_map(|week| list(point.day.checked_sub(7 * week)?)).collect();
    let usual = super::stats::median(&mut before);
    let fell = (point.expected - point.cost) / point.expected.max(1.0);
    usual > 0.0 && (usual - now) / usual < fell / 2.0
}

fn ranges(series: &Series, definition: &Definition, method: Method) -> Vec<Run> {
    let counts = |point: &OutOfRange| {
        (point.up() || !definition.ignore_decreases)
            && definition.is_passed_by(point.distance(), point.bound())
    };
    let days: Vec<OutOfRange> = range::judge(&series.costs, series.known_from, series.whole, method)
        .into_iter()
        .filter(counts)
        .collect();
    let joined = |before: &OutOfRange, after: &OutOfRange| {
        before.up() == after.up() && after.day <= before.day + GAP + 1
    };
    days.chunk_by(joined).filter_map(|run| range_run(run, method)).collect()
}

fn range_run(days: &[OutOfRange], method: Method) -> Option<Run> {
    let (first, last) = (days.first()?, days.last()?);
    let farthest = days.iter().max_by_key(|point| (point.distance(), std::cmp::Reverse(point.day)))?;
    let daily = method.days() == 1;
    let total = |of: fn(&OutOfRange) -> Decimal| {
        if daily { days.iter().map(of).sum::<Decimal>() } else { of(farthest) }
    };
    let (low, high) = (total(|point| point.low), total(|point| point.high));
    let span = method.days();
    Some(Run {
        definition: 0,
        series: 0,
        up: first.up(),
        first: first.day,
        last: last.day,
        raised: first.day,
        span,
        excess: total(OutOfRange::distance).to_f64(),
        regular: (low.to_f64(), high.to_f64()),
        range: Some((low, high)),
        expected: total(OutOfRange::bound).to_f64(),
        rate: last.distance().to_f64() / span as f64,
        peak: farthest.cost.to_f64() / span as f64,
        slow: false,
        accepted: false,
        days: if daily { days.iter().map(|point| point.day).collect() } else { vec![farthest.day] },
    })
}
