//! Comments on events.

use super::event::TrendPerson;
use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::{instant, optional};
use app::trends::{self, SeenComment};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A comment on an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendComment {
    id: String,
    by: TrendPerson,
    at: String,
    #[schema(required = true)]
    edited_at: Option<String>,
    text: String,
    /// Whether it is the reader's own.
    own: bool,
    /// Whether the reader may delete it.
    may_delete: bool,
}

impl From<SeenComment> for TrendComment {
    fn from(seen: SeenComment) -> Self {
        let SeenComment { comment, own, may_delete } = seen;
        Self {
            id: comment.id,
            by: TrendPerson { id: comment.author_id.map(|id| id.to_string()), name: comment.author },
            at: instant(comment.at_ms),
            edited_at: optional(comment.edited_at_ms),
            text: comment.text,
            own,
            may_delete,
        }
    }
}

/// What somebody writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendCommentText {
    /// At most 4,000 letters.
    text: String,
}

/// Writes a comment on an event.
#[utoipa::path(post, path = "/trend-events/{id}/comments", tag = "trends", params(("id" = String, Path)),
    request_body = TrendCommentText, responses(
    (status = CREATED, body = TrendComment),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn add_trend_comment(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    Body(new): Body<TrendCommentText>,
) -> Result<Response, ApiError> {
    let made = trends::comment(&state.app, &by, &id, &new.text).await?;
    Ok(fresh((StatusCode::CREATED, Json(TrendComment::from(made))).into_response()))
}

/// Puts another text in the place of one's own comment.
#[utoipa::path(patch, path = "/trend-events/{id}/comments/{comment}", tag = "trends",
    params(("id" = String, Path), ("comment" = String, Path)), request_body = TrendCommentText, responses(
    (status = OK, body = TrendComment),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_trend_comment(
    State(state): State<ApiState>,
    By(by): By,
    Path((id, comment)): Path<(String, String)>,
    Body(new): Body<TrendCommentText>,
) -> Result<Response, ApiError> {
    let changed = trends::change_comment(&state.app, &by, (&id, &comment), &new.text).await?;
    Ok(fresh(Json(TrendComment::from(changed))))
}

/// Deletes one's own comment, or as an administrator any.
#[utoipa::path(delete, path = "/trend-events/{id}/comments/{comment}", tag = "trends",
    params(("id" = String, Path), ("comment" = String, Path)), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_trend_comment(
    State(state): State<ApiState>,
    By(by): By,
    Path((id, comment)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    trends::remove_comment(&state.app, &by, (&id, &comment)).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}
