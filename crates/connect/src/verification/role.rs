//! Who we are, and whether the customer's role lets us in, and only us.

use super::check::Board;
use super::fix::{Fix, common};
use super::{Facts, Partition};
use crate::aws::{Answer, ExternalId, Identity, RoleArn, Trouble};
use crate::source::Door;

pub(super) const STEPS: &[(&str, &str)] = &[
    ("own_identity", "Cloud Analyzer has an AWS identity of its own"),
    ("role_arn", "The role's ARN is in order"),
    ("assume_role", "The role can be assumed with the external ID"),
    ("confused_deputy", "The role cannot be assumed without the external ID"),
    ("account", "The account is the organization's management account"),
];

pub(super) async fn own_identity(
    door: &Door,
    partition: Partition,
    board: &mut Board<'_>,
) -> Option<Identity> {
    board.start("own_identity", "sts:GetCallerIdentity");
    match door.own.identity().await {
        Ok(identity) => {
            let ours = identity.arn.split(':').nth(1).unwrap_or_default().to_owned();
            if ours != partition.id() {
                let answer = format!("{} is in the partition {ours}", identity.arn);
                board.failed("own_identity", answer, Fix::text(format!(
                    "Identities of one partition cannot enter another. Give Cloud Analyzer credentials of the partition {partition}, or choose the partition {ours} for this connection."
                )));
                return None;
            }
            board.passed("own_identity", identity.arn.clone());
            Some(identity)
        }
        Err(answer) => {
            board.failed("own_identity", answer.to_string(), own_fix(&answer));
            None
        }
    }
}

/// What to do about our own identity.
pub(super) fn own_fix(answer: &Answer) -> Fix {
    match answer.trouble {
        // Nothing to sign with is the usual case on a machine outside AWS.
        Trouble::Credentials if answer.code.is_empty() => Fix::text(
            "Give the machine that runs Cloud Analyzer an AWS identity: a role of the instance or container, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a user whose only permission is sts:AssumeRole.",
        )
        .command("aws sts get-caller-identity"),
        _ => common(answer)
            .unwrap_or_else(|| Fix::text("Check the credentials that Cloud Analyzer runs with.")),
    }
}

pub(super) async fn verify(
    door: &Door,
    arn: &RoleArn,
    partition: Partition,
    board: &mut Board<'_>,
    facts: &mut Facts,
) -> Option<()> {
    board.start("role_arn", format!("Reading {arn}"));
    if arn.partition() != partition {
        board.failed(
            "role_arn",
            format!("The role is in the partition {}, the connection in {partition}", arn.partition()),
            Fix::text("Paste the RoleArn of a stack in this partition, or choose the other partition in the first step."),
        );
        return None;
    }
    board.passed("role_arn", format!("Role {} of account {}", arn.name(), arn.account()));
    facts.account_id = Some(arn.account().to_owned());

    board.start("assume_role", format!("sts:AssumeRole on {arn} with the connection's external ID"));
    if let Err(answer) = door.session.credentials().await {
        board.failed("assume_role", answer.to_string(), assume_fix(&answer, arn));
        return None;
    }
    board.passed("assume_role", "AWS gave credentials for an hour; they are renewed as needed");
    confused_deputy(door, arn, board).await;
    account(door, arn, partition, board, facts).await;
    Some(())
}

pub(super) fn assume_fix(answer: &Answer, arn: &RoleArn) -> Fix {
    common(answer).unwrap_or_else(|| {
        Fix::text("AWS says the same if the role does not exist, if its trust policy names another principal or external ID, and if Cloud Analyzer's own identity may not call sts:AssumeRole. Create or update the stack with this connection's template, paste its RoleArn, and allow the identity above sts:AssumeRole on the role.")
            .command(format!("aws iam get-role --role-name {} --query Role.AssumeRolePolicyDocument", arn.name()))
    })
}

/// Plays the stranger: with no external ID and with another one, the role must stay shut.
async fn confused_deputy(door: &Door, arn: &RoleArn, board: &mut Board<'_>) {
    board.start(
        "confused_deputy",
        format!("sts:AssumeRole on {arn} without an external ID, and with a random one: both must be denied"),
    );
    let random = ExternalId::generate();
    let mut denied = vec![];
    for (how, external_id) in
        [("without an external ID", None), ("with a random external ID", Some(random.as_str()))]
    {
        match door.session.assume_as_stranger(external_id).await {
            Ok(()) => {
                board.failed(
                    "confused_deputy",
                    format!("The role was assumed {how}"),
                    Fix::text("Anybody whom the role trusts could make Cloud Analyzer, or another product, read your bill in their name. Require the external ID in the role's trust policy: update the stack with this connection's template, or set the trust policy that this page gives.")
                        .command(format!("aws iam update-assume-role-policy --role-name {} --policy-document file://trust-policy.json", arn.name())),
                );
                return;
            }
            Err(answer) if answer.trouble == Trouble::Denied => denied.push(answer.to_string()),
            Err(answer) => {
                let fix = common(&answer).unwrap_or_else(|| Fix::text("Verify again."));
                board.warning("confused_deputy", format!("Not known: {answer}"), fix);
                return;
            }
        }
    }
    denied.dedup();
    board.passed("confused_deputy", format!("Denied both times: {}", denied.join("; ")));
}

async fn account(door: &Door, arn: &RoleArn, partition: Partition, board: &mut Board<'_>, facts: &mut Facts) {
    board.start("account", "organizations:DescribeOrganization through the role");
    let Ok(credentials) = door.session.credentials().await else { return };
    let config = door.own.as_session(credentials, partition.home_region());
    let answer = aws_sdk_organizations::Client::new(&config).describe_organization().send().await;
    let management = match answer {
        Ok(found) => {
            found.organization().and_then(|organization| organization.master_account_id().map(str::to_owned))
        }
        Err(error) => {
            let answer = Answer::of_sdk(&error);
            if answer.code == "AWSOrganizationsNotInUseException" {
                facts.management_account = Some(true);
                board.passed("account", "The account stands alone: it is in no organization");
                return;
            }
            let fix = common(&answer).unwrap_or_else(|| {
                Fix::text("Without organizations:DescribeOrganization it is not known whether the report covers the whole organization. Update the stack with this connection's template to allow it.")
            });
            board.warning("account", answer.to_string(), fix);
            return;
        }
    };
    facts.management_account = management.as_deref().map(|management| management == arn.account());
    match management {
        Some(management) if management == arn.account() => {
            board.passed("account", format!("{management} is the management account"));
        }
        Some(management) => board.warning(
            "account",
            format!("{} is a member account; the management account is {management}", arn.account()),
            Fix::text(format!(
                "A member's report covers its own charges alone. That is allowed; for the bill of the whole organization, connect {management}."
            )),
        ),
        None => board.warning(
            "account",
            "AWS did not name the management account",
            Fix::text("Verify again."),
        ),
    }
}
