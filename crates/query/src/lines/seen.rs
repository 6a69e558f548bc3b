//! The tables of line items as a scope sees them. A statement finds the rows in scope under the table's name, and no
//! other name leads to the rest: whatever it asks, it asks of these.

use super::functions;
use super::table::Files;
use crate::error::QueryError;
use crate::scope::Scope;
use datafusion::common::ScalarValue;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlanBuilder, ident, lit};
use datafusion::prelude::SessionContext;
use std::sync::Arc;

/// Column that says whose a row is.
const ACCOUNT: &str = "SubAccountId";

/// Accounts that are written out: beyond, planning costs more than the look-up.
const WRITTEN_OUT: usize = 20;

/// Gives a session a table: the rows of some files that a scope lets through.
///
/// # Errors
/// `Internal`: the table cannot be planned.
pub(super) fn register(
    session: &SessionContext,
    name: &str,
    files: Files,
    scope: &Scope,
) -> Result<(), QueryError> {
    let Some(accounts) = scope.accounts() else {
        session.register_table(name, Arc::new(files))?;
        return Ok(());
    };
    let account = ident(ACCOUNT);
    // A row without an account is NULL: it is among none.
    let seen = match accounts.len() {
        0 => lit(false),
        1..=WRITTEN_OUT => {
            let ids = accounts.iter().map(|id| lit(ScalarValue::Utf8View(Some(id.clone()))));
            account.in_list(ids.collect(), false)
        }
        _ => functions::of_accounts(accounts).call(vec![account]),
    };
    let rows =
        LogicalPlanBuilder::scan(name, provider_as_source(Arc::new(files)), None)?.filter(seen)?.build()?;
    session.register_table(name, Arc::new(ViewTable::new(rows, None)))?;
    Ok(())
}
