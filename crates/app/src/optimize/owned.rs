//! What each commitment did in a month, or in each hour of it: the bill's own rows, no replay.

use super::deeds::{Deed, DeedKind, DeedMonth, deeds};
use super::hours::{Detail, HoursAsked, Part, hour_rows};
use crate::read::{Published, newest_month};
use crate::{App, AppError, ErrorKind, Result};
use analyses::commitments::{Class, Measured, Payment, Term, ratio, share};
use chrono::{DateTime, Utc};
use model::{BillingPeriod, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// A commitment over some months. What rows do not tell is null, never 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnedCommitment {
    /// Its ARN, or what the provider calls it.
    pub commitment_id: String,
    /// `standard` or `convertible` reservations, `compute`, `ec2`, `database`, `sagemaker` plans; `unknown` plans.
    pub kind: &'static str,
    /// Used and unused together.
    pub cost: Option<Decimal>,
    /// Cost of what usage took.
    pub used: Option<Decimal>,
    /// Cost of what nothing took.
    pub unused: Option<Decimal>,
    /// Of a plan used ÷ cost; of a reservation normalised hours used ÷ owned.
    pub utilization: Option<Decimal>,
    /// What the used would have cost on demand, at public prices.
    pub on_demand_equivalent: Option<Decimal>,
    /// That, less the used.
    pub gross_savings: Option<Decimal>,
    /// That, less all of the cost.
    pub net_savings: Option<Decimal>,
    /// Cost after discounts.
    pub net_cost: Option<Decimal>,
    /// Normalised instance-hours used of a reservation.
    pub units_used: Option<Decimal>,
    /// Those owned.
    pub units_owned: Option<Decimal>,
    /// What it costs in an hour, used or not.
    pub hourly_commitment: Option<Decimal>,
    /// Currency of all money.
    pub currency: String,
    /// Term.
    pub term: Option<Term>,
    /// Class.
    pub class: Option<Class>,
    /// Payment.
    pub payment: Option<Payment>,
    /// Scope of a reservation: `zonal` or `regional`.
    pub scope: Option<&'static str>,
    /// Service of a reservation.
    pub service: Option<String>,
    /// Region of a reservation or an EC2 Instance plan.
    pub region: Option<String>,
    /// Instance family of a reservation or an EC2 Instance plan.
    pub family: Option<String>,
    /// Instance type of a reservation.
    pub instance_type: Option<String>,
    /// How many are reserved.
    pub count: Option<u32>,
    /// Account that owns it; the latest, where it changed hands.
    pub owner_account_id: Option<String>,
    /// Accounts that owned it, the latest last.
    pub owners: Vec<String>,
    /// Payer account of its newest rows.
    pub payer_account_id: String,
    /// Payer accounts of its rows, the latest last.
    pub payers: Vec<String>,
    /// Begin.
    pub begins: Option<DateTime<Utc>>,
    /// End: the first moment after it.
    pub ends: Option<DateTime<Utc>>,
    /// `active`, `expired` or `returned`; `queued` where it begins after the data.
    pub state: &'static str,
    /// Whether it was returned: its up-front fee was paid back, which is cash and no saving.
    pub returned: bool,
    /// Whether a month may still change: what is unused is an estimate then.
    pub estimated: bool,
}

impl OwnedCommitment {
    /// A commitment's months, of all its payers together, as it stands at the end of the data.
    pub(super) fn new(deed: &Deed, (month, payers): &Whole, now: DateTime<Utc>) -> Self {
        let Measured { used, unused, equivalent } = month.measured;
        let known = |amount: Decimal| month.known.then_some(amount);
        // Public prices of which none is there are unknown.
        let list = (!equivalent.is_zero() || month.covered_rows == 0).then_some(equivalent);
        let reserved = deed.kind == DeedKind::Reserved;
        let (units_used, units_owned) = month.units;
        let units = reserved && !units_owned.is_zero() && !month.by_cost;
        let utilization = if units { ratio(units_used, units_owned) } else { month.measured.utilization() };
        let family =
            || deed.reserved.as_ref().map(|reserved| reserved.family.clone()).filter(|it| !it.is_empty());
        Self {
            commitment_id: deed.id.clone(),
            kind: deed.kind_name(),
            cost: known(used + unused),
            used: known(used),
            unused: known(unused),
            // Without a row of its fees nothing is known of what was not used.
            utilization: utilization
                .filter(|_| units || (month.known && (month.fee_rows > 0 || month.apart))),
            on_demand_equivalent: list,
            gross_savings: list.filter(|_| month.known).map(|list| list - used),
            net_savings: list.filter(|_| month.known).map(|list| list - used - unused),
            net_cost: known(month.net.0 + month.net.1),
            units_used: units.then_some(units_used),
            units_owned: units.then_some(units_owned),
            hourly_commitment: deed.hourly(),
            currency: deed.currency.clone(),
            term: deed.term,
            class: deed.class,
            payment: deed.payment,
            scope: deed.reserved.as_ref().map(|it| if it.zone.is_some() { "zonal" } else { "regional" }),
            service: deed.service.clone(),
            region: deed.region.clone(),
            family: if reserved { family() } else { deed.instances.clone() },
            instance_type: deed.instances.clone().filter(|_| reserved),
            count: deed.reserved.as_ref().map(|reserved| reserved.count),
            owner_account_id: deed.owner().map(ToOwned::to_owned),
            owners: deed.owners.clone(),
            payer_account_id: deed.payer.clone(),
            payers: payers.clone(),
            begins: deed.begin,
            ends: deed.end,
            state: match deed.begin {
                _ if deed.returned => "returned",
                Some(begin) if begin > now => "queued",
                _ if deed.at(now) => "active",
                _ => "expired",
            },
            returned: deed.returned,
            estimated: month.open,
        }
    }
}

