//! The three parts of a month's proof, each for itself. This is their one definition: the page, the command line, the
//! HTTP interface and mails show what is found here.
//!
//! *Copied*: what is stored equals the files that were read. *Complete*: those were all files of the bill. *Amortized*:
//! the amortized cost of each commitment follows from what was billed. What was not looked at does not hold.

use super::{Completeness, Identity, Unavailable};
use crate::ingest_job::{Fate, SourceFiles};
use meta::Publication;
use model::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Messages that a reason spells out: the notes of the month have all of them.
const SPELT_OUT: usize = 2;

/// Whether a part of the proof holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// It was checked, and it is so.
    Holds,
    /// What is seen is a part of the bill: only the whole can be compared with it.
    Part,
    /// Read before this was looked at: nothing is known.
    Unknown,
    /// The report does not tell it, or not for all of its rows.
    Unavailable,
    /// It was checked, and it is not so.
    Broken,
}

/// A part of the proof.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Whether it holds.
    pub state: PartState,
    /// Why, in words; no full stop at the end.
    pub reason: String,
}

impl Part {
    fn new(state: PartState, reason: impl Into<String>) -> Self {
        Self { state, reason: reason.into() }
    }

    /// In words: whether it holds, and why.
    pub fn told(&self) -> String {
        let word = match self.state {
            PartState::Holds => "yes",
            PartState::Part => "of a part",
            PartState::Unknown => "not known",
            PartState::Unavailable => "not available",
            PartState::Broken => "NO",
        };
        format!("{word}: {}", self.reason)
    }

    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.state == PartState::Holds
    }
}

/// The proof of a month, or of several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proof {
    /// What is stored equals the files that were read, digit by digit.
    pub copied: Part,
    /// Every file of the bill was read.
    pub complete: Part,
    /// The amortized cost follows from what was billed, for each commitment.
    pub amortized: Part,
}

/// What a publication keeps of its proof, as far as the parts need it: its lists of files are long.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    complete: Option<Completeness>,
    #[serde(default)]
    unavailable: Option<Vec<Unavailable>>,
    #[serde(default)]
    identity: Vec<Identity>,
}

/// Where a publication was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whence<'a> {
    /// What became of the files of its source; `None` where that was never looked at.
    pub(crate) files: Option<&'a SourceFiles>,
    /// Whether the source is somebody else's, whose files are not named.
    pub(crate) shared: bool,
}

impl Proof {
    /// The proof of a published month.
    pub(crate) fn of(publication: &Publication, whence: Whence<'_>) -> Self {
        let kept = Kept::deserialize(&publication.proof).unwrap_or_default();
        Self {
            copied: copied(publication),
            complete: complete(kept.complete, &publication.period.to_string(), whence),
            amortized: amortized(kept.unavailable.as_deref(), &kept.identity, whence.shared),
        }
    }

    /// The same, of a customer's part of a bill whose columns are there. Its commitments are used by accounts that are not
    /// in it: they balance, or do not, in the whole bill, which is its provider's. Nothing of that bill is named.
    pub(crate) fn within(mut self, whole: Option<&Publication>) -> Self {
        if self.amortized.holds() {
            let whole =
                whole.map(|whole| Self::of(whole, Whence { files: None, shared: false }).amortized.state);
            let (state, reason) = match whole {
                None => (
                    PartState::Unknown,
                    "the provider's whole bill of the month, in which commitments balance, is not there",
                ),
                Some(state @ PartState::Holds) => (
                    state,
                    "every column that it is computed from is there, and commitments balance in the provider's whole bill",
                ),
                Some(state) => {
                    (state, "it is not whole in the provider's whole bill, of which this is a part")
                }
            };
            self.amortized = Part::new(state, reason);
        }
        self
    }

    /// The proof of a month that could not be read.
    pub(crate) fn failed(message: &str) -> Self {
        let nothing = || Part::new(PartState::Unknown, "the month could not be read");
        Self { copied: Part::new(PartState::Broken, message), complete: nothing(), amortized: nothing() }
    }

