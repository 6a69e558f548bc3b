//! Subsets: named groups of accounts, with what they cost, what they will have cost at the end of the month, and
//! what they are charged. An account belongs to one subset at most.

use super::references::{is_taken, rename};
use super::{Billing, change, gone};
use crate::identity::{entry, name_of, random_id};
use crate::policy::Caller;
use crate::read::{
    NewestMonth, Published, account_names, filter_on, newest_month, projected_total, projected_totals,
};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use meta::DefinitionKind;
use model::limits::{LONGEST_ACCOUNT, MOST_NAMED_ACCOUNTS, MOST_SUBSETS};
use model::{BillingPeriod, Column, CostQuery, Decimal, Dimension, Filter, MappingName, Metric};
use std::collections::{BTreeMap, BTreeSet};

/// A named group of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Subset {
    /// Identifier.
    pub id: String,
    /// Name, unique in the organization.
    pub name: String,
    /// What it was called before, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<String>,
    /// Its accounts.
    pub account_ids: Vec<String>,
    /// Rules of its charge.
    pub billing: Option<Billing>,
}

/// What accounts cost and are charged.
#[derive(Clone, Debug, Default)]
pub struct SubsetSums {
    /// Accounts with cost in the two months, or assigned.
    pub accounts: usize,
    /// Amortized cost of the whole month before.
    pub last_month: Decimal,
    /// Amortized cost of the month so far.
    pub month_to_date: Decimal,
    /// What the month will cost, where there is enough to project from: an estimate.
    pub expected: Option<f64>,
    /// Charge of the month before, where billing rules say one.
    pub charge_last_month: Option<Decimal>,
    /// Charge of the month so far.
    pub charge_month_to_date: Option<Decimal>,
}

/// The months that sums are about.
#[derive(Clone, Debug, Default)]
pub struct SubsetSpans {
    /// Currency.
    pub currency: String,
    /// First day of the month before, and the day after its last.
    pub last_month: Option<(NaiveDate, NaiveDate)>,
    /// First day of the month, and the day after its newest data.
    pub month_to_date: Option<(NaiveDate, NaiveDate)>,
}

/// All subsets with their sums.
#[derive(Clone, Debug)]
pub struct Subsets {
    /// What the sums are about.
    pub spans: SubsetSpans,
    /// By name.
    pub subsets: Vec<(Subset, SubsetSums)>,
    /// Accounts of no subset.
    pub unassigned: SubsetSums,
    /// All accounts.
    pub whole: SubsetSums,
}

/// An account of a subset.
#[derive(Clone, Debug)]
pub struct SubsetAccount {
    /// Account.
    pub account_id: String,
    /// Its latest name.
    pub account: String,
    /// Its sums.
    pub sums: SubsetSums,
}

/// One subset with its accounts.
#[derive(Clone, Debug)]
pub struct SubsetDetails {
    /// What the sums are about.
    pub spans: SubsetSpans,
    /// The subset.
    pub subset: Subset,
    /// Its sums.
    pub sums: SubsetSums,
    /// Its accounts, the most expensive first.
    pub accounts: Vec<SubsetAccount>,
}

/// What changes of a subset; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SubsetChange {
    /// Name.
    pub name: Option<String>,
    /// Accounts.
    pub account_ids: Option<Vec<String>>,
    /// Rules of its charge; `Some(None)`: none.
    pub billing: Option<Option<Billing>>,
}

impl SubsetSpans {
    async fn of(app: &App, published: &Published) -> Result<Self> {
        let Some(NewestMonth { period, to, .. }) = newest_month(app, published) else {
            return Ok(Self::default());
        };
        let before = period.previous();
        let mut spans = Self {
            currency: String::new(),
            last_month: Some((before.first_day(), before.end_day())),
            month_to_date: Some((period.first_day(), to)),
        };
        if let Some((from, to)) = spans.so_far() {
            let month = CostQuery { from: Some(from), to: Some(to), ..CostQuery::total(Metric::Amortized) };
            spans.currency.clone_from(&app.engine().answer(&published.view, &month).await?.currency);
        }
        Ok(spans)
    }

