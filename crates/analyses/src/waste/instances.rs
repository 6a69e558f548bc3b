//! Instances: other types, hosts, hours that nobody works.

use super::basics::{Own, amount, brief};
use super::finding::{Confidence, Finding, Unknown};
use super::prices::{Price, Sku, by_region, by_sku, or_book};
use super::rows::{Bought, Index, Key, Row};
use super::rules::{Rule, Schedule, families, without_region};
use model::Decimal;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Operation of EC2 rows of plain Linux.
const LINUX: &str = "RunInstances";
/// Ending of OpenSearch's types, which its usage types lack.
const SEARCH: &str = ".search";

/// What rows of a kind could be instead.
struct Instead {
    /// What it is called, for who asks about its price.
    name: String,
    sku: Sku,
}

/// Other types of the same size: `WORD:FAMILY.SIZE` with another family.
fn instead(row: &Row, twins: bool, search: bool) -> Vec<Instead> {
    let usage = without_region(&row.usage_type);
    let Some((word, kind)) = usage.split_once(':') else { return vec![] };
    let Some((family, size)) = kind.rsplit_once('.') else { return vec![] };
    let known = if search { format!("{family}{SEARCH}") } else { family.to_owned() };
    let others = families(twins, &known).iter().map(|other| other.trim_end_matches(SEARCH));
    others
        .map(|other| Instead {
            name: format!("{other}.{size}"),
            sku: (Arc::clone(&row.region), format!("{word}:{other}.{size}"), Arc::clone(&row.operation)),
        })
        .collect()
}

/// Rows of one resource with what each could be instead.
type Candidates<'a> = BTreeMap<Key, Vec<(&'a Row, Vec<Instead>)>>;

fn candidates<'a>(index: &Index<'a>, signal: &str, twins: bool) -> Candidates<'a> {
    let mut found: Candidates<'a> = BTreeMap::new();
    let on_demand = index.rows(signal).filter(|row| row.bought == Bought::OnDemand);
    for row in on_demand.filter(|row| row.amount.cost > Decimal::ZERO) {
        if twins && signal == "instances" && &*row.operation != LINUX {
            continue;
        }
        let others = instead(row, twins, signal == "search_instances");
        if !others.is_empty() {
            found.entry(Key::of(row)).or_default().push((row, others));
        }
    }
    found
}

fn other_types(
    rule: &Rule,
    index: &Index<'_>,
    signal: &str,
    twins: bool,
    confidence: Confidence,
) -> Vec<Finding> {
    let candidates = candidates(index, signal, twins);
    if candidates.is_empty() {
        return vec![];
    }
    let prices = by_sku(index, signal);
    candidates
        .into_values()
        .filter_map(|rows| of_resource(rule, index, &rows, &prices))
        .map(|found| Finding { confidence, ..found })
        .collect()
}

