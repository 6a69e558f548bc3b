//! The months after the one that is under way: what to budget for them.
//!
//! The same parts as the projection of the month: charges that come once a month as they came in the whole months
//! before, all others by what a day costs lately and a damped change of that. Each month ahead is judged by itself: the same
//! forecast is made for months that are over, from what was known at three days of the month so many before.

use super::backtest::{AFTER_DAYS, nearest_rank};
use super::{History, Known, MONTHS_BEFORE, comes_once_a_month, monthly};
use chrono::{Days, Months, NaiveDate};
use model::BillingPeriod;
use std::collections::BTreeSet;

/// Months ahead that can be asked for: beyond, the trend of some weeks says nothing.
const MOST_MONTHS: usize = 12;
/// Whole months that have to be known before a forecast is tried.
const LEAST_HISTORY: usize = 2;

/// What a month that has not begun will cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthAhead {
    /// The month.
    pub month: BillingPeriod,
    /// The forecast.
    pub total: f64,
    /// Between these it ends with a probability of 80 %; `None` without months to judge by.
    pub interval: Option<(f64, f64)>,
    /// Mean absolute percentage error of such forecasts, so many months ahead, in months that are over.
    pub error_percent: Option<f64>,
    /// Months that were tried for it.
    pub tried: usize,
}

/// The months after `now`, at most a dozen; none where nothing is known.
pub fn outlook(history: &History, now: BillingPeriod, months: usize) -> Vec<MonthAhead> {
    let made = forecasts(history.known(), now, months.min(MOST_MONTHS));
    let judged = judge(history, now, made.len());
    let mut after = now;
    made.into_iter()
        .zip(judged)
        .map(|(total, judged)| {
            after = after.next();
            let interval = judged.as_ref().map(|judged| {
                let margin = judged.error_of_month * total.abs();
                (total - margin, total + margin)
            });
            MonthAhead {
                month: after,
                total,
                interval,
                error_percent: judged.as_ref().map(|judged| judged.error_percent),
                tried: judged.map_or(0, |judged| judged.tried),
            }
        })
        .collect()
}

/// Totals of the months after `now`, as far as that is known.
fn forecasts(known: Known<'_>, now: BillingPeriod, months: usize) -> Vec<f64> {
    let (history, days) = (known.history, known.days);
    if days == 0 || months == 0 {
        return vec![];
    }
    let whole = |month: &BillingPeriod| known.span(*month).len() == days_of(*month);
    let over: Vec<BillingPeriod> = history.months_before(now.next()).into_iter().filter(whole).collect();
    let measure: Vec<_> = over.iter().rev().take(MONTHS_BEFORE).map(|month| known.span(*month)).collect();
    let current = known.span(now);
    // Without a whole month, what has come once by now is expected once in each.
    let first = [current.clone()];
    let expected: &[_] = if measure.is_empty() { &first } else { &measure };
    let mut once = 0.0;
    let mut daily_costs = vec![0.0; days];
    for series in known.series() {
        if comes_once_a_month(series, &measure, &current) {
            once += monthly(series, expected, 0);
        } else {
            for (sum, figure) in daily_costs.iter_mut().zip(series) {
                *sum += figure;
            }
        }
    }
    let began = history.began().min(days);
    let last_day = history.start + Days::new(days as u64 - 1);
    let level = Level::of(&daily_costs[began..], last_day);
    let mut totals = Vec::with_capacity(months);
    let mut month = now;
    for ahead in 1..=months {
        month = month.next();
        totals.push(once + level.after(ahead) * days_of(month) as f64);
    }
    totals
}

/// Days of whole weeks that are no longer than a month.
const FOUR_WEEKS: usize = 28;
/// How much of a change from one level to the next is believed to go on each month.
const DAMPING: f64 = 0.8;
/// A change beyond this part of the level is an event, and no trend.
const MOST_CHANGE: f64 = 0.1;

/// What a day costs lately, and how that changes by the month. Over months, the slope of some weeks would run away with
/// the forecast.
struct Level {
    day: f64,
    change: f64,
}

