//! The files of a delivery, as the decoders read them.

use crate::{AppError, ErrorKind, Place};
use bytes::Bytes;
use connect::{BillSource, ConnectError, Delivery, FileRef};
use ingest::{Counters, IngestError, SourceFile};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

/// What a source answered in place of a file. Decoders wrap it in words of their own, which say nothing of what to do;
/// so it is kept aside. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<ConnectError>>>);

impl Trouble {
    fn note(&self, error: &ConnectError) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Later ones may follow from the first.
        kept.get_or_insert_with(|| error.clone());
    }

    /// Why reading failed: what the source answered, else what is wrong with what it gave.
    pub(super) fn told(&self, error: IngestError) -> AppError {
        if let Some(answered) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return answered.into();
        }
        let kind = match error.kind {
            ingest::ErrorKind::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        };
        let mut result = AppError::new(kind, error.message).advise(error.advice);
        result.place = Box::new(Place { file: Some(error.file), row: error.row, column: error.column });
        result
    }

    fn noted<T>(&self, outcome: Result<T, ConnectError>) -> io::Result<T> {
        outcome.map_err(|error| {
            self.note(&error);
            io::Error::other(error)
        })
    }
}

/// A stream whose troubles are kept.
struct Noted(Box<dyn Read + Send>, Trouble);

impl Read for Noted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).inspect_err(|error| {
            if let Some(answered) = error.get_ref().and_then(|inner| inner.downcast_ref::<ConnectError>()) {
                self.1.note(answered);
            }
        })
    }
}

/// A file behind a bill source, until reading is stopped.
struct Remote {
    source: Arc<BillSource>,
    file: FileRef,
    counters: Arc<Counters>,
    trouble: Trouble,
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
        self.trouble.noted(self.source.read_range(&self.file, range))
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        self.go_on()?;
        self.trouble.noted(self.source.read_ranges(&self.file, ranges))
    }

    fn is_far(&self) -> bool {
        self.source.is_far()
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        self.go_on()?;
        let stream = self.trouble.noted(self.source.stream(&self.file))?;
        Ok(Box::new(Noted(stream, self.trouble.clone())))
    }
}

/// All files of a delivery.
pub(super) fn files(
    source: &Arc<BillSource>,
    delivery: &Delivery,
    counters: &Arc<Counters>,
    trouble: &Trouble,
) -> Vec<Arc<dyn SourceFile>> {
    delivery
        .files
        .iter()
        .map(|file| {
            Arc::new(Remote {
                source: Arc::clone(source),
                file: file.clone(),
                counters: Arc::clone(counters),
                trouble: trouble.clone(),
            }) as Arc<dyn SourceFile>
        })
        .collect()
}
