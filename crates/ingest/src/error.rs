//! Why a report could not be read. Every error names the file, and the row and column where there is one,
//! and says what to do.

use crate::twice::Twice;
use std::fmt;

/// Kinds of refusal; [`IngestError`] carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The file cannot be decoded: truncated, corrupted, wrong charset, not what its name says.
    Undecodable,
    /// The header lacks a required column, or has one twice.
    Columns,
    /// The header is one of something else than a bill.
    NotABill,
    /// A value cannot be understood.
    Value,
    /// Rows of another billing period than the delivery's, or several currencies in one period.
    Mixed,
    /// The source could not be read; trying again may help.
    Unavailable,
    /// The stored sums differ from the raw sums.
    Unproven,
    /// Larger, deeper or more than what is read of any report (`limits.rs`).
    TooMuch,
}

/// A refusal: nothing published changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestError {
    /// What kind of refusal.
    pub kind: ErrorKind,
    /// The file, as the source names it.
    pub file: String,
    /// Data row, 1 for the first under the header.
    pub row: Option<u64>,
    /// Column, as the report spells it.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it. Boxed: errors are moved through every reader.
    pub advice: Box<str>,
    /// Given when one bill is there twice: the two, of which one may be chosen.
    pub twice: Option<Box<Twice>>,
}

impl std::error::Error for IngestError {}

impl fmt::Display for IngestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(out, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(out, ", column {column}")?;
        }
        write!(out, ": {}", self.message)?;
        if self.advice.is_empty() { Ok(()) } else { write!(out, ". {}", self.advice) }
    }
}

/// A column's name as a message shows it: a header may hold anything.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 200;
    if name.chars().nth(MOST).is_none() {
        return name.to_owned();
    }
    name.chars().take(MOST).chain(std::iter::once('…')).collect()
}

impl IngestError {
    pub(crate) fn new(
        kind: ErrorKind,
        file: &str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            row: None,
            column: None,
            message: message.into(),
            advice: advice.into().into_boxed_str(),
            twice: None,
        }
    }

    pub(crate) fn at(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    pub(crate) fn column(mut self, column: &str) -> Self {
        self.column = Some(shown(column));
        self
    }

    /// Reading failed below us.
    pub(crate) fn io(file: &str, error: &std::io::Error) -> Self {
        Self::new(
            ErrorKind::Unavailable,
            file,
            format!("cannot be read: {error}"),
            "Check that the source is reachable, then run it again",
        )
    }

    /// Parquet or Arrow could not decode.
    pub(crate) fn parquet(file: &str, error: &dyn fmt::Display) -> Self {
        Self::new(
            ErrorKind::Undecodable,
            file,
            format!("is not a readable Parquet file: {error}"),
            "It may be truncated or still being written: fetch it again",
        )
    }
}
