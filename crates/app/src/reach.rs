//! What the server may read and reach, as a list: what an operator answers for, and an administrator may know of.

use crate::connections::{self, ConnectionKind};
use crate::{App, Result};
use model::OrganizationId;
use std::net::SocketAddr;

/// What is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachKind {
    /// The address that the server listens on.
    Listens,
    /// A folder of the machine that is read, or that may be connected.
    Folder,
    /// AWS, with the machine's own credentials.
    OwnCredentials,
    /// A role in AWS.
    Role,
    /// An S3-compatible endpoint.
    Endpoint,
    /// The mail server.
    Mail,
    /// The OpenID Connect provider.
    SignIn,
    /// A private network in which endpoints may lie.
    PrivateRange,
}

/// One thing that is reached.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reached {
    /// What it is.
    pub kind: ReachKind,
    /// Path or address; never with a password.
    pub target: String,
    /// For which organization; `None`: for all.
    pub organization: Option<String>,
    /// Why.
    pub why: String,
}

/// What is known of the server besides its data.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Address that it listens on.
    pub listen: Option<SocketAddr>,
    /// Address that browsers use.
    pub public_url: Option<String>,
    /// OpenID Connect provider.
    pub issuer: Option<String>,
}

/// What the server may read and reach for an organization; `None`: for any.
pub async fn list(
    app: &App,
    only: Option<&OrganizationId>,
    surroundings: &Surroundings,
) -> Result<Vec<Reached>> {
    let mut found = of_server(app, surroundings);
    if only.is_none() && app.lake().is_in_bucket() {
        let why = "keeps the tables of bills: --lake".to_owned();
        found.push(Reached {
            kind: ReachKind::Endpoint,
            target: app.lake().place(),
            organization: None,
            why,
        });
    }
    let organizations = app.meta().organizations().await?;
    let name = |id: &OrganizationId| {
        organizations.iter().find(|one| one.id == *id).map_or_else(|| id.to_string(), |one| one.name.clone())
    };
    let concerned = |id: &OrganizationId| only.is_none_or(|only| only == id);
    let (folders, own) = app.allowances().all();
    for (target, organization) in folders {
        if organization.as_ref().is_none_or(concerned) {
            let organization = organization.as_ref().map(name);
            let why = "may be connected by administrators: --allow-folder".to_owned();
            found.push(Reached { kind: ReachKind::Folder, target, organization, why });
        }
    }
    let allowed = own.map_or_else(|| vec![None], |own| own.into_iter().map(Some).collect());
    for organization in allowed {
        if organization.as_ref().is_none_or(concerned) {
            found.push(Reached {
                kind: ReachKind::OwnCredentials,
                target: "AWS".to_owned(),
                organization: organization.as_ref().map(name),
                why: "may be used by administrators: --allow-own-credentials".to_owned(),
            });
        }
    }
    for organization in organizations.iter().filter(|one| concerned(&one.id)) {
        for connection in connections::list(app, &organization.id).await? {
            let bucket = connection.bucket.clone().unwrap_or_default();
            let (kind, target) = match connection.kind {
                ConnectionKind::Local => (ReachKind::Folder, connection.location.clone()),
                ConnectionKind::AwsOwn => (ReachKind::OwnCredentials, Some(format!("s3://{bucket}"))),
                ConnectionKind::AwsRole => (ReachKind::Role, connection.role_arn.clone()),
                ConnectionKind::S3Compatible => (ReachKind::Endpoint, connection.endpoint.clone()),
                ConnectionKind::Shared => continue,
            };
            let by = if connection.by_operator { ", made by the operator" } else { "" };
            found.extend(target.map(|target| Reached {
                kind,
                target,
                organization: Some(organization.name.clone()),
                why: format!("connection {}{by}", connection.name),
            }));
        }
    }
    Ok(found)
}

fn of_server(app: &App, surroundings: &Surroundings) -> Vec<Reached> {
    let one =
        |kind, target: String, why: &str| Reached { kind, target, organization: None, why: why.to_owned() };
    let listen = surroundings.listen.map(|address| {
        let public = surroundings.public_url.as_ref();
        let why = public.map_or_else(|| "answers here".to_owned(), |url| format!("answers here, as {url}"));
        one(ReachKind::Listens, address.to_string(), &why)
    });
    let mail = app.mail().map(|mail| one(ReachKind::Mail, mail.mailer.server().to_owned(), "sends mails"));
    let issuer = surroundings.issuer.clone();
    let issuer = issuer.map(|issuer| one(ReachKind::SignIn, issuer, "lets people sign in"));
    let ranges = app.outgoing().opened().iter().map(|range| {
        one(ReachKind::PrivateRange, range.to_string(), "endpoints may lie there: --allow-private-range")
    });
    listen.into_iter().chain(mail).chain(issuer).chain(ranges).collect()
}
