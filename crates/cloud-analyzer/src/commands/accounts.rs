//! `accounts`: what accounts are called, and other names for them.

use super::Folder;
use crate::cli::Accounts;
use crate::output::{Align, Table, print, print_json};
use ::app::allocation::{self, NewAccountName};
use ::app::policy::Caller;
use ::app::{AppError, read};
use anyhow::Context;
use serde_json::json;

pub(crate) async fn run(folder: &Folder, args: Accounts) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let organization = app.organization(folder.organization.as_deref()).await?;
    let organization = organization.ok_or_else(|| AppError::invalid("there is no organization yet"))?;
    let mut new: Vec<NewAccountName> =
        args.name.into_iter().map(|(account_id, name)| NewAccountName { account_id, name }).collect();
    if let Some(file) = &args.names {
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        new.extend(allocation::parse_account_names(&text)?);
    }
    if !new.is_empty() {
        let caller = Caller::command_line(organization.clone());
        let changed = allocation::name_accounts(&app, &caller, new).await?;
        if !args.json {
            print(&format!(
                "{changed} {} another name\n",
                if changed == 1 { "account has" } else { "accounts have" }
            ))?;
        }
    }
    let published = read::Published::seen_by(&app, &Caller::command_line(organization), None).await?;
    let found = read::accounts(&app, &published, &[]).await?;
    if args.json {
        let view = |account: &read::Account| {
            let given = account.given.iter();
            let given: Vec<_> = given.map(|given| json!({ "name": given.name, "by": given.by })).collect();
            let reported = account.names.iter();
            let reported: Vec<_> =
                reported.map(|name| json!({ "name": name.name, "from": name.from, "to": name.to })).collect();
            json!({
                "account_id": account.account_id, "account": account.account, "given": given, "reported": reported,
                "cost": account.cost,
            })
        };
        return print_json(&found.accounts.iter().map(view).collect::<Vec<_>>());
    }
    let mut table = Table::new(&[("account", Align::Left), ("name", Align::Left), ("cost", Align::Right)]);
    for account in &found.accounts {
        let name = if account.account == account.account_id { "" } else { account.account.as_str() };
        table.row(vec![account.account_id.clone(), name.to_owned(), account.cost.to_string()]);
    }
    print(&table.text())?;
    Ok(())
}
