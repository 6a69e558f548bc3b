//! Deliveries without a manifest: the files of a folder that says its period, and those that lie about loosely.

use super::assemble::{Assembly, Found, layout, report_of};
use super::fate::Fate;
use super::listing::{Listed, is_guid, is_run, stamp};
use super::{Layout, Problem};
use crate::place::{DayRange, Partition, Scheme, base_name};
use std::collections::{BTreeMap, BTreeSet};

/// Files of a partition's newest delivery, and the others if nothing says which is newer.
pub(super) struct Newest {
    pub(super) files: Vec<usize>,
    pub(super) rivals: Vec<String>,
}

impl Assembly {
    /// Unclaimed files of a partition's newest delivery. Folders that no machine named are parts of it, not deliveries.
    pub(super) fn newest_delivery(&self, partition: &Partition) -> Newest {
        let mut deliveries: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, listed) in self.listing.data.iter().enumerate() {
            if let Some(place) = listed.place.as_ref().filter(|place| place.partition == *partition)
                && !self.claimed.contains(&at)
            {
                let folders = place.delivery.iter().flat_map(|delivery| delivery.split('/'));
                let mut runs: Vec<&str> = folders.filter(|folder| is_run(folder)).collect();
                runs.extend(run_in_name(&listed.full).filter(|_| partition.scheme == Scheme::Range));
                deliveries.entry(runs.join("/")).or_default().push(at);
            }
        }
        let newest = deliveries.keys().max_by_key(|name| stamp(name)).cloned().unwrap_or_default();
        let rivals: Vec<String> =
            deliveries.keys().filter(|name| stamp(name) == stamp(&newest)).cloned().collect();
        let rivals = if rivals.len() > 1 { rivals } else { Vec::new() };
        Newest { files: deliveries.remove(&newest).unwrap_or_default(), rivals }
    }

    /// Periods without a manifest.
    pub(super) fn by_folder(&mut self) {
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
                self.without_manifest(&partition);
            }
            let inside =
                |listed: &Listed| listed.place.as_ref().is_some_and(|place| place.partition == partition);
            let rest: Vec<usize> =
                (0..self.listing.data.len()).filter(|at| inside(&self.listing.data[*at])).collect();
            self.leave(&rest, Fate::Superseded, "not part of the newest delivery of its period");
        }
    }

    fn without_manifest(&mut self, partition: &Partition) {
        let newest = self.newest_delivery(partition);
        let Some(first) = newest.files.first().map(|at| &self.listing.data[*at]) else { return };
        let (report, path) = (report_of(first, None), first.file.path.clone());
        let awaited = (partition.scheme, partition.report.clone());
        let awaited = self.with_manifests.contains(&awaited);
        let (mut problems, mut notes) = (Vec::new(), Vec::new());
        if !matches!(partition.scheme, Scheme::Athena | Scheme::Hub) {
            let problem = without_manifest(&path, awaited);
            if awaited { problems.push(problem) } else { notes.push(problem) }
        }
        if !newest.rivals.is_empty() {
            problems.push(rivals(&path, &newest.rivals.join(", ")));
        }
        self.claimed.extend(&newest.files);
        self.deliver(Found {
            periods: partition.days.map_or_else(|| vec![partition.period], DayRange::periods),
            layout: layout(partition.scheme),
            report,
            manifest: None,
            files: newest.files,
            rows: None,
            problems,
            notes,
        });
    }

    /// Files that lie beside their own compressed form: most likely the same rows twice, which would be added up.
    fn compressed_twins(&self, files: &[usize]) -> Vec<Problem> {
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        let text = |path: &str| !path.to_ascii_lowercase().ends_with(".parquet");
        let paths =
            files.iter().map(|at| self.listing.data[*at].file.path.as_str()).filter(|path| text(path));
        paths
            .filter_map(|path| known.insert(uncompressed(path), path).map(|twin| (path, twin)))
            .map(|(path, twin)| Problem {
                file: path.to_owned(),
                message: format!("'{twin}' and '{path}' are most likely the same file, once more compressed: their rows must not be added up"),
                advice: "Leave one of them; rename one if they hold different rows".to_owned(),
            })
            .collect()
    }

    pub(super) fn loose(&mut self) {
        let files: Vec<usize> =
            (0..self.listing.data.len()).filter(|at| !self.claimed.contains(at)).collect();
        if files.is_empty() {
            return;
        }
        let report = match files.as_slice() {
            [only] => self.listing.data[*only].file.path.clone(),
            several => format!("{} files", several.len()),
        };
        let problems = self.compressed_twins(&files);
        self.deliver(Found {
            periods: Vec::new(),
            layout: Layout::Loose,
            report,
            manifest: None,
            files,
            rows: None,
            problems,
            notes: Vec::new(),
        });
    }
}

