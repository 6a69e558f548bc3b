//! The roll-up in memory: columns of Parquet files, loaded when first asked for, as dictionary codes and
//! scaled integers.
//!
//! Dictionaries are shared by all files (code 0 means "no value"), so that a code means the same text
//! everywhere and groups need no strings. Columns are counted against a memory limit, and the least
//! recently used ones go first; a question keeps the columns that it holds alive until it is answered.
//!
//! Nobody reads the [`Shelf`] but through a [`Store`], which lets the rows of one scope through.

mod columns;
mod dictionary;
mod load;
mod seen;

pub(crate) use columns::{Amounts, Codes, Column, Runs, each_width};
pub(crate) use dictionary::{Dictionary, Values};
pub(crate) use seen::Store;

use crate::error::QueryError;
use crate::scope::Scope;
use dictionary::Dictionaries;
use hashbrown::HashMap;
use lake::DataFile;
use model::schema::DAY;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Condensed slabs that are remembered, made or not; beyond, those not asked for lately are forgotten.
const CONDENSED: usize = 4_096;

/// Name under which a file's latest account names are kept beside its columns.
const NAMES: &str = "account names";

/// The columns of one file that a question needs, in the order asked for.
#[derive(Clone)]
pub(crate) struct Slab {
    pub(crate) runs: Arc<Runs>,
    pub(crate) columns: Vec<Arc<Column>>,
}

struct Slot {
    column: Arc<Column>,
    used: u64,
    bytes: usize,
}

#[derive(Default)]
struct File {
    /// Held while columns of the file are read, so that two questions do not read them twice.
    reading: Arc<Mutex<()>>,
    columns: HashMap<&'static str, Slot>,
}

/// A file summed further, to some columns.
struct Condensed {
    /// `None`: asked for, but not made.
    slab: Option<Slab>,
    asked: u32,
    used: u64,
    bytes: usize,
}

