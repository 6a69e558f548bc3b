//! What people decided about findings and workloads: what was put away, and what is not to run on spot. Each is audited in
//! the step that keeps it, and can be taken back.

use super::workloads::{id_of, of_id};
use crate::identity::{entry, random_id};
use crate::policy::{Caller, Sees};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use analyses::waste::{Finding, rule};
use analyses::workloads::Identity;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use meta::{SpotExclusion, WasteDismissal};
use model::{Day, OrganizationId};
use serde::Serialize;
use std::collections::HashMap;

/// Letters of a reason, and of what names a resource.
const LONGEST: usize = 1_000;
/// Workloads that are decided about at once.
const TOGETHER: usize = 500;
/// Dismissals and exclusions of an organization.
const MOST: usize = 20_000;

/// That a finding was put away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dismissal {
    /// By which it is taken back.
    pub id: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The last day; `None`: for good.
    pub until: Option<NaiveDate>,
    /// When (RFC 3339).
    pub at: String,
}

/// That a workload is not to run on spot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// When (RFC 3339).
    pub at: String,
}

/// A finding that is to be put away.
#[derive(Clone, Debug)]
pub struct NewDismissal {
    /// Number of the rule.
    pub rule: u8,
    /// Account.
    pub account: String,
    /// The resource; `None` where the finding names none.
    pub resource: Option<String>,
    /// The region, where no resource is named.
    pub region: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day; `None`: for good.
    pub until: Option<NaiveDate>,
}

/// Rule, account, resource, and the region where no resource is named.
type Place = (u8, String, String, String);

/// The findings that are put away now.
#[derive(Clone, Debug, Default)]
pub struct Dismissed {
    known: HashMap<Place, Dismissal>,
}

impl Dismissed {
    /// Whether and why a finding is.
    pub fn of(&self, finding: &Finding) -> Option<&Dismissal> {
        if self.known.is_empty() {
            return None;
        }
        let region = if finding.resource.is_empty() { finding.region.to_string() } else { String::new() };
        self.known.get(&(finding.rule, finding.account.to_string(), finding.resource.to_string(), region))
    }
}

/// The workloads that are not to run on spot.
#[derive(Clone, Debug, Default)]
pub struct Excluded {
    known: HashMap<String, Exclusion>,
}

impl Excluded {
    /// Whether and why a workload is not.
    pub fn of(&self, identity: &Identity) -> Option<&Exclusion> {
        if self.known.is_empty() { None } else { self.known.get(&id_of(identity)) }
    }
}

fn time(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) async fn dismissed(app: &App, published: &Published) -> Result<Dismissed> {
    let Some(organization) = &published.organization else { return Ok(Dismissed::default()) };
    let today = app.now().date_naive();
    let all = app.meta().waste_dismissals(&organization.id).await?;
    let known =
        all.into_iter().filter(|one| one.until.is_none_or(|until| until.date() >= today)).map(|one| {
            let dismissal = Dismissal {
                id: one.id,
                by: one.by,
                reason: one.reason,
                until: one.until.map(Day::date),
                at: time(one.at_ms),
            };
            ((one.rule, one.account, one.resource, one.region), dismissal)
        });
    Ok(Dismissed { known: known.collect() })
}

pub(super) async fn excluded(app: &App, published: &Published) -> Result<Excluded> {
    let Some(organization) = &published.organization else { return Ok(Excluded::default()) };
    let all = app.meta().spot_exclusions(&organization.id).await?;
    let known = all
        .into_iter()
        .map(|one| (one.workload, Exclusion { by: one.by, reason: one.reason, at: time(one.at_ms) }));
    Ok(Excluded { known: known.collect() })
}

/// Puts a finding away.
///
/// # Errors
/// `Invalid`: no such rule, no reason, a day that is over; `NotFound`: an account that the caller does not see.
pub async fn dismiss(app: &App, caller: &Caller, new: NewDismissal) -> Result<Dismissal> {
    let organization = &caller.organization()?.id;
    let Some(rule) = rule(new.rule) else {
        return Err(AppError::invalid(format!("rule: there is no rule {}", new.rule))
            .advise("Rules have the numbers 1 to 33."));
    };
    let reason = words("reason", &new.reason)?;
    if reason.is_empty() {
        return Err(
            AppError::invalid("reason: it is empty").advise("Say why, for those who look at it later.")
        );
    }
    if new.until.is_some_and(|until| until < app.now().date_naive()) {
        return Err(
            AppError::invalid("until: this day is over").advise("Give a day to come, or none for good.")
        );
    }
    let until = new.until.map(day).transpose()?;
    check_seen(app, caller, std::iter::once(new.account.as_str())).await?;
    let resource = words("resource_id", &new.resource.unwrap_or_default())?;
    let region =
        if resource.is_empty() { words("region", &new.region.unwrap_or_default())? } else { String::new() };
    room(app.meta().waste_dismissals(organization).await?.len(), 1)?;
    let made = WasteDismissal {
        id: random_id()?,
        rule: rule.id,
        account: words("account_id", &new.account)?,
        resource,
        region,
        reason,
        until,
        by: caller.name().to_owned(),
        at_ms: app.now().timestamp_millis(),
    };
    let told = new.until.map_or_else(|| "for good".to_owned(), |until| until.to_string());
    let detail = [
        ("id", made.id.as_str()),
        ("account", &made.account),
        ("resource", &made.resource),
        ("region", &made.region),
        ("reason", &made.reason),
        ("until", &told),
    ];
    let entry = entry(app, caller, "waste.dismissed", rule.title.as_str(), &detail);
    app.meta().dismiss_waste(organization, &made, &entry).await?;
    Ok(Dismissal { id: made.id, by: made.by, reason: made.reason, until: new.until, at: time(made.at_ms) })
}

