//! Every file below a source, accounted for: read, or not and why.

use connect::{Discovery, Fate, Unread};
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
    /// The files that are not read, those that matter most first; foreign ones last.
    pub unread: Vec<Unread>,
}

impl SourceFiles {
    /// Accounts for a discovery.
    pub(super) fn of(discovery: &Discovery) -> Self {
        let mut found = Self::default();
        let mut unread = discovery.unread.clone();
        for delivery in &discovery.deliveries {
            match delivery.problems.first() {
                None => found.read += delivery.files.len() + delivery.manifests.len(),
                Some(problem) => {
                    let files = delivery.files.iter().map(|file| &file.path);
                    let paths = files.chain(delivery.manifests.iter().map(|manifest| &manifest.path));
                    let before = unread.len();
                    unread
                        .extend(paths.map(|path| Unread::new(path, Fate::Refused, problem.message.clone())));
                    if let Some(period) = delivery.period {
                        *found.refused_of.entry(period.to_string()).or_default() += unread.len() - before;
                    }
                }
            }
        }
        for one in &unread {
            *match one.fate {
                Fate::Superseded => &mut found.superseded,
                Fate::Incomplete => &mut found.incomplete,
                Fate::OtherDataSet => &mut found.other_data_set,
                Fate::Foreign => &mut found.foreign,
                Fate::LeftOut => &mut found.left_out,
                Fate::Refused => &mut found.refused,
            } += 1;
        }
        let rank = |fate: Fate| match fate {
            Fate::Refused => 0,
            Fate::Incomplete => 1,
            Fate::LeftOut => 2,
            Fate::OtherDataSet => 3,
            Fate::Superseded => 4,
            Fate::Foreign => 5,
        };
        unread.sort_by(|left, right| (rank(left.fate), &left.path).cmp(&(rank(right.fate), &right.path)));
        unread.truncate(MOST_SPELT_OUT);
        found.unread = unread;
        found
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
