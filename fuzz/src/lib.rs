//! What the targets share: a report in memory, read by both passes.
//!
//! A target finds a panic, an endless loop or memory without bound. A refusal is right; what both passes
//! accept they must have read alike.

pub mod parquet;

use arrow::array::RecordBatch;
use bytes::Bytes;
use ingest::line_items::RunSink;
use ingest::{Counters, Selection, SourceFile};
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

struct Memory {
    name: &'static str,
    bytes: Bytes,
}

impl SourceFile for Memory {
    fn name(&self) -> &str {
        self.name
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
        match (start, end) {
            (Ok(start), Ok(end)) if start <= end && end <= self.bytes.len() => {
                Ok(self.bytes.slice(start..end))
            }
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }
}

struct Nothing;

impl RunSink for Nothing {
    fn write(&mut self, run: &RecordBatch) -> Result<(), String> {
        std::hint::black_box(run.num_rows());
        Ok(())
    }
}

/// Reads a report twice, as an ingest does.
pub fn read_report(name: &'static str, bytes: Vec<u8>) {
    let file: Arc<dyn SourceFile> = Arc::new(Memory { name, bytes: bytes.into() });
    let files = [file];
    let (first, second) = (Counters::default(), Counters::default());
    let Ok(rollup) = ingest::rollup::read(&files, &Selection::default(), 1, &first) else { return };
    let Ok(items) = ingest::line_items::write(&files, &Selection::default(), 1, &second, &|_| Ok(Nothing))
    else {
        return;
    };
    assert_eq!(
        first.rows.load(Ordering::Relaxed),
        second.rows.load(Ordering::Relaxed),
        "rows of the two passes"
    );
    let periods: Vec<_> = rollup.periods.keys().collect();
    assert_eq!(periods, items.totals.keys().collect::<Vec<_>>(), "periods of the two passes");
}

/// A table with this header whose rows are the fuzzer's.
pub fn with_header(header: &str, rows: &[u8]) -> Vec<u8> {
    [header.as_bytes(), b"\n", rows].concat()
}
