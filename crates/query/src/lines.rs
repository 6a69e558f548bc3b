//! Line items by DataFusion: hours, resources, *explain* and SQL.
//!
//! A session sees exactly the files of the view, as two tables with the partition columns filled in. Sessions are made
//! per question: they are cheap, and nothing of one question can reach another. They share memory, which has an end
//! beyond which they spill, and threads of their own (`workers`).

mod exact_sum;
mod functions;
mod seen;
mod table;
mod workers;

use crate::assemble::{LARGEST, Table, too_large};
use crate::error::QueryError;
use crate::explain::{ExplainOrder, ExplainedRow, Explanation, Page, rows_sql, total_sql, waiting};
use crate::limits::{PIECES, SQL_BYTES};
use crate::load::Work;
use crate::plan::{Days, Plan, date};
use crate::scope::Scope;
use crate::sql::{self, Form, Function};
use crate::turns::{Turn, Turns};
use crate::view::PublishedPeriod;
use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Int64Type, Schema, TimestampMicrosecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};
use exact_sum::OVERFLOWN;
use futures::StreamExt;
use futures::stream::BoxStream;
use lake::DataFile;
use model::schema::{AMOUNT, LINE_ITEMS, ROLLUP, instant};
use model::{CostQuery, Decimal, TimeView};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use workers::Workers;

/// The result of a SQL query, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqlRows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values; `None` is NULL. Amounts have all their digits and no trailing zeros.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Account names by ID, where a statement needs them.
pub(crate) type NamesById = Option<BTreeMap<String, String>>;

/// Rows of a file, some thousands at a time.
pub(crate) type Pieces = BoxStream<'static, Result<Vec<ExplainedRow>, QueryError>>;

/// The line-item engine.
pub(crate) struct Lines {
    memory_limit: usize,
    threads: usize,
    /// Made with the first statement.
    workers: OnceLock<Result<Workers, QueryError>>,
    turns: Arc<Turns>,
}

impl Lines {
    pub(crate) fn new(memory_limit: usize, threads: usize) -> Self {
        // One organization never takes all places: statements take seconds, others should not wait for them.
        let each = threads.max(2);
        Self { memory_limit, threads, workers: OnceLock::new(), turns: Turns::new(each + 1, each) }
    }

    fn workers(&self) -> Result<&Workers, QueryError> {
        let made = self.workers.get_or_init(|| Workers::new(self.threads, self.memory_limit));
        made.as_ref().map_err(Clone::clone)
    }

    /// Statements, and the bytes that files of rows have reserved.
    pub(crate) fn load(&self) -> (Work, usize) {
        let made = self.workers.get().and_then(|made| made.as_ref().ok());
        let (bytes, file_bytes) = made.map(Workers::reserved).unwrap_or_default();
        (Work { bytes, ..self.turns.load() }, file_bytes)
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
        let session = self.session(&plan, names, form.functions(), false)?;
        let _turn = self.turns.take(&plan.whose).await?;
        let work = async move {
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
        let mut form = Form::run();
        let total = total_sql(cell, &mut form);
        let totals = self.session(plan, names.clone(), form.functions(), false)?;
        let mut form = Form::run();
        let statement = rows_sql(cell, page.order, Some(page), &mut form);
        let session = self.session(plan, names, form.functions(), false)?;
        let scope = plan.scope.clone();
        let _turn = self.turns.take(&plan.whose).await?;
        let work = async move {
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
                explained(&batch?, &scope, &mut rows)?;
            }
            Ok((rows_total, figure, rows))
        };
        (into.rows_total, into.figure, into.rows) = self.workers()?.run(work).await?;
        Ok(())
    }

