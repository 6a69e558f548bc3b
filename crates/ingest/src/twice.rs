//! Rows that stand in two files of one delivery. Where no manifest says that all files are its parts, a copy of a
//! folder, an older state of an export or the same bill in another format may lie beside it, under any name. Adding
//! them up would count the bill twice, so such a delivery is refused, and both places are named.
//!
//! While reading, each file's rows are summed by day ([`sums::DaySums`]), which costs next to nothing. Days that add up
//! to the same in two files or folders raise a suspicion; only then the rows of those files are looked at once more
//! ([`rows`]). Parts of one bill (days, shards, accounts) never have rows in common.

mod names;
mod rows;
mod sums;
mod views;

pub(crate) use sums::DaySums;
pub(crate) use views::{Kind, Views};

use crate::decode::Counters;
use crate::error::{ErrorKind, IngestError};
use crate::selection::Selection;
use crate::source::SourceFile;
use model::BillingPeriod;
use std::sync::Arc;

/// A file, or all files below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its path.
    pub(crate) path: String,
    /// Numbers of its files in the delivery.
    pub(crate) files: Vec<usize>,
}

/// Two places whose rows may be the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suspicion {
    pub(crate) one: Place,
    pub(crate) other: Place,
    /// Whether a name says that one is a copy of the other, so that their rows may be of two states of it.
    pub(crate) named: bool,
}

/// Refuses a delivery of which two files or folders hold the same rows.
///
/// # Errors
/// Which ones, and what to do; or what reading them once more met.
pub(crate) fn refuse(
    files: &[Arc<dyn SourceFile>],
    selection: &Selection,
    threads: usize,
    counters: &Counters,
    sums: &DaySums,
) -> Result<(), IngestError> {
    let names: Vec<&str> = files.iter().map(|file| file.name()).collect();
    let suspicions = sums.suspicions(&names);
    if suspicions.is_empty() {
        return Ok(());
    }
    let seen = rows::look(files, selection, threads, counters, &suspicions, sums)?;
    let found = suspicions.iter().find_map(|suspicion| Some((suspicion, seen.verdict(suspicion)?)));
    let Some((suspicion, (period, copy))) = found else { return Ok(()) };
    Err(refusal(suspicion, period, copy))
}

fn refusal(suspicion: &Suspicion, period: BillingPeriod, copy: bool) -> IngestError {
    let (one, other) = (&suspicion.one.path, &suspicion.other.path);
    let message = if copy {
        format!("holds rows of {period} that '{one}' holds as well: added up, they would count twice")
    } else {
        format!(
            "is by its name a copy of '{one}', and holds other rows of the same days and accounts of {period}: added up, they would count twice"
        )
    };
    IngestError::new(
        ErrorKind::Mixed,
        other,
        message,
        "Leave one of them, the newer one where they differ; or give the folder of the one that counts. If both are parts of the bill, rename them so that none looks like a copy",
    )
}
