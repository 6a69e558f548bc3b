//! Puts messages together out of what waits at a channel: one by one, many at once, or by the day or week. What a message
//! holds is written down before it is sent the first time: under its name it never holds anything else, or a receiver
//! that knows the name would pass over what is new in it.

use crate::{App, AppError, Result};
use meta::{Cadence, Channel, Notification};
use notify::{Bundle, ChannelKind, Message, Notice};

/// More than so many at once become one message.
const FLOOD: usize = 5;
/// Notices that one message stands for at most.
const MOST: i64 = 500;
/// What a digest lists as still open.
const STILL_OPEN: i64 = 50;

/// A message and how far it is.
pub(super) struct Composed {
    pub(super) message: Message,
    /// Tries so far.
    pub(super) tries: u32,
    /// Addresses of a mail that have it.
    pub(super) told_to: Vec<String>,
}

/// The next message of a channel, if one is due.
pub(super) async fn next(app: &App, channel: &Channel, kind: ChannelKind) -> Result<Option<Composed>> {
    let now = app.now();
    let mut due = app.meta().due_notifications(&channel.id, now.timestamp_millis(), MOST).await?;
    let Some(first) = due.first() else { return Ok(None) };
    let (id, mut name) = (first.message_id.clone(), first.bundle.clone());
    if name == NEW {
        let fresh = due.iter().filter(|one| one.bundle == NEW).count();
        let bundle = bundle_of(kind, channel.cadence, fresh);
        let alone = due.first().map(|one| one.id);
        due.retain(|one| one.bundle == NEW && (bundle != Bundle::One || Some(one.id) == alone));
        name_of(bundle).clone_into(&mut name);
        let ids: Vec<i64> = due.iter().map(|one| one.id).collect();
        app.meta().bundle(&ids, &id, &name).await?;
    } else {
        due.retain(|one| one.message_id == id);
    }
    let bundle = bundle_named(&name);
    let notices = last_of_each(&due)?;
    let still_open = if bundle == Bundle::Digest {
        let events: Vec<&str> = notices.iter().map(|notice| notice.event.as_str()).collect();
        let open = app.meta().still_open(&channel.id, &events, STILL_OPEN).await?;
        open.iter().map(read).collect::<Result<_>>()?
    } else {
        vec![]
    };
    let organization = app.organization_by_id(&channel.organization_id).await?;
    Ok(Some(Composed {
        tries: due.iter().map(|one| one.tries).max().unwrap_or_default(),
        told_to: due.first().map(|one| one.told_to.clone()).unwrap_or_default(),
        message: Message {
            id,
            at_s: now.timestamp(),
            organization: organization.map(|found| found.name).unwrap_or_default(),
            bundle,
            notices,
            still_open,
            link: app.page("/organization?tab=notifications"),
        },
    }))
}

const NEW: &str = "new";

fn bundle_of(kind: ChannelKind, cadence: Cadence, fresh: usize) -> Bundle {
    if !kind.is_read() {
        Bundle::One
    } else if cadence != Cadence::Each {
        Bundle::Digest
    } else if fresh > FLOOD {
        Bundle::Flood
    } else {
        Bundle::One
    }
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

/// Of several steps of an event in one message the last one: how it stands.
fn last_of_each(rows: &[Notification]) -> Result<Vec<Notice>> {
    let mut notices: Vec<Notice> = vec![];
    for row in rows {
        let notice = read(row)?;
        match notices.iter_mut().find(|known| known.event == notice.event) {
            Some(known) => *known = notice,
            None => notices.push(notice),
        }
    }
    Ok(notices)
}
