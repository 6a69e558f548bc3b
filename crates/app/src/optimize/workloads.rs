//! Workloads of a span of days ([`analyses::workloads`]), out of the line items of instances and tasks.

use super::decisions::{Excluded, Exclusion, excluded};
use super::narrowing::Accounts;
use super::rows::{Row as Cells, Texts, list, months};
use super::waste::currency;
use crate::read::{Published, account_names};
use crate::{App, AppError, ErrorKind, Result};
use analyses::waste::roles;
use analyses::workloads::{Identity, Kind, Row, Sums, Way};
use chrono::NaiveDate;
use futures::TryStreamExt;
use model::{BillingPeriod, Decimal, LineItemType};
use query::View;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Products whose tasks run without instances.
const SERVERLESS: [&str; 2] = ["AmazonECS", "AmazonEKS"];
/// Part of the usage types of such tasks, and of their hours of processors.
const FARGATE: &str = "Fargate-";
const PROCESSORS: &str = "vCPU-Hours";

/// Workloads of some days.
#[derive(Clone, Debug, Default)]
pub struct Workloads {
    /// Currency of all amounts.
    pub currency: String,
    /// First day, and day after the last.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// What each came to.
    pub found: BTreeMap<Identity, Sums>,
    /// Those that are not to run on spot.
    pub excluded: Excluded,
    /// Names of accounts.
    pub names: BTreeMap<String, String>,
    /// What is not there yet or cannot be told.
    pub notes: Vec<String>,
}

/// What some workloads come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkloadSums {
    /// Distinct instances or tasks.
    pub instances: usize,
    /// Hours of instances; of Fargate hours of processors.
    pub hours: Decimal,
    /// Of them, at public prices.
    pub on_demand_hours: Decimal,
    /// Amortized cost.
    pub cost: Decimal,
    /// Of it, at public prices.
    pub on_demand: Decimal,
    /// Of it, at spot prices.
    pub spot: Decimal,
}

impl WorkloadSums {
    fn add(&mut self, more: &Sums) {
        self.instances += more.resources.len();
        self.hours += more.hours;
        self.on_demand_hours += more.on_demand_hours;
        self.cost += more.cost;
        self.on_demand += more.on_demand;
        self.spot += more.spot;
    }
}

impl Workloads {
    /// What all come to, without those that are not to run on spot.
    pub fn total(&self) -> WorkloadSums {
        let mut total = WorkloadSums::default();
        self.counted().for_each(|(_, sums)| total.add(sums));
        total
    }

    /// The same by what runs them, with how many there are.
    pub fn services(&self) -> Vec<(Kind, usize, WorkloadSums)> {
        let of = |kind: Kind| {
            let (mut count, mut total) = (0, WorkloadSums::default());
            for (_, sums) in self.counted().filter(|(identity, _)| identity.kind == kind) {
                count += 1;
                total.add(sums);
            }
            (kind, count, total)
        };
        let known = |kind: &Kind| self.found.keys().any(|identity| identity.kind == *kind);
        Kind::ALL.into_iter().filter(known).map(of).collect()
    }

    fn counted(&self) -> impl Iterator<Item = (&Identity, &Sums)> {
        self.found.iter().filter(move |(identity, _)| self.excluded.of(identity).is_none())
    }

    /// A line for each.
    pub fn lines(&self) -> impl Iterator<Item = WorkloadLine> {
        self.found.iter().map(move |(identity, sums)| WorkloadLine {
            kind: identity.kind,
            name: identity.name.clone(),
            account_id: identity.account.to_string(),
            region: Some(identity.region.to_string()).filter(|region| !region.is_empty()),
            cost: sums.cost,
            on_demand: sums.on_demand,
            spot: sums.spot,
            hours: sums.hours,
            instances: sums.resources.len(),
            on_demand_hours: sums.on_demand_hours,
            instance_types: sums.instance_types.iter().map(ToString::to_string).collect(),
            currency: self.currency.clone(),
            excluded: self.excluded.of(identity).cloned(),
            id: id_of(identity),
            account: self.names.get(&*identity.account).cloned(),
        })
    }
}

/// A workload in one line.
#[derive(Clone, Debug, Serialize)]
pub struct WorkloadLine {
    /// What runs it.
    pub kind: Kind,
    /// Its name; empty where only its kind is known.
    pub name: String,
    /// Account.
    pub account_id: String,
    /// Region; `None`: none.
    pub region: Option<String>,
    /// Amortized cost of its instances or tasks.
    pub cost: Decimal,
    /// Of it, at public prices.
    pub on_demand: Decimal,
    /// Of it, at spot prices.
    pub spot: Decimal,
    /// Hours of instances; of Fargate hours of processors.
    pub hours: Decimal,
    /// Distinct instances or tasks.
    pub instances: usize,
    /// Hours at public prices.
    pub on_demand_hours: Decimal,
    /// Types of the instances.
    pub instance_types: Vec<String>,
    /// Currency of the amounts.
    pub currency: String,
    /// Why it is not to run on spot; it is in no total then.
    pub excluded: Option<Exclusion>,
    /// What it is called where it is excluded.
    pub id: String,
    /// The account's name, where it is known.
    pub account: Option<String>,
}

