//! What a row costs: the one place where the arithmetic of `line_item_line_item_type` is written down
//! (AWS's CUR guide, "Savings Plans" and "Reservation" line item details).

use crate::batch::RawBatch;
use crate::columns::{Format, Rules};
use crate::fields::{self, Number};
use crate::numbers::{BEYOND, NULL, WIDE, plus};
use crate::up_front::UpFront;
use model::LineItemType;
use std::cell::Cell;

/// The measures of a row, in the order of `model::schema::ROLLUP_MEASURES`, and the amortization of
/// up-front fees that the row books, which the identity of a period needs.
pub(crate) const MEASURES: usize = 7;
/// Place of the amortization.
pub(crate) const AMORTIZATION: usize = 6;

/// Amounts that the formulas can be computed in.
pub(crate) trait Amount: Copy {
    const ZERO: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// `self × numerator ÷ denominator`, rounded half to even.
    fn scaled(self, numerator: Self, denominator: Self) -> Self;
    fn is_zero(self) -> bool;
}

/// For amounts below 2⁶⁰ only: sums of a few of them fit.
impl Amount for i64 {
    const ZERO: Self = 0;
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn scaled(self, _: Self, _: Self) -> Self {
        self
    }
    fn is_zero(self) -> bool {
        self == 0
    }
}

impl Amount for i128 {
    const ZERO: Self = 0;
    fn plus(self, other: Self) -> Self {
        plus(self, other)
    }
    fn minus(self, other: Self) -> Self {
        other.checked_neg().map_or(BEYOND, |other| plus(self, other))
    }
    fn scaled(self, numerator: Self, denominator: Self) -> Self {
        scale_exactly(self, numerator, denominator)
    }
    fn is_zero(self) -> bool {
        self == 0
    }
}

/// Multiplies and divides without overflow, digit by digit where the product does not fit. A ratio that leads beyond
/// the range is no discount: the value stays as it is, as without a denominator.
fn scale_exactly(given: i128, numerator: i128, denominator: i128) -> i128 {
    if denominator == 0 || [given, numerator, denominator].contains(&BEYOND) {
        return given;
    }
    let value = given;
    let negative = (value < 0) ^ (numerator < 0) ^ (denominator < 0);
    let (value, numerator, denominator) =
        (value.unsigned_abs(), numerator.unsigned_abs(), denominator.unsigned_abs());
    // value × numerator = (whole × denominator + rest) × numerator, with rest < denominator: long
    // division by bits keeps every intermediate below 2 × denominator.
    let Some(whole) = (value / denominator).checked_mul(numerator) else { return given };
    let mut rest = value % denominator;
    let (mut quotient, mut remainder) = (0_u128, 0_u128);
    let mut factor = numerator;
    let (mut part, mut carry) = (0_u128, 0_u128);
    while factor > 0 {
        if factor & 1 == 1 {
            quotient += part;
            remainder += rest;
            if remainder >= denominator {
                remainder -= denominator;
                quotient += 1;
            }
        }
        part = part * 2 + carry;
        rest *= 2;
        carry = 0;
        if rest >= denominator {
            rest -= denominator;
            part += 1;
        }
        factor >>= 1;
    }
    let twice = remainder * 2;
    let up = twice > denominator || (twice == denominator && quotient % 2 == 1);
    let magnitude = whole.checked_add(quotient + u128::from(up)).and_then(|sum| i128::try_from(sum).ok());
    match magnitude {
        Some(magnitude) if negative => -magnitude,
        Some(magnitude) => magnitude,
        None => given,
    }
}

/// The formulas, over a way to get a field's value (`None`: absent).
#[inline]
pub(crate) fn measures<T: Amount>(
    kind: LineItemType,
    up_front: UpFront,
    rules: Rules,
    get: impl Fn(Number) -> Option<T>,
) -> [T; MEASURES] {
    let value = |field| get(field).unwrap_or(T::ZERO);
    let net = |net_field, gross: T| get(net_field).unwrap_or(gross);
    let billed = value(fields::BILLED);
    let net_billed = net(fields::NET_BILLED, billed);
    // A negation takes the price of covered usage off again: its list price would count that usage twice.
    let list = if kind == LineItemType::SavingsPlanNegation { T::ZERO } else { value(fields::LIST) };
    let usage = if kind.counts_usage() { value(fields::USAGE) } else { T::ZERO };
    let mut amortization = T::ZERO;
    let (effective, net_effective) = if rules.format == Format::Focus {
        let effective = if rules.effective { net(fields::EFFECTIVE, billed) } else { billed };
        (effective, effective)
    } else {
        match kind {
            LineItemType::DiscountedUsage if rules.reservations => {
                let effective = get(fields::RI_EFFECTIVE);
                let net = get(fields::RI_NET_EFFECTIVE).or(effective).unwrap_or(net_billed);
                (effective.unwrap_or(billed), net)
            }
            LineItemType::RiFee if rules.reservations => {
                amortization = value(fields::RI_AMORTIZATION);
                let (upfront, recurring) =
                    (value(fields::RI_UNUSED_UPFRONT), value(fields::RI_UNUSED_RECURRING));
                let net_unused = net(fields::RI_NET_UNUSED_UPFRONT, upfront)
                    .plus(net(fields::RI_NET_UNUSED_RECURRING, recurring));
                (upfront.plus(recurring), net_unused)
            }
            LineItemType::SavingsPlanCoveredUsage if rules.plans => {
                let effective = get(fields::SP_EFFECTIVE);
                let net = get(fields::SP_NET_EFFECTIVE).or(effective).unwrap_or(net_billed);
                (effective.unwrap_or(billed), net)
            }
            LineItemType::SavingsPlanNegation | LineItemType::SavingsPlanUpfrontFee if rules.plans => {
                (T::ZERO, T::ZERO)
            }
            LineItemType::SavingsPlanRecurringFee if rules.plans => {
                amortization = value(fields::SP_AMORTIZATION);
                let unused = value(fields::SP_TOTAL).minus(value(fields::SP_USED));
                (unused, net_unused_plan(unused, &get))
            }
            _ if is_cash(up_front, rules) => (T::ZERO, T::ZERO),
            _ => (billed, net_billed),
        }
    };
    [billed, effective, net_billed, net_effective, list, usage, amortization]
}

