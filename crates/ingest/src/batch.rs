//! Some thousand rows of a report, decoded but not yet interpreted: text as dictionary codes, amounts
//! exact, instants in microseconds, tags as fingerprints that are spelt out only when first seen.

use crate::columns::{Columns, is_sourced};
use crate::fields;
use crate::numbers::NumberColumn;
use crate::pairs::pairs;
use crate::up_front;
use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use twox_hash::XxHash3_128;

/// Marks an absent instant.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// Dictionary-coded text; empty text counts as absent.
#[derive(Clone, Debug)]
pub(crate) struct TextColumn {
    /// Places in `values`; -1 for absent, unless `nulls` says so.
    pub(crate) codes: ScalarBuffer<i32>,
    pub(crate) nulls: Option<NullBuffer>,
    pub(crate) values: ArrayRef,
}

impl TextColumn {
    pub(crate) fn values(&self) -> &StringArray {
        self.values.as_string()
    }

    /// The code of a row, or `None` when absent.
    #[inline]
    pub(crate) fn code(&self, row: usize) -> Option<usize> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        usize::try_from(self.codes[row]).ok()
    }

    pub(crate) fn get(&self, row: usize) -> &str {
        self.code(row).map_or("", |code| self.values().value(code))
    }

    /// Whether all rows have the one value that there is.
    pub(crate) fn is_constant(&self) -> bool {
        self.nulls.is_none() && self.values.len() == 1 && self.codes.iter().all(|code| *code == 0)
    }

    /// Rows that have no text.
    pub(crate) fn absent(rows: usize) -> Self {
        let values: ArrayRef = Arc::new(StringArray::from(vec![""]));
        Self { codes: vec![0; rows].into(), nulls: Some(NullBuffer::new_null(rows)), values }
    }

    /// Whether a row may have no text.
    pub(crate) fn has_absent(&self) -> bool {
        self.nulls.is_some() || self.codes.iter().any(|code| *code < 0)
    }

    pub(crate) fn all_null(&self) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.null_count() == nulls.len())
    }

    /// The same, with another column's text where this one has none.
    pub(crate) fn or(self, other: &Self) -> Self {
        let is_blank = |text: Option<&str>| text.unwrap_or("").is_empty();
        let blank: Vec<bool> = self.values().iter().map(is_blank).collect();
        let full = self.nulls.is_none() && !blank.contains(&true) && self.codes.iter().all(|code| *code >= 0);
        let offset = i32::try_from(blank.len()).unwrap_or(i32::MAX);
        let Some(values) = (!full && !other.all_null())
            .then(|| arrow::compute::concat(&[&*self.values, &*other.values]).ok())
            .flatten()
        else {
            return self;
        };
        let codes = (0..self.codes.len()).map(|row| match self.code(row).filter(|code| !blank[*code]) {
            Some(_) => self.codes[row],
            None => other.code(row).map_or(-1, |_| other.codes[row] + offset),
        });
        Self { codes: codes.collect(), nulls: None, values }
    }

    fn take(&self, rows: &[u32]) -> Self {
        let codes = rows.iter().map(|row| self.codes[*row as usize]).collect();
        let nulls =
            self.nulls.as_ref().map(|nulls| rows.iter().map(|row| nulls.is_valid(*row as usize)).collect());
        Self { codes, nulls, values: Arc::clone(&self.values) }
    }
}

/// A set of keys and values per row.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetColumn {
    pub(crate) parts: Vec<SetPart>,
}

/// Where the keys and values of a row stand.
#[derive(Clone, Debug)]
pub(crate) enum SetPart {
    /// One key: a column of values.
    Column { key: Arc<str>, values: TextColumn },
    /// A map: row `i` has the entries `offsets[i]..offsets[i + 1]`.
    Map { offsets: OffsetBuffer<i32>, keys: TextColumn, values: TextColumn },
    /// A JSON object as text.
    Json(TextColumn),
}

