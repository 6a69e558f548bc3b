//! From a header to the fields: recognises the format, finds each field's column, tags and cost
//! categories, and names the columns that nobody reads.

use crate::error::{ErrorKind, IngestError};
use crate::fields::{self, Number, Text, plain_name};
use crate::left_out;
use std::collections::HashMap;

/// The family of a report; its generation does not matter beyond the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// AWS Cost and Usage Report, legacy or 2.0.
    Cur,
    /// FOCUS 1.0 to 1.2 of any provider.
    Focus,
}

/// A key of the tag or cost-category set and where its value stands.
#[derive(Clone, Debug)]
pub(crate) struct KeyColumn {
    pub(crate) key: String,
    pub(crate) column: usize,
}

/// Where a report keeps a set of keys and values.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// One column a key.
    pub(crate) columns: Vec<KeyColumn>,
    /// Map or JSON columns that hold all keys.
    pub(crate) maps: Vec<usize>,
}

/// What a report's columns are.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(crate) format: Format,
    /// Names as the report spells them.
    pub(crate) names: Vec<String>,
    pub(crate) text: Vec<Option<usize>>,
    pub(crate) numbers: Vec<Option<usize>>,
    pub(crate) tags: KeySet,
    pub(crate) cost_categories: KeySet,
    /// CUR 2.0's `product` map, from which product attributes are taken where no column has them.
    pub(crate) product_map: Option<usize>,
    /// Columns that no field, tag or cost category claims: kept as they are in `x_OtherColumns`.
    pub(crate) others: Vec<usize>,
}

impl Columns {
    /// Recognises a header. `period_known` is true when the delivery itself names its billing period.
    pub(crate) fn recognise(file: &str, names: &[String], period_known: bool) -> Result<Self, IngestError> {
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let mut exact = HashMap::new();
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = exact.insert(name.trim(), at) {
                return Err(IngestError::new(
                    ErrorKind::Columns,
                    file,
                    format!("the header has this column twice (columns {} and {})", first + 1, at + 1),
                    "Export the report again, or remove one of the two",
                )
                .column(name));
            }
            by_name.entry(plain_name(name)).or_insert(at);
        }
        let format = if by_name.contains_key("billed_cost") { Format::Focus } else { Format::Cur };
        let find = |field: &fields::Field| {
            let names = if format == Format::Focus { field.focus } else { field.aws };
            names.iter().find_map(|name| by_name.get(*name).copied())
        };
        let text: Vec<_> = fields::TEXT.iter().map(find).collect();
        let numbers: Vec<_> = fields::NUMBERS.iter().map(find).collect();
        let mut columns = Self {
            format,
            names: names.to_vec(),
            text,
            numbers,
            tags: KeySet::default(),
            cost_categories: KeySet::default(),
            product_map: None,
            others: vec![],
        };
        columns.sort_out_rest();
        columns.check_required(file, period_known)?;
        Ok(columns)
    }

    fn sort_out_rest(&mut self) {
        let mut claimed = vec![false; self.names.len()];
        for column in self.text.iter().chain(&self.numbers).flatten() {
            claimed[*column] = true;
        }
        for (at, name) in self.names.iter().enumerate() {
            if claimed[at] {
                continue;
            }
            let plain = plain_name(name);
            match plain.as_str() {
                "resource_tags" | "tags" => self.tags.maps.push(at),
                "cost_category" | "x_cost_categories" => self.cost_categories.maps.push(at),
                "product" => self.product_map = Some(at),
                _ => {
                    if let Some(key) = tag_key(name, &plain) {
                        self.tags.columns.push(KeyColumn { key, column: at });
                    } else if let Some(key) = category_key(name, &plain) {
                        self.cost_categories.columns.push(KeyColumn { key, column: at });
                    } else if !left_out::is(&plain) {
                        self.others.push(at);
                    }
                }
            }
        }
    }

    fn check_required(&self, file: &str, period_known: bool) -> Result<(), IngestError> {
        let cur = self.format == Format::Cur;
        let mut required = vec![(fields::CHARGE_START, "line_item_usage_start_date", "ChargePeriodStart")];
        if !period_known {
            required.push((fields::PERIOD_START, "bill_billing_period_start_date", "BillingPeriodStart"));
        }
        required.push((fields::LINE_ITEM_TYPE, "line_item_line_item_type", "ChargeCategory"));
        required.push((fields::ACCOUNT, "line_item_usage_account_id", "SubAccountId"));
        if cur {
            required.push((fields::PRODUCT_CODE, "line_item_product_code", ""));
        }
        let missing = required
            .iter()
            .find(|(field, ..)| self.text[*field].is_none())
            .map(|(_, aws, focus)| if cur { *aws } else { *focus });
        let missing =
            missing.or_else(|| self.numbers[fields::BILLED].is_none().then_some("line_item_unblended_cost"));
        let Some(missing) = missing else { return Ok(()) };
        let known = self.text.iter().flatten().count();
        let (message, advice) = if known < 3 {
            (
                "is no cost report: its header has none of the columns of a CUR or FOCUS report".to_owned(),
                "Give the folder or bucket prefix of the report itself".to_owned(),
            )
        } else {
            (
                format!("lacks the required column {missing}"),
                "Add it to the export's column selection, or choose the report's standard columns".to_owned(),
            )
        };
        Err(IngestError::new(ErrorKind::Columns, file, message, advice).column(missing))
    }

    pub(crate) fn text_name(&self, field: Text) -> &str {
        self.text[field].map_or("", |at| &self.names[at])
    }

    pub(crate) fn number_name(&self, field: Number) -> &str {
        self.numbers[field].map_or("", |at| &self.names[at])
    }

    /// Features that the columns allow: absent ones are shown as turned off.
    pub(crate) fn features(&self) -> serde_json::Value {
        serde_json::json!({
            "format": if self.format == Format::Focus { "FOCUS" } else { "CUR" },
            "resource_ids": self.text[fields::RESOURCE].is_some(),
            "list_price": self.numbers[fields::LIST].is_some(),
            "net_cost": self.numbers[fields::NET_BILLED].is_some(),
            "reservations": self.numbers[fields::RI_EFFECTIVE].is_some() || self.format == Format::Focus,
            "savings_plans": self.numbers[fields::SP_EFFECTIVE].is_some() || self.format == Format::Focus,
            "split_cost": self.numbers[fields::SPLIT_COST].is_some(),
            "tags": !(self.tags.columns.is_empty() && self.tags.maps.is_empty()),
        })
    }
}

