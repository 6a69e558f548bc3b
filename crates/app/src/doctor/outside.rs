//! What the server needs from outside: the provider, its clock, the mail server, the OpenID Connect provider.

use super::{CLOCK_SLACK_S, Finding, Health};
use crate::connections::{self, ConnectionKind, Partition};
use crate::identity::{self, OpenIdSettings};
use crate::{App, Result};
use connect::Reached;
use std::collections::BTreeSet;
use std::time::Duration;

/// A provider refuses signatures that are five minutes off and more; a clock that runs away is told before.
const SOON_TOO_MUCH_S: i64 = 30;
/// Whoever does not answer in this time is not reached.
const PATIENCE: Duration = Duration::from_secs(15);
const CLOCK_FIX: &str =
    "Set the machine's clock and keep it right (NTP): AWS refuses requests that are minutes off.";

/// Asks everybody whom the server needs whether they are there. Nothing is changed, and no mail is sent.
///
/// # Errors
/// When the metadata store does not answer.
pub async fn outside(app: &App, openid: Option<&OpenIdSettings>) -> Result<Vec<Finding>> {
    let needed = Needed::of(app).await?;
    let mut found = vec![];
    let mut reached = vec![];
    for partition in needed.partitions.iter().copied() {
        let asked = connect::reach_provider(app.outgoing(), partition).await;
        found.push(provider(partition.label(), &asked, true));
        found.push(credentials(partition).await);
        reached.extend(asked.ok());
    }
    for address in &needed.endpoints {
        let asked = connect::reach_endpoint(app.outgoing(), address).await;
        found.push(provider(address, &asked, true));
        reached.extend(asked.ok());
    }
    if needed.partitions.is_empty() {
        // Nobody needs it yet: then a machine without a way to it is no fault.
        let asked = connect::reach_provider(app.outgoing(), Partition::Aws).await;
        found.push(provider(Partition::Aws.label(), &asked, false));
        reached.extend(asked.ok());
    }
    found.push(clock(app, &reached));
    found.push(mail(app).await);
    if let Some(openid) = openid {
        found.push(sign_in(openid).await);
    }
    Ok(found)
}

/// Whom connections read from.
struct Needed {
    partitions: Vec<Partition>,
    endpoints: BTreeSet<String>,
}

impl Needed {
    async fn of(app: &App) -> Result<Self> {
        let (mut partitions, mut endpoints) = (BTreeSet::new(), BTreeSet::new());
        for organization in app.meta().organizations().await? {
            for connection in connections::list(app, &organization.id).await? {
                match connection.kind {
                    ConnectionKind::AwsOwn | ConnectionKind::AwsRole => {
                        partitions.insert(connection.partition.id());
                    }
                    ConnectionKind::S3Compatible => endpoints.extend(connection.endpoint),
                    ConnectionKind::Local | ConnectionKind::Shared => {}
                }
            }
        }
        let partitions = Partition::ALL.into_iter().filter(|one| partitions.contains(one.id())).collect();
        Ok(Self { partitions, endpoints })
    }
}

fn provider(whom: &str, asked: &Result<Reached, (String, connect::aws::Answer)>, needed: bool) -> Finding {
    const CHECK: &str = "provider";
    match asked {
        Ok(reached) => Finding::good(CHECK, format!("{whom} answers at {}", reached.address)),
        Err((address, error)) => Finding::bad(
            CHECK,
            if needed { Health::Wrong } else { Health::Warning },
            format!("{whom} was not reached at {address}: {error}"),
            if needed {
                "Let this machine reach it by HTTPS: look at name resolution, the firewall, HTTPS_PROXY, and AWS_ENDPOINT_URL if it is set. Endpoints in a private network: --allow-private-range."
            } else {
                "No connection needs it now. Before you connect an account, let this machine reach it by HTTPS."
            },
        ),
    }
}

/// Whether AWS knows the machine: roles are assumed with its own credentials.
async fn credentials(partition: Partition) -> Finding {
    const CHECK: &str = "credentials";
    let fix = "Give this machine credentials: a role of its instance or container, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the server's environment.";
    match tokio::time::timeout(PATIENCE, connect::own_identity(partition)).await {
        Ok(Ok(identity)) => {
            Finding::good(CHECK, format!("{partition} knows this machine as {}", identity.arn))
        }
        Ok(Err(error)) => Finding::bad(
            CHECK,
            Health::Wrong,
            format!("{partition} does not know this machine: {error}"),
            fix,
        ),
        Err(_) => Finding::bad(
            CHECK,
            Health::Wrong,
            format!("{partition} did not say in time whether it knows this machine"),
            fix,
        ),
    }
}

/// The machine's clock, by those who answered.
fn clock(app: &App, reached: &[Reached]) -> Finding {
    const CHECK: &str = "clock_outside";
    let now = app.now();
    let told =
        reached.iter().filter_map(|one| one.at.map(|at| (one, now.signed_duration_since(at).num_seconds())));
    let Some((whose, off)) = told.max_by_key(|(_, off)| off.abs()) else {
        return Finding::bad(
            CHECK,
            Health::Warning,
            "nobody outside told the time",
            "Compare the machine's clock by hand, or let this machine reach the provider.",
        );
    };
    let way = if off < 0 { "behind" } else { "ahead of" };
    let found = format!("the clock is {} s {way} that of {}", off.abs(), whose.address);
    match off.abs() {
        0..=SOON_TOO_MUCH_S => Finding::good(CHECK, found),
        off if off < CLOCK_SLACK_S => Finding::bad(CHECK, Health::Warning, found, CLOCK_FIX),
        _ => Finding::bad(CHECK, Health::Wrong, found, CLOCK_FIX),
    }
}

async fn mail(app: &App) -> Finding {
    const CHECK: &str = "mail";
    let Some(mail) = app.mail() else {
        return Finding::good(
            CHECK,
            "no mail server is named: nothing is mailed, and links are shown on screen",
        );
    };
    let server = mail.mailer.server();
    let asked = tokio::time::timeout(PATIENCE, mail.mailer.check()).await;
    match asked.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
        Ok(()) => Finding::good(CHECK, format!("{server} takes mails")),
        Err(error) => Finding::bad(
            CHECK,
            Health::Wrong,
            format!("the mail server {server} cannot be used: {error}"),
            "Correct CLOUD_ANALYZER_SMTP_URL (smtps://USER:PASSWORD@HOST, or smtp://HOST:25?tls=required), and let this machine reach it.",
        ),
    }
}

async fn sign_in(openid: &OpenIdSettings) -> Finding {
    const CHECK: &str = "openid";
    match identity::check_openid(openid).await {
        Ok(()) => Finding::good(CHECK, format!("{} answers as an OpenID Connect provider", openid.issuer)),
        Err(error) => Finding::of(CHECK, &error),
    }
}
