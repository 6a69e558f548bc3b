//! Instants as reports write them.

use crate::batch::NO_TIME;
use crate::limits;
use chrono::{NaiveDate, NaiveTime};

const DAY: i64 = 86_400_000_000;

/// Microseconds since 1970 (UTC) of an instant or a day, year first, in the forms in which engines write them: `T` or
/// a blank between day and time; seconds and any number of decimals, or none; `Z`, `UTC`, `+00`, `+0000`, `+00:00`, with
/// or without a blank before, or nothing, which is UTC; or a count since 1970. Day and month are never guessed apart.
pub(crate) fn parse_micros(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.len() {
            8 => day(&text[..4], &text[4..6], &text[6..]),
            _ => of_epoch(text.parse().ok()?),
        };
    }
    let (date, rest) = text.split_at_checked(10)?;
    let separator = ['-', '/'].into_iter().find(|separator| date.as_bytes()[4] == *separator as u8)?;
    let mut parts = date.split(separator);
    let day = day(parts.next()?, parts.next()?, parts.next()?)?;
    if parts.next().is_some() {
        return None;
    }
    let Some(rest) = rest.strip_prefix(['T', 't', ' ']) else {
        // A day may carry a zone too.
        return Some(day - offset(rest)?);
    };
    let end =
        rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.' && c != ',').unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    Some(day + time_of_day(time)? - offset(zone)?)
}

fn day(year: &str, month: &str, day: &str) -> Option<i64> {
    let number = |text: &str, digits: usize| -> Option<u32> {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let year = i32::try_from(number(year, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}

/// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fraction`; digits beyond microseconds are cut off.
fn time_of_day(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let mut next = |most: i64| -> Option<i64> {
        let part = parts.next()?;
        let value = (part.len() == 2).then(|| part.parse().ok())??;
        (value < most).then_some(value)
    };
    let (hours, minutes) = (next(24)?, next(60)?);
    let seconds = if clock.len() > 5 { next(60)? } else { 0 };
    if clock.len() > 8 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

/// Microseconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.trim_start();
    // Java writes both: Z[UTC].
    let zone = zone.strip_suffix("[UTC]").unwrap_or(zone);
    if matches!(zone, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i64>().ok());
    Some(sign * ((part(0)? * 60 + part(2)?) * 60 + part(4)?) * 1_000_000)
}

/// An instant counted since 1970 in seconds, milliseconds, microseconds or nanoseconds: for the years 2001 to 2286 the
/// number of digits tells which.
pub(crate) fn of_epoch(count: i64) -> Option<i64> {
    match count.checked_ilog10()? + 1 {
        10 => Some(count * 1_000_000),
        13 => Some(count * 1_000),
        16 => Some(count),
        19 => Some(count / 1_000),
        _ => None,
    }
}

/// Whether usage may begin at an instant.
pub(crate) fn is_usable(micros: i64) -> bool {
    limits::INSTANTS.contains(&micros)
}

/// What is wrong with an instant that is not usable.
pub(crate) fn out_of_years(shown: &str) -> String {
    format!("'{shown}' is not within the years 1970 to 2200")
}

/// An end as it is kept: absent where it lies outside the years 1 to 9999, which some writers mean by "never".
pub(crate) fn kept_end(micros: i64) -> i64 {
    const CALENDAR: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;
    if CALENDAR.contains(&micros) { micros } else { NO_TIME }
}

/// Day since 1970-01-01 of an instant.
pub(crate) fn day_of(micros: i64) -> i32 {
    i32::try_from(micros.div_euclid(DAY)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_seen_in_reports() {
        let expected = Some(1_785_542_400_000_000);
        for text in [
            "2026-08-01T00:00:00Z",
            "2026-08-01T00:00:00.000Z",
            "2026-08-01 00:00:00+00:00",
            "2026-08-01 00:00:00",
            "2026-08-01",
            "2026-08-01T02:00:00+02:00",
            "2026-08-01 00:00:00 UTC",
            "2026-08-01T00:00Z",
            "2026-08-01 00:00:00+00",
            "2026-08-01 00:00:00.000 Z",
            "2026-08-01 00:00:00.0000000 +00:00",
            "2026-08-01T00:00:00.0000000Z",
            "2026-08-01 00:00:00 +0000",
            "2026-08-01T00:00:00+0000",
            "2026-08-01T00:00:00Z[UTC]",
            "2026-07-31 16:00:00.000-08",
            "2026/08/01 00:00",
            "20260801",
            "1785542400",
            "1785542400000",
            "1785542400000000",
            "1785542400000000000",
        ] {
            assert_eq!(parse_micros(text), expected, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "01/08/2026",
            "8/13/2026 12:00:00 AM",
            "NULL",
            "2026-8-1",
            "2026-08-01T25:00",
            "2026-08-01 00:00:00 PST",
            "2026-08-01 00:00:00 AM",
            "12",
            "2026-08/01",
            "2026-08-01T00:00:00+00:00:00:00",
        ] {
            assert_eq!(parse_micros(text), None, "{text}");
        }
        assert_eq!(parse_micros("2026-08-01T00:00:00.1234567Z"), expected.map(|micros| micros + 123_456));
        assert_eq!(day_of(-1), -1);
        for (text, usable) in [
            ("1970-01-01", true),
            ("2199-12-31T23:59:59Z", true),
            ("2200-01-01", false),
            ("0001-01-01", false),
        ] {
            assert_eq!(is_usable(parse_micros(text).unwrap()), usable, "{text}");
        }
        assert_eq!([i64::MIN, i64::MAX, 0].map(kept_end), [NO_TIME, NO_TIME, 0]);
    }
}
