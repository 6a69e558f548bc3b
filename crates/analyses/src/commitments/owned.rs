//! Commitments: those that are owned and those that could be bought.

use super::input::{Sku, World};
use super::money::Rate;
use chrono::{DateTime, Days, Utc};
use model::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a commitment is paid. What it costs an hour does not depend on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payment {
    /// By the hour.
    NoUpfront,
    /// Half of it at once.
    PartialUpfront,
    /// All of it at once: its rows are billed zero.
    AllUpfront,
}

impl Payment {
    /// Part that is paid at once, in halves.
    pub(super) const fn upfront_halves(self) -> i64 {
        match self {
            Self::NoUpfront => 0,
            Self::PartialUpfront => 1,
            Self::AllUpfront => 2,
        }
    }
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Term {
    /// One year.
    #[serde(rename = "1yr")]
    OneYear,
    /// Three years.
    #[serde(rename = "3yr")]
    ThreeYears,
}

impl Term {
    /// Its months.
    pub const fn months(self) -> u32 {
        match self {
            Self::OneYear => 12,
            Self::ThreeYears => 36,
        }
    }
}

/// What may be changed about a commitment later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Savings plan: nothing.
    Plan,
    /// Standard reservation: zone, scope, size within the family.
    Standard,
    /// Convertible reservation: exchanged for one of equal or higher value.
    Convertible,
}

/// Reserved instances or nodes of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reserved {
    /// Service code.
    pub service: String,
    /// Region.
    pub region: String,
    /// Zone of a zonal reservation.
    pub zone: Option<String>,
    /// Instance or node family.
    pub family: String,
    /// Size in the family.
    pub size: String,
    /// Operating system and licence, or engine, edition and licence.
    pub platform: String,
    /// Tenancy.
    pub tenancy: String,
    /// `Multi-AZ` and the like; a size-flexible reservation does not ask.
    pub deployment: String,
    /// Normalised units of one of them if it takes all sizes of its family; `None` if it takes its own size alone.
    pub flexible: Option<Rate>,
    /// How many.
    pub count: u32,
}

/// What a commitment takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Covers {
    /// Exactly these, or their family.
    Reserved(Reserved),
    /// EC2 Instance savings plan: one family in one region.
    Ec2Instance {
        /// Family.
        family: String,
        /// Region.
        region: String,
    },
    /// Compute savings plan.
    Compute,
    /// Database savings plan.
    Database,
    /// SageMaker savings plan.
    SageMaker,
}

/// Where in AWS's order a commitment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Layer {
    Zonal,
    Regional,
    Ec2Instance,
    Wide,
}

impl Covers {
    pub(super) fn layer(&self) -> Layer {
        match self {
            Self::Reserved(Reserved { zone: Some(_), .. }) => Layer::Zonal,
            Self::Reserved(_) => Layer::Regional,
            Self::Ec2Instance { .. } => Layer::Ec2Instance,
            Self::Compute | Self::Database | Self::SageMaker => Layer::Wide,
        }
    }

    /// Whether it takes usage of this kind, if a plan has a rate for it.
    pub fn takes(&self, sku: &Sku) -> bool {
        match self {
            Self::Reserved(reserved) => reserved.takes(sku),
            Self::Ec2Instance { family, region } => {
                sku.world == World::Compute
                    && !family.is_empty()
                    && sku.family == *family
                    && sku.region == *region
            }
            Self::Compute => sku.world == World::Compute,
            Self::Database => sku.world == World::Database,
            Self::SageMaker => sku.world == World::SageMaker,
        }
    }
}

impl Reserved {
    fn takes(&self, sku: &Sku) -> bool {
        let alike = sku.service == self.service
            && sku.region == self.region
            && sku.family == self.family
            && sku.platform == self.platform
            && sku.tenancy == self.tenancy
            && (self.zone.is_none() || self.zone == sku.zone);
        // Zonal reservations take their own size alone, whatever their family.
        let any_size = self.flexible.is_some() && self.zone.is_none() && sku.factor.is_some();
        alike && (any_size || (sku.size == self.size && sku.deployment == self.deployment))
    }

