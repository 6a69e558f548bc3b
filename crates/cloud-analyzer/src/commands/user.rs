//! `user`: accounts, for machines without a browser and for who is locked out.

use super::Folder;
use crate::cli::{NewUser, User};
use crate::output::{Align, Table, print};
use ::app::identity::{self, Secret};
use ::app::policy::Caller;
use anyhow::Context;
use std::io::Read;

pub(crate) async fn run(folder: &Folder, command: User) -> anyhow::Result<()> {
    match command {
        User::Add(args) => add(folder, args).await,
        User::List => list(folder).await,
        User::ResetPassword { email, password_stdin } => {
            let app = folder.open_existing().await?;
            let (password, made) = password(password_stdin)?;
            let user = identity::reset_password(&app, &email, &password).await?;
            print(&format!("the password of {} is set, their sessions have ended\n{made}", user.email))?;
            Ok(())
        }
        User::ForgetIdentity { email } => {
            let app = folder.open_existing().await?;
            let forgotten = identity::forget_identities(&app, &email).await?;
            print(&format!("forgot {forgotten} identities of {email}, their sessions have ended\n"))?;
            Ok(())
        }
    }
}

async fn add(folder: &Folder, args: NewUser) -> anyhow::Result<()> {
    let app = folder.open().await?;
    let caller = Caller::command_line(folder.organization_of(&app).await?);
    let standing = identity::standing(args.role, args.subsets)?;
    let name = args.name.as_deref().unwrap_or(&args.email);
    let (password, made) = password(args.password_stdin)?;
    let new = identity::add_member(&app, &caller, &args.email, name, standing, &password).await?;
    let account = if new { made } else { "the account was there already; its password stays\n".to_owned() };
    let organization = &caller.organization()?.name;
    print(&format!("{} is {} of {organization}\n{account}", args.email, args.role))?;
    Ok(())
}

async fn list(folder: &Folder) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let mut table = Table::new(&[
        ("address", Align::Left),
        ("name", Align::Left),
        ("organization", Align::Left),
        ("role", Align::Left),
    ]);
    for (user, places) in identity::users(&app).await? {
        let (email, name) = (user.email.to_string(), user.name.clone());
        if places.is_empty() {
            table.row(vec![email.clone(), name.clone(), "–".to_owned(), "–".to_owned()]);
        }
        for (organization, role) in places {
            let subsets = identity::subset_names(&app, &user.id, &organization.id).await?;
            let role = if subsets.is_empty() { role.to_string() } else { format!("{role} of {subsets}") };
            table.row(vec![email.clone(), name.clone(), organization.name, role]);
        }
    }
    Ok(print(&table.text())?)
}

/// From standard input, or one made here with the line that shows it.
fn password(from_stdin: bool) -> anyhow::Result<(String, String)> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read the password")?;
        return Ok((text.trim_end_matches(['\r', '\n']).to_owned(), String::new()));
    }
    let secret = Secret::random()?;
    let password: String = secret.reveal().chars().take(24).collect();
    let line = format!("password (shown this once): {password}\n");
    Ok((password, line))
}
