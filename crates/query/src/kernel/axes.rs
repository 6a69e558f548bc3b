//! The small tables of a question: which group a code belongs to, and which codes pass the filters.

use super::names::Names;
use super::{carried, mapped};
use crate::error::QueryError;
use crate::store::{Column as SlabColumn, Slab, Store, Values};
use crate::tags::{COST_CATEGORIES, TAGS};
use crate::view::PublishedPeriod;
use model::{Column, CostQuery, Dimension, Listed, MergedTag};
use std::sync::Arc;

/// Columns of the roll-up that decide a dimension's value; none for what is the whole bill's.
pub(super) fn axis_columns(dimension: &Dimension) -> Vec<&'static str> {
    if dimension.is_of_bill() {
        vec![]
    } else if dimension.is(Column::Account) {
        vec!["SubAccountId"]
    } else {
        dimension.columns()
    }
}

/// The values that the codes of a column stand for, for a dimension that one column decides.
pub(super) fn values(store: &Store, dimension: &Dimension, names: Option<&Names>) -> Arc<Values> {
    let none = dimension.none_label();
    let values = match (dimension, names) {
        (Dimension::Tag(key) | Dimension::MergedTag(MergedTag { key, .. }), _) => {
            store.values_of_key(TAGS, key)
        }
        // Two columns decide, and give the slabs a column of their own: these are of the tag alone.
        (Dimension::CarriedTag(tag), _) => return values(store, tag, None),
        (Dimension::CostCategory(key), _) => store.values_of_key(COST_CATEGORIES, key),
        (Dimension::Mapped(mapping), _) => mapped::by_one_column(store, mapping),
        (Dimension::Column(Column::Account), Some(names)) => Arc::new(names.values(store)),
        (Dimension::Column(carries @ Column::CanCarryTags), _) => {
            let types = store.dictionary(carries.info().column).values();
            let of = |code: usize| model::carries_tags_word(types[code].as_deref().unwrap_or_default());
            Arc::new(Values::number(types.len(), |code| Some(Arc::from(of(code)))))
        }
        (Dimension::Column(column), _) => {
            let texts = store.dictionary(column.info().column).values();
            let places = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
            Arc::new(Values { places, values: texts })
        }
    };
    let values = none_is_none(values, none);
    match dimension {
        Dimension::MergedTag(tag) => Arc::new(merged(&values, tag)),
        _ => values,
    }
}

/// A value that says the same as the word for "none" is none: one group, however a report puts it.
pub(super) fn none_is_none(values: Arc<Values>, none: &str) -> Arc<Values> {
    let word = values.values.iter().position(|value| value.as_deref().is_some_and(|text| text == none));
    match word.and_then(|place| u32::try_from(place).ok()) {
        Some(word) if !none.is_empty() => {
            let places = values.places.iter().map(|place| if *place == word { 0 } else { *place }).collect();
            Arc::new(Values { places, values: Arc::clone(&values.values) })
        }
        _ => values,
    }
}

fn merged(values: &Values, tag: &MergedTag) -> Values {
    // Many codes have one value.
    let merge = |text: &Option<Arc<str>>| {
        let value = tag.value(text.as_deref()?);
        (!value.is_empty()).then(|| Arc::from(value))
    };
    let merged: Vec<Option<Arc<str>>> = values.values.iter().map(merge).collect();
    Values::number(values.places.len(), |code| merged[values.places[code] as usize].clone())
}

/// One dimension of the groups.
pub(super) struct Axis {
    /// Column of the slabs, or the file's own code.
    pub(super) source: Source,
    /// Distance between groups that differ by one in this dimension.
    pub(super) stride: u64,
    values: Arc<Values>,
    /// Place of each code times the stride.
    pub(super) offsets: Vec<u64>,
}

/// Where a row's code comes from.
pub(super) enum Source {
    /// A column of the slab, by place.
    Column(usize),
    /// One code per slab.
    Slab(Vec<u32>),
}

