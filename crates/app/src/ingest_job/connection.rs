//! The connection that a source belongs to when the command line names the source.

use crate::identity::{self, entry};
use crate::policy::Caller;
use crate::{App, AppError, Result};
use connect::Location;
use meta::{Connection, ConnectionKind, Organization};
use model::ConnectionId;

/// The connection of a location: the one that has it, else a new one.
pub(super) async fn ensure_connection(
    app: &App,
    named: &Organization,
    location: &Location,
    name: Option<&str>,
) -> Result<Connection> {
    let organization = &named.id;
    let address = location.to_string();
    if let Some(found) = app.meta().connection_by_location(organization, &address).await? {
        return Ok(found);
    }
    if let Some(moved) = moved(app, named, &address, name).await? {
        return Ok(moved);
    }
    let name = name.map_or_else(
        || address.trim_end_matches('/').rsplit('/').next().unwrap_or("report").to_owned(),
        ToOwned::to_owned,
    );
    // Of every organization: names of two may come to one.
    let taken = app.meta().connection_ids().await?;
    let base = crate::organization::slug(&format!("{organization}-{name}"));
    let base = &base[..base.len().min(56)];
    let id = (1..10_000)
        .map(|number| if number == 1 { base.to_owned() } else { format!("{base}-{number}") })
        .filter_map(|id| ConnectionId::try_new(&id).ok())
        .find(|id| !taken.contains(id))
        .ok_or_else(|| AppError::internal("no free identifier for a connection"))?;
    let kind = kind_of(&address);
    let connection = Connection { id, organization_id: organization.clone(), kind, location: address, name };
    let caller = Caller::command_line(named.clone());
    let created =
        entry(app, &caller, "connection.create", &connection.name, &[("id", connection.id.as_str())]);
    app.meta().ensure_connection(&connection, &[created]).await?;
    Ok(connection)
}

/// Notes that the command line reads a connection: nothing is changed that nobody is known to have asked for.
pub(crate) async fn note_reading(
    app: &App,
    organization: &Organization,
    connection: &ConnectionId,
) -> Result<()> {
    let caller = Caller::command_line(organization.clone());
    identity::note(app, &caller, "connection.process", connection.as_str(), &[]).await
}

/// The connection of that name, which lies elsewhere from now on: a folder that was moved is not another bill.
async fn moved(
    app: &App,
    organization: &Organization,
    address: &str,
    name: Option<&str>,
) -> Result<Option<Connection>> {
    let Some(name) = name else { return Ok(None) };
    let kind = kind_of(address);
    let known = app.meta().connections(&organization.id).await?;
    let Some(known) = known.into_iter().find(|known| known.name == name && known.kind == kind) else {
        return Ok(None);
    };
    let Some(mut record) = app.meta().connection_record(&organization.id, &known.id).await? else {
        return Ok(None);
    };
    address.clone_into(&mut record.connection.location);
    let caller = Caller::command_line(organization.clone());
    let detail = [("fields", "location"), ("id", record.connection.id.as_str())];
    let changed = entry(app, &caller, "connection.change", &record.connection.name, &detail);
    app.meta().update_connection(&record, &[changed]).await?;
    Ok(Some(record.connection))
}

fn kind_of(address: &str) -> ConnectionKind {
    if address.starts_with("s3://") { ConnectionKind::AwsOwn } else { ConnectionKind::Local }
}
