//! Reservations and savings plans: what was bought, and the text of their rows.

mod plans;

use super::builder::{Builder, name_seed};
use super::series::{Series, Step};
use super::world::REGIONS;
use crate::calendar::{Hour, instant};
use crate::fixed::{AMOUNT, MONEY_SCALE, mul_div, text};
use crate::mix::Rng;
use crate::text::{Lifecycle, LineType, Template, Txt};
use plans::{Bought, PLANS, Plan};
pub(crate) use plans::{Payment, SERVERLESS};

/// One commitment.
#[derive(Debug, Clone)]
pub(crate) struct Commitment {
    /// Whether it is a savings plan.
    pub(crate) plan: bool,
    pub(crate) arn: String,
    pub(crate) kind: String,
    pub(crate) payment: Payment,
    pub(crate) start: Hour,
    pub(crate) end: Hour,
    /// Reserved instances; 1 for a plan.
    pub(crate) units: i64,
    /// Cost per unit and hour: amortised up-front fee, recurring fee.
    pub(crate) upfront_rate: i64,
    pub(crate) recurring_rate: i64,
    /// The up-front fee, all units.
    pub(crate) upfront_value: i64,
    /// Template of the monthly (reservation) or hourly (plan) fee, and of the purchase; 0 for none.
    pub(crate) fee: u32,
    pub(crate) purchase: u32,
    pub(crate) candidates: Vec<u32>,
    /// Per candidate: which of `negations` offsets it.
    pub(crate) negation_of: Vec<u32>,
    pub(crate) negations: Vec<u32>,
    pub(crate) step: Step,
    pub(crate) account: u16,
    /// Slot of its enterprise discount.
    pub(crate) slot: u32,
}

impl Commitment {
    /// Hours of `[from, to)` in which it runs.
    pub(crate) fn hours(&self, from: Hour, to: Hour) -> i64 {
        i64::from((to.min(self.end) - from.max(self.start)).max(0))
    }
}

/// Family of an instance type, without the service's prefix and suffix.
pub(crate) fn family(name: &str) -> &str {
    let name = name.strip_prefix("db.").or_else(|| name.strip_prefix("cache.")).unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}

/// Savings plan price of a series.
pub(crate) fn plan_rate(pool: u16, rate: i64) -> i64 {
    PLANS.get(usize::from(pool)).filter(|plan| plan.plan).map_or(0, |plan| mul_div(rate, plan.price, 1000))
}

fn round8(value: i64) -> i64 {
    value / 100 * 100
}

/// Buys every commitment whose fleet exists.
pub(crate) fn buy(builder: &mut Builder, series: &mut [Series], from: Hour, until: Hour) -> Vec<Commitment> {
    let mut owned = Vec::new();
    for (index, plan) in PLANS.iter().enumerate() {
        let pool = u16::try_from(index).unwrap_or(0);
        let candidates: Vec<u32> = (0u32..)
            .zip(series.iter())
            .filter(|(_, series)| series.pool == Some(pool))
            .map(|(number, _)| number)
            .collect();
        let Some(first) = candidates.first() else {
            continue;
        };
        let first = series[*first as usize].clone();
        let commitment = one(builder, series, plan, pool, &first, candidates, (from, until));
        // The number in `owned` replaces the number in the list of plans.
        let number = u16::try_from(owned.len()).unwrap_or(0);
        for candidate in &commitment.candidates {
            series[*candidate as usize].pool = Some(number);
        }
        owned.push(commitment);
    }
    owned
}

