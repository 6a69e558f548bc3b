//! What commitments ask about usage.

use crate::company::builder::Builder;
use crate::company::commitments::What;
use crate::company::instances::{family, instance_type};
use crate::company::series::Series;
use crate::company::world::REGIONS;
use crate::fixed::{AMOUNT, MONEY, mul_div};
use crate::text::{Lifecycle, Txt};

/// Which savings plans can take some usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    Compute,
    Database,
    /// None that the company owns.
    Other,
}

/// What commitments ask about a series.
#[derive(Debug, Clone)]
pub(crate) struct Sku {
    pub(crate) world: World,
    pub(crate) code: String,
    pub(crate) region: String,
    pub(crate) operation: String,
    /// Instance or node type; empty where there is none.
    pub(crate) kind: String,
    /// What price tables call it: an instance family, `Fargate`, `Serverless`, …
    pub(crate) class: String,
    /// Normalised units of one unit of usage, in amount counts.
    pub(crate) factor: i64,
    /// Whether reservations can take it.
    pub(crate) reservable: bool,
    /// On-demand price of a unit, and what of it is a licence.
    pub(crate) list: i64,
    pub(crate) licence: i64,
}

impl Sku {
    /// What the market knows of a series; `None` for usage that is outside of it. Spot capacity is inside, as its rows
    /// come by the hour where the others do, but nothing takes it.
    pub(crate) fn of(builder: &Builder, series: &Series) -> Option<Self> {
        let line = &builder.templates[series.template as usize];
        let text = |field| builder.pool.get(line.get(field));
        let (code, usage) = (text(Txt::ProductCode), text(Txt::UsageType));
        let (word, kind) = usage.rsplit_once(':').unwrap_or((usage, ""));
        // Words follow the region's prefix.
        let is =
            |name: &str| word == name || word.strip_suffix(name).is_some_and(|front| front.ends_with('-'));
        let (world, class, reservable) = match code {
            "AmazonEC2" if is("BoxUsage") || is("UnusedBox") => (World::Compute, family(kind), true),
            "AmazonEC2" if is("DedicatedUsage") => (World::Compute, family(kind), false),
            "AmazonEC2" if is("SpotUsage") => (World::Other, "", false),
            "AmazonECS" if usage.contains("Fargate-") => (World::Compute, "Fargate", false),
            "AWSLambda" if usage.contains("Lambda-GB-Second") || usage.contains("Lambda-Provisioned") => {
                (World::Compute, "Lambda", false)
            }
            "AmazonRDS" if is("InstanceUsage") || is("Multi-AZUsage") => {
                let world = if generation(kind) >= 7 { World::Database } else { World::Other };
                (world, "Instance", true)
            }
            "AmazonRDS" if usage.contains("ServerlessV2Usage") => (World::Database, "Serverless", false),
            "AmazonDynamoDB" if usage.ends_with("RequestUnits") => (World::Database, "Requests", false),
            "AmazonDynamoDB" if usage.ends_with("CapacityUnit-Hrs") => (World::Database, "Capacity", false),
            "AmazonElastiCache" if is("NodeUsage") => (World::Other, "", true),
            "AmazonES" if is("ESInstance") => (World::Other, "", true),
            "AmazonRedshift" if is("Node") => (World::Other, "", true),
            "AmazonSageMaker" if kind.starts_with("ml.") => (World::Other, "", false),
            _ => return None,
        };
        let region = text(Txt::RegionCode);
        let licence = if code == "AmazonEC2" && line.lifecycle == Lifecycle::OnDemand {
            let price = REGIONS.iter().find(|known| known.id == region).map_or(1000, |known| known.price);
            series.list_rate - mul_div(instance_type(kind).price, price, 1000) * (MONEY / 10_000)
        } else {
            0
        };
        Some(Self {
            world,
            code: code.to_owned(),
            region: region.to_owned(),
            operation: text(Txt::Operation).to_owned(),
            kind: kind.to_owned(),
            class: class.to_owned(),
            factor: if line.norm > 0 { line.norm } else { AMOUNT },
            reservable,
            list: series.list_rate,
            // Prices are rounded, each on its own.
            licence: licence.max(0),
        })
    }
}

impl What {
    /// Whether reservations of this kind take some usage: its family's, any size.
    pub(crate) fn reserves(self, sku: &Sku) -> bool {
        let Self::Reserved { code, kind, operation, region } = self else { return false };
        sku.reservable
            && sku.code == code
            && sku.operation == operation
            && sku.region == REGIONS[region].id
            && family(&sku.kind) == family(kind)
    }
}

/// Generation of an instance type: `db.r7g.large` is of the seventh.
fn generation(kind: &str) -> u32 {
    family(kind).chars().find_map(|character| character.to_digit(10)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations() {
        assert_eq!([generation("db.r7g.large"), generation("db.m5.large"), generation("")], [7, 5, 0]);
    }
}
