//! The bills of an organization in one currency, as daily series: exact amounts of what is published, by connection,
//! account, service and kind of charge, and by whatever else a definition watches.
//!
//! It comes month by month out of the roll-up, in pieces that the engine works on: what is held is one figure for each
//! series and day.

mod asking;
mod objects;

pub(crate) use asking::rows_of;
pub(super) use asking::{Asking, By, Cells, dimensions};

use super::deliveries::Held;
use super::{Attribute, Definition, Measure, Object};
use crate::read::Published;
use crate::{App, Result};
use analyses::trends::{Bill, Completeness, Delivered, Seen, Series, first_day};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use model::{BillingPeriod, Column, Decimal, Metric};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Series that are looked at, those with the most cost: seventeen months of them are half a gigabyte.
const MOST_SERIES: usize = 20_000;
/// Days by which what lasts is told from what is over.
const LATELY: u64 = 35;
/// Days of a delivery that may still grow.
const NEWEST_DAYS: u64 = 7;

/// A bill, with what is to be known of it.
pub(super) struct Loaded {
    pub(super) bill: Bill,
    /// Day with which the data begin.
    pub(super) data_begin: NaiveDate,
    /// What was left out, in words.
    pub(super) message: Option<String>,
    /// What the newest publications hold of the newest days.
    pub(super) held: Vec<Held>,
}

/// Days of a bill: the first, and how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first_day: NaiveDate,
    pub(super) days: usize,
}

impl Span {
    pub(super) fn place(self, day: NaiveDate) -> Option<usize> {
        let place = usize::try_from((day - self.first_day).num_days()).ok()?;
        (place < self.days).then_some(place)
    }

    pub(super) fn day(self, place: usize) -> NaiveDate {
        self.first_day + Days::new(place as u64)
    }

    pub(super) fn end(self) -> NaiveDate {
        self.day(self.days)
    }

    /// Adds figures by their days.
    pub(super) fn add(self, figures: &mut Vec<Decimal>, cells: &Cells<'_>) {
        figures.resize(self.days, Decimal::ZERO);
        for (day, figure) in cells.days.iter().zip(cells.figures) {
            if let Some(place) = self.place(*day) {
                figures[place] += *figure;
            }
        }
    }

    /// The days from one on.
    pub(super) fn from(self, day: NaiveDate) -> Self {
        let first_day = day.max(self.first_day);
        let days = usize::try_from((self.end() - first_day).num_days()).unwrap_or(0);
        Self { first_day, days }
    }
}

/// A connection, as far as its data tell what is known.
#[derive(Clone, Debug)]
struct Source {
    id: String,
    /// Days that are not known.
    known_from: usize,
    /// When its newest month was published.
    published: DateTime<Utc>,
    /// End of its newest hour.
    through: DateTime<Utc>,
}

/// One series while it is gathered.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    costs: Vec<Decimal>,
    list: Vec<Decimal>,
    /// Connections (by place) and services that it is of.
    of: BTreeSet<(usize, String)>,
}

pub(super) type All = HashMap<(Object, Measure), Gathered>;

/// The bills as they are now; `None` where there are none in that currency.
///
/// # Errors
/// The bills cannot be read.
pub(super) async fn load(
    app: &App,
    published: &Published,
    currency: &str,
    definitions: &[Definition],
    deliveries: Vec<Delivered>,
) -> Result<Option<Loaded>> {
    let Some((span, data_begin, seen)) = extent(app, published, currency) else { return Ok(None) };
    let sources = sources(app, published, currency, span);
    let asking = Asking { app, published, currency };
    let mut held: BTreeMap<(usize, NaiveDate), BTreeMap<String, f64>> = BTreeMap::new();
    let mut all = All::new();
    let by = By {
        attributes: &[Attribute::Account, Attribute::Service],
        columns: &[Column::Connection],
        filters: &[],
    };
    for metric in [Metric::Amortized, Metric::List] {
        asking
            .by_day(metric, by, span, |cells| {
                let ([account, service], [connection]) = (&cells.values[..], cells.rest) else { return };
                let Some(source) = place_of(&sources, connection.as_deref()) else { return };
                let service = service.unwrap_or("");
                let object = Object::account_service(account.unwrap_or(""), service);
                add(&mut all, object, metric, (source, service), span, cells);
                if metric == Metric::Amortized && cells.measure == Measure::Usage {
                    hold(&mut held, &sources[source], (source, service), cells);
                }
            })
            .await?;
    }
    objects::watched(&asking, definitions, span, &mut all, |connection| place_of(&sources, connection))
        .await?;
    let held: Vec<Held> = held_of(&sources, held);
    let known = deliveries.into_iter().chain(held.iter().flat_map(Held::delivered));
    let completeness = Completeness::learn(known);
    let (series, message) = series(all, &sources, &completeness, span);
    let bill = Bill { currency: currency.to_owned(), first_day: span.first_day, series, seen };
    Ok(Some(Loaded { bill, data_begin, message, held }))
}

/// First month of the newest ones that follow each other: what came before a month that is missing is not known, for what
/// is missing is not zero.
fn last_run(months: BTreeSet<BillingPeriod>) -> Option<BillingPeriod> {
    let mut first = months.last().copied()?;
    while months.contains(&first.previous()) {
        first = first.previous();
    }
    Some(first)
}

