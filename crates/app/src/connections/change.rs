//! Making a connection and saving its steps.

use super::bill_diff_mails::{BillDiffMails, BillDiffMailsChange};
use super::settings::Settings;
use super::{ConnectionDetails, Partition, kept_settings, new_id, record, sealing};
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use connect::aws::{BucketName, ExternalId, OptIn, ReportPrefix, RoleArn, region_info};
use connect::{Location, Outgoing, check_endpoint};
use meta::{Connection, ConnectionKind, ConnectionRecord, ConnectionState};
use model::ConnectionId;
use std::path::Path;

/// Minutes between looks for new deliveries, unless said otherwise: AWS delivers a few times a day.
const POLL_MINUTES: u32 = 60;

/// A connection to be made.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Kind of source.
    pub kind: ConnectionKind,
    /// Name; `None`: made from the kind.
    pub name: Option<String>,
    /// Partition of AWS.
    pub partition: Partition,
}

/// What a step brings; `None` leaves a value as it is, an empty text clears it.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The step itself, to return to.
    pub step: Option<String>,
    /// Partition of AWS.
    pub partition: Option<String>,
    /// Bucket.
    pub bucket: Option<String>,
    /// Folder of the reports in the bucket.
    pub prefix: Option<String>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Role.
    pub role_arn: Option<String>,
    /// Folder of this machine.
    pub location: Option<String>,
    /// S3-compatible endpoint.
    pub endpoint: Option<String>,
    /// Access key.
    pub access_key_id: Option<String>,
    /// Its secret.
    pub secret_access_key: Option<String>,
    /// Minutes between looks for new deliveries.
    pub poll_minutes: Option<u32>,
    /// Name on screen.
    pub name: Option<String>,
    /// Who is told of bill diffs.
    pub bill_diff_mails: Option<BillDiffMailsChange>,
}

impl Change {
    /// Whether nothing is set, no step either.
    pub fn is_nothing(&self) -> bool {
        self.step.is_none() && self.fields().is_empty()
    }

    /// Names of what is set, but the step.
    pub fn fields(&self) -> Vec<&'static str> {
        let texts = [
            ("partition", &self.partition),
            ("bucket", &self.bucket),
            ("prefix", &self.prefix),
            ("region", &self.region),
            ("role_arn", &self.role_arn),
            ("location", &self.location),
            ("endpoint", &self.endpoint),
            ("access_key_id", &self.access_key_id),
            ("secret_access_key", &self.secret_access_key),
            ("name", &self.name),
        ];
        let texts = texts.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name);
        // Of the recipients nothing may be said: then they stay as they are.
        let said = |wish: &&BillDiffMailsChange| wish.recipients.is_some() || wish.minimum.is_some();
        let mails = self.bill_diff_mails.as_ref().filter(said).map(|_| "bill_diff_mails");
        let others = [self.poll_minutes.map(|_| "poll_minutes"), mails];
        texts.chain(others.into_iter().flatten()).collect()
    }
}

/// Makes a draft. A role's external ID is made here, at random, and never changes.
///
/// # Errors
/// `Denied`: the operator does not allow that kind.
pub async fn create(app: &App, caller: &Caller, new: NewConnection) -> Result<ConnectionDetails> {
    let organization = &caller.organization()?.id;
    let name = match new.name {
        Some(name) => checked_name(&name)?,
        None => match new.kind {
            ConnectionKind::AwsRole | ConnectionKind::AwsOwn => "AWS".to_owned(),
            ConnectionKind::S3Compatible => "S3".to_owned(),
            ConnectionKind::Local => "Folder".to_owned(),
            ConnectionKind::Shared => {
                return Err(AppError::invalid("a shared connection is made by splitting another one's bill")
                    .advise("Split the bill of the connection that holds it, by an account list."));
            }
        },
    };
    app.allowances().kind(organization, new.kind)?;
    let settings = Settings { partition: new.partition, ..Settings::default() };
    let record = ConnectionRecord {
        connection: Connection {
            id: new_id()?,
            organization_id: organization.clone(),
            kind: new.kind,
            location: String::new(),
            name,
        },
        state: ConnectionState::Draft,
        settings: kept_settings(&settings)?,
        external_id: (new.kind == ConnectionKind::AwsRole).then(|| ExternalId::generate().to_string()),
        sealed_secret: None,
        poll_minutes: POLL_MINUTES,
        verification: None,
        verified_at_ms: None,
        created_at_ms: app.now().timestamp_millis(),
        parent: None,
        by_operator: is_operators(new.kind) && app.allowances().by_operator(),
        paused: false,
        bill_diff_mails: None,
    };
    let Connection { id, name, .. } = &record.connection;
    let created = entry(app, caller, "connection.create", name, &[("id", id.as_str())]);
    app.meta().create_connection(&record, &[created]).await?;
    ConnectionDetails::new(&record)
}

