//! Name resolution that gives nothing but allowed addresses: what it gives is what is connected to.

use super::{Whose, check};
use futures::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::Arc;

type Found = BoxFuture<'static, std::io::Result<Vec<SocketAddr>>>;

/// How names are looked up: as the system does, unless a test says otherwise.
#[derive(Clone)]
pub(super) struct Names(Arc<dyn Fn(String) -> Found + Send + Sync>);

impl Names {
    #[cfg(test)]
    pub(super) fn told(answers: impl Fn(String) -> Vec<SocketAddr> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |name: String| -> Found {
            let found = answers(name);
            Box::pin(async move { Ok(found) })
        }))
    }
}

impl Default for Names {
    fn default() -> Self {
        Self(Arc::new(|name: String| -> Found {
            // The port is set by whoever connects.
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        }))
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Names(…)")
    }
}

/// Resolves, and checks.
#[derive(Debug)]
pub(super) struct Checked {
    whose: Whose,
    opened: Arc<[IpNet]>,
    names: Names,
}

impl Checked {
    pub(super) fn new(whose: Whose, opened: Arc<[IpNet]>, names: Names) -> Self {
        Self { whose, opened, names }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (whose, opened) = (self.whose, Arc::clone(&self.opened));
        let found = (self.names.0)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            // All, not some: a name that leads here and there is nothing that an honest store has.
            for address in &found {
                check(whose, &opened, address.ip())
                    .map_err(|refused| format!("{} leads to {}: {refused}", name.as_str(), address.ip()))?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
