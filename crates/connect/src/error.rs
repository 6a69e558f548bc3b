//! Why a source of bills cannot be used, and what to do about it.

use crate::aws::{Answer, Trouble};

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The location is no path and no address.
    BadLocation,
    /// Nothing is there.
    NotFound,
    /// It is there and holds no files, or none yet.
    Empty,
    /// It is there, but may not be read.
    Denied,
    /// It cannot be reached now; trying again may help.
    Unavailable,
    /// It changed while it was read; start again.
    Changed,
    /// There is more of it than is read, or it is not written as such things are.
    TooMuch,
}

/// A source of bills cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}. {advice}")]
pub struct ConnectError {
    /// What kind of thing is wrong.
    pub kind: ErrorKind,
    /// What is wrong, with the path.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl ConnectError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let advice = match kind {
            ErrorKind::BadLocation => "Give a folder, a file, file:///path or s3://bucket/prefix",
            ErrorKind::NotFound | ErrorKind::Empty => {
                "Check the path; for a bucket, the bucket's name, the prefix and the region"
            }
            ErrorKind::Denied => {
                "Allow reading: for a folder its permissions, for a bucket s3:ListBucket and s3:GetObject; keys are taken from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the machine's role, and AWS_SKIP_SIGNATURE=true reads public buckets"
            }
            ErrorKind::Unavailable => "Check the network and AWS_ENDPOINT_URL if it is set, then try again",
            ErrorKind::TooMuch => {
                "Give the prefix or folder of one report, instead of one with much else below"
            }
            ErrorKind::Changed => "A new delivery is being written; start again when it is complete",
        };
        Self { kind, message: message.into(), advice: advice.to_owned() }
    }

    /// Whether doing the same again may help.
    pub fn retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::Changed)
    }

    pub(crate) fn of_io(path: &str, error: &std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ErrorKind::NotFound,
            std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
            _ => ErrorKind::Unavailable,
        };
        Self::new(kind, format!("{path}: {error}"))
    }

    /// What S3 answered about a path.
    pub(crate) fn of_answer(path: &str, answer: &Answer) -> Self {
        let kind = match answer.trouble {
            _ if answer.status == Some(412) => ErrorKind::Changed,
            Trouble::NotFound | Trouble::WrongRegion => ErrorKind::NotFound,
            Trouble::Denied | Trouble::KmsDenied | Trouble::Expired | Trouble::Credentials => {
                ErrorKind::Denied
            }
            Trouble::Throttled | Trouble::Failing | Trouble::Network | Trouble::Other => {
                ErrorKind::Unavailable
            }
        };
        Self::new(kind, format!("{path}: {answer}"))
    }
}

impl From<ConnectError> for std::io::Error {
    fn from(error: ConnectError) -> Self {
        let kind = match error.kind {
            ErrorKind::NotFound | ErrorKind::Empty => std::io::ErrorKind::NotFound,
            ErrorKind::Denied => std::io::ErrorKind::PermissionDenied,
            ErrorKind::BadLocation | ErrorKind::TooMuch => std::io::ErrorKind::InvalidInput,
            ErrorKind::Unavailable | ErrorKind::Changed => std::io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