fn one(
    builder: &mut Builder,
    series: &mut [Series],
    plan: &Plan,
    pool: u16,
    first: &Series,
    candidates: Vec<u32>,
    (from, until): (Hour, Hour),
) -> Commitment {
    let span = i64::from(until - from);
    let at = |share: i64| from + i32::try_from(span * share / 1000).unwrap_or(0);
    let term = plan.years * 365 * 24;
    let start = match plan.bought {
        Bought::Before => from - 1500 - i32::from(pool) * 97,
        Bought::EndsAt(share) => at(share) - term,
        Bought::At(share) => at(share),
    };
    // A short report must not run past a term that began before it.
    let start = if start + term < from { from - 500 } else { start };
    // Mean need over an ordinary week.
    let week = from + i32::try_from(span / 2).unwrap_or(0);
    let need: i64 = candidates
        .iter()
        .map(|number| {
            let series = &series[*number as usize];
            let mean = mul_div(series.base, series.duty(week).1, 1000);
            if plan.plan { mul_div(mean, series.plan_rate, AMOUNT) } else { mean }
        })
        .sum();
    let sized = mul_div(need, plan.size, 1000);
    let (units, rate) = if plan.plan {
        // Commitments are bought in hundredths of a cent an hour; even, so that halves stay exact.
        (1, (sized / 2_000_000).max(1) * 2_000_000)
    } else {
        // Reservations are bought for running instances, whatever their hours.
        let count = i64::try_from(candidates.len()).unwrap_or(1);
        ((count * plan.size / 1000).max(1), round8(mul_div(first.list_rate, plan.price, 1000)))
    };
    let upfront_rate = round8(plan.payment.upfront(rate));
    let recurring_rate = rate - upfront_rate;
    let mut rng = Rng::new(name_seed("commitment") ^ u64::from(pool));
    let owner = builder.accounts[usize::from(first.account)].id.clone();
    let region = builder.pool.get(builder.templates[first.template as usize].get(Txt::RegionCode)).to_owned();
    let arn = match plan.offering {
        "RDS" => format!("arn:aws:rds:{region}:{owner}:ri:{}", rng.uuid()),
        "ElastiCache" => format!("arn:aws:elasticache:{region}:{owner}:reserved-instance:{}", rng.uuid()),
        "EC2" => format!("arn:aws:ec2:{region}:{owner}:reserved-instances/{}", rng.uuid()),
        _ => format!("arn:aws:savingsplans::{}:savingsplan/{}", builder.accounts[0].id, rng.uuid()),
    };
    let mut commitment = Commitment {
        plan: plan.plan,
        arn,
        kind: if plan.plan {
            plan.offering.to_owned()
        } else {
            format!("{} reserved instance", plan.offering)
        },
        payment: plan.payment,
        start,
        end: start + term,
        units,
        upfront_rate,
        recurring_rate,
        upfront_value: upfront_rate * i64::from(term) * units,
        fee: 0,
        purchase: 0,
        candidates,
        negation_of: Vec::new(),
        negations: Vec::new(),
        step: Step::Hour,
        account: if plan.plan { 0 } else { first.account },
        slot: 0,
    };
    if plan.plan {
        plan_templates(builder, series, plan, &mut commitment);
    } else {
        reserved_templates(builder, series, plan, &mut commitment, first.template);
    }
    commitment
}

/// Fields that every row of a reservation carries.
fn reserved_fields(builder: &mut Builder, line: &mut Template, plan: &Plan, owned: &Commitment) {
    let units = line.norm / AMOUNT;
    let subscription = (name_seed(&owned.arn) % 9_000_000_000 + 1_000_000_000).to_string();
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::RiArn, &owned.arn),
            (Txt::RiStartTime, &instant(owned.start)),
            (Txt::RiEndTime, &instant(owned.end)),
            (Txt::RiModificationStatus, "Original"),
            (Txt::RiNumber, &owned.units.to_string()),
            (Txt::RiUnits, "1"),
            (Txt::RiTotalUnits, &owned.units.to_string()),
            (Txt::RiSubscriptionId, &subscription),
            (Txt::PricingTerm, "Reserved"),
            (Txt::PurchaseOption, plan.payment.name()),
            (Txt::LeaseContractLength, &format!("{}yr", plan.years)),
            (Txt::OfferingClass, plan.class),
        ],
    );
    if units > 0 {
        line.set(&mut builder.pool, Txt::RiNormalizedUnits, &units.to_string());
        line.set(&mut builder.pool, Txt::RiTotalNormalizedUnits, &(units * owned.units).to_string());
    }
}

