//! Links into the customer's console, and the same steps as commands.

use super::{Partition, TemplateRequest};
use serde::Serialize;

/// Where each step of the set-up is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Links {
    /// Sign-in to the console.
    pub console: String,
    /// The setting that lets IAM users and roles see billing.
    pub billing_access: String,
    /// Classic reports and data exports.
    pub reports: String,
    /// The bucket's page, or the list of buckets.
    pub bucket: String,
    /// CloudFormation's page for a new stack, to upload the template to.
    pub create_stack: String,
    /// The same with everything filled in. CloudFormation takes templates from S3 alone, so this exists only
    /// where the template has been put into a bucket that customers may read.
    pub quick_create: Option<String>,
    /// Creates the stack from the downloaded template.
    pub deploy_command: String,
    /// Shows the role's ARN afterwards.
    pub outputs_command: String,
}

/// Name of the stack.
const STACK: &str = "cloud-analyzer";

/// Links and commands of a connection; `template_url` is where the template lies in S3, if it does.
pub fn links(request: &TemplateRequest, template_url: Option<&str>) -> Links {
    let (partition, console) = (request.partition, request.partition.console());
    let home = partition.home_region();
    let bucket = request.bucket.as_ref().map(super::BucketName::as_str);
    let stacks = format!("{console}/cloudformation/home?region={home}#/stacks");
    let parameters = [
        ("CostAndUsageBucket", bucket),
        ("ExternalId", Some(request.external_id.as_str())),
        ("TrustedPrincipal", request.principal.as_deref()),
    ];
    let parameters = parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let quick_create = template_url.map(|address| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("templateURL", address).append_pair("stackName", STACK);
        for (name, value) in parameters.clone() {
            query.append_pair(&format!("param_{name}"), value);
        }
        format!("{stacks}/quickcreate?{}", query.finish())
    });
    let overrides: Vec<String> = parameters.map(|(name, value)| format!("{name}={value}")).collect();
    let reports = match partition {
        // GovCloud is billed by the paired commercial account.
        Partition::AwsUsGov => Partition::Aws.console(),
        Partition::Aws | Partition::AwsCn | Partition::AwsEusc => console,
    };
    Links {
        console: console.to_owned(),
        billing_access: format!("{console}/billing/home#/account"),
        reports: format!("{reports}/costmanagement/home#/bcm-data-exports"),
        bucket: match bucket {
            Some(bucket) => format!("{console}/s3/buckets/{bucket}"),
            None => format!("{console}/s3/buckets"),
        },
        create_stack: format!("{stacks}/create"),
        quick_create,
        deploy_command: format!(
            "aws cloudformation deploy --region {home} --stack-name {STACK} --template-file cloud-analyzer.yaml --capabilities CAPABILITY_IAM --parameter-overrides {}",
            overrides.join(" ")
        ),
        outputs_command: format!(
            "aws cloudformation describe-stacks --region {home} --stack-name {STACK} --query \"Stacks[0].Outputs[?OutputKey=='RoleArn'].OutputValue\" --output text"
        ),
    }
}
