//! Sessions of browsers: begun by proving who one is, always under a new secret, ended by signing out, by time, or
//! with the account's password.

use super::audit::{entry, pairs};
use super::secret::Secret;
use super::{limits, now_ms};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use chrono::TimeDelta;
use meta::{Basis, NewAudit, NewSession, Organization, User};
use model::{Email, OrganizationId, Role, UserId};

/// A session ends after this long, whatever happens.
pub const LONGEST: TimeDelta = TimeDelta::days(30);
/// A session ends after this long without a request.
pub const IDLE: TimeDelta = TimeDelta::days(7);

/// A session that has begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// To be kept by the browser.
    pub secret: Secret,
    /// Whom it makes of the caller.
    pub caller: Caller,
}

/// Somebody who has shown the password of an account.
pub(super) struct Proven {
    /// Whose.
    pub(super) user: User,
    /// The password's hash: whatever follows from it holds while it is the account's.
    pub(super) hash: String,
}

impl Proven {
    pub(super) fn basis(&self) -> Basis<'_> {
        Basis::Password(&self.hash)
    }
}

/// Signs in with a password. A session that the browser had is ended.
pub async fn sign_in(app: &App, caller: &Caller, email: &str, password: &str) -> Result<SignedIn> {
    let proven = prove(app, caller, email, password).await?;
    end_earlier(app, caller).await?;
    begin(app, caller, &proven.user, "password", proven.basis()).await
}

/// The account of that address and password. Attempts are limited, and every wrong one is written down.
pub(super) async fn prove(app: &App, caller: &Caller, email: &str, password: &str) -> Result<Proven> {
    let attempt = limits::attempt(app, caller, email).await?;
    let stored = match Email::try_new(email) {
        Ok(email) => app.meta().user_by_email(&email).await?,
        Err(_) => None,
    };
    let (user, hash) = stored.map(|stored| (stored.user, stored.password_hash)).unzip();
    let hash = hash.flatten();
    let right = match app.passwords().verify(hash.as_deref(), password).await {
        Ok(right) => right,
        Err(error) => {
            attempt.withdrawn(app).await?;
            return Err(error);
        }
    };
    match (user, hash) {
        (Some(user), Some(hash)) if right => {
            attempt.succeeded(app).await?;
            Ok(Proven { user, hash })
        }
        (known, _) => {
            if let Some(user) = known {
                for refused in everywhere(app, caller, &user, "session.refused", "password").await? {
                    app.meta().note(&refused).await?;
                }
            }
            tracing::info!(client.address = caller.address, "a sign-in was refused");
            Err(AppError::new(ErrorKind::SignIn, "the e-mail address or the password is wrong").advise(
                "Check both; an administrator can invite you, or the command line can reset a password.",
            ))
        }
    }
}

/// Begins a session where the person belongs: the first organization by name, if any.
pub(super) async fn begin(
    app: &App,
    caller: &Caller,
    user: &User,
    with: &str,
    basis: Basis<'_>,
) -> Result<SignedIn> {
    let place = app.meta().memberships(&user.id).await?.into_iter().next();
    let (secret, session) =
        new_session(app, &user.id, place.as_ref().map(|(organization, _)| &organization.id))?;
    let entries = everywhere(app, caller, user, "session.started", with).await?;
    app.meta().start_session(&session, basis, &entries).await.map_err(shown_again)?;
    let subsets = match &place {
        Some((organization, _)) => app.meta().subsets_of_member(&user.id, &organization.id).await?,
        None => vec![],
    };
    let (organization, role) = place.unzip();
    let via = Via::Session { user: user.clone(), token_hash: session.token_hash };
    let caller = Caller { organization, role, subsets, via, address: caller.address.clone() };
    Ok(SignedIn { secret, caller })
}

/// What was shown holds no more: the password was changed meanwhile, or the session ended.
pub(super) fn shown_again(error: meta::MetaError) -> AppError {
    match error.kind() {
        meta::ErrorKind::Conflict => {
            AppError::new(ErrorKind::SignIn, format!("the sign-in does not count any more: {error}"))
                .advise("Sign in again.")
        }
        _ => error.into(),
    }
}

