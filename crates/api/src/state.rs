//! What every handler shares.

use crate::caching::Bodies;
use crate::requests::Requests;
use app::identity::OpenIdSettings;
use app::metrics;
use app::policy::Caller;
use app::read::Published;
use app::{App, Organization};
use std::net::SocketAddr;
use std::sync::Arc;

/// The application, and how it is reached.
#[derive(Clone)]
pub struct ApiState {
    /// The application.
    pub app: App,
    /// How it is reached.
    pub site: Arc<Site>,
    /// Answers as they were sent.
    pub bodies: Bodies,
    /// Requests in numbers.
    pub requests: Requests,
}

/// How the server is reached, and by whom.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The demo company, where it is open to everybody at this machine.
    pub demo: Option<Organization>,
    /// Address that the server listens on; requests that name it are answered.
    pub listen: Option<SocketAddr>,
    /// Address that browsers use, such as `https://costs.example.com`, without a slash at its end.
    pub public_url: Option<String>,
    /// Whether a proxy in front says in `X-Forwarded-For` and `X-Forwarded-Proto` who asks, and how.
    pub behind_proxy: bool,
    /// A second way to sign in.
    pub openid: Option<OpenIdSettings>,
    /// What opens the metrics at this address; without, they are not told here.
    pub metrics_token: Option<metrics::Token>,
}

impl ApiState {
    /// What the caller may see of what is published of their organization.
    pub(crate) async fn published(&self, caller: &Caller) -> app::Result<Arc<Published>> {
        self.published_as_of(caller, None).await
    }
}
