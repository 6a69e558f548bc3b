//! What committed usage costs against on demand: the demo company's own table, of July 2026, close to what AWS publishes.
//!
//! No real price list is behind it. Families differ a little, as they do at AWS, so that the order in which plans serve
//! usage matters.

use super::plans::{Payment, What};
use crate::company::market::Sku;
use crate::fixed::mul_div;

/// Permille of the on-demand price without up-front payment: Compute plan of one and three years, EC2 Instance plan or
/// standard reservation of one and three years; 0 for what it does not cover.
const COMPUTE: &[(&str, [i64; 4])] = &[
    ("t3", [725, 503, 626, 434]),
    ("m4", [762, 555, 662, 482]),
    ("m5", [729, 500, 630, 432]),
    ("m6i", [727, 497, 628, 430]),
    ("m6g", [726, 494, 625, 428]),
    ("c4", [764, 557, 664, 484]),
    ("c5", [735, 506, 635, 437]),
    ("c6a", [734, 507, 637, 439]),
    ("c6i", [733, 504, 634, 435]),
    ("c6g", [730, 499, 631, 431]),
    ("r5", [731, 505, 632, 436]),
    ("r6i", [728, 502, 629, 433]),
    ("r6g", [724, 498, 627, 429]),
    ("g4dn", [741, 561, 642, 483]),
    ("g5", [745, 572, 651, 492]),
    ("Fargate", [800, 551, 0, 0]),
    ("Lambda", [880, 831, 0, 0]),
];

/// Permille of the on-demand price in a Database plan.
const DATABASE: &[(&str, i64)] =
    &[("Serverless", 650), ("Instance", 800), ("Requests", 820), ("Capacity", 880)];

/// Permille of the on-demand price of a reserved database or node without up-front payment: one year, three years.
const RESERVED: [i64; 2] = [660, 470];

/// What paying up front takes off, in permille of the on-demand price.
const fn paid(payment: Payment) -> i64 {
    match payment {
        Payment::No => 0,
        Payment::Partial => 20,
        Payment::All => 35,
    }
}

/// The committed price of a unit of usage; `None` where the offer has none.
pub(super) fn plan(what: What, years: i32, payment: Payment, sku: &Sku) -> Option<i64> {
    let permille = match what {
        What::Reserved { .. } => return None,
        What::Database => DATABASE.iter().find(|(class, _)| *class == sku.class)?.1,
        What::Compute | What::Family { .. } => {
            let row = COMPUTE.iter().find(|(class, _)| *class == sku.class)?.1;
            row[usize::from(what != What::Compute) * 2 + usize::from(years > 1)]
        }
    };
    // Licences cost what they cost.
    (permille > 0).then(|| mul_div(sku.list - sku.licence, permille - paid(payment), 1000) + sku.licence)
}

/// A reservation's cost of an hour, in permille of the on-demand price.
pub(super) fn reserved(code: &str, family: &str, years: i32, class: &str, payment: Payment) -> i64 {
    let table = COMPUTE.iter().find(|(known, _)| code == "AmazonEC2" && *known == family);
    let permille = table.map_or(RESERVED[usize::from(years > 1)], |(_, row)| row[2 + usize::from(years > 1)]);
    permille + if class == "convertible" { 60 } else { 0 } - paid(payment)
}
