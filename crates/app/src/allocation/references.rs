//! How questions refer to what people define: by its identifier, which is kept, or by its name, which people write. A name
//! that something had before means it still, as long as nothing else bears it: links that went out in mails do not break
//! when somebody renames.

use super::{Definitions, Subset, VirtualTag};
use crate::{AppError, Result};
use model::{CostQuery, Dimension, Filter, Mapping, MappingName};
use std::cell::LazyCell;
use std::collections::HashMap;

/// Former names that are remembered of one thing, the newest ones.
const MOST_FORMER: usize = 20;

/// Something with an identifier, a name, and names before it.
pub(super) trait Named {
    /// Its identifier.
    fn id(&self) -> &str;
    /// Its name.
    fn name(&self) -> &str;
    /// What it was called before, the newest last.
    fn former(&self) -> &[String];
}

impl Named for Subset {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn former(&self) -> &[String] {
        &self.former_names
    }
}

impl Named for VirtualTag {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn former(&self) -> &[String] {
        &self.former_names
    }
}

/// What is referred to: by its identifier, else its name, else a name that it had.
pub(super) fn find<'a, T: Named>(all: &'a [T], reference: &str) -> Option<&'a T> {
    all.iter()
        .find(|one| one.id() == reference)
        .or_else(|| all.iter().find(|one| one.name() == reference))
        .or_else(|| all.iter().find(|one| one.former().iter().any(|name| name == reference)))
}

/// The same for many: what each reference means.
fn references<T: Named>(all: &[T]) -> HashMap<&str, &T> {
    let mut known = HashMap::new();
    // What counts more comes later, and of several the first one last.
    for one in all.iter().rev() {
        known.extend(one.former().iter().map(|name| (name.as_str(), one)));
    }
    known.extend(all.iter().rev().map(|one| (one.name(), one)));
    known.extend(all.iter().rev().map(|one| (one.id(), one)));
    known
}

fn no_subset(reference: &str, by_id: bool) -> AppError {
    // Nobody knows a subset by its identifier.
    let what = if by_id {
        "a subset that is asked for is not there any more".to_owned()
    } else {
        format!("there is no subset '{reference}'")
    };
    AppError::invalid(what)
        .advise("Somebody may have deleted it: choose another one, or take the filter away.")
}

/// Whether something else is called so, or referred to so.
pub(super) fn is_taken<T: Named>(all: &[T], name: &str, but: Option<&str>) -> bool {
    all.iter().any(|one| one.id() == name || (one.name() == name && Some(one.id()) != but))
}

/// Gives something another name, and remembers the one before.
pub(super) fn rename(name: &mut String, former: &mut Vec<String>, new: String) {
    if *name == new {
        return;
    }
    former.retain(|known| *known != new);
    let old = std::mem::replace(name, new);
    if !old.is_empty() {
        former.retain(|known| *known != old);
        former.push(old);
        former.drain(..former.len().saturating_sub(MOST_FORMER));
    }
}

impl Definitions {
    /// The virtual tag of a reference.
    pub fn virtual_tag(&self, reference: &str) -> Result<&VirtualTag> {
        find(&self.virtual_tags, reference).ok_or_else(|| {
            AppError::invalid(format!("there is no virtual tag '{reference}'"))
                .advise("Define it under Allocation, or group by something else.")
        })
    }

    /// Puts the name in place of an identifier: what is shown is shown by name.
    pub(super) fn call_by_name(&self, mapping: &mut MappingName) -> Result<()> {
        if let MappingName::VirtualTag(reference) = mapping {
            reference.clone_from(&self.virtual_tag(reference)?.name);
        }
        Ok(())
    }

