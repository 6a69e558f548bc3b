//! Two people who change one thing: the second is told, and nothing is overwritten unseen.
//!
//! A version is a short name of what may be changed of a thing. Whoever changes it says the version that was loaded;
//! if it is another by now, the change is refused with who made it and when. Changes take turns, so that nothing comes
//! between that look and the change.

use crate::allocation::Definitions;
use crate::connections::Customer;
use crate::policy::Caller;
use crate::{
    App, AppError, ErrorKind, Result, bill_choices, budgets, connections, identity, notifications, reports,
    stable, trends,
};
use chrono::DateTime;
use meta::Member;
use model::ConnectionId;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// Turns of those who change something, each thing of each organization by itself.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub(crate) fn of(&self, key: String) -> Arc<tokio::sync::Mutex<()>> {
        // A map of locks is whole whatever a panicking thread left.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody holds or waits for is not kept.
        all.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(all.entry(key).or_default())
    }
}

/// A turn; the next one begins when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _held: OwnedMutexGuard<()>,
}

/// Something that several people may change.
#[derive(Clone, Copy, Debug)]
pub enum Thing<'a> {
    /// A connection.
    Connection(&'a ConnectionId),
    /// A saved report, with its schedule.
    Report(&'a str),
    /// A subset.
    Subset(&'a str),
    /// A virtual tag.
    VirtualTag(&'a str),
    /// A budget.
    Budget(&'a str),
    /// Which of two bills counts: a question about a connection's month.
    BillChoice(&'a ConnectionId, i64),
    /// The rules of shared costs, all of them.
    SharedCosts,
    /// The organization's name.
    OrganizationName,
    /// Domains whose addresses get reports.
    MailDomains,
    /// The account list by which a connection's bill is split.
    Customers(&'a ConnectionId),
    /// A member's role.
    Member(&'a str),
    /// A channel of notifications.
    Channel(&'a str),
    /// Who gets which notifications.
    NotificationRoutes,
    /// A definition of irregular spend.
    TrendDefinition(&'a str),
}

/// A short name of a value: another value has another one. The same in every build: a page may be open while the program
/// is replaced by a newer one.
pub fn version(value: &impl Hash) -> String {
    stable::name_of(value)
}

/// Begins a change of something; `expected` is the version that the caller loaded, where it says one. Hold what is
/// given until the change is made.
///
/// # Errors
/// `Changed` when it is another version by now: who changed it, when, and what to do.
pub async fn begin(app: &App, caller: &Caller, thing: Thing<'_>, expected: Option<&str>) -> Result<Turn> {
    let whose = &caller.organization()?.id;
    // Choices of one organization hang together.
    let key = match thing {
        Thing::BillChoice(..) => format!("{whose} bill choice"),
        _ => format!("{whose} {thing:?}"),
    };
    let turn = Turn { _held: app.turns().of(key).lock_owned().await };
    let Some(expected) = expected else { return Ok(turn) };
    let now = current(app, caller, thing).await?;
    if now.as_deref().is_none_or(|now| now == expected) {
        // What is gone is told as that by whoever changes it.
        return Ok(turn);
    }
    Err(told(app, caller, thing).await?)
}

/// As [`begin`], for what is to be removed.
///
/// # Errors
/// `Changed` when it is another version by now: who changed it, when, and what to do.
pub async fn begin_removal(
    app: &App,
    caller: &Caller,
    thing: Thing<'_>,
    expected: Option<&str>,
) -> Result<Turn> {
    begin(app, caller, thing, expected).await.map_err(|error| match error.kind {
        ErrorKind::Changed => error.advise(
            "Nothing was removed. Load the newer version, look at what is different, and remove it if it still has to go.",
        ),
        _ => error,
    })
}

/// The version of a thing as it is now; `None`: there is no such thing.
async fn current(app: &App, caller: &Caller, thing: Thing<'_>) -> Result<Option<String>> {
    let organization = caller.organization()?;
    Ok(match thing {
        Thing::Connection(id) => {
            let found = connections::list(app, &organization.id).await?;
            found.into_iter().find(|one| one.id == *id).map(|one| one.version)
        }
        Thing::Report(id) => {
            let found = reports::reports(app, caller).await?;
            found.iter().find(|one| one.saved.id.as_str() == id).map(reports::Report::version)
        }
        Thing::Subset(id) => {
            let found = Definitions::read(app, &organization.id).await?.subsets;
            found.iter().find(|one| one.id == id).map(version)
        }
        Thing::VirtualTag(id) => {
            let found = Definitions::read(app, &organization.id).await?.virtual_tags;
            found.iter().find(|one| one.id == id).map(version)
        }
        Thing::Budget(id) => {
            let found = app.meta().budgets(&organization.id).await?;
            found.iter().find(|one| one.id.as_str() == id).map(budgets::version)
        }
        Thing::BillChoice(id, question) => {
            let found = bill_choices::questions(app, &organization.id, id).await?;
            found.into_iter().find(|one| one.id == question).map(|one| one.version)
        }
        Thing::SharedCosts => Some(version(&Definitions::read(app, &organization.id).await?.shared_costs)),
        Thing::OrganizationName => {
            app.organization_by_id(&organization.id).await?.map(|found| version(&found.name))
        }
        Thing::MailDomains => Some(version(&identity::mail_domains(app, caller).await?)),
        Thing::Customers(id) => {
            Some(customers_version(&connections::customers(app, &organization.id, id).await?))
        }
        Thing::Member(id) => {
            let found = identity::members(app, caller).await?;
            found.iter().find(|one| one.user.id.as_str() == id).map(member_version)
        }
        Thing::Channel(id) => {
            let found = notifications::channels(app, caller).await?;
            found.iter().find(|one| one.channel.id.as_str() == id).map(notifications::ChannelView::version)
        }
        Thing::NotificationRoutes => Some(notifications::routes(app, caller).await?.version()),
        Thing::TrendDefinition(id) => {
            let found = trends::definitions(app, &organization.id).await?;
            found.iter().find(|one| one.definition.id == id).map(trends::KnownDefinition::version_name)
        }
    })
}

/// Names an account list as it is.
pub fn customers_version(customers: &[Customer]) -> String {
    let lines = customers.iter().map(|one| (one.organization.id.as_str(), &one.connection.accounts));
    version(&lines.collect::<Vec<_>>())
}

/// Names what may be changed of a member.
pub fn member_version(member: &Member) -> String {
    version(&(member.role.name(), &member.subsets))
}

/// What the second one is told.
async fn told(app: &App, caller: &Caller, thing: Thing<'_>) -> Result<AppError> {
    let member = match thing {
        // The log names members by their address.
        Thing::Member(id) => {
            let members = identity::members(app, caller).await?;
            members.into_iter().find(|one| one.user.id.as_str() == id).map(|one| one.user.email.to_string())
        }
        _ => None,
    };
    let (what, actions, id) = match thing {
        Thing::BillChoice(..) => ("which bill counts, or what is known of the two,", "bill.chosen", None),
        Thing::Connection(id) => ("this connection", "connection.change", Some(id.as_str())),
        Thing::Report(id) => ("this report", "report.changed", Some(id)),
        Thing::Subset(id) => ("this subset", "subset.changed", Some(id)),
        Thing::VirtualTag(id) => ("this virtual tag", "virtual_tag.changed", Some(id)),
        Thing::Budget(id) => ("this budget", "budget.changed", Some(id)),
        Thing::SharedCosts => ("the shared costs", "shared_costs.changed", None),
        Thing::OrganizationName => ("the organization's name", "organization.renamed", None),
        Thing::MailDomains => ("the domains", "organization.mail_domains_changed", None),
        Thing::Customers(id) => ("the account list", "connection.split", Some(id.as_str())),
        Thing::Member(id) => {
            ("this member's role", "member.role_changed", Some(member.as_deref().unwrap_or(id)))
        }
        Thing::Channel(id) => ("this channel", "channel.", Some(id)),
        Thing::NotificationRoutes => ("who gets what", "notifications.routed", None),
        Thing::TrendDefinition(id) => ("this definition", "trend_definition.changed", Some(id)),
    };
    let last = app.meta().last_change(&caller.organization()?.id, actions, id).await?;
    let who = last.map_or_else(
        || format!("somebody changed {what} since you opened it"),
        |(who, at_ms)| {
            let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
            format!("{who} changed {what} on {}, after you opened it", at.format("%-d %B %Y at %H:%M UTC"))
        },
    );
    Ok(AppError::new(ErrorKind::Changed, who)
        .advise("Nothing of yours was saved. Load the newer version, look at what is different, and make your change again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_thing_has_its_own_turns() {
        let turns = Turns::default();
        let held = turns.of("a subset".to_owned()).lock_owned().await;
        assert!(turns.of("a subset".to_owned()).try_lock().is_err());
        assert!(turns.of("b subset".to_owned()).try_lock().is_ok(), "another organization does not wait");
        drop(held);
        assert!(turns.of("a subset".to_owned()).try_lock().is_ok());
    }

    #[test]
    fn a_version_is_that_of_a_value() {
        assert_eq!(version(&("a", 1)), version(&("a", 1)));
        assert_ne!(version(&("a", 1)), version(&("a", 2)));
        assert_eq!(version(&"a").len(), 16);
    }
}
