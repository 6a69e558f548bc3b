//! Naming the organization, and making another.

use super::audit::entry;
use super::secret::random_id;
use super::{name_of, now_ms};
use crate::limits::MAIL_DOMAINS;
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use meta::{NewAudit, Organization};
use model::{OrganizationId, Role};

/// Gives the caller's organization another name.
pub async fn rename_organization(app: &App, caller: &Caller, name: &str) -> Result<Organization> {
    let organization = caller.organization()?;
    let name = name_of("the organization's name", name)?;
    free_name(app, caller, &name, Some(&organization.id)).await?;
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
    free_name(app, caller, &name, None).await?;
    let organization = Organization { id: new_organization_id()?, name, demo: false };
    let there = Caller {
        organization: Some(organization.clone()),
        role: Some(Role::Administrator),
        subsets: vec![],
        ..caller.clone()
    };
    let created: NewAudit = entry(app, &there, "organization.created", &organization.name, &[]);
    let administrator = user.map(|user| &user.id);
    app.meta().found_organization(&organization, administrator, now_ms(app), &created).await?;
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

/// Two organizations of one name could not be told apart by their members. What others call theirs is not told: ids tell
/// them apart, on the command line too.
async fn free_name(app: &App, caller: &Caller, name: &str, own: Option<&OrganizationId>) -> Result<()> {
    let known = match &caller.via {
        Via::CommandLine => app.meta().organizations().await?,
        Via::Session { user, .. } => {
            let mine = app.meta().memberships(&user.id).await?;
            mine.into_iter().map(|(organization, _)| organization).collect()
        }
        Via::Nobody | Via::Demo | Via::Token { .. } => vec![],
    };
    if known.iter().any(|found| found.name == name && Some(&found.id) != own) {
        return Err(AppError::new(ErrorKind::Conflict, format!("there is an organization '{name}' already"))
            .advise("Take another name."));
    }
    Ok(())
}

/// An identifier for an organization: random, so that it says nothing of its name, nor of others' names, and two names
/// never come to the same one.
pub(crate) fn new_organization_id() -> Result<OrganizationId> {
    OrganizationId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))
}

/// Domains whose addresses get the reports of the caller's organization without being members'.
pub async fn mail_domains(app: &App, caller: &Caller) -> Result<Vec<String>> {
    Ok(app.meta().mail_domains(&caller.organization()?.id).await?)
}

/// Replaces these domains; gives them as they are kept.
pub async fn set_mail_domains(app: &App, caller: &Caller, domains: &[String]) -> Result<Vec<String>> {
    let organization = caller.organization()?;
    if domains.len() > MAIL_DOMAINS {
        return Err(AppError::invalid(format!("an organization has {MAIL_DOMAINS} domains at most"))
            .advise("Name the domains that your own people's addresses have."));
    }
    let mut new: Vec<String> = domains.iter().map(|text| domain_of(text)).collect::<Result<_>>()?;
    new.sort();
    new.dedup();
    let before = app.meta().mail_domains(&organization.id).await?;
    let detail = [("from", before.join(", ")), ("to", new.join(", "))];
    let detail = detail.each_ref().map(|(name, list)| (*name, list.as_str()));
    let changed = entry(app, caller, "organization.mail_domains_changed", &organization.name, &detail);
    app.meta().set_mail_domains(&organization.id, &new, &changed).await?;
    Ok(new)
}

/// A domain as addresses have it after the `@`, in lower case.
fn domain_of(text: &str) -> Result<String> {
    let domain = text.trim().trim_start_matches('@').to_lowercase();
    let sound = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    if domain.len() > 253 || !domain.split('.').all(sound) {
        return Err(AppError::invalid(format!("'{text}' is no domain"))
            .advise("Write it as addresses have it after the @, such as example.com."));
    }
    Ok(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_read_as_people_write_them() {
        assert_eq!(domain_of(" @Example.COM ").unwrap(), "example.com");
        assert_eq!(domain_of("münchen.example").unwrap(), "münchen.example");
        for wrong in ["", "*.example.com", "a b", "example..com", ".com", "ada@example.com", "-a.com"] {
            assert!(domain_of(wrong).is_err(), "{wrong}");
        }
    }
}
