//! What a path says about the file: which report's which period it belongs to.

use chrono::{Datelike, NaiveDate};
use model::BillingPeriod;

/// Days that a delivery is of; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayRange {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
}

impl DayRange {
    /// The days from one to another, which is the last of them.
    pub(crate) fn through(from: NaiveDate, last: NaiveDate) -> Option<Self> {
        let to = last.succ_opt()?;
        (from < to && (1..=MOST_DAYS).contains(&(to - from).num_days())).then_some(Self { from, to })
    }

    /// Whether some day is in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The billing periods that it touches, oldest first.
    pub(crate) fn periods(self) -> Vec<BillingPeriod> {
        let mut periods = Vec::new();
        let mut day = Some(self.from);
        while let Some(period) = day.filter(|day| *day < self.to).and_then(BillingPeriod::of) {
            periods.push(period);
            day = period.first_day().checked_add_months(chrono::Months::new(1));
        }
        periods
    }
}

impl std::fmt::Display for DayRange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} to {}", self.from, self.to.pred_opt().unwrap_or(self.to))
    }
}

/// Exports of longer ranges than this are no exports of a bill: their own tools allow a year and a month at most.
const MOST_DAYS: i64 = 400;

/// Folder scheme that a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scheme {
    /// `<report>/20261001-20261101/[<assembly>/]`
    Legacy,
    /// `<report>/year=2026/month=10/`
    Athena,
    /// `<export>/data/BILLING_PERIOD=2026-10/[<execution>/]`, and `metadata` likewise.
    Export,
    /// `<export>/20261001-20261031/[<time>/][<run>/]`: a range of days whose last one is in it (Azure).
    Range,
    /// `Costs/2026/10/<scope>/<ingestion>__<file>` (FinOps hubs).
    Hub,
}

/// One period of one report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition {
    pub(crate) scheme: Scheme,
    /// Folder of the report.
    pub(crate) report: String,
    /// The period; of a range of days the first that it touches.
    pub(crate) period: BillingPeriod,
    /// The days of a range.
    pub(crate) days: Option<DayRange>,
}

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: Partition,
    /// Folder of the delivery below the period: assembly or execution.
    pub(crate) delivery: Option<String>,
}

/// Reads a path (with all that is known of it, the source's own folder included).
pub(crate) fn place(path: &str) -> Option<Place> {
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    if let Some(place) = hub_place(folders, name) {
        return Some(place);
    }
    (0..folders.len()).rev().find_map(|at| {
        let mut days = None;
        let (scheme, period, mut report) = if let Some(period) = export_period(folders[at]) {
            (Scheme::Export, period, at)
        } else if let Some(period) =
            at.checked_sub(1).and_then(|year| athena_period(folders[year], folders[at]))
        {
            (Scheme::Athena, period, at.saturating_sub(1))
        } else if let Some(period) = legacy_period(folders[at]) {
            (Scheme::Legacy, period, at)
        } else {
            let range = day_range(folders[at])?;
            days = Some(range);
            (Scheme::Range, BillingPeriod::of(range.from)?, at)
        };
        if scheme == Scheme::Export
            && let Some(parent) = report.checked_sub(1)
            && ["data", "metadata"].iter().any(|name| folders[parent].eq_ignore_ascii_case(name))
        {
            report = parent;
        }
        let partition = Partition { scheme, report: folders[..report].join("/"), period, days };
        // `provider=aws` below a period parts its rows; it is no delivery that replaces another one.
        let below: Vec<&str> =
            folders[at..].iter().skip(1).copied().filter(|folder| !folder.contains('=')).collect();
        Some(Place { partition, delivery: (!below.is_empty()).then(|| below.join("/")) })
    })
}

