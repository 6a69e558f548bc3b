//! The largest of too many groups. A question for the top N of a million groups by day needs the days of N groups
//! only: the totals say which, their days are asked for alone, and the rest is what all days lack. The figures are
//! those that the question in one piece would give.

use crate::assemble::too_large;
use crate::error::QueryError;
use crate::sql::Form;
use crate::view::View;
use hashbrown::HashMap;
use model::{
    Condition, CostAnswer, CostGroup, CostQuery, Decimal, Dimension, Filter, Mapping, MappingName,
    MappingRule, Operator, TimeView,
};

/// Whether a question that is too large can be answered in parts.
pub(crate) fn helps(query: &CostQuery) -> bool {
    query.top.is_some() && !query.group_by.is_empty() && query.view != TimeView::Total
}

/// The totals of all groups, the largest of which stay.
pub(crate) fn totals(query: &CostQuery) -> CostQuery {
    CostQuery { view: TimeView::Total, ..query.clone() }
}

/// The buckets of the groups that stay; where rules cannot tell them, some others come along.
pub(crate) fn shown(query: &CostQuery, totals: &CostAnswer) -> CostQuery {
    let stay: Vec<&CostGroup> = totals.groups.iter().filter(|group| !group.other).collect();
    let value = |group: &CostGroup, at: usize| group.keys[at].clone().unwrap_or_default();
    let mut filters = query.filters.clone();
    if query.group_by.len() > 1 && query.group_by.iter().all(Dimension::is_of_row) {
        let rule = |group: &&CostGroup| {
            let condition = |(at, dimension): (usize, &Dimension)| Condition {
                dimension: dimension.clone(),
                operator: Operator::Is,
                values: vec![value(group, at)],
            };
            let conditions = query.group_by.iter().enumerate().map(condition).collect();
            MappingRule { value: STAYS.to_owned(), conditions }
        };
        let name = MappingName::VirtualTag(STAYS.to_owned());
        let rules = Some(stay.iter().map(rule).collect());
        let dimension = Dimension::Mapped(Mapping { name, rules });
        filters.push(Filter { dimension, exclude: false, values: vec![STAYS.to_owned()] });
    } else {
        for (at, dimension) in query.group_by.iter().enumerate() {
            let mut values: Vec<String> = stay.iter().map(|group| value(group, at)).collect();
            values.sort_unstable();
            values.dedup();
            filters.push(Filter { dimension: dimension.clone(), exclude: false, values });
        }
    }
    CostQuery { filters: model::merge_filters(filters), ..buckets(query, totals) }
}

/// Value of the rows in groups that stay.
const STAYS: &str = "stays";

/// The buckets of everything.
pub(crate) fn sums(query: &CostQuery, totals: &CostAnswer) -> CostQuery {
    CostQuery { group_by: vec![], ..buckets(query, totals) }
}

/// The same buckets, whatever is filtered.
fn buckets(query: &CostQuery, totals: &CostAnswer) -> CostQuery {
    let (from, to) = (Some(totals.from), Some(totals.to));
    CostQuery { from, to, top: None, compare: None, ..query.clone() }
}

/// The answer in one piece.
pub(crate) fn put_together(
    query: &CostQuery,
    view: &View,
    totals: CostAnswer,
    shown: CostAnswer,
    sums: CostAnswer,
) -> Result<CostAnswer, QueryError> {
    let buckets = sums.buckets.len();
    let mut rest: Vec<Decimal> = sums.totals.clone();
    rest.resize(buckets, Decimal::ZERO);
    let mut by_keys: HashMap<Vec<Option<String>>, CostGroup> =
        shown.groups.into_iter().map(|group| (group.keys.clone(), group)).collect();
    let mut groups = Vec::with_capacity(totals.groups.len());
    for group in totals.groups {
        let figures = if group.other {
            std::mem::take(&mut rest)
        } else {
            let found = by_keys.remove(&group.keys);
            let figures = found.map_or_else(|| vec![Decimal::ZERO; buckets], |found| found.figures);
            for (rest, figure) in rest.iter_mut().zip(&figures) {
                *rest = rest.checked_add(Decimal::from_units(-figure.units())).ok_or_else(too_large)?;
            }
            figures
        };
        groups.push(CostGroup { figures, ..group });
    }
    let mut form = Form::Shown(view.scope.names(&view.names));
    Ok(CostAnswer {
        groups,
        groups_total: totals.groups_total,
        total: totals.total,
        previous: totals.previous,
        sql: view.scope.told(query, || crate::sql::text(query, query.from, query.to, &mut form)),
        ..sums
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Metric, Snapshot};

    fn answer(groups: &[(Option<&str>, &[i64])], totals: &[i64]) -> CostAnswer {
        let amounts = |figures: &[i64]| figures.iter().map(|it| Decimal::from(*it)).collect::<Vec<_>>();
        let group = |(key, figures): &(Option<&str>, &[i64])| CostGroup {
            keys: vec![key.map(Into::into)],
            other: *key == Some("other"),
            figures: amounts(figures),
            total: Decimal::from(figures.iter().sum::<i64>()),
            previous_total: None,
        };
        CostAnswer {
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-03".parse().unwrap(),
            buckets: totals.iter().map(|_| String::new()).collect(),
            groups: groups.iter().map(group).collect(),
            totals: amounts(totals),
            total: Decimal::from(totals.iter().sum::<i64>()),
            groups_total: 7,
            previous: None,
            currency: "USD".into(),
            from_rollup: true,
            sql: String::new(),
            snapshot: Snapshot::default(),
        }
    }

    #[test]
    fn the_rest_is_what_all_buckets_lack() {
        let query = CostQuery {
            group_by: vec!["tag:Team".parse().unwrap()],
            view: TimeView::Day,
            top: Some(2),
            filters: vec!["tag:Team!=z".parse().unwrap()],
            ..CostQuery::total(Metric::Amortized)
        };
        let totals = answer(&[(Some("a"), &[30]), (None, &[9]), (Some("other"), &[4])], &[43]);
        let asked = shown(&query, &totals);
        assert_eq!((asked.filters.len(), asked.top), (1, None));
        assert_eq!(asked.filters[0].values, ["", "a"]);
        assert_eq!((asked.from, asked.to), (Some(totals.from), Some(totals.to)));
        // One group comes along that does not stay, one has nothing in these buckets.
        let shown = answer(&[(Some("a"), &[10, 20]), (Some("b"), &[1, 1])], &[11, 21]);
        let found = put_together(&query, &View::default(), totals, shown, answer(&[], &[25, 18])).unwrap();
        let figures: Vec<Vec<String>> = found
            .groups
            .iter()
            .map(|group| group.figures.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(figures, [["10", "20"], ["0", "0"], ["15", "-2"]]);
        assert_eq!((found.groups_total, found.total.to_string()), (7, "43".to_owned()));
        assert!(found.sql.contains("GROUP BY"));
    }
}
