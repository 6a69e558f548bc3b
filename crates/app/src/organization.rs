//! Whose data a call is about: chosen by id or by exact name, or the obvious one. An id follows from no name (see
//! [`identity::new_organization_id`]), so that two names never come to one organization.

use crate::identity::{self, name_of};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use meta::Organization;
use model::OrganizationId;

/// Name of the organization that is made when none is named.
pub const DEFAULT_ORGANIZATION: &str = "My organization";

/// An organization as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationSpec {
    /// Name or id.
    pub name: String,
    /// Whether its data is the demo company's.
    pub demo: bool,
}

impl App {
    /// The organization of that name or id; without one, the only one, or the only one that is no demo. `None`
    /// when there are none yet.
    pub async fn organization(&self, wanted: Option<&str>) -> Result<Option<Organization>> {
        let mut all = self.meta().organizations().await?;
        let names = || all.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(wanted) = wanted {
            return match chosen(&all, wanted)? {
                Some(found) => Ok(Some(found.clone())),
                None => {
                    Err(AppError::new(ErrorKind::NotFound, format!("there is no organization '{wanted}'"))
                        .advise(format!("Known here: {}.", names())))
                }
            };
        }
        if all.len() > 1 {
            let real: Vec<_> = all.iter().filter(|found| !found.demo).cloned().collect();
            if real.len() != 1 {
                return Err(AppError::invalid("there are several organizations")
                    .advise(format!("Name one with --organization: {}.", names())));
            }
            all = real;
        }
        Ok(all.pop())
    }

    /// The organization of that id, if it is still there.
    pub(crate) async fn organization_by_id(&self, id: &OrganizationId) -> Result<Option<Organization>> {
        Ok(self.meta().organizations().await?.into_iter().find(|found| found.id == *id))
    }

    /// The organization to file an ingest under, made when it is missing.
    pub async fn organization_for_ingest(&self, spec: Option<&OrganizationSpec>) -> Result<Organization> {
        let (name, demo) = match spec {
            // The demo's data and openness are for the demo company alone, whatever others call themselves.
            Some(spec) if spec.demo => (spec.name.clone(), true),
            Some(spec) => {
                let all = self.meta().organizations().await?;
                if let Some(found) = chosen(&all, &spec.name)? {
                    return Ok(found.clone());
                }
                (name_of("the organization's name", &spec.name)?, false)
            }
            // Never the demo company by default: its bill is not to be mixed with a real one.
            None => match self.organization(None).await?.filter(|found| !found.demo) {
                Some(found) => return Ok(found),
                None => (DEFAULT_ORGANIZATION.to_owned(), false),
            },
        };
        let new = Organization { id: identity::new_organization_id()?, name, demo };
        let caller = Caller::command_line(new.clone());
        let created = identity::entry(self, &caller, "organization.created", &new.name, &[]);
        Ok(self.meta().organization_named(&new, &created).await?)
    }
}

/// The organization of that id; else the one of exactly that name.
///
/// # Errors
/// `Invalid` when several have the name: one of them would be taken for another.
fn chosen<'a>(all: &'a [Organization], wanted: &str) -> Result<Option<&'a Organization>> {
    if let Some(found) = all.iter().find(|found| found.id.as_str() == wanted) {
        return Ok(Some(found));
    }
    let named: Vec<_> = all.iter().filter(|found| found.name == wanted).collect();
    if named.len() > 1 {
        let ids: Vec<_> = named.iter().map(|found| found.id.as_str()).collect();
        return Err(AppError::invalid(format!("{} organizations are called '{wanted}'", named.len()))
            .advise(format!("Name the one that is meant by its id: {}.", ids.join(", "))));
    }
    Ok(named.first().copied())
}

/// A readable part of an identifier, made from a name: `My report` becomes `my-report`. Different names may come to
/// the same one: whoever uses it makes it unique.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(64);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "organization".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(id: &str, name: &str) -> Organization {
        Organization { id: OrganizationId::try_new(id).unwrap(), name: name.to_owned(), demo: false }
    }

    #[test]
    fn organizations_are_chosen_by_id_or_by_exact_name() {
        let all = [
            organization("1a", "Acme Inc"),
            organization("1b", "Acme, Inc."),
            organization("1c", "日本"),
            organization("1d", "Twice"),
            organization("1e", "Twice"),
            // Called as another one's id is: the id is meant.
            organization("1f", "1a"),
        ];
        let id = |wanted: &str| chosen(&all, wanted).map(|found| found.map(|found| found.id.to_string()));
        for (wanted, expected) in
            [("Acme Inc", "1a"), ("Acme, Inc.", "1b"), ("日本", "1c"), ("1a", "1a"), ("1d", "1d")]
        {
            assert_eq!(id(wanted).unwrap().as_deref(), Some(expected), "{wanted}");
        }
        for unknown in ["acme-inc", "acme inc", "本日", "organization", ""] {
            assert_eq!(id(unknown).unwrap(), None, "{unknown}");
        }
        let error = id("Twice").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.advice.unwrap().contains("1d, 1e"));
    }

    #[test]
    fn names_become_parts_of_identifiers() {
        assert_eq!(slug("My  Organization!"), "my-organization");
        assert_eq!(slug("Ünï"), "n");
        assert_eq!(slug("日本"), "organization");
        assert!(OrganizationId::try_new(&slug(&"x-".repeat(60))).is_ok());
    }
}
