//! Rows that stand in two files of one delivery. Where no manifest says that all files are its parts, a copy of a
//! folder, an older state of an export or the same bill in another format may lie beside it, under any name. Adding
//! them up would count the bill twice, so such a delivery is refused, and both places are named.
//!
//! So is one that holds the same costs by hours and by days ([`spans`]).
//!
//! While reading, each file's rows are summed by day ([`sums::DaySums`]), which costs next to nothing. Days that add up
//! to the same in two files or folders raise a suspicion; only then the rows of those files are looked at once more
//! ([`rows`]). Parts of one bill (days, shards, accounts) never have rows in common.

mod names;
mod rows;
mod spans;
mod sums;
mod views;

pub(crate) use sums::DaySums;
pub(crate) use views::{Kind, Views};

use crate::decode::Counters;
use crate::error::{ErrorKind, IngestError};
use crate::selection::{Owner, Selection};
use crate::source::SourceFile;
use model::{BillingPeriod, Decimal};
use std::sync::Arc;

/// A file, or all files below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its path.
    pub(crate) path: String,
    /// Numbers of its files in the delivery.
    pub(crate) files: Vec<usize>,
}

/// One bill that is there twice in a delivery: of which month, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    /// The month.
    pub period: BillingPeriod,
    /// The billing account and the account that both hold, where that was looked at.
    pub owner: Option<Owner>,
    /// The one that is more likely the original.
    pub one: Side,
    /// The other.
    pub other: Side,
}

/// One of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Its files, or the folders that hold nothing else of the delivery.
    pub paths: Vec<String>,
    /// Numbers of its files in the delivery.
    pub files: Vec<usize>,
    /// What kind of report it is, where the two are of different kinds.
    pub what: Option<String>,
    /// Rows of the month that count, where they are known.
    pub rows: Option<u64>,
    /// Billed cost of the month, where it is known.
    pub billed: Option<Decimal>,
    /// Its currency, where the report names one.
    pub currency: Option<String>,
}

/// Rows, billed cost and currency of some files of a month; `None`: not known.
pub(crate) type SumsOf<'a> = dyn Fn(BillingPeriod, &[usize]) -> Option<((u64, Decimal), Option<String>)> + 'a;

impl Side {
    pub(crate) fn new(
        paths: Vec<String>,
        files: Vec<usize>,
        period: BillingPeriod,
        sums: &SumsOf<'_>,
    ) -> Self {
        let found = sums(period, &files);
        Self {
            rows: found.as_ref().map(|((rows, _), _)| *rows),
            billed: found.as_ref().map(|((_, billed), _)| *billed),
            currency: found.and_then(|(_, currency)| currency),
            paths,
            files,
            what: None,
        }
    }
}

/// Two places whose rows may be the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suspicion {
    pub(crate) one: Place,
    pub(crate) other: Place,
    /// Whether a name says that one is a copy of the other, so that their rows may be of two states of it.
    pub(crate) named: bool,
    /// Whether they add up to the same on days on which they have other numbers of rows: the same costs, perhaps, by
    /// hours and by days.
    pub(crate) spans: bool,
}

/// What two places have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Common {
    /// Rows.
    Rows,
    /// Days and accounts; and a name says that one is a copy of the other.
    Name,
    /// Costs, in other spans of time.
    Costs,
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
    days: &DaySums,
    sums: &SumsOf<'_>,
) -> Result<(), IngestError> {
    let names: Vec<&str> = files.iter().map(|file| file.name()).collect();
    let suspicions = days.suspicions(&names);
    if suspicions.is_empty() {
        return Ok(());
    }
    let seen = rows::look(files, selection, threads, counters, &suspicions, days)?;
    let found = suspicions.iter().find_map(|suspicion| Some((suspicion, seen.verdict(suspicion)?)));
    let Some((suspicion, (period, common))) = found else { return Ok(()) };
    let side = |place: &Place| Side::new(vec![place.path.clone()], place.files.clone(), period, sums);
    let twice = Twice { period, owner: None, one: side(&suspicion.one), other: side(&suspicion.other) };
    Err(IngestError { twice: Some(Box::new(twice)), ..refusal(suspicion, period, common) })
}

fn refusal(suspicion: &Suspicion, period: BillingPeriod, common: Common) -> IngestError {
    let (one, other) = (&suspicion.one.path, &suspicion.other.path);
    let message = match common {
        Common::Rows => {
            format!("holds rows of {period} that '{one}' holds as well: added up, they would count twice")
        }
        Common::Name => format!(
            "is by its name a copy of '{one}', and holds other rows of the same days and accounts of {period}: added up, they would count twice"
        ),
        Common::Costs => format!(
            "holds the costs of {period} that '{one}' holds as well, by other spans of time (as hours and days are): added up, they would count twice"
        ),
    };
    IngestError::new(
        ErrorKind::Mixed,
        other,
        message,
        "Leave one of them, the newer one where they differ; or give the folder of the one that counts. If both are parts of the bill, rename them so that none looks like a copy",
    )
}
