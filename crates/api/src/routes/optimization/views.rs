//! What commitments do, as it travels: the figures of [`app::optimize`], decimals as text, what is not known null.

use crate::time;
use app::optimize;
use model::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

fn text(amount: Option<Decimal>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

/// The word of a plain enum, as serde writes it.
fn word(of: impl Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A commitment over some months. What rows do not tell is null, never 0.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommitmentView {
    /// ARN, or what the provider calls it.
    commitment_id: String,
    /// `standard` or `convertible` reservations, `compute`, `ec2`, `database`, `sagemaker` or `unknown` plans.
    kind: String,
    /// Used and unused together.
    #[schema(required = true)]
    cost: Option<String>,
    /// Cost of what usage took.
    #[schema(required = true)]
    used: Option<String>,
    /// Cost of what nothing took.
    #[schema(required = true)]
    unused: Option<String>,
    /// Of a plan used ÷ cost; of a reservation normalised hours used ÷ owned.
    #[schema(required = true)]
    utilization: Option<String>,
    /// What the used would have cost on demand, at public prices.
    #[schema(required = true)]
    on_demand_equivalent: Option<String>,
    /// That, less the used.
    #[schema(required = true)]
    gross_savings: Option<String>,
    /// That, less all of the cost.
    #[schema(required = true)]
    net_savings: Option<String>,
    /// Cost after discounts.
    #[schema(required = true)]
    net_cost: Option<String>,
    /// Normalised instance-hours used of a reservation.
    #[schema(required = true)]
    units_used: Option<String>,
    /// Those owned.
    #[schema(required = true)]
    units_owned: Option<String>,
    /// What it costs in an hour, used or not.
    #[schema(required = true)]
    hourly_commitment: Option<String>,
    /// Currency of all money.
    currency: String,
    /// `1yr` or `3yr`.
    #[schema(required = true)]
    term: Option<String>,
    /// `plan`, `standard` or `convertible`.
    #[schema(required = true)]
    class: Option<String>,
    /// `no-upfront`, `partial-upfront` or `all-upfront`.
    #[schema(required = true)]
    payment: Option<String>,
    /// `zonal` or `regional`; of reservations.
    #[schema(required = true)]
    scope: Option<String>,
    /// Service code of a reservation.
    #[schema(required = true)]
    service: Option<String>,
    /// Region of a reservation or an EC2 Instance plan.
    #[schema(required = true)]
    region: Option<String>,
    /// Instance family of either.
    #[schema(required = true)]
    family: Option<String>,
    /// Instance type of a reservation.
    #[schema(required = true)]
    instance_type: Option<String>,
    /// How many are reserved.
    #[schema(required = true)]
    count: Option<u32>,
    /// Account that owns it; the latest, where it changed hands.
    #[schema(required = true)]
    pub(super) owner_account_id: Option<String>,
    /// Its name, where it has one.
    #[schema(required = true)]
    pub(super) owner_account: Option<String>,
    /// Accounts that owned it, the latest last.
    owners: Vec<String>,
    /// Payer account of its newest rows.
    payer_account_id: String,
    /// Payer accounts of its rows, the latest last.
    payers: Vec<String>,
    #[schema(required = true)]
    begins: Option<String>,
    /// The first moment after it.
    #[schema(required = true)]
    ends: Option<String>,
    /// `active`, `expired`, `returned` or `queued`.
    state: String,
    /// Whether it was returned: its up-front fee was paid back, which is cash and no saving.
    returned: bool,
    /// Whether a month may still change: what is unused is an estimate then.
    estimated: bool,
}

impl From<optimize::OwnedCommitment> for CommitmentView {
    fn from(found: optimize::OwnedCommitment) -> Self {
        Self {
            commitment_id: found.commitment_id,
            kind: found.kind.to_owned(),
            cost: text(found.cost),
            used: text(found.used),
            unused: text(found.unused),
            utilization: text(found.utilization),
            on_demand_equivalent: text(found.on_demand_equivalent),
            gross_savings: text(found.gross_savings),
            net_savings: text(found.net_savings),
            net_cost: text(found.net_cost),
            units_used: text(found.units_used),
            units_owned: text(found.units_owned),
            hourly_commitment: text(found.hourly_commitment),
            currency: found.currency,
            term: found.term.map(word),
            class: found.class.map(word),
            payment: found.payment.map(word),
            scope: found.scope.map(ToOwned::to_owned),
            service: found.service,
            region: found.region,
            family: found.family,
            instance_type: found.instance_type,
            count: found.count,
            owner_account_id: found.owner_account_id,
            owner_account: None,
            owners: found.owners,
            payer_account_id: found.payer_account_id,
            payers: found.payers,
            begins: found.begins.map(time::text),
            ends: found.ends.map(time::text),
            state: found.state.to_owned(),
            returned: found.returned,
            estimated: found.estimated,
        }
    }
}

/// An hour of a commitment.
#[derive(Serialize, ToSchema)]
pub(crate) struct HourView {
    /// Begin of the hour.
    hour: String,
    commitment_id: String,
    cost: String,
    used: String,
    /// Of a reservation spread over the hours by what each left: rows tell it of the month alone.
    unused: String,
    #[schema(required = true)]
    utilization: Option<String>,
    on_demand_equivalent: String,
    net_savings: String,
}

impl From<optimize::OwnedHour> for HourView {
    fn from(found: optimize::OwnedHour) -> Self {
        Self {
            hour: time::text(found.hour),
            commitment_id: found.commitment_id,
            cost: found.cost.to_string(),
            used: found.used.to_string(),
            unused: found.unused.to_string(),
            utilization: text(found.utilization),
            on_demand_equivalent: found.on_demand_equivalent.to_string(),
            net_savings: found.net_savings.to_string(),
        }
    }
}

/// Rates of a scope; null where there is no usage to speak of.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScopeRatesView {
    /// Part of the usage that commitments took, by on-demand dollars; spot outside.
    #[schema(required = true)]
    coverage: Option<String>,
    /// Part of the on-demand dollars that commitments saved, less what was not used of them.
    #[schema(required = true)]
    effective_savings_rate: Option<String>,
    /// The same with spot at what it saved.
    #[schema(required = true)]
    effective_savings_rate_with_spot: Option<String>,
    /// Part of the commitments' cost that was used.
    #[schema(required = true)]
    utilization: Option<String>,
    /// On-demand dollars of what commitments took.
    covered: String,
    /// On-demand dollars of usage that they could have taken.
    on_demand: String,
    /// Cost of the commitments, used or not.
    cost: String,
    /// Of it, what was not used.
    unused: String,
    /// Covered less cost.
    net_savings: String,
    /// Spot usage on demand.
    spot_list: String,
    /// What it cost.
    spot_cost: String,
}

impl From<optimize::ScopeRates> for ScopeRatesView {
    fn from(found: optimize::ScopeRates) -> Self {
        Self {
            coverage: text(found.coverage),
            effective_savings_rate: text(found.effective_savings_rate),
            effective_savings_rate_with_spot: text(found.effective_savings_rate_with_spot),
            utilization: text(found.utilization),
            covered: found.covered.to_string(),
            on_demand: found.on_demand.to_string(),
            cost: found.cost.to_string(),
            unused: found.unused.to_string(),
            net_savings: found.net_savings.to_string(),
            spot_list: found.spot_list.to_string(),
            spot_cost: found.spot_cost.to_string(),
        }
    }
}

/// Rates of a month in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthRatesView {
    month: String,
    currency: String,
    /// EC2, Fargate and Lambda.
    compute: ScopeRatesView,
    /// All else that commitments take.
    non_compute: ScopeRatesView,
    /// Whether the month may still change.
    estimated: bool,
}

