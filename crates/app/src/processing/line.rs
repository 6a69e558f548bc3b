//! What a reading process tells the one that started it: lines of JSON on its standard output.

use crate::ingest_job::IngestSummary;
use crate::{AppError, Progress};

/// A line.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// Nothing new. Whoever cannot write this has nobody left to read for.
    Alive,
    /// Where reading stands.
    Progress(Progress),
    /// The end: what was read.
    Done(IngestSummary),
    /// The end: why it could not be read.
    Failed(AppError),
}
