//! What people are told by mail: texts as templates, in HTML and plain, sent through one SMTP server.
//!
//! Nobody waits for a mail: sending has a limit of time, is tried again a few times, and a mail that cannot be
//! sent is logged without its links, which are secrets.

mod bill_diff;
mod mail;
mod mailer;

pub use bill_diff::{DiffLine, DiffMonth};
pub use mail::{Attached, Mail, MailError, MonthLine, ReportLine};
pub use mailer::{BadSettings, MailCounts, Mailer};
