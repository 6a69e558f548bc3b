//! The people of an organization, and their passwords.

use super::audit::entry;
use super::secret::random_id;
use super::{name_of, now_ms, password, standing};
use crate::policy::{Caller, Via};
use crate::reports::recipients;
use crate::{App, AppError, ErrorKind, Result, notifications};
use meta::{Member, NewAudit, NewUser, Organization, Person, User};
use model::{Email, Role, Standing, UserId};

/// The people of the caller's organization, by name.
pub async fn members(app: &App, caller: &Caller) -> Result<Vec<Member>> {
    Ok(app.meta().members(&caller.organization()?.id).await?)
}

/// Every account with its organizations, by address. For the command line.
pub async fn users(app: &App) -> Result<Vec<(User, Vec<(Organization, Role)>)>> {
    let mut found = vec![];
    for user in app.meta().users().await? {
        let places = app.meta().memberships(&user.id).await?;
        found.push((user, places));
    }
    Ok(found)
}

/// Makes a person a member of the caller's organization at once, without an invitation: with a new account, or
/// with the one that the address has, whose password stays. Says whether the account is new.
pub async fn add_member(
    app: &App,
    caller: &Caller,
    email: &str,
    name: &str,
    standing: impl Into<Standing>,
    password: &str,
) -> Result<bool> {
    let organization = caller.organization()?;
    let email = email_of(email)?;
    let standing = standing::checked(app, caller, standing.into()).await?;
    let subsets = standing::told(&standing);
    let mut detail = vec![("role", standing.role().name())];
    detail.extend(subsets.as_deref().map(|subsets| ("subsets", subsets)));
    let joined = entry(app, caller, "member.joined", email.as_str(), &detail);
    if let Some(stored) = app.meta().user_by_email(&email).await? {
        let id = &stored.user.id;
        app.meta().add_member(&organization.id, Person::Known(id), standing, now_ms(app), &joined).await?;
        return Ok(false);
    }
    // Whoever holds the data folder vouches for the address.
    let vouched = caller.via == Via::CommandLine;
    let user = new_user(app, email, name, password, vouched).await?;
    app.meta().add_member(&organization.id, Person::New(&user), standing, now_ms(app), &joined).await?;
    Ok(true)
}

/// Gives a member another role, or a subset viewer other subsets. It holds from their next request on.
pub async fn change_role(
    app: &App,
    caller: &Caller,
    user: &str,
    standing: impl Into<Standing>,
) -> Result<Member> {
    let organization = caller.organization()?;
    let mut member = member(app, caller, user).await?;
    let standing = standing::checked(app, caller, standing.into()).await?;
    let subsets = standing::told(&standing);
    let mut detail = vec![("from", member.role.name()), ("to", standing.role().name())];
    detail.extend(subsets.as_deref().map(|subsets| ("subsets", subsets)));
    let changed = entry(app, caller, "member.role_changed", member.user.email.as_str(), &detail);
    let done = app.meta().set_role(&organization.id, &member.user.id, standing.clone(), &changed).await;
    done.map_err(last_administrator)?;
    member.role = standing.role();
    member.subsets = standing.subsets().to_vec();
    Ok(member)
}

/// Takes a member out. Their sessions see nothing of the organization from then on.
pub async fn remove_member(app: &App, caller: &Caller, user: &str) -> Result<()> {
    let organization = caller.organization()?;
    let member = member(app, caller, user).await?;
    let detail = [("role", member.role.name())];
    let removed = entry(app, caller, "member.removed", member.user.email.as_str(), &detail);
    // Before they are out: if it fails, they are a member still, who may be told.
    if member.role == Role::SubsetViewer {
        recipients::take_out(app, caller, &organization.id, member.user.email.as_str()).await?;
    } else if has_another_administrator(app, organization, &member).await? {
        notifications::take_out(app, caller, &organization.id, member.user.email.as_str()).await?;
    }
    let done = app.meta().remove_member(&organization.id, &member.user.id, &removed).await;
    done.map_err(last_administrator)
}

/// Whether somebody could be taken out: an organization keeps an administrator.
async fn has_another_administrator(app: &App, organization: &Organization, member: &Member) -> Result<bool> {
    let members = app.meta().members(&organization.id).await?;
    Ok(members.iter().any(|one| one.role == Role::Administrator && one.user.id != member.user.id))
}

