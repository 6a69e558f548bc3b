//! Tax, support and fees: charges that come by the month are judged month against month.
//!
//! A month is judged by what has come of it so far: more than the dearest of the three months before is more whatever
//! still comes. Less is nothing: it may come later, and nobody is harmed. Credits, refunds and fees of commitments raise
//! nothing at all.

use super::asked::Asked;
use super::assemble::{percent, severity};
use super::definition::Method;
use super::event::{Direction, Event, Kind, Sighting, Status};
use super::identity::event_id;
use super::input::{Measure, Series};
use super::memory::Memory;
use chrono::{Datelike, NaiveDate};
use model::Decimal;
use std::ops::Range;

/// Months before that are the measure.
const MONTHS: usize = 3;
/// Months that have to be known before a fee can be new.
const LEARN: usize = 2;
/// A fee as high as an earlier month's, but for this part, is known.
const MARGIN_PERCENT: i64 = 115;

/// Events of the series that are judged month against month.
pub(super) fn events(memory: &Memory, asked: &Asked) -> Vec<Event> {
    let judged = |series: &&Series| matches!(series.measure, Measure::Tax | Measure::Support | Measure::Fee);
    memory.bill().series.iter().filter(judged).flat_map(|series| of_series(memory, series, asked)).collect()
}

fn of_series(memory: &Memory, series: &Series, asked: &Asked) -> Vec<Event> {
    let months = months(memory, series);
    let totals: Vec<Decimal> =
        months.iter().map(|days| series.costs[days.clone()].iter().copied().sum::<Decimal>()).collect();
    (LEARN..months.len()).filter_map(|month| judge(memory, series, asked, &months, &totals, month)).collect()
}

fn judge(
    memory: &Memory,
    series: &Series,
    asked: &Asked,
    months: &[Range<usize>],
    totals: &[Decimal],
    month: usize,
) -> Option<Event> {
    let (total, days) = (totals[month], months[month].clone());
    let mut before = totals[month.saturating_sub(MONTHS)..month].to_vec();
    before.sort_unstable();
    let (low, expected, high) = (*before.first()?, before[before.len() / 2], *before.last()?);
    let known = |earlier: &Decimal| {
        let as_high = earlier.checked_percent(Decimal::from(MARGIN_PERCENT));
        as_high.is_none_or(|as_high| as_high >= total)
    };
    if total <= high || totals[..month].iter().any(known) {
        return None;
    }
    let beyond = total - high;
    let counts = |definition: &&super::Definition| {
        definition.method == Method::Robust
            && definition.watches(&series.object)
            && beyond >= definition.minimum
            && high.checked_percent(definition.threshold_percent).is_some_and(|least| beyond >= least)
    };
    let mut so_far = Decimal::ZERO;
    let first = days.clone().find(|day| {
        so_far += series.costs[*day];
        so_far > high
    })?;
    let last = days.clone().rev().find(|day| !series.costs[*day].is_zero())?.max(first);
    let sightings: Vec<Sighting> = asked
        .definitions
        .iter()
        .filter(counts)
        .map(|definition| Sighting {
            definition: definition.id.clone(),
            object: series.object.clone(),
            first_day: memory.day(first),
            last_day: memory.day(last),
        })
        .collect();
    if sightings.is_empty() {
        return None;
    }
    let kind = if high <= Decimal::ZERO { Kind::OneTime } else { Kind::Fee };
    let bill = memory.bill();
    let excess = total - expected;
    let first_day = memory.day(first);
    let going_on = month + 1 == months.len() && kind == Kind::Fee;
    let mut event = Event {
        id: event_id(&bill.currency, &series.object, series.measure, Direction::Increase, first_day),
        currency: bill.currency.clone(),
        object: series.object.clone(),
        measure: series.measure,
        kind,
        direction: Direction::Increase,
        status: if going_on { Status::Open } else { Status::Ended },
        first_day,
        last_day: memory.day(last),
        raised_on: first_day,
        data_through: memory.day(bill.days().checked_sub(1)?),
        days: days.clone().map(|day| memory.day(day)).collect(),
        expected_low: low,
        expected_high: high,
        cost: total,
        excess,
        peak: series.costs[days].iter().copied().max()?,
        change_percent: (high > Decimal::ZERO).then(|| percent(beyond.to_f64(), high.to_f64())),
        monthly_excess: excess,
        share_percent: None,
        severity: severity(excess.to_f64(), None),
        definitions: sightings,
        causes: vec![],
        waterfall: None,
        seen: bill.seen.clone(),
        quiet: None,
        opening: 1,
        hint: None,
    };
    event.quiet = asked.quiet(&event);
    Some(event)
}

/// Places of the days of each month of a series; the first is left out unless all of it is known, the last is as long as
/// it is known.
fn months(memory: &Memory, series: &Series) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut first = series.known_from;
    while first < series.costs.len() {
        let day = memory.day(first);
        let next = first_of_next_month(day);
        let end = first + usize::try_from((next - day).num_days()).unwrap_or(1).max(1);
        if day.day() == 1 {
            found.push(first..end.min(series.costs.len()));
        }
        first = end;
    }
    found
}

fn first_of_next_month(day: NaiveDate) -> NaiveDate {
    let (year, month) = if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(day)
}
