//! What the optimiser works on, made from usage, what is owned and what is offered.
//!
//! What is owned stands in three places. What comes before the offers in AWS's order is applied exactly. Plans of the same
//! pool and plans that come after are part of the problem, as capacity that is there already: a new plan moves what they
//! serve. Where their rates are not those of the offer, capacity counts for as much as it can do at best, so that the
//! bound stays below the cost.

use super::field::{Class, Field};
use super::hours::Span;
use super::input::{Sharing, Sku, Usage};
use super::offer::Offer;
use super::order::{Order, Refused};
use super::owned::{Commitment, Covers, Layer};

/// What is asked about: usage, what is owned at the decision, and the hours to look at.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Usage.
    pub usage: &'a Usage,
    /// What is owned at the decision ([`super::owned_at`]).
    pub owned: &'a [Commitment],
    /// Whom commitments serve.
    pub sharing: &'a Sharing,
    /// Which hours, and how: [`Span::at_decision`] of [`Usage::look_back`].
    pub span: Span,
}

/// The optimiser's view of a question: pools' offers, and the offer that comes after them.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) field: Field,
    /// Capacity that is owned: of the wide plan, then of the pools.
    pub(super) owned: Vec<f64>,
    /// Whether something owned shares the place of an offer, or comes after it.
    pub(super) beside: bool,
    /// Whether the bound holds: not where something owned that could move is applied as if it could not.
    pub(super) bounded: bool,
}

impl Problem {
    /// Makes the field of some offers: at most one for each pool, whose usage must not overlap.
    pub(super) fn new(
        question: &Question<'_>,
        pools: &[&Offer],
        wide: Option<&Offer>,
    ) -> Result<Self, Refused> {
        let usage = question.usage;
        let skus = &usage.skus;
        let first = pools.iter().chain(wide.iter()).map(|offer| offer.covers.layer()).min();
        let takes =
            |covers: &Covers, of: &dyn Fn(&Sku) -> bool| skus.iter().any(|sku| covers.takes(sku) && of(sku));
        let offered = |sku: &Sku| pools.iter().chain(wide.iter()).any(|offer| offer.covers.takes(sku));
        let (mut kept, mut of_pools, mut after) = (vec![], vec![vec![]; pools.len()], vec![]);
        let mut bounded = true;
        for one in question.owned {
            let layer = one.covers.layer();
            let pool = pools.iter().position(|offer| offer.covers == one.covers);
            match pool {
                Some(pool) if layer == Layer::Ec2Instance => of_pools[pool].push(one),
                _ if layer == Layer::Wide && takes(&one.covers, &offered) => after.push(one),
                _ => {
                    // A plan in the middle (an EC2 plan when reservations are offered) stays where it is.
                    bounded &= first.is_none_or(|first| layer <= first) || !takes(&one.covers, &offered);
                    kept.push(one.clone());
                }
            }
        }
        let order = Order::new(usage, &kept, question.sharing)?;
        let wide_ratios = ratios(skus, wide, &after);
        let pool_ratios: Vec<Ratios> =
            pools.iter().zip(&of_pools).map(|(offer, owned)| ratios(skus, Some(offer), owned)).collect();
        let pool_of: Vec<Option<usize>> =
            (0..skus.len()).map(|sku| pool_ratios.iter().position(|pool| pool.of[sku].is_some())).collect();
        // What is bought is owned by an account without usage, which limits of sharing may keep from some accounts.
        let sharing = question.sharing;
        let shared = |account: usize| sharing.phase(None, account).is_some();
        let moves = !after.is_empty() || of_pools.iter().any(|owned| !owned.is_empty());
        bounded &= !moves || (0..usage.accounts.len()).all(shared);
        let field = Field::after(&order, &question.span, Layer::Wide, |item| {
            if !shared(item.account) {
                return None;
            }
            let sku = item.sku;
            let wide = wide_ratios.of[sku].map_or(f64::INFINITY, |(ratio, _)| ratio);
            let pool = pool_of[sku];
            let inner = pool.and_then(|pool| pool_ratios[pool].of[sku]);
            let (inner, rank) = inner.unwrap_or((f64::INFINITY, 0.0));
            (pool.is_some() || wide < 1.0).then_some(Class { pool, rank, inner, wide })
        });
        let mut owned = vec![wide_ratios.owned];
        owned.extend(pool_ratios.iter().map(|pool| pool.owned));
        let beside = !bounded || owned.iter().any(|capacity| *capacity > 0.0);
        Ok(Self { field, owned, beside, bounded })
    }
}

/// Ratios (and ranks) of SKUs in one plan, and what is owned at these.
#[derive(Debug)]
struct Ratios {
    of: Vec<Option<(f64, f64)>>,
    owned: f64,
}

/// Ratios of an offer, or of the first that is owned where none is offered. What is owned at other rates counts as
/// capacity at these: as much as where it does best beside them.
fn ratios(skus: &[Sku], offer: Option<&Offer>, owned: &[&Commitment]) -> Ratios {
    let of_owned = |one: &Commitment| -> Vec<Option<f64>> {
        let ratio = |(at, sku): (usize, &Sku)| {
            let rate = one.rates.of(at).filter(|_| one.covers.takes(sku))?;
            (rate < sku.on_demand?)
                .then(|| rate.to_f64() / sku.on_demand.map_or(1.0, super::money::Rate::to_f64))
        };
        skus.iter().enumerate().map(ratio).collect()
    };
    let mut of: Vec<Option<(f64, f64)>> = match offer {
        Some(offer) => skus.iter().enumerate().map(|(at, sku)| offer.ratio(at, sku)).collect(),
        None => vec![None; skus.len()],
    };
    let mut capacity = 0.0;
    for one in owned {
        let own = of_owned(one);
        let beside = own.iter().zip(&of).filter_map(|(own, of)| Some(own.as_ref()? / of.as_ref()?.0));
        let best = beside.fold(f64::INFINITY, f64::min);
        let best = if best.is_finite() { best } else { 1.0 };
        capacity += one.hourly.to_f64() / best;
        for (of, own) in of.iter_mut().zip(own) {
            if of.is_none() {
                *of = own.map(|own| (own / best, own / best));
            }
        }
    }
    Ratios { of, owned: capacity }
}
