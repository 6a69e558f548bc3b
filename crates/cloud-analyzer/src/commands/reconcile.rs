//! `reconcile`: raw sums beside stored sums, and the identity between billed and amortized.

use super::Folder;
use crate::cli::{Reconcile, ReportFormat};
use crate::output::{Align, Table, grouped, print, print_json_as_of};
use app::proof::{Proof, Sums};
use app::read::{self, ReconciledPeriod, Reconciliation};
use model::shown;
use std::collections::BTreeMap;
// Writing to a String cannot fail: the results of `write!` below say nothing.
use std::fmt::Write as _;

pub(crate) async fn run(folder: &Folder, args: &Reconcile) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let published = folder.published(&app, args.as_of).await?;
    let found = read::reconcile(&published)?;
    match args.format {
        ReportFormat::Json => print_json_as_of(&found, args.as_of),
        ReportFormat::Table => {
            let mut out: String = found.periods.iter().map(table).collect();
            if let Some(as_of) = args.as_of {
                let _ = writeln!(out, "{}", as_of.words());
            }
            out.push_str(&verdict(&found));
            Ok(print(&out)?)
        }
    }
}

/// What holds of all of it, in its parts.
fn verdict(found: &Reconciliation) -> String {
    if found.periods.is_empty() {
        return "nothing is published\n".to_owned();
    }
    let mut out = if found.proof.holds() {
        "every total equals its report, digit by digit; every file is accounted for; amortized cost follows from what was billed\n"
    } else {
        "NOT all parts of the proof hold\n"
    }
    .to_owned();
    out.push_str(&parts(&found.proof));
    out
}

fn parts(proof: &Proof) -> String {
    proof.lines().iter().fold(String::new(), |out, line| out + "  " + &shown::line(line) + "\n")
}

fn table(period: &ReconciledPeriod) -> String {
    let open = if period.open { ", open month" } else { "" };
    let verdict = if period.proof.holds() { "proven" } else { "NOT proven" };
    let mut out = format!(
        "{} of {}: {verdict}; {} rows, {}{open}\n",
        period.period,
        shown::line(&period.connection),
        grouped(period.rows),
        period.currency
    );
    out.push_str(&parts(&period.proof));
    let mut files: BTreeMap<&str, (Sums, Option<Sums>)> = BTreeMap::new();
    for part in &period.kept.files {
        let entry = files.entry(&part.file).or_insert((Sums::default(), Some(Sums::default())));
        entry.0.add(&part.raw);
        entry.1 = match (entry.1, part.stored) {
            (Some(mut sum), Some(stored)) => {
                sum.add(&stored);
                Some(sum)
            }
            _ => None,
        };
    }
    let mut sums = Table::new(&[
        ("file", Align::Left),
        ("measure", Align::Left),
        ("rows", Align::Right),
        ("raw", Align::Right),
        ("stored", Align::Right),
        ("difference", Align::Right),
    ]);
    for (file, (raw, stored)) in &files {
        for (measure, pick) in MEASURES {
            let (stored_text, difference) = match stored {
                Some(stored) => (pick(stored).to_string(), (pick(raw) - pick(stored)).to_string()),
                None => ("not yet".to_owned(), String::new()),
            };
            let rows = grouped(raw.rows);
            sums.row(vec![
                (*file).to_owned(),
                (*measure).to_owned(),
                rows,
                pick(raw).to_string(),
                stored_text,
                difference,
            ]);
        }
    }
    out.push_str(&sums.text());
    out.push_str(&identity(period));
    for note in &period.kept.notes {
        let _ = writeln!(out, "note: {}", shown::line(note));
    }
    out.push('\n');
    out
}

type Pick = fn(&Sums) -> model::Decimal;

const MEASURES: &[(&str, Pick)] = &[
    ("unblended", |sums| sums.unblended),
    ("amortized", |sums| sums.amortized),
    ("net_unblended", |sums| sums.net_unblended),
    ("net_amortized", |sums| sums.net_amortized),
    ("list", |sums| sums.list),
    ("usage_amount", |sums| sums.usage_amount),
];

/// Unblended = amortized + up-front fees paid − up-front fees amortized, per commitment; of FOCUS reports, which do not
/// tell these, unblended = amortized + what falls into other months.
fn identity(period: &ReconciledPeriod) -> String {
    if period.kept.identity.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[
        ("commitment", Align::Left),
        ("unblended", Align::Right),
        ("amortized", Align::Right),
        ("up-front paid", Align::Right),
        ("up-front amortized", Align::Right),
        ("other months", Align::Right),
        ("difference", Align::Right),
    ]);
    for line in &period.kept.identity {
        let name = if line.commitment.is_empty() { "none" } else { &line.commitment };
        table.row(vec![
            name.to_owned(),
            line.unblended.to_string(),
            line.amortized.to_string(),
            line.upfront_paid.to_string(),
            line.upfront_amortized.to_string(),
            line.carried.unwrap_or_default().to_string(),
            line.difference.to_string(),
        ]);
    }
    format!("\n{}", table.text())
}
