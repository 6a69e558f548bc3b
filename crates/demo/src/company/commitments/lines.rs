//! The text of commitments' rows: what they cover, what offsets that, fees and purchases.

use super::plans::{Plan, What};
use super::{Commitment, price};
use crate::calendar::instant;
use crate::company::builder::{Builder, name_seed};
use crate::company::instances::{family, instance_type};
use crate::company::market::Market;
use crate::company::series::Series;
use crate::company::world::REGIONS;
use crate::fixed::AMOUNT;
use crate::text::{Lifecycle, LineType, Template, Txt};

/// The template of a series' rows that a commitment covers; `rate` is a plan's price.
pub(super) fn covered(
    builder: &mut Builder,
    series: &Series,
    plan: &Plan,
    owned: &Commitment,
    rate: i64,
) -> u32 {
    let mut line = builder.templates[series.template as usize].clone();
    if plan.what.is_plan() {
        line.kind = LineType::SavingsPlanCoveredUsage;
        line.lifecycle = Lifecycle::SavingsPlan;
        plan_fields(builder, &mut line, plan, owned);
        line.set(&mut builder.pool, Txt::SpRate, &price(rate));
    } else {
        line.kind = LineType::DiscountedUsage;
        line.lifecycle = Lifecycle::Reserved;
        line.rate = 0;
        reserved_fields(builder, &mut line, plan, owned);
        let text = fee_text(plan, owned, "reserved instance");
        line.set_all(
            &mut builder.pool,
            &[
                (Txt::UnblendedRate, "0"),
                (Txt::BlendedRate, "0"),
                (Txt::NetUnblendedRate, "0"),
                (Txt::Description, &text),
            ],
        );
    }
    line.set(&mut builder.pool, Txt::LineItemType, line.kind.name());
    builder.push(line)
}

/// Templates of a plan's negations by account, usage type and operation, with their places in the market.
pub(super) type Negations = Vec<((u16, u32, u32), u32)>;

/// Which negation offsets a covered template: one per account, usage type and operation.
pub(super) fn offset(
    builder: &mut Builder,
    series: &Series,
    plan: &Plan,
    owned: &Commitment,
    covered: u32,
    known: &mut Negations,
    market: &mut Market,
) -> u32 {
    if !plan.what.is_plan() {
        return 0;
    }
    let line = builder.templates[covered as usize].clone();
    let key = (series.account, line.get(Txt::UsageType), line.get(Txt::Operation));
    if let Some((_, place)) = known.iter().find(|(seen, _)| *seen == key) {
        return *place;
    }
    let place = u32::try_from(market.negations.len()).unwrap_or(0);
    market.negations.push(negation(builder, &line, usize::from(series.account), plan, owned));
    known.push((key, place));
    place
}

/// Fields that every row of a reservation carries.
fn reserved_fields(builder: &mut Builder, line: &mut Template, plan: &Plan, owned: &Commitment) {
    let units = owned.factor / AMOUNT;
    let subscription = subscription(owned).to_string();
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
            (Txt::RiNormalizedUnits, &units.to_string()),
            (Txt::RiTotalNormalizedUnits, &(units * owned.units).to_string()),
        ],
    );
}

fn subscription(owned: &Commitment) -> u64 {
    name_seed(&owned.arn) % 9_000_000_000 + 1_000_000_000
}

fn fee_text(plan: &Plan, owned: &Commitment, what: &str) -> String {
    let What::Reserved { code, kind, .. } = plan.what else { return String::new() };
    let system = if code == "AmazonEC2" { "Linux/UNIX, " } else { "" };
    format!("USD {} hourly fee per {system}{kind} {what}", price(owned.recurring_rate))
}

/// Makes the templates of a commitment's fee and of its purchase, once its size is known.
pub(super) fn fees(builder: &mut Builder, plan: &Plan, owned: &mut Commitment) {
    let (fee, purchase) = if plan.what.is_plan() {
        (LineType::SavingsPlanRecurringFee, LineType::SavingsPlanUpfrontFee)
    } else {
        (LineType::RiFee, LineType::Fee)
    };
    owned.fee = fee_line(builder, plan, owned, fee, false);
    if owned.upfront_value > 0 {
        owned.purchase = fee_line(builder, plan, owned, purchase, true);
    }
}

