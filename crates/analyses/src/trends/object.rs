//! What is watched and what is to blame: parts of a bill, named by their attributes.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// An attribute of a row of a bill. In JSON its name; a tag is `tag:KEY`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Attribute {
    /// Account, by its number.
    Account,
    /// Service, by its product code.
    Service,
    /// Usage type.
    UsageType,
    /// Region.
    Region,
    /// Operation.
    Operation,
    /// Resource.
    Resource,
    /// Subset of accounts, by its identifier.
    Subset,
    /// Saved filter, by its identifier.
    Filter,
    /// Connection, by its identifier: of missing data alone.
    Connection,
    /// Tag of this key.
    Tag(String),
}

/// The text names no attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no attribute that can be watched")]
pub struct AttributeError(String);

impl From<Attribute> for String {
    fn from(attribute: Attribute) -> Self {
        attribute.to_string()
    }
}

impl TryFrom<String> for Attribute {
    type Error = AttributeError;

    fn try_from(text: String) -> Result<Self, AttributeError> {
        Ok(match text.as_str() {
            "account" => Self::Account,
            "service" => Self::Service,
            "usage_type" => Self::UsageType,
            "region" => Self::Region,
            "operation" => Self::Operation,
            "resource" => Self::Resource,
            "subset" => Self::Subset,
            "filter" => Self::Filter,
            "connection" => Self::Connection,
            other => match other.strip_prefix("tag:") {
                Some(key) if !key.is_empty() => Self::Tag(key.to_owned()),
                _ => return Err(AttributeError(text)),
            },
        })
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Account => "account",
            Self::Service => "service",
            Self::UsageType => "usage_type",
            Self::Region => "region",
            Self::Operation => "operation",
            Self::Resource => "resource",
            Self::Subset => "subset",
            Self::Filter => "filter",
            Self::Connection => "connection",
            Self::Tag(key) => return write!(out, "tag:{key}"),
        })
    }
}

/// A part of a bill: all rows that have these values. Without any it is the whole organization. In JSON a map.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Object(BTreeMap<Attribute, String>);

impl Object {
    /// Everything of the organization.
    pub fn organization() -> Self {
        Self::default()
    }

    /// One account.
    pub fn account(account: &str) -> Self {
        Self::of([(Attribute::Account, account)])
    }

    /// One service, in all accounts.
    pub fn service(service: &str) -> Self {
        Self::of([(Attribute::Service, service)])
    }

    /// One service of one account.
    pub fn account_service(account: &str, service: &str) -> Self {
        Self::of([(Attribute::Account, account), (Attribute::Service, service)])
    }

    /// All rows with a value of a tag.
    pub fn tag(key: &str, value: &str) -> Self {
        Self::of([(Attribute::Tag(key.to_owned()), value)])
    }

    /// From attributes and their values.
    pub fn of<'a>(parts: impl IntoIterator<Item = (Attribute, &'a str)>) -> Self {
        Self(parts.into_iter().map(|(attribute, value)| (attribute, value.to_owned())).collect())
    }

    /// Its value of an attribute.
    pub fn get(&self, attribute: &Attribute) -> Option<&str> {
        self.0.get(attribute).map(String::as_str)
    }

    /// Its attributes and values, in order.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (&Attribute, &str)> {
        self.0.iter().map(|(attribute, value)| (attribute, value.as_str()))
    }

    /// Whether all of another object lies within this one.
    pub fn contains(&self, other: &Self) -> bool {
        self.0.iter().all(|(attribute, value)| other.get(attribute) == Some(value))
    }

    /// Whether it has exactly these attributes, in whatever order.
    pub fn has_exactly(&self, attributes: &[Attribute]) -> bool {
        self.0.len() == attributes.len() && attributes.iter().all(|attribute| self.0.contains_key(attribute))
    }

    /// With a further attribute.
    #[must_use]
    pub fn with(&self, attribute: Attribute, value: &str) -> Self {
        let mut parts = self.0.clone();
        parts.insert(attribute, value.to_owned());
        Self(parts)
    }
}

impl fmt::Display for Object {
    /// One line, the same for the same object: `account=1 service=AmazonEC2`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return out.write_str("organization");
        }
        for (place, (attribute, value)) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(out, "{space}{attribute}={value}")?;
        }
        Ok(())
    }
}
