//! One bill in other spans of time: an hourly report beside a daily one has the same costs of each kind on each day, in
//! other numbers of rows.

use super::Place;
use super::sums::Day;
use model::BillingPeriod;
use std::collections::{BTreeMap, HashMap};

/// Rows of one kind of charge (whatever text tells rows apart) on a day, and their billed cost in 10⁻¹⁸ units, which
/// wraps around: it is compared, and means nothing else.
type Charges = HashMap<u64, (u64, i128)>;

/// What is charged in each file on each day.
#[derive(Debug, Default)]
pub(super) struct Kinds(BTreeMap<usize, BTreeMap<Day, Charges>>);

impl Kinds {
    /// Adds a row of a file.
    pub(super) fn add(&mut self, file: usize, day: Day, kind: u64, billed: i128) {
        add(self.0.entry(file).or_default().entry(day).or_default(), kind, (1, billed));
    }

    /// Takes over what another worker saw.
    pub(super) fn merge(&mut self, other: Self) {
        for (file, days) in other.0 {
            let known = self.0.entry(file).or_default();
            for (day, charges) in days {
                let known = known.entry(day).or_default();
                for (kind, charge) in charges {
                    add(known, kind, charge);
                }
            }
        }
    }

    /// A month of which two places hold the same costs in other numbers of rows: of the kinds of charges that both have
    /// on a day at least half cost the same, and most of those are in other numbers of rows.
    pub(super) fn in_both(&self, one: &Place, other: &Place) -> Option<BillingPeriod> {
        let (ours, theirs) = (self.of(one), self.of(other));
        let (mut fewer, mut same, mut otherwise) = (0, 0, 0);
        let mut period = None;
        for (day, ours) in &ours {
            let Some(theirs) = theirs.get(day) else { continue };
            fewer += counting(ours).min(counting(theirs));
            for (kind, (rows, billed)) in ours.iter().filter(|(_, (_, billed))| *billed != 0) {
                if let Some((their_rows, _)) = theirs.get(kind).filter(|(_, theirs)| theirs == billed) {
                    same += 1;
                    otherwise += usize::from(rows != their_rows);
                    period = Some(day.0);
                }
            }
        }
        (otherwise > 0 && 2 * same >= fewer && 2 * otherwise >= same).then_some(period)?
    }

    /// What some files have together.
    fn of(&self, place: &Place) -> BTreeMap<Day, Charges> {
        let mut found: BTreeMap<Day, Charges> = BTreeMap::new();
        for (day, charges) in place.files.iter().filter_map(|file| self.0.get(file)).flatten() {
            let known = found.entry(*day).or_default();
            for (kind, charge) in charges {
                add(known, *kind, *charge);
            }
        }
        found
    }
}

/// Kinds that cost something.
fn counting(charges: &Charges) -> usize {
    charges.values().filter(|(_, billed)| *billed != 0).count()
}

fn add(charges: &mut Charges, kind: u64, (rows, billed): (u64, i128)) {
    let known = charges.entry(kind).or_default();
    known.0 += rows;
    known.1 = known.1.wrapping_add(billed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: usize) -> Place {
        Place { path: file.to_string(), files: vec![file] }
    }

    /// Of each file the rows of a day: kind and cost.
    fn kinds(files: &[&[(u64, i128)]]) -> Kinds {
        let mut kinds = Kinds::default();
        for (file, rows) in files.iter().enumerate() {
            for (kind, billed) in *rows {
                kinds.add(file, ("2026-08".parse().unwrap(), 3), *kind, *billed);
            }
        }
        kinds
    }

    fn alike(files: &[&[(u64, i128)]]) -> bool {
        kinds(files).in_both(&place(0), &place(1)).is_some()
    }

    #[test]
    fn hours_and_their_day_are_the_same_costs() {
        assert!(alike(&[&[(1, 2), (1, 3), (2, 4), (2, 4)], &[(1, 5), (2, 8)]]));
        assert!(alike(&[&[(1, 5), (2, 8), (3, 7)], &[(1, 2), (1, 3), (2, 4), (2, 4), (3, 7)]]), "with a fee");
    }

    #[test]
    fn parts_are_not() {
        assert!(!alike(&[&[(1, 5), (1, 5)], &[(1, 5), (1, 5)]]), "halves of a day of one price");
        assert!(!alike(&[&[(1, 5), (1, 5)], &[(2, 10)]]), "other resources or accounts");
        assert!(
            !alike(&[&[(1, 2), (1, 3), (2, 1), (3, 1)], &[(1, 5), (2, 7), (3, 9)]]),
            "one that happens to be alike"
        );
        assert!(!alike(&[&[(1, 0), (1, 0)], &[(1, 0)]]), "nothing that counts");
    }
}
