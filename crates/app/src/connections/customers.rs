//! One bill for many customers: a managed service provider's connection holds the whole bill, and each customer's
//! organization reads its own accounts of it, and nothing else, through a connection of its own. What a customer
//! does not own is never stored with them, so that no question can reach it.

use super::settings::Settings;
use super::{ConnectionDetails, kept_settings, new_id, record, removing};
use crate::identity::{self, entry, own_organizations};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use meta::{Connection, ConnectionKind, ConnectionRecord, ConnectionState, Organization, Split};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use std::collections::{BTreeMap, BTreeSet};

/// One line of an account list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The account.
    pub account_id: String,
    /// Name of the organization that it belongs to.
    pub organization: String,
}

/// An organization that reads its accounts of a bill.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The organization.
    pub organization: Organization,
    /// Its connection.
    pub connection: ConnectionDetails,
}

/// Reads an account list: a line for each account, `account, organization`, with or without a header.
///
/// # Errors
/// `Invalid`: which line is not understood.
pub fn parse_account_list(text: &str) -> Result<Vec<Assignment>> {
    let mut list = vec![];
    let mut first = true;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        let header = first && line.trim_start_matches('"').to_ascii_lowercase().starts_with("account");
        first &= line.is_empty();
        if line.is_empty() || header {
            continue;
        }
        let parts = line.split_once([',', ';', '\t']);
        let (account, organization) = parts.ok_or_else(|| {
            AppError::invalid(format!("line {} of the account list is not 'account, organization'", at + 1))
                .advise("Write one account a line: its ID, a comma, the customer's name.")
        })?;
        let plain = |text: &str| text.trim().trim_matches('"').trim().to_owned();
        list.push(Assignment { account_id: plain(account), organization: plain(organization) });
    }
    Ok(list)
}

/// The customers of a connection, by name.
pub async fn customers(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<Customer>> {
    let provider = record(app, organization, id).await?;
    let mut found = vec![];
    for child in app.meta().connections_through(&provider.connection.id).await? {
        if let Some(organization) = app.organization_by_id(&child.connection.organization_id).await? {
            found.push(Customer { organization, connection: ConnectionDetails::new(&child)? });
        }
    }
    found.sort_by(|one, other| one.organization.name.cmp(&other.organization.name));
    Ok(found)
}

/// Splits a connection's bill by an account list, which replaces the one before. Organizations that do not exist
/// are made, with the caller as administrator. Whoever is not in the list any more keeps nothing of the bill;
/// whoever has other accounts than before loses what was read, which is read anew.
///
/// # Errors
/// `Invalid`, `Denied` or `Conflict`: what is wrong with the list; nothing is changed then.
pub async fn set_customers(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    list: &[Assignment],
) -> Result<Vec<Customer>> {
    let (app, caller, id, list) = (app.clone(), caller.clone(), id.clone(), list.to_vec());
    // Whoever asked may be gone before it is done: it is done all the same.
    let split = tokio::spawn(async move { split(&app, &caller, &id, &list).await });
    split.await.map_err(|error| AppError::internal(format!("splitting a bill stopped: {error}")))?
}

async fn split(app: &App, caller: &Caller, id: &ConnectionId, list: &[Assignment]) -> Result<Vec<Customer>> {
    let own = caller.organization()?;
    let _writing = app.writing().await.map_err(being_read)?;
    let _at_work = app.at_work(id).map_err(being_read)?;
    let provider = record(app, &own.id, id).await?;
    if provider.state == ConnectionState::Draft || provider.parent.is_some() {
        return Err(AppError::invalid(format!("the bill of {} cannot be split", provider.connection.name))
            .advise("Verify the connection that holds the whole bill, and split that one."));
    }
    let wanted = by_organization(list, own)?;
    let before = customers(app, &own.id, id).await?;
    let at_work = before.iter().map(|customer| app.at_work(&customer.connection.id));
    let _theirs = at_work.collect::<Result<Vec<_>>>().map_err(being_read)?;
    let homes = homes(app, caller, &before, &wanted).await?;

    let mut split = Split::default();
    let mut forgotten = vec![];
    for customer in &before {
        if !wanted.contains_key(customer.organization.name.as_str()) {
            forgotten.push(months_of(app, customer).await?);
            let child = record(app, &customer.organization.id, &customer.connection.id).await?;
            split.jobs.extend(crate::telling::removed(app, &child).await?);
            split.removed.push((customer.organization.id.clone(), customer.connection.id.clone()));
        }
    }
    for (name, accounts) in wanted {
        match before.iter().find(|customer| customer.organization.name == name) {
            Some(same) if same.connection.accounts.iter().eq(&accounts) => {}
            Some(changed) => {
                let mut child = record(app, &changed.organization.id, &changed.connection.id).await?;
                child.settings = kept_settings(&of_accounts(accounts))?;
                forgotten.push(months_of(app, changed).await?);
                split.changed.push(child);
            }
            None => {
                let home = homes.get(name).ok_or_else(|| AppError::internal("an organization is missing"))?;
                split.made.push(new_child(app, own, &provider, home, accounts)?);
            }
        }
    }
    let accounts = list.len().to_string();
    let entries = [entry(app, caller, "connection.split", id.as_str(), &[("accounts", &accounts)])];
    // The rows go first: from then on no page shows the data, and what is read is of the new accounts.
    app.meta().split(&split, app.now().timestamp_millis(), &entries).await?;
    for (child, months) in &forgotten {
        removing::remove_months(app, child, months).await?;
    }
    for (organization, _) in &split.removed {
        crate::counted::nowhere(app, organization).await?;
    }
    app.vacuum_behind().await;
    app.queued().wake();
    customers(app, &own.id, id).await
}

fn being_read(error: AppError) -> AppError {
    match error.kind {
        ErrorKind::Conflict => AppError::new(ErrorKind::Conflict, "a bill is being read at the moment")
            .advise("Save the list again when it is done: bills are split between two readings."),
        _ => error,
    }
}

/// The accounts of each organization.
fn by_organization<'a>(
    list: &'a [Assignment],
    own: &Organization,
) -> Result<BTreeMap<&'a str, BTreeSet<String>>> {
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    let mut wanted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for Assignment { account_id, organization } in list {
        if !is_account_id(account_id) {
            return Err(AppError::invalid(format!("'{account_id}' is no account ID")).advise(
                "AWS account IDs have 12 digits, without dashes; spreadsheets drop zeros at the front.",
            ));
        }
        if organization.is_empty() || *organization == own.name {
            return Err(AppError::invalid(format!("account {account_id} has no customer"))
                .advise("Name the customer's organization; accounts of your own need no line."));
        }
        match owner.insert(account_id, organization) {
            Some(other) if other != organization => {
                return Err(AppError::invalid(format!(
                    "account {account_id} is given to both {other} and {organization}"
                ))
                .advise("Give each account to one organization: its cost must not be counted twice."));
            }
            _ => {}
        }
        wanted.entry(organization).or_default().insert(account_id.clone());
    }
    Ok(wanted)
}