impl Level {
    /// Of days that end with a day.
    fn of(series: &[f64], last_day: NaiveDate) -> Self {
        let back = |months: u32| {
            let day = last_day.checked_sub_months(Months::new(months)).unwrap_or(last_day);
            usize::try_from((last_day - day).num_days()).unwrap_or(0)
        };
        let (month, two) = (back(1), back(2));
        let day = day_cost(series, month);
        let change = if series.len() < two {
            0.0
        } else {
            let most = MOST_CHANGE * day.abs();
            (day - day_cost(&series[..series.len() - month], two - month)).clamp(-most, most)
        };
        Self { day, change }
    }

    /// The same so many months later.
    fn after(&self, months: usize) -> f64 {
        let mut part = 1.0;
        let mut day = self.day;
        for _ in 0..months {
            part *= DAMPING;
            day += self.change * part;
        }
        day
    }
}

/// What a day costs at the end of a series: over whole weeks. A day of the month that they leave out counts where it
/// costs more than twice as much or less than nothing: it comes once in each.
fn day_cost(series: &[f64], month: usize) -> f64 {
    let weeks = (series.len() / 7 * 7).min(FOUR_WEEKS);
    let (before, recent) = series.split_at(series.len() - if weeks == 0 { series.len() } else { weeks });
    let mean = recent.iter().sum::<f64>() / recent.len().max(1) as f64;
    let left_out = before.iter().rev().take(month.saturating_sub(recent.len()));
    let beyond = left_out.map(|cost| cost - mean).filter(|beyond| beyond.abs() > mean.abs());
    mean + beyond.sum::<f64>() / month.max(1) as f64
}

struct Judged {
    error_percent: f64,
    /// What 80 % of the forecasts were off by at most, as part of the forecast.
    error_of_month: f64,
    tried: usize,
}

/// How forecasts of each number of months ahead did in months that are over; `None` where there is none. From each day
/// that is tried, all months are forecast at once.
fn judge(history: &History, now: BillingPeriod, months: usize) -> Vec<Option<Judged>> {
    let over = history.months_before(now.next());
    let actual = |month: &BillingPeriod| {
        let span = history.span(*month);
        let whole = span.len() == days_of(*month);
        whole.then(|| history.series.iter().map(|series| series[span.clone()].iter().sum::<f64>()).sum())
    };
    let actuals: Vec<Option<f64>> = over.iter().map(actual).collect();
    let mut trials: Vec<Trials> = (0..months).map(|_| Trials::default()).collect();
    for (place, origin) in over.iter().enumerate().skip(LEAST_HISTORY) {
        let ahead = actuals.len().saturating_sub(place + 1).min(months);
        for days in AFTER_DAYS {
            let known = history.known_before(origin.first_day() + Days::new(days));
            let made = forecasts(known, *origin, ahead);
            for ((made, actual), trials) in made.into_iter().zip(&actuals[place + 1..]).zip(&mut trials) {
                if let Some(actual) = *actual
                    && actual.abs() > f64::EPSILON
                    && made.abs() > f64::EPSILON
                {
                    trials.errors.push(((made - actual) / actual).abs());
                    trials.of_month.push(((actual - made) / made).abs());
                    trials.origins.insert(place);
                }
            }
        }
    }
    trials.into_iter().map(Trials::judged).collect()
}

/// What came of the forecasts so many months ahead.
#[derive(Default)]
struct Trials {
    errors: Vec<f64>,
    of_month: Vec<f64>,
    origins: BTreeSet<usize>,
}

impl Trials {
    fn judged(mut self) -> Option<Judged> {
        self.of_month.sort_by(f64::total_cmp);
        let error_of_month = *self.of_month.get(nearest_rank(self.of_month.len()))?;
        let error_percent = 100.0 * self.errors.iter().sum::<f64>() / self.errors.len() as f64;
        Some(Judged { error_percent, error_of_month, tried: self.origins.len() })
    }
}

fn days_of(month: BillingPeriod) -> usize {
    usize::try_from((month.end_day() - month.first_day()).num_days()).unwrap_or(0)
}
