//! Invitations: a link that makes whoever holds it a member, once. It is sent by mail where mail is configured;
//! else an administrator hands it over. Whoever has shown that the invited address is theirs is offered the invitation
//! when they are signed in, too. Nobody becomes a member but by accepting.
//!
//! A link is made by an administrator of one organization, who may name anybody's address. It sets the password of a
//! new account only, never of one that is there; and unless it went to the address by mail, the new account's address
//! is not proven by it: the first proof drops that password (see [`super::openid`]).

use super::SecretHash;
use super::audit::entry;
use super::members::{email_of, new_user};
use super::secret::{Secret, random_id};
use super::{SignedIn, limits, now_ms, sessions, standing};
use crate::policy::{Caller, Via};
use crate::reports::recipients;
use crate::{App, AppError, ErrorKind, Result};
use chrono::TimeDelta;
use meta::{Basis, Invitation, NewAudit, NewInvitation, Person, User};
use model::{InvitationId, Role, Standing};
use notify::Mail;

/// A link works for this long.
const VALID: TimeDelta = TimeDelta::days(7);

/// A new invitation.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// Path and query of its link, below the server's address. Shown or sent once.
    pub path: String,
}

/// What a link offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The invitation.
    pub invitation: Invitation,
    /// Name of the organization.
    pub organization: String,
    /// Whether the address has an account already.
    pub account_exists: bool,
}

/// How an invitation is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepting<'a> {
    /// Name of a new account.
    pub name: &'a str,
    /// Password of a new account, or of the one that the address has.
    pub password: &'a str,
}

/// Invitations into the caller's organization, newest first.
pub async fn invitations(app: &App, caller: &Caller) -> Result<Vec<Invitation>> {
    Ok(app.meta().invitations(&caller.organization()?.id).await?)
}

/// Invites somebody; an earlier invitation of the address stops working.
pub async fn invite(
    app: &App,
    caller: &Caller,
    email: &str,
    standing: impl Into<Standing>,
) -> Result<Invited> {
    let organization = caller.organization()?;
    let email = email_of(email)?;
    if app.meta().members(&organization.id).await?.iter().any(|member| member.user.email == email) {
        return Err(AppError::new(ErrorKind::Conflict, format!("{email} is a member already"))
            .advise("Change the member's role instead."));
    }
    let standing = standing::checked(app, caller, standing.into()).await?;
    let role = standing.role();
    let secret = Secret::random()?;
    let id = InvitationId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?;
    let now = now_ms(app);
    let invitation = Invitation {
        id,
        organization_id: organization.id.clone(),
        email,
        role,
        subsets: standing.subsets().to_vec(),
        invited_by: caller.name().to_owned(),
        created_at_ms: now,
        expires_at_ms: now + VALID.num_milliseconds(),
        mailed: app.mail().is_some(),
    };
    if invitation.mailed {
        limits::count_mails(app, &organization.id, limits::sender(caller), 1, None, None).await?;
    }
    let subsets = standing::told(&standing);
    let mut detail = vec![("role", role.name())];
    detail.extend(subsets.as_deref().map(|subsets| ("subsets", subsets)));
    let created = entry(app, caller, "invitation.created", invitation.email.as_str(), &detail);
    let new = NewInvitation { invitation: invitation.clone(), token_hash: secret.hash() };
    app.meta().invite(&new, &created).await?;
    let path = format!("/invitation?token={}", secret.reveal());
    if let Some(mail) = app.mail().cloned() {
        let (to, link) = (invitation.email.to_string(), format!("{}{path}", mail.public_url));
        let invited = Mail::Invitation {
            organization: organization.name.clone(),
            invited_by: invitation.invited_by.clone(),
            role: role.name().to_owned(),
            link,
        };
        // Nobody waits for a mail server.
        tokio::spawn(async move { mail.mailer.send(&[to], &invited).await });
    }
    Ok(Invited { invitation, path })
}

/// Takes an invitation back.
pub async fn withdraw_invitation(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let all = invitations(app, caller).await?;
    let Some(found) = all.into_iter().find(|invitation| invitation.id.as_str() == id) else {
        return Err(AppError::new(ErrorKind::NotFound, "there is no such invitation")
            .advise("It was accepted or withdrawn: load the list again."));
    };
    let withdrawn = entry(app, caller, "invitation.withdrawn", found.email.as_str(), &[]);
    taken_out(app, caller, &found).await?;
    Ok(app.meta().withdraw_invitation(&found.organization_id, &found.id, &withdrawn).await?)
}

/// What a link offers.
pub async fn offer(app: &App, token: &str) -> Result<Offer> {
    let invitation = by_token(app, token).await?;
    let organization = app.organization_by_id(&invitation.organization_id).await?;
    let account_exists = app.meta().user_by_email(&invitation.email).await?.is_some();
    Ok(Offer {
        organization: organization.map(|found| found.name).unwrap_or_default(),
        account_exists,
        invitation,
    })
}

