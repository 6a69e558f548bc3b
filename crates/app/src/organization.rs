//! Whose data a call is about: chosen by name, or the obvious one.

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
            let found = all.iter().find(|found| found.name == wanted || found.id.as_str() == wanted);
            return match found {
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
            Some(spec) => (spec.name.as_str(), spec.demo),
            // Never the demo company by default: its bill is not to be mixed with a real one.
            None => match self.organization(None).await?.filter(|found| !found.demo) {
                Some(found) => return Ok(found),
                None => (DEFAULT_ORGANIZATION, false),
            },
        };
        let all = self.meta().organizations().await?;
        if let Some(found) = all.into_iter().find(|found| found.name == name || found.id.as_str() == name) {
            return Ok(found);
        }
        let id =
            OrganizationId::try_new(&slug(name)).map_err(|error| AppError::invalid(error.to_string()))?;
        let organization = Organization { id, name: name.to_owned(), demo };
        self.meta().ensure_organization(&organization).await?;
        Ok(organization)
    }
}

/// An identifier made from a name: `My organization` becomes `my-organization`.
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

    #[test]
    fn names_become_identifiers() {
        assert_eq!(slug("My  Organization!"), "my-organization");
        assert_eq!(slug("Ünï"), "n");
        assert_eq!(slug("日本"), "organization");
        assert!(OrganizationId::try_new(&slug(&"x-".repeat(60))).is_ok());
    }
}
