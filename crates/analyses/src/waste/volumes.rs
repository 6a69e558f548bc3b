//! Volumes of EBS: other types, and where nothing runs. All prices are those of the region's own gp3 rows.

use super::basics::{Own, brief};
use super::finding::{Finding, Unknown};
use super::mul_div;
use super::prices::{Price, by_region, or_book};
use super::rows::{Index, Row};
use super::rules::{self, Rule};
use model::Decimal;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Operation of gp3 in price lists.
const GP3: &str = "CreateVolume-Gp3";

/// Prices of gp3 by region.
struct Gp3 {
    storage: HashMap<Arc<str>, Price>,
    iops: HashMap<Arc<str>, Price>,
    throughput: HashMap<Arc<str>, Price>,
}

impl Gp3 {
    fn of(index: &Index<'_>) -> Self {
        Self {
            storage: by_region(index, "gp3"),
            iops: by_region(index, "gp3_iops"),
            throughput: by_region(index, "gp3_throughput"),
        }
    }

    /// Of the region of a row.
    fn storage(&self, index: &Index<'_>, like: &Row) -> Option<Price> {
        or_book(index, self.storage.get(&like.region), like, "EBS:VolumeUsage.gp3", (GP3, "GB-Mo"))
    }

    fn iops(&self, index: &Index<'_>, like: &Row) -> Option<Price> {
        or_book(index, self.iops.get(&like.region), like, "EBS:VolumeP-IOPS.gp3", (GP3, "IOPS-Mo"))
    }

    fn throughput(&self, index: &Index<'_>, like: &Row) -> Option<Price> {
        let rest = "EBS:VolumeP-Throughput.gp3";
        or_book(index, self.throughput.get(&like.region), like, rest, (GP3, "GiBps-mo"))
    }
}

/// How large something is that is billed by the month, and which part of a month its amounts are of: usage × hours of the
/// month ÷ hours of its rows.
fn size(rows: &[&Row]) -> Option<Decimal> {
    let usage: Decimal = rows.iter().map(|row| row.size.usage).sum();
    let seconds: i64 = rows.iter().map(|row| row.size.seconds).sum();
    let hours = rows.first()?.month_hours;
    mul_div(usage, Decimal::from(hours * 3600), Decimal::from(seconds))
}

/// Units that cost something beside a size, for as long as the size is billed: usage × units ÷ size.
fn beside(usage: Decimal, units: Decimal, size: Decimal) -> Decimal {
    mul_div(usage, units, size).unwrap_or(Decimal::ZERO)
}

fn unknown_price(own: &Own<'_>, rule: &Rule, what: &str, region: &str) -> Finding {
    Finding {
        amount: None,
        low: None,
        unknown: Some(Unknown::Price(format!("{what} in {region}"))),
        evidence: format!("its rows cost {}; no row tells what {what} costs in {region}", brief(own.cost)),
        ..own.finding(rule)
    }
}

pub(super) fn gp2(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let prices = Gp3::of(index);
    let (before, after) = (rules::gp2(), rules::gp3());
    let mut found = vec![];
    for rows in index.by_resource(&["gp2"]).into_values() {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || own.cost <= Decimal::ZERO {
            continue;
        }
        let region = &rows[0].region;
        let Some(price) = prices.storage(index, rows[0]) else {
            found.push(unknown_price(&own, rule, "gp3 storage", region));
            continue;
        };
        let saved = own.cost - price.of(own.usage);
        if saved <= Decimal::ZERO {
            continue;
        }
        let mut finding = own.finding(rule);
        finding.amount = Some(saved);
        let named = !rows[0].resource.is_empty();
        let Some(gigabytes) = size(&rows).filter(|_| named) else {
            // Many volumes together tell nothing of what one of them gives.
            finding.low = None;
            finding.evidence = format!("{} GB-months of gp2", brief(own.usage));
            found.push(finding);
            continue;
        };
        let given = times(gigabytes, before.iops_per_gigabyte)
            .clamp(Decimal::from(before.least_iops), Decimal::from(before.most_iops));
        let small = gigabytes <= Decimal::from(before.small_gigabytes);
        let megabytes = if small { before.small_megabytes } else { before.most_megabytes };
        let iops = (given - Decimal::from(after.free_iops)).max(Decimal::ZERO);
        let more = Decimal::from((megabytes - after.free_megabytes).max(0));
        finding.low =
            extra(index, &prices, rows[0], (iops, more), |units| beside(own.usage, units, gigabytes))
                .map(|extra| (saved - extra).max(Decimal::ZERO));
        finding.evidence = format!(
            "a gp2 volume of {} GB, with {} IOPS and up to {megabytes} MB/s",
            brief(gigabytes),
            brief(given)
        );
        found.push(finding);
    }
    found
}

