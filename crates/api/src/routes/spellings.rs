//! Spellings of the values of tags.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::allocation;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A value and what else stands for it, as merged values are written: in lower case, without blanks around.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpeltValue {
    value: String,
    spellings: Vec<String>,
}

/// The values of a tag that have other spellings.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagSpellings {
    /// Key of the tag.
    key: String,
    values: Vec<SpeltValue>,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Spellings {
    /// By key.
    tags: Vec<TagSpellings>,
}

/// Which values of tags count as one where values are merged.
#[utoipa::path(get, path = "/tag-spellings", tag = "allocation", responses(
    (status = OK, body = Spellings),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn tag_spellings(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let published = state.published(&by).await?;
    let value = |one: &allocation::SpeltValue| SpeltValue {
        value: one.value.clone(),
        spellings: one.spellings.clone(),
    };
    let tag = |(key, values): (&String, &Vec<allocation::SpeltValue>)| TagSpellings {
        key: key.clone(),
        values: values.iter().map(value).collect(),
    };
    Ok(fresh(Json(Spellings { tags: published.definitions.spellings.iter().map(tag).collect() })))
}

/// Replaces those of one tag; without values it has none.
#[utoipa::path(put, path = "/tag-spellings", tag = "allocation", request_body = TagSpellings, responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_tag_spellings(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<TagSpellings>,
) -> Result<Response, ApiError> {
    let values = new.values.into_iter();
    let values = values.map(|one| allocation::SpeltValue { value: one.value, spellings: one.spellings });
    allocation::set_spellings(&state.app, &by, &new.key, values.collect()).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
