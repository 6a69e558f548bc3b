//! What a statement gives: batches of rows, one after the other, as their reader takes them.

use crate::error::QueryError;
use crate::lines::texts;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::JoinSet;

/// The rows of a statement over what a view's scope lets be seen. Nothing of it is in memory but some batches; the statement
/// ends when it is dropped, or its time is over.
pub struct Batches {
    schema: SchemaRef,
    /// An error is the last of them.
    rows: BoxStream<'static, Result<RecordBatch, QueryError>>,
    /// What makes them: it ends with it.
    _work: JoinSet<()>,
}

/// A row as text; `None` is NULL.
pub type TextRow = Vec<Option<String>>;

impl Batches {
    pub(crate) fn new(
        schema: SchemaRef,
        rows: BoxStream<'static, Result<RecordBatch, QueryError>>,
        work: JoinSet<()>,
    ) -> Self {
        Self { schema, rows, _work: work }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows as text, some at a time. Amounts have all their digits and no trailing zeros.
    pub fn texts(self) -> impl Stream<Item = Result<Vec<TextRow>, QueryError>> + Send + Unpin {
        self.map(|batch| {
            let batch = batch?;
            let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
            let row = |_| columns.iter_mut().map(|column| column.next().flatten()).collect();
            Ok((0..batch.num_rows()).map(row).collect())
        })
    }
}

impl Stream for Batches {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.rows.poll_next_unpin(context)
    }
}
