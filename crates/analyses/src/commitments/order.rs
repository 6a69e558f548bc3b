//! AWS's order, prepared once: which commitment serves which usage when. It does not change from hour to hour.

use super::input::{Bought, Sharing, Usage};
use super::money::{Rate, to_fine};
use super::owned::{Commitment, Covers, Layer};
use model::Decimal;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

/// Why a replay was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A series speaks of a SKU, an account or hours that the usage does not have.
    #[error("series {0} is of a SKU, an account or an hour that is not there")]
    Series(usize),
    /// A commitment costs less than nothing an hour, or is owned by an account that is not there.
    #[error("commitment {0} has a negative cost or an unknown owner")]
    Commitment(String),
    /// Two commitments have one identifier: one would be paid twice.
    #[error("commitment {0} is there twice")]
    Twice(String),
    /// An hour of more than 10⁸ of the currency or of normalised units.
    #[error("an hour holds more than can be replayed exactly")]
    TooLarge,
}

/// Usage of one SKU in one account, however it was paid for.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) sku: usize,
    pub(super) account: usize,
    pub(super) series: Vec<usize>,
}

/// Commitments that act as one: same layer, owner, scope and rates. Its members fill in order of begin.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    pub(super) layer: Layer,
}

/// One (commitment, usage). A unit of usage takes `weight` of the capacity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) group: u32,
    pub(super) item: u32,
    pub(super) weight: Rate,
}

/// All that a replay needs to know before the first hour.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub(super) usage: &'a Usage,
    pub(super) commitments: &'a [Commitment],
    pub(super) items: Vec<Item>,
    pub(super) groups: Vec<Group>,
    /// What each commitment can take in an hour.
    pub(super) capacity: Vec<i128>,
    /// Pairs in the order in which they are served.
    pub(super) pairs: Vec<Pair>,
    /// Where each layer's pairs are.
    pub(super) layers: Vec<(Layer, Range<usize>)>,
    /// What would be served if everything were shared, in order: it measures what limits of sharing cost.
    pub(super) barred: Vec<Pair>,
}

impl<'a> Order<'a> {
    pub(super) fn new(
        usage: &'a Usage,
        commitments: &'a [Commitment],
        sharing: &Sharing,
    ) -> Result<Self, Refused> {
        check(usage, commitments)?;
        let items = items(usage);
        let groups = groups(commitments);
        let (mut served, mut barred) = (vec![], vec![]);
        for (at, group) in groups.iter().enumerate() {
            let Some(commitment) = group.members.first().map(|first| &commitments[*first]) else { continue };
            for (place, item) in items.iter().enumerate() {
                let Some(key) = Key::of(usage, commitment, item, (at, place)) else { continue };
                match sharing.phase(commitment.owner, item.account) {
                    Some(phase) => served.push(Key { phase, ..key }),
                    None => barred.push(key),
                }
            }
        }
        served.sort_unstable_by(Key::served);
        barred.sort_unstable_by(Key::served);
        let layers = [Layer::Zonal, Layer::Regional, Layer::Ec2Instance, Layer::Wide].map(|layer| {
            let begin = served.partition_point(|key| key.layer < layer);
            (layer, begin..served.partition_point(|key| key.layer <= layer))
        });
        Ok(Self {
            usage,
            commitments,
            items,
            groups,
            capacity: commitments.iter().map(|one| capacity_of(one).unwrap_or(0)).collect(),
            pairs: served.iter().map(Key::pair).collect(),
            layers: layers.into_iter().filter(|(_, pairs)| !pairs.is_empty()).collect(),
            barred: barred.iter().map(Key::pair).collect(),
        })
    }

    /// On-demand rate of an item in counts of 10⁻¹²; zero where it is unknown.
    pub(super) fn on_demand(&self, item: usize) -> i128 {
        let rate = self.items.get(item).and_then(|item| self.usage.skus[item.sku].on_demand);
        rate.map_or(0, |rate| i128::from(rate.count()))
    }
}

