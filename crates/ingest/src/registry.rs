//! What a worker has seen: combinations, accounts and sets by fingerprint, spelt out once each.

use crate::batch::{Hashes, RawBatch, SetColumn};
use crate::columns::{Format, map_key};
use crate::derive::{ACCOUNT_FIELDS, SKU_FIELDS, derive};
use hashbrown::HashMap;

/// Things by fingerprint, numbered as they come.
pub(crate) struct Registry<T> {
    by_print: HashMap<u128, u32>,
    pub(crate) items: Vec<T>,
    prints: Vec<u128>,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self { by_print: HashMap::new(), items: vec![], prints: vec![] }
    }
}

impl<T> Registry<T> {
    pub(crate) fn id(&mut self, print: u128, make: impl FnOnce() -> T) -> u32 {
        *self.by_print.entry(print).or_insert_with(|| {
            self.items.push(make());
            self.prints.push(print);
            u32::try_from(self.items.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Takes over another registry's things; gives its ids in this one.
    pub(crate) fn absorb(&mut self, other: Self) -> Vec<u32> {
        other.items.into_iter().zip(other.prints).map(|(item, print)| self.id(print, || item)).collect()
    }
}

/// Everything that rows refer to.
#[derive(Default)]
pub(crate) struct Registries {
    /// Derived columns, by combination.
    pub(crate) skus: Registry<Vec<String>>,
    /// [`ACCOUNT_FIELDS`].
    pub(crate) accounts: Registry<Vec<String>>,
    /// JSON objects.
    pub(crate) tags: Registry<String>,
    pub(crate) categories: Registry<String>,
    pub(crate) others: Registry<String>,
    /// Rows whose tags or cost categories are text that holds no keys and values; each distinct text once.
    pub(crate) unreadable: Vec<u64>,
    /// Bytes of text in all of them.
    pub(crate) text: u64,
}

/// Fingerprints of a batch's rows, by what they identify.
#[derive(Default)]
pub(crate) struct Prints {
    pub(crate) skus: Vec<u128>,
    pub(crate) accounts: Vec<u128>,
    pub(crate) tags: Vec<u128>,
    pub(crate) categories: Vec<u128>,
    pub(crate) others: Vec<u128>,
    /// Of the whole group, day included.
    pub(crate) total: Vec<u128>,
    /// Each row's group; `u32::MAX` for rows outside every total.
    pub(crate) slots: Vec<u32>,
}

impl Prints {
    /// Computes the fingerprints of a batch; buffers are reused.
    pub(crate) fn compute(&mut self, batch: &RawBatch, hashes: &mut Hashes, with_others: bool) {
        for print in
            [&mut self.skus, &mut self.accounts, &mut self.tags, &mut self.categories, &mut self.others]
        {
            print.clear();
            print.resize(batch.rows, 0);
        }
        let mut slot = 0;
        for (fields, prints) in [(&SKU_FIELDS[..], &mut self.skus), (&ACCOUNT_FIELDS[..], &mut self.accounts)]
        {
            let columns: Vec<_> = fields
                .iter()
                .enumerate()
                .filter_map(|(at, field)| Some((slot + at, *field as u64 + 1, batch.text(*field)?)))
                .collect();
            hashes.add(&columns, prints);
            slot += fields.len();
        }
        let sets = [(&batch.tags, &mut self.tags), (&batch.cost_categories, &mut self.categories)];
        for (set, prints) in sets {
            set.fingerprint(hashes, slot, prints);
            slot += set.slots();
        }
        if with_others {
            batch.others.fingerprint(hashes, slot, &mut self.others);
        }
    }
}

fn spell(
    set: &SetColumn,
    batch: &RawBatch,
    row: usize,
    rename: fn(&str) -> String,
    unreadable: &mut Vec<u64>,
) -> String {
    if set.is_unreadable(row) {
        unreadable.push(batch.row_number(row));
    }
    set.json(row, rename)
}

impl Registries {
    pub(crate) fn sku(&mut self, format: Format, print: u128, batch: &RawBatch, row: usize) -> u32 {
        let Self { skus, text, .. } = self;
        skus.id(print, || counted_all(text, derive(format, |field| batch.get(field, row))))
    }

    pub(crate) fn account(&mut self, print: u128, batch: &RawBatch, row: usize) -> u32 {
        let Self { accounts, text, .. } = self;
        let of_row = || ACCOUNT_FIELDS.iter().map(|field| batch.get(*field, row).to_owned()).collect();
        accounts.id(print, || counted_all(text, of_row()))
    }

    pub(crate) fn tag_set(&mut self, print: u128, batch: &RawBatch, row: usize) -> u32 {
        let Self { tags, unreadable, text, .. } = self;
        tags.id(print, || counted(text, spell(&batch.tags, batch, row, map_key, unreadable)))
    }

    pub(crate) fn category_set(&mut self, print: u128, batch: &RawBatch, row: usize) -> u32 {
        let Self { categories, unreadable, text, .. } = self;
        let spelt = |unreadable| spell(&batch.cost_categories, batch, row, ToOwned::to_owned, unreadable);
        categories.id(print, || counted(text, spelt(unreadable)))
    }

    pub(crate) fn other_set(&mut self, print: u128, batch: &RawBatch, row: usize) -> u32 {
        let Self { others, text, .. } = self;
        others.id(print, || counted(text, batch.others.json(row, ToOwned::to_owned)))
    }
}

/// The text, counted.
fn counted(bytes: &mut u64, text: String) -> String {
    *bytes += text.len() as u64;
    text
}

fn counted_all(bytes: &mut u64, texts: Vec<String>) -> Vec<String> {
    *bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
    texts
}
