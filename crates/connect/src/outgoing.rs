//! The way out: one client for every request to an address that users may name, with one policy.
//!
//! Two kinds of addresses are asked. *The operator's own* (AWS, and what `AWS_ENDPOINT_URL` and its like say) may lie
//! anywhere but at a metadata service, and are reached through the proxies of the environment. *Addresses that users
//! name* (endpoints of S3-compatible stores) must be public, or in a range that the operator opened; every address
//! that a name leads to is checked where it is connected to, so there is no time between the look and the use.
//! Proxies of the environment are not used for them: a proxy would resolve the name itself, and the check would be
//! worth nothing.
//!
//! Redirects are never followed, and every answer ends: see `limits`. What goes wrong on the way to an address that a
//! user named is told in words that are the same whatever it was: nobody learns from them which ports of which
//! machines are open. The log has the cause, for the operator.

mod address;
mod body;
mod post;
mod resolver;

pub(crate) use body::read;
pub use post::{Answered, NotSent, Post};

use crate::aws::Answer;
use crate::limits::{CONNECT, SILENCE};
use address::{Class, class};
use ipnet::IpNet;
use reqwest::{Client, Request, Response};
use resolver::{Checked, Names};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use url::{Host, Url};

/// What may be connected to, and the clients that hold to it. Cheap to clone; clones share connections.
#[derive(Clone, Debug, Default)]
pub struct Outgoing(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    opened: Arc<[IpNet]>,
    names: Names,
    own: OnceLock<Client>,
    named: OnceLock<Client>,
    plain: OnceLock<Client>,
}

/// Whose address is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The operator's, or AWS's own.
    Operators,
    /// One that a user named.
    Users,
    /// One that a user named, in plain text: nothing of it crosses the internet, so only what was opened is reached.
    UsersPlain,
}

/// Why an address may not be connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("it belongs to a metadata service, which hands out this machine's own credentials")]
    Metadata,
    #[error("it is {0}, which this installation has not opened")]
    Closed(&'static str),
}

impl Outgoing {
    /// With ranges of private addresses that the operator opened.
    pub fn new(opened: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner { opened: opened.into(), ..Inner::default() }))
    }

    /// The same, with names that lead where a test says.
    #[cfg(test)]
    fn with_names(opened: Vec<IpNet>, names: Names) -> Self {
        Self(Arc::new(Inner { opened: opened.into(), names, ..Inner::default() }))
    }

    /// Ranges that the operator opened.
    pub fn opened(&self) -> &[IpNet] {
        &self.0.opened
    }

    /// Whether an address may be connected to.
    pub(crate) fn allowed(&self, whose: Whose, address: IpAddr) -> Result<(), Refused> {
        check(whose, &self.0.opened, address)
    }

    /// Checks an address that a user typed, as far as that can be done without asking for its name: odd forms of
    /// numbers are numbers here as they are for the connection.
    pub(crate) fn check_url(&self, whose: Whose, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allowed(whose, address.into()),
            Some(Host::Ipv6(address)) => self.allowed(whose, address.into()),
            Some(Host::Domain(name)) => match name.trim_end_matches('.') {
                "metadata.google.internal" | "metadata" | "instance-data" => Err(Refused::Metadata),
                _ => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// Sends a request; the answer's head has come when this returns, its body is for [`read`].
    ///
    /// # Errors
    /// `Network`: not reached, or no HTTP came back.
    pub(crate) async fn send(&self, whose: Whose, request: Request) -> Result<Response, Answer> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let failed = |cause: String| {
            tracing::info!(host, cause, "an address was not reached");
            match whose {
                Whose::Operators => Answer::network(cause),
                Whose::Users | Whose::UsersPlain => Answer::network(NOT_REACHED),
            }
        };
        // A literal address is connected to as it is: no resolver sees it.
        self.check_url(whose, request.url()).map_err(|refused| failed(refused.to_string()))?;
        let client = self.client(whose).map_err(|error| failed(model::with_causes(&error)))?;
        match tokio::time::timeout(CONNECT + SILENCE, client.execute(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(failed(model::with_causes(&error.without_url()))),
            Err(_) => Err(failed("no answer in time".to_owned())),
        }
    }

    fn client(&self, whose: Whose) -> Result<Client, reqwest::Error> {
        let kept = match whose {
            Whose::Operators => &self.0.own,
            Whose::Users => &self.0.named,
            Whose::UsersPlain => &self.0.plain,
        };
        if let Some(client) = kept.get() {
            return Ok(client.clone());
        }
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // HTTP/1 bounds the head of an answer: 100 headers, some 400 KB. It is what object stores speak best.
            .http1_only()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .user_agent(concat!("cloud-analyzer/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Checked::new(whose, Arc::clone(&self.0.opened), self.0.names.clone())));
        if whose != Whose::Operators {
            builder = builder.no_proxy();
        }
        let client = builder.build()?;
        Ok(kept.get_or_init(|| client).clone())
    }
}

/// What is told of any trouble on the way to an address that a user named.
const NOT_REACHED: &str = "the address was not reached: there is no such name, nothing there answers as S3 does, its certificate is not trusted, or this installation does not connect to such addresses";

/// The same of a message.
const NOT_REACHED_HOOK: &str = "the address was not reached within 20 seconds: there is no such name, nothing there answers as HTTP does, its certificate is not trusted, or this installation does not connect to such addresses";

fn check(whose: Whose, opened: &[IpNet], address: IpAddr) -> Result<(), Refused> {
    match class(address) {
        Class::Metadata => Err(Refused::Metadata),
        Class::Public if whose != Whose::UsersPlain => Ok(()),
        Class::Private(_) if whose == Whose::Operators => Ok(()),
        _ if opened.iter().any(|range| address::within(range, address)) => Ok(()),
        Class::Private(what) => Err(Refused::Closed(what)),
        Class::Public => Err(Refused::Closed("an address of the internet, asked in plain text")),
    }
}

#[cfg(test)]
mod tests;
