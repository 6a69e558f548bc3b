//! A data file while it is read, in the form that decoders of Parquet ask for.

use crate::LakeError;
use bytes::Bytes;
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// An open file. Each thread opens its own: clones of one would share its read position.
#[derive(Debug)]
pub struct Chunks(File);

impl Chunks {
    pub(super) fn open(path: &Path) -> Result<Self, LakeError> {
        File::open(path).map(Self).map_err(LakeError::io(path))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.0.get_bytes(start, length)
    }
}
