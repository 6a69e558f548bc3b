//! What the month will cost: what is known of it, and a forecast of the rest.
//!
//! Costs come as series (one of each service and charge type, say). A series that lands on a few days of the month
//! (support, subscriptions, fees, tax) is expected as it came in the months before: what fell on the days that are
//! still ahead. All others are summed to one daily series, whose forecast has a level, a damped trend and a factor of
//! the weekday. The same forecast, made for months that are over from what was known at three days of them, gives
//! the error that is shown beside it, and the interval.

mod backtest;
mod daily;
mod outlook;

pub use backtest::Backtest;
pub use outlook::{MonthAhead, outlook};

use chrono::{Datelike, Days, NaiveDate};
use model::BillingPeriod;

/// Days of a month on which a charge that comes once a month may land.
const FEW_DAYS: usize = 3;
/// Months before, whose charges that come once a month are taken as the measure.
const MONTHS_BEFORE: usize = 3;

/// Costs by day.
#[derive(Clone, Debug)]
pub struct History {
    /// First day, a first of a month.
    pub start: NaiveDate,
    /// Of each series one figure a day; all of equal length, up to the last complete day.
    pub series: Vec<Vec<f64>>,
}

/// What a month will cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// Known and forecast together.
    pub total: f64,
    /// Between these it ends with a probability of 80 %; `None` without months to judge by.
    pub interval: Option<(f64, f64)>,
    /// How this forecast did in the months before.
    pub backtest: Option<Backtest>,
}

impl History {
    fn days(&self) -> usize {
        self.series.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// The history as it is known.
    fn known(&self) -> Known<'_> {
        Known { history: self, days: self.days() }
    }

    /// The history as it was known before a day.
    fn known_before(&self, day: NaiveDate) -> Known<'_> {
        Known { history: self, days: self.at(day).unwrap_or(0).min(self.days()) }
    }

    /// Days from the start to a day; `None` before it.
    fn at(&self, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - self.start).num_days()).ok()
    }

    /// Days before the first that costs anything; none where nothing does.
    fn began(&self) -> usize {
        let first = |series: &Vec<f64>| series.iter().position(|cost| *cost != 0.0);
        self.series.iter().filter_map(first).min().unwrap_or(0)
    }

    /// The first whole month of the history and those after it up to (without) `end`. A month within which costs begin is
    /// none: of its few days nothing can be told.
    fn months_before(&self, end: BillingPeriod) -> Vec<BillingPeriod> {
        let Some(mut month) = BillingPeriod::of(self.start) else { return vec![] };
        let began = self.began();
        while self.at(month.first_day()).is_some_and(|first| first < began) {
            month = month.next();
        }
        let mut months = vec![];
        while month < end {
            months.push(month);
            month = month.next();
        }
        months
    }

    /// The days of a month that are known, as places in each series.
    fn span(&self, month: BillingPeriod) -> std::ops::Range<usize> {
        self.known().span(month)
    }
}

/// The first days of a history: what was known at some time.
#[derive(Clone, Copy)]
struct Known<'a> {
    history: &'a History,
    days: usize,
}

impl<'a> Known<'a> {
    fn series(self) -> impl Iterator<Item = &'a [f64]> {
        self.history.series.iter().map(move |series| &series[..self.days])
    }

    /// The days of a month that were known, as places in each series.
    fn span(self, month: BillingPeriod) -> std::ops::Range<usize> {
        let place = |day| self.history.at(day).unwrap_or(0).min(self.days);
        place(month.first_day())..place(month.end_day())
    }
}

/// The month's projection from what is known; `None` when nothing is.
pub fn project(history: &History, month: BillingPeriod) -> Option<Projection> {
    let forecast = forecast(history.known(), month)?;
    let backtest = backtest::run(history, month);
    let interval = backtest.as_ref().map(|found| {
        let margin = found.error_of_rest * forecast.rest.abs();
        (forecast.known + forecast.rest - margin, forecast.known + forecast.rest + margin)
    });
    Some(Projection {
        total: forecast.known + forecast.rest,
        interval,
        backtest: backtest.map(|found| found.shown),
    })
}

/// A month's cost in two parts.
struct Forecast {
    known: f64,
    rest: f64,
}

fn forecast(known_days: Known<'_>, month: BillingPeriod) -> Option<Forecast> {
    let (history, days) = (known_days.history, known_days.days);
    if days == 0 {
        return None;
    }
    let before = history.months_before(month);
    let measure: Vec<_> =
        before.iter().rev().take(MONTHS_BEFORE).map(|month| known_days.span(*month)).collect();
    let now = known_days.span(month);
    let elapsed = now.len();
    let (mut known, mut rest) = (0.0, 0.0);
    let mut daily = vec![0.0; days];
    for series in known_days.series() {
        known += series[now.clone()].iter().sum::<f64>();
        if comes_once_a_month(series, &measure, &now) {
            rest += monthly(series, &measure, elapsed);
        } else {
            for (sum, figure) in daily.iter_mut().zip(series) {
                *sum += figure;
            }
        }
    }
    let next = history.start + Days::new(days as u64);
    let last = month.end_day();
    let length = usize::try_from((last - next).num_days()).unwrap_or(0);
    let weekday = history.start.weekday().num_days_from_monday() as usize;
    let began = history.began().min(days);
    rest += daily::forecast(&daily[began..], weekday + began, length).iter().sum::<f64>();
    Some(Forecast { known, rest })
}

/// What a charge that comes once a month is expected to be after so many days of one: as it came in some months.
fn monthly(series: &[f64], measure: &[std::ops::Range<usize>], elapsed: usize) -> f64 {
    let ahead = measure.iter().map(|span| series[span.clone()].iter().skip(elapsed).sum::<f64>());
    ahead.sum::<f64>() / measure.len().max(1) as f64
}

/// Whether a series lands on few days of a month: in the months before, else in this one once it can be told.
fn comes_once_a_month(
    series: &[f64],
    before: &[std::ops::Range<usize>],
    now: &std::ops::Range<usize>,
) -> bool {
    let days_in =
        |span: &std::ops::Range<usize>| series[span.clone()].iter().filter(|cost| **cost != 0.0).count();
    let mut counts: Vec<usize> = before.iter().map(days_in).filter(|days| *days > 0).collect();
    counts.sort_unstable();
    match counts.get(counts.len() / 2) {
        Some(median) => *median <= FEW_DAYS,
        None => now.len() > FEW_DAYS + 1 && days_in(now) <= FEW_DAYS,
    }
}

#[cfg(test)]
mod tests;
