//! The compute overview, as it travels.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::{Asked, fresh};
use crate::params::{Pairs, filters};
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::optimize::efficiency::{
    AccountMonths, AccountPotential, Cards, ComputeOverview, LowHigh, Reservations, UseCase, compute_overview,
};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use model::Decimal;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Which accounts, in which currency.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct OverviewParams {
    /// `DIM=V[,V]` keeps, `DIM!=V[,V]` leaves out; may be repeated. Figures are of whole accounts: of each that has rows
    /// which pass.
    filter: Option<Vec<String>>,
    /// Currency of the amounts; the main one unless said otherwise.
    currency: Option<String>,
}

/// Savings from one end to the other; `null`: not known.
#[derive(Serialize, ToSchema)]
pub(crate) struct LowHighView {
    #[schema(required = true)]
    low: Option<String>,
    #[schema(required = true)]
    high: Option<String>,
}

/// Exactly the last complete days.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeekCards {
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    spot: LowHighView,
    #[schema(required = true)]
    commitments: Option<String>,
}

/// A month of 730 hours like those looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthCards {
    spot: LowHighView,
    #[schema(required = true)]
    commitments: Option<String>,
}

/// What spot and commitments would save: each alone. They compete for the same hours, and are never added.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardsView {
    week: WeekCards,
    month: MonthCards,
}

/// An account's potential in a month of 730 hours.
#[derive(Serialize, ToSchema)]
pub(crate) struct PotentialView {
    account_id: String,
    account: String,
    #[schema(required = true)]
    spot_low: Option<String>,
    #[schema(required = true)]
    spot_high: Option<String>,
    /// Its share of one purchase for all.
    #[schema(required = true)]
    commitments: Option<String>,
}

/// Instances by how they were bought.
#[derive(Serialize, ToSchema)]
pub(crate) struct LifecycleView {
    /// `on_demand`, `spot`, `reserved` or `savings_plan`.
    lifecycle: String,
    /// Amortized cost.
    cost: String,
    /// Hours of instances.
    hours: String,
}

/// A month's efficiency.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthEfficiencyView {
    month: String,
    /// 0 to 100; `null` where it is not known, or nothing was saved and nothing to save.
    #[schema(required = true)]
    percent: Option<f64>,
}

/// An account's efficiency over time.
#[derive(Serialize, ToSchema)]
pub(crate) struct EfficiencyView {
    account_id: String,
    account: String,
    /// The oldest first.
    months: Vec<MonthEfficiencyView>,
}

/// What stands interruption, in a month of 730 hours.
#[derive(Serialize, ToSchema)]
pub(crate) struct UseCaseView {
    /// Instances that ran on demand.
    instances: u64,
    #[schema(required = true)]
    savings_low: Option<String>,
    #[schema(required = true)]
    savings_high: Option<String>,
    /// Part of their on-demand cost.
    #[schema(required = true)]
    savings_rate: Option<String>,
}

/// What commitments would save in a month of 730 hours.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReservationsView {
    #[schema(required = true)]
    savings: Option<String>,
    /// Part of the on-demand cost that nothing owned takes.
    #[schema(required = true)]
    savings_rate: Option<String>,
}

/// Use cases.
#[derive(Serialize, ToSchema)]
pub(crate) struct UseCasesView {
    containers: UseCaseView,
    elastic: UseCaseView,
    reservations: ReservationsView,
}

/// The compute overview.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComputeOverviewView {
    currency: String,
    /// Last of the days.
    #[schema(required = true)]
    data_through: Option<String>,
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    /// Whether figures are being reckoned after a publication: ask again in some seconds.
    reckoning: bool,
    /// What had to be assumed, and what is not known.
    notes: Vec<String>,
    cards: CardsView,
    /// The greatest potential first.
    accounts: Vec<PotentialView>,
    lifecycles: Vec<LifecycleView>,
    efficiency: Vec<EfficiencyView>,
    use_cases: UseCasesView,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

fn text(amount: Option<Decimal>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn day(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

impl From<LowHigh> for LowHighView {
    fn from(found: LowHigh) -> Self {
        Self { low: text(found.low), high: text(found.high) }
    }
}

impl From<Cards> for CardsView {
    fn from(found: Cards) -> Self {
        let (from, to) = found.week.unzip();
        Self {
            week: WeekCards {
                from: day(from),
                to: day(to),
                spot: found.week_spot.into(),
                commitments: text(found.week_commitments),
            },
            month: MonthCards { spot: found.month_spot.into(), commitments: text(found.month_commitments) },
        }
    }
}

impl From<AccountPotential> for PotentialView {
    fn from(found: AccountPotential) -> Self {
        Self {
            account_id: found.account_id,
            account: found.account,
            spot_low: text(found.spot.low),
            spot_high: text(found.spot.high),
            commitments: text(found.commitments),
        }
    }
}

impl From<AccountMonths> for EfficiencyView {
    fn from(found: AccountMonths) -> Self {
        let months = found
            .months
            .into_iter()
            .map(|one| MonthEfficiencyView { month: one.month, percent: one.percent.map(Decimal::to_f64) });
        Self { account_id: found.account_id, account: found.account, months: months.collect() }
    }
}

impl From<UseCase> for UseCaseView {
    fn from(found: UseCase) -> Self {
        Self {
            instances: found.instances,
            savings_low: text(found.savings.low),
            savings_high: text(found.savings.high),
            savings_rate: text(found.savings_rate),
        }
    }
}

impl From<Reservations> for ReservationsView {
    fn from(found: Reservations) -> Self {
        Self { savings: text(found.savings), savings_rate: text(found.savings_rate) }
    }
}

impl From<ComputeOverview> for ComputeOverviewView {
    fn from(found: ComputeOverview) -> Self {
        let (from, to) = found.span.unzip();
        let [containers, elastic] = found.spot_cases;
        let lifecycles = found.lifecycles.into_iter().map(|one| LifecycleView {
            lifecycle: one.lifecycle.to_owned(),
            cost: one.cost.to_string(),
            hours: one.hours.to_string(),
        });
        Self {
            currency: found.currency,
            data_through: day(to.and_then(|to| to.pred_opt())),
            from: day(from),
            to: day(to),
            reckoning: found.reckoning,
            notes: found.notes,
            cards: found.cards.into(),
            accounts: found.accounts.into_iter().map(PotentialView::from).collect(),
            lifecycles: lifecycles.collect(),
            efficiency: found.efficiency.into_iter().map(EfficiencyView::from).collect(),
            use_cases: UseCasesView {
                containers: containers.into(),
                elastic: elastic.into(),
                reservations: found.reservations.into(),
            },
            as_of: None,
        }
    }
}

/// What spot and commitments could save, where, and how much of what could be saved is.
#[utoipa::path(get, path = "/optimization/overview", operation_id = "compute_overview", params(OverviewParams, AsOfParams), responses(
    (status = OK, body = ComputeOverviewView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn overview(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let filters = filters(&mut pairs)?;
    let currency = pairs.one("currency")?.filter(|currency| !currency.is_empty());
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let (found, stand) = compute_overview(&state.app, &published, &filters, currency.as_deref()).await?;
    let view = ComputeOverviewView { as_of: AsOfView::of(&published), ..found.into() };
    if view.reckoning {
        return Ok(fresh(Json(view)));
    }
    asked.depending_on(&stand.name).answer(&state, &published, async { Ok(view) }).await
}
