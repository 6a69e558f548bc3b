//! Line items by DataFusion: hours, resources, *explain* and SQL.
//!
//! A statement and what of the bills may be seen go in, batches of rows come out ([ADR 19](../../../docs/adr/0019-engine-seam.md)).
//! A session sees exactly the files of the view, as two tables with the partition columns filled in. Sessions are made
//! per question: they are cheap, and nothing of one question can reach another. Each has a part of one memory (`room`), beyond
//! which it spills, and runs on threads that are for statements alone (`workers`); who reads its rows slowly holds neither (`outlet`).

mod exact_sum;
mod functions;
mod outlet;
mod read;
mod room;
mod seen;
mod table;
mod workers;

pub(crate) use read::texts;

use crate::assemble::Table;
use crate::batches::Batches;
use crate::error::QueryError;
use crate::explain::{ExplainOrder, ExplainedRow, Explanation, Page, rows_sql, total_sql, waiting};
use crate::limits::{ANSWER_TIME, FILE_TIME, PIECE};
use crate::load::Work;
use crate::plan::{Days, Plan, date};
use crate::scope::Scope;
use crate::sql::{self, Form, Function};
use crate::turns::Turns;
use crate::view::{PublishedPeriod, View};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use lake::DataFile;
use model::schema::{LINE_ITEMS, ROLLUP};
use model::{CostQuery, Decimal, TimeView};
use read::{buckets_of, explained, figures, text};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use workers::{Part, Workers};

/// Account names by ID, where a statement needs them.
pub(crate) type NamesById = Option<BTreeMap<String, String>>;

/// Rows of a file, some hundreds at a time.
pub(crate) type Pieces = BoxStream<'static, Result<Vec<ExplainedRow>, QueryError>>;

/// The line-item engine.
pub(crate) struct Lines {
    memory_limit: usize,
    threads: usize,
    /// Where statements spill, if not where the system puts such things.
    spill: Option<PathBuf>,
    /// Made with the first statement.
    workers: OnceLock<Result<Workers, QueryError>>,
    turns: Arc<Turns>,
}

impl Lines {
    pub(crate) fn new(memory_limit: usize, threads: usize, spill: Option<PathBuf>) -> Self {
        // One organization never takes all places: statements take seconds, others should not wait for them.
        let each = threads.max(2);
        Self { memory_limit, threads, spill, workers: OnceLock::new(), turns: Turns::new(each + 1, each) }
    }

    fn workers(&self) -> Result<&Workers, QueryError> {
        let make = || Workers::new(self.threads, self.memory_limit, self.spill.clone());
        let made = self.workers.get_or_init(make);
        made.as_ref().map_err(Clone::clone)
    }

    /// Statements, and the bytes that they have on disk.
    pub(crate) fn load(&self) -> (Work, u64) {
        let made = self.workers.get().and_then(|made| made.as_ref().ok());
        let (bytes, disk_bytes) = made.map(Workers::reserved).unwrap_or_default();
        (Work { bytes, ..self.turns.load() }, disk_bytes)
    }

