//! Virtual tags: values by rules over what rows already say.

use super::by_name::looks_at_names;
use super::references::{is_taken, rename};
use super::{change, gone};
use crate::identity::{entry, name_of, random_id};
use crate::policy::Caller;
use crate::read::{Published, account_names, page_days};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use meta::DefinitionKind;
use model::limits::MOST_VIRTUAL_TAGS;
use model::{CostQuery, Decimal, Dimension, Mapping, MappingName, MappingRule, Metric, check_rules_of_names};
use std::collections::BTreeMap;

/// Days of data that a preview looks at.
const PREVIEW_DAYS: u64 = 30;

/// A tag by rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct VirtualTag {
    /// Identifier.
    pub id: String,
    /// Name, unique in the organization.
    pub name: String,
    /// What it was called before, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<String>,
    /// Tried in order; the first that matches gives its value.
    pub rules: Vec<MappingRule>,
}

/// What rules would give.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Currency.
    pub currency: String,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// Values, largest first.
    pub rows: Vec<PreviewRow>,
    /// Sum of all.
    pub total: Decimal,
    /// Whether line items had to answer, which takes longer.
    pub needs_line_items: bool,
}

/// One value of a preview.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// The value; `None`: no rule matched.
    pub value: Option<String>,
    /// Amortized cost.
    pub figure: Decimal,
    /// Part of the total in percent; 0 of a total that is not positive.
    pub share_percent: f64,
}

fn checked(name: &str, rules: &[MappingRule]) -> Result<String> {
    let name = name_of("the name of the virtual tag", name)?;
    check_rules_of_names(rules)
        .map_err(|error| AppError::invalid(error.to_string()).advise(error.advice()))?;
    Ok(name)
}

fn unique(tags: &[VirtualTag], name: &str, but: Option<&str>) -> Result<()> {
    if is_taken(tags, name, but) {
        return Err(AppError::invalid(format!("there is a virtual tag '{name}' already"))
            .advise("Choose another name, or change that one."));
    }
    Ok(())
}

/// Makes a virtual tag.
pub async fn create_virtual_tag(
    app: &App,
    caller: &Caller,
    name: &str,
    rules: Vec<MappingRule>,
) -> Result<VirtualTag> {
    let name = checked(name, &rules)?;
    let tag = VirtualTag { id: random_id()?, name, former_names: vec![], rules };
    change(app, caller, DefinitionKind::VirtualTags, |tags: &mut Vec<VirtualTag>| {
        unique(tags, &tag.name, None)?;
        if tags.len() >= MOST_VIRTUAL_TAGS {
            return Err(AppError::invalid(format!("there are {} virtual tags already", tags.len()))
                .advise("Delete one that is not used, or give one more values."));
        }
        tags.push(tag.clone());
        tags.sort_by(|one, other| one.name.cmp(&other.name));
        let noted = entry(app, caller, "virtual_tag.created", &tag.name, &[("id", &tag.id)]);
        Ok((tag, noted))
    })
    .await
}

/// Gives a virtual tag another name and other rules.
pub async fn set_virtual_tag(
    app: &App,
    caller: &Caller,
    id: &str,
    name: &str,
    rules: Vec<MappingRule>,
) -> Result<VirtualTag> {
    let name = checked(name, &rules)?;
    change(app, caller, DefinitionKind::VirtualTags, |tags: &mut Vec<VirtualTag>| {
        unique(tags, &name, Some(id))?;
        let tag = tags.iter_mut().find(|tag| tag.id == id).ok_or_else(|| gone("virtual tag"))?;
        rename(&mut tag.name, &mut tag.former_names, name);
        tag.rules = rules;
        let tag = tag.clone();
        tags.sort_by(|one, other| one.name.cmp(&other.name));
        let noted = entry(app, caller, "virtual_tag.changed", &tag.name, &[("id", &tag.id)]);
        Ok((tag, noted))
    })
    .await
}

/// Deletes a virtual tag.
pub async fn remove_virtual_tag(app: &App, caller: &Caller, id: &str) -> Result<()> {
    change(app, caller, DefinitionKind::VirtualTags, |tags: &mut Vec<VirtualTag>| {
        let at = tags.iter().position(|tag| tag.id == id).ok_or_else(|| gone("virtual tag"))?;
        let tag = tags.remove(at);
        Ok(((), entry(app, caller, "virtual_tag.removed", &tag.name, &[("id", &tag.id)])))
    })
    .await
}

/// What some rules would give, over the last days of data. Nothing is stored.
pub async fn preview_virtual_tag(
    app: &App,
    published: &Published,
    name: &str,
    rules: Vec<MappingRule>,
) -> Result<Preview> {
    let published = &*published.in_one_currency(&[]);
    let name = MappingName::VirtualTag(checked(name, &rules)?);
    let names =
        if looks_at_names(&rules) { account_names(app, published).await? } else { BTreeMap::default() };
    let rules = published.definitions.prepared_rules(&rules, &names)?.unwrap_or(rules);
    let dimension = Dimension::Mapped(Mapping { name, rules: Some(rules.into()) });
    let needs_line_items = !dimension.in_rollup();
    let (from, to) = page_days(app, published, PREVIEW_DAYS).await?.unzip();
    let query = CostQuery { group_by: vec![dimension], from, to, ..CostQuery::total(Metric::Amortized) };
    let answer = app.engine().answer(&published.view, &query).await?;
    let total = answer.total.to_f64();
    let rows = answer.groups.iter().map(|group| PreviewRow {
        value: group.keys.first().cloned().flatten(),
        figure: group.total,
        share_percent: if total > 0.0 { group.total.to_f64() / total * 100.0 } else { 0.0 },
    });
    Ok(Preview {
        currency: answer.currency.clone(),
        from: answer.from,
        to: answer.to,
        rows: rows.collect(),
        total: answer.total,
        needs_line_items,
    })
}
