//! Questions by day over a long span, in pieces that the engine works on.

use super::Span;
use crate::read::{Published, filter_on};
use crate::trends::{Attribute, Measure, Object};
use crate::{App, Result};
use chrono::{Datelike, Days, Months, NaiveDate};
use model::{
    ChargeType, Column, CostAnswer, CostGroup, CostQuery, Decimal, Dimension, Filter, LineItemType,
    MappingName, Metric, TimeView,
};
use query::QueryError;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What tells which costs a row's are.
const KIND: [Column; 2] = [Column::ChargeType, Column::LineItemType];
/// The region of what has none.
const GLOBAL: &str = "Global";

/// Whoever asks, of which bills.
#[derive(Clone, Copy)]
pub(in crate::trends) struct Asking<'a> {
    pub(in crate::trends) app: &'a App,
    pub(in crate::trends) published: &'a Published,
    pub(in crate::trends) currency: &'a str,
}

/// The figures of one group.
pub(in crate::trends) struct Cells<'a> {
    /// Values of the attributes that were asked for.
    pub(in crate::trends) values: Vec<Option<&'a str>>,
    /// Values of the columns beside them.
    pub(in crate::trends) rest: &'a [Option<String>],
    /// Which costs these are.
    pub(in crate::trends) measure: Measure,
    /// Days of the figures; of a total none.
    pub(in crate::trends) days: &'a [NaiveDate],
    /// The figures.
    pub(in crate::trends) figures: &'a [Decimal],
}

/// What figures are asked for by: attributes that are found in the roll-up, columns beside them, and filters.
#[derive(Clone, Copy)]
pub(in crate::trends) struct By<'a> {
    pub(in crate::trends) attributes: &'a [Attribute],
    pub(in crate::trends) columns: &'a [Column],
    pub(in crate::trends) filters: &'a [Filter],
}

