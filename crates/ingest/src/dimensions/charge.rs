//! What a line of AWS's cost and usage report is: lifecycle, charge type, purchase option.
//!
//! A row has one charge type, whatever the metric: an `RIFee` row is *RI fee*, although its amortized cost is the
//! unused part of the reservation. Only FOCUS reports book that part in rows of its own (see [`super::focus`]).

use super::{absent, glob, region::split_region};
use model::{ChargeType, Lifecycle};
use std::borrow::Cow;

/// The columns of a line item that say what it is; an empty string where the report lacks the column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Line<'a> {
    /// `line_item_line_item_type`.
    pub line_item_type: &'a str,
    /// `line_item_product_code`.
    pub product_code: &'a str,
    /// `line_item_usage_type`, with its region prefix.
    pub usage_type: &'a str,
    /// `line_item_operation`.
    pub operation: &'a str,
    /// `reservation_reservation_a_r_n`.
    pub reservation_arn: &'a str,
    /// `savings_plan_savings_plan_a_r_n`.
    pub savings_plan_arn: &'a str,
    /// `pricing_term`: OnDemand, Reserved, Spot.
    pub pricing_term: &'a str,
    /// `pricing_purchase_option`: All Upfront, Partial Upfront, No Upfront.
    pub pricing_purchase_option: &'a str,
    /// `bill_billing_entity`: AWS, AWS Marketplace.
    pub billing_entity: &'a str,
    /// `bill_bill_type`: Anniversary, Purchase, Refund.
    pub bill_type: &'a str,
    /// `product_product_family`.
    pub product_family: &'a str,
}

/// Compute at on-demand price: product, and usage types without their region prefix.
const ON_DEMAND_COMPUTE: [(&str, &str); 9] = [
    ("AmazonEC2", "BoxUsage*|DedicatedUsage*|HostUsage*|HostBoxUsage*|SchedUsage*|UnusedBox*|UnusedDed*"),
    ("AmazonECS|AmazonEKS", "*Fargate-*"),
    ("AWSLambda", "*Lambda-GB-Second*|*Lambda-Provisioned-*|*Lambda-Edge-*|Request*"),
    (
        "AmazonRDS|AmazonDocDB|AmazonNeptune",
        "InstanceUsage*|Multi-AZUsage*|Multi-AZClusterUsage*|MirrorUsage*|Aurora:Serverless*|*ServerlessUsage*",
    ),
    ("AmazonElastiCache|AmazonMemoryDB|AmazonDAX", "NodeUsage*"),
    ("AmazonES", "ESInstance*"),
    ("AmazonRedshift", "Node:*"),
    ("AmazonMSK|AmazonMQ|AWSDatabaseMigrationSvc", "InstanceUs*|Multi-AZUs*|Kafka.*.*large*|Kafka.*.small"),
    ("AmazonSageMaker", "*:ml.*"),
];

/// Products that are support plans.
const SUPPORT: &str = "AWSSupport*|AWSDeveloperSupport|AWSEnterpriseOnRamp|*PremiumSupport";

/// How compute is paid: `On-demand`, `Spot`, `Reserved`, `Savings plan`; `Other` for what is not compute.
///
/// The ARNs decide first, whatever the line item type, so that fees and negations stand beside the usage that they
/// pay for; where a report leaves the ARNs out, the line item type tells.
pub fn lifecycle(line: Line<'_>) -> Lifecycle {
    let of_type = |types: &[&str]| types.contains(&line.line_item_type);
    let (_, usage) = split_region(line.product_code, line.usage_type);
    if !absent(line.savings_plan_arn) || line.line_item_type.starts_with("SavingsPlan") {
        Lifecycle::SavingsPlan
    } else if is_reservation(line.reservation_arn)
        || of_type(&["DiscountedUsage", "RIFee"])
        || (line.product_code == "AmazonEC2" && usage.starts_with("ReservedHostUsage"))
    {
        Lifecycle::Reserved
    } else if is_spot(line) {
        Lifecycle::Spot
    } else if is_on_demand_compute(line.product_code, usage) {
        Lifecycle::OnDemand
    } else {
        Lifecycle::Other
    }
}

