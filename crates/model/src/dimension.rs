//! The one table of dimensions: names on the command line and in addresses, labels, columns and
//! definitions. The planner, the SQL text, the documentation and the web app's tooltips all read it.

use crate::{Mapping, MappingName};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What a dimension is called, where it is stored, and what it means.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct DimensionInfo {
    /// Name in addresses, on the command line and in the API.
    pub name: &'static str,
    /// Words on screen.
    pub label: &'static str,
    /// Column of the canonical schema (FOCUS 1.2 name, or `x_` where FOCUS has none).
    pub column: &'static str,
    /// Whether the daily roll-up holds it; otherwise line items answer.
    pub in_rollup: bool,
    /// Word shown and exported for rows that have no value; empty where a raw value is simply absent.
    pub none: &'static str,
    /// Meaning and source.
    pub description: &'static str,
}

const fn info(
    name: &'static str,
    label: &'static str,
    column: &'static str,
    none: &'static str,
    description: &'static str,
) -> DimensionInfo {
    DimensionInfo { name, label, column, in_rollup: true, none, description }
}

/// Partition column of the connection, in paths and not in files.
const CONNECTION: &str = crate::schema::PARTITIONS[0];

/// Column of the charge type, which decides what can carry tags.
const CHARGE_TYPE: &str = "x_ChargeType";

/// Dimensions that belong to a whole publication, not to its rows: they are the same for each row of its files.
const OF_BILLS: [&str; 3] = ["billing_period", "connection", "currency"];

/// Every dimension with a column of its own. Tags and cost categories come beside it, by key.
pub const DIMENSIONS: &[DimensionInfo] = &[
    info(
        "billing_period",
        "Billing period",
        "billing_period",
        "",
        "Calendar month (UTC) of the bill that holds the row, as YYYY-MM.",
    ),
    info(
        "account_id",
        "Account ID",
        "SubAccountId",
        "",
        "Account that used the resource (AWS line_item_usage_account_id).",
    ),
    info("account", "Account", "SubAccountName", "", "Latest known name of the account, else its ID."),
    info(
        "payer_account_id",
        "Payer",
        "BillingAccountId",
        "",
        "Account that pays the bill (AWS bill_payer_account_id).",
    ),
    info(
        "connection",
        "Connection",
        CONNECTION,
        "",
        "Connection whose bill holds the row, by its ID; its name beside it.",
    ),
    DimensionInfo {
        in_rollup: false,
        ..info(
            "provider",
            "Provider",
            "ProviderName",
            "Unknown",
            "Who provides the service: AWS for its own reports, FOCUS ProviderName (1.3 and later ServiceProviderName); Unknown where the report names nobody.",
        )
    },
    info(
        "currency",
        "Currency",
        "BillingCurrency",
        "",
        "Currency of the bill that holds the row. Amounts of different currencies are never added.",
    ),
    info("service", "Service", "ServiceName", "", "Service in words, from the product code."),
    info(
        "product_code",
        "Product code",
        "x_ProductCode",
        "",
        "The provider's code of the product (AWS line_item_product_code).",
    ),
    info(
        "region",
        "Region",
        "RegionId",
        "Global",
        "Region of the resource; Global where the service has none.",
    ),
    info(
        "availability_zone",
        "Availability zone",
        "AvailabilityZone",
        "",
        "Zone of the resource, where the report names one.",
    ),
    info(
        "lifecycle",
        "Lifecycle",
        "x_Lifecycle",
        "Other",
        "How compute was bought: On-demand, Spot, Reserved, Savings plan; Other for what is no compute.",
    ),
    info(
        "operating_system",
        "Operating system",
        "x_OperatingSystem",
        "Other",
        "Operating system of an instance, from the product attribute or the operation code.",
    ),
    info(
        "charge_type",
        "Charge type",
        "x_ChargeType",
        "",
        "What the row is, in words: usage, fee, tax, credit, refund, discount, support, marketplace.",
    ),
    info(
        "can_carry_tags",
        "Can carry tags",
        "x_ChargeType",
        "",
        "Whether what is charged has tags at all: No for tax, credits, refunds, discounts, fees, support, and what \
         commitments cost beside the usage that they cover; Yes for the rest.",
    ),
    info(
        "line_item_type",
        "Line item type",
        "x_LineItemType",
        "",
        "AWS line_item_line_item_type; for FOCUS reports the charge category.",
    ),
    info(
        "usage_type",
        "Usage type",
        "x_UsageType",
        "",
        "AWS line_item_usage_type; for FOCUS reports the SKU meter where given.",
    ),
    info(
        "usage_type_group",
        "Usage type group",
        "x_UsageTypeGroup",
        "",
        "AWS's grouping of usage types, such as 'EC2: Running Hours'.",
    ),
    info("operation", "Operation", "x_Operation", "", "AWS line_item_operation."),
    info(
        "instance_type",
        "Instance type",
        "x_InstanceType",
        "Other resources",
        "Instance type of compute, database and cache rows.",
    ),
    info(
        "instance_family",
        "Instance family",
        "x_InstanceFamily",
        "Other resources",
        "Family of the instance type, such as m7g.",
    ),
    DimensionInfo {
        in_rollup: false,
        ..info(
            "resource_id",
            "Resource",
            "ResourceId",
            "",
            "Resource ID or ARN; needs a report with resource IDs.",
        )
    },
    DimensionInfo {
        in_rollup: false,
        ..info(
            "billed_by",
            "Billed by",
            "ChargePeriodEnd",
            "Unknown",
            "How long the time is that a row charges for: Hour, Day, or Longer. Among hours, what is billed by longer times stands at the hour at which its time starts.",
        )
    },
    info(
        "purchase_option",
        "Purchase option",
        "x_PurchaseOption",
        "",
        "How the usage was bought, with the payment option of a commitment.",
    ),
    info(
        "commitment_id",
        "Commitment",
        "CommitmentDiscountId",
        "",
        "ARN of the reservation or savings plan that covers the row or that it pays.",
    ),
    info(
        "seller",
        "Seller",
        "PublisherName",
        "",
        "Legal entity that sells the product (AWS line_item_legal_entity).",
    ),
    info(
        "reported_account_name",
        "Account name as reported",
        "SubAccountName",
        "",
        "Name of the account as the row's report wrote it; names change over time.",
    ),
];

