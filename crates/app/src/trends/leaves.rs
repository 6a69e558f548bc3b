//! The finest parts of the bill around what was found, and on-demand rows of one price: they tell one cause from two, name
//! it, and find prices that rose. Both are bounded: the parts with the most cost stand by themselves, the rest of an
//! account's service is one part.

use super::load::{Asking, By, Cells, Span};
use super::{Attribute, Measure, Memory, Object};
use crate::Result;
use crate::read::filter_on;
use analyses::trends::{Leaf, Leaves, Priced, Run, wanted};
use model::{ChargeType, Column, Decimal, Filter, Metric};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Parts that stand by themselves.
const MOST_LEAVES: usize = 8_000;
/// On-demand rows whose price is followed: those with the most cost.
const MOST_PRICED: usize = 2_000;
/// Least cost of one, in all: below it no price raises the least amount of any event.
const LEAST_PRICED: i64 = 100;
/// Values that are filtered by; where there are more, all rows are looked at.
const MOST_FILTERED: usize = 1_000;

/// The attributes of leaves beside those of definitions.
const FINEST: [Attribute; 5] =
    [Attribute::Account, Attribute::Service, Attribute::UsageType, Attribute::Region, Attribute::Operation];

/// The parts of whatever moves, over the days that tell its causes.
///
/// # Errors
/// The bills cannot be read.
pub(super) async fn leaves(
    asking: &Asking<'_>,
    memory: &Memory,
    runs: &[Run],
    watched: &[Attribute],
) -> Result<Leaves> {
    let bill = memory.bill();
    let Some((from, _)) = wanted(memory, runs) else { return Ok(Leaves::default()) };
    let span = Span { first_day: bill.first_day, days: bill.days() }.from(from);
    let offset = bill.days() - span.days;
    let moving = moving(memory, runs);
    let mut attributes = FINEST.to_vec();
    attributes.extend(watched.iter().filter(|one| matches!(one, Attribute::Tag(_))).cloned());
    let filters = filters(&moving);
    let by = By { attributes: &attributes, columns: &[], filters: &filters };
    let subsets = watched.contains(&Attribute::Subset);
    let object = |cells: &Cells<'_>| {
        let mut object = Object::organization();
        for (attribute, value) in attributes.iter().zip(&cells.values) {
            if let Some(value) = value {
                object = object.with(attribute.clone(), value);
            }
        }
        object
    };
    let of = |cells: &Cells<'_>| Some(object(cells));
    let largest = asking.largest(by, span, (MOST_LEAVES, Decimal::ZERO), &of).await?;
    let mut found: HashMap<Object, (Vec<Decimal>, Vec<Decimal>)> = HashMap::new();
    for metric in [Metric::Amortized, Metric::UsageAmount] {
        asking
            .by_day(metric, by, span, |cells| {
                if cells.measure != Measure::Usage {
                    return;
                }
                let mut leaf = object(cells);
                let pair = pair(&leaf);
                if !moving.contains(&pair) {
                    return;
                }
                let own = largest.contains(&leaf);
                if !own {
                    leaf = pair;
                }
                let (costs, quantities) = found.entry(leaf).or_default();
                match metric {
                    // The rest has no unit of its own.
                    Metric::UsageAmount if !own => {}
                    Metric::UsageAmount => span.add(quantities, cells),
                    _ => span.add(costs, cells),
                }
            })
            .await?;
    }
    let of_subset = |object: Object| {
        let account = object.get(&Attribute::Account).filter(|_| subsets);
        match account.and_then(|account| asking.published.definitions.subset_of(account)) {
            Some(subset) => object.with(Attribute::Subset, &subset.id),
            None => object,
        }
    };
    let mut leaves: Vec<Leaf> = found
        .into_iter()
        .map(|(object, (costs, quantities))| {
            // Where the report tells no amounts, they are not zero.
            let known = quantities.iter().any(|amount| !amount.is_zero());
            let quantities = if known { quantities } else { vec![] };
            let costs = if costs.is_empty() { vec![Decimal::ZERO; span.days] } else { costs };
            Leaf { object: of_subset(object), filters: vec![], costs, quantities }
        })
        .collect();
    // What did not move is one part for each account's service.
    for series in &bill.series {
        let finest = series.object.has_exactly(&[Attribute::Account, Attribute::Service]);
        if series.measure == Measure::Usage && finest && !moving.contains(&series.object) {
            leaves.push(Leaf {
                object: of_subset(series.object.clone()),
                filters: vec![],
                costs: series.costs[offset..].to_vec(),
                quantities: vec![],
            });
        }
    }
    leaves.sort_by(|one, other| one.object.cmp(&other.object));
    Ok(Leaves { first_day: Some(span.first_day), leaves })
}

