//! Prices of units: cost ÷ usage of on-demand rows, which is one figure as long as the price is one.
//!
//! Free tiers and brackets make many: a price that is not the same for a week is none, and one that was seen within half
//! a year is no news.

use super::asked::Asked;
use super::assemble::{money, percent, severity};
use super::definition::Method;
use super::event::{Direction, Event, Kind, Sighting, Status, Waterfall};
use super::identity::unit_price_id;
use super::input::{Measure, Priced};
use super::memory::Memory;
use super::object::{Attribute, Object};
use super::waterfall::of_other;
use model::Decimal;

/// Days for which a price has to be the same.
const STABLE: usize = 7;
/// Days that the new price is looked at.
const LOOKED_AT: usize = 28;
/// Days for which the new price has to last.
const LASTS: usize = 2;
/// Difference within which prices are the same: amounts are rounded.
const SAME: f64 = 0.001;
/// Least rise.
const RISE: f64 = 0.02;
/// Days in which a price may have been seen.
const SEEN: usize = 180;

/// Events of prices that rose, of usage on demand.
pub fn unit_prices(memory: &Memory, priced: &[Priced], asked: &Asked) -> Vec<Event> {
    priced.iter().flat_map(|priced| of_one(memory, priced, asked)).collect()
}

/// A day with usage.
struct Used {
    day: usize,
    price: f64,
}

fn of_one(memory: &Memory, priced: &Priced, asked: &Asked) -> Vec<Event> {
    let figures = priced.costs.iter().zip(&priced.quantities).enumerate();
    let used: Vec<Used> = figures
        .filter(|(_, (cost, quantity))| **cost > Decimal::ZERO && **quantity > Decimal::ZERO)
        .map(|(day, (cost, quantity))| Used { day, price: cost.to_f64() / quantity.to_f64() })
        .collect();
    let mut found = vec![];
    for at in STABLE..used.len() {
        let (old, new) = (&used[at - 1], &used[at]);
        let same = |one: &Used, price: f64| (one.price / price - 1.0).abs() <= SAME;
        // Hardly any day has a rise: only then the half year before is looked through.
        if new.price < old.price * (1.0 + RISE)
            || !used[at - STABLE..at].iter().all(|one| same(one, old.price))
        {
            continue;
        }
        let since = new.day.saturating_sub(SEEN);
        let mut recent = used[..at].iter().rev().take_while(|one| one.day >= since);
        if recent.any(|one| one.price >= new.price * (1.0 - SAME)) {
            continue;
        }
        let lasting: Vec<usize> = used[at..]
            .iter()
            .take_while(|one| one.day < new.day + LOOKED_AT && same(one, new.price))
            .map(|one| one.day)
            .collect();
        if lasting.len() >= LASTS {
            found.extend(event(memory, priced, asked, old.day, &lasting));
        }
    }
    found
}

fn event(memory: &Memory, priced: &Priced, asked: &Asked, old: usize, days: &[usize]) -> Option<Event> {
    let (first, last) = (*days.first()?, *days.last()?);
    let sum = |figures: &[Decimal]| days.iter().map(|day| figures[*day]).sum::<Decimal>();
    let (cost, used) = (sum(&priced.costs), sum(&priced.quantities));
    let expected = of_other(priced.costs[old], used, priced.quantities[old])?;
    let excess = cost - expected;
    let of_service = Object::of(
        [Attribute::Account, Attribute::Service]
            .into_iter()
            .filter_map(|attribute| Some((attribute.clone(), priced.object.get(&attribute)?))),
    );
    let definitions: Vec<Sighting> = asked
        .definitions
        .iter()
        .filter(|one| one.method == Method::Robust && one.watches(&of_service) && excess >= one.minimum)
        .map(|definition| Sighting {
            definition: definition.id.clone(),
            object: priced.object.clone(),
            first_day: memory.day(first),
            last_day: memory.day(last),
        })
        .collect();
    if definitions.is_empty() {
        return None;
    }
    let bill = memory.bill();
    let through = bill.days().checked_sub(1)?;
    let monthly = excess.to_f64() / (last - first + 1) as f64 * 30.0;
    let first_day = memory.day(first);
    let mut event = Event {
        id: unit_price_id(&bill.currency, &priced.object, first_day),
        currency: bill.currency.clone(),
        object: priced.object.clone(),
        measure: Measure::Usage,
        kind: Kind::UnitPrice,
        direction: Direction::Increase,
        status: if through < first + LOOKED_AT { Status::Open } else { Status::Ended },
        first_day,
        last_day: memory.day(last),
        raised_on: memory.day(*days.get(LASTS - 1)?),
        data_through: memory.day(through),
        days: days.iter().map(|day| memory.day(*day)).collect(),
        expected_low: expected,
        expected_high: expected,
        cost,
        excess,
        peak: days.iter().map(|day| priced.costs[*day]).max()?,
        change_percent: Some(percent(excess.to_f64(), expected.to_f64())),
        monthly_excess: money(monthly),
        share_percent: None,
        severity: severity(monthly, None),
        definitions,
        causes: vec![],
        waterfall: Some(Waterfall { before: expected, now: cost, rate: excess, ..Waterfall::default() }),
        seen: bill.seen.clone(),
        quiet: None,
        opening: 1,
        hint: None,
    };
    event.quiet = asked.quiet(&event);
    Some(event)
}
