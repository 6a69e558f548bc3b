//! Costs of containers, by cluster, namespace and workload, from the rows in which AWS splits the cost of instances among
//! them. Such rows are in no total: they say again, finer, what the instances' own rows hold.

use super::narrowing::Accounts;
use super::rows::{Row as Cells, months};
use super::waste::currency;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use chrono::NaiveDate;
use futures::TryStreamExt;
use model::{BillingPeriod, Decimal};
use std::collections::BTreeMap;

/// What a part of a cluster used, and what it left idle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitSums {
    /// Cost of what was used or reserved.
    pub cost: Decimal,
    /// Its share of what nobody used of the instances.
    pub idle: Decimal,
}

impl SplitSums {
    fn add(&mut self, more: Self) {
        self.cost += more.cost;
        self.idle += more.idle;
    }
}

/// A namespace of a cluster; of ECS a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitNamespace {
    /// Of all its workloads.
    pub sums: SplitSums,
    /// By the name of the workload.
    pub workloads: BTreeMap<String, SplitSums>,
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitCluster {
    /// Of all its namespaces.
    pub sums: SplitSums,
    /// By name.
    pub namespaces: BTreeMap<String, SplitNamespace>,
}

/// Split costs of some days.
#[derive(Clone, Debug, Default)]
pub struct SplitCosts {
    /// Currency of all amounts.
    pub currency: String,
    /// First day, and day after the last.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// By name and account.
    pub clusters: BTreeMap<(String, String), SplitCluster>,
    /// What is not there.
    pub notes: Vec<String>,
}

/// The split costs between two days, the second not included.
///
/// # Errors
/// `Invalid`: there are no bills in that currency; `NotReady`: line items of the days are not there yet.
pub async fn split_costs(
    app: &App,
    published: &Published,
    asked: Option<&str>,
    accounts: &Accounts,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<SplitCosts> {
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
    // arn:aws:eks:REGION:ACCOUNT:pod/CLUSTER/NAMESPACE/NAME/ID, arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
    let statement = format!(
        r#"SELECT "SubAccountId", of_cluster, of_namespace, of_workload, sum("x_SplitCost"), sum("x_SplitUnusedCost") FROM (
SELECT "SubAccountId", "x_SplitCost", "x_SplitUnusedCost",
  coalesce(tag("Tags", 'aws:eks:cluster-name'), tag("Tags", 'aws:ecs:clusterName'), split_part("ResourceId", '/', 2)) AS of_cluster,
  coalesce(tag("Tags", 'aws:eks:namespace'), tag("Tags", 'aws:ecs:serviceName'),
    CASE WHEN "ResourceId" LIKE '%:pod/%' THEN split_part("ResourceId", '/', 3) END) AS of_namespace,
  coalesce(tag("Tags", 'aws:eks:workload-name'),
    CASE WHEN "ResourceId" LIKE '%:pod/%' THEN split_part("ResourceId", '/', 4) END) AS of_workload
FROM line_items
WHERE "x_IsSplit" AND "ChargePeriodStart" >= TIMESTAMPTZ '{from} 00:00:00+00:00'
  AND "ChargePeriodStart" < TIMESTAMPTZ '{to} 00:00:00+00:00')
GROUP BY 1, 2, 3, 4"#
    );
    let mut found = SplitCosts { currency, span: Some((from, to)), ..SplitCosts::default() };
    let mut batches = app.engine().sql(&view, &statement).await?.texts();
    while let Some(some) = batches.try_next().await? {
        for cells in some {
            let mut cells = Cells::new(cells);
            let mut text = || cells.text().unwrap_or_default();
            let (account, cluster, namespace, workload) = (text(), text(), text(), text());
            if !accounts.keep(published, &account) {
                continue;
            }
            let sums = SplitSums { cost: cells.amount()?, idle: cells.amount()? };
            let cluster = found.clusters.entry((cluster, account)).or_default();
            cluster.sums.add(sums);
            let namespace = cluster.namespaces.entry(namespace).or_default();
            namespace.sums.add(sums);
            namespace.workloads.entry(workload).or_default().add(sums);
        }
    }
    if found.clusters.is_empty() && !view.periods.is_empty() {
        found.notes.push(
            "No row splits the cost of instances among containers: split cost allocation data is an option of the report."
                .to_owned(),
        );
    }
    Ok(found)
}