/// Saves a step.
///
/// # Errors
/// `Invalid`: which value is wrong, and what would be right. `Denied`: the operator does not allow that place.
/// Nothing is saved then.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    change: Change,
) -> Result<ConnectionDetails> {
    let organization = &caller.organization()?.id;
    // The secret is read and stored with the rest: its key must not be changed in between.
    let same_key = sealing::locked(app.data_dir(), false).await?;
    let mut record = record(app, organization, id).await?;
    let before = Settings::of(&record)?;
    let mut settings = before.clone();
    apply(&change, record.connection.kind, app.outgoing(), &mut settings)?;
    if let Some(name) = &change.name {
        record.connection.name = checked_name(name)?;
    }
    if let Some(minutes) = change.poll_minutes {
        if !(5..=1440).contains(&minutes) {
            return Err(AppError::invalid(format!("poll_minutes: {minutes} is not between 5 and 1440"))
                .advise("AWS delivers a few times a day: every hour is often enough."));
        }
        record.poll_minutes = minutes;
    }
    if let Some(wish) = change.bill_diff_mails.clone() {
        record.bill_diff_mails =
            BillDiffMails::of(&record)?.changed(app, organization, wish).await?.kept()?;
    }
    let mut elsewhere = Settings { step: before.step.clone(), ..settings.clone() } != before;
    if elsewhere {
        may_read(app, &mut record, &settings)?;
    }
    let secret = change.secret_access_key.as_deref().map(str::trim);
    if let Some(secret) = secret.filter(|_| record.connection.kind == ConnectionKind::S3Compatible) {
        elsewhere = true;
        let owner = record.connection.id.as_str();
        record.sealed_secret = if secret.is_empty() {
            None
        } else {
            Some(sealing::Sealer::open(app.meta(), app.data_dir()).await?.seal(owner, secret)?)
        };
    }
    // Which values were set; never the values: one is a secret.
    let fields = change.fields().join(", ");
    let detail = [("fields", fields.as_str()), ("id", id.as_str())];
    let changed = [entry(app, caller, "connection.change", &record.connection.name, &detail)];
    if record.connection.kind == ConnectionKind::Shared {
        // Its accounts are its provider's to change, at any time.
        app.meta().rename_connection(&record, &changed).await?;
        return ConnectionDetails::new(&record);
    }
    if elsewhere {
        // What was verified was something else.
        record.connection.location = settings.address(record.connection.kind);
        record.state = ConnectionState::Draft;
        (record.verification, record.verified_at_ms) = (None, None);
    }
    record.settings = kept_settings(&settings)?;
    app.meta().update_connection(&record, &changed).await.map_err(|error| match error.kind() {
        meta::ErrorKind::Conflict => AppError::new(
            ErrorKind::Conflict,
            format!("another connection of this organization reads {} already", record.connection.location),
        )
        .advise("Use that connection, or remove it first: a bill must not be counted twice."),
        _ => error.into(),
    })?;
    drop(same_key);
    ConnectionDetails::new(&record)
}

/// Whether what a kind of connection reads is of this machine.
fn is_operators(kind: ConnectionKind) -> bool {
    matches!(kind, ConnectionKind::Local | ConnectionKind::AwsOwn)
}

/// Whether a connection may read elsewhere from now on, and whose word that is.
fn may_read(app: &App, record: &mut ConnectionRecord, settings: &Settings) -> Result<()> {
    let (organization, kind) = (&record.connection.organization_id, record.connection.kind);
    if !is_operators(kind) {
        return Ok(());
    }
    if app.allowances().by_operator() {
        record.by_operator = true;
        return Ok(());
    }
    if record.by_operator {
        let name = &record.connection.name;
        return Err(AppError::new(ErrorKind::Denied, format!("where {name} reads was said by the operator"))
            .advise(format!("Whoever runs the server changes it: 'cloud-analyzer connect \"{name}\" --folder DIR' or '--bucket BUCKET'. Or make a connection of your own.")));
    }
    app.allowances().kind(organization, kind)?;
    match settings.location.as_deref().filter(|_| kind == ConnectionKind::Local) {
        Some(location) => app.allowances().folder(organization, location),
        None => Ok(()),
    }
}