/// What a workload is called: kind, account, region and name.
pub fn id_of(identity: &Identity) -> String {
    let Identity { kind, name, account, region } = identity;
    format!("{}/{account}/{region}/{name}", kind.name())
}

/// The workload that is called so.
pub(super) fn of_id(id: &str) -> Option<Identity> {
    let mut parts = id.splitn(4, '/');
    let kind = Kind::from_name(parts.next()?)?;
    let (account, region) = (Arc::from(parts.next()?), Arc::from(parts.next()?));
    Some(Identity { kind, name: parts.next()?.to_owned(), account, region })
}

/// The workloads whose instances or tasks ran between two days, the second not included.
///
/// # Errors
/// `Invalid`: there are no bills in that currency; `NotReady`: line items of the days are not there yet.
pub async fn workloads(
    app: &App,
    published: &Published,
    asked: Option<&str>,
    accounts: &Accounts,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Workloads> {
    let currency = currency(published, asked)?;
    let in_span = |month: BillingPeriod| month.first_day() < to && month.end_day() > from;
    let (view, waiting) = months(published, &currency, in_span);
    if let Some(month) = waiting.first() {
        return Err(AppError::new(
            ErrorKind::NotReady,
            format!("the line items of {month} are not there yet"),
        )
        .advise("They come after the month's totals: try again when it has been read."));
    }
    let excluded = excluded(app, published).await?;
    let mut found = Workloads { currency, span: Some((from, to)), excluded, ..Workloads::default() };
    let types = types(app, &view).await?;
    if types.is_empty() {
        if !view.periods.is_empty() {
            found.notes.push(
                "No row names a usage type of instances or tasks: workloads cannot be told.".to_owned(),
            );
        }
        return Ok(found);
    }
    let statement = format!(
        r#"SELECT "SubAccountId", "RegionId", "ResourceId", "x_InstanceType", "Tags", "x_Lifecycle",
  "x_UsageType" LIKE '%{FARGATE}%', sum(CASE WHEN "x_UsageType" NOT LIKE '%{FARGATE}%' OR "x_UsageType" LIKE '%{PROCESSORS}%' THEN "x_UsageAmount" END),
  sum("EffectiveCost")
FROM line_items
WHERE NOT "x_IsSplit" AND "x_LineItemType" IN ({}) AND "x_UsageType" IN ({})
  AND "ChargePeriodStart" >= TIMESTAMPTZ '{from} 00:00:00+00:00' AND "ChargePeriodStart" < TIMESTAMPTZ '{to} 00:00:00+00:00'
GROUP BY 1, 2, 3, 4, 5, 6, 7"#,
        list(LineItemType::METERED),
        list(types.iter().map(String::as_str)),
    );
    let mut texts = Texts::default();
    let mut rows = vec![];
    let mut batches = app.engine().sql(&view, &statement).await?.texts();
    while let Some(some) = batches.try_next().await? {
        for cells in some {
            rows.push(row(Cells::new(cells), &mut texts)?);
        }
    }
    found.found = analyses::workloads::workloads(rows.into_iter());
    found.found.retain(|identity, _| accounts.keep(published, &identity.account));
    found.names = account_names(app, published).await?;
    Ok(found)
}

/// The usage types of instances and of tasks.
async fn types(app: &App, view: &View) -> Result<BTreeSet<String>> {
    let statement = format!(
        r#"SELECT DISTINCT "x_ProductCode", "x_UsageType" FROM rollup WHERE "x_LineItemType" IN ({})"#,
        list(LineItemType::METERED)
    );
    let mut found = BTreeSet::new();
    let mut rows = app.engine().sql(view, &statement).await?.texts();
    while let Some(some) = rows.try_next().await? {
        for cells in some {
            let mut cells = Cells::new(cells);
            let (product, Some(usage)) = (cells.text().unwrap_or_default(), cells.text()) else { continue };
            let fargate = SERVERLESS.contains(&product.as_str()) && usage.contains(FARGATE);
            if fargate || roles(&product, &usage).instances() {
                found.insert(usage);
            }
        }
    }
    Ok(found)
}

fn row(mut cells: Cells, texts: &mut Texts) -> Result<Row> {
    Ok(Row {
        account: texts.of(cells.text()),
        region: texts.of(cells.text()),
        resource: texts.of(cells.text()),
        instance_type: texts.of(cells.text()),
        tags: cells.text().map(|tags| texts.of(Some(tags))),
        way: match cells.text().as_deref() {
            Some("Spot") => Way::Spot,
            Some("Reserved" | "Savings plan") => Way::Covered,
            _ => Way::OnDemand,
        },
        fargate: cells.text().as_deref() == Some("true"),
        hours: cells.amount()?,
        cost: cells.amount()?,
    })
}
