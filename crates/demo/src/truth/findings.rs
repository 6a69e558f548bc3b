//! Waste whose evidence the generator put into the rows, and workloads whose tags it wrote: month by month.

use super::{Ledger, Sums};
use crate::calendar::Period;
use crate::company::Company;
use crate::fixed::{AMOUNT, AMOUNT_SCALE, MONEY_SCALE, text};
use crate::text::{Lifecycle, Template, Txt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Names of the rules that the demo company holds evidence for.
const RULES: &[(u8, &str)] = &[
    (1, "idle public IPv4 address"),
    (2, "idle NAT gateway"),
    (3, "idle load balancer"),
    (4, "idle classic load balancer"),
    (5, "idle interface endpoint"),
    (6, "idle transit gateway attachment"),
    (7, "gp2 to gp3"),
    (8, "provisioned IOPS to gp3"),
    (12, "previous generation"),
    (14, "RDS extended support"),
    (15, "EKS extended support"),
    (17, "unused capacity reservation"),
    (19, "idle provisioned concurrency"),
    (20, "traffic through public addresses"),
    (23, "KMS key without use"),
    (24, "hosted zone without queries"),
    (25, "bucket that is never read"),
    (26, "early deletion"),
    (28, "second trail"),
];

/// What a month's rows prove to be waste: uncovered rows alone, of what is still there on the month's last day.
pub(super) fn findings(company: &Company, period: &Period, ledger: &Ledger) -> Vec<Value> {
    let mut found: BTreeMap<(u8, String, String), (i128, Option<i128>)> = BTreeMap::new();
    for series in company.series.iter().filter(|one| one.death >= period.until && one.birth < period.until) {
        let (Some(waste), Some(sums)) = (series.waste, ledger.get(series.template as usize)) else {
            continue;
        };
        if sums.rows == 0 {
            continue;
        }
        let template = &company.templates[series.template as usize];
        let name = |field| company.pool.get(template.get(field)).to_owned();
        let key = (waste.rule, name(Txt::ResourceId), name(Txt::UsageAccountId));
        let kept = waste.better.map(|price| sums.amount * i128::from(price) / i128::from(AMOUNT));
        let entry = found.entry(key).or_insert((0, Some(0)));
        entry.0 += sums.amortized;
        entry.1 = entry.1.zip(kept).map(|(sum, kept)| sum + sums.amortized - kept);
    }
    let name = |rule| RULES.iter().find(|(known, _)| *known == rule).map_or("", |(_, name)| *name);
    found
        .into_iter()
        .map(|((rule, resource, account), (cost, monthly))| {
            json!({
                "rule": rule,
                "name": name(rule),
                "resource": resource,
                "account": account,
                "cost": text(cost, MONEY_SCALE),
                "monthly": monthly.map(|sum| text(sum, MONEY_SCALE)),
            })
        })
        .collect()
}

/// Kinds of workloads in their precedence, with the tag that names them.
const KINDS: &[(&str, Txt)] = &[
    ("eks", Txt::TagEksCluster),
    ("kubernetes", Txt::TagKubernetes),
    ("kubernetes", Txt::TagKubernetesEdge),
    ("ecs", Txt::TagEcsCluster),
    ("emr", Txt::TagEmrFlow),
    ("beanstalk", Txt::TagBeanstalk),
    ("asg", Txt::TagAsg),
];

#[derive(Default)]
struct Workload {
    cost: i128,
    on_demand: i128,
    spot: i128,
    hours: i128,
    instances: BTreeSet<u32>,
}

/// EC2 instances by the workload that their tags name.
pub(super) fn workloads(company: &Company, ledger: &Ledger) -> Vec<Value> {
    let mut found: BTreeMap<[String; 4], Workload> = BTreeMap::new();
    for (template, sums) in company.templates.iter().zip(ledger).filter(|(_, sums)| sums.rows > 0) {
        let Some((kind, name)) = workload(company, template) else { continue };
        let of = |field| company.pool.get(template.get(field)).to_owned();
        let entry =
            found.entry([kind.to_owned(), name, of(Txt::UsageAccountId), of(Txt::RegionCode)]).or_default();
        entry.add(template, sums);
    }
    found
        .into_iter()
        .map(|([kind, name, account, region], sums)| {
            json!({
                "kind": kind,
                "name": name,
                "account": account,
                "region": region,
                "cost": text(sums.cost, MONEY_SCALE),
                "on_demand": text(sums.on_demand, MONEY_SCALE),
                "spot": text(sums.spot, MONEY_SCALE),
                "hours": text(sums.hours, AMOUNT_SCALE),
                "instances": sums.instances.len(),
            })
        })
        .collect()
}

impl Workload {
    fn add(&mut self, template: &Template, sums: &Sums) {
        self.cost += sums.amortized;
        match template.lifecycle {
            Lifecycle::OnDemand => self.on_demand += sums.amortized,
            Lifecycle::Spot => self.spot += sums.amortized,
            _ => {}
        }
        self.hours += sums.amount;
        self.instances.insert(template.get(Txt::ResourceId));
    }
}

/// The workload of an instance's row.
fn workload(company: &Company, template: &Template) -> Option<(&'static str, String)> {
    let text = |field| company.pool.get(template.get(field));
    let usage = text(Txt::UsageType);
    let instance = ["BoxUsage:", "SpotUsage:", "DedicatedUsage:"].iter().any(|word| usage.contains(word));
    if !instance || text(Txt::ProductCode) != "AmazonEC2" || !template.kind.counts_usage() {
        return None;
    }
    let (kind, field) = KINDS.iter().find(|(_, field)| template.get(*field) != 0)?;
    // A Kubernetes cluster's name is in the tag's key.
    let name = if *kind == "kubernetes" {
        field.name().rsplit_once('/').map_or("", |(_, name)| name)
    } else {
        text(*field)
    };
    Some((*kind, name.to_owned()))
}
