//! The month that is meant.

use crate::read::{Published, newest_month};
use crate::{App, AppError, ErrorKind, Result};
use model::BillingPeriod;

/// The month that is said, or the newest with data.
///
/// # Errors
/// `NotFound`: there is no bill of it.
pub fn month_of(app: &App, published: &Published, said: Option<BillingPeriod>) -> Result<BillingPeriod> {
    let newest = || newest_month(app, published).map(|newest| newest.period);
    let month =
        said.or_else(newest).ok_or_else(|| AppError::new(ErrorKind::NotFound, "there are no bills yet"))?;
    if !published.has_month(month) {
        return Err(AppError::new(ErrorKind::NotFound, format!("there is no bill of {month}")));
    }
    Ok(month)
}
