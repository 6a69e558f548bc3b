//! `customers`: one bill, split among organizations by an account list.

use super::Folder;
use crate::cli::Customers;
use crate::output::{Align, Table, print, print_json};
use ::app::AppError;
use ::app::connections::{self, Customer};
use ::app::policy::Caller;
use anyhow::Context;
use serde_json::json;

pub(crate) async fn run(folder: &Folder, args: Customers) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let organization = app.organization(folder.organization.as_deref()).await?;
    let organization = organization.ok_or_else(|| AppError::invalid("there is no organization yet"))?;
    let found = connections::find(&app, &organization.id, &args.name).await?;
    let customers = match &args.accounts {
        None => connections::customers(&app, &organization.id, &found.id).await?,
        Some(file) => {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
            let list = connections::parse_account_list(&text)?;
            connections::set_customers(&app, &Caller::command_line(organization), &found.id, &list).await?
        }
    };
    if args.json {
        return print_json(&customers.iter().map(view).collect::<Vec<_>>());
    }
    let mut table =
        Table::new(&[("organization", Align::Left), ("state", Align::Left), ("accounts", Align::Left)]);
    for customer in &customers {
        let accounts = customer.connection.accounts.join(" ");
        table.row(vec![customer.organization.name.clone(), customer.connection.state.to_string(), accounts]);
    }
    print(&table.text())?;
    if args.accounts.is_some() {
        print(
            "A running server reads them now; else: cloud-analyzer --organization NAME ingest CONNECTION\n",
        )?;
    }
    Ok(())
}

fn view(customer: &Customer) -> serde_json::Value {
    json!({
        "organization": customer.organization.name, "organization_id": customer.organization.id,
        "connection": customer.connection.name, "connection_id": customer.connection.id,
        "accounts": customer.connection.accounts, "state": customer.connection.state,
    })
}