impl Asking<'_> {
    /// The figures of a span by day. `each` is given the groups of a piece, with its days.
    ///
    /// # Errors
    /// The bills cannot be read, or hold more groups on a day than are worked on.
    pub(in crate::trends) async fn by_day(
        &self,
        metric: Metric,
        by: By<'_>,
        span: Span,
        mut each: impl FnMut(&Cells<'_>),
    ) -> Result<()> {
        let all = CostQuery { view: TimeView::Day, ..self.query(metric, by)? };
        self.in_pieces(&all, months(span), |answer| {
            let days: Vec<NaiveDate> = answer.buckets.iter().filter_map(|day| day.parse().ok()).collect();
            for group in &answer.groups {
                each(&cells(by.attributes, group, &days));
            }
        })
        .await
    }

    /// The objects with the most cost of usage over a span: so many at most, each at least so much, whatever its sign.
    /// `object` names that of a group; `None`: it is of none.
    ///
    /// # Errors
    /// The bills cannot be read, or hold more groups on a day than are worked on.
    pub(in crate::trends) async fn largest(
        &self,
        by: By<'_>,
        span: Span,
        (most, least): (usize, Decimal),
        object: &impl Fn(&Cells<'_>) -> Option<Object>,
    ) -> Result<HashSet<Object>> {
        let mut sums: HashMap<Object, Decimal> = HashMap::new();
        let all = self.query(Metric::Amortized, by)?;
        self.in_pieces(&all, vec![(span.first_day, span.end())], |answer| {
            for group in &answer.groups {
                let cells = cells(by.attributes, group, &[]);
                if cells.measure == Measure::Usage
                    && let Some(object) = object(&cells)
                {
                    *sums.entry(object).or_default() += cells.figures.iter().copied().sum::<Decimal>();
                }
            }
        })
        .await?;
        let mut sums: Vec<(Decimal, Object)> =
            sums.into_iter().map(|(object, sum)| (sum.abs(), object)).collect();
        sums.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let large = sums.into_iter().take(most).take_while(|(sum, _)| *sum >= least);
        Ok(large.map(|(_, object)| object).collect())
    }

    /// The answers over pieces of a span, the last one first; a piece with more groups than are worked on is halved.
    async fn in_pieces(
        &self,
        all: &CostQuery,
        mut pieces: Vec<(NaiveDate, NaiveDate)>,
        mut each: impl FnMut(&CostAnswer),
    ) -> Result<()> {
        while let Some((from, to)) = pieces.pop() {
            let query = CostQuery { from: Some(from), to: Some(to), ..all.clone() };
            match self.answer(&query).await {
                Ok(answer) => each(&answer),
                Err(QueryError::TooLarge { .. }) if to - from > chrono::TimeDelta::days(1) => {
                    let middle = from + Days::new((to - from).num_days().unsigned_abs() / 2);
                    pieces.extend([(middle, to), (from, middle)]);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn query(&self, metric: Metric, by: By<'_>) -> Result<CostQuery> {
        let mut group_by: Vec<Dimension> = by.attributes.iter().flat_map(dimensions).collect();
        group_by.extend(by.columns.iter().chain(&KIND).copied().map(Dimension::from));
        let query = CostQuery { group_by, filters: by.filters.to_vec(), ..CostQuery::total(metric) };
        self.published.resolve(query)
    }

    /// One answer in this currency alone.
    pub(in crate::trends) async fn answer(&self, query: &CostQuery) -> Result<Arc<CostAnswer>, QueryError> {
        let one = self.published.currencies().len() < 2;
        let query = if one { query.clone() } else { query::only_in(query, self.currency) };
        self.app.engine().answer(&self.published.view, &query).await
    }
}

/// The dimensions that tell an attribute; none where the roll-up does not know it. A service is called by its product code, where
/// the report has one, else by its name.
pub(in crate::trends) fn dimensions(attribute: &Attribute) -> Vec<Dimension> {
    match attribute {
        Attribute::Account => vec![Column::AccountId.into()],
        Attribute::Service => vec![Column::ProductCode.into(), Column::Service.into()],
        Attribute::UsageType => vec![Column::UsageType.into()],
        Attribute::Region => vec![Column::Region.into()],
        Attribute::Operation => vec![Column::Operation.into()],
        Attribute::Subset => vec![MappingName::SubsetId.into()],
        Attribute::Tag(key) => vec![Dimension::Tag(key.clone())],
        Attribute::Resource | Attribute::Filter | Attribute::Connection => vec![],
    }
}

fn cells<'a>(attributes: &[Attribute], group: &'a CostGroup, days: &'a [NaiveDate]) -> Cells<'a> {
    let mut keys = &group.keys[..];
    let mut next = || {
        let (first, rest) = keys.split_first()?;
        keys = rest;
        first.as_deref()
    };
    let mut values = vec![];
    for attribute in attributes {
        values.push(match attribute {
            Attribute::Service => {
                let (code, name) = (next(), next());
                code.or(name)
            }
            // What is in no region is in the global one.
            Attribute::Region => Some(next().unwrap_or(GLOBAL)),
            _ => next(),
        });
    }
    let (rest, kind) = keys.split_at(keys.len().saturating_sub(KIND.len()));
    let mut kind = kind.iter().map(Option::as_deref);
    let charge = kind.next().flatten().and_then(ChargeType::from_name);
    let measure = measure(charge, kind.next().flatten());
    Cells { values, rest, measure, days, figures: &group.figures }
}

/// The service of the values of product code and name.
pub(in crate::trends) fn service_of(keys: &[Option<String>]) -> &str {
    keys.iter().find_map(Option::as_deref).unwrap_or("")
}

/// The months of a span, the last one first: first day, and day after the last.
fn months(span: Span) -> Vec<(NaiveDate, NaiveDate)> {
    let (mut from, end) = (span.first_day, span.end());
    let mut found = vec![];
    while from < end {
        let next = from.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        let to = next.unwrap_or(end).min(end);
        found.push((from, to));
        from = to;
    }
    found.reverse();
    found
}

/// Which costs a row's are: what others sell is usage where it is metered, else a fee.
fn measure(charge: Option<ChargeType>, line_item_type: Option<&str>) -> Measure {
    let metered = || line_item_type.is_some_and(|name| LineItemType::METERED.contains(&name));
    match charge {
        Some(ChargeType::Marketplace) if !metered() => Measure::Fee,
        Some(charge) => measure_of(charge),
        None => Measure::Fee,
    }
}

/// The rows of a measure, as filters.
pub(crate) fn rows_of(measure: Measure) -> Vec<Filter> {
    let words = |of: Measure| {
        let is = |charge| measure_of(charge) == of || of == Measure::Fee && charge == ChargeType::Marketplace;
        filter_on(Column::ChargeType, false, &ChargeType::words(is))
    };
    let metered = |exclude| filter_on(Column::LineItemType, exclude, &LineItemType::METERED);
    match measure {
        Measure::Usage => vec![words(measure), metered(false)],
        Measure::Fee => vec![words(measure), metered(true)],
        _ => vec![words(measure)],
    }
}

/// Which costs a charge's are.
const fn measure_of(charge: ChargeType) -> Measure {
    match charge {
        ChargeType::OnDemandUsage
        | ChargeType::SpotUsage
        | ChargeType::ReservedUsage
        | ChargeType::SavingsPlanUsage
        | ChargeType::Marketplace => Measure::Usage,
        ChargeType::Tax => Measure::Tax,
        ChargeType::Support => Measure::Support,
        ChargeType::OtherFee | ChargeType::Other => Measure::Fee,
        ChargeType::UpFrontFee
        | ChargeType::RiFee
        | ChargeType::RiUnused
        | ChargeType::SpFee
        | ChargeType::SpUnused
        | ChargeType::SavingsPlanNegation => Measure::Commitment,
        ChargeType::Refund => Measure::Refund,
        ChargeType::Credit
        | ChargeType::Discount
        | ChargeType::DiscountEdp
        | ChargeType::DiscountPrivateRate
        | ChargeType::DiscountBundled
        | ChargeType::DiscountVolume => Measure::Credit,
    }
}
