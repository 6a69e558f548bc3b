//! The proof of totals as it was kept when each period was published.

use super::Published;
use super::overview::{connections, whole};
use crate::proof::{PeriodProof, Proof};
use crate::{AppError, Result};
use model::Decimal;

/// One period's proof.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ReconciledPeriod {
    /// The connection.
    pub connection: String,
    /// `YYYY-MM`.
    pub period: String,
    /// Whether nothing of it is wrong, left out or unchecked ([`Proof::proven`]).
    pub proven: bool,
    /// The parts: copied, complete, amortized.
    pub proof: Proof,
    /// Whether the month may still change.
    pub open: bool,
    /// Currency.
    pub currency: String,
    /// Rows that count in totals.
    pub rows: u64,
    /// Unblended total while reading.
    pub raw_total: Decimal,
    /// Unblended total as stored.
    pub stored_total: Decimal,
    /// Raw − stored.
    pub difference: Decimal,
    /// Per file and line item type, per commitment.
    #[serde(flatten)]
    pub kept: PeriodProof,
}

/// Every published period's proof.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Reconciliation {
    /// The same of all periods, and of the sources.
    pub proven: bool,
    /// The parts of all periods together, and of the sources.
    pub proof: Proof,
    /// Newest first.
    pub periods: Vec<ReconciledPeriod>,
}

/// The proofs of what is published.
///
/// # Errors
/// `Internal`: a proof cannot be read.
pub fn reconcile(published: &Published) -> Result<Reconciliation> {
    let mut periods = vec![];
    let shown = published.view.periods.iter().zip(&published.proofs);
    for (publication, (shown, proof)) in published.publications.iter().zip(shown) {
        let kept = serde_json::from_value(publication.proof.clone()).map_err(|error| {
            AppError::internal(format!("the proof of {} cannot be read: {error}", publication.period))
                .advise("Ingest the period again with --force.")
        })?;
        periods.push(ReconciledPeriod {
            connection: publication.connection_id.to_string(),
            period: publication.period.to_string(),
            proven: proof.proven(),
            proof: proof.clone(),
            open: shown.open,
            currency: publication.currency.clone(),
            rows: publication.rows,
            raw_total: publication.raw_total,
            stored_total: publication.stored_total,
            difference: publication.raw_total - publication.stored_total,
            kept,
        });
    }
    let proof = whole(&connections(published));
    Ok(Reconciliation { proven: proof.proven(), proof, periods })
}
