//! On-demand hours of instances that stand interruption: those of clusters, groups and environments, told by their tags,
//! less the workloads that people keep off spot.

use super::super::hours::{amount, days_at_once, months, number, text};
use super::super::spot::SpotKind;
use super::super::workloads::{id_of, of_id};
use crate::read::Published;
use crate::{App, Result};
use analyses::workloads::{Identity, of_tags};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::TryStreamExt;
use model::{BillingPeriod, ChargeType, Decimal};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Keys of tags, as AWS and its tools write them and as columns of Parquet files fold them: of containers, and of elastic
/// applications. A tag without a value names nothing.
const CONTAINERS: [&str; 4] =
    ["aws.eks.cluster.name", "eks.cluster.name", "alpha.eksctl.io.cluster.name", "aws.ecs.clustername"];
const ELASTIC: [&str; 3] =
    ["aws.elasticmapreduce.job.flow.id", "elasticbeanstalk.environment.name", "aws.autoscaling.groupname"];
/// The key of a tag that names a cluster of Kubernetes.
const CLUSTER: &str = r#""kubernetes[._]io[/_]cluster[/_][^"]+""#;
/// Operations of instances with a licence of SQL Server, which spot does not have.
const LICENSED: [&str; 6] = ["0004", "0006", "0100", "0102", "0200", "0202"];

/// On-demand hours of one kind of instance in one account.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::optimize) struct Elastic {
    pub(in crate::optimize) account: String,
    pub(in crate::optimize) usage_type: String,
    pub(in crate::optimize) operation: String,
    /// What it is on the spot market.
    pub(in crate::optimize) kind: SpotKind,
    /// Whether it runs containers.
    pub(in crate::optimize) containers: bool,
    /// Hour, hours that the rows span, amount.
    pub(in crate::optimize) amounts: Vec<(DateTime<Utc>, u32, Decimal)>,
}

/// All of some days.
#[derive(Clone, Debug, Default)]
pub(in crate::optimize) struct Elastics(BTreeMap<(String, String), Vec<Elastic>>);

