//! Reads the usage of a look-back, and prepares it: the hours of the decision, the prices that are really paid, and only
//! those accounts apart that own commitments.

use super::super::bill::{Bill, as_written, bills};
use super::super::deeds::DeedKind;
use super::super::hours::{Detail, HoursAsked};
use super::super::prices::{Plan, Priced, Terms};
use super::Ask;
use super::case::{Case, Seen};
use super::prepare::{collapsed, within};
use crate::read::{Published, newest_month};
use crate::{App, Result};
use analyses::commitments::{Class, Commitment, Covers, Rate, Reserved, share};
use chrono::{DateTime, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};
use model::{BillingPeriod, Decimal};

/// Part of a day's on-demand dollars whose hours may be unknown; beyond, nothing can be said of its hours.
const NOT_HOURLY: f64 = 0.05;
/// Prices that differ by less, in parts of one, are the same: quotients of rounded dollars.
const SAME: f64 = 1e-5;
/// After so long without rows of an hourly fee a plan is somebody else's, or was returned.
const SILENT: TimeDelta = TimeDelta::hours(48);

/// What was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) cases: Vec<Case>,
    pub(super) decision: DateTime<Utc>,
    /// Payers and currencies whose reports tell no hours.
    pub(super) daily: Vec<(String, String)>,
}

/// The cases of a question.
pub(super) async fn cases(app: &App, published: &Published, ask: &Ask) -> Result<Read> {
    let nothing = |decision| Read { cases: vec![], decision, daily: vec![] };
    let Some(newest) = newest_month(app, published) else { return Ok(nothing(app.now())) };
    let decision = ask.as_of.unwrap_or(newest.through).min(newest.through);
    let first = published.publications.iter().filter_map(|publication| publication.data_from).min();
    let first = first.and_then(DateTime::from_timestamp_millis).unwrap_or(decision);
    let days = TimeDelta::days(i64::try_from(ask.look_back).unwrap_or(400));
    let from = decision.checked_sub_signed(days).unwrap_or(first).max(first);
    if from >= decision || ask.look_back == 0 {
        return Ok(nothing(decision));
    }
    let day = TimeDelta::days(1);
    let floor = decision.duration_trunc(day).unwrap_or(decision);
    let asked = HoursAsked {
        from: from.date_naive(),
        to: if floor < decision { floor + day } else { floor }.date_naive(),
        detail: Detail { accounts: true, zones: false },
    };
    let open = published.view.periods.iter().filter(|one| one.open).map(|one| one.period).min();
    let (mut found, mut daily) = (vec![], vec![]);
    for bill in bills(app, published, asked).await? {
        if bill.usage.series.is_empty() && bill.commitments.is_empty() {
            continue;
        }
        // A report may have been by the day before.
        let hourly = if ask.by_day { from } else { bill.usage.hour(bill.hourly_from(NOT_HOURLY)) };
        if hourly >= decision {
            daily.push((bill.payer, bill.currency));
            continue;
        }
        found.push(case(bill, (from.max(hourly), decision), open, ask.by_account));
        if let Some(case) = found.last_mut().filter(|_| hourly > from) {
            let note = format!(
                "Until {} the report told usage by the day: the look-back begins there.",
                hourly.date_naive()
            );
            case.said.push(note);
        }
    }
    Ok(Read { cases: found, decision, daily })
}

/// One bill as a case: hours from the begin to the decision.
fn case(
    bill: Bill,
    (from, decision): (DateTime<Utc>, DateTime<Utc>),
    open: Option<BillingPeriod>,
    by_account: bool,
) -> Case {
    let mut said = vec![];
    if !bill.not_hourly.is_zero() {
        said.push(format!(
            "{} of on-demand cost is told by the day, and spread over its hours.",
            bill.not_hourly
        ));
    }
    for (id, why) in &bill.left_out {
        said.push(format!("{id} is not among what is owned: {why}."));
    }
    let skus = bill.usage.skus.len();
    let priced: Vec<Priced> = (0..skus).map(|sku| priced(&bill, sku)).collect();
    let reserved: Vec<Option<Reserved>> = (0..skus).map(|sku| bill.reserved(bill.bases[sku])).collect();
    let date = decision.checked_sub_signed(TimeDelta::hours(1)).map(|at| at.date_naive());
    let seen = seen(&bill, &reserved, date);
    let factor = factor(&bill);
    if factor.is_some() {
        said.push(
            "Money is after your discounts; commitments are in the plans' own dollars, before them."
                .to_owned(),
        );
    }
    let own = own_prices(&bill, factor);
    let mut commitments = owned(&bill, decision);
    let mut usage = if by_account { bill.usage } else { collapsed(bill.usage, &mut commitments) };
    for (sku, price) in own.into_iter().enumerate() {
        usage.skus[sku].on_demand = price;
    }
    let usage = within(usage, from, decision);
    let open_from = open.and_then(|open| {
        let begin = open.first_day().and_time(NaiveTime::MIN).and_utc();
        let hour = usize::try_from((begin - usage.first_hour).num_hours().max(0)).ok()?;
        (hour < usage.hours).then_some(hour)
    });
    Case {
        payer: bill.payer,
        currency: bill.currency,
        usage,
        priced,
        reserved,
        commitments,
        seen,
        date,
        open_from,
        factor,
        said,
    }
}

