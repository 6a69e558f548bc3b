//! How a figure changed: computed here alone, so that all places that show a change show the same one.

use crate::Decimal;

/// Percent are counted in thousandths.
const THOUSANDTHS: i128 = 100_000;

/// What can be said about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// There is a figure to compare with.
    Changed,
    /// There was no cost before.
    New,
    /// There is no cost any more.
    Gone,
    /// There was none and is none.
    Nothing,
    /// What was before is not known: the data do not reach back so far.
    Unknown,
}

impl ChangeKind {
    /// Name in answers and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }
}

/// A change from one span to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// What can be said.
    pub kind: ChangeKind,
    /// The difference, exact; `None` where it is not known.
    pub amount: Option<Decimal>,
    /// The same in percent of the size of the figure before, to a thousandth (towards zero): a credit that grows from -10 to
    /// -15 changed by -50 %, as its amount did by -5. `None` where there is nothing to be a part of.
    pub percent: Option<f64>,
}

impl Change {
    /// The change from a figure to another; `None` is a figure that is not known. `lasts` is whether there is any cost in
    /// days that are not compared, which are not complete yet: then nothing is gone.
    pub fn between(before: Option<Decimal>, now: Decimal, lasts: bool) -> Self {
        let Some(before) = before else {
            return Self { kind: ChangeKind::Unknown, amount: None, percent: None };
        };
        let kind = match (before.is_zero(), now.is_zero()) {
            (true, true) => ChangeKind::Nothing,
            (true, false) => ChangeKind::New,
            (false, true) if !lasts => ChangeKind::Gone,
            _ => ChangeKind::Changed,
        };
        let amount = now.units().checked_sub(before.units());
        Self {
            kind,
            amount: amount.map(Decimal::from_units),
            percent: amount.and_then(|amount| percent(before.units(), amount)),
        }
    }
}

/// An amount in percent of the size of a figure, to a thousandth.
fn percent(before: i128, amount: i128) -> Option<f64> {
    let size = i128::try_from(before.unsigned_abs()).ok().filter(|size| *size > 0)?;
    let product = amount.checked_mul(THOUSANDTHS).map(|product| product / size);
    match product.and_then(|thousandths| thousandths.checked_mul(ONE_THOUSANDTH)) {
        Some(percent) => Some(Decimal::from_units(percent).to_f64()),
        // Beyond 10¹⁵ of money, or against next to nothing, no thousandth of a percent is asked for.
        None => Some(Decimal::from_units(amount).to_f64() / Decimal::from_units(size).to_f64() * 100.0),
    }
}

/// A thousandth in units of [`Decimal`].
const ONE_THOUSANDTH: i128 = 10_i128.pow(crate::SCALE - 3);

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, now: &str, lasts: bool) -> (ChangeKind, Option<String>, Option<f64>) {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let found = Change::between(before.map(decimal), decimal(now), lasts);
        (found.kind, found.amount.map(|amount| amount.to_string()), found.percent)
    }

    #[test]
    fn only_what_was_not_there_is_new() {
        let amount = |text: &str| Some(text.to_owned());
        use ChangeKind::{Changed, Gone, New, Nothing, Unknown};
        assert_eq!(change(Some("8"), "9", false), (Changed, amount("1"), Some(12.5)));
        assert_eq!(change(Some("3"), "4", false), (Changed, amount("1"), Some(33.333)));
        // A credit that grows costs less.
        assert_eq!(change(Some("-10"), "-15", false), (Changed, amount("-5"), Some(-50.0)));
        assert_eq!(change(Some("-10"), "5", false), (Changed, amount("15"), Some(150.0)));
        assert_eq!(change(Some("0"), "-5", false), (New, amount("-5"), None));
        assert_eq!(change(Some("0"), "0", false), (Nothing, amount("0"), None));
        assert_eq!(change(Some("4"), "0", false), (Gone, amount("-4"), Some(-100.0)));
        assert_eq!(change(Some("4"), "0", true), (Changed, amount("-4"), Some(-100.0)));
        assert_eq!(change(None, "5", false), (Unknown, None, None));
        let large = "9".repeat(18);
        assert_eq!(change(Some(&large), "0", true).2, Some(-100.0));
        // What cancelled out but for a last digit is next to nothing, and no reason to fail.
        let (_, _, percent) = change(Some("0.000000000000000001"), "86", false);
        assert!(percent.is_some_and(|percent| percent > 1e21));
        assert!(change(Some("-0.00000000000000005"), &large, false).2.is_some());
    }
}
