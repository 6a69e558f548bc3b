//! Lifecycle and charge type of a FOCUS row, in the same words as those of AWS's own report.

use super::charge::{is_on_demand_usage_type, is_support_name};
use super::{absent, region::split_region};
use model::{ChargeType, Lifecycle};

/// The FOCUS columns that say what a row is; an empty string (or `NULL`) where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FocusLine<'a> {
    /// `ChargeCategory`: Usage, Purchase, Tax, Credit, Adjustment.
    pub charge_category: &'a str,
    /// `ChargeFrequency`: One-Time, Recurring, Usage-Based.
    pub charge_frequency: &'a str,
    /// `PricingCategory`: Standard, Dynamic, Committed, Other.
    pub pricing_category: &'a str,
    /// `CommitmentDiscountType`, the provider's word: Savings Plan, Reserved Instance, Committed Use Discount …
    pub commitment_type: &'a str,
    /// `CommitmentDiscountStatus`: Used, Unused.
    pub commitment_status: &'a str,
    /// `ServiceCategory`.
    pub service_category: &'a str,
    /// `ServiceName`, or the product code (`x_ServiceCode`).
    pub service: &'a str,
    /// What was metered: `x_UsageType`, else `SkuMeter`, else `SkuId`.
    pub usage: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Commitment {
    None,
    Reservation,
    SavingsPlan,
}

/// Words in the meter's name that tell what a compute service charges beside its compute.
const NOT_COMPUTE: [&str; 12] = [
    "EBS:",
    "Storage",
    "Snapshot",
    "DataTransfer",
    "Data Transfer",
    "Bytes",
    "NatGateway",
    "LoadBalancer",
    "ElasticIP",
    "CW:",
    "CPUCredits",
    "Requests",
];

/// `On-demand`, `Spot`, `Reserved`, `Savings plan`, or `Other` for what is not compute.
///
/// Google's committed use discounts count as reservations unless they are called flexible or spend-based.
pub fn focus_lifecycle(line: FocusLine<'_>) -> Lifecycle {
    let (_, usage) = split_region("", line.usage);
    match commitment(line) {
        Commitment::SavingsPlan => Lifecycle::SavingsPlan,
        Commitment::Reservation => Lifecycle::Reserved,
        Commitment::None if line.charge_category != "Usage" => Lifecycle::Other,
        Commitment::None if is_spot(line) => Lifecycle::Spot,
        Commitment::None if is_on_demand_usage_type(usage) => Lifecycle::OnDemand,
        Commitment::None
            if line.service_category == "Compute" && !NOT_COMPUTE.iter().any(|word| usage.contains(word)) =>
        {
            Lifecycle::OnDemand
        }
        Commitment::None => Lifecycle::Other,
    }
}

/// What the row is, in the words of [`super::charge_type`], and *RI unused* and *SP unused*, which FOCUS books in rows
/// of their own. A *Correction* may be late usage as well as money back: it is what its category says, not a refund.
pub fn focus_charge_type(line: FocusLine<'_>) -> ChargeType {
    let kind = commitment(line);
    match line.charge_category {
        "Tax" => ChargeType::Tax,
        "Credit" => ChargeType::Credit,
        "Usage" if line.commitment_status == "Unused" && kind == Commitment::SavingsPlan => {
            ChargeType::SpUnused
        }
        "Usage" if line.commitment_status == "Unused" => ChargeType::RiUnused,
        "Usage" if kind == Commitment::SavingsPlan => ChargeType::SavingsPlanUsage,
        "Usage" if kind == Commitment::Reservation => ChargeType::ReservedUsage,
        "Purchase" if kind != Commitment::None && line.charge_frequency == "One-Time" => {
            ChargeType::UpFrontFee
        }
        "Purchase" if kind == Commitment::SavingsPlan => ChargeType::SpFee,
        "Purchase" if kind == Commitment::Reservation => ChargeType::RiFee,
        "Usage" | "Purchase" if is_support_name(line.service, line.service) => ChargeType::Support,
        "Usage" if is_spot(line) => ChargeType::SpotUsage,
        "Usage" => ChargeType::OnDemandUsage,
        "Purchase" => ChargeType::OtherFee,
        _ => ChargeType::Other,
    }
}

fn commitment(line: FocusLine<'_>) -> Commitment {
    let name = line.commitment_type.to_ascii_lowercase();
    if absent(line.commitment_type) {
        if line.pricing_category == "Committed" { Commitment::Reservation } else { Commitment::None }
    } else if ["saving", "flexible", "spend"].iter().any(|word| name.contains(word)) {
        Commitment::SavingsPlan
    } else {
        Commitment::Reservation
    }
}

