//! Several currencies in one view: a question is asked in one at a time, and answers stand side by side.

use model::{Column, CostAnswer, CostQuery, Filter, merge_filters};

/// The question about one currency alone, whatever currencies it named.
pub fn only_in(query: &CostQuery, of: &str) -> CostQuery {
    let mut filters = query.filters.clone();
    // In place of the one that chose another currency.
    filters.retain(|filter| !filter.dimension.is(Column::Currency));
    filters.push(Filter { dimension: Column::Currency.into(), exclude: false, values: vec![of.to_owned()] });
    CostQuery { filters: merge_filters(filters), ..query.clone() }
}

/// Whether each group of the question has one currency.
pub(crate) fn asked_for(query: &CostQuery) -> bool {
    query.group_by.iter().any(|dimension| dimension.is(Column::Currency))
}

/// One answer of those in each currency. Its totals are those of the main one: others are never added to them.
pub(crate) fn together(query: &CostQuery, mut all: CostAnswer, others: Vec<CostAnswer>) -> CostAnswer {
    let place = query.group_by.iter().position(|dimension| dimension.is(Column::Currency));
    let named = |part: &mut CostAnswer| {
        // What `top` cut off has a currency too.
        for group in part.groups.iter_mut().filter(|group| group.other) {
            if let Some(key) = place.and_then(|place| group.keys.get_mut(place)) {
                *key = Some(part.currency.clone());
            }
        }
    };
    named(&mut all);
    for mut part in others {
        named(&mut part);
        all.groups.append(&mut part.groups);
        all.groups_total += part.groups_total;
        all.snapshot.periods.append(&mut part.snapshot.periods);
    }
    all.snapshot.periods.sort_by(|a, b| (a.period, &a.connection).cmp(&(b.period, &b.connection)));
    all
}
