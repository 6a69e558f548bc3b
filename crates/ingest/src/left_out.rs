//! Columns of AWS's own that are left out on purpose. Every other column that no field claims, known today
//! or not, is kept in `x_OtherColumns`.

use crate::fields::folded_name;
use std::collections::HashSet;
use std::sync::LazyLock;

/// By [`crate::fields::plain_name`], sorted.
const LEFT_OUT: [&str; 19] = [
    "discount",
    "discount_bundled_discount",
    "discount_edp_discount",
    "discount_private_rate_discount",
    "discount_total_discount",
    "identity_line_item_id",
    "identity_time_interval",
    "line_item_blended_cost",
    "line_item_blended_rate",
    "line_item_net_unblended_rate",
    "line_item_unblended_rate",
    "reservation_net_amortized_upfront_cost_for_usage",
    "reservation_net_amortized_upfront_fee_for_billing_period",
    "reservation_net_recurring_fee_for_usage",
    "reservation_recurring_fee_for_usage",
    "split_line_item_actual_usage",
    "split_line_item_public_on_demand_split_cost",
    "split_line_item_public_on_demand_unused_cost",
    "split_line_item_reserved_usage",
];

/// Whether the column of this name is left out: identities that are not stable between deliveries,
/// blended figures that no total may use, and the rates and parts of an effective or net cost that follow from columns
/// which are read (AWS, *CUR data dictionary*). They differ from row to row: kept as text they would cost more than all
/// other columns together.
pub(crate) fn is(name: &str) -> bool {
    static FOLDED: LazyLock<HashSet<String>> =
        LazyLock::new(|| LEFT_OUT.iter().map(|name| folded_name(name)).collect());
    FOLDED.contains(&folded_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_and_claims_no_field() {
        assert!(LEFT_OUT.is_sorted());
        let fields = crate::fields::TEXT.iter().chain(crate::fields::NUMBERS);
        for name in fields.flat_map(|field| field.aws) {
            assert!(!is(name), "{name} is read");
        }
    }
}
