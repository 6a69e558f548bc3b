//! Making, changing and removing budgets. Every change takes its audit entry along, and a look at what it tells.

use super::{BudgetState, begins, own, present, state, version};
use crate::identity::{entry, name_of, random_id};
use crate::jobs;
use crate::limits::{BUDGET_AMOUNTS, BUDGET_THRESHOLDS, BUDGETS};
use crate::policy::Caller;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use chrono::NaiveDate;
use meta::{Budget, BudgetAmount, NewAudit};
use model::{BudgetId, BudgetPeriod, Day, Decimal, Filter, Metric, Question, Threshold};

/// Percent of the amount that a threshold has at most.
const MOST_PERCENT: u16 = 1000;
/// Largest amount: forecasts are doubles, and nobody's bill is a quadrillion.
const MOST_AMOUNT: i64 = 1_000_000_000_000_000;

/// A budget to be made, or what one is to be.
#[derive(Clone, Debug)]
pub struct NewBudget {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub filters: Vec<Filter>,
    /// What is summed: money.
    pub metric: Metric,
    /// Currency; `None`: the main one of what the filters keep.
    pub currency: Option<String>,
    /// What it is made for.
    pub period: BudgetPeriod,
    /// First month of the fiscal year (1 to 12).
    pub start_month: u32,
    /// The amount, from the present period on.
    pub amount: Decimal,
    /// Other amounts from later periods on.
    pub later: Vec<NewAmount>,
    /// At what it tells.
    pub thresholds: Vec<Threshold>,
}

/// An amount for the periods from a day on.
#[derive(Clone, Debug)]
pub struct NewAmount {
    /// First day of a period to come.
    pub from: NaiveDate,
    /// The amount.
    pub amount: Decimal,
}

/// Makes a budget.
///
/// # Errors
/// `Invalid`: what is wrong with it; `Conflict`: there are too many.
pub async fn create(app: &App, caller: &Caller, new: NewBudget) -> Result<BudgetState> {
    let organization = &caller.organization()?.id;
    if app.meta().budgets(organization).await?.len() >= BUDGETS {
        return Err(AppError::new(ErrorKind::Conflict, format!("there are {BUDGETS} budgets already"))
            .advise("Delete some that nobody looks at any more."));
    }
    let published = Published::seen_by(app, caller, None).await?;
    let id = BudgetId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?;
    let mut budget = Budget {
        id,
        organization_id: organization.clone(),
        name: String::new(),
        question: Question::total(new.metric),
        currency: String::new(),
        period: new.period,
        start_month: new.start_month,
        amounts: vec![],
        thresholds: vec![],
        revision: 0,
        created_at_ms: app.now().timestamp_millis(),
    };
    apply(app, &published, &mut budget, new)?;
    let entry = change_entry(app, caller, "budget.created", &budget);
    app.meta().add_budget(&budget, &entry, &[jobs::look_at_budgets(app, organization)?]).await?;
    app.queued().wake();
    state(app, &published, budget).await
}

/// Makes another budget of one. About something else, or in another currency or rhythm, it begins anew; another amount
/// holds from the present period on.
///
/// # Errors
/// `NotFound`; `Invalid`: what is wrong with it.
pub async fn set(app: &App, caller: &Caller, id: &str, new: NewBudget) -> Result<BudgetState> {
    let organization = &caller.organization()?.id;
    let mut budget = own(app, organization, id).await?;
    let before = budget.clone();
    let published = Published::seen_by(app, caller, None).await?;
    apply(app, &published, &mut budget, new)?;
    if version(&before) != version(&budget) {
        let entry = change_entry(app, caller, "budget.changed", &budget);
        let anew = is_another(&before, &budget);
        let look = jobs::look_at_budgets(app, organization)?;
        app.meta().change_budget(&budget, anew, &entry, &[look]).await?;
        app.queued().wake();
    }
    state(app, &published, budget).await
}

/// Removes a budget, with its history.
///
/// # Errors
/// `NotFound`.
pub async fn remove(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let budget = own(app, &caller.organization()?.id, id).await?;
    let entry = change_entry(app, caller, "budget.deleted", &budget);
    Ok(app.meta().remove_budget(&budget.id, &entry).await?)
}

fn change_entry(app: &App, caller: &Caller, action: &str, budget: &Budget) -> NewAudit {
    let amount = budget.amounts.iter().rfind(|one| one.from.date() <= app.now().date_naive());
    let amount = amount.map_or_else(String::new, |one| format!("{} {}", one.amount, budget.currency));
    let one = |threshold: &Threshold| format!("{} {} %", threshold.basis.name(), threshold.percent);
    let thresholds: Vec<String> = budget.thresholds.iter().map(one).collect();
    let filters: Vec<String> = budget.question.filters.iter().map(ToString::to_string).collect();
    let detail = [
        ("id", budget.id.as_str()),
        ("period", budget.period.name()),
        ("amount", &amount),
        ("thresholds", &thresholds.join(", ")),
        ("filters", &filters.join("; ")),
    ];
    entry(app, caller, action, budget.name.as_str(), &detail)
}

/// Whether a budget is about something else than before: what was told, and its amounts, mean nothing for it.
fn is_another(before: &Budget, now: &Budget) -> bool {
    (&before.question, &before.currency, before.period, before.start_month)
        != (&now.question, &now.currency, now.period, now.start_month)
}

