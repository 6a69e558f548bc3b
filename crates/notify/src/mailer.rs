//! The way out: one SMTP server.

use crate::mail::{Attached, Mail};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Message, Tokio1Executor};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const TRIES: u32 = 3;

/// Settings that no server can be reached with.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// The address of the server.
    #[error(
        "the address of the mail server cannot be used: {0}; write smtps://USER:PASSWORD@HOST, or smtp://HOST:25?tls=required"
    )]
    Server(String),
    /// The sender.
    #[error("'{0}' is not a mail address; write costs@example.com or \"Cloud Analyzer <costs@example.com>\"")]
    Sender(String),
}

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    server: String,
    counted: Arc<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    sent: AtomicU64,
    failed: AtomicU64,
}

/// Mails of this process, each counted once for each address, after its last try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    /// Those that the server took.
    pub sent: u64,
    /// Those that it did not take.
    pub failed: u64,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The transport knows a password.
        out.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Mailer {
    /// Prepares; connects to nobody yet. `server` is a URL: `smtps://`, or `smtp://` with `?tls=required` for
    /// STARTTLS.
    ///
    /// # Errors
    /// Which setting is wrong; the address is not repeated, for it may hold a password.
    pub fn new(server: &str, from: &str) -> Result<Self, BadSettings> {
        let from = from.parse().map_err(|_| BadSettings::Sender(from.to_owned()))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|error| BadSettings::Server(error.to_string()))?;
        Ok(Self {
            transport: builder.timeout(Some(PATIENCE)).build(),
            from,
            server: place_of(server),
            counted: Arc::default(),
        })
    }

    /// Host and port of the server, without name and password.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Mails so far.
    pub fn counts(&self) -> MailCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        MailCounts { sent: read(&self.counted.sent), failed: read(&self.counted.failed) }
    }

    /// Whether the server can be reached, and takes the name and the password; nothing is sent.
    ///
    /// # Errors
    /// What went wrong, in the words of whoever said so.
    pub async fn check(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it answers, but not as a mail server that is ready does".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Sends a mail to each address, by itself. Gives how many went out; what did not is logged.
    pub async fn send(&self, to: &[String], mail: &Mail) -> usize {
        let mut sent = 0;
        for address in to {
            match self.deliver(address, mail).await {
                Ok(()) => {
                    sent += 1;
                    self.counted.sent.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => {
                    self.counted.failed.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(mail.to = %address, %error, "a mail could not be sent");
                }
            }
        }
        sent
    }

    async fn deliver(&self, to: &str, mail: &Mail) -> Result<(), String> {
        let message = self.message(to, mail, None)?;
        let mut wait = Duration::from_secs(1);
        for attempt in 1.. {
            match self.transport.send(message.clone()).await {
                Ok(_) => break,
                Err(error) if error.is_permanent() || attempt >= TRIES => return Err(error.to_string()),
                Err(_) => tokio::time::sleep(wait).await,
            }
            wait *= 3;
        }
        Ok(())
    }

    /// Sends a mail to an address, with one try. `id` names the mail through all tries: programs show one of a name once.
    ///
    /// # Errors
    /// The server did not take it.
    pub async fn send_once(&self, to: &str, mail: &Mail, id: &str) -> Result<String, NotTaken> {
        let never = |answer: String| NotTaken { answer, for_ever: true };
        let sent = match self.message(to, mail, Some(id)) {
            Err(error) => Err(never(error)),
            Ok(message) => match self.transport.send(message).await {
                Ok(answer) => Ok(answer.message().collect::<Vec<_>>().join(" ")),
                Err(error) => {
                    Err(NotTaken { for_ever: error.is_permanent(), answer: model::with_causes(&error) })
                }
            },
        };
        let count = if sent.is_ok() { &self.counted.sent } else { &self.counted.failed };
        count.fetch_add(1, Ordering::Relaxed);
        sent
    }

    fn message(&self, to: &str, mail: &Mail, id: Option<&str>) -> Result<Message, String> {
        let texts = mail.texts().map_err(|error| error.to_string())?;
        let mut message = Message::builder();
        if let Some(id) = id {
            message = message.message_id(Some(format!("<{id}@{}>", self.from.email.domain())));
        }
        message
            .from(self.from.clone())
            // An address alone: no name, no list, no header of somebody's making.
            .to(Mailbox::new(None, to.parse().map_err(|_| "it is not a mail address".to_owned())?))
            .subject(texts.subject)
            .multipart(body(texts.plain, texts.html, mail.files())?)
            .map_err(|error| error.to_string())
    }
}

/// A mail that the server did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// What it said, or what went wrong on the way to it.
    pub answer: String,
    /// Whether it will not take it later either.
    pub for_ever: bool,
}

/// What an address says of where, not as whom.
fn place_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    // A password may hold anything but '/', which would be encoded.
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

/// Both texts, the pictures that the HTML shows, and the files.
fn body(plain: String, html: String, files: &[Attached]) -> Result<MultiPart, String> {
    let part = |file: &Attached| {
        let kind = file.kind.parse::<ContentType>().map_err(|error| error.to_string())?;
        let attachment = if file.inline {
            Attachment::new_inline(file_name(&file.name))
        } else {
            Attachment::new(file_name(&file.name))
        };
        Ok::<_, String>(attachment.body(file.bytes.clone(), kind))
    };
    if files.is_empty() {
        return Ok(MultiPart::alternative_plain_html(plain, html));
    }
    let mut shown = MultiPart::related().singlepart(SinglePart::html(html));
    for file in files.iter().filter(|file| file.inline) {
        shown = shown.singlepart(part(file)?);
    }
    let texts = MultiPart::alternative().singlepart(SinglePart::plain(plain)).multipart(shown);
    let mut all = MultiPart::mixed().multipart(texts);
    for file in files.iter().filter(|file| !file.inline) {
        all = all.singlepart(part(file)?);
    }
    Ok(all)
}

/// A file's name as it can stand in a header.
fn file_name(name: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    name.chars().map(letter).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_text_becomes_a_header() {
        let evil = "x\r\nBcc: victim@example.com\r\n\r\n";
        let file = Attached { name: format!("{evil}.csv"), kind: "text/csv", bytes: vec![], inline: false };
        let message = Message::builder()
            .from("costs@example.com".parse().unwrap())
            .to(Mailbox::new(None, "ada@example.com".parse().unwrap()))
            .subject(evil)
            .multipart(body(String::new(), String::new(), &[file]).unwrap())
            .unwrap();
        let written = String::from_utf8(message.formatted()).unwrap();
        assert!(!written.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{written}");
        for to in ["a@example.com, b@example.com", "A <a@example.com>", "a@example.com\r\nBcc: b@example.com"]
        {
            assert!(to.parse::<lettre::Address>().is_err(), "{to}");
        }
    }

    #[test]
    fn settings_are_checked_without_telling_the_password() {
        assert!(Mailer::new("smtp://127.0.0.1:1026", "Costs <costs@example.com>").is_ok());
        let error = Mailer::new("http://user:hush@host", "costs@example.com").unwrap_err().to_string();
        assert!(error.contains("smtps://") && !error.contains("hush"), "{error}");
        assert!(Mailer::new("smtp://host", "nobody").unwrap_err().to_string().contains("'nobody'"));
        let mailer = Mailer::new("smtps://u:hush@host:465?tls=required", "a@example.com").unwrap();
        assert!(!format!("{mailer:?}").contains("hush"));
        assert_eq!(mailer.server(), "host:465");
    }
}
