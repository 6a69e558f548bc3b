//! What is owned over time, as it travels.

use super::views::{OwnedCommitmentView, ScopeRatesView};
use app::optimize;
use serde::Serialize;
use utoipa::ToSchema;

/// Cost of what nothing took.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteView {
    /// Service code of reservations, kind of plans.
    of: String,
    amount: String,
}

impl From<optimize::Waste> for WasteView {
    fn from(found: optimize::Waste) -> Self {
        Self { of: found.of, amount: found.amount.to_string() }
    }
}

/// A month of what is owned.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryMonthView {
    month: String,
    /// Whether it may still change.
    estimated: bool,
    /// Both scopes together.
    all: ScopeRatesView,
    compute: ScopeRatesView,
    non_compute: ScopeRatesView,
    /// Savings of what was used.
    gross_savings: String,
    /// The most first.
    waste: Vec<WasteView>,
}

impl From<optimize::HistoryMonth> for HistoryMonthView {
    fn from(found: optimize::HistoryMonth) -> Self {
        Self {
            month: found.month,
            estimated: found.estimated,
            all: ScopeRatesView::from(found.all),
            compute: ScopeRatesView::from(found.compute),
            non_compute: ScopeRatesView::from(found.non_compute),
            gross_savings: found.gross_savings.to_string(),
            waste: found.waste.into_iter().map(WasteView::from).collect(),
        }
    }
}

/// What is committed by the hour in a month, used or not.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommittedMonthView {
    month: String,
    /// Standard reservations.
    standard: String,
    /// Convertible reservations.
    convertible: String,
    compute_plan: String,
    ec2_instance_plan: String,
    database_plan: String,
    sage_maker_plan: String,
    /// Plans of a kind that rows do not tell.
    other_plan: String,
}

impl From<optimize::CommittedMonth> for CommittedMonthView {
    fn from(found: optimize::CommittedMonth) -> Self {
        Self {
            month: found.month,
            standard: found.standard.to_string(),
            convertible: found.convertible.to_string(),
            compute_plan: found.compute_plan.to_string(),
            ec2_instance_plan: found.ec2_instance_plan.to_string(),
            database_plan: found.database_plan.to_string(),
            sage_maker_plan: found.sage_maker_plan.to_string(),
            other_plan: found.other_plan.to_string(),
        }
    }
}

/// Commitments that end in a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExpiryView {
    month: String,
    /// What ends with them, by the hour.
    hourly: String,
    /// The first to end first.
    commitments: Vec<String>,
}

impl From<optimize::Expiry> for ExpiryView {
    fn from(found: optimize::Expiry) -> Self {
        Self { month: found.month, hourly: found.hourly.to_string(), commitments: found.commitments }
    }
}

/// What is owned in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommitmentHistoryView {
    currency: String,
    /// Each over all published months.
    commitments: Vec<OwnedCommitmentView>,
    /// The oldest first.
    months: Vec<HistoryMonthView>,
    /// From the first month to the end of the last term.
    committed: Vec<CommittedMonthView>,
    /// From the newest data on, the next first.
    expiries: Vec<ExpiryView>,
    /// What is owned at the end of the data, by the hour.
    owned_hourly: String,
    /// Commitments owned then.
    owned_count: usize,
    /// Cost of what nothing took, in all months.
    waste: String,
}

impl From<optimize::CommitmentHistory> for CommitmentHistoryView {
    fn from(found: optimize::CommitmentHistory) -> Self {
        Self {
            currency: found.currency,
            commitments: found.commitments.into_iter().map(OwnedCommitmentView::from).collect(),
            months: found.months.into_iter().map(HistoryMonthView::from).collect(),
            committed: found.committed.into_iter().map(CommittedMonthView::from).collect(),
            expiries: found.expiries.into_iter().map(ExpiryView::from).collect(),
            owned_hourly: found.owned_hourly.to_string(),
            owned_count: found.owned_count,
            waste: found.waste.to_string(),
        }
    }
}
