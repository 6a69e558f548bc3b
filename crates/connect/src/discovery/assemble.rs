//! Putting deliveries together from a sorted listing and the manifests that were read.

use super::listing::{Listed, Listing, beside, delivery_age};
use super::{Delivery, Discovery, FileRef, Layout, Problem};
use crate::manifest::Manifest;
use crate::place::{Partition, Scheme, base_name, common_prefix, common_suffix};
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use twox_hash::XxHash3_128;

/// A manifest file and what reading it gave: `Ok(None)` is JSON that is no manifest.
pub(crate) type ReadManifest = (Listed, Result<Option<Manifest>, String>);

/// Puts deliveries together. `updating`: AWS says that the report is being written now.
pub(crate) fn assemble(listing: Listing, manifests: Vec<ReadManifest>, updating: bool) -> Discovery {
    let mut found = Assembly::new(listing);
    found.by_manifest(manifests);
    found.by_folder();
    found.loose();
    let mut discovery = Discovery { deliveries: found.deliveries, ignored: found.listing.ignored };
    for delivery in &mut discovery.deliveries {
        if updating && delivery.layout == Layout::Athena {
            delivery.notes.push(Problem {
                file: delivery.report.clone(),
                message: "AWS says that this report is being updated".to_owned(),
                advice: "If reading fails, start again in a few minutes".to_owned(),
            });
        }
        delivery.fingerprint = fingerprint(delivery);
    }
    discovery
        .deliveries
        .sort_by(|left, right| right.period.cmp(&left.period).then_with(|| left.report.cmp(&right.report)));
    discovery.ignored.sort();
    discovery
}

struct Assembly {
    listing: Listing,
    /// Positions of data files by base name.
    by_name: HashMap<String, Vec<usize>>,
    claimed: BTreeSet<usize>,
    /// Partitions that a manifest speaks for.
    managed: BTreeSet<Partition>,
    /// Reports that have manifests: a period of theirs without one is not complete.
    with_manifests: BTreeSet<(Scheme, String)>,
    deliveries: Vec<Delivery>,
}

