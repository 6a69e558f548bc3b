//! Who gets what: the first route that matches; what none matches goes to the fallback.

use super::kind;
use crate::allocation::Definitions;
use crate::identity::{entry, random_id};
use crate::policy::Caller;
use crate::{App, AppError, Result};
use chrono::{DateTime, Utc};
use meta::{Cadence, Channel, ChannelState, NewNotification};
use model::{ChannelId, Frequency, OrganizationId};
use notify::{Notice, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What notices are about.
pub const KINDS: [&str; 5] = ["cost", "budget", "connection", "bill", "report"];
/// Routes of an organization, and channels and accounts of one.
const ROUTES: usize = 200;
const EACH: usize = 100;
/// A tag's value owns what it has so much of (percent).
const OWNS: u8 = 60;

/// A tag by which something finds its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTag {
    /// Key.
    pub key: String,
    /// Value that has most of it.
    pub value: String,
}

/// What goes where. What is left out matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// What it is about; see [`KINDS`]. None: whatever it is.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Any of these accounts.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Accounts of this subset, by identifier.
    #[serde(default)]
    pub subset: Option<String>,
    /// A tag's value that owns it.
    #[serde(default)]
    pub tag: Option<RouteTag>,
    /// As bad as this, or worse.
    pub least: Severity,
    /// Who gets it, by identifier.
    pub channels: Vec<String>,
}

/// All routes, in order, and who gets what none of them matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// The first that matches decides.
    pub routes: Vec<Route>,
    /// Channels, by identifier.
    pub fallback: Vec<String>,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Route(Route),
    Fallback(Vec<String>),
}

impl Routes {
    /// Names all of it, as it is: see [`crate::edits`].
    pub fn version(&self) -> String {
        crate::edits::version(&format!("{self:?}"))
    }

    /// Who gets a notice; `subsets`: those that it is about.
    fn channels_for(&self, notice: &Notice, subsets: &[String]) -> &[String] {
        let matched = self.routes.iter().find(|route| route.matches(notice, subsets));
        matched.map_or(&self.fallback, |route| &route.channels)
    }
}

impl Route {
    fn matches(&self, notice: &Notice, subsets: &[String]) -> bool {
        let about = &notice.about;
        let owns = |tag: &RouteTag| {
            let is = |share: &&notify::TagShare| share.key == tag.key && share.value == tag.value;
            about.tags.iter().find(is).is_some_and(|share| share.percent >= OWNS)
        };
        notice.severity >= self.least
            && (self.kinds.is_empty() || self.kinds.contains(&notice.kind))
            && (self.accounts.is_empty() || about.accounts.iter().any(|one| self.accounts.contains(one)))
            && self.subset.as_ref().is_none_or(|subset| subsets.contains(subset))
            && self.tag.as_ref().is_none_or(owns)
    }
}

/// The routes of the caller's organization.
pub async fn routes(app: &App, caller: &Caller) -> Result<Routes> {
    of(app, &caller.organization()?.id).await
}

/// Routes as they hold: channels that are gone are left out, and so is a route that led to nothing else. What it matched
/// goes on to the next ones and to the fallback, rather than to nobody. One that was made without channels stays: it says
/// that nobody wants it.
async fn of(app: &App, organization: &OrganizationId) -> Result<Routes> {
    let known: BTreeSet<String> =
        app.meta().channels(organization).await?.into_iter().map(|one| one.id.to_string()).collect();
    let mut routes = Routes::default();
    let still = |channels: &[String]| -> Vec<String> {
        channels.iter().filter(|one| known.contains(*one)).cloned().collect()
    };
    for kept in app.meta().notification_routes(organization).await? {
        match serde_json::from_value(kept) {
            Ok(Kept::Route(route)) => {
                let channels = still(&route.channels);
                if route.channels.is_empty() || !channels.is_empty() {
                    routes.routes.push(Route { channels, ..route });
                }
            }
            Ok(Kept::Fallback(channels)) => routes.fallback = still(&channels),
            Err(error) => return Err(AppError::internal(format!("a kept route cannot be read: {error}"))),
        }
    }
    Ok(routes)
}

/// Keys of the tags by whose values routes find owners.
pub(crate) async fn tag_keys(app: &App, organization: &OrganizationId) -> Result<BTreeSet<String>> {
    let routes = of(app, organization).await?.routes;
    Ok(routes.into_iter().filter_map(|route| route.tag).map(|tag| tag.key).collect())
}