fn pair(object: &Object) -> Object {
    let value = |attribute| object.get(&attribute).unwrap_or("");
    Object::account_service(value(Attribute::Account), value(Attribute::Service))
}

/// Account × service of whatever moves: those that lie within the objects of runs.
fn moving(memory: &Memory, runs: &[Run]) -> HashSet<Object> {
    let series = &memory.bill().series;
    let found: BTreeSet<&Object> = runs.iter().map(|run| &series[run.series].object).collect();
    let finest = [Attribute::Account, Attribute::Service];
    let of_accounts = |object: &&Object| object.parts().all(|(attribute, _)| finest.contains(attribute));
    // Where a tag or a filter moved, it may be anywhere.
    let all = found.iter().any(|object| !of_accounts(object));
    series
        .iter()
        .filter(|one| one.measure == Measure::Usage && one.object.has_exactly(&finest))
        .filter(|one| {
            let account = one.object.get(&Attribute::Account).unwrap_or("");
            let service = one.object.get(&Attribute::Service).unwrap_or("");
            all || found.contains(&one.object)
                || found.contains(&Object::account(account))
                || found.contains(&Object::service(service))
        })
        .map(|one| one.object.clone())
        .collect()
}

/// Accounts of whatever moves, where they are few.
fn filters(moving: &HashSet<Object>) -> Vec<Filter> {
    let values: BTreeSet<&str> = moving.iter().filter_map(|object| object.get(&Attribute::Account)).collect();
    let values: Vec<&str> = values.into_iter().collect();
    if values.len() > MOST_FILTERED { vec![] } else { vec![filter_on(Column::AccountId, false, &values)] }
}

/// On-demand rows of one price each, with their cost and amount of each day.
///
/// # Errors
/// The bills cannot be read.
pub(super) async fn priced(asking: &Asking<'_>, span: Span) -> Result<Vec<Priced>> {
    let on_demand = [filter_on(Column::ChargeType, false, &[ChargeType::OnDemandUsage.name()])];
    let attributes = [Attribute::Account, Attribute::Service, Attribute::UsageType, Attribute::Region];
    let by = By { attributes: &attributes, columns: &[], filters: &on_demand };
    let object = |cells: &Cells<'_>| {
        let parts = attributes.iter().zip(&cells.values);
        Object::of(parts.filter_map(|(attribute, value)| Some((attribute.clone(), (*value)?))))
    };
    let of = |cells: &Cells<'_>| Some(object(cells));
    let largest = asking.largest(by, span, (MOST_PRICED, Decimal::from(LEAST_PRICED)), &of).await?;
    let mut found: HashMap<Object, [Vec<Decimal>; 2]> = HashMap::new();
    for (at, metric) in [Metric::Amortized, Metric::UsageAmount].into_iter().enumerate() {
        asking
            .by_day(metric, by, span, |cells| {
                let object = object(cells);
                if largest.contains(&object) {
                    span.add(&mut found.entry(object).or_default()[at], cells);
                }
            })
            .await?;
    }
    let whole = |figures: &[Vec<Decimal>; 2]| figures.iter().all(|figures| !figures.is_empty());
    let mut all: Vec<Priced> = found
        .into_iter()
        .filter(|(_, figures)| whole(figures))
        .map(|(object, [costs, quantities])| Priced { object, costs, quantities })
        .collect();
    all.sort_by(|one, other| one.object.cmp(&other.object));
    Ok(all)
}
