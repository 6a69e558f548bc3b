//! Commitments through the crate's door: AWS's order by hand, sums that hold for any usage, optima against brute force.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod by_hand;
mod laws;
mod optima;

use analyses::commitments::{
    Bought, Class, Commitment, Covers, Payment, Rate, Rates, Replayed, Reserved, Series, Sharing, Sku, Span,
    Term, Usage, World, replayed,
};
use chrono::{DateTime, Utc};
use model::Decimal;
use std::sync::Arc;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn rate(text: &str) -> Rate {
    Rate::try_new(decimal(text)).unwrap()
}

fn start() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

/// EC2 of one type on Linux at an on-demand rate; its normalisation factor.
fn ec2(kind: &str, factor: &str, on_demand: &str) -> Sku {
    let (family, size) = kind.split_once('.').unwrap();
    Sku {
        service: "AmazonEC2".into(),
        usage_type: format!("BoxUsage:{kind}"),
        platform: "Linux".into(),
        region: "us-east-1".into(),
        zone: None,
        family: family.into(),
        size: size.into(),
        tenancy: "default".into(),
        deployment: String::new(),
        factor: Some(rate(factor)),
        world: World::Compute,
        on_demand: Some(rate(on_demand)),
    }
}

/// A database on MySQL.
fn database(kind: &str, deployment: &str, factor: &str, on_demand: &str) -> Sku {
    Sku {
        service: "AmazonRDS".into(),
        usage_type: format!("InstanceUsage:db.{kind}{deployment}"),
        platform: "MySQL".into(),
        deployment: deployment.into(),
        world: World::Database,
        ..ec2(kind, factor, on_demand)
    }
}

/// Fargate and the like.
fn fargate(on_demand: &str) -> Sku {
    Sku {
        service: "AmazonECS".into(),
        usage_type: "Fargate-vCPU-Hours:perCPU".into(),
        family: String::new(),
        size: String::new(),
        factor: None,
        ..ec2("none.none", "1", on_demand)
    }
}

/// Usage of some SKUs: (SKU, account, amounts of the hours).
fn usage(skus: Vec<Sku>, amounts: &[(usize, usize, &[&str])]) -> Usage {
    let hours = amounts.iter().map(|(.., amounts)| amounts.len()).max().unwrap_or(0);
    let series = amounts.iter().map(|(sku, account, amounts)| Series {
        sku: *sku,
        account: *account,
        bought: Bought::OnDemand,
        from: 0,
        amounts: amounts.iter().map(|amount| decimal(amount)).collect(),
    });
    let accounts = (0..3).map(|at| format!("{at}{at}{at}")).collect();
    Usage { first_hour: start(), hours, accounts, skus, series: series.collect() }
}

fn commitment(id: &str, owner: Option<usize>, covers: Covers, hourly: &str, rates: &[&str]) -> Commitment {
    let rates = rates.iter().map(|text| (!text.is_empty()).then(|| rate(text))).collect();
    Commitment {
        id: id.into(),
        owner,
        covers,
        term: Term::OneYear,
        class: Class::Plan,
        payment: Payment::NoUpfront,
        hourly: decimal(hourly),
        begin: start(),
        end: start() + chrono::Days::new(365),
        rates: Arc::new(Rates(rates)),
    }
}

/// Reservations of a SKU: so many, size-flexible if it has a factor, at an hourly cost of all.
fn reservation(id: &str, owner: Option<usize>, of: &Sku, count: u32, hourly: &str) -> Commitment {
    let reserved = Reserved {
        service: of.service.clone(),
        region: of.region.clone(),
        zone: of.zone.clone(),
        family: of.family.clone(),
        size: of.size.clone(),
        platform: of.platform.clone(),
        tenancy: of.tenancy.clone(),
        deployment: of.deployment.clone(),
        flexible: of.factor,
        count,
    };
    Commitment { class: Class::Standard, ..commitment(id, owner, Covers::Reserved(reserved), hourly, &[]) }
}

fn of_m5(region: &str) -> Covers {
    Covers::Ec2Instance { family: "m5".into(), region: region.into() }
}

/// A replay at a decision of all hours.
fn at_decision(usage: &Usage, commitments: &[Commitment]) -> Replayed {
    replayed(usage, commitments, &Sharing::default(), &Span::at_decision(0..usage.hours, 1)).unwrap()
}
