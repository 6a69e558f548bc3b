//! Amortized cost: refunds of up-front fees, sets of columns of which a part is missing, and what FOCUS says twice.

use crate::support::{read_one, sums, total};
use ingest::Why;
use ingest::rollup::RollupResult;

/// A CUR with these commitment columns; rows are (type, product, usage type, description, cost, ARN of a plan, cells).
fn cur(columns: &str, rows: &[[&str; 7]]) -> RollupResult {
    let mut text = format!(
        "bill/BillingPeriodStartDate,lineItem/UsageStartDate,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/ProductCode,lineItem/UsageType,lineItem/LineItemDescription,lineItem/UnblendedCost,savingsPlan/SavingsPlanARN,pricing/publicOnDemandCost,{columns}\n"
    );
    for [kind, product, usage, description, cost, arn, cells] in rows {
        text += &format!(
            "2026-10-01T00:00:00Z,2026-10-01T05:00:00Z,111111111111,{kind},{product},{usage},\"{description}\",{cost},{arn},1,{cells}\n"
        );
    }
    read_one("report.csv", text.as_bytes()).unwrap()
}

fn figures(result: &RollupResult) -> (String, String) {
    (total(result, "BilledCost").to_string(), total(result, "EffectiveCost").to_string())
}

const PLAN: &str = "arn:aws:savingsplans::111111111111:savingsplan/1";
const PLANS: &str =
    "savingsPlan/SavingsPlanEffectiveCost,savingsPlan/TotalCommitmentToDate,savingsPlan/UsedCommitment";

#[test]
fn a_returned_plan_is_cash_and_other_refunds_stay() {
    let result = cur(
        PLANS,
        &[
            ["SavingsPlanUpfrontFee", "ComputeSavingsPlans", "", "fee", "8760", PLAN, ",,"],
            [
                "Refund",
                "ComputeSavingsPlans",
                "",
                "Refund for one-time fee for Savings Plan ID: 1, thanks",
                "-8760",
                "",
                ",,",
            ],
            ["Refund", "ComputeSavingsPlans", "", "Enterprise agreement discount", "-88.69", "", ",,"],
            ["Usage", "AmazonEC2", "BoxUsage:m5.large", "usage", "500", "", ",,"],
        ],
    );
    assert_eq!(figures(&result), ("411.31".into(), "411.31".into()));
    for rollup in result.periods.values() {
        let identity = rollup.identity();
        assert!(identity.iter().all(|line| line.difference.is_zero()), "{identity:?}");
        assert!(rollup.unavailable().is_empty());
        // What was read must give what was stored.
        let expected: model::Decimal =
            rollup.totals().expected().into_values().map(|line| line.sums[1]).sum();
        assert_eq!(expected.to_string(), "411.31");
    }
}

#[test]
fn half_a_set_of_columns_is_named_and_counts_as_billed() {
    let result = cur(
        "savingsPlan/SavingsPlanEffectiveCost",
        &[
            ["SavingsPlanCoveredUsage", "AmazonEC2", "BoxUsage:m5.large", "", "2.8", PLAN, "2"],
            ["SavingsPlanNegation", "AmazonEC2", "BoxUsage:m5.large", "", "-2.8", PLAN, ""],
            ["SavingsPlanRecurringFee", "ComputeSavingsPlans", "", "", "2", PLAN, ""],
        ],
    );
    assert_eq!(figures(&result), ("2".into(), "2".into()));
    // The negation's list price would count the covered usage twice.
    assert_eq!(total(&result, "ListCost").to_string(), "2");
    let unavailable = result.periods.values().next().unwrap().unavailable();
    let [plans] = unavailable.as_slice() else { panic!("{unavailable:?}") };
    assert_eq!((plans.family, plans.why, plans.rows), ("savings_plans", Why::MissingColumns, 3));
    assert_eq!(plans.columns, ["savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment"]);
    assert_eq!(plans.amount.to_string(), "2");
}

