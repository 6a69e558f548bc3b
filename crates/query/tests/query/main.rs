//! The query engine against sums by hand and against its own SQL text, over Parquet files of random rows.

mod fixture;
mod naive;
mod properties;
mod scenarios;
