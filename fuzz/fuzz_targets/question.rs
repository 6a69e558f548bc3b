//! The grammar of questions: any text as dimensions, days and filters. What is accepted is small enough to be worked
//! on, and filters on one dimension merge into one that keeps the same rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::limits::{END_DAY, FIRST_DAY, MOST_GROUP_BY};
use model::{CostQuery, Day, Filter, Listed, Metric, merge_filters, parse_group_by};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let group_by = parse_group_by(first).unwrap_or_default();
    assert!(group_by.len() <= MOST_GROUP_BY);
    if let Ok(day) = first.parse::<Day>() {
        assert!((FIRST_DAY..=END_DAY).contains(&day.date()));
    }
    let filters: Vec<Filter> = lines.filter_map(|line| line.parse().ok()).collect();
    let query = CostQuery { group_by, filters, ..CostQuery::total(Metric::Amortized) };
    if query.check_size().is_err() {
        return;
    }
    let filters = query.filters;
    let merged = merge_filters(filters.clone());
    for filter in &filters {
        let one = merged.iter().filter(|one| one.dimension == filter.dimension).count();
        assert_eq!(one, 1, "{}", filter.dimension);
        // Rows that say the word for none have none: they are asked for as such.
        let values = filter.values.iter().take(20).map(String::as_str);
        for value in values.filter(|value| *value != filter.dimension.none_label()).chain([""]) {
            let value = Some(value).filter(|value| !value.is_empty());
            let own = |it: &&Filter| it.dimension == filter.dimension;
            let before = filters.iter().filter(own).all(|it| it.accepts(value));
            let after = merged.iter().filter(own).all(|it| {
                Listed::new(&it.dimension, &it.values).contains(value) != it.exclude
            });
            assert_eq!(before, after, "{value:?}");
        }
    }
});
