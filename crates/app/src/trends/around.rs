//! The costs around an event: its days with what they were expected to cost, and what its cost is made of.
//!
//! The breakdown asks the rows of the event's own days: its rows and what stands *beside* them (of an event that is told
//! by some of the object's parts alone) sum to the event's cost to the last digit.

use super::rows::filters;
use super::{Event, Object, Part, Recorded, Words, looked, part};
use crate::policy::Caller;
use crate::read::{Published, filter_on};
use crate::{App, Result};
use analyses::trends::Series;
use chrono::{Days, NaiveDate};
use model::{Column, CostAnswer, CostQuery, Decimal, Dimension, Metric, TimeView};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days before an event and after it that its chart shows.
const BEFORE: u64 = 90;
const AFTER: u64 = 14;
/// Weeks before that are the measure, as in the event's waterfall.
const WEEKS: u64 = 4;

/// A day of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct DayOf {
    /// The day.
    pub day: NaiveDate,
    /// Its cost, exactly.
    pub cost: Decimal,
    /// Whether all of it is there.
    pub whole: bool,
    /// What cost on it that of which the object is a part: where that is what is watched.
    pub watched: Option<Decimal>,
    /// Expected cost, and the lowest and highest regular ones, where they are known: of what is watched.
    pub band: Option<super::Band>,
}

/// The days around an event.
#[derive(Clone, Debug, PartialEq)]
pub struct DaysAround {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// The days that are known.
    pub days: Vec<DayOf>,
    /// What is watched, in words, where the event's object is a part of it: the bands are of that.
    pub watched: Option<String>,
}

/// The days around an event.
///
/// # Errors
/// The bills cannot be read.
pub async fn days(app: &App, caller: &Caller, recorded: &Recorded) -> Result<DaysAround> {
    let event = &recorded.event;
    let looked = looked(app, &caller.organization()?.id, Some(&event.currency)).await?;
    let first = event.days.first().copied().unwrap_or(event.first_day).min(event.first_day);
    let from = first.checked_sub_days(Days::new(BEFORE)).unwrap_or(first);
    let to = event.last_day.checked_add_days(Days::new(AFTER + 1)).unwrap_or(event.last_day);
    let Some(looked) = looked else { return Ok(DaysAround { from, to, days: vec![], watched: None }) };
    let memory = &looked.memory;
    let bill = memory.bill();
    let through = bill.days().checked_sub(1).map_or(event.data_through, |last| memory.day(last));
    let part = part(app, caller).await?;
    let (from, to) = (from.max(bill.first_day), to.min(after(part.through(through))));
    let own = |series: &&Series| series.object == event.object && series.measure == event.measure;
    let series = bill.series.iter().find(own);
    let watched = if series.is_none() { watched(&bill.series, event, &part) } else { None };
    let costs = match series {
        Some(_) => BTreeMap::new(),
        None => by_day(app, caller, event, (from, to)).await?,
    };
    let banded = watched.map_or(&event.object, |watched| &watched.object);
    let bands: BTreeMap<NaiveDate, super::Band> =
        memory.bands(banded).unwrap_or_default().into_iter().collect();
    let known = series.or(watched);
    let known_from = known.map_or(0, |series| series.known_from);
    let mut days = vec![];
    for day in from.iter_days().take_while(|day| *day < to) {
        let Some(place) = memory.place(day).filter(|place| *place >= known_from) else { continue };
        let cost = match series {
            Some(series) => series.costs.get(place).copied().unwrap_or_default(),
            None => costs.get(&day).copied().unwrap_or_default(),
        };
        let whole = known.is_none_or(|series| place < series.whole);
        // Bands are of usage: charges that come by the month have none.
        let band = bands.get(&day).filter(|_| event.measure == super::Measure::Usage).copied();
        let watched = watched.and_then(|watched| watched.costs.get(place)).copied();
        days.push(DayOf { day, cost, whole, watched, band });
    }
    let watched = match watched {
        Some(watched) => {
            let published = Published::seen_by(app, caller, None).await?;
            Some(Words::of(app, &published).await?.object(&watched.object))
        }
        None => None,
    };
    Ok(DaysAround { from, to, days, watched })
}

