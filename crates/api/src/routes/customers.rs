//! The customers among whom a connection's bill is split.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::{ConnectionState, connection_id};
use crate::state::ApiState;
use app::connections::{self, Assignment, Customer};
use app::edits::{self, Thing};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An organization that reads its accounts of a bill.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerView {
    organization_id: String,
    organization: String,
    /// In order.
    accounts: Vec<String>,
    state: ConnectionState,
}

impl From<Customer> for CustomerView {
    fn from(found: Customer) -> Self {
        Self {
            organization_id: found.organization.id.to_string(),
            organization: found.organization.name,
            accounts: found.connection.accounts,
            state: found.connection.state.into(),
        }
    }
}

/// The customers of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Customers {
    /// By name.
    customers: Vec<CustomerView>,
    /// Of the account list as it is, for the `If-Match` of a change.
    version: String,
}

impl From<Vec<Customer>> for Customers {
    fn from(found: Vec<Customer>) -> Self {
        let version = edits::customers_version(&found);
        Self { customers: found.into_iter().map(CustomerView::from).collect(), version }
    }
}

/// An account of a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountOfCustomer {
    account_id: String,
    /// Name of the customer's organization; made when there is none of that name.
    organization: String,
}

/// An account list; it replaces the one before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountList {
    accounts: Vec<AccountOfCustomer>,
}

/// The customers among whom a connection's bill is split, each with its accounts.
#[utoipa::path(get, path = "/connections/{id}/customers", params(("id" = String, Path)), responses(
    (status = OK, body = Customers),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn customers(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let found = connections::customers(&state.app, &caller.organization()?.id, &connection_id(&id)?).await?;
    Ok(fresh(Json(Customers::from(found))))
}

/// Splits a connection's bill by an account list: each organization reads its own accounts and nothing else.
#[utoipa::path(put, path = "/connections/{id}/customers", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = AccountList, responses(
    (status = OK, body = Customers),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_customers(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(body): Body<AccountList>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let turn = edits::begin(&state.app, &caller, Thing::Customers(&connection), expected.version()).await?;
    let assignment = |line: AccountOfCustomer| Assignment {
        account_id: line.account_id.trim().to_owned(),
        organization: line.organization.trim().to_owned(),
    };
    let list: Vec<Assignment> = body.accounts.into_iter().map(assignment).collect();
    let found = connections::set_customers(&state.app, &caller, &connection, &list).await?;
    drop(turn);
    Ok(fresh(Json(Customers::from(found))))
}