/// What the row is, in words: On-demand usage, Spot usage, Reserved usage, Savings-plan usage, Savings-plan negation,
/// RI fee, SP recurring fee, Up-front fee, Other fee, Tax, Credit, Refund, Discount (EDP), Discount (private rate),
/// Discount (bundled), Discount (volume), Discount, Support, Marketplace; Other for types that are not known.
///
/// *On-demand usage* is every usage at its list price or tier, of any service, not of compute alone.
pub fn charge_type(line: Line<'_>) -> ChargeType {
    match line.line_item_type {
        "DiscountedUsage" => ChargeType::ReservedUsage,
        "SavingsPlanCoveredUsage" => ChargeType::SavingsPlanUsage,
        "SavingsPlanNegation" => ChargeType::SavingsPlanNegation,
        "SavingsPlanRecurringFee" => ChargeType::SpFee,
        "SavingsPlanUpfrontFee" => ChargeType::UpFrontFee,
        "RIFee" => ChargeType::RiFee,
        "Tax" => ChargeType::Tax,
        "Credit" => ChargeType::Credit,
        "Refund" => ChargeType::Refund,
        "EdpDiscount" => ChargeType::DiscountEdp,
        "PrivateRateDiscount" => ChargeType::DiscountPrivateRate,
        "BundledDiscount" => ChargeType::DiscountBundled,
        "RiVolumeDiscount" => ChargeType::DiscountVolume,
        other if other.contains("Discount") => ChargeType::Discount,
        "Fee" if is_reservation(line.reservation_arn) => ChargeType::UpFrontFee,
        "Usage" | "Fee" | "FlatRateSubscription" if is_marketplace(line) => ChargeType::Marketplace,
        "Usage" | "Fee" if is_support(line) => ChargeType::Support,
        "Usage" if is_spot(line) => ChargeType::SpotUsage,
        "Usage" => ChargeType::OnDemandUsage,
        "Fee" | "FlatRateSubscription" => ChargeType::OtherFee,
        _ => ChargeType::Other,
    }
}

