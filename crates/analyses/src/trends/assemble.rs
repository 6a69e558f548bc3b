//! From a group of runs to an event: figures, kind, severity, causes.

use super::asked::Asked;
use super::cover;
use super::definition::Method;
use super::event::{Cause, Direction, Event, Hint, Kind, Quiet, Severity, Sighting, Status, Waterfall};
use super::groups::{Group, Grouping};
use super::identity::event_id;
use super::input::{Measure, Series};
use super::memory::Memory;
use super::object::{Attribute, Object};
use super::parts::{Parts, Window};
use super::runs::Run;
use super::stats::mean;
use super::waterfall::waterfall;
use model::Decimal;

/// Days of a rise after which it is no spike any more.
const SPIKE: usize = 7;
/// Days before within which costs make something not new.
const NEW: usize = 180;
/// Known days before something can be new.
const KNOWN: usize = 28;
/// Months on whose same day it was about as high (within this percentage), from which on that is a habit.
const HABIT_MONTHS: usize = 2;
const HABIT_PERCENT: i64 = 115;

/// The event of a group.
pub(super) fn event(grouping: &Grouping<'_>, group: &Group, asked: &Asked) -> Option<Event> {
    let run = main_run(grouping, group)?;
    let memory = grouping.memory;
    let bill = memory.bill();
    let flagged = &bill.series[run.series];
    let parts = grouping.parts(group.leaves);
    let days = days_of(run);
    let base = group.window.base.min(*days.first()?);
    let window = Window { base, days: days.clone() };
    let detailed = group.leaves && parts.cover(&window);
    let by_parts = (flagged.object != group.object)
        .then(|| of_parts(parts, group, run, &window))
        .filter(|figures| is_large(grouping, group, figures));
    // What lies in parts that by themselves are no event is told of what was flagged.
    let whole = (by_parts.is_none() && flagged.object != group.object)
        .then(|| group.of(flagged.object.clone(), parts, &window));
    let group = whole.as_ref().unwrap_or(group);
    let figures = by_parts.unwrap_or_else(|| of_run(run, flagged, &days));
    let through = bill.days().checked_sub(1)?;
    let increase = run.up;
    let kind = kind(grouping, group, run);
    let over = run.over(through);
    let lasts = !over || !matches!(kind, Kind::Spike);
    let monthly =
        if lasts { money(run.rate * 30.0 * if increase { 1.0 } else { -1.0 }) } else { figures.excess };
    let month = a_month(grouping, &group.object, run.first);
    let share = month.map(|before| share(monthly.to_f64(), before));
    let first_day = memory.day(*days.first()?);
    let direction = if increase { Direction::Increase } else { Direction::Decrease };
    let mut event = Event {
        id: event_id(&bill.currency, &group.object, Measure::Usage, direction, first_day),
        currency: bill.currency.clone(),
        object: group.object.clone(),
        measure: Measure::Usage,
        kind,
        direction,
        status: if over { Status::Ended } else { Status::Open },
        first_day,
        last_day: memory.day(run.last),
        raised_on: memory.day(run.raised),
        data_through: memory.day(through),
        days: days.iter().map(|day| memory.day(*day)).collect(),
        expected_low: figures.low,
        expected_high: figures.high,
        cost: figures.cost,
        excess: figures.excess,
        peak: money(run.peak),
        change_percent: (!figures.expected.is_zero())
            .then(|| percent(figures.excess.to_f64(), figures.expected.to_f64())),
        monthly_excess: monthly,
        share_percent: share,
        severity: severity(monthly.to_f64().abs(), share.map(Decimal::to_f64)),
        definitions: sightings(grouping, group, asked),
        causes: if group.leaves { causes(parts, group, &window) } else { vec![] },
        waterfall: detailed.then(|| waterfall_of(parts, group, &window)),
        seen: bill.seen.clone(),
        quiet: None,
        opening: 1,
        hint: (kind == Kind::New && group.object.get(&Attribute::Region).is_some()).then_some(Hint::Security),
    };
    let habit = || is_habit(memory, flagged, run).then_some(Quiet::Habit);
    event.quiet = asked.quiet(&event).or_else(habit);
    Some(event)
}