    /// Nothing is known of a month that was not read.
    pub(crate) fn unread() -> Self {
        let nothing = || Part::new(PartState::Unknown, "the month was not read yet");
        Self { copied: nothing(), complete: nothing(), amortized: nothing() }
    }

    /// Several months as one: each part is as good as the worst of theirs.
    pub(crate) fn together<'a>(months: &(impl Iterator<Item = (String, &'a Self)> + Clone)) -> Self {
        let worst = |pick: fn(&Self) -> &Part| {
            let parts = months.clone().map(|(name, proof)| (name, pick(proof)));
            let Some(worst) = parts.clone().map(|(_, part)| part.state).max() else {
                return Part::new(PartState::Holds, "nothing is published");
            };
            let mut of_worst = parts.filter(|(_, part)| part.state == worst);
            let first = of_worst.next();
            let others = of_worst.count();
            if worst == PartState::Holds && others > 0 {
                return Part::new(worst, format!("so it is for all {} months", others + 1));
            }
            let (name, reason) = first.map(|(name, part)| (name, part.reason.as_str())).unwrap_or_default();
            let more = if others == 0 { String::new() } else { format!("; and {}", months_more(others)) };
            Part::new(worst, format!("{name}: {reason}{more}"))
        };
        Self {
            copied: worst(|proof| &proof.copied),
            complete: worst(|proof| &proof.complete),
            amortized: worst(|proof| &proof.amortized),
        }
    }

    /// The same, of a source: what was refused there may be a month of its own that nothing is published of.
    pub(crate) fn with_source(mut self, whence: Whence<'_>) -> Self {
        // What fails of a month is told by its failure.
        let out = |files: &SourceFiles| files.refused.saturating_sub(files.unreadable);
        if let Some(files) = whence.files.filter(|files| out(files) > 0 && self.complete.holds()) {
            self.complete = left_out(files, out(files), whence.shared);
        }
        self
    }

    /// Whether all parts hold.
    pub fn holds(&self) -> bool {
        self.parts().iter().all(|(_, part)| part.holds())
    }

    /// What scripts ask for in one word: nothing that is stored is wrong, left out or unchecked. Amortized cost that the
    /// report does not tell stands as billed and is marked so: that is no fault of the reading.
    pub fn proven(&self) -> bool {
        self.copied.holds()
            && self.complete.holds()
            && matches!(self.amortized.state, PartState::Holds | PartState::Unavailable)
    }

    /// A line for each part: its name, whether it holds, and why.
    pub fn lines(&self) -> Vec<String> {
        self.parts().into_iter().map(|(name, part)| format!("{name}: {}", part.told())).collect()
    }

    /// The parts by name, in their order.
    pub fn parts(&self) -> [(&'static str, &Part); 3] {
        [("copied", &self.copied), ("complete", &self.complete), ("amortized", &self.amortized)]
    }
}

fn months_more(count: usize) -> String {
    if count == 1 { "1 month more".to_owned() } else { format!("{count} months more") }
}

/// In a few words, as a table shows it: `copied, complete, amortized NOT`.
impl fmt::Display for Proof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holds() {
            return out.write_str("copied, complete, amortized");
        }
        for (at, (name, part)) in self.parts().into_iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let word = match part.state {
                PartState::Holds => "",
                PartState::Part => " of a part",
                PartState::Unknown => " unknown",
                PartState::Unavailable => " not available",
                PartState::Broken => " NOT",
            };
            write!(out, "{comma}{name}{word}")?;
        }
        Ok(())
    }
}

fn copied(publication: &Publication) -> Part {
    let difference = publication.raw_total - publication.stored_total;
    if difference != Decimal::ZERO {
        return Part::new(PartState::Broken, format!("what is stored is off by {difference} from the files"));
    }
    if !publication.proven {
        return Part::new(PartState::Broken, "what is stored was not compared with the files");
    }
    Part::new(
        PartState::Holds,
        format!("{} rows, stored as the files have them, digit by digit", publication.rows),
    )
}

