//! Prices that the rows themselves tell: what an on-demand unit of something cost in a region.

use super::mul_div;
use super::rows::{Bought, Index, Row, Sums};
use super::rules::without_region;
use model::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// A price as the quotient that it is: so nothing is rounded but what is multiplied with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Price {
    cost: Decimal,
    usage: Decimal,
    unit: Arc<str>,
}

impl Price {
    /// What so many units cost.
    pub(super) fn of(&self, usage: Decimal) -> Decimal {
        mul_div(self.cost, usage, self.usage).unwrap_or(Decimal::BEYOND)
    }

    /// Whether a unit of it costs less than one of another.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        mul_div(self.cost, other.usage, self.usage).is_some_and(|cost| cost < other.cost)
    }

    pub(super) fn unit(&self) -> &str {
        &self.unit
    }

    fn known(self) -> Option<Self> {
        // 0.0 in a price list means that nobody knows.
        (self.cost > Decimal::ZERO && self.usage > Decimal::ZERO).then_some(self)
    }
}

/// Sums of the span, and of the longest look-back in case the span has none.
#[derive(Default)]
struct Both {
    span: Price,
    before: Price,
}

impl Both {
    fn add(&mut self, row: &Row) {
        let add = |price: &mut Price, sums: Sums| {
            price.cost += sums.cost;
            price.usage += sums.usage;
            price.unit = Arc::clone(&row.unit);
        };
        add(&mut self.span, row.amount);
        add(&mut self.before, row.look_back[row.look_back.len() - 1]);
    }

    fn price(self) -> Option<Price> {
        self.span.known().or_else(|| self.before.known())
    }
}

/// Prices of a signal by region.
pub(super) fn by_region(index: &Index<'_>, signal: &str) -> HashMap<Arc<str>, Price> {
    let mut sums: HashMap<Arc<str>, Both> = HashMap::new();
    for row in on_demand(index, signal) {
        sums.entry(Arc::clone(&row.region)).or_default().add(row);
    }
    sums.into_iter().filter_map(|(region, sums)| Some((region, sums.price()?))).collect()
}

/// Region, usage type without it, operation.
pub(super) type Sku = (Arc<str>, String, Arc<str>);

/// Prices of a signal by region, usage type and operation.
pub(super) fn by_sku(index: &Index<'_>, signal: &str) -> HashMap<Sku, Price> {
    let mut sums: HashMap<Sku, Both> = HashMap::new();
    for row in on_demand(index, signal) {
        let usage = without_region(&row.usage_type).to_owned();
        sums.entry((Arc::clone(&row.region), usage, Arc::clone(&row.operation))).or_default().add(row);
    }
    sums.into_iter().filter_map(|(sku, sums)| Some((sku, sums.price()?))).collect()
}

fn on_demand<'a>(index: &Index<'a>, signal: &str) -> impl Iterator<Item = &'a Row> {
    index.rows(signal).filter(|row| row.bought == Bought::OnDemand)
}
