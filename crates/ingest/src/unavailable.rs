//! What of the amortized cost is not known. Where the columns of a commitment are not whole, or a FOCUS report gives
//! its cost twice or not at all, the figure is named with its amount instead of being guessed at.

use crate::columns::Columns;
use crate::proof::RawTotals;
use crate::rollup::Identity;
use crate::up_front::UpFront;
use model::{Decimal, LineItemType};
use std::collections::{BTreeMap, BTreeSet};

/// Why a part of the amortized cost is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Columns that it is computed from are missing: these rows count as billed.
    MissingColumns,
    /// The effective cost of these rows is empty: they count as billed.
    Empty,
    /// Both the purchase of a commitment and the usage that it covers carry effective cost: it counts twice.
    CountedTwice,
    /// Rows of unused commitment carry no effective cost: what was paid and not used is missing.
    UnusedWithoutCost,
    /// Neither the purchase of a commitment nor what it covers carries effective cost: all that was paid is missing.
    NowhereAmortized,
}

/// A part of the amortized cost that is not known.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unavailable {
    /// `reservations`, `savings_plans` or `commitments` (FOCUS).
    pub family: &'static str,
    /// Why.
    pub why: Why,
    /// The commitment, where it is one's.
    pub commitment: String,
    /// The missing columns, as the report would write them.
    pub columns: Vec<String>,
    /// Rows that it is about.
    pub rows: u64,
    /// What stands there as billed; counted twice; or paid and found nowhere.
    pub amount: Decimal,
}

/// Missing columns of the files read so far, by family: reservations, savings plans, FOCUS.
#[derive(Clone, Debug, Default)]
pub(crate) struct Missing([BTreeSet<String>; 3]);

const FAMILIES: [&str; 3] = ["reservations", "savings_plans", "commitments"];

impl Missing {
    pub(crate) fn add(&mut self, columns: &Columns) {
        for (known, missing) in self.0.iter_mut().zip(columns.missing()) {
            known.extend(missing);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (known, more) in self.0.iter_mut().zip(other.0) {
            known.extend(more);
        }
    }
}

/// Families that have rows and no whole set of columns, and rows without effective cost.
pub(crate) fn of_classes(totals: &RawTotals, missing: &Missing) -> Vec<Unavailable> {
    let mut families = [(0, 0_i128); 3];
    let mut empty = (0, 0_i128);
    for (class, sums) in totals.classes.iter().filter(|(class, _)| !class.split) {
        let rules = sums.rules;
        let family = if rules.format == crate::columns::Format::Focus {
            let stood_in = if rules.effective { sums.stood_in() } else { 0 };
            empty = (empty.0 + sums.empty_effective, empty.1.saturating_add(stood_in));
            (!rules.effective).then_some(2)
        } else {
            match (LineItemType::from_name(&class.line_item_type), class.up_front) {
                (LineItemType::DiscountedUsage | LineItemType::RiFee, _) | (_, UpFront::Reservation) => {
                    (!rules.reservations).then_some(0)
                }
                (
                    LineItemType::SavingsPlanCoveredUsage
                    | LineItemType::SavingsPlanNegation
                    | LineItemType::SavingsPlanRecurringFee
                    | LineItemType::SavingsPlanUpfrontFee,
                    _,
                )
                | (_, UpFront::Plan) => (!rules.plans).then_some(1),
                _ => None,
            }
        };
        if let Some(family) = family {
            families[family].0 += sums.rows;
            families[family].1 = families[family].1.saturating_add(sums.billed());
        }
    }
    let named = families.into_iter().enumerate().filter(|(_, (rows, _))| *rows > 0);
    let mut found: Vec<_> = named
        .map(|(at, (rows, amount))| Unavailable {
            family: FAMILIES[at],
            why: Why::MissingColumns,
            commitment: String::new(),
            columns: missing.0[at].iter().cloned().collect(),
            rows,
            amount: Decimal::from_units(amount),
        })
        .collect();
    if empty.0 > 0 {
        found.push(Unavailable {
            family: FAMILIES[2],
            why: Why::Empty,
            commitment: String::new(),
            columns: vec![],
            rows: empty.0,
            amount: Decimal::from_units(empty.1),
        });
    }
    found
}

/// What a FOCUS report says of its commitments.
#[derive(Debug, Default)]
pub(crate) struct Commitments<'a>(BTreeMap<&'a str, Commitment>);

#[derive(Debug, Default)]
struct Commitment {
    purchases: u64,
    bought: Decimal,
    bought_effective: Decimal,
    /// Effective cost of purchases that carry the whole of their own price.
    carried: Decimal,
    /// Everything billed, and everything effective.
    billed: Decimal,
    effective: Decimal,
    covered: u64,
    used: Decimal,
    unused_rows: u64,
    unused: Decimal,
}

impl<'a> Commitments<'a> {
    /// Adds a group of rows of a commitment.
    pub(crate) fn add(
        &mut self,
        id: &'a str,
        category: &str,
        status: &str,
        rows: u64,
        billed: Decimal,
        effective: Decimal,
    ) {
        let commitment = self.0.entry(id).or_default();
        commitment.billed += billed;
        commitment.effective += effective;
        if category == "Purchase" {
            commitment.purchases += rows;
            commitment.bought += billed;
            commitment.bought_effective += effective;
            if billed == effective {
                commitment.carried += effective;
            }
        } else if status == "Unused" {
            commitment.unused_rows += rows;
            commitment.unused += effective;
        } else {
            commitment.covered += rows;
            commitment.used += effective;
        }
    }

