//! Workloads: clusters, groups and environments, and which of them are not to run on spot.

use super::{OptimizationParams, common};
use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView, in_name};
use crate::body::Body;
use crate::caching::Asked;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::streaming::file;
use app::AppError;
use app::optimize::workloads::{self, WorkloadLine, Workloads};
use app::optimize::{self, Accounts};
use app::policy::Caller;
use app::read::Published;
use app::read::export::{Cell, Reader, line};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use model::AsOf;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Parameters of workloads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct WorkloadParams {
    /// containers or elastic; all unless said otherwise.
    kind: Option<String>,
    /// First day (UTC), YYYY-MM-DD; the newest 30 days unless said otherwise.
    from: Option<String>,
    /// Day after the last (UTC), YYYY-MM-DD.
    to: Option<String>,
}

/// What some workloads come to, without those that are not to run on spot.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct WorkloadSums {
    instances: usize,
    /// Hours of instances; of Fargate hours of processors.
    hours: String,
    on_demand_hours: String,
    cost: String,
    on_demand: String,
    spot: String,
}

/// What runs workloads, and what these come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkloadService {
    /// eks, kubernetes, ecs, fargate, emr, beanstalk or asg.
    kind: &'static str,
    workloads: usize,
    #[serde(flatten)]
    sums: WorkloadSums,
}

/// Why a workload is not to run on spot.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkloadExclusion {
    by: String,
    at: String,
    reason: String,
}

/// A workload.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workload {
    /// What it is called where it is excluded.
    id: String,
    kind: &'static str,
    /// Empty where only its kind is known.
    name: String,
    account_id: String,
    #[schema(required = true)]
    account: Option<String>,
    #[schema(required = true)]
    region: Option<String>,
    cost: String,
    on_demand: String,
    spot: String,
    hours: String,
    on_demand_hours: String,
    /// Distinct instances or tasks.
    instances: usize,
    instance_types: Vec<String>,
    #[schema(required = true)]
    excluded: Option<WorkloadExclusion>,
}

impl From<WorkloadLine> for Workload {
    fn from(found: WorkloadLine) -> Self {
        Self {
            id: found.id,
            kind: found.kind.name(),
            name: found.name,
            account_id: found.account_id,
            account: found.account,
            region: found.region,
            cost: found.cost.to_string(),
            on_demand: found.on_demand.to_string(),
            spot: found.spot.to_string(),
            hours: found.hours.to_string(),
            on_demand_hours: found.on_demand_hours.to_string(),
            instances: found.instances,
            instance_types: found.instance_types,
            excluded: found.excluded.map(|it| WorkloadExclusion { by: it.by, at: it.at, reason: it.reason }),
        }
    }
}

/// Workloads of some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkloadsView {
    currency: String,
    /// First day; `null`: there are no data.
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    notes: Vec<String>,
    cards: WorkloadSums,
    services: Vec<WorkloadService>,
    /// By kind, name, account and region; also those that are not to run on spot.
    workloads: Vec<Workload>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

fn sums(found: &workloads::WorkloadSums) -> WorkloadSums {
    WorkloadSums {
        instances: found.instances,
        hours: found.hours.to_string(),
        on_demand_hours: found.on_demand_hours.to_string(),
        cost: found.cost.to_string(),
        on_demand: found.on_demand.to_string(),
        spot: found.spot.to_string(),
    }
}

impl From<&Workloads> for WorkloadsView {
    fn from(found: &Workloads) -> Self {
        let (from, to) = found.span.map(|(from, to)| (from.to_string(), to.to_string())).unzip();
        let services = found.services().into_iter().map(|(kind, count, own)| WorkloadService {
            kind: kind.name(),
            workloads: count,
            sums: sums(&own),
        });
        Self {
            currency: found.currency.clone(),
            from,
            to,
            notes: found.notes.clone(),
            cards: sums(&found.total()),
            services: services.collect(),
            workloads: found.lines().map(Workload::from).collect(),
            as_of: None,
        }
    }
}

/// What is asked for: kinds, accounts, currency, days.
struct Wanted {
    containers: Option<bool>,
    accounts: Accounts,
    currency: Option<String>,
    span: (Option<NaiveDate>, Option<NaiveDate>),
    as_of: Option<AsOf>,
}

fn wanted(mut pairs: Pairs) -> Result<Wanted, ApiError> {
    let containers = match pairs.one("kind")?.as_deref() {
        None | Some("") => None,
        Some("containers") => Some(true),
        Some("elastic") => Some(false),
        Some(other) => {
            return Err(AppError::invalid(format!("kind: '{other}' is none"))
                .advise("Write containers or elastic, or leave it out for both.")
                .into());
        }
    };
    let (accounts, currency) = common(&mut pairs)?;
    let (span, as_of) = (pairs.span()?, pairs.as_of()?);
    pairs.done()?;
    Ok(Wanted { containers, accounts, currency, span, as_of })
}

