//! Subsets of accounts: what they cost, what they will cost, what they are charged.

use super::reports::given;
use super::savings::{SavingsSpan, estimate};
use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::params::{CurrencyParams, Pairs, currency as chosen};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::allocation::{self, Price, SubsetSpans, SubsetSums};
use app::edits::{self, Thing};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use model::Filter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a charge starts from.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillingPrice {
    /// Amortized cost: discounts of reservations and savings plans are passed on.
    Cost,
    /// Public on-demand price.
    Public,
}

/// Rules of a charge.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Billing {
    price: BillingPrice,
    /// Whether credits are passed on.
    credits: bool,
    /// Whether refunds are passed on.
    refunds: bool,
    /// Whether tax is charged.
    tax: bool,
    /// Percent on top; negative: off.
    percent: String,
}

impl From<allocation::Billing> for Billing {
    fn from(rules: allocation::Billing) -> Self {
        Self {
            price: match rules.price {
                Price::Cost => BillingPrice::Cost,
                Price::Public => BillingPrice::Public,
            },
            credits: rules.credits,
            refunds: rules.refunds,
            tax: rules.tax,
            percent: rules.percent.to_string(),
        }
    }
}

impl Billing {
    fn read(self) -> Result<allocation::Billing, ApiError> {
        let percent = self.percent.trim().parse().map_err(|error: model::DecimalError| {
            AppError::invalid(format!("the percent is no number: {error}")).advise("Write 10, -5 or 2.5.")
        })?;
        Ok(allocation::Billing {
            price: match self.price {
                BillingPrice::Cost => Price::Cost,
                BillingPrice::Public => Price::Public,
            },
            credits: self.credits,
            refunds: self.refunds,
            tax: self.tax,
            percent,
        })
    }
}

/// What accounts cost and are charged.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sums {
    accounts: u64,
    /// Amortized cost of the month before.
    last_month: String,
    /// Amortized cost of the month so far.
    month_to_date: String,
    /// What the month will cost: an estimate.
    #[schema(required = true)]
    expected: Option<String>,
    /// By the billing rules; `null` without rules, or where reports tell no public prices.
    #[schema(required = true)]
    charge_last_month: Option<String>,
    #[schema(required = true)]
    charge_month_to_date: Option<String>,
}

impl From<SubsetSums> for Sums {
    fn from(sums: SubsetSums) -> Self {
        Self {
            accounts: sums.accounts as u64,
            last_month: sums.last_month.to_string(),
            month_to_date: sums.month_to_date.to_string(),
            expected: sums.expected.map(estimate),
            charge_last_month: sums.charge_last_month.map(|charge| charge.to_string()),
            charge_month_to_date: sums.charge_month_to_date.map(|charge| charge.to_string()),
        }
    }
}

/// A named group of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Subset {
    id: String,
    name: String,
    account_ids: Vec<String>,
    #[schema(required = true)]
    billing: Option<Billing>,
    sums: Sums,
    /// Of this subset as it is, for the `If-Match` of a change.
    version: String,
}

fn view(subset: allocation::Subset, sums: SubsetSums) -> Subset {
    let version = app::edits::version(&subset);
    Subset {
        id: subset.id,
        name: subset.name,
        account_ids: subset.account_ids,
        billing: subset.billing.map(Billing::from),
        sums: sums.into(),
        version,
    }
}

fn span(days: Option<(NaiveDate, NaiveDate)>) -> Option<SavingsSpan> {
    days.map(|(from, to)| SavingsSpan::new(from, to))
}

/// All subsets, what is in none, and the whole.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct Subsets {
    currency: String,
    #[schema(required = true)]
    last_month: Option<SavingsSpan>,
    #[schema(required = true)]
    month_to_date: Option<SavingsSpan>,
    /// By name.
    subsets: Vec<Subset>,
    unassigned: Sums,
    whole: Sums,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// An account of a subset.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubsetAccount {
    account_id: String,
    account: String,
    sums: Sums,
}

/// A subset with its accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubsetDetails {
    currency: String,
    #[schema(required = true)]
    last_month: Option<SavingsSpan>,
    #[schema(required = true)]
    month_to_date: Option<SavingsSpan>,
    #[serde(flatten)]
    subset: Subset,
    /// The most expensive first.
    accounts: Vec<SubsetAccount>,
}

/// A subset to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubset {
    name: String,
    /// Accounts of other subsets move here.
    account_ids: Vec<String>,
    #[serde(default)]
    billing: Option<Billing>,
}

