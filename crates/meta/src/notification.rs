//! Notifications: the channels by which they leave, what is to be told by them, each try, and who gets what.
//!
//! A row of the outbox is unique by event, step of it and channel, so that whatever is done twice tells once. The
//! message that it goes out in has its name before it is sent the first time and keeps it.

mod asking;
mod channel;
mod sending;
mod told;

pub use asking::{Asked, Delivery};
pub use channel::{Cadence, Channel, ChannelEdit, ChannelState};
pub use sending::{Composed, NewDelivery, NewNotification, Notification, Told};
pub use told::Telling;

use crate::identity::insert_audit;
use crate::store::to_json;
use crate::{Meta, MetaError, NewAudit};
use model::OrganizationId;

impl Meta {
    /// Who gets what in an organization, in order: as the application keeps it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn notification_routes(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<serde_json::Value>, MetaError> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT route FROM notification_routes WHERE organization_id = ? ORDER BY position",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|text| crate::store::from_json("route", text)).collect()
    }

    /// Puts other routes in the places of those that there are.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn set_notification_routes(
        &self,
        organization: &OrganizationId,
        routes: &[serde_json::Value],
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM notification_routes WHERE organization_id = ?")
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
        for (position, route) in (0_i64..).zip(routes) {
            sqlx::query(
                "INSERT INTO notification_routes (organization_id, position, route) VALUES (?, ?, ?)",
            )
            .bind(organization.as_str())
            .bind(position)
            .bind(to_json("route", route)?)
            .execute(&mut *transaction)
            .await?;
        }
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }
}
