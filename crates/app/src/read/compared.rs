//! Figures against those of another span: which days are compared, what is known of both, and how each figure changed.
//! Everything that shows a change takes it from here.

use super::overview::{data_through, days};
use super::{Published, splitting};
use crate::{App, Result};
use chrono::{Days, NaiveDate, TimeDelta};
use model::{BillingPeriod, Change, Compared, Comparison, CostAnswer, CostQuery, DaySpan, Decimal, TimeView};
use std::collections::{BTreeSet, HashMap};

/// Days after a month's end when its bill counts as final, however early in its last day the usage ends. AWS closes its
/// bills within the first days of the next month.
const SETTLED_DAYS: u64 = 5;

/// What is known of the span that is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Whole,
    /// Not of these connections, which have data for the days now and lack months before: what is not there may be unknown.
    Part(Vec<String>),
    /// The data do not reach back to its first day, or lack a month of it.
    Nothing,
}

impl Known {
    /// Name in answers.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part(_) => "part",
            Self::Nothing => "nothing",
        }
    }

    /// The change of a figure. Where not everything is known, no cost before is no knowledge.
    fn change(&self, before: Decimal, now: Decimal, lasts: bool) -> Change {
        let unknown = match self {
            Self::Whole => false,
            Self::Part(_) => before.is_zero(),
            Self::Nothing => true,
        };
        Change::between((!unknown).then_some(before), now, lasts)
    }
}

/// How a group's figure changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupChange {
    /// Its total over the days that are compared.
    pub now: Decimal,
    /// Against the compared span.
    pub change: Change,
}

/// An answer against another span.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedCosts {
    /// The days.
    pub spans: Compared,
    /// What is known of the span before.
    pub known: Known,
    /// Total over the days that are compared: without those that are not complete.
    pub now: Decimal,
    /// Total over the span before, as far as it is known.
    pub before: Decimal,
    /// How the total changed.
    pub change: Change,
    /// How each group changed, in their order.
    pub groups: Vec<GroupChange>,
}

/// Day from which on the data are not complete; `None` without data.
pub(crate) fn complete_to(app: &App, published: &Published) -> Option<NaiveDate> {
    let through = data_through(app, published)?;
    let month = BillingPeriod::of((through - TimeDelta::milliseconds(1)).date_naive())?;
    let settled = month.end_day().checked_add_days(Days::new(SETTLED_DAYS))?;
    Some(if app.now().date_naive() >= settled { month.end_day() } else { through.date_naive() })
}

/// The spans that a question compares; `None` when it compares nothing, or no day of it is complete.
pub(super) async fn spans(app: &App, published: &Published, query: &CostQuery) -> Result<Option<Compared>> {
    let Some(compare) = query.compare else { return Ok(None) };
    let asked = match (query.from, query.to) {
        (Some(from), Some(to)) => DaySpan { from, to },
        _ => {
            let whole = CostQuery {
                group_by: vec![],
                view: TimeView::Total,
                top: None,
                compare: None,
                ..query.clone()
            };
            let published = published.in_one_currency(&query.filters);
            let answer = app.engine().answer(&published.view, &whole).await?;
            DaySpan { from: answer.from, to: answer.to }
        }
    };
    Ok(compare.spans(asked, complete_to(app, published)))
}

/// The same question with the days that are compared with, written out.
pub(super) fn written_out(query: CostQuery, spans: Option<Compared>) -> CostQuery {
    CostQuery { compare: spans.map(|spans| Comparison::Span(spans.before)), ..query }
}

/// How everything in an answer changed. The answer has the span before beside it (see [`written_out`]).
pub(super) async fn compared(
    app: &App,
    published: &Published,
    query: &CostQuery,
    (answer, split): (&CostAnswer, bool),
    spans: Compared,
) -> Result<ComparedCosts> {
    let in_one = published.in_one_currency(&query.filters);
    let known = known(app, &in_one, query, spans).await?;
    let cut =
        cut_off(app, if split { &in_one } else { published }, query, (answer, split), spans.now).await?;
    let groups = answer.groups.iter().zip(&cut.groups).map(|(group, cut)| {
        let now = group.total - *cut;
        let lasts = !cut.is_zero() || group.figures.iter().any(|figure| !figure.is_zero());
        GroupChange { now, change: known.change(group.previous_total.unwrap_or_default(), now, lasts) }
    });
    let groups = groups.collect();
    let before = answer.previous.map(|span| span.total).unwrap_or_default();
    let now = answer.total - cut.total;
    let change = known.change(before, now, !answer.total.is_zero());
    Ok(ComparedCosts { change, spans, known, now, before, groups })
}

