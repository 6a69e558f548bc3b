//! Efficiency of accounts, and what of the last week could have been cheaper: [`analyses::efficiency`] of the published bills.
//!
//! The heavy part (hours read, replayed and optimised) is reckoned once for each state of the bills, behind, and kept: see
//! `kept`. Pages ask for what stands and are told while it is still being reckoned.

mod elastic;
mod kept;
mod overview;
mod reckoned;

pub(in crate::optimize) use elastic::{Elastic, Elastics};
pub(crate) use kept::KeptEfficiency;
pub use kept::{Stand, stand};
pub use overview::{
    AccountMonths, AccountPotential, Cards, ComputeOverview, LowHigh, MonthEfficiency, OfLifecycle,
    Reservations, UseCase, compute_overview,
};
pub use reckoned::{Months, Now, OfAccount, Span};
