//! Where a month of a connection stands.

use app::processing::MonthState;
use serde::Serialize;
use utoipa::ToSchema;

/// Where a month stands.
#[derive(Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MonthStage {
    Waiting,
    Reading,
    /// Dashboards are ready; line items follow.
    Dashboards,
    Complete,
    /// Another source of the same bill was chosen to count.
    NotCounted,
    /// Refused: nothing of it is shown.
    Failed,
}

impl From<MonthState> for MonthStage {
    fn from(state: MonthState) -> Self {
        match state {
            MonthState::Waiting => Self::Waiting,
            MonthState::Reading => Self::Reading,
            MonthState::Dashboards => Self::Dashboards,
            MonthState::Complete => Self::Complete,
            MonthState::NotCounted => Self::NotCounted,
            MonthState::Failed => Self::Failed,
        }
    }
}
