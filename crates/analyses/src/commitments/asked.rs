//! A question that was asked: its hours replayed once with what is owned, which all offers are compared with.

use super::hours::Span;
use super::input::Sku;
use super::offer::{Offer, Purchase};
use super::order::Refused;
use super::owned::{Commitment, Payment, Term};
use super::problem::Question;
use super::replayed::{Applied, Replayed, Sums, replayed};
use model::Decimal;

/// Percent of the usage that risks are told for.
const LESS: [u32; 3] = [90, 80, 70];

/// A question with its hours as they are now. Offers, dragged amounts, risks and ladders start from it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub(super) question: Question<'a>,
    pub(super) before: Replayed,
}

/// What the hours cost with and without purchases, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// With what is owned.
    pub before: Sums,
    /// With the purchases too.
    pub after: Sums,
    /// What the purchases did.
    pub bought: Vec<Applied>,
    /// Figures of them together.
    pub purchase: Purchase,
    /// Part of the usage that the offers take that is covered before and after, by on-demand dollars.
    pub coverage: (Option<Decimal>, Option<Decimal>),
}

/// Usage that an offer could take but whose price is not known: it stays on demand in all figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Which of the usage's SKUs.
    pub sku: usize,
    /// Amount that no commitment that is owned takes.
    pub amount: Decimal,
    /// Its on-demand dollars; `None` where that rate is unknown too.
    pub on_demand: Option<Decimal>,
}

impl<'a> Question<'a> {
    /// Replays the hours with what is owned.
    pub fn asked(self) -> Result<Asked<'a>, Refused> {
        let before = replayed(self.usage, self.owned, self.sharing, &self.span)?;
        Ok(Asked { question: self, before })
    }
}

impl Asked<'_> {
    /// The hours with what is owned.
    pub fn before(&self) -> &Replayed {
        &self.before
    }

    /// Exact figures of steps of offers together: $0.001 an hour, or reservations. Payback and the safe month are told
    /// where all have one term and payment.
    pub fn tried(&self, bought: &[(&Offer, u64)]) -> Result<Tried, Refused> {
        let question = &self.question;
        let begin = question.usage.hour(question.span.hours.start);
        let some = bought.iter().enumerate().filter(|(_, (_, steps))| *steps > 0);
        let new = some.map(|(at, (offer, steps))| offer.bought(&format!("new {at}"), *steps, begin));
        let all: Vec<Commitment> = question.owned.iter().cloned().chain(new).collect();
        let after = replayed(question.usage, &all, question.sharing, &question.span)?;
        let applied = after.commitments[question.owned.len()..].to_vec();
        let takes = |sku: &Sku| bought.iter().any(|(offer, _)| offer.covers.takes(sku));
        let coverage = (self.before.coverage(question.usage, takes), after.coverage(question.usage, takes));
        let hours = question.span.hours.len();
        let purchase = Purchase::new(&self.before.total, &after.total, &applied, terms(bought), hours);
        Ok(Tried { before: self.before.total, after: after.total, bought: applied, purchase, coverage })
    }

    /// What less usage would do to purchases, by percent of the usage: everything is replayed on it, owned commitments
    /// first.
    pub fn risk(&self, bought: &[(&Offer, u64)]) -> Result<Vec<(u32, Tried)>, Refused> {
        LESS.iter()
            .map(|percent| {
                let span = Span { usage_percent: *percent, ..self.question.span.clone() };
                let less = Question { span, ..self.question.clone() };
                Ok((*percent, less.asked()?.tried(bought)?))
            })
            .collect()
    }

    /// Usage that the offer could take at a price that is not known.
    pub(super) fn unknown(&self, offer: &Offer) -> Vec<Unknown> {
        let unpriced = |sku: usize| {
            let of = &self.question.usage.skus[sku];
            let no_rate = offer.hourly.is_none() && offer.rates.of(sku).is_none();
            offer.covers.takes(of) && (of.on_demand.is_none() || no_rate)
        };
        let mut found: Vec<Unknown> = vec![];
        for one in self.before.served.iter().filter(|one| unpriced(one.sku) && !one.left.is_zero()) {
            match found.iter_mut().find(|known| known.sku == one.sku) {
                Some(known) => {
                    known.amount += one.left;
                    known.on_demand = known.on_demand.zip(one.uncovered).map(|(sum, more)| sum + more);
                }
                None => {
                    found.push(Unknown { sku: one.sku, amount: one.left, on_demand: one.uncovered });
                }
            }
        }
        found
    }
}

/// Term and payment of purchases, if they have one.
fn terms(bought: &[(&Offer, u64)]) -> Option<(Term, Payment)> {
    let mut all = bought.iter().filter(|(_, steps)| *steps > 0).map(|(offer, _)| (offer.term, offer.payment));
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}
