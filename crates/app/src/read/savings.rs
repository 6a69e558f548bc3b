//! Missed savings and account efficiency, as [`crate::optimize::efficiency`] reckons them.

use super::overview::last_days;
use super::{Published, account_names, filter_on};
use crate::optimize::efficiency::{Now, Span, Stand, stand};
use crate::{App, Result};
use analyses::efficiency;
use chrono::NaiveDate;
use model::{Column, CostAnswer, CostQuery, Decimal, Filter, Lifecycle, Metric};
use std::collections::BTreeSet;

/// Days whose missed savings are shown, and days of an account's efficiency.
const MISSED_DAYS: u64 = 7;
const EFFICIENCY_DAYS: u64 = 30;

/// An account's savings.
#[derive(Clone, Debug)]
pub struct AccountSavings {
    /// Account.
    pub account_id: String,
    /// Its latest name.
    pub account: String,
    /// Amortized cost of all its rows.
    pub cost: Decimal,
    /// What it saves and could save; `None` where that is not known.
    pub savings: Option<efficiency::Savings>,
}

impl AccountSavings {
    /// Current savings in percent of the possible ones.
    pub fn efficiency_percent(&self) -> Option<f64> {
        self.savings.and_then(|savings| savings.percent()).map(Decimal::to_f64)
    }

    fn high(&self) -> Option<Decimal> {
        self.savings.and_then(|savings| savings.additional).map(|additional| additional.high())
    }
}

/// What was not saved lately.
#[derive(Clone, Debug, Default)]
pub struct Savings {
    /// Currency.
    pub currency: String,
    /// The week that `missed` is about; `None` without complete days.
    pub missed_span: Option<(NaiveDate, NaiveDate)>,
    /// Over all accounts; `None` where that is not known.
    pub missed: Option<efficiency::Additional>,
    /// The days that `accounts` are about.
    pub efficiency_span: Option<(NaiveDate, NaiveDate)>,
    /// The greatest additional savings first.
    pub accounts: Vec<AccountSavings>,
    /// On-demand dollars in those days that nothing is claimed of, as no price is known; `None` where that is not known.
    pub unknown: Option<Decimal>,
    /// What the estimates rest on, in sentences.
    pub assumptions: Vec<String>,
    /// Filters of the rows that could have cost less.
    pub filters: Vec<String>,
    /// Whether they are still being reckoned.
    pub reckoning: bool,
}

/// Missed savings and efficiency of the accounts with rows that pass, and how far the reckoning is.
///
/// # Errors
/// Filters that cannot be asked; bills that cannot be read.
pub async fn savings(app: &App, published: &Published, filters: &[Filter]) -> Result<(Savings, Stand)> {
    let narrowed = &*published.in_one_currency(filters);
    let (days, week) = (last_days(app, narrowed, EFFICIENCY_DAYS), last_days(app, narrowed, MISSED_DAYS));
    let (Some(mut days), Some(mut week)) = (days, week) else {
        return Ok((Savings::default(), Stand::default()));
    };
    let stand = stand(app, published).await?;
    let currency = narrowed.currencies().first().cloned().unwrap_or_default();
    let found = stand.now.as_ref().and_then(|found| found.as_ref().ok());
    let now = found.and_then(|found| found.get(&currency));
    if let Some(Span { from, to, week_from, .. }) = now.and_then(|now| now.span) {
        (days, week) = ((from, to), (week_from, to));
    }
    let costs = costs(app, narrowed, filters, days).await?;
    let names = account_names(app, narrowed).await?;
    let mut told = Savings {
        currency: costs.currency.clone(),
        missed_span: Some(week),
        efficiency_span: Some(days),
        assumptions: assumptions(&stand, now, filters),
        reckoning: stand.now.is_none(),
        ..Savings::default()
    };
    for group in &costs.groups {
        let Some(account_id) = group.keys.first().cloned().flatten() else { continue };
        let of = now.and_then(|now| now.accounts.get(&account_id)).filter(|of| of.judged);
        if let Some(of) = of {
            if let Some(more) = of.week.additional {
                *told.missed.get_or_insert_default() += more;
            }
            *told.unknown.get_or_insert_default() += of.whole.unknown;
        }
        // An account that the replay does not know has nothing that commitments or spot could take.
        let nothing = || {
            now.filter(|now| !now.daily).map(|_| efficiency::Savings {
                additional: Some(efficiency::Additional::default()),
                ..efficiency::Savings::default()
            })
        };
        told.accounts.push(AccountSavings {
            account: names.get(&account_id).unwrap_or(&account_id).clone(),
            cost: group.total,
            savings: of.map(|of| of.whole).or_else(nothing),
            account_id,
        });
    }
    told.accounts.sort_by(|one, other| {
        other.high().cmp(&one.high()).then_with(|| one.account_id.cmp(&other.account_id))
    });
    let shown =
        filters.iter().cloned().chain([filter_on(Column::Lifecycle, false, &[Lifecycle::OnDemand.name()])]);
    told.filters = shown.map(|filter| filter.to_string()).collect();
    Ok((told, stand))
}

/// Amortized cost by account, of what passes.
async fn costs(
    app: &App,
    published: &Published,
    filters: &[Filter],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<std::sync::Arc<CostAnswer>> {
    let query = CostQuery {
        group_by: vec![Column::AccountId.into()],
        from: Some(from),
        to: Some(to),
        filters: filters.to_vec(),
        ..CostQuery::total(Metric::Amortized)
    };
    Ok(app.engine().answer(&published.view, &published.resolve(query)?).await?)
}

/// Accounts with rows that pass.
///
/// # Errors
/// Filters that cannot be asked; bills that cannot be read.
pub(crate) async fn kept_accounts(
    app: &App,
    published: &Published,
    filters: &[Filter],
) -> Result<BTreeSet<String>> {
    let query = CostQuery {
        group_by: vec![Column::AccountId.into()],
        filters: filters.to_vec(),
        // Usage is not money: several currencies are no obstacle.
        ..CostQuery::total(Metric::UsageAmount)
    };
    let answer = app.engine().answer(&published.view, &published.resolve(query)?).await?;
    Ok(answer.groups.iter().filter_map(|group| group.keys.first().cloned().flatten()).collect())
}

fn assumptions(stand: &Stand, now: Option<&Now>, filters: &[Filter]) -> Vec<String> {
    let mut said = match &stand.now {
        None => vec!["Savings are being reckoned: every hour of 30 days is replayed.".to_owned()],
        Some(Err(why)) => vec![format!("Savings are not known: {why}.")],
        Some(Ok(_)) => now.map(|now| now.said.clone()).unwrap_or_default(),
    };
    let of_accounts = |filter: &Filter| {
        let name = filter.dimension.to_string();
        ["account_id", "account", "subset", "subset_id", "organizational_unit", "currency", "connection"]
            .contains(&name.as_str())
    };
    if !filters.iter().all(of_accounts) {
        said.push("Savings are those of whole accounts: of each that has rows which pass.".to_owned());
    }
    said
}
