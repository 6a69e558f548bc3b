//! Codes of dimensions that rules define. Rules over one column are a table by its codes, as cheap as the
//! column itself. Rules over several columns are tried once for each combination of values that a slab has
//! (which is usually condensed already), and give the slab one column more.

use super::axes::{none_is_none, values};
use super::scan::Code;
use crate::error::QueryError;
use crate::store::{Codes, Column, Slab, Store, Values, each_width};
use hashbrown::HashMap;
use model::{Decider, Mapping};
use std::sync::Arc;

/// The text of each rule's value; rules may share one.
fn texts(mapping: &Mapping) -> Vec<Arc<str>> {
    let mut known: HashMap<&str, Arc<str>> = HashMap::new();
    let text = |value| Arc::clone(known.entry(value).or_insert_with(|| Arc::from(value)));
    mapping.rules().iter().map(|rule| rule.value.as_str()).map(text).collect()
}

/// What the values of the rules' dimensions are, by code.
fn looked_at(store: &Store, decider: &Decider) -> Vec<Arc<Values>> {
    decider.dimensions().iter().map(|dimension| values(store, dimension, None)).collect()
}

/// The text of a value by its place.
fn text(values: &Values, place: u32) -> Option<&str> {
    values.values.get(place as usize)?.as_deref()
}

/// The values of a mapping whose rules look at one column, by the codes of that column.
pub(super) fn by_one_column(store: &Store, mapping: &Mapping) -> Arc<Values> {
    let (decider, texts) = (Decider::new(mapping.rules()), texts(mapping));
    let looked_at = looked_at(store, &decider);
    let count = looked_at.iter().map(|values| values.places.len()).min().unwrap_or(0);
    // Many codes (sets of tags) have the same values of the few keys that rules look at.
    let mut combined = Combined::new(count);
    for values in &looked_at {
        combined.add(values.values.len(), values.places.iter().copied());
    }
    let mut known: HashMap<u64, Option<usize>> = HashMap::new();
    Arc::new(Values::number(count, |code| {
        let rule = *known.entry(combined.numbers[code]).or_insert_with(|| {
            let asked: Vec<Option<&str>> =
                looked_at.iter().map(|values| text(values, values.places[code])).collect();
            decider.first(&asked)
        });
        rule.map(|rule| Arc::clone(&texts[rule]))
    }))
}

/// Adds a column of codes to each slab, and says what they stand for.
pub(super) fn add_codes(
    store: &Store,
    mapping: &Mapping,
    columns: &[&'static str],
    slabs: &mut [Slab],
) -> Result<Arc<Values>, QueryError> {
    let decider = Decider::new(mapping.rules());
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<Option<Arc<str>>> = vec![None];
    let by_rule: Vec<u32> = mapping
        .rules()
        .iter()
        .map(|rule| {
            *numbers.entry(rule.value.as_str()).or_insert_with(|| {
                texts.push(Some(Arc::from(rule.value.as_str())));
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            })
        })
        .collect();
    let mut sources = Vec::new();
    for (dimension, values) in decider.dimensions().iter().zip(looked_at(store, &decider)) {
        let column = dimension.columns();
        let at = columns.iter().position(|known| column.first() == Some(known));
        let at = at.ok_or_else(|| QueryError::internal("a column of a rule was not loaded"))?;
        sources.push(Source { column: at, values });
    }
    for slab in slabs {
        let codes = codes(slab, &sources, &decider, &by_rule);
        slab.columns.push(Arc::new(Column::Text(Codes::pack(codes))));
    }
    let places = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
    Ok(none_is_none(Arc::new(Values { places, values: Arc::new(texts) }), mapping.name.none_label()))
}

/// Where a dimension of the rules stands in the slabs.
struct Source {
    column: usize,
    values: Arc<Values>,
}

/// The number of the first rule that each row meets; 0 where it meets none.
fn codes(slab: &Slab, sources: &[Source], decider: &Decider, by_rule: &[u32]) -> Vec<u32> {
    let mut combined = Combined::new(slab.runs.rows());
    for source in sources {
        if let Column::Text(codes) = &*slab.columns[source.column] {
            let (values, places) = (source.values.values.len(), &source.values.places);
            each_width!(codes, codes => combined.add(values, codes.iter().map(|code| places[code.at()])));
        }
    }
    let mut known: HashMap<u64, u32> = HashMap::new();
    let number = |(row, combination): (usize, &u64)| {
        *known.entry(*combination).or_insert_with(|| {
            let place = |source: &Source| match &*slab.columns[source.column] {
                Column::Text(codes) => source.values.places[codes.at(row) as usize],
                _ => 0,
            };
            let asked: Vec<Option<&str>> =
                sources.iter().map(|source| text(&source.values, place(source))).collect();
            decider.first(&asked).map_or(0, |rule| by_rule[rule])
        })
    };
    combined.numbers.iter().enumerate().map(number).collect()
}

/// A number for each row: equal numbers, equal values of all that was added.
struct Combined {
    numbers: Vec<u64>,
    /// All numbers are below.
    count: u64,
}

impl Combined {
    fn new(rows: usize) -> Self {
        Self { numbers: vec![0; rows], count: 1 }
    }

    /// Adds one of so many values for each row.
    fn add(&mut self, values: usize, places: impl Iterator<Item = u32>) {
        let values = values.max(1) as u64;
        if self.count.checked_mul(values).is_none() {
            self.renumber();
        }
        self.count = self.count.saturating_mul(values);
        for (number, place) in self.numbers.iter_mut().zip(places) {
            *number = *number * values + u64::from(place);
        }
    }

    /// The same in small numbers, which are at most as many as the rows.
    fn renumber(&mut self) {
        let mut known: HashMap<u64, u64> = HashMap::new();
        for number in &mut self.numbers {
            let next = known.len() as u64;
            *number = *known.entry(*number).or_insert(next);
        }
        self.count = known.len() as u64;
    }
}
