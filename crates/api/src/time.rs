//! Instants on the wire: RFC 3339 in UTC, to the second.

use crate::problem::ApiError;
use app::AppError;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

/// An instant.
pub(crate) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A stored instant.
pub(crate) fn instant(ms: i64) -> String {
    text(DateTime::from_timestamp_millis(ms).unwrap_or_default())
}

/// A stored instant that may be missing.
pub(crate) fn optional(ms: Option<i64>) -> Option<String> {
    ms.map(instant)
}

/// An instant or a day (its begin) as a caller writes it.
pub(crate) fn moment(text: &str) -> Result<DateTime<Utc>, ApiError> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    text.parse().map_err(|_| {
        AppError::invalid(format!("'{text}' is not a time"))
            .advise("Write YYYY-MM-DD, or an instant such as 2026-11-01T00:00:00Z.")
            .into()
    })
}
