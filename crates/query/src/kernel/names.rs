//! Latest account names: names change over time, and a page must not show one account twice.

use crate::error::QueryError;
use crate::store::{Store, Values};
use crate::view::{AccountNames, PublishedPeriod};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The latest name of each account of a view.
pub(crate) struct Names {
    /// Name by code of `SubAccountId`.
    by_code: HashMap<u32, Arc<str>>,
}

impl Names {
    /// Looks through the roll-up of some periods: the name of the last day counts, of several the first
    /// in order. Names from elsewhere go before or stand in, as they say.
    pub(crate) fn new(
        store: &Store,
        periods: &[&PublishedPeriod],
        threads: usize,
        names: &AccountNames,
    ) -> Result<Self, QueryError> {
        let mut found = Vec::new();
        for file in periods.iter().flat_map(|period| &period.rollup_files) {
            found.push(store.names_in(file, threads)?);
        }
        let mut by_code: HashMap<u32, Arc<str>> = store.dictionary("SubAccountName").read(|texts| {
            let mut latest: HashMap<u32, (i32, Arc<str>)> = HashMap::new();
            for named in found.iter().flat_map(|found| found.iter()) {
                let Some(Some(name)) = texts.get(named.name as usize) else { continue };
                let known = latest.entry(named.id).or_insert_with(|| (named.day, Arc::clone(name)));
                if known.0 < named.day || (known.0 == named.day && *name < known.1) {
                    *known = (named.day, Arc::clone(name));
                }
            }
            latest.into_iter().map(|(id, (_, name))| (id, name)).collect()
        });
        if !names.is_empty() {
            store.dictionary("SubAccountId").read(|ids| {
                for (code, id) in (0_u32..).zip(ids) {
                    let Some(id) = id.as_deref() else { continue };
                    if let Some(name) = names.given.get(id) {
                        by_code.insert(code, Arc::from(name.as_str()));
                    } else if let Some(name) = names.known.get(id) {
                        by_code.entry(code).or_insert_with(|| Arc::from(name.as_str()));
                    }
                }
            });
        }
        Ok(Self { by_code })
    }

    /// The names as values of the codes of `SubAccountId`; accounts without a name show their ID.
    pub(crate) fn values(&self, store: &Store) -> Values {
        let ids = store.dictionary("SubAccountId").values();
        Values::number(ids.len(), |code| {
            let id = ids.get(code)?.as_ref()?;
            let name = u32::try_from(code).ok().and_then(|code| self.by_code.get(&code));
            Some(Arc::clone(name.unwrap_or(id)))
        })
    }

    /// Names by account ID.
    pub(crate) fn by_id(&self, store: &Store) -> BTreeMap<String, String> {
        store.dictionary("SubAccountId").read(|ids| {
            let name = |(code, name): (&u32, &Arc<str>)| {
                let id = ids.get(*code as usize)?.as_ref()?;
                Some((id.to_string(), name.to_string()))
            };
            self.by_code.iter().filter_map(name).collect()
        })
    }
}