/// Accepts an invitation and signs in. Where the address has an account, its password is asked for, or the
/// caller's session is that account's: the link alone must not open somebody's other organizations.
pub async fn accept_invitation(
    app: &App,
    caller: &Caller,
    token: &str,
    accepting: Accepting<'_>,
) -> Result<SignedIn> {
    let invitation = by_token(app, token).await?;
    let mut signed_in = match (app.meta().user_by_email(&invitation.email).await?, &caller.via) {
        (Some(stored), Via::Session { user, token_hash }) if user.id == stored.user.id => {
            let basis = Basis::Session(token_hash);
            join(app, caller, &invitation, user, basis).await?;
            sessions::begin(app, caller, user, "invitation", basis).await?
        }
        (Some(_), _) => {
            let email = invitation.email.as_str();
            let proven = sessions::prove(app, caller, email, accepting.password).await?;
            join(app, caller, &invitation, &proven.user, proven.basis()).await?;
            sessions::end_earlier(app, caller).await?;
            sessions::begin(app, caller, &proven.user, "invitation", proven.basis()).await?
        }
        (None, _) => {
            let email = invitation.email.clone();
            let new = new_user(app, email, accepting.name, accepting.password, invitation.mailed).await?;
            let accepted = accepted(app, caller, &invitation, &new.user);
            let person = (Person::New(&new), Basis::Given);
            app.meta().accept_invitation(&invitation, person, now_ms(app), &accepted).await?;
            sessions::end_earlier(app, caller).await?;
            let basis = new.password_hash.as_deref().map_or(Basis::Given, Basis::Password);
            sessions::begin(app, caller, &new.user, "invitation", basis).await?
        }
    };
    signed_in.caller =
        sessions::switch_organization(app, &signed_in.caller, invitation.organization_id.as_str()).await?;
    Ok(signed_in)
}

/// Invitations of the caller's address that wait for an answer, with the names of the organizations. Only for whoever
/// has shown that the address is theirs: who merely typed it, holding another organization's link, is told nothing.
pub async fn pending_invitations(app: &App, caller: &Caller) -> Result<Vec<(Invitation, String)>> {
    let Some(user) = caller.user() else { return Ok(vec![]) };
    let stored = app.meta().user(&user.id).await?;
    if stored.is_none_or(|stored| stored.email_proven_ms.is_none()) {
        return Ok(vec![]);
    }
    let mine = app.meta().memberships(&user.id).await?;
    let mut all = app.meta().invitations_of(&user.email, now_ms(app)).await?;
    all.retain(|(invitation, _)| {
        mine.iter().all(|(member_of, _)| member_of.id != invitation.organization_id)
    });
    Ok(all)
}

/// Accepts an invitation of the caller's address, and goes there.
pub async fn accept_pending(app: &App, caller: &Caller, id: &str) -> Result<Caller> {
    let (invitation, user, token_hash) = pending(app, caller, id).await?;
    join(app, caller, &invitation, &user, Basis::Session(&token_hash)).await?;
    sessions::switch_organization(app, caller, invitation.organization_id.as_str()).await
}

/// Declines an invitation of the caller's address: it is gone.
pub async fn decline_pending(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let (invitation, user, _) = pending(app, caller, id).await?;
    let declined = NewAudit {
        organization_id: Some(invitation.organization_id.clone()),
        // Who does not join tells the organization no more than that.
        address: None,
        ..entry(app, caller, "invitation.declined", user.email.as_str(), &[])
    };
    taken_out(app, caller, &invitation).await?;
    Ok(app.meta().withdraw_invitation(&invitation.organization_id, &invitation.id, &declined).await?)
}

/// Who will be no subset viewer after all gets no mails as a stranger instead.
async fn taken_out(app: &App, caller: &Caller, invitation: &Invitation) -> Result<()> {
    if invitation.role != Role::SubsetViewer {
        return Ok(());
    }
    recipients::take_out(app, caller, &invitation.organization_id, invitation.email.as_str()).await
}

async fn pending(app: &App, caller: &Caller, id: &str) -> Result<(Invitation, User, SecretHash)> {
    let Via::Session { user, token_hash } = &caller.via else {
        return Err(AppError::new(ErrorKind::Denied, "this is for a person who is signed in")
            .advise("Sign in with your own account and try again."));
    };
    let all = pending_invitations(app, caller).await?;
    let found = all.into_iter().map(|(invitation, _)| invitation).find(|one| one.id.as_str() == id);
    let found = found.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "there is no such invitation")
            .advise("It was answered or withdrawn, or has expired: load the page again.")
    })?;
    Ok((found, user.clone(), *token_hash))
}

/// Makes somebody who has an account a member.
async fn join(
    app: &App,
    caller: &Caller,
    invitation: &Invitation,
    user: &User,
    basis: Basis<'_>,
) -> Result<()> {
    let accepted = accepted(app, caller, invitation, user);
    let person = (Person::Known(&user.id), basis);
    Ok(app.meta().accept_invitation(invitation, person, now_ms(app), &accepted).await?)
}

/// The entry of an acceptance: by the person, in the log of the organization joined.
fn accepted(app: &App, caller: &Caller, invitation: &Invitation, user: &User) -> NewAudit {
    let by = Caller { via: Via::Session { user: user.clone(), token_hash: [0; 32] }, ..caller.clone() };
    NewAudit {
        organization_id: Some(invitation.organization_id.clone()),
        ..entry(app, &by, "invitation.accepted", user.email.as_str(), &[("role", invitation.role.name())])
    }
}

async fn by_token(app: &App, token: &str) -> Result<Invitation> {
    let found = match Secret::parse(token) {
        Some(secret) => app.meta().invitation_by_token(&secret.hash(), now_ms(app)).await?,
        None => None,
    };
    found.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "the invitation was used, was withdrawn or has expired")
            .advise("Sign in if you accepted it already; else ask for another invitation.")
    })
}
