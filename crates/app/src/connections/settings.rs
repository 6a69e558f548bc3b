//! What was entered for a connection, as it is kept; every value was checked when it was saved.

use crate::{AppError, Result};
use connect::aws::{BucketName, ExternalId, Partition, ReportPrefix, RoleArn};
use connect::{Access, Beneath, Location, Secret, Source};
use meta::{ConnectionKind, ConnectionRecord};
use serde::{Deserialize, Serialize};

/// What was entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    pub(super) step: Option<String>,
    pub(super) partition: Partition,
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) region: Option<String>,
    pub(super) role_arn: Option<String>,
    pub(super) location: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) access_key_id: Option<String>,
    /// Of a customer's connection: the accounts that it reads.
    pub(super) accounts: Vec<String>,
}

impl Settings {
    /// Reads what is kept. A connection that `ingest` made has its location alone.
    pub(super) fn of(record: &ConnectionRecord) -> Result<Self> {
        let mut settings: Self = serde_json::from_value(record.settings.clone())
            .map_err(|error| AppError::internal(format!("kept settings cannot be read: {error}")))?;
        let location = &record.connection.location;
        match record.connection.kind {
            ConnectionKind::Local if settings.location.is_none() && !location.is_empty() => {
                settings.location = Some(location.clone());
            }
            ConnectionKind::AwsOwn if settings.bucket.is_none() => {
                if let Some(rest) = location.strip_prefix("s3://") {
                    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                    settings.bucket = Some(bucket.to_owned());
                    settings.prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
                }
            }
            ConnectionKind::Local
            | ConnectionKind::AwsOwn
            | ConnectionKind::S3Compatible
            | ConnectionKind::AwsRole
            | ConnectionKind::Shared => {}
        }
        Ok(settings)
    }

    /// Folder or address, for telling connections apart; empty while it is not known.
    pub(super) fn address(&self, kind: ConnectionKind) -> String {
        let bucket = || {
            let bucket = self.bucket.as_deref()?;
            Some(match self.prefix.as_deref() {
                None | Some("") => bucket.to_owned(),
                Some(prefix) => format!("{bucket}/{prefix}"),
            })
        };
        match kind {
            ConnectionKind::Local => self.location.clone(),
            ConnectionKind::AwsOwn | ConnectionKind::AwsRole => bucket().map(|path| format!("s3://{path}")),
            ConnectionKind::S3Compatible => {
                bucket().and_then(|path| Some(format!("s3://{path} at {}", self.endpoint.as_deref()?)))
            }
            ConnectionKind::Shared => None,
        }
        .unwrap_or_default()
    }

    /// The way in.
    ///
    /// # Errors
    /// `Invalid`: what is missing, and in which step it is entered.
    pub(super) fn source(
        &self,
        record: &ConnectionRecord,
        secret: Option<Secret>,
        within: Option<Beneath>,
    ) -> Result<Source> {
        let kind = record.connection.kind;
        if kind == ConnectionKind::Local {
            let location = required(self.location.as_deref(), "folder")?;
            return Ok(Source::Local { location: Location::try_new(location)?, within });
        }
        let access = match kind {
            ConnectionKind::AwsRole => Access::Role {
                arn: RoleArn::try_new(required(self.role_arn.as_deref(), "role's ARN")?)?,
                external_id: external_id(record)?,
            },
            ConnectionKind::S3Compatible => Access::Keys {
                endpoint: required(self.endpoint.as_deref(), "endpoint")?.to_owned(),
                key_id: required(self.access_key_id.as_deref(), "access key")?.to_owned(),
                secret: secret.ok_or_else(|| missing("secret of the access key"))?,
            },
            ConnectionKind::AwsOwn | ConnectionKind::Local => Access::Own,
            ConnectionKind::Shared => {
                return Err(AppError::internal("a shared connection has no way in of its own"));
            }
        };
        Ok(Source::Bucket {
            name: record.connection.id.to_string(),
            partition: self.partition,
            region: self.region.clone(),
            bucket: BucketName::try_new(required(self.bucket.as_deref(), "bucket")?)?,
            prefix: ReportPrefix::try_new(self.prefix.as_deref().unwrap_or_default())?,
            access,
        })
    }
}

/// The external ID that was made for a connection.
pub(super) fn external_id(record: &ConnectionRecord) -> Result<ExternalId> {
    let kept = record.external_id.as_deref().and_then(ExternalId::from_store);
    kept.ok_or_else(|| AppError::internal("the connection has no external ID"))
}

fn required<'a>(value: Option<&'a str>, what: &str) -> Result<&'a str> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| missing(what))
}

fn missing(what: &str) -> AppError {
    AppError::invalid(format!("the connection has no {what} yet"))
        .advise("Go back to the step that asks for it, and save it.")
}
