//! A ladder: the same commitment bought in parts over months, so that terms do not end at once.

use super::asked::Asked;
use super::offer::Offer;
use super::order::Refused;
use super::replayed::Sums;
use model::Decimal;

/// Hours of a month in projections.
const MONTH: i128 = 730;

/// One month of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Month, from 1.
    pub month: u32,
    /// Steps bought in it.
    pub steps: u64,
    /// Steps owned of it in all.
    pub owned: u64,
    /// Commitment an hour that is owned of it.
    pub commitment: Decimal,
    /// Cost of the month, of 730 hours like those looked at.
    pub cost: Decimal,
}

/// A ladder and what waiting costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Its months.
    pub rungs: Vec<Rung>,
    /// Cost of these months if nothing is bought.
    pub without: Decimal,
    /// Cost of these months if all is bought in the first.
    pub at_once: Decimal,
    /// What the ladder costs more than that: the savings given up by waiting.
    pub given_up: Decimal,
    /// Greatest part of the commitment that expires in one quarter, in steps: all of it if it is bought at once.
    pub expires_in_a_quarter: u64,
}

impl Asked<'_> {
    /// Some steps of an offer in equal parts over months (1 to 36), each month at the usage looked at.
    pub fn ladder(&self, offer: &Offer, steps: u64, months: u32) -> Result<Ladder, Refused> {
        let months = months.clamp(1, 36);
        let hours = i128::try_from(self.question.span.hours.len().max(1)).unwrap_or(1);
        let projected = |sums: &Sums| {
            // Rounded once, to the eighteenth decimal.
            let cost = sums.cost().units();
            Decimal::from_units(cost / hours * MONTH + cost % hours * MONTH / hours)
        };
        let mut found = Ladder {
            rungs: vec![],
            without: Decimal::ZERO,
            at_once: Decimal::ZERO,
            given_up: Decimal::ZERO,
            expires_in_a_quarter: 0,
        };
        let all = projected(&self.tried(&[(offer, steps)])?.after);
        let mut last = 0;
        for month in 1..=months {
            let owned = steps * u64::from(month) / u64::from(months);
            let cost = projected(&self.tried(&[(offer, owned)])?.after);
            found.without += projected(&self.before.total);
            found.at_once += all;
            found.given_up += cost - all;
            let commitment = offer.cost_of(owned);
            found.rungs.push(Rung { month, steps: owned - last, owned, commitment, cost });
            last = owned;
        }
        let quarters = found.rungs.windows(3.min(found.rungs.len()));
        found.expires_in_a_quarter =
            quarters.map(|months| months.iter().map(|rung| rung.steps).sum()).max().unwrap_or(0);
        Ok(found)
    }
}