/// Whether a fiscal year can begin with a month.
pub(super) fn check_start(month: u32) -> Result<()> {
    if (1..=12).contains(&month) {
        return Ok(());
    }
    Err(AppError::invalid(format!("{month} is no month of a year"))
        .advise("Name the fiscal year's first month by its number, 1 to 12."))
}

/// Checks what is wished, and writes it into a budget.
fn apply(app: &App, published: &Published, budget: &mut Budget, new: NewBudget) -> Result<()> {
    let before = (!budget.amounts.is_empty()).then(|| budget.clone());
    budget.name = name_of("the name of the budget", &new.name)?;
    let (question, currency) = question(published, new.filters, new.metric, new.currency)?;
    budget.question = question;
    budget.currency = currency;
    check_start(new.start_month)?;
    budget.period = new.period;
    budget.start_month = new.start_month;
    budget.thresholds = thresholds(new.thresholds)?;
    let first = present(app, new.period, new.start_month);
    let mut steps: Vec<BudgetAmount> = match before.filter(|before| !is_another(before, budget)) {
        // Periods that are over keep what they had.
        Some(before) => before.amounts.into_iter().filter(|one| one.from.date() < first).collect(),
        None => vec![],
    };
    let step = |steps: &mut Vec<BudgetAmount>, from: NaiveDate, amount: Decimal| -> Result<()> {
        let from = Day::try_new(from).map_err(|error| AppError::invalid(error.to_string()))?;
        let amount = checked_amount(amount)?;
        if steps.last().is_none_or(|last| last.amount != amount) {
            steps.push(BudgetAmount { from, amount });
        }
        Ok(())
    };
    step(&mut steps, first, new.amount)?;
    if new.later.len() > BUDGET_AMOUNTS {
        return Err(AppError::invalid(format!("there are more than {BUDGET_AMOUNTS} later amounts"))
            .advise("An amount holds until the next one: name those that are different."));
    }
    let mut after = first;
    for NewAmount { from, amount } in new.later {
        if from <= after || !begins(new.period, new.start_month, from) {
            return Err(AppError::invalid(format!("no later {} begins on {from}", new.period.name()))
                .advise("Name the first days of periods to come, the earliest first."));
        }
        step(&mut steps, from, amount)?;
        after = from;
    }
    budget.amounts = steps;
    Ok(())
}

/// What a budget is about, as it is kept, and its currency.
pub(super) fn question(
    published: &Published,
    filters: Vec<Filter>,
    metric: Metric,
    currency: Option<String>,
) -> Result<(Question, String)> {
    if !metric.is_money() {
        return Err(
            AppError::invalid("a budget is of money").advise("Choose a cost in place of the usage amount.")
        );
    }
    if let Some(filter) = filters.iter().find(|filter| {
        filter.dimension.is(model::Column::Currency) || filter.dimension.is(model::Column::BillingPeriod)
    }) {
        return Err(AppError::invalid(format!("a budget cannot be filtered by {}", filter.dimension))
            .advise("Choose the budget's own currency and period instead."));
    }
    filters.iter().try_for_each(|filter| published.definitions.check_names(filter))?;
    published.check_connections(&filters)?;
    let kept = |filter: Filter| published.definitions.filter_by_id(&filter).unwrap_or(filter);
    let filters: Vec<Filter> = filters.into_iter().map(kept).collect();
    published.resolve(model::CostQuery { filters: filters.clone(), ..model::CostQuery::total(metric) })?;
    let currency = match currency.filter(|currency| !currency.is_empty()) {
        Some(currency) => currency,
        None => published.view.currencies_of(&filters).into_iter().next().unwrap_or_default(),
    };
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(AppError::invalid(format!("'{currency}' is no currency"))
            .advise("Write its code, such as USD; without any bill it has to be named."));
    }
    // Read as it will be: what the grammar refuses is not kept.
    let question = Question { filters, ..Question::total(metric) };
    let kept = serde_json::to_value(&question).map_err(|error| AppError::internal(error.to_string()))?;
    let question = serde_json::from_value(kept)
        .map_err(|error| AppError::invalid(error.to_string()).advise("Use fewer filters or values."))?;
    Ok((question, currency))
}

fn thresholds(mut new: Vec<Threshold>) -> Result<Vec<Threshold>> {
    new.sort_unstable();
    let twice = new.windows(2).any(|pair| pair[0] == pair[1]);
    if new.len() > BUDGET_THRESHOLDS || twice {
        return Err(AppError::invalid(format!(
            "the thresholds are more than {BUDGET_THRESHOLDS}, or one is there twice"
        ))
        .advise("Keep those that somebody acts on."));
    }
    match new.iter().find(|one| !(1..=MOST_PERCENT).contains(&one.percent)) {
        Some(one) => Err(AppError::invalid(format!("a threshold of {} % cannot be", one.percent))
            .advise(format!("Choose 1 to {MOST_PERCENT} percent of the amount."))),
        None => Ok(new),
    }
}

fn checked_amount(amount: Decimal) -> Result<Decimal> {
    if amount > Decimal::ZERO && amount <= Decimal::from(MOST_AMOUNT) {
        return Ok(amount);
    }
    Err(AppError::invalid(format!("{amount} is no amount for a budget"))
        .advise("Write an amount above zero."))
}
