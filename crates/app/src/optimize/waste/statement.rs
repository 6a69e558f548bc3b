//! The statement that sums what rules look at. Instants are whole seconds since 1970, so that spans are plain arithmetic.

use crate::optimize::rows::{day_number, list};
use analyses::waste::{GROWTH_DAYS, LOOK_BACKS, Schedule};
use chrono::{Days, NaiveDate};
use model::LineItemType;
use std::fmt::Write;

/// The spans that rows are summed in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    /// Of amounts: first day, and day after the last.
    pub(super) span: (NaiveDate, NaiveDate),
    /// Newest day of data.
    pub(super) newest_day: NaiveDate,
    /// First day of its month.
    pub(super) newest_month: NaiveDate,
}

/// Usage types by what matters of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    pub(super) all: Vec<String>,
    pub(super) products: Vec<String>,
    pub(super) priced: Vec<String>,
    pub(super) growing: Vec<String>,
    pub(super) zoned: Vec<String>,
    pub(super) instances: Vec<String>,
}

/// A row that lasts longer than this is a month's.
const LONG: i64 = 2 * 86_400;

fn instant(day: NaiveDate) -> i64 {
    day_number(day) * 86_400
}

/// What is the same of all rows: their instants, and that they are no split costs.
fn rows(columns: &str, filter: &str, spans: &Spans, since: NaiveDate) -> String {
    let to = spans.span.1.max(spans.newest_day + Days::new(1));
    format!(
        r#"WITH r AS (
SELECT {columns}, s, coalesce(e, s + 3600) AS e FROM (
SELECT *, CAST("ChargePeriodStart" AS BIGINT) / 1000000 AS s, CAST("ChargePeriodEnd" AS BIGINT) / 1000000 AS e
FROM line_items
WHERE NOT "x_IsSplit" AND {filter}
  AND "ChargePeriodStart" < TIMESTAMPTZ '{to} 00:00:00+00:00'
  AND ("ChargePeriodEnd" > TIMESTAMPTZ '{since} 00:00:00+00:00' OR "ChargePeriodEnd" IS NULL)))
"#
    )
}

