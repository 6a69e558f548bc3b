//! The fields that the pipeline reads, and the column names under which each report format has them.
//!
//! Names are compared after [`plain_name`], which is AWS's own rule from CSV header to Athena column, so
//! that `lineItem/UnblendedCost`, `line_item_unblended_cost` and `LineItemUnblendedCost` are one. Where
//! several names are listed the first that the report has wins; for [`BY_ROW`] the first that has a value in the row.

/// A text field; used as an index.
pub(crate) type Text = usize;
/// A number field; used as an index.
pub(crate) type Number = usize;

macro_rules! fields {
    ($table:ident, $($name:ident: $roll:literal, [$($aws:literal),*], [$($focus:literal),*];)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "indices generated in order")]
        enum Order { $($name),* }
        $(pub(crate) const $name: usize = Order::$name as usize;)*
        pub(crate) const $table: &[Field] = &[$(Field { name: stringify!($name), in_rollup: $roll, aws: &[$($aws),*], focus: &[$($focus),*] }),*];
    };
}

/// A field and its names.
pub(crate) struct Field {
    /// For messages to developers only.
    #[cfg_attr(not(test), expect(dead_code, reason = "names the row of the table"))]
    pub(crate) name: &'static str,
    /// Whether the roll-up needs it (else line items only).
    pub(crate) in_rollup: bool,
    pub(crate) aws: &'static [&'static str],
    pub(crate) focus: &'static [&'static str],
}

mod text {
    use super::Field;
    fields! { TEXT,
        ACCOUNT: true, ["line_item_usage_account_id"], ["sub_account_id"];
        ACCOUNT_NAME: true, ["line_item_usage_account_name"], ["sub_account_name"];
        PAYER: true, ["bill_payer_account_id"], ["billing_account_id"];
        PRODUCT_CODE: true, ["line_item_product_code"], ["x_service_code"];
        PRODUCT_NAME: true, ["product_product_name", "product_servicename", "product_name", "servicename"], ["service_name"];
        USAGE_TYPE: true, ["line_item_usage_type"], ["x_usage_type", "sku_meter"];
        OPERATION: true, ["line_item_operation"], ["x_operation"];
        LINE_ITEM_TYPE: true, ["line_item_line_item_type"], ["charge_category"];
        ZONE: true, ["line_item_availability_zone"], ["availability_zone"];
        REGION: true, ["product_region_code", "product_region", "region_code", "region"], ["region_id", "region"];
        INSTANCE_TYPE: true, ["product_instance_type", "instance_type"], ["x_instance_type"];
        OPERATING_SYSTEM: true, ["product_operating_system", "operating_system"], ["x_operating_system"];
        PRODUCT_FAMILY: true, ["product_product_family", "product_family"], [];
        RESERVATION: true, ["reservation_reservation_a_r_n", "reservation_reservation_arn"], ["commitment_discount_id"];
        SAVINGS_PLAN: true, ["savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_arn"], [];
        TERM: true, ["pricing_term"], [];
        PAYMENT: true, ["pricing_purchase_option"], [];
        PLAN_PAYMENT: true, ["savings_plan_payment_option"], [];
        SELLER: true, ["line_item_legal_entity"], ["publisher_name", "publisher", "service_provider_name", "host_provider_name"];
        BILLING_ENTITY: true, ["bill_billing_entity"], ["provider_name", "provider", "service_provider_name", "host_provider_name"];
        BILL_TYPE: true, ["bill_bill_type"], [];
        CURRENCY: true, ["line_item_currency_code", "pricing_currency"], ["billing_currency"];
        SPLIT_PARENT: true, ["split_line_item_parent_resource_id"], [];
        CHARGE_CLASS: true, [], ["charge_class"];
        CHARGE_FREQUENCY: true, [], ["charge_frequency"];
        PRICING_CATEGORY: true, [], ["pricing_category"];
        COMMITMENT_CATEGORY: true, [], ["commitment_discount_category"];
        COMMITMENT_TYPE: true, [], ["commitment_discount_type"];
        COMMITMENT_STATUS: true, [], ["commitment_discount_status"];
        SERVICE_CATEGORY: true, [], ["service_category"];
        UPFRONT_VALUE: true, ["reservation_upfront_value"], [];
        PERIOD_START: true, ["bill_billing_period_start_date"], ["billing_period_start"];
        PERIOD_END: false, ["bill_billing_period_end_date"], ["billing_period_end"];
        CHARGE_START: true, ["line_item_usage_start_date"], ["charge_period_start"];
        CHARGE_END: false, ["line_item_usage_end_date"], ["charge_period_end"];
        PAYER_NAME: false, ["bill_payer_account_name"], ["billing_account_name"];
        DESCRIPTION: false, ["line_item_line_item_description"], ["charge_description"];
        ISSUER: false, ["bill_invoicing_entity"], ["invoice_issuer_name", "invoice_issuer"];
        INVOICE: false, ["bill_invoice_id"], ["invoice_id"];
        RESOURCE: false, ["line_item_resource_id"], ["resource_id"];
        RESOURCE_NAME: false, [], ["resource_name"];
        RESOURCE_TYPE: false, [], ["resource_type"];
        SKU: false, ["product_sku"], ["sku_id"];
        SKU_PRICE: false, ["pricing_rate_code", "pricing_rate_id"], ["sku_price_id"];
        PRICING_UNIT: false, ["pricing_unit"], ["pricing_unit"];
        CONSUMED_UNIT: false, [], ["consumed_unit", "usage_unit"];
        COMMITMENT_NAME: false, [], ["commitment_discount_name"];
        SP_OFFERING: false, ["savings_plan_offering_type"], [];
        CAPACITY_RESERVATION: false, ["capacity_reservation_capacity_reservation_arn", "capacity_reservation_capacity_reservation_a_r_n"], ["capacity_reservation_id"];
        CAPACITY_STATUS: false, ["capacity_reservation_capacity_reservation_status"], ["capacity_reservation_status"];
        ALLOCATED_RESOURCE: false, [], ["allocated_resource_id"];
        ALLOCATED_NAME: false, [], ["allocated_resource_name"];
        ALLOCATED_TAGS: false, [], ["allocated_tags"];
        IAM_PRINCIPAL: false, ["line_item_iam_principal"], [];
        USER_IDENTIFIER: false, ["line_item_user_identifier"], [];
    }
}

