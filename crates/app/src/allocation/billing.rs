//! What a subset is charged: its cost, or the public price, with or without credits, refunds and tax, and some
//! percent on top or off. A charge is computed when it is asked for, from the same rows as the cost.

use crate::read::{Published, filter_on};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use model::{ChargeType, Column, CostQuery, Decimal, Filter, Metric};

/// The price that a charge starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// Amortized cost: reservations' and savings plans' discounts are passed on.
    Cost,
    /// Public on-demand price: they are kept.
    Public,
}

/// The rules of a charge.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// Where it starts from.
    pub price: Price,
    /// Whether credits are passed on.
    pub credits: bool,
    /// Whether refunds are passed on.
    pub refunds: bool,
    /// Whether tax is charged.
    pub tax: bool,
    /// Percent on top; negative: off.
    pub percent: Decimal,
}

/// Percent beyond which a rule is surely a slip.
const MOST_PERCENT: i64 = 1_000;

impl Billing {
    /// Whether the rules make sense.
    pub(super) fn check(&self) -> Result<()> {
        let most = Decimal::from(MOST_PERCENT);
        if self.percent < Decimal::from(-100) || self.percent > most {
            return Err(AppError::invalid(format!(
                "{} percent is not between -100 and {MOST_PERCENT}",
                self.percent
            ))
            .advise("Write 10 for ten percent on top, -5 for five percent off."));
        }
        Ok(())
    }

    /// The charge for what some filters keep. What has no public price (tax, support, credits) counts at its cost.
    /// `None` where the reports tell no public prices.
    pub(super) async fn charge(
        &self,
        app: &App,
        published: &Published,
        filters: &[Filter],
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Option<Decimal>> {
        let mut kept = filters.to_vec();
        let passed_on = [
            (ChargeType::Credit, self.credits),
            (ChargeType::Refund, self.refunds),
            (ChargeType::Tax, self.tax),
        ];
        for (charge, passed) in passed_on {
            if !passed {
                kept.push(filter_on(Column::ChargeType, true, &[charge.name()]));
            }
        }
        let ask = async |metric: Metric, filters: Vec<Filter>| -> Result<Decimal> {
            let query = CostQuery { from: Some(from), to: Some(to), filters, ..CostQuery::total(metric) };
            let query = published.resolve(query)?;
            Ok(app.engine().answer(&published.view, &query).await?.total)
        };
        let sum = match self.price {
            Price::Cost => ask(Metric::Amortized, kept).await?,
            Price::Public => {
                let priced = ChargeType::words(ChargeType::is_priced);
                let with = |exclude| {
                    let mut filters = kept.clone();
                    filters.push(filter_on(Column::ChargeType, exclude, &priced));
                    filters
                };
                let public = ask(Metric::List, with(false)).await?;
                if public.is_zero() && !ask(Metric::Amortized, with(false)).await?.is_zero() {
                    return Ok(None);
                }
                public + ask(Metric::Amortized, with(true)).await?
            }
        };
        let factor = Decimal::from(100) + self.percent;
        sum.checked_percent(factor).map(Some).ok_or_else(|| {
            AppError::invalid("the charge is too large to be computed")
                .advise("Check the percent of the rule.")
        })
    }
}
