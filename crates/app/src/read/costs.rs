//! Costs by any dimensions in any buckets, with words for the values and what the figures rest on.

use super::Published;
use crate::{App, Result};
use model::{CostAnswer, CostGroup, CostQuery, Dimension, Metric, TimeView};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An answer with what a page shows beside it.
#[derive(Clone, Debug)]
pub struct Costs {
    /// The question.
    pub query: CostQuery,
    /// The figures.
    pub answer: CostAnswer,
    /// Words for each group's keys, in the order of the groups.
    pub labels: Vec<Vec<String>>,
    /// Periods in view whose totals are not proven.
    pub unproven_periods: Vec<String>,
    /// Whether an open month's unused commitment, which is an estimate until it closes, is in the figures.
    pub estimated: bool,
    /// Names the state of the bills that was read.
    pub snapshot_id: String,
}

impl Costs {
    /// Start of each bucket (UTC): a day, or an instant for hours.
    pub fn buckets(&self) -> Vec<String> {
        self.answer.buckets.iter().map(|bucket| bucket_text(bucket)).collect()
    }
}

/// Label of the group that sums what the top N left out.
const OTHER: &str = "Other";

/// Answers a question from what is published.
pub async fn costs(app: &App, published: &Published, query: CostQuery) -> Result<Costs> {
    let answer = app.engine().answer(&published.view, &query).await?;
    let names = if query.group_by.iter().any(|dimension| dimension.to_string() == "account_id") {
        app.engine().account_names(&published.view).await?
    } else {
        BTreeMap::new()
    };
    let labels = answer.groups.iter().map(|group| labels(&query.group_by, group, &names)).collect();
    let mut unproven_periods: Vec<String> = answer
        .snapshot
        .periods
        .iter()
        .filter(|period| !period.proven)
        .map(|period| period.period.to_string())
        .collect();
    unproven_periods.sort();
    unproven_periods.dedup();
    let amortized = matches!(query.metric, Metric::Amortized | Metric::NetAmortized);
    let estimated = amortized
        && answer.snapshot.periods.iter().any(|period| {
            published.is_open(&period.connection, period.period)
                && period.period.first_day() < answer.to
                && answer.from < period.period.end_day()
        });
    Ok(Costs { query, answer, labels, unproven_periods, estimated, snapshot_id: published.id.clone() })
}

fn labels(dimensions: &[Dimension], group: &CostGroup, accounts: &BTreeMap<String, String>) -> Vec<String> {
    let label = |(dimension, key): (&Dimension, &Option<String>)| match key {
        _ if group.other => OTHER.to_owned(),
        None if dimension.none_label().is_empty() => format!("No {}", dimension.label().to_lowercase()),
        None => dimension.none_label().to_owned(),
        Some(id) if dimension.to_string() == "account_id" => accounts.get(id).unwrap_or(id).clone(),
        Some(value) => value.clone(),
    };
    dimensions.iter().zip(&group.keys).map(label).collect()
}

/// Start of a bucket in full: hours get their zone.
fn bucket_text(bucket: &str) -> String {
    if bucket.contains('T') && !bucket.ends_with('Z') { format!("{bucket}:00Z") } else { bucket.to_owned() }
}

/// What stands in a file for a group's key: the value, or the dimension's word for none.
fn key_text<'a>(dimension: &'a Dimension, key: Option<&'a str>, other: bool) -> &'a str {
    if other { OTHER } else { key.unwrap_or_else(|| dimension.none_label()) }
}

