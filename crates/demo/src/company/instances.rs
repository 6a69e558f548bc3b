//! Instances: types with their prices, and the fleets that the company runs.

use super::catalog::{Scope, Shape};

/// An instance type: on-demand price of Linux in us-east-1 in 10⁻⁴ dollars an hour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstanceType {
    pub(crate) name: &'static str,
    pub(crate) price: i64,
    pub(crate) vcpu: u32,
    pub(crate) memory: &'static str,
    pub(crate) family: &'static str,
    pub(crate) processor: &'static str,
}

const fn kind(
    name: &'static str,
    price: i64,
    vcpu: u32,
    memory: &'static str,
    family: &'static str,
    processor: &'static str,
) -> InstanceType {
    InstanceType { name, price, vcpu, memory, family, processor }
}

const GENERAL: &str = "General purpose";
const COMPUTE: &str = "Compute optimized";
const MEMORY: &str = "Memory optimized";
const GPU: &str = "GPU instance";
const XEON: &str = "Intel Xeon Platinum 8175";
const ICE: &str = "Intel Xeon 8375C (Ice Lake)";
const GRAVITON: &str = "AWS Graviton2 Processor";

/// Price list (AWS, us-east-1, July 2026).
pub(crate) const TYPES: &[InstanceType] = &[
    kind("t3.medium", 416, 2, "4 GiB", GENERAL, "Intel Skylake E5 2686 v5"),
    kind("t3.large", 832, 2, "8 GiB", GENERAL, "Intel Skylake E5 2686 v5"),
    kind("m5.large", 960, 2, "8 GiB", GENERAL, XEON),
    kind("m5.xlarge", 1920, 4, "16 GiB", GENERAL, XEON),
    kind("m5.2xlarge", 3840, 8, "32 GiB", GENERAL, XEON),
    kind("m5.4xlarge", 7680, 16, "64 GiB", GENERAL, XEON),
    kind("m6i.large", 960, 2, "8 GiB", GENERAL, ICE),
    kind("m6i.xlarge", 1920, 4, "16 GiB", GENERAL, ICE),
    kind("m6i.2xlarge", 3840, 8, "32 GiB", GENERAL, ICE),
    kind("m6g.large", 770, 2, "8 GiB", GENERAL, GRAVITON),
    kind("m6g.xlarge", 1540, 4, "16 GiB", GENERAL, GRAVITON),
    kind("m4.large", 1000, 2, "8 GiB", GENERAL, "Intel Xeon E5-2686 v4 (Broadwell)"),
    kind("c4.large", 1000, 2, "3.75 GiB", COMPUTE, "Intel Xeon E5-2666 v3 (Haswell)"),
    kind("c5.large", 850, 2, "4 GiB", COMPUTE, "Intel Xeon Platinum 8124M"),
    kind("c5.xlarge", 1700, 4, "8 GiB", COMPUTE, "Intel Xeon Platinum 8124M"),
    kind("c5.2xlarge", 3400, 8, "16 GiB", COMPUTE, "Intel Xeon Platinum 8124M"),
    kind("c6a.large", 765, 2, "4 GiB", COMPUTE, "AMD EPYC 7R13"),
    kind("c6i.large", 850, 2, "4 GiB", COMPUTE, ICE),
    kind("c6i.xlarge", 1700, 4, "8 GiB", COMPUTE, ICE),
    kind("c6g.xlarge", 1360, 4, "8 GiB", COMPUTE, GRAVITON),
    kind("r5.large", 1260, 2, "16 GiB", MEMORY, XEON),
    kind("r5.xlarge", 2520, 4, "32 GiB", MEMORY, XEON),
    kind("r6i.large", 1260, 2, "16 GiB", MEMORY, ICE),
    kind("r6i.xlarge", 2520, 4, "32 GiB", MEMORY, ICE),
    kind("r6g.large", 1008, 2, "16 GiB", MEMORY, GRAVITON),
    kind("g4dn.xlarge", 5260, 4, "16 GiB", GPU, "Intel Xeon Family"),
    kind("g5.12xlarge", 56720, 48, "192 GiB", GPU, "AMD EPYC 7R32"),
    kind("g5.48xlarge", 162_880, 192, "768 GiB", GPU, "AMD EPYC 7R32"),
    kind("db.r6g.large", 2250, 2, "16 GiB", MEMORY, GRAVITON),
    kind("db.r7g.large", 2390, 2, "16 GiB", MEMORY, "AWS Graviton3 Processor"),
    kind("db.m7g.large", 1680, 2, "8 GiB", GENERAL, "AWS Graviton3 Processor"),
    kind("db.m5.large", 1780, 2, "8 GiB", GENERAL, XEON),
    kind("db.t3.medium", 720, 2, "4 GiB", GENERAL, "Intel Skylake E5 2686 v5"),
    kind("cache.r6g.large", 2060, 2, "13.07 GiB", MEMORY, GRAVITON),
    kind("cache.t3.medium", 680, 2, "3.09 GiB", "Standard", "Intel Skylake E5 2686 v5"),
    kind("m5.large.search", 1420, 2, "8 GiB", GENERAL, XEON),
    kind("ra3.xlplus", 10860, 4, "32 GiB", "RA3", "Intel Xeon"),
];

