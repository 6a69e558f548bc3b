//! Region: from the product's attributes, else from the usage type's prefix, else from the zone.
//!
//! A local zone or Wavelength zone counts as a region of its own, as it does in AWS's price list
//! (`us-west-2-lax-1`), whichever of the three sources names it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{absent, glob, table};
use model::Provider;

const DATA: &str = include_str!("../../data/regions.csv");
const GLOBAL: &str = "Global";

struct Regions {
    names: HashMap<&'static str, &'static str>,
    ids: HashMap<&'static str, &'static str>,
    codes: HashMap<&'static str, &'static str>,
}

static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let mut regions = Regions { names: HashMap::new(), ids: HashMap::new(), codes: HashMap::new() };
    for [id, name, codes, _] in table::rows::<4>(DATA) {
        regions.names.insert(id, name);
        regions.ids.insert(name, id);
        regions.codes.extend(codes.split_whitespace().map(|code| (code, id)));
    }
    regions
});

/// Prefixes of CloudFront's usage types that name a price class of edge locations, not a region: EU- is Europe here,
/// not Ireland.
const EDGE_GROUPS: [&str; 10] = ["AP", "AU", "CA", "EU", "IN", "JP", "ME", "SA", "US", "ZA"];

/// Products that belong to no region, whatever their usage types look like.
const GLOBAL_PRODUCTS: &str = "AmazonCloudFront|AmazonRoute53|AmazonRegistrar|AWSGlobalAccelerator|*SavingsPlans|\
    AWSSupport*|AWSDeveloperSupport|AWSEnterpriseOnRamp|*PremiumSupport";

/// Usage types that AWS prefixes in every region but the oldest one, where they stand bare. Anything else without a
/// prefix may as well be a global service, and is left alone.
const BARE_IN_US_EAST_1: &str = "BoxUsage*|SpotUsage*|DedicatedUsage*|HostUsage*|HostBoxUsage*|UnusedBox*|HeavyUsage*|\
    EBS:*|EBSOptimized*|CPUCredits:*|NatGateway-*|ElasticIP:*|LoadBalancerUsage*|LCUUsage*|DataProcessing-Bytes|\
    InstanceUsage*|Multi-AZUsage*|Multi-AZClusterUsage*|RDS:*|Aurora:*|NodeUsage*|Node:*|ESInstance:*|ES:*|CW:*|\
    Requests-Tier*|Requests-RBP*|TimedStorage-*|EarlyDelete*|DataTransfer-In-*|DataTransfer-Out-*|\
    DataTransfer-Regional-*|CloudFront-In-Bytes|CloudFront-Out-Bytes|Lambda-GB-Second*|Request|Request-ARM|\
    ReadCapacityUnit-Hrs*|WriteCapacityUnit-Hrs*|ReadRequestUnits*|WriteRequestUnits*|VpcEndpoint-*";

/// The region's id, or `Global`.
///
/// In this order: `product_region` (an id, or a name such as `US East (Ohio)`; `global` is final, `Any` says nothing);
/// the usage type's prefix, by the table or an id spelt out (`ca-central-1-KMS-Keys`); the zone; and us-east-1 for the
/// usage types that carry no prefix there alone. CloudFront's and other global products' usage types name no region.
pub fn region<'a>(
    product_code: &str,
    product_region: &'a str,
    usage_type: &str,
    availability_zone: &'a str,
) -> Cow<'a, str> {
    if product_region.eq_ignore_ascii_case(GLOBAL) {
        return Cow::Borrowed(GLOBAL);
    }
    if !absent(product_region) && !product_region.eq_ignore_ascii_case("any") {
        return region_id(product_region);
    }
    let (prefix, usage) = split_region(product_code, usage_type);
    if let Some(id) = prefix {
        return Cow::Borrowed(id);
    }
    if let Some(id) = zone_region(availability_zone) {
        return id;
    }
    if glob::matches(BARE_IN_US_EAST_1, usage) && !glob::matches(GLOBAL_PRODUCTS, product_code) {
        return Cow::Borrowed("us-east-1");
    }
    Cow::Borrowed(GLOBAL)
}

/// The region of a FOCUS row: its own, else its zone's; empty where it has neither, which FOCUS means by it. What was
/// metered tells no more. Azure's exports of FOCUS 1.0-preview write the name where later ones write the id.
pub fn focus_region<'a>(provider: &str, region: &'a str, availability_zone: &'a str) -> Cow<'a, str> {
    if region.eq_ignore_ascii_case(GLOBAL) {
        return Cow::Borrowed("");
    }
    if Provider::of_report(provider) == Some(Provider::Microsoft) && region.contains(' ') {
        return Cow::Owned(region.replace(' ', "").to_lowercase());
    }
    if !absent(region) {
        return region_id(region);
    }
    zone_region(availability_zone).unwrap_or_default()
}

