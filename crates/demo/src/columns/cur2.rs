//! CUR 2.0's columns: Athena's names, with four maps and the product columns that AWS keeps outside them.

use super::{Column, Source, athena, athena_name};
use crate::text::Txt;

/// Product attributes that have a column of their own.
const PRODUCT_COLUMNS: &[Txt] = &[
    Txt::FromLocation,
    Txt::FromLocationType,
    Txt::FromRegionCode,
    Txt::InstanceFamily,
    Txt::InstanceType,
    Txt::Location,
    Txt::LocationType,
    Txt::ProductOperation,
    Txt::ProductFamily,
    Txt::RegionCode,
    Txt::ServiceCode,
    Txt::Sku,
    Txt::ToLocation,
    Txt::ToLocationType,
    Txt::ToRegionCode,
    Txt::ProductUsageType,
];

/// All columns in alphabetical order, as Data Exports delivers them.
pub(super) fn columns() -> Vec<Column> {
    let mut list: Vec<Column> = athena()
        .into_iter()
        .filter(|column| {
            let name = column.name.as_str();
            if name.starts_with("product_") {
                return matches!(column.source, Source::Text(field) if PRODUCT_COLUMNS.contains(&field));
            }
            !(name.starts_with("resource_tags_")
                || name.starts_with("cost_category_")
                || matches!(name, "discount_edp_discount" | "discount_private_rate_discount"))
        })
        .collect();
    let mut push = |name: &str, source| list.push(Column { name: name.to_owned(), source });
    push("bill_payer_account_name", Source::Text(Txt::PayerName));
    push("line_item_usage_account_name", Source::Text(Txt::AccountName));
    push("product", Source::Map(Txt::MapProduct));
    push("resource_tags", Source::Map(Txt::MapTags));
    push("cost_category", Source::Map(Txt::MapCategories));
    push("discount", Source::Discounts);
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}

/// Which fields go into which map, with their keys there.
pub(crate) fn map_fields(map: Txt) -> Vec<(String, Txt)> {
    let prefix = match map {
        Txt::MapProduct => "product/",
        Txt::MapTags => "resourceTags/",
        _ => "costCategory/",
    };
    Txt::ALL
        .iter()
        .filter_map(|field| Some((field, field.name().strip_prefix(prefix)?)))
        .filter(|(field, _)| map != Txt::MapProduct || !PRODUCT_COLUMNS.contains(field))
        .map(|(field, rest)| (athena_name(rest), *field))
        .collect()
}
