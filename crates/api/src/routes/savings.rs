//! Missed savings and account efficiency, with what they rest on.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::{Asked, fresh};
use crate::params::{Pairs, filters};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::read;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::Decimal;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Parameters of the savings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct SavingsParams {
    /// `DIM=V[,V]` keeps, `DIM!=V[,V]` leaves out; may be repeated, all must accept a row.
    filter: Option<Vec<String>>,
}

/// What the last complete days would have saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct Missed {
    /// First day.
    from: String,
    /// Day after the last.
    to: String,
    /// By commitments alone.
    low: String,
    /// By spot where it fits and commitments on the rest.
    high: String,
    /// The part of spot in `high`.
    spot: String,
    /// The part of commitments in `high`.
    commitment: String,
}

/// Some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavingsSpan {
    from: String,
    /// Day after the last.
    to: String,
}

/// An account's savings.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavingsAccount {
    account_id: String,
    account: String,
    /// Amortized cost, exact.
    cost: String,
    /// Saved already by commitments, less what of them nothing used, and by spot; `null` where that is not known.
    #[schema(required = true)]
    current: Option<String>,
    /// By commitments alone; `null` where no price of what could be cheaper is known.
    #[schema(required = true)]
    additional_low: Option<String>,
    /// By spot where it fits, and commitments on the rest; `null` likewise.
    #[schema(required = true)]
    additional_high: Option<String>,
    /// On-demand cost that nothing is claimed of, as no price is known.
    #[schema(required = true)]
    unknown: Option<String>,
    /// Current savings in percent of the possible ones; `null` where there is nothing to save, or where it is not known.
    #[schema(required = true)]
    efficiency_percent: Option<f64>,
}

impl SavingsSpan {
    pub(super) fn new(from: NaiveDate, to: NaiveDate) -> Self {
        Self { from: from.to_string(), to: to.to_string() }
    }
}

/// What lists the rows that could have cost less.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavingsExplain {
    filter: Vec<String>,
    from: String,
    to: String,
    metric: String,
}

/// Missed savings and account efficiency. All figures but `cost` are estimates: nothing is claimed of what no price is known for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Savings {
    currency: String,
    /// Whether figures are being reckoned after a publication: ask again in some seconds.
    reckoning: bool,
    /// `null` without a complete day of data, and where it is not known: `assumptions` say why.
    #[schema(required = true)]
    missed: Option<Missed>,
    /// The days that `accounts` are about.
    #[schema(required = true)]
    efficiency: Option<SavingsSpan>,
    /// On-demand cost of the days of `efficiency` that nothing is claimed of, as no price is known.
    #[schema(required = true)]
    unknown: Option<String>,
    /// What the estimates rest on, and what is not known.
    assumptions: Vec<String>,
    /// The greatest additional savings first.
    accounts: Vec<SavingsAccount>,
    #[schema(required = true)]
    explain: Option<SavingsExplain>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Two decimals: an estimate has no more.
pub(super) fn estimate(value: f64) -> String {
    format!("{value:.2}")
}

fn rounded(value: Decimal) -> String {
    estimate(value.to_f64())
}

impl From<read::Savings> for Savings {
    fn from(found: read::Savings) -> Self {
        let additional =
            |account: &read::AccountSavings| account.savings.and_then(|savings| savings.additional);
        let missed = found.missed_span.zip(found.missed).map(|((from, to), missed)| Missed {
            from: from.to_string(),
            to: to.to_string(),
            low: rounded(missed.low),
            high: rounded(missed.high()),
            spot: rounded(missed.spot),
            commitment: rounded(missed.commitment),
        });
        let explain = found.missed_span.map(|(from, to)| SavingsExplain {
            filter: found.filters,
            from: from.to_string(),
            to: to.to_string(),
            metric: "amortized".to_owned(),
        });
        let accounts = found.accounts.into_iter().map(|account| SavingsAccount {
            efficiency_percent: account.efficiency_percent(),
            current: account.savings.map(|savings| rounded(savings.current())),
            additional_low: additional(&account).map(|additional| rounded(additional.low)),
            additional_high: additional(&account).map(|additional| rounded(additional.high())),
            unknown: account.savings.map(|savings| rounded(savings.unknown)),
            cost: account.cost.to_string(),
            account_id: account.account_id,
            account: account.account,
        });
        Self {
            currency: found.currency,
            reckoning: found.reckoning,
            unknown: found.unknown.map(rounded),
            missed,
            efficiency: found.efficiency_span.map(|(from, to)| SavingsSpan::new(from, to)),
            assumptions: found.assumptions,
            accounts: accounts.collect(),
            explain,
            as_of: None,
        }
    }
}

/// What could have been cheaper lately, and how much of what could be saved is.
#[utoipa::path(get, path = "/savings", params(SavingsParams, AsOfParams), responses(
    (status = OK, body = Savings),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn savings(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let filters = filters(&mut pairs)?;
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let (found, stand) = read::savings(&state.app, &published, &filters).await?;
    let view = Savings { as_of: AsOfView::of(&published), ..Savings::from(found) };
    if view.reckoning {
        return Ok(fresh(Json(view)));
    }
    asked.depending_on(&stand.name).answer(&state, &published, async { Ok(view) }).await
}
