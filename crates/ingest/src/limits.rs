//! How much of a stranger's file is read: each limit with what it protects and why it is this number.
//!
//! Files come from whoever can write into a folder or bucket. What one of them makes us hold or do is bounded by
//! what is written here, whatever it claims about itself; no report that was ever seen comes near.

use crate::error::{ErrorKind, IngestError};
use crate::fields::{self, Number};

// Text files.

/// Inflated bytes before the ratio is looked at: small files may be as regular as they like.
pub(crate) const RATIO_AFTER: u64 = 64 << 20;
/// Inflated bytes per stored byte. Reports inflate 8 to 60 times; with hundreds of empty columns 150. Deflate ends at 1032.
pub(crate) const RATIO: u64 = 250;
/// Inflated bytes of a file. Reports are cut at a gigabyte or so; this much is read for a quarter of an hour.
pub(crate) const INFLATED: u64 = 128 << 30;
/// Bytes of a cell: tags as JSON are some kilobytes, and a megabyte of them was seen.
pub(crate) const CELL: usize = 16 << 20;
/// Bytes of a row: a block, its fields' places and their copies are a few times this.
pub(crate) const ROW: usize = 32 << 20;
/// Bytes of a header line: as many columns as are read, of 128 bytes each.
pub(crate) const HEADER: usize = 8 << 20;
/// Blank lines of a file: they carry nothing, and each costs its reading.
pub(crate) const BLANK_LINES: usize = 1 << 20;
/// Fields that a row may have more than the header before it is given up: the message counts the rest.
pub(crate) const FIELDS_TOO_MANY: usize = 1 << 10;
/// Files in a zip archive that are looked at (folders and the shadows that macOS adds go along).
pub(crate) const ZIP_ENTRIES: usize = 1_000;
/// Inflated bytes of archived files that are not the report.
pub(crate) const ZIP_SKIPPED: u64 = 256 << 20;

// Both kinds.

/// Columns of a report: AWS allows 500 tag keys, the widest report seen had 50,000.
pub(crate) const COLUMNS: usize = 1 << 16;
/// Keys of one row's tags or other map.
pub(crate) const KEYS: usize = 1 << 16;
/// Bytes of a map written as JSON: parsed, it is some fifty times as large.
pub(crate) const JSON: usize = 4 << 20;
/// Months of a delivery: twenty years. Each has tables and files of its own.
pub(crate) const MONTHS: usize = 240;
/// Line item types of a delivery; AWS has about twenty, FOCUS five. Sums are kept for each and each file.
pub(crate) const TYPES: usize = 1_000;
/// Sums for the proof, one for each file and line item type: a kilobyte each.
pub(crate) const CLASSES: usize = 500_000;
/// Distinct text of a delivery's roll-up, bytes (combinations, accounts, tag sets): a million tag sets of a kilobyte.
/// They are held while it is read, and once more while it is written.
pub(crate) const DISTINCT_TEXT: u64 = 1 << 30;
/// Groups of a delivery's roll-up: 25 times those of the largest bill that was measured (20 M rows, 0.8 M groups).
pub(crate) const GROUPS: u64 = 20_000_000;
/// Rows of the second stage that a worker holds, over all months.
pub(crate) const BUFFERED_ROWS: usize = 768 * 1024;
/// Distinct text of the second stage that a worker holds of one month before it writes, bytes.
pub(crate) const BUFFERED_TEXT: u64 = 512 << 20;
/// First year of a billing period: cloud bills began in 2006.
pub(crate) const FIRST_YEAR: i32 = 2000;
/// Last year of a billing period.
pub(crate) const LAST_YEAR: i32 = 2100;
/// Usage lies within these instants (microseconds since 1970): the years 1970 to 2200, wide enough for terms that began
/// before the bill's years and end after them.
pub(crate) const INSTANTS: std::ops::Range<i64> = 0..7_258_118_400_000_000;

// Parquet.

