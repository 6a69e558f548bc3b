//! How a report writes its column names, so that messages name a column as its reader knows it.

use crate::fields::{folded_name, plain_name, slashed_name};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `lineItem/UnblendedCost`.
    Slashed,
    /// `BilledCost`.
    Pascal,
    /// `line_item_unblended_cost`.
    Snake,
    /// `billedcost`.
    Lower,
    /// `BILLEDCOST`, `BILLED_COST`.
    Upper,
}

impl Spelling {
    pub(super) fn of(names: &[String]) -> Self {
        let any = |test: fn(char) -> bool| names.iter().any(|name| name.contains(test));
        let (upper, lower) = (any(|c| c.is_ascii_uppercase()), any(|c| c.is_ascii_lowercase()));
        if names.iter().any(|name| name.contains('/') && !name.contains(':')) {
            Self::Slashed
        } else if upper && lower {
            Self::Pascal
        } else if upper {
            Self::Upper
        } else if names.iter().any(|name| name.contains('_')) {
            Self::Snake
        } else {
            Self::Lower
        }
    }

    /// A canonical name (AWS's snake case, or FOCUS's own) in this spelling.
    pub(super) fn write(self, name: &str) -> String {
        let is_aws = name.contains('_');
        match self {
            Self::Slashed if is_aws => slashed_name(name),
            Self::Slashed | Self::Pascal => name.to_owned(),
            Self::Snake => plain_name(name),
            Self::Lower => folded_name(name),
            Self::Upper if is_aws => name.to_ascii_uppercase(),
            Self::Upper => folded_name(name).to_ascii_uppercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_neighbours() {
        let of = |header: &str, name: &str| {
            Spelling::of(&header.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>()).write(name)
        };
        assert_eq!(of("lineItem/UsageStartDate", "line_item_unblended_cost"), "lineItem/UnblendedCost");
        assert_eq!(of("line_item_usage_type", "line_item_unblended_cost"), "line_item_unblended_cost");
        assert_eq!(of("BilledCost Tags", "ChargePeriodStart"), "ChargePeriodStart");
        assert_eq!(of("billed_cost tags", "ChargePeriodStart"), "charge_period_start");
        assert_eq!(of("billedcost tags", "ChargePeriodStart"), "chargeperiodstart");
        assert_eq!(of("BILLEDCOST TAGS", "ChargePeriodStart"), "CHARGEPERIODSTART");
        assert_eq!(of("LINE_ITEM_USAGE_TYPE", "line_item_unblended_cost"), "LINE_ITEM_UNBLENDED_COST");
    }
}