/// `…/Costs/2026/10/<scope…>/<ingestion>__<file>`: each ingestion of a scope's month replaces the one before.
fn hub_place(folders: &[&str], name: &str) -> Option<Place> {
    let (ingestion, _) = name.split_once("__")?;
    let at = folders.iter().rposition(|folder| folder.eq_ignore_ascii_case("costs"))?;
    let (year, month) = (folders.get(at + 1)?, folders.get(at + 2)?);
    let number = |text: &str, digits: usize| {
        text.parse().ok().filter(|_| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let period = BillingPeriod::try_new(number(year, 4)?, u32::try_from(number(month, 2)?).ok()?).ok()?;
    let report = [&folders[..=at], folders.get(at + 3..).unwrap_or_default()].concat().join("/");
    let partition = Partition { scheme: Scheme::Hub, report, period, days: None };
    Some(Place { partition, delivery: Some(ingestion.to_owned()) })
}

fn value<'a>(folder: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = folder.split_once('=')?;
    key.eq_ignore_ascii_case(name).then_some(value)
}

fn export_period(folder: &str) -> Option<BillingPeriod> {
    let text = value(folder, "BILLING_PERIOD")?;
    // Some tools write the first day of the month.
    text.get(..7)?.parse().ok().filter(|_| text.len() == 7 || text[7..].starts_with('-'))
}

fn athena_period(year: &str, month: &str) -> Option<BillingPeriod> {
    BillingPeriod::try_new(value(year, "year")?.parse().ok()?, value(month, "month")?.parse().ok()?).ok()
}

/// `20261001-20261101`: a month, as AWS writes it, the end exclusive.
fn legacy_period(folder: &str) -> Option<BillingPeriod> {
    let (start, end) = dates(folder)?;
    let period = BillingPeriod::of(start)?;
    (start.day() == 1 && start.checked_add_months(chrono::Months::new(1)) == Some(end)).then_some(period)
}

/// `20261001-20261031`: days, as Azure writes them, the end inclusive.
fn day_range(folder: &str) -> Option<DayRange> {
    let (start, end) = dates(folder)?;
    DayRange::through(start, end)
}

fn dates(folder: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (start, end) = folder.split_once('-')?;
    let date = |text: &str| {
        (text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
        NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
    };
    Some((date(start)?, date(end)?))
}

/// How many trailing parts two paths share; names of Hive partitions in any case.
pub(crate) fn common_suffix(left: &str, right: &str) -> usize {
    let same =
        |left: &str, right: &str| left == right || (left.contains('=') && left.eq_ignore_ascii_case(right));
    left.rsplit('/').zip(right.rsplit('/')).take_while(|(left, right)| same(left, right)).count()
}

/// How many leading parts two paths share.
pub(crate) fn common_prefix(left: &str, right: &str) -> usize {
    left.split('/').zip(right.split('/')).take_while(|(left, right)| left == right).count()
}

/// Folder of a path, without the slash.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_days_know_their_periods() {
        let place = place("e/focus/20261220-20270103/r/part_0.csv").unwrap();
        let days = place.partition.days.unwrap();
        assert_eq!(days.to_string(), "2026-12-20 to 2027-01-03");
        let periods: Vec<_> = days.periods().iter().map(ToString::to_string).collect();
        assert_eq!(periods, ["2026-12", "2027-01"]);
        let month =
            |folder: &str| super::place(&format!("r/{folder}/x.csv")).map(|place| place.partition.scheme);
        assert_eq!(month("20261201-20270101"), Some(Scheme::Legacy));
        assert_eq!(month("20261201-20261231"), Some(Scheme::Range));
        assert_eq!(month("20261231-20261201"), None, "an end before its start");
    }

    #[test]
    fn periods_and_reports_are_read_from_paths() {
        for (path, report, period, delivery) in [
            ("b/p/cur/20261001-20261101/cur-1.csv.gz", "b/p/cur", "2026-10", None),
            ("b/p/cur/20261001-20261101/a1/cur-1.csv.gz", "b/p/cur", "2026-10", Some("a1")),
            ("p/cur/cur/year=2026/month=1/cur-00001.snappy.parquet", "p/cur/cur", "2026-01", None),
            ("x/data/BILLING_PERIOD=2026-10/x-1.parquet", "x", "2026-10", None),
            ("x/metadata/billing_period=2026-10/x-Manifest.json", "x", "2026-10", None),
            ("x/data/BILLING_PERIOD=2026-10/2026-e/x-1.parquet", "x", "2026-10", Some("2026-e")),
            ("BILLING_PERIOD=2026-10/x-1.parquet", "", "2026-10", None),
            ("f/billing_period=2026-10/provider=aws/x-1.parquet", "f", "2026-10", None),
            ("f/provider=aws/year=2026/month=10/day=03/x-1.parquet", "f/provider=aws", "2026-10", None),
            ("e/focus/20261001-20261031/r1/part_0.csv", "e/focus", "2026-10", Some("r1")),
            (
                "e/focus/20261005-20261011/202610120312/r1/part_0.csv",
                "e/focus",
                "2026-10",
                Some("202610120312/r1"),
            ),
            ("hub/Costs/2026/10/a/b/20261101__p.parquet", "hub/Costs/a/b", "2026-10", Some("20261101")),
        ] {
            let place = place(path).unwrap();
            assert_eq!(
                (place.partition.report.as_str(), place.delivery.as_deref()),
                (report, delivery),
                "{path}"
            );
            assert_eq!(place.partition.period.to_string(), period);
        }
        for path in
            ["cur.csv", "2026/10/x.csv", "20261301-20270101/x.csv", "month=10/x.csv", "20261001-20261101"]
        {
            assert_eq!(place(path), None, "{path}");
        }
    }
}
