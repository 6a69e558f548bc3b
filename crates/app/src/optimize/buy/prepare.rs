//! Usage as the optimiser wants it: few accounts, and the hours of the look-back alone.

use analyses::commitments::{Bought, Commitment, Series, Usage};
use chrono::{DateTime, TimeDelta, Utc};
use model::Decimal;
use std::collections::HashMap;

/// The usage of accounts that own nothing as that of one: AWS's order tells owners apart, and nobody else.
pub(super) fn collapsed(usage: Usage, commitments: &mut [Commitment]) -> Usage {
    let mut accounts: Vec<String> = vec![String::new()];
    let mut place: HashMap<usize, usize> = HashMap::new();
    for one in commitments.iter_mut() {
        let Some(owner) = one.owner else { continue };
        let next = accounts.len();
        let at = *place.entry(owner).or_insert(next);
        if at == next {
            accounts.push(usage.accounts[owner].clone());
        }
        one.owner = Some(at);
    }
    let mut series: Vec<Series> = vec![];
    let mut known: HashMap<(usize, usize, Bought), usize> = HashMap::new();
    for one in usage.series {
        let account = place.get(&one.account).copied().unwrap_or(0);
        let next = series.len();
        let at = *known.entry((one.sku, account, one.bought)).or_insert(next);
        if at == next {
            series.push(Series { account, ..one });
        } else {
            join(&mut series[at], &one);
        }
    }
    Usage { accounts, series, ..usage }
}

fn join(to: &mut Series, more: &Series) {
    if more.from < to.from {
        let before = to.from - more.from;
        to.amounts.splice(0..0, std::iter::repeat_n(Decimal::ZERO, before));
        to.from = more.from;
    }
    let end = more.from - to.from + more.amounts.len();
    if end > to.amounts.len() {
        to.amounts.resize(end, Decimal::ZERO);
    }
    for (at, amount) in more.amounts.iter().enumerate() {
        to.amounts[more.from - to.from + at] += *amount;
    }
}

/// The hours from the begin to the decision.
pub(super) fn within(usage: Usage, from: DateTime<Utc>, decision: DateTime<Utc>) -> Usage {
    let hours = |span: TimeDelta| usize::try_from(span.num_hours()).unwrap_or(0);
    let skip = hours(from - usage.first_hour);
    let end = hours(decision - usage.first_hour).min(usage.hours).max(skip);
    let cut = |one: Series| {
        let (begin, until) = (one.from.max(skip), (one.from + one.amounts.len()).min(end));
        let kept = one.amounts.get(begin - one.from..until.saturating_sub(one.from));
        let amounts = kept.unwrap_or_default().to_vec();
        Series { from: begin - skip, amounts, ..one }
    };
    let first_hour = usage.hour(skip);
    let series = usage.series.into_iter().map(cut).filter(|one| !one.amounts.is_empty()).collect();
    Usage { first_hour, hours: end - skip, series, ..usage }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(series: Vec<Series>) -> Usage {
        Usage {
            first_hour: "2026-10-01T00:00:00Z".parse().unwrap(),
            hours: 48,
            accounts: ["a", "b", "c"].map(ToOwned::to_owned).into(),
            skus: vec![],
            series,
        }
    }

    fn series(account: usize, from: usize, amounts: &[i64]) -> Series {
        let amounts = amounts.iter().map(|amount| Decimal::from(*amount)).collect();
        Series { sku: 0, account, bought: Bought::OnDemand, from, amounts }
    }

    #[test]
    fn accounts_without_commitments_are_one() {
        let found = collapsed(
            usage(vec![series(0, 3, &[1, 2]), series(2, 1, &[5, 0, 7]), series(1, 9, &[4])]),
            &mut [],
        );
        assert_eq!(found.accounts, [""]);
        assert_eq!(found.series, [series(0, 1, &[5, 0, 8, 2, 0, 0, 0, 0, 4])]);
    }

    #[test]
    fn hours_beside_the_look_back_are_cut() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let all = usage(vec![series(0, 2, &[1, 2, 3, 4]), series(1, 0, &[9]), series(2, 40, &[6])]);
        let found = within(all, at("2026-10-01T03:00:00Z"), at("2026-10-01T05:00:00Z"));
        assert_eq!((found.hours, found.first_hour), (2, at("2026-10-01T03:00:00Z")));
        assert_eq!(found.series, [series(0, 0, &[2, 3])]);
    }
}