impl Assembly {
    fn new(listing: Listing) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, listed) in listing.data.iter().enumerate() {
            by_name.entry(base_name(&listed.full).to_owned()).or_default().push(at);
        }
        Self {
            listing,
            by_name,
            claimed: BTreeSet::new(),
            managed: BTreeSet::new(),
            with_manifests: BTreeSet::new(),
            deliveries: Vec::new(),
        }
    }

    fn ignore(&mut self, path: &str, reason: &str) {
        self.listing.ignored.push((path.to_owned(), reason.to_owned()));
    }

    fn by_manifest(&mut self, mut manifests: Vec<ReadManifest>) {
        // The newest first: where two manifests name the same files, it wins.
        manifests.sort_by(|(left, _), (right, _)| {
            right.file.modified.cmp(&left.file.modified).then_with(|| left.full.cmp(&right.full))
        });
        for (listed, read) in manifests {
            let manifest = match read {
                Ok(Some(manifest)) => manifest,
                Ok(None) => {
                    self.ignore(&listed.file.path, "JSON, but not a manifest");
                    continue;
                }
                Err(error) => {
                    self.broken(&listed, &error);
                    continue;
                }
            };
            let resolved = self.resolve(&listed, &manifest);
            let files: Vec<usize> = resolved.iter().flatten().copied().collect();
            if !files.is_empty() && files.iter().any(|at| self.claimed.contains(at)) {
                self.ignore(&listed.file.path, "another, newer manifest names the same files");
                continue;
            }
            let stray = listed.place.is_none() && files.is_empty() && !self.listing.data.is_empty();
            let mut problems = Vec::new();
            for (key, at) in manifest.keys.iter().flatten().zip(&resolved) {
                if at.is_none() {
                    problems.push(missing(key));
                }
            }
            if stray {
                // A manifest that lies about loosely, beside files that it does not name, speaks for none of them.
                self.ignore(&listed.file.path, "a manifest none of whose files is here");
                continue;
            }
            self.claim(&listed, &files);
            let files = if manifest.keys.is_some() { files } else { self.listed_for(&listed) };
            if files.is_empty() && problems.is_empty() {
                problems.push(nothing(&listed.file.path, "the manifest names no files"));
            }
            let folder_period = listed.place.as_ref().map(|place| place.partition.period);
            if let (Some(folder), Some(stated)) = (folder_period, manifest.billing_period)
                && folder != stated
            {
                problems.push(Problem {
                    file: listed.file.path.clone(),
                    message: format!("the manifest is of {stated}, but lies in the folder of {folder}"),
                    advice: "Copy the report again with its folders, or deliver it again".to_owned(),
                });
            }
            let period = folder_period.or(manifest.billing_period).or_else(|| self.period_of(&files));
            let layout = self.layout_of(&listed, &files);
            self.deliver(
                period,
                layout,
                report_of(&listed, Some(&manifest)),
                Some(manifest),
                &files,
                problems,
            );
        }
    }

    fn broken(&mut self, listed: &Listed, error: &str) {
        let Some(place) = &listed.place else {
            self.ignore(&listed.file.path, "not a manifest: it is no JSON");
            return;
        };
        let (period, layout) = (place.partition.period, layout(place.partition.scheme));
        self.claim(listed, &[]);
        let problem = Problem {
            file: listed.file.path.clone(),
            message: format!("the manifest cannot be read: {error}"),
            advice: "Copy or deliver it again".to_owned(),
        };
        self.deliver(Some(period), layout, report_of(listed, None), None, &[], vec![problem]);
    }

    /// Marks files, and the partitions of the manifest and its files, as spoken for.
    fn claim(&mut self, manifest: &Listed, files: &[usize]) {
        let places = files.iter().filter_map(|at| self.listing.data[*at].place.as_ref());
        for place in places.chain(&manifest.place) {
            self.managed.insert(place.partition.clone());
            self.with_manifests.insert((place.partition.scheme, place.partition.report.clone()));
        }
        self.claimed.extend(files);
    }

    fn period_of(&self, files: &[usize]) -> Option<BillingPeriod> {
        let mut periods =
            files.iter().map(|at| self.listing.data[*at].place.as_ref().map(|place| place.partition.period));
        let first = periods.next()??;
        periods.all(|period| period == Some(first)).then_some(first)
    }

    fn layout_of(&self, manifest: &Listed, files: &[usize]) -> Layout {
        let file = files.first().and_then(|at| self.listing.data[*at].place.as_ref());
        file.or(manifest.place.as_ref()).map_or(Layout::Loose, |place| layout(place.partition.scheme))
    }

    /// The file that each key of a manifest means.
    fn resolve(&self, manifest: &Listed, read: &Manifest) -> Vec<Option<usize>> {
        let period = manifest.place.as_ref().map(|place| place.partition.period).or(read.billing_period);
        read.keys.iter().flatten().map(|key| self.find(manifest, period, key)).collect()
    }

    /// The file that a key means: reports may have been copied elsewhere, so the longest common end of the
    /// paths decides; a file of another period or another delivery never does.
    fn find(&self, manifest: &Listed, period: Option<BillingPeriod>, key: &str) -> Option<usize> {
        let parts = key.split('/').count();
        let candidates = self.by_name.get(base_name(key))?.iter().copied();
        let fits = |at: &usize| {
            let file = &self.listing.data[*at];
            let common = common_suffix(key, &file.full);
            let file_period = file.place.as_ref().map(|place| place.partition.period);
            let same_period = period.is_none() || file_period.is_none() || file_period == period;
            let whole = common == parts && parts > 1;
            whole || (common > 1 && same_period) || (common == 1 && beside(manifest, file) && same_period)
        };
        candidates.filter(fits).max_by_key(|at| {
            let file = &self.listing.data[*at];
            (
                common_suffix(key, &file.full),
                common_prefix(&manifest.full, &file.full),
                std::cmp::Reverse(*at),
            )
        })
    }

    /// The files that belong to a manifest without a list: those of the newest delivery in its partition.
    fn listed_for(&mut self, manifest: &Listed) -> Vec<usize> {
        let Some(place) = &manifest.place else { return Vec::new() };
        let files = self.newest_delivery(&place.partition.clone());
        self.claimed.extend(&files);
        files
    }

    /// Unclaimed files of a partition's newest delivery folder (or those in no such folder).
    fn newest_delivery(&self, partition: &Partition) -> Vec<usize> {
        let mut deliveries: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, listed) in self.listing.data.iter().enumerate() {
            if let Some(place) = listed.place.as_ref().filter(|place| place.partition == *partition)
                && !self.claimed.contains(&at)
            {
                deliveries.entry(place.delivery.as_deref().unwrap_or_default()).or_default().push(at);
            }
        }
        let age = |name: &str, files: &[usize]| {
            files.iter().map(|at| delivery_age(name, &self.listing.data[*at])).max()
        };
        let newest =
            deliveries.into_iter().max_by_key(|(name, files)| (age(name, files), (*name).to_owned()));
        newest.map(|(_, files)| files).unwrap_or_default()
    }

    /// Periods without a manifest.
    fn by_folder(&mut self) {
        let partitions: BTreeSet<Partition> = self
            .listing
            .data
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.claimed.contains(at))
            .filter_map(|(_, listed)| Some(listed.place.as_ref()?.partition.clone()))
            .collect();
        for partition in partitions {
            if !self.managed.contains(&partition) {
                let files = self.newest_delivery(&partition);
                let Some(first) = files.first().map(|at| &self.listing.data[*at]) else { continue };
                let report = report_of(first, None);
                let awaited = (partition.scheme, partition.report.clone());
                let awaited = self.with_manifests.contains(&awaited);
                let (mut problems, mut notes) = (Vec::new(), Vec::new());
                if partition.scheme != Scheme::Athena {
                    let problem = without_manifest(&first.file.path, awaited);
                    if awaited { problems.push(problem) } else { notes.push(problem) }
                }
                self.claimed.extend(&files);
                self.deliver(
                    Some(partition.period),
                    layout(partition.scheme),
                    report,
                    None,
                    &files,
                    problems,
                );
                self.deliveries.last_mut().into_iter().for_each(|delivery| delivery.notes.append(&mut notes));
            }
            for at in 0..self.listing.data.len() {
                let listed = &self.listing.data[at];
                let inside = listed.place.as_ref().is_some_and(|place| place.partition == partition);
                if inside && self.claimed.insert(at) {
                    let path = listed.file.path.clone();
                    self.ignore(&path, "not part of the newest delivery of its period");
                }
            }
        }
    }

    fn loose(&mut self) {
        let files: Vec<usize> =
            (0..self.listing.data.len()).filter(|at| !self.claimed.contains(at)).collect();
        if !files.is_empty() {
            let report = match files.as_slice() {
                [only] => self.listing.data[*only].file.path.clone(),
                several => format!("{} files", several.len()),
            };
            self.deliver(None, Layout::Loose, report, None, &files, Vec::new());
        }
    }

    fn deliver(
        &mut self,
        period: Option<BillingPeriod>,
        layout: Layout,
        report: String,
        manifest: Option<Manifest>,
        files: &[usize],
        problems: Vec<Problem>,
    ) {
        let mut seen = BTreeSet::new();
        let files: Vec<FileRef> = files
            .iter()
            .filter(|at| seen.insert(**at))
            .map(|at| self.listing.data[*at].file.clone())
            .collect();
        let name = period.map_or_else(|| report.clone(), |period| format!("{report} {period}"));
        let fingerprint = String::new();
        let notes = Vec::new();
        self.deliveries.push(Delivery {
            period,
            name,
            report,
            layout,
            manifest,
            files,
            problems,
            notes,
            fingerprint,
        });
    }
}

