//! What the answers must be, written as plainly as possible.

use crate::fixture::{CONNECTIONS, Item, PAIRS, PERIODS, World};
use chrono::{Datelike, Days, NaiveDate};
use model::schema::ROLLUP_MEASURES;
use model::{Condition, CostQuery, Decimal, Dimension, TimeView};
use std::collections::BTreeMap;

/// A value of merged tags, and what it stands for.
pub(crate) const SPELLING: (&str, &str) = ("b", "it's");

pub(crate) type Keys = Vec<Option<String>>;

/// Figures by keys and bucket.
pub(crate) type Cells = BTreeMap<Keys, BTreeMap<String, Decimal>>;

pub(crate) fn day(number: i32) -> NaiveDate {
    NaiveDate::default() + Days::new(u64::try_from(number).unwrap())
}

/// The value of a dimension; the word for "none" counts as none.
pub(crate) fn value(world: &World, item: &Item, dimension: &Dimension) -> Option<String> {
    let name = dimension.to_string();
    let value = match name.as_str() {
        "billing_period" => Some(PERIODS[item.period].to_owned()),
        "connection" => Some(CONNECTIONS[item.period].to_owned()),
        "account" => item.text("SubAccountId").map(|id| world.names.get(&id).cloned().unwrap_or(id)),
        name if name.starts_with("tag:") => tag(world, item, &name[4..]),
        name if name.starts_with("merged_tag:") => tag(world, item, &name[11..])
            .filter(|value| value != dimension.none_label())
            .map(|value| value.trim_matches(' ').to_lowercase())
            .map(|value| if value == SPELLING.0 { SPELLING.1.to_owned() } else { value }),
        name if name.starts_with("carried_") => {
            let carried = name[8..].parse().ok().and_then(|tag: Dimension| value(world, item, &tag));
            let carried = carried.filter(|value| value != model::CANNOT_CARRY);
            let cannot = item.text("x_ChargeType").is_some_and(|kind| !model::can_carry_tags(&kind));
            carried.or_else(|| cannot.then(|| model::CANNOT_CARRY.to_owned()))
        }
        "can_carry_tags" => {
            let cannot = item.text("x_ChargeType").is_some_and(|kind| !model::can_carry_tags(&kind));
            Some(if cannot { "No" } else { "Yes" }.to_owned())
        }
        "cost_category:Unit" => (item.kind == 0).then(|| "u".to_owned()),
        _ => match dimension {
            Dimension::Mapped(mapping) => mapping
                .rules()
                .iter()
                .find(|rule| {
                    let holds = |it: &Condition| it.holds(value(world, item, &it.dimension).as_deref());
                    rule.conditions.iter().all(holds)
                })
                .map(|rule| rule.value.clone()),
            _ => item.text(dimension.columns()[0]),
        },
    };
    value.filter(|value| !value.is_empty() && value != dimension.none_label())
}

/// A tag's value: of the key itself where any row carries it, else of the first key that says the same.
fn tag(world: &World, item: &Item, wanted: &str) -> Option<String> {
    let says =
        |key: &str| if key.to_lowercase().ends_with("team") { "team".to_owned() } else { key.to_owned() };
    let in_use = &world.tag_keys;
    let alike = || in_use.iter().find(|key| says(key) == says(wanted)).map_or(wanted, String::as_str);
    let key = if in_use.contains(wanted) { wanted } else { alike() };
    PAIRS[item.tags].iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).to_owned())
}

pub(crate) fn bucket(item: &Item, view: TimeView) -> String {
    let date = day(item.day());
    match view {
        TimeView::Total => String::new(),
        TimeView::Hour => format!("{date}T{:02}:00", item.hour.rem_euclid(24)),
        TimeView::Day => date.to_string(),
        TimeView::Week => (date - Days::new(u64::from(date.weekday().num_days_from_monday()))).to_string(),
        TimeView::Month => date.with_day(1).unwrap().to_string(),
    }
}

/// Whether a row counts for a question over some days.
pub(crate) fn counts(
    world: &World,
    query: &CostQuery,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    item: &Item,
) -> bool {
    let date = day(item.day());
    !item.split
        && from.is_none_or(|from| date >= from)
        && to.is_none_or(|to| date < to)
        && query.filters.iter().all(|filter| {
            let none = filter.dimension.none_label();
            let value = value(world, item, &filter.dimension).unwrap_or_default();
            let listed = filter.values.iter().any(|wanted| {
                let wanted = if !none.is_empty() && wanted == none { "" } else { wanted };
                wanted == value
            });
            listed != filter.exclude
        })
}

/// The groups of a question.
pub(crate) fn cells(world: &World, query: &CostQuery) -> Cells {
    let column = query.metric.info().column;
    let measure = ROLLUP_MEASURES.iter().position(|measure| *measure == column).unwrap();
    let mut cells = Cells::new();
    for item in world.items.iter().filter(|item| counts(world, query, query.from, query.to, item)) {
        let keys = query.group_by.iter().map(|dimension| value(world, item, dimension)).collect();
        let sum = cells.entry(keys).or_default().entry(bucket(item, query.view)).or_default();
        *sum += Decimal::from_units(item.units[measure]);
    }
    cells
}
