//! Sends what is due at a channel, one message after the other, until nothing is.

use super::compose::{self, Composed};
use super::{kind, targets};
use crate::identity::{count_mails, entry};
use crate::jobs::{self, ChannelOff};
use crate::policy::Caller;
use crate::reports::{picture, recipients};
use crate::{App, ErrorKind, Result};
use connect::Post;
use meta::{Channel, ChannelState, NewAudit, NewDelivery, Told};
use model::{ChannelId, shown};
use notify::{
    Attached, ChannelKind, Mail, Message, Target, Verdict, is_of_message, next_wait_ms, prepare, verdict,
};
use rand::Rng;
use std::time::{Duration, Instant};

/// A receiver that does not answer is left alone until the message is tried again, and for so long at most (ms): what
/// happens meanwhile is tried then.
const ALONE_MS: i64 = 1_800_000;
/// One channel's turn; then others have theirs. What is left of a long row is found by the next look.
const TURN: Duration = Duration::from_secs(20);
/// What the log calls a message that cannot be put together.
pub(super) const UNREADABLE: &str = "A notification that cannot be read";
/// Letters of an answer that are kept.
const ANSWER: usize = 1_000;

/// What a try came to.
pub(super) struct Tried {
    pub(super) verdict: Verdict,
    pub(super) status: Option<u16>,
    pub(super) answer: String,
}

/// Channels at which something is due.
pub(crate) async fn due(app: &App) -> Result<Vec<ChannelId>> {
    Ok(app.meta().due_channels(app.now().timestamp_millis()).await?)
}

/// Sends what is due at a channel. It may be stopped at any line: what a receiver took and was not written down is sent
/// again under the same name.
pub(crate) async fn deliver_due(app: &App, id: &ChannelId) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < TURN {
        if app.is_stopping() {
            return Ok(());
        }
        let Some(channel) = app.meta().channel(id).await? else { return Ok(()) };
        if channel.state != ChannelState::Active || channel.quiet_until_ms > app.now().timestamp_millis() {
            return Ok(());
        }
        let kind = kind(&channel)?;
        let Some(composed) = compose::next(app, &channel, kind).await? else { return Ok(()) };
        deliver(app, &channel, kind, composed).await?;
        tokio::time::sleep(Duration::from_millis(kind.pause_ms())).await;
    }
    Ok(())
}

async fn deliver(app: &App, channel: &Channel, kind: ChannelKind, composed: Composed) -> Result<()> {
    let Composed { message, tries, first_try_ms, due_ms, mut told_to } = composed;
    let began = app.now().timestamp_millis();
    let tried = attempt(app, channel, kind, &message, &mut told_to).await?;
    let now = app.now().timestamp_millis();
    // A try before its time is one more than the ten: something else was to be told.
    let counts = due_ms <= began;
    let refused = tried.status.is_some_and(is_of_message);
    let told = match tried.verdict {
        Verdict::Taken => Told::Delivered,
        Verdict::Gone => Told::Gone,
        Verdict::Never => Told::Failed,
        Verdict::NotTaken(after_s) => {
            let wait_ms = if counts {
                next_wait_ms(tries + 1, after_s, rand::rng().random_range(0..=1_000))
            } else {
                Some((due_ms - now).max(after_s.unwrap_or(1) * 1_000))
            };
            // Each message would be waited for as long as this one was, in a place that others wait for. And what people
            // read comes in its order: nothing passes what waits, unless that was refused alone.
            let silent = tried.status.is_none() || (kind.is_read() && !refused);
            let alone = wait_ms.filter(|_| silent).map(|wait_ms| wait_ms.min(ALONE_MS));
            if let Some(quiet_ms) = after_s.map(|after_s| after_s * 1_000).max(alone) {
                app.meta().quiet_channel(&channel.id, now + quiet_ms).await?;
            }
            wait_ms.map_or(Told::Failed, |wait_ms| Told::Later(now + wait_ms))
        }
    };
    // Before the try is written down: a process that ends in between tries once more.
    let mut jobs = vec![];
    match told {
        Told::Gone => {
            disable(app, channel, "its receiver answered 410: it is gone and wants no more messages").await?;
        }
        Told::Failed if tried.verdict == Verdict::Never => disable(app, channel, &tried.answer).await?,
        Told::Failed if app.meta().took_since(&channel.id, first_try_ms.unwrap_or(began)).await? => {
            let reason =
                format!("its receiver took others meanwhile; its last answer to this one: {}", tried.answer);
            jobs.push(jobs::queued(app, &ChannelOff::of_message(channel, &message.title(), &reason))?);
        }
        Told::Failed => {
            let reason = format!(
                "its receiver took a message in none of ten tries over three days; the last answer: {}",
                tried.answer
            );
            disable(app, channel, &reason).await?;
        }
        Told::Delivered | Told::Later(_) => {}
    }
    let delivery = NewDelivery { counts, refused, ..delivery(channel, &message, began, now, told, tried) };
    app.meta().tried(&delivery, &jobs).await?;
    if !jobs.is_empty() {
        app.queued().wake();
    }
    Ok(())
}