/// The name without what compression adds to it: `focus.csv` of `focus.csv.gz` and `focus.zip`.
fn uncompressed(path: &str) -> String {
    let path = path.to_ascii_lowercase();
    let stem = path.strip_suffix(".gz").or_else(|| path.strip_suffix(".zip")).unwrap_or(&path);
    stem.strip_suffix(".csv").unwrap_or(stem).to_owned()
}

/// The run in a file's name: `focus_10000000-0000-4000-8000-000000000001.csv`.
fn run_in_name(path: &str) -> Option<&str> {
    let stem = base_name(path).split('.').next()?;
    stem.rsplit('_').next().filter(|run| is_guid(run))
}

/// Deliveries that cannot be told apart.
pub(super) fn rivals(path: &str, which: &str) -> Problem {
    Problem {
        file: path.to_owned(),
        message: format!("several deliveries of the same days lie side by side, and nothing says which is the newest: {which}"),
        advice: "Leave the newest alone, or deliver it with its manifest; each of them holds the days from their beginning, so they must not be added up".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::super::{FileRef, Listing, assemble, live_files};
    use super::Problem;
    use chrono::DateTime;

    fn named(path: &str) -> FileRef {
        FileRef { path: path.to_owned(), size: 1, etag: String::new(), modified: DateTime::UNIX_EPOCH }
    }

    fn discover(paths: &[&str]) -> Vec<Problem> {
        let listing = Listing::new("/bills", paths.iter().map(|path| named(path)).collect());
        let mut found = assemble(listing, Vec::new(), false).deliveries;
        assert_eq!(found.len(), 1);
        found.pop().unwrap().problems
    }

    #[test]
    fn a_loose_file_and_its_compressed_form_are_not_added_up() {
        let found = discover(&["x/focus.csv", "x/Focus.csv.gz", "y/focus.csv"]);
        let [problem] = found.as_slice() else { panic!("one problem") };
        assert!(problem.message.contains("x/focus.csv") && problem.message.contains("x/Focus.csv.gz"));
        let apart = discover(&["focus.csv", "focus.parquet", "focus-2.csv.gz"]);
        assert!(apart.is_empty());
    }

    #[test]
    fn a_log_without_its_commits_is_refused_not_overlooked() {
        for log in ["t/_delta_log/00000000000000000010.checkpoint.parquet", "t/_delta_log/_last_checkpoint"] {
            let mut listing = Listing::new("/bills", vec![named("t/a.parquet"), named(log)]);
            let tables: Vec<String> = std::mem::take(&mut listing.logs).into_keys().collect();
            assert_eq!(tables, ["t"], "{log}");
            for table in tables {
                listing.follow(&table, live_files(&[]));
            }
            let found = assemble(listing, Vec::new(), false);
            assert!(found.deliveries.iter().all(|delivery| delivery.files.is_empty()), "{log}");
            assert!(found.deliveries[0].problems[0].message.contains("no commits"), "{log}");
            assert_eq!(found.unread.len(), 2, "{log}");
        }
    }
}
