//! `as_of`: questions about the bills as they stood on a day that is over.

use crate::state::ApiState;
use crate::streaming::safe;
use app::policy::Caller;
use app::read::Published;
use model::AsOf;
use serde::Serialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Parameters of whatever can be asked of past states.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameter; `model::question::Pairs` reads it")]
pub(crate) struct AsOfParams {
    /// As the bill stood on a day (YYYY-MM-DD, at its end, UTC) or at an instant (RFC 3339): from what was published then.
    /// Replaced bills are kept for 35 days unless the server was told otherwise. Without it, as it stands now.
    as_of: Option<String>,
}

/// When the bills stood as they are shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct AsOfView {
    /// The day or instant, as it was asked for.
    at: String,
    /// In words: "as the bill stood on …".
    words: String,
}

impl AsOfView {
    /// Of a past state.
    pub(crate) fn of(published: &Published) -> Option<Self> {
        published.as_of.map(|as_of| Self { at: as_of.to_string(), words: as_of.words() })
    }
}

/// What the name of a file tells of a past state: its columns are the same.
pub(crate) fn in_name(published: &Published) -> String {
    published.as_of.map(|as_of| format!("-as-of-{}", safe(&as_of.to_string()))).unwrap_or_default()
}

impl ApiState {
    /// What the caller may see of what is published of their organization, or was.
    pub(crate) async fn published_as_of(
        &self,
        caller: &Caller,
        as_of: Option<AsOf>,
    ) -> app::Result<Arc<Published>> {
        Published::seen_by(&self.app, caller, as_of).await
    }
}
