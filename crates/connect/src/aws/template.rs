//! The template that makes the customer's side of a connection: a read-only role, and the report if wanted.
//!
//! CloudFormation, Terraform and a plain script say the same thing, made from one table of permissions. All
//! values are of types that hold no character with a meaning in YAML, HCL, shell or policies.

mod report;

use super::{BadValue, BucketName, ExternalId, PERMISSIONS, Partition, ReportPrefix, Scope};
use minijinja::{Environment, context};
use report::{configuration, definition, query, report_name, report_prefix, table};
use serde_json::{Value, json};
use std::str::FromStr;

/// Language of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// CloudFormation, YAML.
    CloudFormation,
    /// Terraform.
    Terraform,
    /// A script for the AWS CLI.
    Cli,
    /// The role's trust policy alone, JSON.
    Trust,
    /// The role's permissions alone, JSON.
    Policy,
}

impl Form {
    /// Name of the file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloud-analyzer.yaml",
            Self::Terraform => "cloud-analyzer.tf",
            Self::Cli => "cloud-analyzer.sh",
            Self::Trust => "trust-policy.json",
            Self::Policy => "read-policy.json",
        }
    }
}

impl FromStr for Form {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        Ok(match text {
            "cloudformation" => Self::CloudFormation,
            "terraform" => Self::Terraform,
            "cli" => Self::Cli,
            "trust" => Self::Trust,
            "policy" => Self::Policy,
            other => {
                return Err(BadValue::new(
                    format!("'{other}' is not a form of the template"),
                    "Write cloudformation, terraform, cli, trust or policy",
                ));
            }
        })
    }
}

/// Report that the template creates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// None: it exists.
    #[default]
    None,
    /// The classic Cost and Usage Report.
    Legacy,
    /// CUR 2.0 by Data Exports.
    Cur2,
    /// FOCUS 1.2 by Data Exports.
    Focus,
}

impl ReportKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Legacy => "legacy",
            Self::Cur2 => "cur2",
            Self::Focus => "focus",
        }
    }
}

impl FromStr for ReportKind {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        Ok(match text {
            "none" => Self::None,
            "legacy" => Self::Legacy,
            "cur2" => Self::Cur2,
            "focus" => Self::Focus,
            other => {
                return Err(BadValue::new(
                    format!("'{other}' is not a report that can be created"),
                    "Write none, legacy, cur2 or focus",
                ));
            }
        })
    }
}

/// What a template is made for.
#[derive(Clone, Debug)]
pub struct TemplateRequest {
    /// The customer's partition.
    pub partition: Partition,
    /// Bucket of the reports; `None` leaves it to be entered.
    pub bucket: Option<BucketName>,
    /// Folder of the reports.
    pub prefix: ReportPrefix,
    /// The bucket's region, where known.
    pub region: Option<String>,
    /// The connection's external ID.
    pub external_id: ExternalId,
    /// Who assumes the role; `None` leaves it to be entered.
    pub principal: Option<String>,
    /// Report to create.
    pub report: ReportKind,
    /// Key that the bucket is encrypted with.
    pub kms_key_arn: Option<String>,
}

/// Renders a template.
///
/// # Errors
/// A value that is missing or that the partition does not have.
pub fn render(form: Form, request: &TemplateRequest) -> Result<String, BadValue> {
    check(form, request)?;
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let template = match form {
        Form::Trust => return Ok(pretty(&trust_policy(request)) + "\n"),
        Form::Policy => return Ok(pretty(&read_policy(request)) + "\n"),
        Form::CloudFormation => include_str!("template/cloudformation.yaml.jinja"),
        Form::Terraform => include_str!("template/terraform.tf.jinja"),
        Form::Cli => include_str!("template/cli.sh.jinja"),
    };
    let statements: Vec<Value> = statements(request)
        .into_iter()
        .map(|(sid, scope, actions)| json!({"sid": sid, "scope": scope_name(scope), "actions": actions}))
        .collect();
    let prefix = request.prefix.as_str();
    let region = request.region.as_deref().unwrap_or_else(|| request.partition.home_region());
    let values = context! {
        partition => request.partition.id(),
        bucket => request.bucket.as_ref().map(BucketName::as_str),
        prefix,
        folder => if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        region,
        external_id => request.external_id.as_str(),
        role_name => format!("cloud-analyzer-{}", &request.external_id.as_str()[..12]),
        principal => request.principal,
        kms_key_arn => request.kms_key_arn,
        statements,
        trust_policy => pretty(&trust_policy(request)),
        read_policy => pretty(&read_policy(request)),
        report => request.report.name(),
        report_region => request.partition.report_region(),
        report_name => report_name(request),
        report_prefix => report_prefix(request),
        table => table(request.report),
        query => query(request.report),
        configuration => configuration(request.report),
        definition => definition(request, region).to_string(),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_keep_trailing_newline(true);
    environment
        .render_str(template, values)
        .map_err(|error| BadValue::new(format!("the template cannot be made: {error}"), "Report this defect"))
}

fn check(form: Form, request: &TemplateRequest) -> Result<(), BadValue> {
    if request.report != ReportKind::None && request.partition.report_region().is_none() {
        return Err(BadValue::new(
            "GovCloud accounts have no cost reports of their own",
            "Set the report up in the paired commercial account, which is billed for GovCloud",
        ));
    }
    if let Some(key) = &request.kms_key_arn {
        let form = format!("arn:{}:kms:", request.partition);
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b":/-_".contains(&byte);
        if !key.starts_with(&form) || !key.contains(":key/") || !key.bytes().all(valid) {
            return Err(BadValue::new(
                format!("'{key}' is not the ARN of a KMS key in this partition"),
                format!("Copy it from the KMS console: {form}REGION:ACCOUNT:key/ID"),
            ));
        }
    }
    let missing = |what: &str, advice: &str| BadValue::new(format!("the {what} is not known yet"), advice);
    if form != Form::CloudFormation && form != Form::Terraform {
        if form != Form::Trust && request.bucket.is_none() {
            return Err(missing("bucket", "Save the bucket's name first"));
        }
        if form != Form::Policy && request.principal.is_none() {
            let advice = "Give this service an AWS identity, or name it by CLOUD_ANALYZER_TRUSTED_PRINCIPAL";
            return Err(missing("identity of this service", advice));
        }
    }
    Ok(())
}

/// Statements of the role's policy: name, scope, actions.
fn statements(request: &TemplateRequest) -> Vec<(&'static str, Scope, Vec<&'static str>)> {
    let mut statements: Vec<(&str, Scope, Vec<&str>)> = vec![];
    for permission in PERMISSIONS {
        if permission.scope == Scope::Key && request.kms_key_arn.is_none() {
            continue;
        }
        match statements.iter_mut().find(|(sid, ..)| *sid == permission.statement) {
            Some((_, _, actions)) => actions.push(permission.action),
            None => statements.push((permission.statement, permission.scope, vec![permission.action])),
        }
    }
    statements
}

const fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Bucket => "bucket",
        Scope::Folder => "folder",
        Scope::Objects => "objects",
        Scope::Key => "key",
        Scope::Exports => "exports",
        Scope::Account => "account",
    }
}