/// `resourceTags/user:Team` → `Team`; `resourceTags/aws:createdBy` → `aws:createdBy`;
/// `resource_tags_user_team` → `team`; `resource_tags_aws_…` → AWS's own spelling where it is known.
fn tag_key(name: &str, plain: &str) -> Option<String> {
    let after = |prefix: &str| {
        name.get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix))
            .map(|_| &name[prefix.len()..])
    };
    if let Some(key) = after("resourceTags/").or_else(|| after("resource_tags.")) {
        return Some(map_key(key));
    }
    let key = plain.strip_prefix("resource_tags_")?;
    Some(map_key(key))
}

/// The canonical key of a tag as a map or a column spells it.
pub(crate) fn map_key(key: &str) -> String {
    if let Some(user) = key.strip_prefix("user:").or_else(|| key.strip_prefix("user_")) {
        return user.to_owned();
    }
    match key.strip_prefix("aws_") {
        Some(rest) => AWS_TAGS
            .iter()
            .find(|known| plain_name(known) == key)
            .map_or_else(|| format!("aws:{rest}"), |known| (*known).to_owned()),
        None => key.to_owned(),
    }
}

fn category_key(name: &str, plain: &str) -> Option<String> {
    if let Some(key) = name.strip_prefix("costCategory/").or_else(|| name.strip_prefix("cost_category.")) {
        return Some(key.to_owned());
    }
    plain.strip_prefix("cost_category_").map(ToOwned::to_owned)
}

/// Tags that AWS itself writes (AWS billing guide, "AWS-generated cost allocation tags", and the services' guides).
const AWS_TAGS: [&str; 16] = [
    "aws:autoscaling:groupName",
    "aws:cloudformation:logical-id",
    "aws:cloudformation:stack-id",
    "aws:cloudformation:stack-name",
    "aws:createdBy",
    "aws:ec2:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "aws:ecs:clusterName",
    "aws:ecs:serviceName",
    "aws:eks:cluster-name",
    "aws:eks:namespace",
    "aws:eks:workload-name",
    "aws:eks:workload-type",
    "aws:elasticmapreduce:instance-group-role",
    "aws:elasticmapreduce:job-flow-id",
    "aws:servicecatalog:provisioningPrincipalArn",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn recognises_cur_and_focus() {
        let cur = "bill/BillingPeriodStartDate lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType lineItem/UnblendedCost resourceTags/user:Team resourceTags/aws:createdBy costCategory/Unit product/shoeSize";
        let columns = Columns::recognise("f", &names(cur), false).unwrap();
        assert_eq!((columns.format, columns.tags.columns.len(), columns.others.len()), (Format::Cur, 2, 1));
        assert_eq!(columns.tags.columns[1].key, "aws:createdBy");
        let newer = format!("{cur} lineItem/BlendedCost lineItem/ShoeSize reservation_shoe_count");
        let columns = Columns::recognise("f", &names(&newer), false).unwrap();
        let others: Vec<_> = columns.others.iter().map(|at| columns.names[*at].as_str()).collect();
        assert_eq!(others, ["product/shoeSize", "lineItem/ShoeSize", "reservation_shoe_count"]);
        let focus = "BilledCost ChargePeriodStart BillingPeriodStart ChargeCategory SubAccountId Tags";
        assert_eq!(Columns::recognise("f", &names(focus), false).unwrap().format, Format::Focus);
    }

    #[test]
    fn names_what_is_missing_or_doubled() {
        let cur =
            "lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType";
        let error = Columns::recognise("f.csv", &names(cur), true).unwrap_err();
        assert_eq!(error.column.as_deref(), Some("line_item_unblended_cost"));
        let error = Columns::recognise("f.csv", &names("BilledCost BilledCost"), true).unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
        assert!(
            Columns::recognise("f.csv", &names("a b c"), true)
                .unwrap_err()
                .to_string()
                .contains("no cost report")
        );
    }

    #[test]
    fn tag_keys_of_every_format() {
        for (name, key) in [
            ("resourceTags/user:Cost Center", "Cost Center"),
            ("resource_tags_user_cost_center", "cost_center"),
            ("resource_tags_aws_autoscaling_group_name", "aws:autoscaling:groupName"),
            ("resource_tags_aws_new_thing", "aws:new_thing"),
        ] {
            assert_eq!(tag_key(name, &plain_name(name)).as_deref(), Some(key));
        }
    }
}
