//! From sums per group to an answer: order, top N, totals, comparison.

use crate::error::QueryError;
use crate::plan::{Plan, date};
use crate::sql;
use crate::view::snapshot;
use hashbrown::HashMap;
use model::limits::{MOST_CELLS, MOST_GROUP_BYTES};
use model::{CostAnswer, CostGroup, CostQuery, Decimal, PreviousSpan};
use std::cmp::Reverse;
use std::sync::Arc;

/// The values of a group.
pub(crate) type Keys = Vec<Option<Arc<str>>>;

/// A group and its figures per bucket, in units of 10⁻¹⁸.
pub(crate) struct Row {
    pub(crate) keys: Keys,
    pub(crate) figures: Vec<i128>,
}

/// Groups in no order.
#[derive(Default)]
pub(crate) struct Table {
    buckets: usize,
    rows: Vec<Row>,
    places: HashMap<Keys, usize>,
    /// Bytes of groups that were added one by one, about.
    bytes: usize,
}

/// Largest magnitude of a figure, in units of 10⁻¹⁸: what `DECIMAL(38, 18)` holds.
pub(crate) const LARGEST: u128 = 10_u128.pow(38) - 1;

impl Table {
    pub(crate) fn new(buckets: usize) -> Self {
        Self { buckets, ..Self::default() }
    }

    /// Adds the groups of one part; a group may come in several parts.
    pub(crate) fn merge(&mut self, rows: Vec<Row>) -> Result<(), QueryError> {
        if self.rows.is_empty() {
            // Most questions have one part, whose groups are distinct: no table of places is needed yet.
            self.rows = rows;
            return Ok(());
        }
        if self.places.is_empty() {
            self.places = self.rows.iter().enumerate().map(|(at, row)| (row.keys.clone(), at)).collect();
        }
        for row in rows {
            if let Some(at) = self.places.get(&row.keys) {
                add(&mut self.rows[*at].figures, &row.figures)?;
            } else {
                if (self.rows.len() + 1).saturating_mul(self.buckets) > MOST_CELLS {
                    return Err(QueryError::too_large(self.buckets));
                }
                self.places.insert(row.keys.clone(), self.rows.len());
                self.rows.push(row);
            }
        }
        Ok(())
    }

    /// Adds one figure to a group.
    pub(crate) fn add(&mut self, keys: Keys, bucket: usize, figure: i128) -> Result<(), QueryError> {
        let buckets = self.buckets;
        let place = match self.places.get(&keys) {
            Some(place) => *place,
            None => {
                // The list, its place, its keys twice, their texts once.
                let texts: usize = keys.iter().flatten().map(|text| text.len() + 32).sum();
                self.bytes += 160 + keys.len() * 32 + texts + buckets * 16;
                if self.bytes > MOST_GROUP_BYTES {
                    return Err(QueryError::too_large(buckets));
                }
                self.rows.push(Row { keys: keys.clone(), figures: vec![0; buckets] });
                self.places.insert(keys, self.rows.len() - 1);
                self.rows.len() - 1
            }
        };
        let Some(sum) = self.rows[place].figures.get_mut(bucket) else { return Ok(()) };
        *sum = sum.checked_add(figure).ok_or_else(too_large)?;
        Ok(())
    }

    /// Sum of everything.
    pub(crate) fn total(&self) -> Result<Decimal, QueryError> {
        Ok(Decimal::from_units(sum(self.rows.iter().flat_map(|row| &row.figures))?))
    }
}

pub(crate) fn too_large() -> QueryError {
    QueryError::invalid("the figures are too large to be summed", "Narrow the span or add a filter.")
}

fn sum<'a>(mut figures: impl Iterator<Item = &'a i128>) -> Result<i128, QueryError> {
    let sum = figures.try_fold(0_i128, |sum, figure| sum.checked_add(*figure));
    sum.filter(|sum| sum.unsigned_abs() <= LARGEST).ok_or_else(too_large)
}

fn add(into: &mut [i128], figures: &[i128]) -> Result<(), QueryError> {
    for (sum, figure) in into.iter_mut().zip(figures) {
        *sum = sum.checked_add(*figure).ok_or_else(too_large)?;
    }
    Ok(())
}

