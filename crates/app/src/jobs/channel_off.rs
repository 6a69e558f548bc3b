//! Tells whoever made a channel that it was turned off, or that a message of it was not taken; or the administrators where
//! that person is none any more.

use super::{At, Job, Lane, Retry};
use crate::{AppError, ErrorKind, Result};
use meta::{Channel, Member};
use model::{OrganizationId, Role, UserId};
use notify::Mail;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChannelOff {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    owner: Option<String>,
    channel: String,
    reason: String,
    /// The message that was not taken, by its title; none: the channel is off.
    #[serde(default)]
    message: Option<String>,
}

impl ChannelOff {
    pub(crate) fn new(channel: &Channel, reason: &str) -> Self {
        Self {
            organization: channel.organization_id.clone(),
            owner: channel.owner_id.as_ref().map(UserId::to_string),
            channel: channel.name.clone(),
            reason: reason.to_owned(),
            message: None,
        }
    }

    /// Of one message, by its title; others get through.
    pub(crate) fn of_message(channel: &Channel, title: &str, reason: &str) -> Self {
        Self { message: Some(title.to_owned()), ..Self::new(channel, reason) }
    }
}

impl Job for ChannelOff {
    const NAME: &'static str = "channel_off";
    const LANE: Lane = Lane::Mails;
    const RETRY: Retry = Retry { most: 12, first_ms: 30_000, longest_ms: 7_200_000 };

    fn key(&self) -> Option<String> {
        None
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        let Some(settings) = at.app.mail() else { return Ok(()) };
        let organization = at.app.organization_by_id(&self.organization).await?;
        let members = at.app.meta().members(&self.organization).await?;
        let administrators: Vec<&Member> =
            members.iter().filter(|member| member.role == Role::Administrator).collect();
        let owner = administrators.iter().find(|one| Some(one.user.id.as_str()) == self.owner.as_deref());
        let to: Vec<String> = owner
            .map_or(administrators.as_slice(), std::slice::from_ref)
            .iter()
            .map(|member| member.user.email.to_string())
            .collect();
        let mail = Mail::ChannelOff {
            organization: organization.map(|found| found.name).unwrap_or_default(),
            channel: self.channel.clone(),
            reason: self.reason.clone(),
            message: self.message.clone(),
            link: at.app.page("/organization?tab=notifications"),
        };
        let had: Vec<String> = at.progress().unwrap_or_default();
        let left: Vec<String> = to.into_iter().filter(|one| !had.contains(one)).collect();
        let mut has = had;
        for address in &left {
            if settings.mailer.send(std::slice::from_ref(address), &mail).await == 0 {
                return Err(AppError::new(ErrorKind::Unavailable, "the mail server did not take a mail")
                    .advise("Its answer is in the log. The mail is tried again."));
            }
            has.push(address.clone());
            at.note_progress(&has).await?;
        }
        Ok(())
    }
}
