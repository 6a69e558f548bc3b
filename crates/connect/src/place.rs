//! What a path says about the file: which report's which period it belongs to.

use model::BillingPeriod;

/// Folder scheme that a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scheme {
    /// `<report>/20261001-20261101/[<assembly>/]`
    Legacy,
    /// `<report>/year=2026/month=10/`
    Athena,
    /// `<export>/data/BILLING_PERIOD=2026-10/[<execution>/]`, and `metadata` likewise.
    Export,
}

/// One period of one report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition {
    pub(crate) scheme: Scheme,
    /// Folder of the report.
    pub(crate) report: String,
    pub(crate) period: BillingPeriod,
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
    let folders = parts.get(..parts.len().saturating_sub(1))?;
    (0..folders.len()).rev().find_map(|at| {
        let (scheme, period, mut report) = if let Some(period) = export_period(folders[at]) {
            (Scheme::Export, period, at)
        } else if let Some(period) =
            at.checked_sub(1).and_then(|year| athena_period(folders[year], folders[at]))
        {
            (Scheme::Athena, period, at.saturating_sub(1))
        } else {
            (Scheme::Legacy, legacy_period(folders[at])?, at)
        };
        if scheme == Scheme::Export
            && let Some(parent) = report.checked_sub(1)
            && ["data", "metadata"].iter().any(|name| folders[parent].eq_ignore_ascii_case(name))
        {
            report = parent;
        }
        let partition = Partition { scheme, report: folders[..report].join("/"), period };
        let below = folders.get(at.saturating_add(1)..).unwrap_or_default();
        Some(Place { partition, delivery: (!below.is_empty()).then(|| below.join("/")) })
    })
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

fn legacy_period(folder: &str) -> Option<BillingPeriod> {
    let (start, end) = folder.split_once('-')?;
    let date = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    (date(start) && date(end)).then_some(())?;
    BillingPeriod::try_new(start[..4].parse().ok()?, start[4..6].parse().ok()?).ok()
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
    fn periods_and_reports_are_read_from_paths() {
        for (path, report, period, delivery) in [
            ("b/p/cur/20261001-20261101/cur-1.csv.gz", "b/p/cur", "2026-10", None),
            ("b/p/cur/20261001-20261101/a1/cur-1.csv.gz", "b/p/cur", "2026-10", Some("a1")),
            ("p/cur/cur/year=2026/month=1/cur-00001.snappy.parquet", "p/cur/cur", "2026-01", None),
            ("x/data/BILLING_PERIOD=2026-10/x-1.parquet", "x", "2026-10", None),
            ("x/metadata/billing_period=2026-10/x-Manifest.json", "x", "2026-10", None),
            ("x/data/BILLING_PERIOD=2026-10/2026-e/x-1.parquet", "x", "2026-10", Some("2026-e")),
            ("BILLING_PERIOD=2026-10/x-1.parquet", "", "2026-10", None),
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