    /// The month so far to its end: a credit dated ahead is on the bill already, as in *month to date*.
    fn so_far(&self) -> Option<(NaiveDate, NaiveDate)> {
        let (from, to) = self.month_to_date?;
        Some((from, BillingPeriod::of(from).map_or(to, BillingPeriod::end_day)))
    }

    /// Cost by a dimension in both months: (month before, month so far).
    async fn costs(
        &self,
        app: &App,
        published: &Published,
        dimension: impl Into<Dimension>,
        filters: &[Filter],
    ) -> Result<BTreeMap<Option<String>, (Decimal, Decimal)>> {
        let dimension = dimension.into();
        let mut costs: BTreeMap<Option<String>, (Decimal, Decimal)> = BTreeMap::new();
        for (span, newest) in [(self.last_month, false), (self.so_far(), true)] {
            let Some((from, to)) = span else { continue };
            let query = CostQuery {
                group_by: vec![dimension.clone()],
                from: Some(from),
                to: Some(to),
                filters: filters.to_vec(),
                ..CostQuery::total(Metric::Amortized)
            };
            let query = published.resolve(query)?;
            for group in &app.engine().answer(&published.view, &query).await?.groups {
                let entry = costs.entry(group.keys.first().cloned().flatten()).or_default();
                *(if newest { &mut entry.1 } else { &mut entry.0 }) += group.total;
            }
        }
        Ok(costs)
    }

    async fn charges(
        &self,
        app: &App,
        published: &Published,
        billing: Option<&Billing>,
        filters: &[Filter],
    ) -> Result<(Option<Decimal>, Option<Decimal>)> {
        let Some(billing) = billing else { return Ok((None, None)) };
        let mut charges = [None, None];
        for (charge, span) in charges.iter_mut().zip([self.last_month, self.so_far()]) {
            if let Some(span) = span {
                *charge = billing.charge(app, published, filters, span).await?;
            }
        }
        Ok((charges[0], charges[1]))
    }
}

fn only(dimension: impl Into<Dimension>, value: &str) -> Filter {
    filter_on(dimension, false, &[value])
}

/// What the month will cost, by the values of a dimension.
async fn expected(
    app: &App,
    published: &Published,
    dimension: impl Into<Dimension>,
    keys: Vec<Option<String>>,
) -> Result<BTreeMap<Option<String>, f64>> {
    projected_totals(app, published, Metric::Amortized, &dimension.into(), &keys).await
}

/// All subsets, what is in none, and the whole, in the main currency of what some filters let pass.
pub async fn subsets(app: &App, published: &Published, filters: &[Filter]) -> Result<Subsets> {
    let published = &*published.in_one_currency(filters);
    let months = SubsetSpans::of(app, published).await?;
    let by_subset = months.costs(app, published, MappingName::Subset, &[]).await?;
    let by_account = months.costs(app, published, Column::AccountId, &[]).await?;
    let names = published.definitions.subsets.iter().map(|subset| Some(subset.name.clone()));
    let by_name = expected(app, published, MappingName::Subset, names.chain([None]).collect()).await?;
    let sums = async |key: Option<&str>, accounts, billing: Option<&Billing>| -> Result<SubsetSums> {
        let filters = [only(MappingName::Subset, key.unwrap_or_default())];
        let (last_month, month_to_date) =
            by_subset.get(&key.map(ToOwned::to_owned)).copied().unwrap_or_default();
        let (charge_last_month, charge_month_to_date) =
            months.charges(app, published, billing, &filters).await?;
        let expected = by_name.get(&key.map(ToOwned::to_owned)).copied();
        let accounts: usize = accounts;
        Ok(SubsetSums {
            accounts,
            last_month,
            month_to_date,
            expected,
            charge_last_month,
            charge_month_to_date,
        })
    };
    let mut found = vec![];
    for subset in &published.definitions.subsets {
        let sums = sums(Some(&subset.name), subset.account_ids.len(), subset.billing.as_ref()).await?;
        found.push((subset.clone(), sums));
    }
    let free = |id: &&String| published.definitions.subset_of(id).is_none();
    let unassigned = by_account.keys().flatten().filter(free).count();
    let total = |pick: fn(&(Decimal, Decimal)) -> Decimal| by_account.values().map(pick).sum();
    let whole = SubsetSums {
        accounts: by_account.keys().flatten().count(),
        last_month: total(|costs| costs.0),
        month_to_date: total(|costs| costs.1),
        expected: projected_total(app, published, Metric::Amortized, &[]).await?,
        ..SubsetSums::default()
    };
    Ok(Subsets { unassigned: sums(None, unassigned, None).await?, subsets: found, whole, spans: months })
}

