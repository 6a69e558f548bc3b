//! What a budget's periods cost, exactly, and what they will cost.

use super::{BudgetPeriod, PeriodState, State, standing};
use crate::read::{self, Ahead, Published, ahead, asks, complete_to};
use crate::{App, AppError, Result};
use chrono::{DateTime, NaiveDate, Utc};
use model::{BillingPeriod, Column, CostQuery, Decimal, Filter, Question, Threshold, TimeView};
use std::collections::{BTreeMap, BTreeSet};

/// Where a period will end. Estimates: doubles, never added to costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// What it cost and will cost together.
    pub total: f64,
    /// Between these it ends with a probability of 80 %; `None` without months to judge by.
    pub interval: Option<(f64, f64)>,
}

/// What is known of what a budget is about.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// First day that was asked for.
    from: NaiveDate,
    days: BTreeMap<NaiveDate, Decimal>,
    /// Months of which there is a bill.
    months: BTreeSet<BillingPeriod>,
    /// Day from which on the data are not complete.
    complete_to: Option<NaiveDate>,
    /// End of the newest hour of usage.
    pub(super) through: Option<DateTime<Utc>>,
    ahead: Option<Ahead>,
}

impl Known {
    /// What some filters keep, in one currency, from a day to another one (exclusive).
    ///
    /// # Errors
    /// What the filters name is not there; there is no bill, or none in that currency; it is not read whole yet.
    pub(super) async fn of(
        app: &App,
        published: &Published,
        question: &Question,
        currency: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Self> {
        let mut filters = published.here(question.filters.clone());
        filters.iter().try_for_each(|filter| published.definitions.check_names(filter))?;
        published.check_connections(&filters)?;
        let values = vec![currency.to_owned()];
        filters.push(Filter { dimension: Column::Currency.into(), exclude: false, values });
        if published.publications.is_empty() {
            return Err(AppError::invalid("there is no bill yet"));
        }
        let bills = about(published, &filters);
        if bills.publications.is_empty() {
            return Err(AppError::invalid(format!("none of the bills that it is about is in {currency}")));
        }
        let asked = bills.resolve(CostQuery {
            view: TimeView::Day,
            from: Some(from),
            to: Some(to),
            filters: filters.clone(),
            ..CostQuery::total(question.metric)
        })?;
        let answer = app.engine().answer(&bills.view, &asked).await?;
        let day = |(bucket, figure): (&String, &Decimal)| Some((bucket.parse().ok()?, *figure));
        let last = to.pred_opt().unwrap_or(to);
        Ok(Self {
            from,
            days: answer.buckets.iter().zip(&answer.totals).filter_map(day).collect(),
            months: bills.publications.iter().map(|one| one.period).collect(),
            complete_to: complete_to(app, &bills, &filters),
            through: read::newest_month(app, &bills).map(|newest| newest.through),
            ahead: ahead(app, &bills, question.metric, &filters, last).await?,
        })
    }

    /// The day after the last complete one: looks that see the same one are looks at the same data.
    pub(super) fn data_day(&self) -> Option<NaiveDate> {
        self.through.map(|through| through.date_naive())
    }

    /// What each day of a period cost.
    pub(super) fn days_of(&self, from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDate, Decimal)> {
        self.days.range(from..to).map(|(day, figure)| (*day, *figure)).collect()
    }

    /// What days cost together; `None`: there is no bill of any of their months.
    fn cost(&self, from: NaiveDate, to: NaiveDate) -> Option<Decimal> {
        let any = months(from, to).any(|month| self.months.contains(&month));
        let sum: Decimal = self.days.range(from..to).map(|(_, figure)| *figure).sum();
        (any && sum != Decimal::BEYOND).then_some(sum)
    }

    /// A period, by its first day, with what a budget has for it.
    pub(super) fn period(
        &self,
        of: BudgetPeriod,
        from: NaiveDate,
        (amount, thresholds): (Option<Decimal>, &[Threshold]),
    ) -> PeriodState {
        let to = of.next(from);
        let mut period = PeriodState {
            from,
            to,
            amount,
            actual: self.cost(from, to),
            complete: self.is_complete(from, to),
            forecast: self.forecast(from, to),
            state: State::Unknown,
        };
        period.state = standing(&period, thresholds);
        period
    }

    /// Whether all of a period is there.
    pub(super) fn is_complete(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.complete_to.is_some_and(|complete| to <= complete)
            && months(from, to).all(|month| self.months.contains(&month))
    }

    /// Where a period will end: its months that are over as they are, the newest one as it is projected, and those after it.
    /// Margins are added up: whoever forecasts one month too low does so with the next.
    fn forecast(&self, from: NaiveDate, to: NaiveDate) -> Option<Forecast> {
        let ahead = self.ahead.as_ref()?;
        // Nothing of it is ahead: late rows may come, but nothing that could be forecast.
        if to <= ahead.known_to || self.is_complete(from, to) {
            return None;
        }
        let (mut total, mut margin) = (0.0, Some(0.0));
        for month in months(from, to) {
            if month < ahead.month {
                if !self.months.contains(&month) {
                    return None;
                }
                total += self.cost(month.first_day(), month.end_day())?.to_f64();
                continue;
            }
            let (cost, interval) = if month == ahead.month {
                (ahead.now.total, ahead.now.interval)
            } else {
                let found = ahead.next.iter().find(|one| one.month == month)?;
                (found.total, found.interval)
            };
            total += cost;
            margin = margin.zip(interval).map(|(margin, (_, high))| margin + (high - cost));
        }
        Some(Forecast { total, interval: margin.map(|margin| (total - margin, total + margin)) })
    }

    /// Exact costs of the complete months, the oldest first.
    pub(super) fn complete_months(&self) -> Vec<Decimal> {
        let asked = self.months.iter().filter(|month| month.first_day() >= self.from);
        let complete = asked.filter(|month| self.is_complete(month.first_day(), month.end_day()));
        complete.filter_map(|month| self.cost(month.first_day(), month.end_day())).collect()
    }
}

/// The calendar months of some days that begin with a month.
fn months(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = BillingPeriod> {
    let first = BillingPeriod::of(from);
    std::iter::successors(first, |month| Some(month.next())).take_while(move |month| month.first_day() < to)
}

/// The bills that some filters may be about: what of others ends earlier or later tells nothing of these.
fn about(published: &Published, filters: &[Filter]) -> Published {
    let mut bills = published.clone();
    let kept: Vec<bool> = bills.publications.iter().map(|one| asks(filters, one)).collect();
    // All three stand in one order.
    let mut at = kept.iter();
    bills.proofs.retain(|_| at.next().copied().unwrap_or(false));
    let mut at = kept.iter();
    bills.view.periods.retain(|_| at.next().copied().unwrap_or(false));
    let mut at = kept.iter();
    bills.publications.retain(|_| at.next().copied().unwrap_or(false));
    let known: BTreeSet<String> = bills.publications.iter().map(|one| one.currency.clone()).collect();
    bills.view.currencies.retain(|currency| known.contains(currency));
    bills
}
