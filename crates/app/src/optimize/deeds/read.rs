//! Reads what the line items tell of commitments: a statement over their fees, one over what they covered.

use super::rows::{Row, Rows, attributes, covered, fees};
use super::said::{Attributes, class, moment, payment, term};
use super::{Deed, DeedKind, DeedMonth, add};
use crate::optimize::hours::{Part, months};
use crate::read::Published;
use crate::{App, Result};
use analyses::commitments::{Class, Measured, Rate, Reserved, Said, facts, ratio, share};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures::TryStreamExt;
use model::{BillingPeriod, ChargeType, Decimal};
use query::View;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All commitments of some months (either end open), by payer, currency and name.
///
/// # Errors
/// `NotReady` while a month has only its roll-up; bills that cannot be read.
pub async fn deeds(
    app: &App,
    published: &Published,
    from: Option<BillingPeriod>,
    to: Option<BillingPeriod>,
) -> Result<Vec<Deed>> {
    let mut view = months(&published.view, from, to)?;
    view.periods.retain(|one| to.is_none_or(|to| one.period <= to));
    let mut found = Found { states: states(published), deeds: BTreeMap::new(), of_fees: HashMap::new() };
    // Fees first: what covered rows say of a commitment only fills what they leave open.
    for statement in [fees(), covered()] {
        each(app, &view, &statement, |row| found.add(row)).await?;
    }
    let untold = found.untold();
    if !untold.is_empty() {
        let untold: Vec<&str> = untold.iter().map(String::as_str).take(MOST_UNTOLD).collect();
        let statement = attributes(&untold);
        each(app, &view, &statement, |row| found.describe(row)).await?;
    }
    Ok(found.all())
}

/// Commitments without a row of their fees of which attributes are looked for in what they covered.
const MOST_UNTOLD: usize = 2_000;

