//! One case: each world's usage with what is owned for it, and with what would be bought.

use super::super::super::efficiency::{Elastic, Elastics};
use super::super::super::prices::{PriceBook, Priced};
use super::super::super::spot::{SpotPrice, SpotPrices};
use super::super::answer::Unpriced;
use super::super::case::{Case, Scope};
use super::super::offers::{Offers, Pool, missing_on_demand};
use super::super::prepare::collapsed;
use super::super::work::{on_sale, refused, scope, threads};
use super::super::{Ask, OfferKind};
use super::{Figures, Potential, SpotSavings};
use crate::{App, Result};
use analyses::commitments::{
    Commitment, Covers, Limits, Offer, Question, Replayed, Sharing, Span, Usage, World, owned_at, replayed,
    share,
};
use analyses::efficiency::{Movable, Part, parts, without_spot};
use chrono::{DateTime, TimeDelta, Utc};
use model::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// Hours of the last week.
const WEEK: usize = 168;
/// What is bought for each world, in the order in which it is told.
const OFFERS: [OfferKind; 3] = [OfferKind::Joint, OfferKind::JointDatabase, OfferKind::SageMaker];
/// Gap and passes of a search: what could be saved is an estimate, and needs no more.
const LIMITS: Limits = Limits { gap: 1e-4, passes: 400 };

/// What is needed beside a case.
pub(super) struct Work<'a> {
    pub(super) book: &'a PriceBook,
    pub(super) elastics: &'a Elastics,
    pub(super) prices: &'a SpotPrices,
    pub(super) ask: &'a Ask,
    pub(super) decision: DateTime<Utc>,
    /// Ends searches when it stops.
    pub(super) app: &'a App,
}

/// One world: its usage, what is owned for it, and what could be bought.
struct Market {
    usage: Usage,
    owned: Vec<Commitment>,
    pools: Vec<Pool>,
    wide: Option<Pool>,
    /// All hours, and those of the last week.
    spans: [Span; 2],
}

/// Parts of accounts, over all hours and over the last week.
type Parts = [Vec<Part>; 2];

/// What moved to spot.
struct Moves {
    /// What it costs there, by account.
    cost: [Vec<Decimal>; 2],
    /// What stays, with what is owned.
    before: Parts,
    /// The same, with what would be bought for it.
    after: Parts,
}

impl Market {
    /// Whether the price of a commitment for a SKU is known.
    fn knows(&self, sku: usize) -> bool {
        let of = &self.usage.skus[sku];
        let known = |pool: &Pool| {
            pool.offer.covers.takes(of) && (pool.offer.hourly.is_some() || pool.offer.rates.of(sku).is_some())
        };
        of.on_demand.is_some() && self.pools.iter().chain(&self.wide).any(known)
    }

    fn replays(&self, usage: &Usage, commitments: &[Commitment]) -> Result<[Replayed; 2]> {
        let replay = |span: &Span| replayed(usage, commitments, &Sharing::default(), span).map_err(refused);
        Ok([replay(&self.spans[0])?, replay(&self.spans[1])?])
    }

    fn parts(&self, case: &Case, usage: &Usage, commitments: &[Commitment]) -> Result<Parts> {
        Ok(self.replays(usage, commitments)?.map(|replayed| real_parts(case, &replayed)))
    }

    fn with(&self, bought: Vec<Commitment>) -> Vec<Commitment> {
        self.owned.iter().cloned().chain(bought).collect()
    }
}