fn complete(kept: Option<Completeness>, period: &str, whence: Whence<'_>) -> Part {
    match (kept, whence.files) {
        (Some(Completeness::Complete), files) => {
            let by_choice = files.map(by_choice).unwrap_or_default();
            Part::new(PartState::Holds, format!("every file that its manifest names was read{by_choice}"))
        }
        (None, _) | (_, None) => Part::new(
            PartState::Unknown,
            "the month was read before its files were accounted for; read it again to know",
        ),
        (Some(Completeness::Unknown), Some(files)) => {
            let elsewhere: usize =
                files.refused_of.iter().filter(|(of, _)| *of != period).map(|(_, count)| count).sum();
            let out = (files.refused + files.incomplete).saturating_sub(elsewhere);
            if out > 0 {
                return left_out(files, out, whence.shared);
            }
            let unread = files.total() - files.read - files.left_out;
            let others = match unread {
                0 => String::new(),
                1 => "; 1 file beside them is no part of it".to_owned(),
                more => format!("; {more} files beside them are no part of it"),
            };
            let read =
                if files.read == 1 { "the one file".to_owned() } else { format!("all {} files", files.read) };
            Part::new(
                PartState::Holds,
                format!(
                    "no manifest names its files: {read} of the bill there were read{others}{}",
                    by_choice(files)
                ),
            )
        }
    }
}

/// Files of the source that hold a bill of which another report or copy was chosen.
fn by_choice(files: &SourceFiles) -> String {
    match files.left_out {
        0 => String::new(),
        1 => "; 1 file was left out by choice".to_owned(),
        more => format!("; {more} files were left out by choice"),
    }
}

/// Files that could be the bill's were not read.
fn left_out(files: &SourceFiles, count: usize, shared: bool) -> Part {
    let what =
        if count == 1 { "1 file was left out".to_owned() } else { format!("{count} files were left out") };
    let first = files.unread.iter().find(|one| matches!(one.fate, Fate::Refused | Fate::Incomplete));
    let reason = match first {
        Some(first) if !shared => format!("{what}: {}: {}", first.path, first.why.trim_end_matches('.')),
        _ => what,
    };
    Part::new(PartState::Broken, reason)
}

