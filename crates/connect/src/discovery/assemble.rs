//! Putting deliveries together from a sorted listing and the manifests that were read.

use super::fate::{Fate, Unread};
use super::folders::{Newest, rivals};
use super::listing::{Listed, Listing, age, beside};
use super::{Delivery, Discovery, FileRef, Layout, Part, Problem};
use crate::manifest::Manifest;
use crate::place::{Partition, Scheme, base_name, common_prefix, common_suffix};
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A manifest file and what reading it gave: `Ok(None)` is JSON that is no manifest.
pub(crate) type ReadManifest = (Listed, Result<Option<Manifest>, String>);

/// Puts deliveries together. `updating`: AWS says that the report is being written now.
pub(crate) fn assemble(mut listing: Listing, manifests: Vec<ReadManifest>, updating: bool) -> Discovery {
    let broken = std::mem::take(&mut listing.broken);
    for (table, _) in &broken {
        listing.drop_below(table, |_| true, Fate::Refused, "its table cannot be read");
    }
    let mut found = Assembly::new(listing);
    for (table, problem) in broken {
        found.blocked(&table, problem);
    }
    found.by_manifest(manifests);
    found.by_folder();
    found.loose();
    found.leave_older_manifests();
    let Assembly { deliveries, listing, late_notes, .. } = found;
    let mut discovery = Discovery { deliveries, unread: listing.unread };
    for (report, periods, note) in late_notes {
        let concerned = |delivery: &&mut Delivery| {
            delivery.report == report && delivery.periods.iter().any(|period| periods.contains(period))
        };
        discovery
            .deliveries
            .iter_mut()
            .filter(concerned)
            .for_each(|delivery| delivery.notes.push(note.clone()));
    }
    for delivery in &mut discovery.deliveries {
        if updating && delivery.layout == Layout::Athena {
            delivery.notes.push(Problem {
                file: delivery.report.clone(),
                message: "AWS says that this report is being updated".to_owned(),
                advice: "If reading fails, start again in a few minutes".to_owned(),
            });
        }
        delivery.fingerprint = delivery.print();
    }
    // Ranges of days of one export add up to its months.
    discovery.merge_where(|left, right| {
        left.report == right.report
            && left.layout == Layout::Range
            && right.layout == Layout::Range
            && left.problems.is_empty()
            && right.problems.is_empty()
    });
    discovery
}

/// The newest manifests, by path, that name files which are not there, or cannot be read: perhaps an older delivery is
/// complete.
pub(crate) fn not_complete(listing: &Listing, manifests: &[ReadManifest]) -> Vec<String> {
    if listing.older.is_empty() {
        return Vec::new();
    }
    let found = Assembly::new(listing.clone());
    let whole = |listed: &Listed, read: &Result<Option<Manifest>, String>| match read {
        Ok(Some(manifest)) => {
            manifest.keys.as_ref().is_none_or(|keys| !keys.is_empty())
                && found.resolve(listed, manifest).iter().all(Option::is_some)
        }
        Ok(None) => true,
        Err(_) => false,
    };
    let lacking = manifests.iter().filter(|(listed, read)| !whole(listed, read));
    lacking.map(|(listed, _)| listed.file.path.clone()).collect()
}

pub(super) struct Assembly {
    pub(super) listing: Listing,
    /// Positions of data files by base name.
    by_name: HashMap<String, Vec<usize>>,
    pub(super) claimed: BTreeSet<usize>,
    /// Partitions that a manifest speaks for.
    pub(super) managed: BTreeSet<Partition>,
    /// Reports that have manifests: a period of theirs without one is not complete.
    pub(super) with_manifests: BTreeSet<(Scheme, String)>,
    deliveries: Vec<Delivery>,
    /// Notes for the deliveries of a report's periods.
    pub(super) late_notes: Vec<(String, Vec<BillingPeriod>, Problem)>,
}

