//! Connections: set up step by step, verified, removed.
//!
//! A connection is saved from its first step on, so that leaving and returning loses nothing. What a step brings
//! is checked when it is saved; whether it works is for [`start_verification`] to find out. Every call names the
//! organization: nothing of another one is ever found.

mod bill_diff_mails;
mod change;
mod customers;
pub mod keys;
mod removing;
mod sealing;
mod settings;
mod template;
mod verifying;
mod workers;

pub use bill_diff_mails::{BillDiffMails, BillDiffMailsChange};
pub use change::{Change, NewConnection, change, create};
pub use connect::aws::{Form, Links, Partition, ReportKind};
pub use connect::{Check, CheckState, Month, Outgoing, Verdict, Verification};
pub use customers::{Assignment, Customer, customers, parse_account_list, set_customers};
pub use meta::{ConnectionKind, ConnectionState};
pub use removing::remove;
pub(crate) use sealing::Sealer;
pub use template::{PermissionRow, TemplateHost, TemplateOptions, links, permissions, template};
pub(crate) use verifying::Verifications;
pub use verifying::{Running, start_verification, verification, watch_verification};
pub(crate) use verifying::{look_into, start_daily_verification};

use crate::{Allowed, App, AppError, ErrorKind, Result};
use chrono::{DateTime, Utc};
use connect::{BillSource, Secret, Source};
use meta::ConnectionRecord;
use model::{ConnectionId, OrganizationId};
use rand::Rng;
use settings::Settings;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A connection as it may be shown: without its secret.
#[derive(Clone, Debug)]
pub struct ConnectionDetails {
    /// Identifier.
    pub id: ConnectionId,
    /// Kind of source.
    pub kind: ConnectionKind,
    /// Name on screen.
    pub name: String,
    /// Where it stands.
    pub state: ConnectionState,
    /// The step of the wizard that was saved last.
    pub step: Option<String>,
    /// Partition of AWS.
    pub partition: Partition,
    /// Bucket.
    pub bucket: Option<String>,
    /// Folder of the reports in the bucket.
    pub prefix: Option<String>,
    /// Region of the bucket, entered or found.
    pub region: Option<String>,
    /// Role.
    pub role_arn: Option<String>,
    /// Folder of this machine.
    pub location: Option<String>,
    /// S3-compatible endpoint.
    pub endpoint: Option<String>,
    /// Access key at that endpoint.
    pub access_key_id: Option<String>,
    /// Of a customer's connection: the accounts that it reads, in order.
    pub accounts: Vec<String>,
    /// Whether a secret is kept.
    pub has_secret: bool,
    /// External ID, for the role's trust policy.
    pub external_id: Option<String>,
    /// Minutes between looks for new deliveries.
    pub poll_minutes: u32,
    /// Whether the operator, at the command line, said where it reads: nobody else changes that.
    pub by_operator: bool,
    /// Whether it is neither read nor looked at until somebody goes on with it.
    pub paused: bool,
    /// Who is told of its bill diffs.
    pub bill_diff_mails: BillDiffMails,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The last verification.
    pub verification: Option<Verification>,
    /// Names what may be changed of it, as it is: see [`crate::edits`].
    pub version: String,
}

impl ConnectionDetails {
    fn new(record: &ConnectionRecord) -> Result<Self> {
        let settings = Settings::of(record)?;
        let verification = verifying::kept(record)?;
        // Neither how far somebody came in the set-up, nor what a verification found.
        let own = Settings { step: None, region: None, ..settings.clone() };
        let own = kept_settings(&own)?.to_string();
        let secret = &record.sealed_secret;
        let told = record.bill_diff_mails.as_ref().map(ToString::to_string);
        let version =
            crate::edits::version(&(&record.connection.name, record.poll_minutes, own, secret, told));
        Ok(Self {
            id: record.connection.id.clone(),
            kind: record.connection.kind,
            name: record.connection.name.clone(),
            state: record.state,
            step: settings.step,
            partition: settings.partition,
            bucket: settings.bucket,
            prefix: settings.prefix,
            region: settings.region,
            role_arn: settings.role_arn,
            location: settings.location,
            endpoint: settings.endpoint,
            access_key_id: settings.access_key_id,
            accounts: settings.accounts,
            has_secret: record.sealed_secret.is_some(),
            external_id: record.external_id.clone(),
            poll_minutes: record.poll_minutes,
            by_operator: record.by_operator,
            paused: record.paused,
            bill_diff_mails: BillDiffMails::of(record)?,
            created_at: DateTime::from_timestamp_millis(record.created_at_ms).unwrap_or_default(),
            verification,
            version,
        })
    }
}

/// What an organization may connect to of what is the operator's to allow.
pub fn allowed(app: &App, organization: &OrganizationId) -> Allowed {
    app.allowances().of(organization)
}

/// The connections of an organization, oldest first.
pub async fn list(app: &App, organization: &OrganizationId) -> Result<Vec<ConnectionDetails>> {
    let records = app.meta().connection_records(organization).await?;
    records.iter().map(ConnectionDetails::new).collect()
}

