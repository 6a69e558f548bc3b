//! A company's hours: usage that swings by day and week, comes and goes; rates as at AWS.

use analyses::commitments::{
    Bought, Class, Commitment, Covers, Offer, Payment, Rate, Rates, Reserved, Series, Sku, Term, Usage, World,
};
use model::Decimal;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;

/// Usage of some types over some hours, with the ratios of its offers.
pub struct Company {
    pub usage: Usage,
    /// Ratios of EC2 Instance plans (or reservations) and of wide plans, by SKU.
    inner: Vec<f64>,
    wide: Vec<f64>,
    families: usize,
}

fn rate(price: f64) -> Rate {
    // AWS writes ten decimals.
    Rate::try_new(Decimal::from_f64((price * 1e10).round() / 1e10).map_or(Decimal::ZERO, |(found, _)| found))
        .unwrap_or_else(|_| rate(0.000_1))
}

impl Company {
    /// Types in families (three quarters of them) or in none; accounts share each type's usage.
    pub fn new(seed: u64, hours: usize, types: usize, families: usize, accounts: usize) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let of_family: Vec<(f64, f64)> = (0..families.max(1))
            .map(|_| {
                let inner = ((0.55 + 0.15 * random.random::<f64>()) * 1e3).round() / 1e3;
                (inner, ((inner + 0.05 + 0.1 * random.random::<f64>()) * 1e3).round() / 1e3)
            })
            .collect();
        let (mut skus, mut inner, mut wide) = (vec![], vec![], vec![]);
        for number in 0..types {
            let family = (families > 0 && random.random::<f64>() < 0.75).then(|| {
                // The first families are the largest.
                let place = (random.random::<f64>().powi(2) * families as f64) as usize;
                place.min(families - 1)
            });
            // Licence dollars per dollar of instance: few distinct ones, by operating system.
            let licence = if random.random::<f64>() < 0.25 {
                (random.random::<f64>() * 10.0).round() / 10.0
            } else {
                0.0
            };
            let (one, two) = family.map_or_else(
                || (f64::INFINITY, ((0.7 + 0.28 * random.random::<f64>()) * 100.0).round() / 100.0),
                |family| of_family[family],
            );
            inner.push((one + licence) / (1.0 + licence));
            wide.push((two + licence) / (1.0 + licence));
            // A family has one price for a unit of size, to four decimals.
            let unit = 0.01
                + family.map_or(random.random_range(0..1_000), |family| family * 37 % 1_000) as f64 / 1e4;
            skus.push(sku(
                number,
                family,
                licence,
                unit * (1.0 + licence) * f64::from(1_u32 << (number % 6)),
            ));
        }
        let mut series = vec![];
        for number in 0..types {
            for part in 0..=(number % 3).min(accounts.saturating_sub(1)) {
                let account = (number * 7 + part * 13) % accounts.max(1);
                series.push(series_of(&mut random, number, account, hours));
            }
        }
        let accounts = (0..accounts.max(1)).map(|account| format!("{account:012}")).collect();
        let first_hour = "2026-01-01T00:00:00Z".parse().unwrap_or_default();
        Self { usage: Usage { first_hour, hours, accounts, skus, series }, inner, wide, families }
    }

    fn rates(&self, ratios: &[f64], factor: f64) -> Arc<Rates> {
        let skus = self.usage.skus.iter().zip(ratios);
        Arc::new(Rates(
            skus.map(|(sku, ratio)| {
                let on_demand = sku.on_demand?.decimal().to_f64();
                ratio.is_finite().then(|| rate(on_demand * ratio * factor))
            })
            .collect(),
        ))
    }

    /// The wide plan; three years at four fifths of one year's rates.
    pub fn wide(&self, term: Term, payment: Payment) -> Offer {
        let factor = if term == Term::ThreeYears { 0.8 } else { 1.0 };
        let less = match payment {
            Payment::NoUpfront => 1.0,
            Payment::PartialUpfront => 0.97,
            Payment::AllUpfront => 0.95,
        };
        let rates = self.rates(&self.wide, factor * less);
        let database = self.usage.skus.first().is_some_and(|sku| sku.world == World::Database);
        let covers = if database { Covers::Database } else { Covers::Compute };
        Offer { covers, term, class: Class::Plan, payment, rates, hourly: None }
    }

    /// An EC2 Instance plan for each family.
    pub fn pools(&self) -> Vec<Offer> {
        let rates = self.rates(&self.inner, 1.0);
        let offer = |family: usize| Offer {
            covers: Covers::Ec2Instance { family: format!("f{family}"), region: "us-east-1".into() },
            term: Term::OneYear,
            class: Class::Plan,
            payment: Payment::NoUpfront,
            rates: Arc::clone(&rates),
            hourly: None,
        };
        (0..self.families).map(offer).collect()
    }

    /// The same usage as databases: one reservation offer a family, no licences among its types.
    pub fn as_databases(mut self) -> (Self, Vec<Offer>) {
        for (at, sku) in self.usage.skus.iter_mut().enumerate() {
            sku.world = World::Database;
            sku.service = "AmazonRDS".into();
            sku.platform = "MySQL".into();
            // One price for a normalised unit in a family, as AWS has it.
            let factor = [1.0, 2.0, 4.0, 8.0, 16.0][at % 5];
            if !sku.family.is_empty() {
                sku.factor = Some(rate(factor));
                sku.on_demand = Some(rate(0.05 * factor));
                sku.size = format!("s{}", at % 5);
                self.inner[at] = 0.66;
                self.wide[at] = 0.82;
            }
        }
        let offers = (0..self.families).map(|family| Offer {
            covers: Covers::Reserved(Reserved {
                service: "AmazonRDS".into(),
                region: "us-east-1".into(),
                zone: None,
                family: format!("f{family}"),
                size: "s2".into(),
                platform: "MySQL".into(),
                tenancy: "default".into(),
                deployment: String::new(),
                flexible: Some(rate(4.0)),
                count: 1,
            }),
            term: Term::OneYear,
            class: Class::Standard,
            payment: Payment::NoUpfront,
            rates: Arc::default(),
            hourly: Some(rate(0.2 * (0.6 + 0.004 * family as f64))),
        });
        let offers = offers.collect();
        (self, offers)
    }

    /// Owned plans: so many of each kind, each a small part of the usage, by accounts. Their rates are not those of the
    /// offers times one figure: families differ by up to a sixth, so that percentages rank usage otherwise.
    pub fn owned(&self, number: usize) -> Vec<Commitment> {
        let otherwise = |ratios: &[f64]| -> Arc<Rates> {
            let of = |(ratio, sku): (&f64, &Sku)| {
                let family = sku.family.bytes().map(usize::from).sum::<usize>() % 5;
                ratio * (1.0 + 0.04 * family as f64)
            };
            let ratios: Vec<f64> = ratios.iter().zip(&self.usage.skus).map(of).collect();
            self.rates(&ratios, 0.8)
        };
        let three = Offer { rates: otherwise(&self.wide), ..self.wide(Term::ThreeYears, Payment::NoUpfront) };
        let of_pools = otherwise(&self.inner);
        let pools: Vec<Offer> =
            self.pools().into_iter().map(|pool| Offer { rates: Arc::clone(&of_pools), ..pool }).collect();
        let begin = self.usage.first_hour;
        (0..number)
            .map(|at| {
                let offer = if at % 2 == 0 || pools.is_empty() { &three } else { &pools[at % pools.len()] };
                let mut owned = offer.bought(&format!("owned {at}"), 5_000, begin);
                owned.owner = (at % 3 == 0).then(|| at % self.usage.accounts.len());
                owned
            })
            .collect()
    }
}