/// Sums by resource, usage type, operation and way of buying.
pub(super) fn of_resources(types: &Types, spans: &Spans, schedule: Option<&Schedule>) -> String {
    let end = instant(spans.newest_day) + 86_400;
    let (from, to) = (instant(spans.span.0), instant(spans.span.1));
    let since = spans.newest_day - Days::new(u64::from(LOOK_BACKS[LOOK_BACKS.len() - 1]) - 1);
    let (all, products) =
        (list(types.all.iter().map(String::as_str)), list(types.products.iter().map(String::as_str)));
    let metered = list(LineItemType::METERED);
    let is = |types: &[String]| format!("t IN ({})", list(types.iter().map(String::as_str)));
    let (priced, growing, zoned, instances) =
        (is(&types.priced), is(&types.growing), is(&types.zoned), is(&types.instances));
    let mut sql = rows(
        r#""SubAccountId" AS a, "RegionId" AS g, "AvailabilityZone" AS z, "ResourceId" AS i, "x_ProductCode" AS p,
       "x_UsageType" AS t, "x_Operation" AS o, "x_Lifecycle" AS l, "x_LineItemType" AS k, "PricingUnit" AS n, "Tags" AS b,
       "x_UsageAmount" AS u, "EffectiveCost" AS c, "ChargePeriodStart" AS began"#,
        &format!(
            r#""x_LineItemType" IN ({metered}) AND "x_UsageType" IN ({all}) AND ("x_ProductCode" IN ({products}) OR "x_ProductCode" IS NULL)"#
        ),
        spans,
        since.min(spans.span.0),
    );
    let in_span = format!("s >= {from} AND s < {to} AND s < {end}");
    // A month's row stands for a month, and is not projected.
    let short = format!("{in_span} AND e - s <= {LONG}");
    let long = format!("e - s > {LONG} AND e > {} AND s < {end}", end - 86_400);
    let month = format!("s >= {} AND s < {end}", instant(spans.newest_month));
    let step = i64::from(GROWTH_DAYS) * 86_400;
    let _ = write!(
        sql,
        r"SELECT a, g, CASE WHEN {zoned} THEN z END AS zone, CASE WHEN {priced} THEN NULL ELSE i END AS resource, p, t, o,
  CASE WHEN l = 'Spot' THEN 'S' WHEN l IN ('Reserved', 'Savings plan') OR k <> 'Usage' THEN 'C' ELSE 'O' END AS bought,
  CASE WHEN {growing} THEN ({end} - 1 - s) / {step} * 100 + CAST(date_part('month', began) AS BIGINT) END AS step,
  max(n) AS unit, max(CASE WHEN u <> 0 THEN e END) AS last_end, max(CASE WHEN {instances} THEN b END) AS tags"
    );
    // Spans may be the same: their sums have names.
    let mut place = 0;
    let mut sums = |condition: &str| {
        place += 1;
        let _ = write!(
            sql,
            ",\n  sum(CASE WHEN {condition} THEN u END) AS u{place}, sum(CASE WHEN {condition} THEN c END) AS c{place}, \
             sum(CASE WHEN {condition} THEN e - s END) AS s{place}"
        );
    };
    for condition in [&short, &format!("{in_span} AND e - s > {LONG}"), &long, &month] {
        sums(condition);
    }
    for days in LOOK_BACKS {
        sums(&format!("e > {} AND s < {end}", end - i64::from(days) * 86_400));
    }
    for days in &LOOK_BACKS[..2] {
        let _ = write!(
            sql,
            ",\n  sum(CASE WHEN {in_span} AND e > {} THEN c END) AS of_{days}",
            end - i64::from(*days) * 86_400
        );
    }
    // 1970 began on a Thursday.
    let off = schedule.map_or_else(
        || "false".to_owned(),
        |schedule| {
            format!(
                "(s / 86400 + 4) % 7 IN (0, 6) OR s % 86400 / 3600 < {} OR s % 86400 / 3600 >= {}",
                schedule.from_hour, schedule.to_hour
            )
        },
    );
    let _ = write!(
        sql,
        ",\n  sum(CASE WHEN {instances} AND {in_span} AND e - s <= 3600 AND ({off}) THEN c END) AS off,\n  \
         sum(CASE WHEN {instances} AND s >= {} AND s < {} THEN u END) AS week,\n  sum(CASE WHEN {growing} THEN u END) AS grown_u, \
         sum(CASE WHEN {growing} THEN c END) AS grown_c, sum(CASE WHEN {growing} THEN e - s END) AS grown_s\nFROM r\n\
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
        end - 8 * 86_400,
        end - 86_400
    );
    sql
}

/// Parts of commitments that nothing used, in the span and in the newest month.
pub(super) fn of_commitments(spans: &Spans) -> String {
    let (from, to) = (instant(spans.span.0), instant(spans.span.1));
    let end = instant(spans.newest_day) + 86_400;
    let mut sql = rows(
        r#""CommitmentDiscountId" AS i, "SubAccountId" AS a, "RegionId" AS g, "EffectiveCost" AS c"#,
        r#"("x_LineItemType" IN ('RIFee', 'SavingsPlanRecurringFee') OR "x_ChargeType" IN ('RI unused', 'SP unused')) AND "CommitmentDiscountId" IS NOT NULL"#,
        spans,
        spans.newest_month.min(spans.span.0),
    );
    let _ = write!(
        sql,
        "SELECT i, a, g, max(e), sum(CASE WHEN s >= {from} AND s < {to} THEN c END) AS in_span, \
         sum(CASE WHEN s >= {} AND s < {end} THEN c END) AS in_month\n\
         FROM r GROUP BY 1, 2, 3",
        instant(spans.newest_month)
    );
    sql
}
