//! To whom an organization's figures may go, by report or by bill diff: to its members and to the domains that its administrators allow. Anybody
//! else needs an administrator's word, which is kept with the report. It is looked at again each time a report leaves:
//! who is no member any more gets none. Who may see a part of the bills alone gets that part of a report, and no bill diffs,
//! which are of a bill as a whole.

use crate::connections::BillDiffMails;
use crate::identity::entry;
use crate::limits::RECIPIENTS;
use crate::policy::{Caller, Sees};
use crate::{App, AppError, ErrorKind, Result, notifications};
use meta::{NewAudit, ReportSchedule, SavedReport};
use model::{Email, OrganizationId, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Whom the organization itself allows.
struct Inside {
    members: BTreeSet<String>,
    domains: Vec<String>,
}

impl Inside {
    async fn of(app: &App, organization: &OrganizationId) -> Result<Self> {
        let members = app.meta().members(organization).await?;
        Ok(Self {
            members: members.into_iter().map(|member| member.user.email.to_string()).collect(),
            domains: app.meta().mail_domains(organization).await?,
        })
    }

    fn holds(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        self.members.contains(address)
            || domain.is_some_and(|domain| self.domains.iter().any(|allowed| allowed == domain))
    }
}

/// Recipients as they are kept: mail addresses, each once.
pub(crate) fn checked(recipients: Vec<String>) -> Result<Vec<String>> {
    if recipients.is_empty() || recipients.len() > RECIPIENTS {
        return Err(AppError::invalid(format!("mails go to 1 to {RECIPIENTS} addresses"))
            .advise("Name who should get them."));
    }
    let mut addresses = vec![];
    for text in recipients {
        let address: Email = text.parse().map_err(|error: model::EmailError| {
            AppError::invalid(error.to_string()).advise("Correct the mail address.")
        })?;
        if !addresses.contains(&address.to_string()) {
            addresses.push(address.to_string());
        }
    }
    Ok(addresses)
}

/// The members' addresses, with what each may see; and those of subset viewers to be, who get no more before they join.
async fn seen(app: &App, organization: &OrganizationId) -> Result<BTreeMap<String, Sees>> {
    let invited = app.meta().invitations(organization).await?.into_iter();
    let invited = invited.filter(|invitation| invitation.role == Role::SubsetViewer);
    let mut seen: BTreeMap<String, Sees> = invited
        .map(|invitation| (invitation.email.to_string(), Sees::of(invitation.role, &invitation.subsets)))
        .collect();
    let members = app.meta().members(organization).await?.into_iter();
    seen.extend(
        members.map(|member| (member.user.email.to_string(), Sees::of(member.role, &member.subsets))),
    );
    Ok(seen)
}

/// Takes a subset viewer's address out of the recipients of every report, bill diff and channel of an organization: as a
/// stranger of an allowed domain they would get more than they did as a member. A report that nobody is left of is sent no
/// longer.
///
/// # Errors
/// The metadata cannot be read or written.
pub(crate) async fn take_out(
    app: &App,
    caller: &Caller,
    organization: &OrganizationId,
    address: &str,
) -> Result<()> {
    let of_organization = |entry| NewAudit { organization_id: Some(organization.clone()), ..entry };
    for mut saved in app.meta().saved_reports(organization).await? {
        let named = |it: &&mut ReportSchedule| it.recipients.iter().any(|one| one == address);
        let Some(schedule) = saved.schedule.as_mut().filter(named) else { continue };
        schedule.recipients.retain(|one| one != address);
        schedule.approved.retain(|one| one != address);
        if schedule.recipients.is_empty() {
            saved.schedule = None;
        }
        let changed = of_organization(super::change_entry(app, caller, "report.changed", &saved));
        app.meta().change_report(&saved, &changed, &[]).await?;
    }
    for mut record in app.meta().connection_records(organization).await? {
        let Some(left) = BillDiffMails::of(&record)?.without(address) else { continue };
        record.bill_diff_mails = left.kept()?;
        let detail = [("fields", "bill_diff_mails"), ("id", record.connection.id.as_str())];
        let changed = entry(app, caller, "connection.change", record.connection.name.as_str(), &detail);
        app.meta().rename_connection(&record, &[of_organization(changed)]).await?;
    }
    notifications::take_out(app, caller, organization, address).await
}

/// Those of some addresses whose members may see a part of the bills alone.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn of_part(
    app: &App,
    organization: &OrganizationId,
    recipients: &[String],
) -> Result<Vec<String>> {
    let seen = seen(app, organization).await?;
    let part = |address: &&String| seen.get(*address).is_some_and(|sees| *sees != Sees::Everything);
    Ok(recipients.iter().filter(part).cloned().collect())
}