async fn found(state: &ApiState, published: &Published, wanted: &Wanted) -> Result<Workloads, ApiError> {
    let span = optimize::span_of(&state.app, published, wanted.span).await?;
    let mut found =
        workloads::workloads(&state.app, published, wanted.currency.as_deref(), &wanted.accounts, span)
            .await?;
    if let Some(containers) = wanted.containers {
        found.found.retain(|identity, _| identity.kind.is_of_containers() == containers);
    }
    Ok(found)
}

async fn published(
    state: &ApiState,
    by: &Caller,
    wanted: &Wanted,
) -> Result<std::sync::Arc<Published>, ApiError> {
    Ok(state.published_as_of(by, wanted.as_of).await?)
}

/// The clusters, groups and environments that instances and tasks ran for.
#[utoipa::path(get, path = "/optimization/workloads", tag = "optimization", params(WorkloadParams, OptimizationParams, AsOfParams), responses(
    (status = OK, body = WorkloadsView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn workloads(
    State(state): State<ApiState>,
    By(by): By,
    question: Asked,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let wanted = wanted(pairs)?;
    let published = published(&state, &by, &wanted).await?;
    let view = async {
        let found = found(&state, &published, &wanted).await?;
        Ok(WorkloadsView { as_of: AsOfView::of(&published), ..WorkloadsView::from(&found) })
    };
    question.answer(&state, &published, view).await
}

/// Header of the file.
const COLUMNS: [&str; 13] = [
    "kind",
    "name",
    "account_id",
    "account",
    "region",
    "cost",
    "on_demand",
    "spot",
    "currency",
    "hours",
    "instances",
    "instance_types",
    "excluded",
];

/// The same as CSV, a line for each workload.
#[utoipa::path(get, path = "/optimization/workloads.csv", tag = "optimization", params(WorkloadParams, OptimizationParams, AsOfParams), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn workloads_csv(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let wanted = wanted(pairs)?;
    let place = state.bodies.files.take_for(&by, 1)?;
    let published = published(&state, &by, &wanted).await?;
    let found = found(&state, &published, &wanted).await?;
    let name = format!("workloads{}.csv", in_name(&published));
    Ok(file(&name, "text/csv; charset=utf-8", vec![place], move |out| {
        line(out, Reader::Spreadsheet, COLUMNS.iter().map(|name| Cell::Text(name)))
            .map_err(|error| error.to_string())?;
        for one in found.lines().map(Workload::from) {
            let (instances, types) = (one.instances.to_string(), one.instance_types.join(" "));
            let cells = [
                Cell::Text(one.kind),
                Cell::Text(&one.name),
                Cell::Text(&one.account_id),
                Cell::Text(one.account.as_deref().unwrap_or_default()),
                Cell::Text(one.region.as_deref().unwrap_or_default()),
                Cell::Figure(&one.cost),
                Cell::Figure(&one.on_demand),
                Cell::Figure(&one.spot),
                Cell::Text(&found.currency),
                Cell::Figure(&one.hours),
                Cell::Figure(&instances),
                Cell::Text(&types),
                Cell::Text(if one.excluded.is_some() { "yes" } else { "no" }),
            ];
            line(out, Reader::Spreadsheet, cells.into_iter()).map_err(|error| error.to_string())?;
        }
        Ok::<_, String>(())
    }))
}

/// Workloads that are not to run on spot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpotExclusionWish {
    /// The id of each, as lists have it.
    workloads: Vec<String>,
    #[serde(default)]
    reason: String,
}

/// Keeps workloads off spot: they stay in the list, and leave every total of savings.
#[utoipa::path(put, path = "/optimization/spot-exclusions", tag = "optimization", request_body = SpotExclusionWish, responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn exclude_from_spot(
    State(state): State<ApiState>,
    By(by): By,
    Body(wish): Body<SpotExclusionWish>,
) -> Result<Response, ApiError> {
    optimize::exclude(&state.app, &by, &wish.workloads, &wish.reason).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Workloads that may run on spot again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpotInclusionWish {
    /// The id of each, as lists have it.
    workloads: Vec<String>,
}

/// Lets workloads run on spot again.
#[utoipa::path(post, path = "/optimization/spot-exclusions/include", tag = "optimization", request_body = SpotInclusionWish, responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn include_in_spot(
    State(state): State<ApiState>,
    By(by): By,
    Body(wish): Body<SpotInclusionWish>,
) -> Result<Response, ApiError> {
    optimize::include(&state.app, &by, &wish.workloads).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
