//! Virtual tags: values by rules.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::edits::{self, Thing};
use app::{AppError, allocation};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::MappingRule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a condition compares.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operator {
    /// One of the values.
    Is,
    /// None of the values.
    IsNot,
    /// Starts with one of them.
    StartsWith,
    /// Ends with one of them.
    EndsWith,
    /// Contains one of them.
    Contains,
    /// One of them, a regular expression, is found in it.
    Matches,
}

impl From<model::Operator> for Operator {
    fn from(operator: model::Operator) -> Self {
        match operator {
            model::Operator::Is => Self::Is,
            model::Operator::IsNot => Self::IsNot,
            model::Operator::StartsWith => Self::StartsWith,
            model::Operator::EndsWith => Self::EndsWith,
            model::Operator::Contains => Self::Contains,
            model::Operator::Matches => Self::Matches,
        }
    }
}

impl From<Operator> for model::Operator {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Is => Self::Is,
            Operator::IsNot => Self::IsNot,
            Operator::StartsWith => Self::StartsWith,
            Operator::EndsWith => Self::EndsWith,
            Operator::Contains => Self::Contains,
            Operator::Matches => Self::Matches,
        }
    }
}

/// What a row's value must be.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// Dimension, such as account_id, account (its latest name), service or tag:Team.
    dimension: String,
    operator: Operator,
    /// Upper and lower case differ; an empty one stands for rows without a value.
    values: Vec<String>,
}

/// Gives its value to rows that meet all conditions.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    value: String,
    conditions: Vec<Condition>,
}

impl From<MappingRule> for Rule {
    fn from(rule: MappingRule) -> Self {
        let condition = |condition: model::Condition| Condition {
            dimension: condition.dimension.to_string(),
            operator: condition.operator.into(),
            values: condition.values,
        };
        Self { value: rule.value, conditions: rule.conditions.into_iter().map(condition).collect() }
    }
}

fn read(rules: Vec<Rule>) -> Result<Vec<MappingRule>, ApiError> {
    let condition = |condition: Condition| {
        let dimension = condition.dimension.parse().map_err(|error: model::DimensionError| {
            AppError::invalid(error.to_string()).advise("Choose another dimension for the condition.")
        })?;
        Ok(model::Condition { dimension, operator: condition.operator.into(), values: condition.values })
    };
    let rule = |rule: Rule| {
        let conditions = rule.conditions.into_iter().map(condition).collect::<Result<_, ApiError>>()?;
        Ok(MappingRule { value: rule.value.trim().to_owned(), conditions })
    };
    rules.into_iter().map(rule).collect()
}

/// A tag by rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct VirtualTag {
    id: String,
    name: String,
    /// Tried in order.
    rules: Vec<Rule>,
    /// Of this tag as it is, for the `If-Match` of a change.
    version: String,
}

impl From<allocation::VirtualTag> for VirtualTag {
    fn from(tag: allocation::VirtualTag) -> Self {
        let version = app::edits::version(&tag);
        Self { id: tag.id, name: tag.name, rules: tag.rules.into_iter().map(Rule::from).collect(), version }
    }
}

/// The organization's virtual tags.
#[derive(Serialize, ToSchema)]
pub(crate) struct VirtualTags {
    /// By name.
    virtual_tags: Vec<VirtualTag>,
}

/// A virtual tag to save, or to look at before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVirtualTag {
    name: String,
    rules: Vec<Rule>,
}

/// One value of a preview.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewRow {
    /// `null`: no rule matched.
    #[schema(required = true)]
    value: Option<String>,
    figure: String,
    share_percent: f64,
}

/// What rules would give: amortized cost over the last 30 days.
#[derive(Serialize, ToSchema)]
pub(crate) struct Preview {
    currency: String,
    from: String,
    /// Day after the last.
    to: String,
    /// Largest first.
    rows: Vec<PreviewRow>,
    total: String,
    /// Whether line items had to answer, which takes longer.
    needs_line_items: bool,
}

/// The organization's virtual tags.
#[utoipa::path(get, path = "/virtual-tags", tag = "allocation", responses(
    (status = OK, body = VirtualTags),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn virtual_tags(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let published = state.published(&by).await?;
    let virtual_tags = published.definitions.virtual_tags.iter().cloned().map(VirtualTag::from).collect();
    Ok(fresh(Json(VirtualTags { virtual_tags })))
}

/// Makes a virtual tag.
#[utoipa::path(post, path = "/virtual-tags", tag = "allocation", request_body = NewVirtualTag, responses(
    (status = CREATED, body = VirtualTag),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_virtual_tag(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewVirtualTag>,
) -> Result<Response, ApiError> {
    let tag = allocation::create_virtual_tag(&state.app, &by, &new.name, read(new.rules)?).await?;
    Ok(fresh((StatusCode::CREATED, Json(VirtualTag::from(tag))).into_response()))
}

/// Gives a virtual tag another name and other rules.
#[utoipa::path(put, path = "/virtual-tags/{id}", tag = "allocation",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = NewVirtualTag, responses(
    (status = OK, body = VirtualTag),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_virtual_tag(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<NewVirtualTag>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::VirtualTag(&id), expected.version()).await?;
    let tag = allocation::set_virtual_tag(&state.app, &by, &id, &new.name, read(new.rules)?).await?;
    Ok(fresh(Json(VirtualTag::from(tag))))
}

/// Deletes a virtual tag.
#[utoipa::path(delete, path = "/virtual-tags/{id}", tag = "allocation",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_virtual_tag(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let _turn = edits::begin_removal(&state.app, &by, Thing::VirtualTag(&id), expected.version()).await?;
    allocation::remove_virtual_tag(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// What rules would give; nothing is stored.
#[utoipa::path(post, path = "/virtual-tags/preview", tag = "allocation", request_body = NewVirtualTag, responses(
    (status = OK, body = Preview),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn preview_virtual_tag(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewVirtualTag>,
) -> Result<Response, ApiError> {
    let published = state.published(&by).await?;
    let found = allocation::preview_virtual_tag(&state.app, &published, &new.name, read(new.rules)?).await?;
    let rows = found.rows.into_iter().map(|row| PreviewRow {
        value: row.value,
        figure: row.figure.to_string(),
        share_percent: row.share_percent,
    });
    Ok(fresh(Json(Preview {
        currency: found.currency,
        from: found.from.to_string(),
        to: found.to.to_string(),
        rows: rows.collect(),
        total: found.total.to_string(),
        needs_line_items: found.needs_line_items,
    })))
}