impl SetColumn {
    /// The row's keys and values as a JSON object with sorted keys; empty when there are none. A map that repeats a
    /// part before it under another spelling of the key adds nothing.
    pub(crate) fn json(&self, row: usize, rename: fn(&str) -> String) -> String {
        let mut entries = BTreeMap::new();
        for part in &self.parts {
            let mut found = BTreeMap::new();
            match part {
                SetPart::Column { key, values } => {
                    add(&mut entries, key.to_string(), values.get(row));
                    continue;
                }
                SetPart::Map { offsets, keys, values } => {
                    for entry in entry_range(offsets, row) {
                        add(&mut found, rename(keys.get(entry)), values.get(entry));
                    }
                }
                SetPart::Json(text) => {
                    for (key, value) in pairs(text.get(row)).unwrap_or_default() {
                        add(&mut found, rename(&key), &value);
                    }
                }
            }
            merge(&mut entries, found);
        }
        if entries.is_empty() { String::new() } else { serde_json::to_string(&entries).unwrap_or_default() }
    }

    /// Whether a part of the row's set is text that holds no keys and values.
    pub(crate) fn is_unreadable(&self, row: usize) -> bool {
        self.parts.iter().any(|part| matches!(part, SetPart::Json(text) if pairs(text.get(row)).is_none()))
    }

    /// Fingerprints of the rows' sets, added to what `sums` holds; a row without any adds nothing.
    pub(crate) fn fingerprint(&self, hashes: &mut Hashes, first_slot: usize, sums: &mut [u128]) {
        let mut columns = vec![];
        for (at, part) in self.parts.iter().enumerate() {
            let slot = first_slot + 2 * at;
            match part {
                SetPart::Column { key, values } => columns.push((slot, seed_of(key), values)),
                SetPart::Json(values) => columns.push((slot, seed_of("json"), values)),
                SetPart::Map { offsets, keys, values } => {
                    let key_hashes = hashes.of(slot, seed_of("keys"), keys).to_vec();
                    let value_hashes = hashes.of(slot + 1, seed_of("values"), values);
                    for (row, sum) in sums.iter_mut().enumerate() {
                        for entry in entry_range(offsets, row) {
                            if let (Some(key), Some(value)) = (keys.code(entry), values.code(entry)) {
                                // A product, so that two keys that swap their values differ.
                                let product = (key_hashes[key + 1] | 1).wrapping_mul(value_hashes[value + 1]);
                                *sum = sum.wrapping_add(product);
                            }
                        }
                    }
                }
            }
        }
        hashes.add(&columns, sums);
    }

    /// Slots that [`SetColumn::fingerprint`] uses.
    pub(crate) fn slots(&self) -> usize {
        2 * self.parts.len()
    }

    fn take(&self, rows: &[u32]) -> Self {
        let part = |part: &SetPart| match part {
            SetPart::Column { key, values } => {
                SetPart::Column { key: Arc::clone(key), values: values.take(rows) }
            }
            SetPart::Json(values) => SetPart::Json(values.take(rows)),
            SetPart::Map { offsets, keys, values } => {
                let entries: Vec<u32> = rows
                    .iter()
                    .flat_map(|row| entry_range(offsets, *row as usize))
                    .map(|entry| u32::try_from(entry).unwrap_or(0))
                    .collect();
                let lengths = rows.iter().map(|row| entry_range(offsets, *row as usize).len());
                SetPart::Map {
                    offsets: OffsetBuffer::from_lengths(lengths),
                    keys: keys.take(&entries),
                    values: values.take(&entries),
                }
            }
        };
        Self { parts: self.parts.iter().map(part).collect() }
    }
}

fn add(entries: &mut BTreeMap<String, String>, key: String, value: &str) {
    if !value.is_empty() {
        entries.insert(key, value.to_owned());
    }
}