    /// Finds the subsets that filters name, whatever they were called when those were written.
    pub(super) fn find_subsets<'a>(&self, filters: impl Iterator<Item = &'a mut Filter>) -> Result<()> {
        // Once for all: a question may name as many as it has values.
        let known = LazyCell::new(|| references(&self.subsets));
        for Filter { dimension, exclude, values } in filters {
            let Dimension::Mapped(Mapping { name, rules: None }) = dimension else { continue };
            let by_id = match name {
                MappingName::Subset => false,
                MappingName::SubsetId => true,
                MappingName::OrganizationalUnit | MappingName::VirtualTag(_) => continue,
            };
            for value in values {
                if value.is_empty() || value == name.none_label() {
                    continue;
                }
                match known.get(value.as_str()) {
                    Some(subset) => value.clone_from(if by_id { &subset.id } else { &subset.name }),
                    // What is not there is left out already.
                    None if *exclude => {}
                    None => return Err(no_subset(value, by_id)),
                }
            }
        }
        Ok(())
    }

    /// Refuses a filter that names what nobody knows, whether it keeps or leaves out: kept, it would mean whatever is called
    /// so one day.
    ///
    /// # Errors
    /// `Invalid`: what nothing is called.
    pub(crate) fn check_names(&self, filter: &Filter) -> Result<()> {
        match &filter.dimension {
            Dimension::Mapped(Mapping { name: MappingName::VirtualTag(reference), .. }) => {
                self.virtual_tag(reference).map(|_| ())
            }
            Dimension::Mapped(Mapping { name: MappingName::Subset | MappingName::SubsetId, .. }) => {
                let mut kept = Filter { exclude: false, ..filter.clone() };
                self.find_subsets(std::iter::once(&mut kept))
            }
            _ => Ok(()),
        }
    }

    /// The same filter with identifiers in place of names; `None` where it has none, or names what nobody knows.
    pub fn filter_by_id(&self, filter: &Filter) -> Option<Filter> {
        let Dimension::Mapped(Mapping { name, .. }) = &filter.dimension else { return None };
        let mut new = filter.clone();
        match name {
            MappingName::Subset | MappingName::SubsetId => {
                let known = references(&self.subsets);
                for value in &mut new.values {
                    if !value.is_empty() && value != name.none_label() {
                        // Also of a filter that leaves out: a name that nobody knows stays.
                        value.clone_from(&known.get(value.as_str())?.id);
                    }
                }
                new.dimension = MappingName::SubsetId.into();
            }
            MappingName::VirtualTag(reference) => {
                let id = self.virtual_tag(reference).ok()?.id.clone();
                new.dimension = MappingName::VirtualTag(id).into();
            }
            MappingName::OrganizationalUnit => return None,
        }
        Some(new)
    }
}

/// Whether keys of a dimension are identifiers of subsets.
pub(crate) fn is_subset_id(dimension: &Dimension) -> bool {
    matches!(dimension, Dimension::Mapped(mapping) if mapping.name == MappingName::SubsetId)
}

impl Definitions {
    /// A filter as it is shown: with subsets by name.
    pub(crate) fn filter_by_name(&self, filter: &Filter) -> Filter {
        if !is_subset_id(&filter.dimension) {
            return filter.clone();
        }
        let name = |value: &String| {
            let found = self.subsets.iter().find(|subset| subset.id == *value);
            found.map_or_else(|| value.clone(), |subset| subset.name.clone())
        };
        Filter {
            dimension: MappingName::Subset.into(),
            exclude: filter.exclude,
            values: filter.values.iter().map(name).collect(),
        }
    }