/// Which column of the slabs holds a dimension, and what its codes stand for.
pub(super) struct Places<'a> {
    store: &'a Store,
    names: Option<&'a Names>,
    columns: &'a [&'static str],
    /// Dimensions that several columns decide: their codes were added to the slabs.
    added: Vec<(Dimension, usize, Arc<Values>)>,
}

impl<'a> Places<'a> {
    /// Finds the dimensions of a question in slabs of some columns; codes of dimensions that several columns
    /// decide are computed and added to the slabs.
    pub(super) fn new(
        store: &'a Store,
        query: &CostQuery,
        columns: &'a [&'static str],
        slabs: &mut [Slab],
        names: Option<&'a Names>,
    ) -> Result<Self, QueryError> {
        let mut added: Vec<(Dimension, usize, Arc<Values>)> = Vec::new();
        for dimension in query.dimensions() {
            if dimension.columns().len() == 1 || added.iter().any(|(known, ..)| known == dimension) {
                continue;
            }
            let values = match dimension {
                Dimension::Mapped(mapping) => mapped::add_codes(store, mapping, columns, slabs)?,
                Dimension::CarriedTag(tag) => carried::add_codes(store, tag, columns, slabs),
                _ => continue,
            };
            added.push((dimension.clone(), columns.len() + added.len(), values));
        }
        Ok(Self { store, names, columns, added })
    }

    /// The place of a dimension's column; `None` for what is the whole bill's.
    fn of(&self, dimension: &Dimension) -> Option<(usize, Arc<Values>)> {
        if let Some((_, place, values)) = self.added.iter().find(|(known, ..)| known == dimension) {
            return Some((*place, Arc::clone(values)));
        }
        let column = *axis_columns(dimension).first()?;
        let place = self.columns.iter().position(|known| *known == column)?;
        Some((place, values(self.store, dimension, self.names)))
    }
}

/// All dimensions of the groups.
pub(super) struct Axes {
    pub(super) axes: Vec<Axis>,
    /// Number of possible groups.
    pub(super) groups: u64,
}

/// Groups are numbered below.
const MOST_GROUPS: u64 = 1 << 60;

impl Axes {
    /// The dimensions of the groups of some slabs. Dictionaries hold the texts of all files of the process: where these are
    /// too many to be counted out, those of the slabs are, so that what others have in theirs refuses nothing.
    pub(super) fn new(
        query: &CostQuery,
        places: &Places,
        bills: &[&PublishedPeriod],
        slabs: &[Slab],
    ) -> Result<Self, QueryError> {
        let mut found = Vec::new();
        for dimension in &query.group_by {
            found.push(if let Some((at, values)) = places.of(dimension) {
                (Source::Column(at), values)
            } else {
                let values = Values::number(bills.len(), |at| bills[at].value(dimension).map(Arc::from));
                (Source::Slab(values.places.clone()), Arc::new(values))
            });
        }
        if strides(&found, MOST_GROUPS).is_none() {
            for (source, values) in &mut found {
                if let Source::Column(at) = source {
                    *values = Arc::new(of_slabs(values, *at, slabs));
                }
            }
        }
        let Some((strides, groups)) = strides(&found, MOST_GROUPS) else {
            return Err(QueryError::invalid(
                "the question has too many dimensions",
                "Group by fewer dimensions.",
            ));
        };
        let axes = found.into_iter().zip(strides).map(|((source, values), stride)| {
            let offsets = match source {
                Source::Column(_) => values.places.iter().map(|place| u64::from(*place) * stride).collect(),
                Source::Slab(_) => Vec::new(),
            };
            Axis { source, stride, values, offsets }
        });
        Ok(Self { axes: axes.collect(), groups })
    }

    /// The values of a group.
    pub(super) fn keys(&self, group: u64) -> Vec<Option<Arc<str>>> {
        self.axes
            .iter()
            .map(|axis| {
                let place = group / axis.stride % (axis.values.values.len() as u64);
                usize::try_from(place).ok().and_then(|place| axis.values.values.get(place)).cloned().flatten()
            })
            .collect()
    }
}