/// A file, the columns that it is summed to, and whose rows are in it.
type Summed = (DataFile, Vec<&'static str>, Scope);

/// What can be let go: a column of a file, or a condensed slab.
enum Slotted {
    Column(DataFile, &'static str),
    Condensed(Summed),
}

#[derive(Default)]
struct State {
    files: HashMap<DataFile, File>,
    condensed: HashMap<Summed, Condensed>,
    bytes: usize,
    clock: u64,
}

/// Columns of roll-up files, by file and name: all of their rows.
pub(crate) struct Shelf {
    limit: usize,
    state: Mutex<State>,
    dictionaries: Dictionaries,
}

impl Shelf {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default(), dictionaries: Dictionaries::default() }
    }

    /// Bytes of the columns and dictionaries held.
    pub(crate) fn bytes(&self) -> usize {
        self.state().bytes + self.dictionaries.bytes()
    }

    /// The rows that a scope lets through.
    pub(crate) fn seen(self: &Arc<Self>, scope: &Scope) -> Store {
        Store::new(Arc::clone(self), scope.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some columns of some files, read by several threads where they are not in memory.
    fn slabs(
        &self,
        files: &[&DataFile],
        columns: &[&'static str],
        threads: usize,
    ) -> Result<Vec<Slab>, QueryError> {
        let missing = files.iter().filter(|file| !self.missing(file, columns).is_empty()).count();
        let slabs = if missing > 1 && threads > 1 {
            crate::kernel::parallel(threads, files.len(), |at| self.slab(files[at], columns, 1))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?
        } else {
            files.iter().map(|file| self.slab(file, columns, threads)).collect::<Result<Vec<_>, _>>()?
        };
        self.evict();
        Ok(slabs)
    }

    fn missing(&self, file: &DataFile, columns: &[&'static str]) -> Vec<&'static str> {
        let state = self.state();
        let known = state.files.get(file).map(|file| &file.columns);
        let mut missing: Vec<&'static str> = Vec::new();
        for name in std::iter::once(&DAY).chain(columns) {
            if !known.is_some_and(|known| known.contains_key(name)) && !missing.contains(name) {
                missing.push(name);
            }
        }
        missing
    }

    fn slab(&self, file: &DataFile, columns: &[&'static str], threads: usize) -> Result<Slab, QueryError> {
        if let Some(slab) = self.held(file, columns) {
            return Ok(slab);
        }
        let reading = Arc::clone(&self.state().files.entry(file.clone()).or_default().reading);
        let _turn = reading.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let missing = self.missing(file, columns);
            for (name, column) in load::read(file, &missing, &self.dictionaries, threads)? {
                self.keep(file, name, Arc::new(column));
            }
            // Another question's columns may have pushed ours out meanwhile: then read again.
            if let Some(slab) = self.held(file, columns) {
                return Ok(slab);
            }
        }
    }

    /// The slab, if all of it is in memory.
    fn held(&self, file: &DataFile, columns: &[&'static str]) -> Option<Slab> {
        let mut state = self.state();
        state.clock += 1;
        let now = state.clock;
        let known = &mut state.files.get_mut(file)?.columns;
        let mut take = |name: &str| {
            let slot = known.get_mut(name)?;
            slot.used = now;
            Some(Arc::clone(&slot.column))
        };
        let Column::Days(runs) = &*take(DAY)? else { return None };
        let runs = Arc::clone(runs);
        let columns = columns.iter().map(|name| take(name)).collect::<Option<Vec<_>>>()?;
        Some(Slab { runs, columns })
    }

    fn keep(&self, file: &DataFile, name: &'static str, column: Arc<Column>) {
        let bytes = column.bytes();
        let mut state = self.state();
        state.clock += 1;
        let used = state.clock;
        let entry = state.files.entry(file.clone()).or_default();
        let before = entry.columns.insert(name, Slot { column, used, bytes }).map_or(0, |slot| slot.bytes);
        state.bytes = state.bytes + bytes - before;
    }

    /// A file's rows of a scope summed further to some columns, else how often that was asked for before.
    fn condensed(&self, key: &Summed) -> Result<Slab, u32> {
        let mut state = self.state();
        state.clock += 1;
        let now = state.clock;
        let known = state.condensed.get_mut(key).ok_or(0_u32)?;
        known.used = now;
        known.slab.clone().ok_or(known.asked)
    }

    /// Keeps a condensed slab, or that there is none.
    fn keep_condensed(&self, key: Summed, asked: u32, slab: Option<&Slab>) {
        let bytes = slab.map_or(0, |slab| {
            let days = Column::Days(Arc::clone(&slab.runs)).bytes();
            days + slab.columns.iter().map(|column| column.bytes()).sum::<usize>()
        });
        // Not worth making the second time: never.
        let asked = if asked > 0 && slab.is_none() { Store::NEVER } else { asked + 1 };
        let mut state = self.state();
        state.clock += 1;
        let entry = Condensed { slab: slab.cloned(), asked, used: state.clock, bytes };
        let before = state.condensed.insert(key, entry).map_or(0, |it| it.bytes);
        state.bytes = state.bytes + bytes - before;
        if state.condensed.len() > CONDENSED {
            let lately = state.clock.saturating_sub(CONDENSED as u64);
            let mut gone = 0;
            state.condensed.retain(|_, it| {
                gone += if it.used < lately { it.bytes } else { 0 };
                it.used >= lately
            });
            state.bytes -= gone;
        }
        drop(state);
        self.evict();
    }

    /// Lets the least recently used columns go until the rest fits. Days stay: they are tiny, and every
    /// question needs them.
    fn evict(&self) {
        let mut state = self.state();
        if state.bytes <= self.limit {
            return;
        }
        let mut slots: Vec<(u64, Slotted)> = Vec::new();
        for (path, file) in &state.files {
            let columns = file.columns.iter().filter(|(name, _)| **name != DAY);
            slots.extend(columns.map(|(name, slot)| (slot.used, Slotted::Column(path.clone(), name))));
        }
        slots.extend(state.condensed.iter().map(|(key, it)| (it.used, Slotted::Condensed(key.clone()))));
        slots.sort_unstable_by_key(|(used, _)| *used);
        for (_, slot) in slots {
            if state.bytes <= self.limit {
                return;
            }
            let bytes = match slot {
                Slotted::Condensed(key) => state.condensed.remove(&key).map_or(0, |it| it.bytes),
                Slotted::Column(path, name) => {
                    let file = state.files.get_mut(&path);
                    file.and_then(|file| file.columns.remove(name)).map_or(0, |slot| slot.bytes)
                }
            };
            state.bytes -= bytes;
        }
    }

    /// The latest account name of each account in one file, with its day: remembered beside the columns.
    fn names_in(&self, file: &DataFile, threads: usize) -> Result<Arc<Vec<NamedAccount>>, QueryError> {
        if let Some(names) = self.held(file, &[NAMES])
            && let Some(Column::Names(names)) = names.columns.first().map(|it| &**it)
        {
            return Ok(Arc::clone(names));
        }
        let slabs = self.slabs(&[file], &["SubAccountId", "SubAccountName"], threads)?;
        let names = Arc::new(slabs.first().map(|slab| self.latest_names(slab)).unwrap_or_default());
        self.keep(file, NAMES, Arc::new(Column::Names(Arc::clone(&names))));
        Ok(names)
    }

    fn latest_names(&self, slab: &Slab) -> Vec<NamedAccount> {
        let [Column::Text(ids), Column::Text(names)] = [&*slab.columns[0], &*slab.columns[1]] else {
            return Vec::new();
        };
        let dictionary = self.dictionaries.of("SubAccountName");
        let mut latest: HashMap<u32, (i32, u32)> = HashMap::new();
        dictionary.read(|texts| {
            for (day, range) in slab.runs.iter() {
                for row in range {
                    let (id, name) = (ids.at(row), names.at(row));
                    if id == 0 || name == 0 {
                        continue;
                    }
                    let known = latest.entry(id).or_insert((day, name));
                    let earlier_text = || texts[name as usize] < texts[known.1 as usize];
                    if known.1 != name && (known.0 < day || (known.0 == day && earlier_text())) {
                        known.1 = name;
                    }
                    known.0 = known.0.max(day);
                }
            }
        });
        latest.into_iter().map(|(id, (day, name))| NamedAccount { id, name, day }).collect()
    }
}

/// An account's latest name in one file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedAccount {
    /// Code in the dictionary of `SubAccountId`.
    pub(crate) id: u32,
    /// Code in the dictionary of `SubAccountName`.
    pub(crate) name: u32,
    /// Last day that bears the name.
    pub(crate) day: i32,
}
