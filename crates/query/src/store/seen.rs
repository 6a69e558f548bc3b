//! The roll-up as one scope sees it: the only way to its rows.
//!
//! Rows out of scope are left out before anything else is done with a file, so that extents, magnitudes, names, keys
//! and sums are those of a file that never had them. The few rows of a few accounts are kept beside the file's columns
//! like other condensed slabs, by file, columns and scope.

use super::{Amounts, Codes, Column, Dictionary, NamedAccount, Runs, Shelf, Slab, Values};
use crate::error::QueryError;
use crate::plan::Days;
use crate::scope::Scope;
use hashbrown::HashSet;
use lake::DataFile;
use model::SCALE;
use std::sync::Arc;

/// Column that says whose a row is.
const ACCOUNT: &str = "SubAccountId";

/// Rows of a file that are kept as they are seen; more are as quick to find as to keep.
const KEPT: usize = 65_536;

/// The rows of a scope.
pub(crate) struct Store {
    shelf: Arc<Shelf>,
    scope: Scope,
}

impl Store {
    /// Times asked, of a condensed slab that is not worth making.
    pub(crate) const NEVER: u32 = u32::MAX;

    pub(super) fn new(shelf: Arc<Shelf>, scope: Scope) -> Self {
        Self { shelf, scope }
    }

    /// The limit that a question's own columns should stay under.
    pub(crate) fn limit(&self) -> usize {
        self.shelf.limit
    }

    /// The shared dictionary of a column. Of all files: only codes that stand in rows say anything.
    pub(crate) fn dictionary(&self, column: &'static str) -> Arc<Dictionary> {
        self.shelf.dictionaries.of(column)
    }

    /// What each code of a JSON column means for one key.
    pub(crate) fn values_of_key(&self, column: &'static str, key: &str) -> Arc<Values> {
        self.shelf.dictionaries.values_of_key(column, key)
    }

    /// First and last day (exclusive) of some files; `None` when they hold no rows.
    pub(crate) fn extent(&self, files: &[DataFile]) -> Result<Option<Days>, QueryError> {
        let mut extent: Option<Days> = None;
        for file in files {
            if let Some(days) = self.days(file)?.extent() {
                let known = extent.unwrap_or(days);
                extent = Some(Days { from: known.from.min(days.from), to: known.to.max(days.to) });
            }
        }
        Ok(extent)
    }

    /// The days of a file's rows.
    fn days(&self, file: &DataFile) -> Result<Arc<Runs>, QueryError> {
        if self.scope.is_everything() {
            return Ok(self.shelf.slab(file, &[], 1)?.runs);
        }
        if let Ok(known) = self.condensed(file, &[]) {
            return Ok(known.runs);
        }
        let slab = self.narrowed(file, &[], 1)?;
        self.keep_condensed(file, &[], 0, Some(&slab));
        Ok(slab.runs)
    }