/// A total against the span before: for cards, which have no groups.
pub(super) async fn compared_total(
    app: &App,
    published: &Published,
    total: &CostQuery,
    asked: DaySpan,
) -> Result<Option<ComparedCosts>> {
    let Some(spans) = Comparison::Previous.spans(asked, complete_to(app, published)) else { return Ok(None) };
    let of = async |span: DaySpan| {
        let query = CostQuery { from: Some(span.from), to: Some(span.to), ..total.clone() };
        app.engine().answer(&published.view, &query).await
    };
    let known = known(app, published, total, spans).await?;
    let (now, before) = (of(spans.now).await?.total, of(spans.before).await?.total);
    let change = known.change(before, now, !now.is_zero());
    Ok(Some(ComparedCosts { change, spans, known, now, before, groups: vec![] }))
}

/// What of an answer lies in days that are not compared: of each group, and of all.
struct CutOff {
    groups: Vec<Decimal>,
    total: Decimal,
}

async fn cut_off(
    app: &App,
    published: &Published,
    query: &CostQuery,
    (answer, split): (&CostAnswer, bool),
    now: DaySpan,
) -> Result<CutOff> {
    if now.to >= answer.to {
        return Ok(CutOff { groups: vec![Decimal::ZERO; answer.groups.len()], total: Decimal::ZERO });
    }
    if matches!(query.view, TimeView::Day | TimeView::Hour) {
        // The bars say it: days and hours end where the compared days do.
        let end = now.to.to_string();
        let first = answer.buckets.partition_point(|start| start.as_str() < end.as_str());
        let sum = |figures: &[Decimal]| figures.iter().skip(first).copied().sum::<Decimal>();
        let groups = answer.groups.iter().map(|group| sum(&group.figures)).collect();
        return Ok(CutOff { groups, total: sum(&answer.totals) });
    }
    let rest = CostQuery {
        view: TimeView::Total,
        from: Some(now.to),
        to: Some(answer.to),
        top: None,
        compare: None,
        ..query.clone()
    };
    let rest = if split {
        splitting::answer(app, published, &rest).await?
    } else {
        app.engine().answer(&published.view, &rest).await?
    };
    let by_keys: HashMap<&[Option<String>], Decimal> =
        rest.groups.iter().map(|group| (group.keys.as_slice(), group.total)).collect();
    let shown = |keys: &[Option<String>]| by_keys.get(keys).copied().unwrap_or_default();
    let named: Decimal =
        answer.groups.iter().filter(|group| !group.other).map(|group| shown(&group.keys)).sum();
    let of = |group: &model::CostGroup| if group.other { rest.total - named } else { shown(&group.keys) };
    Ok(CutOff { groups: answer.groups.iter().map(of).collect(), total: rest.total })
}

/// What is known of the span before.
async fn known(app: &App, published: &Published, query: &CostQuery, spans: Compared) -> Result<Known> {
    let asked = |connection: &str, period: BillingPeriod| {
        let value = |name: &str| match name {
            "connection" => Some(connection.to_owned()),
            "billing_period" => Some(period.to_string()),
            _ => None,
        };
        query.filters.iter().all(|filter| {
            let name = filter.dimension.info().map_or("", |info| info.name);
            value(name).is_none_or(|value| filter.accepts(Some(&value)))
        })
    };
    let has = |connection: &str, period: BillingPeriod| {
        let mut all = published.publications.iter();
        asked(connection, period)
            && all.any(|one| one.connection_id.as_str() == connection && one.period == period)
    };
    let connections: BTreeSet<&str> = published
        .publications
        .iter()
        .filter(|one| {
            one.period.first_day() < spans.now.to
                && spans.now.from < one.period.end_day()
                && asked(one.connection_id.as_str(), one.period)
        })
        .map(|one| one.connection_id.as_str())
        .collect();
    let mut lacking = BTreeSet::new();
    let mut month = BillingPeriod::of(spans.before.from);
    while let Some(period) = month.filter(|period| period.first_day() < spans.before.to) {
        let without: Vec<&str> =
            connections.iter().copied().filter(|connection| !has(connection, period)).collect();
        if without.len() == connections.len() {
            return Ok(Known::Nothing);
        }
        lacking.extend(without);
        month = Some(period.next());
    }
    // Within the first month of all the data may begin later.
    let first = published.publications.iter().map(|one| one.period).min();
    if first.is_some_and(|first| spans.before.from < first.end_day()) {
        let begin = days(app, published).await?.map(|(from, _)| from);
        if begin.is_none_or(|begin| spans.before.from < begin) {
            return Ok(Known::Nothing);
        }
    }
    if lacking.is_empty() {
        return Ok(Known::Whole);
    }
    Ok(Known::Part(lacking.into_iter().map(ToOwned::to_owned).collect()))
}
