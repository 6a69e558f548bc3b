//! What an answer means, and when a message is tried again.

use chrono::{DateTime, Utc};

/// Waits before each try (s), after the one before: 0, 5 s, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours. Three days
/// in all: a receiver that is down over a weekend loses nothing.
const WAITS_S: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Nobody is waited for longer because they say so (s).
const LONGEST_S: i64 = 86_400;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Taken,
    /// The receiver is gone and wants nothing more.
    Gone,
    /// It was not taken. The receiver may have said when it likes to be asked again (s from now): it gets nothing before.
    NotTaken(Option<i64>),
    /// Nobody may get it, and no further try changes that.
    Never,
}

/// What a status means. 2xx alone is success: a redirect leads to an address that nobody checked.
pub fn verdict(status: u16, retry_after: Option<&str>, now: DateTime<Utc>) -> Verdict {
    match status {
        200..300 => Verdict::Taken,
        410 => Verdict::Gone,
        429 | 503 => Verdict::NotTaken(retry_after.and_then(|text| wait_of(text, now))),
        _ => Verdict::NotTaken(None),
    }
}

/// Whether a status says that the receiver does not like this message, and says nothing of others: it is malformed, too
/// large or makes no sense to it.
pub const fn is_of_message(status: u16) -> bool {
    matches!(status, 400 | 413 | 422)
}

/// Seconds, or a date.
fn wait_of(text: &str, now: DateTime<Utc>) -> Option<i64> {
    let text = text.trim();
    let seconds = match text.parse::<u32>() {
        Ok(seconds) => i64::from(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc) - now).num_seconds(),
    };
    Some(seconds.clamp(0, LONGEST_S))
}

/// Wait before the next try, after so many (ms); `None`: there is no further one. `jitter` is up to a tenth more, in
/// thousandths of that tenth.
pub fn next_wait_ms(tries: u32, asked_for_s: Option<i64>, jitter: u32) -> Option<i64> {
    let wait_s = *WAITS_S.get(usize::try_from(tries).ok()?)?;
    let wait_ms = wait_s.max(asked_for_s.unwrap_or_default()) * 1_000;
    Some(wait_ms + wait_ms * i64::from(jitter.min(1_000)) / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundreds_alone_are_success() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(verdict(status, None, now), Verdict::Taken);
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 500, 502] {
            assert_eq!(verdict(status, Some("7"), now), Verdict::NotTaken(None), "{status}");
        }
        assert_eq!(verdict(410, None, now), Verdict::Gone);
        for status in [429, 503] {
            assert_eq!(verdict(status, Some("120"), now), Verdict::NotTaken(Some(120)));
            assert_eq!(verdict(status, Some("999999999"), now), Verdict::NotTaken(Some(LONGEST_S)));
            assert_eq!(verdict(status, Some("soon"), now), Verdict::NotTaken(None));
            assert_eq!(verdict(status, Some("-5"), now), Verdict::NotTaken(None));
        }
        let later = (now + chrono::Duration::seconds(90)).to_rfc2822();
        assert_eq!(verdict(503, Some(&later), now), Verdict::NotTaken(Some(90)));
    }

    #[test]
    fn ten_tries_over_three_days() {
        let waits: Vec<i64> = (1..).map_while(|tries| next_wait_ms(tries, None, 0)).collect();
        assert_eq!(waits.len(), 9, "the first try waits for nothing");
        assert_eq!(waits[..3], [5_000, 300_000, 1_800_000]);
        assert_eq!(waits.iter().sum::<i64>() / 3_600_000, 75);
        assert_eq!(next_wait_ms(2, None, 1_000), Some(330_000));
        assert_eq!(next_wait_ms(1, Some(60), 0), Some(60_000), "asked for, it waits longer");
        assert_eq!(next_wait_ms(10, Some(60), 0), None);
    }
}
