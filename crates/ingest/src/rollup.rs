//! First stage of an ingest: one pass over the report that sums it per day over every dimension but the
//! resource, and at the same time sums the raw columns for the proof of totals.
//!
//! Workers take units from a queue, each with a table of its own; tables are merged at the end. Rows are
//! grouped by 128-bit fingerprints of their dictionary values, so no row's text is looked at; dimensions
//! are derived once per distinct combination. Memory grows with the number of groups, never with rows.

mod groups;
mod kernel;
mod output;
mod pass;

pub(crate) use kernel::Classes;
pub use output::{Identity, PeriodRollup};
pub use pass::{Owners, RollupResult, read};
pub(crate) use pass::{by_period, check_months};
