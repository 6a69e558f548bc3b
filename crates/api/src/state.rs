//! What every handler shares.

use app::App;
use app::read::Published;
use std::sync::Arc;

/// The application, and whose data is served.
#[derive(Clone)]
pub struct ApiState {
    /// The application.
    pub app: App,
    /// Name or id of the organization; `None`: the obvious one.
    pub organization: Option<String>,
}

impl ApiState {
    pub(crate) async fn published(&self) -> app::Result<Arc<Published>> {
        Published::resolve(&self.app, self.organization.as_deref()).await
    }
}
