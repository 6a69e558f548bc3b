//! Who may call which route. Each route's action stands in [`ACCESS`]; one middleware finds out who asks, checks the
//! request against forgery, and asks the policy. A route or method that is not in the table answers nobody, and a test
//! compares the table with the OpenAPI description.

use crate::methods;
use crate::origin;
use crate::problem::{ApiError, told_to};
use crate::state::ApiState;
use app::identity::{self, Presented};
use app::policy::{self, Action, Caller, Sees};
use app::{AppError, ErrorKind};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Method, path below `/api/v1`, and what calling it is.
pub(crate) const ACCESS: &[(Method, &str, Action)] = &[
    (Method::GET, "/overview", Action::ReadCosts),
    (Method::GET, "/events", Action::ReadConnections),
    (Method::GET, "/dimensions", Action::ReadCosts),
    (Method::GET, "/dimensions/{name}/values", Action::ReadCosts),
    (Method::GET, "/costs", Action::ReadCosts),
    (Method::GET, "/costs.csv", Action::ReadCosts),
    (Method::GET, "/costs.xlsx", Action::ReadCosts),
    (Method::GET, "/costs.parquet", Action::ReadCosts),
    (Method::GET, "/summary", Action::ReadCosts),
    (Method::GET, "/projection", Action::ReadCosts),
    (Method::GET, "/explain", Action::ReadCosts),
    (Method::GET, "/explain.csv", Action::ReadCosts),
    (Method::GET, "/savings", Action::ReadCosts),
    (Method::GET, "/optimization/buy", Action::ReadCosts),
    (Method::GET, "/optimization/buy.csv", Action::ReadCosts),
    (Method::GET, "/optimization/overview", Action::ReadCosts),
    (Method::GET, "/optimization/owned", Action::ReadCosts),
    (Method::GET, "/optimization/owned/hours", Action::ReadCosts),
    (Method::GET, "/optimization/rates", Action::ReadCosts),
    (Method::GET, "/optimization/replay", Action::ReadCosts),
    (Method::GET, "/reports", Action::SaveReports),
    (Method::POST, "/reports", Action::SaveReports),
    (Method::PATCH, "/reports/{id}", Action::SaveReports),
    (Method::DELETE, "/reports/{id}", Action::SaveReports),
    (Method::POST, "/reports/{id}/send", Action::SaveReports),
    (Method::GET, "/subsets", Action::ReadCosts),
    (Method::POST, "/subsets", Action::DefineAllocation),
    (Method::DELETE, "/subsets", Action::DefineAllocation),
    (Method::GET, "/subsets/{id}", Action::ReadCosts),
    (Method::PATCH, "/subsets/{id}", Action::DefineAllocation),
    (Method::GET, "/accounts", Action::ReadCosts),
    (Method::PUT, "/account-names", Action::DefineAllocation),
    (Method::GET, "/tag-spellings", Action::ReadAllocation),
    (Method::PUT, "/tag-spellings", Action::DefineAllocation),
    (Method::GET, "/virtual-tags", Action::ReadAllocation),
    (Method::POST, "/virtual-tags", Action::DefineAllocation),
    (Method::PUT, "/virtual-tags/{id}", Action::DefineAllocation),
    (Method::DELETE, "/virtual-tags/{id}", Action::DefineAllocation),
    (Method::POST, "/virtual-tags/preview", Action::DefineAllocation),
    (Method::GET, "/shared-costs", Action::ReadAllocation),
    (Method::PUT, "/shared-costs", Action::DefineAllocation),
    (Method::GET, "/budgets", Action::ReadCosts),
    (Method::POST, "/budgets", Action::DefineAllocation),
    (Method::POST, "/budgets/suggest", Action::DefineAllocation),
    (Method::GET, "/budgets/{id}", Action::ReadCosts),
    (Method::PUT, "/budgets/{id}", Action::DefineAllocation),
    (Method::DELETE, "/budgets/{id}", Action::DefineAllocation),
    (Method::GET, "/optimization/waste", Action::ReadCosts),
    (Method::GET, "/optimization/waste.csv", Action::ReadCosts),
    (Method::POST, "/optimization/waste/dismissals", Action::DefineAllocation),
    (Method::DELETE, "/optimization/waste/dismissals/{id}", Action::DefineAllocation),
    (Method::GET, "/optimization/workloads", Action::ReadCosts),
    (Method::GET, "/optimization/workloads.csv", Action::ReadCosts),
    (Method::PUT, "/optimization/spot-exclusions", Action::DefineAllocation),
    (Method::POST, "/optimization/spot-exclusions/include", Action::DefineAllocation),
    (Method::GET, "/optimization/split-costs", Action::ReadCosts),
    (Method::GET, "/session", Action::ReadSession),
    (Method::POST, "/session", Action::SignIn),
    (Method::DELETE, "/session", Action::ChangeOwnSession),
    (Method::PUT, "/session/organization", Action::ChangeOwnSession),
    (Method::PUT, "/session/password", Action::ChangeOwnSession),
    (Method::POST, "/session/invitations/{id}/accept", Action::ChangeOwnSession),
    (Method::DELETE, "/session/invitations/{id}", Action::ChangeOwnSession),
    (Method::DELETE, "/sessions", Action::ChangeOrganization),
    (Method::POST, "/setup", Action::SetUp),
    (Method::GET, "/members", Action::ReadOrganization),
    (Method::PATCH, "/members/{user_id}", Action::ChangeOrganization),
    (Method::DELETE, "/members/{user_id}", Action::ChangeOrganization),
    (Method::GET, "/invitations", Action::Invite),
    (Method::POST, "/invitations", Action::Invite),
    (Method::DELETE, "/invitations/{id}", Action::Invite),
    (Method::GET, "/invitations/by-token/{token}", Action::AcceptInvitation),
    (Method::POST, "/invitations/by-token/{token}/accept", Action::AcceptInvitation),
    (Method::GET, "/tokens", Action::ManageTokens),
    (Method::POST, "/tokens", Action::ManageTokens),
    (Method::DELETE, "/tokens", Action::ManageTokens),
    (Method::DELETE, "/tokens/{id}", Action::ManageTokens),
    (Method::GET, "/audit", Action::ReadAudit),
    (Method::GET, "/oidc/start", Action::SignIn),
    (Method::GET, "/oidc/callback", Action::SignIn),
    (Method::GET, "/organization", Action::ReadOrganization),
    (Method::PATCH, "/organization", Action::ChangeOrganization),
    (Method::GET, "/organization/mail-domains", Action::ReadOrganization),
    (Method::PUT, "/organization/mail-domains", Action::ChangeOrganization),
    (Method::POST, "/organizations", Action::CreateOrganization),
    (Method::GET, "/connections", Action::ReadConnections),
    (Method::POST, "/connections", Action::ManageConnections),
    (Method::GET, "/connections/{id}", Action::ReadConnections),
    (Method::PATCH, "/connections/{id}", Action::ManageConnections),
    (Method::DELETE, "/connections/{id}", Action::ManageConnections),
    (Method::GET, "/connections/{id}/permissions", Action::ManageConnections),
    (Method::GET, "/connections/{id}/template", Action::ManageConnections),
    (Method::GET, "/connections/{id}/links", Action::ManageConnections),
    (Method::GET, "/connections/{id}/verification", Action::ReadConnections),
    (Method::POST, "/connections/{id}/verification", Action::ManageConnections),
    (Method::GET, "/connections/{id}/verification/events", Action::ReadConnections),
    (Method::GET, "/connections/{id}/processing", Action::ReadConnections),
    (Method::POST, "/connections/{id}/processing", Action::ProcessConnection),
    (Method::DELETE, "/connections/{id}/processing", Action::ProcessConnection),
    (Method::POST, "/connections/{id}/processing/again", Action::ProcessConnection),
    (Method::GET, "/connections/{id}/processing/events", Action::ReadConnections),
    (Method::GET, "/connections/{id}/ingests", Action::ReadConnections),
    (Method::GET, "/connections/{id}/jobs", Action::ReadConnections),
    (Method::GET, "/connections/{id}/files", Action::ReadConnections),
    (Method::GET, "/connections/{id}/changes", Action::ReadConnections),
    (Method::GET, "/connections/{id}/bill-choices", Action::ReadConnections),
    (Method::PUT, "/connections/{id}/bill-choices/{question}", Action::ManageConnections),
    (Method::GET, "/connections/{id}/customers", Action::ManageConnections),
    (Method::PUT, "/connections/{id}/customers", Action::ManageConnections),
    (Method::GET, "/reach", Action::ManageConnections),
    (Method::GET, "/channels", Action::ManageChannels),
    (Method::POST, "/channels", Action::ManageChannels),
    (Method::PATCH, "/channels/{id}", Action::ManageChannels),
    (Method::DELETE, "/channels/{id}", Action::ManageChannels),
    (Method::POST, "/channels/{id}/rotate", Action::ManageChannels),
    (Method::POST, "/channels/{id}/test", Action::ManageChannels),
    (Method::GET, "/channels/{id}/deliveries", Action::ManageChannels),
    (Method::POST, "/channels/{id}/deliveries/{delivery}/resend", Action::ManageChannels),
    (Method::GET, "/notification-routes", Action::ManageChannels),
    (Method::PUT, "/notification-routes", Action::ManageChannels),
    (Method::GET, "/trends", Action::ReadCosts),
    (Method::GET, "/trends/why", Action::ReadCosts),
    (Method::GET, "/trend-events", Action::ReadCosts),
    (Method::POST, "/trend-events/archive", Action::DefineTrends),
    (Method::GET, "/trend-events/{id}", Action::ReadCosts),
    (Method::GET, "/trend-events/{id}/days", Action::ReadCosts),
    (Method::GET, "/trend-events/{id}/breakdown", Action::ReadCosts),
    (Method::GET, "/trend-events/{id}/why", Action::ReadCosts),
    (Method::PUT, "/trend-events/{id}/verdict", Action::AnswerTrends),
    (Method::PUT, "/trend-events/{id}/assignee", Action::AnswerTrends),
    (Method::PUT, "/trend-events/{id}/snooze", Action::AnswerTrends),
    (Method::PUT, "/trend-events/{id}/expected", Action::DefineTrends),
    (Method::POST, "/trend-events/{id}/comments", Action::AnswerTrends),
    (Method::PATCH, "/trend-events/{id}/comments/{comment}", Action::AnswerTrends),
    (Method::DELETE, "/trend-events/{id}/comments/{comment}", Action::AnswerTrends),
    (Method::GET, "/trend-definitions", Action::ReadAllocation),
    (Method::POST, "/trend-definitions", Action::DefineTrends),
    (Method::PUT, "/trend-definitions/{id}", Action::DefineTrends),
    (Method::DELETE, "/trend-definitions/{id}", Action::DefineTrends),
    (Method::POST, "/trend-definitions/backtest", Action::DefineTrends),
];

