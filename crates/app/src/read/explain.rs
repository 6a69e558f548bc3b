//! Explain this number: the line items behind a cell, with the file and row each came from.

use super::{Published, SplitPart, splitting};
use crate::{App, AppError, Result};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::{CostQuery, Decimal};
use query::{ExplainOrder, ExplainedRow, Explanation};

/// The figure that is to be explained.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Span, filters and groups.
    pub query: CostQuery,
    /// The group: one key per dimension.
    pub keys: Vec<Option<String>>,
    /// Whether it stands in a table whose shared costs are split; then no keys at all mean its total, and `query`
    /// has the table's view.
    pub split: bool,
    /// Of a split figure, the part whose rows are wanted; else the largest.
    pub part: Option<String>,
}

/// A figure and what is behind it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The figure.
    pub figure: Decimal,
    /// The rows, with their own sum.
    pub rows: Explanation,
    /// What a split figure is made of, largest first; empty for others.
    pub parts: Vec<SplitPart>,
    /// Which of them the rows are of.
    pub shown: usize,
}

/// Explains a cell; `page` counts from 1.
pub async fn explain(
    app: &App,
    published: &Published,
    cell: Cell,
    order: ExplainOrder,
    (page, page_size): (usize, usize),
) -> Result<Explained> {
    let asked = resolved(app, published, cell).await?;
    let rows =
        app.engine().explain(&published.view, &asked.query, &asked.keys, order, page, page_size).await?;
    let figure =
        if asked.parts.is_empty() { rows.figure } else { asked.parts.iter().map(|part| part.figure).sum() };
    Ok(Explained { figure, rows, parts: asked.parts, shown: asked.shown })
}

/// Every row that [`explain`] would page through, in pieces.
pub async fn explained_rows(
    app: &App,
    published: &Published,
    cell: Cell,
    order: ExplainOrder,
) -> Result<BoxStream<'static, Result<Vec<ExplainedRow>>>> {
    let asked = resolved(app, published, cell).await?;
    let rows = app.engine().explained_rows(&published.view, &asked.query, &asked.keys, order).await?;
    Ok(rows.map(|rows| rows.map_err(AppError::from)).boxed())
}

/// Which rows are asked for, and what they are part of.
struct Asked {
    query: CostQuery,
    keys: Vec<Option<String>>,
    parts: Vec<SplitPart>,
    shown: usize,
}

async fn resolved(app: &App, published: &Published, cell: Cell) -> Result<Asked> {
    let query = published.definitions.resolve(cell.query)?;
    if !cell.split || published.definitions.shared_costs.is_empty() {
        return Ok(Asked { query, keys: cell.keys, parts: vec![], shown: 0 });
    }
    let found = splitting::explained(app, published, &query, &cell.keys, cell.part.as_deref()).await?;
    Ok(Asked { query: found.rows, keys: found.keys, parts: found.parts, shown: found.shown })
}