/// Adds what is new: what is there already stays, and stays alone where the other only spells its key otherwise.
fn merge(entries: &mut BTreeMap<String, String>, found: BTreeMap<String, String>) {
    if entries.is_empty() {
        *entries = found;
        return;
    }
    let folded = |key: &str| -> String {
        key.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let known: BTreeSet<(String, String)> =
        entries.iter().map(|(key, value)| (folded(key), value.clone())).collect();
    for (key, value) in found {
        if is_sourced(&key) || !known.contains(&(folded(&key), value.clone())) {
            entries.entry(key).or_insert(value);
        }
    }
}

fn entry_range(offsets: &OffsetBuffer<i32>, row: usize) -> std::ops::Range<usize> {
    let at = |row: usize| usize::try_from(offsets[row]).unwrap_or(0);
    at(row)..at(row + 1)
}

/// 128-bit content hashes of dictionary values, kept while the same dictionary comes again.
#[derive(Default)]
pub(crate) struct Hashes {
    seed: u64,
    slots: Vec<Option<(ArrayRef, Vec<u128>)>>,
}

impl Hashes {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, slots: vec![] }
    }

    /// One hash per dictionary value after a 0 for absent text (code -1); 0 for empty text. `slot` is where they are kept; `seed` tells what
    /// column it is, so that equal words in different columns differ.
    pub(crate) fn of(&mut self, slot: usize, seed: u64, column: &TextColumn) -> &[u128] {
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        let known = self.slots[slot].as_ref().is_some_and(|(values, _)| Arc::ptr_eq(values, &column.values));
        if !known {
            let seed = self.seed ^ seed;
            let hash = |text: Option<&str>| match text {
                None | Some("") => 0,
                Some(text) => XxHash3_128::oneshot_with_seed(seed, text.as_bytes()),
            };
            self.slots[slot] = Some((
                Arc::clone(&column.values),
                std::iter::once(0).chain(column.values().iter().map(hash)).collect(),
            ));
        }
        self.known(slot)
    }

    /// Adds each row's hashes of some columns to `sums`; absent text adds nothing. Columns come with their slot
    /// and seed.
    pub(crate) fn add(&mut self, columns: &[(usize, u64, &TextColumn)], sums: &mut [u128]) {
        for (slot, seed, column) in columns {
            self.of(*slot, *seed, column);
        }
        let mut plain = vec![];
        for (slot, _, column) in columns.iter().filter(|(.., column)| !column.all_null()) {
            let hashes = self.known(*slot);
            match &column.nulls {
                Some(nulls) if nulls.null_count() > 0 => {
                    for row in nulls.valid_indices() {
                        sums[row] = sums[row].wrapping_add(hash_of(hashes, column.codes[row]));
                    }
                }
                _ if column.is_constant() => {
                    let hash = hash_of(hashes, 0);
                    for sum in &mut *sums {
                        *sum = sum.wrapping_add(hash);
                    }
                }
                _ => plain.push((hashes, &column.codes[..sums.len()])),
            }
        }
        // Three columns at a time: the sums pass through the cache a third as often.
        for columns in plain.chunks(3) {
            if let [one, two, three] = columns {
                for (((sum, a), b), c) in sums.iter_mut().zip(one.1).zip(two.1).zip(three.1) {
                    *sum = sum
                        .wrapping_add(hash_of(one.0, *a))
                        .wrapping_add(hash_of(two.0, *b))
                        .wrapping_add(hash_of(three.0, *c));
                }
            } else {
                for (hashes, codes) in columns {
                    for (sum, code) in sums.iter_mut().zip(*codes) {
                        *sum = sum.wrapping_add(hash_of(hashes, *code));
                    }
                }
            }
        }
    }

    fn known(&self, slot: usize) -> &[u128] {
        self.slots[slot].as_ref().map_or(&[], |(_, hashes)| hashes)
    }
}

fn seed_of(name: &str) -> u64 {
    twox_hash::XxHash3_64::oneshot(name.as_bytes())
}

#[inline]
fn hash_of(hashes: &[u128], code: i32) -> u128 {
    #[expect(
        clippy::cast_sign_loss,
        reason = "dictionary codes begin at -1; a wrong one is caught by the bounds check"
    )]
    hashes[code.wrapping_add(1) as usize]
}

