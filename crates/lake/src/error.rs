//! What can go wrong in the lake.

use deltalake_core::DeltaTableError;
use parquet::errors::ParquetError;
use std::error::Error;
use std::path::PathBuf;

/// Classes of errors, for callers that map them to answers or retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Another writer was faster, time and again; trying later helps.
    Conflict,
    /// Disk or file system; trying later may help.
    Unavailable,
    /// The bucket does not answer, or refuses; trying later may help.
    Unreachable,
    /// The lake is, or belongs, somewhere else than was said.
    Elsewhere,
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
    #[error("Delta log of {table}: {}", told(source.as_ref()))]
    Delta {
        /// Name of the table.
        table: &'static str,
        /// Whether it is in a bucket.
        bucket: bool,
        /// Why it failed.
        source: Box<DeltaTableError>,
    },
    /// A bucket does not answer, or refuses.
    #[error("{place}: {}", told(source.as_ref()))]
    Store {
        /// What was touched.
        place: String,
        /// Why it failed.
        source: Box<object_store::Error>,
    },
    /// What is said of where the lake lies cannot be.
    #[error("{what}")]
    Elsewhere {
        /// What is said, and what is.
        what: String,
        /// What to do.
        advice: &'static str,
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
            Self::Write(error) if is_of_bucket(error) => ErrorKind::Unreachable,
            Self::Parquet(error) if is_of_bucket(error) => ErrorKind::Unreachable,
            Self::Io { .. } | Self::Write(_) => ErrorKind::Unavailable,
            Self::Store { .. } => ErrorKind::Unreachable,
            Self::Elsewhere { .. } => ErrorKind::Elsewhere,
            Self::Delta { source, bucket, .. } => match source.as_ref() {
                DeltaTableError::ObjectStore { .. }
                | DeltaTableError::Io { .. }
                | DeltaTableError::KernelError(_)
                | DeltaTableError::Kernel { .. }
                | DeltaTableError::Transaction { .. }
                    if *bucket =>
                {
                    ErrorKind::Unreachable
                }
                DeltaTableError::ObjectStore { .. } | DeltaTableError::Io { .. } => ErrorKind::Unavailable,
                _ => ErrorKind::Internal,
            },
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Parquet(_) | Self::Arrow(_) | Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::NewerSchema { .. } => ErrorKind::Newer,
            Self::OtherSchema { .. } | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// What to do, where that is particular to this error.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Elsewhere { advice, .. } => Some(advice),
            _ => None,
        }
    }

    /// Whether the same call can succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Conflict | ErrorKind::Unavailable | ErrorKind::Unreachable)
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// What a server of buckets said, without the frame that it said it in.
fn told(error: &(dyn Error + 'static)) -> String {
    let text = model::with_causes(error);
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        rest.split_once(end).map(|(found, _)| found.to_owned())
    };
    match (between("<Code>", "</Code>"), between("<Message>", "</Message>")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code,
        _ => text,
    }
}

/// Whether an error of an encoder or decoder comes from a bucket.
fn is_of_bucket(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<LakeError>() {
            return error.kind() == ErrorKind::Unreachable;
        }
        // What an error of reading or writing wraps is not its source, but stands in its place.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