/// Takes back that a finding was put away.
///
/// # Errors
/// `NotFound`: none of that identifier was, or its account is one that the caller does not see.
pub async fn restore(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let organization = &caller.organization()?.id;
    let missing = || AppError::new(ErrorKind::NotFound, "no finding that was put away has this identifier");
    let all = app.meta().waste_dismissals(organization).await?;
    let one = all.iter().find(|one| one.id == id).ok_or_else(missing)?;
    check_seen(app, caller, std::iter::once(one.account.as_str())).await.map_err(|_| missing())?;
    let title = rule(one.rule).map_or("", |rule| rule.title.as_str());
    let detail =
        [("id", id), ("account", &one.account), ("resource", &one.resource), ("region", &one.region)];
    let entry = entry(app, caller, "waste.restored", title, &detail);
    if app.meta().restore_waste(organization, id, &entry).await? { Ok(()) } else { Err(missing()) }
}

/// Keeps workloads off spot, by what they are called. They stay in every list, and leave every total of savings.
///
/// # Errors
/// `Invalid`: too many at once, or one that is called like none; `NotFound`: an account that the caller does not see.
pub async fn exclude(app: &App, caller: &Caller, workloads: &[String], reason: &str) -> Result<()> {
    let organization = &caller.organization()?.id;
    let reason = words("reason", reason)?;
    let all = known(app, caller, workloads).await?;
    room(app.meta().spot_exclusions(organization).await?.len(), all.len())?;
    let at_ms = app.now().timestamp_millis();
    let by = caller.name().to_owned();
    let new = all.into_iter().map(|workload| SpotExclusion {
        workload,
        reason: reason.clone(),
        by: by.clone(),
        at_ms,
    });
    let new: Vec<SpotExclusion> = new.collect();
    let entry = decided(app, caller, "spot.excluded", workloads, &reason);
    Ok(app.meta().exclude_from_spot(organization, &new, &entry).await?)
}

/// Lets workloads run on spot again.
///
/// # Errors
/// As [`exclude`].
pub async fn include(app: &App, caller: &Caller, workloads: &[String]) -> Result<()> {
    let organization: &OrganizationId = &caller.organization()?.id;
    let all = known(app, caller, workloads).await?;
    let entry = decided(app, caller, "spot.included", workloads, "");
    app.meta().include_in_spot(organization, &all, &entry).await?;
    Ok(())
}

fn decided(app: &App, caller: &Caller, action: &str, workloads: &[String], reason: &str) -> meta::NewAudit {
    let target = match workloads {
        [one] => one.clone(),
        several => format!("{} workloads", several.len()),
    };
    entry(app, caller, action, target, &[("workloads", &workloads.join(", ")), ("reason", reason)])
}

/// What some workloads are called, if all are called like one, and the caller sees their accounts.
async fn known(app: &App, caller: &Caller, workloads: &[String]) -> Result<Vec<String>> {
    if workloads.is_empty() || workloads.len() > TOGETHER {
        return Err(AppError::invalid(format!("workloads: give one to {TOGETHER}"))
            .advise("Give the id of each, as lists of workloads have it."));
    }
    let read = |id: &String| {
        let found = of_id(id).filter(|_| id.len() <= LONGEST);
        found.ok_or_else(|| {
            AppError::invalid(format!("workloads: '{id}' names no workload"))
                .advise("Give the id of each, as lists of workloads have it.")
        })
    };
    let all = workloads.iter().map(read).collect::<Result<Vec<Identity>>>()?;
    check_seen(app, caller, all.iter().map(|one| &*one.account)).await?;
    Ok(all.iter().map(id_of).collect())
}

/// Whoever sees some accounts decides about those alone, and is not told whether there are others.
async fn check_seen<'a>(
    app: &App,
    caller: &Caller,
    mut accounts: impl Iterator<Item = &'a str>,
) -> Result<()> {
    if caller.sees() == Sees::Everything {
        return Ok(());
    }
    let published = Published::seen_by(app, caller, None).await?;
    if accounts.all(|account| published.view.scope.sees(account)) {
        return Ok(());
    }
    Err(AppError::new(ErrorKind::NotFound, "there is no such account among those that you see"))
}

fn room(there: usize, more: usize) -> Result<()> {
    if there + more <= MOST {
        return Ok(());
    }
    Err(AppError::new(ErrorKind::Conflict, format!("there are {there} of them, and {MOST} are kept"))
        .advise("Take some back first."))
}

fn words(name: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(
            AppError::invalid(format!("{name}: it is longer than {LONGEST} bytes")).advise("Write less.")
        );
    }
    Ok(text.to_owned())
}

fn day(day: NaiveDate) -> Result<Day> {
    Day::try_new(day).map_err(|error| AppError::invalid(format!("until: {error}")))
}
