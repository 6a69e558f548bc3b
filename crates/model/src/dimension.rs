//! What costs are grouped and filtered by: dimensions with a column of their own (see [`DIMENSIONS`]), tags and cost
//! categories by key, and what an organization's rules say.

mod column;

pub use column::{Column, DIMENSIONS, DimensionInfo, Of};

use crate::{Mapping, MappingName};
use column::CHARGE_TYPE;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

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
    /// One of [`DIMENSIONS`].
    Column(Column),
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
    "'{0}' is not a dimension: use one of {names}, subset, subset_id, organizational_unit, tag:KEY, merged_tag:KEY, carried_tag:KEY, carried_merged_tag:KEY, cost_category:NAME or virtual_tag:NAME",
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
            Self::Column(column) => Some(column.info()),
            _ => None,
        }
    }

    /// Columns of the canonical schema that decide the value, each once; tags and cost categories live in
    /// one JSON column each.
    pub fn columns(&self) -> Vec<&'static str> {
        match self {
            Self::Column(column) => vec![column.info().column],
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
            Self::Column(column) => column.info().none,
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

    /// Whether it is one of [`DIMENSIONS`].
    pub fn is(&self, one: Column) -> bool {
        matches!(self, Self::Column(column) if *column == one)
    }

    /// Whether it belongs to the bill, not to its rows: billing period, connection, currency.
    pub fn is_of_bill(&self) -> bool {
        self.info().is_some_and(|info| info.of == Of::Bill)
    }

    /// Whether rules can look at it: latest names depend on other months, what is of a bill on files, mappings on other
    /// rules.
    pub fn is_of_row(&self) -> bool {
        match self {
            Self::Column(column) => matches!(column.info().of, Of::Row | Of::Account),
            Self::Tag(_) | Self::MergedTag(_) | Self::CostCategory(_) => true,
            // By the tag and the charge type, each for itself.
            Self::CarriedTag(_) | Self::Mapped(_) => false,
        }
    }

    /// Whether it speaks of accounts: where shared costs are split, it looks at where an amount went, all else at the rows.
    pub fn is_of_account(&self) -> bool {
        match self {
            Self::Column(column) => matches!(column.info().of, Of::Account | Of::LatestName),
            Self::Mapped(mapping) => mapping.name.is_of_account(),
            Self::Tag(_) | Self::MergedTag(_) | Self::CarriedTag(_) | Self::CostCategory(_) => false,
        }
    }

    /// Whether the daily roll-up can answer it.
    pub fn in_rollup(&self) -> bool {
        match self {
            Self::Column(column) => column.info().in_rollup,
            Self::Mapped(mapping) => mapping.conditions().all(|condition| condition.dimension.in_rollup()),
            Self::Tag(_) | Self::MergedTag(_) | Self::CarriedTag(_) | Self::CostCategory(_) => true,
        }
    }

    /// The name of the values' column in files: the tag's own, whatever stands for none; files have subsets by name.
    pub fn column_name(&self) -> String {
        match self {
            Self::CarriedTag(tag) => tag.to_string(),
            Self::Mapped(Mapping { name: MappingName::SubsetId, .. }) => MappingName::Subset.to_string(),
            _ => self.to_string(),
        }
    }

    /// Words on screen.
    pub fn label(&self) -> String {
        match self {
            Self::Column(column) => column.info().label.to_owned(),
            Self::Tag(key) | Self::MergedTag(MergedTag { key, .. }) => format!("Tag {key}"),
            Self::CarriedTag(tag) => tag.label(),
            Self::CostCategory(name) => name.clone(),
            Self::Mapped(mapping) => mapping.name.label(),
        }
    }
}

impl From<Column> for Dimension {
    fn from(column: Column) -> Self {
        Self::Column(column)
    }
}

impl From<MappingName> for Dimension {
    /// Without its rules yet.
    fn from(name: MappingName) -> Self {
        Self::Mapped(Mapping { name, rules: None })
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(column) => out.write_str(column.info().name),
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
        if let Some(column) = Column::from_name(text) {
            return Ok(Self::Column(column));
        }
        let mapped = |name: MappingName| Ok(name.into());
        let (kind, key) = text.split_once(':').unwrap_or((text, ""));
        match (kind, key.is_empty()) {
            ("subset", true) => mapped(MappingName::Subset),
            ("subset_id", true) => mapped(MappingName::SubsetId),
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