/// The run that tells an event's days and figures: of its own object, by the robust method, the widest.
fn main_run<'a>(grouping: &Grouping<'a>, group: &Group) -> Option<&'a Run> {
    let runs = group.runs.iter().map(|run| &grouping.runs[*run]);
    runs.max_by(|one, other| {
        let rank = |run: &Run| {
            let robust = grouping.definitions[run.definition].method == Method::Robust;
            let own = grouping.memory.bill().series[run.series].object == group.object;
            (robust, own, std::cmp::Reverse(run.span))
        };
        rank(one)
            .cmp(&rank(other))
            .then(one.excess.total_cmp(&other.excess))
            .then(other.series.cmp(&one.series))
    })
}

/// The days whose cost is the event's: those of its span, if it is judged by one.
fn days_of(run: &Run) -> Vec<usize> {
    match run.days.first() {
        Some(end) if run.span > 1 => (end + 1 - run.span.min(end + 1)..=*end).collect(),
        _ => run.days.clone(),
    }
}

/// Whether a definition that saw it would have said so of these figures.
fn is_large(grouping: &Grouping<'_>, group: &Group, figures: &Figures) -> bool {
    let mut definitions = group.runs.iter().map(|run| &grouping.definitions[grouping.runs[*run].definition]);
    definitions.any(|definition| definition.is_passed_by(figures.excess, figures.expected))
        && (figures.excess > Decimal::ZERO) == group.up
}

struct Figures {
    cost: Decimal,
    expected: Decimal,
    excess: Decimal,
    low: Decimal,
    high: Decimal,
}

fn of_run(run: &Run, series: &Series, days: &[usize]) -> Figures {
    let cost: Decimal = days.iter().filter_map(|day| series.costs.get(*day)).copied().sum();
    let (expected, low, high) = match run.range {
        // Bounds of a range are sums of the bill: exact, and negative where credits are.
        Some((low, high)) => (if run.up { high } else { low }, low, high),
        None => (money(run.expected), money(run.regular.0.max(0.0)), money(run.regular.1)),
    };
    Figures { cost, expected, excess: cost - expected, low, high }
}

/// Of an object that has no run of its own: its parts before, with the bounds of what was seen, in proportion.
fn of_parts(parts: &Parts<'_>, group: &Group, run: &Run, window: &Window) -> Figures {
    let places: Vec<usize> = group.moves.keys().copied().collect();
    let cost: Decimal =
        places.iter().flat_map(|place| window.days.iter().map(|day| parts.get(*place).cost(*day))).sum();
    let before: f64 = places.iter().map(|place| parts.moved(*place, window, group.up).before).sum();
    let expected = money(before);
    let bound = |of: f64| {
        if run.expected > 0.0 { money(before * of.max(0.0) / run.expected) } else { money(of.max(0.0)) }
    };
    Figures { cost, expected, excess: cost - expected, low: bound(run.regular.0), high: bound(run.regular.1) }
}

fn kind(grouping: &Grouping<'_>, group: &Group, run: &Run) -> Kind {
    let series = &grouping.memory.bill().series[run.series];
    let costs = &series.costs;
    if !run.up {
        let nothing = run.days.iter().all(|day| costs.get(*day).is_some_and(|cost| *cost <= Decimal::ZERO));
        return if nothing && run.days.len() >= 3 { Kind::Gone } else { Kind::Drop };
    }
    let first = (run.first + 1).saturating_sub(run.span);
    let since = first.saturating_sub(NEW).max(series.known_from);
    let own_parts_new = group.moves.values().all(|moved| moved.before <= 0.0) && group.leaves;
    let none_before = costs[since..first].iter().all(|cost| cost.is_zero());
    // One new series among many makes no new whole.
    let all_new = none_before && series.object.contains(&group.object);
    if first >= series.known_from + KNOWN && (all_new || (own_parts_new && group.object != series.object)) {
        return Kind::New;
    }
    if run.slow {
        Kind::Leak
    } else if run.last - run.first < SPIKE && run.span == 1 {
        Kind::Spike
    } else {
        Kind::Shift
    }
}

