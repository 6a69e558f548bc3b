//! Accounts with the names that they had, what they cost lately, and where they belong.

use super::Published;
use super::overview::page_days;
use crate::allocation::GivenName;
use crate::{App, Result};
use chrono::NaiveDate;
use model::{BillingPeriod, Column, CostQuery, Decimal, Dimension, Filter, Metric};
use std::collections::BTreeMap;

/// Days of data whose cost is shown.
const COST_DAYS: u64 = 30;

/// A name that an account had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountName {
    /// The name.
    pub name: String,
    /// First of the first month whose bill bears it.
    pub from: NaiveDate,
    /// Day after the last month whose bill bears it.
    pub to: NaiveDate,
}

/// An account in the data.
#[derive(Clone, Debug)]
pub struct Account {
    /// Account.
    pub account_id: String,
    /// Latest name, else the ID.
    pub account: String,
    /// Every name that bills gave it, newest first.
    pub names: Vec<AccountName>,
    /// Every name that people gave it, newest first; one without letters took the last away.
    pub given: Vec<GivenName>,
    /// Subset that it belongs to.
    pub subset_id: Option<String>,
    /// Path of its organizational unit, where known.
    pub organizational_unit: Option<String>,
    /// Amortized cost over the last days.
    pub cost: Decimal,
}

/// All accounts.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// Currency.
    pub currency: String,
    /// First and last day (exclusive) of the costs; `None` without data.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// The most expensive first.
    pub accounts: Vec<Account>,
}

/// Latest names by account ID: those that people gave, else the bill's, else (classic reports name nobody) those of AWS
/// Organizations.
pub(crate) async fn account_names(app: &App, published: &Published) -> Result<BTreeMap<String, String>> {
    Ok(app.engine().account_names(&published.view).await?)
}

/// Every account that any published month speaks of, and those that were assigned or named before they had cost. Costs are in the
/// main currency of what some filters let pass; an account of another currency's bills has none there.
pub async fn accounts(app: &App, published: &Published, filters: &[Filter]) -> Result<Accounts> {
    let latest = account_names(app, published).await?;
    let mut names = name_history(app, published).await?;
    let span = page_days(app, published, COST_DAYS).await?;
    let (from, to) = span.unzip();
    let query = CostQuery {
        group_by: vec![Column::AccountId.into()],
        from,
        to,
        ..CostQuery::total(Metric::Amortized)
    };
    let answer = app.engine().answer(&published.in_one_currency(filters).view, &query).await?;
    let mut costs: BTreeMap<String, Decimal> = BTreeMap::new();
    for group in &answer.groups {
        if let Some(Some(id)) = group.keys.first() {
            *costs.entry(id.clone()).or_default() += group.total;
        }
    }
    let known = &published.definitions.organization_accounts;
    let assigned = published.definitions.subsets.iter().flat_map(|subset| &subset.account_ids);
    for id in names.keys().chain(assigned).chain(published.definitions.given_names.keys()) {
        costs.entry(id.clone()).or_default();
    }
    let mut accounts: Vec<Account> = costs
        .into_iter()
        .map(|(account_id, cost)| Account {
            account: latest.get(&account_id).unwrap_or(&account_id).clone(),
            names: names.remove(&account_id).unwrap_or_default(),
            given: given_names(published, &account_id),
            subset_id: published.definitions.subset_of(&account_id).map(|subset| subset.id.clone()),
            organizational_unit: known.get(&account_id).and_then(|account| account.unit.clone()),
            cost,
            account_id,
        })
        .collect();
    accounts.sort_by_key(|account| std::cmp::Reverse(account.cost));
    Ok(Accounts { currency: answer.currency.clone(), span, accounts })
}

fn given_names(published: &Published, account_id: &str) -> Vec<GivenName> {
    let names = published.definitions.given_names.get(account_id);
    names.into_iter().flatten().rev().cloned().collect()
}

/// The names of each account, newest first: months in a row with one name are one span.
async fn name_history(app: &App, published: &Published) -> Result<BTreeMap<String, Vec<AccountName>>> {
    let query = CostQuery {
        group_by: [Column::AccountId, Column::ReportedAccountName, Column::BillingPeriod]
            .map(Dimension::from)
            .to_vec(),
        // Usage is not money: several currencies are no obstacle.
        ..CostQuery::total(Metric::UsageAmount)
    };
    let mut seen: BTreeMap<String, Vec<(BillingPeriod, String)>> = BTreeMap::new();
    for group in &app.engine().answer(&published.view, &query).await?.groups {
        let [Some(id), name, Some(period)] = group.keys.as_slice() else { continue };
        let Ok(period) = period.parse() else { continue };
        let months = seen.entry(id.clone()).or_default();
        months.extend(name.iter().map(|name| (period, name.clone())));
    }
    Ok(seen.into_iter().map(|(id, months)| (id, spans(months))).collect())
}

fn spans(mut months: Vec<(BillingPeriod, String)>) -> Vec<AccountName> {
    months.sort();
    let mut names: Vec<AccountName> = vec![];
    for (period, name) in months {
        let known = names.iter_mut().rev().find(|known| known.name == name && known.to >= period.first_day());
        match known {
            Some(known) => known.to = period.end_day(),
            None => names.push(AccountName { name, from: period.first_day(), to: period.end_day() }),
        }
    }
    names.sort_by_key(|name| std::cmp::Reverse((name.to, name.from)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_span_the_months_that_bear_them() {
        let month = |text: &str, name: &str| (text.parse::<BillingPeriod>().unwrap(), name.to_owned());
        // Renamed within March, and back in May.
        let found = spans(vec![
            month("2026-05", "old"),
            month("2026-02", "old"),
            month("2026-03", "new"),
            month("2026-03", "old"),
            month("2026-04", "new"),
        ]);
        let text: Vec<String> = found.iter().map(|it| format!("{} {} {}", it.name, it.from, it.to)).collect();
        assert_eq!(
            text,
            ["old 2026-05-01 2026-06-01", "new 2026-03-01 2026-05-01", "old 2026-02-01 2026-04-01",]
        );
    }
}
