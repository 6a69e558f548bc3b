//! The robust method: what one series is expected to cost each day, and how far it may be from that.
//!
//! Days are judged in order, each from the days before alone. Days beyond the bound begin a *run*; it teaches nothing for
//! fourteen days, then it is the new normal. What was decided is kept for the days beyond a bound alone, and enough to
//! go on from any day: a restated or a new day costs the days from it on.

use super::calendar::Calendar;
use super::stats::{MAD, TopTwo, median};

/// Days of history before anything is judged.
pub(super) const LEARN: usize = 21;
/// Days of the level.
const LEVEL: usize = 14;
/// Days of weekday factors and spread.
const WINDOW: usize = 56;
/// Days in which a height may have been seen before.
pub(super) const SEEN: usize = 180;
/// Days of a run after which it is the new normal.
const ACCEPT: usize = 14;
/// Regular days within a run.
pub(super) const GAP: usize = 3;
/// Spreads between the expected cost and its bound.
const SPREADS: f64 = 4.0;
/// Least spread, as part of the expected cost.
const LEAST_SPREAD: f64 = 0.05;
/// Spread of what has been seen for less than fourteen days.
const UNKNOWN_SPREAD: f64 = 0.15;
/// Times that a height may exceed what was seen before: this, more with the spread, at most that.
const MARGIN: f64 = 1.5;
const MARGIN_SPREADS: f64 = 3.0;
const MOST_MARGIN: f64 = 2.0;
/// Amounts below one unit of money are all the same.
const UNIT: f64 = 1.0;

/// A day beyond its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Beyond {
    pub(super) day: usize,
    pub(super) up: bool,
    pub(super) cost: f64,
    pub(super) expected: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether the run became the new normal with this day.
    pub(super) accepted: bool,
}

/// What a day may cost, and which rule says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) expected: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// What was seen twice, with its margin.
    pub(super) seen: f64,
    /// The same day of the months before, with its margin.
    pub(super) month: f64,
}

/// A run that has not been accepted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    first: usize,
    last: usize,
    up: bool,
}

/// One series, fitted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit {
    known_from: usize,
    pub(super) costs: Vec<f64>,
    /// Costs without what was irregular.
    taught: Vec<f64>,
    /// Distance from the expected cost as a part of it.
    relative: Vec<f64>,
    /// The run after each day.
    runs: Vec<Option<Run>>,
    /// Factors of the weekdays, by week.
    factors: Vec<(usize, [f64; 7])>,
    pub(super) beyond: Vec<Beyond>,
}

impl Fit {
    pub(super) fn new(known_from: usize) -> Self {
        Self {
            known_from,
            costs: vec![],
            taught: vec![],
            relative: vec![],
            runs: vec![],
            factors: vec![],
            beyond: vec![],
        }
    }

    fn begin(&self) -> usize {
        self.known_from + LEARN
    }

    /// Judges the days from `from` on; `costs` are those days', of which the ones from `whole` on are parts of days.
    pub(super) fn judge(
        &mut self,
        calendar: &Calendar,
        from: usize,
        costs: impl Iterator<Item = f64>,
        whole: usize,
    ) {
        self.forget(from);
        let begin = self.begin();
        let mut buffer = Vec::with_capacity(WINDOW);
        for (day, cost) in (from..).zip(costs) {
            self.costs.push(cost);
            if day < begin {
                self.taught.push(cost);
                self.relative.push(0.0);
                self.runs.push(None);
                continue;
            }
            if day == begin || calendar.weekday(day) == 0 {
                self.factors
                    .push((day, weekday_factors(&self.taught, self.known_from, day, calendar, &mut buffer)));
            }
            let (narrow, spread) = self.narrow(calendar, day, &mut buffer);
            let regular = cost - narrow.high < UNIT && narrow.low - cost < UNIT;
            let bounds = if regular { narrow } else { self.widened(calendar, day, narrow, spread) };
            self.teach(day, &bounds, day < whole, &mut buffer);
        }
    }

