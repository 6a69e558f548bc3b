//! Dimensions of a bill that the report does not spell out: service, region, operating system, instance type, lifecycle,
//! charge type, purchase option, usage type group.
//!
//! Pure functions over strings, an empty string meaning *absent*. They run once per distinct combination of their
//! arguments (the reader memoises them over dictionary ids), so they favour plain tables over speed. What they know
//! about AWS lives in the data files of `data/`, which are compiled in; each file's header says where it comes from.
//!
//! Contract: a function never fails. What it does not recognise keeps the report's own word, and where there is none,
//! takes the dimension's rest value (`Global`, `Other`, `Other resources`, `Other: <service>`).

mod charge;
mod focus;
mod glob;
mod instance;
mod region;
mod service;
mod table;
mod usage_group;

pub(crate) use charge::is_reservation;
pub use charge::{Line, charge_type, lifecycle, purchase_option};
pub use focus::{FocusLine, focus_charge_type, focus_lifecycle};
pub use instance::{instance_family, instance_type, operating_system};
pub use region::{focus_region, region, region_name};
pub use service::{service_category, service_name};
pub use usage_group::usage_type_group;

/// Whether a cell holds nothing: exports write absent attributes as nothing, `NULL` and its kin, or `NA`.
fn absent(cell: &str) -> bool {
    let cell = cell.trim();
    crate::fields::is_absent(cell.as_bytes()) || matches!(cell, "NA" | "N/A")
}
