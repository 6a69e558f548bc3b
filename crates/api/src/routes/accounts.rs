//! Accounts with the names that they had.

use super::savings::SavingsSpan;
use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::body::Body;
use crate::caching::{Asked, fresh};
use crate::params::{CurrencyParams, Pairs, currency};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::instant;
use app::{allocation, read};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
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

/// A name that somebody gave an account. It goes before those of bills, for the past too.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenName {
    name: String,
    /// Since when.
    since: String,
    /// Who gave it.
    by: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct Account {
    account_id: String,
    /// Latest name, else the ID.
    account: String,
    /// Those of its bills, newest first.
    names: Vec<AccountName>,
    /// Those that people gave it, newest first; an empty one took the last away.
    given: Vec<GivenName>,
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
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

impl From<read::Accounts> for Accounts {
    fn from(found: read::Accounts) -> Self {
        let name = |name: read::AccountName| AccountName {
            name: name.name,
            from: name.from.to_string(),
            to: name.to.to_string(),
        };
        let given = |given: allocation::GivenName| GivenName {
            since: instant(given.since_ms),
            name: given.name,
            by: given.by,
        };
        let accounts = found.accounts.into_iter().map(|account| Account {
            account_id: account.account_id,
            account: account.account,
            names: account.names.into_iter().map(name).collect(),
            given: account.given.into_iter().map(given).collect(),
            subset_id: account.subset_id,
            organizational_unit: account.organizational_unit,
            cost: account.cost.to_string(),
        });
        Self {
            currency: found.currency,
            span: found.span.map(|(from, to)| SavingsSpan::new(from, to)),
            accounts: accounts.collect(),
            as_of: None,
        }
    }
}

/// Every account with its names, its subset and its cost over the last 30 days.
#[utoipa::path(get, path = "/accounts", tag = "allocation", params(CurrencyParams, AsOfParams), responses(
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
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let found = read::accounts(&state.app, &published, &filters).await?;
        Ok(Accounts { as_of: AsOfView::of(&published), ..Accounts::from(found) })
    };
    asked.answer(&state, &published, view).await
}

/// An account and its name; an empty one takes the given name away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccountName {
    account_id: String,
    name: String,
}

/// Names for some accounts; all others stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccountNames {
    names: Vec<NewAccountName>,
}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedAccounts {
    /// Accounts that are called otherwise now.
    changed: u64,
}

/// Names accounts, one or many.
#[utoipa::path(put, path = "/account-names", tag = "allocation", request_body = NewAccountNames, responses(
    (status = OK, body = NamedAccounts),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn name_accounts(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewAccountNames>,
) -> Result<Response, ApiError> {
    let names = new.names.into_iter();
    let names = names.map(|one| allocation::NewAccountName { account_id: one.account_id, name: one.name });
    let changed = allocation::name_accounts(&state.app, &by, names.collect()).await?;
    Ok(fresh(Json(NamedAccounts { changed: changed as u64 })))
}