/// Whether what a range finds high comes each month: a range of weeks knows no months.
fn is_habit(memory: &Memory, series: &Series, run: &Run) -> bool {
    let Some((_, high)) = run.range.filter(|_| run.up) else { return false };
    let monthly = |day: usize| {
        let as_high = |at: &usize| {
            let earlier = series.costs[*at].checked_percent(Decimal::from(HABIT_PERCENT));
            earlier.is_none_or(|earlier| earlier >= series.costs[day])
        };
        let days = memory.calendar().same_days_of_months(day).iter().copied();
        let mut seen: Vec<usize> = days.filter(|at| *at >= series.known_from).filter(as_high).collect();
        // Of each month the days around it.
        seen.dedup_by(|one, other| one.abs_diff(*other) <= 2);
        seen.len() >= HABIT_MONTHS
    };
    if run.span == 1 {
        return run.days.iter().all(|day| monthly(*day));
    }
    let days = days_of(run);
    let Some(dearest) = days.iter().copied().max_by_key(|day| series.costs[*day]) else { return false };
    let rest: Decimal = days.iter().filter(|day| **day != dearest).map(|day| series.costs[*day]).sum();
    rest <= high && monthly(dearest)
}

/// What the account of an object (else the organization) is expected to cost in a month.
fn a_month(grouping: &Grouping<'_>, object: &Object, before: usize) -> Option<f64> {
    let account = object.get(&Attribute::Account);
    let within = account.map_or_else(Object::organization, Object::account);
    let mut whole = 0.0;
    for place in grouping.series.within(&within) {
        let part = grouping.series.get(place);
        let days = before.saturating_sub(28).max(part.known_from)..before;
        let days: Vec<f64> = days.map(|day| part.cost(day).to_f64()).collect();
        whole += 30.0 * mean(&days);
    }
    (whole > 0.0).then_some(whole)
}

/// An excess of a month in percent of all that its account costs then, a rise included; of a fall, of what it cost before.
fn share(monthly: f64, before: f64) -> Decimal {
    percent(monthly.abs(), before.max(before + monthly)).min(Decimal::from(100))
}

/// By the excess of a month, one step more where it is much of its account, one less where it is hardly any.
pub(super) fn severity(monthly: f64, share: Option<f64>) -> Severity {
    let step = match monthly {
        amount if amount >= 10_000.0 => 3,
        amount if amount >= 2_500.0 => 2,
        amount if amount >= 500.0 => 1,
        _ => 0,
    };
    let step = match share {
        Some(share) if share >= 20.0 => step + 1,
        Some(share) if share < 1.0 => step - 1,
        _ => step,
    };
    match step {
        ..=0 => Severity::Low,
        1 => Severity::Medium,
        2 => Severity::High,
        _ => Severity::Critical,
    }
}

fn sightings(grouping: &Grouping<'_>, group: &Group, asked: &Asked) -> Vec<Sighting> {
    let sighting = |run: &usize| {
        let run = &grouping.runs[*run];
        Sighting {
            definition: asked.definitions[run.definition].id.clone(),
            object: grouping.memory.bill().series[run.series].object.clone(),
            first_day: grouping.memory.day(run.first),
            last_day: grouping.memory.day(run.last),
        }
    };
    let mut all: Vec<Sighting> = group.runs.iter().map(sighting).collect();
    all.sort();
    // What saw it twice saw it from the first to the last time.
    all.dedup_by(|later, earlier| {
        let same = later.definition == earlier.definition && later.object == earlier.object;
        if same {
            earlier.last_day = earlier.last_day.max(later.last_day);
        }
        same
    });
    all
}

fn causes(parts: &Parts<'_>, group: &Group, window: &Window) -> Vec<Cause> {
    let ranked = cover::causes(parts, &group.moves, &group.object);
    let cause = |ranked: cover::Ranked| {
        let found = waterfall(parts, &ranked.places, window);
        Cause {
            object: ranked.object,
            before: found.before,
            now: found.now,
            coverage_percent: percent(ranked.coverage, 1.0),
            purity_percent: percent(ranked.purity, 1.0),
        }
    };
    ranked.into_iter().map(cause).collect()
}

fn waterfall_of(parts: &Parts<'_>, group: &Group, window: &Window) -> Waterfall {
    let places: Vec<usize> = group.moves.keys().copied().collect();
    waterfall(parts, &places, window)
}

/// A statistic as an amount of money: to a hundredth.
pub(super) fn money(amount: f64) -> Decimal {
    rounded(amount, 100.0)
}

/// A part of a whole in percent, to a tenth.
pub(super) fn percent(part: f64, whole: f64) -> Decimal {
    rounded(part / whole * 100.0, 10.0)
}

fn rounded(amount: f64, steps: f64) -> Decimal {
    let rounded = (amount * steps).round() / steps;
    Decimal::from_f64(rounded).map_or(Decimal::ZERO, |(found, _)| found)
}
