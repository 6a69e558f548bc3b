//! From sums per group to an answer: order, top N, totals, comparison.

pub(crate) use model::LARGEST;

use crate::error::QueryError;
use crate::plan::{Plan, date};
use crate::sql;
use crate::view::snapshot;
use hashbrown::HashMap;
use model::limits::{MOST_CELLS, MOST_GROUP_BYTES};
use model::{CostAnswer, CostQuery, Decimal, PreviousSpan, arrange, sum};
use std::collections::HashMap as StdHashMap;
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
        let figures = self.rows.iter().flat_map(|row| &row.figures);
        Ok(Decimal::from_units(sum(figures).map_err(|_| too_large())?))
    }
}

pub(crate) fn too_large() -> QueryError {
    QueryError::invalid("the figures are too large to be summed", "Narrow the span or add a filter.")
}

fn add(into: &mut [i128], figures: &[i128]) -> Result<(), QueryError> {
    for (sum, figure) in into.iter_mut().zip(figures) {
        *sum = sum.checked_add(*figure).ok_or_else(too_large)?;
    }
    Ok(())
}

/// The answer to a question from its groups, and those of the compared span.
pub(crate) fn assemble(
    query: &CostQuery,
    plan: &Plan,
    table: Table,
    before: Option<Table>,
) -> Result<CostAnswer, QueryError> {
    let buckets = table.buckets;
    let earlier = before.map(totals).transpose()?;
    let rows = table.rows.into_iter().map(|row| (row.keys, row.figures));
    let found =
        arrange(rows, earlier, (query.group_by.len(), buckets), query.top).map_err(|_| too_large())?;
    let to_previous = |span: crate::plan::Days| PreviousSpan {
        from: date(span.from),
        to: date(span.to),
        total: found.before,
    };
    Ok(CostAnswer {
        from: date(plan.span.from),
        to: date(plan.span.to),
        buckets: plan.buckets.starts(),
        groups: found.groups,
        totals: found.totals,
        total: found.total,
        groups_total: found.groups_total,
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

/// The total of each group.
fn totals(table: Table) -> Result<StdHashMap<Keys, i128>, QueryError> {
    let total = |row: Row| Ok((row.keys, sum(row.figures.iter()).map_err(|_| too_large())?));
    table.rows.into_iter().map(total).collect()
}