    /// The groups of a question over some days, from line items.
    pub(crate) async fn table(
        &self,
        plan: &Plan,
        query: &CostQuery,
        days: Days,
        names: NamesById,
    ) -> Result<Table, QueryError> {
        let missing = plan.without_line_items();
        if !missing.is_empty() {
            return Err(QueryError::not_ready(waiting(&missing)));
        }
        let buckets = if query.view == TimeView::Total { 1 } else { plan.buckets.len() };
        let mut table = Table::new(buckets);
        if days.from >= days.to {
            return Ok(table);
        }
        let mut form = Form::run();
        let statement = sql::text(query, Some(date(days.from)), Some(date(days.to)), &mut form);
        let (plan, view, keys) = (plan.clone(), query.view, query.group_by.len());
        let turn = self.turns.take(&plan.whose).await?;
        let part = self.workers()?.part();
        let (functions, threads) = (form.functions(), self.threads);
        let work = async move {
            // Until it has really ended.
            let _turn = turn;
            let session = session(threads, &plan, names, functions, &part)?;
            let mut batches = run(&session, &statement).await?;
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                let texts = (0..keys).map(|at| text(batch.column(at))).collect::<Result<Vec<_>, _>>()?;
                let figures = figures(batch.column(batch.num_columns() - 1))?;
                let bucket = buckets_of(&batch, keys, view, &plan)?;
                for (row, bucket) in bucket.into_iter().enumerate() {
                    // A total over no rows is one row with NULL: no group.
                    let Some(figure) = figures[row] else { continue };
                    let key = |texts: &StringArray| texts.is_valid(row).then(|| Arc::from(texts.value(row)));
                    table.add(texts.iter().map(key).collect(), bucket, figure)?;
                }
            }
            Ok(table)
        };
        self.workers()?.run(work).await
    }

    /// Fills in the rows, their number and their sum.
    pub(crate) async fn explain(
        &self,
        plan: &Plan,
        cell: &CostQuery,
        names: NamesById,
        page: Page,
        into: &mut Explanation,
    ) -> Result<(), QueryError> {
        let turn = self.turns.take(&plan.whose).await?;
        let part = self.workers()?.part();
        let mut form = Form::run();
        let total = total_sql(cell, &mut form);
        let of_total = form.functions();
        let mut form = Form::run();
        let statement = rows_sql(cell, page.order, Some(page), &mut form);
        let (of_rows, threads, plan) = (form.functions(), self.threads, plan.clone());
        let work = async move {
            let _turn = turn;
            let totals = session(threads, &plan, names.clone(), of_total, &part)?;
            let session = session(threads, &plan, names, of_rows, &part)?;
            let (mut rows_total, mut figure, mut rows) = (0, Decimal::ZERO, Vec::new());
            let mut batches = run(&totals, &total).await?;
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                let count = cast(batch.column(0), &DataType::Int64).map_err(QueryError::internal)?;
                if let Some(Some(sum)) = figures(batch.column(1))?.first() {
                    rows_total = count.as_primitive::<Int64Type>().value(0).unsigned_abs();
                    figure = Decimal::from_units(*sum);
                }
            }
            let mut batches = run(&session, &statement).await?;
            while let Some(batch) = batches.next().await {
                rows.extend(explained(&batch?, &plan.scope)?);
            }
            Ok((rows_total, figure, rows))
        };
        (into.rows_total, into.figure, into.rows) = self.workers()?.run(work).await?;
        Ok(())
    }

    /// All rows behind a cell, some at a time; when their reader is gone, reading ends.
    pub(crate) async fn rows(
        &self,
        plan: &Plan,
        cell: &CostQuery,
        names: NamesById,
        order: ExplainOrder,
    ) -> Result<Pieces, QueryError> {
        let mut form = Form::run();
        let statement = rows_sql(cell, order, None, &mut form);
        let turn = self.turns.take(&plan.whose).await?;
        let part = self.workers()?.part().of_file();
        let scope = plan.scope.clone();
        let (functions, threads, plan) = (form.functions(), self.threads, plan.clone());
        let begun = async move {
            let session = session(threads, &plan, names, functions, &part)?;
            run(&session, &statement).await
        };
        let batches = self.workers()?.stream(begun, turn, FILE_TIME).await?;
        let pieces = batches.flat_map(move |batch| {
            let scope = scope.clone();
            let pieces = pieces_of(batch).map(move |piece| explained(&piece?, &scope));
            stream::iter(pieces)
        });
        Ok(pieces.boxed())
    }

    /// The rows of one query; nothing else is accepted.
    pub(crate) async fn sql(&self, view: &View, sql: &str) -> Result<Batches, QueryError> {
        let turn = self.turns.take(&view.whose).await?;
        let part = self.workers()?.part().of_file();
        let (sql, threads, view) = (sql.to_owned(), self.threads, view.clone());
        let begun = async move {
            let periods: Vec<&PublishedPeriod> = view.periods.iter().collect();
            let session = session_of(threads, &periods, &view.scope, None, Vec::new(), &part)?;
            let only_queries =
                SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            Ok(session.sql_with_options(&sql, only_queries).await?.execute_stream().await?)
        };
        self.workers()?.stream(begun, turn, ANSWER_TIME).await
    }
}