mod number {
    use super::Field;
    pub(crate) const NUMBER_COUNT: usize = NUMBERS.len();

    fields! { NUMBERS,
        BILLED: true, ["line_item_unblended_cost"], ["billed_cost"];
        NET_BILLED: true, ["line_item_net_unblended_cost"], [];
        EFFECTIVE: true, [], ["effective_cost"];
        RI_EFFECTIVE: true, ["reservation_effective_cost"], [];
        RI_NET_EFFECTIVE: true, ["reservation_net_effective_cost"], [];
        RI_UNUSED_UPFRONT: true, ["reservation_unused_amortized_upfront_fee_for_billing_period"], [];
        RI_UNUSED_RECURRING: true, ["reservation_unused_recurring_fee"], [];
        RI_NET_UNUSED_UPFRONT: true, ["reservation_net_unused_amortized_upfront_fee_for_billing_period"], [];
        RI_NET_UNUSED_RECURRING: true, ["reservation_net_unused_recurring_fee"], [];
        SP_EFFECTIVE: true, ["savings_plan_savings_plan_effective_cost"], [];
        SP_NET_EFFECTIVE: true, ["savings_plan_net_savings_plan_effective_cost"], [];
        SP_TOTAL: true, ["savings_plan_total_commitment_to_date"], [];
        SP_USED: true, ["savings_plan_used_commitment"], [];
        SP_AMORTIZATION: true, ["savings_plan_amortized_upfront_commitment_for_billing_period"], [];
        SP_RECURRING: true, ["savings_plan_recurring_commitment_for_billing_period"], [];
        SP_NET_AMORTIZATION: true, ["savings_plan_net_amortized_upfront_commitment_for_billing_period"], [];
        SP_NET_RECURRING: true, ["savings_plan_net_recurring_commitment_for_billing_period"], [];
        RI_AMORTIZATION: true, ["reservation_amortized_upfront_fee_for_billing_period"], [];
        LIST: true, ["pricing_public_on_demand_cost"], ["list_cost"];
        USAGE: true, ["line_item_usage_amount"], ["consumed_quantity", "usage_quantity"];
        PRICING_QUANTITY: false, [], ["pricing_quantity"];
        CONTRACTED: false, [], ["contracted_cost"];
        SPLIT_COST: false, ["split_line_item_split_cost"], [];
        SPLIT_UNUSED: false, ["split_line_item_unused_cost"], [];
        LIST_RATE: false, ["pricing_public_on_demand_rate"], ["list_unit_price"];
        SP_RATE: false, ["savings_plan_savings_plan_rate"], [];
        RI_AMORTIZED_USAGE: false, ["reservation_amortized_upfront_cost_for_usage"], [];
        NORMALIZATION: false, ["line_item_normalization_factor"], [];
        NORMALIZED_USAGE: false, ["line_item_normalized_usage_amount"], [];
        SPLIT_USAGE: false, ["split_line_item_split_usage"], [];
        SPLIT_RATIO: false, ["split_line_item_split_usage_ratio"], [];
        NET_SPLIT_COST: false, ["split_line_item_net_split_cost"], [];
        NET_SPLIT_UNUSED: false, ["split_line_item_net_unused_cost"], [];
    }
}

pub(crate) use number::*;
pub(crate) use text::*;

/// Number columns whose unreadable values are left out (and reported) instead of refusing the file: no
/// cost as billed or amortized depends on them, and generators are known to write words into them.
pub(crate) const LENIENT: [Number; 14] = [
    LIST,
    PRICING_QUANTITY,
    CONTRACTED,
    SPLIT_COST,
    SPLIT_UNUSED,
    LIST_RATE,
    SP_RATE,
    RI_AMORTIZED_USAGE,
    NORMALIZATION,
    NORMALIZED_USAGE,
    SPLIT_USAGE,
    SPLIT_RATIO,
    NET_SPLIT_COST,
    NET_SPLIT_UNUSED,
];

