//! When the next delivery is to be expected, by those that came.

/// Without a cadence: AWS promises one delivery a day at least, and takes its time now and then.
const UNKNOWN_MS: i64 = 36 * HOUR_MS;
/// However fast deliveries came: pauses of half a day are nothing.
const LEAST_MS: i64 = 12 * HOUR_MS;
/// Gaps between deliveries that make a cadence.
const GAPS: usize = 3;
/// Gaps that are looked at, the newest.
pub(super) const NEWEST: u32 = 10;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// How long a delivery may be waited for, by when others came (ms, newest first): half as long again as the longest of
/// the last gaps; 36 hours at least while there are too few to tell.
pub(super) fn allowed_ms(arrivals: &[i64]) -> i64 {
    let gaps =
        arrivals.windows(2).take(usize::try_from(NEWEST).unwrap_or(usize::MAX)).filter_map(
            |pair| match pair {
                [later, earlier] => Some(later - earlier),
                _ => None,
            },
        );
    let gaps: Vec<i64> = gaps.collect();
    let least = if gaps.len() < GAPS { UNKNOWN_MS } else { LEAST_MS };
    let longest = gaps.into_iter().max().unwrap_or(0);
    longest.saturating_add(longest / 2).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cadence_is_that_of_the_deliveries_so_far() {
        let hours = |all: &[i64]| all.iter().map(|hours| hours * HOUR_MS).collect::<Vec<_>>();
        for (arrivals, allowed) in [
            (vec![], 36),
            (hours(&[100]), 36),
            (hours(&[100, 76, 52]), 36),
            // A copy each week, of which one gap is known.
            (hours(&[268, 100]), 252),
            (hours(&[100, 76, 52, 28]), 36),
            (hours(&[100, 92, 84, 76, 68]), 12),
            (hours(&[100, 99, 98, 97]), 12),
            (hours(&[3000, 2280, 1540, 800]), 1110),
        ] {
            assert_eq!(allowed_ms(&arrivals), allowed * HOUR_MS, "{arrivals:?}");
        }
    }
}
