//! A mail to one person about a connection. It is queued with what it tells of, in one step, and tried until the mail
//! server takes it: nobody is noted as told who was not.

use super::{At, Job, Lane, Retry, queued};
use crate::connections::BillDiffMails;
use crate::{App, AppError, ErrorKind, Result};
use meta::{ConnectionRecord, Member, NewJob};
use model::{ConnectionId, OrganizationId, Role};
use notify::{DiffMonth, Mail, MonthLine};
use serde::{Deserialize, Serialize};

/// What is told of a connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Notice {
    /// Its first months are there.
    Ready {
        /// Newest first.
        months: Vec<MonthLine>,
        /// What is proven of all of it.
        proof: Vec<String>,
    },
    /// It does not work.
    Attention {
        /// What happened.
        message: String,
        /// What to do.
        advice: String,
    },
    /// Bills of it changed that were settled.
    BillChanged {
        /// What changed.
        months: Vec<DiffMonth>,
        /// The least change that is told, as shown; empty: any.
        minimum: String,
    },
    /// It works again.
    Recovered,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tell {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    connection: ConnectionId,
    /// Names as they were when it happened.
    organization_name: String,
    connection_name: String,
    to: String,
    notice: Notice,
}

impl Job for Tell {
    const NAME: &'static str = "tell";
    const LANE: Lane = Lane::Mails;
    // Four to eight hours: a mail server that is down for some of them loses nobody's mail.
    const RETRY: Retry = Retry { most: 12, first_ms: 30_000, longest_ms: 7_200_000 };

    fn key(&self) -> Option<String> {
        None
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    fn connection(&self) -> Option<&ConnectionId> {
        Some(&self.connection)
    }

    async fn run(&self, at: &At) -> Result<()> {
        let Some(settings) = at.app.mail() else {
            tracing::info!(mail.to = %self.to, "a mail is not sent: mail is not set up any more");
            return Ok(());
        };
        if !self.may_still(&at.app).await? {
            tracing::info!(mail.to = %self.to, "a mail is not sent: it is not its recipient's to know any more");
            return Ok(());
        }
        let page = format!("{}/connections/{}", settings.public_url, self.connection);
        let (organization, connection) = (self.organization_name.clone(), self.connection_name.clone());
        let mail = match self.notice.clone() {
            Notice::Ready { months, proof } => Mail::DashboardsReady {
                organization,
                connection,
                months,
                proof,
                link: format!("{}/", settings.public_url),
            },
            Notice::Attention { message, advice } => {
                Mail::NeedsAttention { organization, connection, message, advice, link: page }
            }
            Notice::BillChanged { months, minimum } => {
                Mail::BillChanged { organization, connection, months, minimum, link: page }
            }
            Notice::Recovered => Mail::Recovered { organization, connection, link: page },
        };
        if settings.mailer.send(std::slice::from_ref(&self.to), &mail).await == 1 {
            return Ok(());
        }
        Err(AppError::new(ErrorKind::Unavailable, "the mail server did not take a mail")
            .advise("Its answer is in the log. The mail is tried again."))
    }
}

impl Tell {
    /// Whether the recipient may still be told: an administrator, or whom the connection names.
    async fn may_still(&self, app: &App) -> Result<bool> {
        if let Notice::BillChanged { .. } = self.notice {
            let record = app.meta().connection_record(&self.organization, &self.connection).await?;
            let Some(record) = record else { return Ok(false) };
            let allowed = BillDiffMails::of(&record)?.allowed(app, &self.organization).await?;
            return Ok(allowed.contains(&self.to));
        }
        let members = app.meta().members(&self.organization).await?;
        let still =
            |member: &Member| member.role == Role::Administrator && member.user.email.as_str() == self.to;
        Ok(members.iter().any(still))
    }
}

/// The mails that tell the organization's administrators; none where mail is not set up.
pub(crate) async fn to_administrators(
    app: &App,
    record: &ConnectionRecord,
    notice: &Notice,
) -> Result<Vec<NewJob>> {
    if app.mail().is_none() {
        return Ok(vec![]);
    }
    let members = app.meta().members(&record.connection.organization_id).await?;
    let administrators = members.into_iter().filter(|member| member.role == Role::Administrator);
    let to = administrators.map(|member| member.user.email.to_string()).collect();
    mails_to(app, record, to, notice).await
}

/// A mail to each of these addresses.
pub(crate) async fn mails_to(
    app: &App,
    record: &ConnectionRecord,
    to: Vec<String>,
    notice: &Notice,
) -> Result<Vec<NewJob>> {
    let organization = &record.connection.organization_id;
    let name = app.organization_by_id(organization).await?.map(|found| found.name).unwrap_or_default();
    let mail = |to: String| Tell {
        organization: organization.clone(),
        connection: record.connection.id.clone(),
        organization_name: name.clone(),
        connection_name: record.connection.name.clone(),
        to,
        notice: notice.clone(),
    };
    to.into_iter().map(|to| queued(app, &mail(to))).collect()
}