fn reserved_templates(
    builder: &mut Builder,
    series: &mut [Series],
    plan: &Plan,
    owned: &mut Commitment,
    first: u32,
) {
    for number in &owned.candidates {
        let mut line = builder.templates[series[*number as usize].template as usize].clone();
        line.kind = LineType::DiscountedUsage;
        line.lifecycle = Lifecycle::Reserved;
        line.rate = 0;
        reserved_fields(builder, &mut line, plan, owned);
        let kind = builder.pool.get(line.get(Txt::InstanceType)).to_owned();
        let text = format!(
            "USD {} hourly fee per Linux/UNIX, {kind} reserved instance",
            price(owned.recurring_rate)
        );
        line.set_all(
            &mut builder.pool,
            &[
                (Txt::LineItemType, LineType::DiscountedUsage.name()),
                (Txt::UnblendedRate, "0"),
                (Txt::BlendedRate, "0"),
                (Txt::NetUnblendedRate, "0"),
                (Txt::Description, &text),
            ],
        );
        series[*number as usize].covered = builder.push(line);
    }
    let source = builder.templates[first as usize].clone();
    let account = usize::from(owned.account);
    let code = builder.pool.get(source.get(Txt::ProductCode)).to_owned();
    let kind = builder.pool.get(source.get(Txt::InstanceType)).to_owned();
    let operation = builder.pool.get(source.get(Txt::Operation)).to_owned();
    let family = builder.pool.get(source.get(Txt::ProductFamily)).to_owned();
    let region_id = builder.pool.get(source.get(Txt::RegionCode)).to_owned();
    let region = REGIONS.iter().find(|region| region.id == region_id);
    let prefix = region.map_or("", |region| region.old_prefix);
    for (line_type, bill) in [(LineType::RiFee, "Anniversary"), (LineType::Fee, "Purchase")] {
        if line_type == LineType::Fee && owned.upfront_value == 0 {
            continue;
        }
        let mut line = builder.line(line_type, Lifecycle::Reserved, account, &code);
        line.norm = source.norm;
        line.rate = owned.recurring_rate;
        builder.usage(&mut line, region, &format!("{prefix}HeavyUsage:{kind}"), &operation, "Hrs");
        reserved_fields(builder, &mut line, plan, owned);
        let description = if line_type == LineType::Fee {
            format!("Sign up charge for subscription: {}", name_seed(&owned.arn) % 9_000_000_000)
        } else {
            format!("USD {} hourly fee per Linux/UNIX, {kind} instance", price(owned.recurring_rate))
        };
        line.set_all(
            &mut builder.pool,
            &[
                (Txt::BillType, bill),
                (Txt::ResourceId, &owned.arn),
                (Txt::InstanceType, &kind),
                (Txt::ProductFamily, &family),
                (Txt::PublicOnDemandRate, ""),
                (Txt::Description, &description),
            ],
        );
        let number = builder.push(line);
        if line_type == LineType::Fee { owned.purchase = number } else { owned.fee = number }
    }
}

/// Fields that every row of a savings plan carries.
fn plan_fields(builder: &mut Builder, line: &mut Template, plan: &Plan, owned: &Commitment) {
    let instance_plan = plan.offering == "EC2InstanceSavingsPlans";
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::SpArn, &owned.arn),
            (Txt::SpStartTime, &instant(owned.start)),
            (Txt::SpEndTime, &instant(owned.end)),
            (Txt::SpOfferingType, plan.offering),
            (Txt::SpPaymentOption, plan.payment.name()),
            (Txt::SpPurchaseTerm, &format!("{}yr", plan.years)),
            (Txt::SpRegion, if instance_plan { "us-east-1" } else { "" }),
            (Txt::SpFamily, if instance_plan { "m6i" } else { "" }),
        ],
    );
}