/// What a delivery is made of.
pub(super) struct Found {
    pub(super) periods: Vec<BillingPeriod>,
    pub(super) layout: Layout,
    pub(super) report: String,
    pub(super) manifest: Option<Manifest>,
    pub(super) files: Vec<usize>,
    pub(super) rows: Option<u64>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Problem>,
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
            late_notes: Vec::new(),
        }
    }

    fn ignore(&mut self, path: &str, fate: Fate, why: &str) {
        self.listing.unread.push(Unread::new(path, fate, why));
    }

    /// Files that are accounted for, and not read.
    pub(super) fn leave(&mut self, files: &[usize], fate: Fate, why: &str) {
        for at in files {
            if self.claimed.insert(*at) {
                let path = self.listing.data[*at].file.path.clone();
                self.ignore(&path, fate, why);
            }
        }
    }

    fn leave_older_manifests(&mut self) {
        for listed in std::mem::take(&mut self.listing.older).into_values().flatten() {
            self.ignore(
                &listed.file.path,
                Fate::Superseded,
                "manifest of an older delivery, or a copy of the newest",
            );
        }
    }

    /// A table that cannot be read.
    fn blocked(&mut self, table: &str, problem: Problem) {
        let report = if table.is_empty() { "the table".to_owned() } else { table.to_owned() };
        self.deliver(Found {
            periods: Vec::new(),
            layout: Layout::Loose,
            report,
            manifest: None,
            files: Vec::new(),
            rows: None,
            problems: vec![problem],
            notes: Vec::new(),
        });
    }

    fn by_manifest(&mut self, manifests: Vec<ReadManifest>) {
        let mut runs = Vec::new();
        // Of each report's period, the newest first, with those read because it is not complete.
        let mut groups: BTreeMap<(Option<Partition>, String), Vec<ReadManifest>> = BTreeMap::new();
        for (listed, read) in manifests {
            match read {
                Ok(Some(manifest)) if manifest.run.is_some() => {
                    let run = manifest.run.clone();
                    runs.extend(run.map(|run| (listed, manifest, run)));
                }
                Ok(None) => self.ignore(&listed.file.path, Fate::Foreign, "JSON, but not a manifest"),
                read => {
                    let key = match &listed.place {
                        Some(place) => {
                            (Some(place.partition.clone()), base_name(&listed.full).to_ascii_lowercase())
                        }
                        None => (None, listed.full.clone()),
                    };
                    groups.entry(key).or_default().push((listed, read));
                }
            }
        }
        self.by_run(runs);
        let mut chosen: Vec<(Listed, Result<Manifest, String>)> = Vec::new();
        for group in groups.into_values() {
            chosen.extend(self.newest_complete(group));
        }
        // A report's own folder before copies elsewhere: where two manifests name the same files, the first one speaks.
        chosen.sort_by(|(left, _), (right, _)| {
            let key = |listed: &Listed| (listed.place.is_none(), !age(listed).0);
            key(left).cmp(&key(right)).then_with(|| right.full.cmp(&left.full))
        });
        for (listed, read) in chosen {
            match read {
                Ok(manifest) => self.one_manifest(&listed, manifest),
                Err(error) => self.broken(&listed, &error),
            }
        }
    }

    /// Of a report's deliveries of a period, the newest first: the newest that is complete, else the newest.
    fn newest_complete(&mut self, group: Vec<ReadManifest>) -> Option<(Listed, Result<Manifest, String>)> {
        let mut group: Vec<(Listed, Result<Manifest, String>)> =
            group.into_iter().filter_map(|(listed, read)| Some((listed, read.transpose()?))).collect();
        group.sort_by(|(left, _), (right, _)| {
            age(right).cmp(&age(left)).then_with(|| right.full.cmp(&left.full))
        });
        let complete = group.iter().position(|(listed, read)| {
            read.as_ref().is_ok_and(|manifest| {
                manifest.keys.as_ref().is_none_or(|keys| !keys.is_empty())
                    && self.resolve(listed, manifest).iter().all(Option::is_some)
            })
        });
        let at = complete.unwrap_or(0);
        if at >= group.len() {
            return None;
        }
        let chosen = group.remove(at);
        let periods: Vec<BillingPeriod> = chosen.0.place.iter().map(|place| place.partition.period).collect();
        for (older, (listed, read)) in group.into_iter().enumerate() {
            if older >= at {
                self.ignore(
                    &listed.file.path,
                    Fate::Superseded,
                    "manifest of an older delivery, or a copy of the newest",
                );
                continue;
            }
            let why = "a newer delivery is not complete: an older one is read";
            let missing = read.as_ref().ok().and_then(|manifest| {
                let resolved = self.resolve(&listed, manifest);
                let at = resolved.iter().position(Option::is_none)?;
                manifest.keys.as_ref()?.get(at).cloned()
            });
            let detail =
                missing.map_or_else(|| why.to_owned(), |key| format!("{why} ('{key}' is not there)"));
            self.ignore(&listed.file.path, Fate::Incomplete, &detail);
            let note = nothing(&listed.file.path, &detail);
            self.late_notes.push((report_of(&chosen.0, chosen.1.as_ref().ok()), periods.clone(), note));
        }
        Some(chosen)
    }

    fn one_manifest(&mut self, listed: &Listed, manifest: Manifest) {
        let resolved = self.resolve(listed, &manifest);
        let files: Vec<usize> = resolved.iter().flatten().copied().collect();
        if !files.is_empty() && files.iter().any(|at| self.claimed.contains(at)) {
            return self.ignore(&listed.file.path, Fate::Superseded, "another manifest names the same files");
        }
        if listed.place.is_none() && files.is_empty() && !self.listing.data.is_empty() {
            // A manifest that lies about loosely, beside files that it does not name, speaks for none of them.
            return self.ignore(&listed.file.path, Fate::Foreign, "a manifest none of whose files is here");
        }
        let mut problems: Vec<Problem> = manifest
            .keys
            .iter()
            .flatten()
            .zip(&resolved)
            .filter(|(_, at)| at.is_none())
            .map(|(key, _)| missing(key))
            .collect();
        if self.listing.uncertain.contains(&listed.file.path) && problems.is_empty() {
            problems.push(rivals(&listed.file.path, "manifests of several deliveries"));
        }
        self.speak_for(listed, &files);
        self.claimed.extend(&files);
        let files = if manifest.keys.is_some() {
            files
        } else {
            let newest = listed.place.as_ref().map(|place| self.newest_delivery(&place.partition.clone()));
            let newest = newest.unwrap_or(Newest { files: Vec::new(), rivals: Vec::new() });
            if !newest.rivals.is_empty() {
                problems.push(rivals(&listed.file.path, &newest.rivals.join(", ")));
            }
            self.claimed.extend(&newest.files);
            newest.files
        };
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
        let layout = self.layout_of(listed, &files);
        self.deliver(Found {
            periods: period.into_iter().collect(),
            layout,
            report: report_of(listed, Some(&manifest)),
            manifest: Some(manifest),
            files,
            rows: None,
            problems,
            notes: Vec::new(),
        });
    }

    fn broken(&mut self, listed: &Listed, error: &str) {
        let Some(place) = &listed.place else {
            return self.ignore(&listed.file.path, Fate::Foreign, "not a manifest: it is no JSON");
        };
        let (period, layout) = (place.partition.period, layout(place.partition.scheme));
        self.speak_for(listed, &[]);
        let problem = Problem {
            file: listed.file.path.clone(),
            message: format!("the manifest cannot be read: {error}"),
            advice: "Copy or deliver it again".to_owned(),
        };
        self.deliver(Found {
            periods: vec![period],
            layout,
            report: report_of(listed, None),
            manifest: None,
            files: Vec::new(),
            rows: None,
            problems: vec![problem],
            notes: Vec::new(),
        });
    }

    /// Marks the partitions of a manifest and its files as spoken for.
    pub(super) fn speak_for(&mut self, manifest: &Listed, files: &[usize]) {
        let places = files.iter().filter_map(|at| self.listing.data[*at].place.as_ref());
        for place in places.chain(&manifest.place) {
            self.managed.insert(place.partition.clone());
            self.with_manifests.insert((place.partition.scheme, place.partition.report.clone()));
        }
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
    pub(super) fn resolve(&self, manifest: &Listed, read: &Manifest) -> Vec<Option<usize>> {
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

    pub(super) fn deliver(&mut self, found: Found) {
        let mut seen = BTreeSet::new();
        let files: Vec<FileRef> = found
            .files
            .iter()
            .filter(|at| seen.insert(**at))
            .map(|at| self.listing.data[*at].file.clone())
            .collect();
        let period = match found.periods.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let mut delivery = Delivery {
            period,
            periods: found.periods,
            name: String::new(),
            report: found.report.clone(),
            layout: found.layout,
            manifests: found.manifest.into_iter().collect(),
            parts: vec![Part { report: found.report, files: files.len() }],
            files,
            rows: found.rows,
            problems: found.problems,
            notes: found.notes,
            fingerprint: String::new(),
        };
        delivery.name = delivery.words();
        self.deliveries.push(delivery);
    }
}

pub(super) fn layout(scheme: Scheme) -> Layout {
    match scheme {
        Scheme::Legacy => Layout::Legacy,
        Scheme::Athena => Layout::Athena,
        Scheme::Export => Layout::Export,
        Scheme::Range => Layout::Range,
        Scheme::Hub => Layout::Hub,
    }
}

/// The report's folder, and its name if the manifest says another.
pub(super) fn report_of(listed: &Listed, manifest: Option<&Manifest>) -> String {
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

pub(super) fn missing(key: &str) -> Problem {
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
