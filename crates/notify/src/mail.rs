//! The mails, each with what it needs.

use crate::bill_diff::{self, DiffMonth};
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
            | Self::Recovered { link, .. } => link,
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

    /// Every mail, with a text of somebody else's wherever there can be one.
    fn mails(evil: &str) -> Vec<Mail> {
        let text = || evil.to_owned();
        let link = || format!("https://costs.example/?q={evil}");
        let line =
            ReportLine { name: text(), color: "#000000".into(), figure: text(), change: String::new() };
        let month = MonthLine {
            month: "October 2026".into(),
            total: "1 USD".into(),
            rows: "1".into(),
            proven: false,
            proof: "copied".into(),
        };
        let (organization, connection) = (text(), text());
        vec![
            Mail::Invitation { organization: text(), invited_by: text(), role: text(), link: link() },
            Mail::DashboardsReady {
                organization: text(),
                connection: text(),
                months: vec![month],
                proof: vec![text()],
                link: link(),
            },
            Mail::NeedsAttention {
                organization: text(),
                connection: text(),
                message: text(),
                advice: text(),
                link: link(),
            },
            Mail::Report {
                organization: text(),
                report: text(),
                title: text(),
                total: text(),
                lines: vec![line],
                note: text(),
                link: link(),
                files: vec![],
            },
            bill_changed(evil),
            Mail::Recovered { organization, connection, link: link() },
        ]
    }

    fn bill_changed(evil: &str) -> Mail {
        let text = || evil.to_owned();
        let line =
            crate::DiffLine { name: text(), before: text(), after: text(), change: text(), percent: text() };
        let month = DiffMonth {
            month: text(),
            days: text(),
            currency: text(),
            before: text(),
            after: text(),
            change: text(),
            percent: text(),
            usage: text(),
            refunds: text(),
            services: vec![line.clone(); 9],
            accounts: vec![line; 9],
            rows: text(),
            link: "https://costs.example/connections/c/changes?month=2026-10".to_owned(),
        };
        Mail::BillChanged {
            organization: text(),
            connection: text(),
            months: vec![month],
            minimum: text(),
            link: format!("https://costs.example/?q={evil}"),
        }
    }

    #[test]
    fn nobody_s_text_becomes_markup_or_a_line_or_an_address() {
        let evil = "xyzzy\"><script>alert(1)</script>'\r\nBcc: victim@example.com\r\n\r\nforged\u{202e}";
        for mail in mails(evil) {
            let texts = mail.texts().unwrap();
            assert!(!texts.subject.contains(['\r', '\n', '\u{202e}']), "{}", texts.subject);
            assert!(!texts.html.contains("<script") && !texts.html.contains("xyzzy\">"), "{}", texts.html);
            for text in [&texts.plain, &texts.html] {
                assert!(!text.contains("\nBcc:") && !text.contains("\nforged"), "{text}");
                assert!(!text.contains('\u{202e}') && !text.contains('\r'), "{text}");
            }
            assert!(
                texts.plain.contains("?q=xyzzy%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%0D%0ABcc:%20"),
                "{}",
                texts.plain
            );
        }
        let [invitation, ..] = &mails("a&b=c")[..] else { panic!("no mails") };
        assert!(invitation.texts().unwrap().html.contains("href=\"https://costs.example/?q=a&amp;b=c\""));
        assert_eq!(address("javascript:alert(1)"), "");
        assert_eq!(address("https://a.example/?f=t%3Ax&g=ä"), "https://a.example/?f=t%3Ax&g=%C3%A4");
    }

    #[test]
    fn mails_are_of_bounded_length() {
        let long = "long ".repeat(20_000);
        for mail in mails(&long) {
            let Texts { subject, plain, html } = mail.texts().unwrap();
            assert!(subject.chars().count() < 300, "{}", subject.len());
            // The link is what it is: cut off, it would lead elsewhere.
            let link = address(mail.link()).len();
            assert!(plain.len() < 20_000 + link, "{}", plain.len());
            assert!(html.len() < 40_000 + link, "{}", html.len());
        }
    }

    #[test]
    fn the_totals_and_their_proof_are_told() {
        let month = |proven| MonthLine {
            month: "October 2026".to_owned(),
            total: "1,234.50 USD".to_owned(),
            rows: "812,000".to_owned(),
            proven,
            proof: "copied, complete NOT, amortized".to_owned(),
        };
        let mail = |proven| Mail::DashboardsReady {
            organization: "Acme".to_owned(),
            connection: "AWS".to_owned(),
            months: vec![month(true), month(proven)],
            proof: vec!["complete: NO: 1 file was left out: b.csv".to_owned()],
            link: "https://costs.example/".to_owned(),
        };
        let good = mail(true).texts().unwrap();
        assert!(good.plain.contains("1,234.50 USD") && good.html.contains("1,234.50 USD"));
        assert!(good.plain.contains("digit by digit") && !good.plain.contains("left out"));
        let off = mail(false).texts().unwrap();
        assert!(!off.plain.contains("digit by digit"));
        for text in [&off.plain, &off.html] {
            assert!(text.contains("copied, complete NOT, amortized"), "{text}");
            assert!(text.contains("1 file was left out: b.csv"), "{text}");
        }
    }
}
