//! From what a row says to what commitments ask of it.

use super::{Facts, Service, Takes, times};
use crate::commitments::input::{Sku, World};
use crate::commitments::money::Rate;
use crate::commitments::owned::Reserved;
use model::Decimal;

/// What a row says of what was used, or of what is reserved; empty where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Service code.
    pub service: &'a str,
    /// Usage type, with its region.
    pub usage_type: &'a str,
    /// Operation: it tells the platform, engine and licence.
    pub operation: &'a str,
    /// Region.
    pub region: &'a str,
    /// Zone, where zonal reservations ask.
    pub zone: Option<&'a str>,
    /// Instance or node type.
    pub instance_type: &'a str,
    /// Operating system.
    pub operating_system: &'a str,
    /// Tenancy.
    pub tenancy: &'a str,
    /// Deployment of a database.
    pub deployment: &'a str,
    /// Engine of a database or cache.
    pub engine: &'a str,
    /// Normalisation factor of the row: where facts have none.
    pub factor: Option<Decimal>,
}

/// A usage type without the region in front (`USE2-`, `EU-`), nor a local zone.
pub fn without_region(usage_type: &str) -> &str {
    let mut rest = usage_type;
    for _ in 0..2 {
        let Some((head, behind)) = rest.split_once('-') else { break };
        let upper = head.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let numbered = (3..=8).contains(&head.len()) && head.as_bytes()[head.len() - 1].is_ascii_digit();
        let lettered = head.as_bytes().iter().take(2).all(u8::is_ascii_uppercase);
        if head != "EU" && !(upper && numbered && lettered) {
            break;
        }
        rest = behind;
    }
    rest
}

/// Family and size of an instance type: `db.r6g.2xlarge` → `db.r6g`, `2xlarge`; suffixes of services are no part of it.
fn family_and_size(instance_type: &str) -> (&str, &str) {
    let name = instance_type.trim_end_matches(".search").trim_end_matches(".elasticsearch");
    let prefix = ["db.", "cache.", "ml.", "dms."]
        .into_iter()
        .find(|prefix| name.starts_with(prefix))
        .map_or(0, str::len);
    match name[prefix..].find('.') {
        Some(at) => (&name[..prefix + at], &name[prefix + at + 1..]),
        None => (name, ""),
    }
}

