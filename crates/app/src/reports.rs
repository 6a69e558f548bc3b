//! Saved reports: a page under a name, for oneself or shared, and sent by mail on a schedule.
//!
//! One rule of who may change what: what is shared is for editors, whoever made it; what is not is for its owner alone.
//! A report without an owner, such as a token's, is shared: a viewer's token writes none.

mod address;
pub(crate) mod picture;
pub(crate) mod recipients;
mod sending;

pub use sending::send_now;
pub(crate) use sending::send_scheduled;

use crate::allocation::Definitions;
use crate::identity::{entry, name_of, random_id};
use crate::limits::{REPORT_ADDRESS, REPORTS_PER_OWNER};
use crate::policy::{Caller, Sees};
use crate::read::Published;
use crate::trends::look_at_report;
use crate::{App, AppError, ErrorKind, Result};
use meta::{NewAudit, NewJob, ReportSchedule, SavedReport};
use model::question::in_first_version;
use model::{Frequency, ReportId, Role, UserId};

/// A report as its reader sees it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The report.
    pub saved: SavedReport,
    /// Whether it is the reader's own.
    pub mine: bool,
    /// Whether the reader may change it.
    pub may_change: bool,
}

impl Report {
    /// Names what may be changed of it, as it is: see [`crate::edits`].
    pub fn version(&self) -> String {
        let SavedReport { name, address, shared, schedule, .. } = &self.saved;
        let schedule = schedule.as_ref().map(|schedule| (schedule.frequency.name(), &schedule.recipients));
        crate::edits::version(&(name, address, shared, schedule))
    }
}

/// What changes of a report; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ReportChange {
    /// Name.
    pub name: Option<String>,
    /// Query string of the page.
    pub address: Option<String>,
    /// Whether everybody in the organization sees it.
    pub shared: Option<bool>,
    /// When and to whom it is sent; `Some(None)`: no longer.
    pub schedule: Option<Option<(Frequency, Vec<String>)>>,
}

fn own_id(caller: &Caller) -> Option<UserId> {
    caller.user().map(|user| user.id.clone())
}

fn shown(caller: &Caller, saved: SavedReport) -> Report {
    // No owner equals nobody, least of all another caller who is no person.
    let mine = saved.owner_id.is_some() && saved.owner_id == own_id(caller);
    let may_change = if saved.shared { caller.role >= Some(Role::Editor) } else { mine };
    Report { saved, mine, may_change }
}

/// Has older reports refer to subsets and virtual tags by identifier: they hold what is called so now. One that names what
/// nothing is called stays as it is, which the log says, and whoever opens it or waits for its mail is told. It is tried
/// again at the next start.
pub async fn refer_by_id(app: &App) {
    let older = match app.meta().reports_of_older_grammar().await {
        Ok(older) => older,
        Err(error) => return tracing::warn!(%error, "reports of an older grammar could not be read"),
    };
    for saved in older {
        if let Err(error) = rewrite(app, &saved).await {
            tracing::warn!(report = %saved.id, %error, "a report could not be written in the present grammar");
        }
    }
}

async fn rewrite(app: &App, saved: &SavedReport) -> Result<()> {
    let definitions = Definitions::read(app, &saved.organization_id).await?;
    let address = in_first_version(&saved.address);
    address::check_names(&address::read(&address)?, &definitions)?;
    let address = address::by_id(&address, &definitions);
    Ok(app.meta().rewrite_address(saved, &address).await?)
}

/// The caller's own reports and the shared ones, by name. Who may see a part of the bills alone is shown their own: names
/// and filters of the others may speak of the rest.
pub async fn reports(app: &App, caller: &Caller) -> Result<Vec<Report>> {
    let all = app.meta().saved_reports(&caller.organization()?.id).await?;
    let whole = caller.sees() == Sees::Everything;
    let listed = |it: &Report| if whole { it.mine || it.saved.shared } else { it.mine && !it.saved.shared };
    Ok(all.into_iter().map(|saved| shown(caller, saved)).filter(listed).collect())
}

/// One of them.
pub async fn report(app: &App, caller: &Caller, id: &str) -> Result<Report> {
    reports(app, caller).await?.into_iter().find(|it| it.saved.id.as_str() == id).ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, "there is no such report")
            .advise("Its owner may have deleted it or stopped sharing it: load the list again.")
    })
}

