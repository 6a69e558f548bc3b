//! Figures against those of another span: which days are compared, what is known of both, and how each figure changed.
//! Everything that shows a change takes it from here.

use super::overview::hour_end;
use super::{Published, splitting};
use crate::{App, Result};
use chrono::{DateTime, Days, NaiveDate};
use meta::Publication;
use model::{
    BillingPeriod, Change, ChangeKind, Column, Compared, Comparison, CostAnswer, CostGroup, CostQuery,
    DaySpan, Decimal, Dimension, Filter, TimeView,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Days after a month's end when its bill counts as final, however early in its last day the usage ends. AWS closes its
/// bills within the first days of the next month.
pub(crate) const SETTLED_DAYS: u64 = 5;

/// What is known of the two spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of both.
    Whole,
    /// These connections lack a month or days of one of them: nothing of theirs is compared, on either side.
    Part(Vec<String>),
    /// No connection has both.
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

    /// The change of a figure. `lasts` is whether it has any cost that is not compared: without any that is, nothing is said.
    fn change(&self, before: Decimal, now: Decimal, lasts: bool) -> Change {
        let unknown = *self == Self::Nothing || (lasts && before.is_zero() && now.is_zero());
        Change::between((!unknown).then_some(before), now, lasts)
    }
}

/// How a group's figure changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupChange {
    /// Its total over the days that are compared.
    pub now: Decimal,
    /// Its total over the days that they are compared with; `None` where it is not known.
    pub before: Option<Decimal>,
    /// From the one to the other.
    pub change: Change,
}

/// Names of the connections that a comparison leaves out, in order; none where it leaves out none, or compares nothing.
///
/// # Errors
/// The metadata cannot be read.
pub async fn left_out(
    app: &App,
    published: &Published,
    found: Option<&ComparedCosts>,
) -> Result<Vec<String>> {
    let Some(Known::Part(ids)) = found.map(|found| &found.known) else { return Ok(vec![]) };
    let known = published.connection_names(app).await?;
    let mut names: Vec<String> = ids.iter().map(|id| known.get(id).unwrap_or(id).clone()).collect();
    names.sort();
    Ok(names)
}

/// An answer against another span.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedCosts {
    /// The days.
    pub spans: Compared,
    /// What is known of them.
    pub known: Known,
    /// Total of what is compared, over the days that are compared: without those that are not complete.
    pub now: Decimal,
    /// The same over the span before, as far as it is known.
    pub before: Decimal,
    /// How the total changed.
    pub change: Change,
    /// How each group changed, in their order.
    pub groups: Vec<GroupChange>,
}

/// Whether a question may be about a publication, as far as its bill can tell.
pub(crate) fn asks(filters: &[Filter], one: &Publication) -> bool {
    filters.iter().all(|filter| {
        let value = match filter.dimension {
            Dimension::Column(Column::Connection) => one.connection_id.to_string(),
            Dimension::Column(Column::BillingPeriod) => one.period.to_string(),
            Dimension::Column(Column::Currency) => one.currency.clone(),
            _ => return true,
        };
        filter.accepts(Some(&value))
    })
}

/// Day from which on the data that some filters keep are not complete: where several connections have data of the newest
/// month, the first of their days. `None` without data.
pub(crate) fn complete_to(app: &App, published: &Published, filters: &[Filter]) -> Option<NaiveDate> {
    let asked = || published.publications.iter().filter(|one| asks(filters, one));
    let month = asked().filter(|one| one.data_to.is_some()).map(|one| one.period).max()?;
    let settled = month.end_day().checked_add_days(Days::new(SETTLED_DAYS))?;
    let now = published.now(app);
    if now.date_naive() >= settled {
        return Some(month.end_day());
    }
    let newest = asked().filter(|one| one.period == month);
    newest.filter_map(|one| Some(hour_end(now, one.data_to?)?.date_naive())).min()
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
    let in_one = published.in_one_currency(&query.filters);
    Ok(compare.spans(asked, complete_to(app, &in_one, &query.filters)))
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
    let known = known(&published.in_one_currency(&query.filters), &query.filters, spans);
    let asked = Asked { app, published, query, answer, split };
    let mut now = asked.cut_off(spans.now).await?;
    let mut before = asked.nothing();
    if let Known::Part(connections) = &known {
        now.add(&asked.figures(spans.now, Some(connections)).await?);
        before = asked.figures(spans.before, Some(connections)).await?;
    }
    let groups =
        answer.groups.iter().zip(now.groups.iter().zip(&before.groups)).map(|(group, (out, earlier))| {
            let lasts = !out.is_zero() || group.figures.iter().any(|figure| !figure.is_zero());
            let (now, before) = (group.total - *out, group.previous_total.unwrap_or_default() - *earlier);
            let change = known.change(before, now, lasts);
            GroupChange { now, before: (change.kind != ChangeKind::Unknown).then_some(before), change }
        });
    let groups = groups.collect();
    let before = answer.previous.map(|span| span.total).unwrap_or_default() - before.total;
    let now = answer.total - now.total;
    let change = known.change(before, now, !answer.total.is_zero());
    Ok(ComparedCosts { spans, known, now, before, change, groups })
}

/// A total against the span before: for cards, which have no groups.
pub(super) async fn compared_total(
    app: &App,
    published: &Published,
    total: &CostQuery,
    asked: DaySpan,
) -> Result<Option<ComparedCosts>> {
    let complete = complete_to(app, published, &total.filters);
    let Some(spans) = Comparison::Previous.spans(asked, complete) else { return Ok(None) };
    let query = CostQuery {
        from: Some(spans.now.from),
        to: Some(spans.now.to),
        compare: Some(Comparison::Span(spans.before)),
        ..total.clone()
    };
    let answer = app.engine().answer(&published.view, &query).await?;
    compared(app, published, &query, (&answer, false), spans).await.map(Some)
}

