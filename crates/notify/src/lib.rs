//! What people and their tools are told: mails, as templates in HTML and plain, sent through one SMTP server, and
//! messages to other services, prepared here and sent by whoever holds the walls.
//!
//! Nobody waits for a mail: sending has a limit of time, is tried again a few times, and a mail that cannot be
//! sent is logged without its links, which are secrets.

mod bill_diff;
mod hook;
mod mail;
mod mailer;
mod notice;
mod retry;

pub use bill_diff::{DiffLine, DiffMonth};
pub use hook::{
    ChannelKind, Prepared, SECRET_BYTES, Target, WrongSecret, check_secret, prepare, secret_text,
};
pub use mail::{Attached, Mail, MailError, MonthLine, ReportLine};
pub use mailer::{BadSettings, MailCounts, Mailer, NotTaken};
pub use notice::{
    About, Amount, Bundle, Fact, LISTED, Message, Notice, Point, Severity, TagShare, Transition,
};
pub use retry::{Verdict, is_of_message, next_wait_ms, verdict};
