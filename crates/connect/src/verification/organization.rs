//! What AWS Organizations says of the accounts: their names, and the organizational units that they are in.

use crate::aws::{Answer, Partition};
use crate::source::Door;
use aws_sdk_organizations::Client;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts that are kept.
const MOST_ACCOUNTS: usize = 10_000;
/// Units that are walked through: AWS allows 2,000 in an organization.
const MOST_UNITS: usize = 5_000;

/// The name of the unit for accounts that stand in no other: AWS calls it so.
const ROOT: &str = "Root";
/// Between the units of a path.
const UNIT_SEPARATOR: &str = " / ";

/// An account as AWS Organizations knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationAccount {
    /// Its name there.
    pub name: String,
    /// Units from the top down, as in `Workloads / Production`; `None` where they may not be seen.
    pub unit: Option<String>,
}

/// What could be seen, and what could not: the action that was refused, with the answer.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) accounts: BTreeMap<String, OrganizationAccount>,
    pub(super) refused: Vec<(&'static str, Answer)>,
}

/// Accounts by number, through the role.
pub(super) async fn accounts(door: &Door, partition: Partition) -> Seen {
    let credentials = match door.session.credentials().await {
        Ok(credentials) => credentials,
        Err(answer) => {
            return Seen { refused: vec![("organizations:ListAccounts", answer)], ..Seen::default() };
        }
    };
    let client = Client::new(&door.own.as_session(credentials, partition.home_region()));
    let mut seen = Seen::default();
    match named(&client).await {
        Ok(accounts) => seen.accounts = accounts,
        Err(answer) => seen.refused.push(("organizations:ListAccounts", answer)),
    }
    if seen.refused.is_empty() {
        match placed(&client).await {
            Ok(units) => {
                for (account, unit) in units {
                    seen.accounts.entry(account).or_default().unit = Some(unit);
                }
            }
            Err(refused) => seen.refused.push(refused),
        }
    }
    seen
}

async fn named(client: &Client) -> Result<BTreeMap<String, OrganizationAccount>, Answer> {
    let mut found = BTreeMap::new();
    let mut pages = client.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        for account in page.accounts() {
            let Some(id) = account.id() else { continue };
            let name = account.name().unwrap_or_default().to_owned();
            found.insert(id.to_owned(), OrganizationAccount { name, unit: None });
        }
        if found.len() >= MOST_ACCOUNTS {
            break;
        }
    }
    Ok(found)
}

/// The path of each account's unit, by a walk from the root down; else the action that was refused.
async fn placed(client: &Client) -> Result<BTreeMap<String, String>, (&'static str, Answer)> {
    let roots = client.list_roots().send().await;
    let roots = roots.map_err(|error| ("organizations:ListRoots", Answer::of_sdk(&error)))?;
    let mut waiting: Vec<(String, String)> =
        roots.roots().iter().filter_map(|root| Some((root.id()?.to_owned(), String::new()))).collect();
    let mut found = BTreeMap::new();
    let mut walked = 0;
    while let Some((id, path)) = waiting.pop() {
        walked += 1;
        if walked > MOST_UNITS {
            break;
        }
        let accounts =
            members(client, &id).await.map_err(|answer| ("organizations:ListAccountsForParent", answer))?;
        let own = if path.is_empty() { ROOT } else { &path };
        found.extend(accounts.into_iter().map(|account| (account, own.to_owned())));
        let below = units(client, &id)
            .await
            .map_err(|answer| ("organizations:ListOrganizationalUnitsForParent", answer))?;
        waiting.extend(below.into_iter().map(|(id, name)| (id, below_of(&path, &name))));
    }
    Ok(found)
}

/// A unit's path; a name with the separator in it stays one unit.
fn below_of(path: &str, name: &str) -> String {
    let name = name.replace(UNIT_SEPARATOR, "/");
    if path.is_empty() { name } else { format!("{path}{UNIT_SEPARATOR}{name}") }
}

async fn members(client: &Client, parent: &str) -> Result<Vec<String>, Answer> {
    let mut found = vec![];
    let mut pages = client.list_accounts_for_parent().parent_id(parent).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        found.extend(page.accounts().iter().filter_map(|account| account.id().map(str::to_owned)));
    }
    Ok(found)
}

async fn units(client: &Client, parent: &str) -> Result<Vec<(String, String)>, Answer> {
    let mut found = vec![];
    let mut pages = client.list_organizational_units_for_parent().parent_id(parent).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        found.extend(
            page.organizational_units()
                .iter()
                .filter_map(|unit| Some((unit.id()?.to_owned(), unit.name().unwrap_or_default().to_owned()))),
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_the_top_and_a_name_stays_one_unit() {
        assert_eq!(below_of("", "Workloads"), "Workloads");
        assert_eq!(below_of("Workloads", "Pro / d"), "Workloads / Pro/d");
    }
}
