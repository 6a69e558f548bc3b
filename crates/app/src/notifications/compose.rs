//! Puts messages together out of what waits at a channel: one by one, many at once, or by the day or week. What a message
//! holds is written down before it is sent the first time: under its name it never holds anything else, or a receiver
//! that knows the name would pass over what is new in it.
//!
//! What people read piles up while their service is down: then it becomes one message under a new name, and the names
//! that it had are never sent again.

use super::sending::UNREADABLE;
use crate::identity::random_id;
use crate::{App, AppError, Result};
use meta::{Cadence, Channel, NewDelivery, Notification, Told};
use notify::{Bundle, ChannelKind, Message, Notice};
use std::collections::{BTreeSet, HashMap};

/// More than so many at once become one message.
const FLOOD: usize = 5;
/// Notices that one message stands for at most; what is beyond it is another message.
const MOST: i64 = 2_000;
/// What a digest lists as still open.
const STILL_OPEN: i64 = 50;

/// A message and how far it is.
pub(super) struct Composed {
    pub(super) message: Message,
    /// Tries so far.
    pub(super) tries: u32,
    /// When it was tried first (ms).
    pub(super) first_try_ms: Option<i64>,
    /// When its time is (ms); it may be tried before.
    pub(super) due_ms: i64,
    /// Addresses of a mail that have it.
    pub(super) told_to: Vec<String>,
}

/// The next message of a channel, if one is due.
pub(super) async fn next(app: &App, channel: &Channel, kind: ChannelKind) -> Result<Option<Composed>> {
    loop {
        let now = app.now();
        let (read, most) = if kind.is_read() { (true, MOST) } else { (false, 1) };
        let due = app.meta().due_notifications(&channel.id, now.timestamp_millis(), read, most).await?;
        let Some(first) = due.first() else { return Ok(None) };
        let id = match together(kind, channel.cadence, &due) {
            Some((rows, bundle)) => bundled(app, &rows, bundle).await?,
            None => first.message_id.clone(),
        };
        let rows = app.meta().message(&channel.id, &id).await?;
        let (notices, unreadable) = last_of_each(&rows);
        if !unreadable.is_empty() {
            let delivery = NewDelivery {
                channel_id: channel.id.clone(),
                message_id: id.clone(),
                title: UNREADABLE.to_owned(),
                at_ms: now.timestamp_millis(),
                took_ms: 0,
                told: Told::Failed,
                status: None,
                answer: format!(
                    "{} of it was written by another version and cannot be read",
                    unreadable.len()
                ),
                counts: true,
                refused: false,
            };
            tracing::error!(channel.id = %channel.id, count = unreadable.len(), "kept notifications cannot be read");
            app.meta().set_aside(&unreadable, &delivery).await?;
        }
        let (false, Some(first)) = (notices.is_empty(), rows.first()) else { continue };
        let bundle = bundle_named(&first.bundle);
        let still_open =
            if bundle == Bundle::Digest { still_open(app, channel, &notices).await? } else { vec![] };
        let organization = app.organization_by_id(&channel.organization_id).await?;
        return Ok(Some(Composed {
            tries: rows.iter().map(|one| one.tries).max().unwrap_or_default(),
            first_try_ms: rows.iter().filter_map(|one| one.first_try_ms).min(),
            due_ms: first.due_ms,
            told_to: first.told_to.clone(),
            message: Message {
                id,
                at_s: now.timestamp(),
                organization: organization.map(|found| found.name).unwrap_or_default(),
                bundle,
                notices,
                still_open,
                link: app.page("/organization?tab=notifications"),
            },
        }));
    }
}

/// What is told before and is not over, but for what the message tells of.
async fn still_open(app: &App, channel: &Channel, notices: &[Notice]) -> Result<Vec<Notice>> {
    let events: Vec<&str> = notices.iter().map(|notice| notice.event.as_str()).collect();
    let open = app.meta().still_open(&channel.id, &events, STILL_OPEN).await?;
    Ok(open.iter().filter_map(|row| read(row).ok()).collect())
}

const NEW: &str = "new";

/// What becomes one message under a name of its own now; `None`: the first is one already, and is tried as it is.
fn together(
    kind: ChannelKind,
    cadence: Cadence,
    due: &[Notification],
) -> Option<(Vec<&Notification>, Bundle)> {
    let first = due.first()?;
    let alone = || (first.bundle == NEW).then(|| (vec![first], Bundle::One));
    // Somebody has it under its name, or its receiver refuses just this.
    let stays = |one: &Notification| one.refused || !one.told_to.is_empty();
    if !kind.is_read() || stays(first) {
        return alone();
    }
    let free: Vec<&Notification> = due.iter().filter(|one| !stays(one)).collect();
    let fresh = free.iter().filter(|one| one.bundle == NEW).count();
    let tried = free.iter().filter(|one| one.bundle != NEW).map(|one| &one.message_id);
    let tried = tried.collect::<BTreeSet<_>>().len();
    match cadence {
        Cadence::Daily | Cadence::Weekly if fresh > 0 || tried > 1 => Some((free, Bundle::Digest)),
        Cadence::Each if fresh + tried > FLOOD => Some((free, Bundle::Flood)),
        _ => alone(),
    }
}

/// Writes down that these are one message from now on; gives its name.
async fn bundled(app: &App, rows: &[&Notification], bundle: Bundle) -> Result<String> {
    let tried: Vec<&&Notification> = rows.iter().filter(|one| one.bundle != NEW).collect();
    let id = match rows.first() {
        Some(first) if tried.is_empty() => first.message_id.clone(),
        // The names that they had hold something else.
        _ => format!("msg_{}", random_id()?),
    };
    let ids: Vec<i64> = rows.iter().map(|one| one.id).collect();
    let tries = tried.iter().map(|one| one.tries).max();
    let composed = meta::Composed {
        ids: &ids,
        message_id: &id,
        bundle: name_of(bundle),
        tried: tries.map(|tries| (tries, tried.iter().filter_map(|one| one.first_try_ms).min())),
        due_ms: tried.iter().map(|one| one.due_ms).min(),
    };
    app.meta().bundle(&composed).await?;
    Ok(id)
}

const fn name_of(bundle: Bundle) -> &'static str {
    match bundle {
        Bundle::Flood => "flood",
        Bundle::Digest => "digest",
        Bundle::One | Bundle::Test => "one",
    }
}

fn bundle_named(name: &str) -> Bundle {
    match name {
        "flood" => Bundle::Flood,
        "digest" => Bundle::Digest,
        _ => Bundle::One,
    }
}

fn read(row: &Notification) -> Result<Notice> {
    serde_json::from_value(row.notice.clone())
        .map_err(|error| AppError::internal(format!("a kept notification cannot be read: {error}")))
}

/// Of several steps of an event in one message the last one: how it stands. And those rows that cannot be read.
fn last_of_each(rows: &[Notification]) -> (Vec<Notice>, Vec<i64>) {
    let (mut notices, mut unreadable): (Vec<Notice>, Vec<i64>) = (vec![], vec![]);
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        match read(row) {
            Ok(notice) => match places.get(row.event.as_str()) {
                Some(known) => notices[*known] = notice,
                None => {
                    places.insert(&row.event, notices.len());
                    notices.push(notice);
                }
            },
            Err(_) => unreadable.push(row.id),
        }
    }
    (notices, unreadable)
}