    /// As it was before a day.
    fn forget(&mut self, from: usize) {
        self.costs.truncate(from);
        self.taught.truncate(from);
        self.relative.truncate(from);
        self.runs.truncate(from);
        self.factors.retain(|(day, _)| *day < from);
        self.beyond.retain(|point| point.day < from);
        // A run that was accepted later had taught nothing yet.
        let Some(Some(run)) = self.runs.last().copied() else { return };
        for point in self.beyond.iter().rev().take_while(|point| point.day >= run.first) {
            self.taught[point.day] = point.expected;
        }
    }

    /// What a day may cost; only what was before it counts.
    pub(super) fn bounds(&self, calendar: &Calendar, day: usize, buffer: &mut Vec<f64>) -> Bounds {
        let (narrow, spread) = self.narrow(calendar, day, buffer);
        self.widened(calendar, day, narrow, spread)
    }

    /// By level, weekday and spread alone, which is enough for most days; and the spread.
    fn narrow(&self, calendar: &Calendar, day: usize, buffer: &mut Vec<f64>) -> (Bounds, f64) {
        let factors =
            self.factors.iter().rev().find(|(from, _)| *from <= day).map_or([1.0; 7], |(_, found)| *found);
        let expected = self.level(day, &factors, calendar, buffer) * factors[calendar.weekday(day)];
        let spread = self.spread(day, buffer);
        let width = SPREADS * spread.max(LEAST_SPREAD) * expected.max(UNIT);
        let (low, high) = (expected - width, expected + width);
        (Bounds { expected, low, high, seen: f64::NEG_INFINITY, month: f64::NEG_INFINITY }, spread)
    }

    /// By what was seen before, too.
    fn widened(&self, calendar: &Calendar, day: usize, narrow: Bounds, spread: f64) -> Bounds {
        let (highest, lowest) = self.seen_twice(day);
        let margin = (1.0 + MARGIN_SPREADS * spread).clamp(MARGIN, MOST_MARGIN);
        let seen = if highest.is_finite() { highest * margin } else { f64::NEG_INFINITY };
        let (mut month, mut month_low) = (f64::NEG_INFINITY, f64::INFINITY);
        for same in calendar.same_days_of_months(day).iter().filter(|same| **same >= self.known_from) {
            month = month.max(self.costs[*same] * MARGIN);
            month_low = month_low.min(self.costs[*same]);
        }
        Bounds {
            expected: narrow.expected,
            low: narrow.low.min(lowest).min(month_low),
            high: narrow.high.max(seen).max(month),
            seen,
            month,
        }
    }

    fn level(&self, day: usize, factors: &[f64; 7], calendar: &Calendar, buffer: &mut Vec<f64>) -> f64 {
        let mut level_of = |first: usize, end: usize| {
            buffer.clear();
            buffer.extend((first..end).map(|at| self.taught[at] / factors[calendar.weekday(at)]));
            median(buffer)
        };
        let level = level_of(day - LEVEL, day);
        if day < self.known_from + 2 * LEVEL {
            return level;
        }
        // The trend, damped.
        let before = level_of(day - 2 * LEVEL, day - LEVEL);
        let growth = if before > 0.0 { (level / before).clamp(0.9, 1.1) } else { 1.0 };
        level * growth.sqrt()
    }

    fn spread(&self, day: usize, buffer: &mut Vec<f64>) -> f64 {
        let first = self.begin().max(day.saturating_sub(WINDOW));
        if day < first + 14 {
            return UNKNOWN_SPREAD;
        }
        buffer.clear();
        buffer.extend(self.relative[first..day].iter().map(|distance| distance.abs()));
        MAD * median(buffer)
    }

    /// Second highest peak and second lowest trough of three days each, without the days of an open run.
    fn seen_twice(&self, day: usize) -> (f64, f64) {
        let first = self.known_from.max(day.saturating_sub(SEEN));
        let end = self.open_run(day).map_or(day, |run| run.first);
        let (mut high, mut low) = (TopTwo::NONE, TopTwo::NONE);
        let mut block_end = day;
        while block_end >= first + 3 {
            let block = &self.costs[block_end - 3..block_end.min(end).max(block_end - 3)];
            let top = block.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let bottom = block.iter().copied().fold(f64::INFINITY, f64::min);
            high.add(top);
            low.add(-bottom);
            block_end -= 3;
        }
        (high.1, if low.1.is_finite() { -low.1 } else { f64::INFINITY })
    }

