//! The first administrator: made by whoever reads the console's one-time link. There is no default password.

use super::audit::entry;
use super::members::{email_of, new_user};
use super::organizations::new_organization_id;
use super::secret::Secret;
use super::{SignedIn, name_of, now_ms, sessions};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use chrono::TimeDelta;
use meta::{FirstAdministrator, Organization};
use model::Role;

/// A link works for this long; the next start makes another.
const VALID: TimeDelta = TimeDelta::days(1);

/// What the first administrator says.
#[derive(Clone, Copy, Debug)]
pub struct SettingUp<'a> {
    /// From the link.
    pub token: &'a str,
    /// Name of the organization.
    pub organization: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Their password.
    pub password: &'a str,
}

/// Whether nobody has an account yet.
pub async fn setup_needed(app: &App) -> Result<bool> {
    Ok(!app.meta().has_users().await?)
}

/// Path and query of a new set-up link, while nobody has an account; earlier links stop working.
pub async fn setup_link(app: &App) -> Result<Option<String>> {
    if !setup_needed(app).await? {
        return Ok(None);
    }
    let secret = Secret::random()?;
    let now = now_ms(app);
    app.meta().create_setup_link(&secret.hash(), now, now + VALID.num_milliseconds()).await?;
    Ok(Some(format!("/setup?token={}", secret.reveal())))
}

/// Makes the first administrator and signs them in. Data that the command line has read before belongs to their
/// organization, which takes the name.
pub async fn set_up(app: &App, caller: &Caller, setting_up: SettingUp<'_>) -> Result<SignedIn> {
    let used = || {
        AppError::new(ErrorKind::Denied, "the set-up link was used or has expired")
            .advise("Sign in if it was you; else start the server again: its console shows a new link.")
    };
    let secret = Secret::parse(setting_up.token).ok_or_else(used)?;
    let link = secret.hash();
    // Before the costly hash, which only the holder of a link may ask for.
    if !app.meta().setup_link_works(&link, now_ms(app)).await? {
        return Err(used());
    }
    let name = name_of("the organization's name", setting_up.organization)?;
    let organization = first_organization(app, name).await?;
    let email = email_of(setting_up.email)?;
    // The console knows who has it, not whose the address is.
    let user = new_user(app, email, setting_up.name, setting_up.password, false).await?;
    let (secret, session) = sessions::new_session(app, &user.user.id, Some(&organization.id))?;
    let first = Caller {
        organization: Some(organization.clone()),
        role: Some(Role::Administrator),
        subsets: vec![],
        via: Via::Session { user: user.user.clone(), token_hash: session.token_hash },
        address: caller.address.clone(),
    };
    let audit =
        entry(app, &first, "organization.set_up", &organization.name, &[("email", user.user.email.as_str())]);
    let administrator = FirstAdministrator { user, organization, session, audit };
    app.meta().set_up(&link, now_ms(app), &administrator).await.map_err(|error| match error.kind() {
        meta::ErrorKind::Conflict => used(),
        _ => error.into(),
    })?;
    Ok(SignedIn { secret, caller: first })
}

/// The one that holds data already, if there is one and only one; else a new one.
async fn first_organization(app: &App, name: String) -> Result<Organization> {
    let mut real: Vec<Organization> =
        app.meta().organizations().await?.into_iter().filter(|found| !found.demo).collect();
    match (real.pop(), real.is_empty()) {
        (Some(found), true) => Ok(Organization { name, ..found }),
        _ => Ok(Organization { id: new_organization_id()?, name, demo: false }),
    }
}
