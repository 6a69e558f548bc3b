//! Name resolution that gives nothing but allowed addresses: what it gives is what is connected to.

use super::{Whose, check};
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::Arc;

/// Resolves as the system does, and checks.
#[derive(Debug)]
pub(super) struct Checked {
    whose: Whose,
    opened: Arc<[IpNet]>,
}

impl Checked {
    pub(super) fn new(whose: Whose, opened: Arc<[IpNet]>) -> Self {
        Self { whose, opened }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (whose, opened) = (self.whose, Arc::clone(&self.opened));
        Box::pin(async move {
            // The port is set by whoever connects.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // All, not some: a name that leads here and there is nothing that an honest store has.
            for address in &found {
                check(whose, &opened, address.ip())
                    .map_err(|refused| format!("{} leads to {}: {refused}", name.as_str(), address.ip()))?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
