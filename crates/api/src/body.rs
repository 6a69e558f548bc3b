//! JSON bodies, parsed once at the edge; what is wrong with one is a problem like any other.

use crate::problem::ApiError;
use app::AppError;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(AppError::invalid("the body is not said to be JSON")
                    .advise("Send it with 'Content-Type: application/json'.")
                    .into())
            }
            Err(error) => Err(AppError::invalid(error.body_text())
                .advise("See /api/v1/openapi.json for the body that this address takes.")
                .into()),
        }
    }
}
