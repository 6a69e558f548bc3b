//! API tokens: for scripts, with a role of their own, in one organization.

use super::audit::entry;
use super::caller::TOKEN_PREFIX;
use super::secret::{Secret, random_id};
use super::{name_of, now_ms, standing};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use meta::{ApiToken, NewApiToken};
use model::{Standing, TokenId};

/// A token that was made.
#[derive(Clone)]
pub struct CreatedToken {
    /// The token.
    pub token: ApiToken,
    /// Its text. Shown once.
    pub secret: String,
}

/// The tokens of the caller's organization, newest first.
pub async fn tokens(app: &App, caller: &Caller) -> Result<Vec<ApiToken>> {
    Ok(app.meta().tokens(&caller.organization()?.id).await?)
}

/// Makes a token.
pub async fn create_token(
    app: &App,
    caller: &Caller,
    name: &str,
    standing: impl Into<Standing>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<CreatedToken> {
    let organization = caller.organization()?;
    let name = name_of("the token's name", name)?;
    if expires_at.is_some_and(|at| at <= app.now()) {
        return Err(AppError::invalid("the token would have expired already")
            .advise("Give a time in the future, or none."));
    }
    let standing = standing::checked(app, caller, standing.into()).await?;
    let secret = Secret::random()?;
    let token = ApiToken {
        id: TokenId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?,
        organization_id: organization.id.clone(),
        name,
        role: standing.role(),
        subsets: standing.subsets().to_vec(),
        created_by: caller.name().to_owned(),
        created_at_ms: now_ms(app),
        expires_at_ms: expires_at.map(|at| at.timestamp_millis()),
        last_used_ms: None,
    };
    let expires = expires_at.map_or("never".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let subsets = standing::told(&standing);
    let mut detail =
        vec![("id", token.id.as_str()), ("role", standing.role().name()), ("expires", expires.as_str())];
    detail.extend(subsets.as_deref().map(|subsets| ("subsets", subsets)));
    let created = entry(app, caller, "token.created", &token.name, &detail);
    // Of the part after the prefix, which is the same in all.
    let new = NewApiToken { token: token.clone(), token_hash: secret.hash() };
    app.meta().create_token(&new, &created).await?;
    Ok(CreatedToken { token, secret: format!("{TOKEN_PREFIX}{}", secret.reveal()) })
}

/// Revokes a token.
pub async fn revoke_token(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let Some(token) = tokens(app, caller).await?.into_iter().find(|token| token.id.as_str() == id) else {
        return Err(AppError::new(ErrorKind::NotFound, "there is no such token")
            .advise("It was revoked: load the list again."));
    };
    let revoked = entry(app, caller, "token.revoked", &token.name, &[("id", token.id.as_str())]);
    Ok(app.meta().revoke_token(&token.organization_id, &token.id, &revoked).await?)
}

/// Revokes every token of the caller's organization; the one that asks, too. Gives how many there were.
pub async fn revoke_tokens(app: &App, caller: &Caller) -> Result<u64> {
    let organization = caller.organization()?;
    let revoked = entry(app, caller, "token.all_revoked", &organization.name, &[]);
    Ok(app.meta().revoke_tokens(Some(&organization.id), &[revoked]).await?)
}

/// Revokes every token of every organization. For the command line.
pub async fn revoke_all_tokens(app: &App) -> Result<u64> {
    let entries = super::sessions::of_everybody(app, "token.all_revoked").await?;
    Ok(app.meta().revoke_tokens(None, &entries).await?)
}
