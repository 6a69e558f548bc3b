//! The demo company: a believable bill, as report files in every format, with the truth beside it.
//!
//! [`generate`] writes the bill of "Harborline Logistics" (a payer and some twenty accounts) in one of six forms. All
//! forms carry the same rows and figures; all figures come from integers, so that a double and a text of one figure are
//! the same decimal, and `truth.json` beside the data holds exact sums that no other part of the product computed.
//!
//! The same [`Options`] give byte-identical CSV files and Parquet files of identical content.

mod calendar;
mod columns;
mod company;
mod emit;
mod error;
mod fixed;
mod generate;
mod mix;
mod options;
mod row;
mod text;
mod truth;
mod write;

pub use error::DemoError;
pub use generate::generate;
pub use options::{Format, Options, Progress, Summary};
