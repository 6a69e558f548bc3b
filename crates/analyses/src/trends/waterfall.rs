//! A change taken apart exactly: `now - before = rate + quantity + new + gone`.

use super::event::Waterfall;
use super::parts::{Part, Parts, Window};
use model::Decimal;

/// The waterfall of some parts over a window, against the same weekdays of the four weeks before.
pub(super) fn waterfall(parts: &Parts<'_>, places: &[usize], window: &Window) -> Waterfall {
    let mut found = Waterfall::default();
    for place in places {
        add(&mut found, parts.get(*place), window);
    }
    found
}

fn add(found: &mut Waterfall, part: &Part<'_>, window: &Window) {
    let (mut before, mut now) = (Decimal::ZERO, Decimal::ZERO);
    let (mut used_before, mut used) = (Decimal::ZERO, Decimal::ZERO);
    for day in &window.days {
        now += part.cost(*day);
        used += part.quantity(*day).unwrap_or_default();
        let like: Vec<usize> = window.like(*day, part).collect();
        before += averaged(like.iter().map(|day| part.cost(*day)).sum(), like.len());
        used_before += averaged(like.iter().filter_map(|day| part.quantity(*day)).sum(), like.len());
    }
    found.before += before;
    found.now += now;
    match (before.is_zero(), now.is_zero()) {
        (true, _) => found.new += now,
        (false, true) => found.gone -= before,
        (false, false) => {
            // At the price before, what is used now would cost this.
            let at_old_price = of_other(before, used, used_before).unwrap_or(now);
            found.rate += now - at_old_price;
            found.quantity += at_old_price - before;
        }
    }
}

fn averaged(sum: Decimal, figures: usize) -> Decimal {
    let figures = i128::try_from(figures.max(1)).unwrap_or(1);
    Decimal::from_units(sum.units() / figures)
}

/// An amount in proportion, `amount × part ÷ whole`: exact where it can be, else to fifteen digits; `None` of nothing.
pub(crate) fn of_other(amount: Decimal, part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole.is_zero() || part.is_zero() {
        return None;
    }
    let (mut amount_units, mut part_units, mut whole_units) = (amount.units(), part.units(), whole.units());
    for units in [&mut part_units, &mut amount_units] {
        let common = common_divisor(*units, whole_units);
        *units /= common;
        whole_units /= common;
    }
    match amount_units.checked_mul(part_units) {
        Some(product) => Some(Decimal::from_units(product / whole_units)),
        None => {
            let inexact = amount.to_f64() * (part.to_f64() / whole.to_f64());
            Decimal::from_f64(inexact).ok().map(|(found, _)| found)
        }
    }
}

fn common_divisor(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one.checked_abs().filter(|found| *found > 0).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_did_not_change_has_no_part() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        // 0.0464 an hour, 24 hours before, 31.5 now.
        let found = of_other(decimal("1.1136"), decimal("31.5"), decimal("24"));
        assert_eq!(found, Some(decimal("1.4616")));
        assert_eq!(of_other(decimal("1"), decimal("1"), Decimal::ZERO), None);
        let found =
            of_other(decimal("12345678901.1234567"), decimal("98765432.1234567"), decimal("7")).unwrap();
        assert!((found.to_f64() / 1.741_894_730e17 - 1.0).abs() < 1e-6, "{found}");
    }
}