/// Finds a type.
pub(crate) fn instance_type(name: &str) -> InstanceType {
    TYPES.iter().copied().find(|kind| kind.name == name).unwrap_or(TYPES[0])
}

/// Family of an instance type, without the service's prefix and suffix.
pub(crate) fn family(name: &str) -> &str {
    let name = name.strip_prefix("db.").or_else(|| name.strip_prefix("cache.")).unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}

/// Whether AWS calls a type one of the current generation.
pub(crate) fn current(name: &str) -> bool {
    !matches!(family(name), "m4" | "c4")
}

/// AWS's normalization factor of a size, in millionths.
pub(crate) fn normalization(name: &str) -> i64 {
    let size = name.trim_end_matches(".search").rsplit('.').next().unwrap_or_default();
    let units = match size {
        "medium" => 2,
        "large" => 4,
        "xlarge" => 8,
        other => other.strip_suffix("xlarge").and_then(|count| count.parse::<i64>().ok()).unwrap_or(0) * 8,
    };
    units * crate::fixed::AMOUNT
}

/// Operating systems: name in the report, operation code, surcharge per vCPU in 10⁻⁴ dollars, flat surcharge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Os {
    Linux,
    Windows,
    Rhel,
    Suse,
    WindowsSql,
}

impl Os {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows | Self::WindowsSql => "Windows",
            Self::Rhel => "RHEL",
            Self::Suse => "SUSE",
        }
    }

    pub(crate) const fn operation(self) -> &'static str {
        match self {
            Self::Linux => "RunInstances",
            Self::Windows => "RunInstances:0002",
            Self::Rhel => "RunInstances:0010",
            Self::Suse => "RunInstances:000g",
            Self::WindowsSql => "RunInstances:0006",
        }
    }

    pub(crate) const fn surcharge(self, vcpu: i64) -> i64 {
        match self {
            Self::Linux => 0,
            Self::Windows => 460 * vcpu,
            Self::Rhel => 144 * vcpu,
            Self::Suse => 300 * vcpu,
            Self::WindowsSql => 1660 * vcpu,
        }
    }
}

/// What AWS tags on a fleet's members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    Plain,
    Asg,
    Eks,
    /// A cluster that the company runs itself: the key names it.
    Kubernetes,
    EcsInstances,
    Beanstalk,
    Emr,
}

/// The service whose instance a fleet runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Ec2,
    /// EC2 spot capacity.
    Ec2Spot,
    /// EC2 on dedicated hardware.
    Ec2Dedicated,
    Postgres,
    MySqlMultiAz,
    Redis,
    OpenSearch,
    Redshift,
}

/// A fleet: many alike instances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    pub(crate) name: &'static str,
    pub(crate) weight: u32,
    pub(crate) engine: Engine,
    pub(crate) types: &'static [&'static str],
    pub(crate) os: &'static [Os],
    pub(crate) shape: Shape,
    pub(crate) scope: Scope,
    pub(crate) workload: Workload,
    /// Region that the fleet is bound to (reservations are regional).
    pub(crate) region: Option<usize>,
    /// Whether even a small company has several of them: what reservations are bought for.
    pub(crate) several: bool,
}

const fn fleet(
    name: &'static str,
    weight: u32,
    engine: Engine,
    types: &'static [&'static str],
    shape: Shape,
    scope: Scope,
    workload: Workload,
) -> Fleet {
    Fleet {
        name,
        weight,
        engine,
        types,
        os: &[Os::Linux],
        shape,
        scope,
        workload,
        region: None,
        several: false,
    }
}