/// Recipients of a report by what of it they get: what both they and its owner may see. A shared report is the
/// organization's: there its readers alone decide.
///
/// # Errors
/// The metadata cannot be read.
pub(super) async fn by_part(
    app: &App,
    saved: &SavedReport,
    recipients: &[String],
) -> Result<BTreeMap<Sees, Vec<String>>> {
    let owner = match &saved.owner_id {
        Some(owner) if !saved.shared => {
            let members = app.meta().members(&saved.organization_id).await?;
            let owner = members.into_iter().find(|member| member.user.id == *owner);
            // Who is no member any more sees nothing.
            owner.map_or(Sees::Subsets(vec![]), |owner| Sees::of(owner.role, &owner.subsets))
        }
        _ => Sees::Everything,
    };
    let seen = seen(app, &saved.organization_id).await?;
    let mut parts: BTreeMap<Sees, Vec<String>> = BTreeMap::new();
    for address in recipients {
        let sees = seen.get(address).unwrap_or(&Sees::Everything).and(&owner);
        parts.entry(sees).or_default().push(address.clone());
    }
    Ok(parts)
}

/// Those of some addresses that need an administrator's word.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn outside(
    app: &App,
    organization: &OrganizationId,
    recipients: &[String],
) -> Result<Vec<String>> {
    let inside = Inside::of(app, organization).await?;
    Ok(recipients.iter().filter(|address| !inside.holds(address)).cloned().collect())
}

/// Those of the recipients that need an administrator's word and have it: the caller's, or one that was given for this
/// report before.
///
/// # Errors
/// `Denied`: the first one that has none.
pub(super) async fn approved(
    app: &App,
    caller: &Caller,
    saved: &SavedReport,
    recipients: &[String],
) -> Result<Vec<String>> {
    own_alone(caller, recipients)?;
    let before = saved.schedule.as_ref().map(|schedule| schedule.approved.as_slice()).unwrap_or_default();
    let outside = outside(app, &saved.organization_id, recipients).await?;
    match outside.iter().find(|address| !before.contains(address)) {
        Some(address) if caller.role < Some(Role::Administrator) => Err(refused(address)),
        _ => Ok(outside),
    }
}

/// Who may see a part of the bills alone has reports sent to themselves: whose other addresses are is not for them to learn.
fn own_alone(caller: &Caller, recipients: &[String]) -> Result<()> {
    let own = |address: &String| caller.user().is_some_and(|user| user.email.as_str() == address);
    if caller.sees() == Sees::Everything || recipients.iter().all(own) {
        return Ok(());
    }
    let what = "sending a report to others needs the role 'viewer'";
    let mut error = AppError::new(ErrorKind::Denied, what)
        .advise("Have it sent to your own address, or ask an editor to share and send one.");
    error.needs = Some(Role::Viewer);
    Err(error)
}

fn refused(address: &str) -> AppError {
    let what = format!("{address} is no member's address, nor of a domain that reports may go to");
    let mut error = AppError::new(ErrorKind::Denied, what).advise(
        "Ask an administrator to add the address, or to allow its domain on the organization's page.",
    );
    error.needs = Some(Role::Administrator);
    error
}

/// Recipients, parted by whether they may get the report now.
pub(super) struct Parted {
    pub(super) allowed: Vec<String>,
    pub(super) refused: Vec<String>,
}

impl Parted {
    /// Why some get nothing, if so.
    pub(super) fn refusal(&self) -> Option<AppError> {
        let mut error = refused(self.refused.first()?);
        if self.refused.len() > 1 {
            error.message = format!("{}; and {} more", error.message, self.refused.len() - 1);
        }
        Some(error)
    }
}

/// Which recipients of a schedule may get the report now.
pub(super) async fn parted(app: &App, saved: &SavedReport, schedule: &ReportSchedule) -> Result<Parted> {
    let inside = Inside::of(app, &saved.organization_id).await?;
    let (allowed, refused) = schedule
        .recipients
        .iter()
        .cloned()
        .partition(|address| inside.holds(address) || schedule.approved.contains(address));
    Ok(Parted { allowed, refused })
}
