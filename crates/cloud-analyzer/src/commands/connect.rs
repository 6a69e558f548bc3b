//! `connect`: the wizard without a page. Every call saves what it is given; the last one brings the role.

use super::Folder;
use crate::cli::{Connect, Kind};
use crate::output::{print, print_json};
use ::app::connections::{
    self, BillDiffMailsChange, Change, ConnectionDetails, ConnectionKind, Form, NewConnection,
    TemplateOptions,
};
use ::app::policy::Caller;
use ::app::{App, AppError, ErrorKind, OrganizationSpec};
use anyhow::Context;
use model::OrganizationId;
use serde_json::json;
// Writing to a String cannot fail: the results of `writeln!` below say nothing.
use std::fmt::Write as _;

/// Where the secret is taken from.
const SECRET: &str = "CLOUD_ANALYZER_SECRET_ACCESS_KEY";

pub(crate) async fn run(folder: &Folder, mut args: Connect) -> anyhow::Result<()> {
    args.secret_access_key = std::env::var(SECRET).ok();
    let app = folder.open().await?;
    let spec = folder.organization.clone().map(|name| OrganizationSpec { name, demo: false });
    let caller = Caller::command_line(app.organization_for_ingest(spec.as_ref()).await?);
    let organization = caller.organization()?.id.clone();
    let found = find_or_create(&app, &caller, &args).await?;
    let change = Change {
        partition: args.partition.clone(),
        bucket: args.bucket.clone(),
        prefix: args.prefix.clone(),
        region: args.region.clone(),
        role_arn: args.role_arn.clone(),
        location: args.folder.as_deref().map(full_path).transpose()?,
        endpoint: args.endpoint.clone(),
        access_key_id: args.access_key_id.clone(),
        secret_access_key: args.secret_access_key.clone(),
        poll_minutes: args.poll_minutes,
        bill_diff_mails: Some(mails(&args)),
        ..Change::default()
    };
    let found = connections::change(&app, &caller, &found.id, change).await?;
    if let Some(form) = &args.template {
        return template(&app, &organization, &found, form, &args).await;
    }
    if args.json {
        return print_json(&view(&found));
    }
    Ok(print(&next_steps(&app, &organization, &found).await?)?)
}

/// Who is told of changed bills, as the options say.
fn mails(args: &Connect) -> BillDiffMailsChange {
    let recipients = match args.bill_diff_mail.as_slice() {
        [] => None,
        [one] if one == "nobody" => Some(vec![]),
        several => Some(several.to_vec()),
    };
    BillDiffMailsChange { recipients, minimum: args.bill_diff_minimum }
}

async fn find_or_create(app: &App, caller: &Caller, args: &Connect) -> anyhow::Result<ConnectionDetails> {
    match connections::find(app, &caller.organization()?.id, &args.name).await {
        Ok(found) => Ok(found),
        Err(error) if error.kind == ErrorKind::NotFound => {
            let kind = match args.kind {
                Kind::AwsRole => ConnectionKind::AwsRole,
                Kind::AwsOwn => ConnectionKind::AwsOwn,
                Kind::S3Compatible => ConnectionKind::S3Compatible,
                Kind::Local => ConnectionKind::Local,
            };
            let partition = args.partition.as_deref().unwrap_or("aws").parse().map_err(AppError::from)?;
            let new = NewConnection { kind, name: Some(args.name.clone()), partition };
            Ok(connections::create(app, caller, new).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A folder is meant from where the command is called; it is read from anywhere.
fn full_path(folder: &str) -> anyhow::Result<String> {
    let full = std::path::absolute(folder).with_context(|| format!("the folder {folder}"))?;
    Ok(full.display().to_string())
}

async fn template(
    app: &App,
    organization: &OrganizationId,
    found: &ConnectionDetails,
    form: &str,
    args: &Connect,
) -> anyhow::Result<()> {
    let form: Form = form.parse().map_err(AppError::from)?;
    let report = args.report.parse().map_err(AppError::from)?;
    let options = TemplateOptions { report, kms_key_arn: args.kms_key_arn.clone() };
    let text = connections::template(app, organization, &found.id, form, options).await?;
    let Some(file) = &args.out else { return Ok(print(&text)?) };
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))?;
    Ok(print(&format!("{}\n", file.display()))?)
}

fn view(found: &ConnectionDetails) -> serde_json::Value {
    json!({
        "id": found.id, "name": found.name, "kind": found.kind, "state": found.state,
        "partition": found.partition, "bucket": found.bucket, "prefix": found.prefix,
        "region": found.region, "role_arn": found.role_arn, "location": found.location,
        "endpoint": found.endpoint, "access_key_id": found.access_key_id,
        "has_secret": found.has_secret, "external_id": found.external_id,
        "poll_minutes": found.poll_minutes,
        "bill_diff_mails": {
            "recipients": found.bill_diff_mails.recipients,
            "minimum": found.bill_diff_mails.minimum,
        },
    })
}

/// What is there, and what comes next.
async fn next_steps(
    app: &App,
    organization: &OrganizationId,
    found: &ConnectionDetails,
) -> anyhow::Result<String> {
    let mut out = String::new();
    let name = &found.name;
    let _ = writeln!(out, "connection {name} ({}, {})", found.kind, found.id);
    let told = &found.bill_diff_mails;
    if !told.recipients.is_empty() {
        let least = if told.minimum.is_zero() { String::new() } else { format!(" from {} on", told.minimum) };
        let _ = writeln!(out, "  changed bills told to {}{least}", told.recipients.join(", "));
    }
    let missing = match found.kind {
        ConnectionKind::AwsRole => {
            let links = connections::links(app, organization, &found.id).await?;
            let _ = writeln!(out, "  external ID   {}", found.external_id.as_deref().unwrap_or_default());
            let _ = writeln!(out, "  console       {}", links.console);
            let _ = writeln!(out, "  IAM access    {}", links.billing_access);
            let _ = writeln!(out, "  reports       {}", links.reports);
            let _ = writeln!(
                out,
                "  template      cloud-analyzer connect '{name}' --template cloudformation --out cloud-analyzer.yaml"
            );
            let _ = writeln!(out, "  stack         {}", links.deploy_command);
            let _ = writeln!(out, "  role          {}", links.outputs_command);
            if found.bucket.is_none() {
                Some("--bucket BUCKET")
            } else if found.role_arn.is_none() {
                Some("--role-arn ARN")
            } else {
                None
            }
        }
        ConnectionKind::S3Compatible if !found.has_secret => Some(
            "--endpoint URL --bucket BUCKET --access-key-id KEY, with the secret in CLOUD_ANALYZER_SECRET_ACCESS_KEY",
        ),
        ConnectionKind::AwsOwn | ConnectionKind::S3Compatible => {
            found.bucket.is_none().then_some("--bucket BUCKET")
        }
        ConnectionKind::Local => found.location.is_none().then_some("--folder DIR"),
        ConnectionKind::Shared => None,
    };
    let _ = match missing {
        Some(missing) => writeln!(out, "next: cloud-analyzer connect '{name}' {missing}"),
        None => writeln!(out, "next: cloud-analyzer verify '{name}'"),
    };
    Ok(out)
}
