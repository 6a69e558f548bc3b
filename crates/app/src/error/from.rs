//! Errors of the crates below, as use cases report them.

use super::{AppError, ErrorKind};

const CHECK_DISK: &str = "Check that the data folder is mounted, may be written to and has space left.";

impl From<model::question::QuestionError> for AppError {
    fn from(error: model::question::QuestionError) -> Self {
        Self { advice: error.advice(), ..Self::invalid(error.to_string()) }
    }
}

impl From<lake::LakeError> for AppError {
    fn from(error: lake::LakeError) -> Self {
        let (kind, advice) = match error.kind() {
            lake::ErrorKind::Conflict => (ErrorKind::Conflict, "Try again."),
            lake::ErrorKind::Unavailable => (ErrorKind::Unavailable, CHECK_DISK),
            lake::ErrorKind::Corrupt => (
                ErrorKind::Unavailable,
                "Check the disk, then ingest the period again with --force: a stored file is not what was written.",
            ),
            lake::ErrorKind::Newer => {
                (ErrorKind::Internal, "Start the newer version again, or one newer still.")
            }
            lake::ErrorKind::Internal => (
                ErrorKind::Internal,
                "If the data folder is of another version, ingest the reports again into a new one.",
            ),
        };
        Self {
            of_data_folder: kind == ErrorKind::Unavailable,
            ..Self::new(kind, error.to_string()).advise(advice)
        }
    }
}

impl From<meta::MetaError> for AppError {
    fn from(error: meta::MetaError) -> Self {
        let (kind, advice) = match error.kind() {
            meta::ErrorKind::NotFound => (ErrorKind::NotFound, None),
            meta::ErrorKind::Conflict => (ErrorKind::Conflict, Some("Try again.")),
            meta::ErrorKind::Unavailable => (ErrorKind::Unavailable, Some(CHECK_DISK)),
            meta::ErrorKind::Corrupt | meta::ErrorKind::Internal => (
                ErrorKind::Internal,
                Some("If the data folder is of a newer version, use that version; else restore meta.sqlite."),
            ),
        };
        Self {
            advice: advice.map(str::to_owned),
            of_data_folder: kind == ErrorKind::Unavailable,
            ..Self::new(kind, error.to_string())
        }
    }
}

impl From<query::QueryError> for AppError {
    fn from(error: query::QueryError) -> Self {
        let kind = match error.kind() {
            query::ErrorKind::Invalid => ErrorKind::Invalid,
            query::ErrorKind::NotReady => ErrorKind::NotReady,
            query::ErrorKind::Unavailable => ErrorKind::Unavailable,
            query::ErrorKind::Busy => ErrorKind::TooMany,
            query::ErrorKind::Internal => ErrorKind::Internal,
        };
        Self {
            of_data_folder: kind == ErrorKind::Unavailable,
            ..Self::new(kind, error.to_string()).advise(error.advice())
        }
    }
}

impl From<model::LargeQuestion> for AppError {
    fn from(error: model::LargeQuestion) -> Self {
        Self::invalid(error.to_string())
            .advise("Ask for less at once; a virtual tag or a subset can stand for many values.")
    }
}

impl From<connect::ConnectError> for AppError {
    fn from(error: connect::ConnectError) -> Self {
        let kind = match error.kind {
            connect::ErrorKind::BadLocation | connect::ErrorKind::TooMuch => ErrorKind::Invalid,
            connect::ErrorKind::NotFound => ErrorKind::NotFound,
            connect::ErrorKind::Empty => ErrorKind::NotReady,
            connect::ErrorKind::Denied => ErrorKind::Denied,
            connect::ErrorKind::Unavailable => ErrorKind::Unavailable,
            connect::ErrorKind::Changed => ErrorKind::Conflict,
        };
        Self::new(kind, error.message).advise(error.advice)
    }
}

impl From<connect::aws::BadValue> for AppError {
    fn from(error: connect::aws::BadValue) -> Self {
        Self::invalid(error.message).advise(format!("{}.", error.advice))
    }
}
