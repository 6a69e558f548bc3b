//! Prices that ship with the program: on demand and spot alone, each table dated. What plans and reservations cost changes
//! too often, and no licence allows to ship it.

use super::{Listed, PriceBook, Priced, Source, SourceKind, Terms};
use chrono::NaiveDate;
use flate2::read::GzDecoder;
use model::Decimal;
use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

const ON_DEMAND: &str = include_str!("../../../data/prices/ec2_on_demand_linux_us-east-1.csv");
const ON_DEMAND_DATE: (i32, u32, u32) = (2026, 7, 20);
const SPOT: &[u8] = include_bytes!("../../../data/prices/ec2_spot_advisor.csv.gz");
const SPOT_DATE: (i32, u32, u32) = (2025, 7, 28);

/// Name of the on-demand table.
const ON_DEMAND_NAME: &str = "EC2 on demand, Linux, us-east-1 (karpenter-provider-aws, Apache-2.0)";
/// Name of the spot table.
pub(in crate::optimize) const SPOT_NAME: &str = "AWS Spot Advisor (spotinfo, Apache-2.0)";

fn date((year, month, day): (i32, u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Day of the spot table.
pub(in crate::optimize) fn spot_date() -> Option<NaiveDate> {
    date(SPOT_DATE)
}

/// Adds the on-demand table.
pub(super) fn add_on_demand(book: &mut PriceBook) {
    let source = book.source(Source {
        kind: SourceKind::Shipped,
        name: ON_DEMAND_NAME.to_owned(),
        date: date(ON_DEMAND_DATE),
    });
    for line in ON_DEMAND.lines().filter(|line| !line.starts_with('#')) {
        let Some((instance_type, price)) = line.split_once(',') else { continue };
        let Ok(price) = price.parse::<Decimal>() else { continue };
        book.add(
            source,
            Listed {
                terms: Terms::OnDemand,
                of: Priced {
                    service: "AmazonEC2".to_owned(),
                    usage_type: format!("BoxUsage:{instance_type}"),
                    operation: "RunInstances".to_owned(),
                    region: "us-east-1".to_owned(),
                },
                price,
                upfront: Decimal::ZERO,
                currency: "USD".to_owned(),
            },
        );
    }
}

/// What AWS's Spot Advisor said of an instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::optimize) struct SpotAdvice {
    /// Savings against on demand, in percent.
    pub(in crate::optimize) savings_percent: u32,
    /// How often instances were taken back in a month: 0 (under 5 %) to 4 (above 20 %).
    pub(in crate::optimize) interruption: u8,
}

type ByType = HashMap<&'static str, SpotAdvice>;

static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    // A table of ours that cannot be read is an empty one: its test says so.
    GzDecoder::new(SPOT).read_to_string(&mut text).map_or_else(|_| String::new(), |_| text)
});

static BY_PLACE: LazyLock<HashMap<(&'static str, &'static str), ByType>> = LazyLock::new(|| {
    let mut found: HashMap<_, ByType> = HashMap::new();
    let mut place = ("", "");
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        match line.split(',').collect::<Vec<_>>().as_slice() {
            [region, system] => place = (*region, *system),
            [instance_type, savings, interruption] => {
                let Ok(savings_percent) = savings.parse() else { continue };
                let interruption = interruption.parse().unwrap_or(4);
                found
                    .entry(place)
                    .or_default()
                    .insert(*instance_type, SpotAdvice { savings_percent, interruption });
            }
            _ => {}
        }
    }
    found
});

/// What the table says of an instance type in a region, of `Linux` or `Windows`.
pub(in crate::optimize) fn spot(region: &str, system: &str, instance_type: &str) -> Option<SpotAdvice> {
    let by_type = BY_PLACE.iter().find(|((one, of), _)| *one == region && *of == system)?.1;
    by_type.get(instance_type).copied().filter(|advice| advice.savings_percent < 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_tables_are_read() {
        let mut book = PriceBook::default();
        add_on_demand(&mut book);
        let of = |usage_type: &str| Priced {
            service: "AmazonEC2".into(),
            usage_type: usage_type.into(),
            operation: "RunInstances".into(),
            region: "us-east-1".into(),
        };
        let price =
            |usage_type| book.find(Terms::OnDemand, &of(usage_type), "USD").map(|found| found.listed.price);
        assert_eq!(price("BoxUsage:r6g.large").unwrap().to_string(), "0.1008");
        assert_eq!(price("BoxUsage:zz9.large"), None);
        assert!(book.prices.len() > 700);
        let found = spot("us-east-1", "Linux", "m5.large").unwrap();
        assert_eq!((found.savings_percent, found.interruption), (66, 3));
        assert_eq!(spot("us-east-1", "Linux", "zz9.large"), None);
        assert!(spot_date() < date(ON_DEMAND_DATE));
    }
}
