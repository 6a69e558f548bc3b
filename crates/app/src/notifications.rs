//! Notifications: channels by which they leave, routes that say who gets what, and sending. What is told comes from
//! elsewhere as a neutral `Notice`: connections, bills, reports, events and budgets use one path ([`queued`]).
//!
//! Where a channel leads is sealed and never shown. The decision is ADR 25.

mod compose;
mod log;
mod routes;
mod sending;
mod sources;
mod targets;

pub use log::{DELIVERIES, TestResult, deliveries, send_again, test};
pub use meta::{Cadence, ChannelState, Delivery};
pub use notify::{ChannelKind, Severity};
pub use routes::{KINDS, Route, RouteTag, Routes, routes, set_routes};
pub(crate) use routes::{is_heard, route, tag_keys};
pub(crate) use sending::{deliver_due, due};
pub(crate) use sources::{attention, bills_changed, recovered, removed, report_failed};
pub use targets::{TargetChange, rotate};
pub(crate) use targets::{sealed_for, take_out};

use crate::connections::sealer;
use crate::identity::{entry, name_of, random_id};
use crate::jobs::{self, Notify};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use meta::{Channel, ChannelEdit, NewJob};
use model::{ChannelId, OrganizationId};
use notify::Notice;

/// Channels of an organization: more than it has teams.
const CHANNELS: usize = 100;

/// A channel, as administrators see it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    /// What is kept of it.
    pub channel: Channel,
    /// What kind it is.
    pub kind: ChannelKind,
    /// What waits to be told.
    pub waiting: u32,
    /// Nothing is sent before (ms): its receiver asked for it, or did not answer.
    pub quiet_until_ms: Option<i64>,
    /// Its last try.
    pub last: Option<Delivery>,
}

impl ChannelView {
    /// Names what may be changed of it, as it is: see [`crate::edits`].
    pub fn version(&self) -> String {
        let Channel { name, shown, cadence, state, sealed_target, .. } = &self.channel;
        crate::edits::version(&(name, shown, cadence, state, sealed_target))
    }
}

/// A channel to be made.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: ChannelKind,
    /// When what waits goes out.
    pub cadence: Cadence,
    /// Where it leads.
    pub target: TargetChange,
}

/// What changes of a channel; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ChannelChange {
    /// Its name.
    pub name: Option<String>,
    /// When what waits goes out.
    pub cadence: Option<Cadence>,
    /// Whether it is on.
    pub on: Option<bool>,
    /// Where it leads.
    pub target: TargetChange,
}

/// A channel that was made, and the signing secret that was made with it: it is told this once.
#[derive(Clone, Debug)]
pub struct Made {
    /// The channel.
    pub view: ChannelView,
    /// The secret with which a receiver verifies, where we made it.
    pub secret: Option<String>,
}

/// The channels of the caller's organization, by name.
pub async fn channels(app: &App, caller: &Caller) -> Result<Vec<ChannelView>> {
    let mut all = vec![];
    for channel in app.meta().channels(&caller.organization()?.id).await? {
        all.push(view(app, channel).await?);
    }
    Ok(all)
}

async fn view(app: &App, channel: Channel) -> Result<ChannelView> {
    let last = app.meta().deliveries(&channel.id, 1).await?.pop();
    let quiet =
        channel.state == ChannelState::Active && channel.quiet_until_ms > app.now().timestamp_millis();
    Ok(ChannelView {
        kind: kind(&channel)?,
        waiting: app.meta().waiting(&channel.id).await?,
        quiet_until_ms: quiet.then_some(channel.quiet_until_ms),
        last,
        channel,
    })
}

fn kind(channel: &Channel) -> Result<ChannelKind> {
    channel.kind.parse().map_err(AppError::internal)
}

/// Ranges of private addresses in which receivers may lie: the operator opened them.
pub fn private_ranges(app: &App) -> Vec<String> {
    app.outgoing().opened().iter().map(ToString::to_string).collect()
}

/// One of them, by its identifier.
pub async fn channel(app: &App, caller: &Caller, id: &str) -> Result<ChannelView> {
    view(app, own(app, caller, id).await?).await
}

/// One of them, by its name or identifier.
///
/// # Errors
/// There is none, or several have that name.
pub async fn channel_named(app: &App, caller: &Caller, name: &str) -> Result<ChannelView> {
    let all = app.meta().channels(&caller.organization()?.id).await?;
    let mut found = all.into_iter().filter(|one| one.id.as_str() == name || one.name == name);
    match (found.next(), found.next()) {
        (Some(one), None) => view(app, one).await,
        (Some(_), Some(_)) => {
            Err(AppError::new(ErrorKind::Conflict, format!("several channels are called '{name}'"))
                .advise("Give the channel's identifier, which its page shows."))
        }
        (None, _) => Err(missing()),
    }
}

fn missing() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such channel")
        .advise("Somebody may have removed it: load the list again.")
}

async fn own(app: &App, caller: &Caller, id: &str) -> Result<Channel> {
    let organization = &caller.organization()?.id;
    let id = ChannelId::try_new(id).map_err(|_| missing())?;
    app.meta().channel(&id).await?.filter(|one| one.organization_id == *organization).ok_or_else(missing)
}

