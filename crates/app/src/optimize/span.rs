//! The days that are meant.

use crate::read::{Published, page_days};
use crate::{App, AppError, Result};
use chrono::NaiveDate;

/// Days unless said otherwise.
const DAYS: u64 = 30;

/// The days that are said, each end by itself, or the newest thirty with data.
///
/// # Errors
/// `Invalid`: they end before they begin.
pub async fn span_of(
    app: &App,
    published: &Published,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<(NaiveDate, NaiveDate)> {
    let newest = page_days(app, published, DAYS).await?;
    let today = app.now().date_naive();
    let (first, end) = newest.unwrap_or((today, today));
    let to = to.unwrap_or(end);
    let from = from.unwrap_or_else(|| if to == end { first } else { to - chrono::Days::new(DAYS) });
    if from > to {
        return Err(AppError::invalid(format!("from: {from} is after {to}"))
            .advise("Give the first day, and the day after the last."));
    }
    Ok((from, to))
}
