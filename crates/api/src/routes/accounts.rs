//! Accounts with the names that they had.

use super::savings::SavingsSpan;
use crate::access::By;
use crate::caching::Asked;
use crate::params::{CurrencyParams, Pairs, currency};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::read;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A name that an account had.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountName {
    name: String,
    /// First of the first month whose bill bears it.
    from: String,
    /// Day after the last month whose bill bears it.
    to: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct Account {
    account_id: String,
    /// Latest name, else the ID.
    account: String,
    /// Newest first.
    names: Vec<AccountName>,
    #[schema(required = true)]
    subset_id: Option<String>,
    /// Path of its organizational unit, where AWS Organizations may be read.
    #[schema(required = true)]
    organizational_unit: Option<String>,
    /// Amortized cost over the span.
    cost: String,
}

/// Every account in the data.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct Accounts {
    currency: String,
    /// The days of the costs.
    #[schema(required = true)]
    span: Option<SavingsSpan>,
    /// The most expensive first.
    accounts: Vec<Account>,
}

impl From<read::Accounts> for Accounts {
    fn from(found: read::Accounts) -> Self {
        let name = |name: read::AccountName| AccountName {
            name: name.name,
            from: name.from.to_string(),
            to: name.to.to_string(),
        };
        let accounts = found.accounts.into_iter().map(|account| Account {
            account_id: account.account_id,
            account: account.account,
            names: account.names.into_iter().map(name).collect(),
            subset_id: account.subset_id,
            organizational_unit: account.organizational_unit,
            cost: account.cost.to_string(),
        });
        Self {
            currency: found.currency,
            span: found.span.map(|(from, to)| SavingsSpan::new(from, to)),
            accounts: accounts.collect(),
        }
    }
}

/// Every account with its names, its subset and its cost over the last 30 days.
#[utoipa::path(get, path = "/accounts", tag = "allocation", params(CurrencyParams), responses(
    (status = OK, body = Accounts),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn accounts(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let filters = currency(&mut pairs)?;
    pairs.done()?;
    let published = state.published(&by).await?;
    let view = async { Ok(Accounts::from(read::accounts(&state.app, &published, &filters).await?)) };
    asked.answer(&state, &published, view).await
}
