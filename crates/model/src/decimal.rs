//! Exact decimal amounts.
//!
//! A [`Decimal`] is an `i128` count of 10⁻¹⁸ units. Eighteen decimals hold every digit that the
//! providers' exports were seen to write (up to 17 in FOCUS files; AWS writes 10 to 12), and leave 20
//! digits before the point. Digits beyond the eighteenth are rounded half to even and reported to the
//! caller, so that nothing is lost silently.
//!
//! Sums never panic and never wrap: what leaves the range becomes [`Decimal::BEYOND`], which every further
//! sum keeps, which cannot be written as a figure, and which [`Decimal::within`] turns into an error.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

/// Decimals after the point that a [`Decimal`] keeps.
pub const SCALE: u32 = 18;
const UNIT: i128 = 10_i128.pow(SCALE);
/// Largest magnitude that fits `DECIMAL(38, 18)`, the stored type.
const LIMIT: i128 = 10_i128.pow(38) - 1;

/// An exact amount (of money in the report's currency, or of usage in the row's unit).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i128);

/// Why a text or a double is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The text is not a decimal number.
    #[error("is not a decimal number")]
    NotANumber,
    /// The number needs more than 20 digits before the point.
    #[error("is too large: at most 20 digits before the decimal point are supported")]
    TooLarge,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The result of a sum that left the range; it absorbs whatever is added to it.
    pub const BEYOND: Self = Self(i128::MIN);

    /// From a count of 10⁻¹⁸ units.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The count of 10⁻¹⁸ units.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Reads a plain or scientific decimal number exactly; the flag tells whether digits beyond the
    /// eighteenth were rounded (half to even).
    pub fn parse(text: &[u8]) -> Result<(Self, bool), DecimalError> {
        let (negative, rest) = sign(text);
        let mut mantissa: i128 = 0;
        let mut dropped = Dropped::default();
        let (mut digits, mut fraction, mut skipped) = (0_u32, 0_i64, 0_i64);
        let mut seen_point = false;
        let mut at = 0;
        while at < rest.len() {
            match rest[at] {
                digit @ b'0'..=b'9' => {
                    digits += 1;
                    if mantissa < LIMIT / 10 {
                        mantissa = mantissa * 10 + i128::from(digit - b'0');
                        fraction += i64::from(seen_point);
                    } else {
                        dropped.push(digit - b'0');
                        skipped += i64::from(!seen_point);
                    }
                }
                b'.' if !seen_point => seen_point = true,
                b'e' | b'E' => break,
                _ => return Err(DecimalError::NotANumber),
            }
            at += 1;
        }
        if digits == 0 {
            return Err(DecimalError::NotANumber);
        }
        let exponent = match rest.get(at + 1..) {
            None => 0,
            Some(text) => parse_exponent(text)?,
        };
        let shift = i64::from(SCALE) - fraction + exponent + skipped;
        let (units, inexact) = rescale(mantissa, shift, dropped)?;
        Ok((Self(if negative { -units } else { units }), inexact))
    }

    /// The decimal that a double's shortest text form writes: `0.1_f64` is exactly 0.1. The flag tells
    /// whether digits beyond the eighteenth were rounded.
    pub fn from_f64(value: f64) -> Result<(Self, bool), DecimalError> {
        if value == 0.0 {
            return Ok((Self::ZERO, false));
        }
        if !value.is_finite() {
            return Err(DecimalError::NotANumber);
        }
        Self::parse(format!("{value:e}").as_bytes())
    }

    /// The nearest double; for ratios, charts and statistics only.
    pub fn to_f64(self) -> f64 {
        (self.0 as f64) / (UNIT as f64)
    }

    /// Sum, or `None` when the result does not fit the stored type.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = self.0.checked_add(other.0)?;
        (sum.unsigned_abs() <= LIMIT.unsigned_abs()).then_some(Self(sum))
    }

    /// The amount, unless a sum behind it left the range.
    pub fn within(self) -> Result<Self, DecimalError> {
        if self == Self::BEYOND { Err(DecimalError::TooLarge) } else { Ok(self) }
    }

    /// Sum that tells by [`Self::BEYOND`] that it left the range.
    fn plus(self, other: Self) -> Self {
        match self.0.checked_add(other.0) {
            Some(sum) if self != Self::BEYOND && other != Self::BEYOND => Self(sum),
            _ => Self::BEYOND,
        }
    }

    /// This many percent of it, rounded to the 18th decimal, halves away from zero; `None` if it is too large.
    pub fn checked_percent(self, percent: Self) -> Option<Self> {
        if self == Self::BEYOND {
            return None;
        }
        // Without its trailing zeros a percentage has few digits, and the product fits.
        let (mut factor, mut divisor) = (percent.0, 100 * 10_i128.pow(SCALE));
        while factor % 10 == 0 && divisor > 1 {
            (factor, divisor) = (factor / 10, divisor / 10);
        }
        let product = self.0.checked_mul(factor)?;
        let half = if product < 0 { -divisor / 2 } else { divisor / 2 };
        Some(Self(product.checked_add(half)? / divisor))
    }

    /// Magnitude without the sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        match self.0.checked_abs() {
            Some(magnitude) => Self(magnitude),
            None => Self::BEYOND,
        }
    }

    /// Whether the amount is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// Digits that did not fit the mantissa: only what rounding needs to know of them.
