//! JSON bodies, parsed once at the edge; what is wrong with one is a problem like any other.

use crate::limits;
use crate::problem::{ApiError, RequestProblem};
use crate::serve::BodyError;
use app::AppError;
use app::policy::Caller;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use tokio_stream::StreamExt;

/// A JSON body. Serde ends at a depth of 128.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let request = whole(request).await?;
        let error = match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => return Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                AppError::invalid("the body is not said to be JSON")
                    .advise("Send it with 'Content-Type: application/json'.")
            }
            Err(error) => AppError::invalid(error.body_text())
                .advise("See /api/v1/openapi.json for the body that this address takes."),
        };
        Err(ApiError::from(error).into_response())
    }
}

/// The request with its body in memory; strangers may send less than those who are signed in.
async fn whole(request: Request) -> Result<Request, Response> {
    let caller = request.extensions().get::<Caller>();
    let is_known = caller.is_some_and(|caller| caller.role.is_some() || caller.user().is_some());
    let most = if is_known { limits::BODY_BYTES } else { limits::OPEN_BODY_BYTES };
    let (parts, body) = request.into_parts();
    let (mut pieces, mut bytes, mut length) = (body.into_data_stream(), vec![], 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| match error.into_inner().downcast_ref() {
            Some(BodyError::Slow) => RequestProblem::BodyTime.into_response(),
            _ => ApiError::from(AppError::invalid("the body did not come to its end")).into_response(),
        })?;
        length += piece.len();
        if length <= most {
            bytes.extend_from_slice(&piece);
        } else if length > limits::DISCARDED_BYTES {
            break;
        }
    }
    if length > most {
        return Err(RequestProblem::BodySize.into_response());
    }
    Ok(Request::from_parts(parts, axum::body::Body::from(bytes)))
}