/// What changes of a subset; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and given are three things")]
pub(crate) struct SubsetChange {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    account_ids: Option<Vec<String>>,
    /// `null` ends the charge.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Billing>)]
    billing: Option<Option<Billing>>,
}

/// All subsets with their sums.
#[utoipa::path(get, path = "/subsets", tag = "allocation", params(CurrencyParams, AsOfParams), responses(
    (status = OK, body = Subsets),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn subsets(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let filters = chosen(&mut pairs)?;
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let found = allocation::subsets(&state.app, &published, &filters).await?;
    let SubsetSpans { currency, last_month, month_to_date } = found.spans;
    Ok(fresh(Json(Subsets {
        currency,
        last_month: span(last_month),
        month_to_date: span(month_to_date),
        subsets: found.subsets.into_iter().map(|(subset, sums)| view(subset, sums)).collect(),
        unassigned: found.unassigned.into(),
        whole: found.whole.into(),
        as_of: AsOfView::of(&published),
    })))
}

async fn details(
    state: &ApiState,
    by: &app::policy::Caller,
    id: &str,
    filters: &[Filter],
) -> Result<SubsetDetails, ApiError> {
    let published = state.published(by).await?;
    let found = allocation::subset(&state.app, &published, id, filters).await?;
    let SubsetSpans { currency, last_month, month_to_date } = found.spans;
    let accounts = found.accounts.into_iter().map(|account| SubsetAccount {
        account_id: account.account_id,
        account: account.account,
        sums: account.sums.into(),
    });
    Ok(SubsetDetails {
        currency,
        last_month: span(last_month),
        month_to_date: span(month_to_date),
        subset: view(found.subset, found.sums),
        accounts: accounts.collect(),
    })
}

/// One subset with its accounts.
#[utoipa::path(get, path = "/subsets/{id}", tag = "allocation",
    params(("id" = String, Path), CurrencyParams), responses(
    (status = OK, body = SubsetDetails),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn subset(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let filters = chosen(&mut pairs)?;
    pairs.done()?;
    Ok(fresh(Json(details(&state, &by, &id, &filters).await?)))
}

/// Makes a subset.
#[utoipa::path(post, path = "/subsets", tag = "allocation", request_body = NewSubset, responses(
    (status = CREATED, body = SubsetDetails),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_subset(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewSubset>,
) -> Result<Response, ApiError> {
    let billing = new.billing.map(Billing::read).transpose()?;
    let id = allocation::create_subset(&state.app, &by, &new.name, new.account_ids, billing).await?;
    Ok(fresh((StatusCode::CREATED, Json(details(&state, &by, &id, &[]).await?)).into_response()))
}

/// Changes a subset.
#[utoipa::path(patch, path = "/subsets/{id}", tag = "allocation",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = SubsetChange, responses(
    (status = OK, body = SubsetDetails),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_subset(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<SubsetChange>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::Subset(&id), expected.version()).await?;
    let billing = new.billing.map(|billing| billing.map(Billing::read).transpose()).transpose()?;
    let change = allocation::SubsetChange { name: new.name, account_ids: new.account_ids, billing };
    allocation::change_subset(&state.app, &by, &id, change).await?;
    Ok(fresh(Json(details(&state, &by, &id, &[]).await?)))
}

/// Deletes subsets; their accounts are in none then.
#[utoipa::path(delete, path = "/subsets", tag = "allocation",
    params(("id" = Vec<String>, Query, description = "May be repeated"),
        ("version" = Option<Vec<String>>, Query, description = "The versions that were loaded, in the order of the ids: another one by now is refused with 412, and nothing is deleted")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_subsets(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let ids = pairs.all("id");
    let versions = pairs.all("version");
    pairs.done()?;
    if !versions.is_empty() && versions.len() != ids.len() {
        return Err(AppError::invalid("not every subset has a version")
            .advise("Give one 'version' for each 'id', in the same order, or none at all.")
            .into());
    }
    // In one order for everybody: two who delete several never wait for each other.
    let mut loaded: Vec<(&String, &String)> = ids.iter().zip(&versions).collect();
    loaded.sort();
    loaded.dedup_by_key(|(id, _)| *id);
    let mut turns = vec![];
    for (id, version) in loaded {
        turns.push(edits::begin_removal(&state.app, &by, Thing::Subset(id), Some(version)).await?);
    }
    allocation::remove_subsets(&state.app, &by, &ids).await?;
    drop(turns);
    Ok(fresh(StatusCode::NO_CONTENT))
}
