//! Coverage and effective savings rates of a month: the one definition of both.
//!
//! Compute is EC2, Fargate and Lambda with the reservations and plans of these; all else that commitments take is the other
//! scope. By public on-demand dollars: of a row without a public price, those that were billed.

use super::deeds::{Deed, DeedKind, deeds};
use super::hours::{Engines, Part, amount, months, relevant, text};
use super::owned::together;
use crate::read::Published;
use crate::{App, Result};
use analyses::commitments::{Said, Scope, World, facts};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;
use futures::TryStreamExt;
use model::{BillingPeriod, ChargeType, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rates of a scope. Null where there is no usage to speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScopeRates {
    /// Part of the usage that commitments took, by on-demand dollars; spot outside.
    pub coverage: Option<Decimal>,
    /// Part of the on-demand dollars that commitments saved, less what was not used of them.
    pub effective_savings_rate: Option<Decimal>,
    /// The same with spot at what it saved.
    pub effective_savings_rate_with_spot: Option<Decimal>,
    /// Part of the commitments' cost that was used.
    pub utilization: Option<Decimal>,
    /// On-demand dollars of what commitments took.
    pub covered: Decimal,
    /// On-demand dollars of usage that they could have taken.
    pub on_demand: Decimal,
    /// Cost of the commitments, used or not.
    pub cost: Decimal,
    /// Of it, what was not used.
    pub unused: Decimal,
    /// Covered less cost.
    pub net_savings: Decimal,
    /// Spot usage on demand.
    pub spot_list: Decimal,
    /// What it cost.
    pub spot_cost: Decimal,
}

/// Rates of a month in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthRates {
    /// Month.
    pub month: String,
    /// Currency.
    pub currency: String,
    /// EC2, Fargate and Lambda.
    pub compute: ScopeRates,
    /// All else that commitments take.
    pub non_compute: ScopeRates,
    /// Whether the month may still change.
    pub estimated: bool,
}

impl ScopeRates {
    /// The rates of some sums.
    pub fn of(scope: &Scope) -> Self {
        Self {
            coverage: scope.coverage(),
            effective_savings_rate: scope.effective_savings_rate(),
            effective_savings_rate_with_spot: scope.effective_savings_rate_with_spot(),
            utilization: scope.owned.utilization(),
            covered: scope.owned.equivalent,
            on_demand: scope.on_demand,
            cost: scope.owned.cost(),
            unused: scope.owned.unused,
            net_savings: scope.owned.net_savings(),
            spot_list: scope.spot_list,
            spot_cost: scope.spot_cost,
        }
    }
}

/// Compute, and the rest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scopes {
    pub(super) compute: Scope,
    pub(super) other: Scope,
}

impl Scopes {
    pub(super) fn of(&mut self, compute: bool) -> &mut Scope {
        if compute { &mut self.compute } else { &mut self.other }
    }
}

/// Whether a commitment is of compute: its kind tells, else the service reserved, else what it covered.
pub(super) fn is_compute(deed: &Deed) -> bool {
    match deed.kind {
        DeedKind::ComputePlan | DeedKind::Ec2InstancePlan => true,
        DeedKind::DatabasePlan | DeedKind::SageMakerPlan => false,
        DeedKind::Reserved if deed.reserved.is_some() => {
            deed.service.as_deref().is_some_and(|it| facts().is_compute(it))
        }
        DeedKind::Reserved | DeedKind::OtherPlan => {
            deed.months.values().any(|month| month.services.keys().any(|it| facts().is_compute(it)))
        }
    }
}

/// Rates of a month, main currency first.
///
/// # Errors
/// As [`deeds`].
pub async fn rates(app: &App, published: &Published, month: BillingPeriod) -> Result<Vec<MonthRates>> {
    let own = uncovered(app, published, (Some(month), Some(month))).await?;
    let mut found: BTreeMap<String, Scopes> =
        own.into_iter().map(|((_, currency), one)| (currency, one.scopes)).collect();
    let mut open = false;
    for (deed, (whole, _)) in together(&deeds(app, published, Some(month), Some(month)).await?) {
        let scope = found.entry(deed.currency.clone()).or_default().of(is_compute(&deed));
        if whole.known {
            super::deeds::add(&mut scope.owned, &whole.measured);
        }
        open |= whole.open;
    }
    let known = published.currencies();
    let place = |currency: &String| known.iter().position(|one| one == currency).unwrap_or(known.len());
    let mut found: Vec<(String, Scopes)> = found.into_iter().collect();
    found.sort_by_key(|(currency, _)| place(currency));
    let rates = |(currency, scopes): (String, Scopes)| MonthRates {
        month: month.to_string(),
        currency,
        compute: ScopeRates::of(&scopes.compute),
        non_compute: ScopeRates::of(&scopes.other),
        estimated: open,
    };
    Ok(found.into_iter().map(rates).collect())
}

