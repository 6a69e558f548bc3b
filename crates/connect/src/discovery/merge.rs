//! Several deliveries that are read as one: the parts of a period that only together are its bill.

use super::{Delivery, Discovery, Layout};
use model::BillingPeriod;
use std::collections::BTreeSet;
use twox_hash::XxHash3_128;

impl Delivery {
    /// Reads several deliveries as one. Their reports stay apart as parts.
    ///
    /// The period is the only one that they are of; of several periods the rows say theirs.
    pub fn merged(mut deliveries: Vec<Self>) -> Option<Self> {
        deliveries
            .sort_by(|left, right| left.report.cmp(&right.report).then_with(|| left.name.cmp(&right.name)));
        let mut deliveries = deliveries.into_iter();
        let mut whole = deliveries.next()?;
        let mut known = whole.period.is_some() || !whole.periods.is_empty();
        for next in deliveries {
            known &= next.period.is_some() || !next.periods.is_empty();
            whole.rows = whole.rows.zip(next.rows).and_then(|(ours, theirs)| ours.checked_add(theirs));
            whole.periods.extend(next.periods);
            whole.manifests.extend(next.manifests);
            whole.files.extend(next.files);
            whole.problems.extend(next.problems);
            whole.notes.extend(next.notes);
            if whole.layout != next.layout {
                whole.layout = Layout::Loose;
            }
            for part in next.parts {
                match whole.parts.last_mut().filter(|last| last.report == part.report) {
                    Some(last) => last.files += part.files,
                    None => whole.parts.push(part),
                }
            }
        }
        whole.periods.sort_unstable();
        whole.periods.dedup();
        if !known {
            whole.periods.clear();
        }
        whole.period = match whole.periods.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let mut reports: Vec<&str> = whole.parts.iter().map(|part| part.report.as_str()).collect();
        reports.dedup();
        whole.report = reports.join(", ");
        whole.name = whole.words();
        whole.fingerprint = whole.print();
        Some(whole)
    }

    /// Leaves some of its files out, by their places; what is left is a delivery of its own.
    pub fn without(&mut self, gone: &BTreeSet<usize>) {
        if gone.is_empty() {
            return;
        }
        let mut first = 0;
        for part in &mut self.parts {
            let end = first + part.files;
            part.files -= gone.range(first..end).count();
            first = end;
        }
        self.parts.retain(|part| part.files > 0);
        let mut at = 0;
        self.files.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        // What the manifests promise is of all files; one of whose files none is left speaks for nothing here.
        self.rows = None;
        let files = &self.files;
        self.manifests.retain(|manifest| {
            manifest.keys.as_ref().is_none_or(|keys| {
                let of = |key: &String| {
                    files.iter().any(|file| {
                        let name = |path: &str| path.rsplit('/').next().map(ToOwned::to_owned);
                        file.path.ends_with(key.as_str())
                            || key.ends_with(file.path.as_str())
                            || (name(key) == name(&file.path) && same_folder(&manifest.path, &file.path))
                    })
                };
                keys.iter().any(of)
            })
        });
        let mut reports: Vec<&str> = self.parts.iter().map(|part| part.report.as_str()).collect();
        reports.dedup();
        if !reports.is_empty() {
            self.report = reports.join(", ");
            self.name = self.words();
        }
        self.fingerprint = self.print();
    }

    /// Report and period.
    pub(super) fn words(&self) -> String {
        match self.periods.as_slice() {
            [] => self.report.clone(),
            [only] => format!("{} {only}", self.report),
            [first, .., last] => format!("{} {first} to {last}", self.report),
        }
    }

    /// Whether both may hold rows of one period. What does not know its periods may hold any.
    pub fn may_meet(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.periods, &other.periods);
        ours.is_empty() || theirs.is_empty() || ours.iter().any(|period| theirs.contains(period))
    }

    /// Changes when the delivery does.
    pub(super) fn print(&self) -> String {
        let manifests =
            self.manifests.iter().map(|manifest| format!("{}\n{}\n", manifest.path, manifest.etag));
        let files = self.files.iter().map(|file| format!("{}\n{}\n{}\n", file.path, file.size, file.etag));
        let text: String = manifests.chain(files).collect();
        format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
    }
}

/// Whether one path lies in the folder of the other, or below it.
fn same_folder(one: &str, other: &str) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    other.starts_with(&folder(one)) || one.starts_with(&folder(other))
}

impl Discovery {
    /// Puts together what may hold rows of one period: of each group `together` says whether it is read as one.
    pub fn merge_where(&mut self, together: impl Fn(&Delivery, &Delivery) -> bool) {
        let mut groups: Vec<Vec<Delivery>> = Vec::new();
        for delivery in std::mem::take(&mut self.deliveries) {
            let meets = |group: &Vec<Delivery>| {
                group.iter().any(|one| one.may_meet(&delivery) && together(one, &delivery))
            };
            let (mut joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(meets);
            joined.push(vec![delivery]);
            groups = apart;
            groups.push(joined.into_iter().flatten().collect());
        }
        self.deliveries = groups
            .into_iter()
            .filter_map(|mut group| if group.len() == 1 { group.pop() } else { Delivery::merged(group) })
            .collect();
        self.sort();
    }

    /// Newest period first, those without one last.
    pub(super) fn sort(&mut self) {
        let newest = |delivery: &Delivery| delivery.periods.last().copied();
        self.deliveries.sort_by(|left, right| {
            newest(right).cmp(&newest(left)).then_with(|| left.report.cmp(&right.report))
        });
        self.unread.sort();
        self.unread.dedup();
    }

    /// Every period that some delivery says it is of.
    pub fn periods(&self) -> BTreeSet<BillingPeriod> {
        self.deliveries.iter().flat_map(|delivery| delivery.periods.iter().copied()).collect()
    }
}
