//! Exports that are run again and again over ranges of days (Azure Cost Management): each run replaces the earlier
//! ones of its days. What a run is of, and when it was asked for, is said by its manifest.

use super::assemble::{Assembly, Found};
use super::fate::{Fate, Unread};
use super::listing::Listed;
use super::{Layout, Problem};
use crate::manifest::{Manifest, Run};
use crate::place::{DayRange, Scheme, base_name, folder};
use std::collections::{BTreeMap, BTreeSet};

/// The data set that is a bill; the empty name stands for one that is not told.
const BILLS: [&str; 2] = ["focuscost", ""];

/// A run with what was found of it.
struct Candidate {
    /// Folder of the export, or its name.
    report: String,
    listed: Listed,
    manifest: Manifest,
    run: Run,
    days: Option<DayRange>,
    files: Vec<usize>,
    missing: Vec<String>,
}

/// What is exported, and the folder that its exports lie in. Exports of one scope beside each other are views of one
/// bill, whatever their names: their runs replace each other. An export that does not tell its scope stands for itself.
type Scope = (String, String);

impl Assembly {
    /// Takes the newest complete run of each range of days of each export.
    pub(super) fn by_run(&mut self, manifests: Vec<(Listed, Manifest, Run)>) {
        let mut scopes: BTreeMap<Scope, Vec<Candidate>> = BTreeMap::new();
        let mut others: Vec<(Listed, Run, Vec<usize>)> = Vec::new();
        for (listed, manifest, run) in manifests {
            let resolved = self.resolve(&listed, &manifest);
            let missing = manifest.keys.iter().flatten().zip(&resolved);
            let missing = missing.filter(|(_, at)| at.is_none()).map(|(key, _)| key.clone()).collect();
            let files: Vec<usize> = resolved.into_iter().flatten().collect();
            self.speak_for(&listed, &files);
            if !BILLS.contains(&run.kind.to_ascii_lowercase().as_str()) {
                others.push((listed, run, files));
                continue;
            }
            let folder_days = listed.place.as_ref().and_then(|place| place.partition.days);
            let days = run.days.or(folder_days);
            let report = report_of(&listed, &run);
            let scope = if run.scope.is_empty() {
                (String::new(), report.clone())
            } else {
                (run.scope.clone(), folder(&report).to_owned())
            };
            let candidate = Candidate { report, listed, manifest, run, days, files, missing };
            scopes.entry(scope).or_default().push(candidate);
        }
        // A file that a manifest of a bill names belongs to the bill, whatever else names it.
        let bills: BTreeSet<usize> = scopes.values().flatten().flat_map(|one| &one.files).copied().collect();
        for (listed, run, mut files) in others {
            files.retain(|at| !bills.contains(at));
            let why = format!("Azure's data set {}, no FOCUS costs", run.kind);
            self.leave(&files, Fate::OtherDataSet, &why);
            self.listing.unread.push(Unread::new(listed.file.path, Fate::OtherDataSet, why));
        }
        for candidates in scopes.into_values() {
            let reports: BTreeSet<String> = candidates.iter().map(|one| one.report.clone()).collect();
            self.newest_runs(candidates);
            // A run whose manifest is not there yet is still being written.
            for report in reports {
                self.unfinished(&report);
            }
        }
    }

