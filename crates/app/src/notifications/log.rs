//! The log of tries, sending a message once more, and trying a channel.

use super::sending::{attempt, delivery};
use super::{kind, own, wake};
use crate::identity::{entry, random_id};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use meta::{Asked, Channel, Delivery, Told};
use notify::{About, Bundle, ChannelKind, Fact, Message, Notice, Severity, Transition, Verdict};

/// Tries that the log shows.
pub const DELIVERIES: i64 = 100;

/// What a receiver said to a test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// Whether it took it.
    pub delivered: bool,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// The start of the answer, or why there is none.
    pub answer: String,
    /// How long it took (ms).
    pub took_ms: i64,
}

/// The last tries of a channel, the newest first.
pub async fn deliveries(app: &App, caller: &Caller, id: &str) -> Result<Vec<Delivery>> {
    let channel = own(app, caller, id).await?;
    Ok(app.meta().deliveries(&channel.id, DELIVERIES).await?)
}

/// Has the message of a try sent once more, under its own name: a receiver that has it already passes over it.
pub async fn send_again(app: &App, caller: &Caller, id: &str, delivery: i64) -> Result<()> {
    let channel = own(app, caller, id).await?;
    let number = delivery.to_string();
    let detail = [("id", channel.id.as_str()), ("delivery", number.as_str())];
    let entry = entry(app, caller, "channel.sent_again", channel.name.as_str(), &detail);
    let now = app.now().timestamp_millis();
    let asked = app.meta().send_again(&channel.organization_id, &channel.id, delivery, now, &entry).await?;
    granted(asked, now)?;
    wake(app, &channel).await
}

fn granted(asked: Asked, now_ms: i64) -> Result<()> {
    match asked {
        Asked::Granted => Ok(()),
        Asked::Nothing => Err(AppError::new(ErrorKind::NotFound, "there is nothing to send again")
            .advise("A test has nothing behind it: send another one. What was told is kept for 400 days.")),
        Asked::From(from_ms) => {
            let what = "too many tests and messages sent again were asked for in the last minute";
            let mut error = AppError::new(ErrorKind::TooMany, what).advise("Try again in a minute.");
            error.retry_after_s = Some(u32::try_from((from_ms - now_ms) / 1_000 + 1).unwrap_or(1).max(1));
            Err(error)
        }
    }
}

/// Sends a test by a channel, on or off, and gives what its receiver said.
pub async fn test(app: &App, caller: &Caller, id: &str) -> Result<TestResult> {
    let channel = own(app, caller, id).await?;
    let kind = kind(&channel)?;
    let now = app.now().timestamp_millis();
    let entry = entry(app, caller, "channel.tested", channel.name.as_str(), &[("id", channel.id.as_str())]);
    granted(app.meta().ask_test(&channel.organization_id, now, &entry).await?, now)?;
    let organization = caller.organization()?.name.clone();
    let event = format!("test-{}", random_id()?);
    let result =
        send(app, &channel, kind, message(app, &organization, &channel, &event, Transition::Opened)?).await?;
    if result.delivered && kind.keeps_incidents() {
        // What the test opened is nobody's to close.
        send(app, &channel, kind, message(app, &organization, &channel, &event, Transition::Ended)?).await?;
    }
    Ok(result)
}

async fn send(app: &App, channel: &Channel, kind: ChannelKind, message: Message) -> Result<TestResult> {
    let began = app.now().timestamp_millis();
    let tried = attempt(app, channel, kind, &message, &mut vec![]).await?;
    let now = app.now().timestamp_millis();
    let told = if tried.verdict == Verdict::Taken { Told::Delivered } else { Told::Failed };
    let result = TestResult {
        delivered: told == Told::Delivered,
        status: tried.status,
        answer: tried.answer.clone(),
        took_ms: (now - began).max(0),
    };
    app.meta().tried(&delivery(channel, &message, began, now, told, tried), &[]).await?;
    Ok(result)
}

fn message(
    app: &App,
    organization: &str,
    channel: &Channel,
    event: &str,
    transition: Transition,
) -> Result<Message> {
    let notice = Notice {
        event: event.to_owned(),
        kind: "test".to_owned(),
        transition,
        severity: Severity::Low,
        title: "Test message".to_owned(),
        text: format!(
            "Notifications of {organization} arrive here. Nothing happened: somebody tried the channel."
        ),
        facts: vec![Fact { label: "Channel".to_owned(), value: channel.name.clone() }],
        amounts: vec![],
        link: app.page("/organization?tab=notifications"),
        chart: vec![],
        about: About::default(),
    };
    Ok(Message {
        id: format!("msg_{}", random_id()?),
        at_s: app.now().timestamp(),
        organization: organization.to_owned(),
        bundle: Bundle::Test,
        notices: vec![notice],
        still_open: vec![],
        link: app.page("/organization?tab=notifications"),
    })
}
