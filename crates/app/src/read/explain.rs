//! Explain this number: the line items behind a cell, with the file and row each came from.

use super::Published;
use crate::{App, AppError, Result};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::CostQuery;
use query::{ExplainOrder, ExplainedRow, Explanation};

/// Explains the group of `query` with these keys, over its span and filters; `page` counts from 1.
pub async fn explain(
    app: &App,
    published: &Published,
    query: CostQuery,
    keys: &[Option<String>],
    order: ExplainOrder,
    (page, page_size): (usize, usize),
) -> Result<Explanation> {
    let query = published.definitions.resolve(query)?;
    Ok(app.engine().explain(&published.view, &query, keys, order, page, page_size).await?)
}

/// Every row that [`explain`] would page through, in pieces.
pub async fn explained_rows(
    app: &App,
    published: &Published,
    query: CostQuery,
    keys: &[Option<String>],
    order: ExplainOrder,
) -> Result<BoxStream<'static, Result<Vec<ExplainedRow>>>> {
    let query = published.definitions.resolve(query)?;
    let rows = app.engine().explained_rows(&published.view, &query, keys, order).await?;
    Ok(rows.map(|rows| rows.map_err(AppError::from)).boxed())
}
