//! The version that a change stands on, as `If-Match` says it: of what was loaded before. See `app::edits`.

use crate::problem::ApiError;
use app::AppError;
use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

/// Longest version that can be one.
const LONGEST: usize = 64;

/// The version that was loaded; `None`: whoever asks does not say, and takes what there is.
pub(crate) struct Expected(Option<String>);

impl Expected {
    /// The version.
    pub(crate) fn version(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        let version = text.trim_start_matches("W/").trim_matches('"');
        if version == "*" {
            return Ok(Self(None));
        }
        if version.is_empty() || version.len() > LONGEST {
            return Err(AppError::invalid("If-Match is no version")
                .advise("Send the field 'version' of what you loaded, in quotes.")
                .into());
        }
        Ok(Self(Some(version.to_owned())))
    }
}
