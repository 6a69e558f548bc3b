//! The rules and what rows they look at, out of their data file.

use super::Confidence;
use model::Decimal;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// A rule, as pages show it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its number, 1 to 33.
    pub id: u8,
    /// Its name for programs.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// How sure its findings are.
    pub confidence: Confidence,
    pub(super) how: How,
    /// Days of rows that it looks at.
    #[serde(default = "fortnight")]
    pub look_back: u16,
    /// Days by which its rows come late: evidence so far before the newest day still stands.
    #[serde(default)]
    pub slack: u16,
    /// What the rows say.
    pub evidence: String,
    /// What the amount is.
    pub amount: String,
    /// What to do.
    pub advice: String,
    /// What could go wrong.
    pub risk: String,
    /// The permission by which more would be known.
    pub permission: String,
}

impl Rule {
    /// Whether its findings are commitments, not resources.
    pub const fn is_of_commitments(&self) -> bool {
        matches!(self.how, How::Commitment)
    }
}

const fn fortnight() -> u16 {
    14
}

/// How a rule finds something.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum How {
    /// All of these rows.
    All {
        rows: String,
    },
    /// These rows, where the resource has no amounts of the others.
    Idle {
        rows: String,
        activity: Vec<String>,
        nearly_percent: Option<Decimal>,
    },
    /// These rows, where they cost so much; nothing is promised.
    Shown {
        rows: String,
        least: Decimal,
    },
    Gp2,
    Provisioned,
    Magnetic,
    Alone,
    Snapshots,
    PreviousGeneration,
    Graviton,
    Host,
    Concurrency,
    Bucket,
    Table {
        storage_less_percent: Decimal,
        throughput_more_percent: Decimal,
    },
    Logs {
        less_percent: Decimal,
        least: Decimal,
    },
    Schedule(Schedule),
    Aurora,
    Commitment,
}

/// When what is no production is needed, and how it is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Keys of tags, in lower case.
    pub keys: Vec<String>,
    /// Their values that mean no production, in lower case.
    pub values: Vec<String>,
    /// First hour of the day (UTC), Monday to Friday.
    pub from_hour: u8,
    /// Hour after the last.
    pub to_hour: u8,
}

/// What no row says, and the permission that would.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannotProve {
    /// What is not known.
    pub what: String,
    /// The permission.
    pub permission: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signal {
    usage: Vec<String>,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    products: Vec<String>,
    /// Signals whose rows are none of this one.
    #[serde(default)]
    but: Vec<String>,
    /// Looked at for its price alone.
    #[serde(default)]
    priced: bool,
    #[serde(default)]
    growth: bool,
    #[serde(default)]
    zoned: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gp2 {
    pub(super) iops_per_gigabyte: i64,
    pub(super) least_iops: i64,
    pub(super) most_iops: i64,
    pub(super) small_gigabytes: i64,
    pub(super) small_megabytes: i64,
    pub(super) most_megabytes: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gp3 {
    pub(super) free_iops: i64,
    pub(super) free_megabytes: i64,
    pub(super) most_iops: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "says to readers of the file how old it is")]
    as_of: String,
    #[expect(dead_code, reason = "says to readers of the file where it is from")]
    sources: String,
    signals: BTreeMap<String, Signal>,
    rules: Vec<Rule>,
    gp2: Gp2,
    gp3: Gp3,
    successors: HashMap<String, Vec<String>>,
    twins: HashMap<String, Vec<String>>,
    cannot_prove: Vec<CannotProve>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/waste.json"))
        .expect("the embedded rules are read by a test")
});

/// All rules, by their numbers.
pub fn rules() -> &'static [Rule] {
    &FILE.rules
}

/// The rule of a number.
pub fn rule(id: u8) -> Option<&'static Rule> {
    FILE.rules.iter().find(|rule| rule.id == id)
}

/// What no row says.
pub fn cannot_prove() -> &'static [CannotProve] {
    &FILE.cannot_prove
}

