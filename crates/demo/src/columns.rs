//! The columns of every format, each with where its value comes from.
//!
//! Four layouts share one row: the legacy report in CSV names, the same under Athena's names, CUR 2.0 with maps, and
//! FOCUS 1.2 in AWS's column list.

use crate::row::Num;
use crate::text::Txt;

mod cur2;
mod focus;
mod legacy;

pub(crate) use cur2::map_fields;
pub(crate) use focus::in_focus;

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The template's text.
    Text(Txt),
    /// The first that is not empty of two tags whose names collide in lower case, as AWS merges them.
    Either(Txt, Txt),
    Number(Num),
    LineItemId,
    TimeInterval,
    InvoiceId,
    PeriodStart,
    PeriodEnd,
    UsageStart,
    UsageEnd,
    /// A map of the template: product attributes, resource tags, cost categories (CUR 2.0), tags, SKU details (FOCUS).
    Map(Txt),
    /// The discounts of the row as a map.
    Discounts,
    /// Always empty.
    Empty,
}

/// One column of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) source: Source,
}

/// The families of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Legacy report, `category/Name`.
    Legacy,
    /// Legacy report under Athena's names.
    Athena,
    /// CUR 2.0.
    Cur2,
    /// FOCUS 1.2.
    Focus,
}

impl Layout {
    /// The columns, in delivery order.
    pub(crate) fn columns(self) -> Vec<Column> {
        match self {
            Self::Legacy => legacy::columns(),
            Self::Athena => athena(),
            Self::Cur2 => cur2::columns(),
            Self::Focus => focus::columns(),
        }
    }
}

/// The legacy columns under Athena's names; columns that collide are merged.
fn athena() -> Vec<Column> {
    let mut list: Vec<Column> = Vec::new();
    for column in legacy::columns() {
        let name = athena_name(&column.name);
        match (list.iter_mut().find(|seen| seen.name == name), column.source) {
            (Some(Column { source: seen @ Source::Text(_), .. }), Source::Text(second)) => {
                if let Source::Text(first) = *seen {
                    *seen = Source::Either(first, second);
                }
            }
            _ => list.push(Column { name, source: column.source }),
        }
    }
    list
}

/// AWS's rule from CSV names to Athena's: `_` before each upper-case letter, lower case, everything else to `_`, no
/// doubled or outer `_`.
pub(crate) fn athena_name(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            out.push('_');
            out.push(character.to_ascii_lowercase());
        } else if character.is_ascii_alphanumeric() {
            out.push(character);
        } else {
            out.push('_');
        }
    }
    out.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn athena_names_follow_the_rule() {
        for (from, to) in [
            ("lineItem/UnblendedCost", "line_item_unblended_cost"),
            ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
            ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
            ("resourceTags/user:CostCenter", "resource_tags_user_cost_center"),
            ("resourceTags/aws:autoscaling:groupName", "resource_tags_aws_autoscaling_group_name"),
        ] {
            assert_eq!(athena_name(from), to);
        }
    }

    #[test]
    fn every_layout_has_distinct_names_and_legacy_is_wide() {
        for layout in [Layout::Legacy, Layout::Athena, Layout::Cur2, Layout::Focus] {
            let mut names: Vec<_> = layout.columns().into_iter().map(|column| column.name).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{layout:?}");
        }
        assert!(Layout::Legacy.columns().len() > 120);
        let merged = Layout::Athena.columns();
        let owner = merged.iter().find(|column| column.name == "resource_tags_user_owner");
        assert!(matches!(owner.map(|column| column.source), Some(Source::Either(..))));
    }
}
