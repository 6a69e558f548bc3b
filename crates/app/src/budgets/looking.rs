//! Looks at the budgets of an organization: what is to be told is queued in the transaction in which it is remembered as
//! told.

use super::{BudgetState, PeriodState, state, telling};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::budgets::{Memory, Step, look};
use chrono::NaiveDate;
use model::{Day, OrganizationId};

/// Looks at all budgets of an organization. Done twice, it tells nothing twice.
///
/// # Errors
/// The metadata or the bills cannot be read: then the rest is looked at the next time.
pub(crate) async fn look_at(app: &App, organization: &OrganizationId) -> Result<()> {
    let published = Published::of_id(app, organization).await?;
    let mut failed = None;
    for budget in app.meta().budgets(organization).await? {
        let looked = async {
            let state = state(app, &published, budget).await?;
            look_at_one(app, &published, &state).await
        };
        // The others whatever becomes of it.
        if let Err(error) = looked.await {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn look_at_one(app: &App, published: &Published, state: &BudgetState) -> Result<()> {
    // What cannot be told is not taken for a look: it would be remembered as one.
    if state.problem.is_some() {
        return Ok(());
    }
    for (at, period) in std::iter::once(&state.now).chain(&state.past).enumerate() {
        let memory = state.memories.get(&period.from);
        // The period before goes on for as long as its last rows come. Of older ones what was told may be taken back.
        if at < 2 || memory.is_some() {
            keep(app, published, state, period, memory, at).await?;
        }
    }
    Ok(())
}

async fn keep(
    app: &App,
    published: &Published,
    state: &BudgetState,
    period: &PeriodState,
    memory: Option<&Memory>,
    back: usize,
) -> Result<()> {
    let Some(now) = period.look(state.data_day) else { return Ok(()) };
    let before = memory.cloned().unwrap_or_default();
    let (mut after, tellings) = look(&state.budget.thresholds, &now, &before);
    if after == before {
        return Ok(());
    }
    let mut jobs = vec![];
    for one in tellings.iter().filter(|one| back < 2 || one.step == Step::Below) {
        let told = telling::queued(app, published, state, period, *one).await?;
        // What is over is not told any more to whoever comes later.
        if told.is_empty() && one.step == Step::Passed && back == 0 {
            after.unheard(one.threshold, state.data_day);
        }
        jobs.extend(told);
    }
    if after == before {
        return Ok(());
    }
    let value = serde_json::to_value(&after).map_err(|error| AppError::internal(error.to_string()))?;
    // Changed meanwhile, it is looked at again by what its change queued.
    if app.meta().keep_budget_memory(&state.budget, day(period.from)?, &value, &jobs).await?
        && !jobs.is_empty()
    {
        app.queued().wake();
    }
    Ok(())
}

fn day(day: NaiveDate) -> Result<Day> {
    Day::try_new(day).map_err(|error| AppError::internal(error.to_string()))
}