/// One connection.
pub async fn get(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<ConnectionDetails> {
    ConnectionDetails::new(&record(app, organization, id).await?)
}

/// The connection of that name or identifier.
pub async fn find(app: &App, organization: &OrganizationId, name: &str) -> Result<ConnectionDetails> {
    let all = list(app, organization).await?;
    let names: Vec<String> = all.iter().map(|found| found.name.clone()).collect();
    let mut found: Vec<ConnectionDetails> =
        all.into_iter().filter(|found| found.name == name || found.id.as_str() == name).collect();
    match (found.pop(), found.is_empty()) {
        (Some(found), true) => Ok(found),
        (Some(_), false) => Err(AppError::invalid(format!("several connections are named '{name}'"))
            .advise("Give the identifier instead.")),
        (None, _) => Err(AppError::new(ErrorKind::NotFound, format!("there is no connection '{name}'"))
            .advise(if names.is_empty() {
                "Make one with 'cloud-analyzer connect'.".to_owned()
            } else {
                format!("Known here: {}.", names.join(", "))
            })),
    }
}

/// Opens a connection's source of bills, with its role or keys.
///
/// # Errors
/// `Invalid` while something is missing.
pub async fn open_source(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<BillSource> {
    let source = source(app, &record(app, organization, id).await?).await?;
    Ok(connect::open_as(&source, app.outgoing()).await?)
}

/// Whether what a connection reads is allowed, as things stand.
///
/// # Errors
/// `Denied`, and who can allow it.
pub(crate) fn may_still_be_read(app: &App, record: &ConnectionRecord) -> Result<()> {
    app.allowances().reach(record, Settings::of(record)?.location.as_deref()).map(drop)
}

/// The accounts whose rows a connection reads; `None`: all.
pub(crate) fn accounts(record: &ConnectionRecord) -> Result<Option<Arc<BTreeSet<String>>>> {
    let settings = Settings::of(record)?;
    let shared = record.connection.kind == ConnectionKind::Shared;
    Ok(shared.then(|| Arc::new(settings.accounts.into_iter().collect())))
}

/// Notes that a connection was read well: it works, but for what its checks found, which a good reading does not mend.
pub(crate) async fn read_well(app: &App, record: &mut ConnectionRecord) -> Result<()> {
    if record.state != ConnectionState::Ready && !checks_failed(record)? {
        record.state = ConnectionState::Ready;
        app.meta().set_connection_state(&record.connection.id, record.state).await?;
    }
    Ok(())
}

/// Whether the last checks of a connection failed.
fn checks_failed(record: &ConnectionRecord) -> Result<bool> {
    Ok(verifying::kept(record)?.is_some_and(|last| last.verdict == Verdict::Failed))
}

fn kept_settings(settings: &Settings) -> Result<serde_json::Value> {
    serde_json::to_value(settings).map_err(|error| AppError::internal(error.to_string()))
}

fn new_id() -> Result<ConnectionId> {
    let id = format!("c-{:016x}", rand::rng().random::<u64>());
    ConnectionId::try_new(&id).map_err(|error| AppError::internal(error.to_string()))
}

async fn record(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<ConnectionRecord> {
    app.meta().connection_record(organization, id).await?.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, format!("there is no connection '{id}'"))
            .advise("Look at the list of connections.")
    })
}

/// The way in; of a shared connection, that of the connection that it reads through. What the operator must allow is
/// asked here, at every reading.
async fn source(app: &App, record: &ConnectionRecord) -> Result<Source> {
    let parent =
        match record.parent {
            None => None,
            Some(_) => Some(app.meta().parent_connection(&record.connection.id).await?.ok_or_else(|| {
                AppError::internal("the connection that a shared one reads through is gone")
            })?),
        };
    if parent.as_ref().is_some_and(|parent| parent.state == ConnectionState::Draft) {
        return Err(AppError::new(ErrorKind::NotReady, "your provider's connection is being set up")
            .advise("It is read once your provider has verified it."));
    }
    let record = parent.as_ref().unwrap_or(record);
    let settings = Settings::of(record)?;
    let within = app.allowances().reach(record, settings.location.as_deref())?;
    let secret = unsealed(app, record).await?;
    settings.source(record, secret, within)
}

/// The key of kept secrets, for what belongs to something other than a connection and is bound to that by its name. Nobody
/// changes the key until this is dropped: hold it until what was sealed is written.
pub(crate) async fn sealer(app: &App) -> Result<Sealer> {
    Sealer::open(app.meta(), app.data_dir()).await
}

/// The secret of a connection.
async fn unsealed(app: &App, record: &ConnectionRecord) -> Result<Option<Secret>> {
    if record.sealed_secret.is_none() {
        return Ok(None);
    }
    let sealer = sealer(app).await?;
    // As it is now: the key may have been changed since the record was read.
    let sealed = app.meta().sealed_secret(&record.connection.id).await?;
    sealed.map(|sealed| sealer.unseal(record.connection.id.as_str(), &sealed)).transpose()
}
