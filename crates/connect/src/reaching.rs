//! Whether somebody whom connections need is there at all, and what time it is there: signatures are refused whose time
//! is minutes off. Nothing is asked for, and nobody signs.

use crate::aws::{Answer, Partition};
use crate::outgoing::{Outgoing, Whose};
use crate::source::endpoint_of_environment;
use chrono::{DateTime, Utc};
use reqwest::{Method, Request};
use url::Url;

/// Somebody who answered, with whatever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Their address.
    pub address: String,
    /// Time by their clock, to the second, if they said it.
    pub at: Option<DateTime<Utc>>,
}

/// Asks S3 in a partition's home region, or whoever the environment says is in its place.
///
/// # Errors
/// What was asked, and why it was not reached.
pub async fn reach_provider(outgoing: &Outgoing, partition: Partition) -> Result<Reached, (String, Answer)> {
    let address = endpoint_of_environment().unwrap_or_else(|| partition.s3_endpoint(partition.home_region()));
    reach(outgoing, Whose::Operators, address).await
}

/// Asks an endpoint that a user named.
///
/// # Errors
/// As [`reach_provider`], in words that are the same whatever it was.
pub async fn reach_endpoint(outgoing: &Outgoing, address: &str) -> Result<Reached, (String, Answer)> {
    reach(outgoing, Whose::Users, address.to_owned()).await
}

async fn reach(outgoing: &Outgoing, whose: Whose, address: String) -> Result<Reached, (String, Answer)> {
    let url = match Url::parse(&address) {
        Ok(url) => url,
        Err(error) => return Err((address, Answer::network(format!("it is no address: {error}")))),
    };
    match outgoing.send(whose, Request::new(Method::GET, url)).await {
        Ok(answer) => {
            let date = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
            let at = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
            Ok(Reached { address, at: at.map(|at| at.to_utc()) })
        }
        Err(error) => Err((address, error)),
    }
}