fn priced(bill: &Bill, sku: usize) -> Priced {
    let what = &bill.words[bill.bases[sku]];
    Priced {
        service: what.product_code.clone(),
        usage_type: what.usage_type.clone(),
        operation: what.operation.clone(),
        region: what.region.clone(),
    }
}

/// Rates of offers that the rows show: of plans, and of reservations what one of them costs an hour.
fn seen(bill: &Bill, reserved: &[Option<Reserved>], date: Option<NaiveDate>) -> Vec<Seen> {
    let mut found = vec![];
    for offer in &bill.offers {
        let plan = match offer.key.kind {
            DeedKind::ComputePlan => Plan::Compute,
            DeedKind::Ec2InstancePlan => Plan::Ec2Instance,
            DeedKind::DatabasePlan => Plan::Database,
            DeedKind::SageMakerPlan => Plan::SageMaker,
            DeedKind::Reserved | DeedKind::OtherPlan => continue,
        };
        let (Some(term), Some(payment)) = (offer.key.term, offer.key.payment) else { continue };
        let terms = Terms::Plan { plan, term, payment };
        for (sku, base) in bill.bases.iter().enumerate() {
            if let Some(rate) = offer.rates.get(base) {
                found.push(Seen { terms, sku, rate: *rate, date });
            }
        }
    }
    for (at, commitment) in bill.commitments.iter().enumerate() {
        let deed = &bill.deeds[bill.of_deed[at]];
        let Covers::Reserved(own) = &commitment.covers else { continue };
        let (Some(term), Some(payment)) = (deed.term, deed.payment) else { continue };
        let class = deed.class.unwrap_or(Class::Standard);
        let one = share(commitment.hourly, Decimal::from(1), Decimal::from(i64::from(own.count)));
        let Ok(rate) = Rate::try_new(one) else { continue };
        for (sku, of) in reserved.iter().enumerate() {
            let alike = of.as_ref().is_some_and(|of| {
                (&of.service, &of.region, &of.family, &of.size)
                    == (&own.service, &own.region, &own.family, &own.size)
                    && (&of.platform, &of.tenancy, &of.deployment)
                        == (&own.platform, &own.tenancy, &own.deployment)
            });
            if alike && own.zone.is_none() {
                found.push(Seen { terms: Terms::Reserved { class, term, payment }, sku, rate, date });
            }
        }
    }
    found
}

/// All that ran on demand: as billed, and after discounts.
fn paid(bill: &Bill) -> (Decimal, Decimal) {
    bill.paid.iter().fold((Decimal::ZERO, Decimal::ZERO), |sum, one| (sum.0 + one.billed, sum.1 + one.net))
}

/// What of a plan's dollar is paid after discounts, where there are any: of what plans took, else of what ran on demand.
fn factor(bill: &Bill) -> Option<(Decimal, Decimal)> {
    let (gross, net) = if bill.plan_paid.0 > Decimal::ZERO { bill.plan_paid } else { paid(bill) };
    let differs = (gross.to_f64() - net.to_f64()).abs() > SAME * gross.to_f64();
    (gross > Decimal::ZERO && net > Decimal::ZERO && differs).then_some((gross, net))
}

/// On-demand prices as they are really paid, in dollars of which plans' dollars are paid in full: rates of one's own and
/// discounts are in them.
fn own_prices(bill: &Bill, factor: Option<(Decimal, Decimal)>) -> Vec<Option<Rate>> {
    let all = paid(bill);
    let near = |one: Decimal, other: Decimal| (one.to_f64() - other.to_f64()).abs() <= SAME * other.to_f64();
    let price = |sku: usize| -> Option<Rate> {
        let (public, own) = (bill.usage.skus[sku].on_demand, bill.paid[sku]);
        let ran = own.usage > Decimal::ZERO && own.net > Decimal::ZERO;
        let real = if ran {
            share(own.net, Decimal::from(1), own.usage)
        } else {
            let public = public?.decimal();
            if factor.is_some() && all.0 > Decimal::ZERO { share(public, all.1, all.0) } else { public }
        };
        let real = factor.map_or(real, |(gross, net)| share(real, gross, net));
        Rate::try_new(as_written(
            public.map(Rate::decimal).filter(|public| near(real, *public)).unwrap_or(real),
        ))
        .ok()
    };
    (0..bill.usage.skus.len()).map(price).collect()
}

/// Commitments that are not known to have gone: returned, or with another payer since.
fn owned(bill: &Bill, decision: DateTime<Utc>) -> Vec<Commitment> {
    let last = decision.checked_sub_signed(TimeDelta::hours(1)).unwrap_or(decision);
    let month = BillingPeriod::of(last.date_naive());
    let there = |(at, _): &(usize, &Commitment)| {
        let deed = &bill.deeds[bill.of_deed[*at]];
        let newest = deed.months.keys().next_back().copied();
        let silent = deed.kind.is_plan() && deed.seen.1 + SILENT < decision;
        !deed.returned && !silent && (newest >= month || deed.months.is_empty())
    };
    bill.commitments.iter().enumerate().filter(there).map(|(_, one)| one.clone()).collect()
}