impl Elastics {
    /// Of a payer and currency.
    pub(in crate::optimize) fn of(&self, payer: &str, currency: &str) -> &[Elastic] {
        self.0.get(&(payer.to_owned(), currency.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Reads some days, the second not included.
    ///
    /// # Errors
    /// `NotReady` while a month has only its roll-up; bills that cannot be read.
    pub(in crate::optimize) async fn read(
        app: &App,
        published: &Published,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Self> {
        let view = months(&published.view, BillingPeriod::of(from), BillingPeriod::of(to))?;
        let excluded = excluded(app, published).await?;
        let mut made = Made { excluded: &excluded, ..Made::default() };
        let days = days_at_once(published, &view);
        let mut day = from;
        while day < to {
            let next = day.checked_add_days(Days::new(days)).map_or(to, |next| next.min(to));
            let mut batches = app.engine().sql(&view, &statement((day, next), &excluded)).await?;
            while let Some(batch) = batches.try_next().await? {
                made.add(&batch)?;
            }
            day = next;
        }
        let mut found: BTreeMap<(String, String), Vec<Elastic>> = BTreeMap::new();
        for (payer, one) in made.found {
            found.entry((payer, one.kind.currency.clone())).or_default().push(one);
        }
        Ok(Self(found))
    }
}

/// What was met so far.
#[derive(Default)]
struct Made<'a> {
    excluded: &'a [Identity],
    found: Vec<(String, Elastic)>,
    known: HashMap<Vec<String>, usize>,
    by_tags: HashMap<(String, String, String), bool>,
}

impl Made<'_> {
    fn add(&mut self, batch: &arrow::array::RecordBatch) -> Result<()> {
        let texts = (0..10).map(|at| text(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let counts = (10..12).map(|at| number(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let sums = amount(batch.column(12))?;
        for row in 0..batch.num_rows() {
            let word = |at: usize| if texts[at].is_valid(row) { texts[at].value(row) } else { "" };
            if self.is_excluded(word(1), word(5), word(9)) {
                continue;
            }
            let count = |at: usize| counts[at].as_primitive::<Int64Type>().value(row);
            let Some(hour) = DateTime::from_timestamp(count(0) * 3600, 0) else { continue };
            let hours = u32::try_from(count(1)).unwrap_or(1).max(1);
            let amount = Decimal::from_units(sums.as_primitive::<Decimal128Type>().value(row));
            let key: Vec<String> = (0..9).map(|at| word(at).to_owned()).collect();
            let next = self.found.len();
            let at = *self.known.entry(key).or_insert(next);
            if at == next {
                let own = |at: usize| word(at).to_owned();
                let kind =
                    SpotKind { instance_type: own(6), region: own(5), system: own(7), currency: own(2) };
                let one = Elastic {
                    account: own(1),
                    usage_type: own(3),
                    operation: own(4),
                    kind,
                    containers: word(8) == "containers",
                    amounts: vec![],
                };
                self.found.push((own(0), one));
            }
            self.found[at].1.amounts.push((hour, hours, amount));
        }
        Ok(())
    }

    /// Whether tags name a workload that is kept off spot; they are there where one may be.
    fn is_excluded(&mut self, account: &str, region: &str, tags: &str) -> bool {
        if tags.is_empty() {
            return false;
        }
        let excluded = self.excluded;
        let key = (account.to_owned(), region.to_owned(), tags.to_owned());
        *self.by_tags.entry(key).or_insert_with(|| {
            let Some((kind, name)) = of_tags(tags) else { return false };
            let own = Identity { kind, name, account: Arc::from(account), region: Arc::from(region) };
            excluded.contains(&own)
        })
    }
}

/// Workloads that are kept off spot.
async fn excluded(app: &App, published: &Published) -> Result<Vec<Identity>> {
    let Some(organization) = &published.organization else { return Ok(vec![]) };
    let all = app.meta().spot_exclusions(&organization.id).await?;
    Ok(all.iter().filter_map(|one| of_id(&one.workload)).collect())
}

/// What is kept off spot, in words that change with it.
pub(super) async fn excluded_ids(app: &App, published: &Published) -> Result<Vec<String>> {
    Ok(excluded(app, published).await?.iter().map(id_of).collect())
}

/// What names a workload in tags, a JSON object.
fn named(keys: &[&str]) -> String {
    format!(r#""({})": ?"[^"]"#, keys.join("|"))
}

/// Instances at the on-demand price.
fn instances() -> String {
    let licensed: Vec<String> = LICENSED.iter().map(|code| format!("'RunInstances:{code}'")).collect();
    format!(
        r#"NOT "x_IsSplit" AND "x_ProductCode" = 'AmazonEC2' AND "x_ChargeType" = '{on_demand}' AND "x_UsageType" ~ '(^|-)BoxUsage'
  AND ("x_Operation" IS NULL OR "x_Operation" NOT IN ({licensed}))"#,
        on_demand = ChargeType::OnDemandUsage.name(),
        licensed = licensed.join(", "),
    )
}

/// Which class of workloads tags name; null: none.
fn class() -> String {
    format!(
        r#"CASE WHEN CAST("Tags" AS VARCHAR) ~* '{containers}' OR CAST("Tags" AS VARCHAR) ~* '{CLUSTER}' THEN 'containers'
  WHEN CAST("Tags" AS VARCHAR) ~* '{elastic}' THEN 'elastic' END"#,
        containers = named(&CONTAINERS),
        elastic = named(&ELASTIC),
    )
}

fn within((from, to): (NaiveDate, NaiveDate)) -> String {
    format!(
        r#""ChargePeriodStart" >= TIMESTAMP '{from} 00:00:00' AND "ChargePeriodStart" < TIMESTAMP '{to} 00:00:00'"#
    )
}

/// Hours by what runs. Tags are told where a workload is kept off spot: elsewhere they would be too many.
fn statement(days: (NaiveDate, NaiveDate), excluded: &[Identity]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let places: BTreeSet<String> = excluded
        .iter()
        .map(|one| {
            let (account, region) = (quoted(&one.account), quoted(&one.region));
            format!(r#"("SubAccountId" = {account} AND COALESCE("RegionId", '') = {region})"#)
        })
        .collect();
    let places: Vec<String> = places.into_iter().collect();
    let tags = if places.is_empty() {
        "CAST(NULL AS VARCHAR)".to_owned()
    } else {
        format!(r#"CASE WHEN {} THEN CAST("Tags" AS VARCHAR) END"#, places.join(" OR "))
    };
    format!(
        r#"SELECT * FROM (SELECT "BillingAccountId", "SubAccountId", "currency", "x_UsageType", "x_Operation", "RegionId", "x_InstanceType", "x_OperatingSystem",
  {class} AS class, {tags} AS tags,
  CAST("ChargePeriodStart" AS BIGINT) / 3600000000 AS hour,
  (CAST(COALESCE("ChargePeriodEnd", "ChargePeriodStart") AS BIGINT) - CAST("ChargePeriodStart" AS BIGINT) + 3599999999) / 3600000000 AS hours,
  SUM("x_UsageAmount") AS amount
FROM line_items
WHERE {within} AND {instances}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) WHERE class IS NOT NULL AND amount > 0"#,
        class = class(),
        within = within(days),
        instances = instances(),
    )
}

/// Instances that ran on demand in some days, by account and whether they run containers.
pub(super) async fn instances_of(
    app: &App,
    published: &Published,
    days: (NaiveDate, NaiveDate),
) -> Result<BTreeMap<(String, String), [u64; 2]>> {
    let view = months(&published.view, BillingPeriod::of(days.0), BillingPeriod::of(days.1))?;
    let statement = format!(
        r#"SELECT "SubAccountId", "currency", {class}, COUNT(DISTINCT "ResourceId")
FROM line_items WHERE {within} AND {instances} GROUP BY 1, 2, 3"#,
        class = class(),
        within = within(days),
        instances = instances(),
    );
    let mut found: BTreeMap<(String, String), [u64; 2]> = BTreeMap::new();
    let mut batches = app.engine().sql(&view, &statement).await?;
    while let Some(batch) = batches.try_next().await? {
        let texts = (0..3).map(|at| text(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let counts = number(batch.column(3))?;
        for row in 0..batch.num_rows() {
            let word = |at: usize| if texts[at].is_valid(row) { texts[at].value(row) } else { "" };
            let at = match word(2) {
                "containers" => 0,
                "elastic" => 1,
                _ => continue,
            };
            let count = counts.as_primitive::<Int64Type>().value(row);
            found.entry((word(1).to_owned(), word(0).to_owned())).or_default()[at] += count.unsigned_abs();
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use analyses::workloads::Kind;

    #[test]
    fn tags_are_read_where_a_workload_is_kept_off_spot() {
        let days = ("2026-10-01".parse().unwrap(), "2026-10-05".parse().unwrap());
        let none = statement(days, &[]);
        assert!(none.contains("CAST(NULL AS VARCHAR) AS tags") && none.contains("aws.autoscaling.groupname"));
        let own = Identity {
            kind: Kind::Asg,
            name: "it's".into(),
            account: Arc::from("1"),
            region: Arc::from("eu-west-1"),
        };
        let some = statement(days, std::slice::from_ref(&own));
        assert!(some.contains(r#"("SubAccountId" = '1' AND COALESCE("RegionId", '') = 'eu-west-1')"#));
        let mut made = Made { excluded: &[own], ..Made::default() };
        let tags = |name: &str| format!(r#"{{"aws:autoscaling:groupName":"{name}"}}"#);
        assert!(made.is_excluded("1", "eu-west-1", &tags("it's")));
        assert!(
            !made.is_excluded("1", "eu-west-1", &tags("other"))
                && !made.is_excluded("2", "eu-west-1", &tags("it's"))
        );
    }
}
