//! What people say of events: whether one was irregular, who looks after it, until when nobody wants to hear of it or it is
//! expected, and that it is put away. Each is written with a line of the event's history and its audit entry in one step,
//! and what changes what is told looks again.

use super::{ExpectedUntil, Recorded, Said, Verdict, event, look_again, missing_event};
use crate::identity::entry;
use crate::policy::{Caller, Sees};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use analyses::trends::Attribute;
use chrono::{Days, NaiveDate};
use meta::{Member, TrendHistory};
use model::Decimal;

/// Days ahead that something may be put off or expected.
const FARTHEST: u64 = 366;
/// Events that are put away at once.
const TOGETHER: usize = 200;
/// Times that a change is tried when others change the same event.
const TRIES: usize = 5;

/// A change that was thought of: the word of it, words for the history, what the audit entry tells.
struct Change {
    action: &'static str,
    transition: &'static str,
    words: String,
    detail: Vec<(&'static str, String)>,
}

/// Says whether an event was irregular; `None` takes it back.
///
/// # Errors
/// `NotFound`: there is no such event that the caller may see.
pub async fn judge(app: &App, caller: &Caller, id: &str, verdict: Option<Verdict>) -> Result<()> {
    let word = match verdict {
        Some(Verdict::Real) => "real",
        Some(Verdict::Planned) => "planned",
        Some(Verdict::False) => "false alarm",
        None => "no verdict",
    };
    say(app, caller, id, true, |_, said| {
        said.verdict = verdict;
        Ok(Change {
            action: "trend.judged",
            transition: "verdict",
            words: format!("{}: {word}", caller.name()),
            detail: vec![("verdict", word.to_owned())],
        })
    })
    .await
}

/// Says who looks after an event; `None`: nobody. Who may see a part of the bills alone names themself.
///
/// # Errors
/// `NotFound`: there is no such event that the caller may see; `Invalid`: no member has that identifier, or may see the event;
/// `Denied`: it is not theirs to name somebody else.
pub async fn assign(app: &App, caller: &Caller, id: &str, user: Option<&str>) -> Result<()> {
    let found = event(app, caller, id).await?;
    let assignee = match user {
        Some(user) => {
            let member = member(app, caller, user).await?;
            if !may_see(app, caller, &member, &found).await? {
                return Err(AppError::invalid("user: that person may not see this event")
                    .advise("Choose somebody who sees its account."));
            }
            Some(member.user)
        }
        None => None,
    };
    let name = assignee.as_ref().map_or("nobody", |user| user.name.as_str());
    say(app, caller, id, false, |_, said| {
        said.assignee = assignee.as_ref().map(|user| (user.id.clone(), user.name.clone()));
        Ok(Change {
            action: "trend.assigned",
            transition: "assigned",
            words: format!("{}: {name} looks after it", caller.name()),
            detail: vec![("to", name.to_owned())],
        })
    })
    .await
}

async fn member(app: &App, caller: &Caller, user: &str) -> Result<Member> {
    let own = caller.user().is_some_and(|own| own.id.as_str() == user);
    // Who belongs to an organization is not for those to find out who see a part of it.
    if !own && caller.sees() != Sees::Everything {
        return Err(AppError::new(ErrorKind::Denied, "user: you can name yourself alone")
            .advise("Ask somebody who sees the whole organization to name others."));
    }
    let members = app.meta().members(&caller.organization()?.id).await?;
    members.into_iter().find(|one| one.user.id.as_str() == user).ok_or_else(|| {
        AppError::invalid("user: no member has this identifier")
            .advise("Choose a member of the organization, or null for nobody.")
    })
}

async fn may_see(app: &App, caller: &Caller, member: &Member, found: &Recorded) -> Result<bool> {
    let sees = Sees::of(member.role, &member.subsets);
    if sees == Sees::Everything {
        return Ok(true);
    }
    let published = Published::seen(app, caller.organization()?.clone(), &sees, None).await?;
    let account = found.event.object.get(&Attribute::Account);
    Ok(account.is_some_and(|account| published.view.scope.sees(account)))
}

/// Says that nobody wants to hear of an event before the data reach beyond a day; `None`: they do again.
///
/// # Errors
/// `NotFound`: there is no such event that the caller may see; `Invalid`: the day is over or too far away.
pub async fn snooze(app: &App, caller: &Caller, id: &str, until: Option<NaiveDate>) -> Result<()> {
    let day = until.map_or_else(|| "no longer".to_owned(), |day| format!("until {day}"));
    say(app, caller, id, true, |found, said| {
        until.map_or(Ok(()), |until| check_day(app, found, until))?;
        said.snoozed_until = until;
        Ok(Change {
            action: "trend.snoozed",
            transition: "snoozed",
            words: format!("{}: put off {day}", caller.name()),
            detail: vec![("until", day.clone())],
        })
    })
    .await
}

/// Says that an event is expected until a day, up to an excess; `None`: not any more.
///
/// # Errors
/// `NotFound`: there is no such event that the caller may see; `Invalid`: the day is over or too far away, or the amount is
/// none.
pub async fn expect(
    app: &App,
    caller: &Caller,
    id: &str,
    expected: Option<(NaiveDate, Option<Decimal>)>,
) -> Result<()> {
    let most = expected.and_then(|(_, up_to)| up_to);
    if most.is_some_and(|most| most <= Decimal::ZERO) {
        return Err(AppError::invalid("up_to: it is no amount above zero")
            .advise("Write the highest excess that is expected, or leave it out for any."));
    }
    let day = expected.map_or_else(|| "no longer".to_owned(), |(day, _)| format!("until {day}"));
    let up_to = most.map_or_else(|| "any".to_owned(), |most| most.to_string());
    let beside = most.map_or_else(String::new, |most| format!(", up to {most}"));
    say(app, caller, id, true, |found, said| {
        expected.map_or(Ok(()), |(until, _)| check_day(app, found, until))?;
        let by = caller.name().to_owned();
        said.expected = expected.map(|(until, up_to)| ExpectedUntil { until, up_to, by });
        Ok(Change {
            action: "trend.expected",
            transition: "expected",
            words: format!("{}: expected {day}{beside}", caller.name()),
            detail: vec![("until", day.clone()), ("up_to", up_to.clone())],
        })
    })
    .await
}

fn check_day(app: &App, found: &Recorded, until: NaiveDate) -> Result<()> {
    let today = app.now().date_naive();
    // Data may end before today, and what is dated ahead may be looked at already.
    let first = today.min(found.event.data_through);
    let last = today.checked_add_days(Days::new(FARTHEST)).unwrap_or(today);
    if until < first || until > last {
        return Err(AppError::invalid(format!("until: {until} is over, or more than a year away"))
            .advise(format!("Choose a day from {first} to {last}.")));
    }
    Ok(())
}

/// Changes what people said of an event, from what it is.
async fn say(
    app: &App,
    caller: &Caller,
    id: &str,
    looks_again: bool,
    change: impl Fn(&Recorded, &mut Said) -> Result<Change>,
) -> Result<()> {
    let organization = &caller.organization()?.id;
    for _ in 0..TRIES {
        let found = event(app, caller, id).await?;
        let mut said = found.said.clone();
        let Change { action, transition, words, mut detail } = change(&found, &mut said)?;
        if said == found.said {
            return Ok(());
        }
        detail.push(("object", found.event.object.to_string()));
        let detail: Vec<(&str, &str)> = detail.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let entry = entry(app, caller, action, id, &detail);
        let history = TrendHistory {
            at_ms: app.now().timestamp_millis(),
            transition: transition.to_owned(),
            words,
            publication: None,
        };
        let jobs = if looks_again { look_again(app, organization)? } else { vec![] };
        let at = (id, found.version);
        if app.meta().say_of_trend_event(organization, at, &said.kept(), &history, &jobs, &entry).await? {
            app.queued().wake();
            return Ok(());
        }
    }
    Err(AppError::new(ErrorKind::Conflict, "others are changing this event").advise("Try again."))
}

/// Puts events away, or takes them out again: all of them or none. Gives how many were elsewhere before.
///
/// # Errors
/// `NotFound`: the caller may not see one of them, or it is not there; `Invalid`: none, or too many at once.
pub async fn archive(app: &App, caller: &Caller, ids: &[String], archived: bool) -> Result<usize> {
    let organization = &caller.organization()?.id;
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > TOGETHER {
        return Err(AppError::invalid(format!("ids: there are {}", ids.len()))
            .advise(format!("Name 1 to {TOGETHER} events.")));
    }
    let mut changed = 0;
    for id in &ids {
        changed += usize::from(event(app, caller, id).await?.archived != archived);
    }
    let (action, word) =
        if archived { ("trend.archived", "archived") } else { ("trend.reactivated", "taken out again") };
    let history = TrendHistory {
        at_ms: app.now().timestamp_millis(),
        transition: if archived { "archived" } else { "reactivated" }.to_owned(),
        words: format!("{}: {word}", caller.name()),
        publication: None,
    };
    let number = ids.len().to_string();
    let entry = entry(app, caller, action, ids.join(" "), &[("events", number.as_str())]);
    if app.meta().archive_trend_events(organization, &ids, archived, &history, &entry).await? {
        Ok(changed)
    } else {
        Err(missing_event())
    }
}
