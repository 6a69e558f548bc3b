//! Every limit of the use cases: what it protects, and why it is this number.

use std::time::Duration;

/// Passwords that are hashed at once, each on a thread of its own: each takes a processor for a tenth of a second
/// and 19 MiB. Two keep half of a small machine free for everybody who is in already.
pub(crate) const PASSWORDS_AT_ONCE: usize = 2;
/// Passwords that wait for their turn. With two at once these are done in two or three seconds: whoever comes later
/// is better told to come again than kept. A waiting one holds a connection, and nothing else.
pub(crate) const PASSWORDS_WAITING: usize = 32;
/// How long a password may wait on a busy machine: browsers and people give up at about that time.
pub(crate) const PASSWORD_PATIENCE: Duration = Duration::from_secs(10);
/// When to come again (s): the queue is worked off by then.
pub(crate) const PASSWORD_RETRY_S: u32 = 5;

/// Attempts to sign in count for this long (ms).
pub(crate) const ATTEMPT_WINDOW_MS: i64 = 15 * 60 * 1000;
/// Wrong passwords for one account in that time: more than anybody mistypes, far too few to guess with.
pub(crate) const ATTEMPTS_PER_ACCOUNT: u32 = 10;
/// Wrong passwords from one address in that time: an office shares one.
pub(crate) const ATTEMPTS_PER_ADDRESS: u32 = 50;

/// Mails count for this long (ms).
pub(crate) const MAIL_WINDOW_MS: i64 = 60 * 60 * 1000;
/// Mails (one for each recipient) that one person or token causes in that time: four reports to the longest list.
/// Beyond, the operator's mail server would be taken for a sender of spam.
pub(crate) const MAILS_PER_SENDER: u32 = 200;
/// Mails of an organization in that time, its schedules' included; what a schedule has beyond leaves an hour later.
pub(crate) const MAILS_PER_ORGANIZATION: u32 = 1000;
/// Recipients of a report: a longer list is better kept by the mail server.
pub(crate) const RECIPIENTS: usize = 50;
/// Domains to which an organization's reports go without an administrator: a company has a few.
pub(crate) const MAIL_DOMAINS: usize = 50;

/// Reports that one person keeps; the list is read whole with each page.
pub(crate) const REPORTS_PER_OWNER: usize = 200;
/// Bytes of a saved page's address: every filter of a page fits; browsers stop at about that length, too.
pub(crate) const REPORT_ADDRESS: usize = 8_000;

/// Budgets of an organization: each is reckoned anew with each delivery and each look at the page.
pub(crate) const BUDGETS: usize = 100;
/// Thresholds of a budget: beyond, nobody reads what they tell.
pub(crate) const BUDGET_THRESHOLDS: usize = 10;
/// Amounts that a budget has planned for periods to come: two years of months.
pub(crate) const BUDGET_AMOUNTS: usize = 24;