fn of_resource(
    rule: &Rule,
    index: &Index<'_>,
    rows: &[(&Row, Vec<Instead>)],
    prices: &HashMap<Sku, Price>,
) -> Option<Finding> {
    let own = Own::of(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    if !own.stands(rule, index) {
        return None;
    }
    let mut saved = Decimal::ZERO;
    let (mut chosen, mut missing) = (vec![], vec![]);
    for (row, others) in rows {
        let priced =
            |other: &Instead| or_book(index, prices.get(&other.sku), row, &other.sku.1, (&row.operation, ""));
        let known = others.iter().filter_map(|other| Some((other, priced(other)?)));
        let cheapest = known.reduce(|best, one| if one.1.is_below(&best.1) { one } else { best });
        match cheapest {
            Some((other, price)) => {
                let difference = row.amount.cost - price.of(row.amount.usage);
                if difference > Decimal::ZERO {
                    saved += difference;
                    chosen.push(other.name.as_str());
                }
            }
            None => missing.extend(others.iter().map(|other| other.name.as_str())),
        }
    }
    let kinds: Vec<&str> = rows.iter().map(|(row, _)| without_region(&row.usage_type)).collect();
    let hours = brief(own.usage);
    let mut finding = own.finding(rule);
    if chosen.is_empty() {
        // What is known costs no less; what is not known may.
        if missing.is_empty() {
            return None;
        }
        let region = &finding.region;
        finding.unknown = Some(Unknown::Price(format!("{} in {region}", missing.join(", "))));
        (finding.amount, finding.low) = (None, None);
        finding.evidence = format!(
            "{hours} on-demand hours of {}; no row tells what {} costs there",
            kinds.join(", "),
            missing.join(" or ")
        );
        return Some(finding);
    }
    finding.amount = Some(saved);
    finding.low = Some(saved);
    finding.evidence =
        format!("{hours} on-demand hours of {}; {} costs less there", kinds.join(", "), chosen.join(", "));
    Some(finding)
}

pub(super) fn previous_generation(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let of = |signal| other_types(rule, index, signal, false, rule.confidence);
    ["instances", "database_instances", "cache_nodes"].into_iter().flat_map(of).collect()
}

pub(super) fn graviton(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let mut found = other_types(rule, index, "instances", true, Confidence::Low);
    for signal in ["database_instances", "cache_nodes", "search_instances"] {
        found.extend(other_types(rule, index, signal, true, Confidence::Medium));
    }
    found.extend(serverless(
        rule,
        index,
        &[("function_seconds", "function_seconds_arm", "Lambda-GB-Second-ARM")],
        true,
    ));
    let fargate = [
        ("fargate_cpu", "fargate_cpu_arm", "Fargate-ARM-vCPU-Hours:perCPU"),
        ("fargate_memory", "fargate_memory_arm", "Fargate-ARM-GB-Hours"),
    ];
    found.extend(serverless(rule, index, &fargate, false));
    found
}

/// Functions and tasks: tasks come and go, so that those of an account and region are one.
fn serverless(rule: &Rule, index: &Index<'_>, pairs: &[(&str, &str, &str)], named: bool) -> Vec<Finding> {
    /// Account, region and name.
    type Place = (Arc<str>, Arc<str>, Arc<str>);
    let mut found: BTreeMap<Place, Vec<(&Row, usize)>> = BTreeMap::new();
    for (at, (signal, ..)) in pairs.iter().enumerate() {
        for row in index.rows(signal).filter(|row| row.bought == Bought::OnDemand) {
            let resource = if named { Arc::clone(&row.resource) } else { Arc::default() };
            found
                .entry((Arc::clone(&row.account), Arc::clone(&row.region), resource))
                .or_default()
                .push((row, at));
        }
    }
    let prices: Vec<_> = pairs.iter().map(|(_, arm, _)| by_region(index, arm)).collect();
    let mut findings = vec![];
    for ((_, region, resource), rows) in found {
        let own = Own::of(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        if !own.stands(rule, index) || own.cost <= Decimal::ZERO {
            continue;
        }
        let mut finding = Finding { resource, confidence: Confidence::Low, ..own.finding(rule) };
        let arm: Option<Decimal> = rows
            .iter()
            .map(|(row, at)| {
                let told = prices[*at].get(&region);
                let price = or_book(index, told, row, pairs[*at].2, (&row.operation, &row.unit))?;
                Some(price.of(row.amount.usage))
            })
            .sum();
        let what = amount(own.usage, &own.rows);
        match arm {
            Some(arm) if arm < own.cost => {
                finding.amount = Some(own.cost - arm);
                finding.low = finding.amount;
                finding.evidence = format!("{what} on x86; on Arm they cost {}", brief(arm));
            }
            Some(_) => continue,
            None => {
                (finding.amount, finding.low) = (None, None);
                finding.unknown = Some(Unknown::Price(format!("the same on Arm in {region}")));
                finding.evidence = format!("{what} on x86; no row tells what Arm costs in {region}");
            }
        }
        findings.push(finding);
    }
    findings
}

pub(super) fn host(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let used: HashSet<(&str, &str, &str)> = index
        .rows("on_hosts")
        .filter(|row| !row.look_back[0].usage.is_zero())
        .map(|row| (&*row.account, &*row.region, &*row.zone))
        .collect();
    let mut found = vec![];
    for rows in index.by_resource(&["hosts"]).into_values() {
        let own = Own::of(&rows);
        let is_used = rows.iter().any(|row| used.contains(&(&*row.account, &*row.region, &*row.zone)));
        if is_used || own.cost <= Decimal::ZERO || !own.stands(rule, index) {
            continue;
        }
        let evidence =
            format!("{} of a host, and no instance on a host in its zone", amount(own.usage, &own.rows));
        found.push(Finding { evidence, ..own.finding(rule) });
    }
    found
}

pub(super) fn aurora(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let busy: HashSet<(&str, &str)> = index
        .rows("aurora_io")
        .filter(|row| !row.look_back[0].usage.is_zero())
        .map(|row| (&*row.account, &*row.region))
        .collect();
    let mut found = vec![];
    for rows in index.by_resource(&["aurora_instances"]).into_values() {
        let own = Own::of(&rows);
        let is_busy = busy.contains(&(&*rows[0].account, &*rows[0].region));
        if is_busy || own.cost <= Decimal::ZERO || !own.stands(rule, index) {
            continue;
        }
        let evidence = format!(
            "{}, and no request to Aurora's storage in its account and region",
            amount(own.usage, &own.rows)
        );
        found.push(Finding { evidence, ..own.finding(rule) });
    }
    found
}

pub(super) fn night_and_weekend(rule: &Rule, index: &Index<'_>, schedule: &Schedule) -> Vec<Finding> {
    // As many as seven days have.
    let all_hours = Decimal::from(168);
    let mut known: HashMap<&str, Option<String>> = HashMap::new();
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["instances"]) {
        let own = Own::of(&rows);
        let off: Decimal =
            rows.iter().filter(|row| row.bought == Bought::OnDemand).map(|row| row.off_hours).sum();
        let week: Decimal = rows.iter().map(|row| row.week).sum();
        if key.resource.is_empty() || off <= Decimal::ZERO || week < all_hours || !own.stands(rule, index) {
            continue;
        }
        let tags = rows.iter().filter_map(|row| row.tags.as_deref());
        let mut words = tags
            .filter_map(|tags| known.entry(tags).or_insert_with(|| no_production(tags, schedule)).clone());
        let Some(word) = words.next() else { continue };
        let evidence = format!(
            "tagged {word}, and ran all hours of a week; the hours outside the schedule cost {}",
            brief(off)
        );
        found.push(Finding { amount: Some(off), low: Some(off), evidence, ..own.finding(rule) });
    }
    found
}

/// The tag that says that something is no production.
fn no_production(tags: &str, schedule: &Schedule) -> Option<String> {
    let tags: BTreeMap<String, String> = serde_json::from_str(tags).ok()?;
    tags.iter().find_map(|(key, value)| {
        let is_key = schedule.keys.contains(&key.to_lowercase());
        let is_value = schedule.values.contains(&value.to_lowercase());
        (is_key && is_value).then(|| format!("{key}={value}"))
    })
}
