//! Costs of containers by cluster, namespace and workload, with what is idle.

use super::{OptimizationParams, common};
use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::optimize;
use app::optimize::split::{self, SplitCosts, SplitSums};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Parameters of split costs.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct SplitParams {
    /// First day (UTC), YYYY-MM-DD; the newest 30 days unless said otherwise.
    from: Option<String>,
    /// Day after the last (UTC), YYYY-MM-DD.
    to: Option<String>,
}

/// A workload of a namespace.
#[derive(Serialize, ToSchema)]
pub(crate) struct SplitWorkload {
    workload: String,
    /// Of what was used or reserved.
    cost: String,
    /// Its share of what nobody used.
    idle: String,
}

/// A namespace of a cluster; of ECS a service.
#[derive(Serialize, ToSchema)]
pub(crate) struct SplitNamespace {
    namespace: String,
    cost: String,
    idle: String,
    workloads: Vec<SplitWorkload>,
}

/// A cluster.
#[derive(Serialize, ToSchema)]
pub(crate) struct SplitCluster {
    cluster: String,
    account_id: String,
    cost: String,
    idle: String,
    namespaces: Vec<SplitNamespace>,
}

/// Split costs of some days; they are in no total, for instances' own rows hold them.
#[derive(Serialize, ToSchema)]
pub(crate) struct SplitCostsView {
    currency: String,
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    notes: Vec<String>,
    clusters: Vec<SplitCluster>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

fn texts(sums: SplitSums) -> (String, String) {
    (sums.cost.to_string(), sums.idle.to_string())
}

impl From<SplitCosts> for SplitCostsView {
    fn from(found: SplitCosts) -> Self {
        let (from, to) = found.span.map(|(from, to)| (from.to_string(), to.to_string())).unzip();
        let workload = |(workload, sums): (String, SplitSums)| {
            let (cost, idle) = texts(sums);
            SplitWorkload { workload, cost, idle }
        };
        let namespace = |(namespace, own): (String, split::SplitNamespace)| {
            let (cost, idle) = texts(own.sums);
            SplitNamespace {
                namespace,
                cost,
                idle,
                workloads: own.workloads.into_iter().map(workload).collect(),
            }
        };
        let clusters = found.clusters.into_iter().map(|((cluster, account_id), own)| {
            let (cost, idle) = texts(own.sums);
            let namespaces = own.namespaces.into_iter().map(namespace).collect();
            SplitCluster { cluster, account_id, cost, idle, namespaces }
        });
        Self {
            currency: found.currency,
            from,
            to,
            notes: found.notes,
            clusters: clusters.collect(),
            as_of: None,
        }
    }
}

/// What clusters, namespaces and workloads cost, where the report splits it.
#[utoipa::path(get, path = "/optimization/split-costs", tag = "optimization", params(SplitParams, OptimizationParams, AsOfParams), responses(
    (status = OK, body = SplitCostsView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn split_costs(
    State(state): State<ApiState>,
    By(by): By,
    question: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (accounts, currency) = common(&mut pairs)?;
    let (days, as_of) = (pairs.span()?, pairs.as_of()?);
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let span = optimize::span_of(&state.app, &published, days).await?;
        let found = split::split_costs(&state.app, &published, currency.as_deref(), &accounts, span).await?;
        Ok(SplitCostsView { as_of: AsOfView::of(&published), ..SplitCostsView::from(found) })
    };
    question.answer(&state, &published, view).await
}
