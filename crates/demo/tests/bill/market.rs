//! What the market settled, and the waste that was planted, read back from the files.

use crate::bill;
use crate::support::{Table, decimal, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const ONE: i128 = 1_000_000_000_000_000_000;

fn months(truth: &Value) -> impl Iterator<Item = (String, &Value)> {
    let periods = truth["periods"].as_array().expect("periods");
    periods.iter().map(|period| (period["period"].as_str().expect("a label").to_owned(), period))
}

fn in_month(all: &Table, label: &str) -> Table {
    all.filter(|table, row| table.get(row, "bill/BillingPeriodStartDate").starts_with(label))
}

fn sum(table: &Table, column: &str, keep: impl Fn(usize) -> bool) -> i128 {
    (0..table.len()).filter(|row| keep(*row)).map(|row| decimal(table.get(row, column))).sum()
}

/// Rows of one hour each, by hour.
fn hours(all: &Table, from: &str) -> HashMap<String, Vec<usize>> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for row in 0..all.len() {
        let start = all.get(row, "lineItem/UsageStartDate");
        let kind = all.get(row, "lineItem/LineItemType");
        let of_usage = ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanRecurringFee"];
        if start >= from && of_usage.contains(&kind) {
            found.entry(start.to_owned()).or_default().push(row);
        }
    }
    found
}

/// Uncovered usage that Compute plans take in any region, at its on-demand price.
fn computes(all: &Table, row: usize) -> bool {
    let usage = all.get(row, "lineItem/UsageType");
    all.get(row, "lineItem/LineItemType") == "Usage"
        && match all.get(row, "lineItem/ProductCode") {
            "AmazonEC2" => {
                ["BoxUsage:", "UnusedBox:", "DedicatedUsage:"].iter().any(|word| usage.contains(word))
            }
            "AmazonECS" => usage.contains("Fargate-"),
            "AWSLambda" => usage.contains("Lambda-GB-Second") || usage.contains("Lambda-Provisioned"),
            _ => false,
        }
}

#[test]
fn commitments_of_all_kinds_are_there() {
    let (_, truth, all) = bill();
    let (_, newest) = months(truth).last().expect("a month");
    let until = newest["until"].as_str().expect("an instant");
    let mut kinds = BTreeSet::new();
    let (mut expired, mut expiring, mut just_bought, mut never_used, mut nothing_billed) = (0, 0, 0, 0, 0);
    let seen: BTreeMap<&str, &Value> = months(truth)
        .flat_map(|(_, period)| period["commitments"].as_array().expect("commitments"))
        .map(|one| (one["id"].as_str().expect("an id"), one))
        .collect();
    let first = months(truth).next().map(|(label, _)| label).expect("a month");
    for (id, one) in &seen {
        let date = |name: &str| one[name].as_str().expect("an instant").to_owned();
        kinds.insert(one["kind"].as_str().expect("a kind").to_owned());
        let (start, end) = (date("start"), date("end"));
        expired += u32::from(end.as_str() < until && end > first);
        expiring += u32::from(end.as_str() > until && end.as_str() < "2026-12-20");
        just_bought += u32::from(start.as_str() > "2026-10-21" && start.as_str() < until);
        let rows: Vec<usize> = (0..all.len())
            .filter(|row| {
                all.get(*row, "reservation/ReservationARN") == *id
                    || all.get(*row, "savingsPlan/SavingsPlanARN") == *id
            })
            .collect();
        let types: BTreeSet<&str> = rows.iter().map(|row| all.get(*row, "lineItem/LineItemType")).collect();
        never_used += u32::from(types.iter().all(|kind| *kind == "RIFee"));
        let fees =
            rows.iter().filter(|row| all.get(**row, "lineItem/LineItemType") == "SavingsPlanRecurringFee");
        let (mut count, mut billed) = (0, 0);
        for row in fees {
            count += 1;
            billed += decimal(all.get(*row, "lineItem/UnblendedCost")).abs();
        }
        nothing_billed += u32::from(count > 0 && billed == 0);
    }
    for kind in [
        "ComputeSavingsPlans",
        "DatabaseSavingsPlans",
        "EC2InstanceSavingsPlans",
        "EC2 reserved instance",
        "ElastiCache reserved instance",
        "RDS reserved instance",
    ] {
        assert!(kinds.contains(kind), "{kind} among {kinds:?}");
    }
    assert!(expired >= 2 && expiring >= 1 && just_bought >= 1, "{expired}, {expiring}, {just_bought}");
    assert!(never_used == 1 && nothing_billed == 1, "{never_used}, {nothing_billed}");
}

