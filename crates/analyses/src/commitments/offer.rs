//! What could be bought, and what a purchase means: figures that are defined once.

use super::money::{Rate, ratio, share};
use super::owned::{Class, Commitment, Covers, Payment, Rates, Term};
use super::replayed::{Applied, Sums};
use chrono::{DateTime, Months, Utc};
use model::Decimal;
use std::sync::Arc;

/// An offer with the rates that the caller knows. A rate that is not there is unknown, never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it takes; one of them if it is a reservation.
    pub covers: Covers,
    /// Term.
    pub term: Term,
    /// Class.
    pub class: Class,
    /// Payment.
    pub payment: Payment,
    /// Rates of a plan.
    pub rates: Arc<Rates>,
    /// Cost of one reservation an hour, its up-front fee spread over the term; `None` for plans.
    pub hourly: Option<Rate>,
}

impl Offer {
    /// Dollars of the smallest step: AWS's $0.001 of a plan, or one reservation.
    pub(super) fn unit(&self) -> f64 {
        self.hourly.map_or(0.001, Rate::to_f64)
    }

    /// So many steps of it: what they cost an hour.
    pub(super) fn cost_of(&self, steps: u64) -> Decimal {
        let each = match self.hourly {
            Some(hourly) => hourly.decimal().units(),
            None => Decimal::from(1).units() / 1_000,
        };
        each.checked_mul(i128::from(steps)).map_or(Decimal::BEYOND, Decimal::from_units)
    }

    /// So many steps of it as a commitment that begins at a moment, in an account without usage of its own.
    pub fn bought(&self, id: &str, steps: u64, begin: DateTime<Utc>) -> Commitment {
        let mut covers = self.covers.clone();
        if let Covers::Reserved(reserved) = &mut covers {
            reserved.count = u32::try_from(steps).unwrap_or(u32::MAX);
        }
        let end = begin.checked_add_months(Months::new(self.term.months())).unwrap_or(begin);
        Commitment {
            id: id.to_owned(),
            owner: None,
            covers,
            term: self.term,
            class: self.class,
            payment: self.payment,
            hourly: self.cost_of(steps),
            begin,
            end,
            rates: Arc::clone(&self.rates),
        }
    }

    /// Cost of what an on-demand dollar of a SKU buys, and what decides when it is taken; `None` where it takes none of
    /// it, its price is unknown or a plan is dearer.
    pub(super) fn ratio(&self, sku: usize, of: &super::input::Sku) -> Option<(f64, f64)> {
        if !self.covers.takes(of) {
            return None;
        }
        let on_demand = of.on_demand?.to_f64();
        match &self.covers {
            Covers::Reserved(reserved) => {
                let unit = self.hourly?.to_f64() / reserved.each().to_f64();
                Some((reserved.weight(of).to_f64() * unit / on_demand, of.factor.map_or(0.0, Rate::to_f64)))
            }
            _ => {
                let rate = self.rates.of(sku)?;
                let ratio = rate.to_f64() / on_demand;
                (Some(rate) < of.on_demand).then_some((ratio, ratio))
            }
        }
    }
}

/// What some hours say about a purchase. Three words for when it pays, three numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Hours looked at.
    pub hours: usize,
    /// What all of it costs in these hours.
    pub cost: Decimal,
    /// On-demand dollars that are no longer paid.
    pub replaced: Decimal,
    /// `replaced - cost`: negative is a loss.
    pub savings: Decimal,
    /// Part of it that is used.
    pub utilization: Option<Decimal>,
    /// Utilisation below which it loses money: its cost over what it would replace if it were used in full.
    pub break_even_utilization: Option<Decimal>,
    /// First month of the term at whose end what was paid (up-front and monthly) is no more than the on-demand dollars
    /// avoided so far; `None` if never.
    pub payback_month: Option<u32>,
    /// Months of such use after which the rest of the term may be empty and nothing was lost.
    pub safe_after_months: Option<Decimal>,
}