/// What IOPS and MB/s beyond gp3's own cost; `None` where a price is not known.
fn extra(
    index: &Index<'_>,
    prices: &Gp3,
    like: &Row,
    (iops, megabytes): (Decimal, Decimal),
    billed: impl Fn(Decimal) -> Decimal,
) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    if !iops.is_zero() {
        sum += prices.iops(index, like)?.of(billed(iops));
    }
    if !megabytes.is_zero() {
        let price = prices.throughput(index, like)?;
        // The price list counts GiB/s, older usage reports MB/s.
        let gibi = price.unit().to_ascii_lowercase().starts_with("gi");
        let units = if gibi { mul_div(megabytes, Decimal::from(1), Decimal::from(1024))? } else { megabytes };
        sum += price.of(billed(units));
    }
    Some(sum)
}

pub(super) fn provisioned(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let prices = Gp3::of(index);
    let after = rules::gp3();
    let of_iops = index.by_resource(&["provisioned_iops"]);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["provisioned"]) {
        let storage = Own::of(&rows);
        if !storage.stands(rule, index) || key.resource.is_empty() {
            continue;
        }
        let more: Vec<&Row> = of_iops.get(&key).cloned().unwrap_or_default();
        let Some(gigabytes) = size(&rows) else { continue };
        let iops = size(&more).unwrap_or(Decimal::ZERO);
        if iops > Decimal::from(after.most_iops) {
            continue;
        }
        let both: Vec<&Row> = rows.iter().chain(&more).copied().collect();
        let own = Own::of(&both);
        let region = &rows[0].region;
        let Some(price) = prices.storage(index, rows[0]) else {
            found.push(unknown_price(&own, rule, "gp3 storage", region));
            continue;
        };
        let beyond = (iops - Decimal::from(after.free_iops)).max(Decimal::ZERO);
        let billed = |units| beside(storage.usage, units, gigabytes);
        let Some(extra) = extra(index, &prices, rows[0], (beyond, Decimal::ZERO), billed) else {
            found.push(unknown_price(&own, rule, "IOPS of gp3", region));
            continue;
        };
        let saved = own.cost - price.of(storage.usage) - extra;
        if saved > Decimal::ZERO {
            let evidence = format!("a volume of {} GB with {} IOPS", brief(gigabytes), brief(iops));
            found.push(Finding { amount: Some(saved), low: Some(saved), evidence, ..own.finding(rule) });
        }
    }
    found
}

pub(super) fn magnetic(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let prices = Gp3::of(index);
    let requests = index.by_resource(&["magnetic_io"]);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["magnetic"]) {
        let storage = Own::of(&rows);
        if !storage.stands(rule, index) {
            continue;
        }
        let more: Vec<&Row> = requests.get(&key).cloned().unwrap_or_default();
        let both: Vec<&Row> = rows.iter().chain(&more).copied().collect();
        let own = Own::of(&both);
        let region = &rows[0].region;
        let Some(price) = prices.storage(index, rows[0]) else {
            found.push(unknown_price(&own, rule, "gp3 storage", region));
            continue;
        };
        let saved = own.cost - price.of(storage.usage);
        if saved > Decimal::ZERO {
            let evidence = format!("{} GB-months on a magnetic volume", brief(storage.usage));
            found.push(Finding { amount: Some(saved), low: Some(saved), evidence, ..own.finding(rule) });
        }
    }
    found
}

pub(super) fn alone(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let lived: HashSet<(&str, &str)> = index
        .rows("instances")
        .filter(|row| !row.look_back[0].usage.is_zero())
        .map(|row| (&*row.account, &*row.region))
        .collect();
    let volumes: BTreeMap<_, Vec<&Row>> = index.by_resource(&["volumes"]);
    let own = volumes.values().map(|rows| Own::of(rows));
    own.filter(|own| {
        let row = own.rows[0];
        let is_alone = !lived.contains(&(&*row.account, &*row.region));
        is_alone && own.cost > Decimal::ZERO && own.stands(rule, index)
    })
    .map(|own| {
        let known = index.known_days(rule.look_back);
        let evidence = format!("no instance ran in its account and region in {known} days");
        Finding { evidence, ..own.finding(rule) }
    })
    .collect()
}

fn times(number: Decimal, by: i64) -> Decimal {
    mul_div(number, Decimal::from(by), Decimal::from(1)).unwrap_or(Decimal::BEYOND)
}
