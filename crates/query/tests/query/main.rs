//! The query engine against sums by hand and against its own SQL text, over Parquet files of random rows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod naive;
mod properties;
mod scenarios;
mod scope;
