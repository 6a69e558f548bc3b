//! Naming the organization, and making another.

use super::audit::entry;
use super::{name_of, now_ms};
use crate::organization::slug;
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use meta::{NewAudit, Organization};
use model::{OrganizationId, Role};

/// Gives the caller's organization another name.
pub async fn rename_organization(app: &App, caller: &Caller, name: &str) -> Result<Organization> {
    let organization = caller.organization()?;
    let name = name_of("the organization's name", name)?;
    free_name(app, &name, Some(&organization.id)).await?;
    let renamed = entry(app, caller, "organization.renamed", &name, &[("from", &organization.name)]);
    app.meta().rename_organization(&organization.id, &name, &renamed).await?;
    Ok(Organization { name, ..organization.clone() })
}

/// Makes an organization with the caller as its administrator, and goes there.
pub async fn create_organization(app: &App, caller: &Caller, name: &str) -> Result<Caller> {
    let organization = found_organization(app, caller, name).await?;
    super::switch_organization(app, caller, organization.id.as_str()).await
}

/// Makes an organization. A person in a session becomes its administrator; whoever is at the command line needs
/// no membership.
pub(crate) async fn found_organization(app: &App, caller: &Caller, name: &str) -> Result<Organization> {
    let name = may_found_organization(caller, name)?;
    let user = caller.user();
    free_name(app, &name, None).await?;
    let organization = Organization { id: free_id(app, &name).await?, name, demo: false };
    let there = Caller {
        organization: Some(organization.clone()),
        role: Some(Role::Administrator),
        ..caller.clone()
    };
    let created: NewAudit = entry(app, &there, "organization.created", &organization.name, &[]);
    match user {
        Some(user) => app.meta().found_organization(&organization, &user.id, now_ms(app), &created).await?,
        None => app.meta().ensure_organization(&organization).await?,
    }
    Ok(organization)
}

/// Whether the caller may make an organization of that name; gives the name as it is kept.
pub(crate) fn may_found_organization(caller: &Caller, name: &str) -> Result<String> {
    match &caller.via {
        Via::Session { .. } | Via::CommandLine => name_of("the organization's name", name),
        Via::Nobody | Via::Demo | Via::Token { .. } => {
            Err(AppError::new(ErrorKind::Denied, "making an organization is for a person who is signed in")
                .advise("Sign in with your own account and try again."))
        }
    }
}

/// The organizations that the caller may give something to: those that they administrate.
pub(crate) async fn own_organizations(app: &App, caller: &Caller) -> Result<Vec<OrganizationId>> {
    match &caller.via {
        Via::CommandLine => Ok(app.meta().organizations().await?.into_iter().map(|found| found.id).collect()),
        Via::Session { user, .. } => {
            let mine = app.meta().memberships(&user.id).await?;
            let led = mine.into_iter().filter(|(_, role)| *role == Role::Administrator);
            Ok(led.map(|(organization, _)| organization.id).collect())
        }
        Via::Nobody | Via::Demo | Via::Token { .. } => Ok(vec![]),
    }
}

/// Two organizations of one name could not be told apart by their members, nor on the command line.
async fn free_name(app: &App, name: &str, own: Option<&OrganizationId>) -> Result<()> {
    let all = app.meta().organizations().await?;
    if all.iter().any(|found| found.name == name && Some(&found.id) != own) {
        return Err(AppError::new(ErrorKind::Conflict, format!("there is an organization '{name}' already"))
            .advise("Take another name."));
    }
    Ok(())
}

/// An identifier made from the name that nobody has.
pub(super) async fn free_id(app: &App, name: &str) -> Result<OrganizationId> {
    let all = app.meta().organizations().await?;
    let base: String = slug(name).chars().take(56).collect();
    let base = base.trim_end_matches('-').to_owned();
    let mut candidate = base.clone();
    for number in 2.. {
        if !all.iter().any(|found| found.id.as_str() == candidate) {
            break;
        }
        candidate = format!("{base}-{number}");
    }
    OrganizationId::try_new(&candidate).map_err(|error| AppError::internal(error.to_string()))
}
