//! One line item: its template, its hours and its figures, and the numeric columns read from them.

use crate::calendar::Hour;
use crate::fixed::{AMOUNT, AMOUNT_SCALE, MONEY_SCALE, mul_div};
use crate::text::{LineType, Template};

/// Percent of the price that the enterprise discount leaves.
pub(crate) const NET_PERCENT: i64 = 93;

/// What the enterprise discount leaves of a commitment's cost (a multiple of 10⁻⁸): exact.
pub(crate) fn net(value: i64) -> i64 {
    mul_div(value, NET_PERCENT, 100)
}

/// Figures that only some line item types have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Extra {
    None,
    /// Usage covered by a reservation: shares of the up-front and of the recurring fee.
    ReservedUse {
        upfront: i64,
        recurring: i64,
    },
    /// The monthly row of a reservation.
    ReservedFee {
        upfront: i64,
        unused_upfront: i64,
        unused_recurring: i64,
        unused_amount: i64,
        upfront_value: i64,
    },
    /// The purchase of a reservation.
    ReservedPurchase {
        upfront_value: i64,
    },
    /// Usage covered by a savings plan.
    PlanUse {
        effective: i64,
    },
    /// The hourly row of a savings plan.
    PlanFee {
        upfront: i64,
        recurring: i64,
        total: i64,
        used: i64,
    },
    /// A container's share of its instance.
    Split {
        reserved: i64,
        actual: i64,
        ratio: i64,
        cost: i64,
        unused: i64,
        list: i64,
        list_unused: i64,
    },
}

/// One line item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) template: u32,
    pub(crate) from: Hour,
    pub(crate) to: Hour,
    /// Tells apart rows of one template and hour.
    pub(crate) salt: u32,
    pub(crate) amount: i64,
    pub(crate) unblended: i64,
    pub(crate) list: i64,
    /// Discounts inside the net price, each zero or negative.
    pub(crate) edp: i64,
    pub(crate) private: i64,
    pub(crate) bundled: i64,
    /// Net unblended cost.
    pub(crate) net: i64,
    pub(crate) amortized: i64,
    pub(crate) net_amortized: i64,
    pub(crate) extra: Extra,
}

impl Row {
    /// A row whose every cost is `unblended`.
    pub(crate) fn flat(template: u32, from: Hour, to: Hour, amount: i64, unblended: i64) -> Self {
        Self {
            template,
            from,
            to,
            salt: 0,
            amount,
            unblended,
            list: 0,
            edp: 0,
            private: 0,
            bundled: 0,
            net: unblended,
            amortized: unblended,
            net_amortized: unblended,
            extra: Extra::None,
        }
    }
}

/// A numeric column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Num {
    Amount,
    NormFactor,
    NormAmount,
    Unblended,
    Blended,
    NetUnblended,
    Edp,
    Private,
    Bundled,
    TotalDiscount,
    List,
    RiUpfrontForUsage,
    RiUpfrontForPeriod,
    RiEffective,
    RiRecurringForUsage,
    RiUnusedUpfront,
    RiUnusedNormAmount,
    RiUnusedAmount,
    RiUnusedRecurring,
    RiUpfrontValue,
    RiNetUpfrontForUsage,
    RiNetUpfrontForPeriod,
    RiNetEffective,
    RiNetRecurringForUsage,
    RiNetUnusedUpfront,
    RiNetUnusedRecurring,
    RiNetUpfrontValue,
    SpUpfront,
    SpRecurring,
    SpEffective,
    SpTotal,
    SpUsed,
    SpNetUpfront,
    SpNetRecurring,
    SpNetEffective,
    SplitActual,
    SplitNetCost,
    SplitNetUnused,
    SplitList,
    SplitListUnused,
    SplitReserved,
    SplitCost,
    SplitUsage,
    SplitRatio,
    SplitUnused,
    FocusBilled,
    FocusEffective,
    FocusList,
    FocusContracted,
    FocusListPrice,
    FocusContractedPrice,
    FocusQuantity,
    FocusCommitmentQuantity,
}

impl Num {
    /// Digits after the point of the column's counts.
    pub(crate) const fn scale(self) -> u32 {
        match self {
            Self::Amount
            | Self::NormFactor
            | Self::NormAmount
            | Self::RiUnusedNormAmount
            | Self::RiUnusedAmount
            | Self::SplitActual
            | Self::SplitReserved
            | Self::SplitUsage
            | Self::SplitRatio
            | Self::FocusQuantity
            | Self::FocusCommitmentQuantity => AMOUNT_SCALE,
            _ => MONEY_SCALE,
        }
    }

    /// Whether only rows with an [`Extra`] have this figure.
    pub(crate) const fn is_special(self) -> bool {
        !matches!(
            self,
            Self::Amount
                | Self::NormFactor
                | Self::NormAmount
                | Self::Unblended
                | Self::Blended
                | Self::NetUnblended
                | Self::Edp
                | Self::Private
                | Self::Bundled
                | Self::TotalDiscount
                | Self::List
                | Self::FocusBilled
                | Self::FocusEffective
                | Self::FocusList
                | Self::FocusContracted
                | Self::FocusListPrice
                | Self::FocusContractedPrice
                | Self::FocusQuantity
        )
    }

