//! What can go wrong while generating.

use std::path::PathBuf;

/// Failures of [`crate::generate`].
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The options make no sense together; the text says what to change.
    #[error("{0}")]
    Options(String),
    /// A format name that does not exist.
    #[error("unknown format {0:?}: use csv, parquet, cur2, cur2-csv, focus or focus-csv")]
    Format(String),
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A Parquet file could not be encoded.
    #[error("cannot encode {}: {source}", path.display())]
    Parquet {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A batch of rows could not be built.
    #[error("cannot build a batch of rows: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A manifest or the truth file could not be serialised.
    #[error("cannot serialise JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The embedded catalogue is broken.
    #[error("the embedded catalogue is broken at line {line}")]
    Catalog {
        /// Its line, from 1.
        line: usize,
    },
    /// A worker thread ended without a result.
    #[error("a worker thread failed")]
    Worker,
}