/// Whether a row is an up-front fee, or takes one back, of a family whose amortized cost is known.
const fn is_cash(up_front: UpFront, rules: Rules) -> bool {
    match up_front {
        UpFront::No => false,
        UpFront::Reservation => rules.reservations,
        UpFront::Plan => rules.plans,
    }
}

/// Unused commitment after discounts: scaled by net ÷ gross of the hour's commitment where both are given.
fn net_unused_plan<T: Amount>(unused: T, get: &impl Fn(Number) -> Option<T>) -> T {
    if unused.is_zero() {
        return unused;
    }
    let (upfront, recurring) =
        (get(fields::SP_AMORTIZATION).unwrap_or(T::ZERO), get(fields::SP_RECURRING).unwrap_or(T::ZERO));
    let net_upfront = get(fields::SP_NET_AMORTIZATION).unwrap_or(upfront);
    let net_recurring = get(fields::SP_NET_RECURRING).unwrap_or(recurring);
    let gross = upfront.plus(recurring);
    if gross.is_zero() { unused } else { unused.scaled(net_upfront.plus(net_recurring), gross) }
}

/// A row's measures in 10⁻¹² units, or `None` when they need finer or larger amounts than 64 bits hold.
#[inline]
pub(crate) fn short_measures(
    batch: &RawBatch,
    rules: Rules,
    kind: LineItemType,
    up_front: UpFront,
    row: usize,
) -> Option<[i64; MEASURES]> {
    // Plain rows, nearly all of a bill, need no look at the commitments' columns.
    let read = |field: Number| batch.numbers[field].as_ref().map_or(NULL, |column| column.values[row]);
    let whole = |value: i64| match value {
        NULL => Some(0),
        WIDE => None,
        value => Some(value),
    };
    if rules.format == Format::Cur
        && up_front == UpFront::No
        && matches!(kind, LineItemType::Usage | LineItemType::Other)
    {
        let billed = whole(read(fields::BILLED))?;
        let net = match read(fields::NET_BILLED) {
            NULL => billed,
            value => whole(value)?,
        };
        let usage = if kind == LineItemType::Usage { whole(read(fields::USAGE))? } else { 0 };
        return Some([billed, billed, net, net, whole(read(fields::LIST))?, usage, 0]);
    }
    // The one formula that divides needs the finer units.
    if kind == LineItemType::SavingsPlanRecurringFee {
        return None;
    }
    let fits = Cell::new(true);
    let get = |field: Number| match read(field) {
        NULL => None,
        value => {
            fits.set(fits.get() && value.unsigned_abs() < 1 << 60);
            Some(value)
        }
    };
    let short = measures(kind, up_front, rules, get);
    fits.get().then_some(short)
}