/// The name that AWS shows for a region (`Europe (Frankfurt)`); other ids, other clouds' among them, pass through.
pub fn region_name(region_id: &str) -> &str {
    REGIONS.names.get(region_id).copied().unwrap_or(region_id)
}

/// Takes the region prefix off a usage type: the region that it names, and the rest.
///
/// `USE2-BoxUsage:m5.large` → us-east-2; `USW2-LAX1-BoxUsage:…` and `LAX1-BoxUsage:…` → us-west-2-lax-1; only the first
/// of the two regions of `USE1-APN1-AWS-Out-Bytes` is taken: the row belongs to the region that it was metered in.
pub(super) fn split_region<'a>(product_code: &str, usage_type: &'a str) -> (Option<&'static str>, &'a str) {
    let Some((head, rest)) = usage_type.split_once('-') else {
        return (None, usage_type);
    };
    if product_code == "AmazonCloudFront" && EDGE_GROUPS.contains(&head) {
        return (None, rest);
    }
    if let Some(id) = REGIONS.codes.get(head).copied() {
        let local = rest.split_once('-').and_then(|(code, behind)| {
            let zone = REGIONS.codes.get(code).copied()?;
            is_zone_of(zone, id).then_some((Some(zone), behind))
        });
        return local.unwrap_or((Some(id), rest));
    }
    usage_type
        .match_indices('-')
        .filter_map(|(at, _)| {
            let (id, _) = REGIONS.names.get_key_value(&usage_type[..at])?;
            Some((Some(*id), &usage_type[at + 1..]))
        })
        .next_back()
        .unwrap_or((None, usage_type))
}

fn is_zone_of(zone: &str, region: &str) -> bool {
    zone.strip_prefix(region).is_some_and(|behind| behind.starts_with('-'))
}

/// An id as it is; a name by the table, also in the form that AWS used before 2021, `EU (Ireland)`.
fn region_id(text: &str) -> Cow<'_, str> {
    if let Some(id) = REGIONS.ids.get(text) {
        return Cow::Borrowed(id);
    }
    if let Some(city) = text.strip_prefix("EU (")
        && let Some(id) = REGIONS.ids.get(format!("Europe ({city}").as_str())
    {
        return Cow::Borrowed(id);
    }
    Cow::Borrowed(text)
}