/// Days that are looked at, the day with which the data begin, and what they are.
fn extent(app: &App, published: &Published, currency: &str) -> Option<(Span, NaiveDate, Seen)> {
    let of = || published.publications.iter().filter(move |one| one.currency == currency);
    let begins = last_run(of().map(|one| one.period).collect())?.first_day();
    // Some charges of the open month are dated to its end.
    let through = of().filter_map(|one| one.data_to).filter_map(instant).max()?.min(app.now());
    let last = (through - TimeDelta::milliseconds(1)).date_naive();
    let first_day = first_day(begins, last);
    let days = usize::try_from((last - first_day).num_days()).ok()? + 1;
    let publication = of().map(|one| one.id).max().map(|id| id.to_string());
    // Through the hour that ends then.
    let seen = Seen { publication, through: Some(through - TimeDelta::hours(1)) };
    Some((Span { first_day, days }, begins, seen))
}

fn instant(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}

fn sources(app: &App, published: &Published, currency: &str, span: Span) -> Vec<Source> {
    let mut found: BTreeMap<&str, (Source, BTreeSet<BillingPeriod>)> = BTreeMap::new();
    for one in published.publications.iter().filter(|one| one.currency == currency) {
        let (Some(at), Some(to)) = (instant(one.published_at_ms), one.data_to.and_then(instant)) else {
            continue;
        };
        let id = one.connection_id.as_str();
        let through = to.min(app.now()) - TimeDelta::hours(1);
        let new = || Source { id: id.to_owned(), known_from: 0, published: at, through };
        let (source, months) = found.entry(id).or_insert_with(|| (new(), BTreeSet::new()));
        source.published = source.published.max(at);
        source.through = source.through.max(through);
        months.insert(one.period);
    }
    let known = |(mut source, months): (Source, BTreeSet<BillingPeriod>)| {
        let begins = last_run(months).map_or(span.first_day, BillingPeriod::first_day);
        source.known_from =
            if begins <= span.first_day { 0 } else { span.place(begins).unwrap_or(span.days) };
        source
    };
    found.into_values().map(known).collect()
}

fn place_of(sources: &[Source], connection: Option<&str>) -> Option<usize> {
    sources.iter().position(|source| Some(source.id.as_str()) == connection)
}

/// Adds the figures of a group to a series.
fn add(
    all: &mut All,
    object: Object,
    metric: Metric,
    (source, service): (usize, &str),
    span: Span,
    cells: &Cells<'_>,
) {
    let gathered = all.entry((object, cells.measure)).or_default();
    let figures = if metric == Metric::List { &mut gathered.list } else { &mut gathered.costs };
    span.add(figures, cells);
    if metric != Metric::List {
        gathered.of.insert((source, service.to_owned()));
    }
}

/// Notes what a delivery holds of days that may still grow.
fn hold(
    held: &mut BTreeMap<(usize, NaiveDate), BTreeMap<String, f64>>,
    source: &Source,
    (place, service): (usize, &str),
    cells: &Cells<'_>,
) {
    let since = source.through.date_naive() - Days::new(NEWEST_DAYS);
    for (day, figure) in cells.days.iter().zip(cells.figures) {
        if *day > since && !figure.is_zero() {
            let services = held.entry((place, *day)).or_default();
            *services.entry(service.to_owned()).or_default() += figure.to_f64();
        }
    }
}

fn held_of(sources: &[Source], held: BTreeMap<(usize, NaiveDate), BTreeMap<String, f64>>) -> Vec<Held> {
    let mut found: BTreeMap<usize, Held> = BTreeMap::new();
    for ((place, day), services) in held {
        let source = &sources[place];
        let of = found.entry(place).or_insert_with(|| Held {
            connection: source.id.clone(),
            published: source.published,
            days: BTreeMap::new(),
        });
        of.days.insert(day, services);
    }
    found.into_values().collect()
}

/// The series, in order, those with the most cost where there are too many.
fn series(
    all: All,
    sources: &[Source],
    completeness: &Completeness,
    span: Span,
) -> (Vec<Series>, Option<String>) {
    let mut whole: HashMap<(usize, String), usize> = HashMap::new();
    let lately = span.end() - Days::new(LATELY);
    let mut made: Vec<Series> = all
        .into_iter()
        .filter(|(_, gathered)| gathered.costs.iter().any(|cost| !cost.is_zero()))
        .map(|((object, measure), gathered)| {
            let known_from =
                gathered.of.iter().map(|(source, _)| sources[*source].known_from).min().unwrap_or(0);
            // A connection that ended long ago says nothing of the newest days.
            let going_on =
                gathered.of.iter().filter(|(source, _)| sources[*source].through.date_naive() >= lately);
            let whole_days = going_on.map(|of| {
                *whole.entry(of.clone()).or_insert_with(|| {
                    let source = &sources[of.0];
                    completeness.whole_days(
                        &source.id,
                        &of.1,
                        span.first_day,
                        span.days,
                        source.published,
                        source.through,
                    )
                })
            });
            let whole = whole_days.min().unwrap_or(span.days);
            let known = gathered.list.iter().any(|figure| !figure.is_zero());
            let list = if known { gathered.list } else { vec![] };
            Series { object, measure, costs: gathered.costs, list, known_from, whole }
        })
        .collect();
    let left_out = made.len().saturating_sub(MOST_SERIES);
    if left_out > 0 {
        made.sort_by_cached_key(|series| {
            std::cmp::Reverse(series.costs.iter().copied().sum::<Decimal>().abs())
        });
        made.truncate(MOST_SERIES);
    }
    made.sort_by(|one, other| (&one.object, one.measure).cmp(&(&other.object, other.measure)));
    let message = (left_out > 0).then(|| {
        format!("the {left_out} series with the least cost were left out: {MOST_SERIES} are looked at")
    });
    (made, message)
}

/// Whether a definition watches something that is found from accounts and services alone.
pub(super) fn is_of_accounts(watches: &[Attribute]) -> bool {
    watches
        .iter()
        .all(|attribute| matches!(attribute, Attribute::Account | Attribute::Service | Attribute::Subset))
}