impl Work<'_> {
    /// The potential of one payer and currency.
    pub(super) fn potential(&self, case: &Case) -> Result<Potential> {
        let hours = case.usage.hours;
        let mut found = Potential {
            currency: case.currency.clone(),
            span: [0, hours.saturating_sub(WEEK), hours].map(|hour| case.usage.hour(hour)),
            said: case.said.clone(),
            ..Potential::default()
        };
        let mut figures = vec![[Figures::default(); 2]; case.usage.accounts.len()];
        for offer in OFFERS {
            let market = self.market(case, offer);
            if !market.usage.series.is_empty() {
                self.of_market(case, &market, offer, &mut figures, &mut found)?;
            }
        }
        let accounts = case.usage.accounts.iter().cloned().zip(figures);
        found.accounts = accounts.filter(|(name, _)| !name.is_empty()).collect();
        found.unknown.sort_by(|one, other| other.on_demand.cmp(&one.on_demand).then(one.cmp(other)));
        Ok(found)
    }

    fn market(&self, case: &Case, offer: OfferKind) -> Market {
        let ask = Ask { offer, ..self.ask.clone() };
        let mut usage = case.scoped(scope(offer));
        missing_on_demand(case, &mut usage, self.book);
        let known: Vec<Commitment> =
            case.commitments.iter().filter(|one| one.begin <= self.decision).cloned().collect();
        let mut owned = owned_at(&known, self.decision, 0);
        owned.retain(|one| belongs(offer, &one.covers));
        let (pools, wide) = on_sale(&mut Offers::new(case, self.book, ask.term, ask.payment), &ask);
        let week = usage.hours.saturating_sub(WEEK);
        let spans = [0..usage.hours, week..usage.hours].map(|hours| Span::at_decision(hours, threads()));
        Market { usage, owned, pools, wide, spans }
    }

    fn of_market(
        &self,
        case: &Case,
        market: &Market,
        offer: OfferKind,
        figures: &mut [[Figures; 2]],
        found: &mut Potential,
    ) -> Result<()> {
        let replays = market.replays(&market.usage, &market.owned)?;
        let bought = self.best(&market.usage, market)?;
        let hourly: Decimal = bought.iter().map(|one| one.hourly).sum();
        if hourly > Decimal::ZERO {
            let what = if scope(offer) == Scope::Compute { "compute" } else { offer.name() };
            found.bought.push(format!("{hourly} {} an hour for {what}", case.currency));
        }
        let after = market.parts(case, &market.usage, &market.with(bought))?;
        let moves = match offer {
            OfferKind::Joint => self.moves(case, market, figures, found)?,
            _ => None,
        };
        for (at, replayed) in replays.iter().enumerate() {
            for (account, part) in real_parts(case, replayed).into_iter().enumerate() {
                let of = &mut figures[account][at];
                let alone = part.cost() - after[at][account].cost();
                of.owned += part;
                of.additional.low += alone;
                match &moves {
                    Some(moves) => {
                        let stays = moves.before[at][account].cost();
                        of.additional.spot += part.cost() - stays - moves.cost[at][account];
                        of.additional.commitment += stays - moves.after[at][account].cost();
                    }
                    None => of.additional.commitment += alone,
                }
            }
            for one in &replayed.served {
                let dollars = real(case, one.uncovered.unwrap_or_default());
                let of = &mut figures[one.account][at];
                *(if market.knows(one.sku) { &mut of.known } else { &mut of.unknown }) += dollars;
            }
        }
        found.unknown.extend(unknown(case, market, &replays[0]));
        Ok(())
    }

    /// The cheapest amounts of what can be bought, as commitments. Accounts that own nothing are as one here.
    fn best(&self, usage: &Usage, market: &Market) -> Result<Vec<Commitment>> {
        let mut owned = market.owned.clone();
        let few = collapsed(usage.clone(), &mut owned);
        let sharing = Sharing::default();
        let span = Span::at_decision(0..few.hours, threads());
        let asked =
            Question { usage: &few, owned: &owned, sharing: &sharing, span }.asked().map_err(refused)?;
        let begin = Instant::now();
        let bought: Vec<(Offer, u64)> = match &market.wide {
            Some(wide) if !market.pools.is_empty() => {
                let pools: Vec<Offer> = market.pools.iter().map(|pool| pool.offer.clone()).collect();
                let go_on = |_| begin.elapsed() < self.ask.deadline && !self.app.is_stopping();
                let steps = asked.together(&pools, &wide.offer, LIMITS, go_on).map_err(refused)?.steps;
                pools.into_iter().chain([wide.offer.clone()]).zip(steps).collect()
            }
            wide => {
                let all = market.pools.iter().chain(wide);
                all.map(|pool| {
                    let steps = asked.best_of(&pool.offer).map_err(refused)?.steps;
                    Ok((pool.offer.clone(), steps))
                })
                .collect::<Result<_>>()?
            }
        };
        let some = bought.iter().filter(|(_, steps)| *steps > 0).enumerate();
        Ok(some
            .map(|(at, (offer, steps))| offer.bought(&format!("new {at}"), *steps, self.decision))
            .collect())
    }

    /// What stands interruption, where spot is cheaper, moved there; and what would be bought for the rest.
    fn moves(
        &self,
        case: &Case,
        market: &Market,
        figures: &mut [[Figures; 2]],
        found: &mut Potential,
    ) -> Result<Option<Moves>> {
        let mut by_what: HashMap<(&str, &str, &str), Vec<usize>> = HashMap::new();
        for (sku, Priced { usage_type, operation, region, .. }) in case.priced.iter().enumerate() {
            if market.usage.skus[sku].world == World::Compute {
                by_what
                    .entry((usage_type.as_str(), operation.as_str(), region.as_str()))
                    .or_default()
                    .push(sku);
            }
        }
        let accounts: HashMap<&str, usize> =
            case.usage.accounts.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let (mut movable, mut containers, mut prices) = (vec![], vec![], HashMap::new());
        for one in self.elastics.of(&case.payer, &case.currency) {
            let what = (one.usage_type.as_str(), one.operation.as_str(), one.kind.region.as_str());
            let (Some(skus), Some(account)) = (by_what.get(&what), accounts.get(one.account.as_str())) else {
                continue;
            };
            let amounts = by_hour(&market.usage, one);
            let mut cheaper = vec![];
            for sku in skus {
                let Some(rate) = market.usage.skus[*sku].on_demand else { continue };
                let on_demand = real(case, rate.decimal());
                let Some(price) = self.prices.of(&one.kind, on_demand) else {
                    let all: Decimal = amounts.iter().map(|(_, amount)| *amount).sum();
                    found.spot_unknown += times(all, on_demand);
                    break;
                };
                if price.price < on_demand {
                    prices.insert((movable.len(), *sku), (on_demand, price));
                    cheaper.push(*sku);
                }
            }
            if !cheaper.is_empty() {
                movable.push(Movable { account: *account, skus: cheaper, amounts });
                containers.push(one.containers);
            }
        }
        if movable.is_empty() {
            return Ok(None);
        }
        let (rest, moved) = without_spot(&market.usage, &movable);
        let none = || vec![Decimal::ZERO; figures.len()];
        let mut cost = [none(), none()];
        for one in &moved {
            let Some((on_demand, price)) = prices.get(&(one.of, one.sku)) else { continue };
            let saved = saved(one.amount, *on_demand, price);
            let account = movable[one.of].account;
            for (at, _) in market.spans.iter().enumerate().filter(|(_, span)| span.hours.contains(&one.hour))
            {
                let of = &mut figures[account][at];
                of.spot[usize::from(!containers[one.of])].add(&saved);
                of.known += saved.on_demand;
                cost[at][account] += times(one.amount, price.price);
            }
        }
        let bought = self.best(&rest, market)?;
        let before = market.parts(case, &rest, &market.owned)?;
        let after = market.parts(case, &rest, &market.with(bought))?;
        Ok(Some(Moves { cost, before, after }))
    }
}

