//! Costs: the figures behind every chart and table.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::{CostParams, Pairs};
use crate::problem::{ApiError, Problem};
use crate::routes::proof::ProofView;
use crate::state::ApiState;
use app::AppError;
use app::read::{self, GroupChange, Known};
use axum::extract::State;
use axum::response::Response;
use model::limits::MOST_FIGURES_IN_PAGE;
use model::{Change, ChangeKind, CostGroup, Decimal, Snapshot};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One group.
#[derive(Serialize, ToSchema)]
pub(crate) struct CostRow {
    /// One value per dimension; empty where rows have none.
    keys: Vec<String>,
    /// Words for the keys.
    labels: Vec<String>,
    /// Whether it sums what `top` left out.
    other: bool,
    /// One figure per period; one figure when the view is total.
    #[schema(value_type = Vec<String>)]
    figures: Vec<Decimal>,
    total: String,
    /// Total over the compared span; null where none was asked for, or where it is not known.
    #[schema(required = true)]
    previous_total: Option<String>,
    /// Against the compared span; null where none was asked for.
    #[schema(required = true)]
    change: Option<ChangeView>,
}

/// What can be said about a change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeKindView {
    /// There is a figure to compare with.
    Changed,
    /// There was no cost before.
    New,
    /// There is no cost any more.
    Gone,
    /// There was none and is none.
    Nothing,
    /// What was before is not known.
    Unknown,
}

/// How a figure changed, over days that are complete.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeView {
    kind: ChangeKindView,
    /// The figure over the days that are compared; the same as the total unless the newest day is not complete.
    compared_total: String,
    /// The difference, exact; null where it is not known.
    #[schema(required = true)]
    amount: Option<String>,
    /// The same in percent of the size of the figure before: cost that falls is negative, also a credit that grows. Null
    /// where there was nothing.
    #[schema(required = true)]
    percent: Option<f64>,
}

impl From<ChangeKind> for ChangeKindView {
    fn from(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Changed => Self::Changed,
            ChangeKind::New => Self::New,
            ChangeKind::Gone => Self::Gone,
            ChangeKind::Nothing => Self::Nothing,
            ChangeKind::Unknown => Self::Unknown,
        }
    }
}

impl ChangeView {
    fn of(now: Decimal, change: &Change) -> Self {
        let amount = change.amount.map(|amount| amount.to_string());
        Self { kind: change.kind.into(), compared_total: now.to_string(), amount, percent: change.percent }
    }
}

/// What a question sums to in another currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct OtherCurrency {
    currency: String,
    total: String,
}

/// What is known of both spans.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KnownView {
    /// All of both.
    Whole,
    /// Some connections lack a month or days of one of them: nothing of theirs is compared.
    Part,
    /// No connection has both.
    Nothing,
}

/// The compared span.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviousSpan {
    from: String,
    to: String,
    /// Total over it, of what is compared.
    total: String,
    /// First of the days that are compared with it.
    compared_from: String,
    /// Day after the last of them: days that are not complete are left out.
    compared_to: String,
    known: KnownView,
    /// Connections that are not compared because they lack data of either span.
    unknown_connections: Vec<String>,
    /// How the total changed.
    change: ChangeView,
}

impl From<&read::ComparedCosts> for PreviousSpan {
    fn from(found: &read::ComparedCosts) -> Self {
        let (known, unknown_connections) = match &found.known {
            Known::Whole => (KnownView::Whole, vec![]),
            Known::Part(connections) => (KnownView::Part, connections.clone()),
            Known::Nothing => (KnownView::Nothing, vec![]),
        };
        let model::Compared { now, before } = found.spans;
        Self {
            from: before.from.to_string(),
            to: before.to.to_string(),
            total: found.before.to_string(),
            compared_from: now.from.to_string(),
            compared_to: now.to.to_string(),
            known,
            unknown_connections,
            change: ChangeView::of(found.now, &found.change),
        }
    }
}

/// A publication that was read.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicationView {
    connection: String,
    period: String,
    version: i64,
}

/// The state of the bills that was read; all figures of an answer come from it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SnapshotView {
    id: String,
    publications: Vec<PublicationView>,
}

/// What answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CostSource {
    /// The daily roll-up.
    Rollup,
    /// Line items.
    LineItems,
}

