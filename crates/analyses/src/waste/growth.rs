//! What only grows: sizes in steps of ten days, the newest against those before.

use super::basics::{Own, brief};
use super::finding::Finding;
use super::mul_div;
use super::rows::{GROWTH_DAYS, GROWTH_STEPS, Index, Row, Sums};
use super::rules::Rule;
use model::Decimal;

/// Least growth in all, in percent; less is rounding.
const LEAST_PERCENT: i64 = 1;
/// A fall of a step below the one before that is rounding, in thousandths.
const NO_FALL: i64 = 1;

/// Sizes of each step, the newest first; `None` where a step has no rows.
fn levels(rows: &[&Row]) -> Option<[Decimal; GROWTH_STEPS]> {
    let mut levels = [Decimal::ZERO; GROWTH_STEPS];
    for (step, level) in levels.iter_mut().enumerate() {
        let mut sums = Sums::default();
        for row in rows {
            sums.add(row.steps[step]);
        }
        *level = mul_div(sums.usage, Decimal::from(3600), Decimal::from(sums.seconds))?;
    }
    Some(levels)
}

/// The sizes, where they rose for more than 60 days and never fell.
pub(super) fn rising(rows: &[&Row]) -> Option<[Decimal; GROWTH_STEPS]> {
    let levels = levels(rows)?;
    let (newest, oldest) = (levels[0], levels[GROWTH_STEPS - 1]);
    let part =
        |level: Decimal, thousandths: i64| mul_div(level, Decimal::from(thousandths), Decimal::from(1_000));
    let fell =
        levels.windows(2).any(|pair| part(pair[1], 1_000 - NO_FALL).is_none_or(|least| pair[0] < least));
    let rose = part(oldest, 1_000 + LEAST_PERCENT * 10).is_some_and(|least| newest >= least);
    (rose && !fell).then_some(levels)
}

pub(super) fn snapshots(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for rows in index.by_resource(&["snapshots"]).into_values() {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || own.cost <= Decimal::ZERO {
            continue;
        }
        let Some(levels) = rising(&rows) else { continue };
        // Thirty days against the thirty before, at the price of its own rows.
        let third = |of: &[Decimal]| {
            mul_div(of.iter().copied().sum(), Decimal::from(1), Decimal::from(3)).unwrap_or(Decimal::ZERO)
        };
        let grown = third(&levels[..3]) - third(&levels[3..6]);
        let amount = mul_div(own.cost, grown, own.usage).unwrap_or(Decimal::ZERO);
        let days = usize::from(GROWTH_DAYS) * (GROWTH_STEPS - 1);
        let evidence = format!(
            "{} GB, {} GB {days} days before, and it never fell",
            brief(levels[0]),
            brief(levels[GROWTH_STEPS - 1])
        );
        found.push(Finding { amount: Some(amount), low: Some(amount), evidence, ..own.finding(rule) });
    }
    found
}