/// Calls back for each row of a statement.
async fn each(app: &App, view: &View, statement: &str, mut call: impl FnMut(&Row<'_>) + Send) -> Result<()> {
    let mut batches = app.engine().sql(view, statement).await?;
    while let Some(batch) = batches.try_next().await? {
        Rows::of(&batch)?.all().for_each(|row| call(&row));
    }
    Ok(())
}

/// What is known of a published month of a connection.
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not hang together")]
#[derive(Clone, Copy)]
struct State {
    /// Whether it may still change.
    open: bool,
    /// Whether what was not used stands in rows of its own, beside what was: FOCUS.
    apart: bool,
    /// Whether the report has all columns of reservations.
    reservations: bool,
    /// Whether it has all columns of plans.
    plans: bool,
}

/// Where nothing is known of it.
const PLAIN: State = State { open: false, apart: false, reservations: true, plans: true };

/// By connection and month.
type States = HashMap<(String, String), State>;

fn states(published: &Published) -> States {
    let is_cur = |features: &Value| features.get("format").and_then(Value::as_str) == Some("CUR");
    let has = |features: &Value, family: &str| {
        !is_cur(features) || features.get(family).and_then(Value::as_bool) != Some(false)
    };
    let of = |one: &meta::Publication| {
        let connection = one.connection_id.to_string();
        let state = State {
            open: published.is_open(&connection, one.period),
            apart: !is_cur(&one.features),
            reservations: has(&one.features, "reservations"),
            plans: has(&one.features, "savings_plans"),
        };
        ((connection, one.period.to_string()), state)
    };
    published.publications.iter().map(of).collect()
}

/// Payer, currency, commitment.
type Key = (String, String, String);

/// What was found so far.
struct Found {
    states: States,
    deeds: BTreeMap<Key, Deed>,
    of_fees: HashMap<Key, OfFees>,
}

/// What fee rows of a commitment tell by their order.
#[derive(Default)]
struct OfFees {
    /// Begin of the newest, and whether it is a recurring one: it says what stands.
    newest: Option<(DateTime<Utc>, bool)>,
    /// Begin of the newest by account.
    owners: BTreeMap<String, DateTime<Utc>>,
    /// Whether one told how many are reserved.
    counted: bool,
}

impl Found {
    fn add(&mut self, row: &Row<'_>) {
        let [connection, period, currency, payer, id, charge_type, _, account, ..] = row.texts;
        let Ok(month) = period.parse::<BillingPeriod>() else { return };
        let key = (payer.to_owned(), currency.to_owned(), id.to_owned());
        let deed = self.deeds.entry(key.clone()).or_insert_with(|| blank(&key, row));
        deed.seen = (deed.seen.0.min(row.first), deed.seen.1.max(row.last));
        let part = Part::of(charge_type);
        let is_covered = matches!(part, Some(Part::Reserved | Part::SavingsPlan));
        let fees = self.of_fees.entry(key).or_default();
        if charge_type == ChargeType::Refund.name() {
            deed.returned |= is_refunded(row);
        } else {
            let own = (row.last, part == Some(Part::Unused));
            let newest = !is_covered && fees.newest.is_none_or(|known| own >= known);
            fees.counted |= deed.describe(row, newest);
            if newest {
                fees.newest = Some(own);
            }
            if !is_covered && !account.is_empty() {
                let last = fees.owners.entry(account.to_owned()).or_insert(row.last);
                *last = row.last.max(*last);
            }
        }
        let own = self.states.get(&(connection.to_owned(), period.to_owned()));
        let state = own.copied().unwrap_or(PLAIN);
        let units = units(row, deed.reserved.as_ref());
        let known = if deed.kind.is_plan() { state.plans } else { state.reservations };
        let entry =
            deed.months.entry(month).or_insert_with(|| DeedMonth { known: true, ..DeedMonth::default() });
        entry.known &= known;
        entry.open |= state.open;
        entry.apart |= state.apart;
        if part.is_none() {
            entry.billed += row.amounts[3].unwrap_or_default();
        } else {
            entry.take(row, is_covered, state.apart, units);
        }
    }

    /// Commitments of which no fee told when they end.
    fn untold(&self) -> BTreeSet<String> {
        let untold = |(key, deed): &(&Key, &Deed)| {
            deed.end.is_none() && self.of_fees.get(*key).is_none_or(|fees| fees.newest.is_none())
        };
        self.deeds.iter().filter(untold).map(|((.., id), _)| id.clone()).collect()
    }

    /// Takes what a row of usage tells of its commitment, without its amounts.
    fn describe(&mut self, row: &Row<'_>) {
        let [_, _, currency, payer, id, ..] = row.texts;
        let key = (payer.to_owned(), currency.to_owned(), id.to_owned());
        let Some(deed) = self.deeds.get_mut(&key) else { return };
        let counted = deed.describe(row, false);
        if let Some(fees) = self.of_fees.get_mut(&key) {
            fees.counted |= counted;
        }
    }

    /// What was found, with what follows from all rows together.
    fn all(mut self) -> Vec<Deed> {
        for (key, deed) in &mut self.deeds {
            let Some(fees) = self.of_fees.remove(key) else { continue };
            let mut owners: Vec<(DateTime<Utc>, String)> =
                fees.owners.into_iter().map(|(account, last)| (last, account)).collect();
            owners.sort();
            deed.owners = owners.into_iter().map(|(_, account)| account).collect();
            if !fees.counted {
                deed.count();
            }
        }
        self.deeds.into_values().collect()
    }
}

fn blank((payer, currency, id): &Key, row: &Row<'_>) -> Deed {
    Deed {
        id: id.clone(),
        payer: payer.clone(),
        currency: currency.clone(),
        kind: DeedKind::OtherPlan,
        owners: vec![],
        term: None,
        class: None,
        payment: None,
        begin: None,
        end: None,
        service: None,
        region: None,
        instances: None,
        reserved: None,
        returned: false,
        seen: (row.first, row.last),
        months: BTreeMap::new(),
    }
}

/// Normalised instance-hours of a row, where it tells them; else its hours by the factor of its instances.
fn units(row: &Row<'_>, reserved: Option<&Reserved>) -> Decimal {
    let quantity = row.amounts[4].unwrap_or_default();
    // Where no other size fits, an hour is an hour.
    if reserved.is_some_and(|reserved| reserved.flexible.is_none()) {
        return quantity;
    }
    if let Some(normalized) = row.amounts[5].filter(|amount| !amount.is_zero()) {
        return normalized;
    }
    let of_sku = facts().sku(&row.said()).and_then(|sku| sku.factor).map(Rate::decimal);
    let told = row.amounts[8].filter(|factor| *factor > Decimal::ZERO);
    let own = || reserved.and_then(|reserved| reserved.flexible).map(Rate::decimal);
    match of_sku.or(told).or_else(own) {
        Some(factor) => share(quantity, factor, Decimal::from(1)),
        None => quantity,
    }
}

impl DeedMonth {
    /// Adds a row of use, or of what was not used. A fee of AWS's own report pays for all hours; where what was not used
    /// stands apart, all is both.
    fn take(&mut self, row: &Row<'_>, covered: bool, apart: bool, units: Decimal) {
        let [effective, list, net, billed, quantity, ..] = row.amounts.map(Option::unwrap_or_default);
        if covered {
            let measured = Measured { used: effective, unused: Decimal::ZERO, equivalent: list };
            add(&mut self.measured, &measured);
            add(self.services.entry(row.texts[6].to_owned()).or_default(), &measured);
            self.net.0 += net;
            self.units.0 += units;
            self.covered_rows += row.rows;
            self.accounts.insert(row.texts[7].to_owned());
        } else {
            self.measured.unused += effective;
            self.net.1 += net;
            self.billed += billed;
            self.commitment = super::sum(self.commitment, row.amounts[6]);
            let by_hour = |total| share(total, Decimal::from(1), Decimal::from(row.span));
            self.most_hourly = self.most_hourly.max(row.amounts[7].map(by_hour));
            self.fee_rows += row.rows;
        }
        let fee_of_purchase =
            apart && [ChargeType::RiFee, ChargeType::SpFee].map(ChargeType::name).contains(&row.texts[5]);
        self.by_cost |= fee_of_purchase && !effective.is_zero();
        if (apart && !fee_of_purchase) || (!apart && !covered) {
            self.units.1 += units;
            self.fee_hours += quantity;
        }
    }
}

/// Whether a refund is of an up-front fee: what else is paid back (a wrong rate) is no return.
fn is_refunded(row: &Row<'_>) -> bool {
    let text = row.texts[16].to_ascii_lowercase();
    let words = ["one-time fee", "upfront", "up-front", "returned", "sign up charge"];
    words.iter().any(|word| text.contains(word))
        || (text.is_empty() && row.amounts[0].is_none_or(Decimal::is_zero))
}

impl Deed {
    /// How many are reserved, where no row tells: the hours that fees pay for, by the hours of the month in which it is owned.
    fn count(&mut self) {
        let of = |(month, sums): (&BillingPeriod, &DeedMonth)| {
            let (from, to) = (midnight(month.first_day()), midnight(month.end_day()));
            let begin = self.begin.map_or(from, |begin| begin.max(from));
            let hours = (self.end.map_or(to, |end| end.min(to)) - begin).num_hours();
            let whole = ratio(sums.fee_hours, Decimal::from(hours))?.to_f64().round();
            (hours > 0 && (1.0..1e6).contains(&whole)).then_some(whole)
        };
        let most = self.months.iter().filter_map(of).fold(1.0, f64::max);
        if let Some(reserved) = &mut self.reserved {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between one and a million"
            )]
            let most = most as u32;
            reserved.count = most;
        }
    }

    /// Takes what a row tells; the newest fee goes before what is known, other rows fill what is not.
    /// Tells whether it said how many are reserved.
    fn describe(&mut self, row: &Row<'_>, newest: bool) -> bool {
        let attributes = Attributes::read(row.texts[17]);
        let [offering, kind, option, usage_type] =
            [row.texts[14], row.texts[15], row.texts[13], row.texts[8]];
        let of_plans = [ChargeType::SavingsPlanUsage, ChargeType::SpFee, ChargeType::SpUnused];
        let plan = of_plans.map(ChargeType::name).contains(&row.texts[5])
            || kind.to_ascii_lowercase().contains("saving");
        let found = kind_of(plan, [offering, kind, row.texts[6], usage_type]);
        if self.kind == DeedKind::OtherPlan {
            self.kind = found;
        }
        let fill = |known: &mut Option<DateTime<Utc>>, names: &[&str]| {
            let told = attributes.get(names).and_then(moment);
            if known.is_none() || (newest && told.is_some()) {
                *known = told.or(*known);
            }
        };
        fill(&mut self.begin, &["reservation_start_time", "savings_plan_start_time"]);
        fill(&mut self.end, &["reservation_end_time", "savings_plan_end_time"]);
        let words = ["pricing_lease_contract_length", "savings_plan_purchase_term", "lease_contract_length"];
        self.term = self.term.or_else(|| attributes.get(&words).and_then(term)).or_else(|| term(usage_type));
        self.payment = self.payment.or_else(|| payment(option)).or_else(|| payment(usage_type));
        let told = attributes.get(&["pricing_offering_class", "offering_class"]).and_then(class);
        self.class = self.class.or(if plan { Some(Class::Plan) } else { told });
        let own = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let is_fee = !matches!(Part::of(row.texts[5]), Some(Part::Reserved | Part::SavingsPlan));
        if plan {
            if self.kind == DeedKind::Ec2InstancePlan {
                let sku = facts().sku(&row.said()).filter(|_| !is_fee);
                let named = usage_type.split_once("EC2SP:").and_then(|(_, rest)| rest.split('.').next());
                let family = attributes.get(&["savings_plan_instance_type_family"]).or(named).and_then(own);
                self.instances = self.instances.take().or(family).or_else(|| own(&sku?.family));
                let region = attributes.get(&["savings_plan_region"]).and_then(own);
                let of_row = || own(row.texts[10]).filter(|region| region != "Global");
                self.region = self.region.take().or(region).or_else(of_row);
            }
            return false;
        }
        if self.reserved.is_some() && !newest {
            return false;
        }
        self.service = own(row.texts[6]).or(self.service.take());
        self.region = own(row.texts[10]).or(self.region.take());
        self.instances = own(row.texts[11]).filter(|it| it != "Other resources").or(self.instances.take());
        let count =
            attributes.get(&["reservation_number_of_reservations"]).and_then(|text| text.trim().parse().ok());
        let said = Said {
            // Of usage it is where it ran.
            zone: attributes.get(&["reservation_availability_zone"]).filter(|_| is_fee),
            tenancy: attributes.get(&["product_tenancy", "tenancy"]).unwrap_or_default(),
            deployment: attributes
                .get(&["product_deployment_option", "deployment_option"])
                .unwrap_or_default(),
            engine: attributes.get(&["product_cache_engine", "cache_engine"]).unwrap_or_default(),
            ..row.said()
        };
        self.reserved = facts().reserved(&said, count.unwrap_or(1)).or(self.reserved.take());
        count.is_some()
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// By offering type, commitment type, product and usage type: a compute plan's product is that of EC2 Instance plans too.
fn kind_of(plan: bool, said: [&str; 4]) -> DeedKind {
    if !plan {
        return DeedKind::Reserved;
    }
    let any = |words: &[&str]| {
        said.iter()
            .any(|text| words.iter().any(|word| text.to_ascii_lowercase().replace(' ', "").contains(word)))
    };
    if any(&["ec2instance", "ec2sp:"]) {
        DeedKind::Ec2InstancePlan
    } else if any(&["sagemaker", "machinelearning"]) {
        DeedKind::SageMakerPlan
    } else if any(&["databasesavings", "databasesp"]) {
        DeedKind::DatabasePlan
    } else if said[..2].iter().any(|text| text.to_ascii_lowercase().contains("compute"))
        || any(&["computesp:"])
    {
        DeedKind::ComputePlan
    } else {
        DeedKind::OtherPlan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_whatever_rows_say() {
        for (said, kind) in [
            (
                ["ComputeSavingsPlans", "Savings Plan", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront"],
                DeedKind::ComputePlan,
            ),
            (
                ["", "Savings Plan", "ComputeSavingsPlans", "USE1-EC2SP:m5.1yrNoUpfront"],
                DeedKind::Ec2InstancePlan,
            ),
            (["EC2InstanceSavingsPlans", "", "ComputeSavingsPlans", ""], DeedKind::Ec2InstancePlan),
            (["", "Savings Plan", "MachineLearningSavingsPlans", ""], DeedKind::SageMakerPlan),
            (["DatabaseSavingsPlans", "", "", ""], DeedKind::DatabasePlan),
            (["", "Compute Savings Plans", "", ""], DeedKind::ComputePlan),
            (["", "Savings Plan", "ComputeSavingsPlans", ""], DeedKind::OtherPlan),
            (["", "Savings Plan", "AmazonSageMaker", "Host:ml.m5.large"], DeedKind::SageMakerPlan),
        ] {
            assert_eq!(kind_of(true, said), kind, "{said:?}");
        }
        assert_eq!(kind_of(false, ["", "Reserved Instance", "AmazonEC2", ""]), DeedKind::Reserved);
    }
}
