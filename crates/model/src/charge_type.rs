//! Charge types by what they have in common. Rows are given theirs while they are read.

/// Fee of reservations.
pub const RI_FEE: &str = "RI fee";
/// What was not used of reservations.
pub const RI_UNUSED: &str = "RI unused";
/// Recurring fee of savings plans.
pub const SP_FEE: &str = "SP recurring fee";
/// What was not used of savings plans.
pub const SP_UNUSED: &str = "SP unused";
/// What was paid up front.
pub const UP_FRONT_FEE: &str = "Up-front fee";
/// What takes back from the usage that savings plans cover.
pub const NEGATION: &str = "Savings-plan negation";

/// Charge types of what commitments cost for every hour or day beside the usage that they cover: a bill lists them for
/// the whole month as soon as it begins.
pub const RECURRING: [&str; 4] = [RI_FEE, RI_UNUSED, SP_FEE, SP_UNUSED];

/// Charge types whose amortized cost is what was not used of a commitment, and what it is called then: AWS's reports
/// have one row for a commitment's fee, as billed, and for the part of it that no usage took.
pub const UNUSED: [(&str, &str); 2] = [(RI_FEE, RI_UNUSED), (SP_FEE, SP_UNUSED)];

/// Charge types that a public price replaces: usage, and the fees of commitments, which buy no usage of their own.
pub const PRICED: [&str; 10] = [
    "On-demand usage",
    "Spot usage",
    "Reserved usage",
    "Savings-plan usage",
    NEGATION,
    RI_FEE,
    RI_UNUSED,
    SP_FEE,
    SP_UNUSED,
    UP_FRONT_FEE,
];

/// Charge types of what nobody can tag: no resource is behind them. Some reports (FOCUS) write tags beside them all the
/// same; those are values of their tags as any other. All other types are usage, and count for how much is tagged.
pub const WITHOUT_TAGS: [&str; 16] = [
    "Tax",
    "Credit",
    "Refund",
    "Discount",
    "Discount (EDP)",
    "Discount (private rate)",
    "Discount (bundled)",
    "Discount (volume)",
    "Support",
    "Other fee",
    UP_FRONT_FEE,
    RI_FEE,
    RI_UNUSED,
    SP_FEE,
    SP_UNUSED,
    NEGATION,
];

/// Charge types of money that comes back: apart from what was used wherever a change is explained.
pub const BACK: [&str; 2] = ["Refund", "Credit"];

/// The value of `can_carry_tags` for a charge type.
pub fn can_carry_tags(charge_type: &str) -> &'static str {
    if WITHOUT_TAGS.contains(&charge_type) { "No" } else { "Yes" }
}
