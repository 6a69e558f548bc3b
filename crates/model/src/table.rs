//! The tables of the lake. This is the one definition of each: folders, Delta tables, rows about files, the proof and
//! the vacuum go over [`Table::ALL`], so that a further table is a line in each `match` here and its columns in
//! [`crate::schema`].

use crate::schema;
use arrow_schema::SchemaRef;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Daily sums over every dimension but the resource.
    Rollup,
    /// One row per row of the report.
    LineItems,
}

/// There is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no table of the lake")]
pub struct TableError(String);

impl Table {
    /// Every table.
    pub const ALL: [Self; 2] = [Self::Rollup, Self::LineItems];

    /// Name of the table, of its folder under `lake/`, in rows about its files and in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rollup => "rollup",
            Self::LineItems => "line_items",
        }
    }

    /// Schema of the data files (partition columns are in the path).
    pub fn schema(self) -> SchemaRef {
        match self {
            Self::Rollup => Arc::clone(&schema::ROLLUP),
            Self::LineItems => Arc::clone(&schema::LINE_ITEMS),
        }
    }

    /// Column by whose least and greatest whole files are skipped: a day (Date32) or an instant.
    pub const fn time_column(self) -> &'static str {
        match self {
            Self::Rollup => schema::DAY,
            Self::LineItems => "ChargePeriodStart",
        }
    }

    /// Columns that questions filter by, which get statistics of each page: worth it where files are large.
    pub const fn searched(self) -> &'static [&'static str] {
        match self {
            Self::Rollup => &[],
            Self::LineItems => &["ChargePeriodStart", "SubAccountId", "ServiceName", "ResourceId"],
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Table {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        Self::ALL.into_iter().find(|table| table.name() == text).ok_or_else(|| TableError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_whole() {
        for table in Table::ALL {
            assert_eq!(table.name().parse(), Ok(table));
            let schema = table.schema();
            for column in table.searched().iter().chain([&table.time_column()]) {
                assert!(schema.column_with_name(column).is_some(), "{table}: {column}");
            }
        }
        assert!("hours of yesterday".parse::<Table>().is_err());
    }
}
