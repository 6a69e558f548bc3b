//! What becomes of a file that is not read: each one is accounted for.

use serde::{Deserialize, Serialize};

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A newer delivery holds what it held.
    Superseded,
    /// It belongs to a delivery that is not complete.
    Incomplete,
    /// A data set beside the bill: prices, commitments, invoices, another cloud's own form of the same costs.
    OtherDataSet,
    /// No data of a bill at all: a folder, a status file, a script, a picture.
    Foreign,
    /// It holds the same bill as another report or file of the source, and somebody chose that one to count.
    LeftOut,
    /// It could be the bill's, and is not read because that would be a guess.
    Refused,
}

/// A file that is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// Path below the source's location.
    pub path: String,
    /// Kind of reason.
    pub fate: Fate,
    /// The reason, in words.
    pub why: String,
}

impl Unread {
    /// A file that is not read.
    pub fn new(path: impl Into<String>, fate: Fate, why: impl Into<String>) -> Self {
        Self { path: path.into(), fate, why: why.into() }
    }
}
