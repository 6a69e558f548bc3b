//! Reservations and savings plans: what was bought, how much of it, and what it can take.

mod lines;
mod plans;
mod rates;

use super::builder::{Builder, name_seed};
use super::instances::{family, instance_type, normalization};
use super::market::{Market, Pair, Rank, Sku, World, take};
use super::series::{Series, Step};
use super::world::REGIONS;
use crate::calendar::Hour;
use crate::fixed::{AMOUNT, MONEY, MONEY_SCALE, mul_div, text};
use crate::mix::Rng;
use plans::{Bought, PLANS, Plan, Size};
pub(crate) use plans::{Payment, What};

/// One commitment.
#[derive(Debug, Clone)]
pub(crate) struct Commitment {
    pub(crate) what: What,
    pub(crate) arn: String,
    pub(crate) payment: Payment,
    years: i32,
    pub(crate) start: Hour,
    pub(crate) end: Hour,
    /// Reserved instances; 1 for a plan.
    pub(crate) units: i64,
    /// Normalised units of one of them, in amount counts.
    factor: i64,
    /// Cost per unit and hour: amortised up-front fee, recurring fee.
    pub(crate) upfront_rate: i64,
    pub(crate) recurring_rate: i64,
    /// The up-front fee, all units.
    pub(crate) upfront_value: i64,
    /// Template of the monthly (reservation) or hourly (plan) fee, and of the purchase; 0 for none.
    pub(crate) fee: u32,
    pub(crate) purchase: u32,
    pub(crate) account: u16,
    /// Slot of its enterprise discount.
    pub(crate) slot: u32,
}

impl Commitment {
    /// Hours of `[from, to)` in which it runs.
    pub(crate) fn hours(&self, from: Hour, to: Hour) -> i64 {
        i64::from((to.min(self.end) - from.max(self.start)).max(0))
    }

    /// What it can take in an hour: dollars of a plan, normalised units of reservations.
    pub(crate) fn capacity(&self) -> i64 {
        if self.what.is_plan() { self.upfront_rate + self.recurring_rate } else { self.units * self.factor }
    }

    /// Reservation-hours that some capacity is.
    pub(crate) fn reserved_hours(&self, capacity: i64) -> i64 {
        mul_div(capacity, AMOUNT, self.factor.max(1))
    }

    /// A plan's price of a unit of usage, where it takes that.
    pub(crate) fn rate_of(&self, sku: &Sku) -> Option<i64> {
        let takes = match self.what {
            What::Reserved { .. } => false,
            What::Family { family: own, region } => {
                sku.world == World::Compute && sku.class == own && sku.region == REGIONS[region].id
            }
            What::Compute => sku.world == World::Compute,
            What::Database => sku.world == World::Database,
        };
        if takes { rates::plan(self.what, self.years, self.payment, sku) } else { None }
    }

    /// What it is, for the truth.
    pub(crate) fn kind(&self) -> String {
        if self.what.is_plan() {
            self.what.name().to_owned()
        } else {
            format!("{} reserved instance", self.what.name())
        }
    }
}

fn round8(value: i64) -> i64 {
    value / 100 * 100
}

fn price(rate: i64) -> String {
    text(i128::from(rate), MONEY_SCALE)
}

