//! How often a report is sent.

use chrono::{DateTime, Datelike, Days, Months, NaiveTime, Utc};
use std::str::FromStr;

/// Hour (UTC) at which reports leave: after the night's deliveries of the bill.
const HOUR: u32 = 6;

/// How often a report is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Each day.
    Daily,
    /// On Mondays.
    Weekly,
    /// On the first of the month.
    Monthly,
}

/// The text names no frequency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a frequency: use daily, weekly or monthly")]
pub struct FrequencyError(String);

impl Frequency {
    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// The next time after an instant.
    pub fn next(self, after: DateTime<Utc>) -> DateTime<Utc> {
        let time = NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default();
        let today = after.date_naive();
        let first = today.with_day(1).unwrap_or(today);
        let this = match self {
            Self::Daily => today,
            Self::Weekly => today - Days::new(u64::from(today.weekday().num_days_from_monday())),
            Self::Monthly => first,
        };
        let at = this.and_time(time).and_utc();
        if at > after {
            return at;
        }
        match self {
            Self::Daily => at + Days::new(1),
            Self::Weekly => at + Days::new(7),
            Self::Monthly => at + Months::new(1),
        }
    }
}

impl FromStr for Frequency {
    type Err = FrequencyError;

    fn from_str(text: &str) -> Result<Self, FrequencyError> {
        [Self::Daily, Self::Weekly, Self::Monthly]
            .into_iter()
            .find(|frequency| frequency.name() == text)
            .ok_or_else(|| FrequencyError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_always_later() {
        let next = |frequency: Frequency, at: &str| {
            let next = frequency.next(at.parse().unwrap());
            next.format("%Y-%m-%dT%H:%M").to_string()
        };
        // 2026-11-23 is a Monday.
        assert_eq!(next(Frequency::Daily, "2026-11-23T05:59:59Z"), "2026-11-23T06:00");
        assert_eq!(next(Frequency::Daily, "2026-11-23T06:00:00Z"), "2026-11-24T06:00");
        assert_eq!(next(Frequency::Weekly, "2026-11-23T05:00:00Z"), "2026-11-23T06:00");
        assert_eq!(next(Frequency::Weekly, "2026-11-24T00:00:00Z"), "2026-11-30T06:00");
        assert_eq!(next(Frequency::Monthly, "2026-12-01T06:00:00Z"), "2027-01-01T06:00");
        assert_eq!("weekly".parse(), Ok(Frequency::Weekly));
        assert!("hourly".parse::<Frequency>().is_err());
    }
}