fn sku(number: usize, family: Option<usize>, licence: f64, on_demand: f64) -> Sku {
    Sku {
        service: "AmazonEC2".into(),
        usage_type: format!("Usage:{number}"),
        platform: if licence > 0.0 { format!("Licence {licence}") } else { "Linux".into() },
        region: "us-east-1".into(),
        zone: None,
        family: family.map_or_else(String::new, |family| format!("f{family}")),
        size: format!("size {number}"),
        tenancy: "default".into(),
        deployment: String::new(),
        factor: None,
        world: World::Compute,
        on_demand: Some(rate(on_demand)),
    }
}

fn series_of(random: &mut StdRng, sku: usize, account: usize, hours: usize) -> Series {
    let size = (-random.random::<f64>().max(1e-9).ln()).powf(2.0) * 4.0;
    let flat: f64 = random.random();
    let (begin, end) = if random.random::<f64>() < 0.3 {
        let begin = random.random_range(0..hours);
        (begin, (begin + random.random_range(1..hours.max(3) / 2 + 2)).min(hours))
    } else {
        (0, hours)
    };
    let amounts = (begin..end)
        .map(|hour| {
            let day = 1.0 + 0.35 * ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
            let week = if (hour / 24) % 7 < 5 { 1.0 } else { 0.6 };
            let noise = 0.95 + 0.1 * random.random::<f64>();
            let amount = size * (flat + (1.0 - flat) * day * week) * noise;
            // Seconds, as hours with ten digits.
            Decimal::from_units(((amount * 3_600.0) as i128) * 1_000_000_000_000_000_000 / 3_600)
        })
        .collect();
    Series { sku, account, bought: Bought::OnDemand, from: begin, amounts }
}
