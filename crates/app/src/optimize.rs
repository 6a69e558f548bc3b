//! What could be saved: each figure with its rows, and what is not known said.

mod decisions;
mod month;
mod narrowing;
mod rows;
mod span;
pub mod split;
pub mod waste;
pub mod workloads;

pub use decisions::{Dismissal, Exclusion, NewDismissal, dismiss, exclude, include, restore};
pub use month::month_of;
pub use narrowing::Accounts;
pub use span::span_of;
