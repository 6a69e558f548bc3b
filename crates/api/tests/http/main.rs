//! The HTTP interface against a real server on a real data folder.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
// A server within the test's own future is many futures deep.
#![recursion_limit = "256"]

mod allocation;
mod empty;
mod filled;
mod forgery;
mod guards;
mod members;
mod people;
mod renames;
mod reports;
mod sessions;
mod spec;
mod test_app;
mod trends;
