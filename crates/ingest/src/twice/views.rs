//! Reports of several kinds in one heap of files: a Cost and Usage Report beside the FOCUS export of the same account is
//! the same money in other words, and so is the older form of the report beside the newer one.

use crate::batch::RawBatch;
use crate::columns::{Columns, Format};
use crate::error::{ErrorKind, IngestError};
use crate::selection::{Owner, owners, shared_owner};
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};

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

/// Whose costs the files of each kind hold, by billing period.
#[derive(Clone, Debug, Default)]
pub(crate) struct Views(BTreeMap<(BillingPeriod, Kind), (String, BTreeSet<Owner>)>);

impl Views {
    pub(crate) fn add(&mut self, batch: &RawBatch, period: BillingPeriod, kind: Kind, file: &str) {
        let (_, known) = self.0.entry((period, kind)).or_insert_with(|| (file.to_owned(), BTreeSet::new()));
        owners(batch, known);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (view, (file, owners)) in other.0 {
            let (_, known) = self.0.entry(view).or_insert_with(|| (file, BTreeSet::new()));
            known.extend(owners);
        }
    }

    /// Refuses two kinds of reports that hold the same account of the same bill.
    ///
    /// # Errors
    /// Which ones, and what to do.
    pub(crate) fn refuse(&self) -> Result<(), IngestError> {
        for ((period, kind), (file, owners)) in &self.0 {
            for ((_, other), (other_file, theirs)) in
                self.0.range((*period, *kind)..=(*period, Kind::Focus)).skip(1)
            {
                if let Some((payer, account)) = shared_owner(owners, theirs) {
                    let message = format!(
                        "is {}, and '{file}' is {}: both hold account {account} of the bill of {payer} in {period}",
                        other.words(),
                        kind.words()
                    );
                    let advice = "Reports of one bill must not be added up. Give the folder or prefix of one report, or remove the other";
                    return Err(IngestError::new(ErrorKind::Mixed, other_file, message, advice));
                }
            }
        }
        Ok(())
    }
}