/// Puts other routes in the places of those that there are.
pub async fn set_routes(app: &App, caller: &Caller, new: Routes) -> Result<Routes> {
    let organization = &caller.organization()?.id;
    let channels = app.meta().channels(organization).await?;
    let subsets = Definitions::read(app, organization).await?.subsets;
    if new.routes.len() > ROUTES {
        return Err(AppError::invalid(format!("there are more than {ROUTES} routes"))
            .advise("Put accounts that go to the same channel into one route."));
    }
    let unknown = |one: &&String| !channels.iter().any(|channel| channel.id.as_str() == one.as_str());
    for (at, route) in new.routes.iter().enumerate() {
        let wrong = |what: String| {
            Err(AppError::invalid(format!("route {}: {what}", at + 1)).advise("Mend it, or take it out."))
        };
        if let Some(kind) = route.kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return wrong(format!("'{kind}' is nothing that is told of; there are {}", KINDS.join(", ")));
        }
        if route.channels.len() > EACH || route.accounts.len() > EACH {
            return wrong(format!("it has more than {EACH} channels or accounts"));
        }
        if route.channels.iter().any(|one| unknown(&one)) {
            return wrong("it leads to a channel that is not there".to_owned());
        }
        if let Some(subset) = route.subset.as_ref().filter(|id| !subsets.iter().any(|one| one.id == **id)) {
            return wrong(format!("there is no subset '{subset}'"));
        }
        if route
            .tag
            .as_ref()
            .is_some_and(|tag| tag.key.is_empty() || tag.key.len() > 200 || tag.value.len() > 500)
        {
            return wrong("its tag has no key, or is too long".to_owned());
        }
    }
    if new.fallback.len() > EACH || new.fallback.iter().any(|one| unknown(&one)) {
        return Err(
            AppError::invalid("the rest goes to a channel that is not there").advise("Load the page again.")
        );
    }
    let kept = new.routes.iter().cloned().map(Kept::Route).chain([Kept::Fallback(new.fallback.clone())]);
    let kept: Vec<_> = kept
        .map(|one| serde_json::to_value(one).map_err(|error| AppError::internal(error.to_string())))
        .collect::<Result<_>>()?;
    let number = new.routes.len().to_string();
    let entry = entry(app, caller, "notifications.routed", "routes", &[("routes", number.as_str())]);
    app.meta().set_notification_routes(organization, &kept, &entry).await?;
    Ok(new)
}

/// Whether a channel gets a notice, as channels and routes are now.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn is_heard(app: &App, organization: &OrganizationId, notice: &Notice) -> Result<bool> {
    Ok(!receivers(app, organization, notice).await?.is_empty())
}

/// The channels that get a notice.
async fn receivers(app: &App, organization: &OrganizationId, notice: &Notice) -> Result<Vec<Channel>> {
    let routes = of(app, organization).await?;
    let mut subsets = notice.about.subsets.clone();
    if routes.routes.iter().any(|route| route.subset.is_some()) {
        let definitions = Definitions::read(app, organization).await?;
        subsets.extend(
            notice
                .about
                .accounts
                .iter()
                .filter_map(|one| definitions.subset_of(one))
                .map(|one| one.id.clone()),
        );
    }
    // What becomes of it is for those who heard that it began; worse, it may be others' as well.
    let mut wanted =
        if notice.transition.closes() { vec![] } else { routes.channels_for(notice, &subsets).to_vec() };
    if !notice.transition.begins() {
        let told = app.meta().channels_told(organization, &notice.event).await?;
        wanted.extend(told.into_iter().map(|id| id.to_string()));
    }
    let mut channels = app.meta().channels(organization).await?;
    // What is told by nobody while a channel is off is what begins or gets worse. What it told as begun and is over waits: an
    // incident would stay open at its service for ever.
    channels.retain(|channel| {
        (channel.state != ChannelState::Off || notice.transition.closes())
            && wanted.iter().any(|id| id == channel.id.as_str())
    });
    Ok(channels)
}

/// Writes down what of a notice goes by which channel; gives the channels that have it to send now. Done twice, it is
/// written down once.
pub(crate) async fn route(
    app: &App,
    organization: &OrganizationId,
    notice: &Notice,
    at: DateTime<Utc>,
) -> Result<Vec<ChannelId>> {
    let to = receivers(app, organization, notice).await?;
    let kept = serde_json::to_value(notice).map_err(|error| AppError::internal(error.to_string()))?;
    let mut rows = vec![];
    for channel in &to {
        // What machines read has no digest, whatever is kept.
        let cadence = if kind(channel)?.is_read() { channel.cadence } else { Cadence::Each };
        rows.push(NewNotification {
            channel_id: channel.id.clone(),
            event: notice.event.clone(),
            step: notice.step(),
            notice: kept.clone(),
            message_id: format!("msg_{}", random_id()?),
            due_ms: due(cadence, app.now()).timestamp_millis(),
            created_at_ms: at.timestamp_millis(),
        });
    }
    app.meta().notify(&rows).await?;
    Ok(to.into_iter().filter(|channel| channel.cadence == Cadence::Each).map(|one| one.id).collect())
}

fn due(cadence: Cadence, now: DateTime<Utc>) -> DateTime<Utc> {
    match cadence {
        Cadence::Each => now,
        Cadence::Daily => Frequency::Daily.next(now),
        Cadence::Weekly => Frequency::Weekly.next(now),
    }
}
