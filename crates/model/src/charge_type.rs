//! Charge types, and what they have in common. Rows are given theirs while they are read.

use crate::words::words;

words! {
    /// What a row is, the value of the dimension `charge_type`. What a bill holds may have been written by another version:
    /// a word that is none of these has nothing in common with any.
    ChargeType {
        /// Usage at its list price or tier, of any service.
        OnDemandUsage = "On-demand usage",
        /// Usage at spot prices.
        SpotUsage = "Spot usage",
        /// Usage that a reservation covers.
        ReservedUsage = "Reserved usage",
        /// Usage that a savings plan covers.
        SavingsPlanUsage = "Savings-plan usage",
        /// Tax.
        Tax = "Tax",
        /// Credit.
        Credit = "Credit",
        /// Money back.
        Refund = "Refund",
        /// A discount of a kind that is not known.
        Discount = "Discount",
        /// Discount of an enterprise agreement.
        DiscountEdp = "Discount (EDP)",
        /// Discount of a private rate.
        DiscountPrivateRate = "Discount (private rate)",
        /// Discount of a bundle.
        DiscountBundled = "Discount (bundled)",
        /// Discount for much.
        DiscountVolume = "Discount (volume)",
        /// A support plan.
        Support = "Support",
        /// A fee that is no commitment's.
        OtherFee = "Other fee",
        /// What was paid up front.
        UpFrontFee = "Up-front fee",
        /// Fee of reservations.
        RiFee = "RI fee",
        /// What was not used of reservations.
        RiUnused = "RI unused",
        /// Recurring fee of savings plans.
        SpFee = "SP recurring fee",
        /// What was not used of savings plans.
        SpUnused = "SP unused",
        /// What takes back from the usage that savings plans cover.
        SavingsPlanNegation = "Savings-plan negation",
        /// What others sell through the provider.
        Marketplace = "Marketplace",
        /// What is not known.
        Other = "Other",
    }
}

impl ChargeType {
    /// Charge types whose amortized cost is what was not used of a commitment, and what it is called then: AWS's reports
    /// have one row for a commitment's fee, as billed, and for the part of it that no usage took.
    pub const UNUSED: [(Self, Self); 2] = [(Self::RiFee, Self::RiUnused), (Self::SpFee, Self::SpUnused)];

    /// The words of those that meet a condition, as filters take them.
    pub fn words(meeting: impl Fn(Self) -> bool) -> Vec<&'static str> {
        Self::ALL.iter().filter(|one| meeting(**one)).map(|one| one.name()).collect()
    }

    /// Whether it is what commitments cost for every hour or day beside the usage that they cover: a bill lists that for
    /// the whole month as soon as it begins.
    pub const fn is_recurring(self) -> bool {
        matches!(self, Self::RiFee | Self::RiUnused | Self::SpFee | Self::SpUnused)
    }

    /// Whether a public price replaces it: usage, and the fees of commitments, which buy no usage of their own.
    pub const fn is_priced(self) -> bool {
        match self {
            Self::OnDemandUsage
            | Self::SpotUsage
            | Self::ReservedUsage
            | Self::SavingsPlanUsage
            | Self::SavingsPlanNegation
            | Self::RiFee
            | Self::RiUnused
            | Self::SpFee
            | Self::SpUnused
            | Self::UpFrontFee => true,
            Self::Tax
            | Self::Credit
            | Self::Refund
            | Self::Discount
            | Self::DiscountEdp
            | Self::DiscountPrivateRate
            | Self::DiscountBundled
            | Self::DiscountVolume
            | Self::Support
            | Self::OtherFee
            | Self::Marketplace
            | Self::Other => false,
        }
    }

    /// Whether somebody can tag it: a resource is behind it. Some reports (FOCUS) write tags beside what has none all the
    /// same; those are values of their tags as any other. What can be tagged is usage, and counts for how much is tagged.
    pub const fn can_carry_tags(self) -> bool {
        match self {
            Self::OnDemandUsage
            | Self::SpotUsage
            | Self::ReservedUsage
            | Self::SavingsPlanUsage
            | Self::Marketplace
            | Self::Other => true,
            Self::Tax
            | Self::Credit
            | Self::Refund
            | Self::Discount
            | Self::DiscountEdp
            | Self::DiscountPrivateRate
            | Self::DiscountBundled
            | Self::DiscountVolume
            | Self::Support
            | Self::OtherFee
            | Self::UpFrontFee
            | Self::RiFee
            | Self::RiUnused
            | Self::SpFee
            | Self::SpUnused
            | Self::SavingsPlanNegation => false,
        }
    }

    /// Whether it is money that comes back: apart from what was used wherever a change is explained.
    pub const fn comes_back(self) -> bool {
        matches!(self, Self::Refund | Self::Credit)
    }
}

/// Whether what a bill calls so can be tagged: what no charge type is called can.
pub fn can_carry_tags(charge_type: &str) -> bool {
    ChargeType::from_name(charge_type).is_none_or(ChargeType::can_carry_tags)
}

/// The value of the dimension `can_carry_tags` for a charge type.
pub fn carries_tags_word(charge_type: &str) -> &'static str {
    if can_carry_tags(charge_type) { "Yes" } else { "No" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for one in ChargeType::ALL {
            assert_eq!(ChargeType::from_name(one.name()), Some(*one));
        }
        assert_eq!(ChargeType::from_name("tax"), None);
        assert!(can_carry_tags("Whatever else") && !can_carry_tags("RI fee"));
        assert_eq!(ChargeType::words(ChargeType::comes_back), ["Credit", "Refund"]);
    }
}
