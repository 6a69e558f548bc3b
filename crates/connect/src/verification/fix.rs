//! What to do about a failed step, and the fixes that any call may need.

use crate::aws::{Answer, Trouble};

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fix {
    pub(super) text: String,
    pub(super) command: Option<String>,
    pub(super) url: Option<String>,
}

impl Fix {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    pub(super) fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }
}

/// What to do about troubles that pass by themselves, where nobody waits for the answer; `None`: they do not.
pub(super) fn waits(trouble: Trouble) -> Option<&'static str> {
    match trouble {
        Trouble::Throttled => Some(
            "Nothing is wrong with the connection: there were too many calls. It is tried again by itself.",
        ),
        Trouble::Failing => Some("The store itself fails, which passes. It is tried again by itself."),
        _ => None,
    }
}

/// What to do about troubles that have nothing to do with what was asked; `None`: it has.
pub(super) fn common(answer: &Answer) -> Option<Fix> {
    Some(match answer.trouble {
        Trouble::Throttled => Fix::text(
            "AWS asks to be called less often. Nothing is wrong with the connection: verify again in a minute.",
        ),
        Trouble::Failing => Fix::text(
            "The service itself fails. Verify again in some minutes; AWS's health page says more.",
        )
        .url("https://health.aws.amazon.com/health/status"),
        Trouble::Network => Fix::text(
            "AWS was not reached. Check the network, name resolution and firewall of the machine that runs Cloud Analyzer: it must reach sts.*, s3.*, cur.* and organizations.* of your partition by HTTPS. If AWS_ENDPOINT_URL is set, check that address.",
        ),
        Trouble::Expired => Fix::text(
            "The credentials that Cloud Analyzer runs with have ended. Renew them and restart it; a role of the machine renews itself.",
        )
        .command("aws sts get-caller-identity"),
        Trouble::Credentials => Fix::text(
            "AWS does not accept the credentials. Check the access key, its secret and that the machine's clock is right.",
        )
        .command("aws sts get-caller-identity"),
        Trouble::Denied
        | Trouble::KmsDenied
        | Trouble::NotFound
        | Trouble::WrongRegion
        | Trouble::Other => return None,
    })
}
