//! The buckets in which a span of time is viewed.

use std::str::FromStr;

/// Width of a time bucket; all buckets start at UTC boundaries, weeks on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeView {
    /// The whole span as one figure.
    Total,
    /// Hours; needs line items.
    Hour,
    /// Days.
    Day,
    /// Weeks from Monday (ISO 8601).
    Week,
    /// Calendar months.
    Month,
}

/// The text names no view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a view: use total, hour, day, week or month")]
pub struct TimeViewError(String);

impl TimeView {
    /// The name in addresses and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl FromStr for TimeView {
    type Err = TimeViewError;

    fn from_str(text: &str) -> Result<Self, TimeViewError> {
        [Self::Total, Self::Hour, Self::Day, Self::Week, Self::Month]
            .into_iter()
            .find(|view| view.name() == text)
            .ok_or_else(|| TimeViewError(text.to_owned()))
    }
}