    fn newest_runs(&mut self, mut candidates: Vec<Candidate>) {
        // Of two that were asked for at one time the later path, so that the order of listing says nothing.
        candidates.sort_by(|left, right| {
            (right.run.submitted, &right.listed.full).cmp(&(left.run.submitted, &left.listed.full))
        });
        let mut taken: Vec<Candidate> = Vec::new();
        let mut waiting: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            if !candidate.missing.is_empty() {
                waiting.push(candidate);
                continue;
            }
            let Some(candidate) = self.its_own(candidate) else { continue };
            match meeting(&taken, candidate.days) {
                Meeting::None => {
                    self.claimed.extend(&candidate.files);
                    taken.push(candidate);
                }
                Meeting::Covered => self.set_aside(
                    candidate,
                    Fate::Superseded,
                    "a newer run of the same scope holds its days",
                ),
                Meeting::Wider(newer) => {
                    let problem = Problem {
                        file: candidate.listed.file.path.clone(),
                        message: format!(
                            "the run over {} is newer than this one over {}, and covers a part of its days alone",
                            shown(newer),
                            shown(candidate.days)
                        ),
                        advice: "Run the export once more over the whole range of days: its newest run then counts".to_owned(),
                    };
                    for one in taken.iter_mut().filter(|one| meets(one.days, candidate.days)) {
                        one.missing.push(String::new());
                    }
                    let blocked: Vec<Candidate> = extract(&mut taken, |one| !one.missing.is_empty());
                    let mut files = candidate.files.clone();
                    for one in &blocked {
                        files.extend(&one.files);
                        let path = one.listed.file.path.clone();
                        self.listing.unread.push(Unread::new(path, Fate::Refused, problem.message.clone()));
                    }
                    self.take(&candidate, &files, vec![problem]);
                }
            }
        }
        for candidate in waiting {
            let older = !matches!(meeting(&taken, candidate.days), Meeting::None);
            let missing = candidate.missing.first().cloned().unwrap_or_default();
            if older {
                let why = format!("its run is not complete: '{missing}' is not there; an older run is read");
                self.note(&taken, candidate.days, &candidate.listed.file.path, &why);
                self.set_aside(candidate, Fate::Incomplete, &why);
            } else {
                let Some(candidate) = self.its_own(candidate) else { continue };
                let problems = candidate.missing.iter().map(|key| super::assemble::missing(key)).collect();
                self.take(&candidate, &candidate.files, problems);
                taken.push(candidate);
            }
        }
        for candidate in taken.iter().filter(|one| one.missing.is_empty()) {
            self.take(candidate, &candidate.files, Vec::new());
        }
    }

    /// A run whose files no other manifest has named before it; others are set aside, or refused.
    fn its_own(&mut self, mut candidate: Candidate) -> Option<Candidate> {
        let shared = candidate.files.iter().filter(|at| self.claimed.contains(at)).count();
        if shared == 0 {
            return Some(candidate);
        }
        if shared == candidate.files.len() {
            self.set_aside(candidate, Fate::Superseded, "another manifest names the same files");
            return None;
        }
        candidate.files.retain(|at| !self.claimed.contains(at));
        let problem = Problem {
            file: candidate.listed.file.path.clone(),
            message: "some of the files that this manifest names are named by another run's manifest too"
                .to_owned(),
            advice: "Leave one of the two runs in the folder".to_owned(),
        };
        let files = candidate.files.clone();
        self.take(&candidate, &files, vec![problem]);
        None
    }

    fn take(&mut self, candidate: &Candidate, files: &[usize], problems: Vec<Problem>) {
        self.claimed.extend(files);
        let mut periods = candidate.days.map(DayRange::periods).unwrap_or_default();
        periods.extend(candidate.manifest.billing_period);
        periods.dedup();
        self.deliver(Found {
            periods,
            layout: Layout::Range,
            report: candidate.report.clone(),
            manifest: Some(candidate.manifest.clone()),
            files: files.to_vec(),
            rows: candidate.run.rows,
            problems,
            notes: Vec::new(),
        });
    }

    fn set_aside(&mut self, candidate: Candidate, fate: Fate, why: &str) {
        self.leave(&candidate.files, fate, why);
        self.listing.unread.push(Unread::new(candidate.listed.file.path, fate, why));
    }

    /// Files in folders of an export's ranges that no manifest names.
    fn unfinished(&mut self, report: &str) {
        let of_report = |listed: &Listed| {
            listed.place.as_ref().is_some_and(|place| {
                place.partition.scheme == Scheme::Range && place.partition.report.trim_matches('/') == report
            })
        };
        let loose: Vec<usize> = (0..self.listing.data.len())
            .filter(|at| !self.claimed.contains(at) && of_report(&self.listing.data[*at]))
            .collect();
        self.leave(&loose, Fate::Incomplete, "no manifest of a complete run names it");
    }

    fn note(&mut self, taken: &[Candidate], days: Option<DayRange>, file: &str, why: &str) {
        let note = Problem {
            file: file.to_owned(),
            message: why.to_owned(),
            advice: "Wait until the run is complete, or run the export again".to_owned(),
        };
        for one in taken.iter().filter(|one| meets(one.days, days)) {
            let periods = one.days.map(DayRange::periods).unwrap_or_default();
            self.late_notes.push((one.report.clone(), periods, note.clone()));
        }
    }
}

/// How a run's days stand to those of newer runs.
enum Meeting {
    None,
    Covered,
    /// A newer run is of a part of the days.
    Wider(Option<DayRange>),
}

fn meets(left: Option<DayRange>, right: Option<DayRange>) -> bool {
    left.zip(right).is_none_or(|(left, right)| left.meets(right))
}

fn meeting(newer: &[Candidate], days: Option<DayRange>) -> Meeting {
    let meeting: Vec<Option<DayRange>> =
        newer.iter().map(|one| one.days).filter(|other| meets(*other, days)).collect();
    let Some(first) = meeting.first() else { return Meeting::None };
    let Some(days) = days else { return Meeting::Covered };
    let mut open = days.from;
    let mut ranges: Vec<DayRange> = meeting.iter().flatten().copied().collect();
    if ranges.len() < meeting.len() {
        return Meeting::Covered;
    }
    ranges.sort();
    for range in ranges {
        if range.from <= open && range.to > open {
            open = range.to;
        }
    }
    if open >= days.to { Meeting::Covered } else { Meeting::Wider(*first) }
}

fn extract<T>(from: &mut Vec<T>, which: impl Fn(&T) -> bool) -> Vec<T> {
    let (out, kept) = std::mem::take(from).into_iter().partition(which);
    *from = kept;
    out
}

fn shown(days: Option<DayRange>) -> String {
    days.map_or_else(|| "days that it does not tell".to_owned(), |days| days.to_string())
}

/// The export's folder; of manifests that lie about loosely the export's name.
fn report_of(listed: &Listed, run: &Run) -> String {
    match &listed.place {
        Some(place) => place.partition.report.trim_matches('/').to_owned(),
        None if !run.export.is_empty() => run.export.clone(),
        None => base_name(folder(&listed.full)).to_owned(),
    }
}
