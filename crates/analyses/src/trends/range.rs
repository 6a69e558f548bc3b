//! The range method, on exact figures: a span against the four before it.

use super::definition::Method;
use model::Decimal;

/// A day whose span is beyond the range of the four before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OutOfRange {
    pub(super) day: usize,
    pub(super) cost: Decimal,
    pub(super) low: Decimal,
    pub(super) high: Decimal,
}

impl OutOfRange {
    pub(super) fn up(&self) -> bool {
        self.cost > self.high
    }

    /// Distance from the nearest bound.
    pub(super) fn distance(&self) -> Decimal {
        if self.up() { self.cost - self.high } else { self.low - self.cost }
    }

    pub(super) fn bound(&self) -> Decimal {
        if self.up() { self.high } else { self.low }
    }
}

/// All days of whole data whose span (of one day: against the same weekday) is out of the range of the four before.
pub(super) fn judge(costs: &[Decimal], known_from: usize, whole: usize, method: Method) -> Vec<OutOfRange> {
    let days = method.days();
    let apart = days.max(7);
    let Some(costs) = costs.get(known_from..whole) else { return vec![] };
    let spans = spans(costs, days);
    let mut found = vec![];
    // `spans[i]` ends with day `i + days - 1`.
    for (place, cost) in spans.iter().copied().enumerate().skip(4 * apart) {
        let before = [1, 2, 3, 4].map(|back| spans[place - back * apart]);
        let low = before.into_iter().fold(before[0], Decimal::min);
        let high = before.into_iter().fold(before[0], Decimal::max);
        if cost < low || cost > high {
            found.push(OutOfRange { day: known_from + place + days - 1, cost, low, high });
        }
    }
    found
}

fn spans(costs: &[Decimal], days: usize) -> Vec<Decimal> {
    if days == 1 {
        return costs.to_vec();
    }
    if costs.len() < days {
        return vec![];
    }
    let mut sum: Decimal = costs[..days].iter().copied().sum();
    let mut found = vec![sum];
    for (leaves, comes) in costs.iter().zip(&costs[days..]) {
        sum = sum - *leaves + *comes;
        found.push(sum);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(costs: &[i64]) -> Vec<Decimal> {
        costs.iter().map(|cost| Decimal::from(*cost)).collect()
    }

    #[test]
    fn a_day_is_judged_by_the_same_weekday_of_four_weeks() {
        let mut costs = vec![10; 36];
        costs[0] = 14;
        costs[28] = 15;
        let found = judge(&days(&costs), 0, 36, Method::Daily);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].day, found[0].high, found[0].low), (28, Decimal::from(14), Decimal::from(10)));
        assert!(found[0].up());
        // The next week the fifteen is within the range; a day that is not whole is not judged.
        assert!(judge(&days(&costs), 0, 28, Method::Daily).is_empty());
        assert!(judge(&days(&costs), 8, 36, Method::Daily).is_empty());
    }

    #[test]
    fn spans_are_judged_by_the_four_before_them() {
        let mut costs = vec![1; 35];
        costs[34] = 2;
        let weeks = judge(&days(&costs), 0, 35, Method::Weekly);
        assert_eq!(
            weeks,
            [OutOfRange { day: 34, cost: Decimal::from(8), low: Decimal::from(7), high: Decimal::from(7) }]
        );
        let mut costs = vec![1; 150];
        costs[149] = 0;
        let months = judge(&days(&costs), 0, 150, Method::Monthly);
        assert_eq!(
            months,
            [OutOfRange {
                day: 149,
                cost: Decimal::from(29),
                low: Decimal::from(30),
                high: Decimal::from(30)
            }]
        );
    }
}
