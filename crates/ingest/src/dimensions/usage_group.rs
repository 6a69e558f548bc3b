//! Usage type group: AWS's grouping of usage types ("EC2: Running Hours"), by an ordered table of patterns.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::{absent, glob, region::split_region, table};

const DATA: &str = include_str!("../../data/usage_type_groups.csv");

struct Rule {
    product: &'static str,
    usage: &'static str,
    operation: &'static str,
    group: &'static str,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    table::rows::<7>(DATA)
        .map(|[product, usage, operation, group, ..]| Rule { product, usage, operation, group })
        .collect()
});

/// The group of the first rule that matches, else `Other: <service>`.
///
/// A row without a usage type (tax, most credits) belongs to no group, whatever the rules of its product are.
pub fn usage_type_group(
    product_code: &str,
    usage_type: &str,
    operation: &str,
    service_name: &str,
) -> Cow<'static, str> {
    if let Some(rule) = first_match(product_code, usage_type, operation) {
        return Cow::Borrowed(RULES[rule].group);
    }
    let service = if absent(service_name) { product_code } else { service_name };
    if absent(service) { Cow::Borrowed("Other") } else { Cow::Owned(format!("Other: {service}")) }
}

fn first_match(product_code: &str, usage_type: &str, operation: &str) -> Option<usize> {
    if absent(usage_type) {
        return None;
    }
    let (_, usage) = split_region(product_code, usage_type);
    RULES.iter().position(|rule| {
        glob::matches(rule.product, product_code)
            && glob::matches(rule.usage, usage)
            && glob::matches(rule.operation, operation)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        assert_eq!(table::malformed::<7>(DATA), Vec::<&str>::new());
        assert!(RULES.len() >= 120, "only {} rules", RULES.len());
        let keys: Vec<String> =
            RULES.iter().map(|rule| format!("{} {} {}", rule.product, rule.usage, rule.operation)).collect();
        assert_eq!(table::duplicates(keys.iter().map(String::as_str)), Vec::<&str>::new());
        for rule in RULES.iter() {
            let named = ![rule.product, rule.usage, rule.operation, rule.group].contains(&"");
            assert!(named, "an empty cell in the rule of {}", rule.group);
        }
    }

    #[test]
    fn every_rule_is_reached_by_its_example() {
        let mut wrong = Vec::new();
        for (at, [.., product, usage_type, operation]) in table::rows::<7>(DATA).enumerate() {
            let reached = first_match(product, usage_type, operation);
            if reached != Some(at) {
                let instead = reached.map_or("nothing", |rule| RULES[rule].usage);
                wrong.push(format!("{}: {product} {usage_type} reaches {instead}", RULES[at].group));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn known_and_unknown() {
        let of = |product, usage| usage_type_group(product, usage, "", "A Service").into_owned();
        assert_eq!(of("AmazonEC2", "USE2-BoxUsage:m5.large"), "EC2: Running Hours");
        assert_eq!(of("AmazonEC2", "BoxUsage"), "EC2: Running Hours");
        assert_eq!(of("AmazonEC2", "LAX1-EBS:VolumeUsage.gp2"), "EC2: EBS - SSD(gp2)");
        assert_eq!(of("AmazonNew", "USE2-Widget-Hours"), "Other: A Service");
        assert_eq!(of("AmazonS3", ""), "Other: A Service");
        assert_eq!(usage_type_group("AmazonGuardDuty", "", "", ""), "Other: AmazonGuardDuty");
        assert_eq!(usage_type_group("", "", "", ""), "Other");
    }
}
