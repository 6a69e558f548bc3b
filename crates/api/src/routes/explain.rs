//! Explain this number: definition, formula, SQL, and the rows behind a figure.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView, in_name};
use crate::caching::Asked;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::routes::dimensions::MetricView;
use crate::routes::shared_costs::SharingMethod;
use crate::state::ApiState;
use crate::streaming::file;
use crate::time;
use app::AppError;
use app::read::export::{Cell, Reader, line};
use app::read::{self, ExplainOrder, ExplainSort, ExplainedRow, Published, SplitPart, Whence};
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::Question;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Parameters of an explanation.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct ExplainParams {
    /// What is summed; amortized by default.
    metric: Option<String>,
    /// Dimensions of the cell's group, separated by commas.
    group_by: Option<String>,
    /// The group's key, one per dimension; repeat it. Empty: rows without a value.
    keys: Option<Vec<String>>,
    /// In place of keys: those of the groups that the rest of a table does not hold, one group after the other; repeat it.
    but: Option<Vec<String>>,
    /// First day (UTC), YYYY-MM-DD.
    from: Option<String>,
    /// Day after the last (UTC), YYYY-MM-DD.
    to: Option<String>,
    /// As for costs.
    filter: Option<Vec<String>>,
    /// What rows are sorted by: figure (its size, by default), time, account, service, usage_type, resource or
    /// usage_amount.
    sort: Option<String>,
    /// desc (default) or asc.
    order: Option<String>,
    /// As for costs: `split` explains the figure with shared costs split, from `group_by` and `view` of its table.
    shared: Option<String>,
    /// View of the table with shared costs split; without it, total.
    view: Option<String>,
    /// Of a figure with shared costs split: the part whose rows are wanted; the largest by default.
    part: Option<String>,
    /// Page of rows, from 1. Not for the file, which has all of them.
    page: Option<u32>,
    /// Rows per page; 50 by default, 500 at most. Not for the file.
    page_size: Option<u32>,
}

/// What both addresses read: a cell of a question's answer.
struct Wanted {
    question: Question,
    keys: Vec<Option<String>>,
    but: Vec<Vec<Option<String>>>,
    part: Option<String>,
}

impl Wanted {
    async fn cell(self, state: &ApiState, published: &Published) -> Result<read::Cell, ApiError> {
        let Self { question, keys, but, part } = self;
        let (query, split) = read::asked(&state.app, published, question).await?;
        Ok(read::Cell { query, keys, but, split, part })
    }
}

/// The cell and the order of its rows.
fn wanted(pairs: &mut Pairs) -> Result<(Wanted, ExplainOrder), ApiError> {
    let keys = |texts: Vec<String>| -> Vec<Option<String>> {
        texts.into_iter().map(|key| Some(key).filter(|key| !key.is_empty())).collect()
    };
    let (but, keys) = (keys(pairs.all("but")), keys(pairs.all("keys")));
    let form = "figure, time, account, service, usage_type, resource or usage_amount";
    let sort = pairs.parse::<ExplainSort>("sort", form)?.unwrap_or_default();
    let descending = match pairs.one("order")?.as_deref() {
        None | Some("" | "desc") => true,
        Some("asc") => false,
        Some(other) => {
            return Err(AppError::invalid(format!("'{other}' is no order"))
                .advise("Write asc or desc.")
                .into());
        }
    };
    let part = pairs.one("part")?.filter(|part| !part.is_empty());
    let question = pairs.question()?;
    let dimensions = question.group_by.len().max(1);
    if but.len() % dimensions != 0 {
        return Err(AppError::invalid(format!("{} values of 'but' for {dimensions} dimensions", but.len()))
            .advise("Give one value per dimension for each group, in the same order.")
            .into());
    }
    let but = but.chunks(dimensions).map(<[_]>::to_vec).collect();
    Ok((Wanted { question, keys, but, part }, ExplainOrder { sort, descending }))
}

/// A line item.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct LineItem {
    charge_period_start: String,
    charge_period_end: String,
    account_id: String,
    account: String,
    service: String,
    usage_type: String,
    operation: String,
    line_item_type: String,
    resource_id: String,
    description: String,
    /// Tags, as a JSON object; empty for a row without any.
    tags: String,
    usage_amount: String,
    figure: String,
    source_file: String,
    source_row: i64,
}

impl From<ExplainedRow> for LineItem {
    fn from(row: ExplainedRow) -> Self {
        let at = |instant: Option<DateTime<Utc>>| instant.map(time::text).unwrap_or_default();
        Self {
            charge_period_start: at(row.charge_period_start),
            charge_period_end: at(row.charge_period_end),
            account_id: row.account_id.unwrap_or_default(),
            account: row.account.unwrap_or_default(),
            service: row.service.unwrap_or_default(),
            usage_type: row.usage_type.unwrap_or_default(),
            operation: row.operation.unwrap_or_default(),
            line_item_type: row.line_item_type.unwrap_or_default(),
            resource_id: row.resource_id.unwrap_or_default(),
            description: row.description.unwrap_or_default(),
            tags: row.tags.unwrap_or_default(),
            usage_amount: row.usage_amount.to_string(),
            figure: row.figure.to_string(),
            source_file: row.source_file.unwrap_or_default(),
            source_row: row.source_row,
        }
    }
}

/// What of a figure comes from one place when shared costs are split.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExplainPart {
    /// `own` for rows that no rule takes, else the rule's identifier.
    part: String,
    /// The rule.
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    method: Option<SharingMethod>,
    /// Sum of the rows behind it: all that the rule took.
    whole: String,
    /// What of it is in the figure.
    figure: String,
}

