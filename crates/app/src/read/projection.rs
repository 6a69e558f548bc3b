//! What the newest month will cost.

use super::Published;
use super::overview::newest_month;
use crate::{App, AppError, Result};
use analyses::projection::{Backtest, History, MonthAhead, Projection, outlook, project};
use chrono::NaiveDate;
use model::limits::{MOST_CELLS, MOST_FILTER_VALUES};
use model::{
    BillingPeriod, Change, Column, CostAnswer, CostGroup, CostQuery, Decimal, Dimension, Filter, Metric,
    TimeView,
};
use std::collections::BTreeMap;

/// A forecast. Its figures are estimates: doubles, never added to costs.
#[derive(Clone, Debug)]
pub struct Projected {
    /// Currency.
    pub currency: String,
    /// First of the month.
    pub from: NaiveDate,
    /// First of the next.
    pub to: NaiveDate,
    /// Day after the last that was complete, and is known.
    pub known_to: NaiveDate,
    /// Known and forecast together.
    pub total: f64,
    /// Where it ends with a probability of 80 %.
    pub interval: Option<(f64, f64)>,
    /// How the forecast did in the months before.
    pub backtest: Option<Backtest>,
    /// Cost of the month before; `None` when nothing of it is published.
    pub previous_cost: Option<Decimal>,
    /// The months after it, each with its own interval and back-test.
    pub next: Vec<MonthAhead>,
}

/// Series of one value that are reckoned with: its services by charge type.
const SERIES: usize = 100;
/// Months after the newest that are told: a budget is made for a quarter.
const NEXT_MONTHS: usize = 3;

/// The projection of the newest month with data, of the rows that some filters keep.
pub async fn projection(
    app: &App,
    published: &Published,
    metric: Metric,
    filters: &[Filter],
) -> Result<Option<Projected>> {
    let published = &*published.in_one_currency(filters);
    let Some((projected, all)) = projected(app, published, metric, filters).await? else { return Ok(None) };
    let before = projected.month.previous();
    let previous_cost = if published.has_month(before) {
        let span = CostQuery { from: Some(before.first_day()), to: Some(projected.month.first_day()), ..all };
        Some(app.engine().answer(&published.view, &span).await?.total)
    } else {
        None
    };
    // Every month that is over is forecast again: not on the thread that answers others meanwhile.
    let (history, month) = (projected.history, projected.month);
    let next = tokio::task::spawn_blocking(move || outlook(&history, month, NEXT_MONTHS));
    let next = next.await.map_err(|error| AppError::internal(error.to_string()))?;
    Ok(Some(Projected {
        currency: projected.currency,
        from: projected.month.first_day(),
        to: projected.month.end_day(),
        known_to: projected.known_to,
        total: projected.found.total,
        interval: projected.found.interval,
        backtest: projected.found.backtest,
        previous_cost,
        next,
    }))
}

/// The newest month as it is projected, and those after it.
#[derive(Clone, Debug)]
pub(crate) struct Ahead {
    /// The newest month with data.
    pub(crate) month: BillingPeriod,
    /// Its projection.
    pub(crate) now: Projection,
    /// Months after it.
    pub(crate) next: Vec<MonthAhead>,
    /// Day after the last that was complete, and is known.
    pub(crate) known_to: NaiveDate,
}

/// What the newest month and those after it will cost, of the rows that some filters keep: as far as the month that holds
/// a day. `None`: nothing is known.
pub(crate) async fn ahead(
    app: &App,
    published: &Published,
    metric: Metric,
    filters: &[Filter],
    last: NaiveDate,
) -> Result<Option<Ahead>> {
    let Some((made, _)) = projected(app, published, metric, filters).await? else { return Ok(None) };
    let Made { month, known_to, found, history, .. } = made;
    let (mut months, mut after) = (0, month);
    while after.end_day() <= last {
        (months, after) = (months + 1, after.next());
    }
    let next = tokio::task::spawn_blocking(move || outlook(&history, month, months));
    let next = next.await.map_err(|error| AppError::internal(error.to_string()))?;
    Ok(Some(Ahead { month, now: found, next, known_to }))
}

/// The total of that projection alone.
pub(crate) async fn projected_total(
    app: &App,
    published: &Published,
    metric: Metric,
    filters: &[Filter],
) -> Result<Option<f64>> {
    let published = &*published.in_one_currency(filters);
    let projected = projected(app, published, metric, filters).await?;
    Ok(projected.map(|(projected, _)| projected.found.total))
}