#[test]
fn used_and_unused_are_those_of_the_rows() {
    let (_, truth, all) = bill();
    for (label, period) in months(truth) {
        let month = in_month(all, &label);
        for one in period["commitments"].as_array().expect("commitments") {
            let id = one["id"].as_str().expect("an id");
            let of = |row: usize, kind: &str, arn: &str| {
                month.get(row, "lineItem/LineItemType") == kind && month.get(row, arn) == id
            };
            let (plan, reserved) = ("savingsPlan/SavingsPlanARN", "reservation/ReservationARN");
            let covered =
                |row: usize| of(row, "SavingsPlanCoveredUsage", plan) || of(row, "DiscountedUsage", reserved);
            let used =
                sum(&month, "savingsPlan/SavingsPlanEffectiveCost", |row| {
                    of(row, "SavingsPlanCoveredUsage", plan)
                }) + sum(&month, "reservation/EffectiveCost", |row| of(row, "DiscountedUsage", reserved));
            let fee = |row: usize| of(row, "SavingsPlanRecurringFee", plan);
            let unused = sum(&month, "savingsPlan/TotalCommitmentToDate", fee)
                - sum(&month, "savingsPlan/UsedCommitment", fee)
                + sum(&month, "reservation/UnusedRecurringFee", |row| of(row, "RIFee", reserved))
                + sum(&month, "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", |row| {
                    of(row, "RIFee", reserved)
                });
            let equivalent = sum(&month, "pricing/publicOnDemandCost", covered);
            for (name, value) in [("used", used), ("unused", unused), ("on_demand_equivalent", equivalent)] {
                assert_eq!(one[name].as_str(), Some(text(value).as_str()), "{label} {id} {name}");
            }
            assert_eq!(
                used,
                sum(&month, "savingsPlan/SavingsPlanEffectiveCost", covered)
                    + sum(&month, "reservation/EffectiveCost", covered)
            );
            assert!(unused >= 0, "{label} {id}");
        }
    }
}

/// In no hour a Compute plan idles beside usage that it takes, and plans with more to save are used up first.
#[test]
fn plans_are_applied_in_the_order_of_aws() {
    let (_, truth, all) = bill();
    let hours = hours(all, truth["hourly_from"].as_str().expect("an instant"));
    assert!(hours.len() > 24, "{} hours", hours.len());
    for (hour, rows) in &hours {
        let plan = |row: usize| all.get(row, "savingsPlan/OfferingType") == "ComputeSavingsPlans";
        let fees = rows.iter().filter(|row| {
            plan(**row) && all.get(**row, "lineItem/LineItemType") == "SavingsPlanRecurringFee"
        });
        let unused: i128 = fees
            .map(|row| {
                decimal(all.get(*row, "savingsPlan/TotalCommitmentToDate"))
                    - decimal(all.get(*row, "savingsPlan/UsedCommitment"))
            })
            .sum();
        let on_demand: i128 = rows
            .iter()
            .filter(|row| computes(all, **row))
            .map(|row| decimal(all.get(*row, "pricing/publicOnDemandCost")))
            .sum();
        assert!(
            unused < ONE / 10_000 || on_demand == 0,
            "{hour}: {} unused beside {}",
            text(unused),
            text(on_demand)
        );
        // Percentages: the worst that a plan covers is no worse than the best that it left to the next one.
        let mut worst: HashMap<&str, f64> = HashMap::new();
        for row in rows
            .iter()
            .filter(|row| plan(**row) && all.get(**row, "lineItem/LineItemType") == "SavingsPlanCoveredUsage")
        {
            let cost = decimal(all.get(*row, "savingsPlan/SavingsPlanEffectiveCost")) as f64;
            let ratio = cost / decimal(all.get(*row, "pricing/publicOnDemandCost")) as f64;
            let entry = worst.entry(all.get(*row, "savingsPlan/PurchaseTerm")).or_insert(ratio);
            *entry = entry.max(ratio);
        }
        assert!(worst.get("3yr").is_none_or(|ratio| *ratio < 0.62), "{hour}: {worst:?}");
    }
}

#[test]
fn multi_az_instances_count_twice_in_a_reservation() {
    let (_, _, all) = bill();
    let covered = (0..all.len()).filter(|row| {
        all.get(*row, "lineItem/LineItemType") == "DiscountedUsage"
            && all.get(*row, "lineItem/UsageType").contains("Multi-AZUsage:")
    });
    let mut rows = 0;
    for row in covered {
        assert_eq!(all.get(row, "lineItem/NormalizationFactor"), "8");
        assert_eq!(all.get(row, "reservation/NormalizedUnitsPerReservation"), "4");
        rows += 1;
    }
    assert!(rows > 0);
}

