//! What lies in a source: deliveries, each with exactly the files that belong to it.
//!
//! Decided from the listing and the manifests alone, by pure functions: [`manifests_to_read`] says which
//! JSON files matter, [`assemble`] puts deliveries together. A delivery whose files are not all there, or
//! whose manifest is of another period, carries a problem that blocks it: it is never half read.

mod assemble;
mod listing;
#[cfg(test)]
mod tests;

pub(crate) use assemble::assemble;
pub(crate) use listing::{Listing, manifests_to_read};

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

/// One report's bill for one period, as delivered last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The period, if folders or the manifest say it; else it is found in the rows.
    pub period: Option<BillingPeriod>,
    /// Words for messages: report and period.
    pub name: String,
    /// The report that it belongs to: folder, and its name where known. Two reports of one period are two
    /// views of one bill: never add them.
    pub report: String,
    /// How it is laid out.
    pub layout: Layout,
    /// Its manifest, if it has one.
    pub manifest: Option<Manifest>,
    /// Its files, in the manifest's order or by name.
    pub files: Vec<FileRef>,
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
    /// Files that are not read, and why.
    pub ignored: Vec<(String, String)>,
}

impl Discovery {
    /// Periods that several reports cover: the same bill more than once.
    pub fn overlaps(&self) -> Vec<(BillingPeriod, Vec<String>)> {
        let mut reports: BTreeMap<BillingPeriod, Vec<String>> = BTreeMap::new();
        for delivery in &self.deliveries {
            if let Some(period) = delivery.period {
                reports.entry(period).or_default().push(delivery.report.clone());
            }
        }
        reports.into_iter().filter(|(_, reports)| reports.len() > 1).collect()
    }
}
