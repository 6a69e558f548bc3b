//! The table of costs as a file: every row of the question, every digit.

mod csv;
mod parquet;
mod xlsx;

pub use self::csv::{Cell, Reader, csv, csv_long, line};
pub use self::parquet::parquet;
pub use self::xlsx::{LimitOfSheets, xlsx};

use super::costs::{Costs, OTHER, is_named};
use crate::allocation::is_subset_id;
use model::{ChangeKind, Column, Compared, CostGroup, DaySpan, Decimal, Dimension, TimeView};

/// What stands in a file for a group's key: the value, or the dimension's word for none. Charge types have names that
/// depend on the metric; filters take those too. Subsets have theirs, however they are asked for.
fn key_text<'a>(dimension: &'a Dimension, key: Option<&'a str>, label: &'a str, other: bool) -> &'a str {
    match key {
        _ if other => OTHER,
        Some(_) if dimension.is(Column::ChargeType) || is_subset_id(dimension) => label,
        Some(key) => key,
        None => dimension.none_label(),
    }
}

/// The last day that the figures are of: ends of spans are exclusive, names of files and words are not.
pub fn last_day(costs: &Costs) -> String {
    costs.answer.to.pred_opt().unwrap_or(costs.answer.to).to_string()
}

/// Names of the text columns: the dimensions, a name beside each ID that has one.
fn text_columns(costs: &Costs) -> Vec<String> {
    let mut names = vec![];
    for dimension in &costs.query.group_by {
        names.push(dimension.column_name());
        if is_named(dimension) {
            let name = if dimension.is(Column::Connection) { "connection_name" } else { "account" };
            names.push(name.to_owned());
        }
    }
    names
}

/// Names of the figures: the buckets, and the total.
fn figure_columns(costs: &Costs) -> Vec<String> {
    let mut names = costs.buckets();
    names.push("total".to_owned());
    names
}

/// Names of what stands beside the total where it is compared: both spans by their days, and the change.
fn change_columns(costs: &Costs) -> Vec<String> {
    let Some(found) = &costs.compared else { return vec![] };
    let Compared { now, before } = found.spans;
    let days = |span: DaySpan| format!("{} to {}", span.from, span.to.pred_opt().unwrap_or(span.to));
    vec![days(now), days(before), "change".to_owned(), "change_percent".to_owned()]
}

/// The figures of [`change_columns`] for a group, or for the total; `None` is what is not known.
fn change_figures(costs: &Costs, group: Option<usize>) -> Vec<Option<String>> {
    let Some(found) = &costs.compared else { return vec![] };
    let total = || Some((found.now, found.change, Some(found.before)));
    let of_group = |at: usize| {
        let change = found.groups.get(at)?;
        Some((change.now, change.change, change.before))
    };
    let Some((now, change, before)) = group.map_or_else(total, of_group) else { return vec![None; 4] };
    let known = change.kind != ChangeKind::Unknown;
    vec![
        Some(now.to_string()),
        before.filter(|_| known).map(|before| before.to_string()),
        change.amount.map(|amount| amount.to_string()),
        change.percent.map(|percent| format!("{percent:.3}")),
    ]
}

/// Texts of a row, in the order of [`text_columns`].
fn texts<'a>(costs: &'a Costs, group: &'a CostGroup, labels: &'a [String]) -> Vec<&'a str> {
    let mut texts = vec![];
    for ((dimension, key), label) in costs.query.group_by.iter().zip(&group.keys).zip(labels) {
        texts.push(key_text(dimension, key.as_deref(), label, group.other));
        if is_named(dimension) {
            texts.push(label);
        }
    }
    texts
}

/// Figures of a row, in the order of [`figure_columns`].
fn figures(costs: &Costs, group: &CostGroup) -> impl Iterator<Item = Decimal> {
    let bucketed = costs.query.view != TimeView::Total;
    let figures = if bucketed { group.figures.as_slice() } else { &[] };
    figures.iter().copied().chain([group.total]).collect::<Vec<_>>().into_iter()
}

/// Rows with their labels.
fn rows(costs: &Costs) -> impl Iterator<Item = (&CostGroup, &[String])> {
    costs.answer.groups.iter().zip(costs.labels.iter().map(Vec::as_slice))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::read::costs::{KeyNames, labels};
    use model::{CostAnswer, CostQuery, Metric, Snapshot};
    use std::sync::Arc;

    /// Two tag values in two buckets, with what a file must keep: quotes, digits, nothing.
    pub(in crate::read) fn sample(view: TimeView) -> Costs {
        let group = |key: Option<&str>, figures: &[&str]| {
            let figures: Vec<Decimal> = figures.iter().map(|text| text.parse().unwrap()).collect();
            let total = figures.iter().copied().sum();
            CostGroup { keys: vec![key.map(Into::into)], other: false, figures, total, previous_total: None }
        };
        let query = CostQuery {
            group_by: vec!["tag:Team".parse().unwrap()],
            view,
            ..CostQuery::total(Metric::Amortized)
        };
        let groups =
            vec![group(Some("a,\"b\"<&"), &["1.10", "0"]), group(None, &["0.000000000000000001", "1"])];
        let buckets = match view {
            TimeView::Hour => vec!["2026-10-01T00:00".into(), "2026-10-01T01:00".into()],
            _ => vec!["2026-10-01".into(), "2026-10-02".into()],
        };
        let answer = Arc::new(CostAnswer {
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-03".parse().unwrap(),
            buckets,
            totals: vec![],
            total: Decimal::ZERO,
            groups,
            groups_total: 2,
            previous: None,
            currency: "USD".into(),
            from_rollup: true,
            sql: String::new(),
            snapshot: Snapshot::default(),
        });
        let labels =
            answer.groups.iter().map(|group| labels(&query.group_by, group, &KeyNames::default())).collect();
        Costs {
            group_by: query.group_by.iter().map(ToString::to_string).collect(),
            filters: query.filters.clone(),
            query,
            answer,
            compared: None,
            labels,
            proof: crate::proof::Proof::unread(),
            other_currencies: vec![],
            unproven_periods: vec![],
            estimated: false,
            unavailable: vec![],
            snapshot_id: String::new(),
        }
    }
}
