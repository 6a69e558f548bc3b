//! The line items behind a figure, and SQL over them.

use super::Engine;
use crate::batches::Batches;
use crate::error::QueryError;
use crate::explain::{self, ExplainOrder, Explanation, Page};
use crate::lines::Pieces;
use crate::view::View;
use model::limits::MOST_ROWS_PAGED;
use model::{CostQuery, Filter};

impl Engine {
    /// The line items behind one cell: the group of `query` with these keys, over its span and filters.
    /// `page` counts from 1. While a month has only its roll-up, the figure comes without rows.
    pub async fn explain(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
        order: ExplainOrder,
        page: usize,
        page_size: usize,
    ) -> Result<Explanation, QueryError> {
        let page = Page { order, number: page.max(1), rows: page_size.clamp(1, 10_000) };
        if page.number.saturating_mul(page.rows) > MOST_ROWS_PAGED {
            return Err(QueryError::invalid(
                format!("page {} lies beyond the first {MOST_ROWS_PAGED} rows", page.number),
                "Sort the other way, narrow the figure, or take the rows as a file.",
            ));
        }
        let cell = self.cell(view, query, keys).await?;
        let plan = self.plan(view, &cell).await?;
        let mut explanation = explain::start(&cell, &plan, page);
        if plan.periods.is_empty() {
            return Ok(explanation);
        }
        let missing = plan.without_line_items();
        if missing.is_empty() {
            let names = self.names(&plan, &cell).await?;
            self.shared.lines.explain(&plan, &cell, names, page, &mut explanation).await?;
        } else {
            explanation.wait_for(&missing);
            if !plan.needs_resources() {
                let (table, _) = self.sum(&plan, &cell).await?;
                explanation.figure = table.total()?;
            }
        }
        Ok(explanation)
    }

    /// Every line item behind one cell, as [`Engine::explain`] would page through them, in pieces.
    ///
    /// # Errors
    /// `NotReady` while a month has only its roll-up.
    pub async fn explained_rows(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
        order: ExplainOrder,
    ) -> Result<Pieces, QueryError> {
        let cell = self.cell(view, query, keys).await?;
        let plan = self.plan(view, &cell).await?;
        let missing = plan.without_line_items();
        if !missing.is_empty() {
            return Err(QueryError::not_ready(explain::waiting(&missing)));
        }
        if plan.periods.is_empty() {
            return Ok(Box::pin(futures::stream::empty()));
        }
        let names = self.names(&plan, &cell).await?;
        self.shared.lines.rows(&plan, &cell, names, order).await
    }

    /// The total of one group, as a question of its own.
    async fn cell(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
    ) -> Result<CostQuery, QueryError> {
        if keys.len() != query.group_by.len() {
            return Err(QueryError::invalid(
                format!("{} keys were given for {} dimensions", keys.len(), query.group_by.len()),
                "Give one key per dimension, in the same order.",
            ));
        }
        let mut filters = query.filters.clone();
        filters.extend(query.group_by.iter().zip(keys).map(|(dimension, key)| Filter {
            dimension: dimension.clone(),
            exclude: false,
            values: vec![key.clone().unwrap_or_default()],
        }));
        let cell = CostQuery { from: query.from, to: query.to, filters, ..CostQuery::total(query.metric) };
        let cell = self.with_keys_in_use(view, &cell).await?;
        Ok(self.in_one_currency(view, &cell).await?.0)
    }

    /// The rows of one SQL query over `line_items` (every column of the canonical schema, with `connection_id` and
    /// `billing_period`) and `rollup`, as far as the view's scope lets them be seen; `tag("Tags", 'Key')` and
    /// `cost_category("x_CostCategories", 'Name')` read the JSON columns. Nothing but queries is accepted. The rows come as
    /// they are taken, and the query ends when they are dropped.
    ///
    /// # Errors
    /// `Invalid`: no query, or not over these tables; `Busy`: too much waits already. What fails later is the last of the
    /// batches.
    pub async fn sql(&self, view: &View, sql: &str) -> Result<Batches, QueryError> {
        self.shared.lines.sql(view, sql).await
    }
}