/// How the row's price was bought: `On-demand`, `Spot`, `Reserved (No Upfront)`, `Savings plan (All Upfront)` …, the
/// payment option left out where the report does not say; `Other` for what is no purchase of usage (tax, credits …).
pub fn purchase_option(line: Line<'_>) -> Cow<'static, str> {
    let with_payment = |bought: Lifecycle| {
        let name = bought.name();
        if absent(line.pricing_purchase_option) {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{name} ({})", line.pricing_purchase_option))
        }
    };
    let kind = line.line_item_type;
    if kind.starts_with("SavingsPlan") {
        with_payment(Lifecycle::SavingsPlan)
    } else if matches!(kind, "DiscountedUsage" | "RIFee")
        || (kind == "Fee" && is_reservation(line.reservation_arn))
        || (kind == "Usage" && line.pricing_term == "Reserved")
    {
        with_payment(Lifecycle::Reserved)
    } else if kind == "Usage" && (is_spot(line) || line.pricing_term == "Spot") {
        Cow::Borrowed(Lifecycle::Spot.name())
    } else if kind == "Usage" {
        Cow::Borrowed(Lifecycle::OnDemand.name())
    } else {
        Cow::Borrowed(Lifecycle::Other.name())
    }
}

/// Whether a usage type, of any product, without its region prefix, is compute at on-demand price.
pub(super) fn is_on_demand_usage_type(usage: &str) -> bool {
    ON_DEMAND_COMPUTE.iter().any(|(_, pattern)| glob::matches(pattern, usage))
}

/// Whether the product or the service of that name is a support plan.
pub(super) fn is_support_name(product_code: &str, service: &str) -> bool {
    glob::matches(SUPPORT, product_code) || glob::matches("AWS*Support*|*Premium Support*", service)
}

fn is_on_demand_compute(product_code: &str, usage: &str) -> bool {
    ON_DEMAND_COMPUTE
        .iter()
        .any(|(product, pattern)| glob::matches(product, product_code) && glob::matches(pattern, usage))
}

fn is_spot(line: Line<'_>) -> bool {
    line.usage_type.contains("SpotUsage") && line.product_code != "ElasticMapReduce"
}

/// A reservation, not a capacity reservation: that one guarantees room and changes no price.
pub(crate) fn is_reservation(arn: &str) -> bool {
    !absent(arn) && !arn.contains(":capacity-reservation/")
}

fn is_marketplace(line: Line<'_>) -> bool {
    line.billing_entity == "AWS Marketplace"
}

fn is_support(line: Line<'_>) -> bool {
    is_support_name(line.product_code, "") || line.product_family == "AWS Support"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifecycle(line: Line<'_>) -> &'static str {
        super::lifecycle(line).name()
    }

    fn charge_type(line: Line<'_>) -> &'static str {
        super::charge_type(line).name()
    }

    const RI: &str = "arn:aws:ec2:us-east-1:111122223333:reserved-instances/0a1b";
    const SP: &str = "arn:aws:savingsplans::111122223333:savingsplan/0a1b";

    fn ec2(line_item_type: &'static str, usage_type: &'static str) -> Line<'static> {
        Line { line_item_type, product_code: "AmazonEC2", usage_type, ..Line::default() }
    }

    fn usage(product_code: &'static str, usage_type: &'static str) -> Line<'static> {
        Line { line_item_type: "Usage", product_code, usage_type, ..Line::default() }
    }

    #[test]
    fn arns_decide_the_lifecycle() {
        let covered = ec2("SavingsPlanCoveredUsage", "BoxUsage:m5.large");
        assert_eq!(lifecycle(Line { savings_plan_arn: SP, ..covered }), "Savings plan");
        assert_eq!(lifecycle(covered), "Savings plan");
        let reserved = ec2("DiscountedUsage", "BoxUsage:m5.large");
        assert_eq!(lifecycle(Line { reservation_arn: RI, ..reserved }), "Reserved");
        assert_eq!(lifecycle(reserved), "Reserved");
        let fee = Line { line_item_type: "Fee", reservation_arn: RI, ..Line::default() };
        assert_eq!(lifecycle(fee), "Reserved");
        let capacity = "arn:aws:ec2:us-east-1:111122223333:capacity-reservation/cr-1";
        let box_usage = ec2("Usage", "BoxUsage:m5.large");
        assert_eq!(lifecycle(Line { reservation_arn: capacity, ..box_usage }), "On-demand");
    }

    #[test]
    fn usage_types_decide_the_rest() {
        for (product, usage_type, expected) in [
            ("AmazonEC2", "EU-BoxUsage:m5.large", "On-demand"),
            ("AmazonEC2", "EU-SpotUsage:m5.large", "Spot"),
            ("AmazonEC2", "EU-DedicatedUsage:m5.large", "On-demand"),
            ("AmazonEC2", "EU-ReservedHostUsage:m5", "Reserved"),
            ("AmazonEC2", "EU-EBS:VolumeUsage.gp3", "Other"),
            ("AmazonEC2", "CPUCredits:t3", "Other"),
            ("AmazonECS", "EU-Fargate-vCPU-Hours:perCPU", "On-demand"),
            ("AmazonECS", "EU-SpotUsage-Fargate-vCPU-Hours:perCPU", "Spot"),
            ("AWSLambda", "EU-Lambda-GB-Second", "On-demand"),
            ("AWSLambda", "EU-Request", "On-demand"),
            ("AWSLambda", "EU-DataTransfer-Out-Bytes", "Other"),
            ("AmazonRDS", "EU-Multi-AZUsage:db.r5.large", "On-demand"),
            ("AmazonRDS", "EU-RDS:GP3-Storage", "Other"),
            ("AmazonElastiCache", "NodeUsage:cache.m5.large", "On-demand"),
            ("AmazonES", "ESInstance:m5.large", "On-demand"),
            ("AmazonRedshift", "Node:ra3.xlplus", "On-demand"),
            ("AmazonMSK", "USE2-Kafka.m5.large", "On-demand"),
            ("AmazonMSK", "USE2-Kafka.t3.small", "On-demand"),
            ("AmazonMSK", "USE2-Kafka.Storage.GP2", "Other"),
            ("AWSDatabaseMigrationSvc", "USE2-Multi-AZUsg:dms.r5.large", "On-demand"),
            ("AmazonSageMaker", "USE2-Host:ml.m5.xlarge", "On-demand"),
            ("ElasticMapReduce", "BoxUsage:m5.large", "Other"),
            ("ElasticMapReduce", "SpotUsage:m5.large", "Other"),
            ("AmazonS3", "Requests-Tier1", "Other"),
            ("AmazonS3", "", "Other"),
        ] {
            assert_eq!(lifecycle(usage(product, usage_type)), expected, "{product} {usage_type}");
        }
    }

    #[test]
    fn charge_types_by_line_item_type() {
        for (line_item_type, expected) in [
            ("DiscountedUsage", "Reserved usage"),
            ("SavingsPlanCoveredUsage", "Savings-plan usage"),
            ("SavingsPlanNegation", "Savings-plan negation"),
            ("SavingsPlanRecurringFee", "SP recurring fee"),
            ("SavingsPlanUpfrontFee", "Up-front fee"),
            ("RIFee", "RI fee"),
            ("Tax", "Tax"),
            ("Credit", "Credit"),
            ("Refund", "Refund"),
            ("EdpDiscount", "Discount (EDP)"),
            ("PrivateRateDiscount", "Discount (private rate)"),
            ("BundledDiscount", "Discount (bundled)"),
            ("RiVolumeDiscount", "Discount (volume)"),
            ("SppDiscount", "Discount"),
            ("Usage", "On-demand usage"),
            ("Fee", "Other fee"),
            ("FlatRateSubscription", "Other fee"),
            ("SomethingNew", "Other"),
            ("", "Other"),
        ] {
            assert_eq!(charge_type(ec2(line_item_type, "BoxUsage:m5.large")), expected);
        }
    }

    #[test]
    fn charge_types_by_their_neighbours() {
        assert_eq!(charge_type(ec2("Usage", "EU-SpotUsage:m5.large")), "Spot usage");
        let fee = Line { line_item_type: "Fee", ..Line::default() };
        assert_eq!(charge_type(Line { reservation_arn: RI, ..fee }), "Up-front fee");
        assert_eq!(charge_type(Line { product_code: "AWSSupportBusiness", ..fee }), "Support");
        assert_eq!(charge_type(usage("OCBPremiumSupport", "Dollar")), "Support");
        let market = Line { billing_entity: "AWS Marketplace", ..fee };
        assert_eq!(charge_type(market), "Marketplace");
        assert_eq!(charge_type(Line { line_item_type: "Usage", ..market }), "Marketplace");
        assert_eq!(charge_type(Line { line_item_type: "Tax", ..market }), "Tax");
        assert_eq!(charge_type(Line { line_item_type: "Credit", ..market }), "Credit");
    }

    #[test]
    fn purchase_options() {
        let all = "All Upfront";
        let reserved = ec2("DiscountedUsage", "BoxUsage:m5.large");
        assert_eq!(purchase_option(reserved), "Reserved");
        assert_eq!(
            purchase_option(Line { pricing_purchase_option: all, ..reserved }),
            "Reserved (All Upfront)"
        );
        let plan = ec2("SavingsPlanCoveredUsage", "BoxUsage:m5.large");
        assert_eq!(
            purchase_option(Line { pricing_purchase_option: "No Upfront", ..plan }),
            "Savings plan (No Upfront)"
        );
        assert_eq!(purchase_option(ec2("Usage", "SpotUsage:m5.large")), "Spot");
        assert_eq!(purchase_option(ec2("Usage", "BoxUsage:m5.large")), "On-demand");
        assert_eq!(purchase_option(usage("AmazonS3", "Requests-Tier1")), "On-demand");
        assert_eq!(purchase_option(ec2("Tax", "")), "Other");
        let fee = Line { line_item_type: "Fee", reservation_arn: RI, ..Line::default() };
        assert_eq!(purchase_option(fee), "Reserved");
    }
}