/// The distance of each dimension's values, and how many groups there can be, if these are fewer than so many.
fn strides(found: &[(Source, Arc<Values>)], most: u64) -> Option<(Vec<u64>, u64)> {
    let mut groups = 1_u64;
    let mut strides = Vec::new();
    for (_, values) in found {
        strides.push(groups);
        groups = groups.checked_mul(values.values.len() as u64).filter(|groups| *groups < most)?;
    }
    Some((strides, groups))
}

/// The values that stand in some slabs alone.
fn of_slabs(values: &Values, column: usize, slabs: &[Slab]) -> Values {
    let mut seen = vec![false; values.places.len()];
    for slab in slabs {
        if let Some(SlabColumn::Text(codes)) = slab.columns.get(column).map(|column| &**column) {
            for code in codes.distinct() {
                if let Some(seen) = seen.get_mut(code as usize) {
                    *seen = true;
                }
            }
        }
    }
    Values::number(values.places.len(), |code| {
        seen[code].then(|| values.values[values.places[code] as usize].clone()).flatten()
    })
}

/// The filters of a question, one table of passing codes per column.
pub(super) struct Sieves {
    /// (column of the slabs, whether each code passes).
    pub(super) sieves: Vec<(usize, Vec<bool>)>,
}

impl Sieves {
    pub(super) fn new(query: &CostQuery, places: &Places) -> Self {
        let mut sieves: Vec<(usize, Vec<bool>)> = Vec::new();
        for filter in &query.filters {
            // Filters on what is of a bill have already chosen the files.
            let Some((at, values)) = places.of(&filter.dimension) else { continue };
            let listed = Listed::new(&filter.dimension, &filter.values);
            let accepts = |value: &Option<Arc<str>>| listed.contains(value.as_deref()) != filter.exclude;
            let accepted: Vec<bool> = values.values.iter().map(accepts).collect();
            let pass = values.places.iter().map(|place| accepted[*place as usize]);
            match sieves.iter_mut().find(|(known, _)| *known == at) {
                Some((_, known)) => known.iter_mut().zip(pass).for_each(|(known, pass)| *known &= pass),
                None => sieves.push((at, pass.collect())),
            }
        }
        sieves.retain(|(_, pass)| !pass.iter().all(|pass| *pass));
        Self { sieves }
    }

    pub(super) fn nothing_passes(&self) -> bool {
        self.sieves.iter().any(|(_, pass)| !pass.iter().any(|pass| *pass))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Codes, Runs};

    #[test]
    fn what_stands_in_no_row_of_the_question_refuses_nothing() {
        // A dictionary of many texts, of which the rows have three.
        let texts = (0..4_096).map(|at| Some(Arc::from(at.to_string())));
        let texts: Vec<Option<Arc<str>>> = std::iter::once(None).chain(texts).collect();
        let places = (0..4_097).collect();
        let all = Arc::new(Values { places, values: Arc::new(texts) });
        let column = Arc::new(SlabColumn::Text(Codes::pack(vec![7, 4_000, 7, 0])));
        let slab = Slab { runs: Arc::new(Runs::pack(&[0, 0, 0, 0])), columns: vec![column] };
        let dimensions = |values: &Arc<Values>| {
            (0..5).map(|_| (Source::Column(0), Arc::clone(values))).collect::<Vec<_>>()
        };
        assert!(strides(&dimensions(&all), MOST_GROUPS).is_none());
        let own = Arc::new(of_slabs(&all, 0, &[slab]));
        assert_eq!(strides(&dimensions(&own), MOST_GROUPS), Some((vec![1, 3, 9, 27, 81], 243)));
        let text = |code: usize| own.values[own.places[code] as usize].as_deref();
        assert_eq!((text(7), text(4_000), text(0)), (Some("6"), Some("3999"), None));
    }
}
