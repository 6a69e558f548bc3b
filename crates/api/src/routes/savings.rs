//! Missed savings and account efficiency: estimates, with what they rest on.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::{Pairs, filters};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::read;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
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
    /// Saved against public prices by commitments and spot.
    current: String,
    additional_low: String,
    additional_high: String,
    /// Current savings in percent of the possible ones; `null` where there is nothing to save.
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

/// Missed savings and account efficiency. All figures but `cost` are estimates.
#[derive(Serialize, ToSchema)]
pub(crate) struct Savings {
    currency: String,
    /// `null` without a complete day of data.
    #[schema(required = true)]
    missed: Option<Missed>,
    /// The days that `accounts` are about.
    #[schema(required = true)]
    efficiency: Option<SavingsSpan>,
    /// What the estimates rest on.
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

impl From<read::Savings> for Savings {
    fn from(found: read::Savings) -> Self {
        let missed = found.missed_span.map(|(from, to)| Missed {
            from: from.to_string(),
            to: to.to_string(),
            low: estimate(found.missed.low),
            high: estimate(found.missed.high()),
            spot: estimate(found.missed.spot),
            commitment: estimate(found.missed.commitment),
        });
        let explain = found.missed_span.map(|(from, to)| SavingsExplain {
            filter: found.filters,
            from: from.to_string(),
            to: to.to_string(),
            metric: "amortized".to_owned(),
        });
        let accounts = found.accounts.into_iter().map(|account| SavingsAccount {
            efficiency_percent: account.efficiency_percent(),
            current: estimate(account.current),
            additional_low: estimate(account.additional.low),
            additional_high: estimate(account.additional.high()),
            cost: account.cost.to_string(),
            account_id: account.account_id,
            account: account.account,
        });
        Self {
            currency: found.currency,
            missed,
            efficiency: found.efficiency_span.map(|(from, to)| SavingsSpan::new(from, to)),
            assumptions: found.assumptions,
            accounts: accounts.collect(),
            explain,
            as_of: None,
        }
    }
}

/// What on-demand compute would have saved lately, at the organization's own rates.
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
    let view = async {
        let found = read::savings(&state.app, &published, &filters).await?;
        Ok(Savings { as_of: AsOfView::of(&published), ..Savings::from(found) })
    };
    asked.answer(&state, &published, view).await
}
