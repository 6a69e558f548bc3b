//! Optimization: commitments that are owned, what they do, and which to buy; waste and workloads beside them.

pub(crate) mod buy;
mod history;
pub(crate) mod overview;
pub(crate) mod split;
mod views;
pub(crate) mod waste;
pub(crate) mod workloads;

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::{CurrencyParams, Pairs, filters};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::optimize::{self, Accounts, Replay};
use axum::extract::State;
use axum::response::Response;
use history::OwnedView;
use model::{AsOf, BillingPeriod, Decimal};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use views::{HourView, MonthRatesView, ReplayedView};

/// Which months.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct OwnedParams {
    /// First month, YYYY-MM; all months unless said otherwise.
    from: Option<String>,
    /// Last month, YYYY-MM, included.
    to: Option<String>,
    /// Accounts: `account_id=ID[,ID]`, or by their name, subset or organizational unit. A commitment's fees are its owner's.
    filter: Option<Vec<String>>,
}

/// Which month.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct MonthParams {
    /// Month of the bill, YYYY-MM; the newest with data unless said otherwise.
    month: Option<String>,
}

/// Which commitment.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct CommitmentParams {
    /// Its identifier, as the bill has it.
    id: String,
}

/// Form of a month in addresses.
const MONTH: &str = "YYYY-MM";

/// `month` and `as_of`.
fn of_month(pairs: &mut Pairs) -> Result<(Option<BillingPeriod>, Option<AsOf>), ApiError> {
    Ok((pairs.parse("month", MONTH)?, pairs.as_of()?))
}

/// Hours of a commitment.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedHours {
    currency: String,
    month: String,
    from: String,
    /// Day after the last.
    to: String,
    hours: Vec<HourView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Rates of a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatesOfMonth {
    month: String,
    /// One a currency, the main one first.
    rates: Vec<MonthRatesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// All commitments of a replay.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayTotal {
    /// Used, as billed.
    real: String,
    /// The same in the replay.
    replayed: String,
    /// The difference, as a part of the real.
    #[schema(required = true)]
    difference_ratio: Option<String>,
}

/// A month again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayOfMonth {
    currency: String,
    month: String,
    from: String,
    /// Day after the last.
    to: String,
    notes: Vec<String>,
    total: ReplayTotal,
    /// What sharing without limits would have saved: on-demand dollars of usage that unused commitments fit.
    sharing_leak: String,
    commitments: Vec<ReplayedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// What is owned: each month, every commitment over the months, and what is owned until when.
#[utoipa::path(get, path = "/optimization/owned", params(OwnedParams, CurrencyParams, AsOfParams), responses(
    (status = OK, body = OwnedView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn owned(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let span = (pairs.parse("from", MONTH)?, pairs.parse("to", MONTH)?);
    let (currency, filters) = (pairs.one("currency")?, filters(&mut pairs)?);
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let own = optimize::of_accounts(&state.app, &published, &filters).await?;
        let currency = currency.as_deref().filter(|text| !text.is_empty());
        let found = optimize::owned_over_time(&state.app, &own, span, currency).await?;
        let names = optimize::account_names(&state.app, &published).await?;
        Ok(OwnedView::from(found).of(&names, AsOfView::of(&published)))
    };
    asked.answer(&state, &published, view).await
}

/// A commitment in each hour of a month.
#[utoipa::path(get, path = "/optimization/owned/hours", params(CommitmentParams, MonthParams, AsOfParams), responses(
    (status = OK, body = OwnedHours),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn owned_hours(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    let id = pairs.one("id")?.ok_or_else(|| AppError::invalid("'id' is missing: name a commitment"))?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::owned_by_hour(&state.app, &published, month, &id).await?;
        Ok(OwnedHours {
            currency: found.first().map(|one| one.currency.clone()).unwrap_or_default(),
            month: month.to_string(),
            from: month.first_day().to_string(),
            to: month.end_day().to_string(),
            hours: found.into_iter().map(HourView::from).collect(),
            as_of: AsOfView::of(&published),
        })
    };
    asked.answer(&state, &published, view).await
}

/// Coverage and effective savings rates of a month.
#[utoipa::path(get, path = "/optimization/rates", params(MonthParams, AsOfParams), responses(
    (status = OK, body = RatesOfMonth),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn rates(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::rates(&state.app, &published, month).await?;
        let rates = found.into_iter().map(MonthRatesView::from).collect();
        Ok(RatesOfMonth { month: month.to_string(), rates, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}

/// A month again in AWS's order with what was owned in it, beside what was billed.
#[utoipa::path(get, path = "/optimization/replay", params(MonthParams, CurrencyParams, AsOfParams), responses(
    (status = OK, body = ReplayOfMonth),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn replay(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    let currency = pairs.one("currency")?.filter(|text| !text.is_empty());
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let currency = currency.or_else(|| published.currencies().first().cloned()).unwrap_or_default();
        let mut found = optimize::replay(&state.app, &published, month).await?;
        found.retain(|one| one.currency == currency);
        Ok(ReplayOfMonth { as_of: AsOfView::of(&published), ..together(currency, month, found) })
    };
    asked.answer(&state, &published, view).await
}

/// The replays of several payers, each of which stands alone, in one answer.
fn together(currency: String, month: BillingPeriod, found: Vec<Replay>) -> ReplayOfMonth {
    let sum = |of: fn(&Replay) -> Decimal| found.iter().map(of).sum::<Decimal>();
    let (real, replayed, leak) = (sum(|one| one.real), sum(|one| one.replayed), sum(|one| one.sharing_leak));
    let mut notes = vec![];
    if found.len() > 1 {
        notes.push(format!(
            "{} payers, each replayed alone: commitments do not serve beyond theirs.",
            found.len()
        ));
    }
    if found.iter().any(|one| !one.not_hourly.is_zero()) {
        notes.push("Rows of more than an hour are spread evenly over their hours.".to_owned());
    }
    ReplayOfMonth {
        currency,
        month: month.to_string(),
        from: month.first_day().to_string(),
        to: month.end_day().to_string(),
        notes,
        total: ReplayTotal {
            real: real.to_string(),
            replayed: replayed.to_string(),
            difference_ratio: optimize::ratio(replayed - real, real).map(|ratio| ratio.to_string()),
        },
        sharing_leak: leak.to_string(),
        commitments: found.into_iter().flat_map(|one| one.commitments).map(ReplayedView::from).collect(),
        as_of: None,
    }
}

/// What waste and workloads can be asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct OptimizationParams {
    /// `account_id=V[,V]`, `subset=V`: keeps, `!=` leaves out; may be repeated, all must accept an account.
    filter: Option<Vec<String>>,
    /// Currency of the amounts; the main one unless said otherwise.
    currency: Option<String>,
}

/// Accounts and currency.
fn common(pairs: &mut Pairs) -> Result<(Accounts, Option<String>), ApiError> {
    let accounts = Accounts::of(&filters(pairs)?)?;
    Ok((accounts, pairs.one("currency")?.filter(|currency| !currency.is_empty())))
}
