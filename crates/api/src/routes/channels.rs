//! Channels: ways by which notifications leave. Where one leads goes in and never comes out.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::{instant, optional};
use app::edits::{self, Thing};
use app::notifications::{
    self, Cadence, ChannelChange as Change, ChannelKind, ChannelState, ChannelView, Delivery, Made,
    TargetChange,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of service a channel leads to.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KindName {
    /// Mail, in HTML and plain text.
    Mail,
    /// A Slack-compatible incoming webhook.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// PagerDuty, Events API v2.
    PagerDuty,
    /// Opsgenie, Alert API.
    Opsgenie,
    /// Any service, by Standard Webhooks 1.0.
    Webhook,
}

impl From<KindName> for ChannelKind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Mail => Self::Mail,
            KindName::Slack => Self::Slack,
            KindName::Teams => Self::Teams,
            KindName::PagerDuty => Self::PagerDuty,
            KindName::Opsgenie => Self::Opsgenie,
            KindName::Webhook => Self::Webhook,
        }
    }
}

impl From<ChannelKind> for KindName {
    fn from(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Mail => Self::Mail,
            ChannelKind::Slack => Self::Slack,
            ChannelKind::Teams => Self::Teams,
            ChannelKind::PagerDuty => Self::PagerDuty,
            ChannelKind::Opsgenie => Self::Opsgenie,
            ChannelKind::Webhook => Self::Webhook,
        }
    }
}

/// When what is told goes out.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CadenceName {
    /// At once.
    Each,
    /// Together, each day at six o'clock UTC.
    Daily,
    /// Together, on Mondays at six o'clock UTC.
    Weekly,
}

impl From<CadenceName> for Cadence {
    fn from(name: CadenceName) -> Self {
        match name {
            CadenceName::Each => Self::Each,
            CadenceName::Daily => Self::Daily,
            CadenceName::Weekly => Self::Weekly,
        }
    }
}

impl From<Cadence> for CadenceName {
    fn from(cadence: Cadence) -> Self {
        match cadence {
            Cadence::Each => Self::Each,
            Cadence::Daily => Self::Daily,
            Cadence::Weekly => Self::Weekly,
        }
    }
}

/// Whether a channel tells anything.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StateName {
    /// It does.
    Active,
    /// Somebody turned it off: what begins meanwhile is not told by it. What it told as begun and is over waits.
    Off,
    /// Its receiver took nothing for days, or is gone: what happens meanwhile waits.
    Disabled,
}

/// A try to send a message.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names that scripts know")]
pub(crate) struct Try {
    id: i64,
    /// `webhook-id` or `Message-ID`: the same over all tries.
    message_id: String,
    title: String,
    at: String,
    took_ms: i64,
    /// `delivered`, `later`, `failed` or `gone`.
    outcome: String,
    #[schema(required = true)]
    status: Option<u16>,
    /// The start of the answer, or why there is none.
    answer: String,
    #[schema(required = true)]
    next_try: Option<String>,
}

impl From<Delivery> for Try {
    fn from(found: Delivery) -> Self {
        Self {
            id: found.id,
            message_id: found.message_id,
            title: found.title,
            at: instant(found.at_ms),
            took_ms: found.took_ms,
            outcome: found.outcome,
            status: found.status,
            answer: found.answer,
            next_try: optional(found.next_try_ms),
        }
    }
}

/// A channel, without where it leads but for what may be shown of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Channel {
    id: String,
    name: String,
    kind: KindName,
    /// Addresses of a mail, or the host of an address.
    to: String,
    cadence: CadenceName,
    state: StateName,
    /// Why it is disabled.
    #[schema(required = true)]
    disabled_reason: Option<String>,
    /// Notifications that wait for their digest, or to be tried again.
    waiting: u32,
    /// Nothing is sent before: its receiver asked for that (429, 503), or did not take a message.
    #[schema(required = true)]
    quiet_until: Option<String>,
    /// Its last try.
    #[schema(required = true)]
    last: Option<Try>,
    created_at: String,
    /// Of this channel as it is, for the `If-Match` of a change.
    version: String,
}

