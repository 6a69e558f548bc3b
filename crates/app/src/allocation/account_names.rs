//! Names that people give to accounts, by hand or by a list. Classic reports name nobody, and names in reports are not
//! always what an organization calls its accounts. A given name goes before all others, wherever an account is shown,
//! for the past too; what an account was called before is kept.

use super::change;
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, Result};
use meta::{DefinitionKind, NewAudit};
use model::limits::{LONGEST_ACCOUNT, LONGEST_NAME, MOST_NAMED_ACCOUNTS, MOST_NAMES_OF_AN_ACCOUNT};
use std::collections::{BTreeMap, HashSet};

/// A name that somebody gave.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct GivenName {
    /// The name; empty where it was taken away.
    pub name: String,
    /// Since when (ms).
    pub since_ms: i64,
    /// Who gave it.
    pub by: String,
}

/// The names given to each account, the present one last.
pub type GivenNames = BTreeMap<String, Vec<GivenName>>;

/// An account and the name that it gets; an empty one takes the given name away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccountName {
    /// Account.
    pub account_id: String,
    /// Name.
    pub name: String,
}

/// The names that hold now.
pub(crate) fn present_names(given: &GivenNames) -> BTreeMap<String, String> {
    let present = |(id, names): (&String, &Vec<GivenName>)| {
        let name = names.last().filter(|given| !given.name.is_empty())?;
        Some((id.clone(), name.name.clone()))
    };
    given.iter().filter_map(present).collect()
}

/// Gives names to accounts, also to such as no bill speaks of yet. All others stay as they are. Returns how many changed.
///
/// # Errors
/// An identifier or a name that cannot be one, an account that is named twice, more accounts than are kept.
pub async fn name_accounts(app: &App, caller: &Caller, new: Vec<NewAccountName>) -> Result<usize> {
    let new = checked(new)?;
    let (now, by) = (app.now().timestamp_millis(), caller.name().to_owned());
    let noted = |changed: &[&NewAccountName]| -> NewAudit {
        let first = changed.first().map_or("", |one| one.account_id.as_str());
        let (count, name) = (changed.len().to_string(), changed.first().map_or("", |one| one.name.as_str()));
        let object = if changed.len() == 1 { first } else { "accounts" };
        entry(
            app,
            caller,
            "accounts.named",
            object,
            &[("accounts", &count), ("first", first), ("name", name)],
        )
    };
    change(app, caller, DefinitionKind::AccountNames, |given: &mut GivenNames| {
        let present = present_names(given);
        let changed: Vec<&NewAccountName> = new
            .iter()
            .filter(|one| present.get(&one.account_id).map_or("", String::as_str) != one.name)
            .collect();
        for one in &changed {
            let names = given.entry(one.account_id.clone()).or_default();
            names.push(GivenName { name: one.name.clone(), since_ms: now, by: by.clone() });
            if names.len() > MOST_NAMES_OF_AN_ACCOUNT {
                names.remove(0);
            }
        }
        if given.len() > MOST_NAMED_ACCOUNTS {
            return Err(AppError::invalid(format!("{} accounts would have names", given.len()))
                .advise(format!("{MOST_NAMED_ACCOUNTS} are the most: name those that have cost.")));
        }
        Ok((changed.len(), noted(&changed)))
    })
    .await
}

fn checked(new: Vec<NewAccountName>) -> Result<Vec<NewAccountName>> {
    let trimmed = |one: NewAccountName| NewAccountName {
        account_id: one.account_id.trim().to_owned(),
        name: one.name.trim().to_owned(),
    };
    let new: Vec<NewAccountName> = new.into_iter().map(trimmed).collect();
    if new.len() > MOST_NAMED_ACCOUNTS {
        return Err(AppError::invalid(format!("{} names are too many at once", new.len()))
            .advise(format!("Give at most {MOST_NAMED_ACCOUNTS} at a time.")));
    }
    let mut seen = HashSet::new();
    for one in &new {
        let id = &one.account_id;
        if id.is_empty() || id.len() > LONGEST_ACCOUNT || id.chars().any(char::is_control) {
            return Err(AppError::invalid(format!("'{}' is no account", model::shown::short(id, 60)))
                .advise("Write the account's number, as in 111122223333."));
        }
        if one.name.chars().count() > LONGEST_NAME || one.name.chars().any(char::is_control) {
            return Err(AppError::invalid(format!("the name of account {id} is too long or no text"))
                .advise(format!("Use at most {LONGEST_NAME} characters on one line.")));
        }
        if !seen.insert(id) {
            return Err(AppError::invalid(format!("account {id} is named twice"))
                .advise("Leave one line for each account."));
        }
    }
    Ok(new)
}

/// Reads a list of names: a line for each account, number and name separated by comma, semicolon or tab, quoted or not;
/// the first may be a heading.
///
/// # Errors
/// The first line that is not of that form.
pub fn parse_account_names(text: &str) -> Result<Vec<NewAccountName>> {
    let mut names = vec![];
    let mut heading = true;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (id, name) =
            line.split_once([',', ';', '\t']).map_or((line, None), |(id, name)| (id, Some(name)));
        let is_heading = std::mem::take(&mut heading) && plain(id).to_lowercase().starts_with("account");
        match name {
            _ if is_heading => {}
            Some(name) if !plain(id).is_empty() => {
                names.push(NewAccountName { account_id: plain(id), name: plain(name) });
            }
            _ => {
                return Err(AppError::invalid(format!("line {} is not 'account, name'", at + 1))
                    .advise("Write a line for each account, such as 111122223333,Production."));
            }
        }
    }
    Ok(names)
}

/// A cell as spreadsheets write it: with or without quotes.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    quoted.map_or_else(|| cell.to_owned(), |cell| cell.replace("\"\"", "\"").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(account_id: &str, name: &str) -> NewAccountName {
        NewAccountName { account_id: account_id.into(), name: name.into() }
    }

    #[test]
    fn lists_are_read_as_spreadsheets_write_them() {
        let text = "\u{feff}Account ID,Name\r\n111122223333,Production\n\n\"222\";\"say \"\"hi\"\", all\"\n333\t Test \n444,\n";
        let expected = [
            name("111122223333", "Production"),
            name("222", "say \"hi\", all"),
            name("333", "Test"),
            name("444", ""),
        ];
        assert_eq!(parse_account_names(text).unwrap(), expected);
        for bad in ["111", "1,a\n2", ",a"] {
            assert!(parse_account_names(bad).unwrap_err().to_string().contains("is not 'account, name'"));
        }
    }

    #[test]
    fn what_is_no_account_or_no_name_is_refused() {
        assert!(checked(vec![name(" 1 ", " a ")]).is_ok_and(|found| found == [name("1", "a")]));
        let long = "x".repeat(LONGEST_NAME + 1);
        for bad in [
            vec![name(" ", "a")],
            vec![name("1", "a\nb")],
            vec![name("1", &long)],
            vec![name("1", "a"), name("1 ", "b")],
        ] {
            assert!(checked(bad).is_err());
        }
    }

    #[test]
    fn the_last_name_holds_until_it_is_taken_away() {
        let given = |name: &str| GivenName { name: name.into(), since_ms: 0, by: String::new() };
        let names = GivenNames::from([
            ("1".to_owned(), vec![given("old"), given("new")]),
            ("2".to_owned(), vec![given("old"), given("")]),
        ]);
        assert_eq!(present_names(&names), BTreeMap::from([("1".to_owned(), "new".to_owned())]));
    }
}
