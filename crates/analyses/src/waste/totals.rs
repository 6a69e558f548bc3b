//! Each resource once.

use super::Finding;
use model::Decimal;
use std::cmp::Reverse;
use std::collections::HashSet;

/// What all findings come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Of the findings that are counted.
    pub amount: Decimal,
    /// At least so much of it.
    pub low: Decimal,
    /// Findings without an amount, for want of a price.
    pub unknown: usize,
}

/// Marks, of each resource's findings, the one with the largest amount; of equal ones that of the first rule. Findings that
/// name no resource are of all rows of a kind in an account and region: each stands for itself, but for its usage types.
pub(super) fn count(found: &mut [Finding]) {
    let mut places: Vec<usize> = (0..found.len()).filter(|place| found[*place].amount.is_some()).collect();
    places.sort_by_key(|place| (Reverse(found[*place].amount), found[*place].rule, *place));
    let mut taken: HashSet<String> = HashSet::new();
    for place in places {
        let one = &found[place];
        let names: Vec<String> = if one.resource.is_empty() {
            one.usage_types.iter().map(|usage| format!("{}\n{}\n{usage}", one.account, one.region)).collect()
        } else {
            vec![format!("{}\n{}", one.account, one.resource)]
        };
        let free = names.iter().all(|name| !taken.contains(name));
        if free {
            taken.extend(names);
        }
        found[place].counted = free;
    }
}

/// The total of the counted ones among some findings.
pub fn total<'a>(found: impl Iterator<Item = &'a Finding>) -> Total {
    let mut total = Total::default();
    for one in found {
        match (one.amount, one.counted) {
            (Some(amount), true) => {
                total.amount += amount;
                total.low += one.low.unwrap_or(Decimal::ZERO);
            }
            (None, _) if matches!(one.unknown, Some(super::Unknown::Price(_))) => total.unknown += 1,
            _ => {}
        }
    }
    total
}