/// Buys what is in [`PLANS`], and works out what it can take.
pub(crate) fn buy(
    builder: &mut Builder,
    series: &mut [Series],
    (from, until): (Hour, Hour),
    growth: &dyn Fn(Hour) -> i64,
) -> (Vec<Commitment>, Market) {
    let skus: Vec<Option<Sku>> = series.iter().map(|one| Sku::of(builder, one)).collect();
    let members: Vec<(u32, Sku)> =
        (0u32..).zip(skus).filter_map(|(number, sku)| Some((number, sku?))).collect();
    let mut weeks = Weeks::of(series, &members, (from, until), growth);
    let mut owned = Vec::new();
    let mut served: Vec<(Rank, Pair)> = Vec::new();
    let mut market = Market::default();
    for (index, plan) in PLANS.iter().enumerate() {
        let mut commitment = one(builder, plan, index, &members, series, (from, until));
        let mut takes: Vec<(Rank, u32)> = (0u32..)
            .zip(&members)
            .filter_map(|(place, (number, sku))| {
                Some((Rank::of(&commitment, series[*number as usize].account, sku)?, place))
            })
            .collect();
        takes.sort_by(|(one, _), (other, _)| one.served(other));
        weeks.size(plan, &mut commitment, &members, &takes);
        lines::fees(builder, plan, &mut commitment);
        let number = u16::try_from(index).unwrap_or(0);
        let mut negations = Vec::new();
        for (rank, place) in takes {
            let series = &series[members[place as usize].0 as usize];
            let rate = rank.weight();
            let template = lines::covered(builder, series, plan, &commitment, rate);
            let negation =
                lines::offset(builder, series, plan, &commitment, template, &mut negations, &mut market);
            served.push((rank, Pair { commitment: number, member: place, weight: rate, template, negation }));
        }
        owned.push(commitment);
    }
    served.sort_by(|(one, _), (other, _)| one.served(other));
    market.reserved =
        served.iter().filter(|(_, pair)| !owned[usize::from(pair.commitment)].what.is_plan()).count();
    market.pairs = served.into_iter().map(|(_, pair)| pair).collect();
    market.of_member = vec![Vec::new(); members.len()];
    for (number, pair) in (0u32..).zip(&market.pairs) {
        market.of_member[pair.member as usize].push(number);
    }
    market.members = members.into_iter().map(|(number, _)| number).collect();
    market.step = Some(Step::Month);
    for number in &market.members {
        series[*number as usize].market = true;
    }
    (owned, market)
}

/// A commitment that takes nothing yet: its terms, and one unit of it.
fn one(
    builder: &Builder,
    plan: &Plan,
    index: usize,
    members: &[(u32, Sku)],
    series: &[Series],
    (from, until): (Hour, Hour),
) -> Commitment {
    let span = i64::from(until - from);
    let at = |share: i64| from + i32::try_from(span * share / 1000).unwrap_or(0);
    let term = plan.years * 365 * 24;
    let start = match plan.bought {
        Bought::Before => from - 1500 - i32::try_from(index).unwrap_or(0) * 97,
        Bought::EndsAt(share) => at(share) - term,
        Bought::At(share) => at(share),
        Bought::Ago(hours) => (until - hours).max(from),
        Bought::EndsIn(hours) => until + hours - term,
    };
    // A short report must not run past a term that began before it.
    let start = if start + term < from { from - 500 } else { start };
    let mut rng = Rng::new(name_seed("commitment") ^ u64::try_from(index).unwrap_or(0));
    let payer = builder.accounts[0].id.clone();
    let (account, arn, factor, rate) = match plan.what {
        What::Reserved { code, kind, region, .. } => {
            let region = &REGIONS[region];
            // Whoever runs such instances, or else lives in the region.
            let user = members.iter().find(|(_, sku)| plan.what.reserves(sku));
            let home = || builder.accounts.iter().rposition(|one| REGIONS[one.regions[0]].id == region.id);
            let account = user.map_or_else(
                || home().and_then(|place| u16::try_from(place).ok()).unwrap_or(1),
                |(number, _)| series[*number as usize].account,
            );
            let owner = &builder.accounts[usize::from(account)].id;
            let arn = match code {
                "AmazonRDS" => format!("arn:aws:rds:{}:{owner}:ri:{}", region.id, rng.uuid()),
                "AmazonElastiCache" => {
                    format!("arn:aws:elasticache:{}:{owner}:reserved-instance:{}", region.id, rng.uuid())
                }
                _ => format!("arn:aws:ec2:{}:{owner}:reserved-instances/{}", region.id, rng.uuid()),
            };
            let list = mul_div(instance_type(kind).price, region.price, 1000) * (MONEY / 10_000);
            let permille = rates::reserved(code, family(kind), plan.years, plan.class, plan.payment);
            (account, arn, normalization(kind), round8(mul_div(list, permille, 1000)))
        }
        _ => (0, format!("arn:aws:savingsplans::{payer}:savingsplan/{}", rng.uuid()), 0, 0),
    };
    let upfront_rate = round8(plan.payment.upfront(rate));
    Commitment {
        what: plan.what,
        arn,
        payment: plan.payment,
        years: plan.years,
        start,
        end: start + term,
        units: 1,
        factor,
        upfront_rate,
        recurring_rate: rate - upfront_rate,
        upfront_value: 0,
        fee: 0,
        purchase: 0,
        account,
        slot: 0,
    }
}

