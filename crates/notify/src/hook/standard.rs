//! Standard Webhooks 1.0: an identifier that stays the same over all tries, the time, and a signature over both and the
//! body with each secret that is valid.

use super::{Target, is_digest, whole};
use crate::notice::{Bundle, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Bytes of a secret that is made.
pub const SECRET_BYTES: usize = 32;
/// Bytes that a secret may have, by the standard.
const SECRET_MAY: std::ops::RangeInclusive<usize> = 24..=64;
const PREFIX: &str = "whsec_";

/// A text that is no signing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret is written as whsec_ and 24 to 64 bytes in base64")]
pub struct WrongSecret;

/// A secret as it is handed out.
pub fn secret_text(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// Whether messages can be signed with it.
///
/// # Errors
/// It is none.
pub fn check_secret(secret: &str) -> Result<(), WrongSecret> {
    key(secret).map(|_| ())
}

fn key(secret: &str) -> Result<Vec<u8>, WrongSecret> {
    let bytes = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).map_err(|_| WrongSecret)?;
    if SECRET_MAY.contains(&bytes.len()) { Ok(bytes) } else { Err(WrongSecret) }
}

/// `v1,` and the signature.
fn signature(secret: &str, id: &str, at_s: i64, body: &str) -> Result<String, WrongSecret> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| WrongSecret)?;
    mac.update(format!("{id}.{at_s}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

pub(super) fn headers(
    target: &Target,
    message: &Message,
    body: &str,
) -> Result<Vec<(String, String)>, WrongSecret> {
    let mut signatures = vec![signature(&target.secret, &message.id, message.at_s, body)?];
    if let Some((former, _)) = target.former.as_ref().filter(|(_, until_ms)| message.at_s * 1000 < *until_ms)
    {
        signatures.push(signature(former, &message.id, message.at_s, body)?);
    }
    Ok(vec![
        ("webhook-id".to_owned(), message.id.clone()),
        ("webhook-timestamp".to_owned(), message.at_s.to_string()),
        ("webhook-signature".to_owned(), signatures.join(" ")),
    ])
}

pub(super) fn body(message: &Message) -> Value {
    let at = DateTime::from_timestamp(message.at_s, 0).unwrap_or_default();
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let single = message.single();
    let kind = match (single, message.bundle) {
        (_, Bundle::Test) => "test".to_owned(),
        (Some(one), _) => format!("{}.{}", one.kind, one.transition.name()),
        (None, _) if is_digest(message) => "digest".to_owned(),
        (None, _) => "summary".to_owned(),
    };
    let data = match single {
        Some(one) => whole(one),
        None => json!({
            "notices": message.notices.iter().map(whole).collect::<Vec<_>>(),
            "still_open": message.still_open.iter().map(whole).collect::<Vec<_>>(),
        }),
    };
    json!({ "type": kind, "timestamp": timestamp, "organization": message.organization, "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that comes with the reference implementations.
    #[test]
    fn signatures_are_the_standard_s() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed =
            signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for wrong in ["", "whsec_", "whsec_c2hvcnQ=", "no base64!"] {
            assert_eq!(key(wrong), Err(WrongSecret), "{wrong}");
        }
        assert_eq!(key(&secret_text(&[7; SECRET_BYTES])).unwrap(), [7; SECRET_BYTES]);
    }
}