    /// Capacity that one unit of usage takes.
    pub(super) fn weight(&self, sku: &Sku) -> Rate {
        match (self.flexible, self.zone.is_none()) {
            (Some(own), true) => sku.factor.unwrap_or(own),
            _ => Rate::ONE,
        }
    }

    /// Capacity of one of them in an hour.
    pub(super) fn each(&self) -> Rate {
        self.flexible.filter(|_| self.zone.is_none()).unwrap_or(Rate::ONE)
    }
}

/// Rates of one offer of savings plans: as many as the usage has SKUs. `None` is unknown: such usage stays on demand and
/// is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rates(pub Vec<Option<Rate>>);

impl Rates {
    /// Rate of a SKU.
    pub fn of(&self, sku: usize) -> Option<Rate> {
        self.0.get(sku).copied().flatten()
    }
}

/// A commitment that is owned, or that is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Commitment {
    /// ARN, or a name for what is tried.
    pub id: String,
    /// Account that owns it; `None` for one without usage of its own (buy there: nothing is served out of turn).
    pub owner: Option<usize>,
    /// What it takes.
    pub covers: Covers,
    /// Term.
    pub term: Term,
    /// Class.
    pub class: Class,
    /// Payment.
    pub payment: Payment,
    /// Cost of an hour, used or not, of all of it: a plan's commitment, or recurring fees and amortised up-front of the
    /// reservations.
    pub hourly: Decimal,
    /// Begin.
    pub begin: DateTime<Utc>,
    /// End: the first moment after it.
    pub end: DateTime<Utc>,
    /// A plan's rates; empty for reservations.
    pub rates: Arc<Rates>,
}

impl Commitment {
    /// Whether it is owned at a moment.
    pub fn at(&self, moment: DateTime<Utc>) -> bool {
        self.begin <= moment && moment < self.end
    }
}

/// What counts at a decision: owned then, queued and just bought included (`begin` may be later), without what has
/// expired or does within so many days.
pub fn owned_at(
    commitments: &[Commitment],
    decision: DateTime<Utc>,
    expires_within_days: u64,
) -> Vec<Commitment> {
    let until = decision.checked_add_days(Days::new(expires_within_days)).unwrap_or(decision);
    commitments.iter().filter(|one| one.end > until && one.end > decision).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(size: &str, zone: &str) -> Sku {
        Sku {
            service: "AmazonEC2".into(),
            usage_type: format!("BoxUsage:m5.{size}"),
            platform: "Linux".into(),
            region: "us-east-1".into(),
            zone: Some(zone.into()),
            family: "m5".into(),
            size: size.into(),
            tenancy: "default".into(),
            deployment: String::new(),
            factor: Rate::try_new(Decimal::from(4)).ok(),
            world: World::Compute,
            on_demand: None,
        }
    }

    #[test]
    fn reservations_take_what_is_alike() {
        let mut reserved = Reserved {
            service: "AmazonEC2".into(),
            region: "us-east-1".into(),
            zone: Some("us-east-1a".into()),
            family: "m5".into(),
            size: "large".into(),
            platform: "Linux".into(),
            tenancy: "default".into(),
            deployment: String::new(),
            flexible: Rate::try_new(Decimal::from(4)).ok(),
            count: 1,
        };
        let takes =
            |reserved: &Reserved, size, zone| Covers::Reserved(reserved.clone()).takes(&sku(size, zone));
        assert!(takes(&reserved, "large", "us-east-1a") && !takes(&reserved, "large", "us-east-1b"));
        assert!(!takes(&reserved, "xlarge", "us-east-1a"), "zonal: exact size");
        assert_eq!(reserved.each(), Rate::ONE);
        reserved.zone = None;
        assert!(takes(&reserved, "xlarge", "us-east-1b"));
        reserved.flexible = None;
        assert!(!takes(&reserved, "xlarge", "us-east-1b") && takes(&reserved, "large", "us-east-1b"));
        let plan = Covers::Ec2Instance { family: "m5".into(), region: "eu-west-1".into() };
        assert!(
            !plan.takes(&sku("large", "us-east-1a")) && Covers::Compute.takes(&sku("large", "us-east-1a"))
        );
    }
}