impl From<ChannelView> for Channel {
    fn from(view: ChannelView) -> Self {
        let version = view.version();
        let ChannelView { channel, kind, waiting, quiet_until_ms, last } = view;
        Self {
            id: channel.id.to_string(),
            name: channel.name,
            kind: kind.into(),
            to: channel.shown,
            cadence: channel.cadence.into(),
            state: match channel.state {
                ChannelState::Active => StateName::Active,
                ChannelState::Off => StateName::Off,
                ChannelState::Disabled => StateName::Disabled,
            },
            disabled_reason: channel.disabled_reason,
            waiting,
            quiet_until: optional(quiet_until_ms),
            last: last.map(Try::from),
            created_at: instant(channel.created_at_ms),
            version,
        }
    }
}

/// The organization's channels.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names that scripts know")]
pub(crate) struct Channels {
    /// By name.
    channels: Vec<Channel>,
    /// Whether mail is set up.
    mail: bool,
    /// Ranges of private addresses that the operator opened; `http://` is taken within them.
    private_ranges: Vec<String>,
}

/// A channel to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    name: String,
    kind: KindName,
    /// At once, if left out. Digests are for mail, Slack and Teams.
    #[serde(default = "each")]
    cadence: CadenceName,
    /// Address of a webhook; of PagerDuty and Opsgenie, where it is not their own.
    #[serde(default)]
    url: Option<String>,
    /// Integration key of PagerDuty, API key of Opsgenie, signing secret of a webhook: made if it is left out.
    #[serde(default)]
    secret: Option<String>,
    /// Addresses of a mail.
    #[serde(default)]
    to: Option<Vec<String>>,
}

const fn each() -> CadenceName {
    CadenceName::Each
}

/// What changes of a channel; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelChange {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    cadence: Option<CadenceName>,
    /// Whether it tells anything.
    #[serde(default)]
    on: Option<bool>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    to: Option<Vec<String>>,
}

/// A channel, and the secret that was made for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelMade {
    channel: Channel,
    /// With which its receiver verifies messages. Shown this once.
    #[schema(required = true)]
    secret: Option<String>,
}

impl From<Made> for ChannelMade {
    fn from(made: Made) -> Self {
        Self { channel: made.view.into(), secret: made.secret }
    }
}

/// The organization's channels, by name.
#[utoipa::path(get, path = "/channels", tag = "notifications", responses(
    (status = OK, body = Channels),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn channels(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let found = notifications::channels(&state.app, &by).await?;
    Ok(fresh(Json(Channels {
        channels: found.into_iter().map(Channel::from).collect(),
        mail: app::identity::mail_configured(&state.app),
        private_ranges: notifications::private_ranges(&state.app),
    })))
}

/// Makes a channel. A webhook's signing secret is answered this once, if it was made.
#[utoipa::path(post, path = "/channels", tag = "notifications", request_body = NewChannel, responses(
    (status = CREATED, body = ChannelMade),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_channel(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewChannel>,
) -> Result<Response, ApiError> {
    let new = notifications::NewChannel {
        name: new.name,
        kind: new.kind.into(),
        cadence: new.cadence.into(),
        target: TargetChange { url: new.url, secret: new.secret, to: new.to },
    };
    let made = notifications::create(&state.app, &by, new).await?;
    Ok(fresh((StatusCode::CREATED, Json(ChannelMade::from(made))).into_response()))
}

/// Changes a channel, or turns it on or off. Turned on, what waited goes out. An empty `url` of PagerDuty or Opsgenie is the service's own.
#[utoipa::path(patch, path = "/channels/{id}", tag = "notifications",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = ChannelChange, responses(
    (status = OK, body = Channel),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_channel(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<ChannelChange>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::Channel(&id), expected.version()).await?;
    let change = Change {
        name: new.name,
        cadence: new.cadence.map(Cadence::from),
        on: new.on,
        target: TargetChange { url: new.url, secret: new.secret, to: new.to },
    };
    let view = notifications::change(&state.app, &by, &id, change).await?;
    Ok(fresh(Json(Channel::from(view))))
}

/// Removes a channel, with its log and what waits for it.
#[utoipa::path(delete, path = "/channels/{id}", tag = "notifications",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_channel(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let _turn = edits::begin_removal(&state.app, &by, Thing::Channel(&id), expected.version()).await?;
    notifications::remove(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// Makes a new signing secret, and answers it this once. For a day, messages carry a signature of the former one as well.
#[utoipa::path(post, path = "/channels/{id}/rotate", tag = "notifications", params(("id" = String, Path)), responses(
    (status = OK, body = ChannelMade),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn rotate_channel(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::Channel(&id), None).await?;
    let made = notifications::rotate(&state.app, &by, &id).await?;
    Ok(fresh(Json(ChannelMade::from(made))))
}