/// Whether a commitment is of the world that an offer is for.
fn belongs(offer: OfferKind, covers: &Covers) -> bool {
    match covers {
        Covers::Compute | Covers::Ec2Instance { .. } => offer == OfferKind::Joint,
        Covers::Reserved(reserved) => {
            let compute = reserved.service == "AmazonEC2";
            offer == if compute { OfferKind::Joint } else { OfferKind::JointDatabase }
        }
        Covers::Database => offer == OfferKind::JointDatabase,
        Covers::SageMaker => offer == OfferKind::SageMaker,
    }
}

/// Dollars that are paid, after discounts, of a plan's dollars.
fn real(case: &Case, amount: Decimal) -> Decimal {
    case.factor.map_or(amount, |(gross, net)| share(amount, net, gross))
}

fn real_parts(case: &Case, replayed: &Replayed) -> Vec<Part> {
    let mut found = parts(replayed, case.usage.accounts.len());
    for part in &mut found {
        for amount in [&mut part.equivalent, &mut part.uncovered, &mut part.committed] {
            *amount = real(case, *amount);
        }
    }
    found
}

fn times(amount: Decimal, price: Decimal) -> Decimal {
    share(amount, price, Decimal::from(1))
}

/// What spot saves of an amount: nothing where a price is above the on-demand one.
fn saved(amount: Decimal, on_demand: Decimal, price: &SpotPrice) -> SpotSavings {
    let of = |spot: Decimal| times(amount, (on_demand - spot).max(Decimal::ZERO));
    SpotSavings {
        low: of(price.high),
        mean: of(price.price),
        high: of(price.low),
        on_demand: times(amount, on_demand),
    }
}

