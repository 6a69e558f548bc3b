//! All that the reservations' page shows of what is owned: each month, every commitment over all of them, and what is owned
//! until when.

use super::deeds::{Deed, DeedMonth, add, deeds};
use super::owned::{OwnedCommitment, through, together};
use super::rates::{ScopeRates, Scopes, Uncovered, is_compute, uncovered};
use crate::read::Published;
use crate::{App, Result};
use analyses::commitments::{Measured, Scope, share};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use model::{BillingPeriod, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// Months ahead that are shown at most: the longest term, and what is queued for three years.
const MOST_AHEAD: usize = 72;

/// What is owned in one currency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnedOverTime {
    /// Currency of all money.
    pub currency: String,
    /// Other currencies that the bills have.
    pub other_currencies: Vec<String>,
    /// Day of the newest hour of data.
    pub data_through: NaiveDate,
    /// First day of the months.
    pub from: Option<NaiveDate>,
    /// Day after the last.
    pub to: Option<NaiveDate>,
    /// What had to be assumed, and what is not known.
    pub notes: Vec<String>,
    /// Whether hours are told: not by a daily report.
    pub hourly: bool,
    /// The oldest first.
    pub months: Vec<OwnedMonth>,
    /// What is owned at the end of the data, month by month to the end of the last term, at its cost.
    pub scheduled: Vec<ScheduledMonth>,
    /// Each commitment over all the months, by name.
    pub commitments: Vec<OwnedCommitment>,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnedMonth {
    /// Month.
    pub month: String,
    /// Whether it may still change: what is unused is an estimate then.
    pub open: bool,
    /// Used and unused together.
    pub cost: Decimal,
    /// Cost of what usage took.
    pub used: Decimal,
    /// Cost of what nothing took.
    pub unused: Decimal,
    /// What the used would have cost on demand.
    pub on_demand_equivalent: Decimal,
    /// That, less the used.
    pub gross_savings: Decimal,
    /// That, less all of the cost.
    pub net_savings: Decimal,
    /// On-demand dollars of usage that commitments could have taken.
    pub uncovered: Decimal,
    /// Part of the cost that was used.
    pub utilization: Option<Decimal>,
    /// Part of the usage that commitments took, by on-demand dollars.
    pub coverage: Option<Decimal>,
    /// Net savings as a part of the on-demand dollars.
    pub effective_savings_rate: Option<Decimal>,
    /// EC2, Fargate and Lambda.
    pub compute: ScopeRates,
    /// All else that commitments take.
    pub non_compute: ScopeRates,
    /// By product code of what was used; what nothing took stands under the service of a reservation, the kind of a plan.
    pub by_service: Vec<OfService>,
    /// By kind of commitment.
    pub by_kind: Vec<OfKind>,
}

/// A service's part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfService {
    /// Product code.
    pub service: String,
    /// Used and unused together.
    pub cost: Decimal,
    /// Cost of what nothing took.
    pub unused: Decimal,
    /// What the used would have cost on demand.
    pub on_demand_equivalent: Decimal,
    /// That, less all of the cost.
    pub net_savings: Decimal,
    /// On-demand dollars of usage that commitments could have taken.
    pub uncovered: Decimal,
}

/// A kind's part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfKind {
    /// Kind, as [`OwnedCommitment::kind`] has it.
    pub kind: String,
    /// Used and unused together.
    pub cost: Decimal,
    /// Cost of what nothing took.
    pub unused: Decimal,
}

/// What is owned in a month to come, or in the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduledMonth {
    /// Month.
    pub month: String,
    /// Cost by kind of commitment.
    pub by_kind: Vec<OfKind>,
}

/// What is owned over some months of the bills (either end open, both included), in a currency or the main one.
///
/// # Errors
/// As [`deeds`].
pub async fn owned_over_time(
    app: &App,
    published: &Published,
    (from, to): (Option<BillingPeriod>, Option<BillingPeriod>),
    currency: Option<&str>,
) -> Result<OwnedOverTime> {
    let found = deeds(app, published, from, to).await?;
    let beside = uncovered(app, published, (from, to)).await?;
    let known = published.currencies();
    let currency = currency.or(known.first().map(String::as_str)).unwrap_or_default().to_owned();
    let own: Vec<Deed> = found.into_iter().filter(|deed| deed.currency == currency).collect();
    let beside: BTreeMap<BillingPeriod, Uncovered> = beside
        .into_iter()
        .filter(|((_, one), _)| *one == currency)
        .map(|((month, _), one)| (month, one))
        .collect();
    let now = through(app, published, to);
    let all = together(&own);
    let commitments: Vec<OwnedCommitment> =
        all.iter().map(|(deed, whole)| OwnedCommitment::new(deed, whole, now)).collect();
    // A report may have been daily before.
    let newest = beside.values().next_back().cloned().unwrap_or_default();
    let hourly = newest.daily + newest.daily < newest.all || newest.daily.is_zero();
    let months = months(&own, &beside);
    let day = |month: Option<&OwnedMonth>| month.and_then(|month| month.month.parse::<BillingPeriod>().ok());
    Ok(OwnedOverTime {
        other_currencies: known.iter().filter(|one| **one != currency).cloned().collect(),
        currency,
        data_through: (now - chrono::TimeDelta::milliseconds(1)).date_naive(),
        from: day(months.first()).map(BillingPeriod::first_day),
        to: day(months.last()).map(BillingPeriod::end_day),
        notes: notes(&commitments, hourly),
        hourly,
        scheduled: scheduled(all.iter().map(|(deed, _)| deed), now),
        commitments,
        months,
    })
}