impl From<optimize::MonthRates> for MonthRatesView {
    fn from(found: optimize::MonthRates) -> Self {
        Self {
            month: found.month,
            currency: found.currency,
            compute: ScopeRatesView::from(found.compute),
            non_compute: ScopeRatesView::from(found.non_compute),
            estimated: found.estimated,
        }
    }
}

/// A commitment in a replay.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayedView {
    commitment_id: String,
    payer_account_id: String,
    kind: String,
    /// Cost of what was used of it, as billed.
    real: String,
    /// The same in AWS's order over all accounts; null for what cannot be replayed.
    #[schema(required = true)]
    replayed: Option<String>,
    /// The difference, as a part of the real.
    #[schema(required = true)]
    deviation: Option<String>,
    /// Why it was not replayed.
    #[schema(required = true)]
    left_out: Option<String>,
    /// On-demand dollars that it took, as billed.
    real_equivalent: String,
    /// The same in the replay.
    #[schema(required = true)]
    replayed_equivalent: Option<String>,
}

impl From<optimize::ReplayedCommitment> for ReplayedView {
    fn from(found: optimize::ReplayedCommitment) -> Self {
        Self {
            commitment_id: found.commitment_id,
            payer_account_id: found.payer_account_id,
            kind: found.kind.to_owned(),
            real: found.real.to_string(),
            replayed: text(found.replayed),
            deviation: text(found.deviation),
            left_out: found.left_out.map(ToOwned::to_owned),
            real_equivalent: found.real_equivalent.to_string(),
            replayed_equivalent: text(found.replayed_equivalent),
        }
    }
}
