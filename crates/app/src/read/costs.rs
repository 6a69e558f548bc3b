//! Costs by any dimensions in any buckets, with words for the values and what the figures rest on.

use super::{Published, account_names, splitting};
use crate::proof::{Proof, UNAVAILABLE, Unavailable};
use crate::{App, Result};
use model::{CostAnswer, CostGroup, CostQuery, Dimension, Metric};
use std::collections::BTreeMap;

/// An answer with what a page shows beside it.
#[derive(Clone, Debug)]
pub struct Costs {
    /// The question.
    pub query: CostQuery,
    /// The figures.
    pub answer: CostAnswer,
    /// Words for each group's keys, in the order of the groups.
    pub labels: Vec<Vec<String>>,
    /// What is proven of the periods in view together.
    pub proof: Proof,
    /// Periods in view of which not all parts of the proof hold.
    pub unproven_periods: Vec<String>,
    /// Whether an open month's unused commitment, which is an estimate until it closes, is in the figures.
    pub estimated: bool,
    /// Of amortized figures: what of them is not known, in words, each with its month.
    pub unavailable: Vec<String>,
    /// Names the state of the bills that was read.
    pub snapshot_id: String,
}

impl Costs {
    /// Figures in it.
    pub fn figures(&self) -> usize {
        self.answer.groups.iter().map(|group| group.figures.len()).sum()
    }

    /// Bytes that it takes in memory, about.
    pub fn bytes(&self) -> usize {
        let text = |texts: &[String]| texts.iter().map(|text| text.len() + 48).sum::<usize>();
        let group = |group: &CostGroup| {
            let keys = group.keys.iter().map(|key| 48 + key.as_ref().map_or(0, String::len));
            160 + keys.sum::<usize>() + group.figures.len() * 16
        };
        let groups: usize = self.answer.groups.iter().map(group).sum();
        groups + self.labels.iter().map(|labels| text(labels)).sum::<usize>() + self.answer.sql.len()
    }

    /// Start of each bucket (UTC): a day, or an instant for hours.
    pub fn buckets(&self) -> Vec<String> {
        self.answer.buckets.iter().map(|bucket| bucket_text(bucket)).collect()
    }
}

/// Label of the group that sums what the top N left out.
pub(super) const OTHER: &str = "Other";

/// Answers a question from what is published; with `split`, shared costs stand where the organization's rules put
/// them.
pub async fn costs(app: &App, published: &Published, query: CostQuery, split: bool) -> Result<Costs> {
    let query = published.definitions.resolve(query)?;
    // First, so that an answer that may be large never waits for its turn with another question.
    let names = if query.group_by.iter().any(|dimension| dimension.to_string() == "account_id") {
        account_names(app, published).await?
    } else {
        BTreeMap::new()
    };
    let answer = if split && !published.definitions.shared_costs.is_empty() {
        splitting::answer(app, published, &query).await?
    } else {
        app.engine().answer(&published.view, &query).await?
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
    let unavailable = if amortized { unavailable(published, &answer) } else { vec![] };
    let snapshot_id = published.id.clone();
    let proof = published.together(|publication| {
        answer.snapshot.periods.iter().any(|period| period.publication == publication.id)
    });
    Ok(Costs { query, answer, labels, proof, unproven_periods, estimated, unavailable, snapshot_id })
}

/// What of the amortized cost of an answer's periods is not known.
fn unavailable(published: &Published, answer: &CostAnswer) -> Vec<String> {
    let asked =
        |period: &model::BillingPeriod| period.first_day() < answer.to && answer.from < period.end_day();
    let mut found: Vec<String> = published
        .publications
        .iter()
        .filter(|publication| asked(&publication.period))
        .flat_map(|publication| {
            let parts = publication.features.get(UNAVAILABLE).cloned().unwrap_or_default();
            let parts: Vec<Unavailable> = serde_json::from_value(parts).unwrap_or_default();
            parts.into_iter().map(|part| format!("{}: {}", publication.period, part.message))
        })
        .collect();
    found.dedup();
    found
}

pub(super) fn labels(
    dimensions: &[Dimension],
    group: &CostGroup,
    accounts: &BTreeMap<String, String>,
) -> Vec<String> {
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
pub(super) fn bucket_text(bucket: &str) -> String {
    if bucket.contains('T') && !bucket.ends_with('Z') { format!("{bucket}:00Z") } else { bucket.to_owned() }
}