fn plan_templates(builder: &mut Builder, series: &mut [Series], plan: &Plan, owned: &mut Commitment) {
    let mut seen: Vec<(u16, u32, u32)> = Vec::new();
    for number in &owned.candidates.clone() {
        let one = &mut series[*number as usize];
        let mut line = builder.templates[one.template as usize].clone();
        line.kind = LineType::SavingsPlanCoveredUsage;
        line.lifecycle = Lifecycle::SavingsPlan;
        plan_fields(builder, &mut line, plan, owned);
        line.set(&mut builder.pool, Txt::LineItemType, line.kind.name());
        line.set(&mut builder.pool, Txt::SpRate, &price(one.plan_rate));
        let key = (one.account, line.get(Txt::UsageType), line.get(Txt::Operation));
        let place = seen.iter().position(|known| *known == key).unwrap_or_else(|| {
            seen.push(key);
            let negation = negation(builder, &line, usize::from(one.account), plan, owned);
            owned.negations.push(negation);
            seen.len() - 1
        });
        owned.negation_of.push(u32::try_from(place).unwrap_or(0));
        one.covered = builder.push(line);
    }
    let short = plan.payment.name().replace(' ', "");
    let prefix = if plan.offering == "EC2InstanceSavingsPlans" { "EC2SP:m6i." } else { "ComputeSP:" };
    for kind in [LineType::SavingsPlanRecurringFee, LineType::SavingsPlanUpfrontFee] {
        if kind == LineType::SavingsPlanUpfrontFee && owned.upfront_value == 0 {
            continue;
        }
        let mut line = builder.line(kind, Lifecycle::SavingsPlan, 0, "ComputeSavingsPlans");
        plan_fields(builder, &mut line, plan, owned);
        let description = format!("{}yr {} {}", plan.years, plan.payment.name(), plan.offering);
        line.set_all(
            &mut builder.pool,
            &[
                (Txt::UsageType, &format!("{prefix}{}yr{short}", plan.years)),
                (Txt::ProductFamily, plan.offering),
                (Txt::ResourceId, &owned.arn),
                (Txt::Description, &description),
                (
                    Txt::BillType,
                    if kind == LineType::SavingsPlanUpfrontFee { "Purchase" } else { "Anniversary" },
                ),
            ],
        );
        let number = builder.push(line);
        if kind == LineType::SavingsPlanUpfrontFee { owned.purchase = number } else { owned.fee = number }
    }
}

/// The row that takes covered usage's on-demand price off again: per account and usage type, without a resource.
fn negation(
    builder: &mut Builder,
    covered: &Template,
    account: usize,
    plan: &Plan,
    owned: &Commitment,
) -> u32 {
    let code = builder.pool.get(covered.get(Txt::ProductCode)).to_owned();
    let mut line = builder.line(LineType::SavingsPlanNegation, Lifecycle::SavingsPlan, account, &code);
    for field in [
        Txt::UsageType,
        Txt::Operation,
        Txt::ProductFamily,
        Txt::InstanceType,
        Txt::OperatingSystem,
        Txt::Region,
        Txt::RegionCode,
        Txt::Location,
        Txt::LocationType,
        Txt::PricingUnit,
        Txt::PricingTerm,
        Txt::UnblendedRate,
        Txt::NetUnblendedRate,
        Txt::Sku,
    ] {
        line.set_id(field, covered.get(field));
    }
    plan_fields(builder, &mut line, plan, owned);
    line.set(&mut builder.pool, Txt::Description, "SavingsPlanNegation used by AccountId");
    builder.push(line)
}

fn price(rate: i64) -> String {
    text(i128::from(rate), MONEY_SCALE)
}
