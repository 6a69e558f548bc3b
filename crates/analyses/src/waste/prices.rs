//! Prices: what an on-demand unit of something cost in a region, as the rows themselves tell, else as a book says.

use super::mul_div;
use super::rows::{Bought, Index, Row, Sums};
use super::rules::without_region;
use model::Decimal;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

/// Prices beside those that rows tell.
pub trait Book: Debug {
    /// What a unit of something costs on demand; `None`, and never zero, where nobody knows.
    fn on_demand(&self, of: &Wanted) -> Option<Decimal>;
}

/// What a price is asked of, in the words that bills and price lists share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// Product code.
    pub product: String,
    /// Region.
    pub region: String,
    /// Usage type, with what stands for the region before it.
    pub usage_type: String,
    /// Operation.
    pub operation: String,
}

/// The book that knows nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoBook;

impl Book for NoBook {
    fn on_demand(&self, _: &Wanted) -> Option<Decimal> {
        None
    }
}

/// The price that rows tell, else the book's: of a usage type that is written as a row's, after its region.
pub(super) fn or_book(
    index: &Index<'_>,
    told: Option<&Price>,
    like: &Row,
    rest: &str,
    (operation, unit): (&str, &str),
) -> Option<Price> {
    if let Some(told) = told {
        return Some(told.clone());
    }
    let own = without_region(&like.usage_type);
    let before = &like.usage_type[..like.usage_type.len() - own.len()];
    let wanted = Wanted {
        product: like.product.to_string(),
        region: like.region.to_string(),
        usage_type: format!("{before}{rest}"),
        operation: operation.to_owned(),
    };
    let cost = index.asked.book.on_demand(&wanted)?;
    Price { cost, usage: Decimal::from(1), unit: unit.into() }.known()
}

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
