//! How the forecast did in months that are over, beside the run-rate: what was spent so far, spread over the month.

use super::{History, forecast};
use chrono::Days;
use model::BillingPeriod;

/// Days of a month after which the forecast is tried.
pub(super) const AFTER_DAYS: [u64; 3] = [7, 14, 21];
/// Whole months before a month that is tried.
const LEAST_HISTORY: usize = 2;
/// Part of the trials that the interval holds.
const PROBABILITY: f64 = 0.8;

/// Mean absolute percentage errors of a month's total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backtest {
    /// Months that were tried, each after 7, 14 and 21 days.
    pub months: usize,
    /// Of the forecast.
    pub error_percent: f64,
    /// Of the run-rate.
    pub run_rate_error_percent: f64,
}

pub(super) struct Found {
    pub(super) shown: Backtest,
    /// What 80 % of the forecasts of the rest of a month were off by at most, as part of the rest.
    pub(super) error_of_rest: f64,
}

/// Tries every month that is over; `None` when there is none.
pub(super) fn run(history: &History, month: BillingPeriod) -> Option<Found> {
    let over = history.months_before(month);
    let tried: Vec<BillingPeriod> = over
        .into_iter()
        .skip(LEAST_HISTORY)
        .filter(|month| {
            let days = (month.end_day() - month.first_day()).num_days();
            usize::try_from(days).is_ok_and(|days| history.span(*month).len() == days)
        })
        .collect();
    let (mut errors, mut run_rate_errors, mut of_rest) = (vec![], vec![], vec![]);
    for month in &tried {
        let span = history.span(*month);
        let actual: f64 = history.series.iter().map(|series| series[span.clone()].iter().sum::<f64>()).sum();
        for days in AFTER_DAYS {
            let known = history.known_before(month.first_day() + Days::new(days));
            let Some(made) = forecast(known, *month) else { continue };
            let run_rate = made.known / days as f64 * span.len() as f64;
            if actual.abs() > f64::EPSILON && made.rest.abs() > f64::EPSILON {
                errors.push(((made.known + made.rest - actual) / actual).abs());
                run_rate_errors.push(((run_rate - actual) / actual).abs());
                of_rest.push(((actual - made.known - made.rest) / made.rest).abs());
            }
        }
    }
    let mean = |errors: &[f64]| 100.0 * errors.iter().sum::<f64>() / errors.len() as f64;
    of_rest.sort_by(f64::total_cmp);
    let error_of_rest = *of_rest.get(nearest_rank(of_rest.len()))?;
    Some(Found {
        shown: Backtest {
            months: tried.len(),
            error_percent: mean(&errors),
            run_rate_error_percent: mean(&run_rate_errors),
        },
        error_of_rest,
    })
}

/// Place of the 80 % quantile among sorted figures.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within a short list")]
pub(super) fn nearest_rank(length: usize) -> usize {
    ((PROBABILITY * length as f64).ceil() as usize).saturating_sub(1)
}