pub(super) fn delivery(
    channel: &Channel,
    message: &Message,
    began_ms: i64,
    now_ms: i64,
    told: Told,
    tried: Tried,
) -> NewDelivery {
    NewDelivery {
        channel_id: channel.id.clone(),
        message_id: message.id.clone(),
        title: message.title(),
        at_ms: began_ms,
        took_ms: (now_ms - began_ms).max(0),
        told,
        status: tried.status,
        answer: tried.answer,
        counts: true,
        refused: false,
    }
}

/// One try. What is wrong with the channel itself is an answer, too: it is tried again, for somebody may mend it.
pub(super) async fn attempt(
    app: &App,
    channel: &Channel,
    kind: ChannelKind,
    message: &Message,
    told_to: &mut Vec<String>,
) -> Result<Tried> {
    let target = match targets::open(app, channel).await {
        Ok(target) => target,
        Err(error) => return Ok(not_taken(&error.to_string(), None)),
    };
    match prepare(kind, &target, message) {
        Ok(Some(prepared)) => {
            let post = Post { url: prepared.url, headers: prepared.headers, body: prepared.body };
            Ok(match app.outgoing().post(post).await {
                Ok(answered) => Tried {
                    verdict: verdict(answered.status, answered.retry_after.as_deref(), app.now()),
                    status: Some(answered.status),
                    answer: kept(&answered.start),
                },
                Err(error) => not_taken(&error.to_string(), None),
            })
        }
        Ok(None) => mail(app, channel, &target, message, told_to).await,
        Err(error) => Ok(not_taken(&error.to_string(), None)),
    }
}

fn not_taken(answer: &str, after_s: Option<i64>) -> Tried {
    Tried { verdict: Verdict::NotTaken(after_s), status: None, answer: kept(answer) }
}

fn kept(answer: &str) -> String {
    shown::short(answer.trim(), ANSWER).into_owned()
}

async fn mail(
    app: &App,
    channel: &Channel,
    target: &Target,
    message: &Message,
    told_to: &mut Vec<String>,
) -> Result<Tried> {
    let Some(settings) = app.mail() else {
        return Ok(not_taken("mail is not set up: start the server with a mail server", None));
    };
    // Who may see a part alone since gets none: a channel tells of all of it.
    let part = recipients::of_part(app, &channel.organization_id, &target.to).await?;
    let left: Vec<String> =
        target.to.iter().filter(|to| !told_to.contains(to) && !part.contains(to)).cloned().collect();
    if left.is_empty() && told_to.is_empty() {
        let answer =
            format!("none of its addresses may get it: part of the bills alone is for {}", part.join(", "));
        return Ok(Tried { verdict: Verdict::Never, status: None, answer: kept(&answer) });
    }
    let sender = format!("channel {}", channel.id);
    match count_mails(app, &channel.organization_id, sender, left.len(), None, None).await {
        Err(error) if error.kind == ErrorKind::TooMany => {
            return Ok(not_taken(&error.message, error.retry_after_s.map(i64::from)));
        }
        counted => counted?,
    }
    let chart = message.notices.first().filter(|_| message.notices.len() == 1).map(|one| &one.chart);
    let files = match chart.filter(|days| !days.is_empty()) {
        Some(days) => vec![Attached {
            name: "chart.png".to_owned(),
            kind: "image/png",
            bytes: picture::draw_days(days)?,
            inline: true,
        }],
        None => vec![],
    };
    let mail = Mail::Notices { message: message.clone(), files };
    let (mut refused, mut failed) = (vec![], None);
    for to in left {
        match settings.mailer.send_once(&to, &mail, &message.id).await {
            Ok(_) => {
                told_to.push(to);
                app.meta().note_told(&channel.id, &message.id, told_to).await?;
            }
            Err(error) if error.for_ever => refused.push(format!("{to}: {}", error.answer)),
            Err(error) => {
                failed = Some(format!("{to}: {}", error.answer));
                // Each further one would wait for the same server.
                break;
            }
        }
    }
    // An address that is refused for ever is nobody else's fault: they have it, and the log names the address.
    if failed.is_none() && !told_to.is_empty() {
        let mut answer = format!("the mail server took it for {}", told_to.join(", "));
        if !refused.is_empty() {
            answer.push_str("; not for ");
            answer.push_str(&refused.join("; "));
        }
        if !part.is_empty() {
            answer.push_str("; left out, for they may see a part of the bills alone: ");
            answer.push_str(&part.join(", "));
        }
        return Ok(Tried { verdict: Verdict::Taken, status: None, answer: kept(&answer) });
    }
    refused.extend(failed);
    Ok(not_taken(&format!("the mail server did not take it for {}", refused.join("; ")), None))
}

/// Turns a channel off whose receiver takes nothing, and has its owner told.
async fn disable(app: &App, channel: &Channel, reason: &str) -> Result<()> {
    let detail = [("id", channel.id.as_str()), ("reason", reason)];
    let entry = NewAudit {
        organization_id: Some(channel.organization_id.clone()),
        actor_kind: "schedule".to_owned(),
        actor_id: Some(channel.id.to_string()),
        actor_name: "the delivery".to_owned(),
        ..entry(app, &Caller::nobody(), "channel.disabled", channel.name.as_str(), &detail)
    };
    let told = jobs::queued(app, &ChannelOff::new(channel, reason))?;
    if app.meta().disable_channel(&channel.id, reason, &entry, &[told]).await? {
        tracing::warn!(channel.id = %channel.id, reason, "a channel was turned off");
        app.queued().wake();
    }
    Ok(())
}
