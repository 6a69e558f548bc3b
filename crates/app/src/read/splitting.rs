//! Shared costs where they belong: what a rule takes from one place is split over accounts, month by month, and not
//! a digit is lost.
//!
//! The rows that rules take are asked for apart, the rest stays where it is. A taken amount keeps its other values
//! (service, region, tags …) and gets the accounts of its rule. Weights are those of each whole calendar month and
//! do not depend on what the page filters, so that a figure is the same in every view. Filters and groups that
//! speak of accounts (ID, name, subset, organizational unit) look at where an amount went.

mod accounts;
mod explained;

use accounts::{Mapped, parted};
pub(super) use explained::explained;
pub use explained::{SplitPart, Whence};

use super::{Published, account_names};
use crate::allocation::{Method, SharedCost, account_id, source_mapping};
use crate::{App, AppError, Result};
use chrono::{Datelike, Days, Months, NaiveDate};
use model::{
    CostAnswer, CostGroup, CostQuery, Dimension, Filter, Listed, PreviousSpan, TimeView, TooLarge, arrange,
    sum,
};
use std::collections::BTreeMap;

/// Parts that a month's weights are counted in: fine enough that rounding a share never shows, coarse enough that
/// any amount can be multiplied by one.
const PARTS: i128 = 1_000_000_000;

/// Figures of a split answer (some hundred bytes each), and parts that amounts are cut into on the way (a second or
/// two of work).
const MOST_CELLS: usize = 500_000;
const MOST_CUTS: usize = 5_000_000;
/// Amounts that are put in place before others get the thread.
const AT_ONCE: usize = 4_096;

type Keys = Vec<Option<String>>;
/// Figures by group and start of bucket.
type Cells = BTreeMap<Keys, BTreeMap<String, i128>>;
/// What rules took, by rule, keys that do not speak of accounts, and bucket.
type Taken = BTreeMap<(String, Keys, String), i128>;

/// An amount where it went.
struct Amount<'a> {
    /// The rule that put it there; none where it stayed.
    rule: Option<&'a str>,
    account: Option<&'a str>,
    /// By the dimensions of the question.
    keys: Keys,
    /// Never longer than a month.
    bucket: &'a str,
    units: i128,
}

/// Answers a question with shared costs split.
pub(super) async fn answer(app: &App, published: &Published, query: &CostQuery) -> Result<CostAnswer> {
    // The plain answer says the spans, buckets and everything that does not depend on the split.
    let plain = app.engine().answer(&published.view, &CostQuery { top: None, ..query.clone() }).await?;
    let rules = &published.definitions.shared_costs;
    let split = Split { app, published, rules, names: account_names(app, published).await? };
    let cells = split.cells(query, plain.from, plain.to, &plain.buckets).await?;
    let before = match &plain.previous {
        Some(span) => {
            let total = CostQuery { view: TimeView::Total, ..query.clone() };
            Some(split.cells(&total, span.from, span.to, &[]).await?)
        }
        None => None,
    };
    arranged(&plain, query, cells, before)
}

struct Split<'a> {
    app: &'a App,
    published: &'a Published,
    rules: &'a [SharedCost],
    names: BTreeMap<String, String>,
}

