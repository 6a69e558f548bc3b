//! How the files of a table lie and are written.

use crate::encode::PageIndex;
use model::{BillingPeriod, ConnectionId, Table, schema};

/// zstd level. Level 3 makes a roll-up hardly smaller and takes a quarter of the time of writing it, which people wait
/// for.
pub(crate) const COMPRESSION_LEVEL: i32 = 1;

/// Path of a partition, relative to its table.
pub(crate) fn partition_path(connection: &ConnectionId, period: BillingPeriod) -> String {
    let [connection_column, period_column] = schema::PARTITIONS;
    format!("{connection_column}={connection}/{period_column}={period}")
}

/// Which statistics a column gets.
pub(crate) fn page_index(table: Table, column: &str) -> PageIndex {
    if table.searched().contains(&column) { PageIndex::EveryPage } else { PageIndex::ChunkOnly }
}
