//! The one error of all use cases: what happened, where, and what to do; its kind decides the HTTP status and
//! whether a retry helps. Causes that the user cannot act on are logged where they happen and never shown.

mod from;

use model::Role;
use std::fmt;

/// Result of a use case.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ErrorKind {
    /// There is no such thing.
    NotFound,
    /// A source has nothing any more that had something before.
    Gone,
    /// The request or the input is wrong; the same request fails again.
    Invalid,
    /// Nobody is signed in, or not rightly.
    SignIn,
    /// The caller, or this process, may not do that.
    Denied,
    /// Too often in too short a time.
    TooMany,
    /// Somebody else holds or changed it.
    Conflict,
    /// Somebody else changed it since the caller loaded it.
    Changed,
    /// Somebody stopped it.
    Stopped,
    /// The data is not there yet; later it will be.
    NotReady,
    /// An outside part (disk, object store, network) failed; a retry may help.
    Unavailable,
    /// A defect of the product.
    Internal,
}

impl ErrorKind {
    /// Whether the same request may succeed later.
    pub const fn retry_helps(self) -> bool {
        matches!(self, Self::Conflict | Self::NotReady | Self::Unavailable | Self::TooMany)
    }
}

/// Where in the input it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// Path or address of the file.
    pub file: Option<String>,
    /// 1-based data row.
    pub row: Option<u64>,
    /// Column, as the file names it.
    pub column: Option<String>,
}

impl Place {
    fn is_empty(&self) -> bool {
        self.file.is_none() && self.row.is_none() && self.column.is_none()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.file.as_ref().map(|file| format!("file {file}")),
            self.row.map(|row| format!("row {row}")),
            self.column.as_ref().map(|column| format!("column {column}")),
        ];
        out.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A failed use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub struct AppError {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// What happened, in a sentence without the place.
    pub message: String,
    /// Where. Boxed, so that results stay small.
    pub place: Box<Place>,
    /// What the user can do.
    pub advice: Option<String>,
    /// The role that would be enough, where the caller's is not.
    #[serde(skip)]
    pub needs: Option<Role>,
    /// When to try again, where that is known (s).
    pub retry_after_s: Option<u32>,
    /// Whether it speaks of files of the data folder, which are those of everybody's bills.
    #[serde(skip)]
    pub of_data_folder: bool,
}

impl AppError {
    /// An error of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            place: Box::default(),
            advice: None,
            needs: None,
            retry_after_s: None,
            of_data_folder: false,
        }
    }

    /// A wrong request.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// A defect.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The same error with what the user can do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same error as it is told to whoever may see a part of the bills: which file it was, its connection and its month
    /// are of the whole. Whoever tells it writes the rest to the log.
    #[must_use]
    pub fn of_part(self) -> Self {
        if !self.of_data_folder {
            return self;
        }
        let told = "a stored file cannot be read";
        Self { place: Box::default(), message: told.to_owned(), ..self }.advise(
            "Try again later. What the server's log says of this request helps whoever runs the server.",
        )
    }

    /// The same error with the file it is about.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.place.file = Some(file.into());
        self
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            out.write_str(&self.message)
        } else {
            write!(out, "{}: {}", self.place, self.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_before_what() {
        let mut error = AppError::invalid("'abc' is not a number").in_file("a.csv");
        error.place.row = Some(7);
        error.place.column = Some("lineItem/UnblendedCost".into());
        assert_eq!(
            error.to_string(),
            "file a.csv, row 7, column lineItem/UnblendedCost: 'abc' is not a number"
        );
        assert_eq!(AppError::internal("x").to_string(), "x");
    }

    #[test]
    fn files_of_the_data_folder_are_not_told_to_whoever_sees_a_part() {
        let error: AppError = query::QueryError::Unavailable {
            message: "cannot read /data/lake/secret/x.parquet: gone".into(),
            advice: "ingest the month again".into(),
        }
        .into();
        assert!(error.message.contains("secret"));
        let told = error.of_part();
        assert!(!told.to_string().contains("/data") && told.kind == ErrorKind::Unavailable, "{told}");
        let other = AppError::new(ErrorKind::Unavailable, "the mail server does not answer");
        assert_eq!(other.clone().of_part(), other);
    }
}
