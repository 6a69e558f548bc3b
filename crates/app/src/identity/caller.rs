//! From what a request brings to who asks.

use super::secret::Secret;
use super::{IDLE, now_ms};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use meta::Organization;
use model::Role;

/// Requests are noted this far apart (ms): each note is a write.
const NOTED_EVERY_MS: i64 = 60_000;
/// What tokens begin with, so that a leaked one is recognised by those who search for such.
pub(super) const TOKEN_PREFIX: &str = "ca_";

/// What a request brings.
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// The session's cookie.
    pub session: Option<String>,
    /// The `Authorization: Bearer` token.
    pub bearer: Option<String>,
    /// Network address it came from.
    pub address: Option<String>,
    /// The demo company, where it is open to everybody at this machine.
    pub demo: Option<Organization>,
}

/// Who asks. A token that does not work is refused; a session that does not is nobody.
pub async fn caller(app: &App, presented: Presented) -> Result<Caller> {
    let address = presented.address;
    if let Some(bearer) = presented.bearer {
        return by_token(app, &bearer, address).await;
    }
    let secret = presented.session.as_deref().and_then(Secret::parse);
    if let Some(secret) = secret
        && let Some(caller) = by_session(app, &secret, address.clone()).await?
    {
        return Ok(caller);
    }
    Ok(match presented.demo {
        Some(demo) => {
            let role = Some(Role::Administrator);
            Caller { organization: Some(demo), role, subsets: vec![], via: Via::Demo, address }
        }
        None => Caller { address, ..Caller::nobody() },
    })
}

/// Whether a caller may still do what they could when they asked: the session or token works, in the same organization
/// and role, with the same subsets. Looking is no request: it keeps no session alive.
///
/// # Errors
/// The metadata cannot be read.
pub async fn is_still(app: &App, caller: &Caller) -> Result<bool> {
    let now = now_ms(app);
    let organization = caller.organization.as_ref().map(|found| &found.id);
    Ok(match &caller.via {
        Via::Session { token_hash, .. } => {
            let found = app.meta().session(token_hash, now, now - IDLE.num_milliseconds()).await?;
            let found = found.filter(|session| session.subsets == caller.subsets);
            let place = found.and_then(|session| session.place);
            place.is_some_and(|(found, role)| Some(&found.id) == organization && Some(role) == caller.role)
        }
        Via::Token { id, .. } => {
            let Some(organization) = organization else { return Ok(false) };
            let tokens = app.meta().tokens(organization).await?;
            let works = |until: Option<i64>| until.is_none_or(|until| until > now);
            tokens.iter().any(|token| token.id == *id && works(token.expires_at_ms))
        }
        Via::Demo | Via::CommandLine => true,
        Via::Nobody => false,
    })
}

async fn by_session(app: &App, secret: &Secret, address: Option<String>) -> Result<Option<Caller>> {
    let (now, token_hash) = (now_ms(app), secret.hash());
    let Some(session) = app.meta().session(&token_hash, now, now - IDLE.num_milliseconds()).await? else {
        return Ok(None);
    };
    if now - session.last_seen_ms >= NOTED_EVERY_MS {
        app.meta().touch_session(&token_hash, now).await?;
    }
    let (organization, role) = session.place.unzip();
    let via = Via::Session { user: session.user, token_hash };
    Ok(Some(Caller { organization, role, subsets: session.subsets, via, address }))
}

async fn by_token(app: &App, bearer: &str, address: Option<String>) -> Result<Caller> {
    let now = now_ms(app);
    let secret = bearer.strip_prefix(TOKEN_PREFIX).and_then(Secret::parse);
    let found = match secret {
        Some(secret) => app.meta().token_by_secret(&secret.hash(), now).await?,
        None => None,
    };
    let Some((token, organization)) = found else {
        return Err(AppError::new(
            ErrorKind::SignIn,
            "the API token is not known, was revoked or has expired",
        )
        .advise("Make another one on the organization's page, or with 'cloud-analyzer token create'."));
    };
    if token.last_used_ms.is_none_or(|used| now - used >= NOTED_EVERY_MS) {
        app.meta().touch_token(&token.id, now).await?;
    }
    Ok(Caller {
        organization: Some(organization),
        role: Some(token.role),
        subsets: token.subsets,
        via: Via::Token { id: token.id, name: token.name },
        address,
    })
}