fn trust_policy(request: &TemplateRequest) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": request.principal},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": request.external_id.as_str()}},
        }],
    })
}

fn read_policy(request: &TemplateRequest) -> Value {
    let prefix = request.prefix.as_str();
    let bucket = request.bucket.as_ref().map_or("", BucketName::as_str);
    let bucket = format!("arn:{}:s3:::{bucket}", request.partition);
    let objects = if prefix.is_empty() { format!("{bucket}/*") } else { format!("{bucket}/{prefix}/*") };
    let exports = format!("arn:{}:bcm-data-exports:*:*:export/*", request.partition);
    let statements = statements(request).into_iter().map(|(sid, scope, actions)| {
        let resource = match scope {
            Scope::Bucket | Scope::Folder => bucket.as_str(),
            Scope::Objects => &objects,
            Scope::Key => request.kms_key_arn.as_deref().unwrap_or_default(),
            Scope::Exports => &exports,
            Scope::Account => "*",
        };
        let mut statement = json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
        if scope == Scope::Folder && !prefix.is_empty() {
            let folders = json!([prefix, format!("{prefix}/*")]);
            statement["Condition"] = json!({"StringLike": {"s3:prefix": folders}});
        }
        statement
    });
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> TemplateRequest {
        TemplateRequest {
            partition: Partition::Aws,
            bucket: Some(BucketName::try_new("my-cur").unwrap()),
            prefix: ReportPrefix::try_new("cost/cur").unwrap(),
            region: None,
            external_id: ExternalId::from_store(&"ab".repeat(32)).unwrap(),
            principal: Some("arn:aws:iam::999999999999:role/Server".to_owned()),
            report: ReportKind::None,
            kms_key_arn: None,
        }
    }

    #[test]
    fn every_form_names_the_external_id_and_only_this_bucket() {
        for form in [Form::CloudFormation, Form::Terraform, Form::Cli] {
            let text = render(form, &request()).unwrap();
            assert!(text.contains(&"ab".repeat(32)) && text.contains("my-cur"), "{text}");
            assert!(text.contains("cost/cur/*") && !text.contains("kms:"), "{text}");
            for permission in PERMISSIONS.iter().filter(|permission| permission.scope != Scope::Key) {
                assert!(text.contains(permission.action), "{form:?} lacks {}", permission.action);
            }
        }
        assert!(render(Form::Trust, &request()).unwrap().contains("sts:ExternalId"));
    }

    #[test]
    fn reports_and_keys_come_only_when_asked_for() {
        for (report, part) in [
            (ReportKind::Legacy, "HOURLY"),
            (ReportKind::Cur2, "FROM COST_AND_USAGE_REPORT"),
            (ReportKind::Focus, "FROM FOCUS_1_2_AWS"),
        ] {
            for form in [Form::CloudFormation, Form::Terraform, Form::Cli] {
                let key = "arn:aws:kms:us-east-1:123456789012:key/1-2";
                let text =
                    render(form, &TemplateRequest { report, kms_key_arn: Some(key.to_owned()), ..request() });
                let text = text.unwrap();
                assert!(text.contains(part) && text.contains("kms:Decrypt") && text.contains(key), "{text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_advice() {
        let gov = TemplateRequest { partition: Partition::AwsUsGov, report: ReportKind::Cur2, ..request() };
        assert!(render(Form::CloudFormation, &gov).unwrap_err().to_string().contains("commercial account"));
        for key in ["1234", "arn:aws-cn:kms:x:1:key/2", "arn:aws:kms:x:1:key/2\n- evil"] {
            let bad = TemplateRequest { kms_key_arn: Some(key.to_owned()), ..request() };
            assert!(render(Form::CloudFormation, &bad).unwrap_err().to_string().contains("KMS key"));
        }
        let nobody = TemplateRequest { principal: None, ..request() };
        assert!(render(Form::Cli, &nobody).unwrap_err().to_string().contains("TRUSTED_PRINCIPAL"));
        assert!(render(Form::CloudFormation, &nobody).is_ok());
    }
}