/// The generation in the name of a family: `db.r7g` → 7.
fn generation(family: &str) -> u32 {
    let name = family.rsplit('.').next().unwrap_or(family);
    let digits: String =
        name.chars().skip_while(|it| !it.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

impl Facts {
    /// What was used, as commitments see it, without its price; `None`: no commitment takes such usage.
    pub fn sku(&self, said: &Said<'_>) -> Option<Sku> {
        let service = self.service(said.service)?;
        let usage = without_region(said.usage_type);
        let takes = service
            .takes
            .iter()
            .find(|takes| takes.usage.iter().any(|head| usage.starts_with(head.as_str())))?;
        let kind = self.kind(service, said);
        Some(Sku {
            service: said.service.to_owned(),
            usage_type: said.usage_type.to_owned(),
            platform: kind.platform,
            region: said.region.to_owned(),
            zone: said.zone.filter(|zone| !zone.is_empty()).map(ToOwned::to_owned),
            size: if kind.family.is_empty() { usage.to_owned() } else { kind.size },
            tenancy: kind.tenancy,
            deployment: kind.deployment,
            factor: kind.factor.and_then(|factor| Rate::try_new(factor).ok()),
            world: self.world(takes, &kind.family, &kind.engine),
            family: kind.family,
            on_demand: None,
        })
    }

    /// Whether reservations take such usage.
    pub fn is_reservable(&self, service: &str, usage_type: &str) -> bool {
        let usage = without_region(usage_type);
        let takes = self.service(service).map(|service| service.takes.as_slice()).unwrap_or_default();
        let found =
            takes.iter().find(|takes| takes.usage.iter().any(|head| usage.starts_with(head.as_str())));
        found.is_some_and(|takes| takes.reserved)
    }

    /// What is reserved, from a reservation's fee row; with a zone it is zonal. `None` for what is not known.
    pub fn reserved(&self, said: &Said<'_>, count: u32) -> Option<Reserved> {
        let service = self.service(said.service)?;
        let kind = self.kind(service, said);
        let zone = said.zone.filter(|zone| !zone.is_empty()).map(ToOwned::to_owned);
        let flexible = zone.is_none() && self.is_flexible(service, &kind);
        let units = kind.factor.filter(|_| flexible).and_then(|factor| Rate::try_new(factor).ok());
        Some(Reserved {
            service: said.service.to_owned(),
            region: said.region.to_owned(),
            zone,
            size: if kind.family.is_empty() { without_region(said.usage_type).to_owned() } else { kind.size },
            family: kind.family,
            platform: kind.platform,
            tenancy: kind.tenancy,
            deployment: kind.deployment,
            flexible: units,
            count,
        })
    }

    fn is_flexible(&self, service: &Service, kind: &Kind) -> bool {
        let Some(flexible) = &service.flexible else { return false };
        let platform = flexible.platforms.is_empty() || flexible.platforms.contains(&kind.platform);
        let engine = !flexible.not.iter().any(|head| kind.engine.starts_with(head.as_str()));
        let family = kind.family.as_str();
        kind.tenancy == DEFAULT
            && platform
            && engine
            && !self.not_flexible_families.iter().any(|it| it == family)
    }

    fn kind(&self, service: &Service, said: &Said<'_>) -> Kind {
        let usage = without_region(said.usage_type);
        let (family, size) = match said.instance_type {
            "Other resources" => ("", ""),
            name => family_and_size(name),
        };
        let engine = self.engine(service, said);
        let deployment = deployment(usage, said.deployment);
        let mut factor =
            self.size_factor(family, size).or(said.factor.filter(|factor| *factor > Decimal::ZERO));
        if let Some(of) = self.deployments.get(deployment) {
            factor = factor.map(|factor| times(factor, of.0));
        }
        if usage.starts_with("InstanceUsageIOOptimized") {
            factor = factor.map(|factor| times(factor, self.io_optimized.0));
        }
        let same = service.same_as.iter().find(|(name, _)| engine.starts_with(name.as_str()));
        if let Some((_, same)) = same {
            factor = factor.map(|factor| times(factor, same.factor.0));
        }
        let named = same.map_or(engine.as_str(), |(_, same)| same.engine.as_str());
        Kind {
            family: family.to_owned(),
            size: size.to_owned(),
            platform: platform(service, said, named),
            tenancy: tenancy(usage, said.tenancy).to_owned(),
            deployment: deployment.to_owned(),
            factor,
            engine,
        }
    }

    /// The engine, with what its licence adds: the row's attribute, else what the operation's code says.
    fn engine(&self, service: &Service, said: &Said<'_>) -> String {
        if !said.engine.is_empty() {
            return said.engine.to_owned();
        }
        let code = said.operation.rsplit(':').next().unwrap_or_default();
        let known = self.engines.get(&service.service).and_then(|codes| codes.get(code));
        known.cloned().unwrap_or_default()
    }

    fn world(&self, takes: &Takes, family: &str, engine: &str) -> World {
        let Some(plan) = takes.plan else { return World::Other };
        let old = takes.generation && generation(family) < self.database_plan_from_generation;
        let other =
            !takes.engines.is_empty() && !takes.engines.iter().any(|one| engine.starts_with(one.as_str()));
        if old || other { World::Other } else { plan.world() }
    }
}

const DEFAULT: &str = "default";

struct Kind {
    family: String,
    size: String,
    platform: String,
    tenancy: String,
    deployment: String,
    engine: String,
    factor: Option<Decimal>,
}

/// What must be the same beside family and region.
fn platform(service: &Service, said: &Said<'_>, engine: &str) -> String {
    let operation = said.operation;
    match service.service.as_str() {
        "AmazonEC2" if operation.starts_with("RunInstances") => {
            // Spot rows carry :SV and digits, which say nothing about the system.
            operation.split(":SV").next().unwrap_or(operation).to_owned()
        }
        "AmazonEC2" => said.operating_system.to_owned(),
        "AmazonElastiCache" | "AmazonMemoryDB" if !engine.is_empty() => engine.to_owned(),
        "AmazonElastiCache" | "AmazonMemoryDB" | "AmazonRDS" if !operation.is_empty() => operation.to_owned(),
        "AmazonRDS" => engine.to_owned(),
        _ => String::new(),
    }
}

fn tenancy<'a>(usage: &str, said: &'a str) -> &'a str {
    match said.to_ascii_lowercase().as_str() {
        "" if ["DedicatedUsage", "UnusedDed"].iter().any(|head| usage.starts_with(head)) => "dedicated",
        "" if usage.starts_with("HostUsage") => "host",
        "" | "shared" | "default" | "na" | "n/a" => DEFAULT,
        "dedicated" => "dedicated",
        "host" => "host",
        _ => said,
    }
}