/// One subset with its accounts, in the main currency of what some filters let pass.
pub async fn subset(app: &App, published: &Published, id: &str, filters: &[Filter]) -> Result<SubsetDetails> {
    let published = &*published.in_one_currency(filters);
    let subset = published.definitions.subsets.iter().find(|subset| subset.id == id);
    let subset = subset.ok_or_else(|| gone("subset"))?.clone();
    let months = SubsetSpans::of(app, published).await?;
    let names = account_names(app, published).await?;
    let filters = [only(MappingName::Subset, &subset.name)];
    let costs = if subset.account_ids.is_empty() {
        BTreeMap::new()
    } else {
        months.costs(app, published, Column::AccountId, &filters).await?
    };
    let ids = subset.account_ids.iter().cloned().map(Some).collect();
    let by_account = expected(app, published, Column::AccountId, ids).await?;
    let mut accounts = vec![];
    for account_id in &subset.account_ids {
        let (last_month, month_to_date) = costs.get(&Some(account_id.clone())).copied().unwrap_or_default();
        let own = [only(Column::AccountId, account_id)];
        let (charge_last_month, charge_month_to_date) =
            months.charges(app, published, subset.billing.as_ref(), &own).await?;
        accounts.push(SubsetAccount {
            account_id: account_id.clone(),
            account: names.get(account_id).unwrap_or(account_id).clone(),
            sums: SubsetSums {
                accounts: 1,
                last_month,
                month_to_date,
                expected: by_account.get(&Some(account_id.clone())).copied(),
                charge_last_month,
                charge_month_to_date,
            },
        });
    }
    accounts.sort_by_key(|account| std::cmp::Reverse((account.sums.month_to_date, account.sums.last_month)));
    let total = |pick: fn(&SubsetAccount) -> Decimal| accounts.iter().map(pick).sum();
    let (charge_last_month, charge_month_to_date) =
        months.charges(app, published, subset.billing.as_ref(), &filters).await?;
    let sums = SubsetSums {
        accounts: accounts.len(),
        last_month: total(|account| account.sums.last_month),
        month_to_date: total(|account| account.sums.month_to_date),
        expected: projected_total(app, published, Metric::Amortized, &filters).await?,
        charge_last_month,
        charge_month_to_date,
    };
    Ok(SubsetDetails { subset, sums, accounts, spans: months })
}

/// Makes a subset. Accounts of other subsets move here.
pub async fn create_subset(
    app: &App,
    caller: &Caller,
    name: &str,
    account_ids: Vec<String>,
    billing: Option<Billing>,
) -> Result<String> {
    let id = random_id()?;
    let first =
        SubsetChange { name: Some(name.to_owned()), account_ids: Some(account_ids), billing: Some(billing) };
    change(app, caller, DefinitionKind::Subsets, |subsets: &mut Vec<Subset>| {
        if subsets.len() >= MOST_SUBSETS {
            return Err(AppError::invalid(format!("there are {} subsets already", subsets.len()))
                .advise("Delete one that is not used; a virtual tag can have more values."));
        }
        subsets.push(Subset {
            id: id.clone(),
            name: String::new(),
            former_names: vec![],
            account_ids: vec![],
            billing: None,
        });
        apply(subsets, &id, first)?;
        Ok((id.clone(), entry(app, caller, "subset.created", name, &[("id", &id)])))
    })
    .await
}