fn notes(commitments: &[OwnedCommitment], hourly: bool) -> Vec<String> {
    let count = |of: fn(&OwnedCommitment) -> bool| commitments.iter().filter(|one| of(one)).count();
    let mut notes = vec![];
    if !hourly {
        notes.push(
            "The report is daily: what is owned is known, hours are not. Hourly granularity tells them."
                .to_owned(),
        );
    }
    let unknown = count(|one| one.cost.is_none());
    if unknown > 0 {
        notes.push(format!(
            "The report lacks columns that the cost of {unknown} commitments needs: it is in no total."
        ));
    }
    let terms = count(|one| one.ends.is_none());
    if terms > 0 {
        notes.push(format!("Rows do not tell when {terms} commitments end."));
    }
    if count(|one| one.estimated) > 0 {
        notes.push("A month is open: what is unused in it is an estimate.".to_owned());
    }
    if count(|one| {
        one.service.as_deref() == Some("AmazonEC2")
            && one.kind == "standard"
            && one.cost.is_some_and(Decimal::is_zero)
    }) > 0
    {
        notes.push("AWS leaves amortised values of reservations on dedicated hosts out.".to_owned());
    }
    notes
}

/// Parts of a month.
#[derive(Default)]
struct Parts {
    scopes: Scopes,
    services: BTreeMap<String, OfService>,
    kinds: BTreeMap<&'static str, OfKind>,
    open: bool,
}

fn months(deeds: &[Deed], beside: &BTreeMap<BillingPeriod, Uncovered>) -> Vec<OwnedMonth> {
    let mut all: BTreeMap<BillingPeriod, Parts> = BTreeMap::new();
    for (month, one) in beside {
        let parts = all.entry(*month).or_default();
        parts.scopes = one.scopes;
        for (service, dollars) in &one.services {
            parts.services.entry(service.clone()).or_default().uncovered += *dollars;
        }
    }
    for deed in deeds {
        for (month, sums) in &deed.months {
            all.entry(*month).or_default().add(deed, sums);
        }
    }
    all.into_iter().map(|(month, parts)| parts.month(month)).collect()
}

impl Parts {
    fn add(&mut self, deed: &Deed, sums: &DeedMonth) {
        self.open |= sums.open;
        if !sums.known {
            return;
        }
        add(&mut self.scopes.of(is_compute(deed)).owned, &sums.measured);
        for (service, measured) in &sums.services {
            let of = self.services.entry(service.clone()).or_default();
            of.cost += measured.used;
            of.on_demand_equivalent += measured.equivalent;
        }
        if !sums.measured.unused.is_zero() {
            let of = self.services.entry(deed.service_name()).or_default();
            of.cost += sums.measured.unused;
            of.unused += sums.measured.unused;
        }
        let kind = self.kinds.entry(deed.kind_name()).or_default();
        kind.cost += sums.measured.cost();
        kind.unused += sums.measured.unused;
    }

    fn month(self, month: BillingPeriod) -> OwnedMonth {
        let all = both(&self.scopes);
        let owned = all.owned;
        let service = |(service, of): (String, OfService)| {
            let net_savings = of.on_demand_equivalent - of.cost;
            OfService { service, net_savings, ..of }
        };
        let mut by_service: Vec<OfService> = self.services.into_iter().map(service).collect();
        by_service
            .sort_by(|one, other| other.cost.cmp(&one.cost).then_with(|| one.service.cmp(&other.service)));
        OwnedMonth {
            month: month.to_string(),
            open: self.open,
            cost: owned.cost(),
            used: owned.used,
            unused: owned.unused,
            on_demand_equivalent: owned.equivalent,
            gross_savings: owned.gross_savings(),
            net_savings: owned.net_savings(),
            uncovered: all.on_demand,
            utilization: owned.utilization(),
            coverage: all.coverage(),
            effective_savings_rate: all.effective_savings_rate(),
            compute: ScopeRates::of(&self.scopes.compute),
            non_compute: ScopeRates::of(&self.scopes.other),
            by_service,
            by_kind: kinds(self.kinds),
        }
    }
}

