//! Missed savings and account efficiency, by [`analyses::savings`].

use super::overview::last_days;
use super::{Published, account_names, filter_on};
use crate::{App, Result};
use analyses::savings::{Bought, Missed, Priced, Rates, Usage, efficiency_percent, estimate};
use chrono::NaiveDate;
use model::{
    Column, Condition, CostAnswer, CostQuery, Decimal, Dimension, Filter, Lifecycle, Mapping, MappingName,
    MappingRule, Metric, Operator, TimeView,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days whose missed savings are shown, and days of an account's efficiency.
const MISSED_DAYS: u64 = 7;
const EFFICIENCY_DAYS: u64 = 30;

/// Tags that AWS writes on instances which a service replaces when they are taken away.
const ELASTIC_TAGS: [&str; 5] = [
    "aws:autoscaling:groupName",
    "aws:eks:cluster-name",
    "aws:ecs:clusterName",
    "elasticbeanstalk:environment-name",
    "aws:elasticmapreduce:job-flow-id",
];

/// An account's savings. Estimates but for its cost.
#[derive(Clone, Debug)]
pub struct AccountSavings {
    /// Account.
    pub account_id: String,
    /// Its latest name.
    pub account: String,
    /// Amortized cost of all its rows.
    pub cost: Decimal,
    /// Saved against public prices by commitments and spot.
    pub current: f64,
    /// What would have been saved besides.
    pub additional: Missed,
}

impl AccountSavings {
    /// Current savings in percent of the possible ones.
    pub fn efficiency_percent(&self) -> Option<f64> {
        efficiency_percent(self.current, self.additional.high())
    }
}

/// What was not saved lately.
#[derive(Clone, Debug, Default)]
pub struct Savings {
    /// Currency.
    pub currency: String,
    /// The week that `missed` is about; `None` without complete days.
    pub missed_span: Option<(NaiveDate, NaiveDate)>,
    /// Over all accounts.
    pub missed: Missed,
    /// The days that `accounts` are about.
    pub efficiency_span: Option<(NaiveDate, NaiveDate)>,
    /// The greatest additional savings first.
    pub accounts: Vec<AccountSavings>,
    /// What the estimates rest on, in sentences.
    pub assumptions: Vec<String>,
    /// Filters of the rows that could have cost less.
    pub filters: Vec<String>,
}

/// Missed savings, of some rows.
pub async fn savings(app: &App, published: &Published, filters: &[Filter]) -> Result<Savings> {
    let published = &*published.in_one_currency(filters);
    let efficiency_span = last_days(app, published, EFFICIENCY_DAYS);
    let missed_span = last_days(app, published, MISSED_DAYS);
    let (Some((from, to)), Some((week_from, _))) = (efficiency_span, missed_span) else {
        return Ok(Savings::default());
    };
    let mut compute = filters.to_vec();
    compute.push(filter_on(Column::Lifecycle, true, &[""]));
    let ask = async |metric, view, group_by: Vec<Dimension>, filters: &[Filter]| -> Result<Arc<CostAnswer>> {
        let query = CostQuery {
            group_by,
            view,
            from: Some(from),
            to: Some(to),
            filters: filters.to_vec(),
            ..CostQuery::total(metric)
        };
        Ok(app.engine().answer(&published.view, &published.resolve(query)?).await?)
    };
    let pool = [Column::AccountId, Column::Lifecycle, Column::InstanceFamily, Column::Region];
    let mut pool = pool.map(Dimension::from).to_vec();
    let priced_by = pool[..3].to_vec();
    pool.push(elastic());
    let usage = ask(Metric::Amortized, TimeView::Day, pool, &compute).await?;
    let list = ask(Metric::List, TimeView::Total, priced_by, &compute).await?;
    let costs = ask(Metric::Amortized, TimeView::Total, vec![Column::AccountId.into()], filters).await?;
    let usage: Vec<Usage> = rows(&usage);
    let priced = priced(&usage, &list);
    let rates = Rates::observed(&priced);
    let week = usize::try_from((week_from - from).num_days()).unwrap_or(0);
    let missed = estimate(&usage, week, &rates).into_values().fold(Missed::default(), |sum, one| Missed {
        low: sum.low + one.low,
        spot: sum.spot + one.spot,
        commitment: sum.commitment + one.commitment,
    });
    let names = account_names(app, published).await?;
    let mut additional = estimate(&usage, 0, &rates);
    let mut accounts: Vec<AccountSavings> = costs
        .groups
        .iter()
        .filter_map(|group| {
            let account_id = group.keys.first().cloned().flatten()?;
            let own = priced.iter().filter(|row| row.account == account_id && row.bought != Bought::OnDemand);
            Some(AccountSavings {
                account: names.get(&account_id).unwrap_or(&account_id).clone(),
                cost: group.total,
                current: own.map(|row| row.list - row.cost).sum::<f64>().max(0.0),
                additional: additional.remove(&account_id).unwrap_or_default(),
                account_id,
            })
        })
        .collect();
    accounts.sort_by(|one, other| other.additional.high().total_cmp(&one.additional.high()));
    let shown: Vec<Filter> = filters
        .iter()
        .cloned()
        .chain([filter_on(Column::Lifecycle, false, &[Lifecycle::OnDemand.name()])])
        .collect();
    Ok(Savings {
        currency: costs.currency.clone(),
        missed_span,
        missed,
        efficiency_span,
        accounts,
        assumptions: assumptions(&rates),
        filters: shown.iter().map(ToString::to_string).collect(),
    })
}

/// A dimension that tells instances of scaling groups and clusters.
fn elastic() -> Dimension {
    let rule = |tag: &str| MappingRule {
        value: "elastic".to_owned(),
        conditions: vec![Condition {
            dimension: Dimension::Tag(tag.to_owned()),
            operator: Operator::IsNot,
            values: vec![String::new()],
        }],
    };
    let rules = ELASTIC_TAGS.into_iter().map(rule).collect();
    Dimension::Mapped(Mapping { name: MappingName::VirtualTag("elastic".to_owned()), rules: Some(rules) })
}

fn bought(lifecycle: Option<&str>) -> Option<Bought> {
    match Lifecycle::from_name(lifecycle?)? {
        Lifecycle::OnDemand => Some(Bought::OnDemand),
        Lifecycle::Spot => Some(Bought::Spot),
        Lifecycle::Reserved | Lifecycle::SavingsPlan => Some(Bought::Committed),
        Lifecycle::Other => None,
    }
}

fn rows(answer: &CostAnswer) -> Vec<Usage> {
    let row = |group: &model::CostGroup| {
        let key = |at: usize| group.keys.get(at).cloned().flatten();
        Some(Usage {
            account: key(0)?,
            bought: bought(key(1).as_deref())?,
            family: key(2).unwrap_or_default(),
            region: key(3).unwrap_or_default(),
            elastic: key(4).is_some(),
            daily: group.figures.iter().map(|figure| figure.to_f64()).collect(),
        })
    };
    answer.groups.iter().filter_map(row).collect()
}

/// Cost beside list price, by account, family and how it was bought.
fn priced(usage: &[Usage], list: &CostAnswer) -> Vec<Priced> {
    let mut costs: BTreeMap<(&str, &str, Bought), f64> = BTreeMap::new();
    for row in usage {
        *costs.entry((&row.account, &row.family, row.bought)).or_default() += row.daily.iter().sum::<f64>();
    }
    let mut lists: BTreeMap<(String, String, Bought), f64> = BTreeMap::new();
    for group in &list.groups {
        let key = |at: usize| group.keys.get(at).cloned().flatten();
        if let (Some(account), Some(bought)) = (key(0), bought(key(1).as_deref())) {
            *lists.entry((account, key(2).unwrap_or_default(), bought)).or_default() += group.total.to_f64();
        }
    }
    lists
        .into_iter()
        .map(|((account, family, bought), list)| {
            let cost = costs.get(&(account.as_str(), family.as_str(), bought)).copied().unwrap_or(0.0);
            Priced { account, family, bought, cost, list }
        })
        .collect()
}

fn assumptions(rates: &Rates) -> Vec<String> {
    let rate = |what: &str, rate: Option<f64>| match rate {
        Some(rate) => format!(
            "{what} cost {:.1} % less than public on-demand prices in this organization over these days; a \
             family's own rate is used where it has one.",
            rate * 100.0
        ),
        None => format!("This organization used no {} in these days: none are claimed.", what.to_lowercase()),
    };
    vec![
        rate("Commitments", rates.commitment),
        rate("Spot instances", rates.spot),
        "Low: commitments alone, on what each account ran on demand on every day, per instance family and region."
            .to_owned(),
        "High: spot on instances of scaling groups and clusters (by the tags that AWS writes), commitments on the rest."
            .to_owned(),
        "Computed from the bill's rows alone; no prices were looked up and no hours were replayed.".to_owned(),
    ]
}
