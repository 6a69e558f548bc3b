//! What could be saved: each figure with its rows, and what is not known said.

mod decisions;
mod month;
mod rows;
pub mod split;
pub mod waste;
pub mod workloads;

pub use decisions::{Dismissal, Exclusion, NewDismissal, dismiss, dismissals, exclude, include, restore};
pub use month::month_of;
