//! Instants as reports write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Microseconds since 1970 (UTC) of an ISO 8601 instant or day; a text without a zone is UTC.
pub(crate) fn parse_micros(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_micros());
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M:%S%.f %Z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(at.timestamp_micros());
        }
    }
    let plain = text.trim_end_matches(" UTC").trim_end_matches('Z');
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(plain, format) {
            return Some(at.and_utc().timestamp_micros());
        }
    }
    let day = NaiveDate::parse_from_str(plain, "%Y-%m-%d").ok()?;
    Some(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
}

/// Day since 1970-01-01 of an instant.
pub(crate) fn day_of(micros: i64) -> i32 {
    i32::try_from(micros.div_euclid(86_400_000_000)).unwrap_or(0)
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
        ] {
            assert_eq!(parse_micros(text), expected, "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "01/08/2026", "NULL"] {
            assert_eq!(parse_micros(text), None, "{text}");
        }
        assert_eq!(day_of(-1), -1);
    }
}
