//! Where channels lead: checked, sealed, and what may be shown of it.

use super::{ChannelView, Made, change_entry, own, view};
use crate::connections::{Sealer, sealer};
use crate::identity::entry;
use crate::policy::Caller;
use crate::reports::recipients;
use crate::{App, AppError, Result};
use meta::{Channel, ChannelEdit, ChannelState, NewAudit};
use model::{ChannelId, OrganizationId};
pub(super) use notify::Target;
use notify::{ChannelKind, SECRET_BYTES, secret_text};
use rand::TryRngCore;
use rand::rngs::OsRng;
use url::Url;

/// Messages are signed with the former secret as well for so long: receivers are changed one by one (ms).
const BOTH_MS: i64 = 24 * 3_600_000;
/// Between the addresses of a mail, as they are shown; no address holds it.
const BETWEEN: &str = ", ";
/// Letters of an address and of a key.
const ADDRESS: usize = 2_000;
const KEY: usize = 500;

/// What is said of where a channel leads; `None` stays, or is what the kind has.
#[derive(Clone, Default)]
pub struct TargetChange {
    /// Address.
    pub url: Option<String>,
    /// Key of the service, or signing secret.
    pub secret: Option<String>,
    /// Addresses of a mail.
    pub to: Option<Vec<String>>,
}

impl TargetChange {
    pub(super) fn is_empty(&self) -> bool {
        self.url.is_none() && self.secret.is_none() && self.to.is_none()
    }
}

impl std::fmt::Debug for TargetChange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TargetChange(…)")
    }
}

/// What a channel's secrets are sealed for: they open nowhere else.
pub(crate) fn sealed_for(id: &ChannelId) -> String {
    format!("channel:{id}")
}

/// Seals where a channel leads. The key is held until that is written.
pub(super) fn seal_with(sealer: &Sealer, id: &ChannelId, target: &Target) -> Result<Vec<u8>> {
    let text = serde_json::to_string(target).map_err(|error| AppError::internal(error.to_string()))?;
    sealer.seal(&sealed_for(id), &text)
}

/// Where a channel leads.
pub(super) async fn open(app: &App, channel: &Channel) -> Result<Target> {
    open_with(app, &sealer(app).await?, &channel.id).await
}

/// The same, as it is now: the key may have been changed since the channel was read.
pub(super) async fn open_with(app: &App, sealer: &Sealer, id: &ChannelId) -> Result<Target> {
    let Some(sealed) = app.meta().channel(id).await?.and_then(|channel| channel.sealed_target) else {
        return Err(AppError::invalid("nobody knows where this channel leads any more")
            .advise("Enter its address and secret again."));
    };
    let opened = sealer.unseal(&sealed_for(id), &sealed)?;
    serde_json::from_str(opened.reveal())
        .map_err(|error| AppError::internal(format!("a kept channel cannot be read: {error}")))
}

/// A new channel's target, and the signing secret that was made with it.
pub(super) async fn made(
    app: &App,
    organization: &OrganizationId,
    kind: ChannelKind,
    mut new: TargetChange,
) -> Result<(Target, Option<String>)> {
    let mut secret = None;
    if kind == ChannelKind::Webhook && new.secret.as_ref().is_none_or(|given| given.trim().is_empty()) {
        secret = Some(new_secret()?);
        new.secret.clone_from(&secret);
    }
    Ok((changed(app, organization, kind, None, new).await?, secret))
}

/// A target with what changes of it.
pub(super) async fn changed(
    app: &App,
    organization: &OrganizationId,
    kind: ChannelKind,
    before: Option<Target>,
    new: TargetChange,
) -> Result<Target> {
    let mut target = before.unwrap_or_default();
    if let Some(url) = new.url.as_deref().map(str::trim) {
        // The key goes there in clear: a kept one would be anybody's who may name another address. The service's own is
        // named by nobody.
        let kept =
            kind.keeps_incidents() && !target.secret.is_empty() && new.secret.is_none() && !url.is_empty();
        if kept && url != target.url {
            return Err(AppError::invalid("another address needs the key anew")
                .advise("Enter the key of the service together with its address."));
        }
        url.clone_into(&mut target.url);
    }
    if let Some(secret) = new.secret {
        secret.trim().clone_into(&mut target.secret);
        target.former = None;
    }
    if kind == ChannelKind::Mail {
        if let Some(to) = new.to {
            target.to = recipients::checked(to)?;
        }
        return addresses(app, organization, target).await;
    }
    target.to = vec![];
    if target.url.is_empty() && kind.own_address().is_none() {
        return Err(AppError::invalid("the channel has no address")
            .advise("Paste the address of the webhook that its service made for you."));
    }
    if target.url.len() > ADDRESS || target.secret.len() > KEY {
        return Err(AppError::invalid("the address or the key is too long to be one")
            .advise("Copy it anew from its service."));
    }
    if !target.url.is_empty() {
        app.outgoing().check_hook(&target.url).map_err(|error| {
            AppError::invalid(error.to_string()).advise(
                "Use an https:// address of the internet. Private ranges are opened by the operator, with --allow-private-range; metadata services never are.",
            )
        })?;
    }
    match kind {
        ChannelKind::PagerDuty | ChannelKind::Opsgenie if target.secret.is_empty() => {
            Err(AppError::invalid("the channel has no key").advise(match kind {
                ChannelKind::PagerDuty => "Paste the integration key of an Events API v2 integration.",
                _ => "Paste the key of an API integration that may create alerts.",
            }))
        }
        ChannelKind::PagerDuty | ChannelKind::Opsgenie
            if !target.secret.chars().all(|one| one.is_ascii_graphic()) =>
        {
            Err(AppError::invalid("the key holds what no key holds").advise("Copy it anew from its service."))
        }
        // A signing secret that is none is found when something is signed with it.
        ChannelKind::Webhook => match notify::check_secret(&target.secret) {
            Ok(()) => Ok(target),
            Err(error) => Err(AppError::invalid(error.to_string()).advise("Leave it out, and one is made.")),
        },
        ChannelKind::Slack | ChannelKind::Teams => {
            // The address is all there is.
            target.secret = String::new();
            Ok(target)
        }
        _ => Ok(target),
    }
}