struct Group {
    keys: Keys,
    figures: Vec<i128>,
    total: i128,
    before: Option<i128>,
}

/// The answer to a question from its groups, and those of the compared span.
pub(crate) fn assemble(
    query: &CostQuery,
    plan: &Plan,
    table: Table,
    before: Option<Table>,
) -> Result<CostAnswer, QueryError> {
    let buckets = table.buckets;
    let mut groups = groups(table, before)?;
    groups.sort_by(|a, b| (Reverse(a.total), &a.keys).cmp(&(Reverse(b.total), &b.keys)));
    let groups_total = groups.len();
    let mut totals = vec![0; buckets];
    for group in &groups {
        add(&mut totals, &group.figures)?;
    }
    let total = sum(totals.iter())?;
    let before_total = sum(groups.iter().filter_map(|group| group.before.as_ref()))?;
    let rest = groups.split_off(query.top.unwrap_or(usize::MAX).min(groups.len()));
    let mut groups: Vec<CostGroup> = groups.into_iter().map(cost_group).collect();
    if !rest.is_empty() {
        groups.push(other(&rest, query.group_by.len(), buckets)?);
    }
    let to_previous = |span: crate::plan::Days| PreviousSpan {
        from: date(span.from),
        to: date(span.to),
        total: Decimal::from_units(before_total),
    };
    Ok(CostAnswer {
        from: date(plan.span.from),
        to: date(plan.span.to),
        buckets: plan.buckets.starts(),
        groups,
        totals: totals.into_iter().map(Decimal::from_units).collect(),
        total: Decimal::from_units(total),
        groups_total,
        previous: plan.previous.map(to_previous),
        from_rollup: !plan.needs_line_items(),
        sql: plan.scope.told(query, || {
            let mut form = sql::Form::Shown(Arc::clone(&plan.names));
            sql::text(query, query.from, query.to, &mut form)
        }),
        snapshot: snapshot(&plan.periods.iter().collect::<Vec<_>>()),
        currency: plan.currency(),
    })
}

/// The groups of both spans; one that only the compared span has stays visible, with figures of zero.
fn groups(table: Table, before: Option<Table>) -> Result<Vec<Group>, QueryError> {
    let compared = before.is_some();
    let mut earlier: HashMap<Keys, i128> = HashMap::new();
    for row in before.map(|table| table.rows).unwrap_or_default() {
        let total = sum(row.figures.iter())?;
        earlier.insert(row.keys, total);
    }
    let mut groups = Vec::with_capacity(table.rows.len());
    for row in table.rows {
        let total = sum(row.figures.iter())?;
        let before = compared.then(|| earlier.remove(&row.keys).unwrap_or(0));
        groups.push(Group { keys: row.keys, figures: row.figures, total, before });
    }
    groups.extend(earlier.into_iter().map(|(keys, total)| Group {
        keys,
        figures: vec![0; table.buckets],
        total: 0,
        before: Some(total),
    }));
    Ok(groups)
}

fn cost_group(group: Group) -> CostGroup {
    CostGroup {
        keys: group.keys.into_iter().map(|key| key.map(|key| key.to_string())).collect(),
        other: false,
        figures: group.figures.into_iter().map(Decimal::from_units).collect(),
        total: Decimal::from_units(group.total),
        previous_total: group.before.map(Decimal::from_units),
    }
}

fn other(rest: &[Group], dimensions: usize, buckets: usize) -> Result<CostGroup, QueryError> {
    let mut figures = vec![0; buckets];
    for group in rest {
        add(&mut figures, &group.figures)?;
    }
    let compared = rest.iter().any(|group| group.before.is_some());
    let before = sum(rest.iter().filter_map(|group| group.before.as_ref()))?;
    Ok(CostGroup {
        keys: vec![None; dimensions],
        other: true,
        total: Decimal::from_units(sum(figures.iter())?),
        figures: figures.into_iter().map(Decimal::from_units).collect(),
        previous_total: compared.then(|| Decimal::from_units(before)),
    })
}