impl Split<'_> {
    /// The split figures of a span, by the groups and buckets of a question.
    async fn cells(
        &self,
        query: &CostQuery,
        from: NaiveDate,
        to: NaiveDate,
        buckets: &[String],
    ) -> Result<Cells> {
        let mut cells = Cells::new();
        let mut count = 0;
        let mut put = |amount: Amount<'_>| {
            let bucket = shown_bucket(query.view, amount.bucket, buckets);
            let cell = cells.entry(amount.keys).or_default().entry(bucket).or_insert_with(|| {
                count += 1;
                0
            });
            add(cell, amount.units)?;
            if count > MOST_CELLS { Err(too_many()) } else { Ok(()) }
        };
        self.amounts(query, from, to, &mut put).await?;
        Ok(cells)
    }

    /// Every amount of a span that the question asks for, where it went: what stayed in its place, and the parts of
    /// what the rules took. Returns what each rule took, whoever got it.
    async fn amounts(
        &self,
        query: &CostQuery,
        from: NaiveDate,
        to: NaiveDate,
        put: &mut (dyn FnMut(Amount<'_>) -> Result<()> + Send),
    ) -> Result<Taken> {
        let (about_accounts, others) = parted(&query.filters);
        let mut group_by = vec![source_mapping(self.rules)?, account_id()];
        group_by.extend(query.group_by.iter().filter(|dimension| !dimension.is_of_account()).cloned());
        // Weights are monthly: no bucket may reach over the end of a month.
        let view = match query.view {
            TimeView::Total => TimeView::Month,
            TimeView::Week => TimeView::Day,
            view => view,
        };
        let apart = CostQuery {
            group_by,
            view,
            from: Some(from),
            to: Some(to),
            filters: others,
            top: None,
            compare: None,
            metric: query.metric,
        };
        let engine = self.app.engine();
        let found = engine.answer(&self.published.view, &apart).await?;
        bounded(&found)?;
        let weights = self.weights(query, from, to).await?;
        let mut taken = Taken::new();
        let asked: Vec<(Listed, &Filter)> = about_accounts
            .iter()
            .map(|filter| (Listed::new(&filter.dimension, &filter.values), filter))
            .collect();
        let rules = Mapped::of(about_accounts.iter().map(|filter| &filter.dimension).chain(&query.group_by));
        let mut went =
            |rule: Option<&str>, account: Option<&str>, rest: &[Option<String>], bucket: &str, units| {
                let wanted = |(listed, filter): &(Listed, &Filter)| {
                    let value = self.of_account(&rules, &filter.dimension, account);
                    listed.contains(value.as_deref()) != filter.exclude
                };
                if !asked.iter().all(wanted) {
                    return Ok(());
                }
                let mut rest = rest.iter();
                let keys = query.group_by.iter().map(|dimension| {
                    if dimension.is_of_account() {
                        self.of_account(&rules, dimension, account)
                    } else {
                        rest.next().cloned().flatten()
                    }
                });
                put(Amount { rule, account, keys: keys.collect(), bucket, units })
            };
        let mut done = 0_usize;
        for group in &found.groups {
            let [rule, account, keys @ ..] = group.keys.as_slice() else { continue };
            for (bucket, figure) in found.buckets.iter().zip(&group.figures).filter(|(_, it)| !it.is_zero()) {
                match rule {
                    None => went(None, account.as_deref(), keys, bucket, figure.units())?,
                    Some(rule) => {
                        let place = (rule.clone(), keys.to_vec(), bucket.clone());
                        add(taken.entry(place).or_default(), figure.units())?;
                    }
                }
                done += 1;
                if done.is_multiple_of(AT_ONCE) {
                    tokio::task::yield_now().await;
                }
            }
        }
        // Where nothing asks which account has it, it need not be cut.
        let cut = !about_accounts.is_empty() || query.group_by.iter().any(Dimension::is_of_account);
        let mut cuts = 0;
        for ((rule, keys, bucket), units) in &taken {
            let shares =
                weights.get(&(rule.clone(), month_of(bucket))).filter(|shares| cut && !shares.is_empty());
            let Some(shares) = shares else {
                // Nobody to take it: it stays visible, with no account.
                went(Some(rule), None, keys, bucket, *units)?;
                continue;
            };
            cuts += shares.len();
            if cuts > MOST_CUTS {
                return Err(too_many());
            }
            for (account, part) in parts(*units, shares)? {
                went(Some(rule), Some(account), keys, bucket, part)?;
            }
            done += shares.len();
            if done > AT_ONCE {
                done = 0;
                tokio::task::yield_now().await;
            }
        }
        Ok(taken)
    }

    /// The shares of each rule's accounts, by rule and month: cumulated parts of [`PARTS`].
    async fn weights(
        &self,
        query: &CostQuery,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<BTreeMap<(String, String), Vec<(String, i128)>>> {
        let first = from.with_day(1).unwrap_or(from);
        let last = to.max(from + Days::new(1)) - Days::new(1);
        let end = last.with_day(1).unwrap_or(last) + Months::new(1);
        let all = CostQuery {
            group_by: vec![source_mapping(self.rules)?, account_id()],
            view: TimeView::Month,
            from: Some(first),
            to: Some(end),
            ..CostQuery::total(query.metric)
        };
        let found = self.app.engine().answer(&self.published.view, &all).await?;
        bounded(&found)?;
        let mut weights = BTreeMap::new();
        for (at, bucket) in found.buckets.iter().enumerate() {
            let own = |group: &CostGroup| {
                let [None, Some(account)] = group.keys.as_slice() else { return None };
                let units = group.figures.get(at)?.units();
                (units > 0).then(|| (account.clone(), units))
            };
            let costs: BTreeMap<String, i128> = found.groups.iter().filter_map(own).collect();
            for rule in self.rules {
                weights.insert((rule.id.clone(), month_of(bucket)), shares(rule, &costs));
            }
        }
        Ok(weights)
    }

    /// The value of a dimension that speaks of accounts, for an account.
    fn of_account(&self, rules: &Mapped<'_>, dimension: &Dimension, account: Option<&str>) -> Option<String> {
        let id = account?;
        match dimension {
            Dimension::Mapped(mapping) => rules.value(mapping, id),
            _ if *dimension == account_id() => Some(id.to_owned()),
            _ => Some(self.names.get(id).map_or(id, String::as_str).to_owned()),
        }
    }
}

/// Whether any sum of these figures, and of their parts, can be counted: the largest is that of their magnitudes.
fn bounded(answer: &CostAnswer) -> Result<()> {
    let figures = answer.groups.iter().flat_map(|group| &group.figures);
    let all = figures.fold(0_u128, |sum, figure| sum.saturating_add(figure.units().unsigned_abs()));
    if all > i128::MAX.unsigned_abs() { Err(too_large()) } else { Ok(()) }
}

fn add(sum: &mut i128, more: i128) -> Result<()> {
    *sum = sum.checked_add(more).ok_or_else(too_large)?;
    Ok(())
}

fn too_large() -> AppError {
    AppError::invalid("a shared cost is too large to be split").advise("Check the report's amounts.")
}

fn too_many() -> AppError {
    AppError::invalid("shared costs are split into too many parts to be shown")
        .advise("Narrow the span, take a coarser view, add a filter, or group by fewer dimensions.")
}

/// The accounts of a rule with their cumulated parts. `costs`: what each account costs without shared costs.
fn shares(rule: &SharedCost, costs: &BTreeMap<String, i128>) -> Vec<(String, i128)> {
    let from = rule.source_accounts();
    let named = rule.targets.iter().map(|target| target.account_id.clone());
    let accounts: Vec<String> = if rule.targets.is_empty() {
        costs.keys().filter(|account| !from.contains(account)).cloned().collect()
    } else {
        named.collect()
    };
    let weight = |account: &String| match rule.method {
        Method::Even => 1,
        Method::Proportional => costs.get(account).copied().unwrap_or(0),
        Method::Fixed => {
            let target = rule.targets.iter().find(|target| target.account_id == *account);
            target.and_then(|target| target.percent).unwrap_or_default().units()
        }
    };
    let mut weights: Vec<i128> = accounts.iter().map(weight).collect();
    if summed(&weights).is_err() {
        // Without its last digits a weight is as good, and their sum fits.
        let many = i128::try_from(weights.len()).unwrap_or(i128::MAX);
        for weight in &mut weights {
            *weight /= many;
        }
    }
    if summed(&weights).unwrap_or(0) <= 0 {
        // Nothing to be in proportion to: evenly.
        weights.fill(1);
    }
    let total = summed(&weights).unwrap_or(i128::MAX);
    let mut sum = 0_i128;
    let cumulated = weights.into_iter().map(|weight| {
        sum = sum.saturating_add(weight);
        cumulated_part(sum, total)
    });
    accounts.into_iter().zip(cumulated.collect::<Vec<_>>()).collect()
}

/// `sum` of `total` in [`PARTS`]; the whole is all of them.
fn cumulated_part(sum: i128, total: i128) -> i128 {
    // Sums of a month's costs may be too large to multiply: fewer digits do as well for a weight.
    let scale = (total / 10_i128.pow(27)).max(1);
    (sum / scale) * PARTS / (total / scale).max(1)
}

/// An amount cut by cumulated parts; the parts add up to it.
fn parts(units: i128, shares: &[(String, i128)]) -> Result<Vec<(&str, i128)>> {
    let mut given = 0;
    let mut cut = Vec::with_capacity(shares.len());
    for (at, (account, cumulated)) in shares.iter().enumerate() {
        let until = if at + 1 == shares.len() {
            units
        } else {
            units.checked_mul(*cumulated).ok_or_else(too_large)? / PARTS
        };
        cut.push((account.as_str(), until.saturating_sub(given)));
        given = until;
    }
    Ok(cut)
}

fn summed<'a>(figures: impl IntoIterator<Item = &'a i128>) -> Result<i128> {
    figures.into_iter().try_fold(0_i128, |sum, units| sum.checked_add(*units)).ok_or_else(too_large_sum)
}

fn too_large_sum() -> AppError {
    AppError::invalid("the figures are too large to be summed")
        .advise("Narrow the span, or check the report's amounts.")
}

fn month_of(bucket: &str) -> String {
    bucket.chars().take(7).collect()
}

/// The bucket of the question that a finer one falls into.
fn shown_bucket(view: TimeView, bucket: &str, buckets: &[String]) -> String {
    match view {
        TimeView::Total => String::new(),
        // The last one that starts on or before: weeks start on days of their own.
        TimeView::Week => {
            let at = buckets.partition_point(|start| start.as_str() <= bucket);
            buckets.get(at.saturating_sub(1)).cloned().unwrap_or_default()
        }
        TimeView::Hour | TimeView::Day | TimeView::Month => bucket.to_owned(),
    }
}

/// The plain answer with split figures in place of its own.
fn arranged(
    plain: &CostAnswer,
    query: &CostQuery,
    cells: Cells,
    before: Option<Cells>,
) -> Result<CostAnswer> {
    let refused = |_: TooLarge| too_large_sum();
    let earlier = before.map(|cells| {
        let total = |(keys, row): (Keys, BTreeMap<String, i128>)| Ok((keys, sum(row.values())?));
        cells.into_iter().map(total).collect::<std::result::Result<_, TooLarge>>()
    });
    let earlier = earlier.transpose().map_err(refused)?;
    let starts = if plain.buckets.is_empty() { vec![String::new()] } else { plain.buckets.clone() };
    let rows: Vec<(Keys, Vec<i128>)> = cells
        .into_iter()
        .map(|(keys, row)| (keys, starts.iter().map(|start| row.get(start).copied().unwrap_or(0)).collect()))
        .collect();
    let size = (query.group_by.len(), starts.len());
    let found = arrange(rows.into_iter(), earlier, size, query.top).map_err(refused)?;
    if found.total != plain.total {
        // Also for what a filter on accounts keeps the sum may differ; without one it must not.
        let filtered = query.filters.iter().any(|filter| filter.dimension.is_of_account());
        if !filtered {
            return Err(AppError::internal("splitting shared costs changed the total"));
        }
    }
    Ok(CostAnswer {
        from: plain.from,
        to: plain.to,
        buckets: plain.buckets.clone(),
        groups: found.groups,
        groups_total: found.groups_total,
        total: found.total,
        totals: found.totals,
        previous: plain.previous.map(|span| PreviousSpan { total: found.before, ..span }),
        currency: plain.currency.clone(),
        from_rollup: plain.from_rollup,
        sql: format!("-- Before shared costs are split by the organization's rules:\n{}", plain.sql),
        snapshot: plain.snapshot.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::SharedTarget;
    use proptest::prelude::*;

    fn rule(method: Method, targets: &[(&str, Option<&str>)]) -> SharedCost {
        let target = |(id, percent): &(&str, Option<&str>)| SharedTarget {
            account_id: (*id).to_owned(),
            percent: percent.map(|text| text.parse().unwrap()),
        };
        SharedCost {
            id: "r".into(),
            name: "Support".into(),
            source: vec!["charge_type=Support".into(), "account_id=9".into()],
            method,
            targets: targets.iter().map(target).collect(),
        }
    }

    fn split(rule: &SharedCost, units: i128) -> Vec<i128> {
        let costs = [("1", 100), ("2", 300), ("9", 50)];
        let costs = costs.map(|(id, cost)| (id.to_owned(), cost * 10_i128.pow(18))).into();
        parts(units, &shares(rule, &costs)).unwrap().into_iter().map(|(_, part)| part).collect()
    }

    #[test]
    fn costs_are_split_as_the_method_says() {
        // Account 9 pays and takes nothing back.
        assert_eq!(split(&rule(Method::Even, &[]), 1_000), [500, 500]);
        assert_eq!(split(&rule(Method::Proportional, &[]), 1_000), [250, 750]);
        let fixed = rule(Method::Fixed, &[("1", Some("33.3")), ("2", Some("66.7"))]);
        assert_eq!(split(&fixed, 1_000), [333, 667]);
        // Nobody named costs anything: evenly.
        assert_eq!(split(&rule(Method::Proportional, &[("7", None), ("8", None)]), 10), [5, 5]);
    }

    #[test]
    fn parts_add_up_to_the_last_digit() {
        let three = rule(Method::Even, &[("1", None), ("2", None), ("3", None)]);
        for units in [1, -1, 10, 12_345_678_901_234_567_890_123_456, -7] {
            assert_eq!(split(&three, units).into_iter().sum::<i128>(), units);
        }
    }

    proptest! {
        #[test]
        fn any_split_adds_up_and_no_part_turns_round(
            units in -10_i128.pow(29)..10_i128.pow(29),
            costs in prop::collection::vec(1_i128..10_i128.pow(30), 0..12),
            method in prop::sample::select(vec![Method::Even, Method::Proportional, Method::Fixed]),
            targets in prop::collection::vec((0_usize..14, 1_u32..10_000), 0..8),
        ) {
            let costs: BTreeMap<String, i128> =
                costs.into_iter().enumerate().map(|(at, cost)| (at.to_string(), cost)).collect();
            let targets: BTreeMap<String, String> = targets
                .into_iter()
                .map(|(at, percent)| (at.to_string(), format!("{}.{:02}", percent / 100, percent % 100)))
                .collect();
            let named: Vec<(&str, Option<&str>)> =
                targets.iter().map(|(id, percent)| (id.as_str(), Some(percent.as_str()))).collect();
            let shares = shares(&rule(method, &named), &costs);
            let cut = parts(units, &shares).unwrap();
            if !shares.is_empty() {
                prop_assert_eq!(cut.iter().map(|(_, part)| part).sum::<i128>(), units);
            }
            prop_assert!(cut.iter().all(|(_, part)| *part == 0 || part.signum() == units.signum()), "{:?}", cut);
        }
    }

    #[test]
    fn finer_buckets_fall_into_those_of_the_question() {
        let weeks = ["2026-09-28".to_owned(), "2026-10-05".to_owned()];
        assert_eq!(shown_bucket(TimeView::Week, "2026-10-01", &weeks), "2026-09-28");
        assert_eq!(shown_bucket(TimeView::Week, "2026-10-05", &weeks), "2026-10-05");
        assert_eq!(shown_bucket(TimeView::Total, "2026-10-01", &[]), "");
        assert_eq!(month_of("2026-10-05T03:00"), "2026-10");
    }
}
