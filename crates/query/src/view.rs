//! What a question is answered from: the publications that belong together.

use chrono::NaiveDate;
use model::{BillingPeriod, Snapshot, SnapshotPeriod};
use std::path::PathBuf;
use std::sync::Arc;

/// One published (connection, billing period).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublishedPeriod {
    /// The connection's id.
    pub connection: String,
    /// The month.
    pub period: BillingPeriod,
    /// Version of the publication; files of one publication never change.
    pub publication: i64,
    /// Whether all parts of its proof hold.
    pub proven: bool,
    /// Currency of the money figures.
    pub currency: String,
    /// Whether the month may still change.
    pub open: bool,
    /// Parquet files of the daily roll-up.
    pub rollup_files: Vec<PathBuf>,
    /// Parquet files of the line items; `None` while they are not there yet.
    pub line_item_files: Option<Vec<PathBuf>>,
}

/// All publications that a request sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Whose they are: organizations take turns when much is asked at once.
    pub whose: Arc<str>,
    /// The periods, in any order.
    pub periods: Vec<PublishedPeriod>,
}

/// Days of usage (UTC), either end open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Day after the last.
    pub to: Option<NaiveDate>,
}

/// The snapshot that some periods make.
pub(crate) fn snapshot(periods: &[&PublishedPeriod]) -> Snapshot {
    Snapshot {
        periods: periods
            .iter()
            .map(|period| SnapshotPeriod {
                connection: period.connection.clone(),
                period: period.period,
                publication: period.publication,
                proven: period.proven,
            })
            .collect(),
    }
}
