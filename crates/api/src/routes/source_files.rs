//! What became of every file below a connection's source.

use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::state::ApiState;
use crate::time;
use app::processing::{self, Fate};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a file is not read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFate {
    /// A newer delivery holds what it held.
    Superseded,
    /// Of a delivery that is not complete.
    Incomplete,
    /// A data set beside the bill.
    OtherDataSet,
    /// No data of a bill.
    Foreign,
    /// Of a report or copy of the bill that somebody chose not to count.
    LeftOut,
    /// Could be the bill's; reading it would be a guess.
    Refused,
}

/// A file that is not read.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadFile {
    /// Below the source's location.
    path: String,
    fate: FileFate,
    why: String,
}

/// What became of a source's files: each is counted once.
#[derive(Serialize, ToSchema, Default)]
pub(crate) struct SourceFilesView {
    /// When the source was looked at last; `null` before the first time.
    #[schema(required = true)]
    looked_at: Option<String>,
    read: usize,
    superseded: usize,
    incomplete: usize,
    other_data_set: usize,
    foreign: usize,
    left_out: usize,
    refused: usize,
    /// The files that are not read, what matters most first; at most 500.
    unread: Vec<UnreadFile>,
}

/// What became of every file below a connection's source.
#[utoipa::path(get, path = "/connections/{id}/files", params(("id" = String, Path)), responses(
    (status = OK, body = SourceFilesView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_files(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let Some((looked_at, files)) = processing::files(&state.app, organization, &connection_id(&id)?).await?
    else {
        return Ok(fresh(Json(SourceFilesView::default())));
    };
    let unread = files.unread.into_iter().map(|one| UnreadFile {
        path: one.path,
        fate: match one.fate {
            Fate::Superseded => FileFate::Superseded,
            Fate::Incomplete => FileFate::Incomplete,
            Fate::OtherDataSet => FileFate::OtherDataSet,
            Fate::Foreign => FileFate::Foreign,
            Fate::LeftOut => FileFate::LeftOut,
            Fate::Refused => FileFate::Refused,
        },
        why: one.why,
    });
    Ok(fresh(Json(SourceFilesView {
        looked_at: Some(time::instant(looked_at)),
        read: files.read,
        superseded: files.superseded,
        incomplete: files.incomplete,
        other_data_set: files.other_data_set,
        foreign: files.foreign,
        left_out: files.left_out,
        refused: files.refused,
        unread: unread.collect(),
    })))
}
