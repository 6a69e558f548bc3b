//! From a number of rows to a company: how many series, and how much time each of their rows covers.

use super::builder::{Builder, pick_region};
use super::catalog::{Charge, Planted, Shape, Waste};
use super::instances::{Engine, FLEETS, Fleet, Workload, instance_type};
use super::series::{Series, Step};
use super::world::{REGIONS, Region, pick_account, pick_app};
use crate::calendar::Hour;
use crate::fixed::{AMOUNT, MONEY, cost, mul_div};
use crate::mix::{Rng, mix2};
use crate::text::{Lifecycle, LineType, Template, Txt};

/// Series of a company that is large enough to have all kinds of charges.
const USUAL_SERIES: u64 = 700;
/// Series of the smallest company.
const LEAST_SERIES: u64 = 115;
/// Rows per series and month of a company whose report became hourly only lately: daily rows before.
const ROWS_PER_SERIES: u64 = 50;
/// Mean rows per series and month when every charge has its natural step.
const NATURAL_ROWS: u64 = 440;

/// How many rows a month the series should make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// The target, for decisions that must not move while the budget is tuned.
    pub(crate) target: u64,
    /// The tuned budget of the series' rows.
    pub(crate) rows: u64,
}

impl Budget {
    pub(crate) fn daily_discounts(&self) -> bool {
        self.target >= 300_000
    }

    pub(crate) fn tiny(&self) -> bool {
        self.target < 20_000
    }

    /// Whether there are hardly rows for a day of each resource.
    pub(crate) fn small(&self) -> bool {
        self.target < 10_000
    }

    /// Whether every charge has the rows that it would have in a real report.
    pub(crate) fn natural(&self) -> bool {
        self.target >= USUAL_SERIES * NATURAL_ROWS
    }

    fn series(&self) -> usize {
        let count = if self.natural() {
            self.rows / NATURAL_ROWS
        } else {
            (self.target / ROWS_PER_SERIES).clamp(LEAST_SERIES, USUAL_SERIES)
        };
        usize::try_from(count).unwrap_or(0)
    }
}

/// Makes the company's series.
pub(crate) fn series(builder: &mut Builder, budget: &Budget, first: Hour, last: Hour) -> Vec<Series> {
    let count = budget.series();
    let mut list = Vec::with_capacity(count + 8);
    // One of each kind first, the frequent before the rare, so that a small company is a believable one too.
    for fleet in FLEETS {
        instance(builder, &mut list, fleet, first, last);
    }
    let more = if budget.small() { 9 } else { 18 };
    for fleet in FLEETS.iter().filter(|fleet| fleet.several).cycle().take(more) {
        instance(builder, &mut list, fleet, first, last);
    }
    planted(builder, &mut list, first, last);
    let mut order: Vec<usize> = (0..builder.catalog.charges.len())
        .filter(|index| builder.catalog.charges[*index].weight > 0)
        .collect();
    order.sort_by_key(|index| std::cmp::Reverse(builder.catalog.charges[*index].weight));
    for index in order {
        if list.len() < count {
            charge(builder, &mut list, index, first, last);
        }
    }
    let fleet_weight: usize = FLEETS.iter().map(|fleet| fleet.weight as usize).sum();
    let charge_weight: usize = builder.catalog.charges.iter().map(|charge| charge.weight as usize).sum();
    while list.len() < count {
        if builder.rng.chance(220) {
            let mut left = builder.rng.below(fleet_weight);
            let fleet = FLEETS.iter().find(|fleet| {
                let weight = fleet.weight as usize;
                let found = left < weight;
                left = left.saturating_sub(weight);
                found
            });
            instance(builder, &mut list, fleet.unwrap_or(&FLEETS[0]), first, last);
        } else {
            let mut left = builder.rng.below(charge_weight);
            let index = builder.catalog.charges.iter().position(|charge| {
                let weight = charge.weight as usize;
                let found = left < weight;
                left = left.saturating_sub(weight);
                found
            });
            charge(builder, &mut list, index.unwrap_or(0), first, last);
        }
    }
    list
}

/// Most exist from the start, some come in the course of a year, a few go; a short report sees few of these changes.
fn lifetime(rng: &mut Rng, first: Hour, last: Hour) -> (Hour, Hour) {
    let point = |rng: &mut Rng| last - i32::try_from(rng.below(24 * 396)).unwrap_or(0);
    let (always, never) = (first - 24 * 400, last + 24 * 400);
    let birth = if rng.chance(220) { point(rng) } else { always };
    let death = if rng.chance(80) { point(rng) } else { never };
    (birth, if death < first { never } else { death.max(birth + 24) })
}

