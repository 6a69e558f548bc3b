//! Use cases with their clock, their scheduler and their folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
// A defect in the scheduler is looked for within many futures.
#![recursion_limit = "256"]

mod budgets;
mod delivery;
mod health;
mod scheduler;
