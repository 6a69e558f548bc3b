//! One payer's usage in one currency, as what could be bought is asked about it.

use super::super::prices::{Priced, Terms};
use analyses::commitments::{Commitment, Rate, Reserved, Usage, World};
use chrono::NaiveDate;
use model::Decimal;

/// A rate that the bill's own rows show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// Of which offer.
    pub(super) terms: Terms,
    /// Which of the usage's SKUs; of a reservation the one that it is.
    pub(super) sku: usize,
    /// By the unit; of a reservation for one of them.
    pub(super) rate: Rate,
    /// Newest day of such a row.
    pub(super) date: Option<NaiveDate>,
}

/// Usage and commitments of one payer.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Payer account.
    pub(super) payer: String,
    /// Currency.
    pub(super) currency: String,
    /// Usage.
    pub(super) usage: Usage,
    /// What each SKU is priced as.
    pub(super) priced: Vec<Priced>,
    /// One reservation of each SKU, where it can be reserved.
    pub(super) reserved: Vec<Option<Reserved>>,
    /// All commitments that the bill knows.
    pub(super) commitments: Vec<Commitment>,
    /// Rates of offers in the rows.
    pub(super) seen: Vec<Seen>,
    /// Newest day of the bill's on-demand prices.
    pub(super) date: Option<NaiveDate>,
    /// First hour of a month that is still open, if one is.
    pub(super) open_from: Option<usize>,
    /// What of a plan's dollar is paid after discounts (of the first, the second); `None`: all of it.
    pub(super) factor: Option<(Decimal, Decimal)>,
    /// What has to be said about how the usage was read.
    pub(super) said: Vec<String>,
}

/// Usage that competes for what an offer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// EC2, Fargate, Lambda.
    Compute,
    /// What Database plans take, and what beside EC2 can be reserved.
    Databases,
    /// What Database plans take.
    Database,
    /// SageMaker.
    SageMaker,
    /// All of it.
    All,
}

impl Case {
    /// Whether a SKU is in a scope.
    pub(super) fn in_scope(&self, scope: Scope, sku: usize) -> bool {
        let of = &self.usage.skus[sku];
        match scope {
            Scope::Compute => of.world == World::Compute,
            Scope::Database => of.world == World::Database,
            Scope::SageMaker => of.world == World::SageMaker,
            Scope::Databases => {
                of.world == World::Database || (self.reserved[sku].is_some() && of.service != "AmazonEC2")
            }
            Scope::All => true,
        }
    }

    /// The usage of a scope; SKUs keep their numbers.
    pub(super) fn scoped(&self, scope: Scope) -> Usage {
        let series = self.usage.series.iter().filter(|one| self.in_scope(scope, one.sku)).cloned().collect();
        Usage {
            first_hour: self.usage.first_hour,
            hours: self.usage.hours,
            accounts: self.usage.accounts.clone(),
            skus: self.usage.skus.clone(),
            series,
        }
    }
}
