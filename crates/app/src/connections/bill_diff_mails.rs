//! Who is told by mail that a published bill changed, and from which amount on.

use crate::reports::recipients;
use crate::{App, AppError, Result};
use meta::ConnectionRecord;
use model::{Decimal, OrganizationId};
use serde::{Deserialize, Serialize};

/// Who is told of a connection's bill diffs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillDiffMails {
    /// Mail addresses; none: nobody is told.
    pub recipients: Vec<String>,
    /// The least change that is told, in the bill's currency: of the total, or of usage or refunds alone. Zero: any.
    pub minimum: Decimal,
    /// Those of the addresses that were neither members' nor of an allowed domain when an administrator named them.
    #[serde(default)]
    pub(crate) approved: Vec<String>,
}

/// A change of it; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct BillDiffMailsChange {
    /// Who is told from now on; none: nobody.
    pub recipients: Option<Vec<String>>,
    /// The least change that is told.
    pub minimum: Option<Decimal>,
}

impl BillDiffMails {
    /// As it is kept of a connection.
    pub(crate) fn of(record: &ConnectionRecord) -> Result<Self> {
        let Some(kept) = record.bill_diff_mails.clone() else { return Ok(Self::default()) };
        serde_json::from_value(kept)
            .map_err(|error| AppError::internal(format!("who gets bill diffs cannot be read: {error}")))
    }

    /// With a change, checked. Whoever may change a connection is an administrator: they may name anybody, who then counts as
    /// approved from being named on.
    ///
    /// # Errors
    /// `Invalid`: which address or amount is wrong.
    pub(super) async fn changed(
        mut self,
        app: &App,
        organization: &OrganizationId,
        change: BillDiffMailsChange,
    ) -> Result<Self> {
        if let Some(minimum) = change.minimum {
            if minimum < Decimal::ZERO {
                return Err(AppError::invalid(format!("minimum: {minimum} is below zero"))
                    .advise("Give the least change that is worth a mail, or 0 for any."));
            }
            self.minimum = minimum;
        }
        if let Some(wanted) = change.recipients {
            let wanted = if wanted.is_empty() { wanted } else { recipients::checked(wanted)? };
            if let Some(part) = recipients::of_part(app, organization, &wanted).await?.first() {
                return Err(AppError::invalid(format!(
                    "{part} may see chosen subsets alone, and a bill diff tells of the whole bill"
                ))
                .advise("Leave the address out, or give its member another role first."));
            }
            let outside = recipients::outside(app, organization, &wanted).await?;
            // Whoever was named as a member and is none any more is not let in again by a change of something else.
            let named =
                |address: &String| self.approved.contains(address) || !self.recipients.contains(address);
            self.approved = outside.into_iter().filter(named).collect();
            self.recipients = wanted;
        }
        Ok(self)
    }

    /// Without an address; `None` where it is none of them.
    pub(crate) fn without(mut self, address: &str) -> Option<Self> {
        let before = self.recipients.len();
        self.recipients.retain(|one| one != address);
        self.approved.retain(|one| one != address);
        (self.recipients.len() < before).then_some(self)
    }

    /// As it is kept; `None`: as if nobody ever asked for it.
    pub(crate) fn kept(&self) -> Result<Option<serde_json::Value>> {
        if *self == Self::default() {
            return Ok(None);
        }
        serde_json::to_value(self).map(Some).map_err(|error| AppError::internal(error.to_string()))
    }

    /// The recipients that may be told now: those who are no members any more are not, nor those who may see a part of the
    /// bills alone.
    pub(crate) async fn allowed(&self, app: &App, organization: &OrganizationId) -> Result<Vec<String>> {
        let outside = recipients::outside(app, organization, &self.recipients).await?;
        let of_part = recipients::of_part(app, organization, &self.recipients).await?;
        let may = |address: &&String| !outside.contains(address) || self.approved.contains(address);
        let allowed = self.recipients.iter().filter(|address| !of_part.contains(address));
        Ok(allowed.filter(may).cloned().collect())
    }
}
