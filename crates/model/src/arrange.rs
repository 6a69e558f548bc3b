//! From sums per group to what an answer lists: order, the largest groups and the rest, totals, the compared span. One way
//! for all answers, whoever computed the sums.

use crate::{CostGroup, Decimal};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// Largest magnitude of a figure, in units of 10⁻¹⁸: what `DECIMAL(38, 18)` holds.
pub const LARGEST: u128 = 10_u128.pow(38) - 1;

/// The values of a group, one a dimension.
pub type GroupKeys<K> = Vec<Option<K>>;

/// Figures whose sum is larger than what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the figures are too large to be summed")]
pub struct TooLarge;

/// Groups as an answer lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arranged {
    /// Groups, largest total first, the rest last.
    pub groups: Vec<CostGroup>,
    /// Groups there are.
    pub groups_total: usize,
    /// Sum of all groups per bucket.
    pub totals: Vec<Decimal>,
    /// Sum of everything.
    pub total: Decimal,
    /// The same over the compared span; zero where nothing is compared.
    pub before: Decimal,
}

struct Group<K> {
    keys: GroupKeys<K>,
    figures: Vec<i128>,
    total: i128,
    before: Option<i128>,
}

/// Puts groups in order, each with its figures per bucket in units of 10⁻¹⁸, and with its total over the compared span,
/// if there is one. A group that only that span has stays visible, with figures of zero. `top` groups are kept, and the
/// rest is summed into one.
///
/// # Errors
/// A sum is larger than what is stored.
pub fn arrange<K: AsRef<str> + Eq + Hash + Ord>(
    rows: impl ExactSizeIterator<Item = (GroupKeys<K>, Vec<i128>)>,
    before: Option<HashMap<GroupKeys<K>, i128>>,
    (dimensions, buckets): (usize, usize),
    top: Option<usize>,
) -> Result<Arranged, TooLarge> {
    let compared = before.is_some();
    let mut earlier = before.unwrap_or_default();
    let mut groups = Vec::with_capacity(rows.len());
    for (keys, figures) in rows {
        let total = sum(figures.iter())?;
        let before = compared.then(|| earlier.remove(&keys).unwrap_or(0));
        groups.push(Group { keys, figures, total, before });
    }
    groups.extend(earlier.into_iter().map(|(keys, total)| Group {
        keys,
        figures: vec![0; buckets],
        total: 0,
        before: Some(total),
    }));
    groups.sort_by(|a, b| (Reverse(a.total), &a.keys).cmp(&(Reverse(b.total), &b.keys)));
    let groups_total = groups.len();
    let totals = added(&groups, buckets)?;
    let total = sum(totals.iter())?;
    let before = sum(groups.iter().filter_map(|group| group.before.as_ref()))?;
    let rest = groups.split_off(top.unwrap_or(usize::MAX).min(groups.len()));
    let mut shown: Vec<CostGroup> = groups.into_iter().map(cost_group).collect();
    if !rest.is_empty() {
        shown.push(other(&rest, dimensions, buckets)?);
    }
    Ok(Arranged {
        groups: shown,
        groups_total,
        totals: totals.into_iter().map(Decimal::from_units).collect(),
        total: Decimal::from_units(total),
        before: Decimal::from_units(before),
    })
}

/// The sum of some figures.
///
/// # Errors
/// It is larger than what is stored.
pub fn sum<'a>(mut figures: impl Iterator<Item = &'a i128>) -> Result<i128, TooLarge> {
    let sum = figures.try_fold(0_i128, |sum, figure| sum.checked_add(*figure));
    sum.filter(|sum| sum.unsigned_abs() <= LARGEST).ok_or(TooLarge)
}

/// The groups' figures, bucket by bucket.
fn added<K>(groups: &[Group<K>], buckets: usize) -> Result<Vec<i128>, TooLarge> {
    let mut sums = vec![0_i128; buckets];
    for group in groups {
        for (sum, figure) in sums.iter_mut().zip(&group.figures) {
            *sum = sum.checked_add(*figure).ok_or(TooLarge)?;
        }
    }
    Ok(sums)
}

fn cost_group<K: AsRef<str>>(group: Group<K>) -> CostGroup {
    CostGroup {
        keys: group.keys.iter().map(|key| key.as_ref().map(|key| key.as_ref().to_owned())).collect(),
        other: false,
        figures: group.figures.into_iter().map(Decimal::from_units).collect(),
        total: Decimal::from_units(group.total),
        previous_total: group.before.map(Decimal::from_units),
    }
}

fn other<K>(rest: &[Group<K>], dimensions: usize, buckets: usize) -> Result<CostGroup, TooLarge> {
    let figures = added(rest, buckets)?;
    let compared = rest.iter().any(|group| group.before.is_some());
    let before = sum(rest.iter().filter_map(|group| group.before.as_ref()))?;
    Ok(CostGroup {
        keys: vec![None; dimensions],
        other: true,
        total: Decimal::from_units(sum(figures.iter())?),
        figures: figures.into_iter().map(Decimal::from_units).collect(),
        previous_total: compared.then(|| Decimal::from_units(before)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(key: &str) -> GroupKeys<String> {
        vec![Some(key.to_owned())]
    }

    #[test]
    fn the_largest_come_first_and_the_rest_is_one() {
        let rows = [("a", [1, 1]), ("b", [5, 0]), ("c", [1, 1])].map(|(key, row)| (keys(key), row.to_vec()));
        let before = HashMap::from([(keys("b"), 3), (keys("gone"), 4)]);
        let found = arrange(rows.into_iter(), Some(before), (1, 2), Some(2)).unwrap();
        let shown: Vec<_> = found.groups.iter().map(|it| (it.keys[0].as_deref(), it.total.units())).collect();
        assert_eq!(shown, [(Some("b"), 5), (Some("a"), 2), (None, 2)]);
        let before: Vec<_> = found.groups.iter().map(|it| it.previous_total.unwrap().units()).collect();
        assert_eq!((before, found.before.units(), found.groups_total), (vec![3, 0, 4], 7, 4));
        assert_eq!(found.totals.iter().map(|it| it.units()).collect::<Vec<_>>(), [7, 2]);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let largest = i128::try_from(LARGEST).unwrap();
        for figures in [vec![largest + 1, 0], vec![largest, 1], vec![i128::MAX, 1]] {
            assert_eq!(arrange([(keys("a"), figures)].into_iter(), None, (1, 2), None), Err(TooLarge));
        }
    }
}
