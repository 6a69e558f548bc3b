//! Reports of every shape through the public interface: what is handled, what is refused and how, and the
//! properties that sums must have whatever the order and the split of the rows.

mod amortization;
mod bad_input;
mod cells;
mod limits;
mod parquet_types;
mod properties;
mod support;
