//! Optional permissions: which are missing, and which feature that costs.

use super::Facts;
use super::check::{Board, CheckState};
use super::fix::Fix;
use super::organization;
use crate::aws::{PERMISSIONS, Partition};
use crate::source::Door;

pub(super) const STEPS: &[(&str, &str)] = &[("optional", "Optional permissions are there")];

pub(super) async fn verify(
    door: &Door,
    partition: Partition,
    unseen: Vec<&'static str>,
    board: &mut Board<'_>,
    facts: &mut Facts,
) {
    board.start(
        "optional",
        "organizations:ListAccounts and the organizational units through the role, and the answers above",
    );
    let seen = organization::accounts(door, partition).await;
    let mut missing = unseen;
    for (check, action) in
        [("bucket", "s3:GetBucketLocation"), ("account", "organizations:DescribeOrganization")]
    {
        if board.denied(check) {
            missing.push(action);
        }
    }
    facts.accounts = seen.accounts;
    let mut trouble = None;
    for (action, answer) in seen.refused {
        // A member account cannot list its siblings, whatever its role allows.
        if facts.management_account == Some(false) || answer.code == "AWSOrganizationsNotInUseException" {
            continue;
        }
        missing.push(action);
        trouble = Some(answer);
    }
    if missing.is_empty() {
        let named = facts.accounts.len();
        let units: std::collections::BTreeSet<_> =
            facts.accounts.values().filter_map(|account| account.unit.as_deref()).collect();
        board.passed(
            "optional",
            format!(
                "Nothing is missing; {named} accounts have names, in {} organizational units",
                units.len()
            ),
        );
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

impl Board<'_> {
    /// Whether a step ended in a warning because a permission is missing.
    fn denied(&self, id: &str) -> bool {
        self.checks().iter().any(|check| {
            check.check == id && check.state == CheckState::Warning && check.answer.contains("Denied")
        })
    }
}
