//! Events against labels: overlap and three days after it; a second event of one label is false.

use crate::world::{DAYS, Label, QUIET, World};
use std::collections::BTreeMap;

const TAIL: usize = 3;

/// Something found: of a series (none of the organization), from a day to a day.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub series: Option<usize>,
    pub up: bool,
    pub first: usize,
    pub last: usize,
    pub raised: usize,
}

/// Counts that add up over worlds.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub right: usize,
    pub wrong: usize,
    pub doubled: usize,
    pub labels: usize,
    pub found: usize,
    pub sudden: usize,
    pub sudden_in_time: usize,
    pub money: f64,
    pub money_found: f64,
    pub kinds: BTreeMap<&'static str, (usize, usize)>,
    pub wrong_of: BTreeMap<&'static str, usize>,
    pub account_years: f64,
}

impl Score {
    pub fn precision(&self) -> f64 {
        self.right as f64 / ((self.right + self.wrong + self.doubled) as f64).max(1.0)
    }

    pub fn recall(&self) -> f64 {
        self.found as f64 / (self.labels as f64).max(1.0)
    }

    pub fn f1(&self) -> f64 {
        2.0 * self.precision() * self.recall() / (self.precision() + self.recall()).max(1e-9)
    }

    pub fn false_a_year(&self) -> f64 {
        (self.wrong + self.doubled) as f64 / self.account_years.max(1e-9)
    }

    pub fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.doubled += other.doubled;
        self.labels += other.labels;
        self.found += other.found;
        self.sudden += other.sudden;
        self.sudden_in_time += other.sudden_in_time;
        self.money += other.money;
        self.money_found += other.money_found;
        self.account_years += other.account_years;
        for (kind, (found, all)) in &other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            *sum = (sum.0 + found, sum.1 + all);
        }
        for (class, count) in &other.wrong_of {
            *self.wrong_of.entry(class).or_default() += count;
        }
    }
}

pub fn score(world: &World, found: &[Found], up: bool) -> Score {
    let mut score =
        Score { account_years: world.accounts as f64 * (DAYS - QUIET) as f64 / 365.0, ..Score::default() };
    let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ordered: Vec<&Found> = found.iter().filter(|one| one.up == up && one.last >= QUIET).collect();
    ordered.sort_by_key(|one| one.first);
    for one in ordered {
        let matching = |label: &Label| {
            Some(label.series) == one.series
                && label.up == up
                && one.first <= label.end + TAIL
                && one.last >= label.start
        };
        match world.labels.iter().position(matching) {
            Some(label) if hits.contains_key(&label) => {
                score.doubled += usize::from(world.labels[label].material)
            }
            Some(label) => {
                hits.insert(label, one.raised);
                score.right += usize::from(world.labels[label].material);
            }
            None => {
                let of_peak = |series: usize| (one.first..=one.last).any(|day| world.peak[series][day]);
                if !one.series.is_some_and(of_peak) {
                    score.wrong += 1;
                    let class = one.series.map_or("organization", |series| world.classes[series]);
                    *score.wrong_of.entry(class).or_default() += 1;
                }
            }
        }
    }
    for (place, label) in world.labels.iter().enumerate() {
        if label.up != up || !label.material {
            continue;
        }
        let raised = hits.get(&place);
        let hit = usize::from(raised.is_some());
        score.labels += 1;
        score.found += hit;
        score.money += label.total.abs();
        score.money_found += label.total.abs() * hit as f64;
        let kind = score.kinds.entry(label.kind).or_default();
        *kind = (kind.0 + hit, kind.1 + 1);
        let days = (label.end - label.start + 1).min(7) as f64;
        if label.kind != "leak" && label.beginning / days >= 100.0 {
            score.sudden += 1;
            score.sudden_in_time += usize::from(raised.is_some_and(|raised| *raised <= label.start + 1));
        }
    }
    score
}