/// Makes a channel.
pub async fn create(app: &App, caller: &Caller, new: NewChannel) -> Result<Made> {
    let organization = &caller.organization()?.id;
    if app.meta().channels(organization).await?.len() >= CHANNELS {
        let text = format!("there are {CHANNELS} channels already");
        return Err(
            AppError::new(ErrorKind::Conflict, text).advise("Remove some that nobody reads any more.")
        );
    }
    let id = ChannelId::try_new(&random_id()?).map_err(|error| AppError::internal(error.to_string()))?;
    let (target, secret) = targets::made(app, organization, new.kind, new.target).await?;
    // Held until it is written: nobody changes the key in between.
    let held = sealer(app).await?;
    let channel = Channel {
        sealed_target: Some(targets::seal_with(&held, &id, &target)?),
        shown: targets::shown(new.kind, &target),
        id,
        organization_id: organization.clone(),
        owner_id: caller.user().map(|user| user.id.clone()),
        name: name_of("the name of the channel", &new.name)?,
        kind: new.kind.name().to_owned(),
        cadence: cadence(new.kind, new.cadence)?,
        state: ChannelState::Active,
        disabled_reason: None,
        quiet_until_ms: 0,
        created_at_ms: app.now().timestamp_millis(),
    };
    app.meta().add_channel(&channel, &change_entry(app, caller, "channel.created", &channel)).await?;
    drop(held);
    Ok(Made { view: view(app, channel).await?, secret })
}

/// Changes a channel, and nothing of it that is not said. Turned on anew, what waited goes out.
pub async fn change(app: &App, caller: &Caller, id: &str, new: ChannelChange) -> Result<ChannelView> {
    let mut channel = own(app, caller, id).await?;
    let kind = kind(&channel)?;
    let mut edit = ChannelEdit { anew: new.on == Some(true), ..ChannelEdit::default() };
    if let Some(name) = new.name {
        channel.name = name_of("the name of the channel", &name)?;
        edit.name = Some(channel.name.clone());
    }
    if let Some(wished) = new.cadence {
        channel.cadence = cadence(kind, wished)?;
        edit.cadence = Some(channel.cadence);
    }
    // Held until it is written: nobody changes the key in between.
    let held = if new.target.is_empty() { None } else { Some(sealer(app).await?) };
    if let Some(sealer) = &held {
        let before = targets::open_with(app, sealer, &channel.id).await.ok();
        let target = targets::changed(app, &channel.organization_id, kind, before, new.target).await?;
        channel.sealed_target = Some(targets::seal_with(sealer, &channel.id, &target)?);
        channel.shown = targets::shown(kind, &target);
        edit.target = Some((channel.sealed_target.clone(), channel.shown.clone()));
        edit.anew = true;
    }
    match new.on {
        Some(true) if channel.sealed_target.is_none() => {
            return Err(AppError::invalid("nobody knows where this channel leads any more")
                .advise("Enter its address and secret again, then turn it on."));
        }
        Some(true) => edit.state = Some((ChannelState::Active, None)),
        Some(false) => edit.state = Some((ChannelState::Off, channel.disabled_reason.clone())),
        None => {}
    }
    if let Some((state, _)) = &edit.state {
        channel.state = *state;
    }
    let now = app.now().timestamp_millis();
    let entry = change_entry(app, caller, "channel.changed", &channel);
    let channel = app.meta().change_channel(&channel.id, &edit, now, &entry).await?;
    drop(held);
    wake(app, &channel).await?;
    view(app, channel).await
}

/// Removes a channel, with its log and what waits for it. Routes that name it lose it, and those that lead
/// to it alone go with it.
pub async fn remove(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let channel = own(app, caller, id).await?;
    let entry = change_entry(app, caller, "channel.removed", &channel);
    Ok(app.meta().remove_channel(&channel.id, &entry).await?)
}

/// Machines and incidents are told at once: they would take a digest for one thing.
fn cadence(kind: ChannelKind, wished: Cadence) -> Result<Cadence> {
    if wished != Cadence::Each && !kind.is_read() {
        return Err(AppError::invalid(format!("a channel of the kind '{kind}' has no digest"))
            .advise("Send each notification at once, or choose mail, Slack or Teams for a digest."));
    }
    Ok(wished)
}

fn change_entry(app: &App, caller: &Caller, action: &str, channel: &Channel) -> meta::NewAudit {
    let state = channel.state.to_string();
    let detail = [
        ("id", channel.id.as_str()),
        ("kind", channel.kind.as_str()),
        ("to", channel.shown.as_str()),
        ("when", channel.cadence.name()),
        ("state", state.as_str()),
    ];
    entry(app, caller, action, channel.name.as_str(), &detail)
}

/// The job that tells of something, to be written in the transaction of what it tells of; none where an organization has
/// no channel.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn queued(app: &App, organization: &OrganizationId, notice: &Notice) -> Result<Vec<NewJob>> {
    if app.meta().channels(organization).await?.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![jobs::queued(app, &Notify::new(organization, notice, app.now()))?])
}

/// Has what waits at a channel looked at now.
async fn wake(app: &App, channel: &Channel) -> Result<()> {
    if channel.state == ChannelState::Active {
        jobs::queue_delivery(app, &channel.organization_id, &channel.id).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
