//! What the rows of each file add up to, by day, and which files or folders that makes alike.

use super::rows::Compared;
use super::{Place, Suspicion, names};
use crate::batch::RawBatch;
use crate::columns::Columns;
use crate::fields;
use crate::timestamps::day_of;
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Days of a billing period that are kept apart; days that lie this far apart are summed together, in every file alike.
pub(super) const DAYS: usize = 64;

/// Places that one is compared with which all add up to the same on a day: of hundreds, all would be too many pairs.
const ALIKE: usize = 64;

/// Sums of one file's rows of one day. They wrap around: they are compared, and mean nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct DaySum {
    rows: u64,
    starts: i64,
    billed: i128,
}

impl DaySum {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.starts = self.starts.wrapping_add(other.starts);
        self.billed = self.billed.wrapping_add(other.billed);
    }
}

/// Places, two at a time, with the number of days on which they are alike.
type Pairs = BTreeMap<(usize, usize), usize>;

/// A day of a billing period.
pub(super) type Day = (BillingPeriod, u8);

/// Sums by file and day, and what columns each file has.
#[derive(Clone, Debug, Default)]
pub(crate) struct DaySums {
    days: BTreeMap<usize, BTreeMap<Day, DaySum>>,
    compared: BTreeMap<usize, Compared>,
}

/// The place of a day among [`DAYS`].
pub(super) fn place_of(start: i64) -> u8 {
    u8::try_from(day_of(start).rem_euclid(64)).unwrap_or(0)
}

impl DaySums {
    /// Begins a file.
    pub(crate) fn begin(&mut self, columns: &Columns, file: usize) {
        self.compared.insert(file, Compared::of(columns));
    }

    /// Adds a batch of a file whose rows are all of one billing period.
    pub(crate) fn add(&mut self, batch: &RawBatch, file: usize, period: BillingPeriod) {
        let mut sums = [DaySum::default(); DAYS];
        let billed = batch.numbers[fields::BILLED].as_ref();
        for (row, start) in batch.charge_start.iter().enumerate().take(batch.rows) {
            let sum = &mut sums[usize::from(place_of(*start))];
            sum.rows += 1;
            sum.starts = sum.starts.wrapping_add(*start);
            if let Some(units) = billed.and_then(|billed| billed.units(row)) {
                sum.billed = sum.billed.wrapping_add(units);
            }
        }
        let days = self.days.entry(file).or_default();
        for (day, sum) in (0_u8..).zip(sums).filter(|(_, sum)| sum.rows > 0) {
            days.entry((period, day)).or_default().add(sum);
        }
    }

    /// Takes over what another worker summed.
    pub(crate) fn merge(&mut self, other: Self) {
        for (file, days) in other.days {
            let ours = self.days.entry(file).or_default();
            for (day, sum) in days {
                ours.entry(day).or_default().add(sum);
            }
        }
        self.compared.extend(other.compared);
    }

    /// All rows of some files.
    pub(super) fn rows(&self, files: &BTreeSet<usize>) -> u64 {
        let days = files.iter().filter_map(|file| self.days.get(file));
        days.flat_map(BTreeMap::values).map(|sum| sum.rows).sum()
    }

    /// What all of some files can be compared by.
    pub(super) fn compared(&self, files: &BTreeSet<usize>) -> Compared {
        let of_files = files.iter().filter_map(|file| self.compared.get(file).copied());
        of_files.reduce(Compared::and).unwrap_or_default()
    }

    /// Files or folders beside each other with the same sums on at least half of the days that both have, and those
    /// of which one is by its name a copy of the other. Those of most files first.
    pub(super) fn suspicions(&self, files: &[&str]) -> Vec<Suspicion> {
        let places = places(files);
        let days: Vec<BTreeMap<Day, DaySum>> = places.iter().map(|place| self.of(&place.files)).collect();
        let mut alike: HashMap<(Day, i128), Vec<(usize, DaySum)>> = HashMap::new();
        for (at, days) in days.iter().enumerate() {
            for (day, sum) in days.iter().filter(|(_, sum)| sum.billed != 0) {
                alike.entry((*day, sum.billed)).or_default().push((at, *sum));
            }
        }
        let apart = |one: usize, other: usize| !within(&places[one], &places[other]);
        let (mut matches, mut spans) = (Pairs::new(), Pairs::new());
        for same in alike.values() {
            for (at, (other, sum)) in same.iter().enumerate() {
                // Costs that are the same each day make parts alike that are none of each other's copies.
                for (one, theirs) in same[..at].iter().filter(|(one, _)| apart(*one, *other)).take(ALIKE) {
                    if theirs == sum {
                        *matches.entry((*one, *other)).or_default() += 1;
                    } else if theirs.rows != sum.rows {
                        *spans.entry((*one, *other)).or_default() += 1;
                    }
                }
            }
        }
        let both = |one: usize, other: usize| {
            let counts = |day: &&Day| {
                days[one][*day].billed != 0 && days[other].get(*day).is_some_and(|sum| sum.billed != 0)
            };
            days[one].keys().filter(counts).count()
        };
        matches.retain(|(one, other), count| 2 * *count >= both(*one, *other));
        spans.retain(|pair, count| !matches.contains_key(pair) && 2 * *count >= both(pair.0, pair.1));
        let named = names::copies(&places);
        let pairs: BTreeSet<(usize, usize)> = matches
            .into_keys()
            .chain(spans.keys().copied())
            .chain(named.iter().copied().filter(|(one, other)| apart(*one, *other)))
            .collect();
        let suspicion = |(one, other): (usize, usize)| Suspicion {
            one: places[one].clone(),
            other: places[other].clone(),
            named: named.contains(&(one, other)),
            spans: spans.contains_key(&(one, other)),
        };
        let mut found: Vec<Suspicion> = pairs.into_iter().map(suspicion).collect();
        found.sort_by_key(|suspicion| {
            std::cmp::Reverse(suspicion.one.files.len() + suspicion.other.files.len())
        });
        found
    }