fn deployment(usage: &str, said: &str) -> &'static str {
    let readable = said.contains("readable") || said.to_ascii_lowercase().contains("cluster");
    if usage.starts_with("Multi-AZCluster") || (said.contains("Multi-AZ") && readable) {
        "Multi-AZ cluster"
    } else if usage.starts_with("Multi-AZ") || usage.starts_with("MirrorUsage") || said.contains("Multi-AZ") {
        "Multi-AZ"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::*;

    fn said<'a>(
        service: &'a str,
        usage_type: &'a str,
        operation: &'a str,
        instance_type: &'a str,
    ) -> Said<'a> {
        Said { service, usage_type, operation, instance_type, region: "us-east-1", ..Said::default() }
    }

    fn sku(service: &str, usage_type: &str, operation: &str, instance_type: &str) -> Sku {
        facts().sku(&said(service, usage_type, operation, instance_type)).unwrap()
    }

    #[test]
    fn regions_are_taken_off() {
        for (usage, expected) in [
            ("USE2-BoxUsage:m5.large", "BoxUsage:m5.large"),
            ("EU-BoxUsage:m5.large", "BoxUsage:m5.large"),
            ("USW2-LAX1-BoxUsage:m5.large", "BoxUsage:m5.large"),
            ("BoxUsage:m5.large", "BoxUsage:m5.large"),
            ("IA-ReadRequestUnits", "IA-ReadRequestUnits"),
            ("Multi-AZUsage:db.m5.large", "Multi-AZUsage:db.m5.large"),
            ("", ""),
        ] {
            assert_eq!(without_region(usage), expected);
        }
    }

    #[test]
    fn instances_of_compute() {
        let linux = sku("AmazonEC2", "USE2-BoxUsage:m5.2xlarge", "RunInstances", "m5.2xlarge");
        assert_eq!((linux.family.as_str(), linux.size.as_str()), ("m5", "2xlarge"));
        assert_eq!(
            (linux.world, linux.platform.as_str(), linux.tenancy.as_str()),
            (World::Compute, "RunInstances", "default")
        );
        assert_eq!(linux.factor, Rate::try_new(Decimal::from(16)).ok());
        let dedicated = sku("AmazonEC2", "DedicatedUsage:m5.large", "RunInstances:0002", "m5.large");
        assert_eq!(
            (dedicated.tenancy.as_str(), dedicated.platform.as_str()),
            ("dedicated", "RunInstances:0002")
        );
        assert_eq!(
            sku("AWSLambda", "EU-Lambda-GB-Second-ARM", "Invoke", "Other resources").world,
            World::Compute
        );
        for usage in ["EBS:VolumeUsage.gp3", "HostBoxUsage:m5.large", "CPUCredits:t3"] {
            assert!(facts().sku(&said("AmazonEC2", usage, "", "")).is_none(), "{usage}");
        }
        assert!(facts().sku(&said("AWSLambda", "Request", "", "")).is_none());
    }

    #[test]
    fn databases_by_engine_deployment_and_generation() {
        let multi = sku("AmazonRDS", "Multi-AZUsage:db.r7g.large", "CreateDBInstance:0014", "db.r7g.large");
        // Multi-AZ: twice the 4 units of large.
        assert_eq!(multi.factor, Rate::try_new(Decimal::from(8)).ok());
        assert_eq!((multi.world, multi.deployment.as_str()), (World::Database, "Multi-AZ"));
        let old = sku("AmazonRDS", "InstanceUsage:db.r6g.large", "CreateDBInstance:0014", "db.r6g.large");
        assert_eq!((old.world, old.family.as_str()), (World::Other, "db.r6g"));
        let valkey = Said {
            engine: "Valkey",
            ..said("AmazonElastiCache", "NodeUsage:cache.r7g.large", "", "cache.r7g.large")
        };
        let valkey = facts().sku(&valkey).unwrap();
        // 4 units × 0.8; reservations of Redis take it.
        assert_eq!((valkey.platform.as_str(), valkey.world), ("Redis", World::Database));
        assert_eq!(valkey.factor, Rate::try_new("3.2".parse().unwrap()).ok());
    }

    #[test]
    fn what_is_reserved_is_flexible_where_aws_says_so() {
        let reserved = |service, usage, operation, kind| {
            facts().reserved(&said(service, usage, operation, kind), 3).unwrap()
        };
        let linux = reserved("AmazonEC2", "USE2-HeavyUsage:m5.large", "RunInstances", "m5.large");
        assert_eq!((linux.count, linux.flexible), (3, Rate::try_new(Decimal::from(4)).ok()));
        for (usage, operation, kind) in [
            ("HeavyUsage:m5.large", "RunInstances:0002", "m5.large"),
            ("HeavyUsage:g5.xlarge", "RunInstances", "g5.xlarge"),
            ("HeavyUsage:m9.metal", "RunInstances", "m9.metal"),
        ] {
            assert_eq!(reserved("AmazonEC2", usage, operation, kind).flexible, None, "{kind} {operation}");
        }
        let zonal = Said {
            zone: Some("us-east-1a"),
            ..said("AmazonEC2", "HeavyUsage:m5.large", "RunInstances", "m5.large")
        };
        assert_eq!(facts().reserved(&zonal, 1).unwrap().flexible, None);
        let sql_server =
            reserved("AmazonRDS", "HeavyUsage:db.m5.large", "CreateDBInstance:0012", "db.m5.large");
        assert_eq!(sql_server.flexible, None);
        assert!(
            reserved("AmazonRDS", "HeavyUsage:db.m5.large", "CreateDBInstance:0014", "db.m5.large")
                .flexible
                .is_some()
        );
        assert_eq!(
            reserved("AmazonES", "HeavyUsage:m5.large.search", "ESDomain", "m5.large.search").flexible,
            None
        );
        assert!(facts().is_reservable("AmazonRDS", "EU-InstanceUsage:db.m5.large"));
        assert!(!facts().is_reservable("AWSLambda", "Lambda-GB-Second"));
    }
}
