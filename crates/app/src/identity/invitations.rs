//! Invitations: a link that makes whoever holds it a member, once. It is sent by mail where mail is configured;
//! else an administrator hands it over.

use super::audit::entry;
use super::members::{email_of, new_user};
use super::secret::{Secret, random_id};
use super::{SignedIn, now_ms, sessions};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use chrono::TimeDelta;
use meta::{Invitation, NewAudit, NewInvitation, Person, User};
use model::{InvitationId, Role};
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
pub async fn invite(app: &App, caller: &Caller, email: &str, role: Role) -> Result<Invited> {
    let organization = caller.organization()?;
    let email = email_of(email)?;
    if app.meta().members(&organization.id).await?.iter().any(|member| member.user.email == email) {
        return Err(AppError::new(ErrorKind::Conflict, format!("{email} is a member already"))
            .advise("Change the member's role instead."));
    }
    let secret = Secret::random()?;
    let id = InvitationId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?;
    let now = now_ms(app);
    let invitation = Invitation {
        id,
        organization_id: organization.id.clone(),
        email,
        role,
        invited_by: caller.name().to_owned(),
        created_at_ms: now,
        expires_at_ms: now + VALID.num_milliseconds(),
    };
    let created =
        entry(app, caller, "invitation.created", invitation.email.as_str(), &[("role", role.name())]);
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
    let user = match app.meta().user_by_email(&invitation.email).await? {
        Some(stored) if caller.user().is_some_and(|user| user.id == stored.user.id) => {
            let accepted = accepted(app, caller, &invitation, &stored.user);
            app.meta()
                .accept_invitation(&invitation, Person::Known(&stored.user.id), now_ms(app), &accepted)
                .await?;
            stored.user
        }
        Some(_) => {
            let email = invitation.email.as_str();
            let user = sessions::prove(app, caller, email, accepting.password).await?;
            let accepted = accepted(app, caller, &invitation, &user);
            app.meta()
                .accept_invitation(&invitation, Person::Known(&user.id), now_ms(app), &accepted)
                .await?;
            user
        }
        None => {
            let new = new_user(app, invitation.email.clone(), accepting.name, accepting.password).await?;
            let accepted = accepted(app, caller, &invitation, &new.user);
            app.meta().accept_invitation(&invitation, Person::New(&new), now_ms(app), &accepted).await?;
            new.user
        }
    };
    sessions::end_earlier(app, caller).await?;
    let mut signed_in = sessions::begin(app, caller, &user, "invitation").await?;
    signed_in.caller =
        sessions::switch_organization(app, &signed_in.caller, invitation.organization_id.as_str()).await?;
    Ok(signed_in)
}

/// The entry of an acceptance: by the person, in the log of the organization joined.
pub(super) fn accepted(app: &App, caller: &Caller, invitation: &Invitation, user: &User) -> NewAudit {
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