    /// Some columns of some files, read by several threads where they are not in memory.
    pub(crate) fn slabs(
        &self,
        files: &[&DataFile],
        columns: &[&'static str],
        threads: usize,
    ) -> Result<Vec<Slab>, QueryError> {
        if self.scope.is_everything() {
            return self.shelf.slabs(files, columns, threads);
        }
        let narrowed =
            crate::kernel::parallel(threads, files.len(), |at| self.narrowed(files[at], columns, 1));
        let narrowed = narrowed.into_iter().collect();
        self.shelf.evict();
        narrowed
    }

    /// A file summed further to some columns, else how often that was asked for before.
    pub(crate) fn condensed(&self, file: &DataFile, columns: &[&'static str]) -> Result<Slab, u32> {
        self.shelf.condensed(&(file.clone(), columns.to_vec(), self.scope.clone()))
    }

    /// Keeps a condensed slab, or that there is none.
    pub(crate) fn keep_condensed(
        &self,
        file: &DataFile,
        columns: &[&'static str],
        asked: u32,
        slab: Option<&Slab>,
    ) {
        self.shelf.keep_condensed((file.clone(), columns.to_vec(), self.scope.clone()), asked, slab);
    }

    /// Whether the rows of a file that are seen are worth keeping although they cannot be summed further.
    pub(crate) fn is_worth_keeping(&self, slab: &Slab) -> bool {
        !self.scope.is_everything() && slab.runs.rows() <= KEPT
    }

    /// The distinct texts of a column in some files.
    pub(crate) fn values_in(
        &self,
        files: &[DataFile],
        column: &'static str,
        threads: usize,
    ) -> Result<Vec<Arc<str>>, QueryError> {
        let mut codes: HashSet<u32> = HashSet::new();
        for file in files {
            let slabs = self.slabs(&[file], &[column], threads)?;
            if let Some(Column::Text(text)) =
                slabs.first().and_then(|slab| slab.columns.first()).map(|it| &**it)
            {
                codes.extend(text.distinct());
            }
        }
        let dictionary = self.dictionary(column);
        Ok(dictionary.read(|values| {
            codes.iter().filter_map(|code| values.get(*code as usize).cloned().flatten()).collect()
        }))
    }

    /// The latest account name of each account in one file, with its day.
    pub(crate) fn names_in(
        &self,
        file: &DataFile,
        threads: usize,
    ) -> Result<Arc<Vec<NamedAccount>>, QueryError> {
        let names = self.shelf.names_in(file, threads)?;
        if self.scope.is_everything() {
            return Ok(names);
        }
        // Each account is named by its own rows.
        let passing = self.passing();
        let seen = |named: &&NamedAccount| passing.get(named.id as usize).copied().unwrap_or(false);
        Ok(Arc::new(names.iter().filter(seen).copied().collect()))
    }

    /// Whether the rows of each code of accounts are seen.
    fn passing(&self) -> Vec<bool> {
        let seen = |id: &Option<Arc<str>>| id.as_deref().is_some_and(|id| self.scope.sees(id));
        self.dictionary(ACCOUNT).read(|ids| ids.iter().map(seen).collect())
    }

    /// Some columns of a file, of the rows that are seen.
    fn narrowed(
        &self,
        file: &DataFile,
        columns: &[&'static str],
        threads: usize,
    ) -> Result<Slab, QueryError> {
        let asked: Vec<&'static str> = columns.iter().copied().chain([ACCOUNT]).collect();
        let mut slab = self.shelf.slab(file, &asked, threads)?;
        let accounts = slab.columns.pop();
        let Some(Column::Text(accounts)) = accounts.as_deref() else {
            return Err(QueryError::internal("the accounts of the roll-up are no texts"));
        };
        // After the file was read: its accounts have their codes now.
        let passing = self.passing();
        let (mut rows, mut days) = (Vec::new(), Vec::new());
        for (day, run) in slab.runs.iter() {
            for row in run {
                if passing.get(accounts.at(row) as usize).copied().unwrap_or(false) {
                    rows.push(row);
                    days.push(day);
                }
            }
        }
        let columns = slab.columns.iter().map(|column| Arc::new(column.of_rows(&rows))).collect();
        Ok(Slab { runs: Arc::new(Runs::pack(&days)), columns })
    }
}

impl Column {
    /// The column of some of its rows, in their order.
    fn of_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Text(codes) => Self::Text(Codes::pack(rows.iter().map(|row| codes.at(*row)).collect())),
            Self::Amount(amounts) => Self::Amount(amounts.of_rows(rows)),
            // Days are packed anew from the rows; names are no column of rows.
            Self::Days(runs) => Self::Days(Arc::clone(runs)),
            Self::Names(_) => Self::Names(Arc::default()),
        }
    }
}

impl Amounts {
    /// The amounts of some rows, in their order: their magnitude is theirs alone.
    fn of_rows(&self, rows: &[usize]) -> Self {
        let unit = 10_u128.pow(SCALE - self.scale);
        let mut magnitude = 0_u128;
        let mut large = Vec::new();
        let mut small = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let value = self.small[*row];
            small.push(value);
            magnitude = magnitude.saturating_add(u128::from(value.unsigned_abs()).saturating_mul(unit));
            if let [(_, units)] = self.large_in(&(*row..*row + 1)) {
                large.push((u32::try_from(at).unwrap_or(u32::MAX), *units));
                magnitude = magnitude.saturating_add(units.unsigned_abs());
            }
        }
        Self { scale: self.scale, small, large, magnitude }
    }
}