/// The total of the projection of each of some values of a dimension, in the one currency of what is published: asked for together, and in
/// parts only where that is too much at once. What cannot be projected is left out.
pub(crate) async fn projected_totals(
    app: &App,
    published: &Published,
    metric: Metric,
    dimension: &Dimension,
    keys: &[Option<String>],
) -> Result<BTreeMap<Option<String>, f64>> {
    let mut totals = BTreeMap::new();
    let Some(known) = Known::of(app, published) else { return Ok(totals) };
    // As many as an answer most likely holds.
    let days = usize::try_from((known.to - known.start).num_days()).unwrap_or(1).max(1);
    let together = (MOST_CELLS / (SERIES * days)).clamp(1, MOST_FILTER_VALUES);
    let mut left: Vec<_> = keys.chunks(together).map(<[_]>::to_vec).collect();
    while let Some(mut keys) = left.pop() {
        if keys.is_empty() {
            continue;
        }
        let values = keys.iter().map(|key| key.clone().unwrap_or_default()).collect();
        let filters = vec![Filter { dimension: dimension.clone(), exclude: false, values }];
        let all = published.resolve(CostQuery { filters, ..CostQuery::total(metric) })?;
        let asked = published.resolve(CostQuery {
            group_by: vec![dimension.clone(), Column::Service.into(), Column::ChargeType.into()],
            ..known.question(&all)
        })?;
        let answer = match app.engine().answer(&published.view, &asked).await {
            Ok(answer) => answer,
            Err(error) if keys.len() > 1 && error.kind() == query::ErrorKind::Invalid => {
                left.push(keys.split_off(keys.len() / 2));
                left.push(keys);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let mut parts: BTreeMap<Option<String>, Vec<&CostGroup>> = BTreeMap::new();
        for group in &answer.groups {
            parts.entry(group.keys.first().cloned().flatten()).or_default().push(group);
        }
        for key in keys {
            let groups = parts.remove(&key).unwrap_or_default();
            if let Some(found) = project(&known.history(&answer, groups.into_iter()), known.month) {
                totals.insert(key, found.total);
            }
        }
    }
    Ok(totals)
}

/// What a month is projected from: all days that are known.
struct Known {
    month: BillingPeriod,
    start: NaiveDate,
    /// Day after the last of them.
    to: NaiveDate,
}

impl Known {
    fn of(app: &App, published: &Published) -> Option<Self> {
        let newest = newest_month(app, published)?;
        let first = published.publications.iter().map(|publication| publication.period).min()?;
        let (start, to) = (first.first_day(), newest.through.date_naive());
        (to > start).then_some(Self { month: newest.period, start, to })
    }

    /// What is asked of its days: each series that is projected for itself.
    fn question(&self, all: &CostQuery) -> CostQuery {
        CostQuery {
            group_by: vec![Column::Service.into(), Column::ChargeType.into()],
            view: TimeView::Day,
            from: Some(self.start),
            to: Some(self.to),
            ..all.clone()
        }
    }

    fn history<'a>(&self, answer: &CostAnswer, groups: impl Iterator<Item = &'a CostGroup>) -> History {
        let days = usize::try_from((self.to - self.start).num_days()).unwrap_or(0);
        let place = |bucket: &String| {
            let day: NaiveDate = bucket.parse().ok()?;
            usize::try_from((day - self.start).num_days()).ok().filter(|place| *place < days)
        };
        let places: Vec<Option<usize>> = answer.buckets.iter().map(place).collect();
        let series = groups.map(|group| {
            let mut series = vec![0.0; days];
            for (place, figure) in places.iter().zip(&group.figures) {
                if let Some(place) = place {
                    series[*place] = figure.to_f64();
                }
            }
            series
        });
        History { start: self.start, series: series.collect() }
    }
}

struct Made {
    month: BillingPeriod,
    known_to: NaiveDate,
    currency: String,
    found: Projection,
    history: History,
}

/// The projection, and the question for all of its rows.
async fn projected(
    app: &App,
    published: &Published,
    metric: Metric,
    filters: &[Filter],
) -> Result<Option<(Made, CostQuery)>> {
    let Some(known) = Known::of(app, published) else { return Ok(None) };
    let all = published.resolve(CostQuery { filters: filters.to_vec(), ..CostQuery::total(metric) })?;
    let answer = app.engine().answer(&published.view, &known.question(&all)).await?;
    let history = known.history(&answer, answer.groups.iter());
    let Known { month, to: known_to, .. } = known;
    let found = project(&history, month);
    let currency = answer.currency.clone();
    Ok(found.map(|found| (Made { month, known_to, currency, found, history }, all)))
}

impl Projected {
    /// Change against the month before in percent; `None` without a cost to compare with.
    pub fn change_percent(&self) -> Option<f64> {
        let total = Decimal::from_f64(self.total).ok()?.0;
        self.previous_cost.and_then(|before| Change::between(Some(before), total, false).percent)
    }
}
