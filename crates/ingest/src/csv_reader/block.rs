//! A piece of a CSV file, split into rows and fields but not copied: fields are slices of the text.

use std::borrow::Cow;

/// The fields of some rows. Reuse one block for a whole file: its buffers go round.
#[derive(Debug, Default)]
pub struct Block {
    pub(super) text: Vec<u8>,
    /// Where each field starts, row by row, all columns; the field ends one byte before the next starts.
    pub(super) starts: Vec<u32>,
    pub(super) width: usize,
    /// Where the rows begin in `text`.
    pub(super) begin: usize,
    /// End of the last complete row in `text`.
    pub(super) end: usize,
    pub(super) rows: usize,
    pub(super) first_row: u64,
    pub(super) columns: Vec<Projected>,
    /// Where every field is, row by row, when the careful splitter found them.
    pub(super) spans: Option<Vec<(u32, u32)>>,
}

/// A projected column of a block.
#[derive(Debug, Default)]
pub(super) struct Projected {
    pub(super) column: usize,
    /// Whether `spans` holds the fields, because some are quoted or trimmed; else `starts` does.
    pub(super) dense: bool,
    pub(super) spans: Vec<(u32, u32)>,
}

/// The fields of one column, without their quotes.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    text: &'a [u8],
    places: Places<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Places<'a> {
    Spans(&'a [(u32, u32)]),
    /// Where fields start, from the column's first on; as many lie between two of its own as the table has columns.
    Starts(&'a [u32], usize),
}

impl<'a> Fields<'a> {
    /// A row's field; empty if out of range.
    #[inline]
    pub fn get(self, row: usize) -> &'a [u8] {
        let (start, end) = match self.places {
            Places::Spans(spans) => spans.get(row).copied().unwrap_or_default(),
            Places::Starts(starts, width) => between(starts, row.wrapping_mul(width)),
        };
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The field that starts at a place of `starts`: it ends one byte before the next.
#[inline]
fn between(starts: &[u32], at: usize) -> (u32, u32) {
    match starts.get(at..at.wrapping_add(2)) {
        Some(&[start, next]) => (start, next.wrapping_sub(1)),
        _ => (0, 0),
    }
}

impl Block {
    /// Rows in it.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Data row number, from 1, of its first row in the file.
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    /// Bytes of text, for progress.
    pub fn bytes(&self) -> usize {
        self.end.saturating_sub(self.begin)
    }

    /// The fields of the `k`-th projected column; all empty if there is none.
    #[inline]
    pub fn fields(&self, k: usize) -> Fields<'_> {
        let places = match self.columns.get(k) {
            None => Places::Spans(&[]),
            Some(column) if column.dense => Places::Spans(&column.spans),
            Some(column) => {
                let starts = self.starts.get(column.column..).unwrap_or_default();
                Places::Starts(starts, self.width)
            }
        };
        Fields { text: &self.text, places }
    }

    /// A row's field in the `k`-th projected column, without its quotes; empty if out of range.
    #[inline]
    pub fn field(&self, row: usize, k: usize) -> &[u8] {
        self.fields(k).get(row)
    }

    /// A row's field in any column of the file, projected or not, without its quotes. For a few fields: nothing of it
    /// is prepared.
    pub fn any_field(&self, row: usize, column: usize) -> Cow<'_, [u8]> {
        if let Some(k) = self.columns.iter().position(|projected| projected.column == column) {
            return Cow::Borrowed(self.field(row, k));
        }
        if row >= self.rows || column >= self.width {
            return Cow::Borrowed(&[]);
        }
        let (start, end) = match &self.spans {
            Some(spans) => {
                spans.get(row.wrapping_mul(self.width).wrapping_add(column)).copied().unwrap_or_default()
            }
            None => self.derived(row, column),
        };
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        match text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) {
            None => Cow::Borrowed(text),
            Some(quoted) => {
                let mut plain = Vec::with_capacity(quoted.len());
                let mut bytes = quoted.iter().copied();
                while let Some(byte) = bytes.next() {
                    plain.push(byte);
                    if byte == b'"' {
                        // Doubled within quotes.
                        bytes.next();
                    }
                }
                Cow::Owned(plain)
            }
        }
    }

    #[inline]
    pub(super) fn derived(&self, row: usize, column: usize) -> (u32, u32) {
        between(&self.starts, row.wrapping_mul(self.width).wrapping_add(column))
    }
}