/// Fields whose value may stand in another of their columns from row to row: AWS fills `product/region` where it
/// leaves `product/regionCode` blank, and FOCUS 1.3 has old and new names of the provider beside each other.
pub(crate) const BY_ROW: [Text; 4] = [PRODUCT_NAME, REGION, SELLER, BILLING_ENTITY];

/// A name whatever its case and its separators: engines fold `BilledCost` to `billedcost` or `BILLEDCOST`.
pub(crate) fn folded_name(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// The name as AWS's own CSV writes it: `line_item_unblended_cost` → `lineItem/UnblendedCost`.
pub(crate) fn slashed_name(plain: &str) -> String {
    const GROUPS: [(&str, &str); 10] = [
        ("capacity_reservation_", "capacityReservation/"),
        ("line_item_", "lineItem/"),
        ("savings_plan_", "savingsPlan/"),
        ("split_line_item_", "splitLineItem/"),
        ("reservation_", "reservation/"),
        ("identity_", "identity/"),
        ("product_", "product/"),
        ("pricing_", "pricing/"),
        ("discount_", "discount/"),
        ("bill_", "bill/"),
    ];
    let Some((group, rest)) =
        GROUPS.iter().find_map(|(head, group)| Some((*group, plain.strip_prefix(head)?)))
    else {
        return plain.to_owned();
    };
    let mut name = group.to_owned();
    // Attributes of products and prices begin in lower case.
    let mut upper = !matches!(group, "product/" | "pricing/");
    for character in rest.chars() {
        match character {
            '_' => upper = true,
            letter if upper => {
                name.push(letter.to_ascii_uppercase());
                upper = false;
            }
            letter => name.push(letter),
        }
    }
    name
}

/// Whether a cell says that there is no value, in the words of the engines that bills pass through: nothing, `NULL`
/// (SQL), `\N` (Hadoop, Snowflake, MySQL), `None` (Python), `NaN` and its kin (pandas).
#[inline]
pub(crate) fn is_absent(cell: &[u8]) -> bool {
    match cell {
        [] => true,
        // The first letter answers for nearly all cells.
        [b'N' | b'n' | b'\\' | b'<', ..] if cell.len() <= 4 => matches!(
            cell,
            b"NULL" | b"null" | b"Null" | b"\\N" | b"None" | b"NaN" | b"nan" | b"NaT" | b"<NA>"
        ),
        _ => false,
    }
}

/// AWS's rule from a CSV header to an Athena column: `_` before each upper-case letter, lower case, every
/// other character to `_`, no doubled `_`, none at the ends.
pub(crate) fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            push_underscore(&mut plain);
            plain.push(character.to_ascii_lowercase());
        } else if character.is_ascii_lowercase() || character.is_ascii_digit() {
            plain.push(character);
        } else {
            push_underscore(&mut plain);
        }
    }
    plain.truncate(plain.trim_end_matches('_').len());
    plain
}

fn push_underscore(text: &mut String) {
    if !text.is_empty() && !text.ends_with('_') {
        text.push('_');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_athena_rule() {
        for (name, plain) in [
            ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
            ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
            ("lineItem/UnblendedCost", "line_item_unblended_cost"),
            ("line_item_unblended_cost", "line_item_unblended_cost"),
            ("product/regionCode", "product_region_code"),
            ("resourceTags/user:CostCenter", "resource_tags_user_cost_center"),
            ("x_UsageType", "x_usage_type"),
            ("BilledCost", "billed_cost"),
            ("product.instance_type", "product_instance_type"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
    }

    #[test]
    fn names_are_written_as_the_file_writes_them() {
        for field in TEXT.iter().chain(NUMBERS).flat_map(|field| field.aws) {
            assert_eq!(plain_name(&slashed_name(field)), *field);
        }
        assert_eq!(
            slashed_name("savings_plan_total_commitment_to_date"),
            "savingsPlan/TotalCommitmentToDate"
        );
        assert_eq!(slashed_name("reservation_reservation_a_r_n"), "reservation/ReservationARN");
        assert_eq!(slashed_name("pricing_public_on_demand_cost"), "pricing/publicOnDemandCost");
    }

    #[test]
    fn absent_is_spelt_in_many_ways() {
        for cell in ["", "NULL", "null", "Null", "\\N", "None", "NaN"] {
            assert!(is_absent(cell.as_bytes()), "{cell}");
        }
        for cell in ["0", "none", "N", "Nullarbor", " "] {
            assert!(!is_absent(cell.as_bytes()), "{cell}");
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        let mut seen = std::collections::HashSet::new();
        for field in TEXT.iter().chain(NUMBERS) {
            for name in field.aws {
                assert!(seen.insert(*name), "{} in {}", name, field.name);
                assert_eq!(plain_name(name), *name);
            }
        }
    }
}