fn apply(change: &Change, kind: ConnectionKind, outgoing: &Outgoing, settings: &mut Settings) -> Result<()> {
    let aws = matches!(kind, ConnectionKind::AwsRole | ConnectionKind::AwsOwn);
    let local = kind == ConnectionKind::Local;
    let bucket = !local && kind != ConnectionKind::Shared;
    let keys = kind == ConnectionKind::S3Compatible;
    for (value, name, fits) in [
        (&change.partition, "partition", aws),
        (&change.bucket, "bucket", bucket),
        (&change.prefix, "prefix", bucket),
        (&change.region, "region", bucket),
        (&change.role_arn, "role_arn", kind == ConnectionKind::AwsRole),
        (&change.location, "location", local),
        (&change.endpoint, "endpoint", keys),
        (&change.access_key_id, "access_key_id", keys),
        (&change.secret_access_key, "secret_access_key", keys),
    ] {
        if value.as_ref().is_some_and(|value| !value.is_empty()) && !fits {
            return Err(AppError::invalid(format!("{name}: a connection of kind {kind} has none"))
                .advise("Leave it out, or make a connection of another kind."));
        }
    }
    if let Some(step) = &change.step {
        settings.step = Some(step.chars().take(40).collect::<String>()).filter(|step| !step.is_empty());
    }
    if let Some(partition) = &change.partition {
        settings.partition = partition.parse().map_err(of_field("partition"))?;
    }
    set(change.bucket.as_deref(), &mut settings.bucket, |text| {
        Ok(BucketName::try_new(text).map_err(of_field("bucket"))?.to_string())
    })?;
    set(change.prefix.as_deref(), &mut settings.prefix, |text| {
        Ok(ReportPrefix::try_new(text).map_err(of_field("prefix"))?.as_str().to_owned())
    })?;
    set(change.region.as_deref(), &mut settings.region, |text| {
        checked_region(text, aws, settings.partition)
    })?;
    set(change.role_arn.as_deref(), &mut settings.role_arn, |text| {
        Ok(RoleArn::try_new(text).map_err(of_field("role_arn"))?.to_string())
    })?;
    set(change.location.as_deref(), &mut settings.location, checked_folder)?;
    set(change.endpoint.as_deref(), &mut settings.endpoint, |text| Ok(check_endpoint(text, outgoing)?))?;
    set(change.access_key_id.as_deref(), &mut settings.access_key_id, |text| {
        if text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 128 {
            return Ok(text.to_owned());
        }
        Err(AppError::invalid("access_key_id: it has characters that no access key has")
            .advise("Copy the access key again, without spaces."))
    })?;
    if let Some(arn) = settings.role_arn.as_deref() {
        let arn = RoleArn::try_new(arn)?;
        if arn.partition() != settings.partition {
            return Err(AppError::invalid(format!(
                "role_arn: the role is in the partition {}, the connection in {}",
                arn.partition(),
                settings.partition
            ))
            .advise("Paste the RoleArn of a stack in the connection's partition, or choose the other partition in the first step."));
        }
    }
    Ok(())
}

/// Sets one value: unchanged, cleared, or checked and set.
fn set(
    wanted: Option<&str>,
    value: &mut Option<String>,
    check: impl FnOnce(&str) -> Result<String>,
) -> Result<()> {
    match wanted.map(str::trim) {
        None => {}
        Some("") => *value = None,
        Some(text) => *value = Some(check(text)?),
    }
    Ok(())
}

fn of_field(name: &str) -> impl FnOnce(connect::aws::BadValue) -> AppError {
    move |error| AppError::invalid(format!("{name}: {}", error.message)).advise(format!("{}.", error.advice))
}

fn checked_region(text: &str, aws: bool, partition: Partition) -> Result<String> {
    if !aws {
        // S3-compatible endpoints name theirs as they like.
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.len() <= 64 && text.bytes().all(valid) {
            return Ok(text.to_owned());
        }
        return Err(AppError::invalid(format!("region: '{text}' cannot be the name of a region"))
            .advise("Most endpoints take us-east-1."));
    }
    let refused = |why: String| {
        AppError::invalid(format!("region: {why}")).advise(format!(
            "{} is recommended; any region that is on in every account will do.",
            partition.home_region()
        ))
    };
    match region_info(text) {
        None => Err(refused(format!("'{text}' is not a region of AWS"))),
        Some(info) if info.partition != partition => {
            Err(refused(format!("{text} is in the partition {}", info.partition)))
        }
        Some(info) if info.opt_in == OptIn::Required => Err(refused(format!(
            "{text} ({}) must be opted in to, and AWS delivers no reports to such regions",
            info.name
        ))),
        Some(_) => Ok(text.to_owned()),
    }
}

fn checked_folder(text: &str) -> Result<String> {
    let location = Location::try_new(text)?.to_string();
    if location.starts_with("s3://") || !Path::new(&location).is_absolute() {
        return Err(AppError::invalid(format!("location: '{text}' is not the full path of a folder"))
            .advise("Write a path of the machine that runs Cloud Analyzer, beginning with /."));
    }
    Ok(location)
}

fn checked_name(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(AppError::invalid("name: a connection's name has 1 to 100 characters on one line")
            .advise("Choose a name such as the company's."));
    }
    Ok(text.to_owned())
}
