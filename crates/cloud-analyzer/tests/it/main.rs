//! The real binary as people and scripts use it, and the house that it is built in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
// The service within a test is many futures deep.
#![recursion_limit = "256"]

mod access;
mod cli;
mod house;
mod restated;