    fn open_run(&self, day: usize) -> Option<Run> {
        self.runs.get(day.checked_sub(1)?).copied().flatten()
    }

    fn teach(&mut self, day: usize, bounds: &Bounds, whole: bool, buffer: &mut Vec<f64>) {
        let cost = self.costs[day];
        let up = cost - bounds.high >= UNIT;
        let down = whole && bounds.low > 0.0 && bounds.low - cost >= UNIT;
        let beyond = up || down;
        let open = self.open_run(day);
        let mut run = match open {
            Some(run) if beyond && run.up == up => Some(Run { last: day, ..run }),
            _ if beyond => Some(Run { first: day, last: day, up }),
            Some(run) if day - run.last <= GAP => Some(run),
            _ => None,
        };
        let teaches_nothing = beyond || !whole;
        self.taught.push(if teaches_nothing { bounds.expected } else { cost });
        self.relative.push(if teaches_nothing {
            let first = self.begin().max(day.saturating_sub(WINDOW));
            buffer.clear();
            buffer.extend(self.relative[first..day].iter().map(|distance| distance.abs()));
            median(buffer)
        } else {
            (cost - bounds.expected) / bounds.expected.max(UNIT)
        });
        let accepted = beyond && run.is_some_and(|run| day - run.first + 1 >= ACCEPT);
        if beyond {
            let Bounds { expected, low, high, .. } = *bounds;
            self.beyond.push(Beyond { day, up, cost, expected, low, high, accepted });
        }
        if accepted {
            if let Some(run) = run {
                for point in self.beyond.iter().rev().take_while(|point| point.day >= run.first) {
                    self.taught[point.day] = point.cost;
                }
            }
            run = None;
        }
        self.runs.push(run);
    }

    /// What a day might cost, as it was judged: by what was taught by then.
    pub(super) fn bounds_then(&self, calendar: &Calendar, day: usize) -> Option<Bounds> {
        if day < self.begin() || day >= self.costs.len() {
            return None;
        }
        let mut then = self.clone();
        then.forget(day);
        // Factors are learned with the day itself.
        then.factors = self.factors.iter().filter(|(from, _)| *from <= day).copied().collect();
        Some(then.bounds(calendar, day, &mut Vec::with_capacity(WINDOW)))
    }

    /// Days on which the series was as high as a cost, nearest first.
    pub(super) fn days_as_high(&self, day: usize, cost: f64) -> impl Iterator<Item = usize> {
        let first = self.known_from.max(day.saturating_sub(SEEN));
        (first..day).rev().filter(move |at| self.costs[*at] >= cost)
    }
}

/// Factors of the weekdays, from their relation to the week around them; mean 1.
fn weekday_factors(
    taught: &[f64],
    known_from: usize,
    day: usize,
    calendar: &Calendar,
    buffer: &mut Vec<f64>,
) -> [f64; 7] {
    let first = known_from.max(day.saturating_sub(WINDOW + 3));
    let mut factors = [1.0; 7];
    for (weekday, factor) in factors.iter_mut().enumerate() {
        buffer.clear();
        let skip = (weekday + 7 - calendar.weekday(first + 3)) % 7;
        for centre in (first + 3 + skip..day.saturating_sub(3)).step_by(7) {
            let week = taught[centre - 3..=centre + 3].iter().sum::<f64>() / 7.0;
            if week > 0.0 {
                buffer.push(taught[centre] / week);
            }
        }
        if buffer.len() >= 3 {
            *factor = median(buffer).max(0.02);
        }
    }
    let mean = factors.iter().sum::<f64>() / 7.0;
    factors.map(|factor| factor / mean)
}
