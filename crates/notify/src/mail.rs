//! The mails, each with what it needs.

use crate::bill_diff::{self, DiffMonth};
use crate::notice::{Bundle, Message, Notice};
use minijinja::{AutoEscape, Environment, Value, context};
use model::shown;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Characters of a name, and of what happened: mails are read on telephones, and names may come from anywhere.
const NAME: usize = 200;
const MESSAGE: usize = 2_000;
/// Characters of a subject; servers refuse long headers.
const SUBJECT: usize = 250;
/// Groups or months in a mail; the table beside it has all of them.
const LINES: usize = 60;

/// A mail could not be put together: a defect of its template.
#[derive(Debug, thiserror::Error)]
#[error("the mail '{name}' cannot be written: {source}")]
pub struct MailError {
    /// Name of the template.
    pub name: &'static str,
    /// What is wrong with it.
    pub source: minijinja::Error,
}

/// A month, as the mail about dashboards shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MonthLine {
    /// `October 2026`.
    pub month: String,
    /// Total with its currency, as shown.
    pub total: String,
    /// Rows read, as shown.
    pub rows: String,
    /// Whether all parts of its proof hold.
    pub proven: bool,
    /// The proof in its parts, in a few words.
    pub proof: String,
}

/// A group of a report, as its mail shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ReportLine {
    /// Name of the group.
    pub name: String,
    /// Its colour in the picture, as `#rrggbb`.
    pub color: String,
    /// Figure as shown.
    pub figure: String,
    /// Change against the span before, as shown; empty without one.
    pub change: String,
}

/// A file that comes with a mail.
#[derive(Clone, Debug)]
pub struct Attached {
    /// File name.
    pub name: String,
    /// MIME type.
    pub kind: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
    /// Whether the HTML shows it, by the name `cid:NAME`.
    pub inline: bool,
}

/// Something to tell somebody.
#[derive(Clone, Debug)]
pub enum Mail {
    /// Somebody is invited into an organization.
    Invitation {
        /// Organization.
        organization: String,
        /// Who invites.
        invited_by: String,
        /// Role that is offered.
        role: String,
        /// The link, which works once.
        link: String,
    },
    /// The first months of a connection are there.
    DashboardsReady {
        /// Organization.
        organization: String,
        /// Connection.
        connection: String,
        /// Newest first.
        months: Vec<MonthLine>,
        /// What is proven of all of it: a line for each part.
        proof: Vec<String>,
        /// Address of the dashboards.
        link: String,
    },
    /// A connection does not work.
    NeedsAttention {
        /// Organization.
        organization: String,
        /// Connection.
        connection: String,
        /// What happened.
        message: String,
        /// What to do.
        advice: String,
        /// Address of the connection's page.
        link: String,
    },
    /// A saved report, on its schedule or asked for.
    Report {
        /// Organization.
        organization: String,
        /// Name of the report.
        report: String,
        /// What is summed, of which days, in which currency.
        title: String,
        /// Total as shown.
        total: String,
        /// The largest groups.
        lines: Vec<ReportLine>,
        /// What the figures rest on.
        note: String,
        /// Address of the page.
        link: String,
        /// The chart, shown as `cid:chart.png`, and the table.
        files: Vec<Attached>,
    },
    /// Bills that were published before changed.
    BillChanged {
        /// Organization.
        organization: String,
        /// Connection.
        connection: String,
        /// What changed.
        months: Vec<DiffMonth>,
        /// The least change that is told, as shown; empty: any.
        minimum: String,
        /// Address of the connection's page, where these mails are turned off.
        link: String,
    },
    /// What a channel tells.
    Notices {
        /// What is told.
        message: Message,
        /// The chart of the one notice that it is about, shown as `cid:chart.png`; none: no chart.
        files: Vec<Attached>,
    },
    /// A channel was turned off: its receiver does not take messages; or it does not take one of them.
    ChannelOff {
        /// Organization.
        organization: String,
        /// Channel.
        channel: String,
        /// Why.
        reason: String,
        /// The message that was not taken, by its title; none: the channel is off.
        message: Option<String>,
        /// Address of the page where it is turned on again.
        link: String,
    },
    /// It works again.
    Recovered {
        /// Organization.
        organization: String,
        /// Connection.
        connection: String,
        /// Address of the connection's page.
        link: String,
    },
}

/// A mail's three texts.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) subject: String,
    pub(crate) plain: String,
    pub(crate) html: String,
}