/// us-east-1a → us-east-1; us-west-2-lax-1a → us-west-2-lax-1; us-east-1-wl1-nyc-wlz-1 → us-east-1-wl1-nyc1, except the
/// two first Wavelength zones, whose region in the price list has no city.
fn zone_region(zone: &str) -> Option<Cow<'_, str>> {
    let zone = zone.trim();
    if let Some((carrier, number)) = zone.split_once("-wlz-") {
        let first = carrier.strip_suffix("-wl1-bos").or_else(|| carrier.strip_suffix("-wl1-sfo"));
        return Some(Cow::Owned(match first {
            Some(region) => format!("{region}-wl1"),
            None => format!("{carrier}{number}"),
        }));
    }
    let id = zone.strip_suffix(|letter: char| letter.is_ascii_lowercase())?;
    (id.ends_with(|digit: char| digit.is_ascii_digit()) && id.contains('-')).then_some(Cow::Borrowed(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        assert_eq!(table::malformed::<4>(DATA), Vec::<&str>::new());
        let rows: Vec<[&str; 4]> = table::rows(DATA).collect();
        let none = Vec::<&str>::new();
        assert_eq!(table::duplicates(rows.iter().map(|row| row[0])), none);
        assert_eq!(table::duplicates(rows.iter().map(|row| row[1])), none);
        assert_eq!(table::duplicates(rows.iter().flat_map(|row| row[2].split_whitespace())), none);
        for [id, _, codes, kind] in rows {
            match kind {
                "region" => assert!(
                    !codes.is_empty() || ["eusc-de-east-1", "me-west-1", "sa-west-1"].contains(&id),
                    "{id}"
                ),
                "local" => assert!(codes.len() == 4 && id.split('-').count() == 5, "{id}"),
                other => assert_eq!(other, "wavelength", "{id}"),
            }
        }
    }

    #[test]
    fn every_public_region_has_its_prefix() {
        // The regions of the commercial partition, China and GovCloud, November 2026.
        for id in "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 \
                   ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 \
                   ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 \
                   eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 \
                   mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2"
            .split_whitespace()
        {
            assert!(REGIONS.codes.values().any(|known| *known == id), "{id} has no prefix");
            assert_ne!(region_name(id), id, "{id} has no name");
        }
    }

    #[test]
    fn attribute_then_prefix_then_zone() {
        let of = |attribute, usage, zone| region("AmazonEC2", attribute, usage, zone).into_owned();
        assert_eq!(of("eu-north-1", "USE2-BoxUsage:m5.large", "us-west-2a"), "eu-north-1");
        assert_eq!(of("EU (Ireland)", "", ""), "eu-west-1");
        assert_eq!(of("US East (Ohio)", "", ""), "us-east-2");
        assert_eq!(of("", "USE2-BoxUsage:m5.large", "us-west-2a"), "us-east-2");
        assert_eq!(of("Any", "APS3-EBS:VolumeUsage.gp3", ""), "ap-south-1");
        assert_eq!(of("", "EU-BoxUsage:m5.large", ""), "eu-west-1");
        assert_eq!(of("", "UGW1-BoxUsage:m5.large", ""), "us-gov-west-1");
        assert_eq!(of("", "CNN1-BoxUsage:m5.large", ""), "cn-north-1");
        assert_eq!(of("", "USE1-APN1-AWS-Out-Bytes", ""), "us-east-1");
        assert_eq!(of("", "ca-central-1-KMS-Keys", ""), "ca-central-1");
        assert_eq!(of("", "BoxUsage:m5.large", "us-west-2a"), "us-west-2");
        assert_eq!(of("global", "USE2-BoxUsage:m5.large", ""), "Global");
        assert_eq!(of("", "", ""), "Global");
        assert_eq!(of("westeurope", "", ""), "westeurope");
    }

    #[test]
    fn no_prefix_is_us_east_1_only_where_it_is_certain() {
        assert_eq!(region("AmazonEC2", "", "BoxUsage:m5.large", ""), "us-east-1");
        assert_eq!(region("AmazonS3", "", "Requests-Tier1", ""), "us-east-1");
        assert_eq!(region("AmazonRDS", "", "Multi-AZUsage:db.r5.large", ""), "us-east-1");
        assert_eq!(region("AmazonRoute53", "", "HostedZone", ""), "Global");
        assert_eq!(region("AmazonCloudFront", "", "EU-DataTransfer-Out-Bytes", ""), "Global");
        assert_eq!(region("AmazonCloudFront", "", "US-Requests-Tier1", ""), "Global");
        assert_eq!(region("ComputeSavingsPlans", "", "ComputeSP:3yrNoUpfront", ""), "Global");
    }

    #[test]
    fn zones_of_every_kind() {
        let of = |zone| region("", "", "", zone).into_owned();
        assert_eq!(of("us-east-1a"), "us-east-1");
        assert_eq!(of("us-west-2-lax-1a"), "us-west-2-lax-1");
        assert_eq!(of("us-east-1-wl1-bos-wlz-1"), "us-east-1-wl1");
        assert_eq!(of("us-east-1-wl1-nyc-wlz-1"), "us-east-1-wl1-nyc1");
        assert_eq!(of("xx-future-3c"), "xx-future-3");
        assert_eq!(of("not a zone"), "Global");
        assert_eq!(region("", "", "LAX1-BoxUsage:c5.large", ""), "us-west-2-lax-1");
        assert_eq!(region("", "", "USW2-LAX1-BoxUsage:c5.large", ""), "us-west-2-lax-1");
        assert_eq!(region("", "", "USE1-LAX1-BoxUsage:c5.large", ""), "us-east-1");
    }

    #[test]
    fn regions_of_focus() {
        assert_eq!(focus_region("Microsoft", "westeurope", ""), "westeurope");
        assert_eq!(focus_region("Microsoft", "West Europe", ""), "westeurope");
        assert_eq!(focus_region("AWS", "NULL", "us-east-1a"), "us-east-1");
        assert_eq!(focus_region("AWS", "", ""), "");
        assert_eq!(focus_region("Microsoft", "global", ""), "");
    }

    #[test]
    fn names() {
        assert_eq!(region_name("eu-central-1"), "Europe (Frankfurt)");
        assert_eq!(region_name("us-west-2-lax-1"), "US West (Los Angeles)");
        assert_eq!(region_name("westeurope"), "westeurope");
    }

    #[test]
    fn prefixes_come_off() {
        assert_eq!(split_region("", "USE2-BoxUsage:m5.large").1, "BoxUsage:m5.large");
        assert_eq!(split_region("", "Multi-AZUsage:db.r5.large").1, "Multi-AZUsage:db.r5.large");
        assert_eq!(split_region("", "us-west-2-lax-1-X").1, "X");
        assert_eq!(split_region("AmazonCloudFront", "EU-Requests-Tier1").1, "Requests-Tier1");
        assert_eq!(split_region("AmazonS3", "EU-Requests-Tier1"), (Some("eu-west-1"), "Requests-Tier1"));
    }
}