/// The action of a route.
pub(crate) fn action(method: &Method, path: &str) -> Option<Action> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let below = path.strip_prefix("/api/v1")?;
    ACCESS.iter().find(|(known, path, _)| known == method && *path == below).map(|(_, _, action)| *action)
}

/// Finds out who asks, and lets pass what they may do.
pub(crate) async fn authorize(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_default();
    let Some(action) = action(request.method(), &route) else {
        return methods::of_route(request.method(), &route);
    };
    match check(&state, action, request).await {
        Ok((request, part)) => told_to(part, next.run(request)).await,
        Err(error) => error.into_response(),
    }
}

/// The request with its caller, and whether they may see a part of the bills alone.
async fn check(state: &ApiState, action: Action, mut request: Request) -> Result<(Request, bool), ApiError> {
    let presented = Presented {
        session: origin::session_cookie(&state.site, request.headers()),
        bearer: origin::bearer(request.headers())?,
        address: origin::address(&state.site, &request),
        demo: state.site.demo.clone(),
    };
    origin::same_site(&state.site, &request)?;
    let with_cookie = presented.session.clone();
    let caller = identity::caller(&state.app, presented).await?;
    if let (Some(secret), Some(_)) = (with_cookie, caller.user()) {
        origin::csrf(&request, &secret, action)?;
    }
    policy::allow(&caller, action)?;
    let part = caller.sees() != Sees::Everything;
    request.extensions_mut().insert(caller);
    Ok((request, part))
}