/// A resource tag whose values count as one where they differ in upper and lower case, in blanks around them, or are
/// spellings that an organization says stand for one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MergedTag {
    /// The key.
    pub key: String,
    /// What other spellings stand for, both as [`plain_value`] writes them; `None` while that was not looked up in the
    /// organization that asks.
    pub spellings: Option<Arc<BTreeMap<String, String>>>,
}

impl MergedTag {
    /// The tag of a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), spellings: None }
    }

    /// What a value counts as; nothing for one of blanks.
    pub fn value(&self, text: &str) -> String {
        let plain = plain_value(text);
        self.spellings.as_deref().and_then(|known| known.get(&plain)).cloned().unwrap_or(plain)
    }
}

/// A tag's value in lower case, without blanks around it.
pub fn plain_value(text: &str) -> String {
    text.trim_matches(' ').to_lowercase()
}

/// What stands for a tag's value, among those of [`Dimension::CarriedTag`], where nobody could have set one.
pub const CANNOT_CARRY: &str = "Cannot carry tags";

/// A dimension of cost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// One of [`DIMENSIONS`], by its place there.
    Column(usize),
    /// The value of a resource tag.
    Tag(String),
    /// The value of a resource tag, its spellings as one.
    MergedTag(MergedTag),
    /// The value of a resource tag (one of the two above), where [`CANNOT_CARRY`] is the value of what has none because it
    /// cannot: "untagged" is then what somebody could tag.
    CarriedTag(Box<Self>),
    /// The value of a cost category.
    CostCategory(String),
    /// What the organization's own rules say.
    Mapped(Mapping),
}

/// The text names no dimension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a dimension: use one of {names}, subset, organizational_unit, tag:KEY, merged_tag:KEY, carried_tag:KEY, carried_merged_tag:KEY, cost_category:NAME or virtual_tag:NAME",
    names = names()
)]
pub struct DimensionError(String);

fn names() -> String {
    DIMENSIONS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
}

