//! What an administrator makes of somebody: a role, and for a subset viewer the subsets that are chosen.

use crate::allocation::Subset;
use crate::policy::Caller;
use crate::{App, AppError, Result};
use meta::DefinitionKind;
use model::{OrganizationId, Role, Standing, UserId};

/// Subsets that one person or token is given.
const MOST_CHOSEN: usize = 100;

/// The standing, with the ids of its subsets: they may have been given by name.
///
/// # Errors
/// `Invalid`: a subset viewer without subsets, somebody else with some, or a subset that is not there.
pub(super) async fn checked(app: &App, caller: &Caller, standing: Standing) -> Result<Standing> {
    let (role, chosen) = (standing.role(), standing.subsets());
    if role != Role::SubsetViewer {
        return Ok(standing);
    }
    if chosen.is_empty() {
        return Err(AppError::invalid("a subset viewer sees nothing without subsets")
            .advise("Choose at least one subset that they may see."));
    }
    if chosen.len() > MOST_CHOSEN {
        return Err(AppError::invalid(format!("{} subsets are more than {MOST_CHOSEN}", chosen.len()))
            .advise("Make a subset of what belongs together, or make them a viewer."));
    }
    let organization = &caller.organization()?.id;
    let (known, _) = app.meta().definition::<Vec<Subset>>(organization, DefinitionKind::Subsets).await?;
    let id = |chosen: &String| {
        let by_id = known.iter().find(|subset| subset.id == *chosen);
        let found = by_id.or_else(|| known.iter().find(|subset| subset.name == *chosen));
        found.map(|subset| subset.id.clone()).ok_or_else(|| {
            AppError::invalid(format!("there is no subset '{chosen}'"))
                .advise("It may have been deleted: load the list of subsets again.")
        })
    };
    Ok(Standing::new(role, chosen.iter().map(id).collect::<Result<Vec<_>>>()?))
}

/// The subsets for the audit log, where there are some.
pub(super) fn told(standing: &Standing) -> Option<String> {
    (standing.role() == Role::SubsetViewer).then(|| standing.subsets().join(", "))
}

/// Names of the subsets that a subset viewer may see in an organization, for lists; empty for everybody else.
///
/// # Errors
/// The metadata cannot be read.
pub async fn subset_names(app: &App, user: &UserId, organization: &OrganizationId) -> Result<String> {
    let chosen = app.meta().subsets_of_member(user, organization).await?;
    if chosen.is_empty() {
        return Ok(String::new());
    }
    let (known, _) = app.meta().definition::<Vec<Subset>>(organization, DefinitionKind::Subsets).await?;
    let name = |id: &String| {
        let found = known.iter().find(|subset| subset.id == *id);
        found.map_or("(deleted)", |subset| subset.name.as_str()).to_owned()
    };
    Ok(chosen.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// Refuses subsets for a role that sees everything: whoever gives some means the other role.
///
/// # Errors
/// `Invalid`, with advice.
pub fn standing(role: Role, subsets: Vec<String>) -> Result<Standing> {
    if role != Role::SubsetViewer && !subsets.is_empty() {
        return Err(AppError::invalid(format!("the role '{role}' sees the whole organization, not subsets"))
            .advise("Give the role 'subset-viewer', or no subsets."));
    }
    Ok(Standing::new(role, subsets))
}
