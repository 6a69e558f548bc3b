//! How much time each series' rows cover, so that a bill has as many rows as were asked for.
//!
//! A large company has the rows of a real report. A smaller one has daily rows, but for what the market settles: the
//! company switched its report to hourly rows lately, as one does to look at commitments, so that the newest weeks are by
//! the hour.

use super::commitments::Commitment;
use super::market::{Clerk, Market};
use super::series::{Series, Step};
use super::sizing::Budget;
use crate::calendar::Hour;
use crate::mix::Rng;

/// What the market's rows depend on besides usage.
pub(crate) struct Owned<'a> {
    pub(crate) commitments: &'a [Commitment],
    /// The company's size in an hour, in permille.
    pub(crate) growth: &'a dyn Fn(Hour) -> i64,
}

/// Decides the steps.
pub(crate) fn steps(
    rng: &mut Rng,
    series: &mut [Series],
    market: &mut Market,
    owned: &Owned<'_>,
    budget: &Budget,
    (first, last): (Hour, Hour),
) {
    if budget.natural() {
        for one in series.iter_mut() {
            one.step = if one.hourly { Step::Hour } else { Step::Day };
        }
        (market.step, market.hourly_from) = (Some(Step::Day), first);
        return;
    }
    for one in series.iter_mut() {
        one.step = Step::Month;
    }
    let months = (f64::from(last - first) / 730.0).max(0.03);
    let rows = |series: &[Series], members: &[usize]| -> f64 {
        members.iter().map(|number| estimate(&series[*number], first, last)).sum()
    };
    // Series of one resource keep one step.
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of = vec![0; series.len()];
    for (number, one) in series.iter().enumerate().filter(|(_, one)| !one.market) {
        let leader = one.leader.map(|leader| leader as usize).filter(|leader| !series[*leader].market);
        group_of[number] = leader.map_or(groups.len(), |leader| group_of[leader]);
        match groups.get_mut(group_of[number]) {
            Some(group) => group.push(number),
            None => groups.push(vec![number]),
        }
    }
    for place in (1..groups.len()).rev() {
        groups.swap(place, rng.below(place + 1));
    }
    // What is looked at by the day first: resources whose charges are held against each other.
    groups
        .sort_by_key(|group| group.len() == 1 && group.iter().all(|number| series[*number].waste.is_none()));
    let others: Vec<usize> = groups.iter().flatten().copied().collect();
    let days = f64::from(last - first) / 24.0;
    let (by_day, by_hour) = market_rows(series, market, owned, (first, last));
    let mut left = budget.rows as f64 * months - rows(series, &others);
    if by_day * days <= left {
        market.step = Some(Step::Day);
        left -= by_day * days;
    } else {
        left -= by_day * months;
    }
    promote(series, &groups, Step::Day, &mut left, &rows);
    // What is left goes to the hourly weeks.
    let more = if market.step == Some(Step::Day) { by_hour - by_day } else { by_hour };
    let window = if more > 0.0 { (left / more).floor().clamp(0.0, days.ceil()) } else { 0.0 };
    left -= window * more;
    #[expect(clippy::cast_possible_truncation, reason = "a count of days")]
    let hours = window as Hour * 24;
    market.hourly_from = (last.div_euclid(24) * 24 + 24 - hours).clamp(first, last);
    if hours == 0 {
        market.hourly_from = last;
    }
    if market.hourly_from == first {
        promote(series, &groups, Step::Hour, &mut left, &rows);
    }
}

/// Gives whole groups a finer step while rows are left.
fn promote(
    series: &mut [Series],
    groups: &[Vec<usize>],
    step: Step,
    left: &mut f64,
    rows: &dyn Fn(&[Series], &[usize]) -> f64,
) {
    for members in groups {
        if step == Step::Hour && members.iter().any(|number| !series[*number].hourly) {
            continue;
        }
        let before = series[members[0]].step;
        let old = rows(series, members);
        for number in members {
            series[*number].step = step;
        }
        let more = rows(series, members) - old;
        if more > *left {
            for number in members {
                series[*number].step = before;
            }
            continue;
        }
        *left -= more;
    }
}

/// Rows that the market has a day: daily ones in the middle of the data, and hourly ones at their end.
fn market_rows(
    series: &[Series],
    market: &Market,
    owned: &Owned<'_>,
    (first, last): (Hour, Hour),
) -> (f64, f64) {
    let mut clerk = Clerk::new(market, series, owned.commitments);
    let mut of = |from: Hour, to: Hour, step: Hour| -> f64 {
        let mut rows = 0u64;
        for begin in (from..to).step_by(usize::try_from(step).unwrap_or(1)) {
            let mut took = vec![false; market.pairs.len()];
            let mut left = vec![false; market.members.len()];
            for hour in begin..begin + step {
                clerk.settle(hour, (owned.growth)(hour), false, &mut |number, _, _| took[number] = true);
                left.iter_mut().zip(&clerk.left).for_each(|(any, left)| *any |= *left > 0);
            }
            let mut negated = vec![false; market.negations.len()];
            for (place, number) in market.members.iter().enumerate() {
                let covered = market.of_member[place].iter().filter(|pair| took[**pair as usize]).count();
                let own = covered + usize::from(left[place]);
                let pods = if own > 0 { series[*number as usize].pods.len() } else { 0 };
                rows += (own + pods) as u64;
            }
            for (pair, _) in market.pairs.iter().zip(&took).skip(market.reserved).filter(|(_, took)| **took) {
                negated[pair.negation as usize] = true;
            }
            rows += negated.iter().filter(|any| **any).count() as u64;
            let plans = owned
                .commitments
                .iter()
                .filter(|one| one.what.is_plan() && one.hours(begin, begin + step) > 0);
            rows += plans.count() as u64;
        }
        rows as f64 / f64::from(to - from) * 24.0
    };
    let middle = i32::midpoint(first, last).div_euclid(24) * 24;
    let end = last.div_euclid(24) * 24;
    (of(middle - 84, middle + 84, 24), of(end - 168, end, 1))
}

/// Rows that a series will have.
fn estimate(series: &Series, first: Hour, last: Hour) -> f64 {
    let hours = series.lifetime(first, last) as f64;
    let (duty, _) = series.duty(i32::midpoint(first, last));
    let per_step = match series.step {
        Step::Hour => 1.0,
        Step::Day => 24.0,
        Step::Month => 730.0,
    };
    (hours / per_step).ceil() * duty as f64 / 1000.0
}