/// Of a customer's part of a bill the columns alone are judged: see [`Proof::within`] for the rest.
fn amortized(unavailable: Option<&[Unavailable]>, identity: &[Identity], shared: bool) -> Part {
    let Some(unavailable) = unavailable else {
        return Part::new(
            PartState::Unknown,
            "the month was read before amortized cost was looked at; read it again to know",
        );
    };
    let counted = |why: &str| matches!(why, "missing_columns" | "empty");
    let found: Vec<&Unavailable> = unavailable.iter().filter(|part| !shared || counted(&part.why)).collect();
    let mut messages: Vec<String> = found.iter().map(|part| part.message.clone()).collect();
    // What stands twice or nowhere is named already, with its reason.
    let named = |line: &Identity| found.iter().any(|part| part.commitment == line.commitment);
    let off = identity.iter().filter(|line| !shared && line.difference != Decimal::ZERO && !named(line));
    messages.extend(off.clone().map(|line| {
        let whose = if line.commitment.is_empty() { "rows without a commitment" } else { &line.commitment };
        format!("amortized cost of {whose} differs by {} from what was billed", line.difference)
    }));
    if messages.is_empty() {
        let commitments = identity.iter().filter(|line| !line.commitment.is_empty()).count();
        let carried =
            identity.iter().any(|line| line.carried.is_some_and(|carried| carried != Decimal::ZERO));
        return Part::new(
            PartState::Holds,
            match commitments {
                1 if carried => {
                    "what was billed is amortized, here or in other months of the one commitment's term"
                        .to_owned()
                }
                count if carried => {
                    format!(
                        "what was billed is amortized, here or in other months of the terms of {count} commitments"
                    )
                }
                0 => "every column that it is computed from is there".to_owned(),
                1 => "what was billed equals what is amortized, for the one commitment".to_owned(),
                count => format!("what was billed equals what is amortized, for each of {count} commitments"),
            },
        );
    }
    let broken = off.count() > 0 || found.iter().any(|part| !counted(&part.why));
    let more = messages.len().saturating_sub(SPELT_OUT);
    messages.truncate(SPELT_OUT);
    let mut reason = messages.join("; ");
    if more > 0 {
        reason = format!("{reason}; and {more} more");
    }
    Part::new(if broken { PartState::Broken } else { PartState::Unavailable }, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest_job::Unread;

    const ALL_READ: SourceFiles = SourceFiles {
        read: 2,
        superseded: 0,
        incomplete: 0,
        other_data_set: 1,
        foreign: 1,
        left_out: 0,
        refused: 0,
        refused_of: std::collections::BTreeMap::new(),
        unreadable: 0,
        unread: vec![],
    };

    fn from(files: Option<&SourceFiles>) -> Whence<'_> {
        Whence { files, shared: false }
    }

    fn publication(proof: serde_json::Value) -> Publication {
        Publication {
            id: 1,
            stage: meta::Stage::Complete,
            schema_version: 1,
            source_gone: false,
            superseded_at_ms: None,
            sizes: std::collections::HashMap::new(),
            files: std::collections::BTreeMap::new(),
            content: meta::NewPublication {
                connection_id: "aws".parse().unwrap(),
                period: "2026-10".parse().unwrap(),
                rollup_version: 1,
                rollup_files: vec![],
                line_items_version: Some(1),
                line_item_files: vec![],
                rows: 3,
                bytes: 3,
                currency: "USD".into(),
                raw_total: Decimal::from_units(5),
                stored_total: Decimal::from_units(5),
                proven: true,
                fingerprint: String::new(),
                proof,
                features: serde_json::Value::Null,
                data_from: None,
                data_to: None,
                published_at_ms: 0,
            },
        }
    }

    fn states(proof: &Proof) -> [PartState; 3] {
        proof.parts().map(|(_, part)| part.state)
    }

    use PartState::{Broken, Holds, Unavailable as NotThere, Unknown};

    #[test]
    fn each_part_is_judged_for_itself() {
        let whole = || serde_json::json!({"complete": "unknown", "unavailable": [], "identity": []});
        let good = Proof::of(&publication(whole()), from(Some(&ALL_READ)));
        assert_eq!((states(&good), good.holds()), ([Holds; 3], true));
        assert_eq!(good.to_string(), "copied, complete, amortized");

        let mut off = publication(whole());
        off.content.stored_total = Decimal::from_units(4);
        let off = Proof::of(&off, from(Some(&ALL_READ)));
        assert_eq!((states(&off), off.holds()), ([Broken, Holds, Holds], false));
        assert!(off.copied.reason.contains("0.000000000000000001"), "{}", off.copied.reason);

        let refused = SourceFiles {
            refused: 1,
            unread: vec![Unread::new("b.csv", Fate::Refused, "two files hold the same rows")],
            ..ALL_READ
        };
        let out = Proof::of(&publication(whole()), from(Some(&refused)));
        assert_eq!(states(&out), [Holds, Broken, Holds]);
        assert_eq!(out.complete.reason, "1 file was left out: b.csv: two files hold the same rows");
        assert_eq!(out.to_string(), "copied, complete NOT, amortized");
        let theirs = Proof::of(&publication(whole()), Whence { files: Some(&refused), shared: true });
        assert_eq!(theirs.complete.reason, "1 file was left out", "another's files are not named");

        let off_by_one = || {
            let line = serde_json::json!({"commitment": "plan", "unblended": "2", "amortized": "1", "upfront_paid": "0",
                "upfront_amortized": "0", "difference": "1"});
            serde_json::json!({"complete": "unknown", "unavailable": [], "identity": [line]})
        };
        let share = || Proof::of(&publication(whole()), Whence { files: Some(&ALL_READ), shared: true });
        let (balanced, unbalanced) = (publication(whole()), publication(off_by_one()));
        assert_eq!(states(&share().within(Some(&balanced))), [Holds, Holds, Holds]);
        assert_eq!(states(&share().within(Some(&unbalanced))), [Holds, Holds, Broken]);
        assert_eq!(states(&share().within(None)), [Holds, Holds, Unknown]);

        let part = |why: &str| {
            serde_json::json!({"complete": "unknown", "identity": [], "unavailable": [{"family": "reservations",
                "why": why, "rows": 1, "amount": "1", "message": "what and why"}]})
        };
        let lacking = Proof::of(&publication(part("missing_columns")), from(Some(&ALL_READ)));
        assert_eq!(states(&lacking), [Holds, Holds, NotThere]);
        assert!(lacking.proven() && !lacking.holds(), "marked as billed, and the badge is not green");
        assert!(!out.proven() && !off.proven() && good.proven());
        assert_eq!(lacking.amortized.reason, "what and why");
        let twice = Proof::of(&publication(part("counted_twice")), from(Some(&ALL_READ)));
        assert_eq!(states(&twice), [Holds, Holds, Broken]);
        let line =
            Identity { commitment: "sp".into(), difference: Decimal::from_units(1), ..Identity::default() };
        let proof = serde_json::json!({"complete": "complete", "unavailable": [], "identity": [line]});
        assert_eq!(states(&Proof::of(&publication(proof), from(None))), [Holds, Holds, Broken]);
    }

    #[test]
    fn what_was_never_looked_at_does_not_hold() {
        let old = Proof::of(&publication(serde_json::json!({"identity": []})), from(None));
        assert_eq!((states(&old), old.holds()), ([Holds, Unknown, Unknown], false));
        let old = Proof::of(&publication(serde_json::json!({})), from(Some(&ALL_READ)));
        assert_eq!(states(&old), [Holds, Unknown, Unknown], "its files may have been others");
    }

    #[test]
    fn a_manifest_vouches_for_its_month_and_a_refused_file_for_none_other() {
        let named = |kept: &str| publication(serde_json::json!({"complete": kept, "unavailable": []}));
        let refused =
            |of: &str| SourceFiles { refused: 2, refused_of: [(of.to_owned(), 2)].into(), ..ALL_READ };
        let proof = Proof::of(&named("complete"), from(Some(&refused("2026-09"))));
        assert_eq!(states(&proof), [Holds; 3]);
        // The source as a whole has files that nobody read.
        let whole = proof.with_source(from(Some(&refused("2026-09"))));
        assert_eq!(states(&whole), [Holds, Broken, Holds]);
        assert_eq!(states(&Proof::of(&named("unknown"), from(Some(&refused("2026-09"))))), [Holds; 3]);
        let own = Proof::of(&named("unknown"), from(Some(&refused("2026-10"))));
        assert_eq!(states(&own), [Holds, Broken, Holds]);
    }

    #[test]
    fn months_together_are_as_good_as_the_worst() {
        let good = Proof::of(
            &publication(serde_json::json!({"complete": "complete", "unavailable": []})),
            from(None),
        );
        let old = Proof::of(&publication(serde_json::json!({})), from(None));
        let months =
            [("2026-10".to_owned(), &good), ("2026-09".to_owned(), &old), ("2026-08".to_owned(), &old)];
        let together = Proof::together(&months.iter().cloned());
        assert_eq!(states(&together), [Holds, Unknown, Unknown]);
        assert!(together.complete.reason.starts_with("2026-09: "), "{}", together.complete.reason);
        assert!(together.complete.reason.ends_with("; and 1 month more"), "{}", together.complete.reason);
        assert!(Proof::together(&months[..1].iter().cloned()).holds());
        assert!(Proof::together(&[].into_iter()).holds());
    }
}