/// Changes a subset. Accounts of other subsets move here.
pub async fn change_subset(app: &App, caller: &Caller, id: &str, new: SubsetChange) -> Result<()> {
    change(app, caller, DefinitionKind::Subsets, |subsets: &mut Vec<Subset>| {
        let name = apply(subsets, id, new)?;
        Ok(((), entry(app, caller, "subset.changed", name, &[("id", id)])))
    })
    .await
}

/// Deletes subsets; their accounts are in none then.
pub async fn remove_subsets(app: &App, caller: &Caller, ids: &[String]) -> Result<()> {
    change(app, caller, DefinitionKind::Subsets, |subsets: &mut Vec<Subset>| {
        if ids.is_empty() || !ids.iter().all(|id| subsets.iter().any(|subset| subset.id == *id)) {
            return Err(gone("subset"));
        }
        let names: Vec<String> =
            subsets.extract_if(.., |subset| ids.contains(&subset.id)).map(|it| it.name).collect();
        Ok(((), entry(app, caller, "subset.removed", names.join(", "), &[("ids", &ids.join(" "))])))
    })
    .await
}

/// Definitions are in memory, and in the SQL of each answer by subset.
fn check_accounts(subsets: &[Subset], more: &BTreeSet<String>) -> Result<()> {
    let named: usize = subsets.iter().map(|subset| subset.account_ids.len()).sum();
    if named.saturating_add(more.len()) > MOST_NAMED_ACCOUNTS {
        return Err(AppError::invalid(format!("subsets name {MOST_NAMED_ACCOUNTS} accounts at most"))
            .advise("Leave out accounts that are no more."));
    }
    if more.iter().any(|account| account.len() > LONGEST_ACCOUNT) {
        return Err(
            AppError::invalid("that is no identifier of an account").advise("Name accounts by their ID.")
        );
    }
    Ok(())
}

fn apply(subsets: &mut [Subset], id: &str, new: SubsetChange) -> Result<String> {
    let at = subsets.iter().position(|subset| subset.id == id).ok_or_else(|| gone("subset"))?;
    if let Some(name) = new.name {
        let name = name_of("the name of the subset", &name)?;
        if is_taken(subsets, &name, Some(id)) || name == model::MappingName::Subset.none_label() {
            return Err(AppError::invalid(format!("there is a subset '{name}' already"))
                .advise("Choose another name."));
        }
        let subset = &mut subsets[at];
        rename(&mut subset.name, &mut subset.former_names, name);
    }
    if let Some(account_ids) = new.account_ids {
        let accounts: BTreeSet<String> = account_ids.into_iter().filter(|id| !id.is_empty()).collect();
        check_accounts(subsets, &accounts)?;
        for subset in subsets.iter_mut() {
            subset.account_ids.retain(|id| !accounts.contains(id));
        }
        subsets[at].account_ids = accounts.into_iter().collect();
    }
    if let Some(billing) = new.billing {
        if let Some(billing) = &billing {
            billing.check()?;
        }
        subsets[at].billing = billing;
    }
    let name = subsets[at].name.clone();
    subsets.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subset(id: &str, accounts: &[&str]) -> Subset {
        let account_ids = accounts.iter().map(|id| (*id).to_owned()).collect();
        Subset { id: id.into(), name: id.to_uppercase(), former_names: vec![], account_ids, billing: None }
    }

    #[test]
    fn an_account_belongs_to_one_subset_at_most() {
        let mut subsets = vec![subset("a", &["1", "2"]), subset("b", &["3"])];
        let accounts = Some(vec!["2".into(), "3".into(), "2".into()]);
        apply(&mut subsets, "b", SubsetChange { account_ids: accounts, ..SubsetChange::default() }).unwrap();
        assert_eq!(subsets[0].account_ids, ["1"]);
        assert_eq!(subsets[1].account_ids, ["2", "3"]);
    }

    #[test]
    fn names_are_unique_and_not_the_word_for_none() {
        let mut subsets = vec![subset("a", &[]), subset("b", &[])];
        for name in ["B", "Unassigned", " "] {
            let new = SubsetChange { name: Some(name.into()), ..SubsetChange::default() };
            assert!(apply(&mut subsets, "a", new).is_err(), "{name}");
        }
    }
}
