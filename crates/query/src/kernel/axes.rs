//! The small tables of a question: which group a code belongs to, and which codes pass the filters.

use super::names::Names;
use crate::error::QueryError;
use crate::plan::is;
use crate::store::{Store, Values};
use model::{CostQuery, Dimension};
use std::sync::Arc;

/// Column of the roll-up that decides a dimension's value; `None` for the billing period, which is the
/// file's.
pub(super) fn axis_column(dimension: &Dimension) -> Option<&'static str> {
    if is(dimension, "billing_period") {
        None
    } else if is(dimension, "account") {
        Some("SubAccountId")
    } else {
        Some(dimension.column())
    }
}

/// The values that the codes of a dimension's column stand for.
fn values(store: &Store, dimension: &Dimension, names: Option<&Names>) -> Arc<Values> {
    let none = dimension.none_label();
    let values = match (dimension, names) {
        (Dimension::Tag(key) | Dimension::CostCategory(key), _) => {
            store.values_of_key(dimension.column(), key)
        }
        (Dimension::Column(_), Some(names)) if is(dimension, "account") => Arc::new(names.values(store)),
        (Dimension::Column(_), _) => {
            let texts = store.dictionary(dimension.column()).values();
            let places = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
            Arc::new(Values { places, values: texts })
        }
    };
    // A value that says the same as the word for "none" is none: one group, however a report puts it.
    let word = values.values.iter().position(|value| value.as_deref().is_some_and(|text| text == none));
    match word.and_then(|place| u32::try_from(place).ok()) {
        Some(word) if !none.is_empty() => {
            let places = values.places.iter().map(|place| if *place == word { 0 } else { *place }).collect();
            Arc::new(Values { places, values: values.values.clone() })
        }
        _ => values,
    }
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

/// All dimensions of the groups.
pub(super) struct Axes {
    pub(super) axes: Vec<Axis>,
    /// Number of possible groups.
    pub(super) groups: u64,
}

impl Axes {
    pub(super) fn new(
        store: &Store,
        query: &CostQuery,
        columns: &[&'static str],
        periods: &[String],
        names: Option<&Names>,
    ) -> Result<Self, QueryError> {
        let mut axes = Vec::new();
        let mut groups = 1_u64;
        for dimension in &query.group_by {
            let (source, values) = if let Some(column) = axis_column(dimension) {
                let at = columns.iter().position(|known| *known == column);
                let at = at.ok_or_else(|| QueryError::internal("a column was not loaded"))?;
                (Source::Column(at), values(store, dimension, names))
            } else {
                let values = Values::number(periods.len(), |at| Some(Arc::from(periods[at].as_str())));
                (Source::Slab(values.places.clone()), Arc::new(values))
            };
            let offsets = match source {
                Source::Column(_) => values.places.iter().map(|place| u64::from(*place) * groups).collect(),
                Source::Slab(_) => Vec::new(),
            };
            let stride = groups;
            groups = groups.checked_mul(values.values.len() as u64).filter(|all| *all < 1 << 60).ok_or_else(
                || QueryError::invalid("the question has too many dimensions", "Group by fewer dimensions."),
            )?;
            axes.push(Axis { source, stride, values, offsets });
        }
        Ok(Self { axes, groups })
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

/// The filters of a question, one table of passing codes per column.
pub(super) struct Sieves {
    /// (column of the slabs, whether each code passes).
    pub(super) sieves: Vec<(usize, Vec<bool>)>,
}

impl Sieves {
    pub(super) fn new(
        store: &Store,
        query: &CostQuery,
        columns: &[&'static str],
        names: Option<&Names>,
    ) -> Self {
        let mut sieves: Vec<(usize, Vec<bool>)> = Vec::new();
        for filter in &query.filters {
            let column = axis_column(&filter.dimension);
            // Filters on billing periods have already chosen the files.
            let Some(at) = columns.iter().position(|known| Some(*known) == column) else { continue };
            let values = values(store, &filter.dimension, names);
            let accepted: Vec<bool> =
                values.values.iter().map(|value| filter.accepts(value.as_deref())).collect();
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
