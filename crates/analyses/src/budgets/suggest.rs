//! An amount to begin a budget with: what the last complete periods cost.

use model::{BudgetPeriod, Decimal};

/// Periods that are looked back at, at most.
const MOST: [usize; 3] = [12, 8, 3];
/// Of fewer periods nothing is taken but the months that they have.
const LEAST: usize = 3;
/// Part of the periods that the high amount holds.
const HIGH: usize = 95;

/// An amount, and what it was reckoned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What half of the periods cost at most.
    pub median: Decimal,
    /// What 95 % of them cost at most: the nearest rank.
    pub high: Decimal,
    /// `high`, rounded up to three digits.
    pub amount: Decimal,
    /// Periods it was reckoned from, or months where `by_month`.
    pub periods: usize,
    /// Whether there were too few periods, and months were taken times the months of one.
    pub by_month: bool,
}

/// Suggests an amount from what complete periods and complete months cost, the newest last; `None` where there is none, or
/// nothing that is more than zero.
pub fn suggest(period: BudgetPeriod, periods: &[Decimal], months: &[Decimal]) -> Option<Suggestion> {
    let [by_months, by_quarters, by_years] = MOST;
    let most = match period {
        BudgetPeriod::Month => by_months,
        BudgetPeriod::Quarter => by_quarters,
        BudgetPeriod::Year => by_years,
    };
    let newest = |all: &[Decimal], most: usize| all[all.len().saturating_sub(most)..].to_vec();
    let by_month = period != BudgetPeriod::Month && periods.len() < LEAST;
    let (mut figures, times) = if by_month {
        (newest(months, by_months), i64::from(period.months()))
    } else {
        (newest(periods, most), 1)
    };
    figures.sort();
    let rank = (figures.len() * HIGH).div_ceil(100).saturating_sub(1);
    let of = |figure: Decimal| figure.checked_percent(Decimal::from(100 * times));
    let high = of(*figures.get(rank)?)?;
    let (lower, upper) = (figures[(figures.len() - 1) / 2], figures[figures.len() / 2]);
    let median = of((lower + upper).checked_percent(Decimal::from(50))?)?;
    (high > Decimal::ZERO).then(|| Suggestion {
        median,
        high,
        amount: rounded_up(high),
        periods: figures.len(),
        by_month,
    })
}

/// Up to three digits, and to no less than a cent.
fn rounded_up(amount: Decimal) -> Decimal {
    const CENT: i128 = 10_i128.pow(16);
    let units = amount.units();
    let mut step = CENT;
    while units / step >= 1000 {
        step *= 10;
    }
    units.checked_add(step - 1).map_or(amount, |up| Decimal::from_units(up / step * step))
}
