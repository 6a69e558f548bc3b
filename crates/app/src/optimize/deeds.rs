//! Commitments as the bill tells them: what was bought, by whom, until when, and what each month used of it.
//!
//! Fee rows tell the most; of a commitment without one (the report begins later, or leaves fees out) the rows that it covered
//! tell. Attributes without a column of their own stand in `x_OtherColumns` under the report's own names.

mod read;
mod rows;
mod said;

pub use read::deeds;

use analyses::commitments::{Class, Measured, Payment, Reserved, Term, share};
use chrono::{DateTime, TimeDelta, Utc};
use model::{BillingPeriod, Decimal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Kind of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeedKind {
    /// Reserved instances, nodes or capacity.
    Reserved,
    /// Compute savings plan.
    ComputePlan,
    /// EC2 Instance savings plan.
    Ec2InstancePlan,
    /// Database savings plan.
    DatabasePlan,
    /// SageMaker savings plan.
    SageMakerPlan,
    /// A savings plan of a kind that rows do not tell.
    OtherPlan,
}

impl DeedKind {
    /// Whether it is a savings plan.
    pub const fn is_plan(self) -> bool {
        !matches!(self, Self::Reserved)
    }
}

/// A commitment of one payer, in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Its ARN, or what the provider calls it.
    pub id: String,
    /// Payer account of its rows.
    pub payer: String,
    /// Currency of its money.
    pub currency: String,
    /// What it is.
    pub kind: DeedKind,
    /// Accounts that its fees were booked to, the latest last: it may change hands.
    pub owners: Vec<String>,
    /// Term; `None` where rows do not tell.
    pub term: Option<Term>,
    /// Class, likewise.
    pub class: Option<Class>,
    /// Payment, likewise.
    pub payment: Option<Payment>,
    /// Begin, likewise.
    pub begin: Option<DateTime<Utc>>,
    /// End: the first moment after it, likewise.
    pub end: Option<DateTime<Utc>>,
    /// Service of a reservation.
    pub service: Option<String>,
    /// Region of a reservation or an EC2 Instance plan.
    pub region: Option<String>,
    /// Family of an EC2 Instance plan, instance type of a reservation.
    pub instances: Option<String>,
    /// What is reserved.
    pub reserved: Option<Reserved>,
    /// Whether its up-front fee was paid back: the plan was returned.
    pub returned: bool,
    /// First and last hour of its rows.
    pub seen: (DateTime<Utc>, DateTime<Utc>),
    /// Each month in which it has rows.
    pub months: BTreeMap<BillingPeriod, DeedMonth>,
}

/// A commitment's month.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not hang together")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeedMonth {
    /// Used, unused, and what the used would have cost on demand.
    pub measured: Measured,
    /// After discounts: used, unused.
    pub net: (Decimal, Decimal),
    /// Reservations: normalised instance-hours used, and owned.
    pub units: (Decimal, Decimal),
    /// Hours that its fee rows pay for: of a reservation of three, three for each hour.
    pub fee_hours: Decimal,
    /// A plan's commitment, and what was used of it, where rows tell it.
    pub commitment: Option<Decimal>,
    /// Largest commitment of an hour.
    pub most_hourly: Option<Decimal>,
    /// What was billed of it: fees as they are charged.
    pub billed: Decimal,
    /// Rows of usage that it covered.
    pub covered_rows: u64,
    /// Rows of its fees.
    pub fee_rows: u64,
    /// Services whose usage it covered.
    pub services: BTreeMap<String, Measured>,
    /// Accounts whose usage it covered.
    pub accounts: BTreeSet<String>,
    /// Whether what was not used is told in rows of its own, and none means that all was: FOCUS.
    pub apart: bool,
    /// Whether hours that were not used have no quantity: FOCUS books their cost with the purchase.
    pub by_cost: bool,
    /// Whether the month may still change: what is unused is an estimate then.
    pub open: bool,
    /// Whether the report has all columns of its cost; else used and unused are as billed, which says nothing.
    pub known: bool,
}

impl Deed {
    /// The account that owns it now.
    pub fn owner(&self) -> Option<&str> {
        self.owners.last().map(String::as_str)
    }