/// Amounts by the hours of a usage; what spans several hours is spread evenly.
fn by_hour(usage: &Usage, one: &Elastic) -> Vec<(usize, Decimal)> {
    let mut found: BTreeMap<usize, Decimal> = BTreeMap::new();
    for (hour, hours, amount) in &one.amounts {
        let each = share(*amount, Decimal::from(1), Decimal::from(i64::from(*hours)));
        for next in 0..*hours {
            let at = (*hour + TimeDelta::hours(i64::from(next)) - usage.first_hour).num_hours();
            let Some(at) = usize::try_from(at).ok().filter(|at| *at < usage.hours) else { continue };
            *found.entry(at).or_default() += if *hours == 1 { *amount } else { each };
        }
    }
    found.into_iter().collect()
}

/// What no commitment's price is known for, of what nothing owned takes.
fn unknown(case: &Case, market: &Market, before: &Replayed) -> Vec<Unpriced> {
    let mut found: BTreeMap<&Priced, Unpriced> = BTreeMap::new();
    for one in before.served.iter().filter(|one| !one.left.is_zero() && !market.knows(one.sku)) {
        let priced = &case.priced[one.sku];
        let entry = found.entry(priced).or_insert_with(|| Unpriced {
            service: priced.service.clone(),
            usage_type: priced.usage_type.clone(),
            operation: priced.operation.clone(),
            region: priced.region.clone(),
            amount: Decimal::ZERO,
            on_demand: Some(Decimal::ZERO),
        });
        entry.amount += one.left;
        let more = one.uncovered.map(|dollars| real(case, dollars));
        entry.on_demand = entry.on_demand.zip(more).map(|(sum, more)| sum + more);
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::prices::SourceKind;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// Ten hours at 0.10 on demand; spot costs 0.04 on the mean, 0.03 on cheap days and 0.12 on dear ones, which save nothing:
    /// 10 x 0.06 = 0.6, and 10 x 0.07 = 0.7 at best.
    #[test]
    fn spot_saves_between_dear_and_cheap_days() {
        let price = SpotPrice {
            price: decimal("0.04"),
            low: decimal("0.03"),
            high: decimal("0.12"),
            source: SourceKind::Rows,
            name: String::new(),
            date: None,
            interruption: None,
        };
        let found = saved(decimal("10"), decimal("0.1"), &price);
        assert_eq!((found.low, found.mean, found.high), (Decimal::ZERO, decimal("0.6"), decimal("0.7")));
        assert_eq!(found.on_demand, decimal("1"));
    }

    #[test]
    fn commitments_belong_to_one_world() {
        let plans = [Covers::Compute, Covers::Database, Covers::SageMaker];
        for covers in plans {
            assert_eq!(OFFERS.iter().filter(|offer| belongs(**offer, &covers)).count(), 1);
        }
    }
}
