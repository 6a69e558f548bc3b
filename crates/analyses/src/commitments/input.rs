//! Usage by the hour, as the replay is asked about it: one payer, one currency.

use super::money::Rate;
use chrono::{DateTime, Utc};
use model::Decimal;
use std::ops::Range;

/// Which savings plans can take some usage. Reserved instances go by the service instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum World {
    /// EC2, Fargate, Lambda: Compute plans, and EC2 Instance plans where the usage has an instance family.
    Compute,
    /// What Database plans take.
    Database,
    /// What SageMaker plans take.
    SageMaker,
    /// What no plan takes; reserved instances or nodes may.
    Other,
}

/// What is used, at one price. Usage whose on-demand rate changes in between is two of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku {
    /// Service code, `AmazonEC2`.
    pub service: String,
    /// Usage type as the rows write it.
    pub usage_type: String,
    /// What must be the same for a reservation beside the family: operating system and licence, or engine, edition and
    /// licence.
    pub platform: String,
    /// Region.
    pub region: String,
    /// Zone, where the rows have it: only zonal reservations ask.
    pub zone: Option<String>,
    /// Instance or node family, empty where there is none (Fargate, Lambda).
    pub family: String,
    /// Size in the family.
    pub size: String,
    /// Tenancy; `default` where it is shared.
    pub tenancy: String,
    /// `Multi-AZ` and the like; empty elsewhere. It is in the factor too.
    pub deployment: String,
    /// Normalised units of one unit of usage: instance size × deployment × engine (facts of AWS, kept as data by the
    /// caller). `None` where AWS defines none: such usage takes exact reservations alone.
    pub factor: Option<Rate>,
    /// Which plans can take it.
    pub world: World,
    /// On-demand rate; `None` is unknown, never free.
    pub on_demand: Option<Rate>,
}

/// How usage was paid for. Replays decide that again for all but spot, which no commitment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bought {
    /// At the on-demand rate.
    OnDemand,
    /// By a reservation.
    Reserved,
    /// By a savings plan.
    SavingsPlan,
    /// On the spot market: outside of all this.
    Spot,
}

/// Amounts of one SKU in one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Which of the bill's SKUs.
    pub sku: usize,
    /// Which of the bill's accounts.
    pub account: usize,
    /// How it was paid for.
    pub bought: Bought,
    /// Hour of the first amount, counted from the bill's first.
    pub from: usize,
    /// Amount of each hour (instance-hours, GB-seconds, … as the rate asks). Negative ones are corrections: no
    /// commitment takes them.
    pub amounts: Vec<Decimal>,
}

/// One payer's usage that commitments could take, in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// Hour of the first amounts.
    pub first_hour: DateTime<Utc>,
    /// Number of hours.
    pub hours: usize,
    /// Accounts of the organization.
    pub accounts: Vec<String>,
    /// What is used.
    pub skus: Vec<Sku>,
    /// How much of it.
    pub series: Vec<Series>,
}

impl Usage {
    /// The last hours of so many days (7, 30, 60, 90), and whether the data are shorter than that, which must be said.
    pub fn look_back(&self, days: usize) -> (Range<usize>, bool) {
        let asked = days * 24;
        (self.hours.saturating_sub(asked)..self.hours, asked > self.hours)
    }

    /// Begin of an hour.
    pub fn hour(&self, number: usize) -> DateTime<Utc> {
        self.first_hour + chrono::TimeDelta::hours(i64::try_from(number).unwrap_or(0))
    }
}

/// Whom an account's commitments may serve beside itself. The setting is not in the bill; its effect is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// How far.
    pub mode: Mode,
    /// Group of each account; those beyond the end and `None` are in no group, which is a group too.
    pub groups: Vec<Option<u32>>,
    /// Accounts that are switched off: they neither give nor take.
    pub off: Vec<usize>,
}

/// How far commitments are shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Owner, then all the organization.
    #[default]
    Organization,
    /// Owner, group, then the rest.
    Prioritized,
    /// Owner, group, nobody else.
    Restricted,
}

impl Sharing {
    /// When an owner's commitment serves an account: 0 first; `None` never. An owner without usage is no account.
    pub(super) fn phase(&self, owner: Option<usize>, account: usize) -> Option<u8> {
        if owner == Some(account) {
            return Some(0);
        }
        if self.off.contains(&account) || owner.is_some_and(|owner| self.off.contains(&owner)) {
            return None;
        }
        let group = |account: Option<usize>| account.and_then(|at| self.groups.get(at).copied().flatten());
        let same = group(owner) == group(Some(account));
        match self.mode {
            Mode::Organization => Some(1),
            Mode::Prioritized => Some(if same { 1 } else { 2 }),
            Mode::Restricted => same.then_some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_goes_owner_group_rest() {
        let mut sharing = Sharing { groups: vec![Some(1), Some(1), Some(2), None], ..Sharing::default() };
        let phases = |sharing: &Sharing| (0..4).map(|at| sharing.phase(Some(0), at)).collect::<Vec<_>>();
        assert_eq!(phases(&sharing), [Some(0), Some(1), Some(1), Some(1)]);
        sharing.mode = Mode::Prioritized;
        assert_eq!(phases(&sharing), [Some(0), Some(1), Some(2), Some(2)]);
        sharing.mode = Mode::Restricted;
        sharing.off = vec![1];
        assert_eq!(phases(&sharing), [Some(0), None, None, None]);
        assert_eq!(sharing.phase(None, 3), Some(1));
        assert_eq!(sharing.phase(Some(1), 1), Some(0));
    }

    #[test]
    fn a_look_back_that_is_longer_than_the_data_says_so() {
        let first_hour = "2026-01-01T00:00:00Z".parse().unwrap();
        let usage = Usage { first_hour, hours: 240, accounts: vec![], skus: vec![], series: vec![] };
        assert_eq!(usage.look_back(7), (72..240, false));
        assert_eq!(usage.look_back(30), (0..240, true));
        assert_eq!(usage.hour(25).to_rfc3339(), "2026-01-02T01:00:00+00:00");
    }
}