/// Decoded rows of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawBatch {
    pub(crate) rows: usize,
    /// Data row number (from 1) of the first row.
    pub(crate) first_row: u64,
    /// Data row numbers when rows are not consecutive.
    pub(crate) row_numbers: Option<Vec<u64>>,
    /// By text field.
    pub(crate) text: Vec<Option<TextColumn>>,
    /// By number field.
    pub(crate) numbers: Vec<Option<NumberColumn>>,
    /// Microseconds since 1970 (UTC) or [`NO_TIME`].
    pub(crate) charge_start: Vec<i64>,
    pub(crate) charge_end: Option<Vec<i64>>,
    pub(crate) period_start: Option<Vec<i64>>,
    pub(crate) period_end: Option<Vec<i64>>,
    pub(crate) tags: SetColumn,
    pub(crate) cost_categories: SetColumn,
    pub(crate) others: SetColumn,
    /// Descriptions of the few rows that need one, in a pass that does not read them of all.
    pub(crate) descriptions: HashMap<usize, Arc<str>>,
}

impl RawBatch {
    /// Rows whose description decides how they are costed (see [`up_front`]).
    pub(crate) fn rows_to_describe(&self) -> Vec<usize> {
        let Some(types) = &self.text[fields::LINE_ITEM_TYPE] else { return vec![] };
        let candidates: Vec<bool> =
            types.values().iter().map(|name| up_front::is_candidate(name.unwrap_or(""))).collect();
        if !candidates.contains(&true) {
            return vec![];
        }
        let is_candidate = |row: &usize| types.code(*row).is_some_and(|code| candidates[code]);
        // A fee with an ARN says by it what it is.
        let tells = |row: &usize| types.get(*row) == "Fee" && !self.get(fields::RESERVATION, *row).is_empty();
        (0..self.rows).filter(|row| is_candidate(row) && !tells(row)).collect()
    }

    pub(crate) fn text(&self, field: fields::Text) -> Option<&TextColumn> {
        self.text[field].as_ref()
    }

    /// Text of a row; empty when absent.
    pub(crate) fn get(&self, field: fields::Text, row: usize) -> &str {
        self.text[field].as_ref().map_or("", |column| column.get(row))
    }

    /// Takes values from where they may stand as well: a field's further columns, CUR 2.0's `product` map; and the
    /// billing account where a report knows no accounts below it.
    pub(crate) fn stand_in(&mut self, columns: &Columns, others: Vec<(fields::Text, TextColumn)>) {
        for (field, other) in others {
            self.text[field] = Some(match self.text[field].take() {
                Some(text) => text.or(&other),
                None => other,
            });
        }
        if columns.text[fields::ACCOUNT].is_none() {
            let payer = self.text[fields::PAYER].clone();
            self.text[fields::ACCOUNT] = payer;
        }
    }

    /// Description of a row that may be an up-front fee or its refund; empty when absent.
    pub(crate) fn description(&self, row: usize) -> &str {
        match &self.text[fields::DESCRIPTION] {
            Some(column) => column.get(row),
            None => self.descriptions.get(&row).map_or("", |text| &**text),
        }
    }

    pub(crate) fn row_number(&self, row: usize) -> u64 {
        self.row_numbers.as_ref().map_or(self.first_row + row as u64, |numbers| numbers[row])
    }

    /// The given rows, in that order.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let times = |times: &Vec<i64>| rows.iter().map(|row| times[*row as usize]).collect::<Vec<_>>();
        Self {
            rows: rows.len(),
            first_row: self.first_row,
            row_numbers: Some(rows.iter().map(|row| self.row_number(*row as usize)).collect()),
            text: self.text.iter().map(|column| column.as_ref().map(|column| column.take(rows))).collect(),
            numbers: self
                .numbers
                .iter()
                .map(|column| column.as_ref().map(|column| column.take(rows)))
                .collect(),
            charge_start: times(&self.charge_start),
            charge_end: self.charge_end.as_ref().map(times),
            period_start: self.period_start.as_ref().map(times),
            period_end: self.period_end.as_ref().map(times),
            tags: self.tags.take(rows),
            cost_categories: self.cost_categories.take(rows),
            others: self.others.take(rows),
            descriptions: if self.descriptions.is_empty() {
                HashMap::new()
            } else {
                let described = |(at, row): (usize, &u32)| {
                    Some((at, Arc::clone(self.descriptions.get(&(*row as usize))?)))
                };
                rows.iter().enumerate().filter_map(described).collect()
            },
        }
    }
}