/// CSV with one line per group and bucket, ordered by figure, largest first: one column per dimension, the
/// bucket if the question has a view, the exact figure last. Buckets without cost are left out.
pub fn csv_long(costs: &Costs) -> String {
    let (query, answer) = (&costs.query, &costs.answer);
    let mut header: Vec<String> = query.group_by.iter().map(ToString::to_string).collect();
    let bucketed = query.view != TimeView::Total;
    if bucketed {
        header.push("period".into());
    }
    header.push(query.metric.name().into());
    let mut cells: Vec<(&CostGroup, Option<String>, model::Decimal)> = vec![];
    for group in &answer.groups {
        if bucketed {
            let figures = answer.buckets.iter().zip(&group.figures).filter(|(_, figure)| !figure.is_zero());
            cells.extend(figures.map(|(bucket, figure)| (group, Some(bucket_text(bucket)), *figure)));
        } else {
            cells.push((group, None, group.total));
        }
    }
    // Stable: equal figures keep the order of the groups and buckets.
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.2));
    let mut out = line(&header);
    for (group, bucket, figure) in cells {
        let keys = query.group_by.iter().zip(&group.keys);
        let mut fields: Vec<String> = keys
            .map(|(dimension, key)| key_text(dimension, key.as_deref(), group.other).to_owned())
            .collect();
        fields.extend(bucket);
        fields.push(figure.to_string());
        out.push_str(&line(&fields));
    }
    out
}

/// CSV as the page's table: the dimensions, one column per bucket, the total.
pub fn csv_pivot(costs: &Costs) -> String {
    let (query, answer) = (&costs.query, &costs.answer);
    let mut header = vec![];
    for dimension in &query.group_by {
        header.push(dimension.to_string());
        if dimension.to_string() == "account_id" {
            header.push("account".into());
        }
    }
    header.extend(answer.buckets.iter().map(|bucket| bucket_text(bucket)));
    header.push("total".into());
    let mut out = line(&header);
    for (group, labels) in answer.groups.iter().zip(&costs.labels) {
        let mut fields = vec![];
        for ((dimension, key), label) in query.group_by.iter().zip(&group.keys).zip(labels) {
            fields.push(key_text(dimension, key.as_deref(), group.other).to_owned());
            if dimension.to_string() == "account_id" {
                fields.push(label.clone());
            }
        }
        if query.view != TimeView::Total {
            fields.extend(group.figures.iter().map(ToString::to_string));
        }
        fields.push(group.total.to_string());
        out.push_str(&line(&fields));
    }
    out
}

fn line(fields: &[String]) -> String {
    let mut out = String::new();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        // A lone empty field needs quotes, or the line would read as blank.
        let lone = field.is_empty() && fields.len() == 1;
        if lone || field.contains([',', '"', '\n', '\r']) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\"{}\"", field.replace('"', "\"\""));
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Decimal;

    fn sample(view: TimeView) -> Costs {
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
            vec![group(Some("a,\"b\""), &["1.10", "0"]), group(None, &["0.000000000000000001", "1"])];
        let buckets = match view {
            TimeView::Hour => vec!["2026-10-01T00:00".into(), "2026-10-01T01:00".into()],
            _ => vec!["2026-10-01".into(), "2026-10-02".into()],
        };
        let answer = CostAnswer {
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
            snapshot: model::Snapshot::default(),
        };
        let labels =
            answer.groups.iter().map(|group| labels(&query.group_by, group, &BTreeMap::new())).collect();
        Costs {
            query,
            answer,
            labels,
            unproven_periods: vec![],
            estimated: false,
            snapshot_id: String::new(),
        }
    }

    #[test]
    fn long_csv_orders_by_figure_and_keeps_every_digit() {
        assert_eq!(
            csv_long(&sample(TimeView::Hour)),
            "tag:Team,period,amortized\r\n\"a,\"\"b\"\"\",2026-10-01T00:00:00Z,1.1\r\n\
             Untagged,2026-10-01T01:00:00Z,1\r\nUntagged,2026-10-01T00:00:00Z,0.000000000000000001\r\n"
        );
    }

    #[test]
    fn pivot_csv_has_a_column_per_bucket_and_the_total() {
        assert_eq!(
            csv_pivot(&sample(TimeView::Day)),
            "tag:Team,2026-10-01,2026-10-02,total\r\n\"a,\"\"b\"\"\",1.1,0,1.1\r\n\
             Untagged,0.000000000000000001,1,1.000000000000000001\r\n"
        );
    }
}