/// Bytes of a footer: a few hundred for each column and row group.
pub(crate) const FOOTER: u64 = 64 << 20;
/// Levels of nesting of a schema: maps of structs have four. Each level is a call of the decoder's, and its stack ends.
pub(crate) const DEPTH: usize = 16;
/// Elements of a schema, groups included: as many columns as are read, and maps among them.
pub(crate) const SCHEMA: usize = 4 * COLUMNS;
/// Row groups of a file; the format counts them in 16 bits.
pub(crate) const ROW_GROUPS: usize = 32_767;
/// Column chunks of a file, over all row groups: half a kilobyte each once they are read.
pub(crate) const CHUNKS: usize = 500_000;
/// Rows that a file may have whatever its size.
pub(crate) const ROWS_FREE: u64 = 4_000_000;
/// Rows for each byte of a file beyond that. Cost reports have a byte or more for each row; a hundred rows in a byte are claimed, not written.
pub(crate) const ROWS_PER_BYTE: u64 = 100;
/// Stored bytes of a row group's columns that are read at once: some writers make one group of a whole file.
pub(crate) const GROUP_BYTES: u64 = 2 << 30;
/// Bytes of a page once it is unpacked: writers cut at one mebibyte, the largest at a hundred megabytes.
pub(crate) const PAGE: u64 = 128 << 20;
/// Bytes of the largest pages of all columns of a row group, which are in memory together.
pub(crate) const PAGES: u64 = 512 << 20;
/// Values of a dictionary: writers cut at one mebibyte of them.
pub(crate) const DICTIONARY: u64 = 4 << 20;
/// Values of a nested column in one row group: maps of sixty keys for a million rows.
pub(crate) const NESTED_VALUES: u64 = 64 << 20;
/// Bytes that a batch may take where each row repeats the largest text of a column.
pub(crate) const BATCH_TEXT: usize = 256 << 20;

/// Batches of [`BATCH_TEXT`], or of the usual number of rows, that a column may fill that is read whole.
pub(crate) const WHOLE_COLUMN: usize = 1 << 10;

// Amounts.

/// The largest amount of money of a row, in whole units: a hundred million dollars are 10¹³ in a currency of which one dollar
/// buys a hundred thousand. A hundred thousand rows of the largest fit the stored type, and sums are checked besides.
pub(crate) const MONEY: i128 = 10_i128.pow(15);
/// The largest quantity of a row, in whole units: a tenth of a petabyte over an hour are 3.6 × 10¹⁷ byte-seconds.
pub(crate) const QUANTITY: i128 = 10_i128.pow(18);
/// The largest sum of money of a billing period, signs aside. A hundred periods of it fit the stored type, so that no
/// question over some years leaves the range.
pub(crate) const PERIOD_MONEY: i128 = 10_i128.pow(18);
/// The largest sum of quantities of a billing period.
pub(crate) const PERIOD_QUANTITY: i128 = 10_i128.pow(19);

/// The largest value of a row in this field, in whole units.
pub(crate) fn amount(field: Number) -> i128 {
    if is_quantity(field) { QUANTITY } else { MONEY }
}

/// Whether a value that is too large is left out, and said so, instead of refusing the file: no cost depends on it.
pub(crate) fn may_be_left_out(field: Number) -> bool {
    is_quantity(field) || fields::LENIENT.contains(&field)
}

fn is_quantity(field: Number) -> bool {
    matches!(field, fields::USAGE | fields::PRICING_QUANTITY)
}

/// What is said of an amount beyond the limit, and what to do.
pub(crate) const TOO_LARGE: (&str, &str) =
    ("is larger than 10¹⁵: no charge is", "Export the report again if the file was edited");
/// What is said of values that were too large and are not needed for any cost.
pub(crate) const LEFT_OUT: &str = "values that are too large were left out";

/// A file, or what it leads to, is larger than what is read.
pub(crate) fn refusal(file: &str, message: impl Into<String>, advice: &str) -> IngestError {
    IngestError::new(ErrorKind::TooMuch, file, message, advice)
}