fn fee_line(builder: &mut Builder, plan: &Plan, owned: &Commitment, kind: LineType, purchase: bool) -> u32 {
    let mut line = match plan.what {
        What::Reserved { .. } => reserved_fee(builder, plan, owned, kind, purchase),
        _ => plan_fee(builder, plan, owned, kind),
    };
    let bill = if purchase { "Purchase" } else { "Anniversary" };
    line.set_all(&mut builder.pool, &[(Txt::BillType, bill), (Txt::ResourceId, &owned.arn)]);
    builder.push(line)
}

fn reserved_fee(
    builder: &mut Builder,
    plan: &Plan,
    owned: &Commitment,
    line_type: LineType,
    purchase: bool,
) -> Template {
    let What::Reserved { code, kind, operation, region } = plan.what else {
        return Template::new(line_type, Lifecycle::Reserved);
    };
    let region = &REGIONS[region];
    let mut line = builder.line(line_type, Lifecycle::Reserved, usize::from(owned.account), code);
    line.norm = owned.factor;
    line.rate = owned.recurring_rate;
    let usage = format!("{}HeavyUsage:{kind}", region.old_prefix);
    builder.usage(&mut line, Some(region), &usage, operation, "Hrs");
    reserved_fields(builder, &mut line, plan, owned);
    let description = if purchase {
        format!("Sign up charge for subscription: {}", subscription(owned))
    } else {
        fee_text(plan, owned, "instance")
    };
    let (product, attribute, value) = match (code, operation) {
        ("AmazonRDS", "CreateDBInstance:0002") => ("Database Instance", Txt::DatabaseEngine, "MySQL"),
        ("AmazonRDS", _) => ("Database Instance", Txt::DatabaseEngine, "PostgreSQL"),
        ("AmazonElastiCache", _) => ("Cache Instance", Txt::CacheEngine, "Redis"),
        _ => ("Compute Instance", Txt::OperatingSystem, "Linux"),
    };
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::InstanceType, kind),
            (Txt::InstanceFamily, instance_type(kind).family),
            (Txt::InstanceTypeFamily, family(kind)),
            (Txt::NormalizationSizeFactor, &(owned.factor / AMOUNT).to_string()),
            (Txt::ProductFamily, product),
            (attribute, value),
            (Txt::PublicOnDemandRate, ""),
            (Txt::Description, &description),
        ],
    );
    match code {
        "AmazonEC2" => line.set(&mut builder.pool, Txt::Tenancy, "Shared"),
        "AmazonRDS" => line.set(&mut builder.pool, Txt::DeploymentOption, "Single-AZ"),
        _ => {}
    }
    line
}

/// Fields that every row of a savings plan carries.
fn plan_fields(builder: &mut Builder, line: &mut Template, plan: &Plan, owned: &Commitment) {
    let (family, region) = match plan.what {
        What::Family { family, region } => (family, REGIONS[region].id),
        _ => ("", ""),
    };
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::SpArn, &owned.arn),
            (Txt::SpStartTime, &instant(owned.start)),
            (Txt::SpEndTime, &instant(owned.end)),
            (Txt::SpOfferingType, plan.what.name()),
            (Txt::SpPaymentOption, plan.payment.name()),
            (Txt::SpPurchaseTerm, &format!("{}yr", plan.years)),
            (Txt::SpRegion, region),
            (Txt::SpFamily, family),
        ],
    );
}

fn plan_fee(builder: &mut Builder, plan: &Plan, owned: &Commitment, kind: LineType) -> Template {
    let short = plan.payment.name().replace(' ', "");
    let (code, prefix) = match plan.what {
        What::Family { family, .. } => ("ComputeSavingsPlans", format!("EC2SP:{family}.")),
        What::Database => ("DatabaseSavingsPlans", "DatabaseSP:".to_owned()),
        _ => ("ComputeSavingsPlans", "ComputeSP:".to_owned()),
    };
    let mut line = builder.line(kind, Lifecycle::SavingsPlan, 0, code);
    plan_fields(builder, &mut line, plan, owned);
    let description = format!("{}yr {} {}", plan.years, plan.payment.name(), plan.what.name());
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::UsageType, &format!("{prefix}{}yr{short}", plan.years)),
            (Txt::ProductFamily, plan.what.name()),
            (Txt::Description, &description),
        ],
    );
    line
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
