//! What computing costs.

use crate::company::Company;
use analyses::commitments::{Limits, Payment, Question, Sharing, Span, Term};
use std::time::Instant;

const THREADS: usize = 2;

fn measured<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (processor, begin) = (processor_seconds(), Instant::now());
    let found = work();
    let wall = begin.elapsed().as_secs_f64();
    println!("| {what} | {:.2} | {wall:.2} |", processor_seconds() - processor);
    found
}

/// Seconds of processor time of all threads so far.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The greatest memory so far.
pub fn peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("\npeak memory: {}", line.trim_start_matches("VmHWM:").trim());
    }
}

fn header(company: &Company) {
    let usage = &company.usage;
    println!("{} series x {} hours, {} accounts\n", usage.series.len(), usage.hours, usage.accounts.len());
    println!("| what | processor s | wall s |");
    println!("| --- | --- | --- |");
}

/// One offer: replay of what is owned, exact optimum, curve, exact figures; then what is dragged, risk, ladder.
pub fn one(hours: usize, types: usize) {
    let company = Company::new(11, hours, types, 40, 1);
    header(&company);
    let sharing = Sharing::default();
    for owned in [0, 20] {
        let owned = company.owned(owned);
        let span = Span::at_decision(0..hours, THREADS);
        let question = Question { usage: &company.usage, owned: &owned, sharing: &sharing, span };
        let Ok(asked) = measured(&format!("hours replayed with {} owned", owned.len()), || question.asked())
        else {
            continue;
        };
        let offer = company.wide(Term::OneYear, Payment::NoUpfront);
        let name = format!("one Compute plan beside {} owned", owned.len());
        let Ok(found) = measured(&name, || asked.best_of(&offer)) else { continue };
        println!(
            "| – {} an hour, saves {} of {}, gap {} | | |",
            found.commitment,
            found.tried.purchase.savings,
            found.tried.before.cost(),
            found.gap.unwrap_or_default()
        );
        let pool = &company.pools()[0];
        let Ok(found) = measured("– an EC2 Instance plan", || asked.best_of(pool)) else { continue };
        println!("| – {} an hour, gap {} | | |", found.commitment, found.gap.unwrap_or_default());
        let _ = measured("– a dragged amount, exactly", || asked.tried(&[(&offer, found.steps / 2)]));
        let _ = measured("– usage at 90, 80, 70 %", || asked.risk(&[(&offer, found.steps)]));
    }
}

/// Six Compute offers x four look-backs.
pub fn offers(hours: usize, types: usize) {
    let company = Company::new(12, hours, types, 40, 1);
    header(&company);
    let sharing = Sharing::default();
    measured("six offers x four look-backs", || {
        for days in [7, 30, 60, 90] {
            let span = Span::at_decision(company.usage.look_back(days).0, THREADS);
            let question = Question { usage: &company.usage, owned: &[], sharing: &sharing, span };
            let Ok(asked) = question.asked() else { continue };
            for term in [Term::OneYear, Term::ThreeYears] {
                for payment in [Payment::NoUpfront, Payment::PartialUpfront, Payment::AllUpfront] {
                    if let Err(refused) = asked.best_of(&company.wide(term, payment)) {
                        println!("{refused}");
                    }
                }
            }
        }
    });
}

/// EC2 Instance plans with a Compute plan.
pub fn joint(hours: usize, types: usize, families: usize) {
    let company = Company::new(11, hours, types, families, 1);
    header(&company);
    let sharing = Sharing::default();
    let (pools, wide) = (company.pools(), company.wide(Term::OneYear, Payment::NoUpfront));
    for owned in [0, 20] {
        let owned = company.owned(owned);
        let span = Span::at_decision(0..hours, THREADS);
        let question = Question { usage: &company.usage, owned: &owned, sharing: &sharing, span };
        let Ok(asked) = question.asked() else { continue };
        let begin = Instant::now();
        let reached = std::cell::RefCell::new(vec![1e-2, 1e-3, 1e-4, 1e-5]);
        let name = format!("{families} EC2 Instance plans with Compute beside {} owned", owned.len());
        let found = measured(&name, || {
            asked.together(&pools, &wide, Limits { gap: 1e-5, passes: 500 }, |progress| {
                let mut left = reached.borrow_mut();
                while left.first().is_some_and(|gap| progress.gap <= *gap) {
                    println!(
                        "| – gap {:.0e} after {} passes | | {:.2} |",
                        left.remove(0),
                        progress.passes,
                        begin.elapsed().as_secs_f64()
                    );
                }
                begin.elapsed().as_secs() < 120
            })
        });
        let Ok(found) = found else { continue };
        println!(
            "| – {} passes, gap {}, saves {} of {} | | |",
            found.passes,
            found.gap.unwrap_or_default(),
            found.tried.purchase.savings,
            found.tried.before.cost()
        );
        if let Ok(alone) = asked.best_of(&wide) {
            println!("| – Compute alone saves {} | | |", alone.tried.purchase.savings);
        }
    }
}

/// Reservations of databases with a Database plan.
pub fn databases(hours: usize, types: usize) {
    let (company, pools) = Company::new(13, hours, types, 20, 1).as_databases();
    header(&company);
    let sharing = Sharing::default();
    let wide = company.wide(Term::OneYear, Payment::NoUpfront);
    let span = Span::at_decision(0..hours, THREADS);
    let question = Question { usage: &company.usage, owned: &[], sharing: &sharing, span };
    let Ok(asked) = question.asked() else { return };
    let found = measured("20 pools of reservations with a Database plan", || {
        asked.together(&pools, &wide, Limits::default(), |_| true)
    });
    if let Ok(found) = found {
        println!(
            "| – {} passes, gap {}, saves {} | | |",
            found.passes,
            found.gap.unwrap_or_default(),
            found.tried.purchase.savings
        );
    }
}

/// A replay with accounts apart, and many commitments.
pub fn accounts(hours: usize, types: usize) {
    let company = Company::new(14, hours, types, 40, 400);
    header(&company);
    let sharing = Sharing::default();
    for number in [0, 100, 10_000] {
        let owned = company.owned(number);
        let span = Span::at_decision(0..hours, THREADS);
        let question = Question { usage: &company.usage, owned: &owned, sharing: &sharing, span };
        let _ = measured(&format!("a replay with {number} owned"), || question.asked());
    }
}
