//! What discovery finds: deliveries, their files, and what becomes of the others.

use super::fate::Unread;
use crate::manifest::Manifest;
use chrono::{DateTime, Utc};
use model::BillingPeriod;
use std::collections::BTreeMap;

/// How a delivery is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Cost and Usage Report: `<report>/20261001-20261101/`.
    Legacy,
    /// Cost and Usage Report for Athena: `<report>/year=2026/month=10/`.
    Athena,
    /// Data Exports (CUR 2.0, FOCUS): `<export>/data/BILLING_PERIOD=2026-10/`.
    Export,
    /// Runs over a range of days: `<export>/20261001-20261031/` (Azure).
    Range,
    /// Ingestions of a FinOps hub: `Costs/2026/10/<scope>/`.
    Hub,
    /// Files without a manifest and without folders that say their period.
    Loose,
}

/// A file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Path below the source's location.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Version of its content: changes when the file does.
    pub etag: String,
    /// When it was written.
    pub modified: DateTime<Utc>,
}

/// Something about a delivery that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// Files of one report, in a delivery that is put together from several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The report.
    pub report: String,
    /// How many of the delivery's files are its own, after those of the parts before.
    pub files: usize,
}

/// One report's bill for one period, as delivered last; or several reports' bills that are read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The period, if folders or the manifest say it; else it is found in the rows.
    pub period: Option<BillingPeriod>,
    /// Every period that it may hold rows of; empty: the rows alone say it.
    pub periods: Vec<BillingPeriod>,
    /// Words for messages: report and period.
    pub name: String,
    /// The report that it belongs to: folder, and its name where known. Whether two reports of one period are two bills
    /// or two views of one is said by their rows.
    pub report: String,
    /// How it is laid out.
    pub layout: Layout,
    /// Its manifests; none if its files lie there without one.
    pub manifests: Vec<Manifest>,
    /// Its files, in the manifest's order or by name.
    pub files: Vec<FileRef>,
    /// Which report the files are of, in their order.
    pub parts: Vec<Part>,
    /// Rows that the manifests promise, where every one does.
    pub rows: Option<u64>,
    /// What is wrong with it: a delivery with a problem must not be read.
    pub problems: Vec<Problem>,
    /// What else a person should know.
    pub notes: Vec<Problem>,
    /// Changes when the delivery does; equal fingerprints need not be read again.
    pub fingerprint: String,
}

impl Delivery {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).fold(0, u64::saturating_add)
    }
}

/// What was found in a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Deliveries, newest period first, those without a period last.
    pub deliveries: Vec<Delivery>,
    /// Files that are not read, and why, by path.
    pub unread: Vec<Unread>,
}

impl Discovery {
    /// Periods that several reports cover: several bills, or one bill more than once.
    pub fn overlaps(&self) -> Vec<(BillingPeriod, Vec<String>)> {
        let mut reports: BTreeMap<BillingPeriod, Vec<String>> = BTreeMap::new();
        for delivery in &self.deliveries {
            for period in &delivery.periods {
                let known = reports.entry(*period).or_default();
                known.extend(delivery.parts.iter().map(|part| part.report.clone()));
            }
        }
        reports.into_iter().filter(|(_, reports)| reports.len() > 1).collect()
    }
}
