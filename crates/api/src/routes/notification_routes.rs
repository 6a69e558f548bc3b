//! Who gets which notifications.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::edits::{self, Thing};
use app::notifications::{self, Routes, Severity};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How bad something is, at least.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SeverityName {
    /// To know of.
    Low,
    /// To look at when there is time.
    Medium,
    /// To look at soon.
    High,
    /// To look at now.
    Critical,
}

/// A tag by which something finds its owner.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteTag {
    key: String,
    /// Value that has 60 % of it, or more.
    value: String,
}

/// What goes where. What is left out matches everything.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotificationRoute {
    /// `cost`, `budget`, `connection`, `bill`, `report`.
    #[serde(default)]
    kinds: Vec<String>,
    /// Any of these accounts.
    #[serde(default)]
    accounts: Vec<String>,
    /// Accounts of this subset, by identifier.
    #[serde(default)]
    subset: Option<String>,
    #[serde(default)]
    tag: Option<RouteTag>,
    /// As bad as this, or worse.
    #[serde(default = "low")]
    least: SeverityName,
    /// Channels, by identifier; none: nobody is told.
    channels: Vec<String>,
}

const fn low() -> SeverityName {
    SeverityName::Low
}

/// All routes, in order: the first that matches decides.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotificationRoutes {
    routes: Vec<NotificationRoute>,
    /// Channels that get what no route matches, by identifier.
    fallback: Vec<String>,
    /// Of these routes as they are, for the `If-Match` of a change.
    version: String,
}

/// Routes to be put in the places of those that there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNotificationRoutes {
    routes: Vec<NotificationRoute>,
    fallback: Vec<String>,
}

impl From<Routes> for NotificationRoutes {
    fn from(all: Routes) -> Self {
        let version = all.version();
        let route = |one: notifications::Route| NotificationRoute {
            kinds: one.kinds,
            accounts: one.accounts,
            subset: one.subset,
            tag: one.tag.map(|tag| RouteTag { key: tag.key, value: tag.value }),
            least: match one.least {
                Severity::Low => SeverityName::Low,
                Severity::Medium => SeverityName::Medium,
                Severity::High => SeverityName::High,
                Severity::Critical => SeverityName::Critical,
            },
            channels: one.channels,
        };
        Self { routes: all.routes.into_iter().map(route).collect(), fallback: all.fallback, version }
    }
}

impl From<NewNotificationRoutes> for Routes {
    fn from(new: NewNotificationRoutes) -> Self {
        let route = |one: NotificationRoute| notifications::Route {
            kinds: one.kinds,
            accounts: one.accounts,
            subset: one.subset,
            tag: one.tag.map(|tag| notifications::RouteTag { key: tag.key, value: tag.value }),
            least: match one.least {
                SeverityName::Low => Severity::Low,
                SeverityName::Medium => Severity::Medium,
                SeverityName::High => Severity::High,
                SeverityName::Critical => Severity::Critical,
            },
            channels: one.channels,
        };
        Self { routes: new.routes.into_iter().map(route).collect(), fallback: new.fallback }
    }
}

/// Who gets which notifications.
#[utoipa::path(get, path = "/notification-routes", tag = "notifications", responses(
    (status = OK, body = NotificationRoutes),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn notification_routes(
    State(state): State<ApiState>,
    By(by): By,
) -> Result<Response, ApiError> {
    let found = notifications::routes(&state.app, &by).await?;
    Ok(fresh(Json(NotificationRoutes::from(found))))
}

/// Puts other routes in the places of those that there are.
#[utoipa::path(put, path = "/notification-routes", tag = "notifications",
    params(("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = NewNotificationRoutes, responses(
    (status = OK, body = NotificationRoutes),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_notification_routes(
    State(state): State<ApiState>,
    By(by): By,
    expected: Expected,
    Body(new): Body<NewNotificationRoutes>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::NotificationRoutes, expected.version()).await?;
    let set = notifications::set_routes(&state.app, &by, new.into()).await?;
    Ok(fresh(Json(NotificationRoutes::from(set))))
}