/// A row's measures in 10⁻¹⁸ units.
pub(crate) fn exact_measures(
    batch: &RawBatch,
    rules: Rules,
    kind: LineItemType,
    up_front: UpFront,
    row: usize,
) -> [i128; MEASURES] {
    measures(kind, up_front, rules, |field| {
        batch.numbers[field].as_ref().and_then(|column| column.units(row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    const WHOLE: Rules = Rules { format: Format::Cur, reservations: true, plans: true, effective: false };

    fn cost(kind: LineItemType, reservation: bool, values: &[(Number, i128)]) -> [i128; MEASURES] {
        let up_front = if reservation { UpFront::Reservation } else { UpFront::No };
        by(WHOLE, kind, up_front, values)
    }

    fn by(
        rules: Rules,
        kind: LineItemType,
        up_front: UpFront,
        values: &[(Number, i128)],
    ) -> [i128; MEASURES] {
        let values: HashMap<_, _> = values.iter().copied().collect();
        measures(kind, up_front, rules, |field| values.get(&field).copied())
    }

    #[test]
    fn every_line_item_type_by_its_rule() {
        use fields as f;
        let plain = cost(
            LineItemType::Usage,
            false,
            &[(f::BILLED, 7), (f::NET_BILLED, 6), (f::LIST, 9), (f::USAGE, 3)],
        );
        assert_eq!(plain, [7, 7, 6, 6, 9, 3, 0]);
        let covered = cost(
            LineItemType::DiscountedUsage,
            true,
            &[(f::BILLED, 0), (f::RI_EFFECTIVE, 5), (f::LIST, 9), (f::USAGE, 1)],
        );
        assert_eq!(covered, [0, 5, 0, 5, 9, 1, 0]);
        let fee = cost(
            LineItemType::RiFee,
            true,
            &[
                (f::BILLED, 40),
                (f::RI_UNUSED_UPFRONT, 2),
                (f::RI_UNUSED_RECURRING, 3),
                (f::RI_AMORTIZATION, 11),
                (f::RI_NET_UNUSED_RECURRING, 1),
            ],
        );
        assert_eq!(fee, [40, 5, 40, 3, 0, 0, 11]);
        assert_eq!(cost(LineItemType::Fee, true, &[(f::BILLED, 100)])[..2], [100, 0]);
        assert_eq!(cost(LineItemType::Fee, false, &[(f::BILLED, 100)])[..2], [100, 100]);
        assert_eq!(
            cost(LineItemType::SavingsPlanCoveredUsage, false, &[(f::BILLED, 9), (f::SP_EFFECTIVE, 6)])[..2],
            [9, 6]
        );
        assert_eq!(
            cost(LineItemType::SavingsPlanNegation, false, &[(f::BILLED, -9), (f::USAGE, 5), (f::LIST, 12)]),
            [-9, 0, -9, 0, 0, 0, 0]
        );
        let plan = [
            (f::BILLED, 8),
            (f::SP_TOTAL, 10),
            (f::SP_USED, 4),
            (f::SP_AMORTIZATION, 2),
            (f::SP_RECURRING, 8),
            (f::SP_NET_AMORTIZATION, 1),
            (f::SP_NET_RECURRING, 4),
        ];
        assert_eq!(cost(LineItemType::SavingsPlanRecurringFee, false, &plan), [8, 6, 8, 3, 0, 0, 2]);
        assert_eq!(cost(LineItemType::SavingsPlanUpfrontFee, false, &[(f::BILLED, 8)])[..2], [8, 0]);
    }

    #[test]
    fn half_a_set_leaves_the_whole_family_as_billed() {
        let half = Rules { plans: false, ..WHOLE };
        for (kind, billed) in [
            (LineItemType::SavingsPlanCoveredUsage, 9),
            (LineItemType::SavingsPlanNegation, -9),
            (LineItemType::SavingsPlanRecurringFee, 4),
            (LineItemType::SavingsPlanUpfrontFee, 8),
        ] {
            let values = [(fields::BILLED, billed), (fields::SP_EFFECTIVE, 6), (fields::SP_TOTAL, 7)];
            assert_eq!(by(half, kind, UpFront::No, &values)[..2], [billed, billed]);
        }
        let half = Rules { reservations: false, ..WHOLE };
        for (kind, up_front) in [
            (LineItemType::DiscountedUsage, UpFront::No),
            (LineItemType::RiFee, UpFront::No),
            (LineItemType::Fee, UpFront::Reservation),
        ] {
            assert_eq!(
                by(half, kind, up_front, &[(fields::BILLED, 4), (fields::RI_EFFECTIVE, 1)])[..2],
                [4, 4]
            );
        }
    }

    #[test]
    fn a_refund_of_an_up_front_fee_is_cash_as_the_fee_was() {
        let refund =
            |rules, up_front| by(rules, LineItemType::Other, up_front, &[(fields::BILLED, -8)])[..2].to_vec();
        assert_eq!(refund(WHOLE, UpFront::Plan), [-8, 0]);
        assert_eq!(refund(WHOLE, UpFront::Reservation), [-8, 0]);
        assert_eq!(refund(WHOLE, UpFront::No), [-8, -8]);
        assert_eq!(refund(Rules { plans: false, ..WHOLE }, UpFront::Plan), [-8, -8]);
    }

    #[test]
    fn an_empty_effective_cost_is_as_billed() {
        let rules = Rules { format: Format::Focus, effective: true, ..Rules::default() };
        let cost = |values: &[(Number, i128)]| by(rules, LineItemType::Usage, UpFront::No, values)[1];
        assert_eq!(cost(&[(fields::BILLED, 5), (fields::EFFECTIVE, 3)]), 3);
        assert_eq!(cost(&[(fields::BILLED, 5)]), 5);
    }

    proptest! {
        #[test]
        fn scaling_is_exact_to_half_a_unit(value in -10_i128.pow(18)..10_i128.pow(18), numerator in 0..10_i128.pow(18), denominator in 1..10_i128.pow(18)) {
            let product = value * numerator;
            let result = scale_exactly(value, numerator, denominator);
            prop_assert!((product - result * denominator).abs() * 2 <= denominator);
        }
    }
}
