//! What a file's header says it holds, before anything else of it is read.

use crate::batch::RawBatch;
use crate::columns::Columns;
use crate::decode::{self, Consumer, Counters, Unit, Wanted, Warning};
use crate::error::{ErrorKind, IngestError};
use crate::source::SourceFile;
use bytes::Bytes;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a text file's beginning that surely hold its header: reports of many tag columns have headers of some
/// hundred kilobytes.
const HEAD: u64 = 1 << 20;

/// Why a file is no bill, in words; `None` for a bill, and for a file whose reading will say what is wrong with it.
/// `named`: whether the data set is a known one.
pub fn not_a_bill(file: &Arc<dyn SourceFile>) -> Option<NotABill> {
    let head: Arc<dyn SourceFile> = Arc::new(Head(Arc::clone(file)));
    let mut header = Header(false);
    let read = decode::units(&[head], true).and_then(|units| {
        let Some(unit) = units.first().filter(|unit| unit.is_text()) else { return Ok(()) };
        let fetched = unit.fetch(Wanted::Rollup)?;
        unit.decode(Wanted::Rollup, true, fetched, &Counters::default(), &mut header)
    });
    match read {
        Err(error) if !header.0 && error.kind == ErrorKind::NotABill => {
            Some(NotABill { known: error.column.is_none(), why: error.message })
        }
        _ => None,
    }
}

/// A file that is no bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotABill {
    /// Whether it is a data set that is known to lie beside bills.
    pub known: bool,
    /// What it is, in words.
    pub why: String,
}

/// The beginning of a text file, so that looking at a header reads no more of a large file far away.
struct Head(Arc<dyn SourceFile>);

impl SourceFile for Head {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.0.read_range(range)
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        self.0.read_ranges(ranges)
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.0.read_range(0..self.0.size().min(HEAD))?)))
    }
}

/// Stops as soon as the header is understood.
struct Header(bool);

impl Consumer for Header {
    fn begin(&mut self, unit: &Unit, _: &Columns) -> Result<(), IngestError> {
        self.0 = true;
        Err(IngestError::new(ErrorKind::Unavailable, unit.file.name(), "only the header is read", ""))
    }

    fn batch(&mut self, _: RawBatch) -> Result<(), IngestError> {
        Ok(())
    }

    fn warn(&mut self, _: Warning) {}
}
