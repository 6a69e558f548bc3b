//! Up-front fees and what takes them back: cash only. Amortized cost spreads the fee over its term, so neither the
//! fee nor its refund, exchange or true-up may count there.

use crate::dimensions::is_reservation;
use crate::fields::{self, Text};

/// Whether a row pays an up-front fee, or gives it back, and of which family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpFront {
    /// Neither.
    #[default]
    No,
    /// Of a reservation.
    Reservation,
    /// Of a savings plan.
    Plan,
}

/// Whether rows of this line item type may be up-front fees or refunds of such.
pub(crate) fn is_candidate(line_item_type: &str) -> bool {
    matches!(line_item_type, "Fee" | "Refund")
}

/// What a row of a CUR is. Refunds carry no ARN as a rule: their description tells, and where the report has none, the
/// usage type.
pub(crate) fn of<'a>(get: impl Fn(Text) -> &'a str, description: &str) -> UpFront {
    let line_item_type = get(fields::LINE_ITEM_TYPE);
    if !is_candidate(line_item_type) {
        return UpFront::No;
    }
    let usage_type = get(fields::USAGE_TYPE);
    let reserved = is_reservation(get(fields::RESERVATION)) || usage_type.contains("HeavyUsage");
    let has_value = get(fields::UPFRONT_VALUE).bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if line_item_type == "Fee" && (reserved || has_value) {
        return UpFront::Reservation;
    }
    let text = description.to_lowercase();
    if !speaks_of_up_front(&text, usage_type) {
        return UpFront::No;
    }
    let plan = get(fields::PRODUCT_CODE).ends_with("SavingsPlans")
        || !get(fields::SAVINGS_PLAN).is_empty()
        || text.contains("savings plan");
    if plan {
        UpFront::Plan
    } else if reserved || ["reserved ", "reservation"].iter().any(|word| text.contains(word)) {
        UpFront::Reservation
    } else {
        UpFront::No
    }
}

/// Whether a description, in lower case, is about an up-front fee: "Refund for one-time fee for Savings Plan ID …",
/// "Sign up charge for subscription …", a convertible reservation's exchange and its true-up. The names of payment
/// options (*All Upfront*) and refunds of other parts (discounts, recurring fees) say nothing of the kind.
fn speaks_of_up_front(text: &str, usage_type: &str) -> bool {
    if text.trim().is_empty() {
        return ["AllUpfront", "PartialUpfront", "HeavyUsage"].iter().any(|word| usage_type.contains(word));
    }
    if ["discount", "recurring", "hourly", "exchange rate"].iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut text = text.replace("up-front", "upfront").replace("up front", "upfront");
    for option in ["all upfront", "partial upfront", "no upfront"] {
        text = text.replace(option, "");
    }
    [
        "one-time fee",
        "one time fee",
        "upfront",
        "sign up charge",
        "sign-up charge",
        "true-up",
        "true up",
        "exchange",
    ]
    .iter()
    .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line_item_type: &str, product: &str, usage_type: &str, arn: &str, description: &str) -> UpFront {
        let get = |field: Text| match field {
            fields::LINE_ITEM_TYPE => line_item_type,
            fields::PRODUCT_CODE => product,
            fields::USAGE_TYPE => usage_type,
            fields::RESERVATION if arn.contains(":reserved-instances/") => arn,
            fields::RESERVATION if arn.contains(":capacity-reservation/") => arn,
            fields::SAVINGS_PLAN if arn.contains(":savingsplan/") => arn,
            _ => "",
        };
        of(get, description)
    }

    #[test]
    fn refunds_of_up_front_fees_and_no_others() {
        const RI: &str = "arn:aws:ec2:us-east-1:111122223333:reserved-instances/0a1b";
        const SP: &str = "arn:aws:savingsplans::111122223333:savingsplan/0a1b";
        let sp = "ComputeSavingsPlans";
        for (product, usage, arn, description, expected) in [
            (sp, "", "", "Refund for one-time fee for Savings Plan ID: 0a0b", UpFront::Plan),
            (
                sp,
                "ComputeSP:1yrAllUpfront",
                SP,
                "Refund for one-time fee for Savings Plan ID 0a0b",
                UpFront::Plan,
            ),
            ("DatabaseSavingsPlans", "", "", "Refund of the up-front payment", UpFront::Plan),
            (sp, "ComputeSP:1yrAllUpfront", "", "", UpFront::Plan),
            (sp, "", "", "Enterprise agreement discount, correction of an earlier month", UpFront::No),
            (sp, "ComputeSP:1yrAllUpfront", SP, "Refund of recurring fee, 1 year All Upfront", UpFront::No),
            (sp, "ComputeSP:1yrAllUpfront", SP, "Wrong rate, 1 year All Upfront Savings Plan", UpFront::No),
            ("AmazonEC2", "HeavyUsage:m5.large", RI, "Refund of upfront fee", UpFront::Reservation),
            ("AmazonEC2", "", RI, "Convertible Reserved Instance exchange", UpFront::Reservation),
            ("AmazonRDS", "", "", "Refund of one-time fee of reserved DB instance", UpFront::Reservation),
            ("AmazonEC2", "BoxUsage:m5.large", "", "Refund for usage charged in error", UpFront::No),
            ("AWSDataExchange", "", "", "AWS Data Exchange subscription refunded", UpFront::No),
        ] {
            assert_eq!(row("Refund", product, usage, arn, description), expected, "{description}");
        }
    }

    #[test]
    fn fees_of_reservations() {
        const RI: &str = "arn:aws:ec2:us-east-1:111122223333:reserved-instances/0a1b";
        const ROOM: &str = "arn:aws:ec2:us-east-1:111122223333:capacity-reservation/cr-1";
        assert_eq!(row("Fee", "AmazonEC2", "", RI, ""), UpFront::Reservation);
        assert_eq!(row("Fee", "AmazonEC2", "USE2-HeavyUsage:t3.large", "", ""), UpFront::Reservation);
        assert_eq!(
            row("Fee", "AmazonEC2", "", "", "RI exchange true-up of a reservation"),
            UpFront::Reservation
        );
        assert_eq!(row("Fee", "AmazonEC2", "", ROOM, ""), UpFront::No);
        assert_eq!(row("Fee", "AWSSupportBusiness", "Dollar", "", "Support, one-time fee"), UpFront::No);
        assert_eq!(row("Usage", "AmazonEC2", "HeavyUsage:m5.large", RI, ""), UpFront::No);
    }
}
