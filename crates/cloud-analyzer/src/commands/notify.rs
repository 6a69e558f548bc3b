//! `notify`: the channels by which notifications leave, and whether one works.

use super::{Folder, PATIENCE, operator, serve};
use crate::cli::{Notify, NotifyTest};
use crate::output::{Align, Table, complain, print};
use ::app::AppOptions;
use ::app::notifications::{self, ChannelView};
use ::app::policy::Caller;
use std::process::ExitCode;

pub(crate) async fn run(folder: &Folder, command: Notify) -> anyhow::Result<ExitCode> {
    match command {
        Notify::List => {
            let app = folder.open_existing().await?;
            let caller = Caller::command_line(folder.organization_of(&app).await?);
            print(&table(notifications::channels(&app, &caller).await?))?;
            Ok(ExitCode::SUCCESS)
        }
        Notify::Test(args) => test(folder, args).await,
    }
}

async fn test(folder: &Folder, args: NotifyTest) -> anyhow::Result<ExitCode> {
    let public_url = args.public_url.unwrap_or_default();
    let options = AppOptions {
        create: false,
        allowances: operator(),
        patience: PATIENCE,
        mail: serve::mail(args.mail, public_url.clone())?,
        public_url,
        ..folder.options()
    };
    let app = folder.open_for_others(options).await?;
    let caller = Caller::command_line(folder.organization_of(&app).await?);
    let channel = notifications::channel_named(&app, &caller, &args.channel).await?.channel;
    let said = notifications::test(&app, &caller, channel.id.as_str()).await?;
    let status = said.status.map(|status| format!("HTTP {status} ")).unwrap_or_default();
    if said.delivered {
        print(&format!("{}: delivered, {status}after {} ms\n{}\n", channel.name, said.took_ms, said.answer))?;
        return Ok(ExitCode::SUCCESS);
    }
    complain(
        &format!("{}: not delivered, {status}after {} ms: {}", channel.name, said.took_ms, said.answer),
        None,
    );
    Ok(ExitCode::FAILURE)
}

fn table(channels: Vec<ChannelView>) -> String {
    let names = ["id", "name", "kind", "to", "when", "state", "waiting"];
    let mut table = Table::new(&names.map(|name| (name, Align::Left)));
    for ChannelView { channel, kind, waiting, .. } in channels {
        table.row(vec![
            channel.id.to_string(),
            channel.name,
            kind.to_string(),
            channel.shown,
            channel.cadence.name().to_owned(),
            channel.state.to_string(),
            waiting.to_string(),
        ]);
    }
    table.text()
}
