//! Every file below a source, accounted for: read, or not and why.

use crate::AppError;
use connect::{Delivery, Discovery, Fate, Unread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Files that an account spells out; the numbers always hold all of them.
const MOST_SPELT_OUT: usize = 500;

/// What became of the files of a source when it was looked at last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFiles {
    /// Data files of the bill, and the manifests that name them.
    pub read: usize,
    /// A newer delivery holds what they held.
    pub superseded: usize,
    /// Of deliveries that are not complete.
    pub incomplete: usize,
    /// Data sets beside the bill.
    pub other_data_set: usize,
    /// No data of a bill.
    pub foreign: usize,
    /// Of a report or copy of the bill that somebody chose not to count.
    #[serde(default)]
    pub left_out: usize,
    /// Not read because that would be a guess; files of deliveries with a problem among them.
    pub refused: usize,
    /// Of the refused ones those whose month is known, by month (`YYYY-MM`).
    #[serde(default)]
    pub refused_of: BTreeMap<String, usize>,
    /// Of the refused ones those that were found bad while they were read and whose month is known: that month fails, or is
    /// what it was before.
    #[serde(default)]
    pub unreadable: usize,
    /// The files that are not read, those that matter most first; foreign ones last.
    pub unread: Vec<Unread>,
}

/// Its data files, and the manifests that name them.
fn paths(delivery: &Delivery) -> impl Iterator<Item = &String> {
    let manifests = delivery.manifests.iter().map(|manifest| &manifest.path);
    delivery.files.iter().map(|file| &file.path).chain(manifests)
}

impl SourceFiles {
    /// Accounts for a discovery.
    pub(super) fn of(discovery: &Discovery) -> Self {
        let mut found = Self::default();
        for one in &discovery.unread {
            *match one.fate {
                Fate::Superseded => &mut found.superseded,
                Fate::Incomplete => &mut found.incomplete,
                Fate::OtherDataSet => &mut found.other_data_set,
                Fate::Foreign => &mut found.foreign,
                Fate::LeftOut => &mut found.left_out,
                Fate::Refused => &mut found.refused,
            } += 1;
        }
        found.unread.clone_from(&discovery.unread);
        for delivery in &discovery.deliveries {
            found.read += paths(delivery).count();
            if let Some(problem) = delivery.problems.first() {
                found.count_refused(delivery, |_| problem.message.clone());
            }
        }
        found.order();
        found
    }

    /// A delivery that was to be read cannot be. One that nobody would read was refused before.
    pub(super) fn refuse(&mut self, delivery: &Delivery, error: &AppError) {
        if delivery.problems.is_empty() {
            if delivery.period.is_some() {
                self.unreadable += paths(delivery).count();
            }
            let at = error.place.file.as_ref();
            self.count_refused(delivery, |path| {
                if at.is_none_or(|at| at == path) { error.message.clone() } else { error.to_string() }
            });
        }
    }

    /// `why` tells it of each path.
    fn count_refused(&mut self, delivery: &Delivery, why: impl Fn(&str) -> String) {
        let count = paths(delivery).count();
        self.read -= count.min(self.read);
        self.refused += count;
        if let Some(period) = delivery.period {
            *self.refused_of.entry(period.to_string()).or_default() += count;
        }
        self.unread.extend(paths(delivery).map(|path| Unread::new(path, Fate::Refused, why(path))));
    }

    /// Those that matter most first, and not more than are read.
    pub(super) fn order(&mut self) {
        let rank = |fate: Fate| match fate {
            Fate::Refused => 0,
            Fate::Incomplete => 1,
            Fate::LeftOut => 2,
            Fate::OtherDataSet => 3,
            Fate::Superseded => 4,
            Fate::Foreign => 5,
        };
        self.unread
            .sort_by(|left, right| (rank(left.fate), &left.path).cmp(&(rank(right.fate), &right.path)));
        self.unread.truncate(MOST_SPELT_OUT);
    }

    /// All of them.
    pub fn total(&self) -> usize {
        self.read
            + self.superseded
            + self.incomplete
            + self.other_data_set
            + self.foreign
            + self.left_out
            + self.refused
    }
}
