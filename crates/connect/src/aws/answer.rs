//! What AWS answered when it did not do what was asked: its own code and words, and what sort of trouble it is.

use crate::limits::{CODE_CHARS, REASON_CHARS};
use crate::plain::plain;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::fmt;

/// Sort of trouble: decides what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Not allowed.
    Denied,
    /// Allowed to read, but not to decrypt.
    KmsDenied,
    /// The credentials were valid once.
    Expired,
    /// There are no credentials, or they are not accepted.
    Credentials,
    /// Too many calls; trying again helps.
    Throttled,
    /// The service fails; trying again may help.
    Failing,
    /// No answer at all.
    Network,
    /// There is no such thing.
    NotFound,
    /// It is in another region.
    WrongRegion,
    /// Anything else.
    Other,
}

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Answer {
    /// Sort of trouble.
    pub trouble: Trouble,
    /// AWS's code, such as `AccessDenied`; empty when nothing answered, or what answered has no such code.
    pub code: String,
    /// AWS's words on one line, bounded, or what happened on the way to it.
    pub message: String,
    /// HTTP status, if there was one.
    pub status: Option<u16>,
    /// Whether it is about who we are, before anything else was asked.
    pub entering: bool,
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.message.as_str(), self.status) {
            ("", "", Some(status)) => return write!(out, "HTTP {status}"),
            ("", message, _) => out.write_str(message)?,
            (code, "", _) => out.write_str(code)?,
            (code, message, _) => write!(out, "{code}: {message}")?,
        }
        match self.status {
            Some(status) => write!(out, " (HTTP {status})"),
            None => Ok(()),
        }
    }
}

/// Codes of AWS's services, and what they mean. The first that is part of the code decides.
const CODES: &[(&str, Trouble)] = &[
    ("ExpiredToken", Trouble::Expired),
    ("TokenRefreshRequired", Trouble::Expired),
    ("RequestExpired", Trouble::Expired),
    ("InvalidClientTokenId", Trouble::Credentials),
    ("InvalidAccessKeyId", Trouble::Credentials),
    ("InvalidToken", Trouble::Credentials),
    ("SignatureDoesNotMatch", Trouble::Credentials),
    ("UnrecognizedClient", Trouble::Credentials),
    ("MissingAuthenticationToken", Trouble::Credentials),
    ("AuthFailure", Trouble::Credentials),
    ("RequestTimeTooSkewed", Trouble::Credentials),
    ("Throttl", Trouble::Throttled),
    ("TooManyRequests", Trouble::Throttled),
    ("SlowDown", Trouble::Throttled),
    ("RequestLimitExceeded", Trouble::Throttled),
    ("NoSuch", Trouble::NotFound),
    ("PermanentRedirect", Trouble::WrongRegion),
    ("AuthorizationHeaderMalformed", Trouble::WrongRegion),
    ("IllegalLocationConstraint", Trouble::WrongRegion),
    ("KMS.", Trouble::KmsDenied),
    ("AccessDenied", Trouble::Denied),
    ("UnauthorizedOperation", Trouble::Denied),
    ("Forbidden", Trouble::Denied),
    ("AllAccessDisabled", Trouble::Denied),
];

impl Answer {
    /// From a code, its words and the status. Both may be a stranger's: a code is a word, the rest is made fit to be
    /// shown.
    pub(crate) fn new(code: &str, message: &str, status: Option<u16>) -> Self {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let code = if code.len() <= CODE_CHARS && code.bytes().all(valid) { code } else { "" };
        let known = CODES.iter().find(|(part, _)| code.contains(part)).map(|(_, trouble)| *trouble);
        let trouble = match (known, status) {
            // S3 says AccessDenied for both; only its words tell.
            (Some(Trouble::Denied), _) if message.to_ascii_lowercase().contains("kms") => Trouble::KmsDenied,
            (Some(trouble), _) => trouble,
            (None, Some(429)) => Trouble::Throttled,
            (None, Some(401 | 403)) => Trouble::Denied,
            (None, Some(404)) => Trouble::NotFound,
            (None, Some(301 | 307)) => Trouble::WrongRegion,
            (None, Some(500..=599)) => Trouble::Failing,
            (None, _) => Trouble::Other,
        };
        let message = plain(&message.replace(['\n', '\r', '\t'], " "), REASON_CHARS);
        Self { trouble, code: code.to_owned(), message, status, entering: false }
    }

