//! A piece of a CSV file, split into rows and fields but not copied: fields are slices of the text.

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
}

/// A projected column of a block.
#[derive(Debug, Default)]
pub(super) struct Projected {
    pub(super) column: usize,
    /// Whether `spans` holds the fields, because some are quoted or trimmed; else `starts` does.
    pub(super) dense: bool,
    pub(super) spans: Vec<(u32, u32)>,
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

    /// A row's field in the `k`-th projected column, without its quotes; empty if out of range.
    #[inline]
    pub fn field(&self, row: usize, k: usize) -> &[u8] {
        let Some(column) = self.columns.get(k) else { return &[] };
        let (start, end) = if column.dense {
            column.spans.get(row).copied().unwrap_or_default()
        } else {
            self.derived(row, column.column)
        };
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    #[inline]
    pub(super) fn derived(&self, row: usize, column: usize) -> (u32, u32) {
        let at = row.wrapping_mul(self.width).wrapping_add(column);
        match self.starts.get(at..at.wrapping_add(2)) {
            Some(&[start, next]) => (start, next.wrapping_sub(1)),
            _ => (0, 0),
        }
    }
}