#[test]
fn fees_of_reservations_are_told_without_arns() {
    let set = "reservation/EffectiveCost,reservation/UnusedAmortizedUpfrontFeeForBillingPeriod,reservation/UnusedRecurringFee,reservation/AmortizedUpfrontFeeForBillingPeriod,reservation/UpfrontValue";
    let result = cur(
        set,
        &[
            ["Fee", "AmazonEC2", "USE2-HeavyUsage:t3.large", "", "864", "", ",,,,864"],
            ["Fee", "AmazonDynamoDB", "x", "", "100", "", ",,,,100"],
            ["Fee", "AWSSupportBusiness", "Dollar", "", "7", "", ",,,,"],
            ["RIFee", "AmazonEC2", "USE2-HeavyUsage:t3.large", "", "0", "", ",0,0,72,864"],
            ["DiscountedUsage", "AmazonEC2", "USE2-BoxUsage:t3.large", "", "0", "", "72,,,,864"],
        ],
    );
    assert_eq!(figures(&result), ("971".into(), "79".into()));
    assert!(result.periods.values().all(|rollup| rollup.unavailable().is_empty()));
}

#[test]
fn subscriptions_are_usage_and_split_rows_repeat() {
    let operation = "lineItem/Operation,lineItem/UsageAmount,splitLineItem/ParentResourceId";
    let result = cur(
        operation,
        &[
            ["FlatRateSubscription", "AmazonCloudFront", "Pro", "", "15", "", ",1,"],
            ["Usage", "AmazonEKS", "pods", "", "3", "", "EKSPod-EC2,5,i-1"],
            ["Usage", "AmazonEKS", "pods", "", "4", "", "EKSPod-Fargate,6,i-1"],
        ],
    );
    assert_eq!(figures(&result).0, "19");
    assert_eq!(total(&result, "x_UsageAmount").to_string(), "7");
}

/// A FOCUS report; rows are (category, commitment, status, billed, effective).
fn focus(rows: &[[&str; 5]]) -> RollupResult {
    let mut text = "BilledCost,EffectiveCost,ChargePeriodStart,BillingPeriodStart,ChargeCategory,ChargeFrequency,CommitmentDiscountId,CommitmentDiscountStatus,CommitmentDiscountType,BillingAccountId,BillingCurrency\n".to_owned();
    for [category, commitment, status, billed, effective] in rows {
        text += &format!(
            "{billed},{effective},2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,{category},Recurring,{commitment},{status},Savings Plan,b-1,USD\n"
        );
    }
    read_one("focus.csv", text.as_bytes()).unwrap()
}

#[test]
fn what_focus_says_twice_or_not_at_all_is_named() {
    let named = |rows: &[[&str; 5]]| -> Vec<(Why, String)> {
        let result = focus(rows);
        let rollup = result.periods.values().next().unwrap();
        let expected: model::Decimal =
            rollup.totals().expected().into_values().map(|line| line.sums[1]).sum();
        assert_eq!(expected, total(&result, "EffectiveCost"));
        rollup.unavailable().into_iter().map(|part| (part.why, part.amount.to_string())).collect()
    };
    let used = ["Usage", "sp-1", "Used", "0", "90"];
    let unused = ["Usage", "sp-1", "Unused", "0", "10"];
    assert_eq!(named(&[["Purchase", "sp-1", "", "100", "0"], used, unused]), []);
    assert_eq!(
        named(&[["Purchase", "sp-1", "", "100", "100"], used, unused]),
        [(Why::CountedTwice, "100".to_owned())]
    );
    assert_eq!(
        named(&[["Purchase", "sp-1", "", "100", "0"], used, ["Usage", "sp-1", "Unused", "0", "0"]]),
        [(Why::UnusedWithoutCost, "10".to_owned())]
    );
    assert_eq!(
        named(&[["Usage", "", "", "5", ""], ["Usage", "", "", "7", "6"]]),
        [(Why::Empty, "5".to_owned())]
    );
    assert_eq!(figures(&focus(&[["Usage", "", "", "5", ""], ["Usage", "", "", "7", "6"]])).1, "11");
}

#[test]
fn a_correction_is_what_its_category_says() {
    let text = "BilledCost,EffectiveCost,ChargePeriodStart,BillingPeriodStart,ChargeCategory,ChargeClass,BillingAccountId\n3.5,3.5,2026-09-30T00:00:00Z,2026-10-01T00:00:00Z,Usage,Correction,b-1\n";
    let result = read_one("focus.csv", text.as_bytes()).unwrap();
    let types = sums(&result, "x_ChargeType", "BilledCost");
    assert_eq!(types.into_keys().next().unwrap().1, "On-demand usage");
    let accounts = sums(&result, "SubAccountId", "BilledCost");
    assert_eq!(accounts.into_keys().next().unwrap().1, "b-1");
}