/// All fleets.
pub(crate) const FLEETS: &[Fleet] = &[
    Fleet {
        several: true,
        region: Some(0),
        ..fleet("ledger", 16, Engine::Ec2, &["m5.large"], Shape::Flat, Scope::Prod, Workload::Plain)
    },
    Fleet {
        several: true,
        region: Some(0),
        ..fleet("tracker-db", 8, Engine::Ec2, &["r5.xlarge"], Shape::Flat, Scope::Prod, Workload::Plain)
    },
    Fleet {
        several: true,
        region: Some(0),
        ..fleet("staging", 5, Engine::Ec2, &["c6a.large"], Shape::Work, Scope::Any, Workload::Plain)
    },
    Fleet {
        several: true,
        region: Some(0),
        ..fleet(
            "orders-pg",
            9,
            Engine::Postgres,
            &["db.r6g.large"],
            Shape::Flat,
            Scope::Prod,
            Workload::Plain,
        )
    },
    Fleet {
        several: true,
        region: Some(0),
        ..fleet("sessions", 4, Engine::Redis, &["cache.r6g.large"], Shape::Flat, Scope::Prod, Workload::Plain)
    },
    Fleet {
        several: true,
        ..fleet(
            "web",
            30,
            Engine::Ec2,
            &["c5.xlarge", "c6i.xlarge", "c6g.xlarge", "m5.xlarge"],
            Shape::Elastic,
            Scope::Prod,
            Workload::Asg,
        )
    },
    Fleet {
        several: true,
        ..fleet(
            "harbor-prod",
            24,
            Engine::Ec2,
            &["m5.2xlarge", "m6g.xlarge", "r6g.large"],
            Shape::Flat,
            Scope::Prod,
            Workload::Eks,
        )
    },
    Fleet {
        several: true,
        region: Some(0),
        ..fleet(
            "batch-m6i",
            14,
            Engine::Ec2,
            &["m6i.xlarge", "m6i.large", "m6i.2xlarge"],
            Shape::Elastic,
            Scope::Prod,
            Workload::Asg,
        )
    },
    fleet(
        "harbor-spot",
        8,
        Engine::Ec2Spot,
        &["m5.xlarge", "m5.2xlarge", "c5.2xlarge"],
        Shape::Spell,
        Scope::Prod,
        Workload::Eks,
    ),
    fleet(
        "geo-spot",
        9,
        Engine::Ec2Spot,
        &["c5.xlarge", "c5.2xlarge", "r5.large"],
        Shape::Spell,
        Scope::Prod,
        Workload::Asg,
    ),
    fleet("etl", 5, Engine::Ec2Spot, &["m5.xlarge", "r5.xlarge"], Shape::Batch, Scope::Data, Workload::Emr),
    fleet("etl-core", 3, Engine::Ec2, &["m5.xlarge"], Shape::Batch, Scope::Data, Workload::Emr),
    fleet("portal", 5, Engine::Ec2, &["t3.large", "m5.large"], Shape::Flat, Scope::Any, Workload::Beanstalk),
    fleet(
        "ecs-hosts",
        5,
        Engine::Ec2,
        &["m5.xlarge", "c5.2xlarge"],
        Shape::Flat,
        Scope::Prod,
        Workload::EcsInstances,
    ),
    fleet(
        "dev",
        14,
        Engine::Ec2,
        &["t3.medium", "t3.large", "m5.xlarge"],
        Shape::Work,
        Scope::Any,
        Workload::Plain,
    ),
    Fleet {
        os: &[Os::Windows, Os::Windows, Os::WindowsSql],
        ..fleet(
            "customs-win",
            3,
            Engine::Ec2,
            &["m5.xlarge", "m5.2xlarge"],
            Shape::Flat,
            Scope::Any,
            Workload::Plain,
        )
    },
    Fleet {
        os: &[Os::Rhel, Os::Rhel, Os::Suse],
        ..fleet(
            "wms-rhel",
            2,
            Engine::Ec2,
            &["r6i.xlarge", "m5.4xlarge"],
            Shape::Flat,
            Scope::Prod,
            Workload::Plain,
        )
    },
    fleet("licensed", 1, Engine::Ec2Dedicated, &["m5.2xlarge"], Shape::Flat, Scope::Prod, Workload::Plain),
    fleet("ranker", 2, Engine::Ec2, &["g4dn.xlarge"], Shape::Work, Scope::Ml, Workload::Plain),
    fleet(
        "apps-pg",
        5,
        Engine::Postgres,
        &["db.t3.medium", "db.m5.large"],
        Shape::Flat,
        Scope::Any,
        Workload::Plain,
    ),
    Fleet {
        several: true,
        region: Some(0),
        ..fleet(
            "core-mysql",
            3,
            Engine::MySqlMultiAz,
            &["db.m5.large"],
            Shape::Flat,
            Scope::Prod,
            Workload::Plain,
        )
    },
    fleet(
        "billing-pg",
        3,
        Engine::Postgres,
        &["db.r7g.large", "db.m7g.large"],
        Shape::Flat,
        Scope::Prod,
        Workload::Plain,
    ),
    Fleet {
        region: Some(0),
        ..fleet("quotes", 1, Engine::Ec2, &["r6i.large"], Shape::Flat, Scope::Prod, Workload::Plain)
    },
    Fleet {
        region: Some(0),
        ..fleet("routing", 1, Engine::Ec2, &["c6i.large"], Shape::Flat, Scope::Prod, Workload::Plain)
    },
    fleet("intranet", 1, Engine::Ec2, &["m4.large"], Shape::Flat, Scope::Any, Workload::Plain),
    fleet("edge", 3, Engine::Ec2, &["t3.large"], Shape::Flat, Scope::Prod, Workload::Kubernetes),
    fleet("cache", 3, Engine::Redis, &["cache.t3.medium"], Shape::Flat, Scope::Any, Workload::Plain),
    fleet("search", 4, Engine::OpenSearch, &["m5.large.search"], Shape::Flat, Scope::Prod, Workload::Plain),
    fleet("warehouse", 2, Engine::Redshift, &["ra3.xlplus"], Shape::Flat, Scope::Data, Workload::Plain),
];