/// Addresses of a mail: a channel tells of the organization's bills as a whole.
async fn addresses(app: &App, organization: &OrganizationId, target: Target) -> Result<Target> {
    if target.to.is_empty() {
        return Err(AppError::invalid("the channel has no mail address").advise("Name who gets the mails."));
    }
    if let Some(part) = recipients::of_part(app, organization, &target.to).await?.first() {
        let text = format!("'{part}' may see a part of the bills alone, and a channel tells of all of them");
        return Err(AppError::invalid(text).advise("Leave the address out, or change that member's role."));
    }
    Ok(Target { to: target.to, ..Target::default() })
}

/// Takes an address out of every mail channel of an organization: whoever is no member any more is told nothing of it,
/// unless an administrator names the address anew. A channel that nobody is left of is turned off.
///
/// # Errors
/// The metadata cannot be read or written.
pub(crate) async fn take_out(
    app: &App,
    caller: &Caller,
    organization: &OrganizationId,
    address: &str,
) -> Result<()> {
    for mut channel in app.meta().channels(organization).await? {
        // What is shown of a mail is all of where it leads. So nothing has to be opened, and nobody stays in because the
        // key is not at hand.
        let (out, to): (Vec<_>, Vec<_>) = channel
            .shown
            .split(BETWEEN)
            .map(ToOwned::to_owned)
            .partition(|one| channel.kind == ChannelKind::Mail.name() && one == address);
        if out.is_empty() {
            continue;
        }
        let target = Target { to, ..Target::default() };
        channel.shown = shown(ChannelKind::Mail, &target);
        // Held until it is written: nobody changes the key in between.
        let held = sealer(app).await;
        let sealed =
            held.as_ref().map_err(AppError::clone).and_then(|sealer| seal_with(sealer, &channel.id, &target));
        channel.sealed_target = match sealed {
            Ok(sealed) if !target.to.is_empty() => Some(sealed),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(channel.id = %channel.id, %error, "where a channel leads was forgotten");
                None
            }
        };
        let mut edit = ChannelEdit {
            target: Some((channel.sealed_target.clone(), channel.shown.clone())),
            ..ChannelEdit::default()
        };
        if channel.sealed_target.is_none() && channel.state == ChannelState::Active {
            channel.state = ChannelState::Disabled;
            let reason = "whom it told left the organization: name who gets the mails".to_owned();
            edit.state = Some((channel.state, Some(reason)));
        }
        let changed = NewAudit {
            organization_id: Some(organization.clone()),
            ..change_entry(app, caller, "channel.changed", &channel)
        };
        app.meta().change_channel(&channel.id, &edit, app.now().timestamp_millis(), &changed).await?;
        drop(held);
    }
    Ok(())
}

/// What may be shown: where to, not the part of the address that lets in.
pub(super) fn shown(kind: ChannelKind, target: &Target) -> String {
    if kind == ChannelKind::Mail {
        return target.to.join(BETWEEN);
    }
    let url = if target.url.is_empty() { kind.own_address().unwrap_or_default() } else { &target.url };
    // As it is connected to: `https:\\host\secret` leads to a host, too.
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

fn new_secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| AppError::internal(format!("no random bytes: {error}")))?;
    Ok(secret_text(&bytes))
}

/// Makes a new signing secret; for a day, messages are signed with the former one as well.
pub async fn rotate(app: &App, caller: &Caller, id: &str) -> Result<Made> {
    let channel = own(app, caller, id).await?;
    if super::kind(&channel)? != ChannelKind::Webhook {
        return Err(AppError::invalid("only webhooks have a signing secret of ours")
            .advise("Make a new address or key at the service, and enter it here."));
    }
    let held = sealer(app).await?;
    let mut target = open_with(app, &held, &channel.id).await?;
    let secret = new_secret()?;
    let now = app.now().timestamp_millis();
    target.former = Some((std::mem::replace(&mut target.secret, secret.clone()), now + BOTH_MS));
    let sealed = seal_with(&held, &channel.id, &target)?;
    let edit = ChannelEdit { target: Some((Some(sealed), channel.shown.clone())), ..ChannelEdit::default() };
    let entry =
        entry(app, caller, "channel.secret_changed", channel.name.as_str(), &[("id", channel.id.as_str())]);
    let channel = app.meta().change_channel(&channel.id, &edit, now, &entry).await?;
    drop(held);
    let view: ChannelView = view(app, channel).await?;
    Ok(Made { view, secret: Some(secret) })
}
