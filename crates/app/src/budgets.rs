//! Budgets: an amount for a month, a quarter or a year of what some filters keep, beside what it cost and will cost.
//!
//! A budget is of the organization: editors make it, and whoever sees the bills sees it. Who sees the accounts of chosen
//! subsets sees those that are about accounts or subsets of theirs alone. Amounts are kept from when on they hold, so
//! that periods that are over keep theirs. When a budget tells is a pure rule (`analyses::budgets`); it is asked after
//! each publication and each change ([`look_at`]). The decision is ADR 27.

mod change;
mod figures;
mod looking;
mod suggesting;
mod telling;

pub use analyses::budgets::Suggestion;
pub use change::{NewAmount, NewBudget, create, remove, set};
pub use figures::Forecast;
pub(crate) use looking::look_at;
pub use meta::{Budget, BudgetAmount};
pub use suggesting::{Suggested, suggest};

use self::figures::Known;
use crate::allocation::is_subset_id;
use crate::policy::Caller;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use analyses::budgets::{Look, Memory, passed, passed_on};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use model::{Basis, BudgetPeriod, Column, Decimal, Dimension, Filter, OrganizationId, Threshold};
use std::collections::BTreeMap;

/// How a period stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// What it cost is not known, or there was no amount.
    Unknown,
    /// Below its amount so far; where it will end is not known.
    NoForecast,
    /// Below every threshold.
    Within,
    /// A threshold below the amount is passed.
    Warned,
    /// It will end beyond its amount.
    AtRisk,
    /// It has come to its amount.
    Beyond,
}

impl State {
    /// Name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NoForecast => "no_forecast",
            Self::Within => "within",
            Self::Warned => "warned",
            Self::AtRisk => "at_risk",
            Self::Beyond => "beyond",
        }
    }
}

/// A period of a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodState {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// The amount that it has or had; `None`: the budget was made later.
    pub amount: Option<Decimal>,
    /// What it cost so far, exactly; `None`: no bill of it is there.
    pub actual: Option<Decimal>,
    /// Whether all of its days are there.
    pub complete: bool,
    /// Where it will end; `None`: it is over, or that cannot be told.
    pub forecast: Option<Forecast>,
    /// How it stands.
    pub state: State,
}

impl PeriodState {
    /// What it cost, in percent of its amount.
    pub fn percent(&self) -> Option<f64> {
        Some(100.0 * self.actual?.to_f64() / self.amount?.to_f64())
    }

    /// What it will have cost, in percent of its amount.
    pub fn forecast_percent(&self) -> Option<f64> {
        Some(100.0 * self.forecast?.total / self.amount?.to_f64())
    }

    fn look(&self, data_day: Option<NaiveDate>) -> Option<Look> {
        let forecast = self.forecast.map(|forecast| forecast.total);
        Some(Look { amount: self.amount?, actual: self.actual, forecast, data_day })
    }
}

/// A threshold in the present period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdState {
    /// The threshold.
    pub threshold: Threshold,
    /// Whether it is passed now; `None`: that is not known.
    pub passed: Option<bool>,
    /// Of what it cost: the day on which its sum came to it.
    pub passed_on: Option<NaiveDate>,
    /// Data day on which it was told.
    pub told: Option<NaiveDate>,
    /// Whether it was told, and told again that it is below.
    pub taken_back: bool,
}

/// A budget as it stands.
#[derive(Clone, Debug)]
pub struct BudgetState {
    /// The budget.
    pub budget: Budget,
    /// Its filters as they are shown: subsets by name.
    pub filters: Vec<Filter>,
    /// The present period.
    pub now: PeriodState,
    /// Its thresholds.
    pub thresholds: Vec<ThresholdState>,
    /// Periods before it, the newest first, as far as there are bills.
    pub past: Vec<PeriodState>,
    /// Why nothing can be told, in words.
    pub problem: Option<String>,
    /// End of the newest hour of usage.
    pub data_through: Option<DateTime<Utc>>,
    /// Day after the last complete day of data.
    data_day: Option<NaiveDate>,
    /// What each day of the present period cost.
    days: Vec<(NaiveDate, Decimal)>,
    /// What is remembered of its periods, by their first day.
    memories: BTreeMap<NaiveDate, Memory>,
}

/// Names what may be changed of a budget, as it is: see [`crate::edits`].
pub fn version(budget: &Budget) -> String {
    let Budget { name, question, currency, period, start_month, amounts, thresholds, .. } = budget;
    crate::edits::version(&(name, question, currency, period, start_month, amounts, thresholds))
}

/// Periods before the present one that are shown.
const fn shown_before(period: BudgetPeriod) -> usize {
    match period {
        BudgetPeriod::Month => 12,
        BudgetPeriod::Quarter => 8,
        BudgetPeriod::Year => 3,
    }
}

/// First days of the periods before one that are shown, the newest first.
fn before(period: BudgetPeriod, first: NaiveDate) -> Vec<NaiveDate> {
    let before = |first: &NaiveDate| Some(period.previous(*first));
    std::iter::successors(Some(first), before).skip(1).take(shown_before(period)).collect()
}

/// The amount of the period that begins on a day.
fn amount_of(budget: &Budget, first: NaiveDate) -> Option<Decimal> {
    budget.amounts.iter().rfind(|one| one.from.date() <= first).map(|one| one.amount)
}

/// First day of the present period.
fn present(app: &App, period: BudgetPeriod, start_month: u32) -> NaiveDate {
    period.first(app.now().date_naive(), start_month)
}