/// The narrowest series that an event's object is a part of, one in which it was seen before others.
fn watched<'a>(all: &'a [Series], event: &Event, part: &Part) -> Option<&'a Series> {
    let around = |series: &&Series| {
        let object = &series.object;
        series.measure == event.measure
            && *object != Object::organization()
            && object.contains(&event.object)
            && part.sees(object)
    };
    let seen = |object: &Object| event.definitions.iter().any(|seen| seen.object == *object);
    all.iter()
        .filter(around)
        .max_by_key(|series| (seen(&series.object), series.object.parts().len(), &series.object))
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// Cost by day of an object that is no series: its rows answer.
async fn by_day(
    app: &App,
    caller: &Caller,
    event: &Event,
    span: (NaiveDate, NaiveDate),
) -> Result<BTreeMap<NaiveDate, Decimal>> {
    let published = Published::seen_by(app, caller, None).await?;
    let words = Words::of(app, &published).await?;
    let Some(answer) = answer(app, (&published, &words), event, None, span).await? else {
        return Ok(BTreeMap::new());
    };
    let figures = answer.buckets.iter().zip(&answer.totals);
    Ok(figures.filter_map(|(day, cost)| Some((day.parse().ok()?, *cost))).collect())
}

/// The costs of an event's rows by day, and by a dimension; `None` where its object is nothing that rows can be asked for.
async fn answer(
    app: &App,
    (published, words): (&Published, &Words),
    event: &Event,
    by: Option<&Dimension>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Option<Arc<CostAnswer>>> {
    let Some(mut filters) = filters(app, published, words, event).await? else { return Ok(None) };
    filters.push(filter_on(Column::Currency, false, &[event.currency.as_str()]));
    let query = CostQuery {
        group_by: by.into_iter().cloned().collect(),
        view: TimeView::Day,
        from: Some(from),
        to: Some(to),
        filters,
        ..CostQuery::total(Metric::Amortized)
    };
    let query = published.resolve(query)?;
    Ok(Some(app.engine().answer(&published.view, &query).await?))
}

/// What a cost is broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Usage type.
    UsageType,
    /// AWS's grouping of usage types.
    UsageTypeGroup,
    /// Region.
    Region,
    /// Operation.
    Operation,
    /// Resource.
    Resource,
    /// Account.
    Account,
    /// Service.
    Service,
}

impl By {
    fn column(self, words: &Words) -> Column {
        match self {
            Self::UsageType => Column::UsageType,
            Self::UsageTypeGroup => Column::UsageTypeGroup,
            Self::Region => Column::Region,
            Self::Operation => Column::Operation,
            Self::Resource => Column::ResourceId,
            Self::Account => Column::AccountId,
            Self::Service if words.has_codes() => Column::ProductCode,
            Self::Service => Column::Service,
        }
    }
}

/// A part of an event's cost.
#[derive(Clone, Debug, PartialEq)]
pub struct PartOf {
    /// The value; `None` of rows that have none.
    pub value: Option<String>,
    /// Words for it.
    pub name: String,
    /// Cost of the same weekdays of the four weeks before, averaged.
    pub expected: Decimal,
    /// Cost of the event's days.
    pub actual: Decimal,
}

impl PartOf {
    /// What it cost more, or less.
    pub fn change(&self) -> Decimal {
        self.actual - self.expected
    }

    /// That in percent of what was expected; `None` where that was nothing.
    pub fn change_percent(&self) -> Option<f64> {
        let expected = self.expected.to_f64();
        (expected != 0.0).then(|| self.change().to_f64() * 100.0 / expected.abs())
    }
}

/// What an event's cost is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// First of the event's days.
    pub from: NaiveDate,
    /// Day after the last of them.
    pub to: NaiveDate,
    /// First day of the four weeks before.
    pub before_from: NaiveDate,
    /// Day after the last of them.
    pub before_to: NaiveDate,
    /// All parts, what moved most first.
    pub parts: Vec<PartOf>,
    /// What of the event's cost does not stand in the parts: zero but for an event of some parts of its object.
    pub beside: Decimal,
}