/// All months of a commitment, and its payers, the latest last.
pub(super) type Whole = (DeedMonth, Vec<String>);

/// End of the data, or of the last month that is asked for.
pub(super) fn through(app: &App, published: &Published, to: Option<BillingPeriod>) -> DateTime<Utc> {
    let end = newest_month(app, published).map_or_else(|| app.now(), |newest| newest.through);
    let month = to.map(|month| month.end_day().and_time(chrono::NaiveTime::MIN).and_utc());
    month.map_or(end, |month| end.min(month))
}

/// The month that is meant: what is said, else the newest with data.
///
/// # Errors
/// `NotFound` for a month of which nothing is published, or where nothing is at all.
pub fn month_of(app: &App, published: &Published, said: Option<BillingPeriod>) -> Result<BillingPeriod> {
    let newest = || newest_month(app, published).map(|newest| newest.period);
    let month =
        said.or_else(newest).ok_or_else(|| AppError::new(ErrorKind::NotFound, "there are no bills yet"))?;
    if !published.has_month(month) {
        return Err(AppError::new(ErrorKind::NotFound, format!("there is no bill of {month}")));
    }
    Ok(month)
}

/// Every commitment with rows in a month, by name. One that changed its payer is one all the same; amounts of two
/// currencies are never added.
///
/// # Errors
/// As [`deeds`].
pub async fn owned(app: &App, published: &Published, month: BillingPeriod) -> Result<Vec<OwnedCommitment>> {
    let found = deeds(app, published, Some(month), Some(month)).await?;
    let now = through(app, published, Some(month));
    Ok(together(&found).iter().map(|(deed, whole)| OwnedCommitment::new(deed, whole, now)).collect())
}

/// All months of each, payers put together: the deed is the latest payer's.
pub(super) fn together(found: &[Deed]) -> Vec<(Deed, Whole)> {
    let mut all: BTreeMap<(String, String), (Deed, Whole)> = BTreeMap::new();
    for deed in found {
        let whole = deed.whole();
        match all.entry((deed.id.clone(), deed.currency.clone())) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert((deed.clone(), (whole, vec![deed.payer.clone()])));
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let (known, (months, payers)) = entry.get_mut();
                months.add(&whole);
                let later = deed.seen.1 >= known.seen.1;
                payers.insert(if later { payers.len() } else { 0 }, deed.payer.clone());
                let mut owners = known.owners.clone();
                owners.retain(|one| !later || !deed.owners.contains(one));
                owners.extend(deed.owners.iter().filter(|one| later || !known.owners.contains(one)).cloned());
                let returned = known.returned || deed.returned;
                if later {
                    *known = deed.clone();
                }
                (known.owners, known.returned) = (owners, returned);
            }
        }
    }
    all.into_values().collect()
}

/// An hour of a commitment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnedHour {
    /// Begin of the hour.
    pub hour: DateTime<Utc>,
    /// The commitment.
    pub commitment_id: String,
    /// Currency of all money.
    pub currency: String,
    /// Used and unused together.
    pub cost: Decimal,
    /// Cost of what usage took.
    pub used: Decimal,
    /// Cost of what nothing took. A reservation's rows tell it of the month alone: it is spread over the hours by what each
    /// left.
    pub unused: Decimal,
    /// Of a plan used ÷ cost; of a reservation normalised hours used ÷ owned.
    pub utilization: Option<Decimal>,
    /// What the used would have cost on demand, at public prices.
    pub on_demand_equivalent: Decimal,
    /// That, less all of the cost.
    pub net_savings: Decimal,
}

/// Sums of an hour.
#[derive(Clone, Copy, Default)]
struct Hour {
    measured: Measured,
    units: Decimal,
}