impl Mail {
    const fn name(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::DashboardsReady { .. } => "dashboards_ready",
            Self::NeedsAttention { .. } => "needs_attention",
            Self::Report { .. } => "report",
            Self::BillChanged { .. } => "bill_changed",
            Self::Notices { .. } => "notices",
            Self::ChannelOff { .. } => "channel_off",
            Self::Recovered { .. } => "recovered",
        }
    }

    fn subject(&self) -> String {
        let short = |text: &str| shown::short(text, NAME / 2).into_owned();
        match self {
            Self::Invitation { organization, .. } => {
                format!("You are invited to {} on Cloud Analyzer", short(organization))
            }
            Self::DashboardsReady { organization, .. } => {
                format!("{}: your dashboards are ready", short(organization))
            }
            Self::NeedsAttention { connection, .. } => {
                format!("The connection {} needs attention", short(connection))
            }
            Self::Report { report, title, .. } => format!("{}: {}", short(report), short(title)),
            Self::BillChanged { connection, months, .. } => bill_diff::subject(&short(connection), months),
            Self::Notices { message, .. } => message.title(),
            Self::ChannelOff { channel, message: Some(_), .. } => {
                format!("The channel {} could not deliver a message", short(channel))
            }
            Self::ChannelOff { channel, .. } => format!("The channel {} was turned off", short(channel)),
            Self::Recovered { connection, .. } => format!("The connection {} works again", short(connection)),
        }
    }

    fn link(&self) -> &str {
        match self {
            Self::Invitation { link, .. }
            | Self::DashboardsReady { link, .. }
            | Self::NeedsAttention { link, .. }
            | Self::Report { link, .. }
            | Self::BillChanged { link, .. }
            | Self::ChannelOff { link, .. }
            | Self::Recovered { link, .. } => link,
            Self::Notices { message, .. } => message.single().map_or(&message.link, |one| &one.link),
        }
    }

    /// Files that come with it.
    pub(crate) fn files(&self) -> &[Attached] {
        match self {
            Self::Report { files, .. } | Self::Notices { files, .. } => files,
            _ => &[],
        }
    }

    /// Writes the mail.
    pub(crate) fn texts(&self) -> Result<Texts, MailError> {
        let name = self.name();
        let values = match self {
            Self::Invitation { organization, invited_by, role, link: _ } => {
                context! {
                    organization => short(organization), invited_by => short(invited_by), role => short(role),
                }
            }
            Self::DashboardsReady { organization, connection, months, proof, link: _ } => {
                let all_proven = months.iter().all(|month| month.proven);
                let months = &months[..months.len().min(LINES)];
                let proof: Vec<_> = proof.iter().map(|line| shown::short(line, MESSAGE)).collect();
                context! {
                    organization => short(organization), connection => short(connection), months, all_proven, proof,
                }
            }
            Self::NeedsAttention { organization, connection, message, advice, link: _ } => {
                context! {
                    organization => short(organization), connection => short(connection),
                    message => shown::short(message, MESSAGE), advice => shown::short(advice, MESSAGE),
                }
            }
            Self::Report { organization, report, title, total, lines, note, link: _, files: _ } => {
                let line = |line: &ReportLine| ReportLine {
                    name: short(&line.name),
                    color: short(&line.color),
                    figure: short(&line.figure),
                    change: short(&line.change),
                };
                let lines: Vec<ReportLine> = lines.iter().take(LINES).map(line).collect();
                context! {
                    organization => short(organization), report => short(report), title => short(title),
                    total => short(total), lines, note => shown::short(note, MESSAGE),
                }
            }
            Self::BillChanged { organization, connection, months, minimum, link: _ } => {
                let (left_out, months) = (months.len(), bill_diff::months(months));
                let left_out = left_out - months.len();
                context! {
                    organization => short(organization), connection => short(connection), months, left_out,
                    minimum => short(minimum),
                }
            }
            Self::Notices { message, files } => {
                let (listed, left_out) = message.listed();
                let notices: Vec<Value> = listed.iter().map(notice).collect();
                let still_open: Vec<String> =
                    message.still_open.iter().take(LINES).map(Notice::headline).collect();
                context! {
                    organization => short(&message.organization), notices, left_out, still_open,
                    single => message.single().is_some(), digest => message.bundle == Bundle::Digest,
                    chart => !files.is_empty(), settings => address(&message.link),
                }
            }
            Self::ChannelOff { organization, channel, reason, message, link: _ } => {
                context! {
                    organization => short(organization), channel => short(channel),
                    message => message.as_deref().map(short), reason => shown::short(reason, MESSAGE),
                }
            }
            Self::Recovered { organization, connection, link: _ } => {
                context! {
                    organization => short(organization), connection => short(connection),
                }
            }
        };
        let (subject, link) = (shown::short(&self.subject(), SUBJECT).into_owned(), address(self.link()));
        let fail = |source| MailError { name, source };
        let environment = environment().map_err(fail)?;
        let write = |ending: &str| {
            let template = environment.get_template(&format!("{name}.{ending}"))?;
            let link = match ending {
                // Of all that HTML knows, an address holds nothing but the ampersand.
                "html" => Value::from_safe_string(link.replace('&', "&amp;")),
                _ => Value::from(link.as_str()),
            };
            template.render(context! { subject, link, ..values.clone() })
        };
        Ok(Texts { plain: write("txt").map_err(fail)?, html: write("html").map_err(fail)?, subject })
    }
}

/// A notice, as the template takes it.
fn notice(of: &Notice) -> Value {
    let pairs: Vec<Value> = of.pairs().into_iter().map(|(label, value)| context! { label, value }).collect();
    context! { title => of.headline(), text => of.body(), pairs, link => address(&of.link) }
}

/// A name as part of a line: it begins none of its own, in a text or in a header.
pub(crate) fn short(text: &str) -> String {
    shown::short(text, NAME).into_owned()
}

/// An address that stays one, in an attribute and in a line of text: what does not belong into an address is encoded, and
/// one that leads to no page is left out.
pub(crate) fn address(link: &str) -> String {
    let is_page = link.starts_with("https://") || link.starts_with("http://");
    let mut out = String::with_capacity(link.len());
    for byte in link.bytes().filter(|_| is_page) {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        if name.rsplit('.').next() == Some("html") { AutoEscape::Html } else { AutoEscape::None }
    });
    macro_rules! templates {
        ($($name:literal),*) => {
            $(environment.add_template($name, include_str!(concat!("../templates/", $name)))?;)*
        };
    }
    templates!(
        "layout.html",
        "invitation.html",
        "invitation.txt",
        "dashboards_ready.html",
        "dashboards_ready.txt",
        "needs_attention.html",
        "needs_attention.txt",
        "report.html",
        "report.txt",
        "bill_changed.html",
        "bill_changed.txt",
        "recovered.html",
        "recovered.txt",
        "notices.html",
        "notices.txt",
        "channel_off.html",
        "channel_off.txt"
    );
    Ok(environment)
}

#[cfg(test)]
mod tests;