fn blank(key: u64, template: u32, account: usize, lifetime: (Hour, Hour)) -> Series {
    Series {
        key,
        template,
        rate: 0,
        list_rate: 0,
        base: AMOUNT,
        shape: Shape::Flat,
        rank: 0,
        whole: false,
        leader: None,
        market: false,
        waste: None,
        birth: lifetime.0,
        death: lifetime.1,
        step: Step::Hour,
        hourly: true,
        boost: None,
        account: u16::try_from(account).unwrap_or(0),
        slots: [0; 3],
        private: 0,
        bundled: 0,
        pods: Vec::new(),
    }
}

/// Adds one charge of the catalogue, with what its resource is charged for besides.
pub(crate) fn charge(builder: &mut Builder, list: &mut Vec<Series>, index: usize, first: Hour, last: Hour) {
    let lifetime = lifetime(&mut builder.rng, first, last);
    resource(builder, list, index, lifetime);
}

fn resource(builder: &mut Builder, list: &mut Vec<Series>, index: usize, lifetime: (Hour, Hour)) {
    let charge = builder.catalog.charges[index].clone();
    let account = pick_account(&mut builder.rng, &builder.accounts, charge.scope);
    let region = pick_region(&mut builder.rng, &builder.accounts[account]);
    let app = pick_app(&mut builder.rng, &builder.accounts[account]);
    let place = Place { account, region, app, lifetime, exact: charge.planted.is_some() };
    let leader = list.len();
    list.push(part(builder, &charge, &place, None));
    for twin in &charge.twins {
        let Some(index) = builder.catalog.find(&charge.code, twin, &charge.operation) else { continue };
        let twin = builder.catalog.charges[index].clone();
        let mut series = part(builder, &twin, &place, Some(list[leader].template));
        series.leader = u32::try_from(leader).ok();
        list.push(series);
    }
}

/// Where and for how long a resource is.
struct Place {
    account: usize,
    region: &'static Region,
    app: &'static str,
    lifetime: (Hour, Hour),
    /// Whether it is as large as the catalogue says.
    exact: bool,
}

/// One charge of a resource; `of` is the template of another one.
fn part(builder: &mut Builder, charge: &Charge, place: &Place, of: Option<u32>) -> Series {
    let rate = if charge.usage.starts_with('=') || charge.rate < MONEY / 1000 {
        charge.rate
    } else {
        mul_div(charge.rate, place.region.price, 1000)
    };
    // Compute that is paid on demand, besides instances (billing-data.md, section 4).
    let compute = matches!(charge.code.as_str(), "AWSLambda" | "AmazonECS" | "AmazonMSK" | "AmazonSageMaker")
        || charge.usage.starts_with("Aurora:Serverless")
        || charge.usage.starts_with("UnusedBox");
    let Place { account, region, app, lifetime, exact } = *place;
    let template = builder.charge(charge, (account, region, app), rate, compute, of);
    let template = builder.push(template);
    let key = mix2(builder.rng.next(), 7);
    let mut series = blank(key, template, account, lifetime);
    // Sizes differ widely between resources.
    let size = builder.rng.pick(&[150, 300, 500, 800, 1000, 1200, 1700, 2600]);
    series.base = if exact || charge.per_hour == AMOUNT {
        charge.per_hour
    } else {
        mul_div(charge.per_hour, size, 1000).max(1)
    };
    series.whole = charge.per_hour == AMOUNT && charge.shape != Shape::Wave;
    series.rate = rate;
    series.list_rate = rate;
    series.shape = charge.shape;
    series.rank = rank(&mut builder.rng);
    series.hourly = charge.hourly;
    series.private = charge.private;
    series.bundled = charge.bundled;
    series.waste = charge.waste.map(|waste| Waste {
        better: waste
            .better
            .map(|price| if price < MONEY / 1000 { price } else { mul_div(price, region.price, 1000) }),
        ..waste
    });
    series
}

/// Adds what the company has once, whatever its size: idle things, and some that look idle but are used.
fn planted(builder: &mut Builder, list: &mut Vec<Series>, first: Hour, last: Hour) {
    let (always, never) = (first - 24 * 400, last + 24 * 400);
    for index in 0..builder.catalog.charges.len() {
        let death = match builder.catalog.charges[index].planted {
            Some(Planted::Always) => never,
            Some(Planted::Gone(days)) => last.div_euclid(24) * 24 - days * 24,
            None => continue,
        };
        resource(builder, list, index, (always, death));
    }
}

fn rank(rng: &mut Rng) -> i64 {
    i64::try_from(rng.below(1200)).unwrap_or(0) + 250
}

