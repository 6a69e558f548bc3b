//! AWS's `line_item_line_item_type`: what a row is, which decides how its cost is computed.

/// The line item types that change the arithmetic (billing rules of AWS's CUR guide); every other type,
/// known or not, is costed as billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum LineItemType {
    /// Any type without a rule of its own: tax, credits, refunds, discounts, new types.
    Other,
    /// On-demand or spot usage.
    Usage,
    /// A plan at a flat rate (CloudFront since 2025): costed as billed, and its amount is usage.
    FlatRateSubscription,
    /// Usage covered by a reservation.
    DiscountedUsage,
    /// The monthly row of a reservation: carries its recurring fee and what was left unused.
    RiFee,
    /// A fee; with a reservation ARN it is the up-front purchase.
    Fee,
    /// Usage covered by a savings plan, at its on-demand price.
    SavingsPlanCoveredUsage,
    /// Takes the on-demand price of covered usage off again.
    SavingsPlanNegation,
    /// The hourly commitment of a savings plan.
    SavingsPlanRecurringFee,
    /// The up-front payment of a savings plan.
    SavingsPlanUpfrontFee,
}

impl LineItemType {
    /// Names of those that [`Self::is_metered`], as filters take them.
    pub const METERED: [&str; 3] = ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"];

    /// Recognises a type by AWS's name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "Usage" => Self::Usage,
            "FlatRateSubscription" => Self::FlatRateSubscription,
            "DiscountedUsage" => Self::DiscountedUsage,
            "RIFee" => Self::RiFee,
            "Fee" => Self::Fee,
            "SavingsPlanCoveredUsage" => Self::SavingsPlanCoveredUsage,
            "SavingsPlanNegation" => Self::SavingsPlanNegation,
            "SavingsPlanRecurringFee" => Self::SavingsPlanRecurringFee,
            "SavingsPlanUpfrontFee" => Self::SavingsPlanUpfrontFee,
            _ => Self::Other,
        }
    }

    /// Whether the row's usage amount counts in usage totals.
    pub const fn counts_usage(self) -> bool {
        self.is_metered() || matches!(self, Self::FlatRateSubscription)
    }

    /// Whether the row was metered at its time: such rows say how far a bill reaches. A subscription may be booked
    /// for days to come.
    pub const fn is_metered(self) -> bool {
        matches!(self, Self::Usage | Self::DiscountedUsage | Self::SavingsPlanCoveredUsage)
    }
}

#[cfg(test)]
mod tests {
    use super::LineItemType;

    #[test]
    fn what_is_metered_is_named() {
        let names =
            ["Usage", "FlatRateSubscription", "DiscountedUsage", "RIFee", "Fee", "SavingsPlanCoveredUsage"];
        let others = ["SavingsPlanNegation", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "Tax"];
        for name in names.into_iter().chain(others) {
            assert_eq!(
                LineItemType::from_name(name).is_metered(),
                LineItemType::METERED.contains(&name),
                "{name}"
            );
        }
    }
}
