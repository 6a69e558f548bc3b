//! What a budget tells by channels.

use super::{BudgetState, PeriodState};
use crate::allocation::is_subset_id;
use crate::notifications;
use crate::read::Published;
use crate::telling::money;
use crate::{App, Result};
use analyses::budgets::{Step, Telling, passed_on};
use meta::NewJob;
use model::{Basis, Column, Decimal, Dimension, Filter, shown};
use notify::{About, Amount, Fact, Notice, Point, Severity, TagShare, Transition};

/// Days of a chart.
const DAYS: usize = 92;

/// The jobs that tell of a threshold, for the transaction in which it is remembered as told; none where no channel gets it.
pub(super) async fn queued(
    app: &App,
    published: &Published,
    state: &BudgetState,
    period: &PeriodState,
    one: Telling,
) -> Result<Vec<NewJob>> {
    let budget = &state.budget;
    let words = budget.period.words(period.from);
    let percent = one.threshold.percent;
    let (title, passed) = match one.threshold.basis {
        Basis::Actual => (
            format!("{}: {percent} % of the budget for {words} reached", budget.name),
            format!("What {words} cost so far has come to {percent} % of its budget."),
        ),
        Basis::Forecast => (
            format!("{}: {words} is forecast to reach {percent} % of its budget", budget.name),
            format!(
                "On two data days in a row, {words} was forecast to end at {percent} % of its budget or beyond."
            ),
        ),
    };
    let text = match (one.step, one.threshold.basis) {
        (Step::Passed, _) => format!("{passed} This threshold tells once a period."),
        (Step::Below, Basis::Actual) => format!(
            "The bill was restated: what {words} cost is below {percent} % of its budget again. Rising to it once more tells nothing in this period."
        ),
        (Step::Below, Basis::Forecast) => format!(
            "On two data days in a row, {words} was forecast to end below {percent} % of its budget again. Rising to it once more tells nothing in this period."
        ),
    };
    let notice = Notice {
        event: format!(
            "budget-{}-{}-{}-{percent}-{}",
            budget.id,
            period.from,
            one.threshold.basis.name(),
            one.round
        ),
        kind: "budget".to_owned(),
        transition: if one.step == Step::Passed { Transition::Happened } else { Transition::Withdrawn },
        severity: severity(one),
        title,
        text,
        facts: facts(state, period, one),
        amounts: amounts(state, period, &words),
        link: app.page(&format!("/budgets?budget={}", budget.id)),
        chart: chart(state, period),
        about: about(published, &budget.question.filters),
    };
    let organization = &budget.organization_id;
    if one.step == Step::Passed && !notifications::is_heard(app, organization, &notice).await? {
        return Ok(vec![]);
    }
    notifications::queued(app, organization, &notice).await
}

fn severity(one: Telling) -> Severity {
    match (one.threshold.basis, one.threshold.percent) {
        (Basis::Actual, 100..) => Severity::High,
        (Basis::Actual, _) | (Basis::Forecast, 100..) => Severity::Medium,
        (Basis::Forecast, _) => Severity::Low,
    }
}

fn facts(state: &BudgetState, period: &PeriodState, one: Telling) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let percent = |figure: f64| format!("{figure:.1} %");
    let mut facts = vec![];
    facts.extend(period.percent().map(|figure| fact("Spent of the budget", percent(figure))));
    facts.extend(period.forecast_percent().map(|figure| fact("Forecast of the budget", percent(figure))));
    let on = period
        .amount
        .filter(|_| {
            one.threshold.basis == Basis::Actual && one.step == Step::Passed && period.from == state.now.from
        })
        .and_then(|amount| passed_on(&state.days, amount, one.threshold.percent));
    facts.extend(on.map(|day| fact("Reached on", format!("{day} (UTC)"))));
    facts.extend(
        state.data_through.map(|at| fact("Data through", at.format("%Y-%m-%d %H:%M UTC").to_string())),
    );
    let filters: Vec<String> =
        state.filters.iter().map(|filter| shown::short(&filter.to_string(), 200).into_owned()).collect();
    let all = "everything".to_owned();
    facts.push(fact("About", if filters.is_empty() { all } else { filters.join("; ") }));
    facts
}

fn amounts(state: &BudgetState, period: &PeriodState, words: &str) -> Vec<Amount> {
    let amount = |label: &str, amount: Decimal| Amount {
        label: label.to_owned(),
        amount: amount.to_string(),
        shown: money(amount),
        currency: state.budget.currency.clone(),
        period: words.to_owned(),
    };
    let forecast = period.forecast.and_then(|forecast| format!("{:.2}", forecast.total).parse().ok());
    let all = [("Budget", period.amount), ("Actual", period.actual), ("Forecast", forecast)];
    all.into_iter().filter_map(|(label, figure)| Some(amount(label, figure?))).collect()
}

/// The days of the present period, as far as they are complete.
fn chart(state: &BudgetState, period: &PeriodState) -> Vec<Point> {
    if period.from != state.now.from {
        return vec![];
    }
    let known = state.days.iter().filter(|(day, _)| state.data_day.is_some_and(|end| *day < end));
    let point = |(day, cost): &(chrono::NaiveDate, Decimal)| Point {
        day: day.to_string(),
        cost: *cost,
        expected: None,
    };
    let all: Vec<Point> = known.map(point).collect();
    all[all.len().saturating_sub(DAYS)..].to_vec()
}

/// Whom it is about, for the routes: what its filters keep alone.
fn about(published: &Published, filters: &[Filter]) -> About {
    let mut about = About::default();
    for filter in filters.iter().filter(|filter| !filter.exclude) {
        match &filter.dimension {
            Dimension::Column(Column::AccountId) => about.accounts.extend(filter.values.iter().cloned()),
            dimension if is_subset_id(dimension) => {
                let known = &published.definitions.subsets;
                let there = filter.values.iter().filter(|id| known.iter().any(|one| one.id == **id));
                about.subsets.extend(there.cloned());
            }
            Dimension::Tag(key) => {
                if let [value] = &filter.values[..] {
                    about.tags.push(TagShare { key: key.clone(), value: value.clone(), percent: 100 });
                }
            }
            _ => {}
        }
    }
    about
}
