//! What a mail about a changed bill shows of each month.

use crate::mail::short;
use model::shown;
use serde::{Deserialize, Serialize};

/// Months in a mail, services and accounts of each; the page has all of them.
const MONTHS: usize = 6;
const LINES: usize = 8;
/// Characters of a figure.
const FIGURE: usize = 60;

/// A service or account whose cost changed, everything as shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DiffLine {
    /// Its name.
    pub name: String,
    /// Cost before.
    pub before: String,
    /// Cost now.
    pub after: String,
    /// The change in money, with its sign.
    pub change: String,
    /// The change in percent, or `new` or `gone`.
    pub percent: String,
}

/// A month whose bill changed, in one currency, everything as shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DiffMonth {
    /// `October 2026`.
    pub month: String,
    /// Days that were complete before, `1–19`, while the month still grows; empty: the bill was final, and all of it is
    /// compared.
    pub days: String,
    /// Currency of all amounts.
    pub currency: String,
    /// Total before.
    pub before: String,
    /// Total now.
    pub after: String,
    /// The change in money, with its sign.
    pub change: String,
    /// The change in percent; empty where there is none.
    pub percent: String,
    /// The change without refunds and credits.
    pub usage: String,
    /// The change of refunds and credits; empty: none.
    pub refunds: String,
    /// The services that changed most.
    pub services: Vec<DiffLine>,
    /// The accounts that changed most.
    pub accounts: Vec<DiffLine>,
    /// Lines that changed in all.
    pub rows: String,
    /// Address of the bill diff.
    pub link: String,
}

impl DiffMonth {
    /// What it is of, in a line.
    pub(crate) fn title(&self) -> String {
        if self.days.is_empty() {
            short(&self.month)
        } else {
            format!("{} {}", figure(&self.days), short(&self.month))
        }
    }

    fn shown(&self) -> Self {
        Self {
            month: short(&self.month),
            days: figure(&self.days),
            currency: figure(&self.currency),
            before: figure(&self.before),
            after: figure(&self.after),
            change: figure(&self.change),
            percent: figure(&self.percent),
            usage: figure(&self.usage),
            refunds: figure(&self.refunds),
            services: lines(&self.services),
            accounts: lines(&self.accounts),
            rows: figure(&self.rows),
            link: crate::mail::address(&self.link),
        }
    }
}

/// As many months as a mail holds, of bounded length.
pub(crate) fn months(all: &[DiffMonth]) -> Vec<DiffMonth> {
    all.iter().take(MONTHS).map(DiffMonth::shown).collect()
}

fn figure(text: &str) -> String {
    shown::short(text, FIGURE).into_owned()
}

fn lines(all: &[DiffLine]) -> Vec<DiffLine> {
    let line = |line: &DiffLine| DiffLine {
        name: short(&line.name),
        before: figure(&line.before),
        after: figure(&line.after),
        change: figure(&line.change),
        percent: figure(&line.percent),
    };
    all.iter().take(LINES).map(line).collect()
}

/// The subject of the mail: what changed, where it is one month.
pub(crate) fn subject(connection: &str, months: &[DiffMonth]) -> String {
    match months {
        [one] => {
            let percent =
                if one.percent.is_empty() { String::new() } else { format!(" ({})", figure(&one.percent)) };
            let (change, currency) = (figure(&one.change), figure(&one.currency));
            format!("{connection}: the bill of {} changed by {change} {currency}{percent}", one.title())
        }
        several => format!("{connection}: {} bills changed", several.len()),
    }
}
