//! Shared costs: rules that split what one account pays for others.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::allocation::{self, Method};
use app::edits::{self, Thing};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a shared cost is split.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SharingMethod {
    /// The same to each.
    Even,
    /// In proportion to what each costs in the month without shared costs.
    Proportional,
    /// By shares in percent.
    Fixed,
}

impl From<Method> for SharingMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Even => Self::Even,
            Method::Proportional => Self::Proportional,
            Method::Fixed => Self::Fixed,
        }
    }
}

/// An account that takes a part.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedTarget {
    account_id: String,
    /// For fixed shares, which add up to 100.
    #[serde(default)]
    #[schema(required = true)]
    percent: Option<String>,
}

/// A cost that is split.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedCost {
    /// Empty for a new one.
    id: String,
    name: String,
    /// Filters, all of which a row meets.
    source: Vec<String>,
    method: SharingMethod,
    /// None: all other accounts.
    targets: Vec<SharedTarget>,
}

/// The organization's shared costs. The first rule that matches a row takes it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedCosts {
    rules: Vec<SharedCost>,
    /// Of these rules as they are, for the `If-Match` of a change; not looked at when they are replaced.
    #[serde(default)]
    version: String,
}

impl From<allocation::SharedCost> for SharedCost {
    fn from(rule: allocation::SharedCost) -> Self {
        let target = |target: allocation::SharedTarget| SharedTarget {
            account_id: target.account_id,
            percent: target.percent.map(|percent| percent.to_string()),
        };
        Self {
            id: rule.id,
            name: rule.name,
            source: rule.source,
            method: rule.method.into(),
            targets: rule.targets.into_iter().map(target).collect(),
        }
    }
}

impl SharedCost {
    fn read(self) -> Result<allocation::SharedCost, ApiError> {
        let target = |target: SharedTarget| {
            let percent = target.percent.map(|text| text.trim().parse()).transpose();
            let percent = percent.map_err(|error: model::DecimalError| {
                AppError::invalid(format!("a share is no number: {error}")).advise("Write 25 or 12.5.")
            })?;
            Ok(allocation::SharedTarget { account_id: target.account_id, percent })
        };
        Ok(allocation::SharedCost {
            id: self.id,
            name: self.name,
            source: self.source,
            method: match self.method {
                SharingMethod::Even => Method::Even,
                SharingMethod::Proportional => Method::Proportional,
                SharingMethod::Fixed => Method::Fixed,
            },
            targets: self.targets.into_iter().map(target).collect::<Result<_, ApiError>>()?,
        })
    }
}

fn view(rules: Vec<allocation::SharedCost>) -> Response {
    let version = app::edits::version(&rules);
    fresh(Json(SharedCosts { rules: rules.into_iter().map(SharedCost::from).collect(), version }))
}

/// The organization's shared costs, in order.
#[utoipa::path(get, path = "/shared-costs", tag = "allocation", responses(
    (status = OK, body = SharedCosts),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn shared_costs(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    Ok(view(state.published(&by).await?.definitions.shared_costs.clone()))
}

/// Replaces them.
#[utoipa::path(put, path = "/shared-costs", tag = "allocation",
    params(("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = SharedCosts, responses(
    (status = OK, body = SharedCosts),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_shared_costs(
    State(state): State<ApiState>,
    By(by): By,
    expected: Expected,
    Body(new): Body<SharedCosts>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::SharedCosts, expected.version()).await?;
    let rules = new.rules.into_iter().map(SharedCost::read).collect::<Result<_, _>>()?;
    Ok(view(allocation::set_shared_costs(&state.app, &by, rules).await?))
}
