//! All that the reservations' page shows of what is owned: every commitment over all of its months, each month, and what
//! ends when.

use super::deeds::{Deed, DeedKind, DeedMonth, add, deeds};
use super::owned::{OwnedCommitment, together};
use super::rates::{ScopeRates, Scopes, is_compute, uncovered};
use crate::read::Published;
use crate::{App, Result};
use analyses::commitments::{Class, Measured, Scope, share};
use chrono::{DateTime, NaiveTime, Utc};
use model::{BillingPeriod, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// Months ahead that are shown at most: the longest term and what is queued.
const MOST_AHEAD: usize = 72;

/// What is owned in one currency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommitmentHistory {
    /// Currency of all money.
    pub currency: String,
    /// Each commitment, over all months that are published, by name.
    pub commitments: Vec<OwnedCommitment>,
    /// Each published month, the oldest first.
    pub months: Vec<HistoryMonth>,
    /// What is committed by the hour, from the first month to the end of the last term.
    pub committed: Vec<CommittedMonth>,
    /// Months in which commitments end from the newest data on, the next first.
    pub expiries: Vec<Expiry>,
    /// What is owned at the end of the data, by the hour.
    pub owned_hourly: Decimal,
    /// Commitments owned then.
    pub owned_count: usize,
    /// Cost of what nothing took, in all months.
    pub waste: Decimal,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryMonth {
    /// Month.
    pub month: String,
    /// Whether it may still change.
    pub estimated: bool,
    /// Both scopes together.
    pub all: ScopeRates,
    /// EC2, Fargate and Lambda.
    pub compute: ScopeRates,
    /// All else that commitments take.
    pub non_compute: ScopeRates,
    /// Savings of what was used.
    pub gross_savings: Decimal,
    /// Cost of what nothing took, by what it is of: the service of reservations, the kind of plans; the most first.
    pub waste: Vec<Waste>,
}

/// Cost of what nothing took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waste {
    /// Service code of reservations, kind of plans.
    pub of: String,
    /// Amount.
    pub amount: Decimal,
}

/// What is committed by the hour in a month: the mean over its hours, whether used or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommittedMonth {
    /// Month.
    pub month: String,
    /// Standard reservations.
    pub standard: Decimal,
    /// Convertible reservations.
    pub convertible: Decimal,
    /// Compute plans.
    pub compute_plan: Decimal,
    /// EC2 Instance plans.
    pub ec2_instance_plan: Decimal,
    /// Database plans.
    pub database_plan: Decimal,
    /// SageMaker plans.
    pub sage_maker_plan: Decimal,
    /// Plans of a kind that rows do not tell.
    pub other_plan: Decimal,
}

/// Commitments that end in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// Month.
    pub month: String,
    /// What ends with them, by the hour.
    pub hourly: Decimal,
    /// The commitments, the first to end first.
    pub commitments: Vec<String>,
}

/// Everything that is owned, the main currency first.
///
/// # Errors
/// As [`deeds`].
pub async fn history(app: &App, published: &Published) -> Result<Vec<CommitmentHistory>> {
    let found = deeds(app, published, None, None).await?;
    let mut scopes = uncovered(app, published, None).await?;
    let through = crate::read::newest_month(app, published).map(|newest| newest.through);
    let mut by_currency: BTreeMap<String, Vec<(Deed, (DeedMonth, Vec<String>))>> = BTreeMap::new();
    for one in together(&found) {
        by_currency.entry(one.0.currency.clone()).or_default().push(one);
    }
    for (_, currency) in scopes.keys() {
        by_currency.entry(currency.clone()).or_default();
    }
    let known = published.currencies();
    let place = |currency: &String| known.iter().position(|one| one == currency).unwrap_or(known.len());
    let mut answer: Vec<CommitmentHistory> = vec![];
    for (currency, own) in by_currency {
        let parts: Vec<&Deed> = found.iter().filter(|deed| deed.currency == currency).collect();
        let months = months(&currency, &parts, &mut scopes);
        let moment = through.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let owned: Vec<&Deed> = own.iter().map(|(deed, _)| deed).filter(|deed| deed.at(moment)).collect();
        answer.push(CommitmentHistory {
            owned_hourly: owned.iter().filter_map(|deed| deed.hourly()).sum(),
            owned_count: owned.len(),
            waste: months.iter().map(|month| month.all.unused).sum(),
            committed: committed(own.iter().map(|(deed, _)| deed)),
            expiries: expiries(own.iter().map(|(deed, _)| deed), moment),
            commitments: own.iter().map(|(deed, whole)| super::owned::owned_of(deed, whole)).collect(),
            months,
            currency,
        });
    }
    answer.sort_by_key(|one| place(&one.currency));
    Ok(answer)
}

