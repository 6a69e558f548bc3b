//! What costs can be grouped and filtered by.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::allocation::{Subset, VirtualTag};
use app::read;
use axum::extract::{Path, State};
use axum::response::Response;
use model::{DIMENSIONS, Dimension, METRICS, MetricInfo};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Most values in one answer.
const MOST_VALUES: usize = 10_000;

/// A dimension.
#[derive(Serialize, ToSchema)]
pub(crate) struct DimensionView {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    /// Column of the stored line items (FOCUS name, or `x_`).
    source_column: &'static str,
    /// Whether the page has a tab for it.
    tab: bool,
}

/// A metric.
#[derive(Serialize, ToSchema)]
pub(crate) struct MetricView {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    /// How a row's figure comes from the report's columns.
    formula: &'static str,
}

impl From<&'static MetricInfo> for MetricView {
    fn from(info: &'static MetricInfo) -> Self {
        Self { name: info.name, label: info.label, description: info.description, formula: info.formula }
    }
}

/// What an organization defined: referred to by its identifier, shown by its name.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedThing {
    id: String,
    name: String,
    /// What it was called before: addresses that say so mean it still, unless something else is called so.
    former_names: Vec<String>,
}

impl From<&VirtualTag> for NamedThing {
    fn from(tag: &VirtualTag) -> Self {
        Self { id: tag.id.clone(), name: tag.name.clone(), former_names: tag.former_names.clone() }
    }
}

impl From<&Subset> for NamedThing {
    fn from(subset: &Subset) -> Self {
        Self { id: subset.id.clone(), name: subset.name.clone(), former_names: subset.former_names.clone() }
    }
}

/// Everything that costs can be asked by.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the interface")]
pub(crate) struct Dimensions {
    dimensions: Vec<DimensionView>,
    metrics: Vec<MetricView>,
    /// Metrics that the newest bills tell: without list prices or net columns those figures say nothing of their own.
    metrics_available: Vec<&'static str>,
    tag_keys: Vec<String>,
    cost_category_names: Vec<String>,
    /// Names of the organization's virtual tags.
    virtual_tags: Vec<String>,
    /// The same with their identifiers: `virtual_tag:ID` means the tag whatever it is called.
    named_virtual_tags: Vec<NamedThing>,
    /// Subsets: the values of `subset_id` are their identifiers.
    named_subsets: Vec<NamedThing>,
    /// Whether accounts are grouped into subsets.
    has_subsets: bool,
    /// Whether it is known where AWS Organizations places accounts.
    has_organizational_units: bool,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Dimensions, metrics, tag keys and cost categories.
#[utoipa::path(get, path = "/dimensions", params(AsOfParams), responses(
    (status = OK, body = Dimensions),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn dimensions(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let names = read::names(&state.app, &published).await?;
        let definitions = &published.definitions;
        let dimensions = DIMENSIONS.iter().map(|info| DimensionView {
            name: info.name,
            label: info.label,
            description: info.description,
            source_column: info.column,
            tab: info.tab,
        });
        Ok(Dimensions {
            dimensions: dimensions.collect(),
            metrics: METRICS.iter().map(MetricView::from).collect(),
            metrics_available: names.metrics.iter().map(|metric| metric.name()).collect(),
            named_virtual_tags: definitions.virtual_tags.iter().map(NamedThing::from).collect(),
            named_subsets: definitions.subsets.iter().map(NamedThing::from).collect(),
            virtual_tags: definitions.virtual_tags.iter().map(|tag| tag.name.clone()).collect(),
            has_subsets: !definitions.subsets.is_empty(),
            has_organizational_units: definitions.has_organizational_units(),
            tag_keys: names.tag_keys,
            cost_category_names: names.cost_category_names,
            as_of: AsOfView::of(&published),
        })
    };
    asked.answer(&state, &published, view).await
}

/// Parameters of the values of a dimension.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct ValueParams {
    /// First day (UTC), YYYY-MM-DD.
    from: Option<String>,
    /// Day after the last (UTC), YYYY-MM-DD.
    to: Option<String>,
    /// Metric that orders them; amortized by default.
    metric: Option<String>,
    /// Part of the value or its label, in any case.
    search: Option<String>,
    /// Most values to answer with; 100 by default.
    limit: Option<u32>,
    /// Also values that other months than those of the span have, after those of the span and with a figure of zero.
    all_months: Option<bool>,
}

/// A value of a dimension.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValueView {
    /// Empty: rows without a value.
    value: String,
    label: String,
    figure: String,
    /// Currency of the figure: the first, in order of weight, that the value has cost in.
    currency: String,
}

/// Values of a dimension, largest figure first.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names that scripts know")]
pub(crate) struct Values {
    values: Vec<ValueView>,
    /// How many match, more than are listed perhaps.
    total_values: u64,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// The values that a dimension takes.
#[utoipa::path(get, path = "/dimensions/{name}/values",
    params(("name" = String, Path, description = "Dimension, such as service or tag:Team"), ValueParams, AsOfParams),
    responses(
        (status = OK, body = Values),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn dimension_values(
    State(state): State<ApiState>,
    By(by): By,
    Path(name): Path<String>,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let dimension: Dimension =
        name.parse().map_err(|error: model::DimensionError| AppError::invalid(error.to_string()))?;
    let metric = pairs.metric()?;
    let span = pairs.span()?;
    let search = pairs.one("search")?.unwrap_or_default();
    let limit = pairs.parse::<usize>("limit", "a number")?.unwrap_or(100).min(MOST_VALUES);
    let of_all_months = pairs.parse::<bool>("all_months", "true or false")?.unwrap_or(false);
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let wanted = read::ValuesAsked { span, metric, search: &search, limit, of_all_months };
        let found = read::values(&state.app, &published, &dimension, wanted).await?;
        let values = found.values.into_iter().map(|value| ValueView {
            value: value.value.unwrap_or_default(),
            label: value.label,
            figure: value.figure.to_string(),
            currency: value.currency,
        });
        Ok(Values {
            values: values.collect(),
            total_values: found.total as u64,
            as_of: AsOfView::of(&published),
        })
    };
    asked.answer(&state, &published, view).await
}