/// AWS's have twelve digits; other providers' are words, which have letters.
fn is_account_id(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if digits {
        return text.len() == 12 && !text.contains('-');
    }
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The organizations of the wanted customers that are new: one of that name which the caller administrates; the others
/// are made, once all names are known to be good.
async fn homes(
    app: &App,
    caller: &Caller,
    before: &[Customer],
    wanted: &BTreeMap<&str, BTreeSet<String>>,
) -> Result<BTreeMap<String, Organization>> {
    let mine = own_organizations(app, caller).await?;
    let mut homes = BTreeMap::new();
    let known = |name: &str| before.iter().any(|customer| customer.organization.name == name);
    for existing in app.meta().organizations().await? {
        let name = existing.name.as_str();
        if !wanted.contains_key(name) || before.iter().any(|customer| customer.organization.id == existing.id)
        {
            continue;
        }
        // Others' organizations are not the caller's to give to, nor to know of: a name is no id, and one that
        // somebody else has is as good as any.
        if !mine.contains(&existing.id) {
            continue;
        }
        if let Some(other) = homes.insert(existing.name.clone(), existing) {
            return Err(AppError::new(
                ErrorKind::Conflict,
                format!("two organizations are called '{}'", other.name),
            )
            .advise("Give one of them another name first: it is not clear which one is meant."));
        }
    }
    let new: Vec<&str> =
        wanted.keys().copied().filter(|name| !known(name) && !homes.contains_key(*name)).collect();
    for name in &new {
        identity::may_found_organization(caller, name)?;
    }
    for name in new {
        homes.insert(name.to_owned(), identity::found_organization(app, caller, name).await?);
    }
    Ok(homes)
}

fn of_accounts(accounts: BTreeSet<String>) -> Settings {
    Settings { accounts: accounts.into_iter().collect(), ..Settings::default() }
}

fn new_child(
    app: &App,
    own: &Organization,
    provider: &ConnectionRecord,
    home: &Organization,
    accounts: BTreeSet<String>,
) -> Result<ConnectionRecord> {
    Ok(ConnectionRecord {
        connection: Connection {
            id: new_id()?,
            organization_id: home.id.clone(),
            kind: ConnectionKind::Shared,
            location: format!("accounts of {}", provider.connection.id),
            name: format!("Accounts billed by {}", own.name),
        },
        state: ConnectionState::Ready,
        settings: kept_settings(&of_accounts(accounts))?,
        external_id: None,
        sealed_secret: None,
        poll_minutes: provider.poll_minutes,
        verification: None,
        verified_at_ms: None,
        created_at_ms: app.now().timestamp_millis(),
        parent: Some(provider.connection.id.clone()),
        by_operator: false,
        paused: false,
        bill_diff_mails: None,
    })
}

/// What a customer has of the bill.
async fn months_of(app: &App, customer: &Customer) -> Result<(ConnectionId, Vec<BillingPeriod>)> {
    let (organization, id) = (&customer.organization.id, &customer.connection.id);
    Ok((id.clone(), removing::months(app, organization, id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Organization {
        Organization { id: OrganizationId::try_new("msp").unwrap(), name: "MSP".to_owned(), demo: false }
    }

    #[test]
    fn account_lists_are_read_as_people_write_them() {
        let list = parse_account_list(
            "\n\"account_id\",\"organization\"\n111111111111, Acme\n\n\"222222222222\";\"Big, Ltd\"\n",
        );
        let list = list.unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(
            list[1],
            Assignment { account_id: "222222222222".into(), organization: "Big, Ltd".into() }
        );
        let error = parse_account_list("111111111111\n").unwrap_err();
        assert!(error.message.contains("line 1"), "{error}");
    }

    #[test]
    fn an_account_has_one_owner() {
        let of = |text: &str| {
            let list = parse_account_list(text).unwrap();
            by_organization(&list, &own()).map(|found| found.len()).map_err(|error| error.message)
        };
        assert_eq!(of("sub-1,A\nsub-2,A\n111111111111,B\n111111111111,B"), Ok(2));
        assert!(of("sub-1,A\nsub-1,B").unwrap_err().contains("both A and B"));
        assert!(of("sub-1,MSP").unwrap_err().contains("no customer"));
        for wrong in ["1 2", "1111-1111-1111", "12345678901", ""] {
            assert!(of(&format!("{wrong},A")).unwrap_err().contains("no account ID"), "{wrong}");
        }
    }
}
