//! Explain this number: the line items behind a cell, with the file and row each came from.

use super::Published;
use crate::{App, Result};
use model::CostQuery;
use query::Explanation;

/// Explains the group of `query` with these keys, over its span and filters; `page` counts from 1.
pub async fn explain(
    app: &App,
    published: &Published,
    query: &CostQuery,
    keys: &[Option<String>],
    page: usize,
    page_size: usize,
) -> Result<Explanation> {
    Ok(app.engine().explain(&published.view, query, keys, page, page_size).await?)
}
