//! Hours since 1970 and billing periods, all in UTC.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// Hours since the epoch.
pub(crate) type Hour = i32;

/// One billing period (a calendar month).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) year: i32,
    pub(crate) month: u32,
    /// First hour.
    pub(crate) start: Hour,
    /// First hour of the next period.
    pub(crate) end: Hour,
    /// Data reach to this hour: `end` when the period is closed.
    pub(crate) until: Hour,
}

impl Period {
    /// `2026-10`.
    pub(crate) fn label(&self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }

    /// Whether the whole period lies in the data.
    pub(crate) fn closed(&self) -> bool {
        self.until == self.end
    }
}

fn month_start(year: i32, month: u32) -> Hour {
    let days = NaiveDate::from_ymd_opt(year, month, 1).map_or(0, |date| date.num_days_from_ce() - 719_163);
    days * 24
}

fn next_month(year: i32, month: u32) -> (i32, u32) {
    if month == 12 { (year + 1, 1) } else { (year, month + 1) }
}

/// The hour that an instant lies in.
pub(crate) fn hour_of(at: DateTime<Utc>) -> Hour {
    i32::try_from(at.timestamp().div_euclid(3600)).unwrap_or(i32::MAX)
}

/// The last `months` periods that have data before `end`, oldest first.
pub(crate) fn periods(end: DateTime<Utc>, months: u32) -> Vec<Period> {
    let until = hour_of(end);
    // An end on the first hour of a month leaves the month before as the newest, and closed.
    let newest = DateTime::<Utc>::from_timestamp(i64::from(until) * 3600 - 1, 0).unwrap_or(end);
    let (mut year, mut month) = (newest.year(), newest.month());
    let mut list = Vec::new();
    for _ in 0..months {
        let start = month_start(year, month);
        let (next_year, next) = next_month(year, month);
        let stop = month_start(next_year, next);
        list.push(Period { year, month, start, end: stop, until: stop.min(until) });
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    }
    list.reverse();
    list
}

/// Monday = 0.
pub(crate) fn weekday(hour: Hour) -> usize {
    usize::try_from((hour.div_euclid(24) + 3).rem_euclid(7)).unwrap_or(0)
}

/// Hour of the day, 0 to 23.
pub(crate) fn hour_of_day(hour: Hour) -> usize {
    usize::try_from(hour.rem_euclid(24)).unwrap_or(0)
}

/// Appends `2026-10-01T05:00:00Z`.
pub(crate) fn push_instant(out: &mut Vec<u8>, hour: Hour) {
    let (year, month, day) = civil(hour.div_euclid(24));
    push2(out, year / 100);
    push2(out, year % 100);
    out.push(b'-');
    push2(out, month);
    out.push(b'-');
    push2(out, day);
    out.push(b'T');
    push2(out, hour.rem_euclid(24));
    out.extend_from_slice(b":00:00Z");
}

/// Appends `2026-10-01T05:00:00.000Z`.
pub(crate) fn push_instant_ms(out: &mut Vec<u8>, hour: Hour) {
    push_instant(out, hour);
    out.pop();
    out.extend_from_slice(b".000Z");
}

fn push2(out: &mut Vec<u8>, value: i32) {
    let digit = |value: i32| b'0' + u8::try_from(value).unwrap_or(0);
    out.push(digit(value / 10));
    out.push(digit(value % 10));
}

/// Year, month and day of a day number (Howard Hinnant's algorithm).
fn civil(day: i32) -> (i32, i32, i32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i32::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// `2026-10-01T05:00:00Z` as a string.
pub(crate) fn instant(hour: Hour) -> String {
    let mut out = Vec::new();
    push_instant(&mut out, hour);
    String::from_utf8(out).unwrap_or_default()
}

/// `20261001`.
pub(crate) fn compact_day(hour: Hour) -> String {
    let (year, month, day) = civil(hour.div_euclid(24));
    format!("{year:04}{month:02}{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn instants_and_periods() {
        let end = Utc.with_ymd_and_hms(2026, 3, 5, 7, 30, 0).single().expect("a valid instant");
        let list = periods(end, 3);
        assert_eq!(list.iter().map(Period::label).collect::<Vec<_>>(), ["2026-01", "2026-02", "2026-03"]);
        assert!(list[1].closed() && !list[2].closed());
        assert_eq!(instant(list[2].until), "2026-03-05T07:00:00Z");
        assert_eq!(compact_day(list[1].end), "20260301");
        assert_eq!(weekday(list[2].start), 6);
        let first = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).single().expect("a valid instant");
        assert!(periods(first, 1)[0].closed());
        assert_eq!(periods(first, 1)[0].label(), "2026-02");
    }
}
