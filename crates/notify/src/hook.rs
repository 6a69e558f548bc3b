//! Messages to other services: what one request of each kind of channel carries. Nothing is sent in here; whoever sends
//! holds the walls.
//!
//! Names come from bills and tags, so they never become markup: Slack and Teams get them as texts that are shown as they
//! are, JSON carries the rest.

mod opsgenie;
mod pagerduty;
mod slack;
mod standard;
mod teams;

pub use standard::{SECRET_BYTES, WrongSecret, check_secret, secret_text};

use crate::notice::{Bundle, Message, Notice};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes of a link; Slack refuses what is longer.
const LINK: usize = 3_000;

/// Kinds of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// Mail.
    Mail,
    /// A Slack-compatible incoming webhook.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// PagerDuty, Events API v2.
    PagerDuty,
    /// Opsgenie, Alert API.
    Opsgenie,
    /// Any service, by Standard Webhooks.
    Webhook,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Mail, Self::Slack, Self::Teams, Self::PagerDuty, Self::Opsgenie, Self::Webhook];

    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::PagerDuty => "pagerduty",
            Self::Opsgenie => "opsgenie",
            Self::Webhook => "webhook",
        }
    }

    /// Whether people read it: many at once become one message, and it may come by the day. What machines read comes one
    /// by one.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Mail | Self::Slack | Self::Teams)
    }

    /// Whether it keeps incidents that are open until they are resolved.
    pub const fn keeps_incidents(self) -> bool {
        matches!(self, Self::PagerDuty | Self::Opsgenie)
    }

    /// Where it is reached, if nobody says otherwise.
    pub const fn own_address(self) -> Option<&'static str> {
        match self {
            Self::PagerDuty => Some("https://events.pagerduty.com/v2/enqueue"),
            Self::Opsgenie => Some("https://api.opsgenie.com/v2/alerts"),
            Self::Mail | Self::Slack | Self::Teams | Self::Webhook => None,
        }
    }

    /// Pause between two messages (ms); Slack takes one a second.
    pub const fn pause_ms(self) -> u64 {
        match self {
            Self::Slack => 1_000,
            Self::Teams => 250,
            _ => 0,
        }
    }
}

impl std::fmt::Display for ChannelKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl std::str::FromStr for ChannelKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("'{text}' is no kind of channel; there are {}", names.join(", "))
        })
    }
}

/// Where a channel leads: its secrets. Never shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Address; empty where the kind has one of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Key of the service, or the signing secret of a webhook.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub secret: String,
    /// The signing secret before this one, and until when messages are signed with it as well (ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<(String, i64)>,
    /// Addresses of a mail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Target(…)")
    }
}

/// A request to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Where to; a secret.
    pub url: String,
    /// Headers; secrets among them.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Prepared").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// The request that carries a message; none for a kind that is no request.
///
/// # Errors
/// The signing secret is none.
pub fn prepare(
    kind: ChannelKind,
    target: &Target,
    message: &Message,
) -> Result<Option<Prepared>, WrongSecret> {
    let url = match kind.own_address() {
        Some(own) if target.url.is_empty() => own.to_owned(),
        _ => target.url.clone(),
    };
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let (url, body) = match kind {
        ChannelKind::Mail => return Ok(None),
        ChannelKind::Slack => (url, slack::body(message)),
        ChannelKind::Teams => (url, teams::body(message)),
        ChannelKind::PagerDuty => (url, pagerduty::body(&target.secret, message)),
        ChannelKind::Opsgenie => {
            headers.push(("authorization".to_owned(), format!("GenieKey {}", target.secret)));
            opsgenie::request(&url, message)
        }
        ChannelKind::Webhook => {
            let body = standard::body(message).to_string();
            headers.extend(standard::headers(target, message, &body)?);
            return Ok(Some(Prepared { url, headers, body: body.into_bytes() }));
        }
    };
    // Whoever puts itself in between sees each message once, too.
    headers.push(("webhook-id".to_owned(), message.id.clone()));
    Ok(Some(Prepared { url, headers, body: body.to_string().into_bytes() }))
}

/// What kinds that know incidents are told: the notice, or what stands for it where the message is a test.
fn incident(message: &Message) -> Option<&Notice> {
    message.notices.first()
}

/// Everything of a notice, with its exact amounts.
fn whole(notice: &Notice) -> Value {
    serde_json::json!({
        "event_id": notice.event,
        "kind": notice.kind,
        "transition": notice.transition,
        "severity": notice.severity,
        "title": notice.title,
        "text": notice.text,
        "facts": notice.facts,
        "amounts": notice.amounts,
        "accounts": notice.about.accounts,
        "tags": notice.about.tags,
        "link": notice.link,
    })
}

/// The address of a page, where it is one that services take: longer ones are left out.
fn page(link: &str) -> String {
    let link = crate::mail::address(link);
    if link.len() <= LINK { link } else { String::new() }
}

fn ending(left_out: usize) -> String {
    if left_out == 0 { String::new() } else { format!("… and {left_out} more") }
}

fn is_digest(message: &Message) -> bool {
    message.bundle == Bundle::Digest
}

#[cfg(test)]
mod tests;
