//! What is owned over time, as it travels.

use super::views::{CommitmentView, ScopeRatesView};
use crate::as_of::AsOfView;
use app::optimize;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A service's part of a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfServiceView {
    /// Product code; what nothing took of plans stands under their kind.
    service: String,
    cost: String,
    unused: String,
    on_demand_equivalent: String,
    net_savings: String,
    /// On-demand dollars of usage that commitments could have taken.
    uncovered: String,
}

impl From<optimize::OfService> for OfServiceView {
    fn from(found: optimize::OfService) -> Self {
        Self {
            service: found.service,
            cost: found.cost.to_string(),
            unused: found.unused.to_string(),
            on_demand_equivalent: found.on_demand_equivalent.to_string(),
            net_savings: found.net_savings.to_string(),
            uncovered: found.uncovered.to_string(),
        }
    }
}

/// A kind's part.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfKindView {
    kind: String,
    cost: String,
    unused: String,
}

impl From<optimize::OfKind> for OfKindView {
    fn from(found: optimize::OfKind) -> Self {
        Self { kind: found.kind, cost: found.cost.to_string(), unused: found.unused.to_string() }
    }
}

/// A month of what is owned.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedMonthView {
    month: String,
    /// Whether it may still change: what is unused is an estimate then.
    open: bool,
    cost: String,
    used: String,
    unused: String,
    on_demand_equivalent: String,
    gross_savings: String,
    net_savings: String,
    /// On-demand dollars of usage that commitments could have taken.
    uncovered: String,
    #[schema(required = true)]
    utilization: Option<String>,
    #[schema(required = true)]
    coverage: Option<String>,
    #[schema(required = true)]
    effective_savings_rate: Option<String>,
    compute: ScopeRatesView,
    non_compute: ScopeRatesView,
    by_service: Vec<OfServiceView>,
    by_kind: Vec<OfKindView>,
}

impl From<optimize::OwnedMonth> for OwnedMonthView {
    fn from(found: optimize::OwnedMonth) -> Self {
        Self {
            month: found.month,
            open: found.open,
            cost: found.cost.to_string(),
            used: found.used.to_string(),
            unused: found.unused.to_string(),
            on_demand_equivalent: found.on_demand_equivalent.to_string(),
            gross_savings: found.gross_savings.to_string(),
            net_savings: found.net_savings.to_string(),
            uncovered: found.uncovered.to_string(),
            utilization: found.utilization.map(|ratio| ratio.to_string()),
            coverage: found.coverage.map(|ratio| ratio.to_string()),
            effective_savings_rate: found.effective_savings_rate.map(|ratio| ratio.to_string()),
            compute: ScopeRatesView::from(found.compute),
            non_compute: ScopeRatesView::from(found.non_compute),
            by_service: found.by_service.into_iter().map(OfServiceView::from).collect(),
            by_kind: found.by_kind.into_iter().map(OfKindView::from).collect(),
        }
    }
}

/// What is owned, in a month to come.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduledView {
    month: String,
    /// Cost, used or not.
    by_kind: Vec<OfKindView>,
}

impl From<optimize::ScheduledMonth> for ScheduledView {
    fn from(found: optimize::ScheduledMonth) -> Self {
        Self { month: found.month, by_kind: found.by_kind.into_iter().map(OfKindView::from).collect() }
    }
}

/// What is owned, over some months.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedView {
    currency: String,
    other_currencies: Vec<String>,
    /// Day of the newest hour of data.
    data_through: String,
    /// First day of the months.
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    /// What had to be assumed, and what is not known.
    notes: Vec<String>,
    /// False for a daily report.
    hourly: bool,
    /// The oldest first.
    months: Vec<OwnedMonthView>,
    /// What is owned at the end of the data, to the end of the last term.
    scheduled: Vec<ScheduledView>,
    /// By name.
    commitments: Vec<CommitmentView>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

impl From<optimize::OwnedOverTime> for OwnedView {
    fn from(found: optimize::OwnedOverTime) -> Self {
        Self {
            currency: found.currency,
            other_currencies: found.other_currencies,
            data_through: found.data_through.to_string(),
            from: found.from.map(|day| day.to_string()),
            to: found.to.map(|day| day.to_string()),
            notes: found.notes,
            hourly: found.hourly,
            months: found.months.into_iter().map(OwnedMonthView::from).collect(),
            scheduled: found.scheduled.into_iter().map(ScheduledView::from).collect(),
            commitments: found.commitments.into_iter().map(CommitmentView::from).collect(),
            as_of: None,
        }
    }
}

impl OwnedView {
    /// With the names of owners, and when the bills stood so.
    pub(super) fn of(mut self, names: &BTreeMap<String, String>, as_of: Option<AsOfView>) -> Self {
        self.as_of = as_of;
        for one in &mut self.commitments {
            one.owner_account = one.owner_account_id.as_ref().and_then(|id| names.get(id)).cloned();
        }
        self
    }
}
