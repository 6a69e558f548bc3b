//! What could be saved besides: the commitments of a look-back at the shortest terms without up-front fees, and spot, by
//! account, over the look-back and over its last week.
//!
//! Amounts are found on the usage of all accounts together; each account has its share of one replay at them.

mod market;

use super::super::efficiency::Elastics;
use super::super::prices::PriceBook;
use super::super::spot::SpotPrices;
use super::answer::Unpriced;
use super::{Ask, reading};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::efficiency::{Additional, Part};
use chrono::{DateTime, Utc};
use market::Work;
use model::{Decimal, OrganizationId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a look-back is asked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::optimize) struct Looked {
    /// The moment at which what is owned counts.
    pub(in crate::optimize) decision: DateTime<Utc>,
    /// Days before it.
    pub(in crate::optimize) days: usize,
    /// Whether days whose hours the report does not tell count, spread evenly.
    pub(in crate::optimize) by_day: bool,
    /// How long one search may take.
    pub(in crate::optimize) deadline: Duration,
}

/// Savings by spot of some usage, by the prices of the dearest and the cheapest days, and by the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpotSavings {
    /// At high prices.
    pub low: Decimal,
    /// At the mean.
    pub mean: Decimal,
    /// At low prices.
    pub high: Decimal,
    /// What the usage costs on demand.
    pub on_demand: Decimal,
}

impl SpotSavings {
    pub(in crate::optimize) fn add(&mut self, more: &Self) {
        self.low += more.low;
        self.mean += more.mean;
        self.high += more.high;
        self.on_demand += more.on_demand;
    }
}

/// An account's figures over some hours.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::optimize) struct Figures {
    /// With what is owned.
    pub(in crate::optimize) owned: Part,
    /// What could be saved besides.
    pub(in crate::optimize) additional: Additional,
    /// What of its on-demand dollars some price is known for that could be cheaper.
    pub(in crate::optimize) known: Decimal,
    /// What none is known for.
    pub(in crate::optimize) unknown: Decimal,
    /// Spot alone: of containers, and of elastic applications.
    pub(in crate::optimize) spot: [SpotSavings; 2],
}

impl Figures {
    /// What could be saved besides; `None` where usage runs on demand and no price is known.
    pub(in crate::optimize) fn told(&self) -> Option<Additional> {
        (self.unknown <= Decimal::ZERO || self.known > Decimal::ZERO).then_some(self.additional)
    }
}

/// One payer's potential in one currency.
#[derive(Clone, Debug, Default)]
pub(in crate::optimize) struct Potential {
    pub(in crate::optimize) currency: String,
    /// First hour, first hour of the last week, and end.
    pub(in crate::optimize) span: [DateTime<Utc>; 3],
    /// By account: over all hours, and over the last week.
    pub(in crate::optimize) accounts: BTreeMap<String, [Figures; 2]>,
    /// Usage whose prices are not known.
    pub(in crate::optimize) unknown: Vec<Unpriced>,
    /// On-demand dollars that stand interruption, at unknown spot prices.
    pub(in crate::optimize) spot_unknown: Decimal,
    /// What would be bought.
    pub(in crate::optimize) bought: Vec<String>,
    /// What has to be said of how the usage was read.
    pub(in crate::optimize) said: Vec<String>,
}

/// Potentials, and the payers and currencies whose reports tell no hours.
#[derive(Clone, Debug, Default)]
pub(in crate::optimize) struct Potentials {
    pub(in crate::optimize) found: Vec<Potential>,
    pub(in crate::optimize) daily: Vec<(String, String)>,
}

/// The potential of each payer and currency.
///
/// # Errors
/// As [`super::buy`].
pub(in crate::optimize) async fn potentials(
    app: &App,
    published: &Published,
    organization: Option<&OrganizationId>,
    looked: Looked,
) -> Result<Potentials> {
    let ask = Ask {
        look_back: looked.days,
        as_of: Some(looked.decision),
        by_account: true,
        by_day: looked.by_day,
        deadline: looked.deadline,
        ..Ask::default()
    };
    let read = reading::cases(app, published, &ask).await?;
    if read.cases.is_empty() {
        return Ok(Potentials { found: vec![], daily: read.daily });
    }
    let wanted: BTreeSet<String> = read
        .cases
        .iter()
        .flat_map(|case| case.priced.iter().map(|priced| priced.usage_type.clone()))
        .collect();
    let book = PriceBook::open(app, organization, &[], wanted).await?;
    let first = read.cases.iter().map(|case| case.usage.first_hour.date_naive()).min();
    let days = (first.unwrap_or_default(), looked.decision.date_naive());
    let elastics = Elastics::read(app, published, days).await?;
    let prices = SpotPrices::read(app, published, days).await?;
    let turn = app.kept_cases().turn().await;
    let stopping = app.clone();
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let decision = read.decision;
        let work =
            Work { book: &book, elastics: &elastics, prices: &prices, ask: &ask, decision, app: &stopping };
        let found = read.cases.iter().map(|case| work.potential(case)).collect::<Result<_>>()?;
        Ok::<_, AppError>(Potentials { found, daily: read.daily.clone() })
    });
    done.await.map_err(|error| AppError::internal(error.to_string()))?
}
