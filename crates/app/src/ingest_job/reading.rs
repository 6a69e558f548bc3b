//! The files of a delivery, as the decoders read them.

use bytes::Bytes;
use connect::{BillSource, Delivery, FileRef};
use ingest::{Counters, SourceFile};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A file behind a bill source, until reading is stopped.
struct Remote {
    source: Arc<BillSource>,
    file: FileRef,
    counters: Arc<Counters>,
}

impl Remote {
    fn go_on(&self) -> io::Result<()> {
        if self.counters.cancelled.load(Ordering::Relaxed) {
            return Err(io::Error::other(format!("{}: reading was stopped", self.file.path)));
        }
        Ok(())
    }
}

impl SourceFile for Remote {
    fn name(&self) -> &str {
        &self.file.path
    }

    fn size(&self) -> u64 {
        self.file.size
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.go_on()?;
        self.source.read_range(&self.file, range).map_err(io::Error::other)
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        self.go_on()?;
        self.source.read_ranges(&self.file, ranges).map_err(io::Error::other)
    }

    fn is_far(&self) -> bool {
        self.source.is_far()
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        self.go_on()?;
        Ok(Box::new(self.source.stream(&self.file).map_err(io::Error::other)?))
    }
}

/// All files of a delivery.
pub(super) fn files(
    source: &Arc<BillSource>,
    delivery: &Delivery,
    counters: &Arc<Counters>,
) -> Vec<Arc<dyn SourceFile>> {
    delivery
        .files
        .iter()
        .map(|file| {
            Arc::new(Remote {
                source: Arc::clone(source),
                file: file.clone(),
                counters: Arc::clone(counters),
            }) as Arc<dyn SourceFile>
        })
        .collect()
}