/// Who asks, in a handler.
pub(crate) struct By(pub(crate) Caller);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // Without the middleware nobody has asked the policy.
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.map(Self).ok_or_else(|| {
            AppError::new(ErrorKind::Internal, "a handler was reached without authorization").into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_its_action_and_every_action_its_route() {
        let spec = crate::openapi();
        let mut described = vec![];
        for (path, item) in &spec.paths.paths {
            for (method, operation) in [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
                (Method::HEAD, &item.head),
                (Method::OPTIONS, &item.options),
                (Method::TRACE, &item.trace),
            ] {
                if operation.is_some() {
                    assert!(action(&method, path).is_some(), "{method} {path} is not in the access table");
                    described.push((method, path.clone()));
                }
            }
        }
        for (at, (method, path, _)) in ACCESS.iter().enumerate() {
            let found = (method.clone(), format!("/api/v1{path}"));
            assert!(described.contains(&found), "{method} {path} is no route");
            assert!(!ACCESS[..at].iter().any(|(m, p, _)| m == method && p == path), "{method} {path} twice");
        }
        assert_eq!(described.len(), ACCESS.len());
        assert!(action(&Method::HEAD, "/api/v1/costs").is_some());
        assert!(action(&Method::GET, "/costs").is_none());
    }

    #[test]
    fn what_changes_something_is_not_for_those_who_only_read() {
        for (method, path, action) in ACCESS {
            if !method.is_safe() {
                assert!(!matches!(action, Action::ReadCosts | Action::ReadOrganization), "{method} {path}");
            }
        }
    }
}
