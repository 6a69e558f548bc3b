//! The connection that a source belongs to when the command line names the source.

use crate::{App, AppError, Result};
use connect::Location;
use meta::{Connection, ConnectionKind};
use model::{ConnectionId, OrganizationId};

/// The connection of a location: the one that has it, else a new one.
pub(super) async fn ensure_connection(
    app: &App,
    organization: &model::OrganizationId,
    location: &Location,
    name: Option<&str>,
) -> Result<Connection> {
    let address = location.to_string();
    if let Some(found) = app.meta().connection_by_location(organization, &address).await? {
        return Ok(found);
    }
    if let Some(moved) = moved(app, organization, &address, name).await? {
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
    app.meta().ensure_connection(&connection).await?;
    Ok(connection)
}

/// The connection of that name, which lies elsewhere from now on: a folder that was moved is not another bill.
async fn moved(
    app: &App,
    organization: &OrganizationId,
    address: &str,
    name: Option<&str>,
) -> Result<Option<Connection>> {
    let Some(name) = name else { return Ok(None) };
    let kind = kind_of(address);
    let known = app.meta().connections(organization).await?;
    let Some(known) = known.into_iter().find(|known| known.name == name && known.kind == kind) else {
        return Ok(None);
    };
    let Some(mut record) = app.meta().connection_record(organization, &known.id).await? else {
        return Ok(None);
    };
    address.clone_into(&mut record.connection.location);
    app.meta().update_connection(&record).await?;
    Ok(Some(record.connection))
}

fn kind_of(address: &str) -> ConnectionKind {
    if address.starts_with("s3://") { ConnectionKind::AwsOwn } else { ConnectionKind::Local }
}