/// What a statement asks, over the files of a plan. Blocks where the size of a file of a bucket is not known: to be called
/// on the threads for statements.
fn session(
    threads: usize,
    plan: &Plan,
    names: NamesById,
    functions: Vec<Function>,
    part: &Part,
) -> Result<SessionContext, QueryError> {
    session_of(threads, &plan.periods.iter().collect::<Vec<_>>(), &plan.scope, names, functions, part)
}

/// As [`session`], over periods.
fn session_of(
    threads: usize,
    periods: &[&PublishedPeriod],
    scope: &Scope,
    names: NamesById,
    functions: Vec<Function>,
    part: &Part,
) -> Result<SessionContext, QueryError> {
    let mut config = SessionConfig::new()
        .with_target_partitions(threads)
        .with_create_default_catalog_and_schema(true)
        .with_information_schema(false);
    if let Some(rows) = part.batch {
        config = config.with_batch_size(rows);
    }
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.execution.time_zone = Some("+00:00".to_owned());
    let execution = &mut options.execution;
    execution.sort_spill_reservation_bytes = part.merging.min(execution.sort_spill_reservation_bytes);
    let session = SessionContext::new_with_config_rt(config, Arc::clone(&part.env));
    for function in [sql::TAG.function, sql::COST_CATEGORY.function, sql::JSON_FUNCTION] {
        session.register_udf(functions::of_key(function));
    }
    session.register_udaf(exact_sum::exact_sum());
    for (place, function) in functions.into_iter().enumerate() {
        session.register_udf(functions::of_statement(place, function));
    }
    let files = |of: fn(&PublishedPeriod) -> &[DataFile]| {
        periods.iter().flat_map(move |it| of(it).iter().map(move |file| (*it, file)))
    };
    let lines = files(|it| it.line_item_files.as_deref().unwrap_or_default());
    seen::register(&session, "line_items", table::Files::new(&LINE_ITEMS, lines, threads)?, scope)?;
    let rollup = files(|it| &it.rollup_files);
    seen::register(&session, "rollup", table::Files::new(&ROLLUP, rollup, threads)?, scope)?;
    if let Some(names) = names {
        session.register_table("account_names", Arc::new(names_table(&names)?))?;
    }
    Ok(session)
}

/// Plans a statement and begins to run it.
async fn run(session: &SessionContext, statement: &str) -> Result<SendableRecordBatchStream, QueryError> {
    Ok(session.sql(statement).await?.execute_stream().await?)
}

/// A batch in pieces.
fn pieces_of(
    batch: Result<RecordBatch, QueryError>,
) -> impl Iterator<Item = Result<RecordBatch, QueryError>> + Send {
    let (batch, failed) = match batch {
        Ok(batch) => (Some(batch), None),
        Err(error) => (None, Some(Err(error))),
    };
    let cut = batch.into_iter().flat_map(|batch| {
        let starts = (0..batch.num_rows()).step_by(PIECE);
        starts.map(move |from| Ok(batch.slice(from, PIECE.min(batch.num_rows() - from))))
    });
    cut.chain(failed)
}

fn names_table(names: &BTreeMap<String, String>) -> Result<MemTable, QueryError> {
    let fields = ["named_account", "account_name"].map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(names.keys()));
    let words: ArrayRef = Arc::new(StringArray::from_iter_values(names.values()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![ids, words]).map_err(QueryError::internal)?;
    Ok(MemTable::try_new(schema, vec![vec![batch]])?)
}
