//! Codes of dimensions that rules define. Rules over one column are a table by its codes, as cheap as the
//! column itself. Rules over several columns are tried row by row, on slabs that are usually condensed
//! already, and give the slab one column more.

use super::axes::{none_is_none, values};
use crate::error::QueryError;
use crate::store::{Codes, Column, Slab, Store, Values};
use hashbrown::HashMap;
use model::{Condition, Mapping};
use std::sync::Arc;

/// A condition as a table: the column of the slabs, and whether each of its codes meets it.
struct Test {
    column: usize,
    holds: Vec<bool>,
}

fn holds(store: &Store, condition: &Condition) -> Vec<bool> {
    let values = values(store, &condition.dimension, None);
    let by_value: Vec<bool> = values.values.iter().map(|value| condition.holds(value.as_deref())).collect();
    values.places.iter().map(|place| by_value[*place as usize]).collect()
}

/// The values of a mapping whose rules look at one column, by the codes of that column.
pub(super) fn by_one_column(store: &Store, mapping: &Mapping) -> Arc<Values> {
    let rules: Vec<(Arc<str>, Vec<Vec<bool>>)> = mapping
        .rules()
        .iter()
        .map(|rule| {
            let tests = rule.conditions.iter().map(|condition| holds(store, condition)).collect();
            (Arc::from(rule.value.as_str()), tests)
        })
        .collect();
    let count = rules.iter().flat_map(|(_, tests)| tests).map(Vec::len).min().unwrap_or(0);
    Arc::new(Values::number(count, |code| {
        let rule = rules.iter().find(|(_, tests)| tests.iter().all(|test| test[code]));
        rule.map(|(value, _)| Arc::clone(value))
    }))
}

/// Adds a column of codes to each slab, and says what they stand for.
pub(super) fn add_codes(
    store: &Store,
    mapping: &Mapping,
    columns: &[&'static str],
    slabs: &mut [Slab],
) -> Result<Arc<Values>, QueryError> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<Option<Arc<str>>> = vec![None];
    let mut rules: Vec<(u32, Vec<Test>)> = Vec::new();
    for rule in mapping.rules() {
        let number = *numbers.entry(rule.value.as_str()).or_insert_with(|| {
            texts.push(Some(Arc::from(rule.value.as_str())));
            u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
        });
        let mut tests = Vec::new();
        for condition in &rule.conditions {
            let column = condition.dimension.columns();
            let at = columns.iter().position(|known| column.first() == Some(known));
            let column = at.ok_or_else(|| QueryError::internal("a column of a rule was not loaded"))?;
            tests.push(Test { column, holds: holds(store, condition) });
        }
        rules.push((number, tests));
    }
    for slab in slabs {
        let codes = codes(slab, &rules);
        slab.columns.push(Arc::new(Column::Text(Codes::pack(codes))));
    }
    let places = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
    Ok(none_is_none(Arc::new(Values { places, values: Arc::new(texts) }), mapping.name.none_label()))
}

/// The number of the first rule that each row meets; 0 where it meets none.
fn codes(slab: &Slab, rules: &[(u32, Vec<Test>)]) -> Vec<u32> {
    let rows = slab.runs.rows();
    let mut found = vec![0; rows];
    // Rows that no rule has claimed yet: each rule looks at those alone.
    let mut open: Vec<u32> = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
    for (number, tests) in rules {
        open.retain(|row| {
            let at = *row as usize;
            let met = tests.iter().all(|test| match &*slab.columns[test.column] {
                Column::Text(codes) => test.holds[codes.at(at) as usize],
                _ => false,
            });
            if met {
                found[at] = *number;
            }
            !met
        });
    }
    found
}