/// Each month of a currency.
fn months(
    currency: &str,
    deeds: &[&Deed],
    scopes: &mut BTreeMap<(BillingPeriod, String), Scopes>,
) -> Vec<HistoryMonth> {
    let mut all: BTreeMap<BillingPeriod, (Scopes, BTreeMap<String, Decimal>, bool)> = BTreeMap::new();
    for ((month, _), uncovered) in scopes.iter().filter(|((_, own), _)| own == currency) {
        all.entry(*month).or_default().0 = *uncovered;
    }
    for deed in deeds {
        for (month, sums) in &deed.months {
            let (scopes, waste, open) = all.entry(*month).or_default();
            *open |= sums.open;
            if !sums.known {
                continue;
            }
            add(&mut scopes.of(is_compute(deed)).owned, &sums.measured);
            if !sums.measured.unused.is_zero() {
                *waste.entry(label(deed)).or_default() += sums.measured.unused;
            }
        }
    }
    let month =
        |(month, (scopes, waste, estimated)): (BillingPeriod, (Scopes, BTreeMap<String, Decimal>, bool))| {
            let all = both(&scopes);
            let mut waste: Vec<Waste> = waste.into_iter().map(|(of, amount)| Waste { of, amount }).collect();
            waste.sort_by(|one, other| other.amount.cmp(&one.amount));
            HistoryMonth {
                month: month.to_string(),
                estimated,
                gross_savings: all.owned.gross_savings(),
                all: ScopeRates::of(&all),
                compute: ScopeRates::of(&scopes.compute),
                non_compute: ScopeRates::of(&scopes.other),
                waste,
            }
        };
    all.into_iter().map(month).collect()
}

fn both(scopes: &Scopes) -> Scope {
    let Scopes { compute, other } = scopes;
    let mut owned: Measured = compute.owned;
    add(&mut owned, &other.owned);
    Scope {
        owned,
        on_demand: compute.on_demand + other.on_demand,
        spot_list: compute.spot_list + other.spot_list,
        spot_cost: compute.spot_cost + other.spot_cost,
    }
}

/// What a commitment's waste stands under.
fn label(deed: &Deed) -> String {
    match deed.kind {
        DeedKind::Reserved => deed.service.clone().unwrap_or_else(|| "Reserved".to_owned()),
        DeedKind::ComputePlan => "ComputeSavingsPlans".to_owned(),
        DeedKind::Ec2InstancePlan => "EC2InstanceSavingsPlans".to_owned(),
        DeedKind::DatabasePlan => "DatabaseSavingsPlans".to_owned(),
        DeedKind::SageMakerPlan => "SageMakerSavingsPlans".to_owned(),
        DeedKind::OtherPlan => "SavingsPlans".to_owned(),
    }
}

fn midnight(day: chrono::NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Commitment over time: of those whose begin and end rows tell.
fn committed<'a>(deeds: impl Iterator<Item = &'a Deed>) -> Vec<CommittedMonth> {
    let mut all: BTreeMap<BillingPeriod, CommittedMonth> = BTreeMap::new();
    let mut first: Option<BillingPeriod> = None;
    let known: Vec<(&Deed, Decimal, DateTime<Utc>, DateTime<Utc>)> = deeds
        .filter(|deed| !deed.returned)
        .filter_map(|deed| Some((deed, deed.hourly()?, deed.begin?, deed.end?)))
        .collect();
    for (deed, ..) in &known {
        let own = deed.months.keys().next().copied();
        first = match (first, own) {
            (Some(first), Some(own)) => Some(first.min(own)),
            (first, own) => first.or(own),
        };
    }
    let Some(first) = first else { return vec![] };
    for (deed, hourly, begin, end) in known {
        let mut month = BillingPeriod::of(begin.date_naive()).unwrap_or(first).max(first);
        for _ in 0..MOST_AHEAD * 2 {
            let (from, to) = (midnight(month.first_day()), midnight(month.end_day()));
            let minutes = (end.min(to) - begin.max(from)).num_minutes();
            if from >= end {
                break;
            }
            let part = share(hourly, Decimal::from(minutes.max(0)), Decimal::from((to - from).num_minutes()));
            let entry = all.entry(month).or_default();
            *entry.of(deed) += part;
            month = month.next();
        }
    }
    let named = |(month, committed): (BillingPeriod, CommittedMonth)| CommittedMonth {
        month: month.to_string(),
        ..committed
    };
    all.into_iter().map(named).collect()
}

impl CommittedMonth {
    fn of(&mut self, deed: &Deed) -> &mut Decimal {
        match (deed.kind, deed.class) {
            (DeedKind::Reserved, Some(Class::Convertible)) => &mut self.convertible,
            (DeedKind::Reserved, _) => &mut self.standard,
            (DeedKind::ComputePlan, _) => &mut self.compute_plan,
            (DeedKind::Ec2InstancePlan, _) => &mut self.ec2_instance_plan,
            (DeedKind::DatabasePlan, _) => &mut self.database_plan,
            (DeedKind::SageMakerPlan, _) => &mut self.sage_maker_plan,
            (DeedKind::OtherPlan, _) => &mut self.other_plan,
        }
    }
}

fn expiries<'a>(deeds: impl Iterator<Item = &'a Deed>, moment: DateTime<Utc>) -> Vec<Expiry> {
    let mut ending: Vec<(DateTime<Utc>, &Deed)> = deeds
        .filter(|deed| !deed.returned)
        .filter_map(|deed| Some((deed.end?, deed)))
        .filter(|(end, _)| *end > moment)
        .collect();
    ending.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.id.cmp(&other.1.id)));
    let mut all: BTreeMap<BillingPeriod, Expiry> = BTreeMap::new();
    for (end, deed) in ending {
        let Some(month) = BillingPeriod::of(end.date_naive()) else { continue };
        let new = || Expiry { month: month.to_string(), hourly: Decimal::ZERO, commitments: vec![] };
        let entry = all.entry(month).or_insert_with(new);
        entry.hourly += deed.hourly().unwrap_or_default();
        entry.commitments.push(deed.id.clone());
    }
    all.into_values().collect()
}