    /// Billed against effective, for each commitment: what is billed here is amortized here or in other months of its
    /// term, but for what stands twice or nowhere.
    pub(crate) fn identity(&self) -> Vec<Identity> {
        let mut wrong: BTreeMap<String, Decimal> = BTreeMap::new();
        for doubt in self.doubts() {
            let twice = doubt.why == Why::CountedTwice;
            *wrong.entry(doubt.commitment).or_default() += if twice { -doubt.amount } else { doubt.amount };
        }
        let line = |(id, commitment): (&&str, &Commitment)| {
            let difference = wrong.get(*id).copied().unwrap_or_default();
            Identity {
                commitment: (*id).to_owned(),
                unblended: commitment.billed,
                amortized: commitment.effective,
                carried: Some(commitment.billed - commitment.effective - difference),
                difference,
                ..Identity::default()
            }
        };
        self.0.iter().map(line).collect()
    }

    /// The commitments whose cost stands twice or not at all.
    pub(crate) fn doubts(&self) -> Vec<Unavailable> {
        let mut found = vec![];
        for (id, commitment) in &self.0 {
            let mut doubt = |why, rows, amount| {
                found.push(Unavailable {
                    family: FAMILIES[2],
                    why,
                    commitment: (*id).to_owned(),
                    columns: vec![],
                    rows,
                    amount,
                });
            };
            let spread = commitment.used + commitment.unused;
            // AWS puts the unused share of a fee into the effective cost of its purchase: billed of purchases is then
            // what is effective in all, and nothing stands twice.
            let beyond = commitment.bought_effective + spread - commitment.bought;
            if commitment.carried != Decimal::ZERO && spread != Decimal::ZERO && beyond.units() > 0 {
                doubt(Why::CountedTwice, commitment.purchases, commitment.carried);
            }
            if commitment.unused_rows > 0 && commitment.unused == Decimal::ZERO {
                // Of an up-front purchase the period's own part is not known; of a recurring one it is what was paid.
                let left = commitment.bought - commitment.used;
                let amount = if left.units() > 0 { left } else { Decimal::ZERO };
                doubt(Why::UnusedWithoutCost, commitment.unused_rows, amount);
            } else if commitment.covered > 0
                && commitment.bought.units() > 0
                && commitment.effective == Decimal::ZERO
            {
                doubt(Why::NowhereAmortized, commitment.covered, commitment.bought);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, &str, i128, i128)]) -> Vec<(Why, i128)> {
        let mut commitments = Commitments::default();
        for (category, status, billed, effective) in rows {
            let (billed, effective) = (Decimal::from_units(*billed), Decimal::from_units(*effective));
            commitments.add("c", category, status, 1, billed, effective);
        }
        commitments.doubts().into_iter().map(|doubt| (doubt.why, doubt.amount.units())).collect()
    }

    #[test]
    fn what_is_billed_is_amortized_here_or_in_other_months() {
        let lines = |rows: &[(&str, &str, i128, i128)]| -> Vec<(i128, i128)> {
            let mut commitments = Commitments::default();
            for (category, status, billed, effective) in rows {
                let (billed, effective) = (Decimal::from_units(*billed), Decimal::from_units(*effective));
                commitments.add("c", category, status, 1, billed, effective);
            }
            let found = commitments.identity();
            found
                .iter()
                .map(|line| (line.carried.unwrap_or_default().units(), line.difference.units()))
                .collect()
        };
        let (used, unused) = (("Usage", "Used", 0, 90), ("Usage", "Unused", 0, 10));
        assert_eq!(lines(&[("Purchase", "", 100, 0), used, unused]), [(0, 0)], "a recurring one");
        assert_eq!(
            lines(&[("Purchase", "", 1200, 0), used, unused]),
            [(1100, 0)],
            "the first month of an up-front one"
        );
        assert_eq!(lines(&[used, unused]), [(-100, 0)], "a later one");
        assert_eq!(lines(&[("Purchase", "", 100, 100), used, unused]), [(0, -100)], "counted twice");
        assert_eq!(
            lines(&[("Purchase", "", 100, 0), used, ("Usage", "Unused", 0, 0)]),
            [(0, 10)],
            "unused is missing"
        );
        assert_eq!(lines(&[("Purchase", "", 100, 0), ("Usage", "Used", 0, 0)]), [(0, 100)], "all is missing");
    }

    #[test]
    fn a_commitment_counts_once() {
        let (used, unused) = (("Usage", "Used", 0, 90), ("Usage", "Unused", 0, 10));
        assert_eq!(of(&[("Purchase", "", 100, 0), used, unused]), []);
        assert_eq!(of(&[("Purchase", "", 100, 100), used, unused]), [(Why::CountedTwice, 100)]);
        let forgotten = ("Usage", "Unused", 0, 0);
        assert_eq!(of(&[("Purchase", "", 100, 0), used, forgotten]), [(Why::UnusedWithoutCost, 10)]);
        assert_eq!(of(&[("Purchase", "", 100, 100)]), []);
        assert_eq!(of(&[used, unused]), []);
        // The purchase carries what was not used: of one day nothing was.
        let (half, idle) = (("Purchase", "", 100, 10), ("Purchase", "", 100, 100));
        assert_eq!(of(&[half, idle, ("Usage", "Used", 0, 90)]), []);
    }
}