    /// The days of some files together.
    fn of(&self, files: &[usize]) -> BTreeMap<Day, DaySum> {
        let mut days: BTreeMap<Day, DaySum> = BTreeMap::new();
        for (day, sum) in files.iter().filter_map(|file| self.days.get(file)).flatten() {
            days.entry(*day).or_default().add(*sum);
        }
        days
    }
}

/// Every file, and every folder of several files; the shorter path first, which is more likely the original.
fn places(files: &[&str]) -> Vec<Place> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, path) in files.iter().enumerate() {
        found.entry(path).or_default().push(at);
        for (end, _) in path.match_indices('/') {
            found.entry(&path[..end]).or_default().push(at);
        }
    }
    let mut places: Vec<Place> = found
        .into_iter()
        .filter(|(path, of)| of.len() > 1 || files[of[0]] == *path)
        .map(|(path, files)| Place { path: path.to_owned(), files })
        .collect();
    places.sort_by(|left, right| (left.path.len(), &left.path).cmp(&(right.path.len(), &right.path)));
    places
}

/// Whether one is the other, or lies within it.
fn within(one: &Place, other: &Place) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(&one.path, &other.path) || below(&other.path, &one.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(files: &[&[(u8, i128)]]) -> DaySums {
        let august = "2026-08".parse().unwrap();
        let sum = |billed| DaySum { rows: 2, starts: 5, billed };
        let of =
            |days: &&[(u8, i128)]| days.iter().map(|(day, billed)| ((august, *day), sum(*billed))).collect();
        let days = files.iter().map(of).enumerate().collect();
        DaySums { days, compared: BTreeMap::new() }
    }

    fn pairs(names: &[&str], files: &[&[(u8, i128)]]) -> Vec<(String, String)> {
        let found = sums(files).suspicions(names);
        found.into_iter().map(|pair| (pair.one.path, pair.other.path)).collect()
    }

    fn pair(one: &str, other: &str) -> (String, String) {
        (one.to_owned(), other.to_owned())
    }

    #[test]
    fn copies_and_older_states_are_suspected() {
        let (early, late): (&[_], &[_]) = (&[(1, 10), (2, 20)], &[(3, 30)]);
        assert_eq!(pairs(&["x/a", "y/b"], &[early, early]), [pair("x/a", "y/b")]);
        // One file of what two are in the folder.
        let whole: &[_] = &[(1, 10), (2, 20), (3, 30)];
        let found = pairs(&["x/a", "x/b", "all"], &[early, late, whole]);
        assert!(found.contains(&pair("x", "all")), "{found:?}");
        // The month to date, some days later and with its last day corrected.
        let later: &[_] = &[(1, 10), (2, 22), (3, 30)];
        assert_eq!(pairs(&["05.csv", "10.csv"], &[early, later]), [pair("05.csv", "10.csv")]);
    }

    #[test]
    fn other_spans_of_time_are_suspected() {
        let (hourly, daily) = (sums(&[&[(1, 10), (2, 20)]]), sums(&[&[(1, 10), (2, 20)]]));
        let mut both = hourly;
        let coarse = daily.days[&0].iter().map(|(day, sum)| (*day, DaySum { rows: 1, starts: 1, ..*sum }));
        both.days.insert(1, coarse.collect());
        let found = both.suspicions(&["hourly.csv", "daily.csv"]);
        assert!(found.len() == 1 && found[0].spans && !found[0].named, "{found:?}");
    }

    #[test]
    fn each_of_several_that_are_alike_is_compared_with_each() {
        // Two accounts of one flat cost, and a copy of the second.
        let flat: &[_] = &[(1, 10), (2, 10)];
        let found = pairs(&["a.csv", "b.csv", "c.csv.gz"], &[flat, flat, flat]);
        assert!(found.contains(&pair("b.csv", "c.csv.gz")), "{found:?}");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn parts_are_not_suspected() {
        let (early, late): (&[_], &[_]) = (&[(1, 10), (2, 20)], &[(3, 10), (4, 20)]);
        assert!(pairs(&["x/1", "x/2"], &[early, late]).is_empty(), "days");
        let other: &[_] = &[(1, 11), (2, 19)];
        assert!(pairs(&["x/1", "x/2"], &[early, other]).is_empty(), "shards");
        let once: &[_] = &[(1, 10), (2, 19), (3, 1)];
        assert!(
            pairs(&["x/1", "x/2", "y"], &[early, once, &[(3, 0)]]).len() < 2,
            "a day that happens to be alike"
        );
        assert!(pairs(&["x/1", "x/2"], &[&[(1, 0)], &[(1, 0)]]).is_empty(), "nothing that counts");
    }
}
