//! The customer's side of a connection: permissions, template, links.

use super::settings::{Settings, external_id};
use super::{Form, Links, Partition, ReportKind, record};
use crate::{App, AppError, ErrorKind, Result};
use connect::aws::{self, BucketName, ReportPrefix, TemplateRequest};
use meta::{ConnectionKind, ConnectionRecord};
use model::{ConnectionId, OrganizationId};

/// What a template should hold beyond the role.
#[derive(Clone, Debug, Default)]
pub struct TemplateOptions {
    /// Report to create.
    pub report: ReportKind,
    /// Key that the bucket is encrypted with.
    pub kms_key_arn: Option<String>,
}

/// What whoever runs the server says of templates, for all connections.
#[derive(Clone, Debug, Default)]
pub struct TemplateHost {
    /// Address of the template in a bucket that CloudFormation can read: without, there is no link with everything
    /// filled in.
    pub hosted: Option<String>,
    /// ARN of whom roles trust; `None`: who this machine is.
    pub trusted: Option<String>,
}

/// A permission, for people.
#[derive(Clone, Debug)]
pub struct PermissionRow {
    /// `s3:GetObject`.
    pub action: &'static str,
    /// What it is about.
    pub resource: String,
    /// Why it is asked for.
    pub reason: &'static str,
    /// What stops working without it.
    pub without_it: &'static str,
    /// Whether bills can be read without it.
    pub optional: bool,
}

/// Every permission of the role, with its reason.
pub async fn permissions(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Vec<PermissionRow>> {
    let record = record(app, organization, id).await?;
    let settings = Settings::of(&record)?;
    let bucket = settings.bucket.as_deref().map(BucketName::try_new).transpose()?;
    let prefix = ReportPrefix::try_new(settings.prefix.as_deref().unwrap_or_default())?;
    let row = |permission: &aws::Permission| PermissionRow {
        action: permission.action,
        resource: permission
            .resource(settings.partition, bucket.as_ref(), &prefix, None)
            .unwrap_or_else(|| "your KMS key, if the bucket uses one".to_owned()),
        reason: permission.reason,
        without_it: permission.without_it,
        optional: permission.optional,
    };
    Ok(aws::PERMISSIONS.iter().map(row).collect())
}

/// The template of a connection, as a file's text.
pub async fn template(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    form: Form,
    options: TemplateOptions,
) -> Result<String> {
    let record = record(app, organization, id).await?;
    Ok(aws::render(form, &request(app, &record, options).await?)?)
}

/// Links into the console and commands.
pub async fn links(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Links> {
    let record = record(app, organization, id).await?;
    let request = request(app, &record, TemplateOptions::default()).await?;
    Ok(aws::links(&request, app.templates().hosted.as_deref()))
}

async fn request(app: &App, record: &ConnectionRecord, options: TemplateOptions) -> Result<TemplateRequest> {
    if record.connection.kind != ConnectionKind::AwsRole {
        let kind = record.connection.kind;
        return Err(AppError::new(ErrorKind::Invalid, format!("a connection of kind {kind} needs no role"))
            .advise("Go on with verification."));
    }
    let settings = Settings::of(record)?;
    Ok(TemplateRequest {
        partition: settings.partition,
        bucket: settings.bucket.as_deref().map(BucketName::try_new).transpose()?,
        prefix: ReportPrefix::try_new(settings.prefix.as_deref().unwrap_or_default())?,
        region: settings.region,
        external_id: external_id(record)?,
        principal: principal(app, settings.partition).await,
        report: options.report,
        kms_key_arn: options.kms_key_arn.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()),
    })
}

/// Whom the role trusts: as configured, else who this machine is. `None`: it is nobody yet, and the template
/// asks for it.
async fn principal(app: &App, partition: Partition) -> Option<String> {
    if let Some(configured) = &app.templates().trusted {
        // It is written into templates: nothing but an ARN may be.
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b":/+=,.@_-".contains(&byte);
        if configured.starts_with("arn:") && configured.bytes().all(valid) {
            return Some(configured.clone());
        }
        tracing::warn!("CLOUD_ANALYZER_TRUSTED_PRINCIPAL is not an ARN: it is ignored");
    }
    let identity = connect::own_identity(partition).await.ok()?;
    Some(identity.principal()).filter(|principal| principal.starts_with(&format!("arn:{partition}:")))
}