impl Purchase {
    /// From what the hours cost before and after, and what the purchase did in them.
    /// The term and payment are those of all of it.
    pub(super) fn new(
        before: &Sums,
        after: &Sums,
        bought: &[Applied],
        terms: Option<(Term, Payment)>,
        hours: usize,
    ) -> Self {
        let cost: Decimal = bought.iter().map(|one| one.cost).sum();
        let replaced = before.uncovered - after.uncovered;
        let used: Decimal = bought.iter().map(|one| share(one.cost, one.used, one.capacity)).sum();
        let utilization = ratio(used, cost);
        Self {
            hours,
            cost,
            replaced,
            savings: replaced - cost,
            utilization,
            break_even_utilization: if replaced > Decimal::ZERO { ratio(used, replaced) } else { None },
            payback_month: terms.and_then(|(term, payment)| payback(cost, replaced, term, payment)),
            safe_after_months: terms.and_then(|(term, _)| safe_after(cost, replaced, term)),
        }
    }
}

/// In halves, so that nothing is divided: `months × halves × cost + month × (2 - halves) × cost ≤ 2 × month × replaced`.
fn payback(cost: Decimal, replaced: Decimal, term: Term, payment: Payment) -> Option<u32> {
    if cost <= Decimal::ZERO {
        return None;
    }
    let (cost, replaced) = (cost.units(), replaced.units());
    let (months, halves) = (i128::from(term.months()), i128::from(payment.upfront_halves()));
    (1..=term.months()).find(|month| {
        let month = i128::from(*month);
        let paid = cost.checked_mul(months * halves + month * (2 - halves));
        paid.zip(replaced.checked_mul(2 * month)).is_some_and(|(paid, avoided)| paid <= avoided)
    })
}

fn safe_after(cost: Decimal, replaced: Decimal, term: Term) -> Option<Decimal> {
    if cost <= Decimal::ZERO || replaced < cost {
        return None;
    }
    let whole = cost.units().checked_mul(i128::from(term.months()))?;
    ratio(Decimal::from_units(whole), replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchase(cost: &str, used: &str, replaced: &str, payment: Payment) -> Purchase {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let before =
            Sums { equivalent: decimal("1000"), uncovered: decimal("1000"), committed: Decimal::ZERO };
        let after = Sums { uncovered: decimal("1000") - decimal(replaced), ..before };
        let applied = Applied {
            id: "new".into(),
            capacity: decimal(cost),
            used: decimal(used),
            cost: decimal(cost),
            equivalent: decimal(replaced),
            full_hours: 0,
        };
        let terms = Some((Term::OneYear, payment));
        Purchase::new(&before, &after, &[applied], terms, 720)
    }

    /// $60 of commitment, $54 used, replaces $80: 90 % used; 54 / 80 = 67.5 % is where it breaks even (54 of 60 used
    /// replace 80, so all of it 88.89, of which 60 is 67.5 %). Safe after 12 x 60 / 80 = 9 months.
    #[test]
    fn three_words_three_numbers() {
        let found = purchase("60", "54", "80", Payment::NoUpfront);
        let decimal = |text: &str| Some(text.parse::<Decimal>().unwrap());
        assert_eq!(Some(found.savings), decimal("20"));
        assert_eq!(found.utilization, decimal("0.9"));
        assert_eq!(found.break_even_utilization, decimal("0.675"));
        assert_eq!(found.safe_after_months, decimal("9"));
        // By the hour each month pays for itself.
        assert_eq!(found.payback_month, Some(1));
        // All at once: 12 x 60 <= 80 m from the ninth month on.
        assert_eq!(purchase("60", "54", "80", Payment::AllUpfront).payback_month, Some(9));
        // Half at once: 6 x 60 + 30 m <= 80 m from 7.2 on.
        assert_eq!(purchase("60", "54", "80", Payment::PartialUpfront).payback_month, Some(8));
    }

    #[test]
    fn what_loses_is_never_paid_back() {
        let found = purchase("60", "30", "45", Payment::NoUpfront);
        assert_eq!(found.savings.to_string(), "-15");
        assert_eq!((found.payback_month, found.safe_after_months), (None, None));
        let nothing = purchase("0", "0", "0", Payment::NoUpfront);
        assert_eq!(
            (nothing.utilization, nothing.break_even_utilization, nothing.payback_month),
            (None, None, None)
        );
    }
}