#[test]
fn waste_is_what_the_rows_say() {
    let (_, truth, all) = bill();
    let mut rules = BTreeSet::new();
    for (label, period) in months(truth) {
        let month = in_month(all, &label);
        for one in period["findings"].as_array().expect("findings") {
            let rule = one["rule"].as_u64().expect("a rule");
            rules.insert(rule);
            let (resource, account) =
                (one["resource"].as_str().expect("a resource"), one["account"].as_str());
            let own = |row: usize| {
                month.get(row, "lineItem/ResourceId") == resource
                    && Some(month.get(row, "lineItem/UsageAccountId")) == account
            };
            let usage =
                |row: usize, word: &str| own(row) && month.get(row, "lineItem/UsageType").contains(word);
            let cost = |word: &str| sum(&month, "lineItem/UnblendedCost", |row| usage(row, word));
            // What an idle thing would have if it were used.
            let twin = match rule {
                2 => Some("NatGateway-Bytes"),
                3 => Some("LCUUsage"),
                4 => Some("DataProcessing-Bytes"),
                5 => Some("VpcEndpoint-Bytes"),
                6 => Some("TransitGateway-Bytes"),
                19 => Some("Lambda-Provisioned-GB-Second"),
                23 => Some("KMS-Requests"),
                24 => Some("DNS-Queries"),
                25 => Some("Requests-"),
                _ => None,
            };
            if let Some(twin) = twin {
                assert_eq!((0..month.len()).filter(|row| usage(*row, twin)).count(), 0, "{label} {one}");
            }
            if let (1..=6 | 14 | 15 | 24 | 26, Some(monthly)) = (rule, one["monthly"].as_str()) {
                let word = if rule == 15 { "extendedSupport" } else { "" };
                assert_eq!(monthly, text(cost(word)), "{label} {one}");
            }
            if let (7, Some(monthly)) = (rule, one["monthly"].as_str()) {
                let fifth = cost("EBS:VolumeUsage.gp2") / 5;
                assert!((decimal(monthly) - fifth).abs() < ONE / 1_000_000, "{label} {one}");
            }
        }
    }
    assert!(
        [1, 2, 3, 4, 5, 6, 7, 8, 12, 14, 15, 17, 19, 20, 23, 24, 25, 26]
            .iter()
            .all(|rule| rules.contains(rule)),
        "{rules:?}"
    );
    // Gateways that are used have hours and bytes.
    let of = |word: &str| -> BTreeSet<&str> {
        (0..all.len())
            .filter(|row| all.get(*row, "lineItem/UsageType").contains(word))
            .map(|row| all.get(row, "lineItem/ResourceId"))
            .collect()
    };
    let (hours, bytes) = (of("NatGateway-Hours"), of("NatGateway-Bytes"));
    assert!(bytes.is_subset(&hours) && hours.len() == bytes.len() + 1, "{hours:?}, {bytes:?}");
}

#[test]
fn workloads_are_what_tags_name() {
    let (_, truth, all) = bill();
    let (label, period) = months(truth).last().expect("a month");
    let month = in_month(all, &label);
    let tags = [
        ("eks", "resourceTags/aws:eks:cluster-name"),
        ("kubernetes", "resourceTags/user:kubernetes.io/cluster/harbor-edge"),
        ("ecs", "resourceTags/aws:ecs:clusterName"),
        ("emr", "resourceTags/aws:elasticmapreduce:job-flow-id"),
        ("beanstalk", "resourceTags/user:elasticbeanstalk:environment-name"),
        ("asg", "resourceTags/aws:autoscaling:groupName"),
    ];
    let mut hours: BTreeMap<&str, i128> = BTreeMap::new();
    for row in 0..month.len() {
        let usage = month.get(row, "lineItem/UsageType");
        let kind = month.get(row, "lineItem/LineItemType");
        if month.get(row, "lineItem/ProductCode") == "AmazonEC2"
            && ["BoxUsage:", "SpotUsage:", "DedicatedUsage:"].iter().any(|word| usage.contains(word))
            && ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"].contains(&kind)
            && let Some((kind, _)) = tags.iter().find(|(_, tag)| !month.get(row, tag).is_empty())
        {
            *hours.entry(kind).or_default() += decimal(month.get(row, "lineItem/UsageAmount"));
        }
    }
    let mut told: BTreeMap<&str, i128> = BTreeMap::new();
    for one in period["workloads"].as_array().expect("workloads") {
        let kind = one["kind"].as_str().expect("a kind");
        *told.entry(kind).or_default() += decimal(one["hours"].as_str().expect("hours"));
    }
    assert_eq!(told, hours);
    assert_eq!(told.len(), tags.len(), "{told:?}");
}