    /// All rows behind a cell, a few thousand at a time. Nothing is read ahead of a slow reader but some pieces; when
    /// it is gone, reading ends.
    pub(crate) async fn rows(
        &self,
        plan: &Plan,
        cell: &CostQuery,
        names: NamesById,
        order: ExplainOrder,
    ) -> Result<Pieces, QueryError> {
        let mut form = Form::run();
        let statement = rows_sql(cell, order, None, &mut form);
        let session = self.session(plan, names, form.functions(), true)?;
        let turn = self.turns.take(&plan.whose).await?;
        let batches = self.workers()?.run(async move { run(&session, &statement).await }).await?;
        let (to, mut from) = tokio::sync::mpsc::channel(PIECES);
        let scope = plan.scope.clone();
        self.workers()?.leave(async move {
            let mut batches = batches;
            // The turn is for sorting: once rows come, their reader says how fast.
            let mut turn: Option<Turn> = Some(turn);
            while let Some(batch) = batches.next().await {
                turn.take();
                let piece = batch.map_err(QueryError::from).and_then(|batch| {
                    let mut rows = Vec::new();
                    explained(&batch, &scope, &mut rows)?;
                    Ok(rows)
                });
                let failed = piece.is_err();
                if to.send(piece).await.is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(futures::stream::poll_fn(move |context| from.poll_recv(context)).boxed())
    }

    /// Runs one query; nothing else is accepted.
    pub(crate) async fn sql(&self, view: &crate::view::View, sql: &str) -> Result<SqlRows, QueryError> {
        let periods: Vec<&PublishedPeriod> = view.periods.iter().collect();
        let session = self.session_of(&periods, &view.scope, None, Vec::new(), self.workers()?.answers())?;
        let sql = sql.to_owned();
        let _turn = self.turns.take(&view.whose).await?;
        let work = async move {
            let only_queries =
                SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let frame = session.sql_with_options(&sql, only_queries).await?;
            let mut found = SqlRows {
                columns: frame.schema().fields().iter().map(|field| field.name().clone()).collect(),
                rows: Vec::new(),
            };
            let mut batches = frame.execute_stream().await?;
            let mut bytes = 0;
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
                bytes += columns
                    .iter()
                    .flatten()
                    .map(|text| 24 + text.as_ref().map_or(0, String::len))
                    .sum::<usize>();
                if bytes > SQL_BYTES {
                    return Err(QueryError::too_large(1));
                }
                for row in 0..batch.num_rows() {
                    found.rows.push(columns.iter().map(|column| column[row].clone()).collect());
                }
            }
            Ok(found)
        };
        self.workers()?.run(work).await
    }

    fn session(
        &self,
        plan: &Plan,
        names: NamesById,
        functions: Vec<Function>,
        file: bool,
    ) -> Result<SessionContext, QueryError> {
        let workers = self.workers()?;
        let memory = if file { workers.files() } else { workers.answers() };
        self.session_of(&plan.periods.iter().collect::<Vec<_>>(), &plan.scope, names, functions, memory)
    }

    fn session_of(
        &self,
        periods: &[&PublishedPeriod],
        scope: &Scope,
        names: NamesById,
        functions: Vec<Function>,
        memory: &Arc<RuntimeEnv>,
    ) -> Result<SessionContext, QueryError> {
        let mut config = SessionConfig::new()
            .with_target_partitions(self.threads)
            .with_create_default_catalog_and_schema(true)
            .with_information_schema(false);
        let options = config.options_mut();
        options.execution.parquet.pushdown_filters = true;
        options.execution.parquet.reorder_filters = true;
        options.execution.time_zone = Some("+00:00".to_owned());
        let session = SessionContext::new_with_config_rt(config, Arc::clone(memory));
        session.register_udf(functions::of_key("tag"));
        session.register_udf(functions::of_key("cost_category"));
        session.register_udaf(exact_sum::exact_sum());
        for (place, function) in functions.into_iter().enumerate() {
            session.register_udf(functions::of_statement(place, function));
        }
        let files = |of: fn(&PublishedPeriod) -> &[DataFile]| {
            periods.iter().flat_map(move |it| of(it).iter().map(move |file| (*it, file)))
        };
        let lines = files(|it| it.line_item_files.as_deref().unwrap_or_default());
        seen::register(&session, "line_items", table::Files::new(&LINE_ITEMS, lines, self.threads)?, scope)?;
        let rollup = files(|it| &it.rollup_files);
        seen::register(&session, "rollup", table::Files::new(&ROLLUP, rollup, self.threads)?, scope)?;
        if let Some(names) = names {
            session.register_table("account_names", Arc::new(names_table(&names)?))?;
        }
        Ok(session)
    }
}

/// Plans a statement and begins to run it.
async fn run(session: &SessionContext, statement: &str) -> Result<SendableRecordBatchStream, QueryError> {
    Ok(session.sql(statement).await?.execute_stream().await?)
}

/// Sums that can be stored; one that overflowed is the largest of all numbers.
fn figures(column: &ArrayRef) -> Result<Vec<Option<i128>>, QueryError> {
    let figures = cast(column, &AMOUNT).map_err(QueryError::internal)?;
    let figures = figures.as_primitive::<Decimal128Type>();
    const { assert!(OVERFLOWN.unsigned_abs() > LARGEST) };
    if figures.values().iter().any(|figure| figure.unsigned_abs() > LARGEST) {
        return Err(too_large());
    }
    Ok(figures.iter().collect())
}

fn names_table(names: &BTreeMap<String, String>) -> Result<MemTable, QueryError> {
    let fields = ["named_account", "account_name"].map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(names.keys()));
    let words: ArrayRef = Arc::new(StringArray::from_iter_values(names.values()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![ids, words]).map_err(QueryError::internal)?;
    Ok(MemTable::try_new(schema, vec![vec![batch]])?)
}

/// The bucket of each row.
fn buckets_of(batch: &RecordBatch, at: usize, view: TimeView, plan: &Plan) -> Result<Vec<usize>, QueryError> {
    if view == TimeView::Total {
        return Ok(vec![0; batch.num_rows()]);
    }
    if view == TimeView::Hour {
        let starts = cast(batch.column(at), &instant()).map_err(QueryError::internal)?;
        let starts = starts.as_primitive::<TimestampMicrosecondType>();
        return Ok(starts.values().iter().map(|micros| plan.buckets.of_instant(*micros)).collect());
    }
    let starts = cast(batch.column(at), &DataType::Date32).map_err(QueryError::internal)?;
    let starts = starts.as_primitive::<Date32Type>();
    Ok(starts.values().iter().map(|day| plan.buckets.of_day(*day)).collect())
}

fn text(column: &ArrayRef) -> Result<StringArray, QueryError> {
    let column = cast(column, &DataType::Utf8).map_err(QueryError::internal)?;
    Ok(column.as_string::<i32>().clone())
}

fn texts(column: &ArrayRef) -> Result<Vec<Option<String>>, QueryError> {
    let is_amount = |amounts: &Decimal128Array| i32::from(amounts.scale()) == model::SCALE.cast_signed();
    if column.as_primitive_opt::<Decimal128Type>().is_some_and(is_amount) {
        let amounts = figures(column)?;
        let text = |units: i128| Decimal::from_units(units).to_string();
        return Ok(amounts.into_iter().map(|it| it.map(text)).collect());
    }
    let options = FormatOptions::default();
    let format = ArrayFormatter::try_new(column.as_ref(), &options).map_err(QueryError::internal)?;
    Ok((0..column.len()).map(|row| column.is_valid(row).then(|| format.value(row).to_string())).collect())
}

/// Whoever sees some rows of a file alone is not told its name, which is the connection's, nor how many rows stand before.
fn explained(batch: &RecordBatch, scope: &Scope, into: &mut Vec<ExplainedRow>) -> Result<(), QueryError> {
    let words = |at: usize| text(batch.column(at));
    let instants = |at: usize| cast(batch.column(at), &instant()).map_err(QueryError::internal);
    let amounts = |at: usize| cast(batch.column(at), &AMOUNT).map_err(QueryError::internal);
    let (starts, ends) = (instants(0)?, instants(1)?);
    let words = (2..11).chain([13]).map(words).collect::<Result<Vec<_>, _>>()?;
    let (usage, figures) = (amounts(11)?, amounts(12)?);
    let places = cast(batch.column(14), &DataType::Int64).map_err(QueryError::internal)?;
    let amount = |column: &ArrayRef, row: usize| {
        Decimal::from_units(column.as_primitive::<Decimal128Type>().value(row))
    };
    let moment = |column: &ArrayRef, row: usize| {
        let column = column.as_primitive::<TimestampMicrosecondType>();
        column.is_valid(row).then(|| DateTime::from_timestamp_micros(column.value(row))).flatten()
    };
    for row in 0..batch.num_rows() {
        let word = |at: usize| {
            let column = &words[at];
            let value = column.is_valid(row).then(|| column.value(row).to_owned());
            value.filter(|value| !value.is_empty())
        };
        into.push(ExplainedRow {
            charge_period_start: moment(&starts, row),
            charge_period_end: moment(&ends, row),
            account_id: word(0),
            account: word(1).or_else(|| word(0)),
            service: word(2),
            usage_type: word(3),
            operation: word(4),
            line_item_type: word(5),
            resource_id: word(6),
            description: word(7),
            tags: word(8),
            usage_amount: amount(&usage, row),
            figure: amount(&figures, row),
            source_file: word(9).filter(|_| scope.is_everything()),
            source_row: if scope.is_everything() { places.as_primitive::<Int64Type>().value(row) } else { 0 },
        });
    }
    Ok(())
}
