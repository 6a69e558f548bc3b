//! Data sets that lie beside a bill: known by columns that no bill has.

use crate::fields::plain_name;
use std::collections::HashSet;

/// Columns (plain names) that only this data set has together, and what it is called.
const KNOWN: &[(&[&str], &str)] = &[
    (&["invoice_detail_id", "invoice_issue_status"], "the FOCUS data set Invoice Detail"),
    (&["billing_period_status", "billing_period_last_updated"], "the FOCUS data set Billing Period"),
    (&["billing_period_status", "billing_period_created"], "the FOCUS data set Billing Period"),
    (&["contract_commitment_id", "contract_commitment_type"], "the FOCUS data set Contract Commitment"),
    (&["contract_commitment_id", "contract_commitment_category"], "the FOCUS data set Contract Commitment"),
    (&["meter_id", "unit_price"], "a price sheet of Azure"),
    (&["reservation_order_id", "used_hours"], "reservation details of Azure"),
    (&["reservation_order_id", "arm_sku_name", "event_type"], "reservation transactions of Azure"),
    (&["recommended_quantity", "look_back_period"], "reservation recommendations of Azure"),
    (&["cost_in_billing_currency"], "costs in Azure's own columns: the same money as its FOCUS export"),
    (&["pre_tax_cost"], "costs in Azure's own columns: the same money as its FOCUS export"),
    (
        &["line_item_tenant_id", "cost_my_cost"],
        "Oracle's own cost report: the same money as its FOCUS report",
    ),
    (&["line_item_tenant_id", "usage_billed_quantity"], "a usage report of Oracle"),
    (
        &["cost", "service_description", "usage_start_time"],
        "Google's own billing export: the same money as its FOCUS export",
    ),
    (&["recommendation_id", "recommended_resource_type"], "cost optimization recommendations of AWS"),
    (&["recommendation_id", "action_type"], "cost optimization recommendations of AWS"),
    (&["total_mbm_emissions_value"], "carbon emissions of AWS"),
    (&["total_lbm_emissions_value"], "carbon emissions of AWS"),
];

/// The data set that a header is known to be of, in words; nothing for bills and for what is not known.
pub(crate) fn named(header: &[String]) -> Option<&'static str> {
    // Names may come as one word (`CostInBillingCurrency`, `costinbillingcurrency`): compared without their joints.
    let joined = |name: &str| {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let columns: HashSet<String> = header.iter().map(|name| joined(&plain_name(name))).collect();
    let all = |names: &&[&str]| names.iter().all(|name| columns.contains(&joined(name)));
    KNOWN.iter().find(|(names, _)| all(names)).map(|(_, set)| *set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_sets_are_known_by_their_columns() {
        for (header, name) in [
            ("MeterId,MeterName,UnitOfMeasure,UnitPrice,Currency", "price sheet"),
            (
                "ReservationOrderId,ReservationId,SkuName,ReservedHours,UsedHours,UsageDate",
                "reservation details",
            ),
            (
                "lineItem/referenceNo,lineItem/tenantId,product/service,cost/myCost,cost/currencyCode",
                "Oracle",
            ),
            (
                "BillingAccountId,ContractCommitmentId,ContractCommitmentType,BillingCurrency",
                "Contract Commitment",
            ),
            ("invoiceId,costInBillingCurrency,date,meterCategory", "Azure's own columns"),
            (
                "BillingPeriodStart,InvoiceIssuerName,BillingPeriodStatus,BillingPeriodCreated",
                "Billing Period",
            ),
        ] {
            let header: Vec<String> = header.split(',').map(ToOwned::to_owned).collect();
            assert!(named(&header).is_some_and(|found| found.contains(name)), "{name}: {:?}", named(&header));
        }
        assert_eq!(named(&["BilledCost".to_owned(), "ChargePeriodStart".to_owned()]), None);
    }
}
