//! Functions, buckets, tables and log groups.

use super::basics::{Own, amount, brief};
use super::finding::{Finding, Unknown};
use super::growth::rising;
use super::mul_div;
use super::prices::{by_region, or_book};
use super::rows::{Index, Row, window};
use super::rules::Rule;
use model::Decimal;
use std::fmt::Write;

/// Part of provisioned seconds below which they are hardly used, in percent.
const HARDLY_PERCENT: i64 = 10;

pub(super) fn concurrency(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let prices = by_region(index, "function_seconds");
    let used = index.by_resource(&["concurrency_used"]);
    let at = window(rule.look_back);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["concurrency"]) {
        if !Own::of(&rows).stands(rule, index) {
            continue;
        }
        let more: Vec<&Row> = used.get(&key).cloned().unwrap_or_default();
        let sum = |rows: &[&Row]| -> Decimal { rows.iter().map(|row| row.look_back[at].usage).sum() };
        let (provisioned, seconds) = (sum(&rows), sum(&more));
        let most = mul_div(provisioned, Decimal::from(HARDLY_PERCENT), Decimal::from(100));
        if most.is_none_or(|most| seconds >= most) {
            continue;
        }
        let both: Vec<&Row> = rows.iter().chain(&more).copied().collect();
        let own = Own::of(&both);
        let in_span: Decimal = more.iter().map(|row| row.amount.usage).sum();
        let region = &rows[0].region;
        let on_demand = if in_span.is_zero() {
            Some(Decimal::ZERO)
        } else {
            or_book(index, prices.get(region), rows[0], "Lambda-GB-Second", ("Invoke", ""))
                .map(|price| price.of(in_span))
        };
        let mut finding = own.finding(rule);
        finding.evidence =
            format!("{} of {} provisioned GB-seconds were used", brief(seconds), brief(provisioned));
        match on_demand {
            Some(on_demand) if own.cost > on_demand => {
                finding.amount = Some(own.cost - on_demand);
                finding.low = finding.amount;
            }
            Some(_) => continue,
            None => {
                (finding.amount, finding.low) = (None, None);
                finding.unknown = Some(Unknown::Price(format!("GB-seconds on demand in {region}")));
            }
        }
        found.push(finding);
    }
    found
}

pub(super) fn bucket(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let prices = by_region(index, "bucket_infrequent");
    let reads = index.by_resource(&["bucket_reads", "bucket_out"]);
    let at = window(rule.look_back);
    let known = index.known_days(rule.look_back);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["bucket_standard"]) {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || own.cost <= Decimal::ZERO || key.resource.is_empty() {
            continue;
        }
        let is_read =
            reads.get(&key).is_some_and(|rows| rows.iter().any(|row| !row.look_back[at].usage.is_zero()));
        if is_read {
            continue;
        }
        let region = &rows[0].region;
        let mut finding = own.finding(rule);
        finding.evidence =
            format!("{} stored, and neither read nor sent out in {known} days", amount(own.usage, &rows));
        let told = prices.get(region);
        let infrequent = ("StandardIAStorage", "GB-Mo");
        let price = or_book(index, told, rows[0], "TimedStorage-SIA-ByteHrs", infrequent);
        match price.map(|price| own.cost - price.of(own.usage)) {
            Some(saved) if saved > Decimal::ZERO => {
                finding.amount = Some(saved);
                // Small and short-lived objects may cost as much as before.
                finding.low = Some(Decimal::ZERO);
            }
            Some(_) => continue,
            None => {
                (finding.amount, finding.low) = (None, None);
                finding.unknown = Some(Unknown::Price(format!("infrequent access in {region}")));
            }
        }
        found.push(finding);
    }
    found
}

pub(super) fn table(rule: &Rule, index: &Index<'_>, less: Decimal, more: Decimal) -> Vec<Finding> {
    let throughput = index.by_resource(&["table_throughput"]);
    let hundred = Decimal::from(100);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["table_storage"]) {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || key.resource.is_empty() {
            continue;
        }
        let requests = throughput.get(&key).map_or(Decimal::ZERO, |rows| Own::of(rows).cost);
        let (Some(gain), Some(loss)) = (mul_div(own.cost, less, hundred), mul_div(requests, more, hundred))
        else {
            continue;
        };
        let saved = gain - loss;
        if saved > Decimal::ZERO {
            let evidence = format!("storage cost {}, reads and writes {}", brief(own.cost), brief(requests));
            found.push(Finding { amount: Some(saved), low: Some(saved), evidence, ..own.finding(rule) });
        }
    }
    found
}

pub(super) fn logs(rule: &Rule, index: &Index<'_>, less: Decimal, least: Decimal) -> Vec<Finding> {
    let stored = index.by_resource(&["log_storage"]);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&["log_ingestion"]) {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || own.cost < least || own.cost <= Decimal::ZERO {
            continue;
        }
        let mut evidence = format!("{} taken in", amount(own.usage, &rows));
        if let Some(levels) = stored.get(&key).and_then(|rows| rising(rows)) {
            let _ =
                write!(evidence, "; its {} GB of storage only rise: it has no retention", brief(levels[0]));
        }
        let half = mul_div(own.cost, less, Decimal::from(100));
        found.push(Finding { amount: half, low: Some(Decimal::ZERO), evidence, ..own.finding(rule) });
    }
    found
}