/// Usage of some weeks, hour by hour, as the commitments bought so far leave it.
struct Weeks {
    hours: Vec<Vec<i64>>,
}

impl Weeks {
    fn of(
        series: &[Series],
        members: &[(u32, Sku)],
        (from, until): (Hour, Hour),
        growth: &dyn Fn(Hour) -> i64,
    ) -> Self {
        // The first week, the last, and some between them.
        let weeks = ((until - from) / 168).clamp(1, 6);
        let apart = (until - from - 168).max(0) / (weeks - 1).max(1);
        let begins = (0..weeks).map(|week| from + week * apart);
        let hours = begins
            .flat_map(|begin| begin..begin + 168)
            .map(|hour| {
                let amount =
                    |(number, _): &(u32, Sku)| series[*number as usize].amount(hour, hour + 1, growth(hour));
                members.iter().map(amount).collect()
            })
            .collect();
        Self { hours }
    }

    /// Decides how much to buy, and takes that away.
    fn size(
        &mut self,
        plan: &Plan,
        commitment: &mut Commitment,
        members: &[(u32, Sku)],
        takes: &[(Rank, u32)],
    ) {
        let is_plan = plan.what.is_plan();
        // Nobody buys a plan for what it hardly makes cheaper, nor for licences.
        let worth = |rank: &Rank, place: u32| {
            let sku = &members[place as usize].1;
            !is_plan || sku.licence == 0 && rank.weight() * 1000 <= sku.list * 810
        };
        let needs: Vec<i64> = self
            .hours
            .iter()
            .map(|left| {
                let needed = takes.iter().filter(|(rank, place)| worth(rank, *place));
                needed.map(|(rank, place)| mul_div(left[*place as usize], rank.weight(), AMOUNT)).sum()
            })
            .collect();
        let hours = i64::try_from(needs.len()).unwrap_or(1).max(1);
        let least = needs.iter().min().copied().unwrap_or(0);
        let most = needs.iter().max().copied().unwrap_or(0);
        let needed = match plan.size {
            Size::OfLeast(share) => mul_div(least, share, 1000),
            Size::OfMean(share) => mul_div(needs.iter().sum::<i64>() / hours, share, 1000),
            Size::OfMost(share) => mul_div(most, share, 1000),
            Size::Count(count) => count * commitment.factor,
        };
        if is_plan {
            // Plans are bought in hundredths of a cent an hour; even, so that halves stay exact.
            let rate = (needed / 2_000_000).max(1) * 2_000_000;
            commitment.upfront_rate = round8(plan.payment.upfront(rate));
            commitment.recurring_rate = rate - commitment.upfront_rate;
        } else {
            let whole = mul_div(needed, AMOUNT, commitment.factor.max(1)) / AMOUNT;
            commitment.units = whole.max(1);
        }
        let term = i64::from(commitment.end - commitment.start);
        commitment.upfront_value = commitment.upfront_rate * term * commitment.units;
        for left in &mut self.hours {
            let mut room = commitment.capacity();
            for (rank, place) in takes {
                take(is_plan, rank.weight(), &mut left[*place as usize], &mut room);
            }
        }
    }
}