#[derive(Default, Clone, Copy)]
struct Dropped {
    first: Option<u8>,
    rest_nonzero: bool,
}

impl Dropped {
    fn push(&mut self, digit: u8) {
        match self.first {
            None => self.first = Some(digit),
            Some(_) => self.rest_nonzero |= digit != 0,
        }
    }

    fn is_zero(self) -> bool {
        self.first.unwrap_or(0) == 0 && !self.rest_nonzero
    }
}

/// Whether a number is negative, and the rest of its text.
fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix(b"+").unwrap_or(text)),
    }
}

fn parse_exponent(text: &[u8]) -> Result<i64, DecimalError> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || digits.len() > 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(DecimalError::NotANumber);
    }
    let value = digits.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Ok(if negative { -value } else { value })
}

fn rescale(mantissa: i128, shift: i64, dropped: Dropped) -> Result<(i128, bool), DecimalError> {
    if mantissa == 0 {
        return Ok((0, !dropped.is_zero()));
    }
    if shift >= 0 {
        if !dropped.is_zero() && shift > 0 {
            return Err(DecimalError::TooLarge);
        }
        let factor = u32::try_from(shift).ok().filter(|shift| *shift <= 38).ok_or(DecimalError::TooLarge)?;
        let units = mantissa.checked_mul(10_i128.pow(factor)).ok_or(DecimalError::TooLarge)?;
        let up = i128::from(dropped.first.unwrap_or(0) >= 5);
        return within_limit(units + up).map(|units| (units, !dropped.is_zero()));
    }
    let Some(drop) = u32::try_from(-shift).ok().filter(|drop| *drop <= 38) else {
        return Ok((0, true));
    };
    let divisor = 10_i128.pow(drop);
    let (quotient, remainder) = (mantissa / divisor, mantissa % divisor);
    let half = divisor / 2;
    let beyond = !dropped.is_zero();
    let up = remainder > half || (remainder == half && (beyond || quotient % 2 == 1));
    within_limit(quotient + i128::from(up)).map(|units| (units, remainder != 0 || beyond))
}

fn within_limit(units: i128) -> Result<i128, DecimalError> {
    if units > LIMIT { Err(DecimalError::TooLarge) } else { Ok(units) }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        // 64 bits times 10^18 are 124 bits.
        Self(i128::from(whole) * 10_i128.pow(SCALE))
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        Self::parse(text.as_bytes()).map(|(value, _)| value)
    }
}

impl fmt::Display for Decimal {
    /// Every digit, without trailing zeros: `1.5`, `0`, `-0.000000000000000001`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::BEYOND {
            return out.write_str("beyond the range of amounts");
        }
        let magnitude = self.0.unsigned_abs();
        let unit = UNIT.unsigned_abs();
        let (whole, fraction) = (magnitude / unit, magnitude % unit);
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(out, "{sign}{whole}");
        }
        let digits = format!("{fraction:018}");
        write!(out, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::BEYOND {
            return Err(serde::ser::Error::custom("a sum is beyond the range of amounts"));
        }
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.plus(other)
    }
}

impl AddAssign for Decimal {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.plus(-other)
    }
}