    /// The SQL of a question as it is shown: with subsets by name, as labels have them.
    pub(crate) fn by_name_in(&self, query: &CostQuery, sql: String) -> String {
        if !query.dimensions().any(is_subset_id) {
            return sql;
        }
        let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
        // Identifiers are random: no other literal is one.
        self.subsets.iter().fold(sql, |sql, subset| sql.replace(&literal(&subset.id), &literal(&subset.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions() -> Definitions {
        let subset = |id: &str, name: &str, former: &[&str]| Subset {
            id: id.into(),
            name: name.into(),
            former_names: former.iter().map(|name| (*name).to_owned()).collect(),
            account_ids: vec!["1".into()],
            billing: None,
        };
        let tag = VirtualTag {
            id: "t1".into(),
            name: "Owner".into(),
            former_names: vec!["Team".into()],
            rules: vec![],
        };
        Definitions {
            subsets: vec![subset("s1", "Shop", &["Store", "Data"]), subset("s2", "Data", &["Lake"])],
            virtual_tags: vec![tag],
            ..Definitions::default()
        }
    }

    #[test]
    fn identifiers_names_and_former_names_are_understood() {
        let all = definitions();
        // A name that another one bears now is that one's.
        for (reference, id) in [("s1", "s1"), ("Shop", "s1"), ("Store", "s1"), ("Data", "s2"), ("Lake", "s2")]
        {
            assert_eq!(find(&all.subsets, reference).unwrap().id, id, "{reference}");
            assert_eq!(references(&all.subsets)[reference].id, id, "{reference}");
        }
        let mut unknown: Filter = "subset=Nobody".parse().unwrap();
        let unknown = all.find_subsets([&mut unknown].into_iter()).unwrap_err();
        assert!(unknown.advice.is_some() && unknown.to_string().contains("Nobody"));
        assert_eq!(all.virtual_tag("Team").unwrap().id, "t1");
    }

    #[test]
    fn what_is_kept_is_kept_by_identifier() {
        let all = definitions();
        let by_id = |text: &str| all.filter_by_id(&text.parse().unwrap()).map(|filter| filter.to_string());
        assert_eq!(by_id("subset!=Store,Unassigned,").as_deref(), Some("subset_id!=s1,Unassigned,"));
        assert_eq!(by_id("virtual_tag:Team=a").as_deref(), Some("virtual_tag:t1=a"));
        assert_eq!(by_id("subset=Nobody"), None);
        assert_eq!(by_id("subset!=Shop,Nobody"), None);
        let found = |text: &str| {
            let mut filter: Filter = text.parse().unwrap();
            all.find_subsets([&mut filter].into_iter()).map(|()| filter.to_string())
        };
        assert_eq!(found("subset!=Store,Nobody").unwrap(), "subset!=Shop,Nobody");
        assert!(found("subset=Store,Nobody").is_err() && found("subset_id=s9").is_err());
        assert_eq!(by_id("service=Shop"), None);
        assert_eq!(by_id("subset_id=Shop").as_deref(), Some("subset_id=s1"));
    }

    #[test]
    fn what_is_shown_is_shown_by_name() {
        let mut all = definitions();
        all.subsets[0].name = "Ada's".to_owned();
        let shown = |text: &str| all.filter_by_name(&text.parse().unwrap()).to_string();
        assert_eq!(shown("subset_id!=s1,Unassigned"), "subset!=Ada's,Unassigned");
        assert_eq!(shown("service=s1"), "service=s1");
        let query = |by: &str| CostQuery {
            group_by: vec![by.parse().unwrap()],
            ..CostQuery::total(model::Metric::Unblended)
        };
        let sql = || "CASE WHEN x THEN 's1' ELSE 'Unassigned' END".to_owned();
        let named = "CASE WHEN x THEN 'Ada''s' ELSE 'Unassigned' END";
        assert_eq!(all.by_name_in(&query("subset_id"), sql()), named);
        assert_eq!(all.by_name_in(&query("service"), sql()), sql());
    }

    #[test]
    fn what_nobody_is_called_is_not_kept() {
        let all = definitions();
        let check = |text: &str| all.check_names(&text.parse().unwrap());
        for text in ["subset=Store,Unassigned,", "subset_id!=s2", "virtual_tag:Team!=a", "service=Nobody"] {
            assert!(check(text).is_ok(), "{text}");
        }
        for text in ["subset=Shop,Nobody", "subset!=Nobody", "subset_id!=s9", "virtual_tag:Nobody=a"] {
            assert!(check(text).unwrap_err().advice.is_some(), "{text}");
        }
    }

    #[test]
    fn a_rename_remembers_the_name_before() {
        let (mut name, mut former) = (String::new(), vec![]);
        for new in ["A", "B", "B", "A", "C"] {
            rename(&mut name, &mut former, new.to_owned());
        }
        assert_eq!((name.as_str(), former), ("C", vec!["B".to_owned(), "A".to_owned()]));
        let all = definitions();
        assert!(is_taken(&all.subsets, "Shop", Some("s2")) && !is_taken(&all.subsets, "Shop", Some("s1")));
        assert!(is_taken(&all.subsets, "s2", Some("s2")) && !is_taken(&all.subsets, "Store", Some("s2")));
    }
}
