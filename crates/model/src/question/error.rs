//! What can be wrong with a question that somebody wrote.

use super::VERSION;
use crate::{ComparisonError, FilterError, GroupByError};
use chrono::NaiveDate;

/// The text or JSON is no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A value that cannot be read.
    #[error("the parameter '{name}' is '{text}': {why}")]
    Value {
        /// Of which parameter.
        name: &'static str,
        /// The value.
        text: String,
        /// What is wrong with it.
        why: String,
        /// How it is written.
        form: &'static str,
    },
    /// What may be said once is said again.
    #[error("the parameter '{name}' is given {times} times")]
    Repeated {
        /// Which.
        name: &'static str,
        /// How often.
        times: usize,
    },
    /// A parameter that no question has.
    #[error("there is no parameter '{0}'")]
    Unknown(String),
    /// A filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A filter that no row could pass.
    #[error("the filter on '{0}' has no value")]
    NoValue(String),
    /// What it is grouped by.
    #[error(transparent)]
    GroupBy(#[from] GroupByError),
    /// What it is compared with.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// A way to show shared costs that does not exist.
    #[error("'{0}' is no way to show shared costs")]
    Shared(String),
    /// A span without a day.
    #[error("the span from {from} to {to} holds no day")]
    NoDay {
        /// First day.
        from: NaiveDate,
        /// Day after the last.
        to: NaiveDate,
    },
    /// Days, and a span by its name.
    #[error("the days are given twice: by 'time' and by 'from' or 'to'")]
    TwoTimes,
    /// More than is worked on.
    #[error("the question has {found} {what}; {most} are the most")]
    TooMany {
        /// How many there are.
        found: usize,
        /// Of what.
        what: &'static str,
        /// How many may be.
        most: usize,
    },
    /// A grammar of another time.
    #[error("the question is written in version '{0}' of the grammar, which this program does not know")]
    Version(String),
    /// No JSON of a question.
    #[error("this is no question in JSON: {0}")]
    Json(String),
}

impl QuestionError {
    /// What to do about it, where the words do not say so themselves.
    pub fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Value { form, .. } => format!("Write it as {form}."),
            Self::Repeated { .. } => "Give it once.".to_owned(),
            Self::Unknown(_) => "See /api/v1/openapi.json for the parameters of each address.".to_owned(),
            Self::GroupBy(_) => {
                "Name dimensions once each, separated by commas, such as account_id,service,tag:Team."
                    .to_owned()
            }
            Self::Comparison(_) => {
                "Write compare=previous, compare=year or compare=FIRST..END, or leave it out.".to_owned()
            }
            Self::Shared(_) => "Write shared=split, or leave it out.".to_owned(),
            Self::NoDay { .. } => "'to' is exclusive: give the day after the last.".to_owned(),
            Self::TwoTimes => "Give one of them.".to_owned(),
            Self::TooMany { .. } => {
                "Ask for less at once; a virtual tag or a subset can stand for many values.".to_owned()
            }
            Self::Version(_) => format!("Write version {VERSION}, or use a newer program."),
            Self::Json(_) => "See docs/adr/0018-question-grammar.md for its fields.".to_owned(),
            Self::NoValue(_) => "Name a value; an empty one stands for none.".to_owned(),
            Self::Filter(_) => return None,
        })
    }
}
