//! How rules are applied, and those that look at rows and their absence alone.

use super::finding::{Confidence, Finding, Unknown};
use super::rows::{Bought, Index, Key, Row, window};
use super::rules::{How, Rule};
use super::{growth, instances, mul_div, services, volumes};
use model::Decimal;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::Arc;

/// The findings of a rule.
pub(super) fn apply(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    match &rule.how {
        How::All { rows } => all(rule, index, rows),
        How::Idle { rows, activity, nearly_percent } => {
            let activity: Vec<&str> = activity.iter().map(String::as_str).collect();
            idle(rule, index, rows, &activity, *nearly_percent)
        }
        How::Shown { rows, least } => shown(rule, index, rows, *least),
        How::Gp2 => volumes::gp2(rule, index),
        How::Provisioned => volumes::provisioned(rule, index),
        How::Magnetic => volumes::magnetic(rule, index),
        How::Alone => volumes::alone(rule, index),
        How::Snapshots => growth::snapshots(rule, index),
        How::PreviousGeneration => instances::previous_generation(rule, index),
        How::Graviton => instances::graviton(rule, index),
        How::Host => instances::host(rule, index),
        How::Schedule(schedule) => instances::night_and_weekend(rule, index, schedule),
        How::Aurora => instances::aurora(rule, index),
        How::Concurrency => services::concurrency(rule, index),
        How::Bucket => services::bucket(rule, index),
        How::Table { storage_less_percent, throughput_more_percent } => {
            services::table(rule, index, *storage_less_percent, *throughput_more_percent)
        }
        How::Logs { less_percent, least } => services::logs(rule, index, *less_percent, *least),
        How::Commitment => commitments(rule, index),
    }
}

/// What several rows of one resource come to.
pub(super) struct Own<'a> {
    pub(super) rows: Vec<&'a Row>,
    /// Cost in the span of what no commitment pays.
    pub(super) cost: Decimal,
    /// Usage of those rows.
    pub(super) usage: Decimal,
    last_end: i64,
}

