//! Use cases: what the command line and the HTTP interface can ask for. Each is one call on an [`App`], which
//! holds the data folder's table store (`lake`), metadata (`meta`) and query engine (`query`).
//!
//! Reading resolves one [`Snapshot`](read::Published) of what is published and answers from it throughout, so
//! that a page never mixes two versions of a bill. Writing needs the lock of the data folder, which one
//! process at a time can hold; readers run beside it.

// Requests to AWS are many futures deep.
#![recursion_limit = "256"]

pub mod allocation;
mod allowances;
mod app_state;
pub mod backup;
pub mod bill_choices;
pub mod budgets;
mod clock;
pub mod connections;
mod counted;
mod data_folder;
pub mod demo_company;
pub mod doctor;
pub mod edits;
mod error;
pub mod happenings;
pub mod health;
mod hex;
pub mod identity;
pub mod ingest_job;
mod jobs;
mod limits;
mod live;
mod lock;
pub mod metrics;
pub mod notifications;
pub mod optimize;
mod organization;
mod panics;
pub mod policy;
pub mod processing;
pub mod proof;
pub mod reach;
pub mod read;
pub mod readiness;
pub mod reports;
mod served;
mod spill;
mod stable;
mod telling;
pub mod trends;
mod vacuum;

pub use allowances::{AllowanceOptions, Allowed};
pub use app_state::{App, AppOptions, MailSettings, Patience};
pub use clock::{Clock, FixedClock, SystemClock};
pub use error::{AppError, ErrorKind, Place, Result};
pub use health::Failure;
pub use lake::{BucketAddress, BucketKeys, LakeOptions};
pub use live::{Live, Progress, Shown, Stage};
pub use meta::Organization;
pub use notify::{BadSettings, Mailer};
pub use organization::{DEFAULT_ORGANIZATION, OrganizationSpec};
pub use vacuum::{Spare, VacuumSummary};
