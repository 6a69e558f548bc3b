//! What the newest month will cost.

use super::Published;
use super::overview::newest_month;
use crate::{App, AppError, Result};
use analyses::projection::{Backtest, History, MonthAhead, Projection, outlook, project};
use chrono::NaiveDate;
use model::{BillingPeriod, Change, Column, CostQuery, Decimal, Filter, Metric, TimeView};

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
    let newest = newest_month(app, published);
    let first = published.publications.iter().map(|publication| publication.period).min();
    let (Some(newest), Some(first)) = (newest, first) else { return Ok(None) };
    let known_to = newest.through.date_naive();
    let start = first.first_day();
    if known_to <= start {
        return Ok(None);
    }
    let all =
        published.definitions.resolve(CostQuery { filters: filters.to_vec(), ..CostQuery::total(metric) })?;
    let query = CostQuery {
        group_by: vec![Column::Service.into(), Column::ChargeType.into()],
        view: TimeView::Day,
        from: Some(start),
        to: Some(known_to),
        ..all.clone()
    };
    let answer = app.engine().answer(&published.view, &query).await?;
    let days = usize::try_from((known_to - start).num_days()).unwrap_or(0);
    let place = |bucket: &str| {
        let day: NaiveDate = bucket.parse().ok()?;
        usize::try_from((day - start).num_days()).ok().filter(|place| *place < days)
    };
    let places: Vec<Option<usize>> = answer.buckets.iter().map(|bucket| place(bucket)).collect();
    let series = answer.groups.iter().map(|group| {
        let mut series = vec![0.0; days];
        for (place, figure) in places.iter().zip(&group.figures) {
            if let Some(place) = place {
                series[*place] = figure.to_f64();
            }
        }
        series
    });
    let history = History { start, series: series.collect() };
    let month = newest.period;
    let found = project(&history, month);
    Ok(found.map(|found| (Made { month, known_to, currency: answer.currency, found, history }, all)))
}

impl Projected {
    /// Change against the month before in percent; `None` without a cost to compare with.
    pub fn change_percent(&self) -> Option<f64> {
        let total = Decimal::from_f64(self.total).ok()?.0;
        self.previous_cost.and_then(|before| Change::between(Some(before), total, false).percent)
    }
}