fn layout(scheme: Scheme) -> Layout {
    match scheme {
        Scheme::Legacy => Layout::Legacy,
        Scheme::Athena => Layout::Athena,
        Scheme::Export => Layout::Export,
    }
}

/// The report's folder, and its name if the manifest says another.
fn report_of(listed: &Listed, manifest: Option<&Manifest>) -> String {
    let name = manifest.and_then(|manifest| manifest.report_name.clone());
    let Some(place) = &listed.place else {
        return name.unwrap_or_else(|| listed.file.path.clone());
    };
    let report = place.partition.report.trim_matches('/');
    match name {
        Some(name) if base_name(report) != name => format!("{report}/{name}"),
        _ => report.to_owned(),
    }
}

fn missing(key: &str) -> Problem {
    Problem {
        file: key.to_owned(),
        message: format!("the manifest names '{key}', which is not there"),
        advice: "Copy the report completely; in a bucket, wait until the delivery is complete".to_owned(),
    }
}

fn nothing(path: &str, message: &str) -> Problem {
    Problem {
        file: path.to_owned(),
        message: message.to_owned(),
        advice: "Wait until the delivery is complete, or deliver it again".to_owned(),
    }
}

fn without_manifest(path: &str, awaited: bool) -> Problem {
    let advice = if awaited {
        "The report's other periods have manifests: wait until this delivery is complete"
    } else {
        "Its files are taken as they lie there; copy the manifest too, so that completeness can be checked"
    };
    Problem {
        file: path.to_owned(),
        message: "the period has no manifest".to_owned(),
        advice: advice.to_owned(),
    }
}

fn fingerprint(delivery: &Delivery) -> String {
    let manifest = delivery.manifest.iter().map(|manifest| format!("{}\n{}\n", manifest.path, manifest.etag));
    let files = delivery.files.iter().map(|file| format!("{}\n{}\n{}\n", file.path, file.size, file.etag));
    let text: String = manifest.chain(files).collect();
    format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
}