fn kinds(found: BTreeMap<&'static str, OfKind>) -> Vec<OfKind> {
    found.into_iter().map(|(kind, of)| OfKind { kind: kind.to_owned(), ..of }).collect()
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

/// What is owned at a moment, by the month until its end, at what it costs used or not.
fn scheduled<'a>(deeds: impl Iterator<Item = &'a Deed>, now: DateTime<Utc>) -> Vec<ScheduledMonth> {
    let mut all: BTreeMap<BillingPeriod, BTreeMap<&'static str, OfKind>> = BTreeMap::new();
    let Some(first) = BillingPeriod::of(now.date_naive()) else { return vec![] };
    for deed in deeds.filter(|deed| !deed.returned) {
        let (Some(hourly), Some(end)) = (deed.hourly(), deed.end.filter(|end| *end > now)) else { continue };
        let begin = deed.begin.unwrap_or(deed.seen.0);
        let mut month = first;
        for _ in 0..MOST_AHEAD {
            let moment = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
            let (from, to) = (moment(month.first_day()), moment(month.end_day()));
            if from >= end {
                break;
            }
            let minutes = (end.min(to) - begin.max(from)).num_minutes().max(0);
            let cost = share(hourly, Decimal::from(minutes), Decimal::from(60));
            all.entry(month).or_default().entry(deed.kind_name()).or_default().cost += cost;
            month = month.next();
        }
    }
    let named =
        |(month, of): (BillingPeriod, _)| ScheduledMonth { month: month.to_string(), by_kind: kinds(of) };
    all.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::super::deeds::DeedKind;
    use super::super::deeds::tests::deed;
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// $0.10 by the hour until noon of 1 November: 744 hours of October cost 74.40, 12 of November 1.20.
    #[test]
    fn what_is_owned_until_it_ends() {
        let month = DeedMonth { most_hourly: Some(decimal("0.1")), known: true, ..DeedMonth::default() };
        let own = deed(DeedKind::ComputePlan, month.clone());
        let back = Deed { returned: true, ..own.clone() };
        let found = scheduled([&own, &back].into_iter(), "2026-10-15T00:00:00Z".parse().unwrap());
        let of_month = |at: usize| {
            (found[at].month.as_str(), found[at].by_kind[0].kind.as_str(), found[at].by_kind[0].cost)
        };
        assert_eq!(
            (of_month(0), of_month(1)),
            (("2026-10", "compute", decimal("74.4")), ("2026-11", "compute", decimal("1.2")))
        );
        assert_eq!(found.len(), 2);
        assert!(scheduled([&own].into_iter(), "2026-12-01T00:00:00Z".parse().unwrap()).is_empty());
    }

    /// Used 6 of EC2's for what would have cost 10, unused 4: cost 10 by service and by kind alike, nothing saved.
    #[test]
    fn parts_of_a_month_add_up() {
        let measured = Measured { used: decimal("6"), unused: decimal("4"), equivalent: decimal("10") };
        let taken = Measured { unused: Decimal::ZERO, ..measured };
        let services = BTreeMap::from([("AmazonEC2".to_owned(), taken)]);
        let month = DeedMonth { measured, services, known: true, ..DeedMonth::default() };
        let found = months(&[deed(DeedKind::ComputePlan, month)], &BTreeMap::new());
        let [month] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (month.cost, month.net_savings, month.gross_savings),
            (decimal("10"), Decimal::ZERO, decimal("4"))
        );
        let services: Vec<_> =
            month.by_service.iter().map(|one| (one.service.as_str(), one.cost, one.net_savings)).collect();
        let expected =
            [("AmazonEC2", decimal("6"), decimal("4")), ("ComputeSavingsPlans", decimal("4"), decimal("-4"))];
        assert_eq!(services, expected);
        assert_eq!((month.by_kind[0].cost, month.utilization), (decimal("10"), Some(decimal("0.6"))));
    }

    /// Of a report without all columns nothing is in any total.
    #[test]
    fn what_is_not_known_is_in_no_total() {
        let measured = Measured { used: decimal("6"), unused: decimal("4"), equivalent: decimal("10") };
        let month = DeedMonth { measured, known: false, ..DeedMonth::default() };
        let found = months(&[deed(DeedKind::ComputePlan, month)], &BTreeMap::new());
        assert!(found[0].cost.is_zero() && found[0].by_kind.is_empty() && found[0].utilization.is_none());
    }
}
