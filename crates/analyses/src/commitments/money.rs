//! Exact products and quotients of usage, prices and capacities.
//!
//! Amounts count 10⁻¹⁸ and rates 10⁻¹², so that their product counts 10⁻³⁰ in an `i128` without a division: up to
//! 1.7 × 10⁸ of the currency in one hour. An hour's sum becomes a [`Decimal`] once.

use model::Decimal;

/// Decimals of a [`Rate`].
pub(super) const RATE_SCALE: u32 = 12;
/// Counts of 10⁻³⁰ in one 10⁻¹⁸.
const PER_UNIT: i128 = 10_i128.pow(RATE_SCALE);

/// A price of one unit of usage, or how much capacity one unit takes: a positive count of 10⁻¹². AWS writes ten
/// decimals at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

/// Why a figure is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Zero means unknown in every price list, and a negative price is none.
    #[error("is not a price: it must be above 0")]
    NotPositive,
    /// More than nine million for one unit.
    #[error("is too large for a price")]
    TooLarge,
}

impl Rate {
    /// One unit of capacity for one unit of usage.
    pub(super) const ONE: Self = Self(10_i64.pow(RATE_SCALE));

    /// A rate, rounded half to even at the twelfth decimal.
    pub fn try_new(price: Decimal) -> Result<Self, RateError> {
        let count = rounded(price.units(), 10_i128.pow(model::SCALE - RATE_SCALE));
        match i64::try_from(count) {
            Ok(count) if count > 0 => Ok(Self(count)),
            Ok(_) => Err(RateError::NotPositive),
            Err(_) if price < Decimal::ZERO => Err(RateError::NotPositive),
            Err(_) => Err(RateError::TooLarge),
        }
    }

    /// The price.
    pub fn decimal(self) -> Decimal {
        Decimal::from_units(i128::from(self.0) * 10_i128.pow(model::SCALE - RATE_SCALE))
    }

    /// The count of 10⁻¹².
    pub(super) const fn count(self) -> i64 {
        self.0
    }

    /// The nearest double.
    pub(super) fn to_f64(self) -> f64 {
        self.0 as f64 / 1e12
    }
}

/// A count of 10⁻³⁰ as a decimal, rounded half to even.
pub(super) fn from_fine(fine: i128) -> Decimal {
    Decimal::from_units(rounded(fine, PER_UNIT))
}

/// A decimal as a count of 10⁻³⁰; `None` where it is beyond 1.7 × 10⁸.
pub(super) fn to_fine(amount: Decimal) -> Option<i128> {
    amount.units().checked_mul(PER_UNIT)
}

/// Amount × rate, rounded half to even at the eighteenth decimal.
pub(super) fn product(amount: Decimal, rate: Rate) -> Decimal {
    let (whole, part) = (amount.units() / PER_UNIT, amount.units() % PER_UNIT);
    let rate = i128::from(rate.0);
    match whole.checked_mul(rate) {
        Some(whole) => Decimal::from_units(whole) + Decimal::from_units(rounded(part * rate, PER_UNIT)),
        None => Decimal::BEYOND,
    }
}

/// `amount × part ÷ whole`, rounded towards zero at the eighteenth decimal; zero of nothing.
pub fn share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    crate::trends::of_other(amount, part, whole).unwrap_or(Decimal::ZERO)
}

/// `part ÷ whole` with twelve decimals, rounded towards zero; `None` of nothing.
pub fn ratio(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole.is_zero() {
        return None;
    }
    let (mut rest, whole) = (part.units(), whole.units());
    let mut found = rest / whole;
    // Three digits at a time: what is left is less than the whole, which leaves room for them.
    for _ in 0..4 {
        rest = (rest % whole).checked_mul(1_000)?;
        found = found.checked_mul(1_000)?.checked_add(rest / whole)?;
    }
    Some(Decimal::from_units(found.checked_mul(10_i128.pow(model::SCALE - RATE_SCALE))?))
}

/// A double as money, to a millionth: of what the optimiser shows without a replay.
pub(super) fn millionths(value: f64) -> Decimal {
    if value.abs() < 1e30 {
        Decimal::from_f64((value * 1e6).round() / 1e6).map_or(Decimal::BEYOND, |(found, _)| found)
    } else {
        Decimal::BEYOND
    }
}

fn rounded(count: i128, by: i128) -> i128 {
    let (quotient, rest) = (count / by, count % by);
    let twice = rest.unsigned_abs() * 2;
    let up = twice > by.unsigned_abs() || (twice == by.unsigned_abs() && quotient % 2 != 0);
    quotient + if up { rest.signum() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_is_positive_and_has_twelve_decimals() {
        assert_eq!(Rate::try_new(decimal("0.0464")).unwrap().decimal(), decimal("0.0464"));
        assert_eq!(Rate::try_new(decimal("0.0000000000005")).unwrap_err(), RateError::NotPositive);
        assert_eq!(Rate::try_new(decimal("0.0000000000015")).unwrap().count(), 2);
        assert_eq!(Rate::try_new(Decimal::ZERO), Err(RateError::NotPositive));
        assert_eq!(Rate::try_new(decimal("-20000000")), Err(RateError::NotPositive));
        assert_eq!(Rate::try_new(decimal("20000000")), Err(RateError::TooLarge));
    }

    #[test]
    fn products_round_once() {
        let rate = |text| Rate::try_new(decimal(text)).unwrap();
        assert_eq!(product(decimal("24"), rate("0.0464")), decimal("1.1136"));
        assert_eq!(product(decimal("-1.5"), rate("0.1")), decimal("-0.15"));
        assert_eq!(product(decimal("0.000000000000000003"), rate("0.5")), decimal("0.000000000000000002"));
        assert_eq!(product(decimal("12345678901234567"), rate("1000")), decimal("12345678901234567000"));
        assert_eq!(product(decimal("99999999999999999999"), rate("9000000")), Decimal::BEYOND);
        assert_eq!(from_fine(to_fine(decimal("3.25")).unwrap()), decimal("3.25"));
        assert_eq!(to_fine(decimal("200000000")), None);
    }

    #[test]
    fn ratios_of_nothing_are_none() {
        assert_eq!(ratio(decimal("1"), decimal("3")), Some(decimal("0.333333333333")));
        assert_eq!(ratio(decimal("7"), decimal("7")), Some(decimal("1")));
        assert_eq!(ratio(decimal("1"), Decimal::ZERO), None);
        assert_eq!(ratio(decimal("123456789"), decimal("987654321.5")), Some(decimal("0.124999998797")));
        assert_eq!(millionths(0.1 + 0.2), decimal("0.3"));
    }
}