/// FOCUS has no word for spot; its *Dynamic* is what the exports use for it.
fn is_spot(line: FocusLine<'_>) -> bool {
    let named = ["Spot", "Preemptible"].iter().any(|word| line.usage.contains(word));
    named || (line.pricing_category == "Dynamic" && line.service_category == "Compute")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn focus_lifecycle(line: FocusLine<'_>) -> &'static str {
        super::focus_lifecycle(line).name()
    }

    fn focus_charge_type(line: FocusLine<'_>) -> &'static str {
        super::focus_charge_type(line).name()
    }

    const USAGE: FocusLine<'static> = FocusLine {
        charge_category: "Usage",
        charge_frequency: "Usage-Based",
        pricing_category: "Standard",
        commitment_type: "",
        commitment_status: "",
        service_category: "Compute",
        service: "Virtual Machines",
        usage: "Compute",
    };

    #[test]
    fn lifecycles() {
        let committed = |commitment_type| {
            focus_lifecycle(FocusLine { commitment_type, pricing_category: "Committed", ..USAGE })
        };
        assert_eq!(committed("Savings Plan"), "Savings plan");
        assert_eq!(committed("Reserved Instance"), "Reserved");
        assert_eq!(committed("Reservation"), "Reserved");
        assert_eq!(committed("Committed Use Discount"), "Reserved");
        assert_eq!(committed("Spend-based CUD"), "Savings plan");
        assert_eq!(committed("NULL"), "Reserved");
        assert_eq!(focus_lifecycle(USAGE), "On-demand");
        let metered = |usage| focus_lifecycle(FocusLine { usage, ..USAGE });
        assert_eq!(metered("USE2-SpotUsage:m5.large"), "Spot");
        assert_eq!(metered("USE2-BoxUsage:m5.large"), "On-demand");
        assert_eq!(metered("USE2-EBS:VolumeUsage.gp3"), "Other");
        assert_eq!(metered("N2 Preemptible Instance Core"), "Spot");
        assert_eq!(focus_lifecycle(FocusLine { pricing_category: "Dynamic", ..USAGE }), "Spot");
        assert_eq!(focus_lifecycle(FocusLine { charge_category: "Tax", ..USAGE }), "Other");
        let database = FocusLine { service_category: "Databases", ..USAGE };
        assert_eq!(focus_lifecycle(database), "Other");
        let rds = FocusLine { usage: "EU-InstanceUsage:db.r5.large", ..database };
        assert_eq!(focus_lifecycle(rds), "On-demand");
    }

    #[test]
    fn charge_types() {
        let plan = FocusLine { commitment_type: "Savings Plan", commitment_status: "Used", ..USAGE };
        let reserved = FocusLine { commitment_type: "Reservation", ..plan };
        assert_eq!(focus_charge_type(USAGE), "On-demand usage");
        assert_eq!(focus_charge_type(plan), "Savings-plan usage");
        assert_eq!(focus_charge_type(reserved), "Reserved usage");
        let unused = |line| focus_charge_type(FocusLine { commitment_status: "Unused", ..line });
        assert_eq!(unused(plan), "SP unused");
        assert_eq!(unused(reserved), "RI unused");
        let bought = |line, charge_frequency| {
            let bought = FocusLine { charge_category: "Purchase", charge_frequency, ..line };
            focus_charge_type(bought)
        };
        assert_eq!(bought(plan, "Recurring"), "SP recurring fee");
        assert_eq!(bought(reserved, "Recurring"), "RI fee");
        assert_eq!(bought(reserved, "One-Time"), "Up-front fee");
        assert_eq!(bought(USAGE, "One-Time"), "Other fee");
        let support = FocusLine { service: "AWS Support (Business)", ..USAGE };
        assert_eq!(bought(support, "Recurring"), "Support");
        assert_eq!(focus_charge_type(FocusLine { pricing_category: "Dynamic", ..USAGE }), "Spot usage");
        assert_eq!(focus_charge_type(FocusLine { charge_category: "Tax", ..USAGE }), "Tax");
        assert_eq!(focus_charge_type(FocusLine { charge_category: "Credit", ..USAGE }), "Credit");
        assert_eq!(focus_charge_type(FocusLine { charge_category: "Adjustment", ..USAGE }), "Other");
    }
}