impl From<SplitPart> for ExplainPart {
    fn from(found: SplitPart) -> Self {
        let part = found.whence.name().to_owned();
        let (name, method) = match found.whence {
            Whence::Own => (None, None),
            Whence::Rule { name, method, .. } => (Some(name), Some(method.into())),
        };
        Self { part, name, method, whole: found.whole.to_string(), figure: found.figure.to_string() }
    }
}

/// A figure and what is behind it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explain {
    metric: MetricView,
    figure: String,
    currency: String,
    /// Other currencies that the question is about: their rows are not among these.
    other_currencies: Vec<String>,
    from: String,
    to: String,
    /// What a figure with shared costs split is made of, largest first; empty for others.
    parts: Vec<ExplainPart>,
    /// Which of the parts the rows and the SQL are of.
    #[schema(required = true)]
    part: Option<String>,
    /// SQL over the line items that lists the rows.
    sql: String,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
    /// Largest figure first.
    rows: Vec<LineItem>,
    rows_total: u64,
    page: u64,
    page_size: u64,
    /// False while a month in view has only its roll-up.
    ready: bool,
    /// Says what is not ready.
    #[schema(required = true)]
    message: Option<String>,
    /// Whether all parts of the proof hold for every month in view.
    proven: bool,
}

/// The line items behind a figure, with the file and row that each came from.
#[utoipa::path(get, path = "/explain", params(ExplainParams, AsOfParams), responses(
    (status = OK, body = Explain),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn explain(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let page = pairs.parse::<usize>("page", "a number from 1")?.unwrap_or(1).max(1);
    let page_size = pairs.parse::<usize>("page_size", "a number from 1 to 500")?.unwrap_or(50).clamp(1, 500);
    let (wanted, order) = wanted(&mut pairs)?;
    pairs.done()?;
    let published = state.published_as_of(&by, wanted.question.as_of).await?;
    let view = async {
        let cell = wanted.cell(&state, &published).await?;
        let explained = read::explain(&state.app, &published, cell, order, (page, page_size)).await?;
        let found = explained.rows;
        let rows = found.rows.into_iter().map(LineItem::from);
        let part = explained.parts.get(explained.shown).map(|part| part.whence.name().to_owned());
        Ok(Explain {
            metric: found.metric.into(),
            figure: explained.figure.to_string(),
            parts: explained.parts.into_iter().map(ExplainPart::from).collect(),
            part,
            currency: found.currency,
            other_currencies: explained.other_currencies,
            from: found.from.to_string(),
            to: found.to.to_string(),
            sql: found.sql,
            as_of: AsOfView::of(&published),
            rows: rows.collect(),
            rows_total: found.rows_total,
            page: page as u64,
            page_size: page_size as u64,
            ready: found.ready,
            message: found.message,
            proven: found.proven,
        })
    };
    asked.answer(&state, &published, view).await
}

/// Every line item behind a figure, as CSV.
#[utoipa::path(get, path = "/explain.csv", params(ExplainParams, AsOfParams), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn explain_csv(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (wanted, order) = wanted(&mut pairs)?;
    pairs.done()?;
    let place = state.bodies.files.take_for(&by, 1)?;
    let published = state.published_as_of(&by, wanted.question.as_of).await?;
    let cell = wanted.cell(&state, &published).await?;
    let mut rows = read::explained_rows(&state.app, &published, cell, order).await?;
    let name = format!("line-items{}.csv", in_name(&published));
    Ok(file(&name, "text/csv; charset=utf-8", vec![place], move |out| {
        let header = COLUMNS.into_iter().map(|(name, _)| Cell::Text(name));
        line(out, Reader::Spreadsheet, header).map_err(|error| error.to_string())?;
        while let Some(piece) = out.next(&mut rows).map_err(|error| error.to_string())? {
            for row in piece.map_err(|error| error.to_string())? {
                let row = LineItem::from(row).texts();
                let cells = row.iter().zip(COLUMNS).map(|(text, (_, cell))| cell(text));
                line(out, Reader::Spreadsheet, cells).map_err(|error| error.to_string())?;
            }
        }
        Ok::<_, String>(())
    }))
}

/// A text of the report.
fn theirs(text: &str) -> Cell<'_> {
    Cell::Text(text)
}

/// A figure or an instant, which we wrote.
fn ours(text: &str) -> Cell<'_> {
    Cell::Figure(text)
}

/// One of these.
type MakeCell = for<'a> fn(&'a str) -> Cell<'a>;

/// Header of the file, and what its columns hold.
const COLUMNS: [(&str, MakeCell); 15] = [
    ("charge_period_start", ours),
    ("charge_period_end", ours),
    ("account_id", theirs),
    ("account", theirs),
    ("service", theirs),
    ("usage_type", theirs),
    ("operation", theirs),
    ("line_item_type", theirs),
    ("resource_id", theirs),
    ("description", theirs),
    ("usage_amount", ours),
    ("figure", ours),
    ("tags", theirs),
    ("source_file", theirs),
    ("source_row", ours),
];

impl LineItem {
    /// In the order of [`COLUMNS`].
    fn texts(self) -> [String; 15] {
        [
            self.charge_period_start,
            self.charge_period_end,
            self.account_id,
            self.account,
            self.service,
            self.usage_type,
            self.operation,
            self.line_item_type,
            self.resource_id,
            self.description,
            self.usage_amount,
            self.figure,
            self.tags,
            self.source_file,
            self.source_row.to_string(),
        ]
    }
}
