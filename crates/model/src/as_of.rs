//! Past states of the bills: *as of* a day, or an instant of it.

use crate::limits::{END_DAY, FIRST_DAY};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use std::fmt;
use std::str::FromStr;

/// When the bills stood as they are asked for. A day means its end (UTC): all that was published on it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AsOf {
    /// The end of a day.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

/// The text is no such time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is neither a day (YYYY-MM-DD) nor an instant (YYYY-MM-DDTHH:MM:SSZ) from {FIRST_DAY} to {END_DAY}"
)]
pub struct AsOfError;

impl AsOf {
    /// The last instant whose publications count.
    pub fn instant(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => {
                let end =
                    day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(NaiveTime::MIN).and_utc();
                end - TimeDelta::milliseconds(1)
            }
            Self::Instant(instant) => instant,
        }
    }

    /// The day that it is on (UTC).
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => instant.date_naive(),
        }
    }

    /// In words, for whoever sees figures of it.
    pub fn words(self) -> String {
        match self {
            Self::Day(day) => format!("as the bill stood on {day}, at the end of the day (UTC)"),
            Self::Instant(instant) => {
                format!("as the bill stood on {} (UTC)", instant.format("%Y-%m-%d at %H:%M:%S"))
            }
        }
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(out),
            Self::Instant(instant) => {
                out.write_str(&instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            }
        }
    }
}

impl FromStr for AsOf {
    type Err = AsOfError;

    fn from_str(text: &str) -> Result<Self, AsOfError> {
        // The parser takes blanks and line ends for nothing.
        if text.contains(char::is_whitespace) {
            return Err(AsOfError);
        }
        let found = match text.parse::<NaiveDate>() {
            Ok(day) => Self::Day(day),
            Err(_) => Self::Instant(text.parse().map_err(|_| AsOfError)?),
        };
        if (FIRST_DAY..=END_DAY).contains(&found.day()) { Ok(found) } else { Err(AsOfError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_end_and_an_instant_is_itself() {
        let day: AsOf = "2026-11-20".parse().unwrap();
        assert_eq!(day.instant().to_rfc3339(), "2026-11-20T23:59:59.999+00:00");
        assert_eq!(day.to_string(), "2026-11-20");
        assert!(day.words().starts_with("as the bill stood on 2026-11-20"));
        let instant: AsOf = "2026-11-20T10:00:00.250Z".parse().unwrap();
        assert_eq!(instant.instant().timestamp_subsec_millis(), 250);
        assert_eq!(instant.to_string().parse(), Ok(instant));
        assert_eq!("2026-11-20T12:00:00+02:00".parse::<AsOf>().unwrap().to_string(), "2026-11-20T10:00:00Z");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["2026-11-20\n", " 2026-11-20", "2026-\n11-20"] {
            assert_eq!(text.parse::<AsOf>(), Err(AsOfError), "{text:?}");
        }
        for text in ["", "yesterday", "2026-02-30", "1999-12-31", "2300-01-01", "2026-11-20T10:00:00"] {
            assert_eq!(text.parse::<AsOf>(), Err(AsOfError), "{text}");
        }
    }
}
