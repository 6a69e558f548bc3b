//! Accounts as AWS Organizations knows them: read by each connection's verification, kept until the next.

use crate::{App, Result};
use connect::OrganizationAccount;
use meta::DefinitionKind;
use model::{ConnectionId, OrganizationId};
use std::collections::BTreeMap;

type Accounts = BTreeMap<String, OrganizationAccount>;
/// By connection, so that what one says goes with it.
type Kept = BTreeMap<String, Accounts>;

/// What all connections say together.
pub(super) async fn accounts(app: &App, organization: &OrganizationId) -> Result<Accounts> {
    let (kept, _) = app.meta().definition::<Kept>(organization, DefinitionKind::OrganizationalUnits).await?;
    Ok(kept.into_values().flatten().collect())
}

/// Keeps what a connection could see now. Nothing seen says nothing: what was known stays.
pub(crate) async fn keep_accounts(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
    accounts: &Accounts,
) -> Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    replace(app, organization, connection, Some(accounts.clone())).await
}

/// Forgets what a connection said.
pub(crate) async fn forget_accounts(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
) -> Result<()> {
    replace(app, organization, connection, None).await
}

async fn replace(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
    accounts: Option<Accounts>,
) -> Result<()> {
    let kind = DefinitionKind::OrganizationalUnits;
    let (mut kept, revision) = app.meta().definition::<Kept>(organization, kind).await?;
    if kept.get(connection.as_str()) == accounts.as_ref() {
        // Each answer is remembered by the state of the definitions: the same again must not be a new one.
        return Ok(());
    }
    match accounts {
        Some(accounts) => kept.insert(connection.to_string(), accounts),
        None => kept.remove(connection.as_str()),
    };
    Ok(app.meta().define(organization, kind, &kept, revision, None).await?)
}
