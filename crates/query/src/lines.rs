//! Line items by DataFusion: hours, resources, *explain* and SQL.
//!
//! A session sees exactly the files of the view, as two tables with the partition columns filled in; its
//! memory is limited and it spills beyond. Sessions are made per question: they are cheap, and nothing of
//! one question can reach another.

mod functions;
mod table;

use crate::assemble::Table;
use crate::error::QueryError;
use crate::explain::{ExplainOrder, ExplainedRow, Explanation, Page, rows_sql, total_sql, waiting};
use crate::plan::{Days, Plan, date};
use crate::sql::{self, Names};
use crate::view::PublishedPeriod;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Int64Type, Schema, TimestampMicrosecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use datafusion::datasource::MemTable;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::schema::{AMOUNT, LINE_ITEMS, ROLLUP, instant};
use model::{CostQuery, Decimal, TimeView};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

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

/// The line-item engine.
pub(crate) struct Lines {
    memory_limit: usize,
    threads: usize,
}

impl Lines {
    pub(crate) fn new(memory_limit: usize, threads: usize) -> Self {
        Self { memory_limit, threads }
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
        let session = self.session(&plan.periods.iter().collect::<Vec<_>>(), names)?;
        let statement = sql::text(query, Some(date(days.from)), Some(date(days.to)), Names::Given);
        let keys = query.group_by.len();
        for batch in session.sql(&statement).await?.collect().await? {
            let texts = (0..keys).map(|at| text(batch.column(at))).collect::<Result<Vec<_>, _>>()?;
            let figures =
                cast(batch.column(batch.num_columns() - 1), &AMOUNT).map_err(QueryError::internal)?;
            let figures = figures.as_primitive::<Decimal128Type>();
            let bucket = buckets_of(&batch, keys, query.view, plan)?;
            for (row, bucket) in bucket.into_iter().enumerate() {
                // A total over no rows is one row with NULL: no group.
                if figures.is_null(row) {
                    continue;
                }
                let key = |texts: &StringArray| texts.is_valid(row).then(|| Arc::from(texts.value(row)));
                table.add(texts.iter().map(key).collect(), bucket, figures.value(row))?;
            }
        }
        Ok(table)
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
        let session = self.session(&plan.periods.iter().collect::<Vec<_>>(), names)?;
        for batch in session.sql(&total_sql(cell, Names::Given)).await?.collect().await? {
            let rows = cast(batch.column(0), &DataType::Int64).map_err(QueryError::internal)?;
            let sum = cast(batch.column(1), &AMOUNT).map_err(QueryError::internal)?;
            if batch.num_rows() > 0 && sum.is_valid(0) {
                into.rows_total = rows.as_primitive::<Int64Type>().value(0).unsigned_abs();
                into.figure = Decimal::from_units(sum.as_primitive::<Decimal128Type>().value(0));
            }
        }
        let statement = rows_sql(cell, page.order, Some(page), Names::Given);
        for batch in session.sql(&statement).await?.collect().await? {
            explained(&batch, &mut into.rows)?;
        }
        Ok(())
    }

    /// All rows behind a cell, a few thousand at a time.
    pub(crate) async fn rows(
        &self,
        plan: &Plan,
        cell: &CostQuery,
        names: NamesById,
        order: ExplainOrder,
    ) -> Result<BoxStream<'static, Result<Vec<ExplainedRow>, QueryError>>, QueryError> {
        let session = self.session(&plan.periods.iter().collect::<Vec<_>>(), names)?;
        let statement = rows_sql(cell, order, None, Names::Given);
        let batches = session.sql(&statement).await?.execute_stream().await?;
        let rows = batches.map(|batch| {
            let mut rows = Vec::new();
            explained(&batch?, &mut rows)?;
            Ok(rows)
        });
        Ok(rows.boxed())
    }

    /// Runs one query; nothing else is accepted.
    pub(crate) async fn sql(&self, periods: &[&PublishedPeriod], sql: &str) -> Result<SqlRows, QueryError> {
        let session = self.session(periods, None)?;
        let only_queries =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = session.sql_with_options(sql, only_queries).await?;
        let mut found = SqlRows {
            columns: frame.schema().fields().iter().map(|field| field.name().clone()).collect(),
            rows: Vec::new(),
        };
        for batch in frame.collect().await? {
            let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                found.rows.push(columns.iter().map(|column| column[row].clone()).collect());
            }
        }
        Ok(found)
    }

    fn session(&self, periods: &[&PublishedPeriod], names: NamesById) -> Result<SessionContext, QueryError> {
        let mut config = SessionConfig::new()
            .with_target_partitions(self.threads)
            .with_create_default_catalog_and_schema(true)
            .with_information_schema(false);
        let options = config.options_mut();
        options.execution.parquet.pushdown_filters = true;
        options.execution.parquet.reorder_filters = true;
        options.execution.time_zone = Some("+00:00".to_owned());
        let session = SessionContext::new_with_config_rt(config, self.runtime()?);
        session.register_udf(functions::of_key("tag"));
        session.register_udf(functions::of_key("cost_category"));
        let files = |of: fn(&PublishedPeriod) -> &[PathBuf]| {
            periods.iter().flat_map(move |it| of(it).iter().map(move |path| (*it, path.as_path())))
        };
        let lines = files(|it| it.line_item_files.as_deref().unwrap_or_default());
        session
            .register_table("line_items", Arc::new(table::Files::new(&LINE_ITEMS, lines, self.threads)?))?;
        let rollup = files(|it| &it.rollup_files);
        session.register_table("rollup", Arc::new(table::Files::new(&ROLLUP, rollup, self.threads)?))?;
        if let Some(names) = names {
            session.register_table("account_names", Arc::new(names_table(&names)?))?;
        }
        Ok(session)
    }

    fn runtime(&self) -> Result<Arc<RuntimeEnv>, QueryError> {
        Ok(RuntimeEnvBuilder::new().with_memory_limit(self.memory_limit, 1.0).build_arc()?)
    }
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
    if let Some(amounts) = column.as_primitive_opt::<Decimal128Type>()
        && i32::from(amounts.scale()) == model::SCALE.cast_signed()
    {
        return Ok(amounts.iter().map(|it| it.map(|units| Decimal::from_units(units).to_string())).collect());
    }
    let options = FormatOptions::default();
    let format = ArrayFormatter::try_new(column.as_ref(), &options).map_err(QueryError::internal)?;
    Ok((0..column.len()).map(|row| column.is_valid(row).then(|| format.value(row).to_string())).collect())
}

fn explained(batch: &RecordBatch, into: &mut Vec<ExplainedRow>) -> Result<(), QueryError> {
    let words = |at: usize| text(batch.column(at));
    let instants = |at: usize| cast(batch.column(at), &instant()).map_err(QueryError::internal);
    let amounts = |at: usize| cast(batch.column(at), &AMOUNT).map_err(QueryError::internal);
    let (starts, ends) = (instants(0)?, instants(1)?);
    let words = (2..10).chain([12]).map(words).collect::<Result<Vec<_>, _>>()?;
    let (usage, figures) = (amounts(10)?, amounts(11)?);
    let places = cast(batch.column(13), &DataType::Int64).map_err(QueryError::internal)?;
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
            usage_amount: amount(&usage, row),
            figure: amount(&figures, row),
            source_file: word(8),
            source_row: places.as_primitive::<Int64Type>().value(row),
        });
    }
    Ok(())
}
