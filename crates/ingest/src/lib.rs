//! Reports in, canonical rows out: recognises every supported format, computes each row's cost and
//! dimensions, and proves that nothing was lost.
//!
//! Two passes over a delivery, both streaming: [`rollup::read`] sums it per day (dashboards become ready
//! after it), [`line_items::write`] hands over every row in clustered runs. Both sum the raw columns as they
//! read, so that what is stored can be compared with what was billed, digit by digit.

mod batch;
mod columns;
mod costs;
pub mod csv_reader;
mod data_sets;
mod decode;
mod derive;
pub mod dimensions;
mod error;
mod fields;
mod left_out;
mod limits;
pub mod line_items;
mod numbers;
mod pairs;
mod proof;
mod recognise;
mod registry;
pub mod rollup;
mod selection;
mod source;
mod timestamps;
mod twice;
mod unavailable;
mod up_front;
mod workers;

pub use decode::{Counters, Warning};
pub use error::{ErrorKind, IngestError};
pub use proof::{Expected, RawClass, RawTotals};
pub use recognise::{NotABill, not_a_bill};
pub use selection::{Owner, Selection, Without, shared_owner, shared_payers};
pub use source::{LocalFile, SourceFile};
pub use twice::{Side, Twice};
pub use unavailable::{Unavailable, Why};
pub use up_front::UpFront;
