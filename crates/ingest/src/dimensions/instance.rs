//! Instance type, instance family and operating system.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{absent, glob, region::split_region, table};

const DATA: &str = include_str!("../../data/operations.csv");
const NO_INSTANCE: &str = "Other resources";
const NO_SYSTEM: &str = "Other";

/// Usage types, without their region prefix, that meter EC2 instances: their operation code tells the system.
const EC2_INSTANCE_USAGE: &str = "BoxUsage*|SpotUsage*|DedicatedUsage*|HostBoxUsage*|HostUsage*|ReservedHostUsage*|\
    SchedUsage*|UnusedBox*|UnusedDed*|HeavyUsage*|Reservation:*|DedicatedRes:*|CapacityBlock*";

/// Usage types whose instance type AWS leaves out because it was the only one when they were introduced.
const M1_SMALL: &str = "BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage|UnusedBox|SchedUsage";

/// Usage types of whole hosts: a host has a family (m5), not an instance type.
const HOST_USAGE: [&str; 2] = ["HostUsage", "ReservedHostUsage"];

/// Operation code → operating system.
static SYSTEMS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| table::rows::<3>(DATA).map(|[code, system, _]| (code, system)).collect());

/// The operating system: the product's attribute, else, on EC2 instance rows, what the operation code says
/// (`RunInstances:0002` is Windows); `Other` if neither says.
pub fn operating_system<'a>(
    product_os: &'a str,
    product_code: &str,
    usage_type: &str,
    operation: &str,
) -> Cow<'a, str> {
    if !absent(product_os) {
        return Cow::Borrowed(product_os);
    }
    let (_, usage) = split_region(product_code, usage_type);
    let system = (product_code == "AmazonEC2" && glob::matches(EC2_INSTANCE_USAGE, usage))
        .then(|| operation.strip_prefix("RunInstances"))
        .flatten()
        .and_then(|code| SYSTEMS.get(billing_code(code)?));
    Cow::Borrowed(system.copied().unwrap_or(NO_SYSTEM))
}

/// The code behind `RunInstances`, without the marker that spot rows carry (`:SV002`); nothing if it is no code.
fn billing_code(behind: &str) -> Option<&str> {
    let code = match behind.find(":SV") {
        Some(at) => &behind[..at],
        None => behind,
    };
    if code.is_empty() { Some(code) } else { code.strip_prefix(':') }
}

/// The instance type: the product's attribute, else what the usage type names after its colon
/// (`SpotUsage:c5.xlarge`, `Multi-AZUsage:db.r5.large`, `Node:ra3.xlplus`), m1.small for a bare `BoxUsage`;
/// `Other resources` if there is none.
pub fn instance_type<'a>(product_instance_type: &'a str, usage_type: &'a str) -> Cow<'a, str> {
    if !absent(product_instance_type) {
        return Cow::Borrowed(product_instance_type);
    }
    let (_, usage) = split_region("", usage_type);
    if glob::matches(M1_SMALL, usage) {
        return Cow::Borrowed("m1.small");
    }
    let named = match usage.rsplit_once(':') {
        Some((head, host)) if HOST_USAGE.contains(&head) && !host.is_empty() => Some(host),
        Some((_, name)) => Some(name).filter(|name| size_at(name).is_some()),
        // Kafka brokers: the type follows a dot.
        None => usage.strip_prefix("Kafka.").filter(|name| size_at(name).is_some()),
    };
    Cow::Borrowed(named.unwrap_or(NO_INSTANCE))
}

/// The family of an instance type: what stands before the size (m5.large → m5, db.r6g.xlarge → db.r6g,
/// m5.large.search → m5); a name without a size is its own family.
pub fn instance_family(instance_type: &str) -> &str {
    match size_at(instance_type) {
        Some(at) => &instance_type[..at],
        None => instance_type,
    }
}

/// Where the dot before the size is, in a name of at least a family and a size.
fn size_at(name: &str) -> Option<usize> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if !name.bytes().all(plain) {
        return None;
    }
    name.match_indices('.').map(|(at, _)| at).find(|at| {
        let behind = &name[at + 1..];
        *at > 0 && is_size(behind.split_once('.').map_or(behind, |(size, _)| size))
    })
}

