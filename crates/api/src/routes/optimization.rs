//! Optimization: what could be saved.

pub(crate) mod split;
pub(crate) mod waste;
pub(crate) mod workloads;

use crate::params::{Pairs, filters};
use crate::problem::ApiError;
use app::optimize::Accounts;
use utoipa::IntoParams;

/// What every part of it can be asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct OptimizationParams {
    /// `account_id=V[,V]`, `subset=V`: keeps, `!=` leaves out; may be repeated, all must accept an account.
    filter: Option<Vec<String>>,
    /// Currency of the amounts; the main one unless said otherwise.
    currency: Option<String>,
}

/// Accounts and currency.
fn common(pairs: &mut Pairs) -> Result<(Accounts, Option<String>), ApiError> {
    let accounts = Accounts::of(&filters(pairs)?)?;
    Ok((accounts, pairs.one("currency")?.filter(|currency| !currency.is_empty())))
}
