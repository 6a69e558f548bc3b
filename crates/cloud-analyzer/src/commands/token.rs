//! `token`: secrets for scripts. What is made is printed alone on standard output, to be kept by a script.

use super::Folder;
use crate::cli::Token;
use crate::output::{Align, Table, print};
use ::app::identity;
use ::app::policy::Caller;
use chrono::{DateTime, SecondsFormat};

pub(crate) async fn run(folder: &Folder, command: Token) -> anyhow::Result<()> {
    let app = match command {
        Token::Create(_) => folder.open().await?,
        Token::List | Token::Revoke { .. } | Token::RevokeAll => folder.open_existing().await?,
    };
    let caller = async || Ok::<_, anyhow::Error>(Caller::command_line(folder.organization_of(&app).await?));
    match command {
        Token::Create(args) => {
            let standing = identity::standing(args.role, args.subsets)?;
            let made =
                identity::create_token(&app, &caller().await?, &args.name, standing, args.expires).await?;
            print(&format!("{}\n", made.secret))?;
        }
        Token::List => print(&table(identity::tokens(&app, &caller().await?).await?))?,
        Token::Revoke { id } => {
            identity::revoke_token(&app, &caller().await?, &id).await?;
            print(&format!("token {id} is revoked\n"))?;
        }
        Token::RevokeAll => {
            let revoked = match &folder.organization {
                None => identity::revoke_all_tokens(&app).await?,
                Some(_) => identity::revoke_tokens(&app, &caller().await?).await?,
            };
            print(&format!("revoked {revoked} tokens\n"))?;
        }
    }
    Ok(())
}

fn table(tokens: Vec<identity::ApiToken>) -> String {
    let names = ["id", "name", "role", "made by", "made", "expires", "last used"];
    let mut table = Table::new(&names.map(|name| (name, Align::Left)));
    let at = |ms: Option<i64>| {
        let instant = ms.and_then(DateTime::from_timestamp_millis);
        instant.map_or("never".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    for token in tokens {
        table.row(vec![
            token.id.to_string(),
            token.name,
            token.role.to_string(),
            token.created_by,
            at(Some(token.created_at_ms)),
            at(token.expires_at_ms),
            at(token.last_used_ms),
        ]);
    }
    table.text()
}