/// A session under a new secret.
pub(super) fn new_session(
    app: &App,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<(Secret, NewSession)> {
    let secret = Secret::random()?;
    let now = now_ms(app);
    let session = NewSession {
        token_hash: secret.hash(),
        user_id: user.clone(),
        organization_id: organization.cloned(),
        created_at_ms: now,
        expires_at_ms: now + LONGEST.num_milliseconds(),
    };
    Ok((secret, session))
}

/// Ends the session that a caller came with, before another begins in its place.
pub(super) async fn end_earlier(app: &App, caller: &Caller) -> Result<()> {
    if matches!(caller.via, Via::Session { .. }) { sign_out(app, caller).await } else { Ok(()) }
}

/// Ends the caller's session.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let Via::Session { user, token_hash } = &caller.via else { return Ok(()) };
    let ended = entry(app, caller, "session.ended", user.email.as_str(), &[]);
    Ok(app.meta().end_session(token_hash, &ended).await?)
}

/// The organizations of a person, by name.
pub async fn memberships(app: &App, user: &User) -> Result<Vec<(Organization, Role)>> {
    Ok(app.meta().memberships(&user.id).await?)
}

/// Goes to another organization of the caller's.
pub async fn switch_organization(app: &App, caller: &Caller, id: &str) -> Result<Caller> {
    let Via::Session { user, token_hash } = &caller.via else {
        return Err(AppError::new(ErrorKind::Denied, "this is for a person who is signed in")
            .advise("Sign in with your own account and try again."));
    };
    if caller.organization.as_ref().is_some_and(|organization| organization.id.as_str() == id) {
        return Ok(caller.clone());
    }
    let all = app.meta().memberships(&user.id).await?;
    let Some((organization, role)) = all.into_iter().find(|(found, _)| found.id.as_str() == id) else {
        return Err(AppError::new(ErrorKind::NotFound, "you belong to no such organization")
            .advise("Ask an administrator of that organization for an invitation."));
    };
    let subsets = app.meta().subsets_of_member(&user.id, &organization.id).await?;
    let there =
        Caller { organization: Some(organization.clone()), role: Some(role), subsets, ..caller.clone() };
    let moved = entry(app, &there, "session.moved", &organization.name, &[]);
    app.meta().move_session(token_hash, &organization.id, &moved).await.map_err(shown_again)?;
    Ok(there)
}

/// Ends the sessions of everybody in the caller's organization, but the one that asks. What its people have open in
/// other organizations stays, and has no way in here.
pub async fn end_sessions(app: &App, caller: &Caller) -> Result<u64> {
    let organization = caller.organization()?;
    let own = match &caller.via {
        Via::Session { token_hash, .. } => Some(token_hash),
        _ => None,
    };
    let ended = entry(app, caller, "session.all_ended", &organization.name, &[]);
    Ok(app.meta().end_sessions_of(&organization.id, own, now_ms(app), &ended).await?)
}

/// Ends everybody's sessions in every organization. For the command line.
pub async fn end_all_sessions(app: &App) -> Result<u64> {
    Ok(app.meta().end_all_sessions(&of_everybody(app, "session.all_ended").await?).await?)
}

/// One entry for each organization's log, by whoever holds the data folder.
pub(crate) async fn of_everybody(app: &App, action: &str) -> Result<Vec<NewAudit>> {
    let all = app.meta().organizations().await?;
    let entry_of = |organization: Organization| {
        let target = organization.name.clone();
        entry(app, &Caller::command_line(organization), action, target, &[("of", "every organization")])
    };
    Ok(all.into_iter().map(entry_of).collect())
}

/// One entry for the log of each organization that the person belongs to.
async fn everywhere(
    app: &App,
    caller: &Caller,
    user: &User,
    action: &str,
    with: &str,
) -> Result<Vec<NewAudit>> {
    let started = action == "session.started";
    let all = app.meta().memberships(&user.id).await?;
    Ok(all
        .into_iter()
        .map(|(organization, _)| NewAudit {
            organization_id: Some(organization.id),
            at_ms: now_ms(app),
            actor_kind: if started { "user" } else { "nobody" }.to_owned(),
            actor_id: started.then(|| user.id.to_string()),
            actor_name: if started { user.name.clone() } else { "somebody".to_owned() },
            action: action.to_owned(),
            target: user.email.to_string(),
            detail: pairs(&[("with", with)]),
            address: caller.address.clone(),
        })
        .collect())
}
