//! Where bills come from: finds the reports in a folder or a bucket and reads their files.
//!
//! [`Location`] says where to look, [`BillSource`] lists and reads, [`Discovery`] is what was found: one
//! [`Delivery`] per report and billing period, with exactly the files that belong to it. The layout is
//! recognised, never asked for.

mod bill_source;
mod discovery;
mod error;
mod location;
mod manifest;
mod place;

pub use bill_source::{BillSource, open};
pub use discovery::{Delivery, Discovery, FileRef, Layout, Problem};
pub use error::{ConnectError, ErrorKind};
pub use location::Location;
pub use manifest::Manifest;