fn check(usage: &Usage, commitments: &[Commitment]) -> Result<(), Refused> {
    let mut greatest = 0.0;
    for (at, series) in usage.series.iter().enumerate() {
        let sku = usage.skus.get(series.sku).ok_or(Refused::Series(at))?;
        let reaches = series.from + series.amounts.len();
        if series.account >= usage.accounts.len() || reaches > usage.hours {
            return Err(Refused::Series(at));
        }
        let most = series.amounts.iter().map(|amount| amount.abs()).max().unwrap_or_default();
        let rates = [sku.on_demand, sku.factor].map(|rate| rate.map_or(0.0, Rate::to_f64));
        greatest += most.to_f64().abs() * rates[0].max(rates[1]).max(1.0);
    }
    // Twice as much as any sum of an hour may need.
    if greatest > 8e7 {
        return Err(Refused::TooLarge);
    }
    let mut names: Vec<&str> = commitments.iter().map(|one| one.id.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
        return Err(Refused::Twice(twice[0].to_owned()));
    }
    let mut capacity = 0.0;
    for one in commitments {
        if one.hourly < Decimal::ZERO || one.owner.is_some_and(|owner| owner >= usage.accounts.len()) {
            return Err(Refused::Commitment(one.id.clone()));
        }
        capacity += capacity_of(one).ok_or(Refused::TooLarge)? as f64 / 1e30;
    }
    if capacity > 8e7 { Err(Refused::TooLarge) } else { Ok(()) }
}

/// What a commitment can take in an hour, in 10⁻³⁰ of its own measure: its dollars, or its (normalised) instance-hours.
fn capacity_of(commitment: &Commitment) -> Option<i128> {
    match &commitment.covers {
        Covers::Reserved(reserved) => {
            let each = i128::from(reserved.each().count()) * i128::from(reserved.count);
            each.checked_mul(10_i128.pow(model::SCALE))
        }
        _ => to_fine(commitment.hourly),
    }
}

/// Usage by SKU and account, in an order that does not depend on that of the input.
fn items(usage: &Usage) -> Vec<Item> {
    let mut found: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (at, series) in usage.series.iter().enumerate().filter(|(_, one)| one.bought != Bought::Spot) {
        found.entry((series.sku, series.account)).or_default().push(at);
    }
    let mut items: Vec<Item> =
        found.into_iter().map(|((sku, account), series)| Item { sku, account, series }).collect();
    items.sort_by(|one, other| {
        let key = |item: &Item| (&usage.skus[item.sku], &usage.accounts[item.account]);
        key(one).cmp(&key(other))
    });
    items
}

fn groups(commitments: &[Commitment]) -> Vec<Group> {
    let mut found: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, one) in commitments.iter().enumerate() {
        let mut covers = one.covers.clone();
        if let Covers::Reserved(reserved) = &mut covers {
            reserved.count = 0;
        }
        let key = (covers.layer(), one.owner, covers, std::sync::Arc::as_ptr(&one.rates) as usize);
        found.entry(key).or_default().push(at);
    }
    let mut groups: Vec<Group> = found
        .into_iter()
        .map(|((layer, ..), mut members)| {
            members.sort_by_key(|at| (commitments[*at].begin, &commitments[*at].id));
            Group { members, layer }
        })
        .collect();
    let name = |group: &Group| group.members.iter().map(|at| &commitments[*at].id).min();
    groups.sort_by(|one, other| name(one).cmp(&name(other)));
    groups
}

/// What decides when a pair is served.
struct Key {
    layer: Layer,
    phase: u8,
    /// Savings plans: committed rate and on-demand rate. Reservations: size, smallest first, over one.
    over: (i64, i64),
    weight: Rate,
    /// Group and item.
    places: (usize, usize),
}

impl Key {
    /// The pair of a commitment and usage, unless it takes none of it, its rate is unknown or it is no discount.
    fn of(usage: &Usage, commitment: &Commitment, item: &Item, places: (usize, usize)) -> Option<Self> {
        let sku = &usage.skus[item.sku];
        if !commitment.covers.takes(sku) {
            return None;
        }
        let layer = commitment.covers.layer();
        let (over, weight) = match &commitment.covers {
            Covers::Reserved(reserved) => ((sku.factor.map_or(0, Rate::count), 1), reserved.weight(sku)),
            _ => {
                let (rate, on_demand) = (commitment.rates.of(item.sku)?, sku.on_demand?);
                if rate >= on_demand {
                    return None;
                }
                ((rate.count(), on_demand.count()), rate)
            }
        };
        Some(Self { layer, phase: 0, over, weight, places })
    }

    fn served(one: &Self, other: &Self) -> Ordering {
        let product = |one: i64, other: i64| i128::from(one) * i128::from(other);
        let ratios = product(one.over.0, other.over.1).cmp(&product(other.over.0, one.over.1));
        (one.layer, one.phase)
            .cmp(&(other.layer, other.phase))
            .then(ratios)
            .then(one.weight.cmp(&other.weight))
            .then(one.places.cmp(&other.places))
    }

    fn pair(&self) -> Pair {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Pair { group: place(self.places.0), item: place(self.places.1), weight: self.weight }
    }
}