/// The budgets of the caller's organization that they may see, by name, as they stand.
pub async fn budgets(app: &App, caller: &Caller) -> Result<Vec<BudgetState>> {
    let published = Published::seen_by(app, caller, None).await?;
    let mut all = vec![];
    for budget in app.meta().budgets(&caller.organization()?.id).await? {
        if may_see(&published, &budget) {
            all.push(state(app, &published, budget).await?);
        }
    }
    Ok(all)
}

/// One of them.
///
/// # Errors
/// `NotFound`: there is none, or the caller may not see it.
pub async fn budget(app: &App, caller: &Caller, id: &str) -> Result<BudgetState> {
    let published = Published::seen_by(app, caller, None).await?;
    let budget = own(app, &caller.organization()?.id, id).await?;
    if !may_see(&published, &budget) {
        return Err(missing());
    }
    state(app, &published, budget).await
}

async fn own(app: &App, organization: &OrganizationId, id: &str) -> Result<Budget> {
    let all = app.meta().budgets(organization).await?;
    all.into_iter().find(|one| one.id.as_str() == id).ok_or_else(missing)
}

fn missing() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such budget")
        .advise("Somebody may have deleted it: load the list again.")
}

/// Whether all of what a budget is about may be seen, and what its filters name: then its figures are the same for whoever
/// sees a part of the bills.
fn may_see(published: &Published, budget: &Budget) -> bool {
    let Some(part) = published.part() else { return true };
    let own = |filter: &Filter| {
        let account = filter.dimension.is(Column::AccountId);
        let subset = is_subset_id(&filter.dimension);
        let is_own = |value: &String| {
            (account && published.view.scope.sees(value))
                || (subset && part.subsets.iter().any(|(id, _)| id == value))
        };
        !filter.exclude && !filter.values.is_empty() && filter.values.iter().all(is_own)
    };
    // Connections, and what the organization defines, are not theirs to know of.
    let plain = |filter: &Filter| match &filter.dimension {
        Dimension::Mapped(_) | Dimension::Column(Column::AccountId) => own(filter),
        dimension => !dimension.is_of_bill(),
    };
    let filters = &budget.question.filters;
    filters.iter().any(own) && filters.iter().all(plain)
}

/// A budget as it stands for what is published, or the part of it that somebody sees.
async fn state(app: &App, published: &Published, budget: Budget) -> Result<BudgetState> {
    let Budget { period, start_month, .. } = budget;
    let first = present(app, period, start_month);
    let before = before(period, first);
    let oldest = before.last().copied().unwrap_or(first);
    let known =
        Known::of(app, published, &budget.question, &budget.currency, oldest, period.next(first)).await;
    let (known, problem) = match known {
        Ok(known) => (known, None),
        // What its filters name is gone, there is no bill, or it is not read whole: said, and nothing else is.
        Err(error)
            if matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::NotReady) =>
        {
            (Known::default(), Some(error.message))
        }
        // What passes is nothing about the budget: whoever looks tries again.
        Err(error) => return Err(error),
    };
    let period_of =
        |first: NaiveDate| known.period(period, first, (amount_of(&budget, first), &budget.thresholds));
    let now = period_of(first);
    let past = before.into_iter().map(period_of);
    let past: Vec<PeriodState> = past.take_while(|period| period.actual.is_some()).collect();
    let days = known.days_of(now.from, now.to);
    let data_day = known.data_day();
    let memories = memories(app, &budget).await?;
    let memory = memories.get(&first);
    let thresholds = budget.thresholds.iter().map(|threshold| {
        let told = memory.and_then(|memory| memory.thresholds.iter().find(|one| one.threshold == *threshold));
        let amount = now.amount.filter(|_| threshold.basis == Basis::Actual);
        ThresholdState {
            threshold: *threshold,
            passed: now.look(data_day).and_then(|look| passed(*threshold, &look)),
            passed_on: amount.and_then(|amount| passed_on(&days, amount, threshold.percent)),
            // The newest day of the whole bill is not for those who see a part.
            told: told.and_then(|one| one.told).filter(|_| published.part().is_none()),
            taken_back: told.is_some_and(|one| one.taken_back),
        }
    });
    Ok(BudgetState {
        filters: budget.question.filters.iter().map(|it| published.definitions.filter_by_name(it)).collect(),
        thresholds: thresholds.collect(),
        now,
        past,
        problem,
        data_through: known.through,
        data_day,
        days,
        memories,
        budget,
    })
}

/// What is remembered of a budget's periods, by their first day.
async fn memories(app: &App, budget: &Budget) -> Result<BTreeMap<NaiveDate, Memory>> {
    let kept = app.meta().budget_memories(&budget.id).await?;
    let read = |(first, memory): (model::Day, serde_json::Value)| match serde_json::from_value(memory) {
        Ok(memory) => Ok((first.date(), memory)),
        Err(error) => Err(AppError::internal(format!("what a budget remembers cannot be read: {error}"))),
    };
    kept.into_iter().map(read).collect()
}

/// How a period stands.
fn standing(period: &PeriodState, thresholds: &[Threshold]) -> State {
    let (Some(look), Some(_)) = (period.look(None), period.actual) else { return State::Unknown };
    let is_passed = |basis, percent| passed(Threshold { basis, percent }, &look) == Some(true);
    if is_passed(Basis::Actual, 100) {
        State::Beyond
    } else if is_passed(Basis::Forecast, 100) {
        State::AtRisk
    } else if thresholds.iter().any(|one| is_passed(one.basis, one.percent)) {
        State::Warned
    } else if period.forecast.is_none() && !period.complete {
        State::NoForecast
    } else {
        State::Within
    }
}

/// Whether a day begins a period of a budget.
fn begins(period: BudgetPeriod, start_month: u32, day: NaiveDate) -> bool {
    day.day() == 1 && period.first(day, start_month) == day
}
