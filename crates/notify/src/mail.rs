//! The mails, each with what it needs.

use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

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
#[derive(Clone, Debug, Serialize)]
pub struct MonthLine {
    /// `October 2026`.
    pub month: String,
    /// Total with its currency, as shown.
    pub total: String,
    /// Rows read, as shown.
    pub rows: String,
    /// Whether stored equals billed, digit by digit.
    pub proven: bool,
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
            Self::Recovered { .. } => "recovered",
        }
    }

    fn subject(&self) -> String {
        match self {
            Self::Invitation { organization, .. } => {
                format!("You are invited to {organization} on Cloud Analyzer")
            }
            Self::DashboardsReady { organization, .. } => {
                format!("{organization}: your dashboards are ready")
            }
            Self::NeedsAttention { connection, .. } => format!("The connection {connection} needs attention"),
            Self::Report { report, title, .. } => format!("{report}: {title}"),
            Self::Recovered { connection, .. } => format!("The connection {connection} works again"),
        }
    }

    /// Files that come with it.
    pub(crate) fn files(&self) -> &[Attached] {
        match self {
            Self::Report { files, .. } => files,
            _ => &[],
        }
    }

    /// Writes the mail.
    pub(crate) fn texts(&self) -> Result<Texts, MailError> {
        let name = self.name();
        let values = match self {
            Self::Invitation { organization, invited_by, role, link } => {
                context! { organization, invited_by, role, link }
            }
            Self::DashboardsReady { organization, connection, months, link } => {
                let all_proven = months.iter().all(|month| month.proven);
                context! { organization, connection, months, all_proven, link }
            }
            Self::NeedsAttention { organization, connection, message, advice, link } => {
                context! { organization, connection, message, advice, link }
            }
            Self::Report { organization, report, title, total, lines, note, link, files: _ } => {
                context! { organization, report, title, total, lines, note, link }
            }
            Self::Recovered { organization, connection, link } => context! { organization, connection, link },
        };
        let subject = self.subject();
        let fail = |source| MailError { name, source };
        let environment = environment().map_err(fail)?;
        let write = |ending: &str| {
            let template = environment.get_template(&format!("{name}.{ending}"))?;
            template.render(context! { subject, ..values.clone() })
        };
        Ok(Texts { plain: write("txt").map_err(fail)?, html: write("html").map_err(fail)?, subject })
    }
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
        "recovered.html",
        "recovered.txt"
    );
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_html_and_left_alone_in_plain_text() {
        let mail = Mail::Invitation {
            organization: "<b>Acme</b> & Sons".to_owned(),
            invited_by: "Ada".to_owned(),
            role: "viewer".to_owned(),
            link: "https://costs.example/invitation?token=abc".to_owned(),
        };
        let texts = mail.texts().unwrap();
        assert!(texts.html.contains("&lt;b&gt;Acme&lt;&#x2f;b&gt; &amp; Sons"), "{}", texts.html);
        assert!(texts.plain.contains("<b>Acme</b> & Sons"));
        for text in [&texts.plain, &texts.html] {
            assert!(text.contains("invitation?token=abc"), "{text}");
        }
    }

    #[test]
    fn the_totals_and_their_proof_are_told() {
        let month = |proven| MonthLine {
            month: "October 2026".to_owned(),
            total: "1,234.50 USD".to_owned(),
            rows: "812,000".to_owned(),
            proven,
        };
        let mail = |proven| Mail::DashboardsReady {
            organization: "Acme".to_owned(),
            connection: "AWS".to_owned(),
            months: vec![month(true), month(proven)],
            link: "https://costs.example/".to_owned(),
        };
        let good = mail(true).texts().unwrap();
        assert!(good.plain.contains("1,234.50 USD") && good.html.contains("1,234.50 USD"));
        assert!(good.plain.contains("digit by digit"));
        assert!(!mail(false).texts().unwrap().plain.contains("digit by digit"));
    }
}
