//! *Explain this number*: the line items behind a cell, with the file and row that each came from.

use crate::error::QueryError;
use crate::plan::{Plan, date};
use crate::sql::{self, Form};
use crate::view::{PublishedPeriod, snapshot};
use chrono::{DateTime, NaiveDate, Utc};
use model::{CostQuery, Decimal, MetricInfo, Snapshot};
use std::str::FromStr;
use std::sync::Arc;

/// The line items behind a figure.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What is summed, and how it is computed.
    pub metric: &'static MetricInfo,
    /// The figure: the sum over all rows, not the page's alone.
    pub figure: Decimal,
    /// Currency of money figures.
    pub currency: String,
    /// First day answered for.
    pub from: NaiveDate,
    /// Day after the last answered for.
    pub to: NaiveDate,
    /// SQL over `line_items` that lists the rows of this page.
    pub sql: String,
    /// One page of rows, largest magnitude first.
    pub rows: Vec<ExplainedRow>,
    /// Rows there are in all.
    pub rows_total: u64,
    /// The page, from 1.
    pub page: usize,
    /// Rows per page.
    pub page_size: usize,
    /// False while a month has only its roll-up: then there are no rows.
    pub ready: bool,
    /// Why there are no rows.
    pub message: Option<String>,
    /// Whether every period in view is proven to the bill.
    pub proven: bool,
    /// What it was read from.
    pub snapshot: Snapshot,
}

/// One line item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainedRow {
    /// Start of the charge (UTC).
    pub charge_period_start: Option<DateTime<Utc>>,
    /// End of the charge (UTC).
    pub charge_period_end: Option<DateTime<Utc>>,
    /// Account ID.
    pub account_id: Option<String>,
    /// Account name as the row has it, else the ID.
    pub account: Option<String>,
    /// Service.
    pub service: Option<String>,
    /// Usage type.
    pub usage_type: Option<String>,
    /// Operation.
    pub operation: Option<String>,
    /// Line item type.
    pub line_item_type: Option<String>,
    /// Resource.
    pub resource_id: Option<String>,
    /// Words of the provider.
    pub description: Option<String>,
    /// Tags, as a JSON object; `None` for a row without any.
    pub tags: Option<String>,
    /// Usage that counts, in the row's own unit.
    pub usage_amount: Decimal,
    /// The row's share of the figure.
    pub figure: Decimal,
    /// Report file; `None` for whoever may see some of its rows alone.
    pub source_file: Option<String>,
    /// Row in the file, as ingest counted it; 0 where the file is not told.
    pub source_row: i64,
}

/// What explained rows can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplainSort {
    /// Size of the row's share, whatever its sign.
    #[default]
    Figure,
    /// Start of the charge.
    Time,
    /// Account ID.
    Account,
    /// Service.
    Service,
    /// Usage type.
    UsageType,
    /// Resource.
    Resource,
    /// Usage that counts.
    UsageAmount,
}

/// Order of explained rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExplainOrder {
    /// By what.
    pub sort: ExplainSort,
    /// Largest or last first.
    pub descending: bool,
}

impl Default for ExplainOrder {
    fn default() -> Self {
        Self { sort: ExplainSort::Figure, descending: true }
    }
}

impl FromStr for ExplainSort {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Ok(match text {
            "figure" => Self::Figure,
            "time" => Self::Time,
            "account" => Self::Account,
            "service" => Self::Service,
            "usage_type" => Self::UsageType,
            "resource" => Self::Resource,
            "usage_amount" => Self::UsageAmount,
            _ => {
                return Err(QueryError::invalid(
                    format!("rows cannot be sorted by '{text}'"),
                    "Sort by figure, time, account, service, usage_type, resource or usage_amount.",
                ));
            }
        })
    }
}

impl Explanation {
    /// Says that rows will come later.
    pub(crate) fn wait_for(&mut self, missing: &[&PublishedPeriod]) {
        self.ready = false;
        self.message = Some(waiting(missing));
    }
}

/// Which months have no line items yet, in words.
pub(crate) fn waiting(missing: &[&PublishedPeriod]) -> String {
    let mut months: Vec<String> = missing.iter().map(|period| period.period.to_string()).collect();
    months.dedup();
    format!("the line items of {} are still being stored; only daily figures are ready", months.join(", "))
}

/// Which rows of an explanation are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) order: ExplainOrder,
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) rows: usize,
}

/// An explanation without figures yet.
pub(crate) fn start(cell: &CostQuery, plan: &Plan, page: Page) -> Explanation {
    let snapshot = snapshot(&plan.periods.iter().collect::<Vec<_>>());
    Explanation {
        metric: cell.metric.info(),
        figure: Decimal::ZERO,
        currency: plan.currency(),
        from: date(plan.span.from),
        to: date(plan.span.to),
        sql: plan
            .scope
            .told(cell, || rows_sql(cell, page.order, Some(page), &mut Form::Shown(Arc::clone(&plan.names)))),
        rows: Vec::new(),
        rows_total: 0,
        page: page.number,
        page_size: page.rows,
        ready: true,
        message: None,
        proven: snapshot.periods.iter().all(|period| period.proven),
        snapshot,
    }
}

/// Columns of an explained row, in the order that they are read.
const COLUMNS: &str = r#""ChargePeriodStart", "ChargePeriodEnd", "SubAccountId", "SubAccountName", "ServiceName", "x_UsageType",
  "x_Operation", "x_LineItemType", "ResourceId", "ChargeDescription", "Tags", "x_UsageAmount""#;

/// The rows of a page, or all of them.
pub(crate) fn rows_sql(cell: &CostQuery, order: ExplainOrder, page: Option<Page>, form: &mut Form) -> String {
    let metric = sql::identifier(cell.metric.info().column);
    let by = match order.sort {
        ExplainSort::Figure => format!("CASE WHEN {metric} < 0 THEN -{metric} ELSE {metric} END"),
        ExplainSort::Time => "\"ChargePeriodStart\"".to_owned(),
        ExplainSort::Account => "\"SubAccountId\"".to_owned(),
        ExplainSort::Service => "\"ServiceName\"".to_owned(),
        ExplainSort::UsageType => "\"x_UsageType\"".to_owned(),
        ExplainSort::Resource => "\"ResourceId\"".to_owned(),
        ExplainSort::UsageAmount => "\"x_UsageAmount\"".to_owned(),
    };
    let direction = if order.descending { "DESC" } else { "ASC" };
    let limit = page.map_or(String::new(), |page| {
        let offset = (page.number - 1).saturating_mul(page.rows);
        format!("\nLIMIT {} OFFSET {offset}", page.rows)
    });
    format!(
        "{}SELECT {COLUMNS},\n  {metric} AS \"figure\", \"x_SourceFile\", \"x_SourceRow\"\n{}\n\
         ORDER BY {by} {direction} NULLS LAST, \"x_SourceFile\", \"x_SourceRow\"{limit}",
        sql::with_names(cell, form),
        sql::source(cell, cell.from, cell.to, form),
    )
}

/// Number of rows and their sum.
pub(crate) fn total_sql(cell: &CostQuery, form: &mut Form) -> String {
    let metric = sql::identifier(cell.metric.info().column);
    format!(
        "{}SELECT COUNT(*) AS \"rows\", SUM({metric}) AS \"figure\"\n{}",
        sql::with_names(cell, form),
        sql::source(cell, cell.from, cell.to, form)
    )
}
