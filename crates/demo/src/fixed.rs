//! Fixed-point money and amounts of the generator: integers only, so that the truth is exact.
//!
//! Costs and rates are counted in 10⁻¹⁰ of the currency, amounts in 10⁻⁶ of their unit. A value stays under 10¹⁵ counts
//! (or is whole cents), so that its double and its text are the same decimal: division of two integers below 2⁵³ is
//! rounded to the nearest double, whose shortest form is the text again.

/// Counts per currency unit.
pub(crate) const MONEY: i64 = 10_000_000_000;
/// Counts per unit of an amount.
pub(crate) const AMOUNT: i64 = 1_000_000;
/// Digits after the point of money.
pub(crate) const MONEY_SCALE: u32 = 10;
/// Digits after the point of an amount.
pub(crate) const AMOUNT_SCALE: u32 = 6;

/// Rounds `a * b / c` half up, away from zero.
pub(crate) fn mul_div(a: i64, b: i64, c: i64) -> i64 {
    let product = i128::from(a) * i128::from(b);
    let c = i128::from(c);
    let half = if product < 0 { -c / 2 } else { c / 2 };
    i64::try_from((product + half) / c).expect("demo figures are far below i64's range")
}

/// Cost of an amount at a rate.
pub(crate) fn cost(amount: i64, rate: i64) -> i64 {
    mul_div(amount, rate, AMOUNT)
}

/// Cost rounded to 10⁻⁸: commitments use it, so that 93 % of it still has no more than ten decimals.
pub(crate) fn cost8(amount: i64, rate: i64) -> i64 {
    mul_div(amount, rate, AMOUNT * 100) * 100
}

/// Rounds money to whole cents.
pub(crate) fn cents(value: i64) -> i64 {
    mul_div(value, 1, MONEY / 100) * (MONEY / 100)
}

/// Parses a plain decimal at `scale` digits; digits beyond are refused.
pub(crate) fn parse(text: &str, scale: u32) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.len() > scale as usize {
        return None;
    }
    let mut value: i64 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        value = value.checked_mul(10)?.checked_add(i64::from(byte.checked_sub(b'0').filter(|d| *d < 10)?))?;
    }
    value = value.checked_mul(10i64.pow(scale - u32::try_from(fraction.len()).ok()?))?;
    Some(if negative { -value } else { value })
}

/// Appends `value / 10^scale` as the shortest plain decimal.
pub(crate) fn push(out: &mut Vec<u8>, value: i64, scale: u32) {
    push_wide(out, i128::from(value), scale);
}

/// As [`push`], for sums.
pub(crate) fn push_wide(out: &mut Vec<u8>, value: i128, scale: u32) {
    if value < 0 {
        out.push(b'-');
    }
    let magnitude = value.unsigned_abs();
    let unit = 10u128.pow(scale);
    // Nearly every figure fits 64 bits, where division is many times faster.
    let (whole, fraction) = match u64::try_from(magnitude) {
        Ok(small) => {
            let unit = 10u64.pow(scale);
            (u128::from(small / unit), small % unit)
        }
        Err(_) => (magnitude / unit, u64::try_from(magnitude % unit).unwrap_or(0)),
    };
    push_integer(out, whole);
    if fraction == 0 {
        return;
    }
    let mut digits = [b'0'; 20];
    let mut rest = fraction;
    let width = scale as usize;
    for slot in digits[..width].iter_mut().rev() {
        *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    let used = digits[..width].iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    out.push(b'.');
    out.extend_from_slice(&digits[..used]);
}

fn push_integer(out: &mut Vec<u8>, value: u128) {
    let Ok(mut rest) = u64::try_from(value) else {
        out.extend_from_slice(value.to_string().as_bytes());
        return;
    };
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// The decimal as text.
pub(crate) fn text(value: i128, scale: u32) -> String {
    let mut out = Vec::new();
    push_wide(&mut out, value, scale);
    String::from_utf8(out).unwrap_or_default()
}

/// The nearest double.
pub(crate) fn double(value: i64, scale: u32) -> f64 {
    value as f64 / 10f64.powi(i32::try_from(scale).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_double_are_the_same_decimal() {
        for (value, scale, expected) in [
            (0, 10, "0"),
            (1, 10, "0.0000000001"),
            (-25, 1, "-2.5"),
            (192 * MONEY / 1000, 10, "0.192"),
            (999_999_999_999_999, 10, "99999.9999999999"),
            (12_000_000, 6, "12"),
        ] {
            assert_eq!(text(i128::from(value), scale), expected);
            assert_eq!(parse(expected, scale), Some(value));
            assert_eq!(format!("{}", double(value, scale)).parse::<f64>(), expected.parse::<f64>());
        }
    }

    #[test]
    fn rounding_is_symmetric() {
        assert_eq!(mul_div(5, 1, 10), 1);
        assert_eq!(mul_div(-5, 1, 10), -1);
        assert_eq!(mul_div(4, 1, 10), 0);
        assert_eq!(cost8(333_333, 960_000_000), 319_999_700);
    }
}