    /// What it is, in the words of charts: reservations by their class.
    pub fn kind_name(&self) -> &'static str {
        match (self.kind, self.class) {
            (DeedKind::Reserved, Some(Class::Convertible)) => "convertible",
            (DeedKind::Reserved, _) => "standard",
            (DeedKind::ComputePlan, _) => "compute",
            (DeedKind::Ec2InstancePlan, _) => "ec2",
            (DeedKind::DatabasePlan, _) => "database",
            (DeedKind::SageMakerPlan, _) => "sagemaker",
            (DeedKind::OtherPlan, _) => "unknown",
        }
    }

    /// Service of reservations, and what the waste of plans stands under.
    pub fn service_name(&self) -> String {
        let plans = match self.kind {
            DeedKind::Reserved => return self.service.clone().unwrap_or_else(|| "Reserved".to_owned()),
            DeedKind::ComputePlan => "ComputeSavingsPlans",
            DeedKind::Ec2InstancePlan => "EC2InstanceSavingsPlans",
            DeedKind::DatabasePlan => "DatabaseSavingsPlans",
            DeedKind::SageMakerPlan => "SageMakerSavingsPlans",
            DeedKind::OtherPlan => "SavingsPlans",
        };
        plans.to_owned()
    }

    /// Whether it is owned at a moment: by its dates, else by its rows.
    pub fn at(&self, moment: DateTime<Utc>) -> bool {
        let begun = self.begin.unwrap_or(self.seen.0) <= moment;
        let ended = self.end.map_or_else(|| self.seen.1 + TimeDelta::days(1) < moment, |end| end <= moment);
        begun && !ended && !self.returned
    }

    /// What it costs in an hour, used or not: a plan's commitment; of a reservation what its newest month cost by the hour.
    pub fn hourly(&self) -> Option<Decimal> {
        self.months.values().rev().find_map(|month| {
            if self.kind.is_plan() && month.most_hourly.is_some() {
                return month.most_hourly;
            }
            let count = self.reserved.as_ref().map_or(1, |reserved| i64::from(reserved.count));
            let cost = (month.known && !month.fee_hours.is_zero()).then(|| month.measured.cost())?;
            Some(share(cost, Decimal::from(count), month.fee_hours))
        })
    }

    /// All its months together.
    pub fn whole(&self) -> DeedMonth {
        let mut whole = DeedMonth { known: true, ..DeedMonth::default() };
        for month in self.months.values() {
            whole.add(month);
        }
        whole
    }
}

impl DeedMonth {
    /// Adds another month, or another payer's part of the same.
    pub fn add(&mut self, more: &Self) {
        add(&mut self.measured, &more.measured);
        self.net = (self.net.0 + more.net.0, self.net.1 + more.net.1);
        self.units = (self.units.0 + more.units.0, self.units.1 + more.units.1);
        self.fee_hours += more.fee_hours;
        self.commitment = sum(self.commitment, more.commitment);
        self.most_hourly = self.most_hourly.max(more.most_hourly);
        self.billed += more.billed;
        self.covered_rows += more.covered_rows;
        self.fee_rows += more.fee_rows;
        for (service, measured) in &more.services {
            add(self.services.entry(service.clone()).or_default(), measured);
        }
        self.accounts.extend(more.accounts.iter().cloned());
        self.apart |= more.apart;
        self.by_cost |= more.by_cost;
        self.open |= more.open;
        self.known &= more.known;
    }
}

fn sum(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

/// Adds measures.
pub(super) fn add(to: &mut Measured, more: &Measured) {
    to.used += more.used;
    to.unused += more.unused;
    to.equivalent += more.equivalent;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A deed of which rows tell all, with one month.
    pub(in crate::optimize) fn deed(kind: DeedKind, month: DeedMonth) -> Deed {
        let moment = |text: &str| text.parse().unwrap();
        Deed {
            id: "id".to_owned(),
            payer: "p".to_owned(),
            currency: "USD".to_owned(),
            kind,
            owners: vec!["p".to_owned()],
            term: Some(Term::OneYear),
            class: kind.is_plan().then_some(Class::Plan),
            payment: Some(Payment::NoUpfront),
            begin: Some(moment("2026-08-16T00:00:00Z")),
            end: Some(moment("2026-11-01T12:00:00Z")),
            service: None,
            region: None,
            instances: None,
            reserved: None,
            returned: false,
            seen: (moment("2026-09-01T00:00:00Z"), moment("2026-10-01T00:00:00Z")),
            months: BTreeMap::from([("2026-09".parse().unwrap(), month)]),
        }
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn month(used: &str, unused: &str, fee_hours: &str) -> DeedMonth {
        let measured = Measured { used: decimal(used), unused: decimal(unused), equivalent: Decimal::ZERO };
        DeedMonth { measured, fee_hours: decimal(fee_hours), known: true, ..DeedMonth::default() }
    }

    /// A plan's largest hour: the first and the last may be shorter. Two reservations for 720 hours at $144 together: 0.1 each.
    #[test]
    fn cost_of_an_hour() {
        let plan = DeedMonth { most_hourly: Some(decimal("0.05")), ..month("30", "5.9", "720") };
        assert_eq!(deed(DeedKind::ComputePlan, plan).hourly(), Some(decimal("0.05")));
        let mut two = deed(DeedKind::Reserved, month("100", "44", "1440"));
        let said = analyses::commitments::Said { service: "AmazonEC2", ..Default::default() };
        two.reserved = analyses::commitments::facts().reserved(&said, 2);
        assert_eq!(two.hourly(), Some(decimal("0.2")));
        // As billed, it says nothing.
        let unknown = DeedMonth { known: false, ..month("100", "44", "1440") };
        assert_eq!(deed(DeedKind::Reserved, unknown).hourly(), None);
    }

    #[test]
    fn owned_at_a_moment_by_dates_else_by_rows() {
        let moment = |text: &str| text.parse().unwrap();
        let mut one = deed(DeedKind::ComputePlan, DeedMonth::default());
        assert!(one.at(moment("2026-08-16T00:00:00Z")) && one.at(moment("2026-11-01T11:00:00Z")));
        assert!(!one.at(moment("2026-08-15T23:00:00Z")) && !one.at(moment("2026-11-01T12:00:00Z")));
        one.returned = true;
        assert!(!one.at(moment("2026-09-01T00:00:00Z")));
        (one.returned, one.begin, one.end) = (false, None, None);
        assert!(one.at(moment("2026-10-01T00:00:00Z")) && !one.at(moment("2026-10-03T00:00:00Z")));
    }
}
