//! Encoding of Parquet column chunks, straight from Arrow dictionaries.
//!
//! arrow-rs's own writer looks every row of a dictionary-coded column up by its text again: 43 text
//! columns of five million rows are 215 million hashes. Here a batch's dictionary is interned once and
//! rows are remapped by index, constant stretches stay run-lengths from the batch to the file, and only
//! pages are touched by the compressor. The output is plain Parquet (data pages v1, `RLE_DICTIONARY`,
//! `PLAIN`, `DELTA_BINARY_PACKED`, zstd), spliced into row groups by the parquet crate, which also writes
//! every header and footer.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "bit packing and hashing cut on purpose; rows and bytes of a page stay far below 2^31"
)]

mod chunk;
mod column;
mod delta_binary;
mod dictionary;
mod hybrid;
mod output;
mod runs;
mod statistics;

pub(crate) use column::{ColumnEncoder, PageIndex};