/// Saves a report under a name.
pub async fn save_report(
    app: &App,
    caller: &Caller,
    name: &str,
    address: &str,
    shared: bool,
) -> Result<Report> {
    let owner_id = own_id(caller);
    // Nobody in particular: then it is everybody's, or nobody could ever find it.
    let shared = shared || owner_id.is_none();
    sharing(caller, shared)?;
    let organization = &caller.organization()?.id;
    let all = app.meta().saved_reports(organization).await?;
    if all.iter().filter(|one| one.owner_id == owner_id).count() >= REPORTS_PER_OWNER {
        return Err(AppError::new(
            ErrorKind::Conflict,
            format!("{REPORTS_PER_OWNER} reports are saved already"),
        )
        .advise("Delete some that nobody opens any more."));
    }
    let id = ReportId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?;
    let mut saved = SavedReport {
        id,
        organization_id: organization.clone(),
        shared,
        owner_name: caller.user().map(|user| user.name.clone()),
        owner_id,
        name: String::new(),
        address: String::new(),
        schedule: None,
        last_run_ms: None,
        last_error: None,
        created_at_ms: app.now().timestamp_millis(),
    };
    sharing(caller, saved.shared)?;
    let new = ReportChange {
        name: Some(name.to_owned()),
        address: Some(address.to_owned()),
        ..ReportChange::default()
    };
    apply(app, caller, &mut saved, new).await?;
    let jobs = look_at_report(app, organization, None, Some(&saved)).await?;
    app.meta().add_report(&saved, &change_entry(app, caller, "report.saved", &saved), &jobs).await?;
    wake(app, &jobs);
    Ok(shown(caller, saved))
}

/// Changes a report.
pub async fn change_report(app: &App, caller: &Caller, id: &str, new: ReportChange) -> Result<Report> {
    let before = changeable(app, caller, id).await?;
    let mut saved = before.clone();
    apply(app, caller, &mut saved, new).await?;
    let jobs = look_at_report(app, &saved.organization_id, Some(&before), Some(&saved)).await?;
    app.meta().change_report(&saved, &change_entry(app, caller, "report.changed", &saved), &jobs).await?;
    wake(app, &jobs);
    Ok(shown(caller, saved))
}

/// Deletes a report.
pub async fn remove_report(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let saved = changeable(app, caller, id).await?;
    let jobs = look_at_report(app, &saved.organization_id, Some(&saved), None).await?;
    app.meta().delete_report(&saved.id, &change_entry(app, caller, "report.deleted", &saved), &jobs).await?;
    wake(app, &jobs);
    Ok(())
}

fn wake(app: &App, jobs: &[NewJob]) {
    if !jobs.is_empty() {
        app.queued().wake();
    }
}

/// The entry of a change: the report as it is from then on.
fn change_entry(app: &App, caller: &Caller, action: &str, saved: &SavedReport) -> NewAudit {
    let schedule = saved.schedule.as_ref().map_or("none".to_owned(), |schedule| {
        format!("{} to {}", schedule.frequency.name(), schedule.recipients.join(", "))
    });
    let shared = if saved.shared { "yes" } else { "no" };
    let detail = [("id", saved.id.as_str()), ("shared", shared), ("schedule", &schedule)];
    entry(app, caller, action, saved.name.as_str(), &detail)
}

async fn changeable(app: &App, caller: &Caller, id: &str) -> Result<SavedReport> {
    let found = report(app, caller, id).await?;
    if !found.may_change {
        let what = format!("'{}' is shared, and changing it needs the role 'editor'", found.saved.name);
        let mut error = AppError::new(ErrorKind::Denied, what)
            .advise("Save it under a name of your own, or ask an editor.");
        error.needs = Some(Role::Editor);
        return Err(error);
    }
    Ok(found.saved)
}

/// What others see is for editors to make.
fn sharing(caller: &Caller, shared: bool) -> Result<()> {
    if shared && caller.role < Some(Role::Editor) {
        let mut error = AppError::new(ErrorKind::Denied, "sharing a report needs the role 'editor'")
            .advise("Save it for yourself, or ask an editor to share it.");
        error.needs = Some(Role::Editor);
        return Err(error);
    }
    Ok(())
}

async fn apply(app: &App, caller: &Caller, saved: &mut SavedReport, new: ReportChange) -> Result<()> {
    if let Some(name) = new.name {
        saved.name = name_of("the name of the report", &name)?;
    }
    if let Some(address) = new.address {
        let address = address.trim_start_matches('?').to_owned();
        if address.len() > REPORT_ADDRESS {
            return Err(AppError::invalid("the page's address is too long to be saved")
                .advise("Use fewer filter values."));
        }
        // Whatever is saved can be sent.
        let page = address::read(&address)?;
        // As the caller knows them: that a name is replaced tells that something bears it.
        let published = Published::seen_by(app, caller, None).await?;
        address::check_names(&page, &published.definitions)?;
        published.check_connections(page.filters())?;
        saved.address = address::by_id(&address, &published.definitions);
    }
    if let Some(shared) = new.shared {
        sharing(caller, shared && !saved.shared)?;
        if !shared && saved.owner_id.is_none() {
            return Err(AppError::invalid("this report has no owner who could keep it")
                .advise("Save it under your own name and delete this one."));
        }
        saved.shared = shared;
    }
    if let Some(schedule) = new.schedule {
        saved.schedule = match schedule {
            Some((frequency, recipients)) => {
                let recipients = recipients::checked(recipients)?;
                Some(ReportSchedule {
                    frequency,
                    approved: recipients::approved(app, caller, saved, &recipients).await?,
                    recipients,
                    next_run_ms: frequency.next(app.now()).timestamp_millis(),
                })
            }
            None => None,
        };
    }
    Ok(())
}