/// When what is no production is needed.
pub fn schedule() -> Option<&'static Schedule> {
    FILE.rules.iter().find_map(|rule| match &rule.how {
        How::Schedule(schedule) => Some(schedule),
        _ => None,
    })
}

pub(super) fn gp2() -> &'static Gp2 {
    &FILE.gp2
}

pub(super) fn gp3() -> &'static Gp3 {
    &FILE.gp3
}

/// Families that came after one, or run on AWS's own processor.
pub(super) fn families(twins: bool, family: &str) -> &'static [String] {
    let known = if twins { &FILE.twins } else { &FILE.successors };
    known.get(family).map_or(&[], Vec::as_slice)
}

/// The place of a signal; rules name signals of the file alone.
pub(super) fn place(name: &str) -> usize {
    FILE.signals.keys().position(|known| known == name).expect("rules name signals of their file")
}

/// What rows of a usage type are looked at for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u64);

impl Roles {
    /// Whether any rule looks at them.
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// Whether all that matters is their price, not whose they are.
    pub fn priced_only(self) -> bool {
        self.any() && self.signals().all(|(_, signal)| signal.priced)
    }

    /// Whether it matters how they grow.
    pub fn grows(self) -> bool {
        self.signals().any(|(_, signal)| signal.growth)
    }

    /// Whether their zone matters.
    pub fn zoned(self) -> bool {
        self.signals().any(|(_, signal)| signal.zoned)
    }

    /// Whether they are hours of instances: tags and hours of the day matter.
    pub fn instances(self) -> bool {
        self.has(place("instances"))
    }

    pub(super) const fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    fn signals(self) -> impl Iterator<Item = (usize, &'static Signal)> {
        FILE.signals.values().enumerate().filter(move |(place, _)| self.has(*place))
    }
}

/// What the rows of a usage type are looked at for, whatever their operation.
pub fn roles(product: &str, usage_type: &str) -> Roles {
    matched(product, usage_type, None)
}

/// As [`roles`], of rows of one operation.
pub(super) fn matched(product: &str, usage_type: &str, operation: Option<&str>) -> Roles {
    let rest = without_region(usage_type);
    let fits = |signal: &Signal| {
        let of_product = signal.products.is_empty() || signal.products.iter().any(|one| one == product);
        let of_operation = operation.is_none_or(|operation| {
            signal.operations.is_empty() || signal.operations.iter().any(|one| one == operation)
        });
        of_product && of_operation && signal.usage.iter().any(|pattern| is_like(pattern, rest))
    };
    let found = |signal: &Signal| {
        let but = |name: &String| FILE.signals.get(name).is_some_and(fits);
        fits(signal) && !signal.but.iter().any(but)
    };
    let places = FILE.signals.values().enumerate().filter(|(_, signal)| found(signal));
    Roles(places.fold(0, |set, (place, _)| set | 1 << place))
}

/// `NAME`, `START*`, `*PART*` or `*END`.
fn is_like(pattern: &str, usage: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => usage.contains(pattern.trim_matches('*')),
        (Some(end), None) => usage.ends_with(end),
        (None, Some(start)) => usage.starts_with(start),
        (None, None) => usage == pattern,
    }
}

