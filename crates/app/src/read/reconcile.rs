//! The proof of totals as it was kept when each period was published.

use super::Published;
use crate::proof::PeriodProof;
use crate::{App, AppError, Result};
use model::Decimal;

/// One period's proof.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ReconciledPeriod {
    /// The connection.
    pub connection: String,
    /// `YYYY-MM`.
    pub period: String,
    /// Whether every stored sum equals its raw sum, digit by digit.
    pub proven: bool,
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
    pub proof: PeriodProof,
}

/// Every published period's proof.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Reconciliation {
    /// Whether all periods are proven.
    pub proven: bool,
    /// Newest first.
    pub periods: Vec<ReconciledPeriod>,
}

/// The proofs of an organization's published periods.
pub async fn reconcile(app: &App, organization: Option<&str>) -> Result<Reconciliation> {
    let published = Published::resolve(app, organization).await?;
    let mut periods = vec![];
    for (publication, shown) in published.publications.iter().zip(&published.view.periods) {
        let proof = serde_json::from_value(publication.proof.clone()).map_err(|error| {
            AppError::internal(format!("the proof of {} cannot be read: {error}", publication.period))
                .advise("Ingest the period again with --force.")
        })?;
        periods.push(ReconciledPeriod {
            connection: publication.connection_id.to_string(),
            period: publication.period.to_string(),
            proven: publication.proven,
            open: shown.open,
            currency: publication.currency.clone(),
            rows: publication.rows,
            raw_total: publication.raw_total,
            stored_total: publication.stored_total,
            difference: publication.raw_total - publication.stored_total,
            proof,
        });
    }
    Ok(Reconciliation { proven: published.proven(), periods })
}
