//! Why a question has no answer, and what to do about it.

/// What kind of failure it is; callers map it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The question itself: asking again does not help.
    Invalid,
    /// What it needs is not published yet: ask again later.
    NotReady,
    /// Files could not be read: it may help to ask again.
    Unavailable,
    /// Too much is asked at once: ask again later.
    Busy,
    /// A fault of the product.
    Internal,
}

/// A question could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The question makes no sense or is too large.
    #[error("{message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// What to do.
        advice: String,
    },
    /// The answer would be larger than is worked on.
    #[error("{message}")]
    TooLarge {
        /// What is too large.
        message: String,
        /// What to do.
        advice: String,
    },
    /// Others ask too much at once.
    #[error("{message}")]
    Busy {
        /// What was waited for.
        message: String,
        /// What to do.
        advice: String,
    },
    /// Some periods have only their roll-up so far.
    #[error("{message}")]
    NotReady {
        /// What is missing.
        message: String,
        /// What to do.
        advice: String,
    },
    /// A file of the publication cannot be read.
    #[error("{message}")]
    Unavailable {
        /// Which file, and why.
        message: String,
        /// What to do.
        advice: String,
    },
    /// A fault of the product.
    #[error("{message}")]
    Internal {
        /// What happened.
        message: String,
        /// What to do.
        advice: String,
    },
}

impl QueryError {
    /// What kind of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { .. } | Self::TooLarge { .. } => ErrorKind::Invalid,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::NotReady { .. } => ErrorKind::NotReady,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::Internal { .. } => ErrorKind::Internal,
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &str {
        match self {
            Self::Invalid { advice, .. }
            | Self::TooLarge { advice, .. }
            | Self::Busy { advice, .. }
            | Self::NotReady { advice, .. }
            | Self::Unavailable { advice, .. }
            | Self::Internal { advice, .. } => advice,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), advice: advice.into() }
    }

    /// An answer of too many groups and buckets.
    pub(crate) fn too_large(buckets: usize) -> Self {
        let message = if buckets > 1 {
            format!("the answer has too many figures: a lot of groups in {buckets} buckets each")
        } else {
            "the answer has too many groups".to_owned()
        };
        Self::TooLarge {
            message,
            advice: "Narrow the span, take a coarser view, add a filter, group by fewer dimensions, or ask for the \
                     largest groups alone (top)."
                .into(),
        }
    }

    pub(crate) fn too_long() -> Self {
        Self::invalid(
            "the question took too long",
            "Narrow the span, add a filter, or group by fewer dimensions.",
        )
    }

    pub(crate) fn busy(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Busy { message: message.into(), advice: advice.into() }
    }

    pub(crate) fn not_ready(message: impl Into<String>) -> Self {
        Self::NotReady {
            message: message.into(),
            advice:
                "Wait until the line items of these months are stored, or ask by day and without resources."
                    .into(),
        }
    }

    pub(crate) fn unavailable(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Unavailable {
            message: format!("cannot read {what}: {why}"),
            advice: "Check that the data folder is mounted and readable, or that the bucket of its lake answers; ingest the month again with --force if a file is damaged.".into(),
        }
    }

    pub(crate) fn internal(why: impl std::fmt::Display) -> Self {
        Self::Internal {
            message: format!("the query engine failed: {why}"),
            advice: "Please report this with the address of the page or the command line.".into(),
        }
    }
}

impl From<datafusion::error::DataFusionError> for QueryError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        use datafusion::error::DataFusionError as E;
        match error.find_root() {
            E::SQL(..) | E::Plan(_) | E::SchemaError(..) => {
                Self::invalid(format!("the SQL is not valid: {error}"), "Correct the statement.")
            }
            E::ResourcesExhausted(why) => Self::invalid(
                format!("the question needs more memory than is allowed: {why}"),
                "Narrow the span, add a filter, or group by fewer dimensions.",
            ),
            E::ObjectStore(_) | E::IoError(_) | E::ParquetError(_) => Self::unavailable("line items", &error),
            _ => Self::internal(error),
        }
    }
}