    /// Something answered, but not as the service does.
    pub(crate) fn strange(why: &str) -> Self {
        Self::new("", why, None)
    }

    /// Nothing answered.
    pub(crate) fn network(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::nothing(Trouble::Network) }
    }

    /// There are no credentials to ask with.
    pub(crate) fn no_credentials(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::nothing(Trouble::Credentials) }
    }

    const fn nothing(trouble: Trouble) -> Self {
        Self { trouble, code: String::new(), message: String::new(), status: None, entering: false }
    }

    /// The same, about who we are.
    #[must_use]
    pub(crate) fn entering(self) -> Self {
        Self { entering: true, ..self }
    }

    /// What a service's client gave.
    pub(crate) fn of_sdk<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(answered) => {
                let (error, status) = (answered.err(), answered.raw().status().as_u16());
                let code = error.code().unwrap_or_default();
                Self::new(code, error.message().unwrap_or_default(), Some(status))
            }
            // Something answered, but not as the service does.
            SdkError::ResponseError(answered) => {
                let status = answered.raw().status().as_u16();
                Self::new("", &short(&DisplayErrorContext(error).to_string()), Some(status))
            }
            SdkError::TimeoutError(_) => Self::network("no answer in time"),
            other => {
                let text = DisplayErrorContext(other).to_string();
                // The client looks for credentials only when it calls: then this is no trouble of the network.
                if text.contains("credential") {
                    Self::no_credentials(short(&text))
                } else {
                    Self::network(short(&text))
                }
            }
        }
    }

    /// Whether doing the same again may help.
    pub fn retryable(&self) -> bool {
        matches!(self.trouble, Trouble::Throttled | Trouble::Failing | Trouble::Network)
    }
}

/// The client's description ends in a dump of its innards.
fn short(text: &str) -> String {
    let dumps = [" (DispatchFailure", " (ConstructionFailure", " (ResponseError", " (TimeoutError"];
    let end = dumps.iter().filter_map(|dump| text.find(dump)).min().unwrap_or(text.len());
    text[..end].chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_say_what_sort_of_trouble_it_is() {
        let denied = "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: s3:ListBucket";
        let kms =
            "User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/2";
        for (code, message, status, trouble) in [
            ("AccessDenied", denied, 403, Trouble::Denied),
            ("AccessDeniedException", denied, 400, Trouble::Denied),
            ("AccessDenied", kms, 403, Trouble::KmsDenied),
            ("KMS.DisabledException", "", 400, Trouble::KmsDenied),
            ("ExpiredTokenException", "", 403, Trouble::Expired),
            ("InvalidClientTokenId", "", 403, Trouble::Credentials),
            ("ThrottlingException", "", 400, Trouble::Throttled),
            ("SlowDown", "", 503, Trouble::Throttled),
            ("InternalError", "", 500, Trouble::Failing),
            ("NoSuchBucket", "", 404, Trouble::NotFound),
            ("PermanentRedirect", "", 301, Trouble::WrongRegion),
            ("ValidationError", "", 400, Trouble::Other),
            ("", "", 403, Trouble::Denied),
        ] {
            assert_eq!(Answer::new(code, message, Some(status)).trouble, trouble, "{code}");
        }
        let shown = Answer::new("AccessDenied", "no\nway", Some(403)).to_string();
        assert_eq!(shown, "AccessDenied: no way (HTTP 403)");
    }
}
