//! The customer's side of a connection: permissions with reasons, the template, links and commands.

use crate::access::By;
use crate::caching::fresh;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::state::ApiState;
use app::AppError;
use app::connections::{self, Form, ReportKind, TemplateOptions};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// A permission of the role.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionView {
    /// `s3:GetObject`.
    action: String,
    /// What it is about.
    resource: String,
    /// Why it is asked for.
    reason: String,
    /// What stops working without it.
    without_it: String,
    /// Whether bills can be read without it.
    optional: bool,
}

/// Every permission of the role.
#[derive(Serialize, ToSchema)]
pub(crate) struct Permissions {
    permissions: Vec<PermissionView>,
}

/// Every permission that the role asks for, why, and what stops working without it.
#[utoipa::path(get, path = "/connections/{id}/permissions", params(("id" = String, Path)), responses(
    (status = OK, body = Permissions),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_permissions(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = connections::permissions(&state.app, organization, &connection_id(&id)?).await?;
    let view = |row: connections::PermissionRow| PermissionView {
        action: row.action.to_owned(),
        resource: row.resource,
        reason: row.reason.to_owned(),
        without_it: row.without_it.to_owned(),
        optional: row.optional,
    };
    Ok(fresh(Json(Permissions { permissions: found.into_iter().map(view).collect() })))
}

/// What a template should be.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct TemplateParams {
    /// cloudformation (default), terraform, cli, trust (the trust policy) or policy (the permissions).
    r#as: Option<String>,
    /// Report to create with it: none (default), legacy, cur2 or focus.
    report: Option<String>,
    /// Key that the bucket is encrypted with; the role may decrypt with it.
    kms_key_arn: Option<String>,
    /// true: to be saved as a file.
    download: Option<String>,
}

/// The template that makes the role, and the report if wanted, rendered for this connection.
#[utoipa::path(get, path = "/connections/{id}/template", params(("id" = String, Path), TemplateParams), responses(
    (status = OK, body = String, content_type = "text/plain"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_template(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let form: Form = match pairs.one("as")? {
        Some(text) => text.parse().map_err(AppError::from)?,
        None => Form::CloudFormation,
    };
    let report: ReportKind = match pairs.one("report")? {
        Some(text) => text.parse().map_err(AppError::from)?,
        None => ReportKind::None,
    };
    let options = TemplateOptions { report, kms_key_arn: pairs.one("kms_key_arn")? };
    let download = pairs.one("download")?.is_some_and(|text| text == "true");
    pairs.done()?;
    let organization = &caller.organization()?.id;
    let text = connections::template(&state.app, organization, &connection_id(&id)?, form, options).await?;
    let place = if download { "attachment" } else { "inline" };
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("{place}; filename=\"{}\"", form.file_name())),
    ];
    Ok(fresh((headers, text)))
}

/// Where each step is done in the console, and the same as commands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionLinks {
    /// Sign-in to the console.
    console: String,
    /// The setting that lets IAM users and roles see billing.
    billing_access: String,
    /// Classic reports and data exports.
    reports: String,
    /// The bucket's page, or the list of buckets.
    bucket: String,
    /// CloudFormation's page for a new stack, to upload the template to.
    create_stack: String,
    /// The same with everything filled in; only where the operator has put the template into a bucket, because
    /// CloudFormation takes templates from S3 alone.
    #[schema(required = true)]
    quick_create: Option<String>,
    /// Creates the stack from the downloaded template.
    deploy_command: String,
    /// Shows the role's ARN afterwards.
    outputs_command: String,
}

/// Links into the console and commands for this connection.
#[utoipa::path(get, path = "/connections/{id}/links", params(("id" = String, Path)), responses(
    (status = OK, body = ConnectionLinks),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_links(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = connections::links(&state.app, organization, &connection_id(&id)?).await?;
    Ok(fresh(Json(ConnectionLinks {
        console: found.console,
        billing_access: found.billing_access,
        reports: found.reports,
        bucket: found.bucket,
        create_stack: found.create_stack,
        quick_create: found.quick_create,
        deploy_command: found.deploy_command,
        outputs_command: found.outputs_command,
    })))
}
