//! Texts of a column and their codes, shared by all files; and what the JSON sets mean for a key.

use crate::tags;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Keys of tags and cost categories whose values stay resolved.
const KEYS: usize = 64;

/// Texts by code; code 0 is "no value". Codes are never taken back while the engine lives.
#[derive(Default)]
pub(crate) struct Dictionary {
    state: RwLock<Texts>,
}

struct Texts {
    codes: HashMap<Arc<str>, u32>,
    /// Shared with the questions that read them; a new text makes a copy only while one does.
    values: Arc<Vec<Option<Arc<str>>>>,
    bytes: usize,
}

impl Default for Texts {
    fn default() -> Self {
        Self { codes: HashMap::new(), values: Arc::new(vec![None]), bytes: 0 }
    }
}

impl Dictionary {
    /// Codes of some texts, new ones for new texts; an empty text has none.
    pub(crate) fn codes<'a>(&self, texts: impl Iterator<Item = Option<&'a str>>) -> Vec<u32> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        texts.map(|text| text.filter(|text| !text.is_empty()).map_or(0, |text| state.code(text))).collect()
    }

    /// Looks at the texts by code.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&[Option<Arc<str>>]) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner).values)
    }

    /// The texts by code, as they are now.
    pub(crate) fn values(&self) -> Arc<Vec<Option<Arc<str>>>> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner).values)
    }

    fn bytes(&self) -> usize {
        self.state.read().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

impl Texts {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.bytes += text.len() + 64;
        Arc::make_mut(&mut self.values).push(Some(Arc::clone(&text)));
        self.codes.insert(text, code);
        code
    }
}

/// What the codes of a column mean for a question: an own numbering of few values.
#[derive(Default)]
pub(crate) struct Values {
    /// Place in `values` by code of the column.
    pub(crate) places: Vec<u32>,
    /// Distinct values; the first is "no value".
    pub(crate) values: Arc<Vec<Option<Arc<str>>>>,
}

impl Values {
    /// Numbers the values that `value` gives to each code.
    pub(crate) fn number(count: usize, mut value: impl FnMut(usize) -> Option<Arc<str>>) -> Self {
        let mut known: HashMap<Arc<str>, u32> = HashMap::new();
        let mut values = vec![None];
        let places = (0..count)
            .map(|code| {
                let Some(text) = value(code) else { return 0 };
                *known.entry(text).or_insert_with_key(|text| {
                    values.push(Some(Arc::clone(text)));
                    u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        Self { places, values: Arc::new(values) }
    }
}

/// The dictionaries of all columns.
#[derive(Default)]
pub(crate) struct Dictionaries {
    columns: Mutex<HashMap<&'static str, Arc<Dictionary>>>,
    keys: Mutex<HashMap<(&'static str, String), Arc<Values>>>,
}

impl Dictionaries {
    pub(crate) fn of(&self, column: &'static str) -> Arc<Dictionary> {
        let mut columns = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(columns.entry(column).or_default())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner).values().map(|it| it.bytes()).sum()
    }

    /// The value of a key in each set of a JSON column; remembered while no new sets appear.
    pub(crate) fn values_of_key(&self, column: &'static str, key: &str) -> Arc<Values> {
        let sets = self.of(column).values();
        let id = (column, key.to_owned());
        if let Some(known) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&id)
            && known.places.len() >= sets.len()
        {
            return Arc::clone(known);
        }
        let values = Arc::new(Values::number(sets.len(), |code| {
            let value = tags::value_in(sets.get(code)?.as_deref()?, key)?;
            Some(Arc::from(value))
        }));
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS {
            keys.clear();
        }
        keys.insert(id, Arc::clone(&values));
        values
    }
}
