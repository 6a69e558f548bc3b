//! An amount to begin with, from what the last complete periods cost.

use super::figures::Known;
use super::{BudgetPeriod, PeriodState, before, change, present};
use crate::policy::Caller;
use crate::read::Published;
use crate::{App, Result};
use analyses::budgets::Suggestion;
use chrono::{DateTime, Months, NaiveDate, Utc};
use model::{Decimal, Filter, Metric};

/// Months that are looked back at, where there are too few periods.
const MONTHS: u32 = 12;

/// What a budget could begin with.
#[derive(Clone, Debug)]
pub struct Suggested {
    /// Currency.
    pub currency: String,
    /// The amount, with what it was reckoned from; `None`: nothing complete that costs anything is there.
    pub found: Option<Suggestion>,
    /// How it was reckoned, or why there is none.
    pub words: String,
    /// The present period, without an amount.
    pub now: PeriodState,
    /// Periods before it, the newest first.
    pub past: Vec<PeriodState>,
    /// End of the newest hour of usage.
    pub data_through: Option<DateTime<Utc>>,
}

/// Suggests an amount.
///
/// # Errors
/// `Invalid`: what the filters name is not there, there is no bill in that currency, or no such month.
pub async fn suggest(
    app: &App,
    caller: &Caller,
    filters: Vec<Filter>,
    metric: Metric,
    currency: Option<String>,
    period: BudgetPeriod,
    start_month: u32,
) -> Result<Suggested> {
    let published = Published::seen_by(app, caller, None).await?;
    let (question, currency) = change::question(&published, filters, metric, currency)?;
    change::check_start(start_month)?;
    let first = present(app, period, start_month);
    let before = before(period, first);
    let oldest = before.last().copied().unwrap_or(first);
    let months = first.checked_sub_months(Months::new(MONTHS)).unwrap_or(first);
    let known =
        Known::of(app, &published, &question, &currency, oldest.min(months), period.next(first)).await?;
    let period_of = |first: NaiveDate| known.period(period, first, (None, &[]));
    let past = before.into_iter().map(period_of);
    let past: Vec<PeriodState> = past.take_while(|one| one.actual.is_some()).collect();
    let complete: Vec<Decimal> =
        past.iter().rev().filter(|one| one.complete).filter_map(|one| one.actual).collect();
    let found = analyses::budgets::suggest(period, &complete, &known.complete_months());
    Ok(Suggested {
        words: words(found.as_ref(), period),
        currency,
        found,
        now: period_of(first),
        past,
        data_through: known.through,
    })
}

fn words(found: Option<&Suggestion>, period: BudgetPeriod) -> String {
    let Some(found) = found else {
        return format!(
            "No complete {} that costs anything is there yet: choose an amount yourself.",
            period.name()
        );
    };
    let one = if found.by_month { "month" } else { period.name() };
    let of = if found.periods == 1 {
        format!("the last complete {one}")
    } else {
        format!("the last {} complete {one}s", found.periods)
    };
    let times = if found.by_month { format!(", times {}", period.months()) } else { String::new() };
    format!("What 95 % of {of} cost at most{times}, rounded up to three digits.")
}