/// What an event's cost is made of.
///
/// # Errors
/// The bills cannot be read, or line items are not there yet.
pub async fn breakdown(app: &App, caller: &Caller, recorded: &Recorded, by: By) -> Result<Breakdown> {
    let event = &recorded.event;
    let days = if event.days.is_empty() {
        event.first_day.iter_days().take_while(|day| *day <= event.last_day).collect()
    } else {
        event.days.clone()
    };
    let from = days.first().copied().unwrap_or(event.first_day);
    let to = after(days.last().copied().unwrap_or(event.last_day));
    let before_from = from.checked_sub_days(Days::new(7 * WEEKS)).unwrap_or(from);
    let mut found = Breakdown { from, to, before_from, before_to: from, parts: vec![], beside: event.cost };
    let published = Published::seen_by(app, caller, None).await?;
    let words = Words::of(app, &published).await?;
    let dimension = Dimension::from(by.column(&words));
    let mut parts: BTreeMap<Option<String>, PartOf> = BTreeMap::new();
    let weights = Weights::of(&days, from);
    for (span, before) in [((before_from, from), true), ((from, to), false)] {
        let Some(answer) = answer(app, (&published, &words), event, Some(&dimension), span).await? else {
            return Ok(found);
        };
        for group in &answer.groups {
            let value = group.keys.first().cloned().flatten();
            let part = parts.entry(value.clone()).or_insert_with(|| PartOf {
                name: name(&words, by, &dimension, value.as_deref()),
                value,
                expected: Decimal::ZERO,
                actual: Decimal::ZERO,
            });
            let figures = answer.buckets.iter().zip(&group.figures);
            let figures = figures.filter_map(|(day, cost)| Some((day.parse::<NaiveDate>().ok()?, *cost)));
            if before {
                part.expected = weights.expected(figures, before_from);
            } else {
                part.actual = figures.filter(|(day, _)| days.contains(day)).map(|(_, cost)| cost).sum();
            }
        }
    }
    found.parts =
        parts.into_values().filter(|one| !one.actual.is_zero() || !one.expected.is_zero()).collect();
    found.parts.sort_by(|one, other| {
        other.change().abs().cmp(&one.change().abs()).then(one.value.cmp(&other.value))
    });
    found.beside = event.cost - found.parts.iter().map(|part| part.actual).sum::<Decimal>();
    Ok(found)
}

fn name(words: &Words, by: By, dimension: &Dimension, value: Option<&str>) -> String {
    match (by, value) {
        (By::Account, Some(id)) => words.account(id).to_owned(),
        (By::Service, Some(code)) => words.service(code).to_owned(),
        (_, Some(value)) => value.to_owned(),
        (_, None) if dimension.none_label().is_empty() => format!("No {}", dimension.label().to_lowercase()),
        (_, None) => dimension.none_label().to_owned(),
    }
}

/// How many of an event's days fall on each weekday, counted from its first day.
struct Weights([i128; 7]);

impl Weights {
    fn of(days: &[NaiveDate], first: NaiveDate) -> Self {
        let mut weights = [0; 7];
        for day in days {
            let within = (*day - first).num_days().rem_euclid(7);
            if let Some(weight) = usize::try_from(within).ok().and_then(|at| weights.get_mut(at)) {
                *weight += 1;
            }
        }
        Self(weights)
    }

    /// Cost of the same weekdays of the weeks before, averaged.
    fn expected(&self, figures: impl Iterator<Item = (NaiveDate, Decimal)>, from: NaiveDate) -> Decimal {
        let weighted = figures.map(|(day, cost)| {
            let within = (day - from).num_days().rem_euclid(7);
            let weight = usize::try_from(within).ok().and_then(|at| self.0.get(at)).copied().unwrap_or(0);
            cost.units().saturating_mul(weight)
        });
        Decimal::from_units(weighted.fold(0_i128, i128::saturating_add) / i128::from(WEEKS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_expected_cost_is_that_of_the_same_weekdays_before() {
        // A Thursday, a Friday and the Thursday after.
        let days = [day("2026-11-05"), day("2026-11-06"), day("2026-11-12")];
        let weights = Weights::of(&days, days[0]);
        let before = day("2026-10-08");
        let figures = (0..28).map(|at| {
            let cost = match at % 7 {
                0 => 10,
                1 => 100,
                _ => 7,
            };
            (before + Days::new(at), Decimal::from(cost))
        });
        assert_eq!(weights.expected(figures, before), Decimal::from(120));
    }
}
