//! What is known of AWS beside the bill: what commitments take, how sizes count, what is size-flexible.
//!
//! It changes at AWS, so it is a dated data file and not code. What rows say goes before it.

mod derive;

pub use derive::{Said, without_region};

use super::input::World;
use super::money::Rate;
use model::Decimal;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../data/commitments.json");
/// Held by a test: the file is part of the program.
static FACTS: LazyLock<Facts> = LazyLock::new(|| serde_json::from_str(DATA).unwrap_or_default());

/// The facts.
pub fn facts() -> &'static Facts {
    &FACTS
}

/// What is known of AWS.
#[derive(Debug, Default, Deserialize)]
pub struct Facts {
    /// Day of the newest look at them.
    pub as_of: String,
    /// Where they come from.
    pub sources: Vec<String>,
    sizes: BTreeMap<String, Factor>,
    xlarge: Factor,
    metal: BTreeMap<String, Factor>,
    not_flexible_families: Vec<String>,
    deployments: BTreeMap<String, Factor>,
    io_optimized: Factor,
    database_plan_from_generation: u32,
    engines: BTreeMap<String, BTreeMap<String, String>>,
    services: Vec<Service>,
    /// When a savings plan may be returned.
    pub returns: Returns,
}

/// When a savings plan may be returned.
#[derive(Debug, Default, Deserialize)]
pub struct Returns {
    /// Days from its purchase, within the month.
    pub days: u32,
    /// Returns of a management account in a year.
    pub in_a_year: u32,
    /// Largest commitment by the hour.
    pub most_hourly: Factor,
}

/// A factor that the file writes as text, so that no digit is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factor(pub Decimal);

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A service of which commitments take something.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "names of the data file")]
struct Service {
    service: String,
    takes: Vec<Takes>,
    /// Where its reservations are size-flexible.
    flexible: Option<Flexible>,
    /// Engines that reservations of another one take, at a factor.
    #[serde(default)]
    same_as: BTreeMap<String, SameAs>,
}

/// Usage that commitments take.
#[derive(Debug, Deserialize)]
struct Takes {
    /// Begins of usage types, without the region.
    usage: Vec<String>,
    /// Which plans take it.
    plan: Option<Plan>,
    /// Whether there are reservations of it.
    #[serde(default)]
    reserved: bool,
    /// Whether Database plans take instances of new generations alone.
    #[serde(default)]
    generation: bool,
    /// Engines that the plan takes; none: all.
    #[serde(default)]
    engines: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plan {
    Compute,
    Database,
    SageMaker,
}

#[derive(Debug, Deserialize)]
struct Flexible {
    /// Platforms that are; none: all.
    platforms: Vec<String>,
    /// Begins of engines that are not.
    not: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct SameAs {
    engine: String,
    factor: Factor,
}

impl Facts {
    /// Services and the begins of their usage types (without the region) that some commitment, or spot, is about.
    pub fn usage(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        self.services.iter().map(|one| {
            (one.service.as_str(), one.takes.iter().flat_map(|takes| takes.usage.iter().map(String::as_str)))
        })
    }

    /// Whether a service's commitments are those of compute: the first of the two scopes in which rates are told.
    pub fn is_compute(&self, service: &str) -> bool {
        let found = self.service(service);
        found.is_some_and(|one| one.takes.iter().any(|takes| matches!(takes.plan, Some(Plan::Compute))))
    }

    fn service(&self, service: &str) -> Option<&Service> {
        self.services.iter().find(|one| one.service == service)
    }

    /// Normalised units of a size in an hour; `None` where AWS defines none.
    pub fn size_factor(&self, family: &str, size: &str) -> Option<Decimal> {
        let size = size.split('.').next().unwrap_or(size);
        let of_xlarge = |count: i64| Some(times(Decimal::from(count), self.xlarge.0));
        if let Some(factor) = self.sizes.get(size) {
            return Some(factor.0);
        }
        if size == "metal" {
            return self.metal.get(family).map(|factor| factor.0);
        }
        let count = match size.strip_prefix("metal-") {
            Some(part) => part.strip_suffix("xl"),
            None => size.strip_suffix("xlarge"),
        }?;
        if count.is_empty() { of_xlarge(1) } else { count.parse().ok().and_then(of_xlarge) }
    }
}

/// A product of two factors.
fn times(one: Decimal, other: Decimal) -> Decimal {
    Rate::try_new(other).map_or(Decimal::ZERO, |rate| super::money::product(one, rate))
}

impl Plan {
    const fn world(self) -> World {
        match self {
            Self::Compute => World::Compute,
            Self::Database => World::Database,
            Self::SageMaker => World::SageMaker,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read() {
        let read: Facts = serde_json::from_str(DATA).unwrap();
        assert_eq!(read.as_of.len(), 10);
        assert!(read.services.len() > 10 && !read.sources.is_empty());
        assert_eq!((read.returns.days, read.returns.most_hourly.0), (7, Decimal::from(1100)));
        let names: Vec<&str> = read.usage().map(|(service, _)| service).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(names.len(), once.len());
        assert!(facts().is_compute("AWSLambda") && !facts().is_compute("AmazonRDS"));
    }

    #[test]
    fn sizes_by_awss_table() {
        for (family, size, expected) in [
            ("t3", "nano", "0.25"),
            ("m5", "large", "4"),
            ("m5", "xlarge", "8"),
            ("m5", "2xlarge", "16"),
            ("r6i", "32xlarge", "256"),
            ("u-6tb1", "112xlarge", "896"),
            ("m5", "metal", "192"),
            ("a1", "metal", "32"),
            ("c7i", "metal-24xl", "192"),
            ("db.r5", "large.tpc1.mem2x", "4"),
        ] {
            assert_eq!(facts().size_factor(family, size), expected.parse().ok(), "{family}.{size}");
        }
        for (family, size) in [("m9", "metal"), ("ra3", "xlplus"), ("", ""), ("x", "hugexlarge")] {
            assert_eq!(facts().size_factor(family, size), None, "{family}.{size}");
        }
    }
}