fn is_size(word: &str) -> bool {
    let word = word.trim_start_matches(|digit: char| digit.is_ascii_digit());
    matches!(word, "nano" | "micro" | "small" | "medium" | "large" | "xlarge" | "xlplus" | "xl" | "metal")
        || word.starts_with("metal-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        assert_eq!(table::malformed::<3>(DATA), Vec::<&str>::new());
        let codes = table::rows::<3>(DATA).map(|[code, ..]| code);
        assert_eq!(table::duplicates(codes), Vec::<&str>::new());
        for [code, system, platform] in table::rows::<3>(DATA) {
            assert!(code.is_empty() || code.len() == 4, "{code}");
            assert!(!system.is_empty() && !platform.is_empty(), "{code}");
            assert_eq!(platform.starts_with("Windows"), system == "Windows", "{code}");
            assert_eq!(platform.starts_with("Red Hat"), system.starts_with('R'), "{code}");
        }
    }

    #[test]
    fn systems_from_operation_codes() {
        let of = |usage, operation| operating_system("", "AmazonEC2", usage, operation).into_owned();
        assert_eq!(of("USE2-BoxUsage:m5.large", "RunInstances"), "Linux");
        assert_eq!(of("USE2-BoxUsage:m5.large", "RunInstances:0002"), "Windows");
        assert_eq!(of("USE2-BoxUsage:m5.large", "RunInstances:0006"), "Windows");
        assert_eq!(of("USE2-SpotUsage:m5.large", "RunInstances:SV052"), "Linux");
        assert_eq!(of("USE2-SpotUsage:m5.large", "RunInstances:0002:SV001"), "Windows");
        assert_eq!(of("BoxUsage:m5.large", "RunInstances:0010"), "RHEL");
        assert_eq!(of("BoxUsage:m5.large", "RunInstances:000g"), "SUSE");
        assert_eq!(of("BoxUsage:m5.large", "RunInstances:0g00"), "Ubuntu Pro");
        assert_eq!(of("BoxUsage:m5.large", "RunInstances:zzzz"), "Other");
        assert_eq!(of("BoxUsage:m5.large", "RunInstancesLater"), "Other");
        assert_eq!(of("EBS:VolumeUsage.gp3", "RunInstances"), "Other");
        assert_eq!(operating_system("", "AmazonRDS", "BoxUsage:db.m5.large", "RunInstances"), "Other");
    }

    #[test]
    fn the_attribute_wins() {
        assert_eq!(operating_system("SUSE", "AmazonEC2", "BoxUsage", "RunInstances:0002"), "SUSE");
        assert_eq!(operating_system("NA", "AmazonEC2", "BoxUsage", "RunInstances:0002"), "Windows");
        assert_eq!(instance_type("m5.large", "BoxUsage:c5.large"), "m5.large");
    }

    #[test]
    fn instance_types_from_usage_types() {
        for (usage, expected) in [
            ("USE2-BoxUsage:m5.large", "m5.large"),
            ("EU-SpotUsage:c5.xlarge", "c5.xlarge"),
            ("BoxUsage", "m1.small"),
            ("EU-BoxUsage", "m1.small"),
            ("USE2-InstanceUsage:db.r5.large", "db.r5.large"),
            ("USE2-InstanceUsageIOOptimized:db.r6g.2xlarge", "db.r6g.2xlarge"),
            ("Multi-AZUsage:db.m5.24xlarge", "db.m5.24xlarge"),
            ("USE2-InstanceUsage:db.r5.large.tpc1.mem2x", "db.r5.large.tpc1.mem2x"),
            ("APS3-NodeUsage:cache.t3.micro", "cache.t3.micro"),
            ("ESInstance:m5.large", "m5.large"),
            ("USE1-Node:ra3.xlplus", "ra3.xlplus"),
            ("USE1-BoxUsage:c7i.metal-24xl", "c7i.metal-24xl"),
            ("USE1-BoxUsage:u-6tb1.metal", "u-6tb1.metal"),
            ("USE1-Host:ml.m5.xlarge", "ml.m5.xlarge"),
            ("USE2-Kafka.m5.large", "m5.large"),
            ("USE2-HostUsage:m5", "m5"),
            ("USE2-EBS:VolumeUsage.gp3", "Other resources"),
            ("USE2-CPUCredits:t3", "Other resources"),
            ("BundleUsage:2GB", "Other resources"),
            ("DataTransfer-Out-Bytes", "Other resources"),
            ("ConfigRule:.large", "Other resources"),
            ("", "Other resources"),
        ] {
            assert_eq!(instance_type("", usage), expected, "{usage}");
        }
    }

    #[test]
    fn families() {
        for (name, family) in [
            ("m5.large", "m5"),
            ("db.r6g.xlarge", "db.r6g"),
            ("cache.m5.large", "cache.m5"),
            ("m5.large.search", "m5"),
            ("ra3.xlplus", "ra3"),
            ("db.r5.large.tpc1.mem2x", "db.r5"),
            ("m5", "m5"),
            ("Standard_D2s_v3", "Standard_D2s_v3"),
            ("Other resources", "Other resources"),
            ("", ""),
        ] {
            assert_eq!(instance_family(name), family, "{name}");
        }
    }
}