/// Figures of the groups of an answer, and of everything.
struct Figures {
    groups: Vec<Decimal>,
    total: Decimal,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        for (sum, figure) in self.groups.iter_mut().zip(&other.groups) {
            *sum += *figure;
        }
        self.total += other.total;
    }
}

/// An answer, and what it takes to ask for a part of it.
struct Asked<'a> {
    app: &'a App,
    published: &'a Published,
    query: &'a CostQuery,
    answer: &'a CostAnswer,
    split: bool,
}

impl Asked<'_> {
    fn nothing(&self) -> Figures {
        Figures { groups: vec![Decimal::ZERO; self.answer.groups.len()], total: Decimal::ZERO }
    }

    /// What of the answer lies in days that are not compared.
    async fn cut_off(&self, now: DaySpan) -> Result<Figures> {
        let answer = self.answer;
        if now.to >= answer.to {
            return Ok(self.nothing());
        }
        if matches!(self.query.view, TimeView::Day | TimeView::Hour) {
            // The bars say it: days and hours end where the compared days do.
            let end = now.to.to_string();
            let first = answer.buckets.partition_point(|start| start.as_str() < end.as_str());
            let sum = |figures: &[Decimal]| figures.iter().skip(first).copied().sum::<Decimal>();
            let groups = answer.groups.iter().map(|group| sum(&group.figures)).collect();
            return Ok(Figures { groups, total: sum(&answer.totals) });
        }
        self.figures(DaySpan { from: now.to, to: answer.to }, None).await
    }

    /// The groups of the answer over some days, of all or of some connections alone.
    async fn figures(&self, days: DaySpan, connections: Option<&[String]>) -> Result<Figures> {
        let mut all = CostQuery {
            view: TimeView::Total,
            from: Some(days.from),
            to: Some(days.to),
            top: None,
            compare: None,
            ..self.query.clone()
        };
        if let Some(connections) = connections {
            let values = connections.to_vec();
            all.filters.push(Filter { dimension: Column::Connection.into(), exclude: false, values });
        }
        let whole = CostQuery { group_by: vec![], ..all.clone() };
        let whole = if self.query.metric.is_money() && !self.answer.currency.is_empty() {
            query::only_in(&whole, &self.answer.currency)
        } else {
            whole
        };
        let total = self.answered(&whole).await?.total;
        // Groups that are not shown are the rest of that: there may be millions of them.
        let shown = || self.answer.groups.iter().filter(|group| !group.other);
        if self.answer.groups.iter().any(|group| group.other) {
            for (at, dimension) in self.query.group_by.iter().enumerate() {
                let value = |group: &CostGroup| group.keys[at].clone().unwrap_or_default();
                let values: BTreeSet<String> = shown().map(value).collect();
                let values = values.into_iter().collect();
                all.filters.push(Filter { dimension: dimension.clone(), exclude: false, values });
            }
        }
        let found = if self.query.group_by.is_empty() { None } else { Some(self.answered(&all).await?) };
        let groups = found.iter().flat_map(|found| &found.groups);
        let by_keys: HashMap<&[Option<String>], Decimal> =
            groups.map(|group| (group.keys.as_slice(), group.total)).collect();
        let of = |group: &CostGroup| by_keys.get(group.keys.as_slice()).copied().unwrap_or_default();
        let named: Decimal = shown().map(of).sum();
        let each = |group: &CostGroup| {
            if group.other {
                total - named
            } else if self.query.group_by.is_empty() {
                total
            } else {
                of(group)
            }
        };
        Ok(Figures { groups: self.answer.groups.iter().map(each).collect(), total })
    }

    async fn answered(&self, query: &CostQuery) -> Result<Arc<CostAnswer>> {
        if self.split {
            let published = self.published.in_one_currency(&query.filters);
            return splitting::answer(self.app, &published, query).await.map(Arc::new);
        }
        Ok(self.app.engine().answer(&self.published.view, query).await?)
    }
}

/// The months that a span touches.
fn months(span: DaySpan) -> impl Iterator<Item = BillingPeriod> {
    let first = BillingPeriod::of(span.from);
    std::iter::successors(first, |period| Some(period.next()))
        .take_while(move |period| period.first_day() < span.to)
}

/// What is known of two spans: of each connection that has data of either, whether it has both.
fn known(published: &Published, filters: &[Filter], spans: Compared) -> Known {
    let mut connections: BTreeMap<&str, BTreeMap<BillingPeriod, &Publication>> = BTreeMap::new();
    for one in published.publications.iter().filter(|one| asks(filters, one)) {
        connections.entry(one.connection_id.as_str()).or_default().insert(one.period, one);
    }
    let touched: BTreeSet<BillingPeriod> = months(spans.now).chain(months(spans.before)).collect();
    connections.retain(|_, has| touched.iter().any(|period| has.contains_key(period)));
    let has_both = |has: &BTreeMap<BillingPeriod, &Publication>| {
        // Its data may begin within its first month.
        let begin = has.first_key_value().map(|(period, one)| {
            let first = one.data_from.and_then(DateTime::from_timestamp_millis);
            first.map_or(period.first_day(), |first| first.date_naive())
        });
        touched.iter().all(|period| has.contains_key(period))
            && begin.is_some_and(|begin| begin <= spans.before.from && begin <= spans.now.from)
    };
    let lacking: Vec<String> =
        connections.iter().filter(|(_, has)| !has_both(has)).map(|(id, _)| (*id).to_owned()).collect();
    match lacking.len() {
        0 if !connections.is_empty() => Known::Whole,
        all if all == connections.len() => Known::Nothing,
        _ => Known::Part(lacking),
    }
}
