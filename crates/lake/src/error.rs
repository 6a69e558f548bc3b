//! What can go wrong in the lake.

use deltalake_core::DeltaTableError;
use parquet::errors::ParquetError;
use std::path::PathBuf;

/// Classes of errors, for callers that map them to answers or retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Another writer was faster, time and again; trying later helps.
    Conflict,
    /// Disk or file system; trying later may help.
    Unavailable,
    /// What is stored is not what was written.
    Corrupt,
    /// A newer version of this program wrote it.
    Newer,
    /// A defect of this program, or a table of another version of it.
    Internal,
}

/// What can go wrong in the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A file or folder cannot be created, read, locked or removed.
    #[error("{path}: {source}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Bytes cannot be compressed or written.
    #[error("cannot write a data file: {0}")]
    Write(std::io::Error),
    /// A data file cannot be encoded or decoded.
    #[error("data file: {0}")]
    Parquet(#[from] ParquetError),
    /// A batch cannot be decoded.
    #[error("data file: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The Delta log cannot be read or written.
    #[error("Delta log of {table}: {source}")]
    Delta {
        /// Name of the table.
        table: &'static str,
        /// Why it failed.
        source: Box<DeltaTableError>,
    },
    /// Other writers kept winning.
    #[error("{table}: other writers committed first {attempts} times in a row")]
    Conflict {
        /// Name of the table.
        table: &'static str,
        /// Number of commits tried.
        attempts: u32,
    },
    /// A stored file is not the one that was staged.
    #[error("{path}: {what}")]
    Corrupt {
        /// The file, relative to its table.
        path: String,
        /// What differs.
        what: String,
    },
    /// The table in the folder has other columns than this version writes.
    #[error("{table} in the data folder has other columns than this version writes: {difference}")]
    OtherSchema {
        /// Name of the table.
        table: &'static str,
        /// First column that differs.
        difference: String,
    },
    /// The table in the folder has a column that this version does not know.
    #[error(
        "{table} in the data folder was written by a newer version of this program: it has the column {column}, which this version does not know"
    )]
    NewerSchema {
        /// Name of the table.
        table: &'static str,
        /// The first such column.
        column: String,
    },
    /// A defect.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl LakeError {
    /// The class of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { .. } | Self::Write(_) => ErrorKind::Unavailable,
            Self::Delta { source, .. } => match source.as_ref() {
                DeltaTableError::ObjectStore { .. } | DeltaTableError::Io { .. } => ErrorKind::Unavailable,
                _ => ErrorKind::Internal,
            },
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Parquet(_) | Self::Arrow(_) | Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::NewerSchema { .. } => ErrorKind::Newer,
            Self::OtherSchema { .. } | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Whether the same call can succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Conflict | ErrorKind::Unavailable)
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn delta(table: &'static str) -> impl Fn(DeltaTableError) -> Self {
        move |source| Self::Delta { table, source: Box::new(source) }
    }
}
