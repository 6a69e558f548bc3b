//! How far recommendations are from their bound over many companies.

use crate::company::Company;
use analyses::commitments::{Limits, Payment, Question, Sharing, Span, Term};

pub fn print() {
    println!("| case | companies | greatest gap | mean gap |");
    println!("| --- | --- | --- | --- |");
    for (name, owned, databases) in [
        ("EC2 Instance plans with Compute, nothing owned", 0, false),
        ("– beside owned plans at other rates", 6, false),
        ("reservations with a Database plan", 0, true),
    ] {
        let gaps: Vec<f64> = (0..40).filter_map(|seed| gap(seed, owned, databases)).collect();
        let greatest = gaps.iter().copied().fold(0.0, f64::max);
        let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        println!("| {name} | {} | {greatest:.1e} | {mean:.1e} |", gaps.len());
    }
}

fn gap(seed: u64, owned: usize, databases: bool) -> Option<f64> {
    let company = Company::new(500 + seed, 336, 60, 6, 1);
    let (company, pools) = if databases {
        company.as_databases()
    } else {
        let pools = company.pools();
        (company, pools)
    };
    let owned = if databases { vec![] } else { company.owned(owned) };
    let sharing = Sharing::default();
    let span = Span::at_decision(0..336, 2);
    let question = Question { usage: &company.usage, owned: &owned, sharing: &sharing, span };
    let wide = company.wide(Term::OneYear, Payment::NoUpfront);
    let found =
        question.asked().ok()?.together(&pools, &wide, Limits { gap: 1e-7, passes: 400 }, |_| true).ok()?;
    Some(found.gap?.to_f64())
}