    /// The figure of a row, in counts; `None` is an empty cell.
    pub(crate) fn of(self, row: &Row, template: &Template) -> Option<i64> {
        match self {
            Self::Amount => Some(row.amount),
            Self::NormFactor => (template.norm > 0).then_some(template.norm),
            Self::NormAmount => (template.norm > 0).then(|| mul_div(row.amount, template.norm, AMOUNT)),
            Self::Unblended => Some(row.unblended),
            // AWS leaves the blended cost of discount rows blank.
            Self::Blended => (!is_discount(template.kind)).then_some(row.unblended),
            Self::NetUnblended => Some(row.net),
            Self::Edp => (row.edp != 0).then_some(row.edp),
            Self::Private => (row.private != 0).then_some(row.private),
            Self::Bundled => (row.bundled != 0).then_some(row.bundled),
            Self::TotalDiscount => {
                let total = row.edp + row.private + row.bundled;
                (total != 0).then_some(total)
            }
            Self::List => template.list_rate.map(|_| row.list),
            Self::FocusBilled
            | Self::FocusEffective
            | Self::FocusList
            | Self::FocusContracted
            | Self::FocusListPrice
            | Self::FocusContractedPrice
            | Self::FocusQuantity
            | Self::FocusCommitmentQuantity => self.focus(row, template),
            _ => self.special(row, template),
        }
    }

    fn focus(self, row: &Row, template: &Template) -> Option<i64> {
        match self {
            // FOCUS books covered usage at zero and has no negation rows.
            Self::FocusBilled if template.kind == LineType::SavingsPlanCoveredUsage => Some(0),
            Self::FocusBilled => Some(row.unblended),
            Self::FocusEffective => Some(row.amortized),
            Self::FocusList => Some(row.list),
            Self::FocusContracted => Some(row.list + row.private),
            Self::FocusListPrice | Self::FocusContractedPrice => template.list_rate,
            Self::FocusQuantity => template.kind.counts_usage().then_some(row.amount),
            Self::FocusCommitmentQuantity => match row.extra {
                Extra::ReservedUse { .. } => Some(row.amount),
                Extra::ReservedFee { unused_amount, .. } => Some(unused_amount),
                // Dollars of the commitment, at the amount's six digits.
                Extra::PlanUse { effective } => Some(mul_div(effective, 1, 10_000)),
                Extra::PlanFee { total, used, .. } => Some(mul_div(total - used, 1, 10_000)),
                _ => None,
            },
            _ => None,
        }
    }

    fn special(self, row: &Row, template: &Template) -> Option<i64> {
        match row.extra {
            Extra::None => None,
            Extra::ReservedUse { upfront, recurring } => match self {
                Self::RiUpfrontForUsage => Some(upfront),
                Self::RiRecurringForUsage => Some(recurring),
                Self::RiEffective => Some(upfront + recurring),
                Self::RiNetUpfrontForUsage => Some(net(upfront)),
                Self::RiNetRecurringForUsage => Some(net(recurring)),
                Self::RiNetEffective => Some(net(upfront + recurring)),
                _ => None,
            },
            Extra::ReservedFee {
                upfront,
                unused_upfront,
                unused_recurring,
                unused_amount,
                upfront_value,
            } => match self {
                Self::RiUpfrontForPeriod => Some(upfront),
                Self::RiUnusedUpfront => Some(unused_upfront),
                Self::RiUnusedRecurring => Some(unused_recurring),
                Self::RiUnusedAmount => Some(unused_amount),
                Self::RiUnusedNormAmount if template.norm > 0 => {
                    Some(mul_div(unused_amount, template.norm, AMOUNT))
                }
                Self::RiUpfrontValue => Some(upfront_value),
                Self::RiNetUpfrontForPeriod => Some(net(upfront)),
                Self::RiNetUnusedUpfront => Some(net(unused_upfront)),
                Self::RiNetUnusedRecurring => Some(net(unused_recurring)),
                Self::RiNetUpfrontValue => Some(net(upfront_value)),
                _ => None,
            },
            Extra::ReservedPurchase { upfront_value } => match self {
                Self::RiUpfrontValue => Some(upfront_value),
                Self::RiNetUpfrontValue => Some(net(upfront_value)),
                _ => None,
            },
            Extra::PlanUse { effective } => match self {
                Self::SpEffective => Some(effective),
                Self::SpNetEffective => Some(net(effective)),
                _ => None,
            },
            Extra::PlanFee { upfront, recurring, total, used } => match self {
                Self::SpUpfront => Some(upfront),
                Self::SpRecurring => Some(recurring),
                Self::SpTotal => Some(total),
                Self::SpUsed => Some(used),
                Self::SpNetUpfront => Some(net(upfront)),
                Self::SpNetRecurring => Some(net(recurring)),
                _ => None,
            },
            Extra::Split { reserved, actual, ratio, cost, unused, list, list_unused } => match self {
                Self::SplitReserved => Some(reserved),
                Self::SplitActual => Some(actual),
                Self::SplitUsage => Some(reserved.max(actual)),
                Self::SplitRatio => Some(ratio),
                Self::SplitCost => Some(cost),
                Self::SplitUnused => Some(unused),
                Self::SplitNetCost => Some(net(cost)),
                Self::SplitNetUnused => Some(net(unused)),
                Self::SplitList => Some(list),
                Self::SplitListUnused => Some(list_unused),
                _ => None,
            },
        }
    }
}

/// Whether a row is a discount booked on its own.
pub(crate) const fn is_discount(kind: LineType) -> bool {
    matches!(kind, LineType::EdpDiscount | LineType::PrivateRateDiscount | LineType::BundledDiscount)
}
