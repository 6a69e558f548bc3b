//! The bills of some accounts alone, as a page's selector asks for them.

use crate::read::Published;
use crate::{App, AppError, Result};
use model::{Column, CostQuery, Filter, Metric};
use query::Scope;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What filters on accounts (their subsets, names, units) keep. A commitment's fees are its owner's.
///
/// # Errors
/// `Invalid` for a filter on anything else; bills that cannot be read.
pub async fn of_accounts<'a>(
    app: &App,
    published: &'a Published,
    filters: &[Filter],
) -> Result<Cow<'a, Published>> {
    if filters.is_empty() {
        return Ok(Cow::Borrowed(published));
    }
    if let Some(other) = filters.iter().find(|filter| !is_of_accounts(filter)) {
        return Err(AppError::invalid(format!("commitments have no '{}'", other.dimension))
            .advise("Filter by account_id, account, subset or organizational_unit."));
    }
    let query = CostQuery {
        group_by: vec![Column::AccountId.into()],
        filters: filters.to_vec(),
        ..CostQuery::total(Metric::UsageAmount)
    };
    let answer = app.engine().answer(&published.view, &published.resolve(query)?).await?;
    let kept = answer.groups.iter().filter_map(|group| group.keys.first().cloned().flatten());
    let kept = kept.filter(|account| published.view.scope.sees(account));
    let mut narrowed = published.clone();
    narrowed.view.scope = Scope::of_accounts(kept);
    Ok(Cow::Owned(narrowed))
}

/// Latest names by account.
///
/// # Errors
/// The bills cannot be read.
pub async fn account_names(app: &App, published: &Published) -> Result<BTreeMap<String, String>> {
    crate::read::account_names(app, published).await
}

fn is_of_accounts(filter: &Filter) -> bool {
    let name = filter.dimension.to_string();
    ["account_id", "account", "subset", "subset_id", "organizational_unit"].contains(&name.as_str())
}