impl<'a> Own<'a> {
    pub(super) fn of(rows: &[&'a Row]) -> Self {
        let paid = || rows.iter().filter(|row| row.bought != Bought::Covered);
        Self {
            cost: paid().map(|row| row.amount.cost).sum(),
            usage: paid().map(|row| row.amount.usage).sum(),
            last_end: rows.iter().map(|row| row.last_end).max().unwrap_or(i64::MIN),
            rows: rows.to_vec(),
        }
    }

    /// Whether its evidence reaches into the newest day.
    pub(super) fn stands(&self, rule: &Rule, index: &Index<'_>) -> bool {
        index.stands(self.last_end, rule.slack)
    }

    /// Of its cost, the part in a look-back.
    pub(super) fn lately(&self, look_back: u16) -> Decimal {
        let paid = self.rows.iter().filter(|row| row.bought != Bought::Covered);
        match window(look_back) {
            at @ (0 | 1) => paid.map(|row| row.lately[at]).sum(),
            _ => self.cost,
        }
    }

    pub(super) fn finding(&self, rule: &Rule) -> Finding {
        let first = self.rows.first();
        let text = |of: fn(&Row) -> &Arc<str>| first.map(|row| Arc::clone(of(row))).unwrap_or_default();
        let usage_types: BTreeSet<&Arc<str>> = self.rows.iter().map(|row| &row.usage_type).collect();
        Finding {
            rule: rule.id,
            account: text(|row| &row.account),
            region: text(|row| &row.region),
            resource: text(|row| &row.resource),
            amount: Some(self.cost),
            low: Some(self.cost),
            unknown: None,
            cost: self.cost,
            confidence: rule.confidence,
            evidence: String::new(),
            usage_types: usage_types.into_iter().cloned().collect(),
            counted: false,
        }
    }
}

fn all(rule: &Rule, index: &Index<'_>, rows: &str) -> Vec<Finding> {
    let by_resource = index.by_resource(&[rows]);
    let own = by_resource.values().map(|rows| Own::of(rows));
    own.filter(|own| own.stands(rule, index) && own.cost > Decimal::ZERO)
        .map(|own| {
            let evidence =
                format!("{} of it in the span, up to the newest day", amount(own.usage, &own.rows));
            Finding { evidence, ..own.finding(rule) }
        })
        .collect()
}

/// Usage of the rows of some signals in a look-back, their cost there, and their usage in the span.
#[derive(Clone, Copy, Default)]
struct Activity {
    usage: Decimal,
    cost: Decimal,
    in_span: Decimal,
}

impl Activity {
    fn add(&mut self, row: &Row, at: usize) {
        self.usage += row.look_back[at].usage;
        self.cost += row.look_back[at].cost;
        self.in_span += row.amount.usage;
    }
}

fn idle(
    rule: &Rule,
    index: &Index<'_>,
    rows: &str,
    activity: &[&str],
    nearly_percent: Option<Decimal>,
) -> Vec<Finding> {
    let at = window(rule.look_back);
    let mut active: HashMap<Key, Activity> = HashMap::new();
    // What names no resource may be of any of its account and region.
    let mut unnamed: HashMap<(&str, &str), Decimal> = HashMap::new();
    for row in activity.iter().flat_map(|signal| index.rows(signal)) {
        active.entry(Key::of(row)).or_default().add(row, at);
        if row.resource.is_empty() {
            *unnamed.entry((&row.account, &row.region)).or_default() += row.look_back[at].usage;
        }
    }
    // Where the report names no resources at all, hours and activity have one key.
    let known = index.known_days(rule.look_back);
    let mut found = vec![];
    for (key, rows) in index.by_resource(&[rows]) {
        let own = Own::of(&rows);
        if !own.stands(rule, index) || own.cost <= Decimal::ZERO {
            continue;
        }
        let activity = active.get(&key).copied().unwrap_or_default();
        let elsewhere = rows.first().and_then(|row| unnamed.get(&(&*row.account, &*row.region)));
        if !key.resource.is_empty() && elsewhere.is_some_and(|usage| !usage.is_zero()) {
            continue;
        }
        let mut finding = own.finding(rule);
        if activity.usage.is_zero() {
            finding.evidence = format!("{}, and no activity in {known} days", amount(own.usage, &own.rows));
            if known < i64::from(rule.look_back) {
                let _ = write!(
                    finding.evidence,
                    ": the data have no more of the {} that are asked for",
                    rule.look_back
                );
                finding.confidence = finding.confidence.less();
            }
            // Before it fell idle it was of use.
            if !activity.in_span.is_zero() {
                finding.low = Some(own.lately(rule.look_back));
            }
        } else {
            let least = nearly_percent.and_then(|percent| {
                let cost: Decimal = rows.iter().map(|row| row.look_back[at].cost).sum();
                mul_div(cost, percent, Decimal::from(100))
            });
            if least.is_none_or(|least| activity.cost >= least) {
                continue;
            }
            finding.low = Some(Decimal::ZERO);
            finding.confidence = Confidence::Low;
            finding.evidence = format!(
                "{}; what it did in {known} days cost {}: nearly nothing",
                amount(own.usage, &own.rows),
                brief(activity.cost)
            );
        }
        found.push(finding);
    }
    found
}

fn shown(rule: &Rule, index: &Index<'_>, rows: &str, least: Decimal) -> Vec<Finding> {
    let by_resource = index.by_resource(&[rows]);
    let own = by_resource.values().map(|rows| Own::of(rows));
    own.filter(|own| own.stands(rule, index) && own.cost >= least)
        .map(|own| Finding {
            evidence: format!("{} in the span", amount(own.usage, &own.rows)),
            amount: None,
            low: None,
            unknown: Some(Unknown::NotPromised),
            ..own.finding(rule)
        })
        .collect()
}

fn commitments(rule: &Rule, index: &Index<'_>) -> Vec<Finding> {
    let unused = index.asked.unused.iter();
    unused
        .filter(|one| one.cost > Decimal::ZERO && index.stands(one.last_end, rule.slack))
        .map(|one| Finding {
            rule: rule.id,
            account: Arc::clone(&one.account),
            region: Arc::clone(&one.region),
            resource: Arc::clone(&one.commitment),
            amount: Some(one.cost),
            low: Some(one.cost),
            unknown: None,
            cost: one.cost,
            confidence: rule.confidence,
            evidence: format!("{} of it served nothing in the span", brief(one.cost)),
            usage_types: vec![],
            counted: false,
        })
        .collect()
}

/// An amount in its unit, to the thousandth, for sentences.
pub(super) fn amount(usage: Decimal, rows: &[&Row]) -> String {
    let unit = rows.iter().map(|row| &*row.unit).find(|unit| !unit.is_empty()).unwrap_or("units");
    format!("{} {unit}", brief(usage))
}

/// To the thousandth.
pub(super) fn brief(number: Decimal) -> String {
    let thousandth = 10_i128.pow(model::SCALE - 3);
    let units = number.units();
    let rounded = (units + units.signum() * (thousandth / 2)) / thousandth;
    Decimal::from_units(rounded.saturating_mul(thousandth)).to_string()
}