/// Costs by groups and buckets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Costs {
    metric: &'static str,
    /// Currency of money figures; empty without data.
    currency: String,
    /// What the question sums to in other currencies that are in view; never added to the figures, which are in `currency`
    /// alone. `filter=currency=…` chooses another one, `group_by=currency` lists the groups of all (the totals stay those
    /// of `currency`). Empty for most organizations.
    other_currencies: Vec<OtherCurrency>,
    /// Unit of usage figures, where all rows share one.
    #[schema(required = true)]
    unit: Option<String>,
    view: &'static str,
    from: String,
    to: String,
    group_by: Vec<String>,
    /// Start of each bucket: a day, or an instant for hours; none for a total.
    periods: Vec<String>,
    /// Largest total first.
    rows: Vec<CostRow>,
    totals: Vec<String>,
    total: String,
    /// Null when no comparison was asked for, or no day of the span is complete.
    #[schema(required = true)]
    previous: Option<PreviousSpan>,
    /// Groups there are, before `top`.
    rows_total: u64,
    source: CostSource,
    /// SQL over the line items that gives the same figures.
    sql: String,
    snapshot: SnapshotView,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
    /// Whether all parts of the proof hold for every month in view.
    proven: bool,
    /// Of the months in view together.
    proof: ProofView,
    unproven_periods: Vec<String>,
    /// Whether an open month's unused commitments, an estimate until it closes, are in it.
    estimated: bool,
    /// Of amortized figures: what of them is not known and counts as billed, twice or not at all, in words, each with its
    /// month and amount. Empty for most bills.
    amortized_notes: Vec<String>,
}

fn row(group: CostGroup, labels: Vec<String>, change: Option<&GroupChange>) -> CostRow {
    CostRow {
        keys: group.keys.into_iter().map(Option::unwrap_or_default).collect(),
        labels,
        other: group.other,
        figures: group.figures,
        total: group.total.to_string(),
        previous_total: change.and_then(|found| found.before).map(|total| total.to_string()),
        change: change.map(|found| ChangeView::of(found.now, &found.change)),
    }
}

fn snapshot(id: String, snapshot: Snapshot) -> SnapshotView {
    let publications = snapshot.periods.into_iter().map(|period| PublicationView {
        connection: period.connection,
        period: period.period.to_string(),
        version: period.publication,
    });
    SnapshotView { id, publications: publications.collect() }
}

impl From<read::Costs> for Costs {
    fn from(costs: read::Costs) -> Self {
        let periods = costs.buckets();
        let (query, answer) = (costs.query, Arc::unwrap_or_clone(costs.answer));
        let changes = costs.compared.as_ref().map(|found| found.groups.as_slice()).unwrap_or_default();
        Self {
            metric: query.metric.name(),
            proven: answer.proven(),
            currency: answer.currency,
            other_currencies: costs
                .other_currencies
                .into_iter()
                .map(|(currency, total)| OtherCurrency { currency, total: total.to_string() })
                .collect(),
            unit: None,
            view: query.view.name(),
            from: answer.from.to_string(),
            to: answer.to.to_string(),
            group_by: costs.group_by,
            periods,
            rows: answer
                .groups
                .into_iter()
                .zip(costs.labels)
                .enumerate()
                .map(|(at, (group, labels))| row(group, labels, changes.get(at)))
                .collect(),
            totals: answer.totals.iter().map(ToString::to_string).collect(),
            total: answer.total.to_string(),
            previous: costs.compared.as_ref().map(PreviousSpan::from),
            rows_total: answer.groups_total as u64,
            source: if answer.from_rollup { CostSource::Rollup } else { CostSource::LineItems },
            sql: answer.sql,
            snapshot: snapshot(costs.snapshot_id, answer.snapshot),
            as_of: None,
            proof: costs.proof.into(),
            unproven_periods: costs.unproven_periods,
            estimated: costs.estimated,
            amortized_notes: costs.unavailable,
        }
    }
}

/// Costs by any dimensions, in any buckets.
#[utoipa::path(get, path = "/costs", params(CostParams, AsOfParams), responses(
    (status = OK, body = Costs),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn costs(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let question = pairs.question()?;
    pairs.done()?;
    let published = state.published_as_of(&by, question.as_of).await?;
    let costs = async {
        let (query, split) = read::asked(&state.app, &published, question).await?;
        let costs = read::costs(&state.app, &published, query, split).await?;
        if costs.figures() > MOST_FIGURES_IN_PAGE {
            let error = AppError::invalid(format!("the answer has {} figures", costs.figures())).advise(
                "Ask for the largest groups (top), a coarser view or fewer days, or take a file (costs.csv).",
            );
            return Err(ApiError::from(error));
        }
        Ok(Costs { as_of: AsOfView::of(&published), ..Costs::from(costs) })
    };
    asked.answer(&state, &published, costs).await
}
