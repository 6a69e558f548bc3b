//! What is looked for. The predefined definitions are those of the program, with what an organization changed of them:
//! better values of a later version reach those who changed nothing.

use super::Definition;
use crate::{App, AppError, Result};
use meta::TrendDefinition;
use model::OrganizationId;

/// A definition with what people see of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDefinition {
    /// What is looked for.
    pub definition: Definition,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is there from the start: then it can be switched off, and its threshold, least amount and whether it
    /// notifies can be changed.
    pub predefined: bool,
    /// Whether it is looked for.
    pub on: bool,
    /// Grows with each change; 0: as it comes.
    pub version: i64,
}

/// Name and purpose of each predefined definition.
const PREDEFINED: [(&str, &str, &str); 4] = [
    (
        "predefined_robust",
        "Irregular spend",
        "Per account and service: beyond the usual level, weekday and spread, beyond what was seen before and on that day \
         of a month; and what rises too slowly for any day to stand out.",
    ),
    (
        "predefined_daily",
        "Daily range",
        "Per account and service: the last complete day beyond the same weekday one to four weeks ago.",
    ),
    (
        "predefined_weekly",
        "Weekly range",
        "Per account and service: the last 7 days beyond the four 7-day spans before.",
    ),
    (
        "predefined_monthly",
        "Monthly range",
        "Per account and service: the last 30 days beyond the four 30-day spans before.",
    ),
];

/// The definitions of an organization: the predefined ones, then its own, the oldest first.
///
/// # Errors
/// The metadata cannot be read.
pub async fn definitions(app: &App, organization: &OrganizationId) -> Result<Vec<KnownDefinition>> {
    let mut kept = app.meta().trend_definitions(organization).await?;
    let mut all = vec![];
    for definition in Definition::predefined() {
        let changed = kept.iter().position(|one| one.id == definition.id).map(|at| kept.remove(at));
        let (name, description) = words(&definition.id);
        let as_it_comes = KnownDefinition {
            name: name.to_owned(),
            description: description.to_owned(),
            predefined: true,
            on: true,
            version: 0,
            definition,
        };
        all.push(match changed {
            Some(changed) => with_changes(as_it_comes, &changed)?,
            None => as_it_comes,
        });
    }
    for one in kept {
        all.push(KnownDefinition {
            definition: read(&one)?,
            name: one.name,
            description: one.description,
            predefined: false,
            on: one.on,
            version: one.version,
        });
    }
    Ok(all)
}

fn words(id: &str) -> (&'static str, &'static str) {
    let found = PREDEFINED.into_iter().find(|(known, ..)| *known == id);
    found.map_or(("", ""), |(_, name, description)| (name, description))
}

/// Only what may be changed of a predefined one is taken from what is kept.
fn with_changes(mut known: KnownDefinition, changed: &TrendDefinition) -> Result<KnownDefinition> {
    let kept = read(changed)?;
    known.definition.threshold_percent = kept.threshold_percent;
    known.definition.minimum = kept.minimum;
    known.definition.ignore_decreases = kept.ignore_decreases;
    known.definition.notifies = kept.notifies;
    known.on = changed.on;
    known.version = changed.version;
    Ok(known)
}

fn read(kept: &TrendDefinition) -> Result<Definition> {
    let mut definition: Definition = serde_json::from_value(kept.definition.clone())
        .map_err(|error| AppError::internal(format!("a kept definition cannot be read: {error}")))?;
    // It is looked for under the name of its row, whatever the text says.
    definition.id.clone_from(&kept.id);
    Ok(definition)
}
