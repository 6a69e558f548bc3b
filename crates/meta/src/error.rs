//! What can go wrong in the metadata store.

/// Classes of errors, for callers that map them to answers or retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was asked for is not there.
    NotFound,
    /// The state has moved on; read it again.
    Conflict,
    /// The database is busy or its disk fails; trying later may help.
    Unavailable,
    /// A stored value cannot be understood.
    Corrupt,
    /// A defect of this program.
    Internal,
}

/// What can go wrong in the metadata store.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// The row is missing.
    #[error("{what} '{id}' does not exist")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its identifier.
        id: String,
    },
    /// The row is not in the state that the change needs.
    #[error("{0}")]
    Conflict(String),
    /// A stored value cannot be understood.
    #[error("stored {what} cannot be read: {reason}")]
    Corrupt {
        /// Column or list.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// A number is beyond what the store holds.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// The database refused.
    #[error("metadata store: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("metadata store: migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl MetaError {
    /// The class of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Conflict(_) => ErrorKind::Conflict,
            Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::Database(error) => match error {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                    ErrorKind::Unavailable
                }
                sqlx::Error::Database(error) if error.is_unique_violation() => ErrorKind::Conflict,
                // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL and their extended codes.
                sqlx::Error::Database(error) => {
                    match error.code().and_then(|code| code.parse::<u32>().ok()) {
                        Some(code) if [5, 6, 10, 13].contains(&(code & 0xff)) => ErrorKind::Unavailable,
                        _ => ErrorKind::Internal,
                    }
                }
                _ => ErrorKind::Internal,
            },
            Self::OutOfRange(_) | Self::Migrate(_) => ErrorKind::Internal,
        }
    }

    /// Whether the same call can succeed later.
    pub fn is_retryable(&self) -> bool {
        self.kind() == ErrorKind::Unavailable
    }

    pub(crate) fn corrupt(what: &'static str) -> impl FnOnce(&dyn std::fmt::Display) -> Self {
        move |reason| Self::Corrupt { what, reason: reason.to_string() }
    }
}
