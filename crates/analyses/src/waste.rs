//! Waste that the rows of a bill prove: 33 rules, each with its evidence, its amount and what speaks against it.
//!
//! Rules are data (`data/waste.json`): which rows they look at, for how long, how sure they are, what could go wrong, and
//! which permission would prove more. Their arithmetic is here, in pure functions over sums of rows ([`Row`]: one resource,
//! usage type and operation). Whoever gathers the sums asks [`roles`] which usage types matter.
//!
//! A finding stands while its evidence reaches into the newest day. Its amount is what its rows cost in the span that was
//! asked for; what needs a price that neither a row nor a book tells is unknown, listed, and never zero. Totals hold each resource once, with
//! its largest finding, and no hours that a commitment pays ([ADR 30](../../../docs/adr/0030-waste.md)).

mod basics;
mod exact;
mod finding;
mod growth;
mod instances;
mod prices;
mod rows;
mod rules;
mod services;
mod totals;
mod volumes;

pub use exact::mul_div;
pub use finding::{Confidence, Finding, Unknown};
pub use prices::{Book, NoBook, Wanted};
pub use rows::{Bought, GROWTH_DAYS, GROWTH_STEPS, LOOK_BACKS, Row, Sums, Unused};
pub use rules::{CannotProve, Roles, Rule, Schedule, cannot_prove, roles, rule, rules, schedule};
pub use totals::{Total, total};

use rows::Index;

/// Rows of one source and currency, and what they are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Sums of its rows.
    pub rows: &'a [Row],
    /// Parts of commitments that nothing used.
    pub unused: &'a [Unused],
    /// Days since 1970 of the newest day that the rows reach.
    pub newest_day: i64,
    /// Days since 1970 of the day with which the data begin.
    pub first_day: i64,
    /// Prices that no row tells.
    pub book: &'a dyn Book,
}

/// Every finding, in the order of rules, accounts, regions and resources.
pub fn find(asked: Asked<'_>) -> Vec<Finding> {
    let index = Index::new(asked);
    let mut found: Vec<Finding> = rules().iter().flat_map(|rule| basics::apply(rule, &index)).collect();
    found.sort_by(|one, other| {
        (one.rule, &one.account, &one.region, &one.resource).cmp(&(
            other.rule,
            &other.account,
            &other.region,
            &other.resource,
        ))
    });
    totals::count(&mut found);
    found
}

#[cfg(test)]
mod tests;