impl Dimension {
    /// What is known of a dimension with a column of its own.
    pub fn info(&self) -> Option<&'static DimensionInfo> {
        match self {
            Self::Column(at) => DIMENSIONS.get(*at),
            _ => None,
        }
    }

    /// Columns of the canonical schema that decide the value, each once; tags and cost categories live in
    /// one JSON column each.
    pub fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::Column(at) => vec![DIMENSIONS[*at].column],
            Self::Tag(_) | Self::MergedTag(_) => vec!["Tags"],
            Self::CarriedTag(tag) => [tag.columns(), vec![CHARGE_TYPE]].concat(),
            Self::CostCategory(_) => vec!["x_CostCategories"],
            Self::Mapped(mapping) => {
                let mut columns: Vec<&'static str> =
                    mapping.conditions().flat_map(|condition| condition.dimension.columns()).collect();
                columns.sort_unstable();
                columns.dedup();
                columns
            }
        }
    }

    /// Word for rows without a value.
    pub fn none_label(&self) -> &'static str {
        match self {
            Self::Column(at) => DIMENSIONS[*at].none,
            Self::Tag(_) | Self::MergedTag(_) | Self::CarriedTag(_) => "Untagged",
            Self::CostCategory(_) => "Uncategorized",
            Self::Mapped(mapping) => mapping.name.none_label(),
        }
    }

    /// Whether a value (`None`: the row has none) is among some, where an empty one and the word for none
    /// stand for rows without a value.
    pub fn lists(&self, values: &[String], value: Option<&str>) -> bool {
        let none = self.none_label();
        let value = value.filter(|value| !value.is_empty());
        values.iter().any(|wanted| match value {
            Some(value) => value == wanted,
            None => wanted.is_empty() || (!none.is_empty() && wanted == none),
        })
    }

    /// Whether it is one key among those of a row: a tag or a cost category.
    pub const fn is_keyed(&self) -> bool {
        matches!(self, Self::Tag(_) | Self::MergedTag(_) | Self::CarriedTag(_) | Self::CostCategory(_))
    }

    /// Whether it is the one of that name among [`DIMENSIONS`].
    pub fn is(&self, name: &str) -> bool {
        self.info().is_some_and(|info| info.name == name)
    }

    /// Whether it belongs to the bill, not to its rows: billing period, connection, currency.
    pub fn is_of_bill(&self) -> bool {
        self.info().is_some_and(|info| OF_BILLS.contains(&info.name))
    }

    /// Whether rules can look at it: latest names depend on other months, what is of a bill on files, mappings on other
    /// rules.
    pub fn is_of_row(&self) -> bool {
        match self {
            Self::Column(_) => !self.is("account") && !self.is_of_bill(),
            Self::Tag(_) | Self::MergedTag(_) | Self::CostCategory(_) => true,
            // By the tag and the charge type, each for itself.
            Self::CarriedTag(_) | Self::Mapped(_) => false,
        }
    }

    /// Whether the daily roll-up can answer it.
    pub fn in_rollup(&self) -> bool {
        match self {
            Self::Column(at) => DIMENSIONS[*at].in_rollup,
            Self::Mapped(mapping) => mapping.conditions().all(|condition| condition.dimension.in_rollup()),
            Self::Tag(_) | Self::MergedTag(_) | Self::CarriedTag(_) | Self::CostCategory(_) => true,
        }
    }

    /// The name of the values' column in files: the tag's own, whatever stands for none.
    pub fn column_name(&self) -> String {
        match self {
            Self::CarriedTag(tag) => tag.to_string(),
            _ => self.to_string(),
        }
    }

    /// Words on screen.
    pub fn label(&self) -> String {
        match self {
            Self::Column(at) => DIMENSIONS[*at].label.to_owned(),
            Self::Tag(key) | Self::MergedTag(MergedTag { key, .. }) => format!("Tag {key}"),
            Self::CarriedTag(tag) => tag.label(),
            Self::CostCategory(name) => name.clone(),
            Self::Mapped(mapping) => mapping.name.label(),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(at) => out.write_str(DIMENSIONS[*at].name),
            Self::Tag(key) => write!(out, "tag:{key}"),
            Self::MergedTag(tag) => write!(out, "merged_tag:{}", tag.key),
            Self::CarriedTag(tag) => write!(out, "carried_{tag}"),
            Self::CostCategory(name) => write!(out, "cost_category:{name}"),
            Self::Mapped(mapping) => mapping.name.fmt(out),
        }
    }
}

impl FromStr for Dimension {
    type Err = DimensionError;

    fn from_str(text: &str) -> Result<Self, DimensionError> {
        let error = || DimensionError(text.to_owned());
        if let Some(at) = DIMENSIONS.iter().position(|info| info.name == text) {
            return Ok(Self::Column(at));
        }
        let mapped = |name| Ok(Self::Mapped(Mapping { name, rules: None }));
        let (kind, key) = text.split_once(':').unwrap_or((text, ""));
        match (kind, key.is_empty()) {
            ("subset", true) => mapped(MappingName::Subset),
            ("organizational_unit", true) => mapped(MappingName::OrganizationalUnit),
            ("virtual_tag", false) => mapped(MappingName::VirtualTag(key.to_owned())),
            ("tag", false) => Ok(Self::Tag(key.to_owned())),
            ("merged_tag", false) => Ok(Self::MergedTag(MergedTag::new(key))),
            ("carried_tag", false) => Ok(Self::CarriedTag(Box::new(Self::Tag(key.to_owned())))),
            ("carried_merged_tag", false) => {
                Ok(Self::CarriedTag(Box::new(Self::MergedTag(MergedTag::new(key)))))
            }
            ("cost_category", false) => Ok(Self::CostCategory(key.to_owned())),
            _ => Err(error()),
        }
    }
}

impl serde::Serialize for Dimension {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Dimension {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