/// Adds one instance of a fleet.
pub(crate) fn instance(
    builder: &mut Builder,
    list: &mut Vec<Series>,
    fleet: &Fleet,
    first: Hour,
    last: Hour,
) {
    let account = pick_account(&mut builder.rng, &builder.accounts, fleet.scope);
    let account = match fleet.region {
        // A reserved fleet lives in the region of its reservation.
        Some(region) if !builder.accounts[account].regions.contains(&region) => 1,
        _ => account,
    };
    let region = fleet
        .region
        .map_or_else(|| pick_region(&mut builder.rng, &builder.accounts[account]), |number| &REGIONS[number]);
    let app = pick_app(&mut builder.rng, &builder.accounts[account]);
    let kind = instance_type(builder.rng.pick(fleet.types));
    let os = builder.rng.pick(fleet.os);
    let doubled = if fleet.engine == Engine::MySqlMultiAz { 2 } else { 1 };
    let ten_thousandths =
        mul_div(kind.price * doubled, region.price, 1000) + os.surcharge(i64::from(kind.vcpu));
    let price = ten_thousandths * (MONEY / 10_000);
    let discount =
        260 + i64::try_from(mix2(u64::from(kind.vcpu), kind.price.unsigned_abs()) % 180).unwrap_or(0);
    let rate = if fleet.engine == Engine::Ec2Spot {
        mul_div(price, discount, 1_000_000_000) * 1_000_000
    } else {
        price
    };
    let line = builder.instance(fleet, kind, os, (account, region, app), price, rate);
    let template = builder.push(line);
    let lifetime = lifetime(&mut builder.rng, first, last);
    let key = mix2(builder.rng.next(), 11);
    let mut series = blank(key, template, account, lifetime);
    series.rate = rate;
    series.list_rate = price;
    series.whole = true;
    series.shape = fleet.shape;
    series.rank = rank(&mut builder.rng);
    if kind.name == "m4.large" {
        // Newer instances cost less: how much less is in the price list, not in the rows.
        series.waste = Some(Waste { rule: 12, better: None });
    }
    // One node in ten tells its containers apart, the first always.
    let told = list.iter().any(|one| !one.pods.is_empty());
    if fleet.workload == Workload::Eks && (!told || builder.rng.chance(100)) {
        series.pods = pods(builder, template, account);
    }
    list.push(series);
}

/// Containers on a node: three, each with a CPU and a memory row.
fn pods(builder: &mut Builder, node: u32, account: usize) -> Vec<u32> {
    let parent = builder.templates[node as usize].clone();
    let prefix = REGIONS
        .iter()
        .find(|region| region.id == builder.pool.get(parent.get(Txt::RegionCode)))
        .map_or("USE1-", |region| region.prefix);
    let cluster = builder.pool.get(parent.get(Txt::RegionCode)).to_owned();
    let owner = builder.accounts[account].id.clone();
    let mut list = Vec::new();
    for (namespace, workload) in
        [("web", "storefront"), ("ingest", "geo-consumer"), ("kube-system", "coredns")]
    {
        let uid = builder.rng.uuid();
        for unit in ["vCPU-Hours", "GB-Hours"] {
            let mut line: Template = builder.line(LineType::Usage, Lifecycle::Other, account, "AmazonEKS");
            line.split = true;
            builder.usage(&mut line, None, &format!("{prefix}EKS-EC2-{unit}"), "EKSPod-EC2", unit);
            for field in
                [Txt::Region, Txt::RegionCode, Txt::Location, Txt::LocationType, Txt::FocusRegionName]
            {
                line.set_id(field, parent.get(field));
            }
            line.set_id(Txt::SplitParent, parent.get(Txt::ResourceId));
            line.set_all(
                &mut builder.pool,
                &[
                    (
                        Txt::ResourceId,
                        &format!(
                            "arn:aws:eks:{cluster}:{owner}:pod/harbor-prod/{namespace}/{workload}/{uid}"
                        ),
                    ),
                    (Txt::ProductFamily, "Compute"),
                    (Txt::Description, &format!("{prefix}EKS-EC2-{unit} usage by pod {workload}")),
                    (Txt::TagEksCluster, "harbor-prod"),
                    (Txt::TagEksNamespace, namespace),
                    (Txt::TagEksWorkload, workload),
                    (Txt::TagEksWorkloadType, "Deployment"),
                ],
            );
            list.push(builder.push(line));
        }
    }
    list
}

/// What a series costs in an ordinary month, in money counts.
pub(crate) fn monthly(series: &Series, at: Hour) -> i64 {
    let (_, level) = series.duty(at);
    cost(mul_div(series.base, level, 1000), series.rate).saturating_mul(730)
}
