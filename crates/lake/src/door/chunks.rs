//! A data file while it is read, in the form that decoders of Parquet ask for.

use super::bucket::Bucket;
use super::folder;
use crate::LakeError;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Bytes of an object that are asked for at once where nobody said how many are needed.
const PIECE: u64 = 4 << 20;
/// Bytes at the end of an object that hold the footer as a rule.
const FOOTER: u64 = 128 << 10;

/// An open file. Each thread opens its own: clones of one would share its read position.
#[derive(Debug)]
pub struct Chunks(Kind);

#[derive(Debug)]
enum Kind {
    File(File),
    Object(Object),
}

/// An object, and the parts of it that are here already, by where they begin.
#[derive(Debug)]
struct Object {
    bucket: Arc<Bucket>,
    path: String,
    size: u64,
    held: Vec<(u64, Bytes)>,
}

impl Chunks {
    pub(super) fn file(path: &Path) -> Result<Self, LakeError> {
        Ok(Self(Kind::File(folder::open(path)?)))
    }

    pub(super) fn object(bucket: &Arc<Bucket>, path: &str, size: Option<u64>) -> Result<Self, LakeError> {
        let size = match size {
            Some(size) => size,
            None => bucket.size_now(path)?,
        };
        let bucket = Arc::clone(bucket);
        Ok(Self(Kind::Object(Object { bucket, path: path.to_owned(), size, held: vec![] })))
    }

    /// Reads the footer.
    pub(crate) fn footer(&mut self) -> Result<ParquetMetaData, LakeError> {
        if let Kind::Object(object) = &mut self.0 {
            let end = object.size;
            object.hold(std::iter::once(end.saturating_sub(FOOTER)..end).collect())?;
        }
        Ok(ParquetMetaDataReader::new().parse_and_finish(&*self)?)
    }

    /// Fetches some parts of an object.
    #[cfg(test)]
    pub(super) fn hold(&mut self, ranges: Vec<Range<u64>>) -> Result<(), LakeError> {
        match &mut self.0 {
            Kind::Object(object) => object.hold(ranges),
            Kind::File(_) => Ok(()),
        }
    }

    /// Fetches what decoding some columns of some row groups takes, all at once: each request to a bucket costs tens of
    /// milliseconds, however few bytes it is for. Files of this machine are read as they are decoded.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn fetch(
        &mut self,
        metadata: &ParquetMetaData,
        columns: &ProjectionMask,
        groups: Range<usize>,
    ) -> Result<(), LakeError> {
        let Kind::Object(object) = &mut self.0 else { return Ok(()) };
        let groups = metadata.row_groups().get(groups).unwrap_or_default();
        let chunks = groups.iter().flat_map(|group| group.columns().iter().enumerate());
        let ranges = chunks.filter(|(leaf, _)| columns.leaf_included(*leaf)).map(|(_, chunk)| {
            let (start, length) = chunk.byte_range();
            start..start + length
        });
        object.hold(ranges.collect())
    }
}

impl Object {
    fn hold(&mut self, mut ranges: Vec<Range<u64>>) -> Result<(), LakeError> {
        ranges.retain(|range| range.start < range.end);
        let found = self.bucket.ranges(&self.path, ranges.clone())?;
        self.held.extend(ranges.into_iter().map(|range| range.start).zip(found));
        Ok(())
    }

    /// What is here from some byte on.
    fn held_from(&self, start: u64) -> Option<Bytes> {
        self.held.iter().find_map(|(begin, bytes)| {
            let skipped = usize::try_from(start.checked_sub(*begin)?).ok()?;
            (skipped < bytes.len()).then(|| bytes.slice(skipped..))
        })
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match &self.0 {
            Kind::File(file) => file.len(),
            Kind::Object(object) => object.size,
        }
    }
}

impl ChunkReader for Chunks {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        match &self.0 {
            Kind::File(file) => Ok(Box::new(file.get_read(start)?)),
            Kind::Object(object) => match object.held_from(start) {
                Some(bytes) => Ok(Box::new(Cursor::new(bytes))),
                None => {
                    let mut whole = Whole::new(&object.bucket, &object.path, object.size);
                    whole.at = start;
                    Ok(Box::new(whole))
                }
            },
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        match &self.0 {
            Kind::File(file) => file.get_bytes(start, length),
            Kind::Object(object) => match object.held_from(start) {
                Some(bytes) if bytes.len() >= length => Ok(bytes.slice(..length)),
                _ => {
                    let range = start..start + length as u64;
                    let found = object.bucket.ranges(&object.path, vec![range]);
                    let found = found.map_err(|error| ParquetError::External(Box::new(error)))?;
                    let bytes = found.into_iter().next().filter(|bytes| bytes.len() == length);
                    bytes.ok_or_else(|| ParquetError::EOF("the object is shorter than it was".to_owned()))
                }
            },
        }
    }
}

/// An object that is read from some byte to its end, some megabytes at a time.
pub(super) struct Whole {
    bucket: Arc<Bucket>,
    path: String,
    size: u64,
    at: u64,
    piece: Bytes,
}

impl Whole {
    pub(super) fn new(bucket: &Arc<Bucket>, path: &str, size: u64) -> Self {
        Self { bucket: Arc::clone(bucket), path: path.to_owned(), size, at: 0, piece: Bytes::new() }
    }
}

impl Read for Whole {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.at < self.size {
            let range = self.at..self.size.min(self.at + PIECE);
            let found = self.bucket.ranges(&self.path, vec![range]).map_err(io::Error::other)?;
            self.piece = found.into_iter().next().unwrap_or_default();
            if self.piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.at += self.piece.len() as u64;
        }
        let count = into.len().min(self.piece.len());
        into[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}
