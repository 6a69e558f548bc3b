//! The files of a delivery, as the decoders read them.

use bytes::Bytes;
use connect::{BillSource, Delivery, FileRef};
use ingest::SourceFile;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// A file behind a bill source.
struct Remote {
    source: Arc<BillSource>,
    file: FileRef,
}

impl SourceFile for Remote {
    fn name(&self) -> &str {
        &self.file.path
    }

    fn size(&self) -> u64 {
        self.file.size
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.source.read_range(&self.file, range).map_err(io::Error::other)
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        self.source.read_ranges(&self.file, ranges).map_err(io::Error::other)
    }

    fn is_far(&self) -> bool {
        self.source.is_far()
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(self.source.stream(&self.file).map_err(io::Error::other)?))
    }
}

/// All files of a delivery.
pub(super) fn files(source: &Arc<BillSource>, delivery: &Delivery) -> Vec<Arc<dyn SourceFile>> {
    delivery
        .files
        .iter()
        .map(|file| {
            Arc::new(Remote { source: Arc::clone(source), file: file.clone() }) as Arc<dyn SourceFile>
        })
        .collect()
}
