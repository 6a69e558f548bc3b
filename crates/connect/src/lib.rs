//! Where bills come from: finds the reports in a folder or a bucket and reads their files.
//!
//! [`Location`] says where to look, [`BillSource`] lists and reads, [`Discovery`] is what was found: one
//! [`Delivery`] per report and billing period, with exactly the files that belong to it. The layout is
//! recognised, never asked for.
//!
//! [`Source`] is a connection's own way in: a role, keys or a folder. [`verify`] tries that way step by step and
//! says what fails and how to mend it; [`aws`] knows the rules of AWS. Whatever is asked of an address that users
//! may name is asked through [`Outgoing`].

pub mod aws;
mod bill_source;
mod discovery;
mod error;
mod limits;
mod location;
mod manifest;
mod outgoing;
mod place;
mod plain;
mod reaching;
mod source;
mod verification;

pub use bill_source::{Beneath, BillSource, open, open_beneath};
pub use discovery::{Delivery, Discovery, Fate, FileRef, Layout, Part, Problem, Unread};
pub use error::{ConnectError, ErrorKind};
pub use location::Location;
pub use manifest::{Manifest, Run};
pub use outgoing::{Answered, NotSent, Outgoing, Post};
pub use place::DayRange;
pub use reaching::{Reached, reach_endpoint, reach_provider};
pub use source::{Access, Secret, Source, check_endpoint, open_as};
pub use verification::{
    Check, CheckState, Facts, Month, OrganizationAccount, Verdict, Verification, own_identity, plan, verify,
};
