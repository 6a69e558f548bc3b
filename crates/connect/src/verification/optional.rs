//! Optional permissions: which are missing, and which feature that costs.

use super::Facts;
use super::check::{Board, CheckState};
use super::fix::Fix;
use crate::aws::{Answer, PERMISSIONS, Partition};
use crate::source::Door;

pub(super) const STEPS: &[(&str, &str)] = &[("optional", "Optional permissions are there")];

/// Names of accounts that are kept.
const MOST_ACCOUNTS: usize = 10_000;

pub(super) async fn verify(
    door: &Door,
    partition: Partition,
    unseen: Vec<&'static str>,
    board: &mut Board<'_>,
    facts: &mut Facts,
) {
    board.start("optional", "organizations:ListAccounts through the role, and the answers above");
    let accounts = accounts(door, partition).await;
    let mut missing = unseen;
    for (check, action) in
        [("bucket", "s3:GetBucketLocation"), ("account", "organizations:DescribeOrganization")]
    {
        if board.denied(check) {
            missing.push(action);
        }
    }
    let mut trouble = None;
    match accounts {
        Ok(accounts) => facts.accounts = accounts,
        // A member account cannot list its siblings, whatever its role allows.
        Err(_) if facts.management_account == Some(false) => {}
        Err(answer) if answer.code == "AWSOrganizationsNotInUseException" => {}
        Err(answer) => {
            missing.push("organizations:ListAccounts");
            trouble = Some(answer);
        }
    }
    if missing.is_empty() {
        let named = facts.accounts.len();
        board.passed("optional", format!("Nothing is missing; {named} accounts have names"));
        return;
    }
    let cost = |action: &&str| {
        let permission = PERMISSIONS.iter().find(|permission| permission.action == *action);
        format!("{action}: {}", permission.map_or("", |permission| permission.without_it))
    };
    let costs: Vec<String> = missing.iter().map(cost).collect();
    let answer = trouble.map(|answer| format!("{answer}. ")).unwrap_or_default();
    board.warning(
        "optional",
        format!("{answer}Missing: {}", costs.join(" ")),
        Fix::text("Everything else works. To have these features too, update the stack with this connection's template."),
    );
}

async fn accounts(door: &Door, partition: Partition) -> Result<Vec<(String, String)>, Answer> {
    let credentials = door.session.credentials().await?;
    let config = door.own.as_session(credentials, partition.home_region());
    let client = aws_sdk_organizations::Client::new(&config);
    let mut found = vec![];
    let mut next = None;
    loop {
        let page = client.list_accounts().set_next_token(next).send().await;
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        found.extend(page.accounts().iter().filter_map(|account| {
            Some((account.id()?.to_owned(), account.name().unwrap_or_default().to_owned()))
        }));
        next = page.next_token().map(str::to_owned);
        if next.is_none() || found.len() >= MOST_ACCOUNTS {
            return Ok(found);
        }
    }
}

impl Board<'_> {
    /// Whether a step ended in a warning because a permission is missing.
    fn denied(&self, id: &str) -> bool {
        self.checks().iter().any(|check| {
            check.check == id && check.state == CheckState::Warning && check.answer.contains("Denied")
        })
    }
}