/// What no commitment took.
#[derive(Clone, Debug, Default)]
pub(super) struct Uncovered {
    /// On demand and spot, by scope.
    pub(super) scopes: Scopes,
    /// On demand, by product code.
    pub(super) services: BTreeMap<String, Decimal>,
    /// Of all, rows of more than an hour.
    pub(super) daily: Decimal,
    /// All.
    pub(super) all: Decimal,
}

/// What no commitment took, by month (either end open, both included) and currency.
pub(super) async fn uncovered(
    app: &App,
    published: &Published,
    (from, to): (Option<BillingPeriod>, Option<BillingPeriod>),
) -> Result<BTreeMap<(BillingPeriod, String), Uncovered>> {
    let mut view = months(&published.view, from, to)?;
    view.periods.retain(|one| to.is_none_or(|to| one.period <= to));
    let mut found: BTreeMap<(BillingPeriod, String), Uncovered> = BTreeMap::new();
    let engines = Engines::read(app, &view).await?;
    let mut batches = app.engine().sql(&view, &statement()).await?;
    while let Some(batch) = batches.try_next().await? {
        let texts = (0..7).map(|at| text(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let amounts = (7..10).map(|at| amount(batch.column(at))).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let word = |at: usize| if texts[at].is_valid(row) { texts[at].value(row) } else { "" };
            let value =
                |at: usize| Decimal::from_units(amounts[at].as_primitive::<Decimal128Type>().value(row));
            let said = Said {
                service: word(2),
                usage_type: word(3),
                operation: word(4),
                instance_type: word(5),
                engine: engines.of(word(2), word(4)),
                ..Said::default()
            };
            let Ok(month) = word(0).parse::<BillingPeriod>() else { continue };
            if !is_eligible(&said) {
                continue;
            }
            let entry = found.entry((month, word(1).to_owned())).or_default();
            entry.all += value(0);
            entry.daily += value(2);
            let scope = entry.scopes.of(facts().is_compute(said.service));
            if Part::of(word(6)) == Some(Part::Spot) {
                scope.spot_list += value(0);
                scope.spot_cost += value(1);
            } else {
                scope.on_demand += value(0);
                *entry.services.entry(said.service.to_owned()).or_default() += value(0);
            }
        }
    }
    Ok(found)
}

/// Dollars by what was used; of rows without a public price those that were billed.
fn statement() -> String {
    let price = r#"CASE WHEN "ListCost" <> 0 THEN "ListCost" ELSE "BilledCost" END"#;
    let long = r#"CAST("ChargePeriodEnd" AS BIGINT) - CAST("ChargePeriodStart" AS BIGINT) > 3600000000"#;
    format!(
        r#"SELECT "billing_period", "currency", "x_ProductCode", "x_UsageType", "x_Operation", "x_InstanceType", "x_ChargeType",
  SUM({price}), SUM("EffectiveCost"), SUM(CASE WHEN {long} THEN {price} ELSE CAST(0 AS DECIMAL(38, 18)) END)
FROM line_items
WHERE NOT "x_IsSplit" AND "x_ChargeType" IN ('{on_demand}', '{spot}') AND ({relevant})
GROUP BY 1, 2, 3, 4, 5, 6, 7"#,
        on_demand = ChargeType::OnDemandUsage.name(),
        spot = ChargeType::SpotUsage.name(),
        relevant = relevant(),
    )
}

/// Whether some commitment that can be bought takes such usage.
fn is_eligible(said: &Said<'_>) -> bool {
    let reservable = facts().is_reservable(said.service, said.usage_type);
    facts().sku(said).is_some_and(|sku| reservable || sku.world != World::Other)
}
