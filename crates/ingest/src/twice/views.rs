//! Reports of several kinds in one heap of files: a Cost and Usage Report beside the FOCUS export of the same account is
//! the same money in other words, and so is the older form of the report beside the newer one.

use super::{Side, SumsOf, Twice};
use crate::batch::RawBatch;
use crate::columns::{Columns, Format};
use crate::error::{ErrorKind, IngestError};
use crate::selection::{Owner, owners, shared_owner};
use crate::source::SourceFile;
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Kind of a report, as its header tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `lineItem/UnblendedCost`
    Legacy,
    /// `line_item_unblended_cost`, attributes in columns of their own.
    Athena,
    /// The same, attributes in a map.
    Export,
    /// FOCUS.
    Focus,
}

impl Kind {
    pub(crate) fn of(columns: &Columns) -> Self {
        if columns.format == Format::Focus {
            Self::Focus
        } else if columns.product_map.is_some() {
            Self::Export
        } else if columns.names.iter().any(|name| name.trim().to_ascii_lowercase().starts_with("lineitem/")) {
            Self::Legacy
        } else {
            Self::Athena
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Legacy => "a Cost and Usage Report",
            Self::Athena => "a Cost and Usage Report in Athena's columns",
            Self::Export => "a CUR 2.0 export",
            Self::Focus => "a FOCUS export",
        }
    }
}

/// Whose costs the files of each kind hold, and which files those are, by billing period.
#[derive(Clone, Debug, Default)]
pub(crate) struct Views(BTreeMap<(BillingPeriod, Kind), (BTreeSet<usize>, BTreeSet<Owner>)>);

impl Views {
    pub(crate) fn add(&mut self, batch: &RawBatch, period: BillingPeriod, kind: Kind, file: usize) {
        let (files, known) = self.0.entry((period, kind)).or_default();
        files.insert(file);
        owners(batch, known);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (view, (files, owners)) in other.0 {
            let (known_files, known) = self.0.entry(view).or_default();
            known_files.extend(files);
            known.extend(owners);
        }
    }

    /// Refuses two kinds of reports that hold the same account of the same bill.
    ///
    /// # Errors
    /// Which ones, and what to do.
    pub(crate) fn refuse(&self, files: &[Arc<dyn SourceFile>], sums: &SumsOf<'_>) -> Result<(), IngestError> {
        let name =
            |of: &BTreeSet<usize>| of.first().and_then(|at| files.get(*at)).map_or("", |file| file.name());
        for ((period, kind), (ours, owners)) in &self.0 {
            for ((_, other), (their_files, theirs)) in
                self.0.range((*period, *kind)..=(*period, Kind::Focus)).skip(1)
            {
                if let Some((payer, account)) = shared_owner(owners, theirs) {
                    let message = format!(
                        "is {}, and '{}' is {}: both hold account {account} of the bill of {payer} in {period}",
                        other.words(),
                        name(ours),
                        kind.words()
                    );
                    let advice = "Reports of one bill must not be added up. Give the folder or prefix of one report, or remove the other";
                    let side = |of: &BTreeSet<usize>, kind: Kind| {
                        let paths = paths_of(files, &self.of_kind(kind));
                        let side = Side::new(paths, of.iter().copied().collect(), *period, sums);
                        Side { what: Some(kind.words().to_owned()), ..side }
                    };
                    let twice = Twice {
                        period: *period,
                        owner: Some((payer.to_owned(), account.to_owned())),
                        one: side(ours, *kind),
                        other: side(their_files, *other),
                    };
                    let error = IngestError::new(ErrorKind::Mixed, name(their_files), message, advice);
                    return Err(IngestError { twice: Some(Box::new(twice)), ..error });
                }
            }
        }
        Ok(())
    }

    /// All files of a kind, of whatever month.
    fn of_kind(&self, kind: Kind) -> BTreeSet<usize> {
        let of = self.0.iter().filter(|((_, known), _)| *known == kind);
        of.flat_map(|(_, (files, _))| files.iter().copied()).collect()
    }
}

/// The folder of some files, where no other file of the delivery lies below it; else each file.
fn paths_of(files: &[Arc<dyn SourceFile>], of: &BTreeSet<usize>) -> Vec<String> {
    let names: Vec<&str> = of.iter().filter_map(|at| files.get(*at)).map(|file| file.name()).collect();
    let mut folder = names.first().and_then(|name| name.rsplit_once('/')).map(|(folder, _)| folder);
    while let Some(found) = folder {
        let below = |name: &str| name.strip_prefix(found).is_some_and(|rest| rest.starts_with('/'));
        if names.iter().all(|name| below(name)) {
            let strangers =
                files.iter().enumerate().any(|(at, file)| !of.contains(&at) && below(file.name()));
            if !strangers {
                return vec![found.to_owned()];
            }
            break;
        }
        folder = found.rsplit_once('/').map(|(folder, _)| folder);
    }
    names.into_iter().map(ToOwned::to_owned).collect()
}
