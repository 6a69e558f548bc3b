//! Products and quotients of amounts, exact to the eighteenth decimal.

use model::Decimal;

/// `amount × part ÷ whole`, rounded half to even at the eighteenth decimal; `None` where the whole is zero. Nothing is
/// rounded on the way: the product has 256 bits.
pub fn mul_div(amount: Decimal, part: Decimal, whole: Decimal) -> Option<Decimal> {
    let beyond = [amount, part, whole].contains(&Decimal::BEYOND);
    if whole.is_zero() {
        return None;
    }
    if beyond {
        return Some(Decimal::BEYOND);
    }
    let negative = [amount, part, whole].iter().filter(|one| **one < Decimal::ZERO).count() % 2 == 1;
    let [one, other, by] = [amount, part, whole].map(|one| one.units().unsigned_abs());
    let (high, low) = product(one, other);
    let Some((quotient, rest)) = divide(high, low, by) else { return Some(Decimal::BEYOND) };
    // Doubling the rest would not fit: compare it with what is missing.
    let missing = by - rest;
    let up = rest > missing || (rest == missing && quotient % 2 == 1);
    let Ok(units) = i128::try_from(quotient + u128::from(up)) else { return Some(Decimal::BEYOND) };
    Some(Decimal::from_units(if negative { -units } else { units }))
}

/// The 256 bits of a product, high and low.
fn product(one: u128, other: u128) -> (u128, u128) {
    let half = |number: u128| (number >> 64, number & u128::from(u64::MAX));
    let ((a, b), (c, d)) = (half(one), half(other));
    let (low, high) = (b * d, a * c);
    let (middle, carried) = (a * d).overflowing_add(b * c);
    let (low, more) = low.overflowing_add(middle << 64);
    (high + (middle >> 64) + (u128::from(carried) << 64) + u128::from(more), low)
}

/// Quotient and rest, bit by bit; `None` where the quotient has more than 127 bits.
fn divide(high: u128, low: u128, by: u128) -> Option<(u128, u128)> {
    if high == 0 {
        return (low / by < 1 << 127).then_some((low / by, low % by));
    }
    if high >= by >> 1 {
        return None;
    }
    let (mut rest, mut quotient) = (high, 0_u128);
    for bit in (0..128).rev() {
        // The rest is below `by`, which is below 2^127: doubling it fits.
        rest = (rest << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        if rest >= by {
            rest -= by;
            quotient |= 1;
        }
    }
    Some((quotient, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn is_exact_where_the_product_has_more_than_128_bits() {
        for (amount, part, whole, expected) in [
            ("10", "3", "4", "7.5"),
            // 1 / 3, at the eighteenth decimal.
            ("1", "1", "3", "0.333333333333333333"),
            ("2", "1", "3", "0.666666666666666667"),
            ("-2", "1", "3", "-0.666666666666666667"),
            // 123456789.123456789 × 987654321.987654321 ÷ 1000 = 121932631356500.531347203169112635269
            ("123456789.123456789", "987654321.987654321", "1000", "121932631356500.531347203169112635"),
            ("0", "5", "7", "0"),
        ] {
            assert_eq!(mul_div(decimal(amount), decimal(part), decimal(whole)), Some(decimal(expected)));
        }
        assert_eq!(mul_div(decimal("1"), decimal("1"), Decimal::ZERO), None);
        let large = decimal("99999999999999999999");
        assert_eq!(mul_div(large, large, decimal("0.000000000000000001")), Some(Decimal::BEYOND));
    }

    #[test]
    fn halves_go_to_the_even_digit() {
        let unit = Decimal::from_units(1);
        assert_eq!(mul_div(unit, decimal("1"), decimal("2")), Some(Decimal::ZERO));
        assert_eq!(mul_div(Decimal::from_units(3), decimal("1"), decimal("2")), Some(Decimal::from_units(2)));
    }
}
