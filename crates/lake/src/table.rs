//! The two tables: their folders, schemas and file layout.

use crate::encode::PageIndex;
use arrow::datatypes::SchemaRef;
use model::{BillingPeriod, ConnectionId, schema};
use std::sync::Arc;

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Daily sums over every dimension but the resource.
    Rollup,
    /// One row per row of the report.
    LineItems,
}

impl Table {
    /// Both tables.
    pub const ALL: [Self; 2] = [Self::Rollup, Self::LineItems];

    /// Name of the table and of its folder under `lake/`.
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

    /// Path of a partition, relative to the table.
    pub fn partition_path(self, connection: &ConnectionId, period: BillingPeriod) -> String {
        let [connection_column, period_column] = schema::PARTITIONS;
        format!("{connection_column}={connection}/{period_column}={period}")
    }

    /// Column by whose least and greatest Delta's readers skip whole files.
    pub(crate) const fn time_column(self) -> &'static str {
        match self {
            Self::Rollup => schema::DAY,
            Self::LineItems => "ChargePeriodStart",
        }
    }

    /// zstd level. Level 3 makes a roll-up hardly smaller and takes a quarter of the time of writing it, which
    /// people wait for.
    pub(crate) const COMPRESSION_LEVEL: i32 = 1;

    /// Columns that line-item queries filter by, which get page statistics.
    pub(crate) fn page_index(self, column: &str) -> PageIndex {
        match (self, column) {
            (Self::LineItems, "ChargePeriodStart" | "SubAccountId" | "ServiceName" | "ResourceId") => {
                PageIndex::EveryPage
            }
            _ => PageIndex::ChunkOnly,
        }
    }
}