impl SubAssign for Decimal {
    fn sub_assign(&mut self, other: Self) {
        *self = self.plus(-other);
    }
}

impl Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        self.0.checked_neg().map_or(Self::BEYOND, Self)
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, |sum, value| sum + value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (String, bool) {
        let (value, inexact) = Decimal::parse(text.as_bytes()).unwrap();
        (value.to_string(), inexact)
    }

    #[test]
    fn reads_plain_and_scientific_numbers() {
        for (text, expected) in [
            ("7.0E-10", "0.0000000007"),
            ("0.22999999999999998", "0.22999999999999998"),
            ("-1", "-1"),
            ("+2.50", "2.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("0", "0"),
            ("-0.0", "0"),
            ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
        ] {
            assert_eq!(parsed(text), (expected.to_owned(), false), "{text}");
        }
    }

    #[test]
    fn rounds_half_to_even_beyond_eighteen_decimals_and_says_so() {
        assert_eq!(parsed("0.0000000000000000005"), ("0".into(), true));
        assert_eq!(parsed("0.0000000000000000015"), ("0.000000000000000002".into(), true));
        assert_eq!(parsed("0.00000000000000000051"), ("0.000000000000000001".into(), true));
        assert_eq!(parsed("1e-400"), ("0".into(), true));
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "-", ".", "1.2.3", "1,5", "NaN", "None", "1e", "1e+", " 1", "0x1"] {
            assert_eq!(Decimal::parse(text.as_bytes()), Err(DecimalError::NotANumber), "{text}");
        }
        assert_eq!(Decimal::parse(b"1e21"), Err(DecimalError::TooLarge));
        assert_eq!(
            Decimal::parse(b"1234567890123456789012345678901234567890123"),
            Err(DecimalError::TooLarge)
        );
    }

    #[test]
    fn doubles_take_their_shortest_form() {
        assert_eq!(Decimal::from_f64(0.1).unwrap().0.to_string(), "0.1");
        assert_eq!(Decimal::from_f64(0.1 + 0.2).unwrap().0.to_string(), "0.30000000000000004");
        assert_eq!(Decimal::from_f64(f64::NAN), Err(DecimalError::NotANumber));
    }

    proptest! {
        #[test]
        fn text_form_round_trips(units in -LIMIT..=LIMIT) {
            let value = Decimal::from_units(units);
            prop_assert_eq!(value.to_string().parse::<Decimal>().unwrap(), value);
        }

        #[test]
        fn never_panics(text in "[-+0-9.eE]{0,60}") {
            let _ = Decimal::parse(text.as_bytes());
        }
    }

    #[test]
    fn a_sum_beyond_the_range_is_said_and_stays_so() {
        let large: Decimal = "90000000000000000000".parse().unwrap();
        let sum = large + large;
        assert_eq!((sum, sum.within()), (Decimal::BEYOND, Err(DecimalError::TooLarge)));
        assert_eq!(sum - large - large, Decimal::BEYOND);
        assert_eq!([large, large, -large, -large].into_iter().sum::<Decimal>(), Decimal::BEYOND);
        assert_eq!((-sum, sum.abs(), sum.checked_percent(Decimal::from(100))), (sum, sum, None));
        let mut counted = -large;
        counted -= large;
        assert_eq!(counted, Decimal::BEYOND);
        assert_eq!((large - large).within(), Ok(Decimal::ZERO));
        assert!(sum.to_f64().is_finite());
    }

    #[test]
    fn percentages_are_exact_where_they_can_be() {
        let of = |amount: &str, percent: &str| {
            let amount: Decimal = amount.parse().unwrap();
            amount.checked_percent(percent.parse().unwrap()).map(|found| found.to_string())
        };
        assert_eq!(of("200.10", "110").unwrap(), "220.11");
        assert_eq!(of("-0.000000000000000001", "50").unwrap(), "-0.000000000000000001");
        assert_eq!(of("123456789012.123456789012345678", "0").unwrap(), "0");
        assert_eq!(of("123456789012.123456789012345678", "97.5").unwrap(), "120370369286.820370369287037036");
        assert_eq!(of("10000000000000000000", "33.123456789"), None);
        assert_eq!(Decimal::from(-3).to_string(), "-3");
    }
}
