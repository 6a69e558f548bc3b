//! What the statements of this module have in common: months of a bill, texts of SQL, rows of text.

use crate::read::Published;
use crate::{AppError, Result};
use chrono::NaiveDate;
use model::{BillingPeriod, Decimal};
use query::{PublishedPeriod, View};
use std::collections::HashMap;
use std::sync::Arc;

/// The months of a currency that pass, as far as their line items are there, and those of which they are not yet.
pub(super) fn months(
    published: &Published,
    currency: &str,
    passes: impl Fn(BillingPeriod) -> bool,
) -> (View, Vec<BillingPeriod>) {
    let mut view = published.view.clone();
    view.periods.retain(|month| month.currency == currency && passes(month.period));
    let waits = |month: &PublishedPeriod| month.line_item_files.is_none() && !month.rollup_files.is_empty();
    let mut waiting: Vec<BillingPeriod> =
        view.periods.iter().filter(|month| waits(month)).map(|month| month.period).collect();
    waiting.sort_unstable();
    waiting.dedup();
    view.periods.retain(|month| !waits(month));
    (view, waiting)
}

/// A list of texts as SQL writes it; of nothing, what is equal to nothing.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> =
        texts.into_iter().map(|text| format!("'{}'", text.replace('\'', "''"))).collect();
    if quoted.is_empty() { "NULL".to_owned() } else { quoted.join(", ") }
}

/// Days since 1970.
pub(super) fn day_number(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

/// The cells of a row of text, one after the other.
pub(super) struct Row {
    cells: std::vec::IntoIter<Option<String>>,
}

impl Row {
    pub(super) fn new(cells: Vec<Option<String>>) -> Self {
        Self { cells: cells.into_iter() }
    }

    pub(super) fn text(&mut self) -> Option<String> {
        self.cells.next().flatten().filter(|text| !text.is_empty())
    }

    /// An amount; nothing is zero.
    pub(super) fn amount(&mut self) -> Result<Decimal> {
        self.cells.next().flatten().map_or(Ok(Decimal::ZERO), |text| text.parse().map_err(|_| odd()))
    }

    /// A whole number; nothing is zero.
    pub(super) fn number(&mut self) -> Result<i64> {
        self.cells.next().flatten().map_or(Ok(0), |text| text.parse().map_err(|_| odd()))
    }
}

fn odd() -> AppError {
    AppError::internal("sums of line items cannot be read")
}

/// Texts that come again and again, each once.
#[derive(Default)]
pub(super) struct Texts {
    known: HashMap<String, Arc<str>>,
}

impl Texts {
    pub(super) fn of(&mut self, text: Option<String>) -> Arc<str> {
        let text = text.unwrap_or_default();
        if let Some(known) = self.known.get(&text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = Arc::from(text.as_str());
        self.known.insert(text, Arc::clone(&made));
        made
    }
}