/// A usage type without the region, or the zone outside one, that stands before it: `EU-`, `USE1-`, `USW2-LAX1-`.
pub(super) fn without_region(usage_type: &str) -> &str {
    let mut rest = usage_type;
    while let Some((head, tail)) = rest.split_once('-') {
        let letters = head.trim_end_matches(|c: char| c.is_ascii_digit());
        let code = (2..=4).contains(&letters.len())
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
            && (letters.len() < head.len() || head == "EU")
            && head != "EC2";
        if !code {
            break;
        }
        rest = tail;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_are_there_with_all_their_words() {
        let ids: Vec<u8> = rules().iter().map(|rule| rule.id).collect();
        assert_eq!(ids, (1..=33).collect::<Vec<u8>>());
        for rule in rules() {
            let words = [
                &rule.key,
                &rule.title,
                &rule.evidence,
                &rule.amount,
                &rule.advice,
                &rule.risk,
                &rule.permission,
            ];
            assert!(words.iter().all(|word| !word.is_empty()), "{}", rule.id);
            assert!([14, 30, 60, 90].contains(&rule.look_back), "{}", rule.id);
            match &rule.how {
                How::All { rows } | How::Shown { rows, .. } => assert!(place(rows) < 64),
                How::Idle { rows, activity, .. } => {
                    assert!(place(rows) < 64 && activity.iter().all(|one| place(one) < 64));
                }
                _ => {}
            }
        }
        assert!(FILE.signals.len() <= 64 && !cannot_prove().is_empty() && schedule().is_some());
    }

    #[test]
    fn usage_types_are_known_in_every_region() {
        for (product, usage, operation, signal) in [
            ("AmazonVPC", "USE1-PublicIPv4:IdleAddress", "AllocateAddress", "idle_address"),
            ("AmazonEC2", "ElasticIP:IdleAddress", "", "idle_address"),
            ("AmazonEC2", "EU-NatGateway-Hours", "NatGateway", "nat_hours"),
            ("AWSELB", "APN1-LoadBalancerUsage", "LoadBalancing:Network", "balancer_hours"),
            ("AWSELB", "LoadBalancerUsage", "LoadBalancing", "classic_hours"),
            ("AmazonEC2", "USW2-LAX1-EBS:VolumeUsage.gp2", "CreateVolume-Gp2", "gp2"),
            ("awskms", "us-east-1-KMS-Requests", "", ""),
            ("awskms", "USE1-KMS-Requests", "Decrypt", "key_requests"),
            ("awskms", "KMS-Keys", "", "keys"),
            ("AmazonRoute53", "DNS-Queries", "A", "zone_queries"),
            ("AmazonRoute53", "Intra-AWS-DNS-Queries", "A", "zone_queries"),
            ("AmazonRDS", "EUC1-ExtendedSupport:Yr1-Yr2:MySQL5.7", "", "database_support"),
            ("AmazonElastiCache", "ExtendedSupportYr1_Yr2-NodeUsage:cache.m5.large", "", "other_support"),
            ("AmazonEKS", "USE1-AmazonEKS-Hours:extendedSupport", "", "cluster_support"),
            ("AmazonDynamoDB", "IA-TimedStorage-ByteHrs", "", ""),
            ("AmazonDynamoDB", "EU-TimedStorage-ByteHrs", "StandardStorage", "table_storage"),
            ("AmazonECR", "TimedStorage-ByteHrs", "", ""),
            ("AmazonEC2", "BoxUsage", "RunInstances", "instances"),
            ("ElasticMapReduce", "BoxUsage:m5.xlarge", "", ""),
        ] {
            let found = matched(product, usage, Some(operation));
            assert_eq!(found.any(), !signal.is_empty(), "{usage}");
            assert!(signal.is_empty() || found.has(place(signal)), "{usage}");
        }
        // Only the region is taken away.
        assert_eq!(without_region("EC2-Something"), "EC2-Something");
        let one = matched("AmazonElastiCache", "ExtendedSupportYr3-NodeUsage:cache.t3.small", Some(""));
        assert!(!one.has(place("database_support")));
        let other = matched("AmazonRDS", "ExtendedSupport:Yr3:PostgreSQL11", Some(""));
        assert!(!other.has(place("other_support")));
    }

    #[test]
    fn roles_tell_what_is_to_be_gathered() {
        assert!(roles("AmazonEC2", "EBS:VolumeUsage.gp2").any());
        // gp3 is a volume of rule 10 too.
        assert!(!roles("AmazonEC2", "EBS:VolumeUsage.gp3").priced_only());
        assert!(roles("AmazonS3", "TimedStorage-SIA-ByteHrs").priced_only());
        assert!(roles("AmazonEC2", "EBS:SnapshotUsage").grows());
        assert!(roles("AmazonEC2", "USE2-HostUsage:m5").zoned());
        assert!(roles("AmazonEC2", "BoxUsage:m5.large").instances());
        assert!(!roles("AmazonEC2", "CPUCredits:t3").any());
    }
}
