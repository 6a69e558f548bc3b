//! One step of a verification, and the board that all steps stand on.

use super::Verdict;
use super::fix::Fix;
use crate::limits::STEP_CHARS;
use crate::plain::plain;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Its turn has not come.
    Waiting,
    /// Being tried.
    Running,
    /// In order.
    Passed,
    /// Not in order: reports cannot be read.
    Failed,
    /// Not in order: a feature is lost.
    Warning,
    /// Cannot be told yet.
    NotYet,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Name for programs.
    pub check: String,
    /// Name for people.
    pub title: String,
    /// Where it stands.
    pub state: CheckState,
    /// What was tried.
    pub tried: String,
    /// What the provider answered, in its own words, or what was found.
    pub answer: String,
    /// What to do, in words.
    pub fix: Option<String>,
    /// What to do, as a command.
    pub fix_command: Option<String>,
    /// Where to do it.
    pub fix_url: Option<String>,
}

impl Check {
    pub(super) fn waiting(id: &str, title: &str) -> Self {
        Self {
            check: id.to_owned(),
            title: title.to_owned(),
            state: CheckState::Waiting,
            tried: String::new(),
            answer: String::new(),
            fix: None,
            fix_command: None,
            fix_url: None,
        }
    }
}

/// All steps, and who is told of them.
pub(super) struct Board<'a> {
    checks: Vec<Check>,
    sink: &'a (dyn Fn(&Check) + Send + Sync),
}

impl<'a> Board<'a> {
    pub(super) fn new(checks: Vec<Check>, sink: &'a (dyn Fn(&Check) + Send + Sync)) -> Self {
        Self { checks, sink }
    }

    pub(super) fn checks(&self) -> &[Check] {
        &self.checks
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Check)) {
        // A step that is not in the plan is no concern of this kind of source.
        if let Some(check) = self.checks.iter_mut().find(|check| check.check == id) {
            change(check);
            (self.sink)(check);
        }
    }

    /// A step begins.
    pub(super) fn start(&mut self, id: &str, tried: impl Into<String>) {
        let tried = plain(&tried.into(), STEP_CHARS);
        self.change(id, |check| {
            check.state = CheckState::Running;
            check.tried = tried;
        });
    }

    pub(super) fn passed(&mut self, id: &str, answer: impl Into<String>) {
        self.end(id, CheckState::Passed, answer, None);
    }

    pub(super) fn failed(&mut self, id: &str, answer: impl Into<String>, fix: Fix) {
        self.end(id, CheckState::Failed, answer, Some(fix));
    }

    pub(super) fn warning(&mut self, id: &str, answer: impl Into<String>, fix: Fix) {
        self.end(id, CheckState::Warning, answer, Some(fix));
    }

    pub(super) fn not_yet(&mut self, id: &str, answer: impl Into<String>, fix: Option<Fix>) {
        self.end(id, CheckState::NotYet, answer, fix);
    }

    fn end(&mut self, id: &str, state: CheckState, answer: impl Into<String>, fix: Option<Fix>) {
        // Names of files and words of services stand in it: they are others'.
        let answer = plain(&answer.into(), STEP_CHARS);
        let fix = fix.unwrap_or_default();
        self.change(id, |check| {
            check.state = state;
            check.answer = answer;
            check.fix = Some(fix.text).filter(|text| !text.is_empty());
            check.fix_command = fix.command;
            check.fix_url = fix.url;
        });
    }

    /// The step that runs took all the time that there is.
    pub(super) fn out_of_time(&mut self, time: Duration) {
        let running = self.checks.iter().find(|check| check.state == CheckState::Running);
        if let Some(id) = running.map(|check| check.check.clone()) {
            let answer = format!("No end within {} minutes of checks", time.as_secs() / 60);
            let fix = "Verify again. If it takes as long each time, something between Cloud Analyzer and the bucket is too slow, or there is too much below the prefix.";
            self.failed(&id, answer, Fix::text(fix));
        }
    }

    /// Ends: what was not tried says why.
    pub(super) fn close(mut self) -> (Vec<Check>, Verdict) {
        let failed = self.checks.iter().find(|check| check.state == CheckState::Failed);
        let because = failed.map_or("something before it".to_owned(), |check| format!("“{}”", check.title));
        let left: Vec<String> = self
            .checks
            .iter()
            .filter(|check| matches!(check.state, CheckState::Waiting | CheckState::Running))
            .map(|check| check.check.clone())
            .collect();
        for id in left {
            self.not_yet(&id, format!("Not tried: it waits for {because}."), None);
        }
        let any = |state| self.checks.iter().any(|check| check.state == state);
        let verdict = if any(CheckState::Failed) {
            Verdict::Failed
        } else if any(CheckState::NotYet) {
            Verdict::NotYet
        } else if any(CheckState::Warning) {
            Verdict::Warning
        } else {
            Verdict::Passed
        };
        (self.checks, verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_an_end_fails() {
        let mut board =
            Board::new(vec![Check::waiting("a", "First"), Check::waiting("b", "Second")], &|_| {});
        board.start("a", "asked");
        board.out_of_time(Duration::from_mins(8));
        let (checks, verdict) = board.close();
        assert_eq!((verdict, checks[0].state), (Verdict::Failed, CheckState::Failed));
        assert!(checks[0].answer.contains("8 minutes"));
    }

    #[test]
    fn what_was_not_tried_says_what_it_waits_for() {
        let told = std::sync::Mutex::new(vec![]);
        let sink = |check: &Check| told.lock().unwrap().push((check.check.clone(), check.state));
        let mut board = Board::new(vec![Check::waiting("a", "First"), Check::waiting("b", "Second")], &sink);
        board.start("a", "asked");
        board.failed("a", "AccessDenied", Fix::text("Allow it."));
        board.passed("not in the plan", "");
        let (checks, verdict) = board.close();
        assert_eq!(verdict, Verdict::Failed);
        assert_eq!(checks[0].fix.as_deref(), Some("Allow it."));
        assert_eq!(checks[1].state, CheckState::NotYet);
        assert!(checks[1].answer.contains("“First”"));
        let states: Vec<CheckState> =
            told.into_inner().unwrap().into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [CheckState::Running, CheckState::Failed, CheckState::NotYet]);
    }
}
