//! Month to date: the newest month's cost until the newest hour, against the same span of the month before.

use super::compared::{ComparedCosts, compared_total};
use super::overview::{NewestMonth, newest_month};
use super::{Published, filter_on};
use crate::{App, Result};
use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};
use model::{ChargeType, Column, CostQuery, DaySpan, Decimal, Filter, Metric, TimeView};

/// Cost of the newest month so far.
#[derive(Clone, Debug)]
pub struct MonthToDate {
    /// Currency.
    pub currency: String,
    /// First of the month.
    pub from: NaiveDate,
    /// Day after the newest day of usage.
    pub to: NaiveDate,
    /// End of the newest hour of data.
    pub through: DateTime<Utc>,
    /// Cost so far.
    pub cost: Decimal,
    /// First of the month before.
    pub previous_from: NaiveDate,
    /// End of its same span: as many days, and as many hours of the last one, at most the whole month.
    pub previous_to: DateTime<Utc>,
    /// Its cost; `None` when nothing of that month is published.
    pub previous_cost: Option<Decimal>,
    /// The change, over the days that are complete: the same that a table of this month shows. `None` before there are any.
    pub compared: Option<ComparedCosts>,
}

/// Month to date of the newest month with data, of the rows that some filters keep.
pub async fn month_to_date(
    app: &App,
    published: &Published,
    metric: Metric,
    filters: &[Filter],
) -> Result<Option<MonthToDate>> {
    let published = &*published.in_one_currency(filters);
    let Some(NewestMonth { period, through, to }) = newest_month(app, published) else { return Ok(None) };
    let (from, before) = (period.first_day(), period.previous());
    let whole_days = (through.date_naive() - from).num_days().unsigned_abs();
    let hours = through.hour();
    let all = published.resolve(CostQuery { filters: filters.to_vec(), ..CostQuery::total(metric) })?;
    let span = |from: NaiveDate, to: NaiveDate| CostQuery { from: Some(from), to: Some(to), ..all.clone() };
    let (currency, cost) = until(app, published, &all, (from, period.end_day()), (whole_days, hours)).await?;

    let end_of_before = before.end_day();
    let last_day = (before.first_day() + Days::new(whole_days)).min(end_of_before);
    let part = last_day < end_of_before && hours > 0;
    let mut previous = None;
    if published.has_month(before) {
        let days = app.engine().answer(&published.view, &span(before.first_day(), last_day)).await?;
        let rest =
            if part { part_of_day(app, published, &all, last_day, hours).await? } else { Decimal::ZERO };
        previous = Some(days.total + rest);
    }
    let compared = compared_total(app, published, &all, DaySpan { from, to }).await?;
    let previous_to = last_day.and_hms_opt(if part { hours } else { 0 }, 0, 0).unwrap_or_default().and_utc();
    Ok(Some(MonthToDate {
        currency,
        from,
        to,
        through,
        cost,
        previous_from: before.first_day(),
        previous_to,
        previous_cost: previous,
        compared,
    }))
}

/// Cost from the first of a month through so many whole days and hours of the next, with what stands on the bill already
/// though it is dated later, a credit, a refund, tax; without the recurring fees of hours to come.
async fn until(
    app: &App,
    published: &Published,
    all: &CostQuery,
    (from, end): (NaiveDate, NaiveDate),
    (whole_days, hours): (u64, u32),
) -> Result<(String, Decimal)> {
    let day = (from + Days::new(whole_days)).min(end);
    let recurring = |exclude| {
        let values = ChargeType::words(ChargeType::is_recurring);
        let mut query = all.clone();
        query.filters.push(filter_on(Column::ChargeType, exclude, &values));
        query
    };
    let mut found = (String::new(), Decimal::ZERO);
    for (query, from, to) in [(all.clone(), from, day), (recurring(true), day, end)] {
        if from < to {
            let query = CostQuery { from: Some(from), to: Some(to), ..query };
            let answer = app.engine().answer(&published.view, &query).await?;
            found = (answer.currency.clone(), found.1 + answer.total);
        }
    }
    if day < end && hours > 0 {
        found.1 += part_of_day(app, published, &recurring(false), day, hours).await?;
    }
    Ok(found)
}

/// Cost of the first hours of a day. Hours need line items; until they are there the whole day stands in.
async fn part_of_day(
    app: &App,
    published: &Published,
    all: &CostQuery,
    day: NaiveDate,
    hours: u32,
) -> Result<Decimal> {
    let query = CostQuery { from: Some(day), to: Some(day + Days::new(1)), ..all.clone() };
    let by_hour = CostQuery { view: TimeView::Hour, ..query.clone() };
    match app.engine().answer(&published.view, &by_hour).await {
        Ok(answer) => {
            let end = format!("{day}T{hours:02}:00");
            let hours = answer.buckets.iter().zip(&answer.totals).filter(|(bucket, _)| **bucket < end);
            Ok(hours.map(|(_, figure)| *figure).sum())
        }
        Err(error) if error.kind() == query::ErrorKind::NotReady => {
            Ok(app.engine().answer(&published.view, &query).await?.total)
        }
        Err(error) => Err(error.into()),
    }
}