/// Changes the caller's own password and ends their other sessions.
pub async fn change_password(app: &App, caller: &Caller, current: &str, new: &str) -> Result<()> {
    let Via::Session { user, token_hash } = &caller.via else {
        return Err(AppError::new(ErrorKind::Denied, "this is for a person who is signed in")
            .advise("Sign in with your own account and try again."));
    };
    password::check(new, &[user.email.as_str(), &user.name])?;
    // The session alone is not enough: it may be somebody else's hands at an open screen.
    let proven = super::sessions::prove(app, caller, user.email.as_str(), current).await;
    let proven = proven.map_err(|error| match error.kind {
        ErrorKind::SignIn => AppError::new(ErrorKind::Invalid, "the current password is wrong")
            .advise("Check it, or have it reset at the command line."),
        _ => error,
    })?;
    let hash = app.passwords().hash(new).await?;
    let entries = password_entries(app, caller, user, "password.changed").await?;
    Ok(app.meta().change_password(&user.id, (&proven.hash, &hash), token_hash, &entries).await?)
}

/// Sets a person's password and ends all their sessions. For the command line: whoever holds the data folder vouches
/// that the password goes to the address's holder.
pub async fn reset_password(app: &App, email: &str, new: &str) -> Result<User> {
    let email = email_of(email)?;
    let Some(stored) = app.meta().user_by_email(&email).await? else { return Err(no_account(&email)) };
    password::check(new, &[email.as_str(), &stored.user.name])?;
    let hash = app.passwords().hash(new).await?;
    let caller = Caller { via: Via::CommandLine, ..Caller::nobody() };
    let entries = password_entries(app, &caller, &stored.user, "password.reset").await?;
    app.meta().reset_password(&stored.user.id, &hash, now_ms(app), &entries).await?;
    Ok(stored.user)
}

/// Forgets the identities at a provider that an account is bound to, and ends its sessions: the next one with the
/// account's address is bound. For the command line, when the provider names its people anew. Gives how many there were.
pub async fn forget_identities(app: &App, email: &str) -> Result<u64> {
    let email = email_of(email)?;
    let Some(stored) = app.meta().user_by_email(&email).await? else { return Err(no_account(&email)) };
    let caller = Caller { via: Via::CommandLine, ..Caller::nobody() };
    let entries = password_entries(app, &caller, &stored.user, "identity.forgotten").await?;
    Ok(app.meta().forget_openid(&stored.user.id, &entries).await?)
}

fn no_account(email: &Email) -> AppError {
    AppError::new(ErrorKind::NotFound, format!("{email} has no account"))
        .advise("See 'cloud-analyzer user list', or make one with 'cloud-analyzer user add'.")
}

async fn password_entries(app: &App, caller: &Caller, user: &User, action: &str) -> Result<Vec<NewAudit>> {
    let all = app.meta().memberships(&user.id).await?;
    Ok(all
        .into_iter()
        .map(|(organization, _)| NewAudit {
            organization_id: Some(organization.id),
            ..entry(app, caller, action, user.email.as_str(), &[])
        })
        .collect())
}

async fn member(app: &App, caller: &Caller, user: &str) -> Result<Member> {
    let all = members(app, caller).await?;
    all.into_iter().find(|member| member.user.id.as_str() == user).ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "the organization has no such member")
            .advise("Load the list of members again.")
    })
}

fn last_administrator(error: meta::MetaError) -> AppError {
    match error.kind() {
        meta::ErrorKind::Conflict => AppError::new(ErrorKind::Conflict, error.to_string())
            .advise("Make somebody else an administrator first."),
        _ => error.into(),
    }
}

/// A new account; `email_proven`: whether what it is made for shows that the address is its person's.
pub(super) async fn new_user(
    app: &App,
    email: Email,
    name: &str,
    password: &str,
    email_proven: bool,
) -> Result<NewUser> {
    let name = name_of("the name", name)?;
    password::check(password, &[email.as_str(), &name])?;
    let hash = app.passwords().hash(password).await?;
    Ok(NewUser {
        user: User { id: user_id()?, email, name },
        password_hash: Some(hash),
        created_at_ms: now_ms(app),
        email_proven,
    })
}

pub(super) fn user_id() -> Result<UserId> {
    UserId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))
}

pub(super) fn email_of(text: &str) -> Result<Email> {
    Email::try_new(text).map_err(|error| AppError::invalid(error.to_string()))
}
