//! Codes of tags where what cannot carry any is told apart: a row's set of tags and its charge type decide together, so
//! each slab (which is usually condensed already) gets one column more.

use super::axes::values;
use crate::store::{Codes, Column, Slab, Store, Values};
use model::{CANNOT_CARRY, Dimension, can_carry_tags};
use std::sync::Arc;

/// Adds a column of codes to each slab, and says what they stand for: the values of the tag, and one beside them.
pub(super) fn add_codes(
    store: &Store,
    tag: &Dimension,
    columns: &[&'static str],
    slabs: &mut [Slab],
) -> Arc<Values> {
    let carried = values(store, tag, None);
    let types = store.dictionary(TYPES).values();
    let without: Vec<bool> =
        types.iter().map(|name| name.as_deref().is_some_and(|name| !can_carry_tags(name))).collect();
    let mut texts = carried.values.as_ref().clone();
    // Whoever writes so on a tag has none.
    let known = texts.iter().position(|text| text.as_deref() == Some(CANNOT_CARRY));
    let apart = known.unwrap_or_else(|| {
        texts.push(Some(Arc::from(CANNOT_CARRY)));
        texts.len() - 1
    });
    let apart = u32::try_from(apart).unwrap_or(u32::MAX);
    let at = |name: &str| columns.iter().position(|known| *known == name);
    let (tags, kinds) = (at(TAGS), at(TYPES));
    for slab in slabs {
        let codes = |place: Option<usize>| match place.map(|place| &*slab.columns[place]) {
            Some(Column::Text(codes)) => Some(codes),
            _ => None,
        };
        let (tags, kinds) = (codes(tags), codes(kinds));
        let place = |row: usize| {
            let value = tags.map_or(0, |codes| carried.places[codes.at(row) as usize]);
            let value = if value == apart { 0 } else { value };
            let none = value == 0 && kinds.is_some_and(|codes| without[codes.at(row) as usize]);
            if none { apart } else { value }
        };
        let places = (0..slab.runs.rows()).map(place).collect();
        slab.columns.push(Arc::new(Column::Text(Codes::pack(places))));
    }
    let places = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
    Arc::new(Values { places, values: Arc::new(texts) })
}

/// The column of a row's tags.
const TAGS: &str = crate::tags::TAGS;
/// The column of what is charged for.
const TYPES: &str = "x_ChargeType";