/// Each hour of a commitment in a month.
///
/// # Errors
/// `NotFound` for a commitment without rows in it; `Invalid` where the report is daily; as [`deeds`].
pub async fn owned_by_hour(
    app: &App,
    published: &Published,
    month: BillingPeriod,
    id: &str,
) -> Result<Vec<OwnedHour>> {
    let found = deeds(app, published, Some(month), Some(month)).await?;
    let all = together(&found);
    let mut answer = vec![];
    for (deed, (whole, _)) in all.iter().filter(|(deed, _)| deed.id == id) {
        let asked = HoursAsked { from: month.first_day(), to: month.end_day(), detail: Detail::default() };
        let mut hours: BTreeMap<DateTime<Utc>, Hour> = BTreeMap::new();
        let (mut daily, mut factor_of) = (false, None);
        hour_rows(app, published, asked, |row| {
            if row.what.commitment_id != id || row.what.currency != deed.currency {
                return;
            }
            let part = Part::of(&row.what.charge_type);
            let fee = part == Some(Part::Unused);
            if fee && deed.kind == DeedKind::Reserved && row.hours > 24 {
                return;
            }
            daily |= row.hours > 1;
            let hour = hours.entry(row.hour).or_default();
            if fee {
                hour.measured.unused += row.sums.effective;
            } else {
                hour.measured.used += row.sums.effective;
                hour.measured.equivalent += row.sums.list;
                let reckoned =
                    || row.what.factor.map(|factor| share(row.sums.quantity, factor, Decimal::from(1)));
                factor_of = factor_of.or(row.what.factor);
                hour.units += row.sums.normalized.or_else(reckoned).unwrap_or(row.sums.quantity);
            }
        })
        .await?;
        if daily {
            return Err(AppError::invalid(format!("the report of {month} is daily: it tells no hours"))
                .advise("Set the report up with hourly granularity; months from then on can be looked at by the hour."));
        }
        if deed.kind == DeedKind::Reserved {
            spread(deed, whole, month, &mut hours);
        }
        let owned = window(deed, month).len();
        let capacity =
            share(whole.units.1, Decimal::from(1), Decimal::from(i64::try_from(owned).unwrap_or(1)));
        answer.extend(hours.into_iter().map(|(hour, sums)| {
            let measured = sums.measured;
            let by_units = || ratio(sums.units, capacity).map(|found| found.min(Decimal::from(1)));
            OwnedHour {
                hour,
                commitment_id: deed.id.clone(),
                currency: deed.currency.clone(),
                cost: measured.cost(),
                used: measured.used,
                unused: measured.unused,
                utilization: if deed.kind.is_plan() { measured.utilization() } else { by_units() },
                on_demand_equivalent: measured.equivalent,
                net_savings: measured.net_savings(),
            }
        }));
    }
    if answer.is_empty() {
        return Err(AppError::new(
            ErrorKind::NotFound,
            format!("no row of {month} is of the commitment '{id}'"),
        ));
    }
    Ok(answer)
}

/// Hours of a month in which a commitment is owned; that in which it begins is one of them.
fn window(deed: &Deed, month: BillingPeriod) -> Vec<DateTime<Utc>> {
    let moment = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let (mut hour, end) = (moment(month.first_day()), moment(month.end_day()));
    let mut hours = vec![];
    while hour < end {
        let next = hour + chrono::TimeDelta::hours(1);
        if deed.begin.is_none_or(|begin| begin < next) && deed.end.is_none_or(|end| end > hour) {
            hours.push(hour);
        }
        hour = next;
    }
    hours
}

/// A reservation's unused cost of the month, over its hours by what each left of the capacity; the last of them takes what
/// rounding leaves.
fn spread(deed: &Deed, whole: &DeedMonth, month: BillingPeriod, hours: &mut BTreeMap<DateTime<Utc>, Hour>) {
    let told: Decimal = hours.values().map(|hour| hour.measured.unused).sum();
    if !told.is_zero() {
        return;
    }
    let owned = window(deed, month);
    let count = Decimal::from(i64::try_from(owned.len()).unwrap_or(1));
    let capacity = share(whole.units.1, Decimal::from(1), count);
    let left = |hours: &BTreeMap<DateTime<Utc>, Hour>, at: &DateTime<Utc>| {
        let used = hours.get(at).map(|hour| hour.units).unwrap_or_default();
        (capacity - used).max(Decimal::ZERO)
    };
    let all: Decimal = owned.iter().map(|at| left(hours, at)).sum();
    let mut rest = whole.measured.unused;
    let idle: Vec<(DateTime<Utc>, Decimal)> = owned.iter().map(|at| (*at, left(hours, at))).collect();
    let last = idle.iter().rposition(|(_, left)| !left.is_zero());
    for (at, (hour, left)) in idle.iter().enumerate() {
        let own = if Some(at) == last { rest } else { share(whole.measured.unused, *left, all) };
        let entry = hours.entry(*hour).or_default();
        entry.measured.unused += own;
        rest -= own;
    }
}
