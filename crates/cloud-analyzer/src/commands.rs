//! One file a command.

mod accounts;
mod backtest;
mod backup;
mod budgets;
mod choose;
mod connect;
mod customers;
mod demo;
mod doctor;
mod events;
mod explain;
mod ingest;
mod keys;
mod notify;
mod optimize;
mod prices;
mod query;
mod reconcile;
mod restore;
mod serve;
mod sessions;
mod status;
mod token;
mod user;
mod verify;

use crate::cli::{Cli, Command, Demo, Question, Sessions};
use crate::output;
use ::app::connections::{Outgoing, TemplateHost};
use ::app::policy::Caller;
use ::app::read::Published;
use ::app::{AllowanceOptions, App, AppError, AppOptions, LakeOptions, Organization, Patience, Spare};
use model::question::Time;
use model::{AsOf, Day};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let outgoing = Outgoing::new(cli.allow_private_range);
    let lake = cli.lake.options().map_err(AppError::invalid)?;
    let folder = Folder { data: cli.data, organization: cli.organization, outgoing, lake };
    match cli.command {
        Command::Ingest(args) => return ingest::run(&folder, args).await,
        Command::Connect(args) => connect::run(&folder, *args).await?,
        Command::Choose(args) => return choose::run(&folder, args).await,
        Command::Status(args) => return status::run(&folder, &args).await,
        Command::Customers(args) => customers::run(&folder, args).await?,
        Command::Verify(args) => return verify::run(&folder, args).await,
        Command::Accounts(args) => accounts::run(&folder, args).await?,
        Command::Query(args) => query::run(&folder, args).await?,
        Command::Budgets(args) => budgets::run(&folder, &args).await?,
        Command::Optimize(command) => optimize::run(&folder, command).await?,
        Command::Prices(command) => prices::run(&folder, command).await?,
        Command::Events(args) => events::run(&folder, args).await?,
        Command::Backtest(args) => backtest::run(&folder, args).await?,
        Command::Reconcile(args) => reconcile::run(&folder, &args).await?,
        Command::Explain(args) => explain::run(&folder, args).await?,
        Command::Demo(Demo::Generate(args)) => demo::generate(args)?,
        Command::Serve(args) => serve::run(&folder, *args).await?,
        Command::Doctor(args) => return doctor::run(&folder, *args).await,
        Command::Backup(args) => backup::run(&folder, args).await?,
        Command::Restore(args) => restore::run(&folder, args).await?,
        Command::Keys(command) => keys::run(&folder, command).await?,
        Command::User(command) => user::run(&folder, command).await?,
        Command::Notify(command) => return notify::run(&folder, command).await,
        Command::Token(command) => token::run(&folder, command).await?,
        Command::Sessions(Sessions::EndAll) => sessions::end_all(&folder).await?,
        Command::Openapi => output::print_json(&api::openapi())?,
        Command::Vacuum(args) => {
            let spare = if args.all { Spare::Nothing } else { Spare::Usual };
            let app = folder.open_existing().await?;
            let mut removed = app.vacuum(spare).await?;
            let mut looks = 0;
            while removed.held_up {
                if looks % BACKUP_TOLD == 0 {
                    output::complain(
                        "waiting until a backup is made, which may hold what would be removed",
                        None,
                    );
                }
                looks += 1;
                tokio::time::sleep(BACKUP_ENDS).await;
                removed = app.vacuum(spare).await?;
            }
            output::print(&format!("removed {} files, {}\n", removed.files, output::bytes(removed.bytes)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the data are, and whose are meant.
pub(crate) struct Folder {
    data: Option<PathBuf>,
    pub(crate) organization: Option<String>,
    /// The way out to addresses that users name.
    outgoing: Outgoing,
    /// Where the tables of bills lie.
    pub(crate) lake: LakeOptions,
}

impl Folder {
    /// The data folder, made when it is missing. Whoever calls holds it: everything is theirs.
    pub(crate) async fn open(&self) -> anyhow::Result<App> {
        Ok(App::open(
            &self.path(),
            AppOptions { allowances: operator(), patience: PATIENCE, ..self.options() },
        )
        .await?)
    }

    /// The data folder, made when it is missing, for others: with what they may do.
    pub(crate) async fn open_for_others(&self, options: AppOptions) -> anyhow::Result<App> {
        Ok(App::open(&self.path(), options).await?)
    }

    /// The data folder, which must be there.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<App> {
        let options =
            AppOptions { create: false, allowances: operator(), patience: PATIENCE, ..self.options() };
        Ok(App::open(&self.path(), options).await?)
    }

    /// The same, of this version: nothing of one that an older version wrote is changed.
    pub(crate) async fn open_as_it_is(&self) -> anyhow::Result<App> {
        Ok(App::open(&self.path(), AppOptions { create: false, update: false, ..self.options() }).await?)
    }

    /// What all commands have in common.
    pub(crate) fn options(&self) -> AppOptions {
        let said = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let templates = TemplateHost {
            hosted: said("CLOUD_ANALYZER_TEMPLATE_URL"),
            trusted: said("CLOUD_ANALYZER_TRUSTED_PRINCIPAL"),
        };
        AppOptions {
            outgoing: self.outgoing.clone(),
            templates,
            lake: self.lake.clone(),
            ..AppOptions::default()
        }
    }

    /// The organization that is meant, made when there is none.
    pub(crate) async fn organization_of(&self, app: &App) -> anyhow::Result<Organization> {
        if let Some(found) = app.organization(self.organization.as_deref()).await? {
            return Ok(found);
        }
        Ok(app.organization_for_ingest(None).await?)
    }

    /// What is published of the organization that is meant, now or as it was; nothing while there is none.
    pub(crate) async fn published(&self, app: &App, as_of: Option<AsOf>) -> anyhow::Result<Arc<Published>> {
        Ok(match app.organization(self.organization.as_deref()).await? {
            Some(found) => Published::seen_by(app, &Caller::command_line(found), as_of).await?,
            None => Published::of_nobody(app, as_of).await?,
        })
    }

    /// As given, else `./data` where it holds data, else the user's data folder, else `./data`.
    pub(crate) fn path(&self) -> PathBuf {
        if let Some(path) = &self.data {
            return path.clone();
        }
        let here = PathBuf::from("data");
        let home = std::env::var_os("XDG_DATA_HOME").filter(|home| !home.is_empty());
        match home {
            Some(home) if !here.join("meta.sqlite").is_file() => PathBuf::from(home).join("cloud-analyzer"),
            _ => here,
        }
    }
}

/// How often a vacuum looks whether a backup has ended.
const BACKUP_ENDS: Duration = Duration::from_secs(1);
/// After how many looks it says again that it waits.
const BACKUP_TOLD: u32 = 30;

/// A command waits for its turn while a server, or another command, writes; the largest reports take some hours.
const PATIENCE: Option<Patience> =
    Some(Patience { most: Duration::from_hours(6), say: |what| output::complain(what, None) });

fn operator() -> AllowanceOptions {
    AllowanceOptions { operator: true, ..AllowanceOptions::default() }
}

/// The question that the options ask, as one total.
fn question(options: Question) -> model::Question {
    let (from, to) = (options.from.map(Day::date), options.to.map(Day::date));
    model::Question {
        group_by: options.group_by.unwrap_or_default().0,
        time: Time::Days { from, to },
        filters: options.filter,
        as_of: options.as_of,
        ..model::Question::total(options.metric)
    }
}
